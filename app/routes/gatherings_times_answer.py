"""Saying when one can meet: signed in, or by a letter's private link without an account. To open it changes nothing:
programs that look for harm open every address of a letter.

The link is held by the person and by who acts for them; the page asks who answers. Of a closed gathering neither it nor
an assistant's page says what it is (rule 13).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from sqlmodel import Session

from app import clock
from app.gatherings import poll_answers, polls
from app.gatherings.offices import somebodies
from app.models import Cohort, Person, PollPerson, SlotAnswer, TimePoll
from app.people.audit import Refused
from app.people.viewer import Viewer
from app.routes import typed
from app.routes.door import CohortHere, Db, Needs, NotHere, ViewerHere
from app.routes.pages import page, see_other
from app.routes.speaker_link import GoneLink

router = APIRouter()
LINK = [Depends(Needs("poll.link"))]
READ = [Depends(Needs("gathering.read"))]
CHANGE = [Depends(Needs("gathering.change"))]
OWN = "/{cohort}/gatherings/times/{poll:int}/answer"
OTHERS = "/{cohort}/gatherings/times/{poll:int}/people/{person:int}/answer"
THANKS = "Thank you. It can be changed until a time is booked."
WORDS = ((SlotAnswer.YES, "Yes"), (SlotAnswer.IF_NEED_BE, "If need be"), (SlotAnswer.NO, "No"))


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose answer it is, where, and whether they are in the room: who answers by a link may be somebody else."""

    cohort: Cohort
    poll: TimePoll
    row: PollPerson
    here: str
    is_inside: bool = False
    by_link: bool = False
    by_organizer: bool = False


async def answer_form(request: Request) -> dict[str, str]:
    """What was posted: a field for each time, which no model can name."""
    form = await request.form(max_files=0, max_fields=200)
    return {name: value for name, value in form.items() if isinstance(value, str)}


Posted = Annotated[dict[str, str], Depends(answer_form)]


def asked_by_link(request: Request, db: Db, token: str) -> Asked:
    """Whom a letter's address asks; raises GoneLink for one that opens nothing (any more)."""
    row = polls.asked_by_token(db, token)
    if row is None:
        raise GoneLink(404)
    cohort = db.get_one(Cohort, row.poll.cohort_id)
    poll = polls.poll_of(db, cohort, row.poll_id)
    if row.archived_at or row.person.archived_at or poll is None:
        raise GoneLink(410)
    request.state.cohort = cohort
    db.info["cohort_id"] = cohort.key
    return Asked(cohort, poll, row, f"/times/{token}", by_link=True)


AskedByLink = Annotated[Asked, Depends(asked_by_link)]


@router.get("/times/{token}", dependencies=LINK)
def look(request: Request, db: Db, asked: AskedByLink, who: str = "") -> Response:
    """The times, with what was answered so far."""
    return _page(request, db, asked, {"who": who})


@router.post("/times/{token}", dependencies=LINK)
def answer_by_link(request: Request, db: Db, asked: AskedByLink, posted: Posted) -> Response:
    try:
        helpers = poll_answers.helpers_of(db, asked.row.person_id)
        who = typed.number_or_none(posted.get("who", ""), "who")
        if helpers and who is None:
            raise Refused("Say who answers.", "who")
        by = poll_answers.bearer_of(db, asked.row, who)
        _answer(db, asked.row, posted, by)
    except Refused as refused:
        return _page(request, db, asked, posted, refused)
    return see_other(f"{asked.here}?who={who or ''}", flash=THANKS)


@router.get(OWN, dependencies=READ)
def look_signed_in(request: Request, db: Db, cohort: CohortHere, viewer: ViewerHere, poll: int) -> Response:
    """The same, signed in: for oneself, or in the place of a principal."""
    return _page(request, db, _own(db, cohort, viewer, poll), {})


@router.post(OWN, dependencies=READ)
def answer_signed_in(
    request: Request, db: Db, cohort: CohortHere, viewer: ViewerHere, poll: int, posted: Posted
) -> Response:
    asked = _own(db, cohort, viewer, poll)
    try:
        _answer(db, asked.row, posted, viewer)
    except Refused as refused:
        return _page(request, db, asked, posted, refused)
    return see_other(asked.here, flash=THANKS)


@router.get(OTHERS, dependencies=CHANGE)
def look_for_another(request: Request, db: Db, cohort: CohortHere, poll: int, person: int) -> Response:
    """An organizer takes down what somebody has said by telephone."""
    return _page(request, db, _another(db, cohort, poll, person), {})


