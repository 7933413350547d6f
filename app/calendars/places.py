"""Where a convening is, as a calendar says it, and when that changed: a change of place is told (rule 16)."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from app.calendars.history import Happening, audited
from app.models import AuditEntry, Convening, Room, Venue

OF_VENUE = frozenset({"name", "address", "map_url"})

_NUMBER = r"(-?\d{1,3}\.\d{2,})"
_ON_A_MAP = (
    re.compile(rf"[?&]mlat={_NUMBER}&(?:amp;)?mlon={_NUMBER}"),
    re.compile(rf"#map=\d+/{_NUMBER}/{_NUMBER}"),
    re.compile(rf"!3d{_NUMBER}!4d{_NUMBER}"),
    re.compile(rf"[?&](?:ll|q|query|daddr|center|coordinate)={_NUMBER}(?:,|%2C){_NUMBER}", re.IGNORECASE),
    re.compile(rf"/@{_NUMBER},{_NUMBER}"),
    re.compile(rf"^geo:{_NUMBER},{_NUMBER}"),
)
"""Where the links of OpenStreetMap, Google, Apple and Bing Maps keep a latitude and a longitude."""


@dataclass(frozen=True, slots=True)
class Place:
    """A venue in words, with its coordinates (latitude, longitude) where its link to a map holds them.

    `happened`: each time that it became another or was called otherwise. Rooms of `off_site` are not in it.
    """

    said: str = ""
    coordinates: tuple[float, float] | None = None
    happened: tuple[Happening, ...] = ()
    off_site: frozenset[int] = frozenset()


NOWHERE = Place()


def places(db: Session, convenings: Collection[Convening]) -> dict[int, Place]:
    """The place of each convening, by the convening's id; four queries however many they are."""
    moves: dict[int, list[AuditEntry]] = {convening.key: [] for convening in convenings}
    for entry in audited(db, "convening", moves):
        if "venue_id" in (entry.after or ()):
            moves[entry.subject_id].append(entry)
    stays = {convening.key: _stays(convening, moves[convening.key]) for convening in convenings}
    ids = {venue_id for stay in stays.values() for _, venue_id in stay if venue_id is not None}
    venues = {venue.key: venue for venue in db.exec(select(Venue).where(col(Venue.id).in_(ids)))}
    edits = [entry for entry in audited(db, "venue", ids) if OF_VENUE & set(entry.after or ())]
    off_site = frozenset(
        db.exec(select(Room.id).where(col(Room.venue_id).in_(ids), col(Room.off_site).is_(True))).all()
    )
    return {
        convening.key: _place(convening, venues, moves[convening.key], stays[convening.key], edits, off_site)
        for convening in convenings
    }


def coordinates(map_url: str) -> tuple[float, float] | None:
    """Latitude and longitude out of a link to a map, or None where it names none on this earth.

    >>> coordinates("https://www.openstreetmap.org/?mlat=42.3755&mlon=-71.1222#map=18/42.3755/-71.1222")
    (42.3755, -71.1222)
    """
    found = next((match for pattern in _ON_A_MAP if (match := pattern.search(map_url))), None)
    if found is None:
        return None
    latitude, longitude = float(found[1]), float(found[2])
    return (latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None


def _stays(convening: Convening, moves: list[AuditEntry]) -> list[tuple[datetime, int | None]]:
    """Since when the convening was at which venue, from its making on."""
    first = (moves[0].before or {}).get("venue_id") if moves else convening.venue_id
    return [
        (convening.created_at, first),
        *((entry.created_at, (entry.after or {}).get("venue_id")) for entry in moves),
    ]


def _place(
    convening: Convening,
    venues: Mapping[int, Venue],
    moves: list[AuditEntry],
    stays: list[tuple[datetime, int | None]],
    edits: list[AuditEntry],
    off_site: frozenset[int | None],
) -> Place:
    venue = venues.get(convening.venue_id) if convening.venue_id is not None else None
    happened = [(entry.created_at, True) for entry in moves]
    happened += [
        (entry.created_at, True)
        for entry in edits
        if entry.created_at >= convening.created_at and _at(stays, entry.created_at) == entry.subject_id
    ]
    return Place(
        said=", ".join(part for part in (venue.name, venue.address) if part) if venue else "",
        coordinates=coordinates(venue.map_url) if venue else None,
        happened=tuple(sorted(happened)),
        off_site=frozenset(number for number in off_site if number is not None),
    )


def _at(stays: list[tuple[datetime, int | None]], moment: datetime) -> int | None:
    """Where it was at an instant: what was changed of a venue before or after its time there is no change of it."""
    return next((venue_id for since, venue_id in reversed(stays) if since <= moment), None)
