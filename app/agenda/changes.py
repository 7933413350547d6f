"""What differs between two releases, said in plain sentences (rule 15).

Two lists of sessions are compared as somebody sees them. What is compared in full stands in the release; what a
viewer reads is compared after it was cut to what they may see, and so tells them nothing else.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from app import clock
from app.agenda.seeing import SeenItem, SeenSession, programme_day
from app.people.viewer import Viewer

Beside = tuple[str, str] | None
"""The reader's own zone and place, said beside the event's where their clocks differ (rule 14)."""


class Kind(StrEnum):
    ADDED = "added"
    MOVED = "moved"
    ROOM = "room"
    RETITLED = "retitled"
    CANCELLED = "cancelled"
    REINSTATED = "reinstated"
    ITEMS = "items"
    OPENNESS = "openness"
    AUDIENCE = "audience"
    PRESENTERS = "presenters"
    LINK = "link"
    DETAILS = "details"
    REMOVED = "removed"


SENTENCES = {
    Kind.ADDED: "{title} is new: {after}",
    Kind.MOVED: "{title} moves from {before} to {after}",
    Kind.ROOM: "{title} changes its room from {before} to {after}",
    Kind.RETITLED: "“{before}” is now called {title}",
    Kind.CANCELLED: "{title}, {before}, is cancelled",
    Kind.REINSTATED: "{title} takes place after all: {after}",
    Kind.ITEMS: "In {title}, {part} is now {after}; it was {before}",
    Kind.OPENNESS: "{title} is now {after}; it was {before}",
    Kind.AUDIENCE: "{title} is now for: {after}. It was for: {before}",
    Kind.PRESENTERS: "{title} changes who presents it, from {before} to {after}",
    Kind.LINK: "{title} has a new address to join",
    Kind.DETAILS: "{title} has a new {after}",
    Kind.REMOVED: "{title}, {before}, is no longer on this agenda",
}

OF_ONE_SIDE = {
    (Kind.ITEMS, False, True): "In {title}, {part} is new: {after}",
    (Kind.ITEMS, True, False): "In {title}, {part}, {before}, is taken out",
    (Kind.CANCELLED, True, True): "{title}, {before}, is cancelled: {after}",
}
"""The sentences of those that say something else where there is a before, or an after, and where there is none."""

DETAILS = {
    "purpose": "description",
    "format": "format",
    "track": "track",
    "language": "language",
    "protected": "protection",
    "choice_group": "choice",
    "host_city": "host",
    "serves": "stage of Measures that it serves",
}
"""What a session says besides, and what that is called."""


@dataclass(frozen=True, slots=True)
class Change:
    """One difference of one session. `title` is what it is called now; `before` and `after` are said in words;
    `part` is the item of it that is meant, such as "Oakland’s turn"."""

    kind: Kind
    session_id: int
    uid: str
    title: str
    before: str = ""
    after: str = ""
    part: str = ""

    @property
    def said(self) -> str:
        """A sentence that stands without the session's page."""
        sentence = OF_ONE_SIDE.get((self.kind, bool(self.before), bool(self.after)), SENTENCES[self.kind])
        words = {"before": self.before or "none", "after": self.after or "none", "part": self.part}
        return f"{sentence.format(title=f'“{self.title}”', **words).rstrip('.')}."

    def as_json(self) -> dict[str, Any]:
        """As a release keeps it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Changed:
    """A session that differs: as it is now, or as it last was, and all that differs of it."""

    session: SeenSession
    changes: tuple[Change, ...]

    @property
    def is_gone(self) -> bool:
        return self.changes[0].kind is Kind.REMOVED


def changed_sessions(before: Iterable[SeenSession], after: Iterable[SeenSession], also: Beside = None) -> list[Changed]:
    """The sessions that differ from one list to the next, in order of their times as they are now; times are said
    with those of `also` beside them. What stands in the first list alone comes last."""
    old = {one.id: one for one in before}
    new = {one.id: one for one in after}
    found = [Changed(one, tuple(_of_session(old.get(one.id), one, also))) for one in new.values()]
    gone = (one for one in old.values() if one.id not in new and not one.cancelled)
    found += [Changed(one, (_change(Kind.REMOVED, one, before=said_time(one, also)),)) for one in gone]
    return [one for one in found if one.changes]


def differences(before: Iterable[SeenSession], after: Iterable[SeenSession], also: Beside = None) -> list[Change]:
    """The same without the sessions: all changes in one list."""
    return [change for one in changed_sessions(before, after, also) for change in one.changes]


def by_day(changed: Iterable[Changed], zone: str) -> list[tuple[date, list[Changed]]]:
    """Changed sessions by the day of the programme that they stand in now, each day in order of time."""
    days: dict[date, list[Changed]] = {}
    for one in sorted(changed, key=lambda one: (one.session.starts_at, one.session.number)):
        days.setdefault(programme_day(one.session.starts_at, zone), []).append(one)
    return sorted(days.items())


def kinds_in(changed: Iterable[Changed]) -> dict[Kind, int]:
    """How many sessions change in each way, in the order of the kinds."""
    counted = Counter(kind for one in changed for kind in {change.kind for change in one.changes})
    return {kind: counted[kind] for kind in Kind if counted[kind]}


def beside(viewer: Viewer) -> Beside:
    """The clock that a viewer's pages and letters say beside the event's."""
    return (viewer.zone, viewer.place) if viewer.zone else None


def said_time(session: SeenSession, also: Beside = None) -> str:
    """ "Tue 14 Nov, 13:30–14:45 EST": the event's own zone, which everyone reads, and `also` where it differs."""
    return clock.said_span(session.starts_at, session.ends_at, session.zone, also)


