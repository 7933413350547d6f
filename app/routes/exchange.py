"""Agendas by upload: a file is chosen, what it would do is looked at, and only then is anything written."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, Request, UploadFile
from fastapi.responses import Response
from sqlmodel import Session

from app import clock
from app.exchange.apply import Wishes, apply_plan
from app.exchange.imports import expected, make_convening, zone_of
from app.exchange.plans import AgendaPlan, plan_agenda
from app.exchange.read import read_agenda, too_large
from app.exchange.reading import Unreadable
from app.exchange.templates import AGENDA_COLUMNS
from app.exchange.waiting import Upload, WaitingRoom
from app.models import Cohort, Convening, Openness
from app.people.audit import Refused
from app.people.names import slug_of
from app.people.viewer import Viewer
from app.routes.door import CohortHere, Db, Needs, SettingsHere, ViewerHere, convening_here
from app.routes.pages import page, see_other
from app.settings import Settings

router = APIRouter()
IMPORT = [Depends(Needs("agenda.import"))]
Text = Annotated[str, Form()]
Sent = Annotated[UploadFile, File()]

GONE = "That upload is no longer here; uploads wait two hours. Choose the file again."
CHANGED = "The draft has changed since you looked. This is what the import would do now."
LONGEST_BODY = 64 << 20
"""Bytes of a request: more than is taken, so that whoever sends too large a file is told so on a page."""

ABSENT = ("leave", "cancel", "archive")

NEW = "/{cohort}/convenings/import"
INTO = "/{cohort}/convenings/{convening}/import"


@dataclass(frozen=True, slots=True)
class Target:
    """What a file is brought into, by whom: a convening's draft, or a convening that is yet to be made."""

    cohort: Cohort
    convening: Convening | None
    viewer: Viewer
    settings: Settings

    @property
    def whose(self) -> str:
        """The name under which uploads for it wait."""
        return f"agenda {self.cohort.key} {self.convening.key if self.convening else 'new'} {self.viewer.actor_id}"

    @property
    def place(self) -> str:
        """The address where a file is chosen."""
        return f"{self.convening.path if self.convening else f'/{self.cohort.slug}/convenings'}/import"

    @property
    def room(self) -> WaitingRoom:
        return WaitingRoom(self.settings.data_dir)


def target_here(request: Request, db: Db, cohort: CohortHere, viewer: ViewerHere, settings: SettingsHere) -> Target:
    """The target that the address names; raises NotHere for a convening that is not."""
    into = convening_here(request, db, cohort) if "convening" in request.path_params else None
    return Target(cohort, into, viewer, settings)


TargetHere = Annotated[Target, Depends(target_here)]


@router.get(NEW, dependencies=IMPORT)
@router.get(INTO, dependencies=IMPORT)
def choose(request: Request, target: TargetHere) -> Response:
    """Choose the file that a new convening is made of, or whose sessions come into a draft."""
    return _chooser(request, target)


@router.post(NEW, dependencies=IMPORT, max_body_size=LONGEST_BODY)
@router.post(INTO, dependencies=IMPORT, max_body_size=LONGEST_BODY)
def upload(request: Request, target: TargetHere, file: Sent) -> Response:
    """Keep the file, unread, and go and look at it."""
    try:
        token = receive(file, target.settings, whose=target.whose)
    except Unreadable as error:
        return _chooser(request, target, error.sentence)
    return see_other(f"{target.place}/{token}")


@router.get(f"{NEW}/{{token}}", dependencies=IMPORT)
@router.get(f"{INTO}/{{token}}", dependencies=IMPORT)
def preview(request: Request, db: Db, target: TargetHere, token: str, zone: str = "") -> Response:
    """What would be made and changed, field by field; nothing is written yet."""
    upload = target.room.find(token, whose=target.whose)
    if upload is None:
        return _chooser(request, target, GONE)
    try:
        plan = _plan(db, target, upload, "" if target.convening else zone)
    except (Unreadable, Refused) as error:
        return _chooser(request, target, error.sentence)
    return _shown(request, target, upload, plan, zone=zone)


@router.post(f"{NEW}/{{token}}", dependencies=IMPORT)
def import_new(
    request: Request,
    db: Db,
    target: TargetHere,
    token: str,
    stamp: Text = "",
    title: Text = "",
    slug: Text = "",
    zone: Text = "",
    keep: Text = "readable",
    openness: Text = "cohort",
) -> Response:
    """Make the convening and its draft."""
    upload = target.room.find(token, whose=target.whose)
    if upload is None:
        return _chooser(request, target, GONE)
    typed = {"title": title, "slug": slug}
    try:
        plan = _plan(db, target, upload, zone)
    except Refused as refused:
        return _chooser(request, target, refused.sentence)
    if plan.stamp != stamp:
        return _shown(request, target, upload, plan, zone=zone, typed=typed, error=CHANGED, status=409)
    wishes = Wishes(keep=_keep(keep), openness=_openness(openness))
    try:
        wanted = slug_of(slug or title, "convening")
        made = make_convening(db, target.cohort, plan, wanted, wishes, title=title.strip(), by=target.viewer)
    except Refused as refused:
        return _shown(request, target, upload, plan, zone=zone, typed=typed, error=refused.sentence)
    return _imported(target, token, made, plan)


