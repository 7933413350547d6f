"""What those who write one update together are told of each other: which parts were saved, and by whom."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.models import Person, Update, UpdateComment, UpdateSection, UpdateText
from app.updates.content import draft_of
from app.updates.pieces import stamp


@dataclass(frozen=True, slots=True)
class Standing:
    """How a part of a draft stands: a mark that changes with each save, its name as one says it, and who saved it last
    (None where that is not known)."""

    mark: str
    said: str
    by_id: int | None = None
    by: str = ""


def parts_of(db: Session, update_id: int) -> dict[str, Standing]:
    """How each part of a draft stands. A fixed number of queries, however much is written."""
    update = db.get_one(Update, update_id)
    content = draft_of(db, update)
    edited = {
        slug: (revision, person_id, name)
        for slug, revision, person_id, name in db.exec(
            select(UpdateSection.slug, UpdateText.revision, UpdateText.edited_by_id, Person.name)
            .join(UpdateText, col(UpdateText.section_id) == UpdateSection.id)
            .outerjoin(Person, col(Person.id) == UpdateText.edited_by_id)
            .where(UpdateText.update_id == update_id)
        )
    }
    comments = db.exec(
        select(
            func.count(col(UpdateComment.id)),
            func.count(col(UpdateComment.settled_at)),
            func.count(col(UpdateComment.archived_at)),
        ).where(UpdateComment.update_id == update_id)
    ).one()
    found = {}
    for part in content.sections:
        revision, by_id, by = edited.get(part.slug, (0, None, ""))
        found[part.slug] = Standing(str(revision), f"“{part.title}”", by_id, by or "")
    figures = [one.model_dump_json() for part in content.sections for one in part.figures]
    found["figures"] = Standing(stamp(*figures), "the numbers")
    answers = [one.model_dump_json() for one in content.answers]
    found["answers"] = Standing(stamp(*answers), "what became of the last commitments")
    promises = [one.model_dump_json() for one in content.commitments]
    found["promises"] = Standing(stamp(*promises), "the next commitments")
    found["files"] = Standing(stamp(*(one.model_dump_json() for one in content.files)), "the files")
    found["comments"] = Standing(stamp(*comments), "the comments")
    found["state"] = Standing(update.state.value, "how far the update is")
    return found


def changed(before: Mapping[str, Standing], after: Mapping[str, Standing]) -> list[tuple[str, Standing]]:
    """The parts that were saved between two looks."""
    return [(name, one) for name, one in after.items() if name not in before or before[name].mark != one.mark]
