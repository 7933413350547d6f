"""The updates over time: a city's thread across its mayors, and what cities kept of what they said."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from app import clock
from app.learning.heat import heat_map
from app.learning.kept import commitments_of
from app.models import UpdateCycle
from app.people import cities
from app.people.stages import stages_of
from app.routes.door import CityHere, CohortHere, Db, Needs, NotHere
from app.routes.kept import keep
from app.routes.pages import page
from app.updates.board import Line, of_city
from app.updates.released import released
from app.updates.thread import MayorChange, lives, mayor_changes, number_lines

router = APIRouter()
READ = [Depends(Needs("update.read"))]


@router.get("/{cohort}/cities/{city}/updates", dependencies=READ)
def thread(
    request: Request,
    db: Db,
    cohort: CohortHere,
    city: CityHere,
    show: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """A city's updates and commitments, the latest first; `show=open` leaves out commitments that are closed."""
    if cities.membership_of(db, cohort.key, city.key) is None:
        raise NotHere(f"{city.name} is not a city of {cohort.name}.")
    found = released(db, cohort.key, city_id=city.key)
    all_lives = lives(found)
    of_cycles = of_city(db, cohort.key, city.key)
    context = {
        "city": city,
        "released": {one.cycle.key: one for one in found},
        "lines": list(_in_time(of_cycles, mayor_changes(db, cohort.key, city.key))),
        "updates": len(of_cycles),
        "numbers": number_lines(found),
        "lives": [one for one in all_lives if show != "open" or not one.is_closed],
        "open": sum(not one.is_closed for one in all_lives),
        "all": len(all_lives),
        "show": show,
        "today": clock.today(city.zone),
    }
    return keep(page(request, "updates/thread.html", context))


@router.get("/{cohort}/updates/commitments", dependencies=READ)
def commitments(
    request: Request, db: Db, cohort: CohortHere, stage: Annotated[str, Query(max_length=120)] = ""
) -> Response:
    """Cities by cycles: how many of the commitments made then are kept, of one stage of Measures or of all."""
    found = commitments_of(db, cohort.key)
    names = dict.fromkeys([one.name for one in stages_of(db, cohort.key)] + sorted({one.stage for one in found} - {""}))
    context = {"map": heat_map(found, stage=stage), "stage": stage, "stages": list(names), "any": bool(found)}
    return keep(page(request, "updates/commitments.html", context))


def _in_time(
    lines: Sequence[tuple[UpdateCycle, Line]], changes: Sequence[MayorChange]
) -> Iterator[tuple[UpdateCycle | None, Line | None, list[MayorChange]]]:
    """The cycles, the latest first, each after the changes of mayor that came since its due date; and what was before
    all of them."""
    later = date.max
    for cycle, line in lines:
        yield cycle, line, [change for change in changes if cycle.due_on < change.on <= later]
        later = cycle.due_on
    yield None, None, [change for change in changes if change.on <= later] if lines else []
