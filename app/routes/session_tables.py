"""Who sits at which table of a session, for organizers: laying tables, seating everybody, moving one person."""

from typing import Annotated, Any

from fastapi import APIRouter, Form
from fastapi.responses import Response
from sqlmodel import select

from app.agenda.history import offer
from app.gatherings.details import is_hidden
from app.models import AgendaSession, SessionTable
from app.people.audit import Refused
from app.registration.table_plan import TablePlan, table_plan
from app.registration.table_seating import (
    change_table,
    lay_tables,
    move_to_table,
    seat_everybody,
    swap_places,
    take_off,
)
from app.routes.door import NotHere
from app.routes.pages import page, see_other
from app.routes.session_editor import name_of
from app.routes.typed import errors, number_or_none
from app.routes.workbench import DRAFT, NO_SUCH_NUMBER, ONE, SessionHere, Workbench, WorkbenchHere, said_time

router = APIRouter(dependencies=DRAFT)
HERE = ONE + "/tables"
Text = Annotated[str, Form()]


@router.get(HERE)
def tables(bench: WorkbenchHere, session: SessionHere, move: str = "") -> Response:
    """All tables, and with `move` the form that moves that person."""
    return _page(bench, session, move=move)


@router.post(HERE + "/layout")
def lay(bench: WorkbenchHere, session: SessionHere, tables: Text = "", places: Text = "") -> Response:
    """So many tables of so many places; 0 takes them all away."""
    try:
        count, each = _whole(tables, "tables"), _whole(places, "places")
        freed = lay_tables(bench.db, session, tables=count, places=each, by=bench.viewer)
    except Refused as refused:
        return _page(bench, session, refused=refused, typed={"tables": tables, "places": places})
    said = f"{count} table{'' if count == 1 else 's'} of {each}." if count else "The tables are taken away."
    if freed:
        said += f" {freed} {'person sits' if freed == 1 else 'people sit'} nowhere now."
    return _done(bench, session, said)


@router.post(HERE + "/seating")
def seat(bench: WorkbenchHere, session: SessionHere, anew: Text = "") -> Response:
    """Seat all who sit nowhere yet, or with `anew` mix all again but those placed by hand."""
    try:
        moved = seat_everybody(bench.db, session, anew=bool(anew), by=bench.viewer)
    except Refused as refused:
        return _page(bench, session, refused=refused)
    if not moved:
        return _done(bench, session, "Everybody has a place already; nobody was moved.")
    return _done(
        bench,
        session,
        f"{moved} {'person has a' if moved == 1 else 'people have'} new place{'' if moved == 1 else 's'}.",
    )


@router.post(HERE + "/places")
def place(bench: WorkbenchHere, session: SessionHere, person: Text = "", to: Text = "") -> Response:
    """Give a person another place: at "table-4", by changing with "person-12", or "off"."""
    try:
        said = _placed(bench, session, person, to)
    except Refused as refused:
        return _page(bench, session, move=person, refused=refused, typed={"to": to})
    return _done(bench, session, said)


@router.post(HERE + "/{number:int}")
def change(bench: WorkbenchHere, session: SessionHere, number: int, name: Text = "", places: Text = "") -> Response:
    """Name a table, and say how many places it has."""
    table = _table(bench, session, number)
    try:
        change_table(bench.db, session, table, name=name, places=_whole(places, "places"), by=bench.viewer)
    except Refused as refused:
        typed = {f"name-{number}": name, f"places-{number}": places}
        field = f"{refused.field}-{number}" if refused.field else None
        return _page(bench, session, refused=Refused(refused.sentence, field), typed=typed)
    return _done(bench, session, f"{table.title} has {table.places} places.")


def _placed(bench: Workbench, session: AgendaSession, person: str, to: str) -> str:
    """Do what the form says of one person, and say it."""
    who = number_or_none(person, "person")
    found = table_plan(bench.db, session).find(who) if who else None
    if who is None or found is None:
        raise Refused("They are not expected there any more. Look at the tables again.")
    name = found[0].name
    kind, _, number = to.partition("-")
    if kind == "off":
        take_off(bench.db, session, who, by=bench.viewer)
        return f"{name} sits nowhere now."
    target = number_or_none(number, "to")
    if kind not in ("table", "person") or target is None:
        raise Refused("Choose where they should sit.", "to")
    if kind == "table":
        table = _table(bench, session, target)
        move_to_table(bench.db, session, who, table, by=bench.viewer)
        return f"{name} sits at {table.title}."
    swap_places(bench.db, session, who, target, by=bench.viewer)
    return f"{name} has changed places."


def _table(bench: Workbench, session: AgendaSession, number: int) -> SessionTable:
    number = min(number, NO_SUCH_NUMBER)
    mine = select(SessionTable).where(SessionTable.session_id == session.key, SessionTable.number == number)
    found = bench.db.exec(mine).first()
    if found is None:
        raise NotHere("This session has no table of that number any more.")
    return found


def _whole(typed: str, field: str) -> int:
    number = typed.strip()
    if not number.isascii() or not number.isdecimal() or len(number) > 6:
        raise Refused("Write a whole number.", field)
    return int(number)


def _done(bench: Workbench, session: AgendaSession, said: str) -> Response:
    return see_other(f"{bench.here}/sessions/{session.key}/tables", flash=said)


def _page(
    bench: Workbench,
    session: AgendaSession,
    *,
    move: str = "",
    refused: Refused | None = None,
    typed: dict[str, str] | None = None,
) -> Response:
    if session.archived_at is not None:
        raise NotHere(f"“{name_of(session)}” was deleted.")
    hidden = is_hidden(bench.db, session, bench.viewer)
    plan = TablePlan((), (), "", None) if hidden else table_plan(bench.db, session)
    moving = plan.find(int(move)) if move.isascii() and move.isdecimal() and len(move) < 10 else None
    context: dict[str, Any] = {
        "convening": bench.convening,
        "session": session,
        "title": name_of(session, hidden=hidden),
        "when": said_time(session),
        "hidden": hidden,
        "plan": plan,
        "moving": moving,
        "errors": errors(refused) if refused else {},
        "typed": typed or {},
        "undo": offer(bench.db, bench.convening, bench.viewer).undo,
    }
    answer = page(bench.request, "agenda/tables.html", context, status=422 if refused else 200)
    answer.headers["cache-control"] = "private, no-store"
    return answer
