"""What the page of a webinar shows of it: how one's seat stands, whether one can register, when the door opens."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from app.gatherings.listing import Gathering
from app.gatherings.seats import HELD, counts, place_in_line, seat_of
from app.gatherings.webinars import closes_at, door_opens_at, is_door_open, is_over, webinar_of, why_closed
from app.models import AgendaSession, SeatState, SessionFormat, WebinarSeat
from app.people.viewer import Viewer


@dataclass(frozen=True, slots=True)
class WebinarPart:
    """A webinar as its page tells it to one viewer. Instants are UTC.

    `line` is their number in line, 0 for who has no need to wait. `free` is how many places are left; None: all fit.
    `why_closed` is a sentence where nobody can register now. `is_inside`: the viewer may know all of it, which an
    assistant may not of a closed one (rule 13). `is_walled`: they join by the door, not by the address.
    `may_register` in one click; `asks_name`: by name and address.
    """

    seat: WebinarSeat | None
    line: int
    registered: int
    waiting: int
    capacity: int | None
    why_closed: str
    closes_at: datetime
    closes_early: bool
    door_opens_at: datetime
    is_door_open: bool
    is_over: bool
    is_inside: bool
    is_walled: bool
    may_register: bool
    asks_name: bool

    @property
    def state(self) -> SeatState | None:
        return self.seat.state if self.seat else None

    @property
    def may_ask(self) -> bool:
        """Whether they can say now that they want to learn more: who has a seat, from the door's opening on."""
        return self.is_inside and self.state in HELD and (self.is_door_open or self.is_over)

    @property
    def free(self) -> int | None:
        return None if self.capacity is None else max(0, self.capacity - self.registered)

    @property
    def is_full(self) -> bool:
        return self.free == 0 or (self.capacity is not None and self.waiting > 0)


def webinar_part(db: Session, seen: Gathering, viewer: Viewer) -> WebinarPart | None:
    """The part of a webinar's page for who sees it; None for other gatherings and for strangers to it."""
    if seen.format is not SessionFormat.WEBINAR or not may_register(seen):
        return None
    session = db.get_one(AgendaSession, seen.session_id)
    seat = seat_of(db, session.key, viewer.person_id) if viewer.person_id is not None else None
    part = part_of(db, session, seat, is_walled=seen.is_walled, is_stranger=not viewer.is_signed_in)
    return part if seen.is_whole else replace(part, is_inside=False, is_door_open=False)


def part_of(
    db: Session, session: AgendaSession, seat: WebinarSeat | None, *, is_walled: bool = True, is_stranger: bool = False
) -> WebinarPart:
    """The same for a seat, by whichever way its holder came."""
    webinar = webinar_of(db, session)
    taken = counts(db, session.key)
    assert session.starts_at is not None
    closes = closes_at(session, webinar)
    return WebinarPart(
        seat=seat,
        line=place_in_line(db, seat) if seat and seat.state is SeatState.WAITING else 0,
        registered=taken[SeatState.REGISTERED],
        waiting=taken[SeatState.WAITING],
        capacity=webinar.capacity,
        why_closed=why_closed(session, webinar),
        closes_at=closes,
        closes_early=closes != session.ends_at,
        door_opens_at=door_opens_at(session.starts_at, webinar.join_minutes),
        is_door_open=is_door_open(session, webinar),
        is_over=is_over(session),
        is_inside=True,
        is_walled=is_walled,
        may_register=not is_stranger,
        asks_name=is_stranger and session.openness.is_public,
    )


def may_register(seen: Gathering) -> bool:
    """Whether who sees a webinar so may register for it: who may know all of it, and who is invited, whose assistant
    knows of a closed one no more than its hour."""
    return seen.is_whole or seen.is_invited
