"""Runs of the press: begun, watched, stopped, looked at page by page, opened, and noted as printed. A run is its
asker's, who sees what they may (rule 13); that something was printed is the lab's, and any of them takes it back."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from app import clock
from app.models import Convening, PrintRun, RunState
from app.people.policy import may
from app.people.viewer import Viewer
from app.printing.catalogue import PRINTABLE, is_own, kept, run_name
from app.printing.circulation import (
    note_not_printed,
    note_printed,
    note_thrown_away,
    printed_runs,
    since_printed,
)
from app.printing.documents import Printable, Wish
from app.printing.papers import Paper
from app.printing.plans import plan_of
from app.printing.previews import preview
from app.printing.runs import begin_run, cancel_run
from app.printing.shelf import PRINTS
from app.routes.door import ConveningHere, Db, Needs, NotHere, SettingsHere, ViewerHere
from app.routes.pages import page, see_other, wants_fragment
from app.routes.print_desk import HERE, PrintableHere
from app.routes.printing_wish import first_stale, last_of, making, page_of, pdf_headers, wish_of
from app.settings import Settings

router = APIRouter(prefix=HERE, dependencies=[Depends(Needs("print.read"))])


def run_here(db: Db, convening: ConveningHere, run: int) -> PrintRun:
    found = db.get(PrintRun, run)
    if found is None or found.convening_id != convening.key:
        raise NotHere("There is no such print run.")
    return found


RunHere = Annotated[PrintRun, Depends(run_here)]


def own_run(convening: ConveningHere, viewer: ViewerHere, run: RunHere) -> PrintRun:
    """A run of the viewer's own, of a document that they may still print."""
    if not is_own(run, viewer) or not may(viewer, _printable(run).permission, cohort_id=convening.cohort_id):
        raise NotHere("There is no such print run of yours.")
    return run


OwnRun = Annotated[PrintRun, Depends(own_run)]


def lab_run(convening: ConveningHere, viewer: ViewerHere, run: RunHere) -> PrintRun:
    """A run of a document that the lab prints, for its people."""
    if not viewer.is_lab(convening.cohort_id) or not may(
        viewer, _printable(run).permission, cohort_id=convening.cohort_id
    ):
        raise NotHere("There is no such print run of the lab’s.")
    return run


LabRun = Annotated[PrintRun, Depends(lab_run)]


async def form_here(request: Request) -> FormData:
    return await request.form()


@router.post("/{document}/runs")
def begin(
    request: Request,
    db: Db,
    settings: SettingsHere,
    convening: ConveningHere,
    viewer: ViewerHere,
    printable: PrintableHere,
    typed: Annotated[FormData, Depends(form_here)],
) -> Response:
    """Have it made; who asks again while it is being made waits for the same."""
    form = {name: str(value) for name, value in typed.items()}
    paper = Paper(form["paper"]) if form.get("paper") in list(Paper) else Paper.LETTER
    wish = wish_of(form, settings, convening, viewer, printable, paper)
    of_changes, gone = form.get("only") == "changed", {}
    if of_changes:
        runs = printed_runs(db, convening).get(run_name(printable.slug), [])
        wish, changed = first_stale(since_printed(db, printable, runs, wish), wish)
        gone = {one.key: None for one in changed.gone}
    plan = plan_of(db, printable, wish)
    if plan.nothing or printable.unkept:
        raise NotHere(plan.nothing or f"{printable.title} is not kept: open it where it stands.")
    run = last_of(db, settings, plan, wish)
    if run is None or run.state in (RunState.FAILED, RunState.CANCELLED):
        run = begin_run(
            db,
            run_name(printable.slug),
            kept(replace(wish, at=plan.at)),
            cohort_id=convening.cohort_id,
            stamp=plan.own_stamp(viewer),
            steps=plan.pages,
            by=viewer,
            convening_id=convening.key,
            release=plan.release,
            pieces={**plan.parts, **gone},
        )
    if wants_fragment(request):
        return page(request, "printing/before.html", making(printable, wish, viewer, run, of_changes), block="making")
    return see_other(page_of(wish, printable, of_changes))


