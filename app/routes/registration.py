"""Registering: oneself, and a city's team."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from sqlmodel import Session

from app import clock
from app.mailing import letters
from app.models import City, Convening, Person, Registration, RegistrationState
from app.people.audit import Refused
from app.people.viewer import Viewer
from app.registration import presence, registrations, teams
from app.routes import typed
from app.routes.door import (
    CityHere,
    ConveningHere,
    Db,
    Needs,
    NotHere,
    SettingsHere,
    ViewerHere,
)
from app.routes.pages import page, see_other
from app.routes.registration_form import RegistrationForm, diets, form_of, read_form
from app.settings import Settings

HERE = "/{cohort}/convenings/{convening}/registration"
router = APIRouter(prefix=HERE)
OWN = [Depends(Needs("registration.own"))]
TEAM = [Depends(Needs("registration.team"))]
BOARD = [Depends(Needs("registration.board"))]
Text = Annotated[str, Form()]
Filled = Annotated[RegistrationForm, Form()]


# --- one's own ---


@router.get("", dependencies=OWN)
def own(request: Request, db: Db, convening: ConveningHere, viewer: ViewerHere) -> Response:
    """How the viewer's registration stands, or the form while there is nothing to show."""
    person = _self(db, viewer)
    registration = registrations.registration_of(db, convening, person.key)
    if registration is None or registration.state in teams.OPEN:
        return _form(request, db, convening, viewer, person, registration)
    return page(request, "registration/own.html", _standing(db, convening, viewer, registration))


@router.get("/form", dependencies=OWN)
def own_form(request: Request, db: Db, convening: ConveningHere, viewer: ViewerHere) -> Response:
    person = _self(db, viewer)
    return _form(request, db, convening, viewer, person, registrations.registration_of(db, convening, person.key))


@router.post("", dependencies=OWN)
def register_self(
    request: Request, db: Db, settings: SettingsHere, convening: ConveningHere, viewer: ViewerHere, form: Filled
) -> Response:
    form = form.model_copy(update={"asks_place": False})
    return _save(request, db, settings, convening, viewer, _self(db, viewer), form, back=address_of(convening))


@router.post("/regrets", dependencies=OWN)
def regret(db: Db, settings: SettingsHere, convening: ConveningHere, viewer: ViewerHere, reason: Text = "") -> Response:
    """The viewer cannot come; whoever moves up the waiting list by it is written to."""
    write_to(db, settings, _withdraw(db, convening, viewer, _self(db, viewer), reason))
    return see_other(address_of(convening), flash="Thank you for saying so. Nobody expects you at this convening.")


# --- a city's team ---


@router.get("/team", dependencies=TEAM)
def own_team(convening: ConveningHere, viewer: ViewerHere) -> Response:
    """To the team that the viewer registers; organizers, who have all, go to the board."""
    offices = [office for office in viewer.offices_in(convening.cohort_id) if office.city_slug]
    if viewer.is_organizer(convening.cohort_id) or not offices:
        return see_other(f"{address_of(convening)}/board")
    return see_other(f"{address_of(convening)}/team/{offices[0].city_slug}")


@router.get("/team/{city}", dependencies=TEAM)
def team(request: Request, db: Db, convening: ConveningHere, viewer: ViewerHere, city: CityHere) -> Response:
    context = {
        "convening": convening,
        "city": city,
        "team": teams.team(db, convening, city),
        "closed": registrations.closed_because(convening),
        "may_anyway": viewer.is_organizer(convening.cohort_id),
    }
    return page(request, "registration/team.html", context)


@router.post("/team/{city}", dependencies=TEAM)
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
    return see_other(f"{address_of(convening)}/team/{city.slug}", flash=said)


@router.get("/team/{city}/{person_id}", dependencies=TEAM)
def member_form(
    request: Request, db: Db, convening: ConveningHere, viewer: ViewerHere, city: CityHere, person_id: int
) -> Response:
    person, registration = _member(db, convening, city, person_id)
    return _form(request, db, convening, viewer, person, registration, city)


@router.post("/team/{city}/{person_id}", dependencies=TEAM)
def register_member(
    request: Request,
    db: Db,
    settings: SettingsHere,
    convening: ConveningHere,
    viewer: ViewerHere,
    city: CityHere,
    person_id: int,
    form: Filled,
) -> Response:
    person, _ = _member(db, convening, city, person_id)
    back = f"{address_of(convening)}/team/{city.slug}"
    return _save(request, db, settings, convening, viewer, person, form, back=back, city=city)


@router.post("/team/{city}/{person_id}/invitation", dependencies=TEAM)
def invite_member(
    db: Db, settings: SettingsHere, convening: ConveningHere, viewer: ViewerHere, city: CityHere, person_id: int
) -> Response:
    person, _ = _member(db, convening, city, person_id)
    registration = registrations.invite(db, convening, person, by=viewer)
    db.flush()
    letters.registration_invited(
        db, registration, by=viewer.actor_name, address=f"{settings.address}{address_of(convening)}"
    )
    back = f"{address_of(convening)}/team/{city.slug}"
    return see_other(back, flash=f"{person.name} is invited and can register by themselves.")


