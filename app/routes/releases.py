"""Releases of an agenda: publishing one, looking at one as it was, and what has changed since (rule 15)."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from sqlmodel import Session

from app.agenda import published
from app.agenda.desk import desk_of
from app.agenda.findings import standing_in_the_way
from app.agenda.loading import load_draft
from app.agenda.releases import changes_between, preview, publish_release, releases_of
from app.models import Convening
from app.people.audit import Refused
from app.people.policy import may
from app.people.viewer import Viewer
from app.routes import typed
from app.routes.agenda import HERE, READ, agenda_context
from app.routes.door import ConveningHere, Db, Needs, NotHere, ViewerHere
from app.routes.pages import page, see_other

PUBLISH = [Depends(Needs("agenda.publish"))]
MOST_WORDS = 2000

router = APIRouter()
Text = Annotated[str, Form()]


@router.get(HERE + "/agenda/releases", dependencies=READ)
def releases(request: Request, db: Db, convening: ConveningHere, viewer: ViewerHere) -> Response:
    """All releases; organizers also see what the next one would change, and what stands in its way."""
    return _list(request, db, convening, viewer)


@router.post(HERE + "/agenda/releases", dependencies=PUBLISH)
def publish(
    request: Request,
    db: Db,
    convening: ConveningHere,
    viewer: ViewerHere,
    note: Text = "",
    reason: Text = "",
) -> Response:
    """Publish the draft as the next release."""
    try:
        release = publish_release(db, convening, note=note[:MOST_WORDS], reason=reason[:MOST_WORDS], by=viewer)
    except Refused as refused:
        return _list(request, db, convening, viewer, note=note, reason=reason, refused=refused)
    address = f"/{convening.cohort.slug}/convenings/{convening.slug}/agenda"
    return see_other(address, flash=f"Release {release.number} is published.")


@router.get(HERE + "/agenda/releases/{number:int}", dependencies=READ)
def release(request: Request, db: Db, convening: ConveningHere, viewer: ViewerHere, number: int) -> Response:
    """A release as it was, to whoever may see it."""
    seen = published.agenda(db, convening, viewer, number=_known(db, convening, number))
    context = agenda_context(db, convening, viewer, seen)
    return page(request, "agenda/published.html", {**context, "chips": {}, "as_of": number})


@router.get(HERE + "/agenda/releases/{number:int}/changes", dependencies=READ)
def changes(request: Request, db: Db, convening: ConveningHere, viewer: ViewerHere, number: int) -> Response:
    """What has changed since a release, in sentences, as far as the viewer sees both: where printed codes lead."""
    latest = published.latest_number(db, convening)
    context = {
        "convening": convening,
        "number": _known(db, convening, number),
        "latest": latest,
        "changes": changes_between(db, convening, number, None, viewer),
    }
    return page(request, "agenda/changes.html", context)


def _known(db: Session, convening: Convening, number: int) -> int:
    latest = published.latest_number(db, convening)
    if latest is None or not 1 <= number <= latest:
        raise NotHere(f"{convening.title} has no release {number}.")
    return number


def _list(
    request: Request,
    db: Session,
    convening: Convening,
    viewer: Viewer,
    *,
    note: str = "",
    reason: str = "",
    refused: Refused | None = None,
) -> Response:
    context = {
        "convening": convening,
        "releases": releases_of(db, convening),
        "form": {"note": note, "reason": reason},
        "errors": typed.errors(refused) if refused else {},
        "next": None,
        "in_the_way": [],
    }
    if may(viewer, "agenda.publish", cohort_id=convening.cohort_id):
        desk = desk_of(db, load_draft(db, convening), viewer)
        blocking = {one.key for one in standing_in_the_way(desk.draft, list(desk.found))}
        context["next"] = preview(db, convening, desk.draft, viewer)
        context["in_the_way"] = [one for one in desk.shown if one.finding.key in blocking]
        context["blocking"] = len(blocking)
    return page(request, "agenda/releases.html", context, status=422 if refused else 200)
