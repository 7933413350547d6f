"""The library: recordings, slides, pre-reading and papers by topic, city and convening, each for whom it is.

For strangers there is what is public (rule 18). Files are asked after each time, so that no browser's copy outlives a
quarantine or an office (rule 20).
"""

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Header, Query, Request
from fastapi.responses import Response
from sqlmodel import Session

from app.files import Ready
from app.learning import library
from app.learning.shelf import (
    KINDS,
    Shelved,
    Sought,
    earlier_versions,
    find_item,
    put_away_items,
    shelf,
    topics_of,
)
from app.models import Cohort, LibraryItem
from app.people.audit import Refused
from app.people.policy import may
from app.people.viewer import Viewer
from app.routes import library_form, typed
from app.routes.door import CohortHere, Db, Needs, NotAllowed, NotHere, SettingsHere, ViewerHere
from app.routes.handed_in import (
    LONGEST_UPLOAD,
    AskedFirst,
    FilesHere,
    HandedIn,
    HandedInHere,
    handed_in_here,
    send_ready,
)
from app.routes.library_form import LibraryForm
from app.routes.pages import page, see_other, wants_fragment
from app.settings import Settings

router = APIRouter(prefix="/{cohort}/library")
READ = [Depends(Needs("library.read"))]
CHANGE = [Depends(Needs("library.change"))]
UPLOAD = [Depends(AskedFirst("library.change")), Depends(handed_in_here), *CHANGE]
ONE = "/{number:int}"
AT_ONCE = 60
"""Items on one page of the list."""

ASKED_AFTER = "private, no-cache"
Text = Annotated[str, Form()]
Word = Annotated[str, Query(max_length=200)]
Known = Annotated[str, Header(alias="if-none-match")]


def item_here(db: Db, cohort: CohortHere, viewer: ViewerHere, number: int) -> Shelved:
    """The item that the address names. For everybody else there is none."""
    found = find_item(db, cohort, number, viewer)
    if found is None and not viewer.is_signed_in:
        raise NotAllowed
    if found is None:
        raise NotHere("There is no such thing in the library, or it is not open to you.")
    return found


ItemHere = Annotated[Shelved, Depends(item_here)]


@router.get("", dependencies=READ)
def all_items(
    request: Request,
    db: Db,
    cohort: CohortHere,
    viewer: ViewerHere,
    q: Word = "",
    kind: Word = "",
    topic: Word = "",
    city: Word = "",
    convening: Word = "",
    start: Annotated[int, Query(ge=0, le=100_000)] = 0,
) -> Response:
    """What the viewer may have, narrowed to what they look for."""
    every = shelf(db, cohort, viewer)
    sought = Sought(q, kind, topic, city, convening)
    found = [one for one in every if sought.takes(one)]
    changes = may(viewer, "library.change", cohort_id=cohort.key)
    asked = {"q": q, "kind": kind, "topic": topic, "city": city, "convening": convening}
    convenings = {one.convening.slug: one.convening for one in every if one.convening}
    context = {
        "found": found[start : start + AT_ONCE],
        "count": len(found),
        "has_any": bool(every),
        "sought": sought,
        "tabs": _tabs(f"/{cohort.slug}/library", every, asked),
        "topics": [(topic, topic) for topic in topics_of(every)],
        "cities": sorted({(one.item.city.slug, one.item.city.name) for one in every if one.item.city}),
        "convenings": [
            (slug, one.title)
            for slug, one in sorted(convenings.items(), key=lambda pair: pair[1].starts_on, reverse=True)
        ],
        "next": urlencode({**asked, "start": start + AT_ONCE}) if len(found) > start + AT_ONCE else "",
        "changes": changes,
        "away": put_away_items(db, cohort, viewer) if changes else [],
    }
    return page(request, "library/list.html", context, block="found" if wants_fragment(request) else None)


@router.get("/new", dependencies=CHANGE)
def new(
    request: Request,
    db: Db,
    cohort: CohortHere,
    viewer: ViewerHere,
    settings: SettingsHere,
    session: Word = "",
    group: Word = "",
) -> Response:
    form = library_form.blank(db, cohort, viewer, session, group)
    return library_form.show(request, db, cohort, viewer, settings, form)


@router.post("", dependencies=UPLOAD, max_body_size=LONGEST_UPLOAD)
def add(
    request: Request,
    db: Db,
    cohort: CohortHere,
    viewer: ViewerHere,
    settings: SettingsHere,
    kept: FilesHere,
    sent: HandedInHere,
) -> Response:
    form = LibraryForm.model_validate(dict(sent.texts))
    try:
        ready = _one_file(sent)
        said = library_form.read(db, cohort, viewer, form)
        item = library.add_item(db, cohort, said, kept, ready=ready, by=viewer)
    except Refused as refused:
        return library_form.show(request, db, cohort, viewer, settings, form, errors=typed.errors(refused))
    return see_other(_place(cohort, item), flash=f"“{item.title}” is in the library.")


@router.get(ONE, dependencies=READ)
def one(
    request: Request, db: Db, cohort: CohortHere, viewer: ViewerHere, settings: SettingsHere, here: ItemHere
) -> Response:
    return _show(request, db, cohort, viewer, settings, here)


@router.get(ONE + "/edit", dependencies=CHANGE)
def edit(
    request: Request, db: Db, cohort: CohortHere, viewer: ViewerHere, settings: SettingsHere, here: ItemHere
) -> Response:
    form = library_form.filled(db, cohort, viewer, here.item)
    return library_form.show(request, db, cohort, viewer, settings, form, item=here.item)