@router.get("/runs/{run:int}")
def watch(
    request: Request, settings: SettingsHere, convening: ConveningHere, viewer: ViewerHere, run: OwnRun
) -> Response:
    """How far it is; the page itself where no fragment is asked for."""
    printable, wish = _printable(run), _wished(run, settings, convening, viewer)
    if wants_fragment(request):
        return page(request, "printing/before.html", making(printable, wish, viewer, run), block="making")
    return see_other(page_of(wish, printable))


@router.get("/runs/{run:int}.pdf")
def file(
    request: Request, settings: SettingsHere, convening: ConveningHere, viewer: ViewerHere, run: OwnRun
) -> Response:
    """What a run made, while the shelf has it; else its page, which makes it again."""
    printable = _printable(run)
    headers = pdf_headers(run.file, f"{convening.slug}-{printable.slug}.pdf")
    if run.file and f'"{run.file}"' in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    made = PRINTS.find(_cache(settings), run.file) if run.file else None
    if made is None:
        return see_other(page_of(_wished(run, settings, convening, viewer), printable))
    return Response(made, media_type="application/pdf", headers=headers)


@router.get("/runs/{run:int}/pages/{number:int}.png")
def picture(settings: SettingsHere, run: OwnRun, number: int) -> Response:
    """A page of what a run made, as a picture."""
    place = PRINTS.place(_cache(settings), run.file)
    drawn = preview(_cache(settings), place, number) if run.file and place.exists() else None
    if drawn is None:
        raise NotHere("There is no picture of such a page.")
    return Response(drawn, media_type="image/png", headers={"Cache-Control": "private, max-age=3600"})


@router.post("/runs/{run:int}/cancellation")
def stop(db: Db, settings: SettingsHere, convening: ConveningHere, viewer: ViewerHere, run: RunHere) -> Response:
    """Stop a run: by who began it, or an organizer."""
    if not (is_own(run, viewer) or viewer.is_organizer(convening.cohort_id)):
        raise NotHere("No such run is yours to stop.")
    cancel_run(db, run)
    return see_other(page_of(_wished(run, settings, convening, viewer), _printable(run)), flash="Stopped.")


@router.post("/runs/{run:int}/printing")
def printed(convening: ConveningHere, viewer: ViewerHere, run: OwnRun) -> Response:
    """Open it to print: for the lab's people it is on record from then on as what is in people's hands."""
    if run.state is not RunState.DONE or not run.file:
        raise NotHere("It is not made yet.")
    if viewer.is_lab(convening.cohort_id):
        note_printed(run, by=viewer)
    return see_other(f"{convening.path}/print/runs/{run.key}.pdf")


@router.post("/runs/{run:int}/printing/cancellation")
def not_printed(convening: ConveningHere, run: LabRun) -> Response:
    """Not printed after all: people hold what they held before."""
    note_not_printed(run)
    return see_other(
        f"{convening.path}/print/{_printable(run).slug}", flash="Taken back: it does not count as printed."
    )


@router.post("/{document}/thrown-away")
def thrown_away(
    db: Db, settings: SettingsHere, convening: ConveningHere, viewer: ViewerHere, printable: PrintableHere
) -> Response:
    """What is no longer wanted was thrown away, and nothing printed for it."""
    if not viewer.is_lab(convening.cohort_id):
        raise NotHere("What was printed is kept by the lab.")
    runs, wish = printed_runs(db, convening).get(run_name(printable.slug), []), Wish(convening, viewer, settings)
    _, changed = first_stale(since_printed(db, printable, runs, wish), wish)
    note_thrown_away(db, run_name(printable.slug), convening, changed.gone, by=viewer)
    return see_other(f"{convening.path}/print/{printable.slug}", flash="Noted as thrown away.")


def _printable(run: PrintRun) -> Printable:
    found = PRINTABLE.get(run.document.removeprefix("print "))
    if found is None:
        raise NotHere("This document is not printed any more.")
    return found


def _wished(run: PrintRun, settings: Settings, convening: Convening, viewer: Viewer) -> Wish:
    """The wish of a run, for its page."""
    only = run.wanted.get("only")
    return Wish(
        convening,
        viewer,
        settings,
        Paper(run.wanted.get("paper", Paper.LETTER)),
        run.wanted.get("options", {}),
        frozenset(only) if only is not None else None,
        clock.now(),
    )


def _cache(settings: Settings) -> Path:
    return settings.data_dir / "cache"
