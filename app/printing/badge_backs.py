"""The back of a badge: what its bearer goes to, as large as fits.

A badge hangs on a chest and lies about: nothing closed or internal stands here, whoever prints, so that no badge tells
who is in it (rule 13).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from app import clock
from app.agenda.seeing import SeenRoom, programme_day
from app.models import AgendaRelease, Openness, SessionFormat
from app.people.viewer import Viewer
from app.printing.documents import Wish
from app.printing.fitting import Face, height, shortened
from app.printing.imprint import zones
from app.printing.labels import POINT, Label
from app.registration.expected import Guest
from app.registration.personal import AWAY, Attended, personal_agendas

SIZES = (9.5, 9, 8.5, 8, 7.5, 7, 6.5, 6)
"""In points; in each of them days are rather left whole than broken over two columns."""
ONE_LINE = (7, 6.5, 6, 5.5, 5)
"""Where each session gets one line."""
HEAD, FOOT = 6.0, 13.0
"""Millimetres for the name above and the imprint below."""
TIME = 3.1
"""The column of times, in ems."""
GUTTER = 4.0
ROW = 0.32
"""Between two rows, in ems."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line: a day's heading where `time` is empty."""

    time: str
    text: str


@dataclass(frozen=True, slots=True)
class Back:
    """One's own agenda in columns, at a size in points; `left_out` did not fit. `zone` is in words (rule 14)."""

    columns: tuple[tuple[Row, ...], ...]
    size: float
    left_out: int
    zone: str
    width: float


def backs(
    db: Session, wish: Wish, release: AgendaRelease | None, label: Label, wanted: Sequence[Guest]
) -> dict[int, Back]:
    """Each person's back, by person; nobody has one before there is a release. The number of queries is fixed."""
    people = {one.person_id for one in wanted}
    programmes = personal_agendas(db, wish.convening, Viewer.system("the press"), people=people) if release else None
    if release is None or programmes is None:
        return {}
    zone = wish.convening.zone
    return {
        one.person_id: fitted([it for it in one.sessions if _is_worn(it)], label, zone, zones(wish.convening))
        for one in programmes.people
    }


def _is_worn(attended: Attended) -> bool:
    """Whether a session may be read on somebody's chest."""
    session = attended.session
    return session.openness is not Openness.CLOSED and session.format is not SessionFormat.INTERNAL


def fitted(sessions: Sequence[Attended], label: Label, zone: str, zone_said: str) -> Back:
    """An agenda in the largest size in which it fits the label; where it fits in none each session gets one line, and
    where that is too long its end is left out and counted."""
    rows = _rows(sessions, zone)
    width, room = label.width - 2 * label.inset, label.height - 2 * label.inset - HEAD - FOOT
    counts = (1, 2) if width >= 70 else (1,)
    for days_whole, size in [*((True, size) for size in SIZES), *((False, size) for size in SIZES)]:
        for count in counts:
            column = (width - GUTTER * (count - 1)) / count
            columns = _columns(rows, count, size, column, room)
            if columns is not None and not (days_whole and any(one and one[0].time for one in columns)):
                return Back(columns, size, 0, zone_said, column)
    column = (width - GUTTER * (counts[-1] - 1)) / counts[-1]
    kept = rows
    for size in ONE_LINE:
        text = column / POINT - TIME * size
        kept = [Row(row.time, shortened(row.text, Face.TEXT, size, text)) for row in rows]
        if (columns := _columns(kept, counts[-1], size, column, room)) is not None:
            return Back(columns, size, 0, zone_said, column)
    left_out = 0
    while (columns := _columns(kept, counts[-1], ONE_LINE[-1], column, room)) is None:
        left_out += bool(kept.pop().time)
        while kept and not kept[-1].time:
            kept.pop()
    return Back(columns, ONE_LINE[-1], left_out, zone_said, column)


def _rows(sessions: Sequence[Attended], zone: str) -> list[Row]:
    rows: list[Row] = []
    day = None
    for one in sessions:
        if one.session.cancelled or one.away == AWAY:
            continue
        if (this := programme_day(one.session.starts_at, zone)) != day:
            day = this
            rows.append(Row("", f"{this:%A} {this.day} {this:%B}"))
        said = (one.session.title, _where(one.rooms), one.table.title if one.table else "")
        rows.append(Row(clock.said_time(one.session.starts_at, zone), " · ".join(filter(None, said))))
    return rows


def _where(rooms: Sequence[SeenRoom]) -> str:
    """One's room; of several that nobody has told apart the first, and how many more."""
    return rooms[0].name if len(rooms) == 1 else f"{rooms[0].name} and {len(rooms) - 1} more" if rooms else ""


def _columns(
    rows: Sequence[Row], count: int, size: float, width: float, room: float
) -> tuple[tuple[Row, ...], ...] | None:
    """The rows in so many columns, filled one after another, no heading at a foot; None where they do not fit."""
    columns: list[list[Row]] = [[]]
    used = 0.0
    for number, row in enumerate(rows):
        tall = _height(row, size, width)
        after = _height(rows[number + 1], size, width) if not row.time and number + 1 < len(rows) else 0.0
        starts_day = not row.time and len(columns) < count and columns[-1]
        if (used + tall + after > room or starts_day) and columns[-1]:
            columns.append([])
            used = 0.0
        if len(columns) > count or tall > room:
            return None
        columns[-1].append(row)
        used += tall
    return tuple(map(tuple, columns))


def _height(row: Row, size: float, width: float) -> float:
    """Of a row with what is left free below it, in millimetres."""
    if not row.time:
        return (height(row.text, Face.STRONG, size, width / POINT) + 0.7 * size) * POINT
    return (height(row.text, Face.TEXT, size, width / POINT - TIME * size) + ROW * size) * POINT
