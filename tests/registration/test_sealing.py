"""Rule 12: with a wrong key private needs are not read, no page breaks, nothing is lost, and what is due still goes."""

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import text
from sqlmodel import select

from app.database import Database
from app.models import PrivateNeeds
from app.models.sealed import CANNOT_BE_READ, use_key
from app.registration.looks import look_at_needs
from app.registration.purging import purge_private_needs, purges_on_record
from app.registration.registrations import Details, register
from tests.conftest import NEEDS_KEY
from tests.registration.stage import BY, Stage, convening, person


@pytest.fixture
def _registered(database: Database, stage: Stage) -> None:
    with database.write() as db:
        said = Details(dietary="vegan", access="a ramp", emergency_name="Ana", emergency_phone="1")
        register(db, convening(db, stage), person(db, stage, "oakland mayor"), details=said, by=BY)


@pytest.fixture
def _wrong_key(_registered: None) -> Iterator[None]:
    use_key(b"not the one")
    yield
    use_key(NEEDS_KEY.encode())


def stored(database: Database) -> list[tuple[str, ...]]:
    with database.read() as db:
        rows = db.execute(text("SELECT dietary, access, emergency_name, emergency_phone FROM private_needs"))
        return [tuple(row) for row in rows]


@pytest.mark.usefixtures("_wrong_key")
def test_what_cannot_be_read_says_so_and_is_written_back_as_it_was(database: Database, stage: Stage) -> None:
    before = stored(database)
    with database.write() as db:
        seen = look_at_needs(db, convening(db, stage), by=BY)
        assert [(one.dietary, one.access) for one in seen] == [(CANNOT_BE_READ, CANNOT_BE_READ)]
        typed_back = Details(dietary=CANNOT_BE_READ, access=CANNOT_BE_READ, name_to_caterer=True)
        register(db, convening(db, stage), person(db, stage, "oakland mayor"), details=typed_back, by=BY)
    assert stored(database) == before
    use_key(NEEDS_KEY.encode())
    with database.read() as db:
        needs = db.exec(select(PrivateNeeds)).one()
        assert (needs.dietary, needs.access, needs.name_to_caterer) == ("vegan", "a ramp", True)


@pytest.mark.usefixtures("_wrong_key")
def test_a_purge_needs_no_key(database: Database, stage: Stage) -> None:
    with database.write() as db:
        assert purge_private_needs(db, convening(db, stage), on=date(2017, 12, 13), by=BY) == 1
        assert [(one.needs, one.emergency) for one in purges_on_record(db, convening(db, stage))] == [(1, 1)]
    assert stored(database) == []
