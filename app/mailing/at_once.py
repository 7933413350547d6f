"""A change of something that begins soon is told at once: calendar programs look only every 8 to 24 hours.

Each change is told once to each (ChangeMessage): of a convening by the letter of its release, of a gathering by a
letter of its own or, to who wants invitations by mail, by the new invitation.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, insert
from sqlmodel import Session, col, select

from app import clock
from app.database import Database
from app.gatherings.answers import people_of_session
from app.mailing.outbox import Letter, enqueue_all
from app.models import AgendaSession, AuditEntry, ChangeMessage, City, Cohort, Openness, Person, SessionFormat
from app.people.audiences import Attendee
from app.settings import Settings

PURPOSE = "change-at-once"
LATELY = timedelta(minutes=15)
TOLD = ("starts_at", "cancelled_at", "join_url")
"""What of a gathering cannot wait: when, whether, where."""


@dataclass(frozen=True, slots=True)
class Change:
    """A gathering that begins soon, or was to, and what of it was changed since it was told last. `before` is its start
    of then."""

    session: AgendaSession
    before: datetime | None
    names: frozenset[str]


def tell_at_once(database: Database, settings: Settings) -> int:
    """Tell those concerned of what was changed lately and begins soon; how many letters."""
    with database.read() as db:
        if not near_changes(db, settings):
            return 0
    with database.write() as db:
        return sum(_tell(db, one, settings) for one in near_changes(db, settings))


def near_changes(db: Session, settings: Settings, *, told_too: bool = False) -> list[Change]:
    """The gatherings that were changed within the last minutes and begin, or would have begun, soon; without what was
    told already unless that is asked for."""
    now = clock.now()
    sessions = db.exec(
        select(AgendaSession).where(
            col(AgendaSession.convening_id).is_(None),
            col(AgendaSession.changed_at) > now - LATELY,
            AgendaSession.sequence > 0,
            col(AgendaSession.archived_at).is_(None),
        )
    ).all()
    if not sessions:
        return []
    entries = db.exec(
        select(AuditEntry)
        .where(
            AuditEntry.subject == "session",
            col(AuditEntry.subject_id).in_([one.key for one in sessions]),
            AuditEntry.created_at > now - LATELY,
        )
        .order_by(col(AuditEntry.id))
    ).all()
    last = func.max(ChangeMessage.sent_at)
    told = dict(
        db.exec(
            select(ChangeMessage.session_id, last)
            .where(col(ChangeMessage.session_id).in_([one.key for one in sessions]))
            .group_by(col(ChangeMessage.session_id))
        ).all()
    )
    found = []
    for session in sessions:
        since = None if told_too else told.get(session.key)
        own = [one for one in entries if one.subject_id == session.key and one.before]
        own = [one for one in own if since is None or one.created_at > since]
        names = frozenset(name for one in own for name in one.before or () if name in TOLD)
        starts = [str(one.before["starts_at"]) for one in own if one.before and one.before.get("starts_at")]
        before = datetime.fromisoformat(starts[0]) if starts else None
        soon = now + timedelta(minutes=settings.at_once_minutes)
        if names and any(at is not None and now <= at <= soon for at in (before, session.starts_at)):
            found.append(Change(session, before, names))
    return found


def _tell(db: Session, change: Change, settings: Settings) -> int:
    session = change.session
    if session.format is SessionFormat.WEBINAR:
        return 0  # who holds a seat has a letter of their own (webinar_letters.py)
    people = people_of_session(db, session)
    told = {number for _, number in told_of(db, [session.key], session.sequence)}
    wanting = set(
        db.exec(
            select(Person.id).where(
                col(Person.id).in_([one.person_id for one in people]), col(Person.wants_invitations).is_(True)
            )
        )
    )
    new = [one for one in people if one.person_id not in told and one.email]
    cohort = db.get_one(Cohort, session.cohort_id)
    here = f"{settings.address}/{cohort.slug}/gatherings/{session.key}"
    zones = {city.key: (city.zone, city.name) for city in db.exec(select(City))}
    letters = [_letter(change, one, here, zones) for one in new if one.person_id not in wanting]
    note_told(db, [(session.key, one.person_id, session.sequence) for one in new])
    return enqueue_all(db, letters)


def told_of(db: Session, session_ids: Collection[int], sequence: int) -> list[tuple[int, int]]:
    """(session, person) of those who were told of a change."""
    rows = db.exec(
        select(ChangeMessage.session_id, ChangeMessage.person_id).where(
            col(ChangeMessage.session_id).in_(session_ids), ChangeMessage.sequence == sequence
        )
    )
    return list(rows.all())


def note_told(db: Session, told: Sequence[tuple[int, int, int]]) -> None:
    """Note whom a change (session, person, sequence) was told, outside the audit log: to be told is no change."""
    if not told:
        return
    known = {
        (one.session_id, one.person_id, one.sequence)
        for one in db.exec(select(ChangeMessage).where(col(ChangeMessage.session_id).in_({one[0] for one in told})))
    }
    now = clock.now()
    rows = [
        {"created_at": now, "session_id": session, "person_id": person, "sequence": sequence, "sent_at": now}
        for session, person, sequence in dict.fromkeys(told)
        if (session, person, sequence) not in known
    ]
    if rows:
        db.execute(insert(ChangeMessage), rows)


def _letter(change: Change, to: Attendee, here: str, zones: Mapping[int, tuple[str, str]]) -> Letter:
    session = change.session
    assert session.starts_at is not None
    assert session.ends_at is not None
    home = next((zones[one.city_id] for one in to.offices if one.city_id is not None), None)
    also = (to.zone, clock.place(to.zone)) if to.zone else home
    when = clock.said_span(session.starts_at, session.ends_at, session.zone, also)
    named = "a closed session" if session.openness is Openness.CLOSED else session.title
    if session.is_cancelled:
        subject, said = f"Called off: {named}", f"“{session.title}” is called off: {session.cancellation_reason}"
    elif "starts_at" in change.names and change.before is not None and change.before != session.starts_at:
        was = clock.said_moment(change.before, session.zone)
        subject, said = f"Another time: {named}", f"“{session.title}” moves. It was to begin {was}."
    elif "cancelled_at" in change.names:
        subject, said = f"It takes place: {named}", f"“{session.title}” takes place after all."
    else:
        subject, said = f"Another address to join: {named}", f"“{session.title}” has another address to join."
    lines = [f"Dear {to.name},", said]
    if not session.is_cancelled:
        lines += [f"- {when}" + (f"\n- Join: {session.join_url}" if session.join_url else "")]
    lines += [here, "This comes at once, because your calendar may not look again before it begins."]
    key = f"{PURPOSE}:{session.key}:{session.sequence}:{to.person_id}"
    return Letter(to.person_id, to.name, to.email or "", subject, "\n\n".join(lines) + "\n", PURPOSE, key)
