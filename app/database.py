"""The one room that knows SQLite from PostgreSQL: engine, pragmas, transactions."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from threading import Lock
from time import sleep
from typing import Any

from anyio import to_thread
from sqlalchemy import Connection, Engine, PoolProxiedConnection, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError, TimeoutError
from sqlmodel import Session, create_engine

try:  # Debian 12's SQLite has the WAL-reset race; this wheel carries a newer one (docs/decisions/0001)
    from pysqlite3 import dbapi2 as sqlite_driver
except ImportError:  # no wheel for this machine
    import sqlite3 as sqlite_driver

BUSY_SECONDS = 10
"""How long a writer waits for the one before."""

SQLITE_PRAGMAS = (
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}",
    "PRAGMA cache_size=-16000",
)

TABLES = 0x506C656E617279
"""The number by which PostgreSQL knows our lock around the making of tables: any that nobody else uses."""


def is_busy(error: Exception) -> bool:
    """Whether a statement or a connection waited in vain for those before it."""
    return isinstance(error, TimeoutError) or (isinstance(error, OperationalError) and "locked" in str(error.orig))


class Database:
    """An engine with two ways in: `read` (a snapshot, never commits) and `write` (the one writer)."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _sqlite(url) if self.is_sqlite else _postgresql(url)
        self._writing = Lock()
        self._glancing: PoolProxiedConnection | None = None
        self._glance: Callable[..., Any]
        # All queries of a read see the same instant: SQLite's WAL gives that by itself.
        options = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        self._snapshots = self.engine.execution_options(**options)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session for looking; whatever it changes is rolled back."""
        with Session(self._snapshots, autoflush=False) as db:
            yield db

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session for changing: one transaction, committed at the end, rolled back on any exception."""
        engine = self.engine.execution_options(plenary_writes=True)
        with self._turn(), Session(engine, expire_on_commit=False) as db:
            try:
                yield db
                db.commit()
            except BaseException:
                db.rollback()
                raise

    @contextmanager
    def write_if_free(self) -> Iterator[Session | None]:
        """As `write`; None where this process is writing already on SQLite. For notes that nobody misses."""
        if self.is_sqlite and self._writing.locked():
            yield None
            return
        with self.write() as db:
            yield db

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """On SQLite the writers of this process come one after the other, woken as soon as the one before is done.

        SQLite itself lets those who wait sleep, ever longer: of sixteen at once, most of the time nobody writes. It is
        still asked, since other processes write too; so it is by whoever waited here in vain.
        """
        mine = self.is_sqlite and self._writing.acquire(timeout=BUSY_SECONDS)
        try:
            yield
        finally:
            if mine:
                self._writing.release()

    @contextmanager
    def alone(self) -> Iterator[Connection]:
        """A transaction for making tables: of all processes that start at once, one at a time is in it.

        PostgreSQL's CREATE TABLE IF NOT EXISTS fails where another makes the same table at that moment.
        """
        with self.engine.execution_options(plenary_writes=True).connect() as connection, connection.begin():
            if not self.is_sqlite:
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({TABLES})")
            yield connection

    async def glance(self, statement: str, *parameters: object) -> tuple[Any, ...]:
        """One row of a statement with `?` for parameters, asked by an asynchronous layer at every request.

        On SQLite the answer takes microseconds, less than handing it to a thread; on PostgreSQL a thread waits.
        """
        if not self.is_sqlite:
            return await to_thread.run_sync(self._one, statement.replace("?", "%s"), parameters)
        return self._one(statement, tuple(_as_text(value) for value in parameters))

    def _one(self, statement: str, parameters: tuple[object, ...]) -> tuple[Any, ...]:
        if not self.is_sqlite:
            with self._snapshots.connect() as connection:
                return tuple(connection.exec_driver_sql(statement, parameters).one())
        if self._glancing is None:
            self._glancing = self.engine.raw_connection()
            self._glance = self._glancing.cursor().execute
        rows: list[tuple[Any, ...]] = self._glance(statement, parameters).fetchall()  # read out: no snapshot stays open
        return rows[0]

    def dispose(self) -> None:
        if self._glancing is not None:
            self._glancing.close()
            self._glancing = None
        self.engine.dispose()


def _as_text(value: object) -> object:
    """An instant as SQLAlchemy stores it on SQLite."""
    return value.isoformat(" ", "microseconds")[:26] if isinstance(value, datetime) else value


def _sqlite(url: str) -> Engine:
    engine = create_engine(
        url,
        module=sqlite_driver,
        connect_args={"check_same_thread": False},
        pool_size=20,
        max_overflow=30,
        hide_parameters=True,
    )

    @event.listens_for(engine, "connect")
    def _settle(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # transactions begin below, not by the driver's guess
        cursor = connection.cursor()
        _into_wal(cursor)
        for pragma in SQLITE_PRAGMAS:
            cursor.execute(pragma)
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        # A deferred transaction that reads and then writes is refused when another wrote in between, without
        # waiting: writers therefore take the lock at once.
        writes = connection.get_execution_options().get("plenary_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _into_wal(cursor: Any) -> None:
    """Has changes written to a log ahead of the file, which then says so for good.

    Of several processes that open a new file at once SQLite refuses all but one, and does not let them wait.
    """
    for left in reversed(range(100)):
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite_driver.OperationalError as error:
            if "locked" not in str(error) or not left:
                raise
        sleep(0.02)


def _postgresql(url: str) -> Engine:
    address = make_url(url)
    if address.drivername in ("postgres", "postgresql"):
        address = address.set(drivername="postgresql+psycopg")
    return create_engine(address, pool_pre_ping=True, pool_size=20, max_overflow=10, hide_parameters=True)
