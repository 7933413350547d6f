"""The key of the private needs: whether it opens what is stored, and a new key in place of an old one."""

from collections.abc import Iterator
from dataclasses import dataclass

from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import TableClause, Text, column, table
from sqlalchemy import select as select_all
from sqlmodel import Session, SQLModel

from app.models import AuditEntry
from app.models.sealed import Sealed, lock_of
from app.people.audit import Refused, verb
from app.people.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Texts:
    """How many sealed texts are stored, and how many of them the key does not open."""

    stored: int
    unreadable: int


def texts_under(db: Session, secret: bytes) -> Texts:
    """Try the key on all that is sealed."""
    lock = lock_of(secret)
    opened = [_opened(text, lock) is not None for where in _sealed_columns() for _, text in _stored(db, where)]
    return Texts(len(opened), opened.count(False))


@verb
def reseal(db: Session, *, old: bytes, new: bytes, by: Viewer) -> int:
    """Seal everything that the old key opens with the new one, all or nothing; returns how many texts.

    What the new key opens already stays, so that it may be done again. Refused when a text opens with neither.
    """
    was, now = lock_of(old), lock_of(new)
    changed = lost = 0
    for where in _sealed_columns():
        for number, text in _stored(db, where):
            if _opened(text, now) is not None:
                continue
            words = _opened(text, was)
            if words is None:
                lost += 1
                continue
            sealed = {where.column: now.encrypt(words).decode()}
            db.execute(where.raw.update().where(where.raw.c.id == number).values(sealed))
            changed += 1
    if lost:
        raise Refused(f"{lost} texts open with neither key, so nothing was changed. Is that the old key?")
    if changed:
        db.add(
            AuditEntry(
                by_id=by.actor_id,
                by=by.actor_name,
                act="reseal",
                subject="private_needs",
                subject_id=0,
                after={"texts": changed},
            )
        )
    return changed


@dataclass(frozen=True, slots=True)
class _Where:
    """A column of a table, as it is stored."""

    raw: TableClause
    column: str


def _sealed_columns() -> Iterator[_Where]:
    for where in SQLModel.metadata.sorted_tables:
        for one in where.columns:
            if isinstance(one.type, Sealed):
                yield _Where(table(where.name, column("id"), column(one.name, Text)), one.name)


def _stored(db: Session, where: _Where) -> list[tuple[int, str]]:
    """(row, text as it is stored), the empty ones left out."""
    text = where.raw.c[where.column]
    return [(number, sealed) for number, sealed in db.execute(select_all(where.raw.c.id, text).where(text != ""))]


def _opened(text: str, lock: Fernet) -> bytes | None:
    try:
        return lock.decrypt(text.encode())
    except InvalidToken:
        return None