@router.post(f"{INTO}/{{token}}", dependencies=IMPORT)
def import_into(
    request: Request,
    db: Db,
    target: TargetHere,
    token: str,
    stamp: Text = "",
    keep: Text = "readable",
    absent: Text = "leave",
    openness: Text = "cohort",
) -> Response:
    """Do what was looked at; where the draft has changed in the meantime, show it again instead."""
    assert target.convening is not None
    upload = target.room.find(token, whose=target.whose)
    if upload is None:
        return _chooser(request, target, GONE)
    plan = _plan(db, target, upload)
    if plan.stamp != stamp:
        return _shown(request, target, upload, plan, error=CHANGED, status=409)
    wishes = Wishes(keep=_keep(keep), absent=absent if absent in ABSENT else "leave", openness=_openness(openness))
    try:
        apply_plan(db, target.convening, plan, wishes, by=target.viewer)
    except Refused as refused:
        return _shown(request, target, upload, plan, error=refused.sentence)
    return _imported(target, token, target.convening, plan)


def receive(file: UploadFile, settings: Settings, *, whose: str) -> str:
    """Put an upload into the waiting room; raises Unreadable, without reading it, for one above the cap."""
    if (file.size or 0) > settings.upload_megabytes << 20:
        raise too_large(file.size or 0, settings.upload_megabytes)
    return WaitingRoom(settings.data_dir).put(file.file.read(), name=file.filename or "file", whose=whose)


def _chooser(request: Request, target: Target, error: str = "") -> Response:
    context = {
        "convening": target.convening,
        "columns": AGENDA_COLUMNS,
        "errors": {"file": error} if error else {},
    }
    return page(request, "exchange/agenda_upload.html", context, status=422 if error else 200)


def _plan(db: Session, target: Target, upload: Upload, zone: str = "") -> AgendaPlan:
    cohort, convening = target.cohort, target.convening
    known = expected(db, cohort, convening, zone)
    read = read_agenda(upload.content, known, megabytes=target.settings.upload_megabytes)
    return plan_agenda(db, cohort, convening, read, convening.zone if convening else zone_of(read, zone, cohort.zone))


def _shown(
    request: Request,
    target: Target,
    upload: Upload,
    plan: AgendaPlan,
    *,
    zone: str = "",
    typed: dict[str, str] | None = None,
    error: str = "",
    status: int = 422,
) -> Response:
    title = plan.read.title or upload.name.rpartition(".")[0]
    context = {
        "convening": target.convening,
        "upload": upload,
        "plan": plan,
        "new_by_day": _by_day(plan),
        "zone": zone or plan.zone,
        "zone_open": target.convening is None and not plan.read.zone,
        "form": typed or {"title": title, "slug": slug_of(title, "convening")},
        "error": error,
    }
    return page(request, "exchange/agenda_preview.html", context, status=status if error else 200)


def _by_day(plan: AgendaPlan) -> list[tuple[str, list[object]]]:
    """The new sessions under the words of their days, in order of time; what has none comes last."""
    days: dict[str, list[object]] = {}
    placed = [one for one in plan.creates if one.starts_at is not None]
    for one in sorted(placed, key=lambda one: (one.starts_at is None, one.starts_at)):
        assert one.starts_at is not None
        day = one.day or clock.local(one.starts_at, plan.zone).date()
        days.setdefault(clock.said_day(day, year=True), []).append(one)
    waiting: list[object] = [one for one in plan.creates if one.starts_at is None]
    return [*days.items(), *([("Without a time, for the tray", waiting)] if waiting else [])]


def _imported(target: Target, token: str, convening: Convening, plan: AgendaPlan) -> Response:
    target.room.drop(token)
    made = f"{len(plan.creates)} session{'' if len(plan.creates) == 1 else 's'} made"
    said = f"Imported: {made}, {len(plan.changes)} changed, {plan.unchanged} as before."
    return see_other(f"{convening.path}/agenda/draft", flash=said)


def _keep(said: str) -> str:
    return "nothing" if said == "nothing" else "readable"


def _openness(said: str) -> Openness:
    return Openness.PUBLIC if said == "public" else Openness.COHORT
