"""The cities of a cohort: seats and who holds them, the Children's Cabinet, what the city reports and promises."""

from collections import defaultdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

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

router = APIRouter()
READ = [Depends(Needs("cohort.read"))]
CHANGE = [Depends(Needs("people.change"))]
Text = Annotated[str, Form()]


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
    roles = [role.slug for role in cohorts.roles_of(db, cohort.key)]
    form = {
        "name": "",
        "state": "",
        "zone": cohort.zone,
        "joined_on": clock.today(cohort.zone).isoformat(),
        "districts": "",
        "roles": roles,
    }
    return _city_form(request, db, cohort, form)


@router.post("/{cohort}/cities", dependencies=CHANGE)
def add_city(
    request: Request,
    db: Db,
    cohort: CohortHere,
    viewer: ViewerHere,
    name: Text = "",
    state: Text = "",
    zone: Text = "",
    joined_on: Text = "",
    districts: Text = "",
    roles: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """A new city with its districts, an empty cabinet, and a vacant seat for each role that was ticked."""
    wanted = set(roles or [])
    try:
        city = cities.add_city(
            db,
            cohort,
            name=name,
            state=state[:80],
            zone=zone,
            joined_on=typed.day(joined_on, "joined_on"),
            districts=districts.splitlines(),
            by=viewer,
        )
    except Refused as refused:
        form = {
            "name": name,
            "state": state,
            "zone": zone,
            "joined_on": joined_on,
            "districts": districts,
            "roles": list(wanted),
        }
        return _city_form(request, db, cohort, form, typed.errors(refused))
    for role in cohorts.roles_of(db, cohort.key):
        if role.slug in wanted:
            cohorts.add_seat(db, cohort, role, city=city, by=viewer)
    return see_other(f"/{cohort.slug}/cities/{city.slug}", flash=f"{city.name} is in {cohort.name}.")


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


def _city_form(request: Request, db: Db, cohort: Cohort, form: dict[str, Any], errors: Any = None) -> Response:
    roles = [(role.slug, role.name) for role in cohorts.roles_of(db, cohort.key)]
    context = {"form": form, "errors": errors or {}, "role_options": roles}
    return page(request, "people/city_form.html", context, status=422 if errors else 200)
