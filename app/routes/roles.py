"""The roles of a cohort: a list that organizers edit, in their field's own words."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from app.models import Cohort, Role, Standing
from app.people import cohorts
from app.people.audit import Refused
from app.routes import typed
from app.routes.door import CohortHere, Db, Needs, NotHere, ViewerHere
from app.routes.pages import page, see_other

router = APIRouter()
CHANGE = [Depends(Needs("people.change"))]
Text = Annotated[str, Form()]

MAY = {
    Standing.MEMBER: "Takes part as a team member",
    Standing.MAYOR: "Approves the city’s update",
    Standing.SUPERINTENDENT: "Has the superintendents’ sessions",
    Standing.FACILITATOR: "Registers the team, drafts the update",
    Standing.EXPERT: "Sees what they are invited to",
    Standing.STAFF: "Lab staff: reads everything but what is private",
    Standing.ORGANIZER: "Lab organizer: builds, publishes, releases",
}
"""What each standing lets its holders do, in a line."""


@router.get("/{cohort}/roles", dependencies=CHANGE)
def all_roles(request: Request, db: Db, cohort: CohortHere) -> Response:
    return _page(request, db, cohort)


@router.post("/{cohort}/roles", dependencies=CHANGE)
def add_role(
    request: Request,
    db: Db,
    cohort: CohortHere,
    viewer: ViewerHere,
    name: Text = "",
    plural: Text = "",
    standing: Text = "member",
) -> Response:
    """A new role, last in the order."""
    try:
        if standing not in MAY:
            raise Refused("Choose what this role may do.", field="standing")
        cohorts.add_role(db, cohort, name=name, plural=plural, standing=Standing(standing), by=viewer)
    except Refused as refused:
        form = {"name": name, "plural": plural, "standing": standing}
        return _page(request, db, cohort, form, typed.errors(refused))
    return see_other(f"/{cohort.slug}/roles", flash="The role is there. Seats of it are added city by city.")


@router.post("/{cohort}/roles/{number}", dependencies=CHANGE)
def rename_role(
    db: Db,
    cohort: CohortHere,
    viewer: ViewerHere,
    number: int,
    name: Text = "",
    plural: Text = "",
    position: Text = "",
) -> Response:
    """Call a role something else, or move it in the order."""
    role = db.get(Role, number)
    if role is None or role.cohort_id != cohort.key:
        raise NotHere(f"{cohort.name} has no such role.")
    place = typed.number_or_none(position, "position")
    cohorts.rename_role(
        db, role, name=name, plural=plural, position=role.position if place is None else place, by=viewer
    )
    return see_other(f"/{cohort.slug}/roles", flash=f"{role.name}: saved.")


def _page(
    request: Request,
    db: Db,
    cohort: Cohort,
    form: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> Response:
    context = {
        "roles": cohorts.roles_of(db, cohort.key),
        "may_do": MAY,
        "form": form or {"name": "", "plural": "", "standing": "member"},
        "errors": errors or {},
    }
    return page(request, "people/roles.html", context, status=422 if errors else 200)
