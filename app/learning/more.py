"""Wanting to learn more after a webinar: an ask of one's city, in the office that one held then (rule 8).

It is taken back by who said it. Of somebody without a city it is for the organizers alone, who find it on the webinar's
page of steps.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import joinedload
from sqlmodel import Session, col, select

from app import clock
from app.gatherings.listing import as_seen
from app.models import Ask, Openness, SeatState, WebinarSeat
from app.models.base import relation
from app.people.audit import Refused, verb
from app.people.prose import as_written
from app.people.viewer import Viewer, offices_of

LONGEST = 1000


@dataclass(frozen=True, slots=True)
class MoreAsk:
    """What a city wants to learn more of, after a webinar: `of` is its title, `session_id` leads to it."""

    id: int
    city: str
    city_slug: str
    text: str
    name: str
    office: str
    of: str
    session_id: int | None
    is_own: bool


@verb
def ask_more(db: Session, seat: WebinarSeat, text: str, *, by: Viewer) -> Ask | None:
    """Say that one wants to learn more, and of what; said anew, it is the same ask. None for who is of no city."""
    text = as_written(text, longest=LONGEST, field="text")
    if not text:
        raise Refused("Say in a sentence what you want to learn more about.", "text")
    if seat.state is SeatState.CANCELLED:
        raise Refused("Register first: what you ask stands beside your seat.", "text")
    session = seat.session
    seat.wants_more, seat.wants_more_at = text, clock.now()
    db.add(seat)
    if seat.person_id is None or seat.city_id is None:
        return None
    ask = ask_of(db, seat)
    if ask is None:
        office = next((o for o in offices_of(db, seat.person_id) if o.cohort_id == session.cohort_id), None)
        ask = Ask(
            cohort_id=session.cohort_id,
            city_id=seat.city_id,
            person_id=seat.person_id,
            office=office.said if office else "",
            session_id=session.key,
            topic=session.title[:300],
            text=text,
        )
    ask.text, ask.archived_at = text, None
    db.add(ask)
    db.flush()
    return ask


@verb
def take_ask_back(db: Session, seat: WebinarSeat, *, by: Viewer) -> None:
    """Take back what one wanted to learn; taken back twice, nothing happens."""
    if seat.wants_more_at is None:
        return
    seat.wants_more, seat.wants_more_at = "", None
    db.add(seat)
    ask = ask_of(db, seat)
    if ask is not None:
        ask.archived_at = ask.archived_at or clock.now()
        db.add(ask)


def ask_of(db: Session, seat: WebinarSeat) -> Ask | None:
    """The ask that was said at a seat, taken back or not."""
    if seat.person_id is None:
        return None
    return db.exec(select(Ask).where(Ask.session_id == seat.session_id, Ask.person_id == seat.person_id)).first()


def asks_said(db: Session, cohort_id: int, viewer: Viewer) -> list[MoreAsk]:
    """What cities said after webinars that they want to learn more of, the latest first.

    Of a closed webinar only those inside read it (rule 13). The number of queries is fixed.
    """
    asks: Sequence[Ask] = db.exec(
        select(Ask)
        .where(Ask.cohort_id == cohort_id, col(Ask.archived_at).is_(None), col(Ask.city_id).is_not(None))
        .options(joinedload(relation(Ask.city)), joinedload(relation(Ask.person)), joinedload(relation(Ask.session)))
        .order_by(col(Ask.id).desc())
    ).all()
    closed = [ask.session for ask in asks if ask.session is not None and ask.session.openness is Openness.CLOSED]
    inside = {one.session_id for one in as_seen(db, closed, viewer) if one.is_whole} if closed else set()
    said = []
    for ask in asks:
        session = ask.session
        if session is not None and session.openness is Openness.CLOSED and session.key not in inside:
            continue
        assert ask.city is not None, "the query asks for those of a city"
        there = session is not None and session.archived_at is None
        said.append(
            MoreAsk(
                id=ask.key,
                city=ask.city.name,
                city_slug=ask.city.slug,
                text=ask.text,
                name=ask.person.name if ask.person else "",
                office=ask.office,
                of=session.title if session else ask.topic,
                session_id=ask.session_id if there else None,
                is_own=viewer.person_id is not None and ask.person_id == viewer.person_id,
            )
        )
    return said
