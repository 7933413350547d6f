"""The list at the door on paper: a box for each who is expected, the time of who is here, and no need (rule 12)."""

from collections.abc import Iterator

import pytest
import time_machine
from fastapi import FastAPI
from sqlmodel import Session

from app import clock
from app.database import Database
from app.models import CheckInWay, Person, Registration
from app.people.audit import verb
from app.people.viewer import Viewer
from app.registration.check_ins import check_in
from app.registration.registrations import Details, cancel, register
from app.registration.substitutions import Newcomer, substitute
from app.registration.walk_ins import let_in
from tests.conftest import VisitorOf
from tests.printing.reading import codes, headings, pages, words
from tests.registration.stage import BY, TWO_WEEKS_BEFORE, Stage, convening, more_members, person, set_stage

HERE = "/by-all-means/convenings/2017-fall"
PDF = f"{HERE}/print/check-in.pdf"
FOOD = "no chili QX-PEPPER-11"
LONG = ("María Guadalupe Fernández de la Concepción y Montenegro " * 8)[:300]


@pytest.fixture(autouse=True)
def _in_time() -> Iterator[None]:
    with time_machine.travel(TWO_WEEKS_BEFORE, tick=True):
        yield


@pytest.fixture
def stage(app: FastAPI) -> Stage:
    return set_stage(app.state.database, cap=100)


@verb
def rename(db: Session, row: Person, name: str, *, by: Viewer) -> None:
    row.name = name


def come(db: Session, stage: Stage, who: str) -> Registration:
    return register(db, convening(db, stage), person(db, stage, who), details=Details(dietary=FOOD), by=BY)


def test_the_list_has_who_is_expected_who_is_here_and_who_comes_instead(
    database: Database, stage: Stage, visitor: VisitorOf
) -> None:
    with database.write() as db:
        there = convening(db, stage)
        mayor, gone = come(db, stage, "oakland mayor"), come(db, stage, "salem superintendent")
        here = come(db, stage, "salem mayor")
        substitute(db, mayor, Newcomer("Dee Puty"), by=BY)
        cancel(db, gone, by=BY)
        check_in(db, here, device_key="a-device", at=clock.now(), way=CheckInWay.LIST, by=BY)
        let_in(db, there, Newcomer("A. Driver"), device_key="at-the-door", by=BY)
        rename(db, person(db, stage, "salem mayor"), LONG, by=BY)
    pdf = visitor(stage.people["staff"]).get(PDF)
    assert (pdf.status_code, pdf.headers["content-type"]) == (200, "application/pdf")
    assert pdf.headers["cache-control"] == "private, no-store"
    text = words(pdf.content)
    assert "3 expected, 2 here." in text
    assert "☐ Dee Puty Oakland, Mayor Substitute for Oakland Mayor" in text
    assert "11:00 A. Driver Guest Walk-in" in text
    assert LONG.split()[0] in text
    assert "".join(LONG.split()) in text.replace(" ", "").replace("-", "")
    assert "Salem Superintendent" not in text
    assert "QX-PEPPER" not in text
    assert "As of Tue 31 Oct 2017 at 11:00 EDT. Subject to change." in text
    assert headings(pdf.content) == ["Check-in"]
    moment = int(TWO_WEEKS_BEFORE.timestamp())
    (code,) = codes(pdf.content)
    path, _, since = code.partition("?since=")
    assert path == f"http://127.0.0.1:8000{HERE}/registration/check-in"
    assert moment <= int(since) < moment + 60


def test_a_list_of_many_has_each_once_over_several_sheets_with_their_numbers(
    database: Database, stage: Stage, visitor: VisitorOf, queries: list[str]
) -> None:
    with database.write() as db:
        come(db, stage, "salem mayor")
    staff = visitor(stage.people["staff"])
    counted = []
    for many in (2, 80):
        with database.write() as db:
            for one in more_members(db, stage, "oakland", many, by=BY):
                register(db, convening(db, stage), one, by=BY)
        staff.get(PDF)
        queries.clear()
        sheets = pages(staff.get(PDF).content)
        counted.append(len(queries))
    assert counted[0] == counted[1]
    assert len(sheets) > 1
    assert f"1 of {len(sheets)}" in sheets[0]
    assert sum(sheet.count("☐") for sheet in sheets) == 83


def test_an_empty_list_says_so_and_it_is_for_the_lab_alone(stage: Stage, visitor: VisitorOf) -> None:
    assert "Nobody has a confirmed place yet." in words(visitor(stage.people["organizer"]).get(PDF).content)
    for who in ("oakland facilitator", "oakland mayor", "expert"):
        assert visitor(stage.people[who]).get(PDF).status_code == 403
    assert visitor().get(PDF).status_code in (401, 303)
    assert visitor(stage.people["staff"]).get(f"{PDF}?paper=napkin").status_code == 422
