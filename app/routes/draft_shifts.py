"""Moving more than one session at once: two that change places, and what follows one shifted by minutes."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Query
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from app import clock
from app.agenda.desk import Desk, desk_of
from app.agenda.draft import DraftSession
from app.agenda.findings import Gravity
from app.agenda.grounds import placement_ground
from app.agenda.memory import recall
from app.agenda.placements import shift_sessions, swap_sessions, uses_of
from app.agenda.presence import Span
from app.agenda.seeing import programme_day
from app.agenda.shifting import Scope, Shift, Wish, plan_shift, said_stop
from app.models import AgendaSession
from app.people.audit import Refused
from app.routes import typed
from app.routes.door import NotHere
from app.routes.draft_placements import said_place, said_shift
from app.routes.pages import page, wants_fragment
from app.routes.stale import Differing, moved_instead, said_rooms
from app.routes.workbench import DRAFT, HERE, ONE, SessionHere, Workbench, WorkbenchHere, name_of, said_time

router = APIRouter(dependencies=DRAFT)
SHIFT = HERE + "/agenda/draft/shift"
SCOPES = (
    (Scope.ROOM.value, "In its rooms, this day"),
    (Scope.DAY.value, "In all rooms, this day"),
    (Scope.ALL.value, "In all rooms, this day and those after it"),
)


class ShiftFields(BaseModel):
    """As sent, all of it text. `begin`: with the session itself or after it; `gaps`: whether they take the shift up or
    are kept; `late`: the day may end later. `ground` is the plan that was looked at (Shift.ground)."""

    session: str = ""
    minutes: str = ""
    scope: str = Scope.DAY.value
    begin: Literal["here", "after"] = "here"
    gaps: Literal["fill", "keep"] = "fill"
    late: str = ""
    ground: str = ""
    day: str = ""


class SwapFields(BaseModel):
    model_config = ConfigDict(populate_by_name=True)

    other: str = Field(default="", alias="with")
    seen: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """A planned shift as it is read before it is done: from–to of each, what takes it up, what stops it, and the
    conflicts that it would make."""

    shift: Shift
    moves: list[tuple[str, str, str]]
    buffers: list[tuple[str, int, int]]
    stops: list[str]
    conflicts: list[str]


@router.get(SHIFT)
def preview(bench: WorkbenchHere, fields: Annotated[ShiftFields, Query()]) -> Response:
    """What a shift would do, before it is done; without minutes, the form that asks for it."""
    return _answer(bench, bench.desk(), fields)


@router.post(SHIFT)
def shift(bench: WorkbenchHere, fields: Annotated[ShiftFields, Form()]) -> Response:
    """Shift what follows, all of it in one act. What is hindered, and what is no longer what was looked at, is shown
    again and not done."""
    desk = bench.desk()
    try:
        plan = plan_shift(desk.draft, _wish(fields))
    except Refused as refused:
        return _answer(bench, desk, fields, refused)
    if plan.stops or not plan.moves:
        return _answer(bench, desk, fields, Refused("It cannot be shifted so: nothing has been moved."))
    if fields.ground and fields.ground != plan.ground:
        return _answer(bench, desk, fields, Refused("The draft has changed meanwhile. This is what would happen now."))
    try:
        shift_sessions(bench.db, bench.convening, {one.session_id: one.to[0] for one in plan.moves}, by=bench.viewer)
    except Refused as refused:
        return _answer(bench, desk, fields, refused)
    after = bench.desk()
    count = len(plan.moves)
    said = f"{'One session is' if count == 1 else f'{count} sessions are'} shifted by {_signed(_wish(fields).minutes)}."
    session = bench.db.get(AgendaSession, plan.moves[0].session_id)
    return bench.done(f"{said} {said_shift(after, desk.found)}".strip(), session, desk=after)


@router.get(ONE + "/swap")
def choose(bench: WorkbenchHere, session: SessionHere) -> Response:
    """Choose what a session changes places with."""
    return _choice(bench, session)


@router.post(ONE + "/swap")
def swap(bench: WorkbenchHere, session: SessionHere, fields: Annotated[SwapFields, Form()]) -> Response:
    """Let two sessions change places: times and rooms; each keeps its length."""
    try:
        other = _other(bench, session, fields)
    except Refused as refused:
        return _choice(bench, session, refused)
    if fields.seen not in ("", placement_ground(session)):
        return moved_instead(
            bench,
            session,
            [
                Differing("When", said_time(session), said_time(other)),
                Differing("Where", said_rooms(bench, uses_of(session)), said_rooms(bench, uses_of(other))),
            ],
            wanted=f"You let it change places with “{name_of(other)}”.",
            label="Let them change places all the same",
            address=f"{bench.here}/sessions/{session.key}/swap",
            fields={"with": str(other.key)},
        )
    before = bench.desk()
    try:
        swap_sessions(bench.db, session, other, by=bench.viewer)
    except Refused as refused:
        return _choice(bench, session, refused)
    after = bench.desk()
    kept = " Each keeps its length." if session.minutes != other.minutes else ""
    said = f"{said_place(after, session)}; {said_place(after, other)}.{kept} {said_shift(after, before.found)}"
    return bench.done(said.strip(), session, desk=after)


def _wish(fields: ShiftFields) -> Wish:
    session = typed.number_or_none(fields.session, "session")
    if session is None:
        raise Refused("Choose the session from which on it is shifted.", "session")
    minutes = fields.minutes.strip().replace("\N{MINUS SIGN}", "-")
    if not minutes.lstrip("+-").isdecimal() or len(minutes) > 5 or minutes.count("-") + minutes.count("+") > 1:
        raise Refused("Say by how many minutes, such as 10, or -10 for earlier.", "minutes")
    if fields.scope not in {scope.value for scope in Scope}:
        raise Refused("Choose one of the list.", "scope")
    return Wish(
        session_id=session,
        minutes=int(minutes),
        scope=Scope(fields.scope),
        itself=fields.begin == "here",
        keep_gaps=fields.gaps == "keep",
        late=bool(fields.late),
    )


def _answer(bench: Workbench, desk: Desk, fields: ShiftFields, refused: Refused | None = None) -> Response:
    """The form, with what it would do as soon as there is something to do."""
    shown: Preview | None = None
    if fields.minutes.strip():
        try:
            shown = _preview(bench, desk, _wish(fields))
        except Refused as error:
            refused = refused or error
    context = {
        "convening": bench.convening,
        "at": bench.address,
        "fragment": wants_fragment(bench.request),
        "form": fields,
        "errors": typed.errors(refused) if refused else {},
        "sessions": _on_the_grid(desk),
        "scopes": SCOPES,
        "shown": shown,
    }
    block = "panel" if wants_fragment(bench.request) else None
    return page(bench.request, "agenda/shift.html", context, block=block, status=422 if refused else 200)


def _preview(bench: Workbench, desk: Desk, wish: Wish) -> Preview:
    plan = plan_shift(desk.draft, wish)
    then = desk
    if plan.moves and not plan.stops:
        moved = {one.session_id for one in plan.moves}
        then = desk_of(recall(bench.db, bench.convening).after(plan.done_to(desk.draft), moved), bench.viewer)
    known = {one.key for one in desk.found}

    def said(span: Span) -> str:
        walls = clock.NARROW.join(clock.said_time(moment, desk.draft.zone) for moment in span)
        return f"{clock.said_day(desk.draft.day_of(span[0]))}, {walls}" if wish.scope is Scope.ALL else walls

    return Preview(
        shift=plan,
        moves=[(desk.titles[one.session_id], said(one.was), said(one.to)) for one in plan.moves],
        buffers=[(desk.titles[one.before_id], one.was, one.becomes) for one in plan.buffers],
        stops=[said_stop(one, desk.draft, desk.titles, wish.scope) for one in plan.told],
        conflicts=[one.said for one in then.shown if one.finding.key not in known and one.gravity is not Gravity.NOTE],
    )


def _choice(bench: Workbench, session: AgendaSession, refused: Refused | None = None) -> Response:
    desk = bench.desk()
    context: dict[str, Any] = {
        "convening": bench.convening,
        "at": bench.address,
        "fragment": wants_fragment(bench.request),
        "session": desk.draft.session(session.key) if session.archived_at is None else None,
        "title": name_of(session),
        "sessions": [(day, [one for one in some if one[0] != session.key]) for day, some in _on_the_grid(desk)],
        "errors": typed.errors(refused) if refused else {},
    }
    if context["session"] is None:
        raise NotHere(f"“{name_of(session)}” was deleted.")
    block = "panel" if wants_fragment(bench.request) else None
    return page(bench.request, "agenda/swap.html", context, block=block, status=422 if refused else 200)


def _other(bench: Workbench, session: AgendaSession, fields: SwapFields) -> AgendaSession:
    number = typed.number_or_none(fields.other, "with")
    other = bench.db.get(AgendaSession, number) if number is not None else None
    if other is None or other.convening_id != session.convening_id or other.archived_at is not None:
        raise Refused("Choose another session of this convening.", "with")
    return other


def _on_the_grid(desk: Desk) -> list[tuple[str, list[tuple[int, str]]]]:
    """What takes place, by day: (id, "09:00 Welcome")."""
    days: dict[str, list[tuple[int, str]]] = {}
    for one in desk.draft.running:
        day = clock.said_day(programme_day(one.span[0], desk.draft.zone))
        days.setdefault(day, []).append((one.id, f"{_start(desk, one)} {desk.titles[one.id]}"))
    return list(days.items())


def _start(desk: Desk, session: DraftSession) -> str:
    return clock.said_time(session.span[0], desk.draft.zone)


def _signed(minutes: int) -> str:
    said = "one minute" if abs(minutes) == 1 else f"{abs(minutes)} minutes"
    return f"{said} {'later' if minutes > 0 else 'earlier'}"
