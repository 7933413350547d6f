"""What breaks if somebody leaves early, comes late, or a room is lost: asked of the draft, without changing it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel

from app import clock
from app.agenda import what_if
from app.agenda.desk import Desk, desk_of
from app.agenda.draft import Draft
from app.agenda.findings import Checked
from app.agenda.grid import days_of
from app.agenda.memory import recall
from app.agenda.presence import Span
from app.agenda.what_if import Answer, those_one_may_ask_about
from app.agenda.wording import known_to, said_span
from app.people.audit import Refused
from app.routes import typed
from app.routes.draft_blocks import blocks_of
from app.routes.pages import page
from app.routes.workbench import DRAFT, HERE, Workbench, WorkbenchHere

router = APIRouter(dependencies=DRAFT)


class Question(BaseModel):
    """As asked, all of it text. `ask` is leaves, arrives or room; a room's `day` may be empty: on all of them."""

    ask: str = ""
    person: str = ""
    room: str = ""
    day: str = ""
    time: str = ""
    until: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """The question in words ("Imani Okafor leaves on Tue 14 Nov at 14:00"), what breaks, and the day to be shown."""

    asked: str
    desk: Desk
    day: date | None


@router.get(HERE + "/agenda/draft/questions")
def questions(bench: WorkbenchHere, question: Annotated[Question, Query()]) -> Response:
    """The questions, and the answer to one as sentences and on the grid."""
    checked = recall(bench.db, bench.convening)
    answered: Answered | None = None
    errors: Mapping[str, str] = {}
    try:
        answered = _answered(bench, checked, question) if question.ask else None
    except Refused as refused:
        errors = typed.errors(refused)
    return page(
        bench.request, "agenda/questions.html", _context(bench, checked, question, answered) | {"errors": errors}
    )


def _context(bench: Workbench, checked: Checked, question: Question, answered: Answered | None) -> dict[str, object]:
    draft = checked.draft
    people = those_one_may_ask_about(draft, known_to(draft, bench.viewer))
    context: dict[str, object] = {
        "convening": bench.convening,
        "at": bench.address,
        "form": question,
        "people": [(str(one.person_id), f"{one.name} ({one.office})" if one.office else one.name) for one in people],
        "rooms": [(str(room.id), room.name) for room in draft.rooms.values()],
        "days": [(day.isoformat(), clock.said_day(day)) for day in days_of(draft)],
        "answered": answered,
    }
    if answered is not None:
        context["grids"] = answered.desk.grids(answered.day)
        context["drawn"] = blocks_of(answered.desk, bench.address)
    return context


def _answered(bench: Workbench, checked: Checked, question: Question) -> Answered:
    """The answer; raises Refused at the field that is missing or cannot be read."""
    draft = checked.draft
    knowing = known_to(draft, bench.viewer)
    if question.ask == "room":
        asked, answer, day = _about_a_room(checked, question)
        return Answered(asked, desk_of(answer.checked, bench.viewer, answer.made), day)
    people = {one.person_id: one for one in those_one_may_ask_about(draft, knowing)}
    person = people.get(typed.number_or_none(question.person, "person") or 0)
    if person is None:
        raise Refused("Choose somebody of the list.", "person")
    day = typed.day(question.day, "day")
    at = clock.at(day, _time(question.time, "time"), draft.zone)
    does, about = ("arrives", what_if.arrives) if question.ask == "arrives" else ("leaves", what_if.leaves)
    answer = about(checked, person.person_id, at)
    # Whether a person is in a session that excludes the lab is not told by asking about one after the other (rule 13).
    told = [one for one in answer.made if not knowing.hides(one)]
    asked = f"{person.name} {does} on {clock.said_day(day)} at {clock.said_time(at, draft.zone)}"
    return Answered(asked, desk_of(answer.checked, bench.viewer, told), day)


def _about_a_room(checked: Checked, question: Question) -> tuple[str, Answer, date | None]:
    draft = checked.draft
    room = draft.rooms.get(typed.number_or_none(question.room, "room") or 0)
    if room is None:
        raise Refused("Choose a room of the list.", "room")
    day = typed.day_or_none(question.day, "day")
    span = _span(draft, day, question) if day else None
    when = f"on {said_span(draft, span)}" if span else "throughout"
    return f"{room.name} is lost {when}", what_if.without_room(checked, room.id, span), day


def _span(draft: Draft, day: date, question: Question) -> Span:
    """From when to when on a day; without a time from its first minute, without an end to its last."""
    start = _time(question.time, "time") if question.time.strip() else time(0)
    end = _time(question.until, "until") if question.until.strip() else time(23, 59)
    if end <= start:
        raise Refused("The end is before the start.", "until")
    return clock.at(day, start, draft.zone), clock.at(day, end, draft.zone)


def _time(text: str, field: str) -> time:
    try:
        return time.fromisoformat(text.strip()).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError as error:
        raise Refused("A time looks like 14:00.", field) from error
