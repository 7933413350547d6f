"""Badges and one's own code, read as a camera reads them: on the perforation, front and back the same person's, with
the registration's code, and no need anywhere."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from html import escape
from typing import Any

import pytest
import time_machine
import zxingcpp
from fastapi import FastAPI
from sqlmodel import select

from app.agenda.seeing import CLOSED_SESSION
from app.database import Database
from app.models import AgendaRelease, AgendaSession, Convening, Openness, Registration, RegistrationState
from app.people.viewer import Viewer
from app.printing.badge_backs import Row, fitted
from app.printing.badges import BOTH, FOLDED, FRONT, SHEET, code_of, front_of, make, parted, pieces_of
from app.printing.documents import NothingToPrint, Wish, set_pieces
from app.printing.fitting import Face, ems, lines
from app.printing.labels import LABELS, POINT, SHEETS, Label, label_named, laid_out
from app.printing.papers import Paper
from app.registration.expected import Guest
from app.registration.personal import Attended
from app.registration.registrations import Details, cancel, register
from app.settings import Settings
from tests.conftest import VisitorOf
from tests.printing.proof import assert_accessible, assert_fonts_embedded, assert_nothing_overflows
from tests.printing.reading import boxes, codes_of_pages, pages, picture, reader
from tests.printing.running import printed
from tests.printing.test_programme import session
from tests.registration.stage import BY, TWO_WEEKS_BEFORE, Stage, convening, person, set_stage

HERE = "/by-all-means/convenings/2017-fall"
FOOD = "no chili QX-PEPPER-11"
CODE = "a-code-of-43-characters-as-they-are-given-x"


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
    whole = printed(staff, f"{HERE}/print/badges.pdf?label=quarter")
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


# On the perforation


def guest(name: str = "Imani Okafor", city: str = "Oakland", seat: str = "Mayor", number: int = 1) -> Guest:
    family = name.split()[-1]
    sort = f"{family}, {name.removesuffix(f' {family}')}"
    return Guest(number, name, city, seat, RegistrationState.SUBMITTED, CODE, person_id=number, sort_name=sort)


def attended(number: int = 1, **values: Any) -> Attended:
    one = session(number, **values)
    return Attended(one, one.rooms)


def sheet_of(database: Database, stage: Stage, label: Label, *who: Guest, sides: str = FRONT) -> bytes:
    laid = label.folded() if sides == FOLDED else label
    assert laid is not None
    with database.read() as db:
        there = convening(db, stage)
        wish = Wish(there, Viewer.system("the tests"), Settings(), label.paper)
        backs = {one.person_id: fitted([attended()], label, there.zone, "EST") for one in who}
        return set_pieces(
            wish,
            "badges",
            pieces_of(there, who, label, sides, backs),
            sheet=SHEET,
            imprint=None,
            up=laid.up,
            opening=f"<style>{laid_out(laid, folded=sides == FOLDED)}</style>",
        ).set()


@pytest.mark.parametrize("label", LABELS, ids=lambda one: one.value)
def test_each_badge_stands_in_its_own_label_front_and_back(database: Database, stage: Stage, label: Label) -> None:
    """In points, from the drawn page: each person's letters and code lie within one label, inset included, and what is
    behind it when the sheet is turned over its long edge is the same person's."""
    who = [guest(f"Name{chr(65 + n)} Family{chr(65 + n)}", number=n) for n in range(label.up)]
    pdf = sheet_of(database, stage, label, *who, sides=FRONT if label.sticks else BOTH)
    width, height = (side / POINT for side in SHEETS[label.paper])
    for page_ in reader(pdf).pages:
        assert float(page_.mediabox.width) == pytest.approx(width, abs=0.5)
        assert float(page_.mediabox.height) == pytest.approx(height, abs=0.5)
    assert len(reader(pdf).pages) == (1 if label.sticks else 2)
    for page, backs in enumerate((False,) if label.sticks else (False, True)):
        drawn = boxes(pdf, page)
        said = "".join(box.letter for box in drawn)
        for one, (left, top) in zip(who, label.places(backs=backs), strict=True):
            start = said.index(one.name.split()[0])
            for box in drawn[start : start + len(one.name.replace(" ", ""))]:
                assert box.left >= (left + label.inset) / POINT - 1
                assert box.right <= (left + label.width - label.inset) / POINT + 1
                assert box.top <= height - top / POINT
                assert box.bottom >= height - (top + label.height) / POINT
    seen = [code.position for code in zxingcpp.read_barcodes(picture(pdf, 0, 200))]
    for left, top in label.places():
        inside = [
            at
            for at in seen
            if left < at.top_left.x / 200 * 25.4 < left + label.width - label.inset
            and top < at.bottom_right.y / 200 * 25.4 < top + label.height - label.inset + 0.5
        ]
        assert len(inside) == 1
    assert_nothing_overflows(pdf, 3)


