"""Registering for a webinar, and joining it: one's own seat, in one click, or by name and address for a public one.

To open a page notes nothing: programs that look for harm in letters open every address. Who joins presses a button.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from sqlmodel import Session

from app.gatherings import seats
from app.gatherings.listing import Gathering, gathering_of
from app.gatherings.seats import Given
from app.gatherings.webinar_page import may_register, webinar_part
from app.learning.more import ask_more, take_ask_back
from app.mailing import webinar_letters
from app.models import AgendaSession, Ask, Cohort, Person, SeatState, SessionFormat, WebinarSeat
from app.people.audit import Refused
from app.people.viewer import Viewer
from app.routes import gatherings, typed
from app.routes.door import CohortHere, Db, Needs, NotAllowed, NotHere, SettingsHere, ViewerHere
from app.routes.pages import page, see_other
from app.settings import Settings

router = APIRouter(prefix="/{cohort}/gatherings/{number:int}")
REGISTER = [Depends(Needs("webinar.register"))]
ATTEND = [Depends(Needs("webinar.attend"))]
Text = Annotated[str, Form()]


@router.post("/seat", dependencies=REGISTER)
def register(
    request: Request,
    db: Db,
    cohort: CohortHere,
    viewer: ViewerHere,
    settings: SettingsHere,
    number: int,
    name: Text = "",
    email: Text = "",
    organization: Text = "",
) -> Response:
    """Take a seat, or a number in line."""
    seen = _webinar(db, cohort, viewer, number)
    session = db.get_one(AgendaSession, number)
    place = f"/{cohort.slug}/gatherings/{number}"
    if viewer.is_signed_in:
        seat = seats.take_seat(db, session, _person(db, viewer), secret=settings.secret, by=viewer)
        webinar_letters.tell_seats(db, [seat], settings=settings)
        return see_other(place, flash=_said(db, seat, viewer))
    given = Given(name, email, organization)
    try:
        told = _register_stranger(db, session, given, settings)
    except Refused as refused:
        written = {"name": name, "email": email, "organization": organization}
        return gatherings.show_one(request, db, cohort, viewer, seen, errors=typed.errors(refused), written=written)
    return see_other(place, flash=told)


@router.post("/seat/removal", dependencies=ATTEND)
def give_back(db: Db, cohort: CohortHere, viewer: ViewerHere, settings: SettingsHere, number: int) -> Response:
    """Give one's place back, or leave the line."""
    seat = _own_seat(db, cohort, viewer, number)
    moved_up = seats.give_back(db, seat, by=viewer)
    webinar_letters.tell_seats(db, moved_up, settings=settings, moved_up=True)
    return see_other(f"/{cohort.slug}/gatherings/{number}", flash="Your place is given back.")


@router.post("/seat/ask", dependencies=ATTEND)
def ask(request: Request, db: Db, cohort: CohortHere, viewer: ViewerHere, number: int, text: Text = "") -> Response:
    """Say that one wants to learn more: an ask of one's city."""
    seen, seat = _webinar(db, cohort, viewer, number), _own_seat(db, cohort, viewer, number)
    _refuse_outside(seen, viewer)
    try:
        said = ask_more(db, seat, text, by=viewer)
    except Refused as refused:
        written = {"more": text}
        return gatherings.show_one(
            request, db, cohort, viewer, seen, errors={"more": refused.sentence}, written=written
        )
    return see_other(f"/{cohort.slug}/gatherings/{number}#more", flash=asked(said))


@router.post("/seat/ask/removal", dependencies=ATTEND)
def take_back(db: Db, cohort: CohortHere, viewer: ViewerHere, number: int) -> Response:
    """Take back what one wanted to learn."""
    take_ask_back(db, _own_seat(db, cohort, viewer, number), by=viewer)
    return see_other(f"/{cohort.slug}/gatherings/{number}#more", flash="Taken back.")


