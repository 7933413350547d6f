"""A house for tests that print much and change nothing: one database and its settings for a whole module."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlmodel import Session, select

from app.database import Database
from app.models import Convening
from app.people.sign_in import sample_person
from app.people.viewer import viewer_of
from app.printing.catalogue import PRINTABLE
from app.printing.documents import Wish
from app.printing.papers import Paper
from app.printing.runs import Document
from app.settings import Settings
from tests.conftest import IN_THE_SAMPLE, NEEDS_KEY, SAMPLE_FILES, lent, sample_cohort
from tests.shelf import Shelf


@dataclass(frozen=True)
class House:
    """The sample cohort with its convening of fall 2017, as its test has furnished it."""

    database: Database
    settings: Settings

    def wish(self, db: Session, paper: Paper = Paper.LETTER, **wanted: object) -> Wish:
        """An organizer's, three weeks before the convening where nothing else is said."""
        organizer = sample_person(db, "organizer")
        assert organizer is not None
        wanted.setdefault("at", IN_THE_SAMPLE)
        return Wish(fall(db), viewer_of(db, organizer.key), self.settings, paper, **wanted)  # type: ignore[arg-type]

    def document(self, db: Session, slug: str, paper: Paper = Paper.LETTER, **wanted: object) -> Document:
        return PRINTABLE[slug].make(db, self.wish(db, paper, **wanted))


def housed(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    furnish: Callable[[Session], None],
) -> Iterator[House]:
    """For a fixture of a module. The shelf is asked for in this way so that nothing is set again on PostgreSQL: what is
    drawn of the same rows is the same."""
    shelf: Shelf = request.getfixturevalue("shelf")
    settings = Settings(data_dir=tmp_path_factory.mktemp("house"), secret_key="x" * 20, needs_key=NEEDS_KEY)
    for database in lent(shelf, sample_cohort):
        assert isinstance(SAMPLE_FILES.place, Path)
        shutil.copytree(SAMPLE_FILES.place, settings.data_dir / "files", copy_function=os.link)
        with database.write() as db:
            furnish(db)
        yield House(database, settings)


def fall(db: Session) -> Convening:
    return db.exec(select(Convening).where(Convening.slug == "2017-fall")).one()
