"""Replies of calendar programs: which of them count (RFC 5546; RFC 6047; calendars.md, 30).

One counts when it came to the address of that very invitation, is about that event, answers for the person who was
invited, was sent by them or by who assists them, has not come before, and is newer than what they last said. All others
change nothing. Each is on record with what became of it; what is thrown at addresses that nobody was given, only up to
a number a day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import func, or_
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from app import clock
from app.database import Database
from app.gatherings.invitations import acting_for_guest, count_reply, excludes_lab, find_by_mail_token, write_sending
from app.mailing.outbox import enqueue
from app.mailing.reply_reading import Arrived, Reply, Unreadable, key_of, read_message
from app.mailing.webinar_answers import seat_by_answer
from app.models import AgendaSession, Assistance, Cohort, Invitation, InvitationReply, Participation, Person
from app.people.audit import Refused, verb
from app.people.directory import organizers
from app.people.viewer import Viewer
from app.settings import Settings

log = structlog.get_logger("plenary.replies")

MOST_UNKNOWN = 200
"""Messages to addresses that nobody was given, kept on record in a day."""

AHEAD = timedelta(hours=1)
"""How far a clock of somebody's may be wrong; a reply from later yet would lock out all that come after it."""

ANSWERS = {"ACCEPTED": Participation.ACCEPTED, "TENTATIVE": Participation.TENTATIVE, "DECLINED": Participation.DECLINED}
REPLAYED = "replayed: this message has come before"
REFRESHED = "sent again, as asked"
DAY = timedelta(days=1)
PASSED_ON = {"COUNTER": "another time is proposed", "DELEGATE": "somebody else is to come"}
BY = Viewer.system("replies")


@dataclass(frozen=True, slots=True)
class Ruling:
    """What becomes of a message: the words for the record, the invitation that it reached, the answer that counts."""

    verdict: str
    invitation: Invitation | None = None
    answer: Participation | None = None


def take_in(database: Database, settings: Settings, raw: bytes, *, envelope: Sequence[str] = ()) -> str:
    """Let a message count, or not; returns what became of it."""
    try:
        arrived = read_message(raw, envelope)
    except Unreadable as error:
        arrived = Arrived(key_of(raw[:1_000_000]), trouble=f"not read: {error}")
    try:
        with database.write() as db:
            verdict = _take_in(db, settings, arrived)
    except IntegrityError:  # the same came at the same moment by another way
        verdict = REPLAYED
    log.info("reply", verdict=verdict)
    return verdict


def _take_in(db: Session, settings: Settings, arrived: Arrived) -> str:
    ruling = _rule(db, settings, arrived)
    if ruling.verdict == REPLAYED:
        arrived = Arrived(key_of(f"again {arrived.key}".encode()), arrived.sender, reply=arrived.reply)
        if _is_known(db, arrived.key):
            return REPLAYED
    if ruling.invitation is not None:
        db.info["cohort_id"] = _cohort_of(ruling.invitation)
    if ruling.answer is not None and ruling.invitation is not None and arrived.reply is not None:
        by = acting_for_guest(ruling.invitation, "by mail")
        _take_seat(db, ruling.invitation, ruling.answer, arrived.reply, settings, by)
        count_reply(
            db,
            ruling.invitation,
            ruling.answer,
            comment=arrived.reply.comment,
            occurrence_at=arrived.reply.occurrence_at,
            stamp=arrived.reply.stamp or clock.now(),
            sender=arrived.sender,
            message_key=arrived.key,
            by=by,
        )
    elif ruling.invitation is not None or not _too_many(db):
        put_on_record(db, arrived, ruling, by=BY)
    return ruling.verdict


@verb
def put_on_record(db: Session, arrived: Arrived, ruling: Ruling, *, by: Viewer) -> InvitationReply:
    """Keep that a message came which counts for nothing, and why."""
    reply = arrived.reply
    row = InvitationReply(
        message_key=arrived.key,
        invitation_id=ruling.invitation.key if ruling.invitation else None,
        sender=arrived.sender[:700],
        answer=", ".join(one.answer for one in reply.voices)[:40] if reply else "",
        occurrence_at=reply.occurrence_at if reply else None,
        stamp=reply.stamp if reply else None,
        verdict=ruling.verdict[:300],
    )
    db.add(row)
    return row


