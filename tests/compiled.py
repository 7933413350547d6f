"""SQL is put into words once in a run, not anew for each test's database: that was an eighth of all time.

SQLAlchemy keeps what it has compiled by engine, and by the dialect object that the engine made. The engines of tests
all speak one dialect with the same settings, so they may share the first one's and one store of what was compiled.
"""

from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import Dialect

_dialects: dict[str, Dialect] = {}
_compiled: dict[Any, Any] = {}


def share_compiled_statements() -> None:
    """From now on; counting, sending and reading of statements stays as it is."""
    event.listen(Engine, "engine_connect", _share)


def _share(connection: Connection) -> None:
    connection.dialect = _dialects.setdefault(connection.dialect.name, connection.dialect)
    connection.execution_options(compiled_cache=_compiled)
