"""Where things stand on the organizers' grid: rooms across, time down in steps of five minutes.

A grid is a CSS grid. Its row 1 is the head and its column 1 the hours; a block's place is said by classes
(`r-20 h-9 c-4 w-1`: row, height, column, width), since our security policy allows no inline style. Each class sets
one custom property in css/agenda-grid.css, which `sheet()` makes; css/agenda.css lays the board out by them, and the
turned board (time across, rooms down) by the same ones exchanged.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby

from app import clock
from app.agenda.draft import Draft, DraftSession
from app.agenda.seeing import NIGHT, programme_day
from app.models import SessionFormat
from app.people.audiences import Rule

STEP = timedelta(minutes=5)
HALF_HOUR = timedelta(minutes=30)
A_DAY = timedelta(days=1)
DAWN = time(NIGHT // timedelta(hours=1))
"""Until then it is the evening before (seeing.programme_day)."""

USUAL = time(8), time(18)
"""Shown even when nothing is there yet."""

MOST_ROWS = 36 * 12
MOST_COLUMNS = 300
MOST_LANES = 12
"""Side by side in one room; what is more than that lies on top."""

NO_ROOM = "No room yet"
ACROSS = (SessionFormat.BREAK, SessionFormat.MEAL)
EVERYONE = Rule(everyone=True)
SHORTEST_GAP = timedelta(minutes=10)
"""Less than that is the walk from one session to the next, not time to fill."""


@dataclass(frozen=True, slots=True)
class Hour:
    """A label of the gutter, on the half hour: its wall time in the convening's zone, which past midnight is of the
    next day."""

    row: int
    wall: datetime

    @property
    def label(self) -> str:
        return f"{self.wall:%H:%M}"


@dataclass(frozen=True, slots=True)
class Column:
    """A room's column (room_id None: sessions without one), as wide as the most that goes on there at once."""

    room_id: int | None
    name: str
    capacity: int | None
    col: int
    width: int


@dataclass(frozen=True, slots=True)
class Block:
    """A session's place. `again`: one of its further places, where its rooms do not stand side by side; `band`: it
    lies across all rooms, which it does not occupy."""

    session: DraftSession
    row: int
    height: int
    col: int
    width: int
    again: bool = False
    band: bool = False

    @property
    def place(self) -> tuple[int, int, int, int, bool, bool]:
        return self.row, self.height, self.col, self.width, self.again, self.band

    @property
    def classes(self) -> str:
        return f"r-{self.row} h-{self.height} c-{self.col} w-{self.width}{' band' if self.band else ''}"


@dataclass(frozen=True, slots=True)
class Gap:
    """Time between sessions in which nothing goes on. `start` is wall time in the convening's zone."""

    start: datetime
    minutes: int

    @property
    def end(self) -> datetime:
        return self.start + timedelta(minutes=self.minutes)


@dataclass(frozen=True, slots=True)
class DayGrid:
    """A day's grid. `starts_at` is the instant (UTC) of row 2; `rows` and `cols` count without head and gutter. `gaps`
    are those before a session, by its id."""

    date: date
    starts_at: datetime
    rows: int
    cols: int
    hours: tuple[Hour, ...]
    columns: tuple[Column, ...]
    blocks: tuple[Block, ...]
    gaps: Mapping[int, Gap]

    def row_at(self, moment: datetime) -> int | None:
        """The row in which an instant falls; None before the grid's first and after its last."""
        row = _rows(self.starts_at, moment, up=False)
        return row + 2 if 0 <= row < self.rows else None


def days_of(draft: Draft) -> list[date]:
    """The convening's days, and any other programme day on which something is placed."""
    count = (draft.ends_on - draft.starts_on).days + 1
    days = {draft.starts_on + number * A_DAY for number in range(count)}
    return sorted(days | {programme_day(one.span[0], draft.zone) for one in draft.sessions if one.starts_at})


def day_grid(draft: Draft, day: date) -> DayGrid:
    """The grid of one programme day; what goes on past midnight goes on in it."""
    dawn, next_dawn = clock.at(day, DAWN, draft.zone), clock.at(day + A_DAY, DAWN, draft.zone)
    sessions = [one for one in draft.sessions if one.starts_at and dawn <= one.starts_at < next_dawn]
    start = _half_hour_before(min([clock.at(day, USUAL[0], draft.zone), *(one.span[0] for one in sessions)]))
    end = max([clock.at(day, USUAL[1], draft.zone), *(one.span[1] for one in sessions)])
    rows = min(_rows(start, end, up=True) + 5, MOST_ROWS) // 6 * 6
    lanes = _lanes(draft, sessions, start)
    columns = _columns(draft, lanes)
    blocks = [block for one in sessions for block in _blocks(one, columns, lanes, start, rows)]
    hours = tuple(Hour(2 + row, clock.local(start + row * STEP, draft.zone)) for row in range(0, rows, 6))
    width = sum(column.width for column in columns)
    return DayGrid(day, start, rows, width, hours, tuple(columns), tuple(blocks), _gaps(draft, sessions))


