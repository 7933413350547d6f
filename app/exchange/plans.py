"""What an import would do, worked out before anything is written: made, changed, unchanged, no longer there."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy.orm import selectinload
from sqlmodel import Session, col, select

from app import clock
from app.agenda.seeing import CLOSED_SESSION, programme_day
from app.exchange.audience_words import Vocabulary
from app.exchange.comparing import Comparing, Difference, room_key, when
from app.exchange.matching import People, match_people, match_sessions
from app.exchange.reading import Findings, Problem, ReadAgenda, ReadPresenter, ReadRoom, ReadSession
from app.models import (
    AgendaSession,
    Audience,
    City,
    Cohort,
    Convening,
    Engagement,
    Membership,
    Role,
    Room,
    SessionRoom,
)
from app.models.base import relation
from app.people.audiences import Rule
from app.people.audit import Refused

LONGEST_CONVENING = timedelta(days=30)


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
    comparing = Comparing(db, cohort, read, zone, rules, people, [one.audience for one in matched.values()])
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


def _sessions(db: Session, convening: Convening) -> list[AgendaSession]:
    """Every session the convening ever had, with what an import compares; in six queries."""
    return list(
        db.exec(
            select(AgendaSession)
            .where(AgendaSession.convening_id == convening.key)
            .order_by(col(AgendaSession.id))
            .options(
                selectinload(relation(AgendaSession.places)).selectinload(relation(SessionRoom.room)),
                selectinload(relation(AgendaSession.engagements)).selectinload(relation(Engagement.person)),
                selectinload(relation(AgendaSession.audience)).selectinload(relation(Audience.terms)),
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


def _absent(
    read: ReadAgenda, held: list[AgendaSession], matched: Mapping[str, AgendaSession], zone: str
) -> tuple[Absent, ...]:
    """Sessions that came from a file and are no longer in it. A file that broke off says nothing of them, and one
    of ours holds only what was published, to whoever fetched it."""
    if read.ours or not read.complete:
        return ()
    there = {session.key for session in matched.values()}
    return tuple(
        Absent(session.key, _shown_title(session), when(session.starts_at, session.ends_at, zone))
        for session in held
        if session.import_key and session.key not in there and session.archived_at is None and not session.is_cancelled
    )


def _shown_title(session: AgendaSession) -> str:
    """The title as far as an organizer may know it (rule 13)."""
    return (session.cover_title or CLOSED_SESSION) if session.excludes_lab else session.title


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
