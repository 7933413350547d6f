"""Consultations: a city asks, organizers name the expert and arrange the meeting, what came of it is noted."""

from collections.abc import Mapping
from datetime import UTC
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from pydantic import BaseModel
from sqlmodel import Session

from app import clock
from app.gatherings import consultations
from app.gatherings.consultations import Meeting, has_meeting, may_close
from app.gatherings.listing import gathering_of
from app.models import Cohort, Consultation, Standing
from app.people.audiences import Rule, people_of
from app.people.audit import Refused
from app.people.cities import cities_of
from app.people.names import checked_zone
from app.people.policy import may
from app.people.viewer import Viewer
from app.routes import typed
from app.routes.audience_fields import people_in_lines, person_line
from app.routes.door import CohortHere, Db, Needs, NotAllowed, NotHere, ViewerHere
from app.routes.gatherings_form import wall, whole_minutes
from app.routes.pages import page, see_other

router = APIRouter(prefix="/{cohort}/consultations")
READ = [Depends(Needs("consultation.read"))]
ASK = [Depends(Needs("consultation.ask"))]
CHANGE = [Depends(Needs("consultation.change"))]
ONE = "/{number:int}"
Text = Annotated[str, Form()]


class AskForm(BaseModel):
    topic: str = ""
    question: str = ""
    cities: list[str] = []
    expert: str = ""

    def city_ids(self) -> set[int]:
        return {number for text in self.cities if (number := typed.number_or_none(text, "cities"))}


class MeetingForm(BaseModel):
    day: str = ""
    start: str = ""
    minutes: str = "60"
    zone: str = ""
    people: str = ""
    join_url: str = ""


def consultation_here(db: Db, cohort: CohortHere, viewer: ViewerHere, number: int) -> Consultation:
    """The consultation that the address names. For other cities there is none."""
    found = consultations.find_consultation(db, cohort, number, viewer)
    if found is None:
        raise NotHere("There is no such consultation, or it is not open to you.")
    return found


ConsultationHere = Annotated[Consultation, Depends(consultation_here)]


@router.get("", dependencies=READ)
def all_consultations(request: Request, db: Db, cohort: CohortHere, viewer: ViewerHere) -> Response:
    """Those that the viewer reads, the latest first."""
    context = {
        "known": consultations.consultations_known(db, cohort, viewer),
        "asks": bool(consultations.may_ask_for(db, cohort, viewer)),
    }
    return page(request, "consultations/list.html", context)


@router.get("/new", dependencies=ASK)
def new(request: Request, db: Db, cohort: CohortHere, viewer: ViewerHere) -> Response:
    own = consultations.may_ask_for(db, cohort, viewer)
    chosen = [str(number) for number in own] if len(own) == 1 else []
    return _form(request, db, cohort, viewer, AskForm(cities=chosen))


@router.post("", dependencies=ASK)
def ask(request: Request, db: Db, cohort: CohortHere, viewer: ViewerHere, form: Annotated[AskForm, Form()]) -> Response:
    try:
        asked = consultations.ask_consultation(
            db, cohort, topic=form.topic, question=form.question, city_ids=form.city_ids(), by=viewer
        )
    except Refused as refused:
        return _form(request, db, cohort, viewer, form, errors=typed.errors(refused))
    return see_other(_place(cohort, asked), flash="Asked. The organizers name somebody who can help.")


@router.get(ONE, dependencies=READ)
def one(request: Request, db: Db, cohort: CohortHere, viewer: ViewerHere, here: ConsultationHere) -> Response:
    return _show(request, db, cohort, viewer, here)


@router.get(ONE + "/edit", dependencies=CHANGE)
def edit(request: Request, db: Db, cohort: CohortHere, viewer: ViewerHere, here: ConsultationHere) -> Response:
    form = AskForm(
        topic=here.topic,
        question=here.question,
        cities=[str(one.city_id) for one in here.cities],
        expert=person_line(here.expert) if here.expert else "",
    )
    return _form(request, db, cohort, viewer, form, here=here)


@router.post(ONE, dependencies=CHANGE)
def save(
    request: Request,
    db: Db,
    cohort: CohortHere,
    viewer: ViewerHere,
    here: ConsultationHere,
    form: Annotated[AskForm, Form()],
) -> Response:
    """What it is about, whose it is, who helps."""
    try:
        experts = people_in_lines(db, form.expert, "expert")
        if len(experts) > 1:
            raise Refused("Name one person here; others come to the meeting.", "expert")
        consultations.change_consultation(
            db,
            here,
            topic=form.topic,
            question=form.question,
            city_ids=form.city_ids(),
            expert_id=experts[0][0].key if experts else None,
            by=viewer,
        )
    except Refused as refused:
        return _form(request, db, cohort, viewer, form, errors=typed.errors(refused), here=here)
    return see_other(_place(cohort, here), flash="Saved.")


