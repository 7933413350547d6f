"""Documents for paper."""

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from app.agenda import published
from app.models import Convening
from app.printing.papers import Paper, style
from app.printing.programme import SHEET, programme
from app.printing.shelf import PRINTS, name_of
from app.routes.door import ConveningHere, Db, Needs, NotHere, SettingsHere, ViewerHere
from app.settings import Settings

HERE = "/{cohort}/convenings/{convening}/agenda"
READ = [Depends(Needs("agenda.read"))]

router = APIRouter()


@router.get(HERE + ".pdf", dependencies=READ)
def agenda_pdf(
    request: Request,
    db: Db,
    settings: SettingsHere,
    convening: ConveningHere,
    viewer: ViewerHere,
    paper: Paper = Paper.LETTER,
) -> Response:
    """The newest release as the viewer may see it, for Letter or A4; set once and kept while nothing differs."""
    agenda = published.agenda(db, convening, viewer)
    if agenda is None:
        raise NotHere(f"The agenda of {convening.title} is not published yet.")
    return _printed(request, settings, convening, agenda, paper)


@router.get(HERE + "/releases/{number:int}.pdf", dependencies=READ)
def release_pdf(
    request: Request,
    db: Db,
    settings: SettingsHere,
    convening: ConveningHere,
    viewer: ViewerHere,
    number: int,
    paper: Paper = Paper.LETTER,
) -> Response:
    """A release as it was, for as long as it is kept: names of rooms, people and cities are those of its day.

    Who sees what of it is decided as it is today (rule 13); an older one says that it is superseded.
    """
    newest = published.latest_number(db, convening)
    agenda = published.agenda(db, convening, viewer, number=number) if newest and 1 <= number <= newest else None
    if agenda is None:
        raise NotHere(f"{convening.title} has no release {number}.")
    return _printed(request, settings, convening, agenda, paper, newest=newest)


def _printed(
    request: Request,
    settings: Settings,
    convening: Convening,
    agenda: published.PublishedAgenda,
    paper: Paper,
    *,
    newest: int | None = None,
) -> Response:
    changes = f"{settings.address}{convening.path}/agenda/releases/{agenda.release_number}/changes"
    html = programme(convening, agenda, changes_at=changes, newest=newest)
    name = name_of(html, style(SHEET), paper.value)
    headers = {"ETag": f'"{name}"', "Cache-Control": "private, no-cache", "Vary": "Cookie"}
    if f'"{name}"' in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)

    def make() -> bytes:
        from app.printing.press import render_pdf  # takes a second to import, so only when something is set

        return render_pdf(html, sheet=SHEET, paper=paper)

    pdf = PRINTS.take(settings.data_dir / "cache", name, make)
    filename = f"{convening.slug}-agenda-release-{agenda.release_number}.pdf"
    headers["Content-Disposition"] = f'inline; filename="{filename}"'
    return Response(pdf, media_type="application/pdf", headers=headers)
