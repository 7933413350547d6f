"""“Upload the update we wrote in Word”: read, shown beside what stands here, placed by choosing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from sqlmodel import Session
from starlette.datastructures import FormData, UploadFile

from app.files import OutOfReach, Unacceptable, examine
from app.files.word import LARGEST, Document, read_word
from app.people.audit import Refused
from app.people.viewer import Viewer
from app.routes.door import Db, Needs, SettingsHere, ViewerHere
from app.routes.handed_in import UNKEPT, AskedFirst, FilesHere, form_here, keep_ready
from app.routes.pages import page, see_other
from app.routes.updates_door import CityUpdate, UpdateHere, note_look
from app.routes.updates_files import WRITABLE
from app.updates.files import find_file
from app.updates.looks import Looked
from app.updates.sections import asked_of
from app.updates.word import How, Placed, Placement, place_words, standing_texts, take_in

router = APIRouter(prefix="/{cohort}/updates/{cycle}/{city}/word")
WRITE = [Depends(Needs("update.write"))]
MOST_REST = 200
NOWHERE = "nowhere"
"""Where a picture or a passage goes that is not taken."""

AT_THE_END = "-"

FormHere = Annotated[FormData, Depends(form_here)]


@dataclass(frozen=True, slots=True)
class Sent:
    """A Word document, read; or the sentence why not."""

    document: Document | None = None
    refused: str = ""


def document_here(form: FormHere, kept: FilesHere) -> Sent:
    """The document of the form, its pictures kept: before the permission, and so before the transaction
    (updates_files.py says why)."""
    file = form.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        return Sent(refused="Choose the Word document first.")
    try:
        document = read_word(examine(file.file, file.filename, megabytes=LARGEST))
        for picture in document.pictures.values():
            keep_ready(kept, picture)
    except Unacceptable as error:
        return Sent(refused=error.sentence)
    except OutOfReach as out:
        return Sent(refused=UNKEPT.format(out))
    return Sent(document)


SentHere = Annotated[Sent, Depends(document_here)]
UPLOAD = [Depends(AskedFirst("update.write")), Depends(document_here), *WRITE]


@router.get("", dependencies=WRITE)
def choose(request: Request, here: UpdateHere) -> Response:
    """The way in: choose the document."""
    if here.update.state not in WRITABLE:
        return see_other(here.place)
    return page(request, "updates/word.html", here.shown() | {"refused": "", "megabytes": LARGEST})


@router.post("", dependencies=UPLOAD, max_body_size=(LARGEST + 2) << 20)
def read(
    request: Request,
    db: Db,
    here: UpdateHere,
    viewer: ViewerHere,
    settings: SettingsHere,
    files: FilesHere,
    sent: SentHere,
) -> Response:
    """What the document says, beside what stands here. Nothing is changed yet."""
    try:
        if sent.document is None:
            raise Refused(sent.refused, "file")
        placement = take_in(db, here.update, sent.document, files, megabytes=settings.update_megabytes, by=viewer)
    except Refused as error:
        context = here.shown() | {"refused": error.sentence, "megabytes": LARGEST}
        return page(request, "updates/word.html", context, status=422)
    return page(
        request, "updates/word_placing.html", _shown(request, db, here, viewer, placement, sent.document.unread)
    )


@router.post("/placement", dependencies=WRITE)
def place(request: Request, db: Db, here: UpdateHere, viewer: ViewerHere, form: FormHere) -> Response:
    placement = _placement({name: value for name, value in form.items() if isinstance(value, str)})
    try:
        changed = place_words(db, here.update, placement, by=viewer)
    except Refused as error:
        for slug, text in standing_texts(db, here.update).items():
            placement.sections.setdefault(slug, Placed()).revision = text.revision
        context = _shown(request, db, here, viewer, placement) | {"errors": {error.field or "": error.sentence}}
        return page(request, "updates/word_placing.html", context, status=422)
    said = (
        f"Placed: {', '.join(changed)}. What stood there before is in the history." if changed else "No words changed."
    )
    return see_other(f"{here.place}/edit", flash=said)


def _placement(typed: Mapping[str, str]) -> Placement:
    """The form: text-SLUG, how-SLUG, revision-SLUG; rest-N with to-N; picture-N, N being a file's number."""
    placement = Placement()
    for name, value in typed.items():
        kind, _, key = name.partition("-")
        if kind == "text":
            how = typed.get(f"how-{key}", "")
            placement.sections[key] = Placed(
                value.replace("\r\n", "\n").strip(),
                How(how) if how in set(How) else How.LEAVE,
                _number(typed.get(f"revision-{key}", "")),
            )
        elif kind == "rest" and len(placement.rest) < MOST_REST:
            to = typed.get(f"to-{key}", NOWHERE)
            placement.rest.append((value.replace("\r\n", "\n").strip(), "" if to == NOWHERE else to))
        elif kind == "picture" and _number(key):
            placement.pictures[_number(key)] = None if value == NOWHERE else "" if value == AT_THE_END else value
    return placement


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _shown(
    request: Request, db: Session, here: CityUpdate, viewer: Viewer, placement: Placement, unread: int = 0
) -> dict[str, object]:
    note_look(request, db, here.update, viewer, Looked.DESK)
    pictures = [(file, to) for number, to in placement.pictures.items() if (file := find_file(db, here.update, number))]
    return here.shown() | {
        "placement": placement,
        "asked": asked_of(db, here.update),
        "standing": standing_texts(db, here.update),
        "pictures": [(file, NOWHERE if to is None else to or AT_THE_END) for file, to in pictures],
        "unread": unread,
        "errors": {},
    }
