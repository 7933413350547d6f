"""An answer to the invitation to a webinar takes a seat or gives it back, with the letters that follow from it."""

from sqlmodel import Session

from app.gatherings.seats import give_back, seat_of, take_seat
from app.mailing.webinar_letters import tell_seats
from app.models import Invitation, Participation, SessionFormat
from app.people.viewer import Viewer
from app.settings import Settings


def seat_by_answer(
    db: Session, invitation: Invitation, answer: Participation, *, settings: Settings, by: Viewer
) -> None:
    """Do what an answer means where it is to a webinar; "maybe" leaves the seat as it is. Raises Refused where
    registration is closed. Called before the answer is written: a webinar's session is held first (webinars.py)."""
    session = invitation.session
    if session is None or session.format is not SessionFormat.WEBINAR:
        return
    if answer is Participation.ACCEPTED:
        tell_seats(db, [take_seat(db, session, invitation.person, secret=settings.secret, by=by)], settings=settings)
    elif answer is Participation.DECLINED:
        seat = seat_of(db, session.key, invitation.person_id)
        if seat is not None:
            tell_seats(db, give_back(db, seat, by=by), settings=settings, moved_up=True)
