"""People's photos of themselves: seen in their cohorts, on pages and in what is printed for them, and nowhere else.

A face is personal data: who removes theirs removes the picture itself, and not the mention of it alone. The log says
that there was one, by its digest.
"""

from sqlalchemy import exists, or_
from sqlmodel import Session, SQLModel, col, select

from app.models import Person
from app.people.audit import verb
from app.people.viewer import Viewer

NAMING = ("digest", "preview", "photo", "plan")
"""The columns of all tables that name a kept file."""


@verb
def set_face(db: Session, person: Person, digest: str, *, by: Viewer) -> tuple[str, ...]:
    """Their photo is the kept file of this digest from now on. Answers the digests that nothing names any more."""
    return _change(db, person, digest)


@verb
def remove_face(db: Session, person: Person, *, by: Viewer) -> tuple[str, ...]:
    """They have no photo any more, nor have records that were merged into theirs. Answers as set_face does."""
    return _change(db, person, "")


def _change(db: Session, person: Person, digest: str) -> tuple[str, ...]:
    before = [person.photo]
    person.photo = digest
    merged = select(Person).where(Person.merged_into_id == person.key, col(Person.photo) != "")
    for record in db.exec(merged):
        before.append(record.photo)
        record.photo = ""
    db.flush()
    return tuple(one for one in dict.fromkeys(before) if one and not _is_named(db, one))


def _is_named(db: Session, digest: str) -> bool:
    """Whether any row names this file. Of a face that is one's own alone."""
    named = [
        exists().where(table.c[name] == digest)
        for table in SQLModel.metadata.sorted_tables
        for name in NAMING
        if name in table.c
    ]
    return bool(db.scalar(select(or_(*named))))