@router.get("/join", dependencies=ATTEND)
def door(request: Request, db: Db, cohort: CohortHere, viewer: ViewerHere, number: int) -> Response:
    """The door: a button once it is open, and before that when it will be."""
    seen = _webinar(db, cohort, viewer, number)
    context = {"one": seen, "webinar": webinar_part(db, seen, viewer)}
    return page(request, "gatherings/join.html", context)


@router.post("/join", dependencies=ATTEND)
def join(request: Request, db: Db, cohort: CohortHere, viewer: ViewerHere, number: int) -> Response:
    """Note that they came, once, and send them on."""
    seen = _webinar(db, cohort, viewer, number)
    if not seen.is_walled and seen.join_url and (seen.seat is None or not seen.has_place):
        return going(request, seen.title, seen.join_url)
    seat = _own_seat(db, cohort, viewer, number)
    _refuse_outside(seen, viewer)
    return going(request, seen.title, seats.note_joined(db, seat, by=viewer), is_noted=True)


def going(request: Request, title: str, address: str, *, is_noted: bool = False) -> Response:
    """On to the meeting. Not by a redirect: browsers hold a form's redirects to our own pages, as our policy asks, and
    a meeting service sends people on to other hosts of its own."""
    response = page(request, "gatherings/going.html", {"title": title, "address": address, "is_noted": is_noted})
    response.headers["cache-control"] = "private, no-store"
    return response


def _refuse_outside(seen: Gathering, viewer: Viewer) -> None:
    """Raises Refused for an assistant at a closed one: they know its hour and no more (rule 13)."""
    if not seen.is_whole:
        raise Refused(f"Only {viewer.name} can do that: of a closed session an assistant knows the hour.")


def asked(said: Ask | None) -> str:
    """What became of a wish to learn more."""
    return "It stands among your city’s asks." if said else "The organizers read it."


def _register_stranger(db: Session, session: AgendaSession, given: Given, settings: Settings) -> str:
    """Register somebody by name and address. What is said is the same whoever is on record or registered already, and
    the link comes by letter alone, so that only who reads that mailbox has it."""
    by = Viewer(name=given.name[:250], actor_name=f"{given.name[:250]}, without an account")
    before = seats.seat_by_email(db, session, given.email)
    had = before is not None and (before.state in seats.HELD or before.person_id is not None)
    seat = seats.take_public_seat(db, session, given, secret=settings.secret, by=by)
    if had:
        webinar_letters.tell_again(db, seat, settings=settings)
    else:
        webinar_letters.tell_seats(db, [seat], settings=settings)
    mailbox = given.email.strip()[:320]
    return f"A letter with your own link is on its way to {mailbox}. It says whether you have a place."


def _said(db: Session, seat: WebinarSeat, viewer: Viewer) -> str:
    who = f"{viewer.name} is" if viewer.acting else "You are"
    if seat.state is SeatState.WAITING:
        return f"All places are taken. {who} number {seats.place_in_line(db, seat)} in line."
    return f"{who} registered."


def _webinar(db: Session, cohort: Cohort, viewer: Viewer, number: int) -> Gathering:
    """The webinar, for whoever may register for it."""
    seen = gathering_of(db, cohort.key, number, viewer)
    if seen is None or seen.format is not SessionFormat.WEBINAR or not may_register(seen):
        raise NotHere(f"{cohort.name} has no such webinar.") if viewer.is_signed_in else NotAllowed()
    return seen


def _own_seat(db: Session, cohort: Cohort, viewer: Viewer, number: int) -> WebinarSeat:
    _webinar(db, cohort, viewer, number)
    assert viewer.person_id is not None, "the permission lets in nobody who is not signed in"
    seat = seats.seat_of(db, number, viewer.person_id)
    if seat is None:
        raise Refused("You are not registered for this webinar.")
    return seat


def _person(db: Session, viewer: Viewer) -> Person:
    assert viewer.person_id is not None
    return db.get_one(Person, viewer.person_id)
