"""Files that people handed in with their answers: for the person and for the organizers, to be saved only."""

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from app.models import RegistrationAnswer
from app.routes.door import ConveningHere, Db, Needs, NotHere, ViewerHere
from app.routes.handed_in import FilesHere, send_kept
from app.routes.registration_desk import HERE

router = APIRouter(prefix=HERE + "/answers")


@router.get("/{number}/file", dependencies=[Depends(Needs("registration.own"))])
def answered_file(db: Db, convening: ConveningHere, viewer: ViewerHere, files: FilesHere, number: int) -> Response:
    """The file of one answer. To all others there is none, so that nobody learns who handed in what."""
    answer = db.get(RegistrationAnswer, number) if number < 1 << 62 else None
    whose = answer.registration if answer else None
    own = whose is not None and whose.person_id == viewer.person_id and not viewer.acting
    if (
        answer is None
        or whose is None
        or answer.digest is None
        or whose.convening_id != convening.key
        or not (own or viewer.is_organizer(convening.cohort_id))
    ):
        raise NotHere("There is no such file here, or it is not yours.")
    return send_kept(answer.digest, answer.file_name, files)
