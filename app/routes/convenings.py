"""The convenings of a cohort, and the page of one, from which everything about it is reached."""

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from sqlmodel import col, select

from app import clock
from app.agenda import releases
from app.learning.rhythm import rhythm_of
from app.models import Convening, UpdateCycle
from app.registration.registrations import office_at, registration_of
from app.registration.terms import closed_because
from app.routes import at_home
from app.routes.door import CohortHere, ConveningHere, Db, Needs, ViewerHere
from app.routes.pages import page

router = APIRouter()
READ = [Depends(Needs("convening.read"))]


@router.get("/{cohort}/convenings", dependencies=READ)
def all_convenings(request: Request, db: Db, cohort: CohortHere) -> Response:
    """Those to come, soonest first, and those that were, latest first."""
    today = clock.today(cohort.zone)
    rows = db.exec(
        select(Convening)
        .where(Convening.cohort_id == cohort.key, col(Convening.archived_at).is_(None))
        .order_by(col(Convening.starts_on), col(Convening.id))
    ).all()
    context = {
        "coming": [one for one in rows if one.ends_on >= today],
        "held": [one for one in reversed(rows) if one.ends_on < today],
    }
    return page(request, "home/convenings.html", context)


@router.get("/{cohort}/convenings/{convening}", dependencies=READ)
def one_convening(
    request: Request, db: Db, cohort: CohortHere, convening: ConveningHere, viewer: ViewerHere
) -> Response:
    """What it is about, when and where, how far it has come, and the ways on from here."""
    assert viewer.person_id is not None
    context = {
        "convening": convening,
        "today": clock.today(convening.zone),
        "releases": releases.releases_of(db, convening),
        "registration": registration_of(db, convening, viewer.person_id),
        "invited": office_at(db, convening, viewer.person_id) is not None,
        "closed_because": closed_because(convening),
        "cycle": db.exec(select(UpdateCycle).where(UpdateCycle.convening_id == convening.key)).first(),
        "rhythm": rhythm_of(db, convening, cohort.slug) if viewer.is_lab(cohort.key) else None,
        "mine": [one for one in at_home.coming(db, viewer, most=50) if one.of == convening.title][:4],
    }
    return page(request, "home/convening.html", context)
