"""Making a convening, afresh or from an earlier one, and changing what it is."""

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel
from sqlmodel import Session, col, select

from app import clock
from app.agenda.convenings import ConveningDetails, change_convening, create_convening, details_of
from app.agenda.starting import Start, day_shift, earlier_convenings, next_days, start_convening
from app.models import Convening, ConveningStage, Venue
from app.people.audit import Refused
from app.people.viewer import Viewer
from app.routes import typed
from app.routes.door import CohortHere, ConveningHere, Db, Needs, ViewerHere
from app.routes.pages import page, see_other

HERE = "/{cohort}/convenings/{convening}"

router = APIRouter(dependencies=[Depends(Needs("convening.change"))])
AFRESH = {
    "title": "",
    "slug": "",
    "theme": "",
    "goals": "",
    "stage": ConveningStage.CONCEPT,
}
"""What is said anew of a convening that starts from another."""


class ConveningFields(BaseModel):
    """As sent, all of it text."""

    title: str = ""
    slug: str = ""
    starts_on: str = ""
    ends_on: str = ""
    zone: str = ""
    theme: str = ""
    goals: str = ""
    stage: str = ConveningStage.CONCEPT
    venue_id: str = ""
    delegation_cap: str = "10"
    sponsored_cap: str = "2"
    team_minutes: str = "0"
    unstructured_minutes: str = "0"
    mayor_minutes: str = "0"
    superintendent_minutes: str = "0"
    walking_minutes: str = "5"
    start_from: str = ""


@router.get("/{cohort}/convenings/new")
def new_convening(
    request: Request, db: Db, cohort: CohortHere, viewer: ViewerHere, fields: Annotated[ConveningFields, Query()]
) -> Response:
    """An empty form, with the cohort's own zone and caps; with `start_from`, one that begins as that convening was."""
    earlier = _earlier(db, viewer, fields.start_from)
    begun = ConveningFields(
        zone=cohort.zone, delegation_cap=str(cohort.delegation_cap), sponsored_cap=str(cohort.sponsored_cap)
    )
    if earlier is not None:
        starts_on, ends_on = next_days(cohort, earlier)
        begun = _written(earlier).model_copy(
            update={**AFRESH, "starts_on": str(starts_on), "ends_on": str(ends_on), "start_from": str(earlier.key)}
        )
    typed_already = {name: getattr(fields, name) for name in fields.model_fields_set}
    return _form(request, db, viewer, None, begun.model_copy(update=typed_already))


@router.post("/{cohort}/convenings")
def create(
    request: Request, db: Db, cohort: CohortHere, viewer: ViewerHere, fields: Annotated[ConveningFields, Form()]
) -> Response:
    """A new convening; its venue is what one says next, or its draft where it begins with sessions."""
    earlier = _earlier(db, viewer, fields.start_from)
    try:
        details = _read(fields)
        if earlier is not None:
            start = start_convening(db, cohort, details, earlier, by=viewer)
            return see_other(f"{start.convening.path}/agenda/draft", flash=_said(start, earlier))
        convening = create_convening(db, cohort, details, by=viewer)
    except Refused as refused:
        return _form(request, db, viewer, None, fields, refused)
    where = "" if convening.venue_id else "/venue"
    return see_other(f"{convening.path}{where}", flash=f"{convening.title} is on record.")


@router.get(HERE + "/edit")
def edit_convening(request: Request, db: Db, convening: ConveningHere, viewer: ViewerHere) -> Response:
    return _form(request, db, viewer, convening, _written(convening))


@router.post(HERE + "/edit")
def change(
    request: Request,
    db: Db,
    cohort: CohortHere,
    convening: ConveningHere,
    viewer: ViewerHere,
    fields: Annotated[ConveningFields, Form()],
) -> Response:
    """Change what is said of a convening, how far it has come included."""
    try:
        change_convening(db, convening, _read(fields), by=viewer)
    except Refused as refused:
        return _form(request, db, viewer, convening, fields, refused)
    return see_other(convening.path, flash="The convening is changed.")


def _read(fields: ConveningFields) -> ConveningDetails:
    """What was typed; raises Refused at the field."""
    try:
        stage = ConveningStage(fields.stage)
    except ValueError as error:
        raise Refused("Choose one of the list.", "stage") from error
    numbers = {
        name: _number(getattr(fields, name), name)
        for name in ConveningFields.model_fields
        if name.endswith(("_cap", "_minutes"))
    }
    return ConveningDetails(
        title=fields.title,
        slug=fields.slug.strip(),
        starts_on=typed.day(fields.starts_on, "starts_on"),
        ends_on=typed.day(fields.ends_on, "ends_on"),
        zone=fields.zone,
        theme=fields.theme,
        goals=fields.goals.strip(),
        stage=stage,
        venue_id=typed.number_or_none(fields.venue_id, "venue_id"),
        **numbers,
    )


def _number(text: str, field: str) -> int:
    if not text.strip().isascii() or not text.strip().isdecimal() or len(text.strip()) > 6:
        raise Refused("This is a number from 0 on.", field)
    return int(text)


def _written(convening: Convening) -> ConveningFields:
    values = details_of(convening)
    shown = {name: getattr(values, name) for name in ConveningFields.model_fields if name != "start_from"}
    return ConveningFields(**{name: "" if value is None else str(value) for name, value in shown.items()})


def _earlier(db: Session, viewer: Viewer, number: str) -> Convening | None:
    """The convening to start from, if one is named that the viewer organizes."""
    return next((one for one in earlier_convenings(db, viewer) if str(one.key) == number.strip()), None)


def _form(
    request: Request,
    db: Session,
    viewer: Viewer,
    convening: Convening | None,
    fields: ConveningFields,
    refused: Refused | None = None,
) -> Response:
    earlier = None if convening else _earlier(db, viewer, fields.start_from)
    context = {
        "convening": convening,
        "form": fields,
        "errors": typed.errors(refused) if refused else {},
        "stages": [(stage.value, stage.value.capitalize()) for stage in ConveningStage],
        "zones": [(name, name) for name in clock.zone_names()],
        "venues": [(one.key, one.name) for one in db.exec(select(Venue).order_by(col(Venue.name)))],
        "earlier": earlier,
        "to_start_from": [] if convening else [(one.key, one.title) for one in earlier_convenings(db, viewer)],
        "days": _days(fields, earlier),
    }
    return page(request, "agenda/convening_form.html", context, status=422 if refused else 200)


def _days(fields: ConveningFields, earlier: Convening | None) -> list[tuple[date, date | None]]:
    """Each day of the earlier convening with the day that it becomes (None: its sessions wait in the tray)."""
    if earlier is None:
        return []
    try:
        first, last = typed.day(fields.starts_on, "starts_on"), typed.day(fields.ends_on, "ends_on")
    except Refused:
        return []
    shift = day_shift(earlier.starts_on, earlier.ends_on, first, last)
    count = (earlier.ends_on - earlier.starts_on).days + 1
    days = [earlier.starts_on + timedelta(days=number) for number in range(count)]
    return [(day, day + shift if first <= day + shift <= last else None) for day in days]


def _said(start: Start, earlier: Convening) -> str:
    """What came along, and what there is to look after."""
    sentences = [f"{start.convening.title} begins with the {start.sessions} sessions of {earlier.title}."]
    for count, what in (
        (start.in_tray, "in the tray, without a time"),
        (start.for_nobody, "for nobody yet, since they were for named people or other cities"),
        (start.roomless, "without a room that this venue does not have"),
    ):
        if count:
            sentences.append(f"{count} {'is' if count == 1 else 'are'} {what}.")
    return " ".join(sentences)
