"""Invitations to gatherings by mail, for those who want them: each one, its changes and its end (RFC 5546, 6047).

What is sent follows from two things: what stands in the person's own calendar, and what they were last sent. So nothing
is sent twice, nothing is missed however it came about (a new seat, another audience, a move), and nobody is told what
their calendar would not show them. A cohort whose gatherings are being changed is left alone for some minutes: ten
edits are one letter. What begins soon does not wait.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from hashlib import sha256

from sqlalchemy import func
from sqlmodel import Session, col, select

from app import clock
from app.calendars.documents import Entry, document
from app.calendars.itip import Method, called_back, invitation, title_in
from app.calendars.offers import Offer, offers_to, same_time
from app.database import Database
from app.gatherings.invitations import (
    Target,
    held_invitation,
    invitations_sent,
    token_of,
    write_sending,
)
from app.mailing.at_once import near_changes
from app.mailing.invitation_words import Words, batch_words, invitation_words, withdrawn_words
from app.mailing.outbox import enqueue
from app.mailing.parties import parties_of
from app.models import AgendaSession, AuditEntry, Invitation, OutboxLetter, Participation, Person, Revision
from app.people.viewer import Viewer, viewer_of
from app.settings import Settings

PURPOSE = "invitation"
MOST_NEW = 3
"""New invitations sent one by one; more at once are one letter with a file."""

EDITED = ("session", "series", "audience", "audience_term", "engagement")


class Step(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    DATES_OFF = "dates off"
    OFF = "off"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Due:
    """One letter that is due: of what (None where they are not invited any more), and what they were sent of it."""

    step: Step
    offer: Offer | None
    held: Invitation | None


class Rounds:
    """The worker's rounds: one a minute, of which most find that nothing has changed since the last."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self.database, self.settings = database, settings
        self._looked_at: tuple[int, date] | None = None

    def run(self) -> int:
        """Write what is due; how many letters."""
        with self.database.read() as db:
            now = (db.exec(select(Revision.number)).one(), clock.today("UTC"))
            rests = not being_edited(db, self.settings)
        if now == self._looked_at:
            return 0
        written = send_invitations(self.database, self.settings)
        self._looked_at = now if rests else None
        return written


def send_invitations(database: Database, settings: Settings) -> int:
    """Write the letters that are due; how many. A person at a time, so that nobody waits long for the writer."""
    with database.read() as db:
        wanting = db.exec(
            select(Person.id).where(
                col(Person.wants_invitations).is_(True),
                col(Person.archived_at).is_(None),
                col(Person.email).is_not(None),
            )
        )
        near = near_changes(db, settings, told_too=True)
        busy = Busy(being_edited(db, settings), frozenset(one.session.key for one in near))
        concerned = [
            one for one in wanting.all() if one is not None and due_for(db, viewer_of(db, one), settings, busy)
        ]
    written = 0
    for number in concerned:
        with database.write() as db:
            viewer = viewer_of(db, number)
            written += write_due(db, viewer, due_for(db, viewer, settings, busy), settings)
    return written


def being_edited(db: Session, settings: Settings) -> Collection[int | None]:
    """The cohorts of which gatherings were changed within the last minutes."""
    since = clock.now() - timedelta(minutes=settings.invitation_quiet_minutes)
    newest = db.exec(select(func.max(AuditEntry.id))).one() or 0
    rows = db.exec(
        select(AuditEntry.cohort_id)
        .where(
            col(AuditEntry.id) > newest - 5000,
            col(AuditEntry.subject).in_(EDITED),
            col(AuditEntry.convening_id).is_(None),
            AuditEntry.created_at > since,
        )
        .distinct()
    )
    return frozenset(rows)


@dataclass(frozen=True, slots=True)
class Busy:
    """The cohorts of which gatherings are being edited, and the sessions of which a change must not wait for that."""

    cohort_ids: Collection[int | None] = ()
    urgent: Collection[int] = ()


