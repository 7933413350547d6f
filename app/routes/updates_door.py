"""Which cycle and which city's update an address names, for all routes of updates."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from app.models import City, Cohort, Update, UpdateCycle
from app.routes.door import CityHere, CohortHere, Db, NotHere
from app.updates.board import STEPS, line_of
from app.updates.cycles import find_cycle, find_update


def cycle_here(request: Request, db: Db, cohort: CohortHere) -> UpdateCycle:
    """The cycle of the cohort that the address names; raises NotHere."""
    cycle = find_cycle(db, cohort.key, request.path_params["cycle"])
    if cycle is None:
        raise NotHere(f"{cohort.name} has no cycle of updates at this address.")
    return cycle


CycleHere = Annotated[UpdateCycle, Depends(cycle_here)]


@dataclass(frozen=True, slots=True)
class CityUpdate:
    """The update that an address names, with what stands around it."""

    cohort: Cohort
    cycle: UpdateCycle
    city: City
    update: Update

    @property
    def place(self) -> str:
        """Its address."""
        return f"/{self.cohort.slug}/updates/{self.cycle.slug}/{self.city.slug}"

    def shown(self) -> dict[str, object]:
        """What every page about it shows: whose it is, and how far it has come."""
        return {
            "cycle": self.cycle,
            "city": self.city,
            "update": self.update,
            "place": self.place,
            "line": line_of(self.cycle, self.update, self.city),
            "steps": STEPS,
        }


def update_here(db: Db, cohort: CohortHere, cycle: CycleHere, city: CityHere) -> CityUpdate:
    """The update that the address's city owes in its cycle; raises NotHere."""
    update = find_update(db, cycle, city.key)
    if update is None:
        raise NotHere(f"{city.name} owes no update in {cycle.title}.")
    return CityUpdate(cohort, cycle, city, update)


UpdateHere = Annotated[CityUpdate, Depends(update_here)]
