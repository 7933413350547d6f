"""Which cycle and which city's update an address names, for all routes of updates."""

from typing import Annotated

from fastapi import Depends, Request

from app.models import City, Cohort, Update, UpdateCycle
from app.routes.door import CityHere, CohortHere, Db, NotHere
from app.updates.cycles import find_cycle, find_update


def cycle_here(request: Request, db: Db, cohort: CohortHere) -> UpdateCycle:
    """The cycle of the cohort that the address names; raises NotHere."""
    cycle = find_cycle(db, cohort.key, request.path_params["cycle"])
    if cycle is None:
        raise NotHere(f"{cohort.name} has no cycle of updates at this address.")
    return cycle


CycleHere = Annotated[UpdateCycle, Depends(cycle_here)]


def update_here(db: Db, cycle: CycleHere, city: CityHere) -> Update:
    """The update that the address's city owes in its cycle; raises NotHere."""
    update = find_update(db, cycle, city.key)
    if update is None:
        raise NotHere(f"{city.name} owes no update in {cycle.title}.")
    return update


UpdateHere = Annotated[Update, Depends(update_here)]


def place_of(cohort: Cohort, cycle: UpdateCycle, city: City) -> str:
    """The address of a city's update."""
    return f"/{cohort.slug}/updates/{cycle.slug}/{city.slug}"
