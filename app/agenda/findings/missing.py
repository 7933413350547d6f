"""Rule 11: whoever is bound to be there and, by their registration, is not; and who has not said that they come.

What one may choose binds nobody, and who has declined or cancelled is missed only where they have a part. A mayor
whose city has a turn in a session is asked about that turn (slots.py), not about all of the session.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from app.agenda.crowd import Seating
from app.agenda.draft import Draft, DraftSession
from app.agenda.findings.finding import NOBODY, Finding, Gravity, Kind

SOON = timedelta(days=21)
"""From three weeks before the convening on, who has not confirmed is worth a look; earlier it is only a note."""

A_TEAM = 2
"""Fewer of a city's people than this are spoken of by name."""


@dataclass(frozen=True, slots=True)
class Team:
    """A city's people who come, as a mask: none of them is there before `arrives`, and none after `leaves`."""

    city_id: int
    people: int
    arrives: datetime
    leaves: datetime


class OfATeam(NamedTuple):
    """Those of a city's team who miss a session, and when the team comes, or has left."""

    city_id: int
    people: int
    moment: datetime


@dataclass(frozen=True, slots=True)
class Missing:
    """Who is missing from a session. `late` and `gone` are the people of teams that are not there yet, or have left,
    with their city and when the team comes or leaves; they are not among the others."""

    with_part: int
    invited: int
    late: tuple["OfATeam", ...] = ()
    gone: tuple["OfATeam", ...] = ()


def teams(draft: Draft, seating: Seating) -> tuple[Team, ...]:
    """The cities' teams of which nobody is there throughout: all have said when they are."""
    found = []
    for city_id, seated in seating.by_city.items():
        people = seated & ~draft.away
        if people.bit_count() >= A_TEAM:
            arrives, leaves = draft.windows.arrival(people), draft.windows.departure(people)
            if arrives is not None and leaves is not None:
                found.append(Team(city_id, people, arrives, leaves))
    return tuple(found)


def missing_from(draft: Draft, session: DraftSession, seating: Seating, coming: tuple[Team, ...]) -> Missing:
    """Who is missing from a placed session."""
    outside = draft.windows.outside(session.span)
    if not session.bound & (outside | draft.away):
        return Missing(NOBODY, NOBODY)
    theirs = mayors_with_a_slot(session, seating)
    with_part = session.engaged & (outside | draft.away) & ~theirs
    if session.choice_group:
        return Missing(with_part, NOBODY)
    invited = session.bound & outside & ~draft.away & ~with_part & ~theirs
    start, end = session.span
    late, gone = [], []
    for team in coming:
        people = invited & team.people
        if people and start < team.arrives:
            late.append(OfATeam(team.city_id, people, team.arrives))
            invited &= ~people
        elif people and team.leaves < end:
            gone.append(OfATeam(team.city_id, people, team.leaves))
            invited &= ~people
    return Missing(with_part, invited, tuple(late), tuple(gone))


def mayors_with_a_slot(session: DraftSession, seating: Seating) -> int:
    """The mayors of the cities that have a turn in the session."""
    people = NOBODY
    for item in session.items:
        if item.city_id is not None:
            people |= seating.mayors.get(item.city_id, NOBODY)
    return people


def not_there(session: DraftSession, missing: Missing) -> Iterator[Finding]:
    """Rule 11, person by person."""
    for people, kind, gravity in (
        (missing.with_part, Kind.PART, Gravity.SHOULD_LOOK),
        (missing.invited, Kind.PRESENCE, Gravity.NOTE),
    ):
        if people:
            yield Finding(11, kind, gravity, f"11:{kind}:{session.id}", (session.id,), people, None, session.span)


def not_confirmed(draft: Draft, session: DraftSession) -> Iterator[Finding]:
    """Those with a part in the session who were invited, or have said yes in passing, and no more."""
    if session.unconfirmed:
        gravity = Gravity.NOTE if draft.starts_on - draft.today > SOON else Gravity.SHOULD_LOOK
        key = f"0:{Kind.UNCONFIRMED}:{session.id}"
        people = session.unconfirmed
        yield Finding(0, Kind.UNCONFIRMED, gravity, key, (session.id,), people, None, session.span)
