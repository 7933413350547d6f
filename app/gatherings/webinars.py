"""Webinars: a session of that format with terms of its own: who may register until when, how many, and when the door
opens.

A webinar of which nobody has said anything yet has the usual terms; its row is made with the first word about it.
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from app import clock
from app.gatherings.arranging import arrange_gathering
from app.gatherings.details import GONE, Presenter, details_of
from app.models import AgendaSession, Cohort, SessionFormat, Webinar
from app.people.audit import Refused, verb
from app.people.viewer import Viewer

JOIN_MINUTES = 30
"""How long before it begins the address to join is shown, unless said otherwise."""

MOST_JOIN_MINUTES = 24 * 60
MOST_PLACES = 100_000
MOST_REMINDERS = 5
LONGEST_BEFORE = 14 * 24
"""Hours before a webinar at which a reminder may go."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Who may register until when (UTC; None: from now on, until it ends), how many (None: all), when the door opens,
    and how many hours before it begins reminders go, the earliest first."""

    capacity: int | None = None
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    join_minutes: int = JOIN_MINUTES
    reminder_hours: tuple[int, ...] = (24, 1)


def webinar_of(db: Session, session: AgendaSession) -> Webinar:
    """What a webinar has beside its session; the usual terms, unsaved, where nobody has said anything of it yet."""
    found = db.exec(select(Webinar).where(Webinar.session_id == session.key)).first()
    return found or Webinar(session_id=session.key)


def kept_webinar(db: Session, session: AgendaSession) -> Webinar:
    """The same, stored. Called inside a verb that holds the session (`hold`)."""
    webinar = webinar_of(db, session)
    db.add(webinar)
    db.flush()
    return webinar


def hold(db: Session, session: AgendaSession) -> AgendaSession:
    """Lock a webinar's session until the commit and read it anew, so that places are counted and given as one (rule 9).

    Before any audited row is written: all changes meet at the audit log's revision.
    """
    here = select(AgendaSession).where(col(AgendaSession.id) == session.key).with_for_update(key_share=True)
    return db.exec(here.execution_options(populate_existing=True)).one()


@verb
def set_terms(db: Session, session: AgendaSession, to: Terms, *, by: Viewer) -> Webinar:
    """Say who may register until when and how many. Raises Refused at the field that cannot stand.

    Nobody who has a place loses it to a lower capacity; whom a higher one lets in is the caller's to ask (seats.py).
    """
    refuse_other_kinds(session)
    hold(db, session)
    if to.capacity is not None and not 1 <= to.capacity <= MOST_PLACES:
        raise Refused("Places are a number from 1 up. Leave it empty where everybody fits.", "capacity")
    if to.opens_at is not None and to.closes_at is not None and to.closes_at <= to.opens_at:
        raise Refused("Registration closes before it opens.", "closes_day")
    if to.opens_at is not None and session.ends_at is not None and to.opens_at >= session.ends_at:
        raise Refused("Registration opens after the webinar is over.", "opens_day")
    if not 0 <= to.join_minutes <= MOST_JOIN_MINUTES:
        raise Refused("The door opens from 0 minutes to a day (1,440 minutes) before it begins.", "join_minutes")
    webinar = kept_webinar(db, session)
    webinar.capacity, webinar.opens_at, webinar.closes_at = to.capacity, to.opens_at, to.closes_at
    webinar.join_minutes = to.join_minutes
    webinar.reminder_hours = ",".join(str(hours) for hours in to.reminder_hours)
    db.add(webinar)
    return webinar


@verb
def copy_webinar(db: Session, session: AgendaSession, *, starts_at: datetime, by: Viewer) -> AgendaSession:
    """Another webinar like an earlier one, at an instant (UTC): its words, host, speakers and terms. Speakers are asked
    anew, and the address to join is not taken over: a meeting has its own."""
    refuse_other_kinds(session)
    said = details_of(session)
    presenters = tuple(Presenter(one.person_id, one.part) for one in said.presenters if one.state not in GONE)
    details = replace(said, presenters=presenters, join_url="", internal_notes="")
    cohort = db.get_one(Cohort, session.cohort_id)
    made = arrange_gathering(
        db, cohort, details, starts_at=starts_at, minutes=session.minutes, zone=session.zone, by=by
    )
    terms = replace(terms_of(webinar_of(db, session)), opens_at=None, closes_at=None)
    webinar = set_terms(db, made, terms, by=by)
    earlier = webinar_of(db, session)
    webinar.follow_up, webinar.follow_up_missed = earlier.follow_up, earlier.follow_up_missed
    db.add(webinar)
    return made


def terms_of(webinar: Webinar) -> Terms:
    """A webinar's terms as they stand."""
    return Terms(
        capacity=webinar.capacity,
        opens_at=webinar.opens_at,
        closes_at=webinar.closes_at,
        join_minutes=webinar.join_minutes,
        reminder_hours=read_hours(webinar.reminder_hours),
    )


def read_hours(text: str) -> tuple[int, ...]:
    """ "24, 1" → (24, 1), the earliest first; "" is no reminder. Raises Refused for what is no list of hours."""
    words = [word for word in re.split(r"[\s,;]+", text.strip()) if word]
    if any(not (word.isascii() and word.isdigit() and len(word) <= 3) for word in words):
        words = ["0"]
    if any(not 1 <= int(word) <= LONGEST_BEFORE for word in words):
        raise Refused(f"Hours before it begins, such as “24, 1”; at most {LONGEST_BEFORE}.", "reminder_hours")
    hours = tuple(sorted({int(word) for word in words}, reverse=True))
    if len(hours) > MOST_REMINDERS:
        raise Refused(f"At most {MOST_REMINDERS} reminders: people stop reading them.", "reminder_hours")
    return hours


def closes_at(session: AgendaSession, webinar: Webinar) -> datetime:
    """Until when one can register (UTC): as said, or until it is over."""
    assert session.ends_at is not None, "a webinar has a time"
    return min(webinar.closes_at, session.ends_at) if webinar.closes_at else session.ends_at


def door_opens_at(starts_at: datetime, join_minutes: int) -> datetime:
    """From when on the address to join is shown to those registered (UTC)."""
    return starts_at - timedelta(minutes=join_minutes)


def is_door_open(session: AgendaSession, webinar: Webinar) -> bool:
    """Whether those registered can join now."""
    assert session.starts_at is not None
    assert session.ends_at is not None
    opens = door_opens_at(session.starts_at, webinar.join_minutes)
    return not session.is_cancelled and opens <= clock.now() < session.ends_at


def is_over(session: AgendaSession) -> bool:
    return session.ends_at is not None and session.ends_at <= clock.now()


def why_closed(session: AgendaSession, webinar: Webinar) -> str:
    """Why nobody can register now, in a sentence; "" where one can."""
    now = clock.now()
    if session.is_cancelled:
        return "This webinar is called off."
    if is_over(session):
        return "This webinar is over."
    if webinar.opens_at is not None and now < webinar.opens_at:
        return f"Registration opens {clock.said_moment(webinar.opens_at, session.zone)}."
    if now >= closes_at(session, webinar):
        return f"Registration closed {clock.said_moment(closes_at(session, webinar), session.zone)}."
    return ""


def refuse_other_kinds(session: AgendaSession) -> None:
    """Raises Refused for a gathering that is no webinar: only webinars are registered for."""
    if session.format is not SessionFormat.WEBINAR or session.convening_id is not None:
        raise Refused("Only for a webinar between convenings does one register here.")
