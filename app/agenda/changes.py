"""What differs between two releases, said in plain sentences (rule 15).

Two lists of sessions are compared as somebody sees them. What is compared in full stands in the release; what a
viewer reads is compared after it was cut to what they may see, and so tells them nothing else.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from app import clock
from app.agenda.seeing import SeenSession


class Kind(StrEnum):
    ADDED = "added"
    MOVED = "moved"
    ROOM = "room"
    RETITLED = "retitled"
    CANCELLED = "cancelled"
    REINSTATED = "reinstated"
    OPENNESS = "openness"
    AUDIENCE = "audience"
    PRESENTERS = "presenters"
    DETAILS = "details"
    REMOVED = "removed"


SENTENCES = {
    Kind.ADDED: "{title} is new: {after}",
    Kind.MOVED: "{title} moves from {before} to {after}",
    Kind.ROOM: "{title} changes its room from {before} to {after}",
    Kind.RETITLED: "“{before}” is now called {title}",
    Kind.CANCELLED: "{title}, {before}, is cancelled",
    Kind.REINSTATED: "{title} takes place after all: {after}",
    Kind.OPENNESS: "{title} is now {after}; it was {before}",
    Kind.AUDIENCE: "{title} is now for: {after}. It was for: {before}",
    Kind.PRESENTERS: "{title} changes who presents it, from {before} to {after}",
    Kind.DETAILS: "{title} has a new description",
    Kind.REMOVED: "{title}, {before}, is no longer on this agenda",
}


@dataclass(frozen=True, slots=True)
class Change:
    """One difference of one session. `title` is what it is called now; `before` and `after` are said in words."""

    kind: Kind
    session_id: int
    uid: str
    title: str
    before: str = ""
    after: str = ""

    @property
    def said(self) -> str:
        """A sentence that stands without the session's page."""
        words = {"before": self.before or "none", "after": self.after or "none"}
        sentence = SENTENCES[self.kind].format(title=f"“{self.title}”", **words)
        return f"{sentence}: {self.after}." if self.kind is Kind.CANCELLED and self.after else f"{sentence}."

    def as_json(self) -> dict[str, Any]:
        """As a release keeps it."""
        return asdict(self)


def differences(before: Iterable[SeenSession], after: Iterable[SeenSession]) -> list[Change]:
    """All changes from one list of sessions to the next, in the order of the sessions' times as they are now."""
    old = {one.id: one for one in before}
    new = {one.id: one for one in after}
    changes = [change for one in new.values() for change in _of_session(old.get(one.id), one)]
    gone = (one for one in old.values() if one.id not in new)
    return changes + [_change(Kind.REMOVED, one, before=said_time(one)) for one in gone if not one.cancelled]


def said_time(session: SeenSession) -> str:
    """ "Tue 14 Nov, 13:30–14:45 EST": the event's own zone, which everyone reads."""
    return clock.said_span(session.starts_at, session.ends_at, session.zone)


def said_rooms(session: SeenSession) -> str:
    """ "Team Room 1 (Louisville), Team Room 2 (Oakland)", or "" where none is known."""
    return ", ".join(f"{room.name} ({room.city})" if room.city else room.name for room in session.rooms)


def _of_session(old: SeenSession | None, new: SeenSession) -> list[Change]:
    if old is None or (old.cancelled and not new.cancelled):
        if new.cancelled:
            return []
        where = ", ".join(filter(None, (said_time(new), said_rooms(new))))
        return [_change(Kind.REINSTATED if old else Kind.ADDED, new, after=where)]
    if new.cancelled:
        return [] if old.cancelled else [_change(Kind.CANCELLED, new, said_time(old), new.cancellation_reason)]
    said = [
        (Kind.RETITLED, old.title, new.title),
        (Kind.MOVED, said_time(old), said_time(new)),
        (Kind.ROOM, said_rooms(old), said_rooms(new)),
        (Kind.OPENNESS, old.openness.value, new.openness.value),
        (Kind.PRESENTERS, _said_presenters(old), _said_presenters(new)),
        (Kind.AUDIENCE, old.audience, new.audience),
    ]
    changes = [_change(kind, new, before, after) for kind, before, after in said if before != after]
    details = [(one.purpose, one.format, one.track, one.language, one.protected, one.host_city) for one in (old, new)]
    return changes if details[0] == details[1] else [*changes, _change(Kind.DETAILS, new)]


def _said_presenters(session: SeenSession) -> str:
    return ", ".join(presenter.name for presenter in session.presenters)


def _change(kind: Kind, session: SeenSession, before: str = "", after: str = "") -> Change:
    return Change(kind, session.id, session.uid, session.title, before, after)
