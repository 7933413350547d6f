"""Letters to those registered for a webinar: a place or a number in line, another time, called off, reminders.

Each holds a link of the reader's own, which joins once the door is open, gives back and needs no account. The meeting's
own address stands in no letter: letters are passed on.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from app import clock
from app.database import Database
from app.gatherings.attendance import name_of
from app.gatherings.holders import who_may_know
from app.gatherings.reminding import take_due_reminders, take_untold, webinars_to_remind, webinars_to_tell
from app.gatherings.seats import place_in_line, token_of
from app.gatherings.webinars import door_opens_at, webinar_of
from app.mailing.outbox import Letter, enqueue_all
from app.models import AgendaSession, SeatState, WebinarSeat
from app.people.viewer import Viewer
from app.settings import Settings

BY = Viewer.system("webinars")


def send_webinar_letters(database: Database, settings: Settings) -> int:
    """Write what is due into the outbox: that a webinar moved or is off, and reminders; how many letters. A webinar at
    a time, each letter with its cause; where nothing is due, nobody has to wait for the writer."""
    with database.read() as db:
        to_tell, to_remind = webinars_to_tell(db), webinars_to_remind(db)
    written = 0
    for number in to_tell:
        with database.write() as db:
            written += tell_of_change(db, db.get_one(AgendaSession, number), settings=settings, by=BY)
    for number in to_remind:
        with database.write() as db:
            written += remind(db, db.get_one(AgendaSession, number), settings=settings)
    return written


def tell_seats(db: Session, seats: Sequence[WebinarSeat], *, settings: Settings, moved_up: bool = False) -> int:
    """Tell each where they stand now: registered (with `moved_up`, since a place came free) or in line; never twice.

    Who waited and may not know of it any more is told nothing (rule 13).
    """
    if moved_up and seats:
        seats = [one.seat for one in who_may_know(db, seats[0].session, seats)]
    if not seats:
        return 0
    letters, opens = [], _door(db, seats[0].session)
    for seat in seats:
        session = seat.session
        if seat.state is SeatState.WAITING:
            line = place_in_line(db, seat)
            subject = f"You are number {line} in line: {session.title}"
            said = (
                f"all places at “{session.title}” are taken, and you are number {line} in line. A place that comes "
                "free is the next one’s at once, with a letter."
            )
        elif moved_up:
            subject = f"A place came free for you: {session.title}"
            said = f"a place came free at “{session.title}”, and it is yours. Give it back if you cannot come."
        else:
            subject = f"You are registered: {session.title}"
            said = f"you are registered for “{session.title}”."
        text = "\n\n".join((said, when_said(seat), _ways(seat, opens, settings)))
        letters.append(letter_to(seat, subject, text, purpose="webinar", key=f"seat:{seat.key}:{seat.sequence}"))
    return enqueue_all(db, [one for one in letters if one is not None])


def tell_again(db: Session, seat: WebinarSeat, *, settings: Settings) -> int:
    """Send who registers a second time their link again, by which they also register anew after giving a place back;
    once a day, so that nobody can fill another's mailbox."""
    text = "\n\n".join(
        (
            f"you have registered for “{seat.session.title}” before. This is how you stand, and your link.",
            when_said(seat),
            _ways(seat, _door(db, seat.session), settings),
        )
    )
    key = f"again:{seat.key}:{clock.today('UTC').isoformat()}"
    letter = letter_to(seat, f"Your link: {seat.session.title}", text, purpose="webinar", key=key)
    return enqueue_all(db, [letter] if letter else [])


def tell_of_change(db: Session, session: AgendaSession, *, settings: Settings, by: Viewer) -> int:
    """Tell those with a seat, who do not know it yet, that it moved or is called off; how many."""
    letters, opens = [], _door(db, session)
    for seat in take_untold(db, session, by=by):
        if seat.told == "off":
            subject = f"Called off: {session.title}"
            said = f"“{session.title}” is called off."
            when = f"It would have been {when_said(seat)}."
            text = "\n\n".join(filter(None, (said, session.cancellation_reason, when)))
        else:
            subject = f"Another time: {session.title}"
            said = f"“{session.title}” takes place at this time now:"
            text = "\n\n".join((said, when_said(seat), _ways(seat, opens, settings)))
        key = f"change:{seat.key}:{session.sequence}:{seat.told}"
        letters.append(letter_to(seat, subject, text, purpose="webinar-change", key=key))
    return enqueue_all(db, [one for one in letters if one is not None])


