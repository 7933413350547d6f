"""What can be printed of a convening: the desk, the page before printing, and the documents at their addresses.

Who opens a page before printing sees how it will come out: the worker makes it while they look, and what is made is
kept until something on it changes. The runs themselves are in print_runs.py.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from sqlmodel import Session

from app.people.policy import may
from app.printing.catalogue import PRINTABLE, open_to, run_name
from app.printing.circulation import Difference, in_hands, printed_runs, since_printed, together
from app.printing.documents import Elsewhere, Group, NothingToPrint, Printable, Wish
from app.printing.papers import Paper
from app.printing.plans import Plan, plan_of, stands_until
from app.printing.runs import Document
from app.printing.shelf import PRINTS
from app.routes.door import ConveningHere, Db, Needs, NotAllowed, NotHere, SettingsHere, ViewerHere, database_here
from app.routes.kept import keep
from app.routes.pages import page, see_other
from app.routes.printing_wish import (
    Offer,
    first_stale,
    last_of,
    listed,
    making,
    offers_of,
    page_of,
    pdf_headers,
    wish_of,
)
from app.updates.book import cycle_told

HERE = "/{cohort}/convenings/{convening}/print"
READ = [Depends(Needs("print.read"))]
ICONS = {
    "booklet": "book-open",
    "agenda": "calendar",
    "personal": "user-round-check",
    "pocket-card": "smartphone",
    "badges": "id-card",
    "tents": "presentation",
    "door-signs": "signpost",
    "table-lists": "utensils",
    "seat-cards": "armchair",
    "table-numbers": "hash",
    "meals": "chef-hat",
    "rooming": "house",
    "run-of-show": "list-ordered",
    "certificate": "award",
    "update-book": "landmark",
    "briefs": "notebook-pen",
    "roster": "users",
    "sign-in": "pencil",
    "check-in": "square-check",
    "commitments": "handshake",
}
BESIDE = {"booklet": ("Change the Wi-Fi, the contacts and how things are done", "/booklet")}
"""Where organizers say what a document tells besides the agenda."""
DRAFT = ("Open the draft agenda", "/agenda/draft")
REGISTRATION = ("Open registration", "/registration/board")
FIRST = {
    **dict.fromkeys(("agenda", "booklet", "personal", "pocket-card", "door-signs"), DRAFT),
    **dict.fromkeys(("table-lists", "seat-cards", "table-numbers"), DRAFT),
    **dict.fromkeys(("badges", "tents", "roster", "check-in", "sign-in", "meals"), REGISTRATION),
    "rooming": ("Open the terms of registration", "/registration/terms"),
    "briefs": ("Open the speakers", "/speakers"),
    "run-of-show": ("Open the run of show", "/run-of-show"),
}
"""Where organizers go first, while there is nothing to print."""

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
def desk(request: Request, db: Db, settings: SettingsHere, convening: ConveningHere, viewer: ViewerHere) -> Response:
    """All that the viewer may print: for people of cities what is theirs first, for the lab what is out and stale."""
    may_print = open_to(viewer, convening)
    keeps = viewer.is_lab(convening.cohort_id)
    runs = printed_runs(db, convening) if keeps else {}
    known = {one.slug: runs.get(run_name(one.slug), []) for one in may_print}
    stale: dict[str, Difference] = {}
    for one in may_print:
        if isinstance(one, Printable) and known[one.slug]:
            found = together(
                each for _, each in since_printed(db, one, known[one.slug], Wish(convening, viewer, settings))
            )
            if found.is_stale:
                stale[one.slug] = found
    return page(
        request,
        "printing/desk.html",
        {
            "convening": convening,
            "groups": _grouped(may_print, keeps),
            "last": {slug: next((run for run in reversed(found) if run.pages), None) for slug, found in known.items()},
            "stale": stale,
            "by_slug": {one.slug: one for one in may_print},
            "icons": ICONS,
        },
    )


def _grouped(found: list[Printable | Elsewhere], lab: bool) -> list[tuple[str, list[Printable | Elsewhere]]]:
    """The documents in their groups, in the catalogue's order; one's own first for who is not of the lab."""
    own = [] if lab else [one for one in found if one.permission == "print.own"]
    groups = [(group.value, [one for one in found if one.group is group and one not in own]) for group in Group]
    return [(title, these) for title, these in (("Yours", own), *groups) if these]


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
    """The print as it stands now: from the shelf, or set while one waits where it is small, else by way of its page.

    All that decides which it is, and whether they may have it, is audited, or a matter of the hour.
    """
    wish = wish_of(request.query_params, settings, convening, viewer, printable, paper)
    filename = f"{convening.slug}-{printable.slug}.pdf"
    if printable.unkept:
        document = _document(db, printable, wish)
        if printable.looked:
            with database_here(request).write() as writing:
                printable.looked(writing, wish)
        headers = {"Cache-Control": "private, no-store", "Content-Disposition": f'inline; filename="{filename}"'}
        return Response(document.set(), media_type="application/pdf", headers=headers)
    plan = plan_of(db, printable, wish)
    if plan.nothing:
        raise NotHere(plan.nothing)
    made = PRINTS.find(settings.data_dir / "cache", plan.name)
    if made is None and not printable.is_small(wish):
        return see_other(page_of(wish, printable))
    if made is None:
        document = _document(db, printable, replace(wish, at=plan.at))
        made = PRINTS.take(settings.data_dir / "cache", document.name, document.set)
    answer = Response(made, media_type="application/pdf", headers=pdf_headers(plan.name, filename))
    return keep(answer, until=stands_until(plan, convening.zone))


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
    q: str = "",
) -> Response:
    """The page before printing: the choices, what will come out, and the run that makes it."""
    offers = offers_of(db, convening, viewer, printable, request.query_params, paper)
    asked = {**request.query_params, **{offer.option.name: offer.value for offer in offers}}
    wish = wish_of(asked, settings, convening, viewer, printable, paper)
    keeps = viewer.is_lab(convening.cohort_id) and not printable.unkept
    runs = printed_runs(db, convening).get(run_name(printable.slug), []) if keeps else []
    changes = since_printed(db, printable, runs, wish) if runs else []
    changed = together(one for _, one in changes)
    organizes = may(viewer, "convening.change", cohort_id=convening.cohort_id)
    first = FIRST.get(printable.slug) if organizes else None
    of_changes = asked.get("only") == "changed"
    if of_changes:
        wish, changed = first_stale(changes, wish)
    plan = _planned(db, printable, wish, offers)
    return page(
        request,
        "printing/before.html",
        {
            "convening": convening,
            "offers": offers,
            "errors": {offer.option.name: offer.error for offer in offers if offer.error},
            "plan": plan,
            "difference": changed,
            "of_changes": of_changes,
            "more_changes": of_changes and sum(one.is_stale for _, one in changes) > 1,
            "history": list(reversed(runs)),
            "pieces": listed(plan, in_hands(printable, runs), q) if keeps and len(plan.parts) > 1 else [],
            "q": q,
            "beside": BESIDE.get(printable.slug) if organizes else None,
            "first": ("Choose anew", f"/print/{printable.slug}") if _chosen(request.query_params) else first,
            **making(printable, wish, viewer, None if plan.nothing else last_of(db, settings, plan, wish), of_changes),
        },
        status=422 if any(offer.error for offer in offers) else 200,
    )


def _chosen(asked: Mapping[str, str]) -> bool:
    """Whether something was chosen, on which it may hang that there is nothing."""
    return any(value for name, value in asked.items() if name not in ("paper", "q"))


def _planned(db: Session, printable: Printable, wish: Wish, offers: list[Offer]) -> Plan:
    if wrong := next((offer for offer in offers if offer.error), None):
        return Plan(wish.at, nothing=wrong.error)
    if wish.only is not None and not wish.only:
        return Plan(wish.at, nothing="Nothing has changed since it was printed: what people hold is what stands.")
    return plan_of(db, printable, wish)


def _document(db: Session, printable: Printable, wish: Wish) -> Document:
    try:
        return printable.make(db, wish)
    except NothingToPrint as nothing:
        raise NotHere(nothing.sentence) from nothing
