"""Files in pieces over HTTP, after the manner of tus: a ticket, where it ends, the next piece there, and the end.

POST  …/uploads                 name, size, section, instead_of      201 {"ticket", "received"}
GET, HEAD …/uploads/{ticket}    Upload-Offset, Upload-Length
PATCH …/uploads/{ticket}        Upload-Offset, the bytes             204, or 409 with the right Upload-Offset
POST  …/uploads/{ticket}/end    it is whole                          200 {"name"}, or 422 {"refused"}
POST  …/uploads/{ticket}/removal
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Header, Request
from fastapi.responses import JSONResponse, Response
from starlette.requests import ClientDisconnect

from app.files import NotNow, OutOfReach, Ready, Unacceptable, examine, make_ready
from app.models import UpdateSection, Upload
from app.people.audit import Refused
from app.routes.door import (
    Db,
    Needs,
    NotHere,
    SettingsHere,
    ViewerHere,
    city_here,
    cohort_here,
    database_here,
    viewer_here,
)
from app.routes.handed_in import UNKEPT, FilesHere, keep_ready
from app.routes.pages import see_other
from app.routes.updates_door import UpdateHere, cycle_here, update_here
from app.routes.updates_files import WRITE, section_of
from app.updates import uploads
from app.updates.files import attach_file

router = APIRouter(prefix="/{cohort}/updates/{cycle}/{city}/uploads")
GONE = "This upload is over, or it is not yours. Choose the file again."


def folder_here(settings: SettingsHere) -> Path:
    """Where pieces lie until their file is whole."""
    return settings.data_dir / "uploads"


FolderHere = Annotated[Path, Depends(folder_here)]


def upload_here(db: Db, here: UpdateHere, viewer: ViewerHere, ticket: str) -> Upload:
    """The upload that the address names, for who began it; raises NotHere."""
    upload = uploads.find_upload(db, here.update, ticket, viewer)
    if upload is None:
        raise NotHere(GONE)
    return upload


UploadHere = Annotated[Upload, Depends(upload_here)]


async def piece_here(request: Request) -> bytes:
    """The bytes of a piece, all of them or none. Read before the permission, and so before the transaction."""
    piece = bytearray()
    try:
        async for some in request.stream():
            piece += some
            if len(piece) > uploads.LARGEST_PIECE:
                return b""
    except ClientDisconnect:
        return b""
    return bytes(piece)


@dataclass(frozen=True, slots=True)
class Whole:
    """A file that has arrived, was looked at and kept; `refused` says why it is not taken, `later` that it can be
    tried again as it is."""

    ready: Ready | None = None
    refused: str = ""
    later: bool = False


def whole_here(
    request: Request, settings: SettingsHere, folder: FolderHere, kept: FilesHere, ticket: str
) -> Iterator[Whole]:
    """The whole file, made harmless and kept: before the permission, and so before the transaction, after a snapshot of
    its own that is closed before the work begins (updates_files.py says why)."""
    with database_here(request).read() as db:
        viewer = viewer_here(request, db, settings)
        Needs("update.write")(request, db, viewer)
        cohort = cohort_here(request, db)
        here = update_here(db, cohort, cycle_here(request, db, cohort), city_here(request, db))
        upload = upload_here(db, here, viewer, ticket)
        name, size = upload.name, upload.size
        received, done = uploads.received_of(upload, folder), upload.finished_at is not None
    if done:
        yield Whole()
    elif received < size:
        yield Whole(refused=f"Only {received:,} of {size:,} bytes have arrived.")
    else:
        with uploads.place_of(folder, ticket).open("rb") as file:
            try:
                sizes = {"megabytes": settings.pieces_megabytes, "of_a_picture": settings.picture_megabytes}
                whole = Whole(make_ready(examine(file, name, **sizes)))
                assert whole.ready, "it was made so"
                keep_ready(kept, whole.ready)
            except Unacceptable as error:
                whole = Whole(refused=error.sentence, later=isinstance(error, NotNow))
            except OutOfReach as out:
                whole = Whole(refused=UNKEPT.format(out), later=True)
            yield whole


@router.post("", dependencies=WRITE)
def begin(
    db: Db,
    here: UpdateHere,
    viewer: ViewerHere,
    settings: SettingsHere,
    folder: FolderHere,
    name: Annotated[str, Form(max_length=2000)] = "",
    size: Annotated[str, Form(max_length=20)] = "",
    section: Annotated[str, Form(max_length=80)] = "",
    instead_of: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    try:
        upload = uploads.begin_upload(
            db,
            here.update,
            name=name,
            size=int(size) if size.isdecimal() else 0,
            section=section_of(db, here, section),
            instead_of=int(instead_of) if instead_of.isdecimal() and len(instead_of) < 10 else None,
            megabytes=settings.pieces_megabytes,
            in_all=settings.update_megabytes,
            folder=folder,
            by=viewer,
        )
    except Refused as error:
        return JSONResponse({"refused": error.sentence}, 422)
    return JSONResponse({"ticket": upload.ticket, "received": 0}, 201)


@router.api_route("/{ticket}", methods=["GET", "HEAD"], dependencies=WRITE)
def how_far(upload: UploadHere, folder: FolderHere) -> Response:
    received = uploads.received_of(upload, folder)
    return JSONResponse({"received": received, "size": upload.size}, headers=_told(upload, received))


@router.patch("/{ticket}", dependencies=[Depends(piece_here), *WRITE])
def go_on(
    db: Db,
    upload: UploadHere,
    folder: FolderHere,
    piece: Annotated[bytes, Depends(piece_here)],
    offset: Annotated[int, Header(alias="upload-offset", ge=0, le=1 << 40)],
) -> Response:
    """Take the next piece; what does not come whole is not taken, and the answer says where to go on."""
    try:
        received = uploads.receive_piece(db, upload, offset=offset, piece=piece, folder=folder)
    except uploads.WrongOffset as wrong:
        return Response(status_code=409, headers=_told(upload, wrong.received))
    except Refused as error:
        return JSONResponse({"refused": error.sentence}, 422)
    return Response(status_code=204, headers=_told(upload, received))


@router.post("/{ticket}/end", dependencies=[Depends(whole_here), *WRITE])
def end(
    db: Db,
    here: UpdateHere,
    viewer: ViewerHere,
    settings: SettingsHere,
    upload: UploadHere,
    folder: FolderHere,
    kept: FilesHere,
    arrived: Annotated[Whole, Depends(whole_here)],
) -> Response:
    """It is whole: attach it. A second word of the same file does nothing more; what is refused has to be sent anew,
    and what could not be kept at this moment stays here until it can."""
    if arrived.later:
        return JSONResponse({"refused": arrived.refused}, 503, {"Retry-After": "60"})
    if arrived.ready is None:
        if arrived.refused and uploads.received_of(upload, folder) == upload.size:
            uploads.give_up(db, upload, folder)
        return (
            JSONResponse({"refused": arrived.refused}, 422) if arrived.refused else JSONResponse({"name": upload.name})
        )
    try:
        section = db.get(UpdateSection, upload.section_id) if upload.section_id else None
        file = attach_file(
            db,
            here.update,
            arrived.ready,
            kept,
            section=section,
            instead_of=upload.replaces_id,
            megabytes=settings.update_megabytes,
            by=viewer,
        )
    except Refused as error:
        return JSONResponse({"refused": error.sentence}, 422)
    uploads.finish_upload(db, upload)
    uploads.place_of(folder, upload.ticket).unlink(missing_ok=True)
    return JSONResponse({"name": file.name})


@router.post("/{ticket}/removal", dependencies=WRITE)
def give_up(db: Db, here: UpdateHere, upload: UploadHere, folder: FolderHere) -> Response:
    uploads.give_up(db, upload, folder)
    return see_other(f"{here.place}/files", flash=f"{upload.name} is given up.")


def _told(upload: Upload, received: int) -> dict[str, str]:
    return {"Upload-Offset": str(received), "Upload-Length": str(upload.size), "Cache-Control": "no-store"}
