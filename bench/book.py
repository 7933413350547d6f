"""The update book of six cities with twelve pictures: made as the worker makes it, with each page's number on record as
it is laid out, beside WeasyPrint by itself, which sets the same HTML by the same sheets with the same pictures.

The two take turns in one process, and processor time is compared: what they wait for is the disk's. What both load
once a process (modules, and our job its fonts) is loaded before.
"""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pypdf import PdfReader
from sqlmodel import col, select

from app.database import Database
from app.jobs import MAKERS
from app.models import UpdateCycle
from app.people.viewer import Viewer
from app.printing.papers import Paper, Pictures, style
from app.printing.runs import Document, begin_run, make_run
from app.printing.update_book import BOOK, make_book
from app.settings import Settings

ROUNDS = 5
BY = Viewer.system("bench")


@dataclass(frozen=True)
class Made:
    """Medians over rounds in seconds of processor time, and what was made: pages, pictures, kilobytes."""

    ours: float
    alone: float
    pages: int
    pictures: int
    kilobytes: float

    @property
    def ratio(self) -> float:
        return self.ours / self.alone


def book(data: Path) -> Made:
    """The book of the sample's finished cycle, whose data folder this is."""
    settings = Settings(data_dir=data)
    database = Database(settings.database)
    with database.read() as db:
        cycle = db.exec(select(UpdateCycle).order_by(col(UpdateCycle.due_on))).all()[0]
        wanted = {"cycle": cycle.key, "paper": Paper.LETTER.value}
        cohort_id, document = cycle.cohort_id, make_book(db, settings, wanted)
    shelf = data / "cache" / "prints" / f"{document.name}.pdf"

    def job() -> None:
        shelf.unlink(missing_ok=True)
        with database.write() as db:
            steps = document.pages
            run = begin_run(db, BOOK, wanted, cohort_id=cohort_id, stamp=document.name, steps=steps, by=BY)
            number = run.key
        assert make_run(database, settings, number, MAKERS)

    assert document.pictures, "the book has pictures"
    names = set(document.html.split('src="picture:')[1:])
    memory = {name[:64]: document.pictures(name[:64]) for name in names}
    job()
    weasyprint_alone(document, memory.get)
    ours, alone = [], []
    for _round in range(ROUNDS):
        ours.append(_processor(job))
        alone.append(_processor(lambda: weasyprint_alone(document, memory.get)))
    database.dispose()
    pages = len(PdfReader(shelf).pages)
    return Made(statistics.median(ours), statistics.median(alone), pages, len(memory), shelf.stat().st_size / 1000)


def weasyprint_alone(document: Document, pictures: Pictures) -> bytes:
    """The same as the press makes of it, in the words of WeasyPrint's own documentation."""
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration

    from app.printing.press import OwnAssets, faces

    fonts, fetcher = FontConfiguration(), OwnAssets(pictures)
    page = f"@page {{ size: {document.paper} }}"
    sheets = [
        CSS(string=text, font_config=fonts, url_fetcher=fetcher) for text in (faces(), page, style(document.sheet))
    ]
    pdf: bytes = HTML(string=document.html, url_fetcher=fetcher, base_url="asset:").write_pdf(
        font_config=fonts, stylesheets=sheets, pdf_variant="pdf/ua-1", pdf_tags=True, dpi=200, jpeg_quality=85
    )
    return pdf


def _processor(work: Callable[[], object]) -> float:
    before = time.process_time()
    work()
    return time.process_time() - before
