"""What a test's empty database is made to hold is built once in a run; after that its rows are laid as they were.

Building goes through the verbs, each with its checks and its record: a fifth of a second that is the same each time.
"""

import pickle
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from io import BytesIO
from typing import Any, Concatenate, ParamSpec, TypeVar

import time_machine
from sqlmodel import Session, SQLModel, select

from app import clock
from app.database import Database
from app.models import Revision
from tests.shelf import ON_POSTGRES

P = ParamSpec("P")
T = TypeVar("T")


def built_once(build: Callable[Concatenate[Session, P], T]) -> Callable[Concatenate[Session, P], T]:
    """For a function that fills an empty database and returns rows of it, or their numbers.

    The clock stands while it builds, at the second's beginning, so that nothing of it lies ahead of another test that
    starts within that second. It is built as ever where the database holds something already.
    """

    @wraps(build)
    def built(db: Session, /, *args: P.args, **options: P.kwargs) -> T:
        if db.exec(select(Revision.number)).one() != 0:
            return build(db, *args, **options)
        now = clock.now().replace(microsecond=0)
        said = [one for one in (*args, *sorted(options.items())) if not isinstance(one, Database)]
        key = build, repr(said), now
        if staged := _staged.get(key):
            staged.lay(db)
            return staged.returned(db, args)  # type: ignore[no-any-return]
        empty = contents(db)
        with time_machine.travel(now, tick=False):
            returned = build(db, *args, **options)
        db.flush()
        _staged[key] = _Staged.of(db, empty, returned)
        return returned

    return built


@dataclass(frozen=True)
class _Staged:
    """The tables that a builder wrote, each whole, as the driver says them (on PostgreSQL, as COPY does)."""

    tables: dict[str, Any]
    sequences: str
    pickled: bytes

    @classmethod
    def of(cls, db: Session, empty: dict[str, Any], returned: object) -> "_Staged":
        tables = {table: rows for table, rows in contents(db).items() if rows != empty[table]}
        file = BytesIO()
        _Pickler(file).dump(returned)
        return cls(tables, _sequences(db) if ON_POSTGRES else "", file.getvalue())

    def lay(self, db: Session) -> None:
        cursor = _cursor(db)
        if ON_POSTGRES:
            cursor.execute("SET LOCAL session_replication_role = replica")  # foreign keys are not looked at
            for table, rows in self.tables.items():
                cursor.execute(f'DELETE FROM "{table}"')
                with cursor.copy(f'COPY "{table}" FROM STDIN') as copy:
                    copy.write(rows)
            cursor.execute(self.sequences)
            cursor.execute("SET LOCAL session_replication_role = DEFAULT")
        else:
            cursor.execute("PRAGMA defer_foreign_keys = ON")
            for table, rows in self.tables.items():
                cursor.execute(f'DELETE FROM "{table}"')
                cursor.executemany(f'INSERT INTO "{table}" VALUES ({", ".join("?" * len(rows[0]))})', rows)
        db.expire_all()
        db.info["revised"] = True  # within this transaction, as when it is built

    def returned(self, db: Session, args: tuple[object, ...]) -> Any:
        return _Unpickler(BytesIO(self.pickled), db, args).load()


_staged: dict[object, _Staged] = {}


def contents(db: Session) -> dict[str, Any]:
    """All rows of all tables, those by which SQLite counts last: it counts on while others are filled."""
    cursor = _cursor(db)
    if ON_POSTGRES:
        tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        return {table: _copied(cursor, table) for (table,) in cursor.execute(tables).fetchall()}
    tables = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name = 'sqlite_sequence'"
    return {
        table: cursor.execute(f'SELECT * FROM "{table}"').fetchall() for (table,) in cursor.execute(tables).fetchall()
    }


def _copied(cursor: Any, table: str) -> bytes:
    with cursor.copy(f'COPY "{table}" TO STDOUT') as copy:
        return b"".join(copy)


def _sequences(db: Session) -> str:
    """The statement that brings all sequences to where they are."""
    called = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL"
    rows = _cursor(db).execute(called).fetchall()
    return "SELECT " + ", ".join(f"setval('\"{sequence}\"', {last})" for sequence, last in rows)


def _cursor(db: Session) -> Any:
    """The driver's own, in the session's transaction."""
    return db.connection().connection.cursor()


class _Pickler(pickle.Pickler):
    """Rows go with all that is loaded of them; who asks again has a session and a database of their own."""

    def persistent_id(self, thing: object) -> object:
        if isinstance(thing, SQLModel):
            return pickle.dumps(thing)
        return type(thing) if isinstance(thing, Session | Database) else None


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: BytesIO, db: Session, args: tuple[object, ...]) -> None:
        super().__init__(file)
        self.db = db
        self.known = {type(thing): thing for thing in (db, *args)}

    def persistent_load(self, known: Any) -> object:
        if isinstance(known, bytes):
            return self.db.merge(pickle.loads(known), load=False)
        return self.known[known]
