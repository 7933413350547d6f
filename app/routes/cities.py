"""The cities of a cohort: seats and who holds them, the Children's Cabinet, what the city reports and promises."""

from collections import defaultdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from pydantic import BaseModel

from app import clock
from app.learning import kept
from app.models import Cabinet, City, Cohort, Membership
from app.people import cities, cohorts
from app.people.audit import Refused
from app.people.cities import SeatLine
from app.routes import typed
from app.routes.door import CityHere, CohortHere, Db, Needs, NotHere, ViewerHere
from app.routes.pages import page, see_other
from app.updates import board
from app.updates.cycles import owe_newcomers

router = APIRouter()
READ = [Depends(Needs("cohort.read"))]
CHANGE = [Depends(Needs("people.change"))]
Text = Annotated[str, Form()]


class CityForm(BaseModel):
    """What the form of a city holds, as typed; districts stand one a line."""

    name: str = ""
    state: str = ""
    zone: str = ""
    joined_on: str = ""
    left_on: str = ""
    districts: str = ""
    roles: list[str] = []


@router.get("/{cohort}/cities", dependencies=READ)
def all_cities(request: Request, db: Db, cohort: CohortHere) -> Response:
    """The cities with their mayors, superintendents and facilitators, and how many seats are filled."""
    today = clock.today(cohort.zone)
    seats: dict[int | None, list[SeatLine]] = defaultdict(list)
    for line in cities.seat_lines(db, cohort.key, on=today):
        seats[line.seat.city_id].append(line)
    active = cities.cities_of(db, cohort.key, today)
    context = {
        "active": active,
        "left": [city for city in cities.cities_of(db, cohort.key) if city not in active],
        "seats": seats,
        "lab": seats.get(None, []),
    }
    return page(request, "people/cities.html", context)


@router.get("/{cohort}/cities/new", dependencies=CHANGE)
def new_city(request: Request, db: Db, cohort: CohortHere) -> Response:
    form = CityForm(zone=cohort.zone, joined_on=clock.today(cohort.zone).isoformat())
    form.roles = [role.slug for role in cohorts.roles_of(db, cohort.key)]
    return _city_form(request, db, cohort, None, form)


@router.post("/{cohort}/cities", dependencies=CHANGE)
def add_city(
    request: Request, db: Db, cohort: CohortHere, viewer: ViewerHere, form: Annotated[CityForm, Form()]
) -> Response:
    """A new city with its districts, an empty cabinet, and a vacant seat for each role that was ticked."""
    try:
        city = cities.add_city(
            db,
            cohort,
            name=form.name,
            state=form.state,
            zone=form.zone,
            joined_on=typed.day(form.joined_on, "joined_on"),
            districts=form.districts.splitlines(),
            by=viewer,
        )
    except Refused as refused:
        return _city_form(request, db, cohort, None, form, typed.errors(refused))
    for role in cohorts.roles_of(db, cohort.key):
        if role.slug in form.roles:
            cohorts.add_seat(db, cohort, role, city=city, by=viewer)
    owe_newcomers(db, cohort, by=viewer)
    return see_other(f"/{cohort.slug}/cities/{city.slug}", flash=f"{city.name} is in {cohort.name}.")


@router.get("/{cohort}/cities/{city}/edit", dependencies=CHANGE)
def city_form(request: Request, db: Db, cohort: CohortHere, city: CityHere) -> Response:
    left_on = _membership(db, cohort, city).left_on
    form = CityForm(
        name=city.name,
        state=city.state,
        zone=city.zone,
        left_on=left_on.isoformat() if left_on else "",
        districts="\n".join(district.name for district in city.districts),
    )
    return _city_form(request, db, cohort, city, form)


@router.post("/{cohort}/cities/{city}", dependencies=CHANGE)
def edit_city(
    request: Request,
    db: Db,
    cohort: CohortHere,
    city: CityHere,
    viewer: ViewerHere,
    form: Annotated[CityForm, Form()],
) -> Response:
    member = _membership(db, cohort, city)
    try:
        cities.edit_city(
            db,
            city,
            member,
            name=form.name,
            state=form.state,
            zone=form.zone,
            districts=form.districts.splitlines(),
            left_on=typed.day_or_none(form.left_on, "left_on"),
            by=viewer,
        )
    except Refused as refused:
        return _city_form(request, db, cohort, city, form, typed.errors(refused))
    return see_other(f"/{cohort.slug}/cities/{city.slug}", flash=f"{city.name}: saved.")


