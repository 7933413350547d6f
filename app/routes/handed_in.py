"""Files over HTTP: an upload looked at before anything is decided, and a file sent so that no browser runs it."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import Depends, File, UploadFile
from fastapi.responses import StreamingResponse

from app.files import Arrival, Files, Unacceptable, disposition, examine
from app.models import Material
from app.routes.door import NotHere, SettingsHere

LONGEST_UPLOAD = 160 << 20
"""Bytes of a request: more than is taken, so that whoever sends too large a file is told so on a page."""


def arrival_here(settings: SettingsHere, file: Annotated[UploadFile | str | None, File()] = None) -> Arrival | str:
    """The file of a form, or the sentence that says why it is not taken.

    Put this before the permission, and so before the transaction: reading a hundred megabytes would hold up every
    other writer.
    """
    if file is None or isinstance(file, str) or not file.filename:
        return "Choose a file first."
    try:
        return examine(file.file, file.filename, megabytes=settings.slides_megabytes)
    except Unacceptable as error:
        return error.sentence


ArrivalHere = Annotated[Arrival | str, Depends(arrival_here)]


def files_here(settings: SettingsHere) -> Files:
    """The folder of what was handed in."""
    return Files(settings.data_dir / "files")


FilesHere = Annotated[Files, Depends(files_here)]


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
