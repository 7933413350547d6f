"""Invitations by mail and what people answer: by the letter's link, by their calendar program, on a gathering's page.

What was sent to whom is kept in the invitation's row, outside the audit log: to be told is no change. An answer is an
act, and on record. Each answer is kept as it came (InvitationReply); the latest that counts is the person's answer.
"""

import hmac
import re
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import and_, bindparam, insert, or_, update
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import Session, col, select

from app import clock
from app.models import AgendaSession, Invitation, InvitationReply, Participation, Person
from app.people.audit import Refused, verb
from app.people.sign_in import fingerprint, signed
from app.people.viewer import Viewer

LONGEST_COMMENT = 1000
ANSWERS = (Participation.ACCEPTED, Participation.TENTATIVE, Participation.DECLINED)
COUNTED = "counted"

_IN_MAIL = re.compile(r"([1-9][0-9]{0,17})\.([0-9a-f]{40})")


@dataclass(frozen=True, slots=True)
class Target:
    """To what one is invited: a session, or a whole series."""

    session_id: int | None = None
    series_id: int | None = None

    @classmethod
    def of(cls, invitation: Invitation) -> "Target":
        return cls(invitation.session_id, invitation.series_id)


@verb
def want_invitations(db: Session, person: Person, *, wanted: bool, by: Viewer) -> None:
    """Have invitations come by mail, or no more. What was sent stays answered."""
    if not by.is_system and (by.acting or by.person_id != person.key):
        raise Refused(f"Only {person.name} can say what comes to their mailbox.")
    person.wants_invitations = wanted


def invitation_to(db: Session, target: Target, person_id: int) -> Invitation | None:
    """The person's invitation to a session or a series, if one was ever sent or answered."""
    return db.exec(
        select(Invitation).where(
            Invitation.person_id == person_id,
            Invitation.session_id == target.session_id
            if target.session_id is not None
            else Invitation.series_id == target.series_id,
        )
    ).first()


def held_invitation(db: Session, target: Target, person_id: int, secret: bytes) -> Invitation:
    """The same, made where there is none yet."""
    return (
        invitation_to(db, target, person_id) or held_invitations(db, [(target, person_id)], secret)[target, person_id]
    )


Held = dict[tuple[Target, int], Invitation]


def held_invitations(db: Session, wanted: Collection[tuple[Target, int]], secret: bytes) -> Held:
    """The invitations of people by what they are to, made where there are none yet: a handful of statements, however
    many they are."""
    found = _held_by(db, wanted)
    now = clock.now()
    nonces = {pair: secrets.token_urlsafe(24) for pair in dict.fromkeys(wanted) if pair not in found}
    rows = [
        {
            "created_at": now,
            "session_id": target.session_id,
            "series_id": target.series_id,
            "person_id": person_id,
            "nonce": nonce,
            "token_hash": fingerprint(nonce),
            "sent": -1,
            "fingerprint": "",
            "answer": Participation.NEEDS_ACTION,
            "answered_by": "",
            "comment": "",
        }
        for (target, person_id), nonce in nonces.items()
    ]
    if not rows:
        return found
    db.execute(insert(Invitation), rows)
    made = _held_by(db, list(nonces))
    hashes = {one.key: fingerprint(token_of(one, secret)) for one in made.values()}
    db.connection().execute(  # by the connection, which takes many at once
        update(Invitation).where(col(Invitation.id) == bindparam("number")).values(token_hash=bindparam("hash")),
        [{"number": number, "hash": hash_} for number, hash_ in hashes.items()],
    )
    for one in made.values():
        set_committed_value(one, "token_hash", hashes[one.key])
    return found | made


def _held_by(db: Session, wanted: Collection[tuple[Target, int]]) -> Held:
    rows = db.exec(
        select(Invitation).where(
            col(Invitation.person_id).in_({person_id for _, person_id in wanted}),
            or_(
                col(Invitation.session_id).in_({target.session_id for target, _ in wanted if target.session_id}),
                col(Invitation.series_id).in_({target.series_id for target, _ in wanted if target.series_id}),
            ),
        )
    )
    all_of_them = {(Target.of(one), one.person_id): one for one in rows}
    return {pair: all_of_them[pair] for pair in wanted if pair in all_of_them}


