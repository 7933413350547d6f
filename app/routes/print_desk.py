"""What can be printed of a convening: the list of it, the page before printing, the runs, and the files.

Who opens a page before printing sees how it will come out: small ones are set while they wait, the others by the
worker, and what is made is kept until something on it changes.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from sqlmodel import Session
from starlette.datastructures import FormData

from app.models import Convening, PrintRun
from app.people.policy import may
from app.people.viewer import Viewer
from app.printing.catalogue import PRINTABLE, kept, open_to, run_name
from app.printing.documents import NothingToPrint, Printable, Wish
from app.printing.papers import Paper
from app.printing.runs import Document, begin_run, cancel_run, last_run
from app.printing.shelf import PRINTS
from app.routes.door import ConveningHere, Db, Needs, NotAllowed, NotHere, SettingsHere, ViewerHere, database_here
from app.routes.pages import page, see_other
from app.settings import Settings
from app.updates.book import cycle_told

HERE = "/{cohort}/convenings/{convening}/print"
READ = [Depends(Needs("print.read"))]

router = APIRouter(prefix=HERE, dependencies=READ)


def printable_here(convening: ConveningHere, viewer: ViewerHere, document: str) -> Printable:
    """The document that the address names; raises NotHere, or NotAllowed where it is for others."""
    found = PRINTABLE.get(document)
    if found is None:
        raise NotHere("There is no document of that name to print.")
    if not may(viewer, found.permission, cohort_id=convening.cohort_id):
        raise NotAllowed("This print is for other people of the cohort.")
    return found


PrintableHere = Annotated[Printable, Depends(printable_here)]


@router.get("")
def desk(request: Request, convening: ConveningHere, viewer: ViewerHere) -> Response:
    """All that the viewer may print."""
    return page(request, "printing/desk.html", {"convening": convening, "printables": open_to(viewer, convening)})


@router.get("/{document}.pdf")
def pdf(
    request: Request,
    db: Db,
    settings: SettingsHere,
    convening: ConveningHere,
    viewer: ViewerHere,
    printable: PrintableHere,
    paper: Paper = Paper.LETTER,
) -> Response:
    """The print as it stands now: from the shelf, or set while one waits where it is small, else by way of its page."""
    wish = _wish(request.query_params, settings, convening, viewer, printable, paper)
    document = _document(db, printable, wish)
    if not printable.is_small(wish) and PRINTS.find(_cache(settings), document.name) is None:
        return see_other(_page(wish, printable))
    filename = f"{convening.slug}-{printable.slug}.pdf"
    if printable.unkept:
        if printable.looked:
            with database_here(request).write() as writing:
                printable.looked(writing, wish)
        headers = {"Cache-Control": "private, no-store", "Content-Disposition": f'inline; filename="{filename}"'}
        return Response(document.set(), media_type="application/pdf", headers=headers)
    return _answer(request, settings, document, filename)


@router.get("/update-book")
def update_book(db: Db, convening: ConveningHere) -> Response:
    """The page of the update book, which is a cycle's: of this convening's, or the newest that has one."""
    cycle = cycle_told(db, convening)
    if cycle is None:
        raise NotHere("No update is asked for yet: open a cycle first, and its book is here once updates are released.")
    return see_other(f"/{convening.cohort.slug}/updates/{cycle.slug}/book")


@router.get("/{document}")
def before(
    request: Request,
    db: Db,
    settings: SettingsHere,
    convening: ConveningHere,
    viewer: ViewerHere,
    printable: PrintableHere,
    paper: Paper = Paper.LETTER,
) -> Response:
    """The page before printing: the choices, what will come out, and the run that makes it."""
    wish = _wish(request.query_params, settings, convening, viewer, printable, paper)
    try:
        document = printable.make(db, wish)
    except NothingToPrint as nothing:
        context: dict[str, object] = {"nothing": nothing.sentence, "document": None, "run": None, "made": False}
    else:
        context = {
            "nothing": "",
            "document": document,
            "run": last_run(db, document.stamp),
            "made": PRINTS.find(_cache(settings), document.name) is not None,
        }
    return page(
        request,
        "printing/before.html",
        {
            "convening": convening,
            "printable": printable,
            "wish": wish,
            "offers": [(one, one.offered(db, wish)) for one in printable.options],
            **context,
        },
    )


async def form_here(request: Request) -> FormData:
    return await request.form()


@router.post("/{document}/runs")
def run(
    db: Db,
    settings: SettingsHere,
    convening: ConveningHere,
    viewer: ViewerHere,
    printable: PrintableHere,
    typed: Annotated[FormData, Depends(form_here)],
) -> Response:
    """Have it made; who asks while it is being made waits for the same."""
    form = {name: str(value) for name, value in typed.items()}
    paper = Paper(form["paper"]) if form.get("paper") in list(Paper) else Paper.LETTER
    wish = _wish(form, settings, convening, viewer, printable, paper)
    document = _document(db, printable, wish)
    begin_run(
        db,
        run_name(printable.slug),
        kept(wish),
        cohort_id=convening.cohort_id,
        stamp=document.stamp,
        steps=document.pages,
        by=viewer,
        convening_id=convening.key,
        release=document.release,
        pieces=dict(document.pieces),
    )
    return see_other(_page(wish, printable))


@router.post("/runs/{run:int}/cancellation")
def stop(db: Db, convening: ConveningHere, viewer: ViewerHere, run: int) -> Response:
    """Stop a run: by who began it, or an organizer."""
    found = db.get(PrintRun, run)
    if found is None or found.convening_id != convening.key or not _may_stop(found, viewer):
        raise NotHere("No such run is yours to stop.")
    cancel_run(db, found)
    return see_other(f"{convening.path}/print/{found.document.removeprefix('print ')}", flash="Stopped.")


def _wish(
    asked: Mapping[str, str],
    settings: Settings,
    convening: Convening,
    viewer: Viewer,
    printable: Printable,
    paper: Paper,
) -> Wish:
    """What is asked for, with the options that the document knows; `only` names pieces, with commas between."""
    options = {one.name: asked[one.name] for one in printable.options if asked.get(one.name)}
    only = frozenset(asked["only"].split(",")) if asked.get("only") else None
    return Wish(convening, viewer, settings, paper, options, only)


def _document(db: Session, printable: Printable, wish: Wish) -> Document:
    try:
        return printable.make(db, wish)
    except NothingToPrint as nothing:
        raise NotHere(nothing.sentence) from nothing


def _answer(request: Request, settings: Settings, document: Document, filename: str) -> Response:
    headers = {"ETag": f'"{document.name}"', "Cache-Control": "private, no-cache", "Vary": "Cookie"}
    if f'"{document.name}"' in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    headers["Content-Disposition"] = f'inline; filename="{filename}"'
    pdf = PRINTS.take(_cache(settings), document.name, document.set)
    return Response(pdf, media_type="application/pdf", headers=headers)


def _may_stop(run: PrintRun, viewer: Viewer) -> bool:
    return run.by_id == viewer.person_id or viewer.is_organizer(run.cohort_id)


def _page(wish: Wish, printable: Printable) -> str:
    """The page before printing, for this wish."""
    asked = {"paper": wish.paper.value, **wish.options}
    if wish.only:
        asked["only"] = ",".join(sorted(wish.only))
    return f"{wish.convening.path}/print/{printable.slug}?{urlencode(asked)}"


def _cache(settings: Settings) -> Path:
    return settings.data_dir / "cache"
