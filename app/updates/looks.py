"""Looks at an update's unreleased text: each is on record, with who, when and at what (rule 5).

A look is no change that people share: it is written by a plain statement outside the audit, so that it does not
raise `revision`. Whoever goes on looking at the same page is noted once a quarter of an hour.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import func, insert
from sqlalchemy import select as select_all
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from app import clock
from app.models import Person, Update, UpdateLook
from app.people.viewer import Viewer

AGAIN_AFTER = timedelta(minutes=15)
A_PAGE = 100


class Looked(StrEnum):
    """At what somebody looked, in words that hold none of the city's own."""

    DRAFT = "the draft as a page"
    DESK = "the writing desk"
    APPROVAL = "the page for approval"
    LINK = "the page for approval, by a letter’s link"
    COMMENTS = "the comments"
    HISTORY = "the history"
    FILE = "a file of the draft"
    EXPORT = "the export of records"


@dataclass(frozen=True, slots=True)
class Look:
    """One look on record: `acting_for` is the principal's name when an assistant looked, `at` is UTC."""

    number: int
    who: str
    acting_for: str
    what: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Looker:
    """Somebody who has looked: how often, and when last (UTC)."""

    who: str
    times: int
    last: datetime


def is_noted(db: Session, update_id: int, viewer: Viewer, what: Looked) -> bool:
    """Whether this very look is on record already, within the quarter of an hour; so that a GET need not write."""
    recent = select(UpdateLook.id).where(
        UpdateLook.update_id == update_id,
        UpdateLook.at > clock.now() - AGAIN_AFTER,
        UpdateLook.person_id == viewer.actor_id,
        UpdateLook.for_id == _principal(viewer),
        UpdateLook.what == what.value,
    )
    return db.exec(recent.limit(1)).first() is not None


def note_look(db: Session, update: Update | int, viewer: Viewer, what: Looked) -> None:
    """Put a look on record, in a write transaction; once a quarter of an hour for a person and a page.

    The program itself does not look.
    """
    number = update if isinstance(update, int) else update.key
    if viewer.is_system or is_noted(db, number, viewer, what):
        return
    moment = clock.now()
    db.execute(
        insert(UpdateLook).values(
            created_at=moment,
            update_id=number,
            person_id=viewer.actor_id,
            for_id=_principal(viewer),
            what=what.value,
            at=moment,
        )
    )


def looks_at(db: Session, update: Update, *, before: int | None = None, most: int = A_PAGE) -> list[Look]:
    """The looks at an update's unreleased text, the latest first; those before look number `before`. One query."""
    principal = aliased(Person)
    query = (
        select(UpdateLook, Person.name, principal.name)
        .outerjoin(Person, col(Person.id) == UpdateLook.person_id)
        .outerjoin(principal, col(principal.id) == UpdateLook.for_id)
        .where(UpdateLook.update_id == update.key)
        .order_by(col(UpdateLook.id).desc())
        .limit(most)
    )
    if before is not None:
        query = query.where(col(UpdateLook.id) < before)
    return [Look(row.key, who or "", whom or "", row.what, row.at) for row, who, whom in db.exec(query)]


def lookers_at(db: Session, update: Update) -> Sequence[Looker]:
    """Everybody who has looked at an update's unreleased text, whoever looked last first. One query."""
    last = func.max(UpdateLook.at)
    rows = db.execute(
        select_all(col(Person.name), func.count(), last)
        .join(UpdateLook, col(UpdateLook.person_id) == Person.id)
        .where(col(UpdateLook.update_id) == update.key)
        .group_by(col(Person.id), col(Person.name))
        .order_by(last.desc(), col(Person.name))
    )
    return [Looker(who, times, at) for who, times, at in rows]


def _principal(viewer: Viewer) -> int | None:
    return viewer.person_id if viewer.acting else None
