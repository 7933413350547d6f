"""A day as a spread: rooms across, time down, over two facing pages. Measures are millimetres from the grid's corner.

Where there are many rooms they are shared out over the two pages, and where there are few the first page has the
morning and the second the afternoon, parted where nothing goes on. No session stands half on one page. What does not
fit its block is named by its number and stands in the list.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from app import clock
from app.agenda.published import SeenDay
from app.agenda.seeing import NIGHT, SeenRoom, SeenSession
from app.printing.day_blocks import Block, Column, blocks_of, height, lines
from app.printing.day_scale import Scale
from app.printing.labels import POINT

GUTTER = 11.0
"""Where the hours stand."""
FEW = 4
"""With no more columns than this the day is parted by time and not by rooms."""
NOWHERE = "Elsewhere"

HOUR_SIZE = 6.5


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a grid may take of a page."""

    width: float
    height: float
    most: int
    """Columns on a page."""


@dataclass(frozen=True, slots=True)
class Mark:
    """An hour at the side."""

    said: str
    top: float

    @property
    def place(self) -> str:
        return f"top:{self.top:.2f}mm"


@dataclass(frozen=True, slots=True)
class GridPage:
    columns: tuple[Column, ...]
    head: float
    marks: tuple[Mark, ...]
    blocks: tuple[Block, ...]
    height: float


@dataclass(frozen=True, slots=True)
class Spread:
    date: date
    pages: tuple[GridPage, ...]


def spread(day: SeenDay, order: Sequence[int], zone: str, sheet: Sheet) -> Spread:
    """The day on facing pages, an even number of them; `order` are the venue's rooms, as they are listed."""
    columns = _columns(day.sessions, order)
    parts = _halves(day, zone) if len(columns) <= FEW else None
    if parts:
        pages = [_page(columns, part, _span(part, day.date, zone), zone, sheet) for part in parts]
    else:
        span = _span(day.sessions, day.date, zone)
        count = max(2, -(-len(columns) // sheet.most))
        count += count % 2
        pages = [_page(some, day.sessions, span, zone, sheet) for some in _shared_out(columns, count)]
    return Spread(day.date, tuple(pages))


def _columns(sessions: Sequence[SeenSession], order: Sequence[int]) -> list[Column]:
    """The places of a day in the venue's order; rooms that have just the same sessions are one column."""
    rooms: dict[int, SeenRoom] = {room.id: room for one in sessions for room in one.rooms}
    place = {number: position for position, number in enumerate(order)}
    inside: dict[int, list[int]] = {}
    for one in sessions:
        for room in one.rooms:
            inside.setdefault(room.id, []).append(one.id)
    together: list[list[SeenRoom]] = []
    for room in sorted(rooms.values(), key=lambda one: (place.get(one.id, len(place)), one.name, one.id)):
        if together and inside[together[-1][0].id] == inside[room.id]:
            together[-1].append(room)
        else:
            together.append([room])
    columns = [Column(said_together([room.name for room in some]), frozenset(r.id for r in some)) for some in together]
    if any(not one.rooms for one in sessions):
        columns.append(Column(NOWHERE, frozenset({0})))
    return columns


def said_together(names: Sequence[str]) -> str:
    """ "Team Room 1–6", "Classroom A, B", or the names with commas between."""
    if len(names) == 1:
        return names[0]
    heads = {name.rpartition(" ")[0] for name in names}
    tails = [name.rpartition(" ")[2] for name in names]
    if len(heads) > 1 or not heads - {""}:
        return ", ".join(names)
    if len(tails) > 2 and all(tail.isdecimal() for tail in tails):
        figures = [int(tail) for tail in tails]
        if figures == list(range(figures[0], figures[0] + len(figures))):
            return f"{heads.pop()} {tails[0]}–{tails[-1]}"
    return f"{heads.pop()} {', '.join(tails)}"


def _shared_out(columns: Sequence[Column], count: int) -> list[Sequence[Column]]:
    """The columns on so many pages, as even as it goes."""
    whole, rest = divmod(len(columns), count)
    cuts = [0]
    for number in range(count):
        cuts.append(cuts[-1] + whole + (number < rest))
    return [columns[start:end] for start, end in pairwise(cuts)]


def _span(sessions: Sequence[SeenSession], day: date, zone: str) -> list[tuple[datetime, datetime]]:
    """When each begins and ends on this day, which goes into the night."""
    night = clock.at(day + timedelta(days=1), time(NIGHT.seconds // 3600), zone)
    return [(one.starts_at, max(one.starts_at, min(one.ends_at, night))) for one in sessions]


def _halves(day: SeenDay, zone: str) -> list[list[SeenSession]] | None:
    """The day's sessions before and after a moment near its middle at which none goes on; None where there is none."""
    spans = _span(day.sessions, day.date, zone)
    first, last = min(start for start, _ in spans), max(end for _, end in spans)
    middle = first + (last - first) / 2
    free = [start for start, _ in spans if start > first and not any(begins < start < ends for begins, ends in spans)]
    if not free:
        return None
    cut = min(free, key=lambda moment: abs(moment - middle))
    return [
        [one for one in day.sessions if one.starts_at < cut],
        [one for one in day.sessions if one.starts_at >= cut],
    ]


def _page(
    columns: Sequence[Column],
    sessions: Sequence[SeenSession],
    spans: Sequence[tuple[datetime, datetime]],
    zone: str,
    sheet: Sheet,
) -> GridPage:
    wide = (sheet.width - GUTTER) / max(1, len(columns))
    set_columns = [_head(one, GUTTER + number * wide, wide) for number, one in enumerate(columns)]
    head = max((height(one.name, one.size, wide - 2) for one in set_columns), default=0.0) + 1.5
    scale = Scale(spans, sheet.height - head)
    times = {one.id: (scale.down(start), scale.down(end)) for one, (start, end) in zip(sessions, spans, strict=True)}
    marks: list[Mark] = []
    for start in sorted({start for start, _ in spans}):
        top = scale.down(start)
        if not marks or top - marks[-1].top >= HOUR_SIZE * POINT * 1.25:
            marks.append(Mark(clock.said_time(start, zone), top))
    blocks = blocks_of(set_columns, sessions, times, zone)
    return GridPage(tuple(set_columns), head, tuple(marks), tuple(blocks), sheet.height - head)


def _head(column: Column, left: float, wide: float) -> Column:
    """The column where it stands; a name too long for its head begins there and is whole in the list of rooms."""
    name, size = column.name, 7.5
    for size in (7.5, 6.5, 5.5):
        if lines(name, size, wide - 2) <= 3:
            break
    while lines(name, size, wide - 2) > 4:
        name = name[: int(len(name) * 0.9)].rstrip(" ,…") + "…"
    return Column(name, column.rooms, left, wide, size)