def test_behind_each_front_is_the_same_persons_back(database: Database, stage: Stage) -> None:
    """Turned over the long edge, what was left is right."""
    label = label_named("avery-5392", Paper.LETTER)
    who = [guest(f"Name{n} Family", number=n) for n in range(3)]
    pdf = sheet_of(database, stage, label, *who, sides=BOTH)
    middle = 8.5 * 72 / 2
    places = []
    for page in (0, 1):
        drawn = boxes(pdf, page)
        said = "".join(box.letter for box in drawn)
        places.append(
            [(drawn[at].left > middle, round(drawn[at].top / 216)) for at in (said.index(f"Name{n}") for n in range(3))]
        )
    assert places == [[(False, 3), (True, 3), (False, 2)], [(True, 3), (False, 3), (True, 2)]]


@pytest.mark.parametrize("paper", list(Paper))
def test_only_the_labels_of_a_paper_are_offered(stage: Stage, visitor: VisitorOf, paper: Paper) -> None:
    page = visitor(stage.people["staff"]).get(f"{HERE}/print/badges?paper={paper.value}").text
    offered = {one.value for one in LABELS if f'value="{one.value}"' in page}
    assert offered == {one.value for one in LABELS if one.paper is paper}


def test_what_sticks_has_no_back_and_what_is_too_long_is_not_folded(database: Database, stage: Stage) -> None:
    with database.read() as db:
        for asked, sentence in (
            ({"label": "avery-l4785", "sides": BOTH}, "stick to clothes"),
            ({"label": "lanyard", "sides": FOLDED}, "longer than the sheet"),
        ):
            label = next(one for one in LABELS if one.value == asked["label"])
            with pytest.raises(NothingToPrint, match=sentence):
                make(db, Wish(convening(db, stage), Viewer.system("x"), Settings(), label.paper, asked))


def test_folded_over_the_back_stands_on_its_head_above_the_front(database: Database, stage: Stage) -> None:
    label = label_named("avery-5392", Paper.LETTER)
    pdf = sheet_of(database, stage, label, guest(), guest("Wei Chen", number=2), sides=FOLDED)
    (said,) = pages(pdf)
    assert said.count("Imani Okafor") == 2
    assert (codes_of_pages(pdf), len(reader(pdf).pages)) == ([[CODE, CODE]], 1)
    assert_nothing_overflows(pdf)
    assert_accessible(pdf)


def test_blank_badges_have_a_line_to_write_on_and_no_code(database: Database, stage: Stage, visitor: VisitorOf) -> None:
    come(database, stage, "oakland mayor")
    pdf = printed(visitor(stage.people["staff"]), f"{HERE}/print/badges.pdf?blank=only&only=blank-1,blank-2")
    assert pages(pdf) == ["Fall convening Guest Fall convening Guest"]
    assert codes_of_pages(pdf) == [[]]


# Names as people have them