def due_for(db: Session, viewer: Viewer, settings: Settings, busy: Busy) -> list[Due]:
    """What a person is to be written to for now."""
    assert viewer.person_id is not None
    offers = {one.target: one for one in offers_to(db, viewer, settings.address)}
    held = {Target.of(one): one for one in invitations_sent(db, viewer.person_id)}
    found = []
    for target, offer in offers.items():
        step = _step(offer, held.get(target))
        waits = offer.cohort_id in busy.cohort_ids and not _is_near(offer, held.get(target), settings, busy.urgent)
        if step is not None and not waits:
            found.append(Due(step, offer, held.get(target)))
    gone = [one for target, one in held.items() if target not in offers and one.sent >= 0 and not one.called_back_at]
    return found + [Due(Step.WITHDRAWN, None, one) for one in _not_over(db, gone, busy.cohort_ids)]


def _step(offer: Offer, held: Invitation | None) -> Step | None:
    if held is None or held.sent < 0 or held.called_back_at is not None:
        return None if offer.is_off else Step.NEW
    if held.fingerprint == offer.print:
        return None
    if offer.is_off and not offer.called_off:
        return Step.OFF
    since = held.sent_at or held.created_at
    changed = [one for one in (*offer.entries, *offer.called_off) if one.changed_at > since.replace(microsecond=0)]
    return Step.DATES_OFF if changed and all(one in offer.called_off for one in changed) else Step.CHANGED


def _is_near(offer: Offer, held: Invitation | None, settings: Settings, urgent: Collection[int]) -> bool:
    """Whether something that they were told begins, or was to begin, so soon that a letter must not wait."""
    soon = clock.now() + timedelta(minutes=settings.at_once_minutes)
    is_soon = any(one.starts_at <= soon or one.session_id in urgent for one in offer.dates)
    return held is not None and held.sent >= 0 and is_soon


def _not_over(db: Session, rows: Sequence[Invitation], busy: Collection[int | None]) -> list[Invitation]:
    """Those of these invitations to something that still lies ahead, in cohorts that are not being edited."""
    if not rows:
        return []
    last = func.max(AgendaSession.ends_at)
    session_ids = [one.session_id for one in rows if one.session_id is not None]
    series_ids = [one.series_id for one in rows if one.series_id is not None]
    of_sessions = dict(
        db.exec(
            select(AgendaSession.id, AgendaSession.cohort_id).where(
                col(AgendaSession.id).in_(session_ids), col(AgendaSession.ends_at) > clock.now()
            )
        ).all()
    )
    of_series = dict(
        db.exec(
            select(AgendaSession.series_id, func.min(AgendaSession.cohort_id))
            .where(col(AgendaSession.series_id).in_(series_ids))
            .group_by(col(AgendaSession.series_id))
            .having(last > clock.now())
        ).all()
    )
    nowhere = object()
    return [
        one
        for one in rows
        if (cohort := of_sessions.get(one.session_id, of_series.get(one.series_id, nowhere))) is not nowhere
        and cohort not in busy
    ]


def write_due(db: Session, viewer: Viewer, due: Sequence[Due], settings: Settings) -> int:
    """Write these letters to a person; how many."""
    assert viewer.person_id is not None
    person = db.get_one(Person, viewer.person_id)
    if person.email is None:
        return 0
    post = Post(db, viewer, person, settings)
    new = [one.offer for one in due if one.step is Step.NEW and one.offer is not None]
    rest = [one for one in due if one.step is not Step.NEW]
    written = [post.batch(new)] if len(new) > MOST_NEW else [post.one(Step.NEW, offer) for offer in new]
    for one in rest:
        if one.offer is not None:
            written.append(post.one(one.step, one.offer))
        elif one.held is not None:
            written.append(post.withdraw(one.held))
    return sum(written)


