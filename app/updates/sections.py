"""The sections of a cycle: what it asks of every city, in order, as data that organizers edit."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_
from sqlmodel import Session, col, select

from app.models import SectionKind, Update, UpdateCycle, UpdateSection


@dataclass(frozen=True, slots=True)
class SectionPlan:
    """What a cycle asks in one section; `words` is a length to aim at, not a limit.

    `kind` says what stands there beside words: numbers, drawn large, or the ask, shown as a pull quote and gathered
    on the learning page.
    """

    slug: str
    title: str
    prompt: str = ""
    guidance: str = ""
    words: int = 200
    required: bool = True
    example: str = ""
    kind: SectionKind = SectionKind.PROSE


@dataclass(frozen=True, slots=True)
class CommitmentsPlan:
    """What a cycle asks of new commitments, which stand last in every update."""

    prompt: str = "Say what the city will do and by when. The next update begins with these."
    guidance: str = ""
    example: str = ""


FIRST_SECTIONS = (
    SectionPlan("narrative", "What happened", "What has changed for children since we last met?", words=220),
    SectionPlan("wins", "Wins", "Two or three things that work now and did not before.", words=90),
    SectionPlan("stuck", "Stuck point", "Where are you stuck, and what have you already tried?", words=110),
    SectionPlan(
        "data",
        "One data point",
        "One number, with what it was before, and what you think moved it.",
        "The numbers themselves go into their own fields; here you say what moved them.",
        words=70,
        kind=SectionKind.NUMBER,
    ),
    SectionPlan("ask", "Our ask", "What do you want to learn from another city?", words=50, kind=SectionKind.ASK),
)
"""What is asked in a cohort's first cycle; later cycles begin with the sections of the one before."""

KINDS_BEFORE = {"ask": SectionKind.ASK, "data": SectionKind.NUMBER}
"""What the sections of versions stored before kinds were written down were, by their slug."""


def asked_of(db: Session, update: Update) -> Sequence[UpdateSection]:
    """The sections that an update has, in order: those not put away, and of a released one also those that were put
    away after its release, so that a correction does not lose what readers have."""
    kept: ColumnElement[bool] = col(UpdateSection.archived_at).is_(None)
    if update.released_at is not None:
        kept = or_(kept, col(UpdateSection.archived_at) > update.released_at)
    return db.exec(
        select(UpdateSection)
        .where(UpdateSection.cycle_id == update.cycle_id, kept)
        .order_by(col(UpdateSection.position), col(UpdateSection.id))
    ).all()


def commitments_plan_of(cycle: UpdateCycle) -> CommitmentsPlan:
    """What a cycle asks of new commitments, to be asked again in another."""
    return CommitmentsPlan(cycle.commitments_prompt, cycle.commitments_guidance, cycle.commitments_example)


def plans_of(cycle: UpdateCycle) -> list[SectionPlan]:
    """What a cycle asks, to be asked again in another."""
    return [
        SectionPlan(
            part.slug, part.title, part.prompt, part.guidance, part.words, part.required, part.example, part.kind
        )
        for part in cycle.sections
        if part.archived_at is None
    ]
