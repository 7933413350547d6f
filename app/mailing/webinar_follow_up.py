"""The letter after a webinar: one wording for who was there, one for who had registered and was not; it goes once.

It is written down first and looked at. What is in the library of the webinar stands in it by itself, and the reader's
own link, on which they say that they want to learn more.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from app import clock
from app.gatherings.attendance import name_of, was_there
from app.gatherings.holders import SeatHolder, who_may_know
from app.gatherings.reminding import seats_with_people
from app.gatherings.webinars import hold, is_over, kept_webinar, refuse_other_kinds, webinar_of
from app.learning.library import items_of_session
from app.learning.shelf import of_holders
from app.mailing.outbox import enqueue_all
from app.mailing.setting import as_blocks, framed
from app.mailing.webinar_letters import letter_to, link_of
from app.models import AgendaSession, LibraryItem, SeatState
from app.people.audit import Refused, verb
from app.people.prose import as_written, prose
from app.people.viewer import Viewer
from app.settings import Settings

LONGEST = 10_000

USUAL_CAME = "Thank you for being with us. What was shown is here to look at again, and to pass on to your colleagues."
USUAL_MISSED = "We missed you. What was shown is here, to look at when it suits you."


@dataclass(frozen=True, slots=True)
class Reading:
    """A letter as one group of readers gets it: whom it goes to, the subject, its Markdown and what stands below it."""

    title: str
    to: int
    without_address: int
    subject: str
    text: str
    tail: str


def texts_of(db: Session, session: AgendaSession) -> tuple[str, str]:
    """What is written to who came and to who did not; the usual words where nobody has written anything."""
    webinar = webinar_of(db, session)
    return webinar.follow_up or USUAL_CAME, webinar.follow_up_missed or USUAL_MISSED


def readings_of(db: Session, session: AgendaSession) -> tuple[Reading, Reading]:
    """Both letters as they would go now."""
    came, missed = _readers(db, session)
    tail = _tail(items_of_session(db, session.key), "(their own link)")
    for_came, for_missed = texts_of(db, session)
    return (
        Reading("Who came", len(came), _unreachable(came), _subject(session, came=True), for_came, tail),
        Reading("Who did not", len(missed), _unreachable(missed), _subject(session, came=False), for_missed, tail),
    )


@verb
def write_follow_up(db: Session, session: AgendaSession, *, came: str, missed: str, by: Viewer) -> None:
    """Write the letter down, to be looked at; nothing goes yet."""
    refuse_other_kinds(session)
    hold(db, session)
    webinar = kept_webinar(db, session)
    if webinar.follow_up_sent_at is not None:
        raise Refused("This letter has gone already, and stays as it was.")
    webinar.follow_up = as_written(came, longest=LONGEST, field="came")
    webinar.follow_up_missed = as_written(missed, longest=LONGEST, field="missed")
    db.add(webinar)


@verb
def send_follow_up(db: Session, session: AgendaSession, *, settings: Settings, by: Viewer) -> int:
    """Send it, once; returns how many letters. 0 where it had gone already."""
    refuse_other_kinds(session)
    hold(db, session)
    webinar = kept_webinar(db, session)
    if webinar.follow_up_sent_at is not None:
        return 0
    if not is_over(session) or session.is_cancelled:
        raise Refused("The letter after the webinar goes once it is over.")
    came, missed = _readers(db, session)
    if not came and not missed:
        raise Refused("Nobody had registered, so that there is nobody to write to.")
    items, texts = items_of_session(db, session.key), texts_of(db, session)
    letters = [
        letter_to(
            one.seat,
            _subject(session, came=holders is came),
            f"{text}\n\n{tail}",
            purpose="webinar-follow-up",
            key=f"follow-up:{one.seat.key}",
            html=framed(as_blocks(f"Dear {name_of(one.seat)},") + prose(text) + as_blocks(tail)),
        )
        for holders, text in ((came, texts[0]), (missed, texts[1]))
        for one, theirs in of_holders(db, items, holders)
        for tail in (_tail(theirs, link_of(one.seat, settings)),)
    ]
    webinar.follow_up_sent_at = clock.now()
    db.add(webinar)
    return enqueue_all(db, [one for one in letters if one is not None])


def _readers(db: Session, session: AgendaSession) -> tuple[list[SeatHolder], list[SeatHolder]]:
    """Who came, with a place or without one, and who had a place and did not; of those who may still know of it."""
    holders = who_may_know(db, session, seats_with_people(db, session))
    came = [one for one in holders if was_there(one.seat)]
    missed = [one for one in holders if one.seat.state is SeatState.REGISTERED and not was_there(one.seat)]
    return came, missed


def _unreachable(holders: Sequence[SeatHolder]) -> int:
    return sum(not (one.seat.person.email if one.seat.person else one.seat.email) for one in holders)


def _subject(session: AgendaSession, *, came: bool) -> str:
    return f"After “{session.title}”" if came else f"What you missed: “{session.title}”"


def _tail(items: Sequence[LibraryItem], link: str) -> str:
    """What is in the library, and the way to say more."""
    there = "\n".join(f"- {item.title}: {item.url}" for item in items if item.url)
    more = f"Do you want to learn more about it? Say so here, on your own page:\n\n{link}"
    return f"{there}\n\n{more}" if there else more
