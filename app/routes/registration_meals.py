"""Meal counts for the caterer: as a page, and by a private link that an organizer gives (rule 12)."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from sqlmodel import Session

from app.models import Convening, LinkPurpose, PrivateLink
from app.people import private_links
from app.people.audit import Refused
from app.people.viewer import Viewer
from app.printing.documents import Wish
from app.printing.meals import meal_sheet, note_names
from app.printing.papers import Paper
from app.registration import caterers
from app.registration.meals import MealCounts, meal_counts
from app.routes import typed
from app.routes.door import ConveningHere, Db, Needs, NotHere, SettingsHere, ViewerHere, database_here
from app.routes.pages import page, see_other
from app.routes.speaker_link import GoneLink
from app.settings import Settings

HERE = "/{cohort}/convenings/{convening}/registration/meals"
router = APIRouter()
READ = [Depends(Needs("needs.read"))]
LINK = [Depends(Needs("caterer.link"))]
Text = Annotated[str, Form()]


@router.get(HERE, dependencies=READ)
def meals(request: Request, db: Db, settings: SettingsHere, convening: ConveningHere) -> Response:
    return _page(request, db, settings, convening)


@router.post(HERE + "/links", dependencies=READ)
def give(
    request: Request,
    db: Db,
    settings: SettingsHere,
    convening: ConveningHere,
    viewer: ViewerHere,
    holder: Text = "",
    names: Text = "",
) -> Response:
    try:
        link = caterers.give_counts(
            db, convening, holder=holder, with_names=bool(names), secret=settings.secret, by=viewer
        )
    except Refused as refused:
        return _page(request, db, settings, convening, refused, {"holder": holder, "names": names})
    return see_other(f"{convening.path}/registration/meals#links", flash=f"{link.holder} has a link: copy it below.")


@router.post(HERE + "/links/{link:int}/renewal", dependencies=READ)
def renew(db: Db, settings: SettingsHere, convening: ConveningHere, viewer: ViewerHere, link: int) -> Response:
    new = caterers.renew_counts(db, _link(db, convening, link), secret=settings.secret, by=viewer)
    said = f"{new.holder} has a new link; the old one opens nothing any more."
    return see_other(f"{convening.path}/registration/meals#links", flash=said)


@router.post(HERE + "/links/{link:int}/revocation", dependencies=READ)
def revoke(db: Db, convening: ConveningHere, viewer: ViewerHere, link: int) -> Response:
    gone = _link(db, convening, link)
    caterers.withdraw_counts(db, gone, by=viewer)
    return see_other(
        f"{convening.path}/registration/meals#links", flash=f"{gone.holder}’s link opens nothing any more."
    )


@router.get("/catering/{token}", dependencies=LINK)
def look(request: Request, db: Db, token: str) -> Response:
    """The counts, for whoever bears the link; that it was opened is kept, and a look at names is on record."""
    link, counts = _by_link(request, db, token)
    context = {"convening": link.convening, "link": link, "meals": counts, "place": f"/catering/{token}"}
    return page(request, "registration/catering.html", context)


@router.get("/catering/{token}/meals.pdf", dependencies=LINK)
def look_on_paper(
    request: Request, db: Db, settings: SettingsHere, token: str, paper: Paper = Paper.LETTER
) -> Response:
    link, counts = _by_link(request, db, token)
    wish = Wish(link.convening, Viewer.anonymous(), settings, paper)
    headers = {
        "Content-Disposition": f'inline; filename="{link.convening.slug}-meals.pdf"',
        "Cache-Control": "private, no-store",
    }
    sheet = meal_sheet(db, wish, counts, with_names=link.with_names, by_link=True)
    return Response(sheet.set(), media_type="application/pdf", headers=headers)


def _by_link(request: Request, db: Session, token: str) -> tuple[PrivateLink, MealCounts]:
    """The link and what it shows; raises GoneLink for one that opens nothing."""
    link = private_links.find_link(db, LinkPurpose.CATERER, token)
    if link is None:
        raise GoneLink(404)
    if link.revoked_at or link.convening.archived_at:
        raise GoneLink(410)
    request.state.cohort = link.convening.cohort
    counts = meal_counts(db, link.convening, with_names=link.with_names)
    database = database_here(request)
    if link.opened_at is None:
        with database.write() as writing:
            private_links.note_read(writing, link)
    if link.with_names:
        bearer = Viewer(name=link.holder, actor_name=f"{link.holder[:250]}, by private link")
        with database.write() as writing:
            note_names(writing, writing.get_one(Convening, link.convening.key), counts, by=bearer)
    return link, counts


def _link(db: Session, convening: Convening, number: int) -> PrivateLink:
    link = db.get(PrivateLink, number)
    if link is None or link.convening_id != convening.key or link.purpose is not LinkPurpose.CATERER:
        raise NotHere("There is no such link.")
    return link


def _page(
    request: Request,
    db: Session,
    settings: Settings,
    convening: Convening,
    refused: Refused | None = None,
    written: dict[str, str] | None = None,
) -> Response:
    links = caterers.links_of(db, convening)
    context: dict[str, Any] = {
        "convening": convening,
        "meals": meal_counts(db, convening),
        "links": [
            (link, f"{settings.address}/catering/{private_links.token_of(link, settings.secret)}") for link in links
        ],
        "errors": dict(typed.errors(refused)) if refused else {},
        "typed": written or {},
    }
    answer = page(request, "registration/meals.html", context, status=422 if refused else 200)
    answer.headers["Cache-Control"] = "no-store"
    return answer
