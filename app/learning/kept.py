"""Commitments across cities and cycles, and what became of them, as the released updates say (rule 7)."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from pydantic import TypeAdapter
from sqlalchemy import func
from sqlmodel import Session, col, select

from app.models import AnswerState, City, Update, UpdateCycle, UpdateVersion
from app.updates.parts import AnsweredCommitment, CommitmentMade
from app.updates.tombstones import Redaction

_made = TypeAdapter(list[CommitmentMade])
_answered = TypeAdapter(list[AnsweredCommitment])


@dataclass(frozen=True, slots=True)
class Commitment:
    """A released commitment with its last answer: `state` is None until a later update has said."""

    id: int
    city: str
    city_slug: str
    cycle: str
    cycle_slug: str
    text: str
    due_on: date | None
    stage: str
    redaction: Redaction | None
    state: AnswerState | None = None
    note: str = ""
    said_in: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """How many of a city's commitments came to what; those not answered yet are `open`."""

    city: str
    city_slug: str
    counts: dict[AnswerState, int]
    open: int

    @property
    def answered(self) -> int:
        return sum(self.counts.values())

    @property
    def done(self) -> int:
        return self.counts[AnswerState.DONE]


def commitments_of(db: Session, cohort_id: int) -> list[Commitment]:
    """All commitments of a cohort's released updates, the latest cycle's first, then by city; one query.

    Words come from the last version of each update, so that drafts and redacted words have no part in it.
    """
    ranked = (
        select(
            col(UpdateVersion.id).label("version_id"),
            func.row_number()
            .over(partition_by=col(UpdateVersion.update_id), order_by=col(UpdateVersion.number).desc())
            .label("place"),
        )
        .join(Update, col(Update.id) == UpdateVersion.update_id)
        .join(UpdateCycle, col(UpdateCycle.id) == Update.cycle_id)
        .where(UpdateCycle.cohort_id == cohort_id)
        .subquery()
    )
    content = col(UpdateVersion.content)
    rows = db.exec(
        select(City, UpdateCycle, content["commitments"], content["answers"])
        .select_from(UpdateVersion)
        .join(ranked, ranked.c.version_id == UpdateVersion.id)
        .join(Update, col(Update.id) == UpdateVersion.update_id)
        .join(City, col(City.id) == Update.city_id)
        .join(UpdateCycle, col(UpdateCycle.id) == Update.cycle_id)
        .where(ranked.c.place == 1)
        .order_by(col(UpdateCycle.period_ends_on), col(City.name), col(City.id))
    ).all()
    found: dict[int, Commitment] = {}
    for city, cycle, made, answers in rows:
        for one in _made.validate_python(made):
            found[one.id] = Commitment(
                id=one.id,
                city=city.name,
                city_slug=city.slug,
                cycle=cycle.title,
                cycle_slug=cycle.slug,
                text=one.text,
                due_on=one.due_on,
                stage=one.stage,
                redaction=one.redaction,
            )
        for answer in _answered.validate_python(answers):
            if answer.commitment in found:
                found[answer.commitment] = replace(
                    found[answer.commitment], state=answer.state, note=answer.note, said_in=cycle.title
                )
    order = {cycle.slug: -place for place, (_, cycle, _, _) in enumerate(rows)}
    return sorted(found.values(), key=lambda one: (order[one.cycle_slug], one.city, one.id))


def narrowed(
    commitments: Iterable[Commitment], *, city: str = "", stage: str = "", state: AnswerState | str = ""
) -> list[Commitment]:
    """Those of one city (its slug), one stage, one state ("open": not answered yet); empty means all."""
    return [
        one
        for one in commitments
        if (not city or one.city_slug == city)
        and (not stage or one.stage == stage)
        and (not state or (one.state or "open") == state)
    ]


def kept_by_city(commitments: Sequence[Commitment]) -> list[Kept]:
    """For each city what its commitments came to, by name."""
    counts: dict[tuple[str, str], Counter[AnswerState | None]] = defaultdict(Counter)
    for one in commitments:
        counts[one.city, one.city_slug][one.state] += 1
    return [
        Kept(name, slug, {state: of_city[state] for state in AnswerState}, of_city[None])
        for (name, slug), of_city in sorted(counts.items())
    ]
