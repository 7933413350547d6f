"""What was done to a convening's draft, read back from the audit log: act by act, each with the rows that it changed.

Entries of one call of a verb share a `turn` (people/audit.py); of a turn only what belongs to the draft is read here.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any, get_args

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.models import (
    AgendaSession,
    Audience,
    AudienceTerm,
    AuditEntry,
    Cue,
    Engagement,
    Override,
    SessionItem,
    SessionRoom,
    SessionTable,
    TablePlace,
)

Drafted = (
    AgendaSession
    | SessionRoom
    | Engagement
    | SessionItem
    | Audience
    | AudienceTerm
    | Override
    | Cue
    | SessionTable
    | TablePlace
)
DRAFTED: Mapping[str, type[Drafted]] = {str(model.__tablename__): model for model in get_args(Drafted)}
"""What a draft is made of, by table."""

UNDO, REDO = "undo_step", "redo_step"
NO_STEPS = ("answer", "ask_equipment", "merge_people", "note_written_to", "tell_access")
"""What a speaker says for themselves, letters that are on their way, two records of one person made one: nothing of
that is taken back."""

MOST_TURNS = 200
"""How many acts are looked back on."""

MOST_ROWS = 60
"""Rows of one act that are told; the others are counted."""

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RowChange:
    """What an act made of one row: its columns before and after, None where it was not there."""

    subject: str
    id: int
    before: Values | None
    after: Values | None

    @property
    def values(self) -> Values:
        """All that is known of the row, the newer first."""
        return {**(self.before or {}), **(self.after or {})}


@dataclass(frozen=True, slots=True)
class Turn:
    """One act. `first` and `last` are the numbers of its entries, `at` is UTC, `reverses` the turn that it took back.

    `rows` are those of the draft; `sessions` counts the sessions among them, told or not.
    """

    turn: str
    act: str
    by_id: int | None
    by: str
    at: datetime
    reverses: str | None
    last: int
    reason: str = ""
    rows: tuple[RowChange, ...] = ()
    sessions: int = 0

    def inverted(self) -> "Turn":
        """The act that would take this one back."""
        return replace(self, rows=tuple(RowChange(row.subject, row.id, row.after, row.before) for row in self.rows))


def latest_turns(
    db: Session, convening_id: int, *, by_id: int | None = None, below: int | None = None, most: int = MOST_TURNS
) -> list[Turn]:
    """The last acts on a draft, newest first and without their rows: by one person, or (without `by_id`) by anybody;
    only those before the entry `below`.

    One statement: it goes from act to act by the index, however many entries each of them left.
    """
    statement = _walk(of_one=by_id is not None, below=below is not None)
    bound = {"convening": convening_id, "by": by_id, "below": below, "most": most}
    return [
        Turn(*row) for row in db.execute(statement, {name: value for name, value in bound.items() if value is not None})
    ]


@cache
def _walk(*, of_one: bool, below: bool) -> Any:
    """The statement of latest_turns, made once: its five aliases of the log cost more than asking it."""
    table: Any = AuditEntry.__table__  # type: ignore[attr-defined]  # SQLModel does not declare it
    x, y, z, entry = table.alias("x"), table.alias("y"), table.alias("z"), table.alias("entry")
    here = [x.c.convening_id == sa.bindparam("convening")] + ([x.c.by_id == sa.bindparam("by")] if of_one else [])
    newest = sa.select(sa.func.max(x.c.id)).where(*here, *([x.c.id < sa.bindparam("below")] if below else []))
    walk = sa.select(newest.scalar_subquery().label("id"), sa.literal(1).label("n")).cte("walk", recursive=True)
    turn = sa.select(z.c.turn).where(z.c.id == walk.c.id).correlate(walk).scalar_subquery()
    first = sa.select(sa.func.min(y.c.id)).where(y.c.turn == turn).correlate(walk).scalar_subquery()
    before = sa.select(sa.func.max(x.c.id)).where(*here, x.c.id < first).correlate(walk).scalar_subquery()
    walk = walk.union_all(
        sa.select(before, walk.c.n + 1).where(walk.c.id.is_not(None), walk.c.n < sa.bindparam("most"))
    )
    return (
        sa.select(*(entry.c[name] for name in ("turn", "act", "by_id", "by", "created_at", "reverses", "id", "reason")))
        .join(walk, walk.c.id == entry.c.id)
        .where(entry.c.turn != "", _has(entry, DRAFTED), ~_has(entry, ["agenda_release"]))
        .order_by(entry.c.id.desc())
    )


def _has(entry: Any, subjects: Collection[str]) -> Any:
    """Whether the turn of an entry changed rows of these tables."""
    other: Any = AuditEntry.__table__.alias("other")  # type: ignore[attr-defined]  # as above
    return sa.exists().where(other.c.turn == entry.c.turn, other.c.subject.in_(subjects))


def entries_of(db: Session, turns: Iterable[str], *, most: int | None = MOST_ROWS) -> list[AuditEntry]:
    """The entries of these acts about the draft, in order; of each act at most `most` (None: all)."""
    query = select(AuditEntry).where(col(AuditEntry.turn).in_(list(turns)), col(AuditEntry.subject).in_(DRAFTED))
    if most is not None:
        place = sa.func.row_number().over(partition_by=col(AuditEntry.turn), order_by=col(AuditEntry.id))
        numbered = query.with_only_columns(col(AuditEntry.id), place.label("place")).subquery()
        query = select(AuditEntry).where(
            col(AuditEntry.id).in_(sa.select(numbered.c.id).where(numbered.c.place <= most))
        )
    return list(db.exec(query.order_by(col(AuditEntry.id))))


def with_rows(db: Session, turns: Collection[Turn], entries: Iterable[AuditEntry]) -> list[Turn]:
    """The same acts with the rows that these entries tell of."""
    rows: dict[str, dict[tuple[str, int], RowChange]] = {one.turn: {} for one in turns}
    for entry in entries:
        of_turn = rows[entry.turn]
        place = (entry.subject, entry.subject_id)
        of_turn[place] = _folded(of_turn.get(place), entry)
    counted = db.execute(
        sa.select(col(AuditEntry.turn), sa.func.count(sa.distinct(col(AuditEntry.subject_id))))
        .where(col(AuditEntry.turn).in_([one.turn for one in turns]), col(AuditEntry.subject) == "session")
        .group_by(col(AuditEntry.turn))
    )
    sessions: dict[str, int] = dict(counted.all())
    return [
        replace(
            one,
            rows=tuple(row for row in rows[one.turn].values() if row.before != row.after),
            sessions=sessions.get(one.turn, 0),
        )
        for one in turns
    ]


def _folded(held: RowChange | None, entry: AuditEntry) -> RowChange:
    """What several entries about one row come to: the first `before`, the last `after`."""
    new = RowChange(entry.subject, entry.subject_id, entry.before, entry.after)
    if held is None:
        return new
    before = held.before if held.before is None else {**(new.before or {}), **held.before}
    after = new.after if new.after is None else {**(held.after or {}), **new.after}
    return replace(new, before=before, after=after)
