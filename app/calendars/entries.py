"""Sessions, series and convenings as calendar entries. What a viewer may know was decided before: nothing is added."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app import clock
from app.agenda.seeing import SeenSession
from app.calendars.documents import Entry, Recurrence, State
from app.calendars.history import Happening, version
from app.calendars.notes import Note
from app.calendars.places import NOWHERE, Place
from app.gatherings.listing import Gathering
from app.gatherings.rules import occurrences
from app.models import Openness, SeatState, Series, WebinarSeat


@dataclass(frozen=True, slots=True)
class Met:
    """A gathering beside the entry that it is in a calendar when it stands alone."""

    gathering: Gathering
    entry: Entry


def session_entry(session: SeenSession, address: str, place: Place = NOWHERE, note: Note | None = None) -> Entry:
    """A published session; the rooms are the viewer's own where a session uses several. `note` says what last became of
    it, and is left out under a cover, which tells nothing else either."""
    rooms = session.my_rooms or session.rooms
    said = "; ".join(f"{room.name}, {room.building}" if room.building else room.name for room in rooms)
    is_there = not any(room.id in place.off_site for room in rooms)
    its = version(max(session.changed_at, note.at) if note else session.changed_at, place.happened)
    return Entry(
        uid=session.uid,
        sequence=session.sequence + its.sequence,
        changed_at=its.changed_at if place.happened else session.changed_at,
        title=session.title,
        starts=session.starts_at,
        ends=session.ends_at,
        zone=session.zone,
        state=_state(session.cancelled),
        location=", ".join(part for part in (said, place.said if is_there else "") if part),
        coordinates=place.coordinates if is_there else None,
        description=_paragraphs(
            session.cancellation_reason,
            session.purpose,
            "\n".join(f"{clock.said_time(item.starts_at, session.zone)} {item.said}" for item in session.items),
            _with([_presenting(one.name, one.part) for one in session.presenters]),
            _hosted(session.host_city),
            note.said if note and not session.covered else "",
        ),
        address=address,
        categories=tuple(word for word in (str(session.format).capitalize(), session.track) if word),
        join_url=session.join_url,
        is_private=session.openness is Openness.CLOSED,
    )


def gathering_entry(gathering: Gathering, address: str) -> Entry:
    """A gathering as an event of its own; a webinar with what became of the viewer's seat at it (rule 16)."""
    seat = gathering.seat
    return Entry(
        uid=gathering.uid,
        sequence=gathering.sequence + (seat.sequence + 1 if seat else 0),
        changed_at=max(gathering.changed_at, seat.changed_at) if seat else gathering.changed_at,
        title=gathering.title,
        starts=gathering.starts_at,
        ends=gathering.ends_at,
        zone=gathering.zone,
        state=_gathering_state(gathering),
        description=_paragraphs(
            gathering.cancellation_reason,
            _seat_said(gathering),
            gathering.purpose,
            _with(gathering.presenters),
            _hosted(gathering.host_city),
        ),
        address=address,
        categories=(str(gathering.format).capitalize(),),
        join_url=_way_in(gathering, address),
        is_private=gathering.openness is Openness.CLOSED,
    )


def seat_entry(seat: WebinarSeat, address: str) -> Entry:
    """A webinar for the calendar of who holds a seat at it; `address`, their own page, is the way in too. It is the
    same event as in a feed of theirs."""
    session = seat.session
    assert session.starts_at is not None
    assert session.ends_at is not None
    changed_at = session.changed_at or session.created_at
    off = session.is_cancelled or seat.state is SeatState.CANCELLED
    return Entry(
        uid=session.uid,
        sequence=session.sequence + seat.sequence + 1,
        changed_at=max(changed_at, seat.changed_at or seat.created_at),
        title=session.title,
        starts=session.starts_at,
        ends=session.ends_at,
        zone=session.zone,
        state=State.TENTATIVE if seat.state is SeatState.WAITING else _state(off),
        description=_paragraphs(session.cancellation_reason, session.purpose),
        address=address,
        categories=(str(session.format).capitalize(),),
        join_url=address if seat.state is SeatState.REGISTERED else "",
        is_private=session.openness is Openness.CLOSED,
    )


