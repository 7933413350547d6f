"""What all tables share: naming of constraints, how a word from a list is stored, and when a row was made."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import uuid4

from sqlalchemy import JSON, Enum
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import QueryableAttribute
from sqlmodel import Field, SQLModel

from app import clock

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

Json = JSON().with_variant(JSONB(), "postgresql")


FOR_GOOD = {"sqlite_autoincrement": True}
"""For tables whose rows are deleted and may come back: SQLite too then gives a number once and never again."""


def word(kind: type[StrEnum]) -> Enum:
    """The column type of a word from a list: stored as its value, so that a table reads without the code."""
    return Enum(
        kind,
        native_enum=False,
        length=32,
        create_constraint=False,
        values_callable=lambda members: [member.value for member in members],
    )


def relation(attribute: object) -> QueryableAttribute[Any]:
    """A model's relation as loading options take it: SQLModel types it as what it yields."""
    assert isinstance(attribute, QueryableAttribute)
    return attribute


def new_uid() -> str:
    """A random name that a thing keeps for good, in calendars and exports alike (rule 16)."""
    return str(uuid4())


class Row(SQLModel):
    """A table's row with its own number and the instant it was made (UTC)."""

    id: int | None = Field(default=None, primary_key=True)
    created_at: datetime = Field(default_factory=clock.now)

    @property
    def key(self) -> int:
        """The number of a row that is stored; asking an unsaved one is a mistake."""
        assert self.id is not None, f"{type(self).__name__} is not saved yet"
        return self.id
