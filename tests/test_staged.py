"""What is laid for a later test is what the first one built: every row, every number that comes next, every name."""

from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from sqlmodel import Session

from app.database import Database
from app.models import Person
from app.people.audit import verb
from app.people.viewer import Viewer
from tests import staged
from tests.agenda.campus import campus
from tests.conftest import IN_THE_SAMPLE, lent
from tests.people.rows import BY
from tests.registration.stage import set_stage as registrations
from tests.shelf import Shelf
from tests.updates.stage import set_stage as updates


def agenda(database: Database) -> dict[str, Any]:
    with database.write() as db:
        place = campus(db)
        return {name: person.key for name, person in place.town.people.items()}


@verb
def newcomer(db: Session, *, by: Viewer) -> int:
    person = Person(name="Mina Zhou", sort_name="Zhou", email="mina@example.org")
    db.add(person)
    db.flush()
    return person.key


def in_any_order(rows: Any) -> Any:
    """PostgreSQL puts rows where a page has room, and tells them in the order of its pages."""
    return sorted(rows.splitlines()) if isinstance(rows, bytes) else rows


@pytest.mark.parametrize("build", [agenda, registrations, updates], ids=["agenda", "registrations", "updates"])
def test_what_is_laid_is_what_was_built(build: Callable[[Database], Any], shelf: Shelf) -> None:
    found = []
    for _ in ("built", "laid"):
        for database in lent(shelf, None):
            with time_machine.travel(IN_THE_SAMPLE, tick=False):
                returned = build(database)
            with database.read() as db:
                tables = {table: in_any_order(rows) for table, rows in staged.contents(db).items()}
            with database.write() as db:
                next_one = newcomer(db, by=BY)
            found.append((getattr(returned, "people", returned), tables, next_one))
    assert found[0] == found[1]
