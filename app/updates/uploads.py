"""Large files that arrive in pieces over bad Wi-Fi: begun, gone on with after any break, and made whole.

What has arrived lies in a folder of this machine. It is nobody's but that of who began it, takes bounded room, and is
swept away when nobody goes on. The rows are written by plain statements outside the audit: a piece changes nothing
that people share, and must not empty everybody's kept pages. What is attached in the end is on record like any file.
"""

import secrets
import shutil
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from sqlalchemy import delete, func, insert, update
from sqlmodel import Session, col, select

from app import clock
from app.models import RecordsHold, Update, UpdateCycle, UpdateSection, Upload
from app.people.audit import Refused
from app.people.viewer import Viewer
from app.updates.files import refuse_beyond, standing_files
from app.updates.writing import hold_for_writing

LARGEST_PIECE = 8 << 20
LASTS = timedelta(hours=24)
"""From the last piece on; whoever comes back later begins anew."""

MOST_BEGUN = 20
"""Uploads of one person that are not whole yet."""

MOST_WAITING = 4 << 30
"""Bytes that all unfinished uploads of the program may come to."""

LEFT_FREE = 500 << 20
"""Bytes of the disk that an upload leaves to everything else."""


class WrongOffset(Exception):
    """A piece that does not begin where what has arrived ends; `received` bytes have."""

    def __init__(self, received: int) -> None:
        super().__init__(f"{received} bytes have arrived")
        self.received = received


def begin_upload(
    db: Session,
    of: Update,
    *,
    name: str,
    size: int,
    section: UpdateSection | None,
    instead_of: int | None,
    megabytes: int,
    in_all: int,
    folder: Path,
    by: Viewer,
) -> Upload:
    """Make room for a file of so many bytes; raises Refused where it could not be taken in the end either: above
    `megabytes`, or where the update's files would come to more than `in_all` megabytes."""
    hold_for_writing(db, of, by)
    assert by.actor_id is not None, "somebody uploads"
    if not 0 < size <= megabytes << 20:
        sentence = "This file is empty. Choose it again." if size <= 0 else f"This file is larger than {megabytes} MB."
        raise Refused(sentence, "file")
    refuse_beyond(db, of, size, in_all)
    if instead_of is not None and instead_of not in {one.key for one in standing_files(db, of)}:
        raise Refused("The file that this one was to replace has just been replaced. Look, and try again.", "file")
    unfinished = col(Upload.finished_at).is_(None)
    begun = select(func.count()).select_from(Upload).where(Upload.person_id == by.actor_id, unfinished)
    waiting = select(func.coalesce(func.sum(Upload.size), 0)).where(unfinished)
    if db.exec(begun).one() >= MOST_BEGUN:
        raise Refused("Many files are on their way already. Finish those, or give them up.", "file")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    full = db.exec(waiting).one() + size > MOST_WAITING or shutil.disk_usage(folder).free < size + LEFT_FREE
    if full:
        raise Refused("There is no room for it at this moment. Try again in an hour, or tell the lab.", "file")
    ticket = secrets.token_urlsafe(24)
    now = clock.now()
    db.execute(
        insert(Upload).values(
            created_at=now,
            ticket=ticket,
            update_id=of.key,
            section_id=section.key if section else None,
            replaces_id=instead_of,
            person_id=by.actor_id,
            name=name[:255],
            size=size,
            received=0,
            expires_at=now + LASTS,
        )
    )
    place_of(folder, ticket).touch(mode=0o600)
    found = find_upload(db, of, ticket, by)
    assert found is not None, "it was just begun"
    return found


def find_upload(db: Session, of: Update, ticket: str, by: Viewer) -> Upload | None:
    """The upload of a ticket, for who began it and while it lasts."""
    return db.exec(
        select(Upload)
        .where(
            Upload.ticket == ticket,
            Upload.update_id == of.key,
            Upload.person_id == by.actor_id,
            Upload.expires_at > clock.now(),
        )
        .execution_options(populate_existing=True)
    ).first()


def begun_uploads(db: Session, of: Update, by: Viewer) -> Sequence[Upload]:
    """What somebody has begun for an update and not finished, the first begun first."""
    return db.exec(
        select(Upload)
        .where(
            Upload.update_id == of.key,
            Upload.person_id == by.actor_id,
            col(Upload.finished_at).is_(None),
            Upload.expires_at > clock.now(),
        )
        .order_by(col(Upload.id))
    ).all()


def received_of(upload: Upload, folder: Path) -> int:
    """How many bytes are here for good: what is on record, or less where the disk lost the end in a power cut."""
    if upload.finished_at is not None:
        return upload.size
    try:
        return min(upload.received, place_of(folder, upload.ticket).stat().st_size)
    except FileNotFoundError:
        return 0


def receive_piece(db: Session, upload: Upload, *, offset: int, piece: bytes, folder: Path) -> int:
    """Add a piece where what has arrived ends, and return how much has; raises WrongOffset for any other place, so
    that two tabs with the same file do not write over each other."""
    db.exec(select(Upload.id).where(Upload.id == upload.key).with_for_update()).one()
    db.refresh(upload)
    received = received_of(upload, folder)
    if upload.finished_at is not None or offset != received:
        raise WrongOffset(received)
    if offset + len(piece) > upload.size:
        raise Refused(f"More arrives than the {upload.size:,} bytes that were said. Begin again.", "file")
    place = place_of(folder, upload.ticket)
    place.touch(mode=0o600)
    with place.open("r+b") as file:
        file.seek(offset)
        file.write(piece)
    _set(db, upload, received=offset + len(piece), expires_at=clock.now() + LASTS)
    return offset + len(piece)


def finish_upload(db: Session, upload: Upload) -> None:
    """Remember that a file was taken, or refused, so that a second word of it does nothing."""
    _set(db, upload, finished_at=clock.now())


def give_up(db: Session, upload: Upload, folder: Path) -> None:
    """Forget an upload and what has arrived of it."""
    db.execute(delete(Upload).where(col(Upload.id) == upload.key))
    place_of(folder, upload.ticket).unlink(missing_ok=True)


def sweep_uploads(db: Session, folder: Path) -> int:
    """Delete what nobody goes on with, and pieces without a row; returns how many rows went. What a legal hold keeps
    stays as it is."""
    held = (
        select(Update.id)
        .join(UpdateCycle, col(UpdateCycle.id) == Update.cycle_id)
        .join(
            RecordsHold,
            (col(RecordsHold.city_id) == Update.city_id) & (col(RecordsHold.cohort_id) == UpdateCycle.cohort_id),
        )
        .where(col(RecordsHold.lifted_at).is_(None))
    )
    overdue = select(Upload).where(Upload.expires_at <= clock.now(), col(Upload.update_id).not_in(held))
    gone = db.exec(overdue).all()
    for upload in gone:
        give_up(db, upload, folder)
    known = set(db.exec(select(Upload.ticket).where(col(Upload.finished_at).is_(None))).all())
    for place in folder.glob("*") if folder.exists() else ():
        if place.name not in known:
            place.unlink(missing_ok=True)
    return len(gone)


def place_of(folder: Path, ticket: str) -> Path:
    assert ticket.replace("-", "").replace("_", "").isalnum(), "a ticket of ours"
    return folder / ticket


def _set(db: Session, upload: Upload, **values: object) -> None:
    db.execute(
        update(Upload).where(col(Upload.id) == upload.key).values(**values).execution_options(synchronize_session=False)
    )
