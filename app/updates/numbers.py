"""A number as readers have it: how it is said, what it counts, and what it was in the update before."""

import re
from datetime import date

from pydantic import BaseModel
from sqlalchemy import func
from sqlmodel import Session, col, select

from app.models import MeasureStage, Update, UpdateCycle, UpdateFigure, UpdateVersion
from app.updates.tombstones import masked

TEXTS = ("label", "said", "unit", "source", "stage")
"""What of a number is people's words."""


class Before(BaseModel, frozen=True):
    """What a number was in the update before, as that was released."""

    said: str
    number: float | None = None
    unit: str = ""
    measured_on: date | None = None
    cycle: str = ""


class Figure(BaseModel, frozen=True):
    """A number set large: `said` is "74 percent", `label` what it counts.

    One that stands in a text alone has no `id`, and `told` is how the text says what it was.
    """

    id: int = 0
    label: str
    said: str
    number: float | None = None
    unit: str = ""
    measured_on: date | None = None
    source: str = ""
    stage: str = ""
    before: Before | None = None
    told: str = ""

    @property
    def name(self) -> str:
        """figure:12, by which it can be taken out; one that stands in a text alone goes with its words."""
        return f"figure:{self.id}"

    @property
    def texts(self) -> list[str]:
        return [getattr(self, name) for name in TEXTS]

    @property
    def change(self) -> str:
        """ "up from 71 percent in Spring 2017"; "" where nothing is known of before."""
        if self.before is None:
            return self.told
        now, then = self.number, self.before.number
        way = "from"
        if now is not None and then is not None and self.unit.casefold() == self.before.unit.casefold():
            way = "up from" if now > then else "down from" if now < then else "as before:"
        return f"{way} {self.before.said} in {self.before.cycle}"


def covered(figure: Figure, phrase: str) -> Figure:
    """A number whose words are without a phrase; the number itself stays."""
    texts = {name: masked(getattr(figure, name), phrase) for name in TEXTS}
    before = figure.before
    if before:
        kept = {name: masked(getattr(before, name), phrase) for name in ("said", "unit")}
        before = before.model_copy(update=kept)
    return figure.model_copy(update={**texts, "before": before})


def figure(body: str) -> Figure | None:
    """The number of a text: its first words in bold, divided at the comma; None when nothing is in bold."""
    found = re.search(r"\*\*(?P<said>[^*\n]{1,80})\*\*", body)
    if found is None:
        return None
    before = body[: found.start()].rsplit("\n", 1)[-1].rsplit(". ", 1)[-1]
    now, _, change = found["said"].partition(",")
    return Figure(label=before.strip(" :–—-*#"), said=now.strip(), told=change.strip())


def draft_figures(db: Session, update: Update) -> dict[int, list[Figure]]:
    """The numbers of a draft by their section, each with what was released of it last time."""
    rows = db.exec(
        select(UpdateFigure, MeasureStage.name)
        .outerjoin(MeasureStage, col(MeasureStage.id) == UpdateFigure.stage_id)
        .where(UpdateFigure.update_id == update.key, col(UpdateFigure.archived_at).is_(None))
        .order_by(col(UpdateFigure.position), col(UpdateFigure.id))
    ).all()
    before = released_figures(db, {row.carried_from_id for row, _ in rows if row.carried_from_id})
    found: dict[int, list[Figure]] = {}
    for row, stage in rows:
        found.setdefault(row.section_id, []).append(
            Figure(
                id=row.key,
                label=row.label,
                said=row.said,
                number=row.number,
                unit=row.unit,
                measured_on=row.measured_on,
                source=row.source,
                stage=stage or "",
                before=before.get(row.carried_from_id or 0),
            )
        )
    return found


def released_figures(db: Session, numbers: set[int]) -> dict[int, Before]:
    """What readers have of earlier figures, by their number: of one that was taken out or is not released, nothing."""
    if not numbers:
        return {}
    last = (
        select(func.max(UpdateVersion.id))
        .where(
            col(UpdateVersion.update_id).in_(select(UpdateFigure.update_id).where(col(UpdateFigure.id).in_(numbers)))
        )
        .group_by(col(UpdateVersion.update_id))
    )
    rows = db.exec(
        select(UpdateVersion.content, UpdateCycle.title)
        .join(Update, col(Update.id) == UpdateVersion.update_id)
        .join(UpdateCycle, col(UpdateCycle.id) == Update.cycle_id)
        .where(col(UpdateVersion.id).in_(last))
    )
    return {
        one.id: Before(said=one.said, number=one.number, unit=one.unit, measured_on=one.measured_on, cycle=title)
        for content, title in rows
        for part in content["sections"]
        for one in map(Figure.model_validate, part.get("figures", ()))
        if one.id in numbers
    }
