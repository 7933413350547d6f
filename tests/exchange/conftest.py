"""A cohort to bring files into: By All Means, on Eastern time, with two cities and their mayors."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlmodel import Session, select

from app.database import Database
from app.exchange.imports import AgendaImport, Result, import_agenda
from app.models import AgendaSession, Cohort, Convening
from tests.people.rows import BY, Town, found

Bring = Callable[..., Result]


@pytest.fixture
def town(database: Database) -> Town:
    with database.write() as db:
        return found(db, by=BY)


@pytest.fixture
def bring(town: Town, database: Database, tmp_path: Path) -> Bring:
    """`bring(bytes, publish=True)` imports a file into by-all-means/2026-winter, made for it if need be."""

    def of(data: bytes, slug: str = "2026-winter", **options: object) -> Result:
        file = tmp_path / "schedule"
        file.write_bytes(data)
        wishes = AgendaImport(**{"create": True, **options})  # type: ignore[arg-type]  # each option is AgendaImport's
        return import_agenda(database, file, "by-all-means", slug, wishes)

    return of


def the_convening(db: Session, slug: str = "2026-winter") -> Convening:
    return db.exec(select(Convening).where(Convening.slug == slug)).one()


def the_cohort(db: Session) -> Cohort:
    return db.exec(select(Cohort).where(Cohort.slug == "by-all-means")).one()


def the_session(db: Session, title: str) -> AgendaSession:
    return db.exec(select(AgendaSession).where(AgendaSession.title == title)).one()
