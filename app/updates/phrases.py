"""A phrase is taken out of everything that a city has released, at once: a name that should never have stood there.

It leaves every version, past and to come, the drafts, and the questions that quote it; where it stood, `TAKEN_OUT`
stands, and below it who took it out and why. What is inside pictures and papers is not looked into: a file is taken
out by itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from unicodedata import normalize

from sqlmodel import Session, col, select

from app.models import (
    Commitment,
    CommitmentAnswer,
    Update,
    UpdateCycle,
    UpdateFigure,
    UpdateFile,
    UpdateMark,
    UpdateText,
    UpdateVersion,
)
from app.people.audit import Refused, verb
from app.people.excerpts import excerpt
from app.people.viewer import Viewer
from app.updates.content import Content
from app.updates.history import title_of
from app.updates.marks import quarantine_mark
from app.updates.reading import page_of
from app.updates.redactions import masks_of, next_version, tombstone_of
from app.updates.released import released
from app.updates.releases import refuse_all_but_organizers
from app.updates.tombstones import TAKEN_OUT, Mask, holds, masked
from app.updates.versions import versions_of
from app.updates.writing import hold

SHORTEST, LONGEST = 2, 300
FIGURE, FILE = ("label", "said", "unit", "source"), ("name", "caption", "alternative")
"""The columns of people's words in the rows of a draft."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a phrase stands now: a part of a released update, with the words around it, each with whether it is the
    phrase."""

    cycle: str
    address: str
    title: str
    excerpt: tuple[tuple[str, bool], ...]


@verb
def redact_phrase(db: Session, update: Update, *, phrase: str, reason: str, by: Viewer) -> int:
    """Take a phrase out of all released updates of a city in the cohort; in how many it stood. Refuses where in none.

    Each gets a new version, whose note says why and not what. Saying it twice is refused: it stands nowhere then.
    """
    refuse_all_but_organizers(db, update, by)
    phrase, tombstone = checked(phrase), tombstone_of(reason, by)
    rows = _of_city(db, update)
    for row in sorted(rows, key=lambda row: row.key):
        hold(db, row)
    versions = {row.key: versions_of(db, row) for row in rows}
    last = {
        number: Content.model_validate(all_of_it[-1].content) for number, all_of_it in versions.items() if all_of_it
    }
    number = max((one.number for one in masks_of(list(last.values()))), default=0) + 1
    mask = Mask(number=number, phrase=phrase, redaction=tombstone)
    found = [one for one, all_of_it in versions.items() if _can_be_read(all_of_it, phrase)]
    for one in found:
        last[one].cover([mask])
        next_version(db, versions[one][-1], last[one], tombstone)
    if not found:
        raise Refused(
            "These words stand in nothing that the city has released. Look at how they are written.", "phrase"
        )
    for row in rows:
        _leave_draft(db, row, phrase)
        _hide_marks(db, row, phrase, reason, by)
    return len(found)


def checked(phrase: str) -> str:
    """The phrase as it is looked for: one line, single spaces."""
    phrase = " ".join(normalize("NFC", phrase).split())
    if len(phrase) < SHORTEST or not any(letter.isalnum() for letter in phrase):
        raise Refused("Say the words to take out, such as a name.", "phrase")
    if len(phrase) > LONGEST:
        raise Refused(f"{LONGEST} characters are the most. For more, take the whole part out.", "phrase")
    if holds(TAKEN_OUT, phrase):
        raise Refused("These words stand wherever something was taken out. Say more of what surrounds them.", "phrase")
    return phrase


def places_of(db: Session, update: Update, phrase: str) -> list[Place]:
    """Where a phrase stands in what the city has released and readers have now, the latest update first."""
    cohort_id = db.get_one(UpdateCycle, update.cycle_id).cohort_id
    found = []
    for one in released(db, cohort_id, city_id=update.city_id):
        for part in one.content.parts().values():
            text = next((text for text in part.texts if holds(text, phrase)), None)
            if text is not None:
                found.append(
                    Place(
                        one.cycle.title,
                        f"{one.cycle.slug}/{one.city.slug}",
                        title_of(part),
                        tuple(excerpt(phrase, text)),
                    )
                )
    return found


def _can_be_read(versions: Sequence[UpdateVersion], phrase: str) -> bool:
    """Whether a phrase stands in any version as its readers have it."""
    pages = (page_of(versions, version.number) for version in versions)
    return any(
        holds(text, phrase) for page in pages if page for part in page.content.parts().values() for text in part.texts
    )


def _leave_draft(db: Session, update: Update, phrase: str) -> None:
    """Take a phrase out of the rows that the next version would be made of."""
    number = update.key
    for text in db.exec(select(UpdateText).where(UpdateText.update_id == number)):
        if holds(text.body, phrase):
            text.body = masked(text.body, phrase)
            text.revision += 1
            db.add(text)
    rows: list[tuple[Sequence[object], tuple[str, ...]]] = [
        (db.exec(select(UpdateFigure).where(UpdateFigure.update_id == number)).all(), FIGURE),
        (db.exec(select(Commitment).where(Commitment.update_id == number)).all(), ("text", "measure_stage")),
        (db.exec(select(CommitmentAnswer).where(CommitmentAnswer.update_id == number)).all(), ("note",)),
        (db.exec(select(UpdateFile).where(UpdateFile.update_id == number)).all(), FILE),
    ]
    for some, names in rows:
        for row in some:
            for name in names:
                if holds(getattr(row, name), phrase):
                    setattr(row, name, masked(getattr(row, name), phrase))
                    db.add(row)


def _hide_marks(db: Session, update: Update, phrase: str, reason: str, by: Viewer) -> None:
    """Hide the questions and offers, or answers, that quote a phrase: whose they are, reads why."""
    marks = db.exec(
        select(UpdateMark).where(UpdateMark.update_id == update.key, col(UpdateMark.quarantined_at).is_(None))
    )
    for mark in marks.all():
        if holds(mark.text, phrase) or holds(mark.answer, phrase):
            quarantine_mark(db, mark, reason=reason[:500], by=by)


def _of_city(db: Session, update: Update) -> Sequence[Update]:
    """The city's updates of the cohort, the earliest cycle's first."""
    cohort = select(UpdateCycle.cohort_id).where(UpdateCycle.id == update.cycle_id).scalar_subquery()
    return db.exec(
        select(Update)
        .join(UpdateCycle, col(UpdateCycle.id) == Update.cycle_id)
        .where(Update.city_id == update.city_id, UpdateCycle.cohort_id == cohort)
        .order_by(col(UpdateCycle.period_ends_on), col(Update.id))
        .execution_options(populate_existing=True)
    ).all()
