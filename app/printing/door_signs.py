"""Signs for doors: a room on a day, or one for each session with what is on now and what comes next.

A door is read by everybody who walks past: what is closed stands under its cover title whoever prints, with the word
that asks to stay outside (rule 13). Of internal sessions and of those who come nothing stands there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from sqlmodel import Session

from app import clock
from app.agenda import published
from app.agenda.published import PublishedAgenda
from app.agenda.seeing import SeenRoom, SeenSession, cover, programme_day
from app.models import Convening, Openness, SessionFormat
from app.people.viewer import Viewer
from app.printing.documents import (
    Group,
    NothingToPrint,
    Option,
    Piece,
    Printable,
    Wish,
    one_side,
    set_piece,
    set_pieces,
)
from app.printing.fitting import Face, largest
from app.printing.imprint import of_release
from app.printing.runs import Document

SHEET = "door-signs.css"
WIDTH, ROOM_HEIGHT = 174 / 25.4 * 72, 46 / 25.4 * 72
SIZES = (84, 72, 60, 48, 40, 34, 28, 24, 20, 16, 13, 10, 8, 6, 5)


@dataclass(frozen=True, slots=True)
class Door:
    """A room on a programme day with what takes place there, in order of time, as a door may say it. `cities` names
    whose room it is in a session that gives each city its own."""

    room: SeenRoom
    day: date
    sessions: tuple[tuple[SeenSession, str], ...]


def make(db: Session, wish: Wish) -> Document:
    """A sign for each room and day on which something takes place there; with `moment`, one for each session."""
    found = _released(db, wish.convening, wish.viewer)
    if found is None:
        raise NothingToPrint(f"The agenda of {wish.convening.title} is not published yet; signs are made from it.")
    agenda, signs = found
    day, room = wish.option("day"), wish.option("room")
    wanted = [one for one in signs if day in ("", one.day.isoformat()) and room in ("", str(one.room.id))]
    sign = _now_and_next if wish.option("moment") else _whole_day
    pieces = [piece for one in wanted for piece in sign(one, agenda.zone)]
    return set_pieces(
        wish,
        "door signs",
        pieces,
        sheet=SHEET,
        imprint=of_release(
            wish.convening,
            agenda.release_number,
            agenda.released_at,
            site=wish.settings.address,
            now=wish.at,
            moments=[session.starts_at for one in wanted for session, _ in one.sessions],
        ),
        nothing="Nothing takes place in a room on that day.",
    )


def _released(db: Session, convening: Convening, viewer: Viewer) -> tuple[PublishedAgenda, list[Door]] | None:
    release = published.latest_release(db, convening)
    if release is None:
        return None
    entries = published.release_entries(db, release)
    agenda = published.seen_release(db, convening, release, entries, viewer)
    return agenda, doors(agenda, {one["id"]: one["cover_title"] for one in entries})


def doors(agenda: PublishedAgenda, covers: Mapping[int, str]) -> list[Door]:
    """Every room on every day on which something takes place there, in order of days, then of names; `covers` are the
    cover titles of sessions."""
    placed = [
        (
            (programme_day(one.starts_at, agenda.zone), room.name, room.id),
            room,
            at_the_door(one, covers.get(one.id, "")),
        )
        for one in agenda.sessions
        if one.format is not SessionFormat.INTERNAL and not one.cancelled
        for room in one.rooms
    ]
    placed.sort(key=lambda one: (one[0], one[2].starts_at, one[2].id))
    return [
        Door(found[0][1], key[0], tuple((session, room.city) for _, room, session in found))
        for key, found in ((key, list(group)) for key, group in groupby(placed, key=lambda one: one[0]))
    ]


def at_the_door(session: SeenSession, title: str) -> SeenSession:
    """A session as everybody may read it in passing; `title` is that of its cover."""
    if session.openness is Openness.CLOSED and not session.covered:
        return cover(session, title)
    return session


def _whole_day(door: Door, zone: str) -> list[Piece]:
    return [_piece(door, zone, f"room-{door.room.id}-{door.day}", "")]


def _now_and_next(door: Door, zone: str) -> list[Piece]:
    return [
        _piece(door, zone, f"room-{door.room.id}-{door.day}-{session.id}", session.title, place)
        for place, (session, _) in enumerate(door.sessions)
    ]


def _piece(door: Door, zone: str, key: str, title: str, place: int | None = None) -> Piece:
    return set_piece(
        "printing/door_sign.html",
        key,
        ", ".join(filter(None, (door.room.name, clock.said_day(door.day), title))),
        door=door,
        zone=zone,
        now=None if place is None else door.sessions[place],
        then=None if place is None else next(iter(door.sessions[place + 1 :]), None),
        density="many" if len(door.sessions) > 9 else "few" if len(door.sessions) < 5 else "",
        size=largest([(door.room.name, 1.0)], Face.TITLE, width=WIDTH, height_=ROOM_HEIGHT, sizes=SIZES),
    )


def _doors(db: Session, convening: Convening, viewer: Viewer) -> list[Door]:
    found = _released(db, convening, viewer)
    return found[1] if found else []


def _days(db: Session, convening: Convening, viewer: Viewer) -> Sequence[tuple[str, str]]:
    return list({one.day.isoformat(): clock.said_day(one.day) for one in _doors(db, convening, viewer)}.items())


def _rooms(db: Session, convening: Convening, viewer: Viewer) -> Sequence[tuple[str, str]]:
    found = {str(one.room.id): one.room.name for one in _doors(db, convening, viewer)}
    return sorted(found.items(), key=lambda one: one[1])


def _moments(_db: Session, _convening: Convening, _viewer: Viewer) -> Sequence[tuple[str, str]]:
    return [("each", "A sign for each session: now, and next")]


DOOR_SIGNS = Printable(
    slug="door-signs",
    title="Door signs",
    lead="What takes place in a room on a day, or a sign for each session with what comes next.",
    group=Group.DOORS,
    permission="checkin.use",
    make=make,
    piece=("sign", "signs"),
    sides=one_side,
    options=(
        Option("day", "Day", _days, every="All days"),
        Option("room", "Room", _rooms, every="All rooms"),
        Option("moment", "Kind", _moments, every="A sign for the whole day", form=True),
    ),
    single=("room", "day"),
)
