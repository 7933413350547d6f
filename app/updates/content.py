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
from datetime import date, datetime
from hashlib import sha256
from typing import Any, ClassVar

from pydantic import BaseModel, Field, model_validator
from sqlmodel import Session, col, select

from app.models import (
    AnswerState,
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
from app.updates.numbers import Figure, covered, draft_figures, figure
from app.updates.sections import KINDS_BEFORE, asked_of
from app.updates.tombstones import Mask, Redaction, Taken, holds, masked


class Part(BaseModel):
    """Something of an update that can be corrected or redacted by itself. `TEXTS` are its fields of people's words."""

    TEXTS: ClassVar[tuple[str, ...]] = ()

    redaction: Redaction | None = None
    taken: list[Taken] = []

    @property
    def name(self) -> str:
        """section:ask, answer:12, commitment:31."""
        raise NotImplementedError

    @property
    def words(self) -> str:
        """What its city wrote here."""
        raise NotImplementedError

    @property
    def texts(self) -> list[str]:
        """All of its people's words, as they stand."""
        return [getattr(self, name) for name in self.TEXTS]

    def bury(self, tombstone: Redaction) -> None:
        """Take the words out and leave who did it and why."""
        self.redaction, self.taken = tombstone, []

    def cover(self, mask: Mask) -> bool:
        """Take a phrase out wherever it stands here; whether it did."""
        found = [name for name in self.TEXTS if holds(getattr(self, name), mask.phrase)]
        for name in found:
            setattr(self, name, masked(getattr(self, name), mask.phrase))
        if found:
            self.mark_taken(mask.taken)
        return bool(found)

    def mark_taken(self, taken: Taken) -> None:
        """Name something as taken out of this part; once."""
        if taken not in self.taken:
            self.taken = [*self.taken, taken]


class SectionText(Part):
    TEXTS = ("body",)

    slug: str
    title: str
    body: str
    kind: SectionKind = SectionKind.PROSE
    figures: list[Figure] = []

    @model_validator(mode="before")
    @classmethod
    def _of_a_kind(cls, stored: Any) -> Any:
        """Versions stored before kinds were written down say it by their slug."""
        if isinstance(stored, dict) and "kind" not in stored:
            return stored | {"kind": KINDS_BEFORE.get(stored.get("slug", ""), SectionKind.PROSE)}
        return stored

    @property
    def name(self) -> str:
        return f"section:{self.slug}"

    @property
    def words(self) -> str:
        return "\n".join([*(one.label for one in self.figures), self.body]).strip()

    @property
    def shown(self) -> list[Figure]:
        """The numbers that are set large; of a text without any, the one that stands in it in bold."""
        if self.figures or self.kind is not SectionKind.NUMBER:
            return self.figures
        found = figure(self.body)
        return [found] if found else []

    def bury(self, tombstone: Redaction) -> None:
        super().bury(tombstone)
        self.body, self.figures = "", []

    @property
    def texts(self) -> list[str]:
        return [*super().texts, *(text for one in self.figures for text in one.texts)]

    def cover(self, mask: Mask) -> bool:
        figures = [covered(one, mask.phrase) for one in self.figures]
        if figures == self.figures:
            return super().cover(mask)
        self.figures = figures
        super().cover(mask)
        self.mark_taken(mask.taken)
        return True

    def take_figure(self, taken: Taken) -> None:
        """Take one number out, named by `taken.what`; its tombstone stands once, where it was."""
        left = [one for one in self.figures if one.name != taken.what]
        if len(left) < len(self.figures):
            self.figures = left
            self.mark_taken(taken)


class AnsweredCommitment(Part):
    """A commitment of an earlier update and what became of it; `state` is None while nobody has said."""

    TEXTS = ("text", "note", "stage")

    commitment: int
    text: str
    due_on: date | None
    stage: str
    made_in: str
    state: AnswerState | None
    note: str

    @property
    def name(self) -> str:
        return f"answer:{self.commitment}"

    @property
    def words(self) -> str:
        return self.note

    def bury(self, tombstone: Redaction) -> None:
        super().bury(tombstone)
        self.text = self.note = self.stage = ""


class CommitmentMade(Part):
    TEXTS = ("text", "stage")

    id: int
    text: str
    due_on: date | None
    stage: str

    @property
    def name(self) -> str:
        return f"commitment:{self.id}"

    @property
    def words(self) -> str:
        return self.text

    def bury(self, tombstone: Redaction) -> None:
        super().bury(tombstone)
        self.text = self.stage = ""


class FileShown(Part):
    """A picture or paper of the update: named by its digest, so that a version keeps what it was.

    `section` is the slug of the section it stands in, or "". `preview` is the digest of a small WebP picture, "" where
    there is none; width and height are the picture's, or those of a paper's first page, in pixels.
    """

    TEXTS = ("file_name", "caption", "alternative")

    id: int
    digest: str
    file_name: str
    media_type: str
    size: int
    section: str = ""
    caption: str = ""
    alternative: str = ""
    preview: str = ""
    width: int | None = None
    height: int | None = None
    pages: int | None = None

    @property
    def name(self) -> str:
        return f"file:{self.id}"

    @property
    def words(self) -> str:
        return self.caption or self.file_name

    @property
    def is_picture(self) -> bool:
        return self.media_type.startswith("image/")

    def bury(self, tombstone: Redaction) -> None:
        super().bury(tombstone)
        self.digest = self.file_name = self.caption = self.alternative = self.preview = ""


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
