"""The rhythm of about six months: what is due in which week around a convening, what is done, what is late.

Weeks are counted from the convening's first day, in its zone: T-3 is the day three weeks before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from sqlalchemy import func
from sqlmodel import Session, col, select

from app import clock
from app.models import (
    ASKED,
    AgendaRelease,
    AgendaSession,
    Convening,
    ConveningStage,
    Registration,
    UpdateCycle,
)
from app.updates.board import Board, board_of

STAGES = tuple(ConveningStage)


class StepState(StrEnum):
    DONE = "done"
    LATE = "late"
    NOW = "now"
    AHEAD = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing of the cycle. `week` is "T-12"; `detail` how far it is; `url` leads to where it is done."""

    week: str
    what: str
    due_on: date
    state: StepState
    detail: str
    url: str


@dataclass(frozen=True, slots=True)
class Rhythm:
    """A convening's cycle on a day."""

    convening: Convening
    steps: tuple[Step, ...]

    @property
    def late(self) -> tuple[Step, ...]:
        return tuple(step for step in self.steps if step.state is StepState.LATE)


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the steps are judged by, read once."""

    convening: Convening
    stage: int
    placed: int
    released: int
    answered: int
    board: Board | None
    cycle: UpdateCycle | None

    def reached(self, stage: ConveningStage) -> bool:
        return self.stage >= STAGES.index(stage)


def convening_in_view(db: Session, cohort_id: int) -> Convening | None:
    """The convening whose cycle a cohort is in: the next one, or the last while its four weeks after run."""
    convenings = db.exec(
        select(Convening)
        .where(Convening.cohort_id == cohort_id, col(Convening.archived_at).is_(None))
        .order_by(col(Convening.starts_on), col(Convening.id))
    ).all()
    after = [one for one in convenings if one.ends_on + timedelta(weeks=4) >= clock.today(one.zone)]
    nearest = next((one for one in after if one.stage is not ConveningStage.REPORTED), None)
    return nearest or (after[0] if after else None)


def rhythm_of(db: Session, convening: Convening, slug: str) -> Rhythm:
    """A convening's cycle as of today, in five queries; `slug` is its cohort's."""
    facts = _facts(db, convening)
    today = clock.today(convening.zone)
    steps: list[Step] = []
    for weeks, what, done, detail, url in _plan(facts, slug):
        due_on = convening.starts_on + timedelta(weeks=weeks)
        if weeks == 0:
            due_on = convening.ends_on
        if weeks == -3 and facts.cycle is not None:
            due_on = facts.cycle.due_on
        steps.append(Step(_week(weeks), what, due_on, _state(done, due_on, today, steps), detail, url))
    return Rhythm(convening, tuple(steps))


def _plan(facts: _Facts, slug: str) -> list[tuple[int, str, bool, str, str]]:
    """(weeks from the first day, what, whether it is done, how far, where) of each step, in order."""
    convening = facts.convening
    place = convening.path
    updates = f"/{slug}/updates/{facts.cycle.slug}" if facts.cycle else f"/{slug}/updates"
    lines = facts.board.lines if facts.board else ()
    begun = sum(line.step > 0 for line in lines)
    approved = sum(line.step >= 3 for line in lines)
    out = sum(line.is_readable for line in lines)
    release = f"release {facts.released}" if facts.released else ""
    return [
        (-24, "Goals set", bool(convening.goals.strip()), "", place),
        (-20, "Dates and rooms held", facts.reached(ConveningStage.DATES_HELD), "", place),
        (-16, "First draft agenda", facts.placed > 0, _of(facts.placed, "session"), f"{place}/agenda/draft"),
        (-12, "Registration opens", facts.reached(ConveningStage.REGISTRATION_OPEN), "", f"{place}/registration"),
        (-10, "Updates begun", bool(lines) and begun == len(lines), _share(begun, lines), updates),
        (-4, "Teams registered", facts.answered > 0, _of(facts.answered, "answer"), f"{place}/registration/board"),
        (-3, "Updates approved", bool(lines) and approved == len(lines), _share(approved, lines), updates),
        (-2, "Updates released", bool(lines) and out == len(lines), _share(out, lines), updates),
        (-1, "Agenda published", facts.released > 0, release, f"{place}/agenda"),
        (0, "The convening", facts.reached(ConveningStage.CLOSED), "", f"{place}/agenda"),
        (4, "Reported", facts.reached(ConveningStage.REPORTED), "", place),
    ]


def _facts(db: Session, convening: Convening) -> _Facts:
    placed = (
        select(func.count())
        .select_from(AgendaSession)
        .where(
            AgendaSession.convening_id == convening.key,
            col(AgendaSession.starts_at).is_not(None),
            col(AgendaSession.archived_at).is_(None),
        )
    )
    answered = (
        select(func.count())
        .select_from(Registration)
        .where(Registration.convening_id == convening.key, col(Registration.state).in_(ASKED))
    )
    release = select(func.max(AgendaRelease.number)).where(AgendaRelease.convening_id == convening.key)
    cycle = db.exec(select(UpdateCycle).where(UpdateCycle.convening_id == convening.key)).first()
    return _Facts(
        convening=convening,
        stage=STAGES.index(convening.stage),
        placed=db.exec(placed).one(),
        released=db.exec(release).one() or 0,
        answered=db.exec(answered).one(),
        board=board_of(db, cycle) if cycle else None,
        cycle=cycle,
    )


def _state(done: bool, due_on: date, today: date, before: Sequence[Step]) -> StepState:
    """The first step that is neither done nor late is the one of now."""
    if done:
        return StepState.DONE
    if due_on < today:
        return StepState.LATE
    return StepState.AHEAD if any(step.state is StepState.NOW for step in before) else StepState.NOW


def _week(weeks: int) -> str:
    return "T" if weeks == 0 else f"T{weeks:+d}".replace("-", "\N{MINUS SIGN}")


def _share(done: int, lines: Sequence[object]) -> str:
    return f"{done} of {len(lines)}" if lines else "no cycle opened yet"


def _of(count: int, what: str) -> str:
    return "" if not count else f"{count} {what}{'' if count == 1 else 's'}"