def _rule(db: Session, settings: Settings, arrived: Arrived) -> Ruling:
    invitation = _addressed(db, settings, arrived)  # held from here on, so that the same twice at once is seen
    if _is_known(db, arrived.key):
        return Ruling(REPLAYED, invitation)
    if invitation is None:
        unread = arrived.trouble if arrived.trouble.startswith("not read") else ""
        return Ruling(unread or "forged: it came to an address that nobody was given")
    if arrived.is_automatic:
        return Ruling("ignored: sent by a machine on its own", invitation)
    if arrived.reply is None:
        return Ruling(arrived.trouble or "no calendar in it", invitation)
    return _rule_on_reply(db, settings, arrived, arrived.reply, invitation)


def _rule_on_reply(db: Session, settings: Settings, arrived: Arrived, reply: Reply, held: Invitation) -> Ruling:
    event = held.session or held.series
    person = held.person
    assert event is not None
    if reply.uid != event.uid:
        return Ruling("forged: it is about another event", held)
    email = (person.email or "").lower()
    voice = next((one for one in reply.voices if one.email == email), None)
    if not email or voice is None:
        return Ruling("forged: it answers for somebody else", held)
    if arrived.sender != email and not _assists(db, arrived.sender, person):
        return Ruling("forged: somebody else sent it", held)
    if held.called_back_at is not None or held.sent < 0 or person.archived_at is not None:
        return Ruling("not invited any more", held)
    if reply.method == "REFRESH":
        if _was_refreshed(db, held):  # who asks over and over would have letters made without end
            return Ruling("sent again already within a day", held)
        write_sending(db, held, fingerprint="")
        return Ruling(REFRESHED, held)
    if reply.method == "COUNTER" or voice.answer == "DELEGATED":
        kind = "COUNTER" if reply.method == "COUNTER" else "DELEGATE"
        return Ruling(f"{PASSED_ON[kind]}: {_pass_on(db, settings, reply, held, kind)}", held)
    if reply.method != "REPLY" or voice.answer not in ANSWERS:
        return Ruling("not understood", held)
    if (stale := _stale(db, reply, held)) is not None:
        return Ruling(stale, held)
    return Ruling("counted", held, ANSWERS[voice.answer])


def _stale(db: Session, reply: Reply, held: Invitation) -> str | None:
    """Why a reply comes too late, or from a time that has not come; None for one in time."""
    if reply.stamp is None:
        return "not understood: it does not say of when it is"
    if reply.stamp > clock.now() + AHEAD:
        return "from a time that has not come"
    if reply.sequence < held.sent and not (reply.occurrence_at is not None and held.series_id is not None):
        return "stale: it answers an earlier letter"
    last = held.stamp
    if reply.occurrence_at is not None:
        if held.series_id is None or not _is_of(db, held.series_id, reply.occurrence_at):
            return "forged: there is no such date"
        last = db.exec(
            select(func.max(InvitationReply.stamp)).where(
                InvitationReply.invitation_id == held.key,
                InvitationReply.occurrence_at == reply.occurrence_at,
                col(InvitationReply.counted).is_(True),
            )
        ).one()
    if last is not None and reply.stamp <= last:
        return "stale: something newer was said"
    return None


def _is_of(db: Session, series_id: int, occurrence_at: datetime) -> bool:
    found = select(AgendaSession.id).where(
        AgendaSession.series_id == series_id, AgendaSession.occurrence_at == occurrence_at
    )
    return db.exec(found).first() is not None


def _was_refreshed(db: Session, held: Invitation) -> bool:
    found = select(InvitationReply.id).where(
        InvitationReply.invitation_id == held.key,
        InvitationReply.verdict == REFRESHED,
        InvitationReply.created_at > clock.now() - DAY,
    )
    return db.exec(found).first() is not None


