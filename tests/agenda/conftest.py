"""What the agenda's tests stand on: a stored convening, three weeks before it begins."""

from collections.abc import Iterator

import pytest
from sqlmodel import Session

from app.database import Database
from tests.agenda.campus import Campus, campus


@pytest.fixture
def db(database: Database, in_the_sample: object) -> Iterator[Session]:
    with database.write() as db:
        yield db


@pytest.fixture
def place(db: Session) -> Campus:
    return campus(db)
