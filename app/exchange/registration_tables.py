"""The organizers' lists of registrations as tables: rows under headings, for .csv and .xlsx. Of private needs they say
only whether they were answered (rule 12)."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta

from app import clock
from app.exchange.table_files import CSV_TYPE, XLSX_TYPE, Rows, csv_file, xlsx_file
from app.models import Convening
from app.registration.everybody import Listed
from app.registration.rooming import Rooming

TYPES = {"csv": CSV_TYPE, "xlsx": XLSX_TYPE}
"""The formats, and what each is called in HTTP."""

PEOPLE = {
    "Name": 28,
    "City": 18,
    "Seat": 28,
    "Role": 20,
    "State": 14,
    "Number in line": 8,
    "Place": 11,
    "There": 34,
    "Missing": 34,
    "Travel": 12,
    "Nights": 8,
    "Photo consent": 12,
    "Walk-in": 9,
    "Registered": 12,
    "E-mail": 34,
}
"""Headings, each with the width of its column in characters."""


def table_file(rows: Rows, kind: str, widths: Sequence[int], *, made: datetime | None = None) -> bytes:
    """The rows as a file of one of TYPES."""
    return csv_file(rows) if kind == "csv" else xlsx_file(rows, made=made or clock.now(), widths=widths)


def people_rows(convening: Convening, people: Iterable[Listed]) -> Iterator[list[object]]:
    """The headings, then a row a person; the day of registering is that of the convening's zone."""
    yield list(PEOPLE)
    for one in people:
        yield [
            one.name,
            one.city or "Lab",
            one.office,
            one.role,
            one.state.value if one.state else "not asked",
            one.line,
            ("sponsored" if one.sponsored else "own") if one.is_coming and one.city else "",
            "; ".join(one.presence),
            ", ".join(one.missing),
            travel_word(one),
            one.nights or None,
            {True: "yes", False: "no", None: ""}[one.photo_consent],
            "yes" if one.walk_in else "",
            clock.local(one.submitted_at, convening.zone).date() if one.submitted_at else None,
            one.email or "",
        ]


def travel_word(one: Listed) -> str:
    """Whether somebody who is coming has said how they travel."""
    if not one.is_coming:
        return ""
    return "local" if one.travel.is_local else "said" if one.has_travel else "open"


ROOMING = {
    "Block": 28,
    "Name": 28,
    "City": 18,
    "Seat": 26,
    "State": 12,
    "First night": 12,
    "Last night": 12,
    "Nights": 8,
    "Shares with": 26,
    "Paid by": 10,
    "Arrives on": 12,
    "Arrives at": 10,
    "By": 26,
    "Leaves on": 12,
    "Leaves at": 10,
    "With": 26,
    "E-mail": 34,
}


def rooming_widths(listed: Rooming) -> list[int]:
    """The widths of the columns of `rooming_rows`."""
    return [*ROOMING.values(), *(11 for _ in _evenings(listed))]


def rooming_rows(convening: Convening, listed: Rooming) -> Iterator[list[object]]:
    """A row a guest, block by block, with a 1 under each night; then those who have not said how they travel.

    Days and times are those of the convening's zone.
    """
    evenings = _evenings(listed)
    yield [*ROOMING, *(clock.said_day(evening) for evening in evenings)]
    for block in listed.blocks:
        for one in block.guests:
            there = [1 if _stays(one, evening) else None for evening in evenings]
            yield [*_guest(convening, block.name, one), *there]
    for one in listed.gaps:
        if not one.nights:
            yield [*_guest(convening, "travel open", one), *(None for _ in evenings)]


def _guest(convening: Convening, block: str, one: Listed) -> list[object]:
    travel = one.travel
    return [
        block,
        one.name,
        one.city or "Lab",
        one.office,
        one.state.value if one.state else "",
        travel.first_night,
        travel.last_night,
        one.nights or None,
        travel.shares_with,
        travel.payer.value if travel.payer else "",
        *_moment(convening, travel.arrives_at),
        travel.arrives_by,
        *_moment(convening, travel.leaves_at),
        travel.leaves_by,
        one.email or "",
    ]


def _moment(convening: Convening, at: datetime | None) -> tuple[object, object]:
    if at is None:
        return None, None
    wall = clock.local(at, convening.zone)
    return wall.date(), wall.time()


def _evenings(listed: Rooming) -> list[date]:
    guests = [one for block in listed.blocks for one in block.guests]
    return sorted({evening for one in guests for evening in evenings_of(one)})


def _stays(one: Listed, evening: date) -> bool:
    first, last = one.travel.first_night, one.travel.last_night
    return first is not None and last is not None and first <= evening <= last


def evenings_of(one: Listed) -> list[date]:
    """The nights that somebody stays, by their evenings."""
    first = one.travel.first_night
    return [first + timedelta(days=n) for n in range(one.nights)] if first else []
