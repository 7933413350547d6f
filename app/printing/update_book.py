"""The update book and a city's slides: what is released of a cycle, on paper and on the wall (rule 15)."""

from collections.abc import Iterable
from typing import Any

from sqlmodel import Session, select

from app import clock
from app.files import files_of
from app.models import AnswerState, Cohort, Revision, UpdateCycle
from app.printing.papers import Paper, Pictures
from app.printing.runs import Document
from app.printing.typesetting import code, templates
from app.settings import Settings
from app.updates.book import Book, Chapter, book_of
from app.updates.content import Content
from app.updates.parts import SectionText

BOOK = "update book"
BOOK_SHEET = "update-book.css"
SLIDES_SHEET = "update-slides.css"

ANSWERS = {
    AnswerState.DONE: ("●", "Done"),
    AnswerState.ON_TRACK: ("◕", "On track"),
    AnswerState.AT_RISK: ("◔", "At risk"),
    AnswerState.DROPPED: ("○", "Dropped"),
    AnswerState.CARRIED: ("→", "Carried over"),
}
"""What became of a commitment: a mark that black and white keeps apart, and the word."""


_names: dict[tuple[str, int, Paper], tuple[int, str]] = {}

PAGES_A_CITY = 3
"""How many pages of the book a city has, about: what progress is counted against."""


def book_document(book: Book, paper: Paper, settings: Settings) -> Document:
    """The book as the press makes it."""
    live = f"{settings.address}/{book.cohort.slug}/updates/{book.cycle.slug}/book?since={book.newest}"
    return Document(
        update_book(book, live=live),
        BOOK_SHEET,
        paper,
        pages=3 + PAGES_A_CITY * len(book.chapters),
        pictures=pictures_of((chapter.content for chapter in book.chapters), settings),
    )


def book_name(db: Session, cohort: Cohort, cycle: UpdateCycle, paper: Paper, settings: Settings) -> str:
    """What the book is called on the shelf of prints; "" while nothing is released. It is drawn for that only after
    something on record has changed: all that stands in it is on record."""
    revision = db.exec(select(Revision.number)).one()
    place = (settings.database, cycle.key, paper)
    known = _names.get(place)
    if known is None or known[0] != revision:
        book = book_of(db, cohort, cycle)
        known = _names[place] = (revision, book_document(book, paper, settings).name if book.chapters else "")
    return known[1]


def make_book(db: Session, settings: Settings, wanted: dict[str, Any]) -> Document:
    """The book that a run wants: {"cycle": the cycle's number, "paper": "letter" or "a4"}."""
    cycle = db.get_one(UpdateCycle, wanted["cycle"])
    book = book_of(db, db.get_one(Cohort, cycle.cohort_id), cycle)
    return book_document(book, Paper(wanted["paper"]), settings)


def update_book(book: Book, *, live: str) -> str:
    """The book as an HTML document for the press; `live` is the whole URL that its code opens: what has been
    released since this print. Times are those of the cohort's own zone, and say so."""
    return _set(
        "printing/update_book.html",
        cohort=book.cohort,
        cycle=book.cycle,
        chapters=book.chapters,
        waiting=book.waiting,
        stamp=clock.said_moment(book.released_at, book.cohort.zone) if book.released_at else "",
        live=live,
    )


def pictures_of(contents: Iterable[Content], settings: Settings) -> Pictures:
    """Gives the press the pictures that these updates show, by digest, and no other file.

    Where the storage is out of reach that is raised: a print without its pictures would be kept as the whole one.
    """
    shown = {file.digest: file.media_type for content in contents for file in content.files if file.is_picture}

    def picture(digest: str) -> tuple[bytes, str] | None:
        if digest not in shown:
            return None
        return b"".join(files_of(settings).pieces(digest)), shown[digest]

    return picture


def update_slides(cohort: Cohort, cycle: UpdateCycle, chapter: Chapter, *, live: str) -> str:
    """A city's update as slides of 16:9, for the session in which it is presented. A long text goes on over the next
    slide; nothing is cut."""
    return _set(
        "printing/update_slides.html",
        cohort=cohort,
        cycle=cycle,
        chapter=chapter,
        stamp=clock.said_moment(chapter.version.at, cohort.zone),
        live=live,
    )


def _set(template: str, **context: object) -> str:
    live = str(context["live"])
    return templates().get_template(template).render(**context, code=code(live), answers=ANSWERS, size=size_of)


def size_of(part: SectionText | str) -> str:
    """How large a text is set on a slide, by its length in characters."""
    length = len(part if isinstance(part, str) else part.body)
    return "large" if length < 180 else "middle" if length < 520 else "small" if length < 900 else "tiny"
