"""The audit log, for organizers."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from app.people.history import Sought, choices_of, log_of, said
from app.routes.door import CohortHere, Db, Needs
from app.routes.pages import page

router = APIRouter()


@router.get("/{cohort}/audit", dependencies=[Depends(Needs("audit.read"))])
def read(
    request: Request,
    db: Db,
    cohort: CohortHere,
    by: Annotated[str, Query(max_length=300)] = "",
    act: Annotated[str, Query(max_length=80)] = "",
    subject: Annotated[str, Query(max_length=80)] = "",
    before: int | None = None,
) -> Response:
    """A page of it, newest first, narrowed by person, act and subject."""
    sought = Sought(by=by, act=act, subject=subject, before=before)
    people, acts, subjects = choices_of(db, cohort.key)
    context = {
        "log": log_of(db, cohort, sought),
        "sought": sought,
        "people": [(name, name) for name in people],
        "acts": [(name, said(name)) for name in acts],
        "subjects": [(name, said(name)) for name in subjects],
    }
    return page(request, "audit/log.html", context)
