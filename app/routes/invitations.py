"""Answers to invitations, by the letter's link without an account or on a gathering's page, and whether letters come.

To open a link changes nothing, since programs that look for harm open every address of a letter: answers are posted.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from sqlmodel import Session

from app import clock
from app.calendars.invited import Invited, invited_to
from app.gatherings import invitations
from app.gatherings.answers import who_said_what
from app.gatherings.listing import Gathering, gathering_of
from app.mailing.webinar_answers import seat_by_answer
from app.models import AgendaSession, Cohort, Invitation, Participation, Person, SessionFormat
from app.people.audit import Refused
from app.people.viewer import Viewer, viewer_of
from app.routes import typed
from app.routes.door import CohortHere, Db, Needs, NotAllowed, NotHere, SettingsHere, ViewerHere
from app.routes.pages import page, see_other
from app.routes.speaker_link import GoneLink
from app.settings import Settings

router = APIRouter()
LINK = [Depends(Needs("invitation.link"))]
ANSWER = [Depends(Needs("gathering.answer"))]
OWN = [Depends(Needs("own.change"))]
Text = Annotated[str, Form()]
WORDS = {"yes": Participation.ACCEPTED, "maybe": Participation.TENTATIVE, "no": Participation.DECLINED}
THANKS = {
    Participation.ACCEPTED: "Thank you. You are expected.",
    Participation.TENTATIVE: "Noted: you may come.",
    Participation.DECLINED: "Thank you for saying so. The organizers see it.",
}


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whoever holds a letter's link: they answer for the person to whom it went, and for that invitation alone."""

    invitation: Invitation
    token: str
    person: Person
    viewer: Viewer
    invited: Invited | None

    @property
    def acting(self) -> Viewer:
        return invitations.acting_for_guest(self.invitation, "by private link")


def bearer_here(db: Db, settings: SettingsHere, token: str) -> Bearer:
    """The bearer of the address's token; raises GoneLink for one that opens nothing."""
    found = invitations.find_invitation(db, token)
    if found is None:
        raise GoneLink(404)
    if found.person.archived_at is not None:
        raise GoneLink(410)
    viewer = viewer_of(db, found.person_id)
    return Bearer(found, token, found.person, viewer, invited_to(db, found, viewer, settings.address))


BearerHere = Annotated[Bearer, Depends(bearer_here)]


@router.get("/rsvp/{token}", dependencies=LINK)
def look(request: Request, bearer: BearerHere) -> Response:
    """What the letter was about as it is now, the answer that stands, and the buttons."""
    return _page(request, bearer)


@router.post("/rsvp/{token}", dependencies=LINK)
def answer(
    request: Request, db: Db, settings: SettingsHere, bearer: BearerHere, answer: Text = "", comment: Text = ""
) -> Response:
    """Say whether one comes; at a webinar that takes a seat or gives it back."""
    if bearer.invited is None or bearer.invited.is_closed:
        return _page(request, bearer)
    try:
        said = _said(answer)
        seat_by_answer(db, bearer.invitation, said, settings=settings, by=bearer.acting)
        invitations.answer_invitation(db, bearer.invitation, said, comment=comment, by=bearer.acting)
    except Refused as refused:
        db.rollback()
        return _page(request, bearer, comment, refused)
    return see_other(f"/rsvp/{bearer.token}", flash=THANKS[said])


@router.post("/{cohort}/gatherings/{number:int}/answer", dependencies=ANSWER)
def answer_here(
    db: Db, cohort: CohortHere, viewer: ViewerHere, settings: SettingsHere, number: int, answer: Text = ""
) -> Response:
    """Say on the gathering's page whether one comes: to this date alone where it is of a series."""
    seen = gathering_of(db, cohort.key, number, viewer)
    if seen is None:
        raise NotHere(f"{cohort.name} has no such gathering.")
    if not seen.is_invited or viewer.person_id is None:
        raise NotAllowed("You are not invited to this one, so there is nothing to answer.")
    if seen.format is SessionFormat.WEBINAR:
        raise Refused("Who comes to a webinar registers for it, on its page.")
    if seen.is_cancelled or seen.ends_at <= clock.now():
        raise Refused("It is over or called off, so there is nothing to answer any more.")
    target, occurrence_at = invitations.target_of(db.get_one(AgendaSession, number))
    held = invitations.held_invitation(db, target, viewer.person_id, settings.secret)
    said = _said(answer)
    by = Viewer.system("somebody invited") if invitations.excludes_lab(held) else viewer
    invitations.answer_invitation(db, held, said, occurrence_at=occurrence_at, by=by)
    return see_other(f"/{cohort.slug}/gatherings/{number}", flash=THANKS[said])