@router.post("/team/{city}/{person_id}/regrets", dependencies=TEAM)
def regret_for(
    db: Db,
    settings: SettingsHere,
    convening: ConveningHere,
    viewer: ViewerHere,
    city: CityHere,
    person_id: int,
    reason: Text = "",
) -> Response:
    person, _ = _member(db, convening, city, person_id)
    write_to(db, settings, _withdraw(db, convening, viewer, person, reason))
    return see_other(f"{address_of(convening)}/team/{city.slug}", flash=f"{person.name} is not expected any more.")


# --- what the pages share ---


def address_of(convening: Convening) -> str:
    """Where the registration of a convening is."""
    return f"/{convening.cohort.slug}/convenings/{convening.slug}/registration"


def _self(db: Session, viewer: Viewer) -> Person:
    return db.get_one(Person, viewer.person_id)


def _member(db: Session, convening: Convening, city: City, person_id: int) -> tuple[Person, Registration | None]:
    """A person of the city's team, with their registration; raises NotHere for anybody else."""
    person = db.get(Person, person_id)
    registration = registrations.registration_of(db, convening, person_id) if person else None
    office = registrations.office_at(db, convening, person_id) if person else None
    cities = {office.city_id if office else None, registration.city_id if registration else None}
    if person is None or city.key not in cities:
        raise NotHere(f"Nobody of {city.name}’s team is at this address.")
    return person, registration


def _withdraw(db: Session, convening: Convening, viewer: Viewer, person: Person, reason: str) -> list[Registration]:
    """Cancel who had registered, decline for who had not; returns those who move up the waiting list by it."""
    registration = registrations.registration_of(db, convening, person.key)
    if registration is not None and registration.state in teams.COMING:
        return registrations.cancel(db, registration, reason=reason, by=viewer)
    return registrations.decline(db, convening, person, reason=reason, by=viewer)


def _for_another(viewer: Viewer, person: Person) -> bool:
    """Whether the one at the keyboard is not the person, and so may give needs but not read them (rule 12)."""
    return viewer.acting or person.key != viewer.person_id


def _standing(db: Session, convening: Convening, viewer: Viewer, registration: Registration) -> dict[str, object]:
    waiting = registration.state is RegistrationState.WAITING
    answered = registration.needs is not None
    return {
        "convening": convening,
        "registration": registration,
        "line": registrations.place_in_line(db, registration) if waiting else None,
        "presence": presence.said(convening, presence.windows_on_record(registration)),
        "needs_answered": answered,
        "needs": None if viewer.acting else registration.needs,
        "missing": teams.answers_missing(registration, needs_answered=answered),
        "closed": registrations.closed_because(convening),
    }


def _form(
    request: Request,
    db: Session,
    convening: Convening,
    viewer: Viewer,
    person: Person,
    registration: Registration | None,
    city: City | None = None,
    *,
    form: RegistrationForm | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    """The form for oneself (no city) or for a member of a city's team, filled as on record or as typed."""
    for_another = _for_another(viewer, person)
    closed = registrations.closed_because(convening)
    context = {
        "convening": convening,
        "person": person,
        "city": city,
        "office": registrations.office_at(db, convening, person.key),
        "registration": registration,
        "for_another": for_another,
        "form": form or form_of(convening, registration, shows_needs=not for_another),
        "errors": errors or {},
        "needs_answered": registration is not None and registration.needs is not None,
        "diets": diets(),
        "zone_said": clock.zone_abbreviation(presence.whole(convening).ends_at, convening.zone),
        "closed": None if viewer.is_organizer(convening.cohort_id) else closed,
    }
    answer = page(request, "registration/form.html", context, status=422 if errors else 200)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _save(
    request: Request,
    db: Session,
    settings: Settings,
    convening: Convening,
    viewer: Viewer,
    person: Person,
    form: RegistrationForm,
    *,
    back: str,
    city: City | None = None,
) -> Response:
    before = registrations.registration_of(db, convening, person.key)
    was_in = before is not None and before.state in teams.COMING
    details, errors = read_form(convening, form, for_another=_for_another(viewer, person))
    if not errors:
        try:
            if form.act == "save":
                registrations.save_registration(db, convening, person, details=details, by=viewer)
                return see_other(back, flash="Saved. There is no place yet: come back and register.")
            sponsored = form.sponsored if form.asks_place else None
            made = registrations.register(db, convening, person, details=details, sponsored=sponsored, by=viewer)
        except Refused as refused:
            errors = dict(typed.errors(refused))
    if errors:
        return _form(request, db, convening, viewer, person, before, city, form=form, errors=errors)
    if not was_in:
        write_to(db, settings, [made])
    return see_other(back, flash=_said(made, changed=was_in))


def _said(registration: Registration, *, changed: bool) -> str:
    name = registration.person.name
    if changed:
        return f"{name}: the changes are saved."
    return (
        f"{name} is on the waiting list." if registration.state is RegistrationState.WAITING else f"{name} has a place."
    )


def write_to(db: Session, settings: Settings, registered: list[Registration]) -> None:
    """Confirm to each where they stand; the letter commits together with its cause."""
    for registration in registered:
        waiting = registration.state is RegistrationState.WAITING
        letters.registration_confirmed(
            db,
            registration,
            line=registrations.place_in_line(db, registration) if waiting else None,
            address=f"{settings.address}{address_of(registration.convening)}",
        )
