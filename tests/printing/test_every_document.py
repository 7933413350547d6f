"""All that can be printed, walked through once: each document of the sample cohort, on both papers, is accessible,
whole, named, carries its fonts, and says on every page what it was made from and where that stands now."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

import pytest
import time_machine
from sqlmodel import Session, col, select

from app import clock
from app.models import (
    AgendaRelease,
    CheckInWay,
    Convening,
    Registration,
    RegistrationState,
    SessionTable,
    UpdateCycle,
    UpdateVersion,
)
from app.people.viewer import Viewer
from app.printing.catalogue import CATALOGUE, UPDATE_BOOK
from app.printing.imprint import OPEN
from app.printing.papers import Paper
from app.printing.runs import Document
from app.printing.update_book import book_document
from app.registration.check_ins import check_in
from app.settings import Settings
from app.updates.book import book_of
from tests.conftest import IN_THE_SAMPLE
from tests.printing.house import House, fall, housed
from tests.printing.proof import assert_accessible, assert_fonts_embedded, assert_nothing_overflows
from tests.printing.reading import codes_of_pages, headings, pages, reader

DOORS, AFTER = datetime(2017, 11, 14, 13, tzinfo=UTC), datetime(2017, 11, 20, 15, tzinfo=UTC)
MANY = 5
"""Of a document of more pieces than twice this, so many are set: each n-th."""

BOOK = UPDATE_BOOK.slug
EACH = [
    (slug, paper)
    for slug in (*(one.slug for one in CATALOGUE), BOOK)
    for paper in Paper
    if (slug, paper) != ("pocket-card", Paper.A4)  # a card is a card
]

OF_A_RELEASE = {"agenda", "badges", "booklet", "briefs", "door-signs", "personal", "pocket-card", "tents"}
"""Made from a release of the agenda, which their codes open the changes of; the others are lists of their moment."""
LIVE = {
    "table-lists": "/sessions/{lunch}",
    "seat-cards": "/sessions/{lunch}",
    "table-numbers": "/sessions/{lunch}",
    "roster": "/registration/roster?since={at}",
    "check-in": "/registration/check-in?since={at}",
    "sign-in": "/registration/people?state=submitted&since={at}",
    "run-of-show": "/run-of-show",
    "meals": "/registration/meals",
    "rooming": "/registration/rooming",
    "commitments": "/../../updates/2017-spring/book?since={newest}",
    "certificate": "/agenda",
    BOOK: "/../../updates/2017-spring/book?since={newest}",
}
"""Where the code of each other document leads, from its convening's address on."""
SINGLE = {"badges", "certificate", "door-signs", "pocket-card", "seat-cards", "table-numbers", "tents"}
"""Each page of these stands, hangs or is carried alone, so it has no number; of the others all have but covers."""
APART = {"personal"}
"""Each sheet of these is another person's, and one of one in the sample."""
COVERED = {"booklet", BOOK}
SMALL = {"badges", "tents"}
"""Without margins to say it in, these say their release in their own markup."""


@pytest.fixture(scope="module")
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    yield from housed(request, tmp_path_factory, arrive)


def arrive(db: Session) -> None:
    """Salem's team is checked in on the first morning."""
    mine = (Registration.convening_id == fall(db).key, Registration.state == RegistrationState.SUBMITTED)
    with time_machine.travel(AFTER, tick=True):
        for row in db.exec(select(Registration).where(*mine)).all():
            if row.city and row.city.slug == "salem":
                check_in(db, row, device_key=f"{row.key}", at=DOORS, way=CheckInWay.LIST, by=Viewer.system("test"))