@router.post(ONE + "/meeting", dependencies=CHANGE)
def arrange(
    request: Request,
    db: Db,
    cohort: CohortHere,
    viewer: ViewerHere,
    here: ConsultationHere,
    form: Annotated[MeetingForm, Form()],
) -> Response:
    try:
        zone = checked_zone(form.zone.strip())
        starts_at = clock.at(typed.day(form.day, "day"), wall(form.start, "start"), zone).astimezone(UTC)
        people = frozenset(person.key for person, _ in people_in_lines(db, form.people, "people"))
        meeting = Meeting(starts_at, whole_minutes(form.minutes), zone, people, form.join_url.strip())
        consultations.arrange_meeting(db, cohort, here, meeting, by=viewer)
    except Refused as refused:
        return _show(request, db, cohort, viewer, here, errors=typed.errors(refused), form=form)
    return see_other(_place(cohort, here), flash="Arranged. It stands in the calendars of those named.")


@router.post(ONE + "/outcome", dependencies=CHANGE)
def note_outcome(
    request: Request, db: Db, cohort: CohortHere, viewer: ViewerHere, here: ConsultationHere, outcome: Text = ""
) -> Response:
    try:
        consultations.note_outcome(db, here, outcome, by=viewer)
    except Refused as refused:
        return _show(request, db, cohort, viewer, here, errors=typed.errors(refused), outcome=outcome)
    return see_other(_place(cohort, here), flash="Noted.")


@router.post(ONE + "/closing", dependencies=ASK)
def close(db: Db, cohort: CohortHere, viewer: ViewerHere, here: ConsultationHere) -> Response:
    """By an organizer, or by who asked for it."""
    if not may_close(here, viewer):
        raise NotAllowed("Who asked for it, and organizers, close a consultation.")
    consultations.close_consultation(db, here, by=viewer)
    return see_other(_place(cohort, here), flash="Closed. It stays on record, and can go on later.")


@router.post(ONE + "/reopening", dependencies=ASK)
def reopen(db: Db, cohort: CohortHere, viewer: ViewerHere, here: ConsultationHere) -> Response:
    if not may_close(here, viewer):
        raise NotAllowed("Who asked for it, and organizers, reopen a consultation.")
    consultations.reopen_consultation(db, here, by=viewer)
    return see_other(_place(cohort, here), flash="It goes on.")


def _show(
    request: Request,
    db: Session,
    cohort: Cohort,
    viewer: Viewer,
    here: Consultation,
    *,
    errors: Mapping[str, str] | None = None,
    form: MeetingForm | None = None,
    outcome: str | None = None,
) -> Response:
    changes = may(viewer, "consultation.change", cohort_id=cohort.key)
    context: dict[str, Any] = {
        "one": here,
        "place": _place(cohort, here),
        "changes": changes,
        "closes": may_close(here, viewer),
        "has_meeting": has_meeting(here),
        "meeting": gathering_of(db, cohort.key, here.session_id, viewer) if here.session_id else None,
        "form": form or MeetingForm(zone=cohort.zone, people=_usual_people(db, cohort, here) if changes else ""),
        "outcome": here.outcome if outcome is None else outcome,
        "errors": errors or {},
    }
    return page(request, "consultations/one.html", context, status=422 if errors else 200)


def _usual_people(db: Session, cohort: Cohort, here: Consultation) -> str:
    """The mayors and facilitators of its cities, one a line, as whom its meeting is usually for."""
    rule = Rule(city_ids=frozenset(one.city_id for one in here.cities))
    there = people_of(db, rule, clock.today(cohort.zone), cohort_id=cohort.key)
    asking = [one for one in there if any(o.standing in (Standing.MAYOR, Standing.FACILITATOR) for o in one.offices)]
    return "\n".join(one.email or one.name for one in asking)


def _form(
    request: Request,
    db: Session,
    cohort: Cohort,
    viewer: Viewer,
    form: AskForm,
    *,
    errors: Mapping[str, str] | None = None,
    here: Consultation | None = None,
) -> Response:
    own = consultations.may_ask_for(db, cohort, viewer)
    cities = [(str(city.key), city.name) for city in cities_of(db, cohort.key) if city.key in own]
    context = {"form": form, "errors": errors or {}, "one": here, "cities": cities}
    return page(request, "consultations/form.html", context, status=422 if errors else 200)


def _place(cohort: Cohort, here: Consultation) -> str:
    return f"/{cohort.slug}/consultations/{here.key}"
