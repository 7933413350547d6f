"""The numbers of an update, as data beside its words: what is counted, how it is said, and what it was last time."""

import re
from dataclasses import dataclass, replace
from datetime import date
from math import isfinite

from sqlalchemy import func
from sqlmodel import Session, col, select

from app import clock
from app.models import MeasureStage, SectionKind, Update, UpdateCycle, UpdateFigure, UpdateSection
from app.people.audit import Refused, verb
from app.people.prose import as_written
from app.people.viewer import Viewer
from app.updates.writing import hold_for_writing

MOST = 12
"""Numbers of a section: more than anybody reads."""

_ONE_NUMBER = re.compile(
    r"(?P<number>[-\N{MINUS SIGN}+]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?)(?P<unit>(?:[^0-9.,].*)?)",
    re.DOTALL,
)

LARGEST = 1e12
"""Above it a number is a slip of the hand, and no column of a page holds it."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A number as it stands in the form. `said` is "74 percent"; `number` and `unit` are what it is counted with, read
    from what is said unless somebody gives them."""

    label: str = ""
    said: str = ""
    number: float | None = None
    unit: str = ""
    measured_on: date | None = None
    source: str = ""
    stage_id: int | None = None

    @property
    def is_empty(self) -> bool:
        return not (self.label.strip() or self.said.strip())


@verb
def add_figure(db: Session, update: Update, section: UpdateSection, counted: Counted, *, by: Viewer) -> UpdateFigure:
    """Add a number to a section. The same label and words twice are one number: a second click adds none."""
    _hold(db, update, section, by)
    counted = _checked(db, section, counted)
    mine = figures_of(db, update, section)
    for twin in mine:
        if (twin.label, twin.said) == (counted.label, counted.said):
            return twin
    if len(mine) >= MOST:
        raise Refused(f"“{section.title}” has {MOST} numbers. Take one out before you add another.", "label")
    return _put(db, UpdateFigure(update_id=update.key, section_id=section.key, label="", position=len(mine)), counted)


@verb
def carry_figure(
    db: Session, update: Update, section: UpdateSection, earlier: UpdateFigure, counted: Counted, *, by: Viewer
) -> UpdateFigure | None:
    """Say a number of the update before anew, so that the old stands beside the new; said with nothing, it is not
    carried (None). It keeps its row however often it is saved."""
    _hold(db, update, section, by)
    if earlier.key not in {one.key for one in carriable(db, update)}:
        raise Refused("This number is not of this city’s last update.", "said")
    row = db.exec(
        select(UpdateFigure).where(UpdateFigure.update_id == update.key, UpdateFigure.carried_from_id == earlier.key)
    ).first()
    if not counted.said.strip():
        if row is not None and row.archived_at is None:
            remove_figure(db, row, by=by)
        return None
    counted = _checked(db, section, replace(counted, label=counted.label if counted.label.strip() else earlier.label))
    if row is None:
        last = func.coalesce(func.max(UpdateFigure.position), -1)
        position = db.exec(select(last).where(UpdateFigure.update_id == update.key)).one() + 1
        row = UpdateFigure(
            update_id=update.key, section_id=section.key, label="", carried_from_id=earlier.key, position=position
        )
    row.section_id, row.archived_at = section.key, None
    return _put(db, row, counted)


@verb
def change_figure(db: Session, figure: UpdateFigure, counted: Counted, *, by: Viewer) -> UpdateFigure:
    """Say a number anew. Refuses what is closed to writing, and a number without words."""
    _hold(db, figure.update, figure.section, by)
    return _put(db, figure, _checked(db, figure.section, counted))


@verb
def remove_figure(db: Session, figure: UpdateFigure, *, by: Viewer) -> None:
    """Take a number out of its draft; it is archived, not deleted (rule 21)."""
    hold_for_writing(db, figure.update, by)
    figure.archived_at = figure.archived_at or clock.now()
    db.add(figure)


