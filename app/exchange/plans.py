"""What an import would do, worked out before anything is written: made, changed, unchanged, no longer there."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy.orm import selectinload
from sqlmodel import Session, col, select

from app import clock
from app.agenda.seeing import programme_day
from app.exchange.audience_words import Vocabulary
from app.exchange.cleaning import LINE_ENDS, UNPRINTABLE
from app.exchange.matching import People, match_people, match_sessions
from app.exchange.reading import Findings, Problem, ReadAgenda, ReadPresenter, ReadRoom, ReadSession
from app.gatherings.details import GONE
from app.models import (
    AgendaSession,
    Audience,
    City,
    Cohort,
    Convening,
    Engagement,
    Membership,
    Person,
    Role,
    Room,
    SessionRoom,
)
from app.people.audiences import Rule, names_for, rule_of, said
from app.people.audit import Refused

LONGEST_CONVENING = timedelta(days=30)
SHOWN = 160


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that the file says otherwise, both ways in words."""

    field: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.field}: {self.before or 'nothing'} → {self.after or 'nothing'}"


@dataclass(frozen=True, slots=True)
class Change:
    """A session of the draft that the file says otherwise."""

    session_id: int
    read: ReadSession
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Absent:
    """A session that once came from a file and is not in this one."""

    session_id: int
    title: str
    when: str


@dataclass(frozen=True, slots=True)
class AgendaPlan:
    """All that an import would do. `days` are the convening's new first and last, None where they stay.

    `rules` are the audiences that the file names, by the session's key; `people` the ids of those on record by the
    presenter's key, the others being `new_people`. `adopted` are sessions (by id) that were made here and are known
    again by title and time: they take the file's key, so that it finds them when either changes.
    """

    read: ReadAgenda
    zone: str
    creates: tuple[ReadSession, ...] = ()
    changes: tuple[Change, ...] = ()
    unchanged: int = 0
    adopted: tuple[tuple[int, str], ...] = ()
    absent: tuple[Absent, ...] = ()
    new_rooms: tuple[ReadRoom, ...] = ()
    new_people: tuple[ReadPresenter, ...] = ()
    new_venue: str = ""
    days: tuple[date, date] | None = None
    rules: Mapping[str, Rule] = field(default_factory=dict)
    people: Mapping[str, int] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()

    @property
    def stamp(self) -> str:
        """A short name of all that this plan would do: another one when the file or the draft has changed since."""
        steps = (
            sorted(one.key for one in self.creates),
            sorted((change.session_id, *map(str, change.differences)) for change in self.changes),
            sorted(one.session_id for one in self.absent),
            sorted(room.name for room in self.new_rooms),
            sorted(one.key for one in self.new_people),
            self.days,
        )
        return hashlib.sha256(repr(steps).encode()).hexdigest()[:32]

    @property
    def is_empty(self) -> bool:
        """Whether the file says nothing that the draft does not say already."""
        return not (self.creates or self.changes or self.new_rooms or self.days)


def plan_agenda(db: Session, cohort: Cohort, convening: Convening | None, read: ReadAgenda, zone: str) -> AgendaPlan:
    """Compare a file with a convening's draft, or with nothing where the convening is yet to be made.

    `zone` is the convening's. A fixed number of queries, however large the file is.
    """
    findings = Findings()
    held = _sessions(db, convening) if convening else []
    matched = match_sessions(read.sessions, held)
    known = People.of(db, cohort.key, (presenter.email for presenter in read.presenters))
    people = match_people(read.sessions, matched, known, findings)
    rules = _rules(db, cohort, read, known, findings)
    comparing = _Comparing(db, cohort, read, zone, rules, people, [one.audience for one in matched.values()])
    changes = []
    for one in read.sessions:
        if one.key in matched and (differences := comparing.of(one, matched[one.key], findings)):
            changes.append(Change(matched[one.key].key, one, differences))
    rooms = _new_rooms(db, convening, read)
    return AgendaPlan(
        read=read,
        zone=zone,
        creates=tuple(one for one in read.sessions if one.key not in matched),
        changes=tuple(changes),
        unchanged=len(matched) - len(changes),
        adopted=tuple(
            (session.key, key) for key, session in matched.items() if session.import_key is None and session.uid != key
        ),
        absent=_absent(read, held, matched, zone),
        new_rooms=rooms,
        new_people=tuple(one for one in read.presenters if people.get(one.key) is None),
        new_venue=_new_venue(convening, read) if rooms else "",
        days=_days(convening, read, held),
        rules=rules,
        people={key: person.key for key, person in people.items() if person is not None},
        problems=(*read.problems, *findings.problems),
        notes=(*read.notes, *findings.notes),
    )


def room_key(name: str) -> str:
    """How rooms are compared: without case, and with one space between words."""
    return " ".join(name.split()).casefold()


def _sessions(db: Session, convening: Convening) -> list[AgendaSession]:
    """Every session the convening ever had, with what an import compares; in six queries."""
    return list(
        db.exec(
            select(AgendaSession)
            .where(AgendaSession.convening_id == convening.key)
            .order_by(col(AgendaSession.id))
            .options(
                selectinload(AgendaSession.places).selectinload(SessionRoom.room),  # type: ignore[arg-type]
                selectinload(AgendaSession.engagements).selectinload(Engagement.person),  # type: ignore[arg-type]
                selectinload(AgendaSession.audience).selectinload(Audience.terms),  # type: ignore[arg-type]
            )
        )
    )


