"""The stages of the evaluation framework: a list that organizers edit, and that sessions and commitments serve."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from sqlmodel import Session

from app.models import Cohort, MeasureStage
from app.people import stages
from app.people.audit import Refused
from app.routes import typed
from app.routes.door import CohortHere, Db, Needs, NotHere, ViewerHere
from app.routes.pages import page, see_other

router = APIRouter(dependencies=[Depends(Needs("people.change"))])
HERE = "/{cohort}/measures"
Text = Annotated[str, Form()]


@router.get(HERE)
def all_stages(request: Request, db: Db, cohort: CohortHere) -> Response:
    """The list, with those that were put away below it."""
    return _page(request, db, cohort)


@router.post(HERE)
def add_stage(request: Request, db: Db, cohort: CohortHere, viewer: ViewerHere, name: Text = "") -> Response:
    """A new stage, last in the order."""
    try:
        stages.add_stage(db, cohort, name=name, by=viewer)
    except Refused as refused:
        return _page(request, db, cohort, name, typed.errors(refused))
    return see_other(
        f"/{cohort.slug}/measures", flash="The stage is there. Sessions and commitments can say that they serve it."
    )


@router.post(HERE + "/{number:int}")
def change_stage(
    request: Request,
    db: Db,
    cohort: CohortHere,
    viewer: ViewerHere,
    number: int,
    name: Text = "",
    position: Text = "",
) -> Response:
    """Call a stage something else, or move it in the order."""
    stage = _here(db, cohort, number)
    try:
        place = typed.number_or_none(position, "position")
        stages.change_stage(db, stage, name=name, position=stage.position if place is None else place, by=viewer)
    except Refused as refused:
        return _page(
            request, db, cohort, errors={f"{name_}-{number}": said for name_, said in typed.errors(refused).items()}
        )
    return see_other(f"/{cohort.slug}/measures", flash=f"{stage.name}: saved.")


@router.post(HERE + "/{number:int}/archival")
def put_away(db: Db, cohort: CohortHere, viewer: ViewerHere, number: int) -> Response:
    """Offer a stage no more; what serves it keeps saying so."""
    stage = stages.put_stage_away(db, _here(db, cohort, number), by=viewer)
    return see_other(f"/{cohort.slug}/measures", flash=f"{stage.name} is put away. It can be brought back below.")


@router.post(HERE + "/{number:int}/restoration")
def bring_back(db: Db, cohort: CohortHere, viewer: ViewerHere, number: int) -> Response:
    """Offer a stage again."""
    stage = stages.bring_stage_back(db, _here(db, cohort, number), by=viewer)
    return see_other(f"/{cohort.slug}/measures", flash=f"{stage.name} is back.")


def _here(db: Session, cohort: Cohort, number: int) -> MeasureStage:
    stage = db.get(MeasureStage, number)
    if stage is None or stage.cohort_id != cohort.key:
        raise NotHere(f"{cohort.name} has no such stage.")
    return stage


def _page(
    request: Request, db: Session, cohort: Cohort, name: str = "", errors: Mapping[str, str] | None = None
) -> Response:
    everything = stages.stages_of(db, cohort.key, put_away=True)
    context = {
        "stages": [one for one in everything if one.archived_at is None],
        "put_away": [one for one in everything if one.archived_at is not None],
        "name": name,
        "errors": errors or {},
    }
    return page(request, "people/stages.html", context, status=422 if errors else 200)
