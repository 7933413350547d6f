"""An agenda comes in once, and again without change; what the file changes is shown field by field."""

from pathlib import Path

import pytest
from sqlmodel import func, select

from app.database import Database
from app.exchange.imports import AgendaImport, Result, import_agenda
from app.models import AgendaSession, AuditEntry, Cohort, Convening, Engagement, Person, Room, SessionRoom
from app.people.founding import found_cohort
from app.people.viewer import Viewer
from tests.exchange.making import Programme, frab, programme

CREATE = AgendaImport(create=True)


@pytest.fixture
def cohort(database: Database) -> Database:
    """A database with one cohort, by-all-means, on Eastern time, and nothing else."""
    with database.write() as db:
        found_cohort(
            db,
            name="By All Means",
            slug="by-all-means",
            zone="America/New_York",
            organizer="Ola Lab",
            email="ola@made.example",
            by=Viewer.system("tests"),
        )
    return database


def bring(database: Database, folder: Path, data: bytes, options: AgendaImport = CREATE) -> Result:
    file = folder / "schedule"
    file.write_bytes(data)
    return import_agenda(database, file, "by-all-means", "2026-winter", options)


def counts(database: Database) -> dict[str, int]:
    tables = (AgendaSession, Room, Person, SessionRoom, Engagement, AuditEntry)
    with database.read() as db:
        return {table.__name__: db.exec(select(func.count()).select_from(table)).one() for table in tables}


def told(made: Programme) -> list[tuple[object, ...]]:
    return sorted(
        (talk.guid, " ".join(talk.title.split()), talk.start, talk.minutes, talk.room, tuple(n for _, n in talk.people))
        for talk in made.talks
    )


def stored(database: Database) -> list[tuple[object, ...]]:
    with database.read() as db:
        return sorted(
            (
                session.import_key,
                session.title,
                session.starts_at,
                session.minutes,
                ", ".join(place.room.name for place in session.places),
                tuple(engagement.person.name for engagement in session.engagements),
            )
            for session in db.exec(select(AgendaSession))
        )


def test_big_schedule_is_stored_whole_with_a_convening_made_for_it(cohort: Database, tmp_path: Path) -> None:
    made = programme(1_100, 80, 7)

    result = bring(cohort, tmp_path, frab(made))

    assert result.complete
    assert stored(cohort) == told(made)
    with cohort.read() as db:
        convening = db.exec(select(Convening)).one()
        assert (convening.slug, convening.title, convening.zone) == ("2026-winter", made.title, made.zone)
        assert (str(convening.starts_on), str(convening.ends_on)) == ("2026-02-07", "2026-02-13")
        assert {session.uid for session in db.exec(select(AgendaSession))} == {talk.guid for talk in made.talks}


def test_same_file_again_changes_nothing(cohort: Database, tmp_path: Path) -> None:
    data = frab(programme(80, 8, 2))
    bring(cohort, tmp_path, data)
    before = counts(cohort)

    result = bring(cohort, tmp_path, data)

    assert result.lines[1] == (
        "0 new, 0 changed, 80 unchanged, 0 no longer in the file; 0 new rooms, 0 new people."
    )
    assert counts(cohort) == before