def _is_known(db: Session, key: str) -> bool:
    return db.exec(select(InvitationReply.id).where(InvitationReply.message_key == key)).first() is not None


def _addressed(db: Session, settings: Settings, arrived: Arrived) -> Invitation | None:
    """The invitation to whose own address a message came; programs that answer elsewhere name it as ORGANIZER."""
    if settings.replies_to is None:
        return None
    local, domain = settings.replies_to.lower().rsplit("@", 1)
    said = [*arrived.addresses, *([arrived.reply.organizer] if arrived.reply else [])]
    for address in said:
        name, _, where = address.rpartition("@")
        if where == domain and name.startswith(f"{local}+"):
            found = find_by_mail_token(db, name.removeprefix(f"{local}+"), settings.secret)
            if found is not None:
                db.refresh(found, with_for_update=True)  # of two replies at once the second sees the first
                return found
    return None


def _assists(db: Session, sender: str, person: Person) -> bool:
    """Whether a letter's sender acts for a person today."""
    today = clock.today("UTC")
    found = (
        select(Assistance.id)
        .join(Person, col(Person.id) == Assistance.assistant_id)
        .where(
            Assistance.principal_id == person.key,
            Person.email == sender,
            Assistance.starts_on <= today,
            or_(col(Assistance.ends_on).is_(None), col(Assistance.ends_on) >= today),
        )
    )
    return bool(sender) and db.exec(found).first() is not None


def _too_many(db: Session) -> bool:
    since = clock.now() - DAY
    unknown = select(func.count()).where(
        col(InvitationReply.invitation_id).is_(None), InvitationReply.created_at > since
    )
    return db.exec(unknown).one() >= MOST_UNKNOWN


def _take_seat(
    db: Session, held: Invitation, answer: Participation, reply: Reply, settings: Settings, by: Viewer
) -> None:
    """At a webinar an answer takes a seat or gives it back; where registration is closed, it stays an answer."""
    if reply.occurrence_at is None:
        try:
            seat_by_answer(db, held, answer, settings=settings, by=by)
        except Refused as refused:
            log.info("no seat by reply", why=refused.sentence)


def _cohort_of(held: Invitation) -> int:
    event = held.session or held.series
    assert event is not None
    return event.cohort_id


def _pass_on(db: Session, settings: Settings, reply: Reply, held: Invitation, kind: str) -> str:
    """Tell the organizers what only people can settle, once a day for whoever is invited; returns who was told.

    Nobody is where the lab may not know who is in it (rule 13).
    """
    if excludes_lab(held):
        return "nobody may be told"
    event = held.session or held.series
    assert event is not None
    cohort = db.get_one(Cohort, event.cohort_id)
    name = held.person.name
    said = f"{name} {'proposes another time for' if kind == 'COUNTER' else 'sends somebody else to'} “{event.title}”."
    if kind == "COUNTER" and reply.starts_at is not None:
        said = f"{said} They would have it {clock.said_moment(reply.starts_at, event.zone)}."
    comment = f"\n\nThey write:\n\n{reply.comment}" if reply.comment else ""
    here = f"{settings.address}{_page_of(held, cohort)}"
    day, told = clock.today("UTC"), []
    for person in organizers(db, cohort.key):
        is_new = enqueue(
            db,
            person,
            subject=f"{name} answers otherwise",
            text=f"Dear {person.name},\n\n{said}{comment}\n\nIt stays as it is until you change it:\n\n{here}\n",
            purpose="invitation-counter",
            unique_key=f"invitation-counter:{held.key}:{held.person_id}:{day}:{person.key}",
        )
        told.append(is_new or person.email is None)
    return "the organizers are told" if any(told) or not told else "the organizers were told today already"


def _page_of(held: Invitation, cohort: Cohort) -> str:
    """Where the organizers look at what an invitation is to."""
    if held.series is not None:
        return f"/{cohort.slug}/gatherings/series/{held.series.slug}"
    assert held.session is not None
    if held.session.convening is not None:
        return f"{held.session.convening.path}/sessions/{held.session.key}"
    return f"/{cohort.slug}/gatherings/{held.session.key}"
