"""Who approves a city's updates beside its mayor: its people see it, the mayor in person or an organizer appoints."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from app import clock
from app.mailing.approval_letters import designee_appointed
from app.models import City, Cohort, Person, Standing
from app.people.audit import Refused
from app.people.cities import membership_of, seats_of
from app.people.viewer import Viewer
from app.routes import typed
from app.routes.door import CityHere, CohortHere, Db, Needs, NotHere, SettingsHere, ViewerHere
from app.routes.pages import page, see_other
from app.updates.designees import (
    appoint_designee,
    designees_of,
    eligible,
    end_designation,
    find_designation,
    may_appoint,
)

HERE = "/{cohort}/cities/{city}/designees"
router = APIRouter()
SEE = [Depends(Needs("update.designees"))]
Text = Annotated[str, Form(max_length=4000)]


@router.get(HERE, dependencies=SEE)
def designees(request: Request, db: Db, cohort: CohortHere, city: CityHere, viewer: ViewerHere) -> Response:
    """The mayor, who is on record beside them, who was, and the form for whoever may appoint."""
    return _page(request, db, cohort, city, viewer)


@router.post(HERE, dependencies=SEE)
def appoint(
    request: Request,
    db: Db,
    cohort: CohortHere,
    city: CityHere,
    viewer: ViewerHere,
    settings: SettingsHere,
    person: Text = "",
    starts_on: Text = "",
    ends_on: Text = "",
    note: Text = "",
) -> Response:
    try:
        number = typed.number_or_none(person, "person")
        chosen = db.get(Person, number) if number is not None else None
        if chosen is None:
            raise Refused("Choose who it is.", "person")
        first, last = typed.day(starts_on, "starts_on"), typed.day_or_none(ends_on, "ends_on")
        appoint_designee(db, cohort, city, chosen, starts_on=first, ends_on=last, note=note, by=viewer)
    except Refused as refused:
        form = {"person": person, "starts_on": starts_on, "ends_on": ends_on, "note": note}
        return _page(request, db, cohort, city, viewer, form, refused)
    days = f"from {clock.said_day(first, year=True)}" + (f" to {clock.said_day(last, year=True)}" if last else "")
    designee_appointed(
        db,
        chosen,
        [one for one in _mayors(db, cohort, city) if one.key != viewer.actor_id],
        city=city.name,
        cohort=cohort.name,
        days=days,
        by=viewer.name,
        address=f"{settings.address}{_place(cohort, city)}",
    )
    return see_other(_place(cohort, city), flash=f"{chosen.name} is on record, {days}, and has a letter.")


@router.post(HERE + "/{number:int}/end", dependencies=SEE)
def end(
    request: Request,
    db: Db,
    cohort: CohortHere,
    city: CityHere,
    viewer: ViewerHere,
    number: int,
    ends_on: Text = "",
) -> Response:
    """Let it end with a day; without one, at once."""
    found = find_designation(db, cohort, city, number)
    if found is None:
        raise NotHere(f"{city.name} has no such designee on record.")
    try:
        last = typed.day_or_none(ends_on, "ends_on")
        end_designation(db, cohort, city, found, ends_on=last, by=viewer)
    except Refused as refused:
        return _page(request, db, cohort, city, viewer, refused=refused, at=number, ended=ends_on)
    said = f"until the end of {clock.said_day(last, year=True)}" if last else "no longer, from this moment"
    return see_other(_place(cohort, city), flash=f"{found.person.name} approves {said}. It stays on record.")


def _page(
    request: Request,
    db: Db,
    cohort: Cohort,
    city: City,
    viewer: Viewer,
    form: dict[str, str] | None = None,
    refused: Refused | None = None,
    *,
    at: int | None = None,
    ended: str = "",
) -> Response:
    """`at` is the designation whose ending was refused, `ended` what was typed there."""
    if membership_of(db, cohort.key, city.key) is None:
        raise NotHere(f"{city.name} is not a city of {cohort.name}.")
    today = clock.today(city.zone)
    found = designees_of(db, cohort, city)
    errors = dict(typed.errors(refused)) if refused else {}
    context = {
        "city": city,
        "today": today,
        "mayors": _mayors(db, cohort, city),
        "standing": [one for one in found if not one.is_over_on(today)],
        "over": [one for one in found if one.is_over_on(today)],
        "may_appoint": may_appoint(db, cohort, city, viewer),
        "people_options": [(str(one.key), one.name) for one in eligible(db, cohort, city)],
        "form": form or {"person": "", "starts_on": today.isoformat(), "ends_on": "", "note": ""},
        "errors": {f"{name}-{at}" if at and name else name: said for name, said in errors.items()},
        "at": at,
        "ended": ended,
    }
    return page(request, "updates/designees.html", context, status=422 if refused else 200)


def _mayors(db: Db, cohort: Cohort, city: City) -> list[Person]:
    lines = seats_of(db, cohort.key, city_id=city.key, on=clock.today(city.zone))
    return [line.holder.person for line in lines if line.holder and line.seat.role.standing is Standing.MAYOR]


def _place(cohort: Cohort, city: City) -> str:
    return f"/{cohort.slug}/cities/{city.slug}/designees"
