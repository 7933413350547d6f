"""Runs: what takes more than a moment, a book or an export of records, is made by the worker, with progress.

A run's row is the worker's own record and no change that people share, so it is outside the audit: a page that counts
up does not empty everybody's pages. Each step is a short transaction of its own.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import IO, Any, Protocol

import structlog
from sqlalchemy import and_, or_, update
from sqlmodel import Session, col, select

from app import clock
from app.database import Database
from app.models import PrintRun, RunState
from app.people.viewer import Viewer
from app.printing.papers import Paper, Pictures, style
from app.printing.shelf import PRINTS, Shelf, name_of
from app.settings import Settings

UNDER_WAY = (RunState.WAITING, RunState.RUNNING)
GIVEN_UP = timedelta(minutes=10)
"""A run that has been running for longer was lost with its worker, and is taken up again."""

log = structlog.get_logger()


class Nothing(Exception):
    """There is nothing to make: a sentence that says why."""


class Cancelled(Exception):
    """Somebody took the run back while it was under way."""


Step = Callable[[int], None]
"""Told how far the making is; raises Cancelled where nobody wants it any more."""


class Made(Protocol):
    """What a run makes: all its words are read when it is asked for, and its bytes are written outside of any
    transaction, so that a long making holds up nobody and needs no memory."""

    @property
    def shelf(self) -> Shelf:
        """Where it is kept."""

    @property
    def name(self) -> str:
        """Its name there."""

    def write(self, out: IO[bytes], step: Step) -> None:
        """Write it; `step` is called with each page or file that is done."""


@dataclass(frozen=True, slots=True)
class Document:
    """A paper that a run sets: HTML, its style sheet and paper (or width and height in points), its pictures, and about
    how many pages it will have. `pieces` and `release` are what a PrintRun says of them. Where it is `folded`, its
    pages are laid out two a side."""

    html: str
    sheet: str
    paper: Paper | tuple[float, float]
    pages: int
    pictures: Pictures | None = None
    pieces: Mapping[str, list[str]] = field(default_factory=dict)
    release: int | None = None
    folded: bool = False
    sheets: Sequence[str] = ()

    @property
    def name(self) -> str:
        """Its name on the shelf of prints: the same words on the same paper are the same file."""
        return name_of(self.html, style(self.sheet), str(self.paper))

    @property
    def stamp(self) -> str:
        """What it is made of: its pieces where it has some, whose imprint may say another time, else its words."""
        if not self.pieces:
            return self.name
        kept = "".join(f"{key} {digest}\n" for key, (digest, _label) in self.pieces.items())
        return name_of(f"{kept}{self.release}", style(self.sheet), str(self.paper))

    @property
    def shelf(self) -> Shelf:
        return PRINTS

    def set(self, step: Step | None = None) -> bytes:
        """The PDF."""
        from app.printing.folding import imposed
        from app.printing.press import render_pdf  # takes a second to import, so only when something is set

        pdf = render_pdf(
            self.sheets or self.html,
            sheet=self.sheet,
            paper=self.paper,
            pictures=self.pictures,
            page_set=step,
            tagged=not self.folded,
        )
        return imposed(pdf) if self.folded else pdf

    def write(self, out: IO[bytes], step: Step) -> None:
        out.write(self.set(step))


Maker = Callable[[Session, Settings, dict[str, Any]], Made]


def begin_run(
    db: Session,
    document: str,
    wanted: dict[str, Any],
    *,
    cohort_id: int,
    stamp: str,
    steps: int,
    by: Viewer,
    **of_convening: Any,
) -> PrintRun:
    """A run that will make the document, or the one that is under way for the same; for the worker once committed.
    `of_convening` is what a convening's print says besides: convening_id, release and pieces."""
    run = under_way(db, stamp)
    if run is None:
        run = PrintRun(
            cohort_id=cohort_id,
            document=document,
            wanted=wanted,
            stamp=stamp,
            steps=steps,
            by_id=by.person_id,
            **of_convening,
        )
        db.add(run)
        db.flush()
    db.info.setdefault("runs", []).append(run.key)
    return run


