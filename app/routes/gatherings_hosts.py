"""Who hosts the dates of a series: the order of the cities, swaps, a city that leaves."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form
from fastapi.responses import Response
from sqlmodel import Session

from app import clock
from app.gatherings import hosts
from app.models import AgendaSession, Cohort, Series
from app.people.audit import Refused
from app.people.cities import cities_of
from app.routes import typed
from app.routes.door import CohortHere, Db, Needs, NotHere, ViewerHere
from app.routes.gatherings_series import place_of, series_here
from app.routes.pages import see_other

router = APIRouter()
CHANGE = [Depends(Needs("gathering.change"))]


@router.post("/{cohort}/gatherings/series/{slug}/hosts", dependencies=CHANGE)
def add(
    db: Db,
    cohort: CohortHere,
    viewer: ViewerHere,
    slug: str,
    city: Annotated[str, Form()] = "",
    everyone: Annotated[str, Form()] = "",
) -> Response:
    """One more city at the end of the order, or all that belong to the cohort today."""
    found = series_here(db, cohort, viewer, slug)
    active = [one.key for one in cities_of(db, cohort.key, clock.today(cohort.zone))]
    chosen = active if everyone else [_chosen(city, "city", "Choose a city.")]
    hosts.set_hosts(db, found, [*_order(db, found), *chosen], by=viewer)
    return _back(cohort, found, "The dates to come have their hosts, in this order.")


@router.post("/{cohort}/gatherings/series/{slug}/hosts/swap", dependencies=CHANGE)
def swap(
    db: Db,
    cohort: CohortHere,
    viewer: ViewerHere,
    slug: str,
    one: Annotated[str, Form()] = "",
    other: Annotated[str, Form()] = "",
) -> Response:
    """Two dates change their hosts."""
    found = series_here(db, cohort, viewer, slug)
    hosts.swap_hosts(db, _date(db, found, one, "one"), _date(db, found, other, "other"), by=viewer)
    return _back(cohort, found, "Swapped. The others keep their dates.")


@router.post("/{cohort}/gatherings/series/{slug}/hosts/passing-on", dependencies=CHANGE)
def pass_on(db: Db, cohort: CohortHere, viewer: ViewerHere, slug: str) -> Response:
    """The dates of cities that have left go to those that are there."""
    found = series_here(db, cohort, viewer, slug)
    hosts.pass_on(db, found, by=viewer)
    return _back(cohort, found, "Passed on.")


@router.post("/{cohort}/gatherings/series/{slug}/hosts/{number:int}/place", dependencies=CHANGE)
def put(
    db: Db, cohort: CohortHere, viewer: ViewerHere, slug: str, number: int, to: Annotated[str, Form()] = ""
) -> Response:
    """A city one place up or down in the order."""
    found = series_here(db, cohort, viewer, slug)
    order = _order(db, found)
    if number not in order:
        raise NotHere("That city does not host this series.")
    place = order.index(number)
    order.insert(max(place + {"up": -1, "down": 1}.get(to, 0), 0), order.pop(place))
    hosts.set_hosts(db, found, order, by=viewer)
    return _back(cohort, found, "The dates to come follow the new order.")


@router.post("/{cohort}/gatherings/series/{slug}/hosts/{number:int}/removal", dependencies=CHANGE)
def leave_out(db: Db, cohort: CohortHere, viewer: ViewerHere, slug: str, number: int) -> Response:
    found = series_here(db, cohort, viewer, slug)
    hosts.leave_out(db, found, number, by=viewer)
    return _back(cohort, found, "That city hosts no more; its dates went to those after it.")


def _order(db: Session, found: Series) -> list[int]:
    """The cities as they are next, by number."""
    coming = hosts.coming_dates(db, found.key)
    return [city.key for city in hosts.in_turn(hosts.turns_of(db, found.key), coming)]


def _chosen(text: str, field: str, otherwise: str) -> int:
    number = typed.number_or_none(text, field)
    if number is None:
        raise Refused(otherwise, field)
    return number


def _date(db: Session, found: Series, text: str, field: str) -> AgendaSession:
    session = db.get(AgendaSession, _chosen(text, field, "Choose two dates."))
    if session is None or session.series_id != found.key:
        raise NotHere("The series has no such date.")
    return session


def _back(cohort: Cohort, found: Series, said: str) -> Response:
    return see_other(f"{place_of(cohort, found)}#hosts", flash=said)
