"""Photos of people: given and removed at /me or by an organizer on the person’s page, seen by the cohort."""

from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter, Depends, File, Header, Request, UploadFile
from fastapi.responses import Response
from starlette.background import BackgroundTask

from app.files import JPEG, Arrival, Files, as_face
from app.models import Person
from app.people import faces
from app.routes.door import CohortHere, Db, Needs, NotHere, SettingsHere, ViewerHere, own_record
from app.routes.handed_in import AskedFirst, FilesHere, jpeg_of, send_ready, throw_away
from app.routes.me import in_person, own_page
from app.routes.pages import see_other
from app.routes.people import person_here, person_page

router = APIRouter()
Known = Annotated[str, Header(alias="if-none-match")]
KEPT = "private, no-cache"
"""Browsers ask each time: what was removed is not shown once more."""


def face_here(
    settings: SettingsHere, kept: FilesHere, photo: Annotated[UploadFile | str | None, File()] = None
) -> Arrival | str:
    """The photo of a form, cut, drawn anew and kept, or the sentence that says why it is not taken. Before the
    permission, and so before the transaction (handed_in.py says why)."""
    if photo is None or isinstance(photo, str) or not photo.filename:
        return "Choose a photo first."
    return jpeg_of(photo, as_face, settings, kept)


FaceHere = Annotated[Arrival | str, Depends(face_here)]
OWN = [Depends(AskedFirst("own.change")), Depends(face_here), Depends(Needs("own.change"))]
THEIRS = [Depends(AskedFirst("people.change")), Depends(face_here), Depends(Needs("people.change"))]


@router.get("/me/photo", dependencies=[Depends(Needs("own.read"))])
def own_face(db: Db, viewer: ViewerHere, kept: FilesHere, known: Known = "") -> Response:
    return _sent(own_record(db, viewer), kept, known)


@router.post("/me/photo", dependencies=OWN)
def give_own(request: Request, db: Db, viewer: ViewerHere, kept: FilesHere, face: FaceHere) -> Response:
    """Show a photo of oneself, instead of the one there was; one that is refused leaves that."""
    oneself = in_person(db, viewer)
    if isinstance(face, str):
        return own_page(request, db, viewer, errors={"photo": face})
    return _after(faces.set_face(db, oneself, face.digest, by=viewer), kept, "/me", "Your photo is shown.")


@router.post("/me/photo/removal", dependencies=[Depends(Needs("own.change"))])
def remove_own(db: Db, viewer: ViewerHere, kept: FilesHere) -> Response:
    gone = faces.remove_face(db, in_person(db, viewer), by=viewer)
    return _after(gone, kept, "/me", "Your photo is removed, here and from what is printed next.")


@router.get("/{cohort}/people/{person_id}/photo", dependencies=[Depends(Needs("cohort.read"))])
def face(db: Db, cohort: CohortHere, kept: FilesHere, person_id: int, known: Known = "") -> Response:
    person, _ = person_here(db, cohort, person_id)
    return _sent(person, kept, known)


@router.post("/{cohort}/people/{person_id}/photo", dependencies=THEIRS)
def give(
    request: Request, db: Db, cohort: CohortHere, viewer: ViewerHere, kept: FilesHere, person_id: int, face: FaceHere
) -> Response:
    """Show a photo of somebody who asked for it."""
    person, _ = person_here(db, cohort, person_id)
    if isinstance(face, str):
        return person_page(request, db, cohort, person_id, {"photo": face})
    there = f"/{cohort.slug}/people/{person.key}"
    return _after(faces.set_face(db, person, face.digest, by=viewer), kept, there, f"{person.name}: photo shown.")


@router.post("/{cohort}/people/{person_id}/photo/removal", dependencies=[Depends(Needs("people.change"))])
def remove(db: Db, cohort: CohortHere, viewer: ViewerHere, kept: FilesHere, person_id: int) -> Response:
    person, _ = person_here(db, cohort, person_id)
    gone = faces.remove_face(db, person, by=viewer)
    return _after(gone, kept, f"/{cohort.slug}/people/{person.key}", f"{person.name}: photo removed.")


def _sent(person: Person, kept: Files, known: str) -> Response:
    if not person.photo:
        raise NotHere("There is no photo here.")
    return send_ready(person.photo, "photo.jpg", kept, media_type=JPEG.media_type, known=known, kept=KEPT)


def _after(gone: Iterable[str], kept: Files, there: str, flash: str) -> Response:
    """Go there, and once the change is committed throw the pictures away that nothing names any more."""
    answer = see_other(there, flash=flash)
    answer.background = BackgroundTask(throw_away, kept, tuple(gone))
    return answer