@router.get("/{cohort}/cities/{city}", dependencies=READ)
def one_city(request: Request, db: Db, cohort: CohortHere, city: CityHere) -> Response:
    """A city's seats with all who held them, its cabinet, its updates' status, its released commitments."""
    member = _membership(db, cohort, city)
    today = clock.today(city.zone)
    context = {
        "city": city,
        "member": member,
        "seats": cities.seats_of(db, cohort.key, city_id=city.key, on=today),
        "cabinet": cities.cabinet_of(db, city.key),
        "updates": board.of_city(db, cohort.key, city.key),
        "commitments": kept.narrowed(kept.commitments_of(db, cohort.key), city=city.slug),
        "roles": cohorts.roles_of(db, cohort.key),
        "today": today,
    }
    return page(request, "people/city.html", context)


@router.post("/{cohort}/cities/{city}/seats", dependencies=CHANGE)
def add_seat(
    db: Db, cohort: CohortHere, city: CityHere, viewer: ViewerHere, role: Text = "", label: Text = ""
) -> Response:
    """One more seat in the city, vacant until somebody is given it."""
    _membership(db, cohort, city)
    chosen = next((one for one in cohorts.roles_of(db, cohort.key) if one.slug == role), None)
    if chosen is None:
        raise Refused("Choose the role of the new seat.", field="role")
    seat = cohorts.add_seat(db, cohort, chosen, city=city, label=label[:200], by=viewer)
    return see_other(f"/{cohort.slug}/seats/{seat.key}", flash="The seat is there; nobody holds it yet.")


@router.get("/{cohort}/cities/{city}/cabinet", dependencies=CHANGE)
def cabinet_form(request: Request, db: Db, cohort: CohortHere, city: CityHere) -> Response:
    cabinet = _cabinet(db, cohort, city)
    goals = "\n".join(goal.text for goal in cabinet.goals)
    context = {
        "city": city,
        "cabinet": cabinet,
        "form": {"name": cabinet.name, "stage": cabinet.stage, "goals": goals},
        "errors": {},
    }
    return page(request, "people/cabinet_form.html", context)


@router.post("/{cohort}/cities/{city}/cabinet", dependencies=CHANGE)
def edit_cabinet(
    db: Db,
    cohort: CohortHere,
    city: CityHere,
    viewer: ViewerHere,
    name: Text = "",
    stage: Text = "",
    goals: Text = "",
) -> Response:
    cities.edit_cabinet(
        db, _cabinet(db, cohort, city), name=name[:300], stage=stage[:200], goals=goals.splitlines(), by=viewer
    )
    return see_other(f"/{cohort.slug}/cities/{city.slug}", flash="The cabinet is saved.")


@router.post("/{cohort}/cities/{city}/cabinet/meetings", dependencies=CHANGE)
def note_meeting(
    request: Request,
    db: Db,
    cohort: CohortHere,
    city: CityHere,
    viewer: ViewerHere,
    held_on: Text = "",
    note: Text = "",
) -> Response:
    cabinet = _cabinet(db, cohort, city)
    cities.note_meeting(db, cabinet, held_on=typed.day(held_on, "held_on"), note=note, by=viewer)
    return see_other(f"/{cohort.slug}/cities/{city.slug}", flash="The meeting is on the cabinet’s calendar.")


def _membership(db: Db, cohort: Cohort, city: City) -> Membership:
    found = cities.membership_of(db, cohort.key, city.key)
    if found is None:
        raise NotHere(f"{city.name} is not a city of {cohort.name}.")
    return found


def _cabinet(db: Db, cohort: Cohort, city: City) -> Cabinet:
    _membership(db, cohort, city)
    found = cities.cabinet_of(db, city.key)
    if found is None:
        raise NotHere(f"{city.name} has no Children’s Cabinet on record.")
    return found


def _city_form(
    request: Request, db: Db, cohort: Cohort, city: City | None, form: CityForm, errors: Any = None
) -> Response:
    roles = [(role.slug, role.name) for role in cohorts.roles_of(db, cohort.key)]
    context = {"city": city, "form": form, "errors": errors or {}, "role_options": roles}
    return page(request, "people/city_form.html", context, status=422 if errors else 200)
