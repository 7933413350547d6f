"""The update book and a city's slides. The book is made by the worker, once for all; each reader's own has their name
behind its pages."""

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from sqlmodel import Session

from app.models import PrintRun
from app.people.policy import may
from app.people.viewer import Viewer
from app.printing.papers import Paper, style
from app.printing.runs import Document, begin_run, cancel_run, last_run
from app.printing.shelf import PRINTS, name_of
from app.printing.update_book import BOOK, SLIDES_SHEET, book_document, book_name, pictures_of, update_slides
from app.routes.door import CohortHere, Db, Needs, NotHere, SettingsHere, ViewerHere
from app.routes.pages import page, see_other, wants_fragment
from app.routes.updates_door import CycleHere, UpdateHere
from app.settings import Settings
from app.updates.book import Book, book_of, released_since

HERE = "/{cohort}/updates/{cycle}/book"
READ = [Depends(Needs("update.read"))]
WIDE = (960.0, 540.0)
"""A slide of 16:9, in points."""

router = APIRouter()


@router.get(HERE, dependencies=READ)
def book_page(
    request: Request,
    db: Db,
    cohort: CohortHere,
    cycle: CycleHere,
    viewer: ViewerHere,
    settings: SettingsHere,
    paper: Paper = Paper.LETTER,
    since: int | None = None,
) -> Response:
    """What is in the book, whether it is made, and the way to it; with `since`, which a print's code asks, what came
    after that print."""
    book = book_of(db, cohort, cycle)
    document = book_document(book, paper, settings) if book.chapters else None
    context = _shown(book, document, paper, settings, db=db, viewer=viewer) | {
        "since": since,
        "later": released_since(db, cycle, since) if since is not None else [],
    }
    return page(request, "updates/book.html", context, block="making" if wants_fragment(request) else None)


@router.post(HERE + "/runs", dependencies=READ)
def make(
    db: Db,
    cohort: CohortHere,
    cycle: CycleHere,
    viewer: ViewerHere,
    settings: SettingsHere,
    paper: Annotated[Paper, Form()] = Paper.LETTER,
) -> Response:
    """Have the book made; who asks while it is being made waits for the same."""
    book = book_of(db, cohort, cycle)
    if not book.chapters:
        raise NotHere(f"No update of {cycle.title} is released yet.")
    document = book_document(book, paper, settings)
    if PRINTS.find(_cache(settings), document.name) is None:
        begin_run(
            db,
            BOOK,
            {"cycle": cycle.key, "paper": paper.value},
            cohort_id=cohort.key,
            stamp=document.name,
            steps=document.pages,
            by=viewer,
        )
    return see_other(f"{_place(book)}/book?paper={paper.value}")


@router.post(HERE + "/runs/{run:int}/cancellation", dependencies=READ)
def stop(db: Db, cohort: CohortHere, cycle: CycleHere, viewer: ViewerHere, run: int) -> Response:
    """Stop a run: by who began it, or an organizer."""
    found = db.get(PrintRun, run)
    if found is None or found.cohort_id != cohort.key or found.document != BOOK or not _may_stop(found, viewer):
        raise NotHere("No such run is yours to stop.")
    cancel_run(db, found)
    return see_other(f"/{cohort.slug}/updates/{cycle.slug}/book?paper={found.wanted['paper']}", flash="Stopped.")


@router.get(HERE + ".pdf", dependencies=READ)
def book_pdf(
    request: Request,
    db: Db,
    cohort: CohortHere,
    cycle: CycleHere,
    viewer: ViewerHere,
    settings: SettingsHere,
    paper: Paper = Paper.LETTER,
) -> Response:
    """The reader's own book, from the shelf; while it is not made, the page that has it made."""
    name = book_name(db, cohort, cycle, paper, settings)
    if not name:
        raise NotHere(f"No update of {cycle.title} is released yet.")
    said = _reader(viewer, cohort.key)
    own = name_of(name, said, style("watermark.css"))
    pdf = PRINTS.find(_cache(settings), own)
    if pdf is None:
        made = PRINTS.find(_cache(settings), name)
        if made is None:
            return see_other(f"/{cohort.slug}/updates/{cycle.slug}/book?paper={paper.value}")
        from app.printing.watermark import watermarked  # ten megabytes that a server without a book does without

        pdf = PRINTS.take(_cache(settings), own, lambda: watermarked(made, said))
    return _pdf(request, own, pdf, f"{cohort.slug}-{cycle.slug}-updates.pdf")


@router.get("/{cohort}/updates/{cycle}/{city}/slides.pdf", dependencies=READ)
def slides(request: Request, db: Db, here: UpdateHere, viewer: ViewerHere, settings: SettingsHere) -> Response:
    """The city's released update as slides, for the session in which it is presented."""
    book = book_of(db, here.cohort, here.cycle)
    chapter = next((one for one in book.chapters if one.slug == here.city.slug), None)
    if chapter is None:
        raise NotHere(f"{here.city.name}’s update of {here.cycle.title} is not released yet.")
    html = update_slides(here.cohort, here.cycle, chapter, live=f"{settings.address}{here.place}")
    name = name_of(html, style(SLIDES_SHEET), "slides")

    def make_slides() -> bytes:
        from app.printing.press import render_pdf  # takes a second to import, so only when something is set

        return render_pdf(html, sheet=SLIDES_SHEET, paper=WIDE, pictures=pictures_of([chapter.content], settings))

    made = PRINTS.take(_cache(settings), name, make_slides)
    return _pdf(request, name, made, f"{here.city.slug}-{here.cycle.slug}-slides.pdf")


def _shown(
    book: Book, document: Document | None, paper: Paper, settings: Settings, *, db: Session, viewer: Viewer
) -> dict[str, object]:
    made = PRINTS.find(_cache(settings), document.name) if document else None
    run = last_run(db, document.name) if document and not made else None
    return {
        "book": book,
        "cycle": book.cycle,
        "paper": paper,
        "papers": list(Paper),
        "place": _place(book),
        "made": len(made) if made else 0,
        "run": run,
        "may_stop": run is not None and _may_stop(run, viewer),
    }


def _may_stop(run: PrintRun, viewer: Viewer) -> bool:
    return run.by_id == viewer.person_id or may(viewer, "update.release", cohort_id=run.cohort_id)


def _reader(viewer: Viewer, cohort_id: int) -> str:
    """The reader's name and office, as they stand behind each page."""
    office = next((one for one in viewer.offices if one.cohort_id == cohort_id), None)
    reader = f"{viewer.actor_name} for {viewer.name}" if viewer.acting else viewer.name
    return f"{reader}, {office.said}" if office else reader


def _pdf(request: Request, name: str, pdf: bytes, filename: str) -> Response:
    headers = {"ETag": f'"{name}"', "Cache-Control": "private, no-cache", "Vary": "Cookie"}
    if f'"{name}"' in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    headers["Content-Disposition"] = f'inline; filename="{filename}"'
    return Response(pdf, media_type="application/pdf", headers=headers)


def _cache(settings: Settings) -> Path:
    return settings.data_dir / "cache"


def _place(book: Book) -> str:
    return f"/{book.cohort.slug}/updates/{book.cycle.slug}"
