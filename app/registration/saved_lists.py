"""Filters of the list of people that organizers saved under a name; put away, never deleted (rule 21)."""

from collections.abc import Sequence

from sqlalchemy.orm import joinedload
from sqlmodel import Session, col, select

from app import clock
from app.models import Convening, SavedList
from app.models.base import relation
from app.people.audit import Refused, verb
from app.people.prose import as_written
from app.people.viewer import Viewer
from app.registration.finding import Filter

LONGEST_NAME = 120


@verb
def save_list(db: Session, convening: Convening, name: str, query: str, *, by: Viewer) -> SavedList:
    """Save a filter under a name that no list of the convening has; one put away under it comes back with the new
    filter."""
    name = _name(name)
    there = _named(db, convening.key, name)
    if there is not None and there.archived_at is None:
        raise Refused(f"There is a list “{name}” already. Choose another name.", field="name")
    assert by.person_id is not None, "a list is saved by a person"
    saved = there or SavedList(convening_id=convening.key, name=name, query="", by_id=by.person_id)
    saved.query, saved.archived_at = Filter.of_query(query).query[:1000], None
    db.add(saved)
    db.flush()
    return saved


@verb
def rename_list(db: Session, saved: SavedList, name: str, *, by: Viewer) -> None:
    """Give a list another name; refused where another list has it, put away or not."""
    name = _name(name)
    there = _named(db, saved.convening_id, name)
    if there is not None and there.key != saved.key:
        away = "" if there.archived_at is None else " It is put away: bring it back, or choose another name."
        raise Refused(f"There is a list “{name}” already.{away}", field="name")
    saved.name = name
    db.add(saved)


@verb
def archive_list(db: Session, saved: SavedList, *, by: Viewer) -> None:
    """Put a list away."""
    saved.archived_at = saved.archived_at or clock.now()
    db.add(saved)


@verb
def restore_list(db: Session, saved: SavedList, *, by: Viewer) -> None:
    """Bring a list back."""
    saved.archived_at = None
    db.add(saved)


def lists_of(db: Session, convening: Convening, *, archived: bool = False) -> Sequence[SavedList]:
    """The lists by name, with who saved each; with `archived` those put away instead. One query."""
    away = col(SavedList.archived_at)
    return db.exec(
        select(SavedList)
        .options(joinedload(relation(SavedList.by)))
        .where(SavedList.convening_id == convening.key, away.is_not(None) if archived else away.is_(None))
        .order_by(col(SavedList.name), col(SavedList.id))
    ).all()


def _named(db: Session, convening_id: int, name: str) -> SavedList | None:
    return db.exec(select(SavedList).where(SavedList.convening_id == convening_id, SavedList.name == name)).first()


def _name(name: str) -> str:
    name = " ".join(as_written(name, longest=LONGEST_NAME, field="name").split())
    if not name:
        raise Refused("What is the list called?", field="name")
    return name