@router.post(ONE, dependencies=CHANGE)
def save(
    request: Request,
    db: Db,
    cohort: CohortHere,
    viewer: ViewerHere,
    settings: SettingsHere,
    here: ItemHere,
    form: Annotated[LibraryForm, Form()],
) -> Response:
    try:
        library.change_item(db, here.item, library_form.read(db, cohort, viewer, form), by=viewer)
    except Refused as refused:
        errors = typed.errors(refused)
        return library_form.show(request, db, cohort, viewer, settings, form, errors=errors, item=here.item)
    return see_other(_place(cohort, here.item), flash="Saved.")


@router.post(ONE + "/versions", dependencies=UPLOAD, max_body_size=LONGEST_UPLOAD)
def replace(
    request: Request,
    db: Db,
    cohort: CohortHere,
    viewer: ViewerHere,
    settings: SettingsHere,
    kept: FilesHere,
    sent: HandedInHere,
    here: ItemHere,
) -> Response:
    """Another version, a file or an address, in the place of this one."""
    url = sent.texts.get("url", "")
    try:
        item = library.replace_item(db, here.item, kept, ready=_one_file(sent), url=url, by=viewer)
    except Refused as refused:
        return _show(request, db, cohort, viewer, settings, here, errors=typed.errors(refused), written={"url": url})
    return see_other(_place(cohort, item), flash="The new version stands here. The one before it is kept.")


@router.post(ONE + "/removal", dependencies=CHANGE)
def put_away(db: Db, cohort: CohortHere, viewer: ViewerHere, here: ItemHere) -> Response:
    library.put_away_item(db, here.item, by=viewer)
    return see_other(_place(cohort, here.item), flash="Put away. Here it can be brought back.")


@router.post(ONE + "/return", dependencies=CHANGE)
def bring_back(
    request: Request, db: Db, cohort: CohortHere, viewer: ViewerHere, settings: SettingsHere, here: ItemHere
) -> Response:
    try:
        library.bring_back_item(db, here.item, by=viewer)
    except Refused as refused:
        return _show(request, db, cohort, viewer, settings, here, errors=typed.errors(refused))
    return see_other(_place(cohort, here.item), flash=f"“{here.item.title}” is in the library again.")


@router.post(ONE + "/quarantine", dependencies=CHANGE)
def quarantine(
    request: Request,
    db: Db,
    cohort: CohortHere,
    viewer: ViewerHere,
    settings: SettingsHere,
    here: ItemHere,
    reason: Text = "",
) -> Response:
    """Rule 20."""
    try:
        library.quarantine_item(db, here.item, reason=reason, by=viewer)
    except Refused as refused:
        errors, written = typed.errors(refused), {"reason": reason}
        return _show(request, db, cohort, viewer, settings, here, errors=errors, written=written)
    return see_other(_place(cohort, here.item), flash="Hidden from everybody but organizers.")


@router.post(ONE + "/quarantine/end", dependencies=CHANGE)
def end_quarantine(db: Db, cohort: CohortHere, viewer: ViewerHere, here: ItemHere) -> Response:
    library.release_item(db, here.item, by=viewer)
    return see_other(_place(cohort, here.item), flash="It stands where it stood.")


@router.get(ONE + "/preview", dependencies=READ)
def preview(here: ItemHere, files: FilesHere, known: Known = "") -> Response:
    """The small picture of a file; WebP, whatever the file is."""
    if not here.item.preview:
        raise NotHere("There is no small picture of this.")
    return send_ready(here.item.preview, "preview.webp", files, media_type="image/webp", known=known, kept=ASKED_AFTER)


@router.get(ONE + "/file/{name}", dependencies=READ)
def fetch(here: ItemHere, files: FilesHere, known: Known = "") -> Response:
    """The file itself; the name in the address is for people, and is not looked at."""
    item = here.item
    if not here.is_file:
        raise NotHere("This is an address, and no file.")
    return send_ready(item.digest, item.name, files, media_type=item.media_type, known=known, kept=ASKED_AFTER)


def _show(
    request: Request,
    db: Session,
    cohort: Cohort,
    viewer: Viewer,
    settings: Settings,
    here: Shelved,
    *,
    errors: Mapping[str, str] | None = None,
    written: Mapping[str, str] | None = None,
) -> Response:
    changes = may(viewer, "library.change", cohort_id=cohort.key)
    context: dict[str, Any] = {
        "one": here,
        "place": _place(cohort, here.item),
        "errors": errors or {},
        "written": written or {},
        "changes": changes,
        "earlier": earlier_versions(db, cohort, here.item) if changes else [],
        **library_form.taken(settings),
    }
    return page(request, "library/one.html", context, status=422 if errors else 200)


def _one_file(sent: HandedIn) -> Ready | None:
    """The file of a form, made ready, or None; raises Refused for one that is not taken, and for several."""
    if sent.refused:
        raise Refused(sent.refused[0][1], "file")
    if len(sent.ready) > 1:
        raise Refused("Choose one file: each thing stands by itself in the library.", "file")
    return sent.ready[0] if sent.ready else None


def _tabs(here: str, every: list[Shelved], asked: dict[str, str]) -> list[tuple[str, str, bool]]:
    """The kinds there are, to choose among; what else is looked for stays."""
    there = {one.item.kind for one in every}
    tabs = [("All", f"{here}?{urlencode({**asked, 'kind': ''})}", not asked["kind"])]
    for kind, name in KINDS.items():
        if kind in there:
            tabs.append((name, f"{here}?{urlencode({**asked, 'kind': str(kind)})}", asked["kind"] == kind))
    return tabs


def _place(cohort: Cohort, item: LibraryItem) -> str:
    return f"/{cohort.slug}/library/{item.key}"
