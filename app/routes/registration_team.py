"""Registering a city's team: the cards, each member's form, invitations, empty seats and regrets."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from sqlmodel import Session

from app import clock
from app.models import City, Convening, Person, RegistrationState
from app.people.audit import Refused
from app.people.viewer import Viewer
from app.registration import registrations, seating, teams, terms
from app.routes import typed
from app.routes.door import CityHere, ConveningHere, Db, Needs, NotHere, SettingsHere, ViewerHere
from app.routes.handed_in import LONGEST_UPLOAD, AskedFirst, FilesHere
from app.routes.pages import page, see_other
from app.routes.registration_desk import (
    HERE,
    Filled,
    Registrant,
    Text,
    accept,
    keep_draft,
    save_form,
    send_link,
    show_form,
    show_stays,
    withdraw,
    write_to,
)
from app.routes.registration_more import (
    SentFilesHere,
    SentHere,
    keep_answers,
    keep_choices,
    keep_more,
    keep_travel,
    sent_files_here,
    sent_here,
    show_more,
)

router = APIRouter(prefix=f"{HERE}/team")
TEAM = [Depends(Needs("registration.team"))]
SENT_TEAM = [Depends(sent_here), *TEAM]
FILES_TEAM = [Depends(AskedFirst("registration.team")), Depends(sent_files_here), *TEAM]
MEMBER = "/{city}/{person_id:int}"


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


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody named for an empty seat, as typed, and what was wrong with it."""

    seat_id: int = 0
    name: str = ""
    email: str = ""
    errors: tuple[tuple[str, str], ...] = ()


@router.get("/{city}", dependencies=TEAM)
def team(request: Request, db: Db, convening: ConveningHere, viewer: ViewerHere, city: CityHere) -> Response:
    return _team(request, db, convening, viewer, city, Named())


@router.post("/{city}", dependencies=TEAM)
def register_team(
    db: Db, settings: SettingsHere, convening: ConveningHere, viewer: ViewerHere, city: CityHere
) -> Response:
    """Register everybody of the team who has not answered yet, in the order of the cards."""
    cards = [card for card in teams.team(db, convening, city).cards if card.is_open]
    done = [registrations.register(db, convening, db.get_one(Person, card.person_id), by=viewer) for card in cards]
    write_to(db, settings, done, by=viewer)
    waiting = sum(one.state is RegistrationState.WAITING for one in done)
    pending = sum(one.state is RegistrationState.PENDING for one in done)
    people = "Nobody was left to register." if not done else f"{len(done)} registered."
    if pending:
        people += f" An organizer has yet to approve {'it' if pending == 1 else f'{pending} of them'}."
    said = f"{people} {waiting} of them on the waiting list." if waiting else people
    return see_other(f"{convening.path}/registration/team/{city.slug}", flash=said)


@router.post("/{city}/invitations", dependencies=TEAM)
def invite_team(
    db: Db, settings: SettingsHere, convening: ConveningHere, viewer: ViewerHere, city: CityHere
) -> Response:
    """Invite everybody of the team whom nobody has asked yet."""
    uninvited = teams.team(db, convening, city).uninvited
    for card in uninvited:
        send_link(db, settings, Registrant(convening, db.get_one(Person, card.person_id), viewer, city))
    said = f"{len(uninvited)} invited." if uninvited else "Everybody was invited before."
    return see_other(f"{convening.path}/registration/team/{city.slug}", flash=said)


@router.post("/{city}/seats/{seat_id:int}/invitation", dependencies=TEAM)
def fill_seat(
    request: Request,
    db: Db,
    settings: SettingsHere,
    convening: ConveningHere,
    viewer: ViewerHere,
    city: CityHere,
    seat_id: int,
    name: Text = "",
    email: Text = "",
) -> Response:
    """Name somebody for an empty seat: they get it from today, and a letter with their own address."""
    seat = seating.seat_of(db, convening, city, seat_id)
    if seat is None:
        raise NotHere(f"{city.name} has no such seat.")
    try:
        person = seating.name_for_seat(db, convening, seat, name=name, email=email, by=viewer)
    except Refused as refused:
        named = Named(seat_id, name, email, tuple(typed.errors(refused).items()))
        return _team(request, db, convening, viewer, city, named)
    db.flush()
    send_link(db, settings, Registrant(convening, person, viewer, city))
    back = f"{convening.path}/registration/team/{city.slug}"
    return see_other(back, flash=f"{person.name} has the seat “{seat.title}” and is invited.")