def write_sending(db: Session, invitation: Invitation, **values: object) -> None:
    """Note what was sent, outside the audit log, and read the row anew."""
    db.execute(
        update(Invitation)
        .where(col(Invitation.id) == invitation.key)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    db.refresh(invitation)


def token_of(invitation: Invitation, secret: bytes) -> str:
    """The secret part of the letter's link."""
    return signed("invitation", invitation.key, invitation.nonce, secret)


def find_invitation(db: Session, token: str) -> Invitation | None:
    """The invitation of a link's token."""
    return db.exec(select(Invitation).where(Invitation.token_hash == fingerprint(token))).first()


def mail_token(invitation: Invitation, secret: bytes) -> str:
    """What stands in the address to which a calendar program replies: 160 bits, in figures and small letters, since
    programs on the way may not keep the case (RFC 5321, 2.4)."""
    signature = hmac.digest(secret, f"reply:{invitation.key}:{invitation.nonce}".encode(), "sha256")
    return f"{invitation.key}.{signature.hex()[:40]}"


def find_by_mail_token(db: Session, token: str, secret: bytes) -> Invitation | None:
    """The invitation that an address belongs to; None for one that was never given out."""
    found = _IN_MAIL.fullmatch(token.lower())
    invitation = db.get(Invitation, int(found[1])) if found else None
    if invitation is None or not hmac.compare_digest(mail_token(invitation, secret), token.lower()):
        return None
    return invitation


@verb
def answer_invitation(
    db: Session,
    invitation: Invitation,
    answer: Participation,
    *,
    comment: str = "",
    occurrence_at: datetime | None = None,
    by: Viewer,
) -> InvitationReply:
    """Answer by the link or on a page, now; of a series the whole, or one date (`occurrence_at`, UTC)."""
    comment = comment.strip()
    if len(comment) > LONGEST_COMMENT:
        raise Refused(f"That is longer than {LONGEST_COMMENT:,} characters. The essential is enough.", "comment")
    return count_reply(
        db,
        invitation,
        answer,
        comment=comment,
        occurrence_at=occurrence_at,
        stamp=clock.now(),
        sender=by.actor_name,
        message_key=sha256(secrets.token_bytes(32)).hexdigest(),
        by=by,
    )


@verb
def count_reply(
    db: Session,
    invitation: Invitation,
    answer: Participation,
    *,
    comment: str,
    occurrence_at: datetime | None,
    stamp: datetime,
    sender: str,
    message_key: str,
    by: Viewer,
) -> InvitationReply:
    """Let an answer count, given at `stamp` (UTC). An answer to one date of a series leaves that to the whole alone."""
    reply = InvitationReply(
        message_key=message_key,
        invitation_id=invitation.key,
        sender=sender[:700],
        answer=answer.value,
        occurrence_at=occurrence_at,
        stamp=stamp,
        verdict=COUNTED,
        counted=True,
    )
    db.add(reply)
    if occurrence_at is None:
        invitation.answer, invitation.stamp, invitation.answered_at = answer, stamp, clock.now()
        invitation.answered_by, invitation.comment = sender[:300], comment[:LONGEST_COMMENT]
        db.add(invitation)
    return reply


def excludes_lab(invitation: Invitation) -> bool:
    """Whether the lab may not know who is invited (rule 13)."""
    if invitation.session is not None:
        return invitation.session.excludes_lab
    return invitation.series is not None and any(one.excludes_lab for one in invitation.series.sessions)


def acting_for_guest(invitation: Invitation, how: str) -> Viewer:
    """Who answers an invitation, as the record names them: nobody where the lab may not know who is in it (rule 13)."""
    if excludes_lab(invitation):
        return Viewer.system("somebody invited")
    number, name = invitation.person_id, invitation.person.name[:250]
    return Viewer(number, name, actor_id=number, actor_name=f"{name}, {how}")


@dataclass(frozen=True, slots=True)
class Said:
    """What a person said, and when (UTC)."""

    answer: Participation
    at: datetime
    comment: str = ""


def answers_to(db: Session, session: AgendaSession) -> Mapping[int, Said]:
    """By person, the answer that counts for a session: the later one of what was said to it, to its date of the series,
    and to the whole series. Two queries."""
    to_session = col(Invitation.session_id) == session.key
    to_series = and_(col(Invitation.series_id).is_not(None), col(Invitation.series_id) == session.series_id)
    rows = db.exec(select(Invitation).where(or_(to_session, to_series))).all()
    found: dict[int, Said] = {}
    for one in rows:
        if one.answer is not Participation.NEEDS_ACTION and one.stamp is not None:
            _later(found, one.person_id, Said(one.answer, one.stamp, one.comment))
    if session.series_id is None or session.occurrence_at is None:
        return found
    of_person = {one.key: one.person_id for one in rows}
    replies = db.exec(
        select(InvitationReply).where(
            col(InvitationReply.invitation_id).in_(of_person),
            InvitationReply.occurrence_at == session.occurrence_at,
            col(InvitationReply.counted).is_(True),
        )
    )
    for reply in replies:
        if reply.invitation_id is not None and reply.stamp is not None:
            _later(found, of_person[reply.invitation_id], Said(Participation(reply.answer), reply.stamp))
    return found


def _later(found: dict[int, Said], person_id: int, said: Said) -> None:
    before = found.get(person_id)
    if before is None or said.at > before.at:
        found[person_id] = said


def target_of(session: AgendaSession) -> tuple[Target, datetime | None]:
    """What an answer on a session's page is to: the session, or its date of the series that it follows."""
    if session.series is not None and session.series.rrule and session.occurrence_at is not None:
        return Target(series_id=session.series_id), session.occurrence_at
    return Target(session_id=session.key), None


def invitations_sent(db: Session, person_id: int) -> Sequence[Invitation]:
    """All that a person was ever sent for gatherings, and what of it was called back."""
    return db.exec(
        select(Invitation)
        .outerjoin(AgendaSession, col(AgendaSession.id) == Invitation.session_id)
        .where(Invitation.person_id == person_id, col(AgendaSession.convening_id).is_(None))
        .order_by(col(Invitation.id))
    ).all()
