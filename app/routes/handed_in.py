"""Files over HTTP: an upload looked at before anything is decided, and a file sent so that no browser runs it."""

from collections.abc import Mapping
from typing import Annotated, BinaryIO

from fastapi import Depends, File, Request, UploadFile
from fastapi.responses import StreamingResponse

from app.files import Arrival, Files, OutOfReach, Ready, Unacceptable, disposition, examine, files_of
from app.models import Material
from app.routes.door import Needs, NotHere, SettingsHere, database_here, viewer_here
from app.settings import Settings

LONGEST_UPLOAD = 160 << 20
"""Bytes of a request: more than is taken, so that whoever sends too large a file is told so on a page."""


UNKEPT = "{} Nothing was taken, and nothing is lost: try again in a few minutes."
"""What is said at the field of a file that could not be put where files are kept."""


class AskedFirst:
    """The route's permission, asked before a file is looked at and kept: in a snapshot that is closed before that
    begins. The route asks again, in the transaction that names the file."""

    def __init__(self, permission: str) -> None:
        self.needs = Needs(permission)

    def __call__(self, request: Request, settings: SettingsHere) -> None:
        with database_here(request).read() as db:
            self.needs(request, db, viewer_here(request, db, settings))


def files_here(settings: SettingsHere) -> Files:
    """Where files are kept."""
    return files_of(settings)


FilesHere = Annotated[Files, Depends(files_here)]


def arrival_here(
    settings: SettingsHere, files: FilesHere, file: Annotated[UploadFile | str | None, File()] = None
) -> Arrival | str:
    """The file of a form, kept, or the sentence that says why it is not taken.

    Put this before the permission, and so before the transaction: reading a hundred megabytes and sending them to a
    bucket would hold up every other writer. Put before it what refuses those who may not (AskedFirst).
    """
    if file is None or isinstance(file, str) or not file.filename:
        return "Choose a file first."
    try:
        arrival = looked_at(file.file, file.filename, settings)
        files.keep(arrival)
    except Unacceptable as error:
        return error.sentence
    except OutOfReach as out:
        return UNKEPT.format(out)
    return arrival


ArrivalHere = Annotated[Arrival | str, Depends(arrival_here)]


def looked_at(file: BinaryIO, name: str, settings: Settings) -> Arrival:
    """An upload within the sizes that are set; raises Unacceptable."""
    sizes = {"megabytes": settings.document_megabytes, "of_a_picture": settings.picture_megabytes}
    return examine(file, name, **sizes)


def keep_ready(files: Files, ready: Ready) -> None:
    """Keep a file with its small picture; raises OutOfReach."""
    files.keep(ready.file)
    if ready.preview:
        files.keep(ready.preview)


def send(material: Material, files: Files) -> StreamingResponse:
    """A material, to be saved."""
    return send_kept(
        material.digest,
        material.name,
        files,
        media_type=material.media_type,
        headers={"Content-Length": str(material.size)},
    )


def send_kept(
    digest: str,
    name: str,
    files: Files,
    *,
    media_type: str = "application/octet-stream",
    headers: Mapping[str, str] | None = None,
    shown: bool = False,
    kept: str = "private, no-store",
) -> StreamingResponse:
    """A file, to be saved and not shown in the page: what people hand in may be made to look like one of ours. Only
    what make_ready has made harmless is `shown`; `kept` says how long browsers may keep it (RFC 9111)."""
    try:
        pieces = files.pieces(digest)
    except FileNotFoundError as error:
        raise NotHere("This file is not where it was kept. The organizers can put it back from a backup.") from error
    shut = {
        "Content-Disposition": disposition(name, shown=shown),
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex, nofollow",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": kept,
    }
    return StreamingResponse(pieces, media_type=media_type, headers={**(headers or {}), **shut})