def tell_taken_off(db: Session, seat: WebinarSeat, *, settings: Settings) -> int:
    """Tell somebody that an organizer took them off the list."""
    said = f"an organizer took you off the list of “{seat.session.title}”. If that is a mistake, register again."
    text = "\n\n".join((said, when_said(seat), link_of(seat, settings)))
    key = f"off:{seat.key}:{seat.sequence}"
    letter = letter_to(seat, f"Not registered any more: {seat.session.title}", text, purpose="webinar", key=key)
    return enqueue_all(db, [letter] if letter else [])


def remind(db: Session, session: AgendaSession, *, settings: Settings) -> int:
    """Remind those for whom a reminder is due; how many."""
    assert session.starts_at is not None
    letters, opens = [], _door(db, session)
    for due in take_due_reminders(db, session, by=BY):
        seat = due.seat
        said = f"this is a reminder: “{session.title}” takes place"
        text = "\n\n".join((said, when_said(seat), _ways(seat, opens, settings)))
        key = f"reminder:{seat.key}:{due.hours}:{session.starts_at.isoformat()}"
        letters.append(letter_to(seat, f"Reminder: {session.title}", text, purpose="webinar-reminder", key=key))
    return enqueue_all(db, [one for one in letters if one is not None])


def link_of(seat: WebinarSeat, settings: Settings) -> str:
    """The whole address of a seat's own page."""
    return f"{settings.address}/webinars/{token_of(seat, settings.secret)}"


def when_said(seat: WebinarSeat) -> str:
    """When it takes place, in its own zone and beside it in the reader's (rule 14)."""
    session = seat.session
    assert session.starts_at is not None
    assert session.ends_at is not None
    return clock.said_span(session.starts_at, session.ends_at, session.zone, clock_of(seat))


def clock_of(seat: WebinarSeat) -> tuple[str, str] | None:
    if seat.person and seat.person.zone:
        return seat.person.zone, clock.place(seat.person.zone)
    return (seat.city.zone, seat.city.name) if seat.city else None


def _door(db: Session, session: AgendaSession) -> datetime:
    """From when on it lets in who is registered (UTC)."""
    assert session.starts_at is not None
    return door_opens_at(session.starts_at, webinar_of(db, session).join_minutes)


def _ways(seat: WebinarSeat, opens: datetime, settings: Settings) -> str:
    """The reader's link, from when it lets them in, and the file for their calendar."""
    session, link = seat.session, link_of(seat, settings)
    if seat.state is SeatState.CANCELLED:
        return f"You have no place any more. If you want one, register again here:\n\n{link}"
    if seat.state is not SeatState.REGISTERED:
        return f"See how you stand, or leave the line:\n\n{link}"
    if opens <= clock.now():
        said = "The door is open. Join here:"
    else:
        said = f"Join here, from {_time_said(seat, session, opens)} on:"
    return (
        f"{said}\n\n{link}\n\nThe link is yours alone and needs no account; there you can give your place back, too. "
        f"For your calendar:\n\n{link}/calendar.ics"
    )


def _time_said(seat: WebinarSeat, session: AgendaSession, moment: datetime) -> str:
    said = f"{clock.said_time(moment, session.zone)} {clock.zone_abbreviation(moment, session.zone)}"
    beside = clock_of(seat)
    if beside is None or clock.said_time(moment, beside[0]) == clock.said_time(moment, session.zone):
        return said
    return f"{said} ({clock.said_time(moment, beside[0])} in {beside[1]})"


def letter_to(seat: WebinarSeat, subject: str, text: str, *, purpose: str, key: str, html: str = "") -> Letter | None:
    """A letter to who has the seat; None for somebody whose address nobody knows."""
    name = name_of(seat)
    email = seat.person.email if seat.person else seat.email
    if not email:
        return None
    return Letter(
        person_id=seat.person_id,
        name=name,
        email=email,
        subject=subject,
        text=f"Dear {name},\n\n{text}\n",
        purpose=purpose,
        unique_key=f"webinar:{key}",
        html=html,
    )
