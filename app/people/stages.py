"""The stages of the evaluation framework ("Measures of Success"), which sessions and commitments say they serve: a
list that organizers edit."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from app import clock
from app.models import Cohort, MeasureStage
from app.people.audit import Refused, verb
from app.people.names import checked_name
from app.people.viewer import Viewer

LONGEST = 120


def stages_of(db: Session, cohort_id: int, *, put_away: bool = False) -> Sequence[MeasureStage]:
    """The stages of a cohort in the organizers' order; with `put_away` also those that are no longer offered."""
    stages = select(MeasureStage).where(MeasureStage.cohort_id == cohort_id)
    if not put_away:
        stages = stages.where(col(MeasureStage.archived_at).is_(None))
    return db.exec(stages.order_by(col(MeasureStage.position), col(MeasureStage.id))).all()


@verb
def add_stage(db: Session, cohort: Cohort, *, name: str, by: Viewer) -> MeasureStage:
    """A new stage, last in the order. One of that name that was put away comes back."""
    name = checked_name(name, longest=LONGEST)
    stages = stages_of(db, cohort.key, put_away=True)
    found = next((one for one in stages if one.name.casefold() == name.casefold()), None)
    if found is not None and found.archived_at is None:
        raise Refused(f"{cohort.name} has the stage “{name}” already.", "name")
    if found is None:
        found = MeasureStage(cohort_id=cohort.key, name=name)
        db.add(found)
    found.archived_at, found.position = None, stages[-1].position + 1 if stages else 0
    return found


@verb
def change_stage(db: Session, stage: MeasureStage, *, name: str, position: int, by: Viewer) -> MeasureStage:
    """Call a stage something else, or move it in the order. What serves it goes on serving it."""
    name = checked_name(name, longest=LONGEST)
    others = (one for one in stages_of(db, stage.cohort_id, put_away=True) if one.id != stage.id)
    if any(one.name.casefold() == name.casefold() for one in others):
        raise Refused(f"There is a stage “{name}” already.", "name")
    stage.name, stage.position = name, position
    return stage


@verb
def put_stage_away(db: Session, stage: MeasureStage, *, by: Viewer) -> MeasureStage:
    """Offer a stage no more (rule 21): what serves it keeps saying so."""
    stage.archived_at = stage.archived_at or clock.now()
    return stage


@verb
def bring_stage_back(db: Session, stage: MeasureStage, *, by: Viewer) -> MeasureStage:
    """Offer a stage again."""
    stage.archived_at = None
    return stage
