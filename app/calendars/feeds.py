"""A person's calendar address: made, shown again to its owner, renewed, withdrawn.

The token is signed from the row's own random nonce, so that its owner can see the address whenever they like while
the database holds only the token's hash: a copy of it opens nobody's calendar.
"""

import secrets
from datetime import datetime

from sqlmodel import Session, col, select, update

from app import clock
from app.models import Feed, FeedScope, Person
from app.people.audit import Refused, verb
from app.people.sign_in import fingerprint, signed
from app.people.viewer import Viewer


def feed_of(db: Session, person_id: int) -> Feed | None:
    """The person's calendar address that is good now, or None."""
    return db.exec(
        select(Feed)
        .where(Feed.person_id == person_id, Feed.scope == FeedScope.PERSON, col(Feed.revoked_at).is_(None))
        .order_by(col(Feed.id).desc())
    ).first()


def token_of(feed: Feed, secret: bytes) -> str:
    """The secret part of a feed's address: 256 bits in 43 characters, for its owner's eyes only."""
    return signed("feed", feed.key, feed.nonce, secret)


@verb
def create_feed(db: Session, person: Person, *, secret: bytes, by: Viewer) -> Feed:
    """Give a person a calendar address; a second click finds the first one's. Raises Refused for another's calendar."""
    _refuse_others(person, by)
    return feed_of(db, person.key) or _new(db, person, secret)


@verb
def renew_feed(db: Session, person: Person, *, secret: bytes, by: Viewer) -> Feed:
    """Give a person a new calendar address and withdraw the old one, wherever it has been passed on to."""
    _refuse_others(person, by)
    _withdraw(db, person)
    return _new(db, person, secret)


@verb
def revoke_feed(db: Session, person: Person, *, by: Viewer) -> None:
    """Withdraw a person's calendar address; it answers "gone" from now on."""
    _refuse_others(person, by)
    _withdraw(db, person)


def note_fetch(db: Session, feed_id: int, *, program: str, before: datetime) -> None:
    """Remember that a program fetched the feed, unless one was noted since `before`.

    One statement outside the audit: to be read is no change, and must not make every calendar be made anew.
    """
    db.exec(
        update(Feed)
        .where(col(Feed.id) == feed_id, (col(Feed.fetched_at).is_(None)) | (col(Feed.fetched_at) < before))
        .values(fetched_at=clock.now(), fetched_by=program[:300], fetches=Feed.fetches + 1)
    )


def _new(db: Session, person: Person, secret: bytes) -> Feed:
    nonce = secrets.token_urlsafe(24)
    feed = Feed(person_id=person.key, nonce=nonce, token_hash=fingerprint(nonce))
    db.add(feed)
    db.flush()
    feed.token_hash = fingerprint(token_of(feed, secret))
    return feed


def _withdraw(db: Session, person: Person) -> None:
    for feed in db.exec(select(Feed).where(Feed.person_id == person.key, col(Feed.revoked_at).is_(None))):
        feed.revoked_at = clock.now()


def _refuse_others(person: Person, by: Viewer) -> None:
    """A calendar holds closed sessions, so that not even an assistant may have its address (rule 13)."""
    if not by.is_system and (by.acting or by.person_id != person.key):
        raise Refused(f"Only {person.name} can have the address of this calendar: closed sessions are in it.")