@router.get(MEMBER, dependencies=TEAM)
def member_form(request: Request, db: Db, who: MemberHere) -> Response:
    return show_form(request, db, who)


@router.post(MEMBER, dependencies=TEAM)
def register_member(request: Request, db: Db, settings: SettingsHere, who: MemberHere, form: Filled) -> Response:
    return save_form(request, db, settings, who, form)


@router.post(f"{MEMBER}/draft", dependencies=TEAM)
def keep_for(db: Db, who: MemberHere, form: Filled) -> Response:
    return keep_draft(db, who, form)


@router.post(f"{MEMBER}/stays", dependencies=TEAM)
def stays_for(request: Request, db: Db, who: MemberHere, form: Filled) -> Response:
    return show_stays(request, db, who, form)


@router.post(f"{MEMBER}/invitation", dependencies=TEAM)
def invite_member(db: Db, settings: SettingsHere, who: MemberHere) -> Response:
    send_link(db, settings, who)
    return see_other(who.back, flash=f"{who.person.name} is invited and can register by themselves.")


@router.post(f"{MEMBER}/link", dependencies=TEAM)
def renew_link(db: Db, settings: SettingsHere, who: MemberHere) -> Response:
    """Send a new private address; the old one opens nothing any more."""
    send_link(db, settings, who, renewed=True)
    return see_other(who.back, flash=f"{who.person.name} gets a new link; the old one opens nothing any more.")


@router.post(f"{MEMBER}/acceptance", dependencies=TEAM)
def accept_for(db: Db, settings: SettingsHere, who: MemberHere) -> Response:
    """Accept the place that is offered to a member of the team."""
    return accept(db, settings, who)


@router.post(f"{MEMBER}/regrets", dependencies=TEAM)
def regret_for(db: Db, settings: SettingsHere, who: MemberHere, reason: Text = "") -> Response:
    withdraw(db, settings, who, reason)
    return see_other(who.back, flash=f"{who.person.name} is not expected any more.")


@router.get(f"{MEMBER}/more", dependencies=TEAM)
def more_member(request: Request, db: Db, who: MemberHere) -> Response:
    """Travel, the organizers' questions, and sessions to choose."""
    return show_more(request, db, who)


@router.post(f"{MEMBER}/more", dependencies=SENT_TEAM)
def keep_more_member(db: Db, who: MemberHere, sent: SentHere) -> Response:
    """What was typed since of travel and answers; the page saves it by itself."""
    return keep_more(db, who, sent)


@router.post(f"{MEMBER}/travel", dependencies=SENT_TEAM)
def travel_member(request: Request, db: Db, who: MemberHere, sent: SentHere) -> Response:
    return keep_travel(request, db, who, sent)


@router.post(f"{MEMBER}/answers", dependencies=FILES_TEAM, max_body_size=LONGEST_UPLOAD)
def answers_member(request: Request, db: Db, files: FilesHere, who: MemberHere, sent: SentFilesHere) -> Response:
    return keep_answers(request, db, files, who, sent)


@router.post(f"{MEMBER}/choices", dependencies=SENT_TEAM)
def choices_member(request: Request, db: Db, who: MemberHere, sent: SentHere) -> Response:
    return keep_choices(request, db, who, sent)


def _team(request: Request, db: Session, convening: Convening, viewer: Viewer, city: City, named: Named) -> Response:
    context = {
        "convening": convening,
        "city": city,
        "team": teams.team(db, convening, city),
        "closed": terms.closed_because(convening),
        "may_anyway": viewer.is_organizer(convening.cohort_id),
        "named": named,
        "errors": dict(named.errors),
        "today": clock.today(city.zone),
    }
    return page(request, "registration/team.html", context, status=422 if named.errors else 200)
