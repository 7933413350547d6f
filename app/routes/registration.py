"""Registering oneself: the form, where one stands, and regrets."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from sqlmodel import Session

from app.models import Person, Registration, RegistrationState
from app.registration import needs, presence, registrations, teams, terms
from app.routes.door import ConveningHere, Db, Needs, SettingsHere, ViewerHere
from app.routes.pages import page, see_other
from app.routes.registration_desk import HERE, Filled, Registrant, Text, save_form, show_form, withdraw

router = APIRouter(prefix=HERE)
OWN = [Depends(Needs("registration.own"))]


def oneself(db: Db, convening: ConveningHere, viewer: ViewerHere) -> Registrant:
    """The viewer, or the principal for whom they act."""
    return Registrant(convening, db.get_one(Person, viewer.person_id), viewer)


Oneself = Annotated[Registrant, Depends(oneself)]


@router.get("", dependencies=OWN)
def own(request: Request, db: Db, who: Oneself) -> Response:
    """How the viewer's registration stands, or the form while there is nothing to show."""
    registration = who.on_record(db)
    if registration is None or registration.state in teams.OPEN:
        return show_form(request, db, who)
    return page(request, "registration/own.html", _standing(db, who, registration))


@router.get("/form", dependencies=OWN)
def own_form(request: Request, db: Db, who: Oneself) -> Response:
    return show_form(request, db, who)


@router.post("", dependencies=OWN)
def register_self(request: Request, db: Db, settings: SettingsHere, who: Oneself, form: Filled) -> Response:
    return save_form(request, db, settings, who, form.model_copy(update={"asks_place": False}))


@router.post("/regrets", dependencies=OWN)
def regret(db: Db, settings: SettingsHere, who: Oneself, reason: Text = "") -> Response:
    """The viewer cannot come."""
    withdraw(db, settings, who, reason)
    return see_other(who.back, flash="Thank you for saying so. Nobody expects you at this convening.")


def _standing(db: Session, who: Registrant, registration: Registration) -> dict[str, object]:
    waiting = registration.state is RegistrationState.WAITING
    answered = needs.needs_answered(registration)
    return {
        "convening": who.convening,
        "registration": registration,
        "line": registrations.place_in_line(db, registration) if waiting else None,
        "presence": presence.said(who.convening, presence.windows_on_record(registration)),
        "needs_answered": answered,
        "needs": registration.needs if answered and not who.viewer.acting else None,
        "missing": teams.answers_missing(registration, needs_answered=answered),
        "closed": terms.closed_because(who.convening),
    }
