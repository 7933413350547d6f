"""Agendas by upload: a file is chosen, what it would do is looked at, and only then is anything written."""

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
from app.routes.door import CohortHere, ConveningHere, Db, Needs, SettingsHere, ViewerHere
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


@router.get("/{cohort}/convenings/import", dependencies=IMPORT)
def choose_for_new(request: Request, cohort: CohortHere) -> Response:
    """Choose the file that a new convening is made of."""
    return _chooser(request, None)


@router.post("/{cohort}/convenings/import", dependencies=IMPORT, max_body_size=LONGEST_BODY)
def upload_for_new(
    request: Request, cohort: CohortHere, viewer: ViewerHere, settings: SettingsHere, file: Sent
) -> Response:
    return _received(request, cohort, None, viewer, settings, file)


@router.get("/{cohort}/convenings/import/{token}", dependencies=IMPORT)
def preview_new(
    request: Request,
    db: Db,
    cohort: CohortHere,
    viewer: ViewerHere,
    settings: SettingsHere,
    token: str,
    zone: str = "",
) -> Response:
    """What would be made, with the convening around it."""
    return _preview(request, db, cohort, None, viewer, settings, token, zone=zone)


@router.post("/{cohort}/convenings/import/{token}", dependencies=IMPORT)
def import_new(
    request: Request,
    db: Db,
    cohort: CohortHere,
    viewer: ViewerHere,
    settings: SettingsHere,
    token: str,
    stamp: Text = "",
    title: Text = "",
    slug: Text = "",
    zone: Text = "",
    keep: Text = "readable",
    openness: Text = "cohort",
) -> Response:
    """Make the convening and its draft."""
    room = WaitingRoom(settings.data_dir)
    upload = room.find(token, whose=_whose(cohort, None, viewer))
    if upload is None:
        return _chooser(request, None, GONE)
    typed = {"title": title, "slug": slug}
    try:
        plan = _plan(db, cohort, None, upload, settings, zone)
    except Refused as refused:
        return _chooser(request, None, refused.sentence)
    if plan.stamp != stamp:
        return _shown(request, None, upload, plan, zone=zone, typed=typed, error=CHANGED, status=409)
    wishes = Wishes(keep=_keep(keep), openness=_openness(openness))
    try:
        wanted = slug_of(slug or title, "convening")
        convening = make_convening(db, cohort, plan, wanted, wishes, title=title.strip(), by=viewer)
    except Refused as refused:
        return _shown(request, None, upload, plan, zone=zone, typed=typed, error=refused.sentence)
    room.drop(token)
    return see_other(f"{_address(cohort, convening)}/agenda/draft", flash=_done(plan))


@router.get("/{cohort}/convenings/{convening}/import", dependencies=IMPORT)
def choose(request: Request, cohort: CohortHere, convening: ConveningHere) -> Response:
    """Choose the file whose sessions come into this convening's draft."""
    return _chooser(request, convening)


@router.post("/{cohort}/convenings/{convening}/import", dependencies=IMPORT, max_body_size=LONGEST_BODY)
def upload(
    request: Request,
    cohort: CohortHere,
    convening: ConveningHere,
    viewer: ViewerHere,
    settings: SettingsHere,
    file: Sent,
) -> Response:
    return _received(request, cohort, convening, viewer, settings, file)


@router.get("/{cohort}/convenings/{convening}/import/{token}", dependencies=IMPORT)
def preview(
    request: Request,
    db: Db,
    cohort: CohortHere,
    convening: ConveningHere,
    viewer: ViewerHere,
    settings: SettingsHere,
    token: str,
) -> Response:
    """What would be made and changed, field by field; nothing is written yet."""
    return _preview(request, db, cohort, convening, viewer, settings, token)


