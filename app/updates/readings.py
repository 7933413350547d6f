"""What a person has read of the updates, and where they stopped: their own affair, which nobody else is shown.

Written by Core statements outside the audit: to read is no change, and must not have everybody's pages drawn anew; the
reader's own are, by `read_at` (routes/kept.py).
An assistant who acts for another reads for themselves.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from app import clock
from app.models import Update, UpdateReading
from app.people.audit import Refused
from app.people.viewer import Viewer
from app.updates.content import Content, words
from app.updates.versions import last_version

WORDS_A_MINUTE = 220
"""How fast a grown-up reads on a screen, in words."""


class HowFar(StrEnum):
    NEW = "new"
    BEGUN = "begun"
    READ = "read"
    CHANGED = "changed"
    """Read, and a correction or a redaction came since."""


@dataclass(frozen=True, slots=True)
class Place:
    """How far somebody is with an update; `part` is the heading where they stopped ("part-wins"), else ""."""

    how_far: HowFar
    part: str = ""


def note_reading(
    db: Session, update_row: Update, *, version: int, part: str = "", finished: bool = False, by: Viewer
) -> None:
    """Remember that the viewer is reading a version, and where they are; or, `finished`, that they have read it.

    Who looks again into what they have read stays one who has read it. Refuses a version that does not exist.
    """
    last = last_version(db, update_row)
    if last is None or by.actor_id is None or not 1 <= version <= last.number:
        raise Refused("There is no such version to read.")
    now = clock.now()
    part = part if re.fullmatch(r"part-[\w-]{1,80}", part) else ""
    row = _reading(db, by.actor_id, update_row.key)
    if row is None:
        new = {
            "person_id": by.actor_id,
            "update_id": update_row.key,
            "version": version,
            "part": "" if finished else part,
            "created_at": now,
            "read_at": now,
            "finished_at": now if finished else None,
        }
        try:
            with db.begin_nested():
                db.execute(insert(UpdateReading).values(**new))
            return
        except IntegrityError:  # the same person in another window, at this very moment
            row = _reading(db, by.actor_id, update_row.key)
    assert row is not None
    read_already = row.finished_at is not None and row.version >= version
    if read_already and not finished:
        return
    values: dict[str, object] = {
        "version": max(row.version, version),
        "part": "" if finished else part or row.part,
        "read_at": now,
        "finished_at": now if finished else None,
    }
    db.execute(
        update(UpdateReading)
        .where(col(UpdateReading.id) == row.id)
        .values(**values)
        .execution_options(synchronize_session=False)
    )


def forget_reading(db: Session, update_row: Update, *, by: Viewer) -> None:
    """It is as if the viewer had not read it."""
    db.execute(
        update(UpdateReading)
        .where(col(UpdateReading.person_id) == by.actor_id, col(UpdateReading.update_id) == update_row.key)
        .values(finished_at=None, part="", version=0, read_at=clock.now())
        .execution_options(synchronize_session=False)
    )


def places(db: Session, viewer: Viewer, versions: dict[int, int]) -> dict[int, Place]:
    """How far the viewer is with each of these updates: update → its last version's number. One query."""
    rows = _rows(db, viewer, versions)
    return {number: _place(rows.get(number), last) for number, last in versions.items()}


def minutes(content: Content) -> int:
    """How long reading it takes, in whole minutes and at least one."""
    texts = [part.words for part in content.parts().values()]
    texts += [answer.text for answer in content.answers]
    return max(1, round(sum(words(text) for text in texts) / WORDS_A_MINUTE))


@dataclass(frozen=True, slots=True)
class _Row:
    id: int
    version: int
    part: str
    finished_at: datetime | None


def _reading(db: Session, person_id: int, update_id: int) -> _Row | None:
    found = db.execute(
        select(UpdateReading.id, UpdateReading.version, UpdateReading.part, UpdateReading.finished_at).where(
            UpdateReading.person_id == person_id, UpdateReading.update_id == update_id
        )
    ).first()
    return _Row(*found) if found else None


def _rows(db: Session, viewer: Viewer, update_ids: Iterable[int]) -> dict[int, _Row]:
    numbers = list(update_ids)
    if viewer.actor_id is None or not numbers:
        return {}
    rows = db.execute(
        select(  # type: ignore[call-overload]
            UpdateReading.update_id,
            UpdateReading.id,
            UpdateReading.version,
            UpdateReading.part,
            UpdateReading.finished_at,
        ).where(UpdateReading.person_id == viewer.actor_id, col(UpdateReading.update_id).in_(numbers))
    )
    return {update_id: _Row(*row) for update_id, *row in rows}


def _place(row: _Row | None, last: int) -> Place:
    if row is None or row.version == 0:
        return Place(HowFar.NEW)
    if row.finished_at is None:
        return Place(HowFar.BEGUN, row.part)
    return Place(HowFar.READ if row.version >= last else HowFar.CHANGED)
