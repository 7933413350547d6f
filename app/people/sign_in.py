"""Signing in: one-time links by mail, sign-ins that can be ended from anywhere, acting for a principal.

Of links and sign-ins only the hash of the token is kept. Neither is audited: they change nothing people share.
"""

import hmac
import secrets
from base64 import urlsafe_b64encode
from datetime import timedelta
from hashlib import sha256

from sqlalchemy import func, update
from sqlmodel import Session, col, select

from app import clock
from app.models import Assistance, Person, Role, Seat, SignIn, SignInLink, Standing, Tenure
from app.people.audit import Refused
from app.people.viewer import Viewer, principals_of, viewer_of

LINKS_AN_HOUR = 5
"""A person asks for a link a few times when mail is slow; more is somebody filling their mailbox."""


def fingerprint(token: str) -> str:
    """What is stored of a token: its SHA-256, in hexadecimal."""
    return sha256(token.encode()).hexdigest()


def signed(purpose: str, number: int, nonce: str, secret: bytes) -> str:
    """The token of a row that opens something for whoever holds it: 256 bits in 43 characters.

    It can be made again from the row's own random nonce with the program's secret, so that it can be shown again
    while the database holds no more than its fingerprint.
    """
    signature = hmac.digest(secret, f"{purpose}:{number}:{nonce}".encode(), "sha256")
    return urlsafe_b64encode(signature).rstrip(b"=").decode()


def person_by_email(db: Session, email: str) -> Person | None:
    """The person who has that address, written in any case; None for those taken off the list.

    The address of a record that was merged into another finds that one.
    """
    person = db.exec(select(Person).where(Person.email == email.strip().lower())).first()
    if person is not None and person.merged_into_id is not None:
        person = db.get(Person, person.merged_into_id)
    return person if person is not None and person.archived_at is None else None


def make_link(db: Session, email: str, *, minutes: int) -> tuple[Person, str] | None:
    """A one-time link for the person with that address: (person, token), valid for `minutes`.

    None when nobody has the address, or when too many were asked for within the hour: the page answers the
    same in all cases, so that it tells nobody who is known.
    """
    person = person_by_email(db, email)
    if person is None:
        return None
    recent = db.exec(
        select(func.count())
        .select_from(SignInLink)
        .where(SignInLink.person_id == person.key, SignInLink.created_at > clock.now() - timedelta(hours=1))
    ).one()
    if recent >= LINKS_AN_HOUR:
        return None
    token = secrets.token_urlsafe(32)
    expires = clock.now() + timedelta(minutes=minutes)
    db.add(SignInLink(person_id=person.key, token_hash=fingerprint(token), expires_at=expires))
    return person, token


def usable_link(db: Session, token: str) -> SignInLink | None:
    """The link of that token while it can be used."""
    return db.exec(
        select(SignInLink).where(
            SignInLink.token_hash == fingerprint(token),
            col(SignInLink.used_at).is_(None),
            SignInLink.expires_at > clock.now(),
        )
    ).first()


def use_link(db: Session, token: str, *, browser: str, days: int) -> str:
    """Use a link up and sign its person in; returns the new sign-in's token. Raises Refused for a spent link.

    The row is claimed by one UPDATE, so that of two clicks at once one wins.
    """
    link = usable_link(db, token)
    claimed = db.execute(
        update(SignInLink)
        .where(
            col(SignInLink.token_hash) == fingerprint(token),
            col(SignInLink.used_at).is_(None),
            col(SignInLink.expires_at) > clock.now(),
        )
        .values(used_at=clock.now())
    )
    if link is None or claimed.rowcount != 1:  # type: ignore[attr-defined]
        raise Refused("This link has been used or is too old. Ask for a new one.")
    return begin(db, link.person_id, browser=browser, days=days)


