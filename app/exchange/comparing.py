"""A session of a file beside the one of the draft: what differs, field by field, in words that can be read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from app import clock
from app.exchange.cleaning import LINE_ENDS, UNPRINTABLE
from app.exchange.reading import Findings, ReadAgenda, ReadSession
from app.gatherings.details import GONE, is_protected, protects_itself
from app.models import AgendaSession, Audience, Cohort, Person
from app.people.audiences import Rule, names_for, rule_of, said

SHOWN = 160
"""Characters of a long text that a difference shows."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that the file says otherwise, both ways in words."""

    field: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.field}: {self.before or 'nothing'} → {self.after or 'nothing'}"


class Comparing:
    """Compares sessions of the file with those of the draft, field by field, in words."""

    def __init__(
        self,
        db: Session,
        cohort: Cohort,
        read: ReadAgenda,
        zone: str,
        rules: Mapping[str, Rule],
        people: Mapping[str, Person | None],
        audiences: Iterable[Audience],
    ) -> None:
        self.says = read.says
        self.zone = zone
        self.rules = rules
        self.people = people
        held = [rule_of(audience) for audience in audiences] if rules else []
        self.names = names_for(db, [*rules.values(), *held], cohort.key) if rules else None

    def of(self, read: ReadSession, held: AgendaSession, findings: Findings) -> tuple[Difference, ...]:
        """What the file says otherwise. A cancelled session is let be; of one that excludes the lab only time and
        rooms are compared, since the rest is not the organizers' to see (rule 13)."""
        if held.is_cancelled:
            if not read.cancelled and [*self._time(read, held)]:
                findings.note(read.where, f"“{read.title}” is cancelled here and was left as it is.")
            return ()
        found = [*self._time(read, held), *self._rooms(read, held)]
        if not held.excludes_lab:
            found += [*self._words(read, held), *self._presenters(read, held), *self._audience(read, held)]
        if held.archived_at is not None:
            found.append(Difference("state", "deleted", "back on the draft"))
        if read.cancelled:
            found.append(Difference("state", "on", "cancelled"))
        return tuple(found)

    def _words(self, read: ReadSession, held: AgendaSession) -> Iterable[Difference]:
        fields: dict[str, tuple[str, str]] = {
            "title": (held.title, read.title),
            "purpose": (held.purpose, read.purpose),
            "track": (held.track, read.track),
            "language": (held.language, read.language),
        }
        for name, (before, after) in fields.items():
            same = settled(before) == settled(after) if name == "purpose" else before.split() == after.split()
            if name in self.says and not same:
                yield Difference(name, _short(before), _short(after))
        by_itself = protects_itself(read.format or held.format, read.openness or held.openness)
        protected = None if read.protected is None else read.protected or by_itself
        said_only = {"format": read.format, "openness": read.openness, "protected": protected}
        for name, value in said_only.items():
            stands = is_protected(held) if name == "protected" else getattr(held, name)
            if value is not None and value != stands:
                yield Difference(name, _word(stands), _word(value))

    def _time(self, read: ReadSession, held: AgendaSession) -> Iterable[Difference]:
        span = span_of(read, held)
        if "time" in self.says and read.starts_at and (held.starts_at, held.ends_at) != span:
            before = when(held.starts_at, held.ends_at, self.zone)
            yield Difference("time", before, when(*span, self.zone))

    def _rooms(self, read: ReadSession, held: AgendaSession) -> Iterable[Difference]:
        before = [place.room.name for place in held.places]
        if "rooms" in self.says and {room_key(name) for name in before} != {room_key(name) for name in read.rooms}:
            yield Difference("rooms", ", ".join(before), ", ".join(read.rooms))

    def _presenters(self, read: ReadSession, held: AgendaSession) -> Iterable[Difference]:
        """Somebody who declined and still stands in the file is no difference: the file does not know."""
        if "presenters" not in self.says:
            return
        wanted = [self.people.get(presenter.key) for presenter in read.presenters]
        ids = {person.key for person in wanted if person is not None}
        active = {engagement.person_id for engagement in held.engagements if engagement.state not in GONE}
        if None in wanted or ids - {engagement.person_id for engagement in held.engagements} or active - ids:
            before = [engagement.person.name for engagement in held.engagements if engagement.state not in GONE]
            yield Difference("presenters", ", ".join(before), ", ".join(one.name for one in read.presenters))

    def _audience(self, read: ReadSession, held: AgendaSession) -> Iterable[Difference]:
        if read.key in self.rules and self.names and rule_of(held.audience) != self.rules[read.key]:
            before = said(rule_of(held.audience), self.names)
            yield Difference("audience", before, said(self.rules[read.key], self.names))


def span_of(read: ReadSession, held: AgendaSession | None) -> tuple[datetime | None, datetime | None]:
    """Start and end that a file gives a session; without a length of its own, the one that the session has."""
    if read.length_assumed and read.starts_at and held and held.starts_at and held.ends_at:
        return read.starts_at, read.starts_at + (held.ends_at - held.starts_at)
    return read.starts_at, read.ends_at


def room_key(name: str) -> str:
    """How rooms are compared: without case, and with one space between words."""
    return " ".join(name.split()).casefold()


def settled(text: str) -> str:
    """A text as an export writes it and a reader reads it: what is lost on that way is no difference."""
    return LINE_ENDS.sub("\n", UNPRINTABLE.sub("", text)).strip()


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SHOWN else f"{line[:SHOWN]}…"


def _word(value: object) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def when(start: datetime | None, end: datetime | None, zone: str) -> str:
    return clock.said_span(start, end, zone) if start and end else "in the tray"
