"""The organizers' list of people in a browser: found, paged, saved, taken along as tables and on paper."""

import csv
import re
from collections.abc import Iterator
from io import BytesIO, StringIO

import openpyxl  # type: ignore[import-untyped]  # its stubs are a package of their own
import pytest
import time_machine
from fastapi import FastAPI
from pypdf import PdfReader
from sqlmodel import Session, select

from app.database import Database
from app.models import Person, RegistrationState, SavedList
from app.people.audit import verb
from app.people.viewer import Viewer
from app.printing.sign_in import LiesOn, sheet_of
from app.registration.everybody import everybody
from app.registration.registrations import Details, invite, register
from tests.conftest import Visitor, VisitorOf
from tests.registration.stage import BY, TWO_WEEKS_BEFORE, Stage, convening, more_members, person, set_stage

HERE = "/by-all-means/convenings/2017-fall/registration"
PRINT = "/by-all-means/convenings/2017-fall/print"


@pytest.fixture(autouse=True)
def _in_time() -> Iterator[None]:
    with time_machine.travel(TWO_WEEKS_BEFORE, tick=True):
        yield


@pytest.fixture
def stage(app: FastAPI) -> Stage:
    return set_stage(app.state.database)


@pytest.fixture
def organizer(stage: Stage, visitor: VisitorOf) -> Visitor:
    return visitor(stage.people["organizer"])


def rows(answer_text: str) -> list[str]:
    """The names in the list's first column, in order."""
    return re.findall(r'data-label="Name"><a [^>]*>([^<]*)</a>', answer_text)


@verb
def rename(db: Session, person_id: int, name: str, *, by: Viewer) -> None:
    one = db.get_one(Person, person_id)
    one.name = one.sort_name = name
    db.add(one)


def test_the_address_is_the_filter_and_htmx_gets_the_list_alone(
    database: Database, stage: Stage, organizer: Visitor
) -> None:
    with database.write() as db:
        register(db, convening(db, stage), person(db, stage, "salem mayor"), by=BY)
    address = f"{HERE}/people?city=salem&state=submitted"
    assert rows(organizer.get(address).text) == ["Salem Mayor"]
    fragment = organizer.get(address, headers={"hx-request": "true"}).text
    assert rows(fragment) == ["Salem Mayor"]
    assert "<html" not in fragment
    nobody = organizer.get(f"{HERE}/people?q=nobody-at-all").text
    assert "Nobody found" in nobody


def test_six_hundred_are_a_hundred_a_page_and_all_of_them_in_the_table(
    database: Database, stage: Stage, organizer: Visitor
) -> None:
    with database.write() as db:
        more_members(db, stage, "oakland", 600, by=BY)
    first = organizer.get(f"{HERE}/people?city=oakland").text
    assert len(rows(first)) == 100
    assert "1 to 100 of 605" in first
    last = organizer.get(f"{HERE}/people?city=oakland&start=600").text
    assert len(rows(last)) == 5
    table = list(csv.reader(StringIO(organizer.get(f"{HERE}/people.csv?city=oakland").content.decode("utf-8-sig"))))
    assert len(table) == 1 + 605


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_table_holds_the_filtered_people_no_formula_and_no_private_need(
    kind: str, database: Database, stage: Stage, organizer: Visitor
) -> None:
    """Rule 12; and what people typed is never run."""
    formula = '=HYPERLINK("https://example.org")'
    with database.write() as db:
        rename(db, stage.people["salem mayor"], formula, by=BY)
        needs = Details(dietary="no chili QX-PEPPER", access="a ramp QX-RAMP", photo_consent=False)
        register(db, convening(db, stage), person(db, stage, "salem mayor"), details=needs, by=BY)
    answer = organizer.get(f"{HERE}/people.{kind}?state=submitted")
    assert answer.headers["content-disposition"] == f'attachment; filename="2017-fall-people.{kind}"'
    if kind == "csv":
        table = list(csv.reader(StringIO(answer.content.decode("utf-8-sig"))))
        expected = f"'{formula}"
    else:
        sheet = openpyxl.load_workbook(BytesIO(answer.content)).active
        assert sheet is not None
        table = [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
        assert [cell.data_type for cell in sheet["A"]] == ["s", "s"]
        expected = formula
    assert [row[:5] for row in table[1:]] == [[expected, "Salem", "Mayor", "Mayor", "submitted"]]
    assert "QX-" not in str(table)
    assert organizer.get(f"{HERE}/people.exe").status_code == 404


def test_a_list_is_saved_from_the_page_and_a_taken_name_is_said_with_what_was_typed(
    database: Database, stage: Stage, organizer: Visitor
) -> None:
    page = organizer.follow(f"{HERE}/lists", {"name": "Mayors", "query": "role=mayor"})
    assert rows(page.text) == ["Oakland Mayor", "Salem Mayor"]
    again = organizer.post(f"{HERE}/lists", {"name": "Mayors", "query": "role=superintendent"})
    assert again.status_code == 422
    assert 'value="Mayors"' in again.text
    assert rows(again.text) == ["Oakland Superintendent", "Salem Superintendent"]
    with database.read() as db:
        saved = db.exec(select(SavedList)).one()
    lists = organizer.get(f"{HERE}/lists").text
    assert "2 people" in lists
    assert "Bring it back" in organizer.follow(f"{HERE}/lists/{saved.key}/archival").text
    assert organizer.post(f"{HERE}/lists/{saved.key}", {"name": ""}).status_code == 422
    assert organizer.post(f"{HERE}/lists/999/archival").status_code == 404


def sheet(organizer: Visitor, query: str) -> str:
    answer = organizer.get(f"{PRINT}/sign-in.pdf{query}")
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages).split())


