"""What a city's people say to each other about a draft, section by section. Nobody else reads it (rule 5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from app import clock
from app.models import (
    Assistance,
    City,
    Person,
    Seat,
    Tenure,
    Update,
    UpdateComment,
    UpdateCycle,
    UpdateSection,
    UpdateState,
    UpdateText,
)
from app.people.audit import Refused, verb
from app.people.policy import may
from app.people.prose import as_written
from app.people.viewer import Viewer
from app.updates.approvers import facilitators_of
from app.updates.writing import hold

LONGEST = 2000


@dataclass(frozen=True, slots=True)
class Said:
    """A comment as it is shown; `at` is UTC, `is_own` of whoever looks, `settled_by` empty while it is open."""

    id: int
    who: str
    at: datetime
    text: str
    is_own: bool
    settled_by: str


@verb
def say_comment(db: Session, update: Update, section: UpdateSection | None, *, text: str, by: Viewer) -> UpdateComment:
    """Say something about a section, or (None) about the whole. Twice the same by one person is one comment."""
    _hold(db, update, by)
    assert section is None or section.cycle_id == update.cycle_id, "a section of another cycle"
    if update.state is UpdateState.RELEASED:
        raise Refused("This update is released. Begin a correction to go on talking about it.", "text")
    text = as_written(text, longest=LONGEST, field="text")
    if not text:
        raise Refused("Say something first.", "text")
    assert by.actor_id is not None, "a person comments"
    number = section.key if section else None
    twin = db.exec(
        select(UpdateComment).where(
            UpdateComment.update_id == update.key,
            UpdateComment.section_id == number,
            UpdateComment.by_id == by.actor_id,
            UpdateComment.text == text,
            col(UpdateComment.settled_at).is_(None),
            col(UpdateComment.archived_at).is_(None),
        )
    ).first()
    if twin is not None:
        return twin
    comment = UpdateComment(update_id=update.key, section_id=number, by_id=by.actor_id, text=text)
    db.add(comment)
    db.flush()
    return comment


@verb
def settle_comment(db: Session, update: Update, comment: UpdateComment, *, by: Viewer) -> None:
    """Say that it is settled: it steps back, and can be opened again."""
    _hold(db, update, by)
    if comment.settled_at is None:
        comment.settled_at, comment.settled_by_id = clock.now(), by.actor_id
        db.add(comment)


@verb
def open_comment(db: Session, update: Update, comment: UpdateComment, *, by: Viewer) -> None:
    """Open a settled comment again."""
    _hold(db, update, by)
    comment.settled_at = comment.settled_by_id = None
    db.add(comment)


@verb
def take_back_comment(db: Session, update: Update, comment: UpdateComment, *, by: Viewer) -> None:
    """Take back what one said oneself; it is archived, not deleted (rule 21)."""
    _hold(db, update, by)
    if comment.by_id != by.actor_id:
        raise Refused("Only who said it takes it back. You can say that it is settled.")
    comment.archived_at = comment.archived_at or clock.now()
    db.add(comment)


def comment_of(db: Session, update: Update, number: int) -> UpdateComment | None:
    """A comment of this update that nobody has taken back."""
    comment = db.get(UpdateComment, number)
    return comment if comment and comment.update_id == update.key and comment.archived_at is None else None


def comments_of(db: Session, update: Update, viewer: Viewer) -> dict[str, list[Said]]:
    """What was said, by the section's slug ("" is the whole), open ones first, each in order of time. One query."""
    settler = aliased(Person)
    rows = db.exec(
        select(UpdateComment, UpdateSection.slug, Person.name, settler.name)
        .join(Person, col(Person.id) == UpdateComment.by_id)
        .outerjoin(UpdateSection, col(UpdateSection.id) == UpdateComment.section_id)
        .outerjoin(settler, col(settler.id) == UpdateComment.settled_by_id)
        .where(UpdateComment.update_id == update.key, col(UpdateComment.archived_at).is_(None))
        .order_by(col(UpdateComment.settled_at).is_not(None), col(UpdateComment.id))
    )
    found: dict[str, list[Said]] = {}
    for row, slug, who, settled_by in rows:
        is_own = row.by_id == viewer.actor_id
        settled = (settled_by or "Somebody") if row.settled_at else ""
        found.setdefault(slug or "", []).append(Said(row.key, who, row.created_at, row.text, is_own, settled))
    return found


def those_who_write(db: Session, update: Update, *, but: Viewer) -> Sequence[Person]:
    """Who is told of a comment: the facilitators, and whoever wrote or said something, of those who are the city's
    people (or act for one) today; not who says it."""
    cycle, today = db.get_one(UpdateCycle, update.cycle_id), clock.today(db.get_one(City, update.city_id).zone)
    seated = (
        select(Tenure.person_id)
        .join(Seat, col(Seat.id) == Tenure.seat_id)
        .where(
            Seat.cohort_id == cycle.cohort_id,
            Seat.city_id == update.city_id,
            col(Seat.archived_at).is_(None),
            Tenure.starts_on <= today,
            or_(col(Tenure.ends_on).is_(None), col(Tenure.ends_on) >= today),
        )
    )
    assisting = select(Assistance.assistant_id).where(
        col(Assistance.principal_id).in_(seated),
        Assistance.starts_on <= today,
        or_(col(Assistance.ends_on).is_(None), col(Assistance.ends_on) >= today),
    )
    wrote = select(UpdateText.edited_by_id).where(UpdateText.update_id == update.key)
    said = select(UpdateComment.by_id).where(UpdateComment.update_id == update.key)
    facilitators = [one.key for one in facilitators_of(db, update)]
    return db.exec(
        select(Person)
        .where(
            or_(col(Person.id).in_(wrote), col(Person.id).in_(said), col(Person.id).in_(facilitators)),
            or_(col(Person.id).in_(seated), col(Person.id).in_(assisting)),
            col(Person.id) != but.actor_id,
            col(Person.archived_at).is_(None),
        )
        .order_by(col(Person.id))
    ).all()


def _hold(db: Session, update: Update, by: Viewer) -> None:
    """Hold the update; refuses those of elsewhere. An approved one may be talked about: its words do not change."""
    hold(db, update)
    cycle = db.get_one(UpdateCycle, update.cycle_id)
    if not may(by, "update.write", cohort_id=cycle.cohort_id, city_id=update.city_id):
        raise Refused(f"Only the people of {db.get_one(City, update.city_id).name} talk about its draft.")
