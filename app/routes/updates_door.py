"""Which cycle and which city's update an address names, for all routes of updates."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from sqlmodel import Session

from app.models import City, Cohort, Update, UpdateCycle
from app.people.viewer import Viewer
from app.routes.door import LOOKING, CityHere, CohortHere, Db, NotHere, database_here
from app.updates import looks
from app.updates.board import STEPS, line_of
from app.updates.cycles import find_cycle, find_update
from app.updates.looks import Looked


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


def note_look(request: Request, db: Session, update: Update, viewer: Viewer, what: Looked) -> None:
    """Put on record that the viewer looks at unreleased text, before it is shown; call it on every such answer.

    A request that only looks writes in a short transaction of its own; a form's answer has one already.
    """
    if request.method not in LOOKING:
        looks.note_look(db, update, viewer, what)
    elif not looks.is_noted(db, update.key, viewer, what):
        with database_here(request).write() as writing:
            looks.note_look(writing, update.key, viewer, what)
