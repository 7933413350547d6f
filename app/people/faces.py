"""People's photos of themselves: seen in their cohorts, on pages and in what is printed for them, and nowhere else.

A face is personal data: who removes theirs removes the picture itself, and not the mention of it alone. The log says
that there was one, by its digest.
"""

from sqlmodel import Session, col, select

from app.models import Person
from app.people.audit import verb
from app.people.kept_files import unnamed
from app.people.viewer import Viewer


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
    return unnamed(db, before)
