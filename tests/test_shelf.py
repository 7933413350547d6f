"""A database that comes back to the shelf is lent again as it was, whatever was done in it."""

import pytest
from sqlalchemy import inspect, text
from sqlmodel import Session

from app.database import Database
from tests.conftest import lent, sample_cohort
from tests.shelf import Shelf
from tests.staged import contents

MORE = "INSERT INTO audit_entry ({columns}) SELECT {others}, {number} FROM audit_entry WHERE id = 3"
DEEDS = {
    "a row more": [MORE.replace("{number}", "1000000")],
    "a row under a number that was free": [MORE.replace("{number}", "-1")],
    "a row changed": ["UPDATE person SET name = 'Somebody' WHERE id = 3"],
    "rows gone": ["DELETE FROM audit_entry WHERE id > 100"],
    "one goes and another comes": [
        "DELETE FROM audit_entry WHERE id = 5",
        MORE.replace("{number}", "5"),
    ],
    "all at once": [
        "UPDATE revision SET number = number + 5",
        "DELETE FROM audit_entry WHERE id < 50",
        "UPDATE person SET name = upper(name)",
        MORE.replace("{number}", "1000000"),
    ],
}


def all_of(database: Database) -> dict[str, object]:
    """Every row of every table, however they lie."""
    with database.read() as db:
        return {table: sorted(map(repr, _rows(rows))) for table, rows in contents(db).items()}


def _rows(rows: bytes | list[object]) -> list[bytes] | list[object]:
    return rows.splitlines() if isinstance(rows, bytes) else rows


def do(db: Session, statement: str) -> None:
    columns = [column["name"] for column in inspect(db.connection()).get_columns("audit_entry")]
    columns.remove("id")
    named = {"columns": ", ".join([*columns, "id"]), "others": ", ".join(columns)}
    db.execute(text(statement.format(**named)))


@pytest.mark.parametrize("statements", DEEDS.values(), ids=DEEDS)
def test_the_next_test_meets_nothing_of_it(shelf: Shelf, statements: list[str]) -> None:
    found = []
    for _ in range(3):
        for database in lent(shelf, sample_cohort):
            found.append(all_of(database))
            with database.write() as db:
                for statement in statements:
                    do(db, statement)
            assert all_of(database) != found[0], "something was done"
    assert found[0] == found[1] == found[2]


def test_who_stays_connected_is_sent_away(shelf: Shelf) -> None:
    """A program that a test forgot keeps nobody waiting, and writes into no other's database."""
    for database in lent(shelf, None):
        forgotten = Database(database.url.render_as_string(hide_password=False))
        with forgotten.read() as db:
            contents(db)
    for database in lent(shelf, None):
        assert len(all_of(database)) > 50
    forgotten.dispose()
