"""Cycles as data, for organizers: opening one after the pattern of the last, and the settings of one."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, TypedDict

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from pydantic import BaseModel
from sqlmodel import Session, col, select

from app.models import Cohort, Convening, ReleaseWay, UpdateCycle
from app.people.audit import Refused
from app.registration.travel import write_moment
from app.routes import typed
from app.routes.door import CohortHere, Db, Needs, ViewerHere
from app.routes.pages import page, see_other
from app.routes.updates_door import CycleHere
from app.updates.board import board_of
from app.updates.cycle_settings import change_cycle, suggested
from app.updates.cycles import cycles_of, open_cycle
from app.updates.nudge_plan import rules_of
from app.updates.section_changes import sections_of, written_in
from app.updates.sections import FIRST_SECTIONS, CommitmentsPlan, SectionPlan, commitments_plan_of, plans_of

router = APIRouter()
STEER = [Depends(Needs("update.steer"))]
Errors = Mapping[str, str]

OWN = "the usual"
"""What a form calls the sections that no cycle before has."""


class _Asked(TypedDict, total=False):
    sections: list[SectionPlan]
    commitments: CommitmentsPlan


class CycleForm(BaseModel):
    """A cycle as it is typed, all of it text."""

    title: str = ""
    slug: str = ""
    period_starts_on: str = ""
    period_ends_on: str = ""
    due_on: str = ""
    convening: str = ""
    countdown_days: str = ""
    sections: str = ""


@router.get("/{cohort}/updates/new", dependencies=STEER)
def new(request: Request, db: Db, cohort: CohortHere) -> Response:
    """The form, filled with what the next cycle is likely to be."""
    form = CycleForm()
    next_one = suggested(db, cohort)
    if next_one is not None:
        form = CycleForm(
            title=next_one.title,
            slug=next_one.slug,
            period_starts_on=next_one.period[0].isoformat(),
            period_ends_on=next_one.period[1].isoformat(),
            due_on=next_one.due_on.isoformat(),
            convening=next_one.convening.slug if next_one.convening else "",
            sections=cycles_of(db, cohort.key)[0].slug,
        )
    return _new(request, db, cohort, form, {})


@router.post("/{cohort}/updates", dependencies=STEER)
def create(
    request: Request, db: Db, cohort: CohortHere, viewer: ViewerHere, form: Annotated[CycleForm, Form()]
) -> Response:
    """Open a cycle; each active city then owes an update."""
    days, errors = _days(form)
    if not errors:
        try:
            cycle = open_cycle(
                db,
                cohort,
                slug=form.slug.strip(),
                title=form.title,
                period=(days["period_starts_on"], days["period_ends_on"]),
                due_on=days["due_on"],
                convening=_convening(db, cohort, form.convening),
                **_asked(db, cohort, form.sections),
                by=viewer,
            )
            return see_other(f"/{cohort.slug}/updates/{cycle.slug}", flash=f"{cycle.title} is open.")
        except Refused as refused:
            errors = dict(typed.errors(refused))
    return _new(request, db, cohort, form, errors)


@router.get("/{cohort}/updates/{cycle}/settings", dependencies=STEER)
def settings(request: Request, db: Db, cohort: CohortHere, cycle: CycleHere) -> Response:
    """The cycle's terms, when it goes out, and what it asks."""
    return show_settings(request, db, cohort, cycle)


@router.post("/{cohort}/updates/{cycle}/settings", dependencies=STEER)
def change(
    request: Request,
    db: Db,
    cohort: CohortHere,
    cycle: CycleHere,
    viewer: ViewerHere,
    form: Annotated[CycleForm, Form()],
) -> Response:
    days, errors = _days(form)
    countdown = form.countdown_days.strip()
    if not (countdown.isascii() and countdown.isdecimal() and len(countdown) < 6):
        errors["countdown_days"] = "Give a number of days, such as 28; 0 shows none."
    if not errors:
        try:
            change_cycle(
                db,
                cycle,
                title=form.title,
                period=(days["period_starts_on"], days["period_ends_on"]),
                due_on=days["due_on"],
                convening=_convening(db, cohort, form.convening),
                countdown_days=int(countdown),
                by=viewer,
            )
            return see_other(f"/{cohort.slug}/updates/{cycle.slug}/settings", flash="Saved.")
        except Refused as refused:
            errors = dict(typed.errors(refused))
    return show_settings(request, db, cohort, cycle, written=form.model_dump(), errors=errors, part="terms")