def begin(
    db: Session, person_id: int, *, browser: str, days: int, acting_for: int | None = None, demo: bool = False
) -> str:
    """Sign a person in for `days`; returns the token for the cookie.

    An assistant without an office of their own and with one principal begins in the principal's place.
    """
    token = secrets.token_urlsafe(32)
    viewer = viewer_of(db, person_id)
    if acting_for is None and not viewer.offices and len(viewer.principals) == 1:
        acting_for = viewer.principals[0][0]
    db.add(
        SignIn(
            person_id=person_id,
            acting_for_id=acting_for,
            token_hash=fingerprint(token),
            browser=browser[:300],
            expires_at=clock.now() + timedelta(days=days),
            last_seen_at=clock.now(),
            is_demo=demo,
        )
    )
    db.flush()
    return token


def find(db: Session, token: str) -> SignIn | None:
    """The sign-in of a cookie's token, while it lasts."""
    return db.exec(
        select(SignIn).where(
            SignIn.token_hash == fingerprint(token),
            col(SignIn.ended_at).is_(None),
            SignIn.expires_at > clock.now(),
        )
    ).first()


def viewer(db: Session, row: SignIn) -> Viewer:
    """Who a sign-in makes of its browser today; anonymous once the person is archived."""
    person = db.get(Person, row.person_id)
    if person is None or person.archived_at is not None:
        return Viewer.anonymous()
    return viewer_of(db, row.person_id, acting_for=row.acting_for_id, sign_in_id=row.key)


def note_seen(db: Session, sign_in_id: int) -> None:
    """Keep that a browser was here now. Nothing that people did: it is not on record."""
    db.execute(update(SignIn).where(col(SignIn.id) == sign_in_id).values(last_seen_at=clock.now()))


def current(db: Session, person_id: int) -> list[SignIn]:
    """A person's sign-ins that last, the latest used first."""
    return list(
        db.exec(
            select(SignIn)
            .where(SignIn.person_id == person_id, col(SignIn.ended_at).is_(None), SignIn.expires_at > clock.now())
            .order_by(col(SignIn.last_seen_at).desc())
        )
    )


def end(db: Session, sign_in_id: int, *, of: int) -> None:
    """End one sign-in of person `of`; another's is left alone."""
    db.execute(
        update(SignIn).where(col(SignIn.id) == sign_in_id, col(SignIn.person_id) == of).values(ended_at=clock.now())
    )


def end_everywhere(db: Session, person_id: int) -> None:
    """Sign a person out of all browsers."""
    db.execute(
        update(SignIn)
        .where(col(SignIn.person_id) == person_id, col(SignIn.ended_at).is_(None))
        .values(ended_at=clock.now())
    )


def act_for(db: Session, sign_in_id: int, *, person_id: int, principal_id: int | None) -> None:
    """Take a principal's place in this browser, or (None) one's own again. Raises Refused without the right."""
    if principal_id is not None and principal_id not in {number for number, _ in principals_of(db, person_id)}:
        raise Refused("You are not on record as this person’s assistant.")
    db.execute(
        update(SignIn)
        .where(col(SignIn.id) == sign_in_id, col(SignIn.person_id) == person_id)
        .values(acting_for_id=principal_id)
    )


def sample_person(db: Session, kind: str) -> Person | None:
    """The first person of a kind in the database, for the demonstration; "assistant" is anybody's assistant."""
    day = clock.today("UTC")
    if kind == "assistant":
        query = select(Person).join(Assistance, col(Assistance.assistant_id) == Person.id)
        return db.exec(query.where(Assistance.starts_on <= day).order_by(col(Assistance.id))).first()
    return db.exec(
        select(Person)
        .join(Tenure, col(Tenure.person_id) == Person.id)
        .join(Seat, col(Seat.id) == Tenure.seat_id)
        .join(Role, col(Role.id) == Seat.role_id)
        .where(
            Role.standing == Standing(kind),
            Tenure.starts_on <= day,
            (col(Tenure.ends_on).is_(None)) | (col(Tenure.ends_on) >= day),
        )
        .order_by(col(Seat.id))
    ).first()


def note_look(db: Session, sign_in_id: int) -> None:
    """Their person has seen what had changed up to now."""
    db.execute(update(SignIn).where(col(SignIn.id) == sign_in_id).values(looked_at=clock.now()))
