"""Private addresses for one convening, without an account: made, shown again, renewed, revoked.

Whoever holds one can do what its purpose says and nothing else. The database holds the hash of its token alone
(people/sign_in.py: signed).
"""

import secrets
from collections.abc import Sequence

from sqlalchemy import update
from sqlmodel import Session, col, select

from app import clock
from app.models import Convening, LinkPurpose, Person, PrivateLink
from app.people.audit import verb
from app.people.sign_in import fingerprint, signed
from app.people.viewer import Viewer


def find_link(db: Session, purpose: LinkPurpose, token: str) -> PrivateLink | None:
    """The link of a token, revoked or not; None for a token that nobody was ever given for this purpose."""
    known = select(PrivateLink).where(PrivateLink.token_hash == fingerprint(token), PrivateLink.purpose == purpose)
    return db.exec(known).first()


def link_of(db: Session, purpose: LinkPurpose, convening_id: int, person_id: int) -> PrivateLink | None:
    """The person's link that is good now, or None."""
    return next(iter(_good(db, purpose, convening_id, person_id)), None)


def token_of(link: PrivateLink, secret: bytes) -> str:
    """The secret part of a link's address."""
    return signed(link.purpose, link.key, link.nonce, secret)


@verb
def create_link(
    db: Session, purpose: LinkPurpose, convening: Convening, person: Person, *, secret: bytes, by: Viewer
) -> PrivateLink:
    """Give a person a link; who has one keeps it."""
    return link_of(db, purpose, convening.key, person.key) or new_link(db, purpose, convening, secret, person=person)


@verb
def renew_link(
    db: Session, purpose: LinkPurpose, convening: Convening, person: Person, *, secret: bytes, by: Viewer
) -> PrivateLink:
    """Give a person a new link and revoke the old one, wherever it has been passed on to."""
    old = link_of(db, purpose, convening.key, person.key)
    _revoke(db, purpose, convening, person)
    new = new_link(db, purpose, convening, secret, person=person)
    new.opened_at = old.opened_at if old else None
    return new


@verb
def revoke_link(db: Session, purpose: LinkPurpose, convening: Convening, person: Person, *, by: Viewer) -> None:
    """Revoke a person's link: it says so from now on."""
    _revoke(db, purpose, convening, person)


def note_read(db: Session, link: PrivateLink) -> None:
    """Remember when the bearer first acted on the page of their link, and so has read it.

    Not when it was opened: programs that look for harm open every link of a letter. Outside the audit: to read is
    no change.
    """
    db.execute(
        update(PrivateLink)
        .where(col(PrivateLink.id) == link.key, col(PrivateLink.opened_at).is_(None))
        .values(opened_at=clock.now())
        .execution_options(synchronize_session=False)
    )


def new_link(
    db: Session,
    purpose: LinkPurpose,
    convening: Convening,
    secret: bytes,
    *,
    person: Person | None = None,
    holder: str = "",
    with_names: bool = False,
) -> PrivateLink:
    """A link of a person's, or of somebody who is only named. Called inside a verb."""
    nonce = secrets.token_urlsafe(24)
    link = PrivateLink(
        purpose=purpose,
        convening_id=convening.key,
        person_id=person.key if person else None,
        holder=holder,
        with_names=with_names,
        nonce=nonce,
        token_hash=fingerprint(nonce),
    )
    db.add(link)
    db.flush()
    link.token_hash = fingerprint(token_of(link, secret))
    return link


def _good(db: Session, purpose: LinkPurpose, convening_id: int, person_id: int) -> Sequence[PrivateLink]:
    return db.exec(
        select(PrivateLink)
        .where(
            PrivateLink.purpose == purpose,
            PrivateLink.convening_id == convening_id,
            PrivateLink.person_id == person_id,
            col(PrivateLink.revoked_at).is_(None),
        )
        .order_by(col(PrivateLink.id).desc())
    ).all()


def _revoke(db: Session, purpose: LinkPurpose, convening: Convening, person: Person) -> None:
    for link in _good(db, purpose, convening.key, person.key):
        link.revoked_at = clock.now()
