"""The update book: what a cohort reads of a cycle, city by city, as it stands now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import case
from sqlmodel import Session, col, select

from app.models import City, Cohort, Convening, Update, UpdateCycle, UpdateVersion
from app.updates.content import Content, hide_quarantined
from app.updates.reading import VersionLine, page_of


@dataclass(frozen=True, slots=True)
class Chapter:
    """A city's current version, without the words that were taken out of it since."""

    city: str
    slug: str
    zone: str
    content: Content
    version: VersionLine


@dataclass(frozen=True, slots=True)
class Arrival:
    """A version that was released after a print: what it is the first of, or corrects."""

    city: str
    slug: str
    version: VersionLine


@dataclass(frozen=True, slots=True)
class Book:
    """`newest` is the number of the last version that any of it holds, of all that were ever released; 0: none is.

    `released_at` is the instant of that release (UTC). `waiting` are the cities whose update is still to come.
    """

    cohort: Cohort
    cycle: UpdateCycle
    chapters: tuple[Chapter, ...]
    waiting: tuple[str, ...]
    newest: int
    released_at: datetime | None


def book_of(db: Session, cohort: Cohort, cycle: UpdateCycle) -> Book:
    """All that is released of a cycle, by city's name. Three queries."""
    rows = _versions(db, cycle)
    chapters = []
    for city, versions in groupby(rows, key=lambda row: row[0]):
        page = page_of([version for _, version in versions], None)
        if page and page.version:
            chapters.append(Chapter(city.name, city.slug, city.zone, page.content, page.version))
    hide_quarantined(db, *(chapter.content for chapter in chapters))
    last = max((version for _, version in rows), key=lambda version: version.key, default=None)
    waiting = db.exec(
        select(City.name)
        .join(Update, col(Update.city_id) == City.id)
        .where(Update.cycle_id == cycle.key, col(Update.released_at).is_(None))
        .order_by(col(City.name), col(City.id))
    ).all()
    return Book(
        cohort,
        cycle,
        tuple(chapters),
        tuple(waiting),
        newest=last.key if last else 0,
        released_at=last.created_at if last else None,
    )


def cycle_told(db: Session, convening: Convening) -> UpdateCycle | None:
    """The cycle of which there is a book at a convening: its own, else the newest of which something is released, else
    the newest. None while the cohort has none."""
    told = select(Update.id).where(Update.cycle_id == UpdateCycle.id, col(Update.released_at).is_not(None)).exists()
    own = case((col(UpdateCycle.convening_id) == convening.key, 0), else_=1)
    return db.exec(
        select(UpdateCycle)
        .where(UpdateCycle.cohort_id == convening.cohort_id)
        .order_by(own, case((told, 0), else_=1), col(UpdateCycle.period_ends_on).desc(), col(UpdateCycle.id))
    ).first()


def released_since(db: Session, cycle: UpdateCycle, newest: int) -> list[Arrival]:
    """What was released of a cycle after a print whose newest version had this number, in order."""
    return [
        Arrival(
            city.name,
            city.slug,
            VersionLine(version.number, version.created_at, version.author, version.office, version.note),
        )
        for city, version in sorted(_versions(db, cycle), key=lambda row: row[1].key)
        if version.key > newest
    ]


def _versions(db: Session, cycle: UpdateCycle) -> Sequence[tuple[City, UpdateVersion]]:
    return db.exec(
        select(City, UpdateVersion)
        .join(Update, col(Update.city_id) == City.id)
        .join(UpdateVersion, col(UpdateVersion.update_id) == Update.id)
        .where(Update.cycle_id == cycle.key)
        .order_by(col(City.name), col(City.id), col(UpdateVersion.number))
    ).all()
