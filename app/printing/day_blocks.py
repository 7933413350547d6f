"""The blocks of a page of a day's grid: each session in its columns with as much of it as fits. Measures are
millimetres from the grid's corner, sizes points."""

from collections.abc import Sequence
from dataclasses import dataclass

from app import clock
from app.agenda.seeing import SeenSession
from app.models import Openness
from app.printing import fitting
from app.printing.fitting import Face
from app.printing.labels import POINT

GAP = 0.7
"""Between two blocks."""
EDGE = 3.6
"""Of a block's width that its stroke and padding take."""
LEADING = 1.16
LANES = 3
"""More than this at once in a place are told by their numbers only."""
NOTE_SIZE, NOTE_LEADING = 6.25, 1.3
SIZES = ((9.0, True), (8.25, True), (7.5, True), (6.75, True), (7.5, False), (6.75, False), (6.0, False))
"""The sizes that a title is tried in, with what is told of it in a line below or without."""


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


def blocks_of(
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
        needs = height(named, size, room) + 0.9
        if has_note:
            needs += height(note, NOTE_SIZE, room, NOTE_LEADING)
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
    while size > 4 and height(said, size, column.width - GAP - EDGE) > end - top - GAP:
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


def lines(text: str, size: float, width: float) -> int:
    """How many lines a text takes in this width."""
    return fitting.lines(text, Face.STRONG, size, width / POINT)


def height(text: str, size: float, width: float, leading: float = LEADING) -> float:
    return fitting.height(text, Face.STRONG, size, width / POINT, leading) * POINT
