"""A city's updates over time, and what became of each thing it said it would do: across mayors, under the name and
office of the day (rule 8). Only what is released has a part in it (rule 5)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

from sqlmodel import Session, col, select

from app.models import AnswerState, Person, Role, Seat, Standing, Tenure
from app.updates.commitments import CLOSED
from app.updates.parts import CommitmentMade
from app.updates.released import Released
from app.updates.tombstones import Redaction


@dataclass(frozen=True, slots=True)
class Said:
    """One step in a commitment's life: what a later update said of it, and who approved that."""

    state: AnswerState
    note: str
    cycle: str
    cycle_slug: str
    author: str
    office: str


@dataclass(frozen=True, slots=True)
class Life:
    """A commitment from its making to now. `steps` are the answers of later updates, in order of time."""

    id: int
    text: str
    due_on: date | None
    stage: str
    cycle: str
    cycle_slug: str
    author: str
    office: str
    redaction: Redaction | None
    steps: tuple[Said, ...]

    @property
    def state(self) -> AnswerState | None:
        """What was said of it last."""
        return self.steps[-1].state if self.steps else None

    @property
    def is_closed(self) -> bool:
        return self.state in CLOSED

    @property
    def passed_on(self) -> bool:
        """Whether somebody else than who made it answered for it (rule 8)."""
        return any(step.author != self.author for step in self.steps)


@dataclass(frozen=True, slots=True)
class MayorChange:
    """A day on which the city's seat of mayor passed on; `before` and `after` are names, "" where it was vacant."""

    on: date
    before: str
    after: str
    office: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A number as one update said it."""

    cycle: str
    said: str
    number: float | None
    unit: str


@dataclass(frozen=True, slots=True)
class NumberLine:
    """A number over the cycles, the earliest first; `shares` are heights in a picture, of 100, empty where it is not
    one that can be drawn."""

    label: str
    readings: tuple[Reading, ...]
    shares: tuple[int, ...] = field(default=())


def lives(updates: Iterable[Released]) -> list[Life]:
    """The commitments of a city's updates, the latest cycle's first, each with what was said of it since."""
    in_time = sorted(updates, key=lambda one: (one.cycle.period_ends_on, one.cycle.key))
    steps: dict[int, list[Said]] = {}
    for one in in_time:
        for answer in one.content.answers:
            if answer.state is not None:
                steps.setdefault(answer.commitment, []).append(
                    Said(
                        answer.state,
                        "" if answer.redaction else answer.note,
                        one.cycle.title,
                        one.cycle.slug,
                        one.version.author,
                        one.version.office,
                    )
                )
    return [_life(one, made, steps) for one in reversed(in_time) for made in one.content.commitments]


def _life(one: Released, made: CommitmentMade, steps: Mapping[int, Sequence[Said]]) -> Life:
    return Life(
        id=made.id,
        text=made.text,
        due_on=made.due_on,
        stage=made.stage,
        cycle=one.cycle.title,
        cycle_slug=one.cycle.slug,
        author=one.version.author,
        office=one.version.office,
        redaction=made.redaction,
        steps=tuple(steps.get(made.id, ())),
    )


def mayor_changes(db: Session, cohort_id: int, city_id: int) -> list[MayorChange]:
    """When the city's seat of mayor passed from one person to another, the latest first; one query."""
    rows = db.exec(
        select(Tenure, Seat, Role, Person.name)
        .join(Seat, col(Seat.id) == Tenure.seat_id)
        .join(Role, col(Role.id) == Seat.role_id)
        .join(Person, col(Person.id) == Tenure.person_id)
        .where(Seat.cohort_id == cohort_id, Seat.city_id == city_id, Role.standing == Standing.MAYOR)
        .order_by(col(Seat.id), col(Tenure.starts_on))
    ).all()
    changes = []
    for (before, seat_before, _, name_before), (after, seat, role, name) in pairwise(rows):
        if seat.key == seat_before.key and before.person_id != after.person_id:
            changes.append(MayorChange(after.starts_on, name_before, name, after.title or seat.label or role.name))
    return sorted(changes, key=lambda change: change.on, reverse=True)


def number_lines(updates: Iterable[Released]) -> list[NumberLine]:
    """The numbers that a city gave more than once under one label, each over time."""
    found: dict[str, list[Reading]] = {}
    labels: dict[str, str] = {}
    for one in sorted(updates, key=lambda one: (one.cycle.period_ends_on, one.cycle.key)):
        for part in one.content.sections:
            for figure in part.shown:
                key = " ".join(figure.label.casefold().split())
                labels[key] = figure.label
                found.setdefault(key, []).append(Reading(one.cycle.title, figure.said, figure.number, figure.unit))
    return [
        NumberLine(labels[key], tuple(readings), _heights(readings))
        for key, readings in found.items()
        if key and len(readings) > 1
    ]


def _heights(readings: Sequence[Reading]) -> tuple[int, ...]:
    numbers = [one.number for one in readings]
    units = {one.unit.casefold() for one in readings}
    known = [number for number in numbers if number is not None]
    if len(known) != len(numbers) or len(units) != 1 or min(known) < 0 or max(known) == 0:
        return ()
    whole = 100.0 if units <= {"percent", "%", "per cent"} and max(known) <= 100 else max(known)
    return tuple(max(2, round(100 * number / whole)) for number in known)
