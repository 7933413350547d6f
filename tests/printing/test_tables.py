"""Where people sit, on paper: everybody is on the list at the entrance, on their table's and on their own card."""

from collections.abc import Iterator, Sequence

import pytest
import time_machine
from fastapi import FastAPI
from sqlmodel import Session

from app.agenda.releases import publish_release
from app.database import Database
from app.models import AgendaSession
from app.people.audit import verb
from app.people.names import plain, sort_name
from app.people.viewer import Viewer
from app.printing.documents import Wish
from app.printing.papers import Paper
from app.printing.runs import Document
from app.printing.tables import SEAT_CARDS, TABLE_LISTS, TABLE_NUMBERS
from app.registration.registrations import register
from app.registration.table_plan import table_plan
from app.registration.table_seating import change_table, lay_tables, move_to_table, seat_everybody
from app.settings import Settings
from tests.conftest import VisitorOf
from tests.printing.proof import assert_accessible, assert_fonts_embedded, assert_nothing_overflows
from tests.printing.reading import codes, headings, pages
from tests.printing.running import printed
from tests.registration import meals_stage
from tests.registration.stage import BY, TWO_WEEKS_BEFORE, Stage, convening, more_members, person, set_stage, viewer
from tests.registration.test_tables import TEN, come, table, widen

HERE = "/by-all-means/convenings/2017-fall"
FOOD = "no chili QX-PEPPER-11"
NAMES = {
    "oakland mayor": "María Guadalupe Fernández de la Concepción y Montenegro Ruiz",
    "oakland superintendent": ("Wilhelmina Featherstonehaugh-Cholmondeley " * 8)[:300].strip(),
    "oakland facilitator": "محمد عبد الرحمن بن عبد الله آل سعود",
    "oakland member 1": "שרה בת־אל כהן",
    "oakland member 2": "张伟欧阳",
    "salem mayor": "W" * 60,
}


@pytest.fixture(autouse=True)
def _in_time() -> Iterator[None]:
    with time_machine.travel(TWO_WEEKS_BEFORE, tick=True):
        yield


@pytest.fixture
def stage(app: FastAPI) -> Stage:
    return set_stage(app.state.database)


@pytest.fixture
def lunch(database: Database, stage: Stage) -> int:
    """Lunch at three tables of five, all seated; a supper that excludes the lab has a table too."""
    with database.write() as db:
        sessions = meals_stage.lay_tables(db, stage, by=BY)
        come(db, stage, TEN, dietary=FOOD)
        for name, count in (("closed", 1), ("lunch", 3)):
            session = db.get_one(AgendaSession, sessions[name])
            lay_tables(db, session, tables=count, places=5, by=BY)
            seat_everybody(db, session, by=BY)
        publish_release(db, convening(db, stage), by=viewer(db, stage, "organizer"))
    return sessions["lunch"]


@verb
def rename(db: Session, stage: Stage, names: dict[str, str], *, by: Viewer) -> None:
    for who, name in names.items():
        row = person(db, stage, who)
        row.name, row.sort_name = name, sort_name(name)


def made(db: Session, stage: Stage, slug: str, paper: Paper = Paper.LETTER, **options: str) -> Document:
    of = {one.slug: one for one in (TABLE_LISTS, SEAT_CARDS, TABLE_NUMBERS)}[slug]
    return of.make(db, Wish(convening(db, stage), viewer(db, stage, "organizer"), Settings(), paper, options))


def proven(pdf: bytes) -> None:
    assert_accessible(pdf)
    assert_fonts_embedded(pdf)
    assert_nothing_overflows(pdf)


def test_the_list_at_the_entrance_has_everybody_by_name_and_each_table_has_its_own(
    database: Database, stage: Stage, lunch: int, visitor: VisitorOf
) -> None:
    """Rules 12, 13 and 15: no need stands there, and of the supper that excludes the lab nothing does."""
    with database.write() as db:
        rename(db, stage, {"salem mayor": "Ada <b>King</b> Roth"}, by=BY)
        plan = table_plan(db, db.get_one(AgendaSession, lunch))
    staff = visitor(stage.people["staff"])
    pdf = printed(staff, f"{HERE}/print/table-lists.pdf?session={lunch}")
    entrance, *tables = pages(pdf)
    people = sorted(
        ((one.sort_name, table.number) for table in plan.tables for one in table.sitters),
        key=lambda pair: plain(pair[0]),
    )
    told = [f"{name} {number}" for name, number in people]
    assert [line for line in told if line in entrance] == told
    assert sorted(entrance.index(line) for line in told) == [entrance.index(line) for line in told]
    assert "Roth, Ada <b>King</b>" in entrance
    assert "Lunch, unstructured" in entrance
    assert "Tue 14 Nov, 12:30–13:30, Atrium" in entrance.replace("\u202f", "")
    assert len(tables) == 3
    for page, one in zip(tables, plan.tables, strict=True):
        assert f"Table {one.number}" in page
        here = {sitter.name for sitter in one.sitters}
        assert {name for name in (s.name for t in plan.tables for s in t.sitters) if name in page} == here
    assert headings(pdf) == ["Lunch, unstructured", "Table 1", "Table 2", "Table 3"]
    said = " ".join(pages(pdf))
    for secret in ("QX-PEPPER", "secret supper"):
        assert secret not in said


