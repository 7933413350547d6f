"""The parts of an update: sections, answers, commitments, files. Each is corrected or redacted by itself; the document
that they make is content.py's."""

from datetime import date
from typing import Any, ClassVar

from pydantic import BaseModel, model_validator

from app.models import AnswerState, SectionKind
from app.updates.numbers import Figure, covered, figure
from app.updates.sections import KINDS_BEFORE
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