def lies_across(session: DraftSession) -> bool:
    """Whether a session is time off for all: a break or a meal for everyone that names no room."""
    return session.format in ACROSS and not session.spots and session.rule == EVERYONE


def sheet() -> str:
    """The text of css/agenda-grid.css."""
    rows = (f".r-{n}{{--r:{n}}}.h-{n}{{--h:{n}}}" for n in range(1, MOST_ROWS + 2))
    columns = (f".c-{n}{{--c:{n}}}.w-{n}{{--w:{n}}}" for n in range(1, MOST_COLUMNS + 2))
    head = "/* Places on the grid, a class each. Made by sheet() in app/agenda/grid.py: see there. */\n"
    return head + "@layer pages {\n" + "\n".join((*rows, *columns)) + "\n}\n"


def _gaps(draft: Draft, sessions: Iterable[DraftSession]) -> dict[int, Gap]:
    gaps: dict[int, Gap] = {}
    until: datetime | None = None
    for session in sessions:
        if session.cancelled:
            continue
        start, end = session.span
        if until is not None and start - until >= SHORTEST_GAP:
            gaps[session.id] = Gap(clock.local(until, draft.zone), (start - until) // timedelta(minutes=1))
        until = max(end, until or end)
    return gaps


def _half_hour_before(moment: datetime) -> datetime:
    """Zones differ from UTC by whole quarters of an hour at least, so half hours are counted on a wall clock of UTC;
    in Kathmandu a grid begins at a quarter past."""
    return moment - (moment - datetime.min.replace(tzinfo=moment.tzinfo)) % HALF_HOUR


def _rows(start: datetime, moment: datetime, *, up: bool) -> int:
    """Steps from the grid's start to a moment, rounded down or up."""
    passed = moment - start
    return -(-passed // STEP) if up else passed // STEP


_Lanes = dict[int | None, dict[int, int]]
"""For each room, the lane of each session in it by the session's id, from 0."""


def _lanes(draft: Draft, sessions: Iterable[DraftSession], start: datetime) -> _Lanes:
    """Side by side in a room's column whatever goes on there at once, on purpose or not. Where there is no room at
    all, there is still a column to put something into."""
    lanes: _Lanes = {room_id: {} for room_id in draft.rooms}
    until: dict[int | None, list[int]] = {}
    for session in sessions:
        if lies_across(session):
            continue
        first, last = _rows(start, session.span[0], up=False), _rows(start, session.span[1], up=True)
        for room_id in session.room_ids or (None,):
            ends = until.setdefault(room_id, [])
            free = min(next((lane for lane, end in enumerate(ends) if end <= first), len(ends)), MOST_LANES - 1)
            ends[free : free + 1] = [last]
            lanes.setdefault(room_id, {})[session.id] = free
    return lanes or {None: {}}


def _columns(draft: Draft, lanes: _Lanes) -> list[Column]:
    columns, col = [], 2
    for room_id, used in lanes.items():
        width = max(used.values(), default=0) + 1
        room = draft.rooms[room_id] if room_id is not None else None
        columns.append(Column(room_id, room.name if room else NO_ROOM, room.capacity if room else None, col, width))
        col += width
    return columns


def _blocks(session: DraftSession, columns: list[Column], lanes: _Lanes, start: datetime, rows: int) -> Iterable[Block]:
    """A block for each run of rooms that stand side by side; a room that others share at the time is a run alone."""
    row = min(_rows(start, session.span[0], up=False), rows - 1)
    height = min(max(_rows(start, session.span[1], up=True), row + 1), rows) - row
    if lies_across(session):
        yield Block(session, row + 2, height, 2, sum(column.width for column in columns), band=True)
        return
    mine = set(session.room_ids or (None,))
    places = [(index, column) for index, column in enumerate(columns) if column.room_id in mine]
    runs = groupby(enumerate(places), key=lambda entry: _run(*entry))
    for number, (_, run) in enumerate(runs):
        stretch = [column for _, (_, column) in run]
        lane = lanes[stretch[0].room_id][session.id]
        width = 1 if stretch[0].width > 1 else len(stretch)
        yield Block(session, row + 2, height, stretch[0].col + lane, width, again=number > 0)


def _run(position: int, place: tuple[int, Column]) -> tuple[int, int]:
    """The same for neighbours that may be joined: index less position counts up at each gap."""
    index, column = place
    return index - position, index if column.width > 1 else -1
