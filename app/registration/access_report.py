"""The access report: who needs what, and in which rooms they will be when, so that each can be walked beforehand.

Decided on the draft as it is planned now: those of a session's audience who are really there then, and those with a
part in it; where a room is kept for a city, that city's people. The look goes on record (rule 12).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from app.agenda.chasing import hidden_sessions, speakers_access_by_session
from app.models import AgendaSession, Convening, SessionRoom
from app.people.audit import verb
from app.people.viewer import Viewer
from app.registration.attending import Guest, Place, guests, places, those_in
from app.registration.looks import SPEAKER, note_look, refuse_others

Spoken = tuple[tuple[str, str], ...]
"""What speakers need, as (name, text)."""


@dataclass(frozen=True, slots=True)
class Wants:
    """What one person needs."""

    person: str
    city: str
    access: str


@dataclass(frozen=True, slots=True)
class Use:
    """A session in a room, with somebody in it who needs something: who, and how many there are in all (UTC)."""

    title: str
    starts_at: datetime
    ends_at: datetime
    setup: str
    coming: int
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RoomUses:
    """A room in the order of the venue; "" is no room yet."""

    room: str
    building: str
    uses: tuple[Use, ...]


@dataclass(frozen=True, slots=True)
class AccessReport:
    """Who needs what, by name; and each room that one of them will be in."""

    wants: tuple[Wants, ...]
    rooms: tuple[RoomUses, ...]


@verb
def look_at_access_report(db: Session, convening: Convening, *, by: Viewer) -> AccessReport:
    """The report; sessions that exclude the lab are left out unless the organizer is in them (rule 13)."""
    refuse_others(convening, by)
    unseen = hidden_sessions(db, convening, by)
    everyone = guests(db, convening)
    speaking = speakers_access_by_session(db, convening, unseen)
    uses: dict[tuple[int, str, str], list[Use]] = {}
    for place in places(db, convening):
        if place.session.key not in unseen:
            for room, use in _uses(place, those_in(place, everyone), speaking.get(place.session.key, ())):
                key = (room.room.position, room.room.name, room.room.building) if room else (9999, "", "")
                uses.setdefault(key, []).append(use)
    wants = dict.fromkeys(
        [Wants(guest.name, guest.city, guest.needs.access) for guest in everyone if guest.needs and guest.needs.access]
        + [Wants(name, SPEAKER, access) for said in speaking.values() for name, access in said]
    )
    note_look(db, convening, "look_at_access_report", len({(one.person, one.city) for one in wants}), by)
    rooms = [RoomUses(name, building, tuple(found)) for (_, name, building), found in sorted(uses.items())]
    return AccessReport(tuple(wants), tuple(rooms))


def _uses(place: Place, there: Sequence[Guest], speaking: Spoken) -> list[tuple[SessionRoom | None, Use]]:
    """What a session is to each of its rooms, as far as somebody there needs something."""
    session = place.session
    rooms: list[SessionRoom | None] = [*session.places]
    found: list[tuple[SessionRoom | None, Use]] = []
    for room in rooms or [None]:
        inside = [one for one in there if room is None or room.city is None or room.city.name == one.city]
        needing = [guest.name for guest in inside if guest.needs and guest.needs.access]
        people = tuple(dict.fromkeys([*needing, *(name for name, _ in speaking)]))
        if people:
            found.append((room, _use(session, room, len(inside), people)))
    return found


def _use(session: AgendaSession, room: SessionRoom | None, coming: int, people: tuple[str, ...]) -> Use:
    assert session.starts_at is not None
    assert session.ends_at is not None
    setup = room.setup.name if room and room.setup else ""
    return Use(session.title, session.starts_at, session.ends_at, setup, coming, people)