@router.post(OTHERS, dependencies=CHANGE)
def answer_for_another(
    request: Request, db: Db, cohort: CohortHere, viewer: ViewerHere, poll: int, person: int, posted: Posted
) -> Response:
    asked = _another(db, cohort, poll, person)
    try:
        _answer(db, asked.row, posted, viewer)
    except Refused as refused:
        return _page(request, db, asked, posted, refused)
    board = f"/{cohort.slug}/gatherings/times/{asked.poll.key}"
    return see_other(board, flash=f"{asked.row.person.name} has answered.")


def _another(db: Session, cohort: Cohort, number: int, person: int) -> Asked:
    found = polls.poll_of(db, cohort, number)
    row = polls.person_asked(found, person) if found else None
    if found is None or row is None:
        raise NotHere(f"{cohort.name} has nothing at this address.")
    here = f"/{cohort.slug}/gatherings/times/{found.key}/people/{person}/answer"
    return Asked(cohort, found, row, here, by_organizer=True)


def _own(db: Session, cohort: Cohort, viewer: Viewer, number: int) -> Asked:
    found = polls.poll_of(db, cohort, number)
    row = polls.person_asked(found, viewer.person_id) if found else None
    if found is None or row is None:
        raise NotHere(f"{cohort.name} has nothing at this address.")
    here = f"/{cohort.slug}/gatherings/times/{found.key}/answer"
    return Asked(cohort, found, row, here, is_inside=not viewer.acting)


def _answer(db: Session, row: PollPerson, posted: Mapping[str, str], by: Viewer) -> None:
    words = {str(one): one for one in SlotAnswer}
    answers = {}
    for name, value in posted.items():
        number = name.removeprefix("slot-")
        if name.startswith("slot-") and number.isascii() and number.isdigit() and len(number) < 12:
            if value not in words:
                raise Refused("Choose yes, if need be, or no.", name)
            answers[int(number)] = words[value]
    poll_answers.answer(db, row, answers, note=posted.get("note", ""), by=by)


def _page(
    request: Request, db: Session, asked: Asked, typed_values: Mapping[str, str], refused: Refused | None = None
) -> Response:
    """The times on the person's own clocks. What others said is counted for who is in the room, and for nobody else."""
    row, poll = asked.row, asked.poll
    who = somebodies(db, person_ids=[row.person_id])[row.person_id]
    today = clock.today(asked.cohort.zone)
    office, zone = who.office(today, asked.cohort.key), who.zone_on(today, poll.zone)
    helpers = poll_answers.helpers_of(db, row.person_id) if asked.by_link else []
    by_another = row.answered_by_id not in (None, row.person_id)
    said = {str(number): str(one) for number, one in poll_answers.answers_of(db, row).items()}
    said |= {name[5:]: value for name, value in typed_values.items() if name.startswith("slot-")}
    booked = poll.booked.starts_at if poll.booked and polls.is_booked(poll) else None
    context: dict[str, Any] = {
        "here": asked.here,
        "poll": poll,
        "title": poll.title if asked.is_inside or asked.by_organizer else polls.cover_of(poll),
        "purpose": poll.purpose if asked.is_inside else "",
        "person": row,
        "office": office.said if office else "",
        "zone": zone,
        "place": who.place_on(today, asked.cohort.key, poll.zone),
        "times": [(one.key, *_said(one.starts_at, poll, zone)) for one in polls.slots_of(poll)],
        "said": said,
        "words": WORDS,
        "typed_note": typed_values.get("note", row.note),
        "helpers": helpers,
        "who": typed_values.get("who", ""),
        "answered_by": db.get_one(Person, row.answered_by_id).name if by_another else "",
        "counts": _counts(db, asked),
        "is_open": poll.closed_at is None,
        "booked": " ".join(_said(booked, poll, zone)).strip() if booked else "",
        "by_link": asked.by_link,
        "is_inside": asked.is_inside,
        "errors": typed.errors(refused) if refused else {},
    }
    return page(request, "gatherings/times_answer.html", context, status=422 if refused else 200)


def _said(starts: datetime, poll: TimePoll, zone: str) -> tuple[str, str]:
    """A time on somebody's own clocks, and on the gathering's where they differ (rule 14)."""
    ends = starts + timedelta(minutes=poll.minutes)
    beside = clock.said_beside(starts, ends, zone, (poll.zone, clock.place(poll.zone)))
    return clock.said_span(starts, ends, zone), f"({beside})" if beside else ""


def _counts(db: Session, asked: Asked) -> dict[int, tuple[int, int]]:
    """By time: how many can or could if need be, of how many who have answered; only for who is asked themselves."""
    if not asked.is_inside:
        return {}
    board = poll_answers.board_of(db, asked.cohort, asked.poll)
    return {one.slot_id: (one.yes + one.if_need_be, one.yes + one.if_need_be + one.no) for one in board.slots}
