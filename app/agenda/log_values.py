"""Values of the audit log and rows of the draft: whether they agree, and how the one is made of the other."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter

from app.agenda.turns import DRAFTED, Drafted, Values
from app.people.audit import PRIVATE, recorded

KEPT = frozenset({"id", "created_at", "uid", "sequence", "changed_at", "answer", "answered_at", "reminded_at"})
"""Columns that taking back leaves alone: names for good, what calendars count by, what a speaker did themselves."""


def differs(held: Drafted, values: Values) -> bool:
    """Whether a row says something else than these values, as the log keeps them."""
    table = str(held.__tablename__)
    return any(recorded(table, name, getattr(held, name)) != value for name, value in _told(table, values))


def write_back(held: Drafted | None, values: Values) -> None:
    """Make a row say these values again, but for what is kept (KEPT) or not on record. Called inside a verb."""
    assert held is not None, "whoever takes back has looked whether it is there"
    table = str(held.__tablename__)
    for name, value in read_back(table, dict(_told(table, values))).items():
        setattr(held, name, value)


def _told(table: str, values: Values) -> Iterator[tuple[str, Any]]:
    return ((name, value) for name, value in values.items() if name not in KEPT and (table, name) not in PRIVATE)


def read_back(table: str, values: Values) -> dict[str, Any]:
    """Values of the log as a row holds them; without those whose text is not on record."""
    return {
        name: _reader(table, name).validate_python(value)
        for name, value in values.items()
        if (table, name) not in PRIVATE
    }


@lru_cache(maxsize=200)
def _reader(table: str, name: str) -> TypeAdapter[Any]:
    kind: Any = DRAFTED[table].model_fields[name].annotation
    return TypeAdapter(kind)