def under_way(db: Session, stamp: str) -> PrintRun | None:
    """The run that makes this very document now, or waits to."""
    mine = select(PrintRun).where(PrintRun.stamp == stamp, col(PrintRun.state).in_(UNDER_WAY))
    return db.exec(mine.order_by(col(PrintRun.id))).first()


def last_run(db: Session, stamp: str) -> PrintRun | None:
    """The newest run of this document, however it ended."""
    return db.exec(select(PrintRun).where(PrintRun.stamp == stamp).order_by(col(PrintRun.id).desc())).first()


def cancel_run(db: Session, run: PrintRun) -> None:
    """Stop a run; one that has ended stays as it ended."""
    _change(db, run.key, UNDER_WAY, state=RunState.CANCELLED, ended_at=clock.now())


def due_runs(db: Session) -> list[int]:
    """The runs that wait, and those that a worker took up and never ended."""
    lost = and_(col(PrintRun.state) == RunState.RUNNING, col(PrintRun.started_at) < clock.now() - GIVEN_UP)
    waits = col(PrintRun.state) == RunState.WAITING
    return [run.key for run in db.exec(select(PrintRun).where(or_(waits, lost)).order_by(col(PrintRun.id)))]


def make_run(database: Database, settings: Settings, number: int, makers: Mapping[str, Maker]) -> bool:
    """Make the document of a run and put it on the shelf; False where another worker has it, or nobody wants it now."""
    with database.write() as db:
        run = db.get(PrintRun, number)
        if run is None or number not in due_runs(db):
            return False
        _change(db, number, (run.state,), state=RunState.RUNNING, started_at=clock.now(), made=0)
        document, wanted = run.document, dict(run.wanted)

    furthest = 0

    def step(done: int) -> None:
        nonlocal furthest
        furthest = max(furthest, done)  # pages that name others' numbers are laid out twice
        with database.write() as db:
            if not _change(db, number, (RunState.RUNNING,), made=furthest):
                raise Cancelled

    try:
        with database.read() as db:
            made = makers[document](db, settings, wanted)
        _tell(database, number, made)
        place = made.shelf.place(settings.data_dir / "cache", made.name)
        if not place.exists():
            made.shelf.keep(settings.data_dir / "cache", made.name, lambda out: made.write(out, step))
        _end(database, number, state=RunState.DONE, file=made.name, pages=_pages(made, place))
    except Cancelled:
        return False
    except Nothing as nothing:
        _end(database, number, state=RunState.DONE, trouble=str(nothing))
    except Exception as failed:  # whatever it was, the page says that it failed, and the log why
        log.exception("print run failed", run=number, document=document)
        _end(database, number, state=RunState.FAILED, trouble=type(failed).__name__)
    return True


def _tell(database: Database, number: int, made: Made) -> None:
    """Take down what a print is made of, which may have changed since it was asked for; what is thrown away stays."""
    if isinstance(made, Document) and made.pieces:
        with database.write() as db:
            thrown = {key: None for key, piece in db.get_one(PrintRun, number).pieces.items() if piece is None}
            pieces = {**thrown, **made.pieces}
            _change(db, number, (RunState.RUNNING,), pieces=pieces, release=made.release, steps=made.pages)


def _pages(made: Made, place: Path) -> int | None:
    """How many pages a print has come out with."""
    from app.printing.previews import page_count

    return page_count(place) if isinstance(made, Document) else None


def _end(database: Database, number: int, **ended: Any) -> None:
    with database.write() as db:
        _change(db, number, (RunState.RUNNING,), ended_at=clock.now(), **ended)


def _change(db: Session, number: int, of: tuple[RunState, ...], **values: Any) -> bool:
    """Change a run that is in one of these states; False where it is not any more."""
    mine = update(PrintRun).where(col(PrintRun.id) == number, col(PrintRun.state).in_(of)).values(**values)
    result = db.execute(mine.execution_options(synchronize_session=False))
    return bool(result.rowcount)  # type: ignore[attr-defined]  # a CursorResult, which Session.execute does not say
