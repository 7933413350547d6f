"""Ways out of findings that are not placements: excusing people, and giving a city another turn."""

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import Response
from sqlmodel import select

from app.agenda.excuses import excuse
from app.agenda.memory import recall
from app.agenda.slots import move_slot, swap_slots
from app.agenda.wording import joined
from app.models import AgendaSession, SessionItem
from app.people.audit import Refused
from app.routes.door import NotHere
from app.routes.draft_placements import said_shift
from app.routes.typed import number_or_none
from app.routes.workbench import DRAFT, ONE, SessionHere, Workbench, WorkbenchHere, name_of

router = APIRouter(dependencies=DRAFT)
MOST = 100
Text = Annotated[str, Form()]


@router.post(ONE + "/excuses")
def excuse_people(
    bench: WorkbenchHere, session: SessionHere, person: Annotated[list[str] | None, Form()] = None
) -> Response:
    """These people need not come to the session: an exception of its audience, taken back in its form."""
    before = recall(bench.db, bench.convening)
    numbers = {number for text in (person or [])[:MOST] if (number := number_or_none(text, "person")) is not None}
    excused = excuse(bench.db, session, numbers, by=bench.viewer)
    who = joined(one.name for one in excused)
    desk = bench.desk()
    said = f"{who} need not come to “{name_of(session)}”. {said_shift(desk, before.found)}"
    return bench.done(said.strip(), session, desk=desk)


@router.post(ONE + "/slots")
def another_slot(
    bench: WorkbenchHere,
    session: SessionHere,
    item: Text = "",
    other: Annotated[str, Form(alias="with")] = "",
    to: Text = "",
) -> Response:
    """Give a city's turn (`item`) of the session another place: that of another one (`with`), or the end of another
    session (`to`)."""
    before = recall(bench.db, bench.convening)
    mine = _item(bench, item)
    if mine.session_id != session.key:
        raise NotHere("That turn is in another session by now.")
    if number_or_none(to, "to") is not None:
        move_slot(bench.db, mine, _session(bench, to), by=bench.viewer)
        said = f"The turn is now at the end of “{name_of(_session(bench, to))}”."
    else:
        swap_slots(bench.db, mine, _item(bench, other), by=bench.viewer)
        said = "The two turns have changed places."
    desk = bench.desk()
    return bench.done(f"{said} {said_shift(desk, before.found)}".strip(), session, desk=desk)


def _item(bench: Workbench, text: str) -> SessionItem:
    number = number_or_none(text, "item")
    if number is None:
        raise Refused("Choose the turn with which it changes places.")
    here = (
        select(SessionItem)
        .join(AgendaSession)
        .where(SessionItem.id == number, AgendaSession.convening_id == bench.convening.key)
    )
    found = bench.db.exec(here).first()
    if found is None:
        raise NotHere("That turn is no longer on the draft.")
    return found


def _session(bench: Workbench, text: str) -> AgendaSession:
    number = number_or_none(text, "to")
    here = select(AgendaSession).where(AgendaSession.id == number, AgendaSession.convening_id == bench.convening.key)
    found = bench.db.exec(here).first()
    if found is None or found.archived_at is not None:
        raise NotHere("That session is no longer on the draft.")
    return found