@pytest.mark.parametrize("paper", Paper)
def test_cards_and_numbers_hold_whatever_the_names_are(
    database: Database, stage: Stage, lunch: int, paper: Paper
) -> None:
    """Names of 60 and 300 letters, from right to left and in Chinese; a table's name of 120 letters."""
    with database.write() as db:
        rename(db, stage, NAMES, by=BY)
        for number in (1, 2):
            name = ("By the window at the far end of the hall " * 3)[:119] if number == 1 else "W" * 60
            change_table(db, db.get_one(AgendaSession, lunch), table(db, lunch, number), name=name, places=5, by=BY)
        cards, numbers = (made(db, stage, slug, paper, session=str(lunch)) for slug in ("seat-cards", "table-numbers"))
        lists = made(db, stage, "table-lists", paper, session=str(lunch))
        plan = table_plan(db, db.get_one(AgendaSession, lunch))
    pdf = cards.set()
    proven(pdf)
    assert (len(pages(pdf)), cards.pages) == (3, 3)
    said = "".join(" ".join(pages(pdf)).replace("\ufffe", "-").split())
    for one in (sitter for laid in plan.tables for sitter in laid.sitters):
        if one.name not in (NAMES["oakland facilitator"], NAMES["oakland member 1"]):  # which are read back to front
            assert said.count("".join(one.name.split())) == 2 or "-" in one.name
    assert codes(pdf) == [f"http://127.0.0.1:8000{HERE}/sessions/{lunch}"] * 3
    pdf = numbers.set()
    proven(pdf)
    for page, figure in zip(pages(pdf), "123", strict=True):  # what stands on its head is read in an order of its own
        words = page.partition("As of")[0].split()
        assert (words.count("Table"), words.count(figure)) == (2, 2)
    proven(lists.set())


def test_who_is_moved_changes_their_card_and_the_lists_of_two_tables_alone(
    database: Database, stage: Stage, lunch: int
) -> None:
    """Of all pieces; the list at the entrance says the number of each table, so it is another too."""
    with database.write() as db:
        session = db.get_one(AgendaSession, lunch)
        before = {slug: dict(made(db, stage, slug).pieces) for slug in ("table-lists", "seat-cards", "table-numbers")}
        plan = table_plan(db, session)
        (one, *_), old = plan.tables[0].sitters, plan.tables[0]
        new = next(table for table in plan.tables if table.free and table != old)
        move_to_table(db, session, one.person_id, table(db, lunch, new.number), by=BY)
    with database.read() as db:
        after = {slug: dict(made(db, stage, slug).pieces) for slug in before}
    changed = {slug: [key for key in after[slug] if after[slug][key] != before[slug].get(key)] for slug in after}
    assert {slug: list(pieces) for slug, pieces in after.items() if slug != "seat-cards"} == {
        slug: list(pieces) for slug, pieces in before.items() if slug != "seat-cards"
    }
    assert changed == {
        "table-lists": [f"names-{lunch}", *(f"table-{number}" for number in sorted((old.id, new.id)))],
        "seat-cards": [f"person-{one.person_id}-session-{lunch}"],
        "table-numbers": [],
    }


def test_one_persons_card_is_printed_at_once_and_for_whom_there_is_nothing_is_told_why(
    database: Database, stage: Stage, lunch: int, visitor: VisitorOf
) -> None:
    ada = visitor(stage.people["organizer"])
    mayor = stage.people["salem mayor"]
    pdf = ada.get(f"{HERE}/print/seat-cards.pdf?session={lunch}&person={mayor}")
    assert pdf.status_code == 200
    (page,) = pages(pdf.content)
    assert page.count("Salem Mayor") == 2
    assert ada.get(f"{HERE}/print/seat-cards.pdf?session={lunch}&person={stage.people['expert']}").status_code == 404
    assert ada.get(f"{HERE}/print/seat-cards.pdf?session={lunch}").status_code == 303
    offered = ada.get(f"{HERE}/print/table-lists").text
    assert "Lunch, unstructured" in offered
    assert "secret supper" not in offered
    for who in ("oakland mayor", "oakland facilitator", "expert"):
        assert visitor(stage.people[who]).get(f"{HERE}/print/table-lists.pdf").status_code == 403
    with database.write() as db:
        lay_tables(db, db.get_one(AgendaSession, lunch), tables=0, places=5, by=BY)
    assert "Nobody is seated at tables yet." in ada.get(f"{HERE}/print/table-lists").text
    assert "Nobody is seated at tables yet." in ada.get(f"{HERE}/print/table-numbers").text


def test_three_hundred_people_are_printed_with_as_many_queries_as_ten(
    database: Database, stage: Stage, lunch: int, queries: list[str]
) -> None:
    """Habit 14."""
    counted: list[Sequence[int]] = []
    pieces: list[int] = []
    for many in (0, 290):
        with database.write() as db:
            if many:
                widen(db, stage, by=BY)
                for one in more_members(db, stage, "oakland", many, by=BY):
                    register(db, convening(db, stage), one, by=BY)
            session = db.get_one(AgendaSession, lunch)
            lay_tables(db, session, tables=40, places=8, by=BY)
            seat_everybody(db, session, by=BY)
        asked = []
        for slug in ("table-lists", "seat-cards", "table-numbers"):
            with database.read() as db:
                queries.clear()
                count = len(made(db, stage, slug).pieces)
                asked.append(len(queries))
                pieces.append(count)
        counted.append(asked)
    assert pieces == [4, 10, 40, 41, 300, 40]
    assert counted[0] == counted[1]
