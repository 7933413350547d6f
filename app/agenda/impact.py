"""What publishing would set in motion: who is told, which calendars change, which prints go stale."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, func, select

from app.agenda.changes import said_time
from app.agenda.notices import Notice, Notices, Pair, Part
from app.agenda.seeing import SeenSession, programme_day
from app.models import Convening, Feed, SessionFormat
from app.people.viewer import Viewer

Rooms = tuple[tuple[date, tuple[str, ...]], ...]
"""Names of rooms by the day of the programme."""


@dataclass(frozen=True, slots=True)
class Group:
    """People who are told the same."""

    parts: tuple[Part, ...]
    people: tuple[Notice, ...]


@dataclass(frozen=True, slots=True)
class Untold:
    """Who would be told and has no address; `through` are the assistants who are told in their place."""

    name: str
    office: str
    through: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Calendars:
    """Events that are new, otherwise or called off; in how many people's calendars; how many have a feed."""

    new: int
    changed: int
    cancelled: int
    people: int
    feeds: int


@dataclass(frozen=True, slots=True)
class Prints:
    """What hangs or lies about and is no longer true: personal agendas by their number, signs and sheets by room."""

    personal: int
    door_signs: Rooms
    run_of_show: Rooms


@dataclass(frozen=True, slots=True)
class Impact:
    """`letters` are written in all, `kept_back` of them to people whom their name alone would place in a session
    that excludes the lab (rule 13): these stand in no group and are not among the untold."""

    groups: tuple[Group, ...]
    letters: int
    kept_back: int
    untold: tuple[Untold, ...]
    calendars: Calendars
    prints: Prints

    def someone(self) -> int | None:
        """Somebody who gets a letter that may be shown."""
        return next((one.person_id for group in self.groups for one in group.people), None)


def impact_of(db: Session, convening: Convening, notices: Notices, looker: Viewer) -> Impact:
    """The impact of a release on whoever it concerns, as an organizer may know it; times are said beside theirs."""
    everyone = notices.all(looker)
    reached = [one for one in everyone if one.email is not None]
    concerned = notices.in_calendars
    feeds = select(func.count(col(Feed.id))).where(col(Feed.person_id).in_(concerned), col(Feed.revoked_at).is_(None))
    first = all(pair.was is None for pair in notices.pairs)
    return Impact(
        groups=_grouped(one for one in reached if one.parts),
        letters=len(reached),
        kept_back=sum(1 for one in reached if not one.parts),
        untold=tuple(_untold(one, notices) for one in everyone if one.email is None and one.parts),
        calendars=_calendars(notices.pairs, len(concerned), db.exec(feeds).one()),
        prints=Prints(0, (), ()) if first else _prints(notices.pairs, convening.zone, len(concerned)),
    )


def _grouped(people: Iterable[Notice]) -> tuple[Group, ...]:
    """The largest group first."""
    groups: dict[tuple[Part, ...], list[Notice]] = {}
    for one in people:
        groups.setdefault(one.parts, []).append(one)
    ordered = sorted(groups.items(), key=lambda group: -len(group[1]))
    return tuple(Group(parts, tuple(found)) for parts, found in ordered)


def _untold(one: Notice, notices: Notices) -> Untold:
    through = notices.readers.assistants.get(one.person_id, [])
    return Untold(one.name, one.office, tuple(person.name for person in through if person.email is not None))


def _calendars(pairs: Sequence[Pair], people: int, feeds: int) -> Calendars:
    counts = {"new": 0, "changed": 0, "cancelled": 0}
    for pair in pairs:
        was_on = pair.was is not None and not pair.was.entry["cancelled"]
        is_on = not pair.now.entry["cancelled"]
        if was_on or is_on:
            counts["changed" if was_on and is_on else "new" if is_on else "cancelled"] += 1
    return Calendars(**counts, people=people, feeds=feeds)


def _prints(pairs: Sequence[Pair], zone: str, personal: int) -> Prints:
    shown = [pair for pair in pairs if pair.was is None or _on_paper(pair.was.whole) != _on_paper(pair.now.whole)]
    signs = [pair for pair in shown if pair.now.whole.format is not SessionFormat.INTERNAL]
    return Prints(personal, _rooms(signs, zone), _rooms(shown, zone))


def _on_paper(session: SeenSession) -> tuple[object, ...]:
    """What a sign on a door or a sheet for the crew says of a session."""
    return session.title, said_time(session), session.rooms, session.openness, session.cancelled


def _rooms(pairs: Iterable[Pair], zone: str) -> Rooms:
    days: dict[date, dict[str, None]] = {}
    for pair in pairs:
        for side in (pair.was, pair.now):
            if side is not None and side.whole.rooms:
                names = days.setdefault(programme_day(side.whole.starts_at, zone), {})
                names.update(dict.fromkeys(room.name for room in side.whole.rooms))
    return tuple((day, tuple(names)) for day, names in sorted(days.items()))
