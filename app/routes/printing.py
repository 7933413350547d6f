"""Documents for paper."""

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from app.agenda import published
from app.printing import shelf
from app.printing.papers import Paper, style
from app.printing.programme import SHEET, programme
from app.routes.door import ConveningHere, Db, Needs, NotHere, SettingsHere, ViewerHere

router = APIRouter()


@router.get("/{cohort}/convenings/{convening}/agenda.pdf", dependencies=[Depends(Needs("agenda.read"))])
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
    here = f"/{convening.cohort.slug}/convenings/{convening.slug}/agenda"
    changes = f"{settings.address}{here}/releases/{agenda.release_number}/changes"
    html = programme(convening, agenda, changes_at=changes)
    name = shelf.name_of(html, style(SHEET), paper.value)
    headers = {"ETag": f'"{name}"', "Cache-Control": "private, no-cache", "Vary": "Cookie"}
    if f'"{name}"' in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)

    def make() -> bytes:
        from app.printing.press import render_pdf  # takes a second to import, so only when something is set

        return render_pdf(html, sheet=SHEET, paper=paper)

    pdf = shelf.take(settings.data_dir / "cache" / "prints", name, make)
    filename = f"{convening.slug}-agenda-release-{agenda.release_number}.pdf"
    headers["Content-Disposition"] = f'inline; filename="{filename}"'
    return Response(pdf, media_type="application/pdf", headers=headers)
