"""A Word document as pieces of Markdown under their headings, and its pictures."""

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from app.files.apart import CROWDED, Crowded, TooMuch, program_of, run_apart
from app.files.kinds import DOCX, Arrival, NotNow, Unacceptable
from app.files.looking import examine
from app.files.ready import Ready, make_ready
from app.files.word_blocks import Reader

LARGEST = 40
"""Megabytes of a document that is read; pictures make it large, words never do."""


@dataclass(slots=True)
class Passage:
    """What stands under one heading ("" for what comes before the first): Markdown, and the numbers of pictures."""

    heading: str = ""
    level: int = 0
    text: str = ""
    pictures: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Document:
    """`pictures` by their numbers in the passages; `unread` are those of kinds that browsers do not show."""

    passages: list[Passage]
    pictures: dict[int, Ready]
    unread: int


def read_word(arrival: Arrival) -> Document:
    """The words and pictures of an examined file; raises Unacceptable for anything but a Word document."""
    if arrival.kind is not DOCX:
        raise Unacceptable(f"This is {arrival.kind.said}, not Word. Choose the update as a Word document (.docx).")
    if arrival.size > LARGEST << 20:
        raise Unacceptable(f"This document is larger than {LARGEST} MB. Take its pictures out, and add them as files.")
    with TemporaryDirectory() as folder:
        document = Path(folder, "document.docx")
        with document.open("wb") as copy:
            arrival.file.seek(0)
            shutil.copyfileobj(arrival.file, copy)
        try:
            found = run_apart(program_of("word_text"), str(document), folder)
        except Crowded as error:
            raise NotNow(CROWDED) from error
        except TooMuch as error:
            raise Unacceptable(
                "This document could not be read. Open it in Word, save it anew as .docx, and try again."
            ) from error
        pictures = {
            number: ready
            for number in range(int(found["pictures"]))
            if (ready := _picture(Path(folder, f"picture-{number}"), number))
        }
    return Document(passages_of(str(found["html"])), pictures, int(found["pictures"]) - len(pictures))


def _picture(place: Path, number: int) -> Ready | None:
    """A picture of the document, drawn anew; None for a kind that is not shown (Windows metafiles, most often)."""
    with place.open("rb") as file:
        try:
            return make_ready(examine(file, f"From Word {number + 1}", megabytes=LARGEST))
        except Unacceptable:
            return None


def passages_of(html: str) -> list[Passage]:
    """HTML of plain tags as passages, in order. A short paragraph all in bold is a heading too: many write them so."""
    reader = Reader()
    reader.feed(html)
    reader.close()
    passages = [Passage()]
    for block in reader.blocks:
        if block.level:
            passages.append(Passage(block.plain, block.level))
        elif block.text:
            last = passages[-1]
            last.text += ("\n" if block.tight and last.text else "\n\n" if last.text else "") + block.text
        passages[-1].pictures += block.pictures
    return [one for one in passages if one.heading or one.text or one.pictures]