LONGEST = {
    "words": ("María Guadalupe Fernández de la Concepción y Montenegro " * 8)[:300],
    "sixty": "Wilhelmina Alexandrina Featherstonehaugh-Cholmondeley-Smythe",
    "one word": "x" * 300,
    "wide letters": "W" * 300,
    "Arabic": ("محمد عبد الرحمن بن عبد الله آل سعود " * 10)[:300],
    "Hebrew": ("שרה בת־אל כהן " * 30)[:300],
    "Chinese": "张伟欧阳" * 75,
    "hyphens": ("O’Neil-" * 50)[:300],
    "combining": "Zo\u0308e\u0301 Nguye\u0302\u0303n",
    "one letter": "Q",
}


@pytest.mark.parametrize("label", LABELS, ids=lambda one: one.value)
def test_names_are_whole_on_their_badges_and_beside_nothing_else(
    label: Label, database: Database, stage: Stage
) -> None:
    """Arabic and Hebrew are read back to front, and joined letters are drawn in one sign: those have a sheet apart."""
    apart = ("Arabic", "Hebrew", "combining")
    for kinds in ([kind for kind in LONGEST if kind not in apart], apart):
        pdf = sheet_of(database, stage, label, *(guest(LONGEST[kind]) for kind in kinds))
        assert_nothing_overflows(pdf)
        assert [code for page in codes_of_pages(pdf) for code in page] == [CODE] * len(kinds)
        if kinds is not apart:
            drawn = (box.letter for page in range(len(reader(pdf).pages)) for box in boxes(pdf, page))
            said = "".join(drawn).replace("\ufffe", "-")  # so a hyphen at a line's end is read
            assert said == "".join(f"Fallconvening{''.join(LONGEST[kind].split())}OaklandMayor" for kind in kinds)


def test_the_longest_city_and_seat_leave_the_code_free(database: Database, stage: Stage) -> None:
    for label in LABELS:
        one = guest("W" * 300, "C" * 120, "Superintendent of everything " * 7)
        pdf = sheet_of(database, stage, label, one)
        said = "".join(box.letter for box in boxes(pdf))
        assert said == "Fallconvening" + "W" * 300 + "C" * 120 + "Superintendentofeverything" * 7
        assert_nothing_overflows(pdf)
        assert codes_of_pages(pdf) == [[CODE]]


def test_what_one_is_called_is_larger_than_the_family_and_both_fill_the_badge() -> None:
    there = Convening(
        cohort_id=1, slug="x", title="Fall convening", starts_on=date(2017, 11, 14), ends_on=date(2017, 11, 15)
    )
    label = LABELS[0]
    sizes = {
        name: front_of(there, guest(name), label).name_size for name in ("Ana Li", "Imani Okafor", "Wilhelmina Ford")
    }
    assert sizes == {"Ana Li": 48, "Imani Okafor": 48, "Wilhelmina Ford": 44}
    front = front_of(there, guest("Imani Okafor"), label)
    assert (front.given, front.family) == ("Imani", "Okafor")
    assert front.family_size < front.name_size
    assert parted("Dr. Imani Okafor", "Okafor, Imani") == ("Dr. Imani", "Okafor")
    assert parted("张伟", "张伟") == ("张伟", "")


def test_widths_are_those_of_the_face() -> None:
    assert ems("W", Face.TITLE) == pytest.approx(1.02, abs=0.01)
    assert lines("Imani Okafor", Face.TEXT, 10, 1000) == 1
    assert lines("Imani Okafor", Face.TEXT, 10, 40) == 2


# The back


