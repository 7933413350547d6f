"""What the worker sets, beside WeasyPrint by itself, which sets the same HTML by the same sheets and pictures.

The worker's job begins and ends a run on record, reads what stands in the document, tells each page as it is laid out,
finishes the tags for PDF/UA-1, counts the pages and puts the file on the shelf. The two take turns in one process, and
processor time is compared: what they wait for is the disk's. What both load once a process (modules, and our job its
fonts) is loaded before.
"""

import re
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from app.database import Database
from app.jobs import MAKERS
from app.people.viewer import Viewer
from app.printing.papers import Pictures, style
from app.printing.previews import page_count
from app.printing.runs import Document, begin_run, make_run
from app.settings import Settings

ROUNDS = 5


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

    @property
    def pages_a_second(self) -> float:
        return self.pages / self.ours


def made(
    database: Database,
    settings: Settings,
    name: str,
    wanted: dict[str, Any],
    *,
    cohort_id: int,
    by: Viewer,
    rounds: int = ROUNDS,
    **of_convening: Any,
) -> Made:
    """A run of that name, made again and again as if for the first time; the rest is what `begin_run` is told."""
    with database.read() as db:
        document = MAKERS[name](db, settings, wanted)
    assert isinstance(document, Document)
    shelf = document.shelf.place(settings.data_dir / "cache", document.name)

    def job() -> None:
        shelf.unlink(missing_ok=True)
        told: dict[str, Any] = {"stamp": document.stamp, "steps": document.pages, **of_convening}
        with database.write() as db:
            number = begin_run(db, name, wanted, cohort_id=cohort_id, by=by, **told).key
        assert make_run(database, settings, number, MAKERS)

    names = set(re.findall(r'src="picture:(\w+)"', document.html))
    memory = {name: document.pictures(name) for name in names} if document.pictures else {}
    small = replace(document, html='<html lang="en"><title>Small</title><p>Small</p></html>', pictures=None, sheets=())
    small.set()
    weasyprint_alone(small, memory.get)
    ours, alone = [], []
    for _round in range(rounds):
        ours.append(_processor(job))
        alone.append(_processor(lambda: weasyprint_alone(document, memory.get)))
    pages = page_count(shelf)
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
