"""The directory of a cohort: its people, the seats they hold, and who gives and ends them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from app import clock
from app.exchange.table_files import CSV_TYPE, csv_file
from app.models import Cohort, Person, Seat, Tenure
from app.people import cities, cohorts, directory, tenures
from app.people.audiences import Attendee
from app.people.audit import Refused
from app.people.directory import Sought
from app.routes import typed
from app.routes.door import CohortHere, Db, Needs, NotHere, ViewerHere
from app.routes.pages import page, see_other, wants_fragment

router = APIRouter()
READ = [Depends(Needs("people.read"))]
CHANGE = [Depends(Needs("people.change"))]
Text = Annotated[str, Form()]


@dataclass(frozen=True)
class Asked:
    """What the list is narrowed to and sorted by, as the address says it: words, and slugs of a role and a city."""

    q: str = ""
    role: str = ""
    city: str = ""
    sort: str = ""

    def found(self, db: Db, cohort: Cohort) -> list[Attendee]:
        roles, towns = cohorts.roles_of(db, cohort.key), cities.cities_of(db, cohort.key)
        sought = Sought(
            words=self.q[:200],
            role_id=next((one.key for one in roles if one.slug == self.role), None),
            city_id=next((one.key for one in towns if one.slug == self.city), None),
        )
        people = directory.current_people(db, cohort.key, clock.today(cohort.zone), sought)
        if self.sort == "name":
            return sorted(people, key=lambda one: one.sort_name.casefold())
        return sorted(people, key=lambda one: one.offices[0].city_name) if self.sort == "city" else people


@router.get("/{cohort}/people", dependencies=READ)
def people(
    request: Request,
    db: Db,
    cohort: CohortHere,
    viewer: ViewerHere,
    asked: Annotated[Asked, Depends()],
    show: str = "",
) -> Response:
    """Who holds a seat today, narrowed by words, role and city; the lab also finds those without a seat."""
    unseated = show == "unseated" and viewer.is_lab(cohort.key)
    today = clock.today(cohort.zone)
    context = {
        "people": [] if unseated else asked.found(db, cohort),
        "unseated": directory.unseated_people(db, cohort.key, today, asked.q[:200]) if unseated else [],
        "roles": cohorts.roles_of(db, cohort.key),
        "cities": cities.cities_of(db, cohort.key),
        "q": asked.q[:200],
        "role": asked.role,
        "city": asked.city,
        "sort": asked.sort,
        "show": "unseated" if unseated else "",
    }
    return page(request, "people/people.html", context, block="found" if wants_fragment(request) else None)


@router.get("/{cohort}/people.csv", dependencies=READ)
def people_file(db: Db, cohort: CohortHere, viewer: ViewerHere, asked: Annotated[Asked, Depends()]) -> Response:
    """The same list as a table; with e-mail addresses for the lab alone."""
    told = viewer.is_lab(cohort.key)
    rows = [["Name", "Role", "City", *(["E-mail"] if told else [])]]
    for one in asked.found(db, cohort):
        for office in one.offices:
            rows.append([one.name, office.title, office.city_name, *([one.email or ""] if told else [])])
    name = f'attachment; filename="{cohort.slug}-people.csv"'
    return Response(csv_file(rows), media_type=CSV_TYPE, headers={"Content-Disposition": name})


@router.get("/{cohort}/people/new", dependencies=CHANGE)
def new_person(request: Request, cohort: CohortHere) -> Response:
    return _person_form(request, None, {"name": "", "email": "", "zone": "", "organization": ""})


@router.post("/{cohort}/people", dependencies=CHANGE)
def add_person(
    request: Request,
    db: Db,
    cohort: CohortHere,
    viewer: ViewerHere,
    name: Text = "",
    email: Text = "",
    zone: Text = "",
    organization: Text = "",
) -> Response:
    try:
        person = directory.add_person(db, name=name, email=email, zone=zone, organization=organization, by=viewer)
    except Refused as refused:
        form = {"name": name, "email": email, "zone": zone, "organization": organization}
        return _person_form(request, None, form, typed.errors(refused))
    return see_other(f"/{cohort.slug}/people/{person.key}", flash=f"{person.name} is on record.")


@router.get("/{cohort}/people/{person_id}", dependencies=READ)
def one_person(request: Request, db: Db, cohort: CohortHere, person_id: int) -> Response:
    """A person, the seats they hold and held here, and those that stand vacant for an organizer to give.

    A record that was merged into another leads there.
    """
    merged_into = directory.merged_into(db, person_id)
    if merged_into is not None:
        person_here(db, cohort, merged_into)
        return see_other(f"/{cohort.slug}/people/{merged_into}")
    return person_page(request, db, cohort, person_id)


@router.get("/{cohort}/people/{person_id}/edit", dependencies=CHANGE)
def person_form(request: Request, db: Db, cohort: CohortHere, person_id: int) -> Response:
    person, _ = person_here(db, cohort, person_id)
    form = {
        "name": person.name,
        "email": person.email or "",
        "zone": person.zone or "",
        "organization": person.organization,
    }
    return _person_form(request, person, form)


@router.post("/{cohort}/people/{person_id}", dependencies=CHANGE)
def edit_person(
    request: Request,
    db: Db,
    cohort: CohortHere,
    viewer: ViewerHere,
    person_id: int,
    name: Text = "",
    email: Text = "",
    zone: Text = "",
    organization: Text = "",
) -> Response:
    person, _ = person_here(db, cohort, person_id)
    try:
        directory.edit_person(db, person, name=name, email=email, zone=zone, organization=organization, by=viewer)
    except Refused as refused:
        form = {"name": name, "email": email, "zone": zone, "organization": organization}
        return _person_form(request, person, form, typed.errors(refused))
    return see_other(f"/{cohort.slug}/people/{person.key}", flash=f"{person.name}: saved.")


@router.get("/{cohort}/seats/{seat_id}", dependencies=CHANGE)
def seat(request: Request, db: Db, cohort: CohortHere, seat_id: int, person: str = "") -> Response:
    """A seat with all who held it, and the form that gives it to the next."""
    form = {"person": person, "starts_on": clock.today(cohort.zone).isoformat(), "ends_on": "", "title": ""}
    return _seat_page(request, db, cohort, _seat_here(db, cohort, seat_id), form)


@router.post("/{cohort}/seats/{seat_id}/tenures", dependencies=CHANGE)
def give_seat(
    request: Request,
    db: Db,
    cohort: CohortHere,
    viewer: ViewerHere,
    seat_id: int,
    person: Text = "",
    starts_on: Text = "",
    ends_on: Text = "",
    interim: Text = "",
    title: Text = "",
) -> Response:
    """Give a seat to a person; whoever holds it on that day has the day before as their last (rule 8)."""
    here = _seat_here(db, cohort, seat_id)
    try:
        person_id = typed.number_or_none(person, "person")
        chosen = db.get(Person, person_id) if person_id is not None else None
        if chosen is None or chosen.archived_at is not None:
            raise Refused("Choose a person. Whoever is new is added under People first.", field="person")
        days = typed.day(starts_on, "starts_on"), typed.day_or_none(ends_on, "ends_on")
        tenures.hand_over(db, here, chosen, tenures.Term(*days, bool(interim), title[:200]), by=viewer)
    except Refused as refused:
        form = {"person": person, "starts_on": starts_on, "ends_on": ends_on, "title": title, "interim": interim}
        return _seat_page(request, db, cohort, here, form, typed.errors(refused))
    return see_other(f"/{cohort.slug}/people/{chosen.key}", flash=f"{chosen.name} has the seat.")


@router.post("/{cohort}/seats/{seat_id}/closing", dependencies=CHANGE)
def close_seat(db: Db, cohort: CohortHere, viewer: ViewerHere, seat_id: int) -> Response:
    """Take a vacant seat off the pages; who held it stays on record."""
    here = _seat_here(db, cohort, seat_id)
    cohorts.close_seat(db, here, by=viewer)
    place = f"/cities/{here.city.slug}" if here.city else "/cities"
    return see_other(f"/{cohort.slug}{place}", flash=f"The seat “{here.title}” is closed.")


@router.post("/{cohort}/tenures/{tenure_id}/end", dependencies=CHANGE)
def end_tenure(db: Db, cohort: CohortHere, viewer: ViewerHere, tenure_id: int, ends_on: Text = "") -> Response:
    """Let a tenure end; the day named is its last."""
    tenure = db.get(Tenure, tenure_id)
    if tenure is None or tenure.seat.cohort_id != cohort.key:
        raise NotHere("There is no such tenure in this cohort.")
    last = typed.day(ends_on, "ends_on")
    tenures.end_tenure(db, tenure, ends_on=last, by=viewer)
    said = f"{tenure.person.name} holds the seat up to {clock.said_day(last, year=True)}."
    return see_other(f"/{cohort.slug}/seats/{tenure.seat_id}", flash=said)


def person_here(db: Db, cohort: Cohort, person_id: int) -> tuple[Person, list[Tenure]]:
    found = directory.person_with_tenures(db, cohort.key, person_id)
    if found is None:
        raise NotHere(f"{cohort.name} has nobody at this address.")
    return found


def _seat_here(db: Db, cohort: Cohort, seat_id: int) -> Seat:
    found = db.get(Seat, seat_id)
    if found is None or found.cohort_id != cohort.key or found.archived_at is not None:
        raise NotHere(f"{cohort.name} has no such seat.")
    return found


def _person_form(request: Request, person: Person | None, form: dict[str, str], errors: Any = None) -> Response:
    context = {"person": person, "form": form, "errors": errors or {}}
    return page(request, "people/person_form.html", context, status=422 if errors else 200)


def _seat_page(
    request: Request, db: Db, cohort: Cohort, seat: Seat, form: dict[str, str], errors: Any = None
) -> Response:
    today = clock.today(cohort.zone)
    context = {
        "seat": seat,
        "holder": tenures.holder_on(db, seat, today),
        "people_options": [(str(person.key), person.name) for person in directory.all_people(db)],
        "form": {"interim": "", **form},
        "errors": errors or {},
        "today": today,
    }
    return page(request, "people/seat.html", context, status=422 if errors else 200)


def person_page(
    request: Request, db: Db, cohort: Cohort, person_id: int, errors: Mapping[str, str] | None = None
) -> Response:
    """The page of a person whom the cohort knows, with what was refused on it."""
    person, held = person_here(db, cohort, person_id)
    today = clock.today(cohort.zone)
    vacant = [line.seat for line in cities.seat_lines(db, cohort.key, on=today) if line.holder is None]
    context = {
        "person": person,
        "tenures": held,
        "held_now": {tenure.key for tenure in held if tenure.held_on(today)},
        "vacant": vacant,
        "today": today,
        "errors": errors or {},
    }
    return page(request, "people/person.html", context, status=422 if errors else 200)
