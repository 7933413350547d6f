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
from app.models import Openness
from app.printing.day_scale import Scale
from app.printing.measuring import POINT, height, lines

GUTTER = 11.0
"""Where the hours stand."""
GAP = 0.7
"""Between two blocks."""
EDGE = 3.6
"""Of a block's width that its stroke and padding take."""
FEW = 4
"""With no more columns than this the day is parted by time and not by rooms."""
LEADING = 1.16
LANES = 3
"""More than this at once in a place are told by their numbers only."""
NOWHERE = "Elsewhere"

HOUR_SIZE, NOTE_SIZE = 6.5, 6.25
SIZES = ((9.0, True), (8.25, True), (7.5, True), (6.75, True), (7.5, False), (6.75, False), (6.0, False))
"""The sizes (points) that a title is tried in, with what is told of it in a line below or without."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a grid may take of a page."""

    width: float
    height: float
    most: int
    """Columns on a page."""


@dataclass(frozen=True, slots=True)
class Block:
    """A session, or several that are told by number, as set: `size` in points; `told` is what stands in it."""

    session: SeenSession
    left: float
    top: float
    width: float
    height: float
    size: float
    title: str
    note: str
    numbers: tuple[int, ...]

    @property
    def place(self) -> str:
        return f"left:{self.left:.2f}mm;top:{self.top:.2f}mm;width:{self.width:.2f}mm;height:{self.height:.2f}mm"


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    rooms: frozenset[int]
    left: float = 0.0
    width: float = 0.0
    size: float = 7.5

    @property
    def place(self) -> str:
        return f"left:{self.left:.2f}mm;width:{self.width:.2f}mm;font-size:{self.size}pt"


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
    head = max((height(one.name, one.size, wide - 2, LEADING) for one in set_columns), default=0.0) + 1.5
    scale = Scale(spans, sheet.height - head)
    times = {one.id: (scale.down(start), scale.down(end)) for one, (start, end) in zip(sessions, spans, strict=True)}
    marks: list[Mark] = []
    for start in sorted({start for start, _ in spans}):
        top = scale.down(start)
        if not marks or top - marks[-1].top >= HOUR_SIZE * POINT * 1.25:
            marks.append(Mark(clock.said_time(start, zone), top))
    blocks = _blocks(set_columns, sessions, times, zone)
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


def _blocks(
    columns: Sequence[Column],
    sessions: Sequence[SeenSession],
    times: dict[int, tuple[float, float]],
    zone: str,
) -> list[Block]:
    """Each session in its columns, in order of time: one block where they stand beside each other."""
    lanes: list[dict[int, tuple[int, int]]] = []
    crowds: list[tuple[Column, list[SeenSession]]] = []
    for column in columns:
        inside = [one for one in sessions if _is_in(one, column)]
        placed: dict[int, tuple[int, int]] = {}
        for cluster in _clusters(inside, times):
            taken = _lanes(cluster, times)
            many = max(taken.values()) + 1
            if many > LANES:
                crowds.append((column, cluster))
            else:
                placed |= {number: (lane, many) for number, lane in taken.items()}
        lanes.append(placed)
    blocks = []
    for one in sessions:
        number = 0
        while number < len(columns):
            if one.id not in lanes[number]:
                number += 1
                continue
            lane, many = lanes[number][one.id]
            last = number
            while many == 1 and last + 1 < len(columns) and lanes[last + 1].get(one.id, (0, 0))[1] == 1:
                last += 1
            left, wide = columns[number].left, columns[number].width * (last - number + 1)
            wide /= many
            blocks.append(_block(one, left + lane * wide, wide, times[one.id], zone))
            number = last + 1
    blocks += [_crowd(column, cluster, times) for column, cluster in crowds]
    return sorted(blocks, key=lambda block: (block.top, block.left))


def _is_in(session: SeenSession, column: Column) -> bool:
    return any(room.id in column.rooms for room in session.rooms) or (not session.rooms and 0 in column.rooms)


def _clusters(inside: Sequence[SeenSession], times: dict[int, tuple[float, float]]) -> list[list[SeenSession]]:
    """Those that touch each other in time, together."""
    clusters: list[list[SeenSession]] = []
    until = -1.0
    for one in sorted(inside, key=lambda one: times[one.id]):
        start, end = times[one.id]
        if clusters and start < until - 0.01:
            clusters[-1].append(one)
        else:
            clusters.append([one])
        until = max(until, end) if len(clusters[-1]) > 1 else end
    return clusters


def _lanes(cluster: Sequence[SeenSession], times: dict[int, tuple[float, float]]) -> dict[int, int]:
    free: list[float] = []
    taken: dict[int, int] = {}
    for one in cluster:
        start, end = times[one.id]
        lane = next((number for number, until in enumerate(free) if until <= start + 0.01), len(free))
        free[lane : lane + 1] = [end]
        taken[one.id] = lane
    return taken


def _block(session: SeenSession, left: float, wide: float, span: tuple[float, float], zone: str) -> Block:
    tall = span[1] - span[0] - GAP
    room = wide - GAP - EDGE
    note = _note(session, zone)
    named = f"{session.number} {session.title}" + (" Cancelled" if session.cancelled else "")
    size, title, below = SIZES[-1][0], "", ""
    for size, has_note in SIZES:
        needs = height(named, size, room, LEADING) + 0.9
        if has_note:
            needs += height(note, NOTE_SIZE, room, 1.3)
        if needs <= tall:
            title, below = session.title, note if has_note else ""
            break
    else:
        size = 6.0
        for words in ("see list", ""):
            if lines(f"{session.number} {words}", size, room) * size * LEADING * POINT <= tall:
                title = words
                break
        else:
            size = min(size, tall / POINT / LEADING, room / POINT / (0.75 * len(str(session.number))))
    return Block(session, left, span[0], wide - GAP, tall, size, title, below, (session.number,))


def _crowd(column: Column, cluster: Sequence[SeenSession], times: dict[int, tuple[float, float]]) -> Block:
    top, end = min(times[one.id][0] for one in cluster), max(times[one.id][1] for one in cluster)
    numbers = tuple(one.number for one in cluster)
    said = f"{' '.join(map(str, numbers))} see list"
    size = 7.5
    while size > 4 and height(said, size, column.width - GAP - EDGE, LEADING) > end - top - GAP:
        size -= 0.25
    wide = column.width - GAP
    return Block(cluster[0], column.left, top, wide, end - top - GAP, size, "see list", "", numbers)


def _note(session: SeenSession, zone: str) -> str:
    """Its hours, and what keeps people out or holds them."""
    start, end = clock.said_time(session.starts_at, zone), clock.said_time(session.ends_at, zone)
    words = [f"{start}{clock.NARROW}{end}"]
    if session.openness is not Openness.COHORT:
        words.append({"closed": "Closed", "public": "Public", "press": "Public, press"}[session.openness.value])
    if session.protected:
        words.append("Protected")
    return " · ".join(words)
