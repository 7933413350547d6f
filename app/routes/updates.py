"""The mayors' updates: the board of a cycle, reading, release and redaction. Writing and approval stand beside it."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from sqlmodel import Session, col, select

from app.mailing import letters
from app.models import Cohort, Convening, Update, UpdateCycle, UpdateState, UpdateVersion
from app.people.audit import Refused
from app.people.viewer import Viewer
from app.routes.door import CohortHere, Db, Needs, NotHere, SettingsHere, ViewerHere
from app.routes.kept import keep
from app.routes.pages import page, see_other
from app.routes.updates_door import CycleHere, UpdateHere, note_look
from app.settings import Settings
from app.updates.approval import may_approve
from app.updates.board import STEPS, Line, board_of
from app.updates.cycles import cycles_of, days_to_go, open_cycle
from app.updates.looks import Looked
from app.updates.reading import is_own_city, neighbours, readable_update, readers
from app.updates.redactions import redact
from app.updates.releases import release_update, release_updates

router = APIRouter()
BOARD = [Depends(Needs("update.board"))]
READ = [Depends(Needs("update.read"))]
RELEASE = [Depends(Needs("update.release"))]
FIELDS = ("title", "slug", "period_starts_on", "period_ends_on", "due_on", "convening")


@router.get("/{cohort}/updates", dependencies=BOARD)
def latest(request: Request, db: Db, cohort: CohortHere) -> Response:
    """The board of the latest cycle; before there is one, what will be here."""
    cycles = cycles_of(db, cohort.key)
    if cycles:
        return see_other(f"/{cohort.slug}/updates/{cycles[0].slug}")
    return page(request, "updates/none.html")


@router.get("/{cohort}/updates/new", dependencies=RELEASE)
def new(request: Request, db: Db, cohort: CohortHere) -> Response:
    return page(request, "updates/new.html", {**_choices(db, cohort), "form": dict.fromkeys(FIELDS, ""), "errors": {}})


@router.post("/{cohort}/updates", dependencies=RELEASE)
def create(
    request: Request,
    db: Db,
    cohort: CohortHere,
    viewer: ViewerHere,
    title: Annotated[str, Form(max_length=300)] = "",
    slug: Annotated[str, Form(max_length=80)] = "",
    period_starts_on: Annotated[str, Form()] = "",
    period_ends_on: Annotated[str, Form()] = "",
    due_on: Annotated[str, Form()] = "",
    convening: Annotated[str, Form()] = "",
) -> Response:
    """Open a cycle; each active city then owes an update."""
    form = {
        "title": title,
        "slug": slug,
        "period_starts_on": period_starts_on,
        "period_ends_on": period_ends_on,
        "due_on": due_on,
        "convening": convening,
    }
    days = {name: _day(form[name]) for name in ("period_starts_on", "period_ends_on", "due_on")}
    errors = {name: "Give a date, such as 2017-10-27." for name, day in days.items() if day is None}
    starts_on, ends_on, due = days.values()
    chosen = next((one for one in _convenings(db, cohort.key) if one.slug == convening), None)
    if starts_on and ends_on and due:
        try:
            cycle = open_cycle(
                db,
                cohort,
                slug=slug.strip(),
                title=title,
                period=(starts_on, ends_on),
                due_on=due,
                convening=chosen,
                by=viewer,
            )
            return see_other(f"/{cohort.slug}/updates/{cycle.slug}", flash=f"{cycle.title} is open.")
        except Refused as refused:
            errors = {refused.field or "": refused.sentence}
    context = {**_choices(db, cohort), "form": form, "errors": errors}
    return page(request, "updates/new.html", context, status=422)


@router.get("/{cohort}/updates/{cycle}", dependencies=BOARD)
def board(request: Request, db: Db, cohort: CohortHere, cycle: CycleHere, viewer: ViewerHere) -> Response:
    """How far each city is, never what it says (rule 5)."""
    found = board_of(db, cycle)
    own = [line for line in found.lines if line.city_id in viewer.city_ids(cohort.key)]
    context = {
        "cycle": cycle,
        "cycles": cycles_of(db, cohort.key),
        "board": found,
        "own": [(line, _awaits(db, line, viewer)) for line in own],
        "steps": STEPS,
        "days": days_to_go(cycle, cohort.zone),
        "convening": db.get(Convening, cycle.convening_id) if cycle.convening_id else None,
    }
    return keep(page(request, "updates/board.html", context))


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
    cities = _announce(db, cohort, cycle, versions, settings)
    said = f"{cities[0]}’s update is" if len(cities) == 1 else f"{len(cities)} updates are"
    return see_other(f"/{cohort.slug}/updates/{cycle.slug}", flash=f"{said} released, and the cohort has a letter.")


@router.get("/{cohort}/updates/{cycle}/{city}", dependencies=READ)
def read(request: Request, db: Db, here: UpdateHere, viewer: ViewerHere, version: int | None = None) -> Response:
    """The update as this viewer may read it; before its release peers get its status and no text (rule 5)."""
    own = is_own_city(db, here.update, viewer)
    context = here.shown() | {"own": own}
    reading = readable_update(db, here.update, viewer, version)
    if reading is None:
        if version is not None:
            raise NotHere(f"{here.city.name}’s update has no version {version}.")
        return page(request, "updates/waiting.html", context)
    if reading.version is None:
        note_look(request, db, here.update, viewer, Looked.DRAFT)
    context |= {
        "reading": reading,
        "content": reading.content,
        "neighbours": neighbours(db, here.update),
        "may_approve": own and may_approve(db, here.update, viewer),
    }
    drawn = page(request, "updates/read.html", context)
    return keep(drawn) if reading.version else drawn


@router.post("/{cohort}/updates/{cycle}/{city}/redactions", dependencies=RELEASE)
def take_out(
    db: Db,
    here: UpdateHere,
    viewer: ViewerHere,
    part: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
) -> Response:
    redact(db, here.update, part=part, reason=reason, by=viewer)
    return see_other(here.place, flash="Taken out. The page says who did it and why.")


def _announce(
    db: Session, cohort: Cohort, cycle: UpdateCycle, versions: list[UpdateVersion], settings: Settings
) -> list[str]:
    """Write the letters of one act of release; returns the names of its cities."""
    cities = [version.update.city.name for version in versions]
    letters.updates_released(
        db,
        readers(db, cohort.key),
        cities=cities,
        cycle=cycle.title,
        address=f"{settings.address}/{cohort.slug}/updates/{cycle.slug}",
        release=max(version.key for version in versions),
    )
    return cities


def _awaits(db: Session, line: Line, viewer: Viewer) -> bool:
    """Whether the line's update waits for this very viewer's approval."""
    return line.state is UpdateState.WITH_MAYOR and may_approve(db, db.get_one(Update, line.update_id), viewer)


def _choices(db: Session, cohort: Cohort) -> dict[str, object]:
    cycles = cycles_of(db, cohort.key)
    convenings = [(one.slug, one.title) for one in _convenings(db, cohort.key)]
    return {"convenings": convenings, "last": cycles[0] if cycles else None}


def _convenings(db: Session, cohort_id: int) -> list[Convening]:
    return list(
        db.exec(
            select(Convening)
            .where(Convening.cohort_id == cohort_id, col(Convening.archived_at).is_(None))
            .order_by(col(Convening.starts_on).desc())
        )
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
