"""What an update says, as one document: what a version keeps for good, and what a page shows.

The same document is made of a draft for its city and read from a released version for everybody, so that a page
has one shape. Its JSON is `UpdateVersion.content`:

    {"format": 1,
     "sections":    [{"slug", "title", "kind", "body" (Markdown), "figures", "redaction"}],
     "answers":     [{"commitment", "text", "due_on", "stage", "made_in", "state", "note", "redaction"}],
     "commitments": [{"id", "text", "due_on", "stage", "redaction"}],
     "files":       [{"id", "digest", "file_name", "media_type", "size", "section", "caption", "alternative", "preview",
                      "width", "height", "pages", "redaction"}],                  absent before there were files
     "approval":    {"by", "office", "at"} or null}

A section's figures are numbers.Figure, each with what the update before had released of it. Versions stored before
there were any have their number in the text.

A redacted part keeps its place: its words are empty and `redaction` says who took them out, when and why (rule 6).
What was taken out of a part whose rest stands is named in its `taken` (tombstones.py). `masks`, the phrases that stay
out, are stored beside the rest and are in no other form of the document.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from typing import Any

from pydantic import BaseModel, Field
from sqlmodel import Session, col, select

from app.models import (
    Commitment,
    CommitmentAnswer,
    Person,
    SectionKind,
    Update,
    UpdateFile,
    UpdateSection,
    UpdateText,
)
from app.updates.commitments import last_commitments
from app.updates.numbers import draft_figures
from app.updates.parts import AnsweredCommitment, CommitmentMade, FileShown, Part, SectionText
from app.updates.sections import asked_of
from app.updates.tombstones import Mask, Redaction


class Approval(BaseModel, frozen=True):
    """Who approved, and in which office (rule 8)."""

    by: str
    office: str
    at: datetime


class Content(BaseModel):
    format: int = 1
    sections: list[SectionText] = []
    answers: list[AnsweredCommitment] = []
    commitments: list[CommitmentMade] = []
    files: list[FileShown] = []
    approval: Approval | None = None
    masks: list[Mask] = Field(default=[], exclude=True)

    @property
    def ask(self) -> SectionText | None:
        """The section that is shown as a pull quote, and gathered on the learning page."""
        return self._first(SectionKind.ASK)

    @property
    def number(self) -> SectionText | None:
        """The section whose number is drawn large."""
        return self._first(SectionKind.NUMBER)

    @property
    def story(self) -> list[SectionText]:
        """The sections that have no place of their own on the page."""
        return [part for part in self.sections if part is not self.ask and part is not self.number]

    @property
    def stamp(self) -> str:
        """A short name of exactly these words and files: a mayor approves what was on the page, and nothing later."""
        return sha256(self.model_dump_json(exclude={"approval"}).encode()).hexdigest()[:20]

    @property
    def other_files(self) -> list[FileShown]:
        """Files that stand in none of the sections."""
        slugs = {part.slug for part in self.sections}
        return [file for file in self.files if file.section not in slugs]

    def files_in(self, slug: str) -> list[FileShown]:
        """The files of one section, in order."""
        return [file for file in self.files if file.section == slug]

    def section(self, slug: str) -> SectionText | None:
        return next((part for part in self.sections if part.slug == slug), None)

    def _first(self, kind: SectionKind) -> SectionText | None:
        return next((part for part in self.sections if part.kind is kind), None)

    def parts(self) -> dict[str, Part]:
        """Each part by its name."""
        return {part.name: part for part in (*self.sections, *self.answers, *self.commitments, *self.files)}

    def stored(self) -> dict[str, Any]:
        """The document as UpdateVersion.content keeps it."""
        kept = {"masks": [mask.model_dump(mode="json") for mask in self.masks]} if self.masks else {}
        return self.model_dump(mode="json") | kept

    def cover(self, masks: Iterable[Mask]) -> list[str]:
        """Take phrases out for good, here and in what is made of this; the names of the parts in which they stood."""
        found: list[str] = []
        for mask in masks:
            if mask not in self.masks:
                self.masks = [*self.masks, mask]
            found += [name for name, part in self.parts().items() if part.cover(mask)]
        return found


def draft_of(db: Session, update: Update, *, whole: bool = False) -> Content:
    """What the update says at this moment, written or not. Only its city may see this (rule 5).

    A file in quarantine shows its tombstone (rule 20); `whole` is for a release, which keeps what stands behind it:
    the tombstone is shown over a version as well, for as long as the quarantine lasts.
    """
    written = dict(
        db.exec(select(UpdateText.section_id, UpdateText.body).where(UpdateText.update_id == update.key)).all()
    )
    counted = draft_figures(db, update)
    made = db.exec(
        select(Commitment)
        .where(Commitment.update_id == update.key, col(Commitment.archived_at).is_(None))
        .order_by(col(Commitment.position), col(Commitment.id))
    ).all()
    content = Content(
        sections=[
            SectionText(
                slug=part.slug,
                title=part.title,
                kind=part.kind,
                body=written.get(part.key, ""),
                figures=counted.get(part.key, []),
            )
            for part in asked_of(db, update)
        ],
        answers=_answers(db, update),
        commitments=[
            CommitmentMade(id=row.key, text=row.text, due_on=row.due_on, stage=row.measure_stage) for row in made
        ],
        files=_files(db, update),
    )
    if not whole:
        hide_quarantined(db, content)
    return content


def hide_quarantined(db: Session, *contents: Content) -> None:
    """Put a tombstone over each file that is in quarantine now, in drafts or in any versions (rule 20)."""
    shown = [file for content in contents for file in content.files]
    if not shown:
        return
    hidden = {
        row.key: Redaction(
            by=name or "the program", office="", at=row.quarantined_at or row.created_at, reason=row.quarantine_reason
        )
        for row, name in db.exec(
            select(UpdateFile, Person.name)
            .outerjoin(Person, col(Person.id) == UpdateFile.quarantined_by_id)
            .where(col(UpdateFile.id).in_({file.id for file in shown}), col(UpdateFile.quarantined_at).is_not(None))
        )
    }
    for file in shown:
        if file.id in hidden and file.redaction is None:
            file.bury(hidden[file.id])


def _files(db: Session, update: Update) -> list[FileShown]:
    """The files that stand in a draft, in the order of their sections and their own."""
    rows = db.exec(
        select(UpdateFile, UpdateSection.slug)
        .outerjoin(UpdateSection, col(UpdateSection.id) == UpdateFile.section_id)
        .where(UpdateFile.update_id == update.key, col(UpdateFile.archived_at).is_(None))
        .order_by(col(UpdateFile.position), col(UpdateFile.id))
    ).all()
    return [
        FileShown(
            id=row.key,
            digest=row.digest,
            file_name=row.name,
            section=slug or "",
            **row.model_dump(
                include={"media_type", "size", "caption", "alternative", "preview", "width", "height", "pages"}
            ),
        )
        for row, slug in rows
    ]


def _answers(db: Session, update: Update) -> list[AnsweredCommitment]:
    given = {
        answer.commitment_id: answer
        for answer in db.exec(select(CommitmentAnswer).where(CommitmentAnswer.update_id == update.key))
    }
    answers = []
    for commitment, cycle in last_commitments(db, update):
        answer = given.get(commitment.key)
        answers.append(
            AnsweredCommitment(
                commitment=commitment.key,
                text=commitment.text,
                due_on=commitment.due_on,
                stage=commitment.measure_stage,
                made_in=cycle.title,
                state=answer.state if answer else None,
                note=answer.note if answer else "",
            )
        )
    return answers


def words(body: str) -> int:
    """How many words a Markdown text has, as a person would count them."""
    return len(re.findall(r"[^\W_]+(?:[’'.,-][^\W_]+)*", body))
