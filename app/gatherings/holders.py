"""Who of those with a seat at a webinar may still know of it: a letter's link outlives an office and a wider audience.

It is asked of many at once, for letters, and by the page that the link opens, so that both say the same (rule 13).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlmodel import Session

from app import clock
from app.gatherings.details import GONE
from app.gatherings.knowing import Knowledge, is_invited, knowledge
from app.gatherings.offices import Somebody, somebodies
from app.models import AgendaSession, WebinarSeat
from app.people.audiences import rules_of
from app.people.viewer import Viewer


@dataclass(frozen=True, slots=True)
class SeatHolder:
    """Somebody with a seat who may know all of the webinar: the viewer that they are at its cohort, or a stranger, and
    whether they are of its audience or have a part in it."""

    seat: WebinarSeat
    viewer: Viewer
    is_inside: bool


def who_may_know(db: Session, session: AgendaSession, seats: Iterable[WebinarSeat]) -> list[SeatHolder]:
    """The holders of these seats who may know all of their webinar now, as its page would say (listing.py: as_seen);
    two or three queries, however many they are."""
    seats = list(seats)
    if not seats:
        return []
    people = somebodies(db, person_ids={seat.person_id for seat in seats if seat.person_id is not None})
    rule = rules_of(db, {session.audience_id})[session.audience_id]
    has_part = {one.person_id for one in session.engagements if one.state not in GONE}
    assert session.starts_at is not None, "a webinar has a time"
    day, today = clock.local(session.starts_at, session.zone).date(), clock.today("UTC")
    found = []
    for seat in seats:
        viewer, is_inside = Viewer.anonymous(), False
        if seat.person_id is not None:
            somebody = people[seat.person_id]
            offices = somebody.offices(today, session.cohort_id)
            viewer = Viewer(somebody.person_id, somebody.name, offices=offices, actor_id=somebody.person_id)
            then = somebody.offices(day, session.cohort_id) if _is_there_still(somebody, session.cohort_id) else ()
            is_inside = seat.person_id in has_part or is_invited(rule, seat.person_id, then)
        is_gone = seat.person is not None and seat.person.archived_at is not None
        if not is_gone and knowledge(session, viewer, is_inside=is_inside) is Knowledge.ALL:
            found.append(SeatHolder(seat, viewer, is_inside))
    return found


def _is_there_still(somebody: Somebody, cohort_id: int) -> bool:
    """Whether they hold an office of the cohort or will: who has left it for good has left its past as well."""
    today = clock.today("UTC")
    mine = (one for one in somebody.held if one.office.cohort_id == cohort_id)
    return any(one.until is None or one.until >= today for one in mine)
