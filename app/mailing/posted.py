"""What became of letters: sent, waiting, failed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import update
from sqlmodel import Session, col, select

from app import clock
from app.mailing.outbox import MOST_ATTEMPTS
from app.models import OutboxLetter, Person


class Fate(StrEnum):
    GIVEN_UP = "given up"
    FAILED = "failed"
    WAITING = "waiting"
    SENT = "sent"


@dataclass(frozen=True, slots=True)
class Posted:
    """A letter in the outbox. `at` is when it was sent or is tried next (UTC); `error` is what the mail server said;
    `key` is the letter's unique one."""

    person_id: int | None
    name: str
    purpose: str
    fate: Fate
    at: datetime
    attempts: int
    error: str
    key: str


@dataclass(frozen=True, slots=True)
class SentByRule:
    """A letter that went by a rule: of what kind and day, to whom, when (UTC), and what became of it. `city` is the
    one that it was about, where it was about one. Without a kind somebody sent it `by` hand, with `words` of theirs."""

    kind: StrEnum | None
    days: int
    name: str
    at: datetime
    fate: Fate
    error: str
    city: str = ""
    by: str = ""
    words: str = ""


def failed_first(sent: Sequence[SentByRule]) -> list[SentByRule]:
    """The same, what failed before the rest."""
    return sorted(sent, key=lambda one: one.fate not in (Fate.GIVEN_UP, Fate.FAILED))


def posted(db: Session, key: str) -> list[Posted]:
    """The letters whose unique key begins so: what failed first, then by name. One query."""
    rows = db.exec(
        select(OutboxLetter, Person.name, Person.sort_name)
        .outerjoin(Person, col(Person.id) == OutboxLetter.person_id)
        .where(col(OutboxLetter.unique_key).startswith(key, autoescape=True))
        .order_by(col(Person.sort_name), col(OutboxLetter.id))
    )
    order = list(Fate)
    found = [_posted(letter, name or letter.recipient) for letter, name, _ in rows]
    return sorted(found, key=lambda one: order.index(one.fate))


def try_again(db: Session, key: str) -> int:
    """Send what failed of these letters at the next round, as if for the first time; returns how many."""
    failed = (
        update(OutboxLetter)
        .where(
            col(OutboxLetter.unique_key).startswith(key, autoescape=True),
            col(OutboxLetter.sent_at).is_(None),
            col(OutboxLetter.last_error) != "",
        )
        .values(due_at=clock.now(), attempts=0, last_error="")
    )
    count: int = db.execute(failed).rowcount  # type: ignore[attr-defined]  # of an UPDATE
    if count:
        db.info["letters"] = True
    return count


def _posted(letter: OutboxLetter, name: str) -> Posted:
    return Posted(
        letter.person_id,
        name,
        letter.purpose,
        _fate(letter),
        letter.sent_at or letter.due_at,
        letter.attempts,
        letter.last_error,
        letter.unique_key,
    )


def _fate(letter: OutboxLetter) -> Fate:
    if letter.sent_at is not None:
        return Fate.SENT
    if not letter.last_error:
        return Fate.WAITING
    return Fate.FAILED if letter.attempts < MOST_ATTEMPTS else Fate.GIVEN_UP
