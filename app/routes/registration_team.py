"""Registering a city's team: the cards, each member's form, invitations and regrets."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from app.mailing import letters
from app.models import Person, RegistrationState
from app.registration import registrations, teams, terms
from app.routes.door import CityHere, ConveningHere, Db, Needs, NotHere, SettingsHere, ViewerHere
from app.routes.pages import page, see_other
from app.routes.registration_desk import HERE, Filled, Registrant, Text, save_form, show_form, withdraw, write_to

router = APIRouter(prefix=f"{HERE}/team")
TEAM = [Depends(Needs("registration.team"))]
MEMBER = "/{city}/{person_id}"


def member_here(db: Db, convening: ConveningHere, viewer: ViewerHere, city: CityHere, person_id: int) -> Registrant:
    """The person of the city's team whom the address names; raises NotHere for anybody else."""
    person = db.get(Person, person_id)
    registration = registrations.registration_of(db, convening, person_id) if person else None
    office = registrations.office_at(db, convening, person_id) if person else None
    cities = {office.city_id if office else None, registration.city_id if registration else None}
    if person is None or city.key not in cities:
        raise NotHere(f"Nobody of {city.name}’s team is at this address.")
    return Registrant(convening, person, viewer, city)


MemberHere = Annotated[Registrant, Depends(member_here)]


@router.get("", dependencies=TEAM)
def own_team(convening: ConveningHere, viewer: ViewerHere) -> Response:
    """To the team that the viewer registers; organizers, who have all, go to the board."""
    offices = [office for office in viewer.offices_in(convening.cohort_id) if office.city_slug]
    if viewer.is_organizer(convening.cohort_id) or not offices:
        return see_other(f"{convening.path}/registration/board")
    return see_other(f"{convening.path}/registration/team/{offices[0].city_slug}")


@router.get("/{city}", dependencies=TEAM)
def team(request: Request, db: Db, convening: ConveningHere, viewer: ViewerHere, city: CityHere) -> Response:
    context = {
        "convening": convening,
        "city": city,
        "team": teams.team(db, convening, city),
        "closed": terms.closed_because(convening),
        "may_anyway": viewer.is_organizer(convening.cohort_id),
    }
    return page(request, "registration/team.html", context)


@router.post("/{city}", dependencies=TEAM)
def register_team(
    db: Db, settings: SettingsHere, convening: ConveningHere, viewer: ViewerHere, city: CityHere
) -> Response:
    """Register everybody of the team who has not answered yet, in the order of the cards."""
    cards = [card for card in teams.team(db, convening, city).cards if card.is_open]
    done = [registrations.register(db, convening, db.get_one(Person, card.person_id), by=viewer) for card in cards]
    write_to(db, settings, done)
    waiting = sum(one.state is RegistrationState.WAITING for one in done)
    people = "Nobody was left to register." if not done else f"{len(done)} registered."
    said = f"{people} {waiting} of them on the waiting list." if waiting else people
    return see_other(f"{convening.path}/registration/team/{city.slug}", flash=said)


@router.get(MEMBER, dependencies=TEAM)
def member_form(request: Request, db: Db, who: MemberHere) -> Response:
    return show_form(request, db, who)


@router.post(MEMBER, dependencies=TEAM)
def register_member(request: Request, db: Db, settings: SettingsHere, who: MemberHere, form: Filled) -> Response:
    return save_form(request, db, settings, who, form)


@router.post(f"{MEMBER}/invitation", dependencies=TEAM)
def invite_member(db: Db, settings: SettingsHere, who: MemberHere) -> Response:
    registration = registrations.invite(db, who.convening, who.person, by=who.viewer)
    db.flush()
    letters.registration_invited(
        db,
        registration,
        by=who.viewer.actor_name,
        address=f"{settings.address}{who.convening.path}/registration",
    )
    return see_other(who.back, flash=f"{who.person.name} is invited and can register by themselves.")


@router.post(f"{MEMBER}/regrets", dependencies=TEAM)
def regret_for(db: Db, settings: SettingsHere, who: MemberHere, reason: Text = "") -> Response:
    withdraw(db, settings, who, reason)
    return see_other(who.back, flash=f"{who.person.name} is not expected any more.")
