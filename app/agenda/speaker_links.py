"""A speaker's private address for one convening: made, shown to organizers, renewed, revoked.

Whoever holds it can answer for the speaker's own parts and for nothing else. The database holds the hash of its
token alone (people/sign_in.py: signed).
"""

import secrets

from sqlalchemy import update
from sqlmodel import Session, col, select

from app import clock
from app.models import Convening, Person, SpeakerLink
from app.people.audit import verb
from app.people.sign_in import fingerprint, signed
from app.people.viewer import Viewer


def find_link(db: Session, token: str) -> SpeakerLink | None:
    """The link of a token, revoked or not; None for a token that nobody was ever given."""
    return db.exec(select(SpeakerLink).where(SpeakerLink.token_hash == fingerprint(token))).first()


def link_of(db: Session, convening_id: int, person_id: int) -> SpeakerLink | None:
    """The speaker's link that is good now, or None."""
    return db.exec(
        select(SpeakerLink)
        .where(
            SpeakerLink.convening_id == convening_id,
            SpeakerLink.person_id == person_id,
            col(SpeakerLink.revoked_at).is_(None),
        )
        .order_by(col(SpeakerLink.id).desc())
    ).first()


def token_of(link: SpeakerLink, secret: bytes) -> str:
    """The secret part of a link's address."""
    return signed("speaker", link.key, link.nonce, secret)


@verb
def create_link(db: Session, convening: Convening, person: Person, *, secret: bytes, by: Viewer) -> SpeakerLink:
    """Give a speaker a link; who has one keeps it."""
    return link_of(db, convening.key, person.key) or _new(db, convening, person, secret)


@verb
def renew_link(db: Session, convening: Convening, person: Person, *, secret: bytes, by: Viewer) -> SpeakerLink:
    """Give a speaker a new link and revoke the old one, wherever it has been passed on to."""
    old = link_of(db, convening.key, person.key)
    _revoke(db, convening, person)
    new = _new(db, convening, person, secret)
    new.opened_at = old.opened_at if old else None
    return new


@verb
def revoke_link(db: Session, convening: Convening, person: Person, *, by: Viewer) -> None:
    """Revoke a speaker's link: it says so from now on."""
    _revoke(db, convening, person)


def note_read(db: Session, link: SpeakerLink) -> None:
    """Remember when the speaker first acted on the page of their link, and so has read it.

    Not when it was opened: programs that look for harm open every link of a letter. Outside the audit: to read is
    no change.
    """
    db.execute(
        update(SpeakerLink)
        .where(col(SpeakerLink.id) == link.key, col(SpeakerLink.opened_at).is_(None))
        .values(opened_at=clock.now())
        .execution_options(synchronize_session=False)
    )


def _new(db: Session, convening: Convening, person: Person, secret: bytes) -> SpeakerLink:
    nonce = secrets.token_urlsafe(24)
    link = SpeakerLink(convening_id=convening.key, person_id=person.key, nonce=nonce, token_hash=fingerprint(nonce))
    db.add(link)
    db.flush()
    link.token_hash = fingerprint(token_of(link, secret))
    return link


def _revoke(db: Session, convening: Convening, person: Person) -> None:
    for link in db.exec(
        select(SpeakerLink).where(
            SpeakerLink.convening_id == convening.key,
            SpeakerLink.person_id == person.key,
            col(SpeakerLink.revoked_at).is_(None),
        )
    ):
        link.revoked_at = clock.now()
