"""Documents for paper."""

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from app import clock
from app.agenda import published
from app.models import Convening
from app.printing.papers import Paper
from app.printing.programme import agenda_sheet
from app.printing.shelf import PRINTS
from app.routes.door import ConveningHere, Db, Needs, NotHere, SettingsHere, ViewerHere
from app.routes.kept import keep
from app.routes.printing_wish import pdf_headers
from app.settings import Settings

HERE = "/{cohort}/convenings/{convening}/agenda"
READ = [Depends(Needs("agenda.read"))]

router = APIRouter()


@router.get(HERE + ".pdf", dependencies=READ)
def agenda_pdf(
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
    return _printed(settings, convening, agenda, paper)


@router.get(HERE + "/releases/{number:int}.pdf", dependencies=READ)
def release_pdf(
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
    return _printed(settings, convening, agenda, paper, newest=newest)


def _printed(
    settings: Settings,
    convening: Convening,
    agenda: published.PublishedAgenda,
    paper: Paper,
    *,
    newest: int | None = None,
) -> Response:
    document = agenda_sheet(convening, agenda, settings, paper, now=clock.now(), newest=newest)
    pdf = PRINTS.take(settings.data_dir / "cache", document.name, document.set)
    headers = pdf_headers(document.name, f"{convening.slug}-agenda-release-{agenda.release_number}.pdf")
    answer = Response(pdf, media_type="application/pdf", headers=headers)
    return keep(answer, until=clock.day_after(convening.zone))
