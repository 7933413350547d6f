"""What tests of webinars have in common: a webinar with an address that must not leak, and people who register."""

from sqlmodel import Session

from app.gatherings.seats import take_seat
from app.gatherings.webinars import Terms, set_terms
from app.models import AgendaSession, Person, WebinarSeat
from tests.gatherings.meeting import Meeting
from tests.registration.stage import BY

SECRET = b"the tests' own secret"
LINK = "https://meet.example.org/webinar-k7Qz9"
"""The meeting's address; found anywhere, it has leaked."""


def webinar(db: Session, meeting: Meeting, *, terms: Terms | None = None, **said: object) -> AgendaSession:
    """A webinar on 19 September 2017 at 13:00 Eastern whose door opens at 12:30."""
    made = meeting.webinar(db, **{"join_url": LINK, **said})  # type: ignore[arg-type]
    set_terms(db, made, terms or Terms(), by=BY)
    return made


def seated(db: Session, meeting: Meeting, session: AgendaSession, *who: str) -> list[WebinarSeat]:
    """These people of the stage register, in this order."""
    people = [db.get_one(Person, meeting.stage.people[one]) for one in who]
    return [take_seat(db, session, person, secret=SECRET, by=BY) for person in people]
