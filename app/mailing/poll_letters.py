"""Letters about finding a time: asked, more times, a reminder, booked.

Each goes to the person and to who acts for them, with the same private address. Times stand on the person's own clocks
with the gathering's zone beside them (rule 14). Whoever acts for another is not in the room: of a closed gathering they
read that there is one, and not what it is about (rule 13). No subject names a gathering: phones show it while locked.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, select

from app import clock
from app.calendars.documents import document
from app.calendars.entries import gathering_entry
from app.database import Database
from app.gatherings.listing import as_seen
from app.gatherings.offices import Somebody, somebodies
from app.gatherings.poll_reminders import due_reminders
from app.gatherings.polls import asked_of, cover_of, slots_of, token_of
from app.mailing.outbox import Letter, enqueue_all
from app.models import AgendaSession, Cohort, Openness, Person, PollPerson, PollSlot, TimePoll
from app.people.assistants import assistants_of
from app.people.viewer import Viewer
from app.settings import Settings


@dataclass(frozen=True, slots=True)
class _To:
    """One letter's reader: the person asked (`helps` is None), or who acts for them."""

    asked: PollPerson
    reader: Person
    who: Somebody
    zone: str
    place: str
    helpers: tuple[Person, ...]

    @property
    def helps(self) -> bool:
        return self.reader.key != self.asked.person_id

    @property
    def name(self) -> str:
        return self.asked.person.name


def asked(db: Session, cohort: Cohort, poll: TimePoll, people: Sequence[PollPerson], *, settings: Settings) -> int:
    """To those asked for the first time: which times suit."""
    by = db.get_one(Person, poll.by_id).name if poll.by_id else cohort.lab_name
    letters = []
    for to in _readers(db, cohort, poll, people):
        what = f"a {cover_of(poll).lower()}" if to.helps and _is_closed(poll) else f"“{poll.title}”"
        who = f"{to.name} can be in" if to.helps else "you can be in"
        text = (
            f"{by} asks when {who} {what}, {_length(poll)}. The times on {_whose(to)} clocks:\n\n"
            f"{_times(slots_of(poll), poll, to)}\n\n"
            f"{_how(poll, to, settings)}"
        )
        letters.append(_letter(to, f"When can {to.name if to.helps else 'you'} meet?", text, f"asked:{to.asked.key}"))
    return enqueue_all(db, letters)


def more_times(
    db: Session,
    cohort: Cohort,
    poll: TimePoll,
    people: Sequence[PollPerson],
    slots: Sequence[PollSlot],
    *,
    settings: Settings,
) -> int:
    """To those who have answered: these times have come since. Whoever has not finds them with the others."""
    letters = []
    for to in _readers(db, cohort, poll, people):
        text = (
            f"you have said when {to.name if to.helps else 'you'} can meet. "
            f"{'This time has' if len(slots) == 1 else 'These times have'} come since, on {_whose(to)} clocks:\n\n"
            f"{_times(slots, poll, to)}\n\n"
            f"{_how(poll, to, settings)}"
        )
        key = f"more:{to.asked.key}:{clock.now().isoformat()}"
        letters.append(_letter(to, "More times to choose from", text, key))
    return enqueue_all(db, letters)


def booked(db: Session, cohort: Cohort, poll: TimePoll, gathering: AgendaSession, *, settings: Settings) -> int:
    """To everybody who was asked: when it takes place, with the entry for their calendar."""
    return _of_gathering(db, cohort, poll, gathering, "booked", settings)


def tell_of_change(db: Session, cohort: Cohort, gathering: AgendaSession, *, settings: Settings) -> int:
    """To the same: it is called off, or takes place otherwise; nothing where no poll led to it, or where calendars have
    nothing to hear of that was not told. Who has only the file of the letter would hear of it nowhere else."""
    poll = db.exec(select(TimePoll).where(TimePoll.booked_id == gathering.key)).first()
    if poll is None or gathering.sequence == 0:
        return 0
    return _of_gathering(db, cohort, poll, gathering, "changed", settings)


def _of_gathering(
    db: Session, cohort: Cohort, poll: TimePoll, gathering: AgendaSession, kind: str, settings: Settings
) -> int:
    """One letter for each state that calendars are told of: its sequence is in the letter's name."""
    page = f"{settings.address}/{cohort.slug}/gatherings/{gathering.key}"
    files = {helps: _file(db, gathering, page, helps=helps) for helps in (False, True)}
    letters = []
    for to in _readers(db, cohort, poll, asked_of(poll)):
        invited = to.reader.wants_invitations and not to.helps  # they have an invitation, which is the same event
        hidden = to.helps and gathering.openness is Openness.CLOSED
        parts = [
            _what_becomes(gathering, poll, to, kind, hidden=hidden),
            f"Join at {gathering.join_url}" if gathering.join_url and not (to.helps or gathering.is_cancelled) else "",
            "The calendar that you subscribe to says so too; "
            + f"{'an invitation' if invited else 'the file with this letter'} tells any other.",
            "" if hidden else page,
        ]
        key = f"{kind}:{gathering.key}:{gathering.sequence}:{to.asked.key}"
        file = "" if invited else files[to.helps]
        subject = _SUBJECTS["off" if gathering.is_cancelled else kind]
        if to.helps:
            subject = f"{subject}, for {to.name}"
        letters.append(_letter(to, subject, "\n\n".join(filter(None, parts)) + "\n", key, calendar=file))
    return enqueue_all(db, letters)


