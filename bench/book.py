"""The update book of six cities with twelve pictures, made as the worker makes it, beside WeasyPrint by itself."""

from pathlib import Path

from sqlmodel import col, select

from app.database import Database
from app.models import UpdateCycle
from app.people.viewer import Viewer
from app.printing.papers import Paper
from app.printing.update_book import BOOK
from app.settings import Settings
from bench.press import Made, made

BY = Viewer.system("bench")


def book(data: Path) -> Made:
    """The book of the sample's finished cycle, whose data folder this is."""
    settings = Settings(data_dir=data)
    database = Database(settings.database)
    try:
        with database.read() as db:
            cycle = db.exec(select(UpdateCycle).order_by(col(UpdateCycle.due_on))).all()[0]
            wanted, cohort_id = {"cycle": cycle.key, "paper": Paper.LETTER.value}, cycle.cohort_id
        found = made(database, settings, BOOK, wanted, cohort_id=cohort_id, by=BY)
        assert found.pictures, "the book has pictures"
        return found
    finally:
        database.dispose()
