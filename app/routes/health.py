"""Whether the program lives, for those who watch it."""

from fastapi import APIRouter, Depends
from sqlalchemy import func
from sqlmodel import col, select

from app.models import OutboxLetter, Revision
from app.routes.door import Db, Needs

router = APIRouter(dependencies=[Depends(Needs("public.read"))])


@router.get("/healthz")
def healthz(db: Db) -> dict[str, int | str]:
    """200 while the database answers; letters that wait stand beside it, so that a stopped worker shows."""
    revision = db.exec(select(Revision.number).where(Revision.id == 1)).one()
    waiting = db.exec(select(func.count()).select_from(OutboxLetter).where(col(OutboxLetter.sent_at).is_(None))).one()
    return {"status": "ok", "revision": revision, "letters_waiting": waiting}
