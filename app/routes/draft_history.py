"""Undo and redo on the draft, and its history."""

from itertools import groupby
from typing import Annotated

from fastapi import APIRouter, Form, Query
from fastapi.responses import Response

from app import clock
from app.agenda.history import Taken, redo_step, undo_step
from app.agenda.record import Sought, record_of
from app.gatherings.details import is_hidden
from app.models import AgendaSession
from app.routes.door import NotHere
from app.routes.pages import page, see_other
from app.routes.session_editor import name_of
from app.routes.workbench import DRAFT, HERE, NO_SUCH_NUMBER, Workbench, WorkbenchHere

router = APIRouter(dependencies=DRAFT)
Turned = Annotated[str, Form(max_length=32)]
Typed = Annotated[str, Query(max_length=20)]


@router.post(HERE + "/agenda/draft/undo")
def undo(bench: WorkbenchHere, turn: Turned = "", back: Annotated[str, Form(max_length=20)] = "") -> Response:
    """Take back one of the viewer's own acts, named by its turn: the one that the button promised, whatever has been
    done in another window since. `back` "history" or
    "tables-12" (those of a session) leads there."""
    taken = undo_step(bench.db, bench.convening, reverses=turn, by=bench.viewer)
    return _answer(bench, f"Undone: {taken.said}.", taken, back)


@router.post(HERE + "/agenda/draft/redo")
def redo(bench: WorkbenchHere, turn: Turned = "", back: Annotated[str, Form(max_length=20)] = "") -> Response:
    """Do again what the viewer has taken back."""
    taken = redo_step(bench.db, bench.convening, reverses=turn, by=bench.viewer)
    return _answer(bench, f"Done again: {taken.said}.", taken, back)


def _answer(bench: Workbench, happened: str, taken: Taken, back: str) -> Response:
    if back.startswith("tables-"):
        return see_other(f"{bench.here}/sessions/{_number(back.removeprefix('tables-')) or 0}/tables", flash=happened)
    if back == "history":
        return see_other(f"{bench.address}/history", flash=happened)
    session = bench.db.get(AgendaSession, taken.session_ids[0]) if taken.session_ids else None
    return bench.done(happened, session if session and session.archived_at is None else None)


@router.get(HERE + "/agenda/draft/history")
def history(bench: WorkbenchHere, by: Typed = "", session: Typed = "", before: Typed = "") -> Response:
    """Who changed what, newest first; of one person, of one session, or of all; `before` an entry of the log."""
    about = bench.db.get(AgendaSession, _number(session) or 0) if session else None
    if session and (about is None or about.convening_id != bench.convening.key):
        raise NotHere("This convening has no such session.")
    sought = Sought(_number(by), about, _number(before))
    record = record_of(bench.db, bench.convening, bench.viewer, sought)
    context = {
        "convening": bench.convening,
        "at": bench.address,
        "days": [
            (day, list(acts))
            for day, acts in groupby(record.acts, lambda one: clock.local(one.turn.at, bench.convening.zone).date())
        ],
        "record": record,
        "by": sought.by_id,
        "session": about,
        "session_name": name_of(about, hidden=is_hidden(bench.db, about, bench.viewer)) if about else "",
    }
    return page(bench.request, "agenda/history.html", context)


def _number(typed: str) -> int | None:
    """What was typed as a row's number; None for anything else."""
    return min(int(typed), NO_SUCH_NUMBER) if typed.isascii() and typed.isdecimal() else None
