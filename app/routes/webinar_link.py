"""A seat's own page, by the private link of a letter and without an account: join, give back, for the calendar.

To open it changes nothing: programs that look for harm in letters open every address.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from sqlmodel import Session

from app.calendars.documents import TO_KEEP, document
from app.calendars.entries import seat_entry
from app.gatherings import seats
from app.gatherings.attendance import name_of, was_there
from app.gatherings.holders import SeatHolder, who_may_know
from app.gatherings.webinar_page import part_of
from app.learning.library import items_of_session
from app.learning.more import ask_more, take_ask_back
from app.learning.shelf import of_holders
from app.mailing import webinar_letters
from app.models import AgendaSession, Cohort, LibraryItem, SeatState, WebinarSeat
from app.people.audit import Refused
from app.people.names import slug_of
from app.people.viewer import Viewer
from app.routes.calendars import calendar_answer
from app.routes.door import Db, Needs, SettingsHere
from app.routes.pages import page, see_other
from app.routes.speaker_link import GoneLink
from app.routes.webinars import asked, going

router = APIRouter(prefix="/webinars/{token}")
LINK = [Depends(Needs("webinar.link"))]


@dataclass(frozen=True, slots=True)
class Holder:
    """Whoever holds a seat's link, and what it opens. `known` is what they are to the webinar."""

    seat: WebinarSeat
    known: SeatHolder
    token: str
    by: Viewer

    @property
    def here(self) -> str:
        return f"/webinars/{self.token}"

    @property
    def session(self) -> AgendaSession:
        return self.seat.session


def holder_here(request: Request, db: Db, token: str) -> Holder:
    """The holder of the address's token; raises GoneLink for one that opens nothing.

    The page is theirs whoever else is signed in at this browser, and has the rights of no office. Who may not know all
    of the webinar any more, since an office ended or it was closed, finds it gone (rule 13).
    """
    seat = seats.seat_by_token(db, token)
    if seat is None:
        raise GoneLink(404)
    if seat.session.archived_at or (seat.person and seat.person.archived_at):
        raise GoneLink(410)
    known = next(iter(who_may_know(db, seat.session, [seat])), None)
    if known is None:
        raise GoneLink(410)
    beside = webinar_letters.clock_of(seat)
    request.state.viewer = Viewer(zone=beside[0] if beside else None)
    request.state.cohort = db.get_one(Cohort, seat.session.cohort_id)
    db.info["cohort_id"] = seat.session.cohort_id
    name = name_of(seat)
    by = Viewer(seat.person_id, name, actor_id=seat.person_id, actor_name=f"{name[:250]}, by private link")
    return Holder(seat, known, token, by)


HolderHere = Annotated[Holder, Depends(holder_here)]


@router.get("", dependencies=LINK)
def look(request: Request, db: Db, holder: HolderHere) -> Response:
    """How the seat stands, and the door."""
    return _show(request, db, holder)


def _show(
    request: Request,
    db: Session,
    holder: Holder,
    *,
    errors: Mapping[str, str] | None = None,
    written: Mapping[str, str] | None = None,
) -> Response:
    has_seat = holder.seat.state is not SeatState.CANCELLED or was_there(holder.seat)
    context = {
        "one": holder.session,
        "here": holder.here,
        "name": name_of(holder.seat),
        "webinar": part_of(db, holder.session, holder.seat),
        "when": webinar_letters.when_said(holder.seat),
        "items": _items(db, holder) if has_seat else [],
        "errors": errors or {},
        "written": written or {},
    }
    return page(request, "gatherings/seat.html", context, status=422 if errors else 200)


def _items(db: Session, holder: Holder) -> list[LibraryItem]:
    """What of the webinar stands in the library for them."""
    ((_, items),) = of_holders(db, items_of_session(db, holder.session.key), [holder.known])
    return items


@router.get("/calendar.ics", dependencies=LINK)
def calendar_file(settings: SettingsHere, holder: HolderHere) -> Response:
    """The webinar for a calendar, with the seat's own page as the way in."""
    entry = seat_entry(holder.seat, f"{settings.address}{holder.here}")
    return calendar_answer(document(entry.title, [entry], manner=TO_KEEP), slug_of(entry.title, "webinar"))


@router.post("/join", dependencies=LINK)
def join(request: Request, db: Db, holder: HolderHere) -> Response:
    """Note that they came, once, and send them on."""
    return going(request, holder.session.title, seats.note_joined(db, holder.seat, by=holder.by), is_noted=True)


@router.post("/seat/ask", dependencies=LINK)
def ask(request: Request, db: Db, holder: HolderHere, text: Annotated[str, Form()] = "") -> Response:
    """Say that one wants to learn more."""
    try:
        said = ask_more(db, holder.seat, text, by=holder.by)
    except Refused as refused:
        return _show(request, db, holder, errors={"more": refused.sentence}, written={"more": text})
    return see_other(f"{holder.here}#more", flash=asked(said))


@router.post("/seat/ask/removal", dependencies=LINK)
def take_back(db: Db, holder: HolderHere) -> Response:
    """Take back what one wanted to learn."""
    take_ask_back(db, holder.seat, by=holder.by)
    return see_other(f"{holder.here}#more", flash="Taken back.")


@router.post("/seat", dependencies=LINK)
def register_again(db: Db, settings: SettingsHere, holder: HolderHere) -> Response:
    """Take back having given the place back."""
    seat = seats.take_again(db, holder.seat, by=holder.by)
    webinar_letters.tell_seats(db, [seat], settings=settings)
    return see_other(holder.here, flash="You are registered." if seat.line == 0 else "You are in line again.")


@router.post("/seat/removal", dependencies=LINK)
def give_back(db: Db, settings: SettingsHere, holder: HolderHere) -> Response:
    """Give the place back, or leave the line."""
    moved_up = seats.give_back(db, holder.seat, by=holder.by)
    webinar_letters.tell_seats(db, moved_up, settings=settings, moved_up=True)
    return see_other(holder.here, flash="Your place is given back.")
