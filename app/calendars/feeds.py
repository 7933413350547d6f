"""A person's calendar addresses: made, shown again to their owner, changed in manner, renewed, withdrawn.

The token is signed from the row's own random nonce, so that its owner can see the address whenever they like while
the database holds only the token's hash: a copy of it opens nobody's calendar.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select, update

from app import clock
from app.calendars.circles import circle_of
from app.calendars.documents import COLORS
from app.models import Feed, FeedScope, Person
from app.people.audit import Refused, verb
from app.people.sign_in import fingerprint, signed
from app.people.viewer import Viewer

ALARMS = (0, 5, 10, 15, 30, 60, 120, 1440)
"""The minutes before an event at which a calendar may ring."""


KEPT = (
    *("person_id", "scope", "scope_id", "with_travel", "with_holds", "with_dues", "hides_cancelled"),
    *("alarm_minutes", "color"),
)
"""What a renewed address has of the one before."""


@dataclass(frozen=True, slots=True)
class Options:
    """What a feed holds beside its sessions, and how programs show it; the columns of `Feed`."""

    with_travel: bool = False
    with_holds: bool = True
    with_dues: bool = False
    hides_cancelled: bool = False
    alarm_minutes: int | None = None
    color: str = ""


def feed_of(
    db: Session, person_id: int, scope: FeedScope = FeedScope.PERSON, scope_id: int | None = None
) -> Feed | None:
    """The person's calendar address of that scope that is good now, or None."""
    return db.exec(
        select(Feed)
        .where(
            Feed.person_id == person_id,
            Feed.scope == scope,
            col(Feed.scope_id).is_(None) if scope_id is None else Feed.scope_id == scope_id,
            col(Feed.revoked_at).is_(None),
        )
        .order_by(col(Feed.id).desc())
    ).first()


def feeds_of(db: Session, person_id: int) -> Sequence[Feed]:
    """All calendar addresses of a person that are good now, the oldest first."""
    return db.exec(
        select(Feed).where(Feed.person_id == person_id, col(Feed.revoked_at).is_(None)).order_by(col(Feed.id))
    ).all()


def token_of(feed: Feed, secret: bytes) -> str:
    """The secret part of a feed's address: 256 bits in 43 characters, for its owner's eyes only."""
    return signed("feed", feed.key, feed.nonce, secret)


@verb
def create_feed(
    db: Session,
    person: Person,
    *,
    secret: bytes,
    by: Viewer,
    scope: FeedScope = FeedScope.PERSON,
    scope_id: int | None = None,
) -> Feed:
    """Give a person the address of a calendar; a second click finds the first one's.

    Raises Refused for another's calendar, and for one of what is none of theirs.
    """
    _refuse_others(person, by)
    if scope is not FeedScope.PERSON and circle_of(db, by, scope, scope_id) is None:
        raise Refused("Choose one of the calendars in the list.", field="circle")
    found = feed_of(db, person.key, scope, scope_id)
    return found or _new(db, secret, person_id=person.key, scope=scope, scope_id=scope_id)


@verb
def change_feed(db: Session, feed: Feed, options: Options, *, by: Viewer) -> None:
    """Have a calendar hold and show what its owner chose."""
    _refuse_others(feed.person, by)
    if options.alarm_minutes is not None and options.alarm_minutes not in ALARMS:
        raise Refused("Choose one of the times in the list.", field="alarm")
    if options.color and options.color not in COLORS:
        raise Refused("Choose one of the colours.", field="color")
    is_own = feed.scope is FeedScope.PERSON
    feed.with_travel = options.with_travel and is_own
    feed.with_dues = options.with_dues and is_own
    feed.with_holds = options.with_holds
    feed.hides_cancelled = options.hides_cancelled
    feed.alarm_minutes = options.alarm_minutes
    feed.color = options.color


@verb
def renew_feed(db: Session, feed: Feed, *, secret: bytes, by: Viewer) -> Feed:
    """Give a calendar a new address and withdraw the old one, wherever it has been passed on to."""
    _refuse_others(feed.person, by)
    if feed.revoked_at is not None:
        return feed_of(db, feed.person_id, feed.scope, feed.scope_id) or feed
    feed.revoked_at = clock.now()
    return _new(db, secret, **{name: getattr(feed, name) for name in KEPT})


@verb
def revoke_feed(db: Session, feed: Feed, *, by: Viewer) -> None:
    """Withdraw a calendar's address; it answers "gone" from now on."""
    _refuse_others(feed.person, by)
    feed.revoked_at = feed.revoked_at or clock.now()


def note_fetch(db: Session, feed_id: int, *, program: str, before: datetime) -> None:
    """Remember that a program fetched the feed, unless one was noted since `before`.

    One statement outside the audit: to be read is no change, and must not make every calendar be made anew.
    """
    db.exec(
        update(Feed)
        .where(col(Feed.id) == feed_id, (col(Feed.fetched_at).is_(None)) | (col(Feed.fetched_at) < before))
        .values(fetched_at=clock.now(), fetched_by=program[:300], fetches=Feed.fetches + 1)
    )


def _new(db: Session, secret: bytes, **columns: Any) -> Feed:
    nonce = secrets.token_urlsafe(24)
    feed = Feed(**columns, nonce=nonce, token_hash=fingerprint(nonce))
    db.add(feed)
    db.flush()
    feed.token_hash = fingerprint(token_of(feed, secret))
    return feed


def _refuse_others(person: Person, by: Viewer) -> None:
    """A calendar holds closed sessions, so that not even an assistant may have its address (rule 13)."""
    if not by.is_system and (by.acting or by.person_id != person.key):
        raise Refused(f"Only {person.name} can have the address of this calendar: closed sessions are in it.")