@router.post("/me/calendar/invitations", dependencies=OWN)
def want(db: Db, viewer: ViewerHere, wanted: Text = "") -> Response:
    """Have invitations come by mail, or no more."""
    assert viewer.person_id is not None, "the permission lets in nobody who is not signed in"
    person = db.get_one(Person, viewer.person_id)
    invitations.want_invitations(db, person, wanted=wanted == "yes", by=viewer)
    flash = "Invitations come by mail from now on." if wanted == "yes" else "No more invitations come by mail."
    return see_other("/me/calendar", flash=flash)


def wanted_part(db: Session, viewer: Viewer, settings: Settings) -> dict[str, Any]:
    """What the switch on one's calendar page says; None for who acts for another."""
    assert viewer.person_id is not None
    person = db.get_one(Person, viewer.person_id)
    return {
        "wanted": person.wants_invitations,
        "is_own": not viewer.acting,
        "email": person.email,
        "by_mail": settings.replies_to is not None,
    }


def invitation_part(db: Session, cohort: Cohort, seen: Gathering, viewer: Viewer, *, organizes: bool) -> dict[str, Any]:
    """What a gathering's page says of answers: one's own, and, for organizers who know all of it, everybody's."""
    if not viewer.is_signed_in or not (seen.is_invited or organizes) or seen.format is SessionFormat.WEBINAR:
        return {"own": None, "asks": False, "people": None}  # at a webinar, seats say who comes
    session = db.get_one(AgendaSession, seen.session_id)
    said = invitations.answers_to(db, session)
    return {
        "own": said.get(viewer.person_id or 0) if seen.is_invited else None,
        "asks": seen.is_invited and not seen.is_cancelled and seen.ends_at > clock.now(),
        "of_series": session.series is not None and bool(session.series.rrule),
        "people": who_said_what(db, session, said) if organizes and seen.is_whole else None,
    }


def _said(answer: str) -> Participation:
    if answer not in WORDS:
        raise Refused("Say whether you will come.", "answer")
    return WORDS[answer]


def _page(request: Request, bearer: Bearer, comment: str | None = None, refused: Refused | None = None) -> Response:
    held, invited, viewer = bearer.invitation, bearer.invited, bearer.viewer
    also = (viewer.zone, viewer.place) if viewer.zone else None
    context: dict[str, Any] = {
        "invited": invited,
        "when": said_when(invited, also) if invited else "",
        "dates": [
            clock.said_span(one.starts_at, one.ends_at, one.zone, also) for one in (invited.dates if invited else ())
        ],
        "person": bearer.person,
        "is_webinar": held.session is not None and held.session.format is SessionFormat.WEBINAR,
        "answer": held.answer.value if held.answer is not Participation.NEEDS_ACTION else "",
        "comment": comment if comment is not None else held.comment,
        "place": f"/rsvp/{bearer.token}",
        "errors": typed.errors(refused) if refused else {},
    }
    return page(request, "gatherings/rsvp.html", context, status=422 if refused else 200)


def said_when(invited: Invited, also: tuple[str, str] | None) -> str:
    """Its time, or how it recurs."""
    if invited.rhythm:
        return f"{invited.rhythm[:1].upper()}{invited.rhythm[1:]}"
    entry = invited.entry
    assert isinstance(entry.starts, datetime)
    assert isinstance(entry.ends, datetime)
    return clock.said_span(entry.starts, entry.ends, entry.zone, also)
