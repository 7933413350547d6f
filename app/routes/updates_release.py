"""Releasing what is approved, by hand or by a plan; and more time for a city. For organizers."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from app.mailing.letters import more_time_given
from app.mailing.release_letters import tell_of_release
from app.models import ReleaseWay, Update, UpdateCycle
from app.people.audit import Refused
from app.registration.travel import read_moment
from app.routes import typed
from app.routes.door import CohortHere, Db, Needs, NotHere, SettingsHere, ViewerHere
from app.routes.pages import page, see_other
from app.routes.updates_cycles import show_settings
from app.routes.updates_door import CityUpdate, CycleHere, UpdateHere
from app.updates.approvers import facilitators_of
from app.updates.board import board_of
from app.updates.extensions import end_extension, extend_update
from app.updates.release_plan import plan_release
from app.updates.releases import release_update, release_updates

router = APIRouter()
RELEASE = [Depends(Needs("update.release"))]
STEER = [Depends(Needs("update.steer"))]
Text = Annotated[str, Form(max_length=4000)]


@router.post("/{cohort}/updates/{cycle}/releases", dependencies=RELEASE)
def release(
    db: Db,
    cohort: CohortHere,
    cycle: CycleHere,
    viewer: ViewerHere,
    settings: SettingsHere,
    city: Annotated[str, Form()] = "",
) -> Response:
    """Release one city's approved update, or all that are approved, and tell the cohort once."""
    if city:
        line = next((one for one in board_of(db, cycle).lines if one.city_slug == city), None)
        if line is None:
            raise NotHere(f"No such city owes an update in {cycle.title}.")
        versions = [release_update(db, db.get_one(Update, line.update_id), by=viewer)]
    else:
        versions = release_updates(db, cycle, by=viewer)
    cities = tell_of_release(db, cycle, versions, settings)
    said = f"{cities[0]}’s update is" if len(cities) == 1 else f"{len(cities)} updates are"
    return see_other(f"/{cohort.slug}/updates/{cycle.slug}", flash=f"{said} released, and the cohort has a letter.")


@router.post("/{cohort}/updates/{cycle}/release-plan", dependencies=RELEASE)
def plan(
    request: Request,
    db: Db,
    cohort: CohortHere,
    cycle: CycleHere,
    viewer: ViewerHere,
    way: Annotated[ReleaseWay, Form()] = ReleaseWay.BY_HAND,
    release_at: Text = "",
) -> Response:
    """Say when approved updates go out; the hour is read on the cohort's clocks."""
    try:
        at = read_moment(release_at, cohort.zone, "release_at") if way is not ReleaseWay.BY_HAND else None
        plan_release(db, cycle, way=way, at=at, by=viewer)
    except Refused as refused:
        written = {"way": way.value, "release_at": release_at}
        return show_settings(request, db, cohort, cycle, written=written, errors=typed.errors(refused), part="release")
    return see_other(f"{_board(cohort.slug, cycle)}#release", flash=_said(cycle))


@router.get("/{cohort}/updates/{cycle}/{city}/extension", dependencies=STEER)
def more_time(request: Request, here: UpdateHere) -> Response:
    return _extension(request, here)


@router.post("/{cohort}/updates/{cycle}/{city}/extension", dependencies=STEER)
def give_more_time(
    request: Request,
    db: Db,
    here: UpdateHere,
    viewer: ViewerHere,
    settings: SettingsHere,
    until: Text = "",
    reason: Text = "",
) -> Response:
    """Give the city a later due date; its facilitators hear of it."""
    before = (here.update.extended_to, here.update.extension_reason)
    try:
        extend_update(db, here.update, until=typed.day(until, "until"), reason=reason, by=viewer)
    except Refused as refused:
        return _extension(request, here, {"until": until, "reason": reason}, refused)
    if (here.update.extended_to, here.update.extension_reason) != before:
        more_time_given(
            db,
            facilitators_of(db, here.update),
            city=here.city.name,
            cycle=here.cycle,
            update=here.update,
            address=f"{settings.address}{here.place}/edit",
        )
    return see_other(_board(here.cohort.slug, here.cycle), flash=f"{here.city.name} has more time, and knows.")


@router.post("/{cohort}/updates/{cycle}/{city}/extension/end", dependencies=STEER)
def take_time_back(db: Db, here: UpdateHere, viewer: ViewerHere) -> Response:
    end_extension(db, here.update, by=viewer)
    return see_other(_board(here.cohort.slug, here.cycle), flash=f"{here.city.name} has the same day as all others.")


def _board(cohort: str, cycle: UpdateCycle) -> str:
    return f"/{cohort}/updates/{cycle.slug}"


def _said(cycle: UpdateCycle) -> str:
    if cycle.release_way is ReleaseWay.BY_HAND:
        return "Nothing goes out by itself. You release what is approved."
    return "Said. Until then you can change or stop it."


def _extension(
    request: Request, here: CityUpdate, written: dict[str, str] | None = None, refused: Refused | None = None
) -> Response:
    until, reason = here.update.extended_to, here.update.extension_reason
    context = here.shown() | {
        "form": written or {"until": until.isoformat() if until else "", "reason": reason},
        "errors": dict(typed.errors(refused)) if refused else {},
    }
    return page(request, "updates/extension.html", context, status=422 if refused else 200)
