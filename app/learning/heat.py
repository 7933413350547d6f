"""Cities by cycles: how many of the commitments made then are kept by now, of all stages of Measures or of one."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from app.learning.kept import Commitment
from app.models import AnswerState


@dataclass(frozen=True, slots=True)
class Cell:
    """A city's commitments of one cycle: how many are done, of how many; `open` ones nobody has answered for yet."""

    city_slug: str
    cycle_slug: str
    made: int
    done: int
    dropped: int
    open: int

    @property
    def warmth(self) -> int:
        """The cell's tint, 0 (none kept) to 4 (all); -1 while nothing of it can be told yet."""
        told = self.made - self.open
        return round(4 * self.done / self.made) if told else -1


@dataclass(frozen=True, slots=True)
class HeatRow:
    city: str
    city_slug: str
    cells: tuple[Cell | None, ...]
    done: int
    made: int


@dataclass(frozen=True, slots=True)
class HeatMap:
    """`cycles` are (slug, title), the earliest first; `totals` are (done, made) of each."""

    cycles: tuple[tuple[str, str], ...]
    rows: tuple[HeatRow, ...]
    totals: tuple[tuple[int, int], ...]


def heat_map(commitments: Sequence[Commitment], *, stage: str = "") -> HeatMap:
    """The map of these commitments (learning/kept.py: commitments_of), which come with the latest cycle first."""
    chosen = [one for one in commitments if one.redaction is None and (not stage or one.stage == stage)]
    cycles = dict.fromkeys((one.cycle_slug, one.cycle) for one in reversed(commitments))
    found: dict[tuple[str, str], list[Commitment]] = defaultdict(list)
    for one in chosen:
        found[one.city_slug, one.cycle_slug].append(one)
    rows = []
    for city, slug in sorted({(one.city, one.city_slug) for one in commitments}):
        cells = tuple(_cell(slug, cycle, found.get((slug, cycle))) for cycle, _ in cycles)
        told = [cell for cell in cells if cell]
        rows.append(HeatRow(city, slug, cells, sum(cell.done for cell in told), sum(cell.made for cell in told)))
    columns = [[cell for row in rows if (cell := row.cells[place])] for place in range(len(cycles))]
    totals = tuple((sum(cell.done for cell in column), sum(cell.made for cell in column)) for column in columns)
    return HeatMap(tuple(cycles), tuple(rows), totals)


def _cell(city: str, cycle: str, commitments: Sequence[Commitment] | None) -> Cell | None:
    if not commitments:
        return None
    states = [one.state for one in commitments]
    return Cell(
        city,
        cycle,
        made=len(states),
        done=states.count(AnswerState.DONE),
        dropped=states.count(AnswerState.DROPPED),
        open=states.count(None),
    )