def figures_of(db: Session, update: Update, section: UpdateSection | None = None) -> list[UpdateFigure]:
    """The numbers of an update, or of one section of it, in order."""
    mine = select(UpdateFigure).where(UpdateFigure.update_id == update.key, col(UpdateFigure.archived_at).is_(None))
    if section is not None:
        mine = mine.where(UpdateFigure.section_id == section.key)
    return list(db.exec(mine.order_by(col(UpdateFigure.position), col(UpdateFigure.id))))


def carriable(db: Session, update: Update) -> list[UpdateFigure]:
    """The numbers of the city's last released update before this one, which this one says anew."""
    this = db.get_one(UpdateCycle, update.cycle_id)
    last = (
        select(Update.id)
        .join(UpdateCycle, col(UpdateCycle.id) == Update.cycle_id)
        .where(
            Update.city_id == update.city_id,
            UpdateCycle.cohort_id == this.cohort_id,
            UpdateCycle.period_ends_on < this.period_ends_on,
            col(Update.released_at).is_not(None),
        )
        .order_by(col(UpdateCycle.period_ends_on).desc())
        .limit(1)
        .scalar_subquery()
    )
    return list(
        db.exec(
            select(UpdateFigure)
            .where(UpdateFigure.update_id == last, col(UpdateFigure.archived_at).is_(None))
            .order_by(col(UpdateFigure.position), col(UpdateFigure.id))
        )
    )


def counted_in(said: str) -> tuple[float | None, str]:
    """The number and the unit of what is said: "1,340 plans" is (1340, "plans"); (None, "") where it is not one number
    with a word after it ("2 of 6", "three", "1.5.17")."""
    found = _ONE_NUMBER.fullmatch(said)
    if found is None:
        return None, ""
    number = float(found["number"].replace(",", "").replace("\N{MINUS SIGN}", "-"))
    unit = found["unit"].strip()
    return (number, unit) if abs(number) <= LARGEST and not re.search("[0-9]", unit) else (None, "")


def _hold(db: Session, update: Update, section: UpdateSection, by: Viewer) -> None:
    hold_for_writing(db, update, by)
    assert section.cycle_id == update.cycle_id, "a section of another cycle"
    if section.kind is not SectionKind.NUMBER:
        raise Refused(f"“{section.title}” is not asked for in numbers.")


def _put(db: Session, figure: UpdateFigure, counted: Counted) -> UpdateFigure:
    figure.label, figure.said, figure.source = counted.label, counted.said, counted.source
    figure.number, figure.unit = counted.number, counted.unit
    figure.measured_on, figure.stage_id = counted.measured_on, counted.stage_id
    db.add(figure)
    db.flush()
    return figure


def _checked(db: Session, section: UpdateSection, counted: Counted) -> Counted:
    label = as_written(counted.label, longest=300, field="label")
    said = as_written(counted.said, longest=60, field="said")
    unit = as_written(counted.unit, longest=60, field="unit")
    if not label:
        raise Refused("Say what is counted, such as “Children ready for kindergarten”.", "label")
    if not said:
        raise Refused("Say the number as it is read, such as “74 percent”.", "said")
    read, its_unit = counted_in(said)
    number = read if counted.number is None else counted.number
    if number is not None and not (isfinite(number) and abs(number) <= LARGEST):
        raise Refused("This number is too large to be true.", "number")
    stage = db.get(MeasureStage, counted.stage_id) if counted.stage_id else None
    if stage is not None and stage.cohort_id != section.cycle.cohort_id:
        raise Refused("This stage is not one of the cohort’s.", "stage")
    return Counted(
        label=" ".join(label.split()),
        said=" ".join(said.split()),
        number=number,
        unit=unit or its_unit[:60],
        measured_on=counted.measured_on,
        source=as_written(counted.source, longest=300, field="source"),
        stage_id=stage.key if stage else None,
    )
