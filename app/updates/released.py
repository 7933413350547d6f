"""What is released of a cohort's updates: of each the last version, whose redactions are in it (rules 5 and 6).

Lists, search and whatever compares cities read from here; drafts have no part in it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.models import City, Update, UpdateCycle, UpdateFile, UpdateVersion
from app.updates.content import Content, hide_quarantined
from app.updates.parts import FileShown, Part


@dataclass(frozen=True, slots=True)
class Released:
    """The last released version of an update, with whose it is and when."""

    update: Update
    cycle: UpdateCycle
    city: City
    version: UpdateVersion
    content: Content

    def anchor(self, part: Part) -> str:
        """The heading on its page below which a part stands."""
        kind, _, slug = part.name.partition(":")
        if part is self.content.ask or part is self.content.number:
            return "part-ask" if part is self.content.ask else "part-number"
        if kind == "section":
            return f"part-{slug}"
        if isinstance(part, FileShown):
            return f"part-{part.section}" if self.content.section(part.section) else "part-files"
        return "part-answers" if kind == "answer" else "part-commitments"

    def place(self, cohort_slug: str) -> str:
        """The address of its page."""
        return f"/{cohort_slug}/updates/{self.cycle.slug}/{self.city.slug}"


def released(db: Session, cohort_id: int, *, cycle_id: int | None = None, city_id: int | None = None) -> list[Released]:
    """The released updates of a cohort, of one cycle or one city: the latest cycle's first, then by city. Two queries:
    the second for files that are hidden by now (rule 20)."""
    found = list(_released(db, cohort_id, cycle_id, city_id))
    hide_quarantined(db, *(one.content for one in found))
    return found


def standing_of(db: Session, cohort_id: int) -> str:
    """How a cohort's updates stand, in a word: another one whenever something is released, corrected, taken out or
    hidden. One query."""
    of_cohort = (
        select(Update.id)
        .join(UpdateCycle, col(UpdateCycle.id) == Update.cycle_id)
        .where(UpdateCycle.cohort_id == cohort_id)
    )
    last = select(func.max(UpdateVersion.id)).where(col(UpdateVersion.update_id).in_(of_cohort)).scalar_subquery()
    hidden = (
        select(func.count())
        .select_from(UpdateFile)
        .where(col(UpdateFile.update_id).in_(of_cohort), col(UpdateFile.quarantined_at).is_not(None))
        .scalar_subquery()
    )
    latest = (
        select(func.max(UpdateFile.quarantined_at)).where(col(UpdateFile.update_id).in_(of_cohort)).scalar_subquery()
    )
    number, count, at = db.exec(select(last, hidden, latest)).one()
    return f"{number or 0}-{count}-{int(at.timestamp()) if at else 0}"


def _released(db: Session, cohort_id: int, cycle_id: int | None, city_id: int | None) -> Iterator[Released]:
    last = (
        select(UpdateVersion.update_id, func.max(UpdateVersion.number).label("number"))
        .group_by(col(UpdateVersion.update_id))
        .subquery()
    )
    wanted = (
        select(Update, UpdateCycle, City, UpdateVersion)
        .join(UpdateCycle, col(UpdateCycle.id) == Update.cycle_id)
        .join(City, col(City.id) == Update.city_id)
        .join(last, last.c.update_id == Update.id)
        .join(
            UpdateVersion,
            (col(UpdateVersion.update_id) == last.c.update_id) & (col(UpdateVersion.number) == last.c.number),
        )
        .where(UpdateCycle.cohort_id == cohort_id)
        .order_by(col(UpdateCycle.period_ends_on).desc(), col(City.name), col(City.id))
    )
    if cycle_id is not None:
        wanted = wanted.where(UpdateCycle.id == cycle_id)
    if city_id is not None:
        wanted = wanted.where(City.id == city_id)
    for update, cycle, city, version in db.exec(wanted):
        yield Released(update, cycle, city, version, Content.model_validate(version.content))
