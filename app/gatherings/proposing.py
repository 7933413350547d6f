"""Times proposed for a poll: those asked as they are, what they have on, who had the early hour so far."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from sqlmodel import Session

from app import clock
from app.gatherings.hours import Proposal, Who, best, proposal, ranked, starts_between
from app.gatherings.offices import Somebody, somebodies
from app.gatherings.polls import asked_of, slots_of
from app.gatherings.taken import what_they_have_on
from app.gatherings.turns import Turns, turns_of, who_of
from app.models import Cohort, TimePoll


@dataclass(frozen=True, slots=True)
class Desk:
    """All that times are weighed by. `people` are by name; `everybody` are all who have held a seat, by number."""

    people: tuple[Who, ...]
    everybody: dict[int, Somebody]
    turns: Turns


def desk_of(db: Session, cohort: Cohort, poll: TimePoll, first: date, last: date) -> Desk:
    """Those asked with what they have on between two days of the poll's zone, and in the times asked about.

    As many queries for six people as for sixty.
    """
    asked = asked_of(poll)
    everybody = somebodies(db, person_ids=[one.person_id for one in asked], cohort_id=cohort.key)
    people = {one.person_id: everybody[one.person_id] for one in asked}
    span = _reach(poll, first, last)
    has_on = what_they_have_on(db, people, span, cohort_id=cohort.key)
    found = []
    for one in sorted(asked, key=lambda one: (people[one.person_id].sort_name, one.person_id)):
        who = who_of(people[one.person_id], span[0], cohort)
        has = has_on[one.person_id]
        found.append(replace(who, needed=one.needed, taken=has.taken, stays=has.stays))
    return Desk(tuple(found), everybody, turns_of(db, cohort, everybody))


def proposals(
    desk: Desk, poll: TimePoll, first: date, last: date, earliest: time, latest: time
) -> tuple[Proposal, ...]:
    """The best times in a span of days and hours, of those that meet none that is asked about."""
    length = timedelta(minutes=poll.minutes)
    there = [one.starts_at for one in slots_of(poll)]
    starts = starts_between(first, last, earliest, latest, poll.minutes, poll.zone, after=clock.now())
    fresh = (start for start in starts if all(start + length <= one or one + length <= start for one in there))
    return best(ranked(fresh, poll.minutes, desk.people, desk.turns.had), zone=poll.zone)


def as_proposed(desk: Desk, poll: TimePoll) -> dict[int, Proposal]:
    """The times that are asked about as everybody has them now, by their numbers."""
    return {one.key: proposal(one.starts_at, poll.minutes, desk.people, desk.turns.had) for one in slots_of(poll)}


def _reach(poll: TimePoll, first: date, last: date) -> tuple[datetime, datetime]:
    starts = [clock.at(first, time(), poll.zone), *(one.starts_at for one in slots_of(poll))]
    ends = [clock.at(last + timedelta(days=1), time(), poll.zone)]
    ends += [one.starts_at + timedelta(minutes=poll.minutes) for one in slots_of(poll)]
    return min(starts), max(ends)
