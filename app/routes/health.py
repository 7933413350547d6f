"""Whether the program lives, for those who watch it."""

from fastapi import APIRouter, Depends
from sqlalchemy import func
from sqlmodel import col, select

from app.models import OutboxLetter, Revision
from app.routes.door import Db, Needs
from app.routes.handed_in import FilesHere

router = APIRouter(dependencies=[Depends(Needs("public.read"))])


@router.get("/healthz")
def healthz(db: Db, files: FilesHere) -> dict[str, int | str]:
    """200 while the database answers. Letters that wait stand beside it, so that a stopped worker shows; and whether
    the place of files answers, without which all else goes on."""
    revision = db.exec(select(Revision.number).where(Revision.id == 1)).one()
    waiting = db.exec(select(func.count()).select_from(OutboxLetter).where(col(OutboxLetter.sent_at).is_(None))).one()
    return {"status": "ok", "revision": revision, "letters_waiting": waiting, "files": files.trouble() or "ok"}
