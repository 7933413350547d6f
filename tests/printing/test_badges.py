"""Badges and one's own code, read as a camera reads them: the code is the registration's, and no need stands there."""

from collections.abc import Iterator
from html import escape

import pypdfium2
import pytest
import time_machine
import zxingcpp
from fastapi import FastAPI

from app.database import Database
from app.models import Registration
from app.printing.badges import code_of
from app.registration.registrations import Details, cancel, register
from tests.conftest import VisitorOf
from tests.printing.reading import pages
from tests.registration.stage import BY, TWO_WEEKS_BEFORE, Stage, convening, person, set_stage

HERE = "/by-all-means/convenings/2017-fall"
FOOD = "no chili QX-PEPPER-11"


@pytest.fixture(autouse=True)
def _in_time() -> Iterator[None]:
    with time_machine.travel(TWO_WEEKS_BEFORE, tick=True):
        yield


@pytest.fixture
def stage(app: FastAPI) -> Stage:
    return set_stage(app.state.database)


def come(database: Database, stage: Stage, who: str) -> tuple[int, str]:
    with database.write() as db:
        made = register(db, convening(db, stage), person(db, stage, who), details=Details(dietary=FOOD), by=BY)
        return made.key, made.code


def codes(pdf: bytes) -> list[list[str]]:
    """What the codes of each page say."""
    document = pypdfium2.PdfDocument(pdf)
    found = [
        sorted(one.text for one in zxingcpp.read_barcodes(page.render(scale=200 / 72).to_pil())) for page in document
    ]
    document.close()
    return found


def test_badges_of_all_of_a_city_and_of_one_carry_their_codes_and_no_need(
    database: Database, stage: Stage, visitor: VisitorOf
) -> None:
    """Rule 12; who has no confirmed place gets no badge."""
    oakland = [come(database, stage, f"oakland {who}") for who in ("mayor", "superintendent", "facilitator")]
    salem = [come(database, stage, f"salem {who}") for who in ("mayor", "facilitator")]
    gone, _ = come(database, stage, "salem superintendent")
    with database.write() as db:
        cancel(db, db.get_one(Registration, gone), by=BY)
    staff = visitor(stage.people["staff"])
    whole = staff.get(f"{HERE}/print/badges.pdf").content
    assert [code for page in codes(whole) for code in page] == [
        *sorted(code for _, code in [*oakland, salem[1]]),
        salem[0][1],
    ]
    assert "QX-PEPPER" not in " ".join(pages(whole))
    city = staff.get(f"{HERE}/print/badges.pdf?city=salem&paper=a4").content
    assert codes(city) == [sorted(code for _, code in salem)]
    one = staff.get(f"{HERE}/print/badges.pdf?registration={oakland[0][0]}").content
    assert codes(one) == [[oakland[0][1]]]
    assert pages(one) == ["Fall convening Oakland Mayor Oakland Mayor"]
    assert staff.get(f"{HERE}/print/badges.pdf?registration={gone}").status_code == 404


def test_a_person_shows_their_own_code_and_only_with_a_confirmed_place(
    database: Database, stage: Stage, visitor: VisitorOf
) -> None:
    _, code = come(database, stage, "oakland mayor")
    page = visitor(stage.people["oakland mayor"]).get(f"{HERE}/registration/code").text
    assert "Oakland Mayor" in page
    assert FOOD not in page
    assert f'src="{escape(code_of(code))}"' in page
    assert visitor(stage.people["salem mayor"]).get(f"{HERE}/registration/code").status_code == 404