def test_a_back_says_nothing_of_a_closed_session_whoever_prints(sample_visitor: VisitorOf, sample: Database) -> None:
    """Rule 13: not that it is there either, which would tell who is in it. Rules 12 and 15 on the same sheets."""
    with sample.read() as db:
        there = db.exec(select(Convening).where(Convening.slug == "2017-fall")).one()
        closed = db.exec(
            select(AgendaSession).where(
                AgendaSession.convening_id == there.key, AgendaSession.openness == Openness.CLOSED
            )
        ).all()
        number = max(db.exec(select(AgendaRelease.number).where(AgendaRelease.convening_id == there.key)))
        wish = Wish(there, Viewer.system("an organizer"), Settings(), Paper.LETTER, {"sides": BOTH})
        document = make(db, wish)
    assert closed
    said = re.sub(r"<[^>]+>", " ", document.html)
    for one in closed:
        for title in (one.title, one.cover_title, CLOSED_SESSION):
            assert not title or title not in said
    pdf = document.set()
    assert len(reader(pdf).pages) == 2 * -(-len(document.pieces) // 6)
    addresses = {code for page in codes_of_pages(pdf)[1::2] for code in page}
    assert addresses == {wish.address(f"/agenda/releases/{number}/changes")}
    assert all(f"Release {number}" in page for page in pages(pdf))
    assert all("the time of New York" in page for page in pages(pdf)[1::2])
    assert_accessible(pdf)
    assert_fonts_embedded(pdf)
    assert_nothing_overflows(pdf)


def test_the_digest_of_a_badge_holds_neither_release_nor_time(database: Database, stage: Stage) -> None:
    with database.read() as db:
        (piece,) = pieces_of(
            convening(db, stage), [guest()], LABELS[0], BOTH, {1: fitted([attended()], LABELS[0], "UTC", "UTC")}
        )
        (other,) = pieces_of(convening(db, stage), [guest()], LABELS[0], BOTH, {1: fitted([], LABELS[0], "UTC", "UTC")})
    assert "Release" not in piece.body + piece.back
    assert piece.digest != other.digest


@pytest.mark.parametrize("label", [one for one in LABELS if not one.sticks], ids=lambda one: one.value)
@pytest.mark.parametrize("count", [0, 1, 40])
def test_forty_sessions_fit_on_a_back_or_are_counted(
    label: Label, count: int, database: Database, stage: Stage
) -> None:
    sessions = [attended(n, title=f"Session {n}: " + "what the cabinets learned " * (n % 5)) for n in range(count)]
    back = fitted(sessions, label, "America/New_York", "EST, the time of New York")
    told = [row for column in back.columns for row in column if row.time]
    assert len(told) + back.left_out == count
    with database.read() as db:
        there = convening(db, stage)
        pieces = pieces_of(there, [guest()], label, BOTH, {1: back})
        wish = Wish(there, Viewer.system("x"), Settings(), label.paper)
        opening = f"<style>{laid_out(label)}</style>"
        pdf = set_pieces(wish, "badges", pieces, sheet=SHEET, imprint=None, up=label.up, opening=opening).set()
    assert_nothing_overflows(pdf)
    assert len(reader(pdf).pages) == 2


def test_a_session_in_many_rooms_says_the_first_and_how_many_more() -> None:
    rooms = tuple(replace(session().rooms[0], id=n, name=f"Room {n}") for n in range(1, 4))
    back = fitted([attended(rooms=rooms)], LABELS[0], "America/New_York", "EST")
    assert back.columns == ((Row("", "Tuesday 14 November"), Row("08:30", "Session 1 · Room 1 and 2 more")),)


@pytest.mark.parametrize("sides", [FRONT, BOTH])
def test_queries_do_not_grow_with_people(sides: str, database: Database, stage: Stage, queries: list[str]) -> None:
    counts = []
    for who in ("oakland mayor", "oakland superintendent", "salem mayor", "salem facilitator"):
        come(database, stage, who)
        if who in ("oakland mayor", "salem facilitator"):
            with database.read() as db:
                wish = Wish(convening(db, stage), Viewer.system("x"), Settings(), Paper.LETTER, {"sides": sides})
                queries.clear()
                make(db, wish)
                counts.append(len(queries))
    assert counts[0] == counts[1]
