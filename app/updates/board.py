"""The board: how far each city's update is, for everybody, and never a word of its text (rule 5)."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_
from sqlmodel import Session, col, select

from app import clock
from app.models import City, Update, UpdateCycle, UpdateState
from app.updates.cycles import active_in, days_to_go, due_date

STEPS = (UpdateState.DRAFTING, UpdateState.WITH_MAYOR, UpdateState.APPROVED, UpdateState.RELEASED)


@dataclass(frozen=True, slots=True)
class Line:
    """A city's line on the board. `days` are until its due date in the city's own zone, negative once over.

    `extended_to` is the later date that the organizers gave this city, with their reason, for all to see.
    """

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
    due_on: date
    extended_to: date | None
    extension_reason: str

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

    @property
    def ready(self) -> int:
        """How many wait for their release: approved ones, corrections of what is out among them."""
        return sum(line.state is UpdateState.APPROVED for line in self.lines)

    @property
    def steps(self) -> tuple[tuple[str, int], ...]:
        """(state, how many cities) from released to not begun: the picture of how far the cohort is."""
        return tuple((state.value, self.counts[state]) for state in reversed(UpdateState))


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


def stands_until(cycle: UpdateCycle, board: Board, zone: str) -> datetime:
    """The next instant (UTC) at which the board says something else though nothing was done: a midnight, in the
    cohort's `zone` or in that of a city, or the hour of a release."""
    zones = {zone, *(line.zone for line in board.lines)}
    turns = [clock.day_after(one) for one in zones]
    if cycle.release_at is not None and cycle.release_at > clock.now():
        turns.append(cycle.release_at)
    return min(turns)


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
    due_on = due_date(cycle, update)
    return Line(
        update_id=update.key,
        city_id=city.key,
        city_slug=city.slug,
        city=city.name,
        zone=city.zone,
        state=update.state,
        days=days_to_go(due_on, city.zone),
        approved_as=update.approved_as,
        approved_at=update.approved_at,
        released_at=update.released_at,
        due_on=due_on,
        extended_to=update.extended_to if due_on > cycle.due_on else None,
        extension_reason=update.extension_reason,
    )