class Post:
    """Letters to one person, each beside the note of what was sent."""

    def __init__(self, db: Session, viewer: Viewer, person: Person, settings: Settings) -> None:
        self.db, self.viewer, self.person, self.settings = db, viewer, person, settings
        self.now = clock.now()

    def one(self, step: Step, offer: Offer) -> bool:
        """Invite to something, say how it changed, or that it is off."""
        held = self._held(offer)
        entries = offer.called_off if step is Step.DATES_OFF else offer.entries or offer.called_off
        if step is Step.DATES_OFF and held.sent_at is not None:
            since = held.sent_at.replace(microsecond=0)
            entries = tuple(one for one in entries if one.changed_at > since)
        entries = tuple(replace(one, sequence=max(one.sequence, self._least(held))) for one in entries)
        method = Method.CANCEL if step in (Step.OFF, Step.DATES_OFF) else Method.REQUEST
        if step is Step.CHANGED and not same_time(held.fingerprint, offer.print):
            write_sending(self.db, held, answer=Participation.NEEDS_ACTION)
        calendar = invitation(method, entries, parties_of(held, self.person, self.settings), at=self.now)
        words = invitation_words(step.value, offer, entries, self.viewer, self.link(held), by_mail=self.by_mail)
        key = f"{held.key}:{offer.print}:{held.sent_at}"
        self._note(held, offer, step is Step.OFF)
        return self._write(words, key, calendar, method)

    def batch(self, offers: Sequence[Offer]) -> bool:
        """Invite to many things at once: one letter with a file, and a link for each."""
        lines, prints = [], []
        entries: list[Entry] = []
        for offer in offers:
            held = self._held(offer)
            entries += [replace(one, sequence=max(one.sequence, self._least(held))) for one in offer.entries]
            lines.append((offer, self.link(held)))
            prints.append(f"{offer.print}:{held.sent_at}")
            self._note(held, offer, False)
        key = sha256(" ".join(prints).encode()).hexdigest()[:40]
        calendar = document("Invitations", entries).decode()
        return self._write(batch_words(lines, self.viewer), f"batch:{self.person.key}:{key}", calendar, None)

    def withdraw(self, held: Invitation) -> bool:
        """Call an invitation back from one who is not invited any more, and from them alone."""
        last = self.db.exec(
            select(OutboxLetter.calendar)
            .where(
                col(OutboxLetter.unique_key).startswith(f"{PURPOSE}:{held.key}:"),
                OutboxLetter.calendar_method == Method.REQUEST.value,
            )
            .order_by(col(OutboxLetter.id).desc())
        ).first()
        sequence = held.sent + 1
        calendar = (
            called_back(last, parties_of(held, self.person, self.settings), sequence=sequence, at=self.now)
            if last
            else None
        )
        write_sending(self.db, held, sent=sequence, sent_at=self.now, called_back_at=self.now, fingerprint="")
        words = withdrawn_words(title_in(last) if last and calendar else "")
        return self._write(words, f"{held.key}:withdrawn:{sequence}", calendar or "", Method.CANCEL)

    @property
    def by_mail(self) -> bool:
        return self.settings.replies_to is not None

    def link(self, held: Invitation) -> str:
        return f"{self.settings.address}/rsvp/{token_of(held, self.settings.secret)}"

    def _held(self, offer: Offer) -> Invitation:
        return held_invitation(self.db, offer.target, self.person.key, self.settings.secret)

    def _least(self, held: Invitation) -> int:
        """The SEQUENCE above which a letter has to be: that of a CANCEL which went before."""
        return held.sent + 1 if held.called_back_at is not None else 0

    def _note(self, held: Invitation, offer: Offer, is_off: bool) -> None:
        write_sending(
            self.db,
            held,
            sent=max(offer.sequence, self._least(held)),
            sent_at=self.now,
            fingerprint=offer.print,
            called_back_at=self.now if is_off else None,
        )

    def _write(self, words: Words, key: str, calendar: str, method: Method | None) -> bool:
        return enqueue(
            self.db,
            self.person,
            subject=words.subject,
            text=f"Dear {self.person.name},\n\n{words.text}",
            purpose=PURPOSE,
            unique_key=f"{PURPOSE}:{key}"[:200],
            calendar=calendar,
            method=method.value if method and calendar else "",
        )
