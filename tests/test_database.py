"""The database: nobody's write is lost, nobody reads half of another's, and the schema goes up and down."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, SQLModel, col, select

from app.database import Database
from app.models import Cohort, Person, Revision, Role, Seat, Standing, Tenure
from app.people.audit import verb
from app.people.viewer import Viewer
from app.schema import is_current, migrate
from tests.shelf import Shelf

SYSTEM = Viewer.system("test")


def count_one_up(database: Database) -> None:
    """Read, think, write: what a deferred transaction on SQLite loses."""
    with database.write() as db:
        statement = select(Revision).where(Revision.id == 1)
        row = db.exec(statement if database.is_sqlite else statement.with_for_update()).one()
        db.execute(update(Revision).where(col(Revision.id) == 1).values(number=row.number + 1))


def test_sixteen_writers_who_read_before_they_write_lose_nothing(database: Database) -> None:
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda _: count_one_up(database), range(160)))
    with database.read() as db:
        assert db.exec(select(Revision.number)).one() == 160


def test_a_reader_sees_one_instant_while_another_writes(database: Database) -> None:
    with database.read() as reading:
        before = reading.exec(select(Revision.number)).one()
        count_one_up(database)
        reading.expire_all()
        assert reading.exec(select(Revision.number)).one() == before
    with database.read() as reading:
        assert reading.exec(select(Revision.number)).one() == before + 1


def test_what_a_reader_changes_is_not_kept(database: Database) -> None:
    with database.read() as db:
        if database.is_sqlite:  # PostgreSQL refuses it outright
            db.execute(text("UPDATE revision SET number = 99"))
    with database.read() as db:
        assert db.exec(select(Revision.number)).one() == 0


@verb
def seat_with_holder(db: Session, *, by: Viewer) -> tuple[int, int]:
    cohort = Cohort(slug="north", name="North")
    person = Person(name="Rosa")
    db.add_all([cohort, person])
    db.flush()
    role = Role(cohort_id=cohort.key, slug="mayor", name="Mayor", plural="Mayors", standing=Standing.MAYOR)
    db.add(role)
    db.flush()
    seat = Seat(cohort_id=cohort.key, role_id=role.key)
    db.add(seat)
    db.flush()
    db.add(Tenure(seat_id=seat.key, person_id=person.key, starts_on=date(2017, 1, 1), ends_on=date(2017, 6, 30)))
    return seat.key, person.key


@verb
def hold(db: Session, seat: int, person: int, starts: date, ends: date | None, *, by: Viewer) -> None:
    db.add(Tenure(seat_id=seat, person_id=person, starts_on=starts, ends_on=ends))


@pytest.mark.parametrize(
    ("starts", "ends"),
    [
        (date(2017, 6, 30), None),
        (date(2016, 1, 1), date(2017, 1, 1)),
        (date(2017, 3, 1), date(2017, 3, 1)),
        (date(2016, 1, 1), None),
    ],
)
def test_the_database_itself_refuses_tenures_that_overlap(database: Database, starts: date, ends: date | None) -> None:
    """Rule 8: also when two people are at it at once, or somebody's hands are in the tables."""
    with database.write() as db:
        seat, person = seat_with_holder(db, by=SYSTEM)

    def overlap() -> None:
        with database.write() as db:
            hold(db, seat, person, starts, ends, by=SYSTEM)

    with pytest.raises(IntegrityError):
        overlap()


def test_tenures_that_touch_stand(database: Database) -> None:
    """Rule 8: one ends on 30 June, the next begins on 1 July."""
    with database.write() as db:
        seat, person = seat_with_holder(db, by=SYSTEM)
        hold(db, seat, person, date(2017, 7, 1), None, by=SYSTEM)
    with database.read() as db:
        assert len(db.exec(select(Tenure)).all()) == 2


@pytest.fixture
def migrated(shelf: Shelf) -> Iterator[Database]:
    """A database in which nothing was done but the migrations."""
    address = shelf.take_bare()
    database = Database(address)
    migrate(database)
    yield database
    database.dispose()
    shelf.drop(address)


def test_the_migrations_lead_to_the_models(migrated: Database) -> None:
    """A column that stands in one and not in the other fails here."""
    with migrated.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_the_migrations_go_down_to_nothing_and_up_again(migrated: Database) -> None:
    migrate(migrated, "base")
    with migrated.engine.connect() as connection:
        assert set(inspect(connection).get_table_names()) == {"alembic_version"}
    assert not is_current(migrated)
    migrate(migrated)
    assert is_current(migrated)
    with migrated.read() as db:
        assert db.exec(select(Revision.number)).one() == 0
