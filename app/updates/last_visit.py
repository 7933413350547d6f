"""What of a draft is new to somebody since they looked at it last, read from the audit log, which has it anyway."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, SQLModel, col, select

from app import clock
from app.models import (
    AuditEntry,
    Commitment,
    CommitmentAnswer,
    Update,
    UpdateFigure,
    UpdateFile,
    UpdateLook,
)
from app.people.audit import recorded
from app.people.viewer import Viewer
from app.updates.history import REDACTING
from app.updates.looks import AGAIN_AFTER
from app.updates.writing import texts_of

Columns = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Changed:
    """A piece of the draft that reads otherwise than it did. `before` is "" for a new one, `after` for one put away."""

    title: str
    before: str
    after: str


def last_visit(db: Session, update: Update, viewer: Viewer) -> datetime | None:
    """When the viewer, in person, looked at the draft last before this visit (UTC); None for their first."""
    return db.exec(
        select(func.max(UpdateLook.at)).where(
            UpdateLook.update_id == update.key,
            UpdateLook.person_id == viewer.actor_id,
            col(UpdateLook.for_id).is_(None),
            UpdateLook.at <= clock.now() - AGAIN_AFTER,
        )
    ).one()


def changes_since(db: Session, update: Update, since: datetime) -> list[Changed]:
    """The pieces of the draft that read otherwise than at `since`, in the order of the page. Ten queries at most."""
    texts = texts_of(db, update)
    answers = db.exec(
        select(CommitmentAnswer, Commitment.text)
        .join(Commitment, col(Commitment.id) == CommitmentAnswer.commitment_id)
        .where(CommitmentAnswer.update_id == update.key)
        .order_by(col(Commitment.position), col(Commitment.id))
    ).all()
    pieces: list[tuple[SQLModel, str]] = [*texts]
    pieces += [(row, "A number") for row in _rows(db, UpdateFigure, update)]
    pieces += [(answer, f"What became of “{text[:60]}”") for answer, text in answers]
    pieces += [(row, "What we will do next") for row in _rows(db, Commitment, update)]
    pieces += [(row, "A picture or paper") for row in _rows(db, UpdateFile, update)]
    then = _as_they_were(db, [row for row, _ in pieces], since)
    changes = []
    for row, title in pieces:
        table, now = str(row.__tablename__), _columns(row)
        was = then.get((table, now["id"]), {})
        before, after = "" if was is None else _said(table, {**now, **was}), _said(table, now)
        if before != after:
            changes.append(Changed(title, before, after))
    return changes


def _rows(db: Session, model: Any, update: Update) -> Sequence[Any]:
    """The rows of a draft that have a place of their own in it."""
    return db.exec(select(model).where(model.update_id == update.key).order_by(model.position, model.id)).all()


def _as_they_were(
    db: Session, rows: Sequence[SQLModel], since: datetime
) -> dict[tuple[str, int], dict[str, Any] | None]:
    """The columns that changed since then, as they were; None for a row that was not there yet."""
    found: dict[tuple[str, int], dict[str, Any] | None] = {}
    for table in {str(row.__tablename__) for row in rows}:
        numbers = [row.id for row in rows if row.__tablename__ == table]  # type: ignore[attr-defined]
        entries = db.exec(
            select(AuditEntry)
            .where(
                AuditEntry.subject == table,
                col(AuditEntry.subject_id).in_(numbers),
                AuditEntry.created_at > since,
            )
            .order_by(col(AuditEntry.id))
        )
        for entry in entries:
            name = (table, entry.subject_id or 0)
            if entry.act in REDACTING:
                found[name] = dict(entry.after or {})  # what was taken out is no news, and is not shown again (rule 6)
            elif name not in found:
                found[name] = None if entry.before is None else dict(entry.before)
            elif (known := found[name]) is not None:
                found[name] = {**(entry.before or {}), **known}  # the earliest that is known of a column counts
    return found


def _columns(row: SQLModel) -> dict[str, Any]:
    table = str(row.__tablename__)
    return {name: recorded(table, name, getattr(row, name)) for name in type(row).model_fields}


def _said(table: str, columns: Columns) -> str:
    """A row as a person reads it; "" for one that is put away."""
    if columns.get("archived_at"):
        return ""
    match table:
        case "update_text":
            return str(columns["body"])
        case "commitment_answer":
            return ": ".join(str(part) for part in (columns["state"], columns["note"]) if part)
        case "update_figure":
            return ": ".join(str(part) for part in (columns["label"], columns["said"]) if part)
        case "commitment":
            return ", by ".join(str(part) for part in (columns["text"], columns["due_on"]) if part)
        case _:
            return ", ".join(str(part) for part in (columns["name"], columns["caption"]) if part)
