"""Lists on paper: who signs for one session, who is named where, long and foreign names, three hundred people."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine
from fastapi import FastAPI
from sqlmodel import Session

from app.database import Database
from app.models import AgendaSession, Audience, Openness, SessionFormat
from app.people.audit import verb
from app.people.viewer import Viewer
from app.registration.registrations import Details, cancel, register, registration_of
from tests.conftest import VisitorOf
from tests.printing.reading import codes, headings, pages, words
from tests.registration.stage import BY, TWO_WEEKS_BEFORE, Stage, convening, more_members, person, set_stage

HERE = "/by-all-means/convenings/2017-fall"


@pytest.fixture(autouse=True)
def _in_time() -> Iterator[None]:
    with time_machine.travel(TWO_WEEKS_BEFORE, tick=True):
        yield


@pytest.fixture
def stage(app: FastAPI) -> Stage:
    return set_stage(app.state.database, cap=400)


def come(db: Session, stage: Stage, who: str, listed: bool | None = None) -> None:
    register(db, convening(db, stage), person(db, stage, who), details=Details(listed=listed), by=BY)


@verb
def place(db: Session, stage: Stage, title: str, *, excludes_lab: bool = False, by: Viewer) -> int:
    """A closed session for everyone on the first morning."""
    audience = Audience(everyone=True)
    db.add(audience)
    db.flush()
    session = AgendaSession(
        cohort_id=stage.cohort,
        convening_id=stage.convening,
        title=title,
        format=SessionFormat.ROLE_ALIKE,
        audience_id=audience.key,
        openness=Openness.CLOSED,
        excludes_lab=excludes_lab,
        cover_title="A closed session" if excludes_lab else "",
        starts_at=datetime(2017, 11, 14, 14, tzinfo=UTC),
        ends_at=datetime(2017, 11, 14, 15, tzinfo=UTC),
        zone="America/New_York",
    )
    db.add(session)
    db.flush()
    return session.key


def test_a_sheet_for_one_session_has_who_is_expected_there_and_a_table_names_only_who_agreed(
    database: Database, stage: Stage, visitor: VisitorOf
) -> None:
    with database.write() as db:
        come(db, stage, "salem mayor", listed=True)
        come(db, stage, "oakland mayor", listed=False)
        number = place(db, stage, "Mayors’ peer session", by=BY)
    organizer = visitor(stage.people["organizer"])
    assert f'<option value="{number}"' in organizer.get(f"{HERE}/print/sign-in").text
    table = words(organizer.get(f"{HERE}/print/sign-in.pdf?session={number}").content)
    desk = words(organizer.get(f"{HERE}/print/sign-in.pdf?session={number}&on=desk").content)
    for text in (table, desk):
        assert "Mayors’ peer session Tue 14 Nov, 09:00–10:00 EST · 2 expected" in text
        assert "Salem Mayor" in text
    assert ("Oakland Mayor" in table, "Oakland Mayor" in desk) == (False, True)


def test_of_a_session_that_excludes_the_lab_organizers_are_told_nobody(
    database: Database, stage: Stage, visitor: VisitorOf
) -> None:
    """Rule 13: not who is in it, nor what it is called."""
    with database.write() as db:
        come(db, stage, "salem mayor", listed=True)
        number = place(db, stage, "QX-SECRET", excludes_lab=True, by=BY)
        narrow(db, number, by=BY)
    organizer = visitor(stage.people["organizer"])
    assert "QX-SECRET" not in organizer.get(f"{HERE}/print/sign-in").text
    assert organizer.get(f"{HERE}/print/sign-in.pdf?session={number}").status_code == 404


@verb
def narrow(db: Session, number: int, *, by: Viewer) -> None:
    """For no one of the lab."""
    audience = db.get_one(AgendaSession, number).audience
    audience.everyone = False


def test_three_hundred_people_stand_once_each_under_heads_that_come_again_in_as_many_queries_as_one(
    database: Database, stage: Stage, visitor: VisitorOf, queries: list[str]
) -> None:
    with database.write() as db:
        come(db, stage, "salem mayor", listed=True)
        number = place(db, stage, "Opening", by=BY)
    organizer = visitor(stage.people["organizer"])
    addresses = [f"{HERE}/print/{one}" for one in ("sign-in", f"sign-in?session={number}", "roster", "rooming")]
    counted = []
    for many in (1, 299):
        with database.write() as db:
            for one in more_members(db, stage, "oakland", many, by=BY):
                register(db, convening(db, stage), one, details=Details(listed=True), by=BY)
        counts = []
        for address in addresses:
            organizer.get(address)
            queries.clear()
            assert organizer.get(address).status_code == 200
            counts.append(len(queries))
        counted.append(counts)
    assert counted[0] == counted[1]
    sheets = pages(organizer.get(f"{HERE}/print/roster.pdf").content)
    text = " ".join(sheets)
    assert text.count("Member") == 2 * 300, "the name, and the office"
    assert all("Name Office" in sheet for sheet in sheets)
    assert f"{len(sheets)} of {len(sheets)}" in sheets[-1]


def test_empty_lists_say_what_comes_first_and_set_nothing(stage: Stage, visitor: VisitorOf) -> None:
    organizer = visitor(stage.people["organizer"])
    for slug, said in (
        ("sign-in", "Nobody has a confirmed place yet."),
        ("roster", "Nobody has a place yet."),
        ("rooming", "Hold rooms among the terms of registration first."),
        ("run-of-show", "Place sessions on the draft first."),
        ("briefs", "Nobody has a part yet"),
    ):
        assert said in organizer.get(f"{HERE}/print/{slug}").text
        assert organizer.get(f"{HERE}/print/{slug}.pdf").status_code == 404
    assert organizer.get(f"{HERE}/print/update-book").status_code == 404


def test_the_code_of_a_print_says_who_came_and_who_left_since(
    database: Database, stage: Stage, visitor: VisitorOf
) -> None:
    """Rule 15; participants read the names of those alone who agreed."""
    with database.write() as db:
        come(db, stage, "salem mayor", listed=True)
        come(db, stage, "salem superintendent", listed=True)
    with time_machine.travel(datetime(2017, 10, 31, 16, tzinfo=UTC), tick=True):
        organizer = visitor(stage.people["organizer"])
        prints = {slug: organizer.get(f"{HERE}/print/{slug}.pdf").content for slug in ("check-in", "sign-in", "roster")}
    ways = {slug: codes(pdf)[0].removeprefix("http://127.0.0.1:8000") for slug, pdf in prints.items()}
    for way in ways.values():
        assert "Your print is what stands." in organizer.get(way).text
    with time_machine.travel(datetime(2017, 11, 1, 15, tzinfo=UTC), tick=True):
        with database.write() as db:
            come(db, stage, "oakland mayor", listed=False)
            come(db, stage, "oakland superintendent", listed=True)
            mine = registration_of(db, convening(db, stage), stage.people["salem superintendent"])
            assert mine is not None
            cancel(db, mine, by=BY)
        organizer = visitor(stage.people["organizer"])
        for slug in ("check-in", "sign-in"):
            since = part(organizer.get(ways[slug]).text)
            assert "New with a place" in since
            assert [name in since for name in ("Oakland Mayor", "Oakland Superintendent")] == [True, True]
            assert "Salem Superintendent" in since.split("Gone")[1]
            assert "Salem Mayor" not in since
        since = part(visitor(stage.people["salem mayor"]).get(ways["roster"]).text)
        assert [name in since for name in ("Oakland Mayor", "Oakland Superintendent")] == [False, True]
        assert "1 who would rather not be named" in since


def part(page: str) -> str:
    return page.split('aria-labelledby="since"')[1].split("</section>")[0]


def test_the_update_book_stands_in_the_list_of_all_for_who_reads_updates(stage: Stage, visitor: VisitorOf) -> None:
    assert "Update book" in visitor(stage.people["oakland mayor"]).get(f"{HERE}/print").text
    assert "Update book" not in visitor(stage.people["expert"]).get(f"{HERE}/print").text


def test_the_sheets_are_headed_by_their_cities(database: Database, stage: Stage, visitor: VisitorOf) -> None:
    with database.write() as db:
        come(db, stage, "salem mayor")
        come(db, stage, "oakland mayor")
    pdf = visitor(stage.people["organizer"]).get(f"{HERE}/print/sign-in.pdf").content
    assert headings(pdf) == ["Sign-in sheet", "Oakland", "Salem", "Not on the list"]