@router.post("/{cohort}/convenings/{convening}/import/{token}", dependencies=IMPORT)
def import_into(
    request: Request,
    db: Db,
    cohort: CohortHere,
    convening: ConveningHere,
    viewer: ViewerHere,
    settings: SettingsHere,
    token: str,
    stamp: Text = "",
    keep: Text = "readable",
    absent: Text = "leave",
    openness: Text = "cohort",
) -> Response:
    """Do what was looked at; where the draft has changed in the meantime, show it again instead."""
    room = WaitingRoom(settings.data_dir)
    upload = room.find(token, whose=_whose(cohort, convening, viewer))
    if upload is None:
        return _chooser(request, convening, GONE)
    plan = _plan(db, cohort, convening, upload, settings)
    if plan.stamp != stamp:
        return _shown(request, convening, upload, plan, error=CHANGED, status=409)
    wishes = Wishes(keep=_keep(keep), absent=absent if absent in ABSENT else "leave", openness=_openness(openness))
    try:
        apply_plan(db, convening, plan, wishes, by=viewer)
    except Refused as refused:
        return _shown(request, convening, upload, plan, error=refused.sentence)
    room.drop(token)
    return see_other(f"{_address(cohort, convening)}/agenda/draft", flash=_done(plan))


def _chooser(request: Request, convening: Convening | None, error: str = "") -> Response:
    context = {"convening": convening, "columns": AGENDA_COLUMNS, "errors": {"file": error} if error else {}}
    return page(request, "exchange/agenda_upload.html", context, status=422 if error else 200)


def _received(
    request: Request,
    cohort: Cohort,
    convening: Convening | None,
    viewer: Viewer,
    settings: Settings,
    file: UploadFile,
) -> Response:
    """Keep the file, unread, and go and look at it."""
    whose = _whose(cohort, convening, viewer)
    try:
        token = receive(file, settings, whose=whose)
    except Unreadable as error:
        return _chooser(request, convening, error.sentence)
    return see_other(f"{_place(cohort, convening)}/{token}")


def receive(file: UploadFile, settings: Settings, *, whose: str) -> str:
    """Put an upload into the waiting room; raises Unreadable, without reading it, for one above the cap."""
    if (file.size or 0) > settings.upload_megabytes << 20:
        raise too_large(file.size or 0, settings.upload_megabytes)
    return WaitingRoom(settings.data_dir).put(file.file.read(), name=file.filename or "file", whose=whose)


def _preview(
    request: Request,
    db: Session,
    cohort: Cohort,
    convening: Convening | None,
    viewer: Viewer,
    settings: Settings,
    token: str,
    *,
    zone: str = "",
) -> Response:
    upload = WaitingRoom(settings.data_dir).find(token, whose=_whose(cohort, convening, viewer))
    if upload is None:
        return _chooser(request, convening, GONE)
    try:
        plan = _plan(db, cohort, convening, upload, settings, zone)
    except (Unreadable, Refused) as error:
        return _chooser(request, convening, error.sentence)
    return _shown(request, convening, upload, plan, zone=zone)


def _plan(
    db: Session, cohort: Cohort, convening: Convening | None, upload: Upload, settings: Settings, zone: str = ""
) -> AgendaPlan:
    known = expected(db, cohort, convening, zone)
    read = read_agenda(upload.content, known, megabytes=settings.upload_megabytes)
    return plan_agenda(db, cohort, convening, read, convening.zone if convening else zone_of(read, zone, cohort.zone))


def _shown(
    request: Request,
    convening: Convening | None,
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
        "convening": convening,
        "upload": upload,
        "plan": plan,
        "new_by_day": _by_day(plan),
        "zone": zone or plan.zone,
        "zone_open": convening is None and not plan.read.zone,
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


def _done(plan: AgendaPlan) -> str:
    made, changed = len(plan.creates), len(plan.changes)
    return f"Imported: {made} session{'' if made == 1 else 's'} made, {changed} changed, {plan.unchanged} as before."


def _keep(said: str) -> str:
    return "nothing" if said == "nothing" else "readable"


def _openness(said: str) -> Openness:
    return Openness.PUBLIC if said == "public" else Openness.COHORT


def _whose(cohort: Cohort, convening: Convening | None, viewer: Viewer) -> str:
    return f"agenda {cohort.key} {convening.key if convening else 'new'} {viewer.actor_id}"


def _address(cohort: Cohort, convening: Convening) -> str:
    return f"/{cohort.slug}/convenings/{convening.slug}"


def _place(cohort: Cohort, convening: Convening | None) -> str:
    return f"{_address(cohort, convening)}/import" if convening else f"/{cohort.slug}/convenings/import"
