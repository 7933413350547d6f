"""The pictures and papers of an update while it is written: handed in, described, replaced, put away, hidden."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from sqlmodel import Session

from app.files import SUFFIXES, TAKEN
from app.models import UpdateFile, UpdateSection, UpdateState
from app.people.audit import Refused
from app.people.viewer import Viewer
from app.routes.door import Db, Needs, NotHere, SettingsHere, ViewerHere
from app.routes.handed_in import LONGEST_UPLOAD, AskedFirst, FilesHere, HandedInHere, handed_in_here
from app.routes.pages import page, see_other
from app.routes.updates_door import CityUpdate, UpdateHere, note_look
from app.settings import Settings
from app.updates import files as update_files
from app.updates.looks import Looked
from app.updates.sections import asked_of
from app.updates.uploads import begun_uploads, received_of

HERE = "/{cohort}/updates/{cycle}/{city}/files"
router = APIRouter(prefix=HERE)
WRITE = [Depends(Needs("update.write"))]
HIDE = [Depends(Needs("update.release"))]
WRITABLE = (UpdateState.NOT_STARTED, UpdateState.DRAFTING, UpdateState.WITH_MAYOR)
Text = Annotated[str, Form()]


UPLOAD = [Depends(AskedFirst("update.write")), Depends(handed_in_here), *WRITE]


def file_here(db: Db, here: UpdateHere, number: int) -> UpdateFile:
    """The file of the update that the address names; raises NotHere."""
    file = update_files.find_file(db, here.update, number)
    if file is None:
        raise NotHere(f"{here.city.name}’s update has no such file.")
    return file


FileHere = Annotated[UpdateFile, Depends(file_here)]


@router.get("", dependencies=WRITE)
def files(request: Request, db: Db, here: UpdateHere, viewer: ViewerHere, settings: SettingsHere) -> Response:
    """All of them, to add, describe and order. What is approved or released is not changed: its own page says how."""
    if here.update.state not in WRITABLE:
        return see_other(here.place)
    note_look(request, db, here.update, viewer, Looked.FILE)
    return page(request, "updates/files.html", _page(db, here, viewer, settings))


@router.post("", dependencies=UPLOAD, max_body_size=LONGEST_UPLOAD)
def hand_in(
    request: Request,
    db: Db,
    here: UpdateHere,
    viewer: ViewerHere,
    settings: SettingsHere,
    kept: FilesHere,
    sent: HandedInHere,
) -> Response:
    """Take the files of the form; one that is refused takes none of the others with it."""
    section = section_of(db, here, sent.texts.get("section", ""))
    instead_of = _number(sent.texts.get("instead_of", ""))
    refused = list(sent.refused)
    taken = []
    if not sent.ready and not refused:
        refused.append(("", "Choose a file first."))
    if instead_of is not None and len(sent.ready) + len(sent.refused) > 1:
        refused, sent.ready[:] = [("", "One file takes the place of another. Choose one.")], []
    for ready in sent.ready:
        try:
            file = update_files.attach_file(
                db,
                here.update,
                ready,
                kept,
                section=section,
                instead_of=instead_of,
                megabytes=settings.update_megabytes,
                by=viewer,
            )
            taken.append(file.name)
        except Refused as error:
            refused.append((ready.file.name, error.sentence))
    if refused:
        context = _page(db, here, viewer, settings, refused=refused, at=instead_of, taken=taken)
        return page(request, "updates/files.html", context, status=422)
    return see_other(f"{here.place}/files", flash=f"Here now: {', '.join(taken)}.")


@router.post("/{number:int}", dependencies=WRITE)
def describe(
    request: Request,
    db: Db,
    here: UpdateHere,
    file: FileHere,
    viewer: ViewerHere,
    settings: SettingsHere,
    caption: Text = "",
    alternative: Text = "",
    section: Text = "",
) -> Response:
    try:
        update_files.describe_file(
            db,
            here.update,
            file,
            caption=caption,
            alternative=alternative,
            section=section_of(db, here, section),
            by=viewer,
        )
    except Refused as error:
        typed = {"caption": caption, "alternative": alternative, "section": section}
        errors = {f"{error.field}-{file.key}" if error.field else "": error.sentence}
        context = _page(db, here, viewer, settings, errors=errors, typed=typed, at=file.key)
        return page(request, "updates/files.html", context, status=422)
    return see_other(f"{here.place}/files#file-{file.key}", flash="Saved.")


@router.post("/{number:int}/position", dependencies=WRITE)
def move(db: Db, here: UpdateHere, file: FileHere, viewer: ViewerHere, to: Text = "later") -> Response:
    update_files.move_file(db, here.update, file, earlier=to == "earlier", by=viewer)
    return see_other(f"{here.place}/files#file-{file.key}")


@router.post("/{number:int}/removal", dependencies=WRITE)
def put_away(db: Db, here: UpdateHere, file: FileHere, viewer: ViewerHere) -> Response:
    update_files.put_away_file(db, here.update, file, by=viewer)
    return see_other(f"{here.place}/files#earlier", flash=f"{file.name} is put away. Below it can be brought back.")


@router.post("/{number:int}/return", dependencies=WRITE)
def bring_back(db: Db, here: UpdateHere, file: FileHere, viewer: ViewerHere) -> Response:
    update_files.bring_back_file(db, here.update, file, by=viewer)
    return see_other(f"{here.place}/files#file-{file.key}", flash=f"{file.name} stands in the update again.")


@router.get("/quarantine", dependencies=HIDE)
def hidden(request: Request, db: Db, here: UpdateHere) -> Response:
    """The files that are out, for an organizer to hide at once, and those that are hidden (rule 20)."""
    return page(request, "updates/files_hidden.html", _hidden(db, here))


@router.post("/{number:int}/quarantine", dependencies=HIDE)
def quarantine(
    request: Request, db: Db, here: UpdateHere, file: FileHere, viewer: ViewerHere, reason: Text = ""
) -> Response:
    try:
        update_files.quarantine_file(db, here.update, file, reason=reason, by=viewer)
    except Refused as error:
        context = _hidden(db, here) | {"errors": {f"reason-{file.key}": error.sentence}, "typed": reason}
        return page(request, "updates/files_hidden.html", context, status=422)
    said = f"{file.name} is hidden from everybody. Where it was, readers see who did it and why."
    return see_other(f"{here.place}/files/quarantine", flash=said)


@router.post("/{number:int}/quarantine/end", dependencies=HIDE)
def end_quarantine(db: Db, here: UpdateHere, file: FileHere, viewer: ViewerHere) -> Response:
    update_files.release_file(db, here.update, file, by=viewer)
    return see_other(f"{here.place}/files/quarantine", flash=f"{file.name} stands where it stood.")


def _hidden(db: Session, here: CityUpdate) -> dict[str, object]:
    return here.shown() | {"out": update_files.released_files(db, here.update), "errors": {}, "typed": ""}


def section_of(db: Session, here: CityUpdate, slug: str) -> UpdateSection | None:
    """The section that a form names; None for none in particular, and for one that is no longer asked."""
    return next((one for one in asked_of(db, here.update) if one.slug == slug), None)


def _page(
    db: Session,
    here: CityUpdate,
    viewer: Viewer,
    settings: Settings,
    *,
    refused: list[tuple[str, str]] | None = None,
    taken: list[str] | None = None,
    errors: Mapping[str, str] | None = None,
    typed: Mapping[str, str] | None = None,
    at: int | None = None,
) -> dict[str, object]:
    """`at` is the number of the file at which something was refused."""
    sections = asked_of(db, here.update)
    return here.shown() | {
        "standing": update_files.standing_files(db, here.update),
        "begun": [
            (one, received_of(one, settings.data_dir / "uploads")) for one in begun_uploads(db, here.update, viewer)
        ],
        "earlier": update_files.earlier_files(db, here.update),
        "sections": [(one.slug, one.title) for one in sections],
        "slugs": {one.key: one.slug for one in sections},
        "refused": refused or [],
        "taken_now": taken or [],
        "errors": errors or {},
        "typed": typed or {},
        "at": at,
        "taken": TAKEN,
        "suffixes": SUFFIXES,
        "megabytes": settings.document_megabytes,
        "of_a_picture": settings.picture_megabytes,
        "in_pieces": settings.pieces_megabytes,
    }


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 10 else None
