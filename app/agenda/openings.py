"""When those whom a session needs are busy, and which rooms hold them: what the grid shows while it is held.

Pure: a draft in, openings out. Sentences name only whom the viewer may know to be busy (rule 13).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise

from app import clock
from app.agenda.draft import Draft, DraftRoom, DraftSession
from app.agenda.findings import shared_people
from app.agenda.presence import Span
from app.agenda.wording import closed_to
from app.people.viewer import Viewer

NIGHT = time(4)
"""A day of the programme begins and ends at four in the morning."""

NAMED = 2
"""People named before the rest are counted."""


class Fit(StrEnum):
    """What a room is to a session: it holds its people, it does not, or nobody has said how many it holds."""

    FITS = "fits"
    SMALL = "small"
    UNKNOWN = ""


@dataclass(frozen=True, slots=True)
class Busy:
    """A stretch of time (UTC) in which some of those whom a session needs cannot come.

    `people` is a mask of the draft's crowd; `untold` are those of them who are busy only in what is closed to the
    viewer: they are counted and not named.
    """

    span: Span
    people: int
    untold: int


@dataclass(frozen=True, slots=True)
class Openings:
    """Of one session: the mask of those it needs, when some of them are busy (in order of time, no two stretches
    overlap), and what each room is to it, by the room's id."""

    session: DraftSession
    needs: int
    busy: tuple[Busy, ...]
    rooms: Mapping[int, Fit]


def openings(draft: Draft, session: DraftSession, days: Iterable[date], viewer: Viewer) -> Openings:
    """The openings of a session on days of the programme, as the viewer may know them.

    It needs its audience and those with a part in it; of a session to choose from, only the latter. Busy is who is
    bound to be in another session then, whatever room that is in, or is not there by their registration (rule 11).
    """
    needs = session.engaged if session.choice_group else session.bound
    closed = closed_to(draft, viewer)
    taken = [
        (one.span, people, one.id in closed)
        for one in draft.running
        if one.id != session.id and (people := shared_people(session, one))
    ]
    taken += [(span, people, False) for span, people in _absences(draft, needs)]
    busy = [stretch for day in days for stretch in _stretches(taken, _night_to_night(draft, day))]
    rooms = {room.id: _fit(room, session) for room in draft.rooms.values()}
    return Openings(session, needs, tuple(busy), rooms)


def said(draft: Draft, busy: Busy) -> str:
    """ "Imani Okafor (Mayor, Oakland), Ada Roth and 5 others are busy"; "3 people are busy" where none may be named."""
    members = draft.crowd.members(busy.people & ~busy.untold)
    named = [f"{one.name} ({one.office})" if one.office else one.name for one in members[:NAMED]]
    rest = busy.people.bit_count() - len(named)
    if not named:
        return "One person is busy" if rest == 1 else f"{rest} people are busy"
    if rest:
        named.append("one other" if rest == 1 else f"{rest} others")
    who = " and ".join(filter(None, (", ".join(named[:-1]), named[-1])))
    return f"{who} {'is' if busy.people.bit_count() == 1 else 'are'} busy"


def said_fit(draft: Draft, found: Openings, room_id: int) -> str:
    """ "54 of 90 places", "90 places for 120 people"; "" where nobody has said how many it holds."""
    places, people = _places(draft.rooms[room_id]), found.session.bound.bit_count()
    if places is None:
        return ""
    return f"{people} of {places} places" if people <= places else f"{places} places for {people} people"


def _night_to_night(draft: Draft, day: date) -> Span:
    return clock.at(day, NIGHT, draft.zone), clock.at(day + timedelta(days=1), NIGHT, draft.zone)


def _absences(draft: Draft, needs: int) -> Iterable[tuple[Span, int]]:
    """When some of the people are not there by their registration: around and between their windows, those who have
    the same ones together."""
    sharing: dict[tuple[Span, ...], int] = {}
    for position, windows in draft.windows.items():
        sharing[windows] = sharing.get(windows, 0) | 1 << position
    first, last = (clock.at(day, time(0), draft.zone) for day in (draft.starts_on, draft.ends_on))
    week = timedelta(days=7)
    for windows, people in sharing.items():
        if not people & needs:
            continue
        until = first - week
        for start, end in sorted(windows):
            if start > until:
                yield (until, start), people & needs
            until = max(until, end)
        yield (until, max(until, last + week)), people & needs


_Taken = tuple[Span, int, bool]
"""When, whom (a mask), and whether by what is closed to the viewer."""


def _stretches(taken: Iterable[_Taken], day: Span) -> Iterable[Busy]:
    """The day cut wherever somebody becomes busy or free, neighbours with the same people joined."""
    here = [entry for entry in taken if entry[0][0] < day[1] and day[0] < entry[0][1]]
    cuts = sorted({min(max(moment, day[0]), day[1]) for (start, end), *_ in here for moment in (start, end)})
    held: Busy | None = None
    for start, end in pairwise(cuts):
        told = untold = 0
        for (begins, ends), people, closed in here:
            if begins < end and start < ends:
                told, untold = (told, untold | people) if closed else (told | people, untold)
        stretch = Busy((start, end), told | untold, untold & ~told)
        if held and _same(held, stretch):
            held = Busy((held.span[0], end), held.people, held.untold)
            continue
        if held and held.people:
            yield held
        held = stretch
    if held and held.people:
        yield held


def _same(one: Busy, other: Busy) -> bool:
    return (one.span[1], one.people, one.untold) == (other.span[0], other.people, other.untold)


def _fit(room: DraftRoom, session: DraftSession) -> Fit:
    places = _places(room)
    if places is None:
        return Fit.UNKNOWN
    return Fit.FITS if session.bound.bit_count() <= places else Fit.SMALL


def _places(room: DraftRoom) -> int | None:
    """Places in the largest set-up: a session may have the room furnished so."""
    return max((setup.capacity for setup in room.setups), default=None)


def wall_of(draft: Draft, moment: datetime) -> str:
    """ "2017-11-14T13:30" in the convening's zone."""
    return f"{clock.local(moment, draft.zone):%Y-%m-%dT%H:%M}"