def said_rooms(session: SeenSession) -> str:
    """ "Team Room 1 (Louisville), Team Room 2 (Oakland)", or "" where none is known."""
    return ", ".join(f"{room.name} ({room.city})" if room.city else room.name for room in session.rooms)


def _of_session(old: SeenSession | None, new: SeenSession, also: Beside) -> list[Change]:
    if old is None or (old.cancelled and not new.cancelled):
        if new.cancelled:
            return []
        where = ", ".join(filter(None, (said_time(new, also), said_rooms(new))))
        return [_change(Kind.REINSTATED if old else Kind.ADDED, new, after=where)]
    if new.cancelled:
        return [] if old.cancelled else [_change(Kind.CANCELLED, new, said_time(old, also), new.cancellation_reason)]
    said = [
        (Kind.RETITLED, old.title, new.title),
        (Kind.MOVED, said_time(old, also), said_time(new, also)),
        (Kind.ROOM, said_rooms(old), said_rooms(new)),
        (Kind.OPENNESS, old.openness.value, new.openness.value),
        (Kind.PRESENTERS, _said_presenters(old), _said_presenters(new)),
        (Kind.AUDIENCE, old.audience, new.audience),
    ]
    changes = [_change(kind, new, before, after) for kind, before, after in said if before != after]
    changes += [*_of_items(old, new, also)]
    changes += [_change(Kind.LINK, new)] if old.join_url != new.join_url else []
    details = [words for name, words in DETAILS.items() if getattr(old, name) != getattr(new, name)]
    return [*changes, _change(Kind.DETAILS, new, after=" and ".join(details))] if details else changes


def _of_items(old: SeenSession, new: SeenSession, also: Beside) -> Iterator[Change]:
    """The parts of a session that stand elsewhere in it than before, are new or gone; when the whole session moves,
    its parts go with it."""
    before, after = _placed(old), _placed(new)
    for name, (since_start, item) in after.items():
        was = before.pop(name, None)
        if was is None or (was[0], was[1].minutes) != (since_start, item.minutes):
            said = _said_item(was[1], old.zone, also) if was else ""
            yield replace(_change(Kind.ITEMS, new, said, _said_item(item, new.zone, also)), part=_part(item))
    for _, item in before.values():
        yield replace(_change(Kind.ITEMS, new, _said_item(item, old.zone, also)), part=_part(item))


def _placed(session: SeenSession) -> dict[tuple[str, int], tuple[timedelta, SeenItem]]:
    """The items with the time from the session's start, by name and, where two are called the same, which of them."""
    seen: Counter[str] = Counter()
    placed = {}
    for item in session.items:
        seen[item.said] += 1
        placed[item.said, seen[item.said]] = (item.starts_at - session.starts_at, item)
    return placed


def _part(item: SeenItem) -> str:
    """ "Oakland’s turn", or what it is called."""
    return f"{item.city}’s turn" if item.city and not item.title else f"“{item.said}”"


def _said_item(item: SeenItem, zone: str, also: Beside) -> str:
    """ "09:25–09:50 EST (06:25–06:50 in Oakland)": the day is the session's."""
    start, end = item.starts_at, item.starts_at + timedelta(minutes=item.minutes)
    until = f"{clock.NARROW}{clock.said_time(end, zone)} {clock.zone_abbreviation(start, zone)}"
    theirs = clock.said_beside(start, end, zone, also)
    return clock.said_time(start, zone) + until + (f" ({theirs})" if theirs else "")


def _said_presenters(session: SeenSession) -> str:
    plain = ("", "speaker")
    return ", ".join(one.name if one.part in plain else f"{one.name} ({one.part})" for one in session.presenters)


def _change(kind: Kind, session: SeenSession, before: str = "", after: str = "") -> Change:
    return Change(kind, session.id, session.uid, session.title, before, after)
