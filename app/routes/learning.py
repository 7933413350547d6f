"""What the cities learn from one another: asks, commitments and what became of them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from app.learning.asks import asks_of
from app.learning.kept import commitments_of, kept_by_city, narrowed
from app.learning.more import asks_said
from app.models import AnswerState
from app.routes.door import CohortHere, Db, Needs, ViewerHere
from app.routes.kept import keep
from app.routes.pages import page

router = APIRouter()
PAGE = 60


@router.get("/{cohort}/learning", dependencies=[Depends(Needs("learning.read"))])
def read(
    request: Request,
    db: Db,
    cohort: CohortHere,
    viewer: ViewerHere,
    city: Annotated[str, Query(max_length=80)] = "",
    stage: Annotated[str, Query(max_length=120)] = "",
    state: Annotated[str, Query(max_length=20)] = "",
    start: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> Response:
    """Asks by city, and commitments narrowed by city, stage and state; only what is released has a part in it."""
    commitments = commitments_of(db, cohort.key)
    found = narrowed(commitments, city=city, stage=stage, state=state)
    context = {
        "asks": asks_of(db, cohort.key),
        "said": asks_said(db, cohort.key, viewer),
        "kept": kept_by_city(commitments),
        "commitments": found[start : start + PAGE],
        "found": len(found),
        "start": start,
        "next": start + PAGE if len(found) > start + PAGE else None,
        "chosen": {"city": city, "stage": stage, "state": state},
        "cities": sorted({(one.city_slug, one.city) for one in commitments}, key=lambda pair: pair[1]),
        "stages": [(name, name) for name in sorted({one.stage for one in commitments if one.stage})],
        "states": [("open", "Not answered yet"), *((state.value, state.value.capitalize()) for state in AnswerState)],
    }
    return keep(page(request, "learning/learning.html", context))
