"""Files over HTTP: an upload looked at before anything is decided, and a file sent so that no browser runs it."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, BinaryIO

from fastapi import Depends, File, Request, UploadFile
from fastapi.responses import Response, StreamingResponse
from starlette.datastructures import FormData
from starlette.datastructures import UploadFile as Sent

from app.files import (
    NO_PICTURE,
    TAKEN,
    Arrival,
    Files,
    OutOfReach,
    Ready,
    Unacceptable,
    disposition,
    examine,
    files_of,
    make_ready,
)
from app.models import Material
from app.routes.door import Needs, NotHere, SettingsHere, database_here, viewer_here
from app.settings import Settings

LONGEST_UPLOAD = 160 << 20
"""Bytes of a request: more than is taken, so that whoever sends too large a file is told so on a page."""

MOST_AT_ONCE = 20
SHOWN = ("application/pdf", "image/png", "image/jpeg", "image/webp")
"""Media types that browsers show; everything else is saved."""

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


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A form: its words, its files made ready, and of the others (name, the sentence why they are not taken)."""

    texts: Mapping[str, str]
    ready: list[Ready] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)


async def form_here(request: Request) -> AsyncIterator[FormData]:
    """The form as it was sent; its files are closed after the answer."""
    async with request.form(max_files=MOST_AT_ONCE) as form:
        yield form


def handed_in_here(settings: SettingsHere, kept: FilesHere, form: Annotated[FormData, Depends(form_here)]) -> HandedIn:
    """The form, each file looked at, made harmless and kept. Put this before the permission, and so before the
    transaction: it takes a second or more, and would hold up every other writer."""
    found = HandedIn({name: value for name, value in form.items() if isinstance(value, str)})
    for sent in form.getlist("file"):
        if isinstance(sent, Sent) and sent.filename:
            try:
                ready = make_ready(looked_at(sent.file, sent.filename, settings))
                keep_ready(kept, ready)
                found.ready.append(ready)
            except Unacceptable as error:
                found.refused.append((sent.filename, error.sentence))
            except OutOfReach as out:
                found.refused.append((sent.filename, UNKEPT.format(out)))
    return found


HandedInHere = Annotated[HandedIn, Depends(handed_in_here)]


def jpeg_of(sent: UploadFile, draw: Callable[[Arrival], Arrival], settings: Settings, kept: Files) -> Arrival | str:
    """A picture of a form, drawn anew (as_face, as_plan) and kept, or the sentence that says why it is not taken."""
    try:
        drawn = draw(looked_at(sent.file, sent.filename or "", settings))
        kept.keep(drawn)
    except Unacceptable as error:
        return NO_PICTURE if TAKEN in error.sentence else error.sentence  # of all that is taken elsewhere, pictures
    except OutOfReach as out:
        return UNKEPT.format(out)
    return drawn


def throw_away(kept: Files, gone: Iterable[str]) -> None:
    """What nothing names any more: after the change is committed, as an answer's background task."""
    for digest in gone:
        kept.throw_away(digest)


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


def send_ready(digest: str, name: str, files: Files, *, media_type: str, known: str, kept: str) -> Response:
    """A file that make_ready has looked at: shown where browsers show its kind; nothing of it (304) where the one that
    they have, by its ETag `known` (If-None-Match), is the same."""
    headers = {"ETag": f'"{digest}"'}
    if headers["ETag"] in known:
        return Response(status_code=304, headers=headers | {"Cache-Control": kept})
    return send_kept(digest, name, files, media_type=media_type, headers=headers, shown=media_type in SHOWN, kept=kept)


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
