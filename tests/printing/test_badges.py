"""Badges and one's own code, read as a camera reads them: the code is the registration's, and no need stands there."""

from collections.abc import Iterator
from html import escape

import pytest
import time_machine
from fastapi import FastAPI

from app.database import Database
from app.models import Registration, RegistrationState
from app.people.viewer import Viewer
from app.printing.badges import SHEET, badge, code_of, pieces_of
from app.printing.documents import Wish, set_pieces
from app.printing.papers import Paper
from app.registration.expected import Guest
from app.registration.registrations import Details, cancel, register
from app.settings import Settings
from tests.conftest import VisitorOf
from tests.printing.reading import boxes, codes_of_pages, pages
from tests.printing.running import printed
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
    whole = printed(staff, f"{HERE}/print/badges.pdf")
    assert [code for page in codes_of_pages(whole) for code in page] == [
        *sorted(code for _, code in [*oakland, salem[1]]),
        salem[0][1],
    ]
    assert "QX-PEPPER" not in " ".join(pages(whole))
    city = printed(staff, f"{HERE}/print/badges.pdf?city=salem&paper=a4")
    assert codes_of_pages(city) == [sorted(code for _, code in salem)]
    one = printed(staff, f"{HERE}/print/badges.pdf?registration={oakland[0][0]}")
    assert codes_of_pages(one) == [[oakland[0][1]]]
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


LONGEST = {
    "words": ("María Guadalupe Fernández de la Concepción y Montenegro " * 8)[:300],
    "one word": "x" * 300,
    "wide letters": "W" * 300,
    "Arabic": ("محمد عبد الرحمن بن عبد الله آل سعود " * 10)[:300],
    "Hebrew": ("שרה בת־אל כהן " * 30)[:300],
    "Chinese": "张伟欧阳" * 75,
    "hyphens": ("O’Neil-" * 50)[:300],
}


def _guest(name: str, city: str = "Oakland", seat: str = "Mayor") -> Guest:
    return Guest(1, name, city, seat, RegistrationState.SUBMITTED, "a-code-of-43-characters-as-they-are-given-x")


def sheets(database: Database, stage: Stage, guest: Guest, paper: Paper) -> bytes:
    with database.read() as db:
        there = convening(db, stage)
        wish = Wish(there, Viewer.system("the tests"), Settings(), paper)
        return set_pieces(wish, "badges", pieces_of(there, [guest]), sheet=SHEET, imprint=None, up=4).set()


@pytest.mark.parametrize("kind", LONGEST)
def test_a_name_of_300_letters_is_whole_on_its_badge_and_beside_nothing_else(
    kind: str, database: Database, stage: Stage
) -> None:
    """Whatever is cut lies beyond the height that a line may take, or beyond the badge."""
    name = LONGEST[kind]
    pdf = sheets(database, stage, _guest(name), Paper.LETTER)
    drawn = boxes(pdf)
    said = "".join(letter for letter, *_ in drawn).replace("\ufffe", "-")  # so a hyphen at a line's end is read
    end = said.index("Oakland", len("Fallconvening"))
    own = drawn[len("Fallconvening") : end]
    least = 0.5 if kind == "Arabic" else 1  # whose letters are joined, several in one sign
    assert len(own) >= least * len(name.replace(" ", ""))
    if kind not in ("Arabic", "Hebrew"):  # which are read back to front
        assert said[len("Fallconvening") : end] == "".join(name.split())
    top, bottom = max(box[4] for box in own), min(box[2] for box in own)
    assert top - bottom <= 42 / 25.4 * 72
    assert max(box[3] for box in own) - min(box[1] for box in own) <= 78 / 25.4 * 72 + 1
    assert bottom >= max(box[4] for box in drawn[end : end + len("Oakland")]) - 2
    assert codes_of_pages(pdf) == [["a-code-of-43-characters-as-they-are-given-x"]]


def test_the_longest_city_and_seat_leave_the_code_free(database: Database, stage: Stage) -> None:
    guest = _guest("W" * 300, "C" * 120, "Superintendent of everything " * 7)
    pdf = sheets(database, stage, guest, Paper.A4)
    drawn = boxes(pdf)
    said = "".join(letter for letter, *_ in drawn)
    assert said == "Fallconvening" + "W" * 300 + "C" * 120 + "Superintendentofeverything" * 7
    page_height = 297 / 25.4 * 72
    code_top = page_height - (8 + 130 - 6 - 30) / 25.4 * 72  # margin, badge, what is below the code, the code
    assert min(box[2] for box in drawn) > code_top
    assert codes_of_pages(pdf) == [[guest.code]]


def test_a_name_as_most_have_it_is_large() -> None:
    sizes = {name: badge(_guest(name)).name_size for name in ("Ana", "Imani Okafor", "Wilhelmina Featherstonehaugh")}
    assert sizes == {"Ana": 30, "Imani Okafor": 30, "Wilhelmina Featherstonehaugh": 30}
