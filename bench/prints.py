"""What is printed of a large convening: the booklet of 120 sessions, and 200 personal agendas in one file.

Each as the worker makes it, beside WeasyPrint by itself; asked for again over HTTP, beside a bare server of the same
file; and how much memory the program's own worker has held at the most once it has made both.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from sqlmodel import col, select

from app.database import Database
from app.models import Convening, PrintRun, RunState
from app.models.sealed import use_key
from app.people import sign_in
from app.people.viewer import viewer_of
from app.printing.catalogue import PRINTABLE, kept, run_name
from app.printing.documents import Wish
from app.printing.plans import plan_of
from app.printing.runs import UNDER_WAY
from app.schema import migrate
from app.settings import Settings
from bench.convening import Laid, Measure, lay
from bench.press import Made, made
from bench.servers import Row, children_of, compared, free_port, peak_of, plenary

DOCUMENTS = (("booklet", "the booklet", 3), ("personal", "personal agendas in one file", 2))
"""By their address, with the rounds in which they are compared."""


@dataclass(frozen=True)
class Served:
    """`rows` compare requests a second; `pages` were made in `seconds` by the clock, by a worker that held `resting`
    megabytes before and `peak` at the most, its interpreter and libraries included."""

    rows: list[Row]
    pages: int
    resting: float
    peak: float
    seconds: float


@contextmanager
def large(folder: Path, measure: Measure | None = None) -> Iterator[tuple[Database, Settings, Laid]]:
    """The large convening in a data folder of its own."""
    settings = Settings(data_dir=folder)
    folder.mkdir(parents=True)
    use_key(settings.private_needs_key)
    database = Database(settings.database)
    migrate(database)
    try:
        with database.write() as db:
            laid = lay(db, settings, measure)
        yield database, settings, laid
    finally:
        database.dispose()


def set_beside(database: Database, settings: Settings, laid: Laid, slug: str, *, rounds: int) -> Made:
    """A document as its organizer has it made, beside WeasyPrint by itself."""
    with database.read() as db:
        by = viewer_of(db, laid.organizer)
        wish = Wish(db.get_one(Convening, laid.convening), by, settings)
        plan, cohort_id = plan_of(db, PRINTABLE[slug], wish), wish.convening.cohort_id
        told: dict[str, Any] = {"convening_id": laid.convening, "release": plan.release, "pieces": plan.parts}
        wanted = kept(wish)
    return made(database, settings, run_name(slug), wanted, cohort_id=cohort_id, by=by, rounds=rounds, **told)


def served(folder: Path, database: Database, settings: Settings, laid: Laid) -> Served:
    """The program on that data: its worker makes both, and then they are asked for again."""
    with database.write() as db:
        tokens = {one: sign_in.begin(db, one, browser="bench", days=1) for one in (laid.organizer, laid.mayor)}
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with plenary(settings.data_dir, port) as (process, _seconds):
        (worker,) = children_of(process)
        time.sleep(2)
        resting, began = peak_of(worker), time.monotonic()
        cookie = {"Cookie": f"plenary={tokens[laid.organizer]}"}
        with httpx.Client(base_url=address, headers=cookie, timeout=120) as organizer:
            pages = sum(_made_by_worker(database, organizer, f"{laid.path}/print/{slug}") for slug, *_ in DOCUMENTS)
        seconds, peak = time.monotonic() - began, peak_of(worker)
        mine = {"Cookie": f"plenary={tokens[laid.mayor]}"}
        rows = [
            compared(folder, address, what, f"{laid.path}/print/{asked}", headers, "/file", 0.3)
            for what, asked, headers in (
                ("the booklet again", "booklet.pdf", cookie),
                ("200 personal agendas again", "personal.pdf", cookie),
                ("one's own personal agenda again", f"personal.pdf?person={laid.mayor}", mine),
            )
        ]
    return Served(rows, pages, resting, peak, seconds)


def _made_by_worker(database: Database, browser: httpx.Client, place: str) -> int:
    """Have a document made and wait for it; how many pages it has."""
    browser.post(f"{place}/runs", headers={"HX-Request": "true"}).raise_for_status()
    while True:
        with database.read() as db:
            run = db.exec(select(PrintRun).order_by(col(PrintRun.id).desc())).all()[0]
        if run.state not in UNDER_WAY:
            assert run.state is RunState.DONE, run.trouble
            return run.pages or 0
        time.sleep(0.5)
