"""Files of an update over HTTP: for exactly those who may read where it stands, from an address of their own (rule 5).

Pictures and PDFs are shown, everything else is saved; no browser runs any of it. Before its release a file is kept
nowhere; after it for an hour at most, so that a quarantine is not outlived by copies (rule 20).
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request
from fastapi.responses import Response

from app.routes.door import Db, Needs, NotHere, ViewerHere
from app.routes.handed_in import FilesHere, send_ready
from app.routes.updates_door import UpdateHere, note_look
from app.updates.files import Fetched, fetch_file
from app.updates.looks import Looked

router = APIRouter(prefix="/{cohort}/updates/{cycle}/{city}/files")
READ = [Depends(Needs("update.read"))]
FOR_AN_HOUR = "private, max-age=3600"


def fetched_here(request: Request, db: Db, here: UpdateHere, viewer: ViewerHere, number: int) -> Fetched:
    """The file that the address names. For everybody else there is none, so that nobody learns what a draft holds."""
    fetched = fetch_file(db, here.update, number, viewer)
    if fetched is None:
        raise NotHere("There is no such file here, or it is not open to you.")
    if not fetched.released:
        note_look(request, db, here.update, viewer, Looked.FILE)
    return fetched


FetchedHere = Annotated[Fetched, Depends(fetched_here)]
Known = Annotated[str, Header(alias="if-none-match")]


@router.get("/{number:int}/preview", dependencies=READ)
def preview(fetched: FetchedHere, files: FilesHere, known: Known = "") -> Response:
    """The small picture of a file; WebP, whatever the file is."""
    if not fetched.file.preview:
        raise NotHere("There is no small picture of this file.")
    return _send(fetched, fetched.file.preview, "preview.webp", "image/webp", files, known)


@router.get("/{number:int}/{name}", dependencies=READ)
def fetch(fetched: FetchedHere, files: FilesHere, known: Known = "") -> Response:
    """The file itself; the name in the address is for people, and is not looked at."""
    return _send(fetched, fetched.file.digest, fetched.file.name, fetched.file.media_type, files, known)


def _send(fetched: Fetched, digest: str, name: str, media_type: str, files: FilesHere, known: str) -> Response:
    kept = FOR_AN_HOUR if fetched.released and not fetched.file.quarantined_at else "private, no-store"
    return send_ready(digest, name, files, media_type=media_type, known=known, kept=kept)