def _rules(db: Session, cohort: Cohort, read: ReadAgenda, known: People, findings: Findings) -> dict[str, Rule]:
    """The audiences that a table names, by the session's key; one that is not understood takes in nobody."""
    if "audience" not in read.says:
        return {}
    roles = db.exec(select(Role).where(Role.cohort_id == cohort.key)).all()
    cities = db.exec(select(City).join(Membership).where(Membership.cohort_id == cohort.key)).all()
    words = Vocabulary.of(roles, cities, (person for alike in known.by_name.values() for person in alike))
    rules = {}
    for one in read.sessions:
        if one.audience:
            rules[one.key], unknown = words.rule(one.audience)
            if unknown:
                findings.problem(one.where, f"Nobody is called “{unknown[:60]}”; its audience is nobody yet.")
    return rules


class _Comparing:
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
            if not read.cancelled and self._time(read, held):
                findings.note(read.where, f"“{held.title}” is cancelled here and was left as it is.")
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
        said_only = {"format": read.format, "openness": read.openness, "protected": read.protected}
        for name, value in said_only.items():
            if value is not None and value != getattr(held, name):
                yield Difference(name, _word(getattr(held, name)), _word(value))

    def _time(self, read: ReadSession, held: AgendaSession) -> Iterable[Difference]:
        if "time" in self.says and read.starts_at and (held.starts_at, held.ends_at) != (read.starts_at, read.ends_at):
            before = _when(held.starts_at, held.ends_at, self.zone)
            yield Difference("time", before, _when(read.starts_at, read.ends_at, self.zone))

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


def settled(text: str) -> str:
    """A text as an export writes it and a reader reads it: what is lost on that way is no difference."""
    return LINE_ENDS.sub("\n", UNPRINTABLE.sub("", text)).strip()


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SHOWN else f"{line[:SHOWN]}…"


def _word(value: object) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _when(start: datetime | None, end: datetime | None, zone: str) -> str:
    return clock.said_span(start, end, zone) if start and end else "in the tray"


def _absent(
    read: ReadAgenda, held: list[AgendaSession], matched: Mapping[str, AgendaSession], zone: str
) -> tuple[Absent, ...]:
    """Sessions that came from a file and are no longer in it. A file that broke off says nothing of them, and one
    of ours holds only what was published, to whoever fetched it."""
    if read.ours or not read.complete:
        return ()
    there = {session.key for session in matched.values()}
    return tuple(
        Absent(session.key, session.title, _when(session.starts_at, session.ends_at, zone))
        for session in held
        if session.import_key and session.key not in there and session.archived_at is None and not session.is_cancelled
    )


def _new_rooms(db: Session, convening: Convening | None, read: ReadAgenda) -> tuple[ReadRoom, ...]:
    held: set[str] = set()
    if convening is not None and convening.venue_id is not None:
        rooms = select(Room.name).where(Room.venue_id == convening.venue_id, col(Room.archived_at).is_(None))
        held = {room_key(name) for name in db.exec(rooms)}
    return tuple({room_key(room.name): room for room in read.rooms if room_key(room.name) not in held}.values())


def _new_venue(convening: Convening | None, read: ReadAgenda) -> str:
    """The name of the venue to be made, "" where the convening has one."""
    if convening is not None and convening.venue_id is not None:
        return ""
    title = convening.title if convening else read.title
    return read.venue or (f"Venue of {title}"[:300] if title else "Venue")


def _days(convening: Convening | None, read: ReadAgenda, held: list[AgendaSession]) -> tuple[date, date] | None:
    """The days that the convening must have for the file's sessions to stand inside them; None where it has them.

    Days on which nothing stands yet are given up for the file's. Raises Refused where a convening would have to
    last longer than one does: the file is another's.
    """
    if convening is None:
        return (read.days[0], read.days[-1]) if read.days else None
    outside = [day for one in read.sessions if (day := _day_outside(one, convening)) is not None]
    if not outside:
        return None
    first, last = min(read.days[0], *outside), max(read.days[-1], *outside)
    if not any(session.is_placed and session.archived_at is None for session in held):
        return first, last
    wider = min(first, convening.starts_on), max(last, convening.ends_on)
    if wider[1] - wider[0] > LONGEST_CONVENING:
        here = f"{clock.said_day(convening.starts_on)} to {clock.said_day(convening.ends_on, year=True)}"
        there = f"{clock.said_day(first)} to {clock.said_day(last, year=True)}"
        raise Refused(
            f"The file’s sessions are on {there}, and {convening.title} is on {here}. "
            "Bring the file into a convening of its own."
        )
    return wider


def _day_outside(read: ReadSession, convening: Convening) -> date | None:
    """The programme day of a session that is not on the convening's days, nor in the night after one of them."""
    if read.starts_at is None:
        return None
    date_itself = clock.local(read.starts_at, convening.zone).date()
    day = read.day or programme_day(read.starts_at, convening.zone)
    days = convening.starts_on, convening.ends_on
    return None if days[0] <= date_itself <= days[1] or days[0] <= day <= days[1] else day
