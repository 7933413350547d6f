"""Who had the early or the late hour so far, counted over the peer sessions that a cohort has booked.

A session that is called off counts for nobody. Counted are the seats, so that a successor's turn comes when their
predecessor's would have.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from app import clock
from app.gatherings.hours import Hour, Who, as_theirs
from app.gatherings.knowing import is_invited
from app.gatherings.offices import Somebody
from app.models import AgendaSession, Cohort, SessionFormat
from app.people.audiences import rules_of

REMEMBERED = 24
"""Peer sessions that are looked back on, the latest."""


@dataclass(frozen=True, slots=True)
class Suffered:
    """One session: where it was early and where it was late, by `Who.turn`, and the places' names."""

    starts_at: datetime
    turns: frozenset[str]
    early: frozenset[str]
    late: frozenset[str]


@dataclass(frozen=True, slots=True)
class Turns:
    """The sessions looked back on, the latest first."""

    sessions: tuple[Suffered, ...] = ()

    @property
    def had(self) -> Mapping[str, int]:
        """How often each had the early or the late hour."""
        return Counter(turn for one in self.sessions for turn in one.turns)

    @property
    def said(self) -> tuple[str, ...]:
        """Sentences on who had it last, and how often running: "Oakland had the early hour the last two times"."""
        sentences = []
        for word in (Hour.EARLY, Hour.LATE):
            names = [one.early if word is Hour.EARLY else one.late for one in self.sessions]
            for place in sorted(frozenset().union(*names[:1])):
                running = next((n for n, places in enumerate(names) if place not in places), len(names))
                sentences.append(f"{place} had the {word} hour {_times(running)}.")
        return tuple(sentences)


def turns_of(db: Session, cohort: Cohort, people: Mapping[int, Somebody]) -> Turns:
    """Of a cohort's peer sessions; `people` are all who have ever held a seat of it. Three queries."""
    sessions = db.exec(
        select(AgendaSession)
        .where(
            AgendaSession.cohort_id == cohort.key,
            AgendaSession.format == SessionFormat.ROLE_ALIKE,
            col(AgendaSession.convening_id).is_(None),
            col(AgendaSession.starts_at).is_not(None),
            col(AgendaSession.cancelled_at).is_(None),
            col(AgendaSession.archived_at).is_(None),
        )
        .order_by(col(AgendaSession.starts_at).desc(), col(AgendaSession.id).desc())
        .limit(REMEMBERED)
    ).all()
    rules = rules_of(db, {one.audience_id for one in sessions})
    found = []
    for session in sessions:
        assert session.starts_at is not None
        assert session.ends_at is not None
        day = clock.local(session.starts_at, session.zone).date()
        rule = rules[session.audience_id]
        invited = [
            as_theirs(who_of(one, session.starts_at, cohort), (session.starts_at, session.ends_at))
            for one in people.values()
            if is_invited(rule, one.person_id, one.offices(day, cohort.key))
        ]
        found.append(
            Suffered(
                session.starts_at,
                frozenset(one.who.turn for one in invited if one.suffers),
                frozenset(one.who.place for one in invited if one.hour is Hour.EARLY),
                frozenset(one.who.place for one in invited if one.hour is Hour.LATE),
            )
        )
    return Turns(tuple(found))


def who_of(one: Somebody, moment: datetime, cohort: Cohort) -> Who:
    """A person as they are on the day of an instant, with nothing on."""
    day = clock.local(moment, cohort.zone).date()
    office = one.office(day, cohort.key)
    return Who(
        one.person_id,
        one.name,
        office.said if office else "",
        one.place_on(day, cohort.key, cohort.zone),
        one.zone_on(day, cohort.zone),
        one.turn_on(day, cohort.key),
    )


def _times(running: int) -> str:
    words: Sequence[str] = ("", "last time", "the last two times", "the last three times", "the last four times")
    return words[running] if running < len(words) else f"the last {running} times"
