"""The board: how far each city's update is, for everybody, and never a word of its text (rule 5)."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_
from sqlmodel import Session, col, select

from app.models import City, Update, UpdateCycle, UpdateState
from app.updates.cycles import active_in, days_to_go

STEPS = (UpdateState.DRAFTING, UpdateState.WITH_MAYOR, UpdateState.APPROVED, UpdateState.RELEASED)


@dataclass(frozen=True, slots=True)
class Line:
    """A city's line on the board. `days` are until the due date in the city's own zone, negative once over."""

    update_id: int
    city_id: int
    city_slug: str
    city: str
    zone: str
    state: UpdateState
    days: int
    approved_as: str
    approved_at: datetime | None
    released_at: datetime | None

    @property
    def is_readable(self) -> bool:
        """A version is out, even while a correction is being written."""
        return self.released_at is not None

    @property
    def is_being_corrected(self) -> bool:
        return self.is_readable and self.state is not UpdateState.RELEASED

    @property
    def step(self) -> int:
        """How many of STEPS are reached."""
        if self.is_readable:
            return len(STEPS)
        return STEPS.index(self.state) + 1 if self.state in STEPS else 0

    @property
    def is_late(self) -> bool:
        """The due date is over and the mayor has not approved."""
        return self.days < 0 and self.step < STEPS.index(UpdateState.APPROVED) + 1


@dataclass(frozen=True, slots=True)
class Board:
    """All cities of a cycle by name, and how many are where."""

    lines: tuple[Line, ...]
    counts: dict[UpdateState, int]
    late: int


def board_of(db: Session, cycle: UpdateCycle) -> Board:
    """The cycle's board in one query: cities that owe an update on the due date, and those that left one."""
    rows = db.exec(
        select(Update, City)
        .join(City, col(City.id) == Update.city_id)
        .where(
            Update.cycle_id == cycle.key,
            or_(active_in(cycle.cohort_id, cycle.due_on), col(Update.released_at).is_not(None)),
        )
        .order_by(col(City.name), col(City.id))
    )
    lines = tuple(line_of(cycle, update, city) for update, city in rows)
    counts = Counter(UpdateState.RELEASED if line.is_readable else line.state for line in lines)
    return Board(lines, {state: counts[state] for state in UpdateState}, sum(line.is_late for line in lines))


def of_city(db: Session, cohort_id: int, city_id: int) -> list[tuple[UpdateCycle, Line]]:
    """How far one city's updates are, the latest cycle's first, in one query."""
    rows = db.exec(
        select(Update, UpdateCycle, City)
        .join(UpdateCycle, col(UpdateCycle.id) == Update.cycle_id)
        .join(City, col(City.id) == Update.city_id)
        .where(UpdateCycle.cohort_id == cohort_id, Update.city_id == city_id)
        .order_by(col(UpdateCycle.due_on).desc(), col(UpdateCycle.id).desc())
    )
    return [(cycle, line_of(cycle, update, city)) for update, cycle, city in rows]


def line_of(cycle: UpdateCycle, update: Update, city: City) -> Line:
    """How far one city is."""
    return Line(
        update_id=update.key,
        city_id=city.key,
        city_slug=city.slug,
        city=city.name,
        zone=city.zone,
        state=update.state,
        days=days_to_go(cycle, city.zone),
        approved_as=update.approved_as,
        approved_at=update.approved_at,
        released_at=update.released_at,
    )
