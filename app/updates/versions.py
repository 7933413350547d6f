"""The released versions of an update, the last of which readers see."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from app.models import Update, UpdateVersion
from app.updates.content import Content


def last_version(db: Session, update: Update) -> UpdateVersion | None:
    """The version that readers see; None before the first release."""
    return db.exec(
        select(UpdateVersion)
        .where(UpdateVersion.update_id == update.key)
        .order_by(col(UpdateVersion.number).desc())
        .limit(1)
    ).first()


def versions_of(db: Session, update: Update) -> Sequence[UpdateVersion]:
    """All of them, the first first."""
    return db.exec(
        select(UpdateVersion).where(UpdateVersion.update_id == update.key).order_by(col(UpdateVersion.number))
    ).all()


def last_content(db: Session, update: Update) -> Content | None:
    """What was released last of an update; None before its first release."""
    version = last_version(db, update)
    return Content.model_validate(version.content) if version else None