def show_settings(
    request: Request,
    db: Session,
    cohort: Cohort,
    cycle: UpdateCycle,
    *,
    written: Mapping[str, str] | None = None,
    errors: Errors | None = None,
    part: str = "",
) -> Response:
    """The page of settings; after a refusal with what was typed into its `part`, "terms" or "release"."""
    board = board_of(db, cycle)
    sections = sections_of(db, cycle)
    kept: dict[str, Any] = {
        "title": cycle.title,
        "period_starts_on": cycle.period_starts_on.isoformat(),
        "period_ends_on": cycle.period_ends_on.isoformat(),
        "due_on": cycle.due_on.isoformat(),
        "convening": next((one.slug for one in _convenings(db, cohort) if one.key == cycle.convening_id), ""),
        "countdown_days": str(cycle.countdown_days),
        "way": cycle.release_way.value,
        "release_at": write_moment(cycle.release_at, cohort.zone),
    }
    context = {
        "cycle": cycle,
        "board": board,
        "asked": [one for one in sections if one.archived_at is None],
        "put_away": [one for one in sections if one.archived_at is not None],
        "written_in": written_in(db, cycle),
        "convenings": [(one.slug, one.title) for one in _convenings(db, cohort)],
        "ways": list(ReleaseWay),
        "nudge_rules": len(rules_of(db, cycle)),
        "form": kept | dict(written or {}),
        "errors": dict(errors or {}),
        "part": part,
    }
    return page(request, "updates/settings.html", context, status=422 if errors else 200)


def _new(request: Request, db: Session, cohort: Cohort, form: CycleForm, errors: Errors) -> Response:
    cycles = cycles_of(db, cohort.key)
    context = {
        "form": form,
        "errors": errors,
        "convenings": [(one.slug, one.title) for one in _convenings(db, cohort)],
        "patterns": [*((one.slug, f"As in {one.title}") for one in cycles), (OWN, "The usual five")],
        "usual": [one.title for one in FIRST_SECTIONS],
        "last": cycles[0] if cycles else None,
    }
    return page(request, "updates/new.html", context, status=422 if errors else 200)


def _asked(db: Session, cohort: Cohort, pattern: str) -> _Asked:
    """What the cycle asks that was chosen as the pattern; nothing leaves it to the last one."""
    if pattern == OWN:
        return {"sections": list(FIRST_SECTIONS), "commitments": CommitmentsPlan()}
    chosen = next((one for one in cycles_of(db, cohort.key) if one.slug == pattern), None)
    return {"sections": plans_of(chosen), "commitments": commitments_plan_of(chosen)} if chosen else {}


def _days(form: CycleForm) -> tuple[dict[str, date], dict[str, str]]:
    days: dict[str, date] = {}
    errors: dict[str, str] = {}
    for name in ("period_starts_on", "period_ends_on", "due_on"):
        try:
            days[name] = date.fromisoformat(getattr(form, name).strip())
        except ValueError:
            errors[name] = "Give a date, such as 2017-10-27."
    return days, errors


def _convening(db: Session, cohort: Cohort, slug: str) -> Convening | None:
    return next((one for one in _convenings(db, cohort) if one.slug == slug), None)


def _convenings(db: Session, cohort: Cohort) -> list[Convening]:
    return list(
        db.exec(
            select(Convening)
            .where(Convening.cohort_id == cohort.key, col(Convening.archived_at).is_(None))
            .order_by(col(Convening.starts_on).desc())
        )
    )