def series_entries(
    series: Series, met: Sequence[Met], address: str, *, called_off: Sequence[Happening] | None = None
) -> list[Entry]:
    """The occurrences of a series that one viewer has: one recurring event, and overrides where one differs.

    Dates of the rule that the viewer does not have, or knows by their cover alone, are left out of it; dates
    beside the rule, and all of a series without one, are events of their own. The recurring event begins with the
    viewer's first occurrence, which has to be an instance of the rule (calendars.md, 14). Where `called_off` says when
    occurrences were called off and put back, those that are off are left out as well, which is a change of the event.
    """
    its = version(series.changed_at or series.created_at, called_off or ())
    if called_off is not None:
        met = [one for one in met if not one.gathering.is_cancelled]
    known = [one for one in met if one.gathering.is_whole]
    have = {one.gathering.occurrence_at: one for one in known if one.gathering.occurrence_at is not None}
    ruled = _instances(series, max(have)) if series.rrule and have else []
    inside = [start for start in ruled if start in have]
    alone = [one.entry for one in met if one.gathering.occurrence_at not in set(inside)]
    if not inside:
        return alone
    whole = Entry(
        uid=series.uid,
        sequence=series.sequence + its.sequence,
        changed_at=its.changed_at if called_off else series.changed_at or series.created_at,
        title=series.title,
        starts=inside[0],
        ends=inside[0] + timedelta(minutes=series.minutes),
        zone=series.zone,
        description=series.purpose,
        address=address,
        categories=(str(series.format).capitalize(),),
        join_url=series.join_url if any(_joins_directly(have[start].gathering) for start in inside) else "",
        is_private=series.openness is Openness.CLOSED,
        recurrence=Recurrence(
            series.rrule,
            until=inside[-1],
            without=tuple(start for start in ruled if inside[0] < start < inside[-1] and start not in have),
        ),
    )
    overrides = [_override(whole, start, have[start].entry) for start in inside]
    return [whole, *(one for one in overrides if one is not None), *alone]


def _instances(series: Series, last: datetime) -> list[datetime]:
    instances = []
    for start in occurrences(series.rrule, series.starts_at, series.zone):
        if start > last:
            break
        instances.append(start)
    return instances


def _override(whole: Entry, start: datetime, entry: Entry) -> Entry | None:
    """The override for the occurrence at `start`, or None where it is as the series says."""
    override = replace(entry, uid=whole.uid, zone=whole.zone, occurrence=start)
    as_ruled = replace(
        whole,
        starts=start,
        ends=start + _length(whole),
        recurrence=None,
        occurrence=start,
        sequence=entry.sequence,
        changed_at=entry.changed_at,
        address=entry.address,
    )
    return None if override == as_ruled else override


def _length(entry: Entry) -> timedelta:
    assert isinstance(entry.starts, datetime)
    assert isinstance(entry.ends, datetime)
    return entry.ends - entry.starts


def _gathering_state(gathering: Gathering) -> State:
    """Who gave back a seat and is not invited has it called off, and who waits for one has it tentatively."""
    if gathering.is_cancelled or gathering.is_given_up:
        return State.CANCELLED
    waits = gathering.seat is not None and gathering.seat.state is SeatState.WAITING
    return State.TENTATIVE if waits else State.CONFIRMED


def _joins_directly(gathering: Gathering) -> bool:
    return bool(gathering.join_url) and not gathering.is_walled


def _way_in(gathering: Gathering, address: str) -> str:
    """The address to join; of a webinar that of its door, which stays the same and lets in who is registered once it
    opens: a calendar is too slow to be told the other one in time, and would say it too early."""
    if gathering.is_walled:
        return f"{address}/join" if gathering.has_place else ""
    return gathering.join_url


def _seat_said(gathering: Gathering) -> str:
    """What is still to do for who has no place at a webinar."""
    if not gathering.is_walled or gathering.is_cancelled or gathering.has_place:
        return ""
    waits = gathering.seat is not None and gathering.seat.state is SeatState.WAITING
    return "You are on the waiting list." if waits else "Register on its page to join."


def _state(is_cancelled: bool) -> State:
    return State.CANCELLED if is_cancelled else State.CONFIRMED


def _paragraphs(*parts: str) -> str:
    """What there is of the parts, each in a paragraph of its own."""
    return "\n\n".join(part for part in parts if part)


def _with(names: Sequence[str]) -> str:
    return f"With {', '.join(names)}" if names else ""


def _hosted(city: str) -> str:
    return f"Host: {city}" if city else ""


def _presenting(name: str, part: str) -> str:
    return name if part in ("", "speaker") else f"{name} ({part})"
