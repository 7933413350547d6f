"""Documents that take their time: made by the worker, with progress, and kept until something in them changes."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlmodel import Field, Relationship

from app.models.base import Json, Row, word
from app.models.people import Person


class RunState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class PrintRun(Row, table=True):
    """One making of a large document. `stamp` is what it is made of: the same stamp is the same document.

    `wanted` says what is asked of `document` (an update book's cycle, a paper size). Progress is `made` of `steps`.
    `file` is its name on the shelf of prints. `pieces` are the single things in it, a badge or a sign of a door, by
    their lasting key: [a digest of what stands on it, what it is called]; None for one that was thrown away.
    `printed_at` is when it went to the printer: what is in people's hands is read from those runs.
    """

    __tablename__ = "print_run"

    cohort_id: int = Field(foreign_key="cohort.id", index=True)
    document: str = Field(max_length=80)
    wanted: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    stamp: str = Field(max_length=64, index=True)
    state: RunState = Field(default=RunState.WAITING, sa_type=word(RunState))
    made: int = 0
    steps: int = 0
    pages: int | None = None
    file: str = Field(default="", max_length=255)
    trouble: str = Field(default="", max_length=500)
    by_id: int | None = Field(default=None, foreign_key="person.id")
    started_at: datetime | None = None
    ended_at: datetime | None = None
    convening_id: int | None = Field(default=None, foreign_key="convening.id", index=True)
    release: int | None = None
    pieces: dict[str, list[str] | None] = Field(default_factory=dict, sa_type=Json)
    printed_at: datetime | None = None
    printed_by_id: int | None = Field(default=None, foreign_key="person.id")

    by: Person | None = Relationship(sa_relationship_kwargs={"foreign_keys": "PrintRun.by_id"})
    printed_by: Person | None = Relationship(sa_relationship_kwargs={"foreign_keys": "PrintRun.printed_by_id"})
