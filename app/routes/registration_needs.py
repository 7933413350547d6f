"""Private needs, for organizers: by person, in an emergency, by session and room; and how they end (rule 12).

Each look is written down in a transaction of its own, before anything is shown.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import Response
from sqlmodel import Session

from app import clock
from app.models import Convening
from app.people.audit import Refused
from app.people.viewer import Viewer
from app.registration import looks, purging
from app.registration.access_report import look_at_access_report
from app.registration.looks import Shown
from app.registration.meals import meal_counts
from app.routes import typed
from app.routes.door import ConveningHere, Db, Needs, ViewerHere, database_here
from app.routes.pages import page, see_other

HERE = "/{cohort}/convenings/{convening}/registration"
router = APIRouter(prefix=HERE + "/needs")
READ = [Depends(Needs("needs.read"))]
Words = Annotated[str, Query(max_length=200)]
Text = Annotated[str, Form()]


@router.get("", dependencies=READ)
def private_needs(
    request: Request, db: Db, convening: ConveningHere, viewer: ViewerHere, show: Shown = Shown.ALL, q: Words = ""
) -> Response:
    """What people asked for, for the organizers."""
    return _needs(request, db, convening, viewer, show, q)


@router.get("/emergency", dependencies=READ)
def emergency(
    request: Request,
    db: Db,
    convening: ConveningHere,
    viewer: ViewerHere,
    q: Words = "",
    of: int | None = None,
    all_of_them: Annotated[bool, Query(alias="all")] = False,
) -> Response:
    """Who names whom to call; whom, of the one asked for or of all, is a look of its own."""
    told: dict[int, looks.Contact] = {}
    if all_of_them or of is not None:
        with database_here(request).write() as writing:
            here = writing.get_one(Convening, convening.key)
            told = looks.look_at_emergency_contacts(writing, here, of=None if all_of_them else of, by=viewer)
    people = looks.contacts(db, convening, words=q)
    context = {
        "convening": convening,
        "people": [told.get(one.registration_id, one) for one in people],
        "shows_all": all_of_them,
        "q": q,
    }
    return _private(page(request, "registration/emergency.html", context))


@router.get("/access", dependencies=READ)
def access_report(request: Request, convening: ConveningHere, viewer: ViewerHere) -> Response:
    """Who needs what, and in which rooms they will be when."""
    with database_here(request).write() as writing:
        report = look_at_access_report(writing, writing.get_one(Convening, convening.key), by=viewer)
    return _private(page(request, "registration/access.html", {"convening": convening, "report": report}))


@router.post("/hold", dependencies=READ)
def set_hold(
    request: Request, db: Db, convening: ConveningHere, viewer: ViewerHere, reason: Text = "", lift: Text = ""
) -> Response:
    """Put a legal hold on the needs, or lift it, with a reason."""
    try:
        if lift:
            purging.lift_hold(db, convening, reason=reason, by=viewer)
        else:
            purging.hold_needs(db, convening, reason=reason, by=viewer)
    except Refused as refused:
        return _needs(request, db, convening, viewer, Shown.ALL, "", refused, reason)
    said = "The legal hold is lifted." if lift else "A legal hold keeps these needs from now on."
    return see_other(f"{convening.path}/registration/needs#purge", flash=said)


def _needs(
    request: Request,
    db: Session,
    convening: Convening,
    viewer: Viewer,
    show: Shown,
    words: str,
    refused: Refused | None = None,
    reason: str = "",
) -> Response:
    if refused is None:
        with database_here(request).write() as writing:
            people = looks.look_at_needs(
                writing, writing.get_one(Convening, convening.key), show=show, words=words, by=viewer
            )
            on_record = looks.looks_on_record(writing, convening)
    else:  # the request itself is the writer, and cannot wait for another
        people = looks.look_at_needs(db, convening, show=show, words=words, by=viewer)
        on_record = looks.looks_on_record(db, convening)
    context: dict[str, Any] = {
        "convening": convening,
        "people": people,
        "show": show,
        "q": words,
        "counts": meal_counts(db, convening).whole,
        "looks": on_record,
        "purge_on": purging.purge_due_on(convening),
        "is_over": clock.today(convening.zone) > convening.ends_on,
        "hold": purging.hold_of(db, convening),
        "held": purging.held_needs(db, convening),
        "purges": purging.purges_on_record(db, convening),
        "errors": dict(typed.errors(refused)) if refused else {},
        "reason": reason,
    }
    return _private(page(request, "registration/needs.html", context, status=422 if refused else 200))


def _private(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "no-store"
    return answer