def test_the_sign_in_sheet_for_the_desk_has_who_has_a_place_by_city_with_its_time(
    database: Database, stage: Stage, organizer: Visitor
) -> None:
    """Rule 15."""
    with database.write() as db:
        here = convening(db, stage)
        register(db, here, person(db, stage, "salem mayor"), by=BY)
        register(db, here, person(db, stage, "expert"), by=BY)
        invite(db, here, person(db, stage, "oakland mayor"), by=BY)
    text = sheet(organizer, "?on=desk")
    assert "Salem Mayor" in text
    assert "Expert" in text
    assert "Oakland Mayor" not in text
    assert "As of Tue 31 Oct 2017 at 11:00 EDT" in text
    assert "For the desk: all names, also of those who are not on the list of participants." in text


def test_a_sheet_that_lies_on_a_table_names_those_who_agreed_and_has_a_line_for_each_of_the_others(
    database: Database, stage: Stage, organizer: Visitor
) -> None:
    """It is that one unless the other is asked for. Who was not asked, or said no, is not named."""
    with database.write() as db:
        here = convening(db, stage)
        for who, listed in (("salem mayor", True), ("salem superintendent", False), ("oakland mayor", None)):
            register(db, here, person(db, stage, who), details=Details(listed=listed), by=BY)
        coming = [one for one in everybody(db, here) if one.state is RegistrationState.SUBMITTED]
        html = {on: sheet_of(here, coming, on).body for on in LiesOn}
    names = {
        on: [who for who in ("Salem Mayor", "Salem Superintendent", "Oakland Mayor") if who in html[on]] for on in html
    }
    assert names == {
        LiesOn.TABLE: ["Salem Mayor"],
        LiesOn.DESK: ["Salem Mayor", "Salem Superintendent", "Oakland Mayor"],
    }
    assert html[LiesOn.TABLE].count("<tr>") == html[LiesOn.DESK].count("<tr>")  # as many lines to sign on
    text = sheet(organizer, "")
    assert "Named are those who agreed to be on the list of participants" in text
    assert "Superintendent" not in text
    board = organizer.get(f"{HERE}/board").text
    assert f'href="{PRINT}/sign-in"' in board
    assert f'href="{PRINT}/sign-in?on=desk"' in board
    assert "Superintendent" not in sheet(organizer, "?on=door"), "what is not asked for by its word is the table's"


def test_lists_of_people_are_the_organizers_alone(stage: Stage, visitor: VisitorOf) -> None:
    for who in ("oakland facilitator", "staff"):
        for place in ("people", "people.csv", "people.xlsx", "lists", "rooming", "rooming.xlsx"):
            assert visitor(stage.people[who]).get(f"{HERE}/{place}").status_code == 403
        for slug in ("sign-in", "rooming"):
            assert visitor(stage.people[who]).get(f"{PRINT}/{slug}.pdf").status_code == 403


def test_empty_pages_say_what_will_be_there(stage: Stage, organizer: Visitor) -> None:
    assert "No rooms yet" in organizer.get(f"{HERE}/rooming").text
    assert "No saved lists yet" in organizer.get(f"{HERE}/lists").text
