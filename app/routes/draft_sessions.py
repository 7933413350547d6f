"""The form of one session of the draft: empty, filled, redrawn as typed, and saved."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form
from fastapi.responses import Response
from markupsafe import escape
from sqlmodel import select

from app.agenda.sessions import create_session, edit_session
from app.gatherings.details import is_hidden
from app.models import AgendaSession
from app.people.audit import Refused
from app.routes.door import NotHere
from app.routes.pages import partial, render, wants_fragment
from app.routes.session_choices import choices
from app.routes.session_editor import form_context, name_of
from app.routes.session_form import (
    SessionFields,
    SessionSent,
    read_details,
    read_minutes,
    read_placement,
    read_rooms,
    without_hidden,
)
from app.routes.session_lines import rearranged
from app.routes.stale_forms import changed_meanwhile, is_choosing, not_moving, read_edit
from app.routes.workbench import DRAFT, HERE, SessionHere, Workbench, WorkbenchHere, said_time

router = APIRouter(dependencies=DRAFT)
NEW = HERE + "/agenda/draft/sessions/new"
FORM = HERE + "/agenda/draft/sessions/{session:int}"


@router.get(NEW)
def new_session(bench: WorkbenchHere, day: str = "", start: str = "", minutes: str = "60", room: str = "") -> Response:
    """An empty form, begun with the day, start, length and room that were pointed at."""
    fields = SessionFields(title="", purpose="", day=day, start=start, minutes=minutes, room=[room], everyone="yes")
    return bench.edit(None, fields)


@router.post(NEW + "/typed")
def redraw_new(bench: WorkbenchHere, fields: SessionSent, do: Annotated[str, Form()] = "") -> Response:
    """The empty form as it is filled so far, with what a button did to it. Nothing is changed."""
    return bench.edit(None, rearranged(fields, do, choices(bench.db, bench.convening)))


@router.post(HERE + "/agenda/draft/sessions")
def create(bench: WorkbenchHere, fields: SessionSent) -> Response:
    """A new session, placed where the form says, or without a day in the tray. Sent twice, it is made once."""
    session = _made(bench, fields.uid)
    if session is None:
        try:
            session = create_session(
                bench.db,
                bench.convening,
                read_details(fields, choices(bench.db, bench.convening)),
                to=read_placement(fields),
                rooms=read_rooms(fields),
                minutes=read_minutes(fields),
                uid=_uid(fields.uid),
                by=bench.viewer,
            )
        except Refused as refused:
            return bench.edit(None, fields, refused)
    return bench.done(f"“{name_of(session)}” is on the draft, {said_time(session)}.", session)


@router.get(FORM)
def edit(bench: WorkbenchHere, session: SessionHere) -> Response:
    """All that is said of a session, to be changed."""
    return bench.edit(_standing(session))


@router.post(FORM + "/typed")
def redraw(
    bench: WorkbenchHere, session: SessionHere, fields: SessionSent, do: Annotated[str, Form()] = ""
) -> Response:
    """The form as typed so far, with what a button did to it. Nothing is changed."""
    return bench.edit(_standing(session), rearranged(fields, do, choices(bench.db, bench.convening)))


@router.post(FORM)
def change(bench: WorkbenchHere, session: SessionHere, fields: SessionSent) -> Response:
    """Say of a session what its form says. On stale ground nothing is changed, and both versions are shown."""
    if is_hidden(bench.db, session, bench.viewer):
        fields = without_hidden(fields)
    offered = choices(bench.db, bench.convening)
    try:
        if session.archived_at is not None:
            raise Refused("Somebody deleted this session while you had it open. Nothing has been saved yet.")
        wanted = not_moving(read_edit(fields, offered, session), fields, session)
        refusal = changed_meanwhile(bench, session, fields, wanted, offered)
        if refusal is not None:
            return refusal
        edit_session(
            bench.db,
            session,
            wanted.details,
            at=wanted.at,
            minutes=wanted.minutes,
            rooms=wanted.rooms,
            by=bench.viewer,
        )
    except Refused as refused:
        return bench.edit(session, fields, refused)
    title = name_of(session, hidden=is_hidden(bench.db, session, bench.viewer))
    said = f"“{title}” is saved, {said_time(session)}."
    panel = _panel(bench, session, whole=is_choosing(fields)) if wants_fragment(bench.request) else ""
    return bench.done(said, session, panel=panel)


def _panel(bench: Workbench, session: AgendaSession, *, whole: bool) -> str:
    """The panel after a save: its form stays as it is, place and folds included, but for its ground and its title. It
    is drawn `whole` where another page was in it."""
    context = {
        **form_context(bench.db, bench.convening, bench.viewer, session, None),
        "errors": {},
        "saved": True,
        "fragment": True,
        "redrawn": False,
        "at": bench.address,
    }
    if whole:
        return partial("panel", render(bench.request, "agenda/editor.html", context, block="editor"))
    state = render(bench.request, "agenda/editor.html", context, block="state")
    return partial("editor-state", state) + partial("editor-title", escape(context["title"]))


def _standing(session: AgendaSession) -> AgendaSession:
    if session.archived_at is not None:
        raise NotHere(f"“{name_of(session)}” was deleted.")
    return session


def _made(bench: Workbench, uid: str) -> AgendaSession | None:
    """The session that this very form has made already."""
    here = AgendaSession.convening_id == bench.convening.key
    return bench.db.exec(select(AgendaSession).where(AgendaSession.uid == uid, here)).first() if uid else None


def _uid(text: str) -> str:
    """The name that the form gave, or "" where it is none."""
    try:
        return str(UUID(text))
    except ValueError:
        return ""