def document(house: House, db: Session, slug: str, paper: Paper, at: datetime | None = None) -> Document:
    """As an organizer gets it, of many pieces some."""
    if slug == BOOK:
        cycle = db.exec(select(UpdateCycle).where(UpdateCycle.slug == "2017-spring")).one()
        return book_document(book_of(db, fall(db).cohort, cycle), paper, house.settings)
    at = at or (AFTER if slug == "certificate" else IN_THE_SAMPLE)
    made = house.document(db, slug, paper, at=at)
    keys = list(made.pieces)
    if len(keys) <= 2 * MANY:
        return made
    return house.document(db, slug, paper, at=at, only=frozenset(keys[:: len(keys) // MANY][:MANY]))


@dataclass(frozen=True)
class Record:
    """What is on record of the convening, for what its papers have to say."""

    db: Session
    settings: Settings

    @cached_property
    def convening(self) -> Convening:
        return fall(self.db)

    @cached_property
    def release(self) -> AgendaRelease:
        found = select(AgendaRelease).where(AgendaRelease.convening_id == self.convening.key)
        return self.db.exec(found.order_by(col(AgendaRelease.number).desc())).first() or pytest.fail("no release")

    def address(self, slug: str) -> str:
        """What the code of a document opens."""
        here = f"{self.settings.address}/by-all-means/convenings/2017-fall"
        if slug in OF_A_RELEASE:
            return f"{here}/agenda/releases/{self.release.number}/changes"
        path = LIVE[slug].format(
            at=int(IN_THE_SAMPLE.timestamp()),
            lunch=self.db.exec(select(SessionTable.session_id).order_by(col(SessionTable.id))).first(),
            newest=max(one.key for one in self.db.exec(select(UpdateVersion)).all()),
        )
        return f"{here}{path}".replace("/convenings/2017-fall/../..", "")

    def stamp(self, slug: str) -> str:
        """What each page says first of what it was made from (rule 15)."""
        zone = self.convening.zone
        made = f"Release {self.release.number}, {clock.said_moment(self.release.created_at, zone)}. {OPEN}"
        if slug in OF_A_RELEASE:
            return made
        if slug == "certificate":
            return "Made on Mon 20 Nov 2017 from the check-in at the door."
        if slug == BOOK:
            told = max(self.db.exec(select(UpdateVersion.created_at)).all())
            return f"as released until {clock.said_moment(told, zone)}."
        after = "" if slug == "commitments" else f", after release {self.release.number} of the agenda"
        return f"s of {clock.said_moment(IN_THE_SAMPLE, zone)}{after}. {OPEN}"


@pytest.mark.parametrize(("slug", "paper"), EACH)
def test_a_document_is_accessible_whole_named_and_says_what_it_was_made_from(
    slug: str, paper: Paper, house: House
) -> None:
    """Rules 14 and 15, and PDF/UA-1."""
    with house.database.read() as db:
        made = document(house, db, slug, paper)
        record = Record(db, house.settings)
        address, stamp, title = record.address(slug), record.stamp(slug), record.convening.title
        codes_at_the_door = set(db.exec(select(Registration.code)).all())
    pdf = made.set()
    assert_accessible(pdf)
    assert_fonts_embedded(pdf)
    assert_nothing_overflows(pdf, margin=4)

    file = reader(pdf)
    assert str(file.root_object["/Lang"]) == "en"
    assert file.metadata is not None
    named = (file.metadata.title or "").partition(", ")
    assert named[0] == ("By All Means: the mayors’ updates" if slug == BOOK else title)
    assert named[2]
    assert len(headings(pdf)) >= max(len(made.pieces), 1), "each piece has a bookmark"
    tops = [str(getattr(one, "title", "")) for one in file.outline if not isinstance(one, list)]
    assert len(set(tops)) == len(tops) > 0, "which says which it is"

    found = pages(pdf)
    for number, page in enumerate(found, 1):
        if slug == "badges":
            assert page.count("Release 2") == page.count(title), "once on each badge"
        else:
            assert page.count(stamp) == 1, (number, page)
            assert slug in SMALL or page.endswith("scan the code.") or slug == "certificate"
        body, _, foot = page.partition(stamp)
        if slug not in SINGLE and not (slug in COVERED and (number == 1 or not body)):
            assert page.count("1 of 1" if slug in APART else f"{number} of {len(found)}") == 1, page
        assert not re.search(r"\d\d:\d\d", body + foot) or "the time of New York" in page or slug == BOOK

    codes = codes_of_pages(pdf)
    if slug == "badges":
        assert {code for page in codes for code in page} <= codes_at_the_door
        assert [len(page) for page in codes] == [page.count(title) for page in found]
    else:
        assert codes == [[address]] * len(found)


def test_once_the_convening_is_over_nothing_is_subject_to_change_any_more(house: House) -> None:
    """Rule 15."""
    with house.database.read() as db:
        html = {one.slug: document(house, db, one.slug, Paper.LETTER, at=AFTER).html for one in CATALOGUE}
    assert [slug for slug in html if OPEN in html[slug]] == []