_SUBJECTS = {"booked": "A time is booked", "changed": "The time has changed", "off": "What was booked is called off"}


def _what_becomes(gathering: AgendaSession, poll: TimePoll, to: _To, kind: str, *, hidden: bool) -> str:
    """What takes place, or does not; why it is called off is for those in it (rule 13)."""
    assert gathering.starts_at is not None
    assert gathering.ends_at is not None
    what = f"The {cover_of(poll).lower()} that {to.name} was asked about" if hidden else f"“{gathering.title}”"
    does = {"booked": "takes place", "changed": "takes place otherwise than it was said"}[kind]
    if gathering.is_cancelled:
        does = "is called off"
    why = f"\n\n{gathering.cancellation_reason}" if gathering.is_cancelled and not hidden else ""
    return f"{what} {does}:\n\n- {_span(gathering.starts_at, gathering.ends_at, poll, to)}{why}"


def send_poll_reminders(database: Database, settings: Settings) -> int:
    """Remind, once, everybody who has not answered by the day before the last; how many letters. Where nobody is due,
    nobody has to wait for the writer."""
    with database.read() as db:
        if not due_reminders(db):
            return 0
    with database.write() as db:
        written = 0
        for poll, people in due_reminders(db):
            cohort = db.get_one(Cohort, poll.cohort_id)
            letters = []
            for to in _readers(db, cohort, poll, people):
                text = (
                    f"nobody has said yet when {to.name if to.helps else 'you'} can meet. It takes a minute:\n\n"
                    f"{_times(slots_of(poll), poll, to)}\n\n"
                    f"{_how(poll, to, settings)}"
                )
                letters.append(_letter(to, "Still to answer: when can you meet?", text, f"reminder:{to.asked.key}"))
            written += enqueue_all(db, letters)
        return written


def _readers(db: Session, cohort: Cohort, poll: TimePoll, people: Sequence[PollPerson]) -> Iterator[_To]:
    """Everybody who gets a letter about these people, the people themselves before who acts for them."""
    known = somebodies(db, person_ids=[one.person_id for one in people])
    helpers: Mapping[int, list[Person]] = assistants_of(db, [one.person_id for one in people], clock.today("UTC"))
    today = clock.today(cohort.zone)
    for one in people:
        who = known[one.person_id]
        helping = tuple(person for person in helpers.get(one.person_id, ()) if person.email)
        zone = who.zone_on(today, poll.zone)
        place = who.place_on(today, cohort.key, poll.zone)
        for reader in (one.person, *helping):
            if reader.email:
                yield _To(one, reader, who, zone, place, helping)


def _letter(to: _To, subject: str, text: str, key: str, *, calendar: str = "") -> Letter:
    assert to.reader.email is not None
    return Letter(
        person_id=to.reader.key,
        name=to.reader.name,
        email=to.reader.email,
        subject=subject,
        text=f"Dear {to.reader.name},\n\n{text}",
        purpose=f"poll-{key.partition(':')[0]}",
        unique_key=f"poll-{key}:{to.reader.key}",
        calendar=calendar,
    )


def _how(poll: TimePoll, to: _To, settings: Settings) -> str:
    """The address, whose it is, and until when."""
    by = f"?who={to.reader.key}" if to.helps else ""
    address = f"{settings.address}/times/{token_of(to.asked, settings.secret)}{by}"
    until = f" Please answer by {clock.said_day(poll.answer_by, year=True)}." if poll.answer_by else ""
    if to.helps:
        how = "Answer for them here, on a phone too, without an account"
        return f"{how}:\n\n{address}\n\n{to.name} has the address as well.{until}\n"
    names = " and ".join(person.name for person in to.helpers)
    also = f" {names} {'have' if len(to.helpers) > 1 else 'has'} it too and can answer for you." if names else ""
    how = "Say which suit, on a phone too, without an account"
    return f"{how}:\n\n{address}\n\nThe address is yours alone.{also}{until}\n"


def _times(slots: Sequence[PollSlot], poll: TimePoll, to: _To) -> str:
    return "\n".join(
        f"- {_span(one.starts_at, one.starts_at + timedelta(minutes=poll.minutes), poll, to)}" for one in slots
    )


def _span(starts: datetime, ends: datetime, poll: TimePoll, to: _To) -> str:
    """ "Tue 7 Nov, 08:00–09:00 PST (11:00–12:00 in New York)"."""
    return clock.said_span(starts, ends, to.zone, (poll.zone, clock.place(poll.zone)))


def _whose(to: _To) -> str:
    return "their" if to.helps else "your"


def _length(poll: TimePoll) -> str:
    return f"{poll.minutes} minutes{', online' if poll.join_url else ''}"


def _is_closed(poll: TimePoll) -> bool:
    return poll.openness is Openness.CLOSED


def _file(db: Session, gathering: AgendaSession, page: str, *, helps: bool) -> str:
    """The gathering as a calendar file: whole for those who are in it, by its cover for those who are not."""
    (seen,) = as_seen(db, [gathering], Viewer.system("letters"))
    if helps and gathering.openness is Openness.CLOSED:
        nothing: dict[str, Any] = {"purpose": "", "join_url": "", "presenters": (), "host_city": "", "is_whole": False}
        seen = replace(seen, title=gathering.cover_title, cancellation_reason="", **nothing)
    return document(seen.title, [gathering_entry(seen, page)], zone=gathering.zone).decode()
