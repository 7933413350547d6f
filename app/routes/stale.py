"""Edits made on stale ground: refused with 409, nothing changed, and both versions shown side by side.

What was typed or dragged travels along, so that one press does it after all, on the ground that stands now.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from fastapi.responses import HTMLResponse, Response

from app import clock
from app.agenda.grounds import Touch, last_moved, placement_ground
from app.agenda.placements import Placement, RoomUse, uses_of
from app.gatherings.details import is_hidden
from app.models import AgendaSession, City, Room, RoomSetup
from app.people.audit import Refused
from app.routes.door import NotHere
from app.routes.pages import page, partial, render, wants_fragment
from app.routes.session_editor import name_of
from app.routes.session_form import PlacementFields, read_minutes, read_placement, read_rooms
from app.routes.workbench import Workbench


@dataclass(frozen=True, slots=True)
class Differing:
    """One thing that is said in two ways: as it stands now, and as it was to become."""

    label: str
    theirs: str
    yours: str


def moved_meanwhile(bench: Workbench, session: AgendaSession, fields: PlacementFields) -> Response | None:
    """The refusal of a placement (or, with an empty day and start, of the way to the tray) whose `seen` is not where
    the session stands now. None where it may be done: on true ground, on none, or to where it stands already."""
    if session.archived_at is not None:
        raise NotHere(f"“{name_of(session)}” was deleted meanwhile, so it was not moved. Undo brings it back.")
    if fields.seen in (None, "", placement_ground(session)):
        return None
    try:
        placement = read_placement(fields, session)
        minutes, rooms = read_minutes(fields, session), read_rooms(fields, session)
    except Refused:
        return None  # what cannot be read is said at its field, and nothing is changed either
    differing = list(_placements(bench, session, placement, minutes, rooms))
    if not differing:
        return None
    to = f"to {placement.start:%H:%M}" if placement else "to the tray"
    return moved_instead(
        bench,
        session,
        differing,
        wanted=f"You moved it {to}.",
        label=f"Move it {to} all the same",
        address=f"{bench.here}/sessions/{session.key}/placement",
        fields=fields.model_dump(exclude_none=True, exclude={"seen"}),
    )


def moved_instead(
    bench: Workbench,
    session: AgendaSession,
    differing: Iterable[Differing],
    *,
    wanted: str,
    label: str,
    address: str,
    fields: Mapping[str, Any],
) -> Response:
    """409: who moved it and when, what was wanted, both side by side, and a button that posts `fields` to `address`
    again on the ground that stands now. To htmx it is the panel, and the workbench as it is."""
    context = {
        "convening": bench.convening,
        "session": session,
        "title": name_of(session, hidden=is_hidden(bench.db, session, bench.viewer)),
        "told": _told(last_moved(bench.db, session), session, bench.convening.zone),
        "differing": list(differing),
        "wanted": wanted,
        "label": label,
        "address": address,
        "fields": [*pairs(fields), ("seen", placement_ground(session))],
        "at": bench.address,
    }
    return refusal(bench, "agenda/moved.html", context)


def refusal(bench: Workbench, template: str, context: Mapping[str, object]) -> Response:
    """A page with status 409, or its block `panel` in the panel beside the workbench as it stands now."""
    fragment = wants_fragment(bench.request)
    known = {**context, "fragment": fragment}
    if not fragment:
        return page(bench.request, template, known, status=409)
    panel = render(bench.request, template, known, block="panel")
    return HTMLResponse(partial("panel", panel) + partial("workbench", bench.drawn(), "outerMorph"), 409)


def _told(touch: Touch | None, session: AgendaSession, zone: str) -> str:
    """ "Dana Reyes moved it to 14:00 a minute ago"."""
    act = f"moved it to {clock.said_time(session.starts_at, zone)}" if session.starts_at else "took it to the tray"
    return f"{touch.by} {act} {clock.said_ago(touch.at, zone)}" if touch else f"Somebody {act} meanwhile"


def _placements(
    bench: Workbench, session: AgendaSession, to: Placement | None, minutes: int, rooms: tuple[RoomUse, ...]
) -> Iterable[Differing]:
    """Where the session stands against where it was to go, as far as the two differ."""
    start = clock.at(to.day, to.start, session.zone) if to else None
    if (start, minutes) != (session.starts_at, session.minutes):
        theirs = said_when(session.starts_at, session.minutes, session.zone)
        yield Differing("When", theirs, said_when(start, minutes, session.zone))
    held = uses_of(session)
    if set(held) != set(rooms):
        yield Differing("Where", said_rooms(bench, held), said_rooms(bench, rooms))


def said_when(start: datetime | None, minutes: int, zone: str) -> str:
    """ "Tue 14 Nov, 14:00–15:00 EST", or where it waits."""
    if start is None:
        return f"In the tray, {minutes} minutes"
    return clock.said_span(start, start + timedelta(minutes=minutes), zone)


def said_rooms(bench: Workbench, uses: tuple[RoomUse, ...]) -> str:
    """ "Askwith Hall, theatre; Team Room 1, for Oakland"."""
    words = []
    for use in uses:
        room = bench.db.get(Room, use.room_id)
        setup = bench.db.get(RoomSetup, use.setup_id) if use.setup_id else None
        city = bench.db.get(City, use.city_id) if use.city_id else None
        said = room.name if room else "a room that is not here"
        words.append(said + (f", {setup.name}" if setup else "") + (f", for {city.name}" if city else ""))
    return "; ".join(words) or "No room"


def pairs(fields: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Form fields as the hidden inputs that send them again."""
    return [(name, one) for name, value in fields.items() for one in (value if isinstance(value, list) else [value])]
