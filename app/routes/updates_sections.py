"""What a cycle asks, for organizers: each section's words, its place, and the whole as writers see it."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from pydantic import BaseModel
from sqlmodel import Session

from app.models import SectionKind, UpdateCycle, UpdateSection
from app.people.audit import Refused
from app.routes import typed
from app.routes.door import CohortHere, Db, Needs, NotHere, ViewerHere
from app.routes.pages import page, see_other
from app.routes.updates_door import CycleHere
from app.updates import section_changes
from app.updates.sections import CommitmentsPlan, SectionPlan, commitments_plan_of, plans_of

HERE = "/{cohort}/updates/{cycle}/settings"
router = APIRouter(prefix=HERE)
STEER = [Depends(Needs("update.steer"))]
ONE = "/sections/{section:int}"
NO_SUCH_NUMBER = 2**31 - 1


class CommitmentsForm(BaseModel):
    """What is asked of new commitments, as it is typed."""

    prompt: str = ""
    guidance: str = ""
    example: str = ""


class SectionForm(BaseModel):
    """A section as it is typed."""

    title: str = ""
    prompt: str = ""
    guidance: str = ""
    example: str = ""
    kind: str = SectionKind.PROSE.value
    words: str = "200"
    required: str = ""


@router.get("/preview", dependencies=STEER)
def preview(request: Request, cycle: CycleHere) -> Response:
    """The sections as writers see them."""
    return page(request, "updates/settings_preview.html", {"cycle": cycle, "plans": plans_of(cycle)})


@router.get("/sections/new", dependencies=STEER)
def new(request: Request, cycle: CycleHere) -> Response:
    return _form(request, cycle, None, SectionForm(required="yes"))


@router.post("/sections", dependencies=STEER)
def add(
    request: Request,
    db: Db,
    cohort: CohortHere,
    cycle: CycleHere,
    viewer: ViewerHere,
    form: Annotated[SectionForm, Form()],
) -> Response:
    try:
        section = section_changes.add_section(db, cycle, _plan(form), by=viewer)
    except Refused as refused:
        return _form(request, cycle, None, form, refused)
    return see_other(_at(cohort.slug, cycle), flash=f"“{section.title[:60]}” is asked, last in the order.")


@router.get("/commitments", dependencies=STEER)
def look_at_commitments(request: Request, cycle: CycleHere) -> Response:
    """What is asked of new commitments."""
    plan = commitments_plan_of(cycle)
    return _commitments(request, cycle, CommitmentsForm(**asdict(plan)))


@router.post("/commitments", dependencies=STEER)
def ask_commitments(
    request: Request,
    db: Db,
    cohort: CohortHere,
    cycle: CycleHere,
    viewer: ViewerHere,
    form: Annotated[CommitmentsForm, Form()],
) -> Response:
    try:
        section_changes.ask_commitments(db, cycle, CommitmentsPlan(**form.model_dump()), by=viewer)
    except Refused as refused:
        return _commitments(request, cycle, form, refused)
    return see_other(_at(cohort.slug, cycle), flash="Saved. Who is writing sees it from now on.")


@router.get(ONE, dependencies=STEER)
def look(request: Request, db: Db, cycle: CycleHere, section: int) -> Response:
    one = _section(db, cycle, section)
    form = SectionForm(
        title=one.title,
        prompt=one.prompt,
        guidance=one.guidance,
        example=one.example,
        kind=one.kind.value,
        words=str(one.words),
        required="yes" if one.required else "",
    )
    return _form(request, cycle, one, form)


@router.post(ONE, dependencies=STEER)
def change(
    request: Request,
    db: Db,
    cohort: CohortHere,
    cycle: CycleHere,
    viewer: ViewerHere,
    section: int,
    form: Annotated[SectionForm, Form()],
) -> Response:
    one = _section(db, cycle, section)
    try:
        section_changes.change_section(db, one, _plan(form), by=viewer)
    except Refused as refused:
        return _form(request, cycle, one, form, refused)
    return see_other(_at(cohort.slug, cycle), flash="Saved. Who is writing sees it from now on.")


@router.post(ONE + "/place", dependencies=STEER)
def move(
    db: Db, cohort: CohortHere, cycle: CycleHere, viewer: ViewerHere, section: int, to: Annotated[str, Form()] = ""
) -> Response:
    section_changes.move_section(db, _section(db, cycle, section), up=to == "up", by=viewer)
    return see_other(_at(cohort.slug, cycle))


@router.post(ONE + "/archival", dependencies=STEER)
def put_away(db: Db, cohort: CohortHere, cycle: CycleHere, viewer: ViewerHere, section: int) -> Response:
    one = _section(db, cycle, section)
    section_changes.put_section_away(db, one, by=viewer)
    return see_other(_at(cohort.slug, cycle), flash=f"“{one.title[:60]}” is put away. What was written there is kept.")


@router.post(ONE + "/restoration", dependencies=STEER)
def bring_back(db: Db, cohort: CohortHere, cycle: CycleHere, viewer: ViewerHere, section: int) -> Response:
    one = _section(db, cycle, section)
    section_changes.bring_section_back(db, one, by=viewer)
    return see_other(_at(cohort.slug, cycle), flash=f"“{one.title[:60]}” is asked again.")


def _at(cohort: str, cycle: UpdateCycle) -> str:
    return f"/{cohort}/updates/{cycle.slug}/settings#sections"


def _section(db: Session, cycle: UpdateCycle, number: int) -> UpdateSection:
    section = db.get(UpdateSection, min(number, NO_SUCH_NUMBER))
    if section is None or section.cycle_id != cycle.key:
        raise NotHere(f"{cycle.title} has no such section.")
    return section


def _plan(form: SectionForm) -> SectionPlan:
    """The form as a plan; raises Refused at the field that could not be understood."""
    words = form.words.strip()
    if not (words.isascii() and words.isdecimal() and len(words) < 7):
        raise Refused("Give a number of words, such as 200.", "words")
    if form.kind not in set(SectionKind):
        raise Refused("Choose one of the list.", "kind")
    return SectionPlan(
        "",
        form.title,
        form.prompt,
        form.guidance,
        words=int(words),
        required=bool(form.required),
        example=form.example,
        kind=SectionKind(form.kind),
    )


def _form(
    request: Request,
    cycle: UpdateCycle,
    section: UpdateSection | None,
    form: SectionForm,
    refused: Refused | None = None,
) -> Response:
    context = {
        "cycle": cycle,
        "section_here": section,
        "form": form,
        "errors": dict(typed.errors(refused)) if refused else {},
    }
    return page(request, "updates/settings_section.html", context, status=422 if refused else 200)


def _commitments(
    request: Request, cycle: UpdateCycle, form: CommitmentsForm, refused: Refused | None = None
) -> Response:
    context = {"cycle": cycle, "form": form, "errors": dict(typed.errors(refused)) if refused else {}}
    return page(request, "updates/settings_commitments.html", context, status=422 if refused else 200)
