"""Saved as typed: rules 9, 12 and 21. What is kept, by whom, and that no place is taken by it."""

from collections.abc import Iterator

import pytest
import time_machine
from fastapi import FastAPI
from sqlmodel import select

from app.database import Database
from app.models import AuditEntry, Delegation, Registration, RegistrationState
from app.registration.presence import said, windows_on_record
from app.registration.registrations import Details, decline, register
from tests.conftest import VisitorOf
from tests.registration.stage import BY, TWO_WEEKS_BEFORE, Stage, convening, person, set_stage
from tests.routes.test_registration import FOOD, HERE, RAMP, WHOLE, asked_by, of


@pytest.fixture(autouse=True)
def _in_time() -> Iterator[None]:
    with time_machine.travel(TWO_WEEKS_BEFORE, tick=True):
        yield


@pytest.fixture
def stage(app: FastAPI) -> Stage:
    return set_stage(app.state.database)


def marks(page: str) -> dict[str, str]:
    return {mark.partition(":")[0]: mark for mark in asked_by(page)}


def test_a_piece_is_kept_as_typed_claims_no_place_and_is_there_after_a_reload(
    database: Database, stage: Stage, visitor: VisitorOf
) -> None:
    """Rules 9 and 21."""
    member = visitor(stage.people["oakland member 1"])
    shown = marks(member.get(HERE).text)
    kept = member.post(f"{HERE}/draft", {"asks": shown["food"], "diet": "vegan", "dietary_words": FOOD})
    assert kept.status_code == 200
    assert kept.json()["errors"] == {}
    assert list(kept.json()["marks"]) == ["food"]
    mine = of(database, stage, "oakland member 1")
    assert mine.needs
    assert (mine.state, mine.needs.dietary) == (RegistrationState.STARTED, f"vegan\n{FOOD}")
    assert FOOD in member.get(HERE).text
    with database.read() as db:
        assert set(db.exec(select(Delegation.taken))) == {0}


def test_two_writers_at_one_registration_keep_what_each_has_changed(
    database: Database, stage: Stage, visitor: VisitorOf
) -> None:
    """Rule 21: the second form was opened before the first was sent, and does not undo it."""
    member = visitor(stage.people["oakland member 1"])
    facilitator = visitor(stage.people["oakland facilitator"])
    address = f"{HERE}/team/oakland/{stage.people['oakland member 1']}"
    first, second = asked_by(member.get(HERE).text), asked_by(facilitator.get(address).text)
    member.follow(
        HERE, {"asks": first, "access": RAMP, "photo": "no", "listed": "yes", "emergency_phone": "617 555 0100"}
    )
    facilitator.follow(address, {"asks": second, "dietary_words": FOOD})
    mine = of(database, stage, "oakland member 1")
    assert mine.needs
    assert (mine.needs.dietary, mine.needs.access, mine.needs.emergency_phone) == (FOOD, RAMP, "617 555 0100")
    assert (mine.photo_consent, mine.listed) == (False, True)


def test_a_piece_emptied_by_who_cannot_read_it_is_emptied_and_left_alone_is_left(
    database: Database, stage: Stage, visitor: VisitorOf
) -> None:
    """Rule 12: an assistant typed it a moment ago in this form, and takes it back there."""
    facilitator = visitor(stage.people["oakland facilitator"])
    address = f"{HERE}/team/oakland/{stage.people['oakland member 1']}"
    shown = marks(facilitator.get(address).text)
    mark = facilitator.post(f"{address}/draft", {"asks": shown["access"], "access": RAMP}).json()["marks"]["access"]
    facilitator.post(f"{address}/draft", {"asks": shown["access"], "access": ""})
    needs = of(database, stage, "oakland member 1").needs
    assert needs
    assert needs.access == RAMP, "shown empty and still empty: not touched"
    facilitator.post(f"{address}/draft", {"asks": mark, "access": ""})
    needs = of(database, stage, "oakland member 1").needs
    assert needs
    assert needs.access == ""


def test_a_mistake_is_told_by_its_field_and_nothing_of_the_piece_is_kept(
    database: Database, stage: Stage, visitor: VisitorOf
) -> None:
    member = visitor(stage.people["oakland member 1"])
    answer = member.post(f"{HERE}/draft", {"asks": "emergency", "emergency_phone": "call me"}).json()
    assert answer == {
        "marks": {},
        "errors": {"emergency_phone": "A telephone number has at least five digits, such as +1 617 555 0100."},
    }
    with database.read() as db:
        assert db.exec(select(Registration)).all() == []


def test_a_name_without_a_number_is_asked_for_when_registering_and_not_while_typing(
    stage: Stage, visitor: VisitorOf
) -> None:
    member = visitor(stage.people["oakland member 1"])
    named = {"asks": "emergency", "emergency_name": "Sam Ruiz"}
    assert member.post(f"{HERE}/draft", named).json()["errors"] == {}
    answer = member.post(HERE, named | {"asks": "emergency"})
    assert answer.status_code == 422
    assert "Which number reaches Sam Ruiz?" in answer.text
    assert 'value="Sam Ruiz"' in answer.text


def test_changes_of_who_has_a_place_are_kept_at_once_and_the_place_stays(
    database: Database, stage: Stage, visitor: VisitorOf
) -> None:
    with database.write() as db:
        register(db, convening(db, stage), person(db, stage, "oakland member 1"), by=BY)
    member = visitor(stage.people["oakland member 1"])
    hours = {"presence": "part", "day": ["2017-11-14"] * 2, "there": "2017-11-14"}
    times = {"arrives": ["09:00", "14:00"], "leaves": ["12:00", ""]}
    shown = marks(member.get(f"{HERE}/form").text)
    member.post(f"{HERE}/draft", {"asks": shown["presence"], **hours, **times})
    mine = of(database, stage, "oakland member 1")
    assert mine.state is RegistrationState.SUBMITTED
    with database.read() as db:
        assert said(convening(db, stage), windows_on_record(mine)) == ("Tue 14 Nov, 09:00–12:00 and from 14:00",)


def test_who_has_said_they_do_not_come_is_not_brought_back_by_a_keystroke(
    database: Database, stage: Stage, visitor: VisitorOf
) -> None:
    with database.write() as db:
        decline(db, convening(db, stage), person(db, stage, "oakland member 1"), by=BY)
    member = visitor(stage.people["oakland member 1"])
    assert "data-keeps" not in member.get(f"{HERE}/form").text
    answer = member.post(f"{HERE}/draft", {"asks": "access", "access": RAMP}).json()
    assert list(answer) == ["errors"]
    assert of(database, stage, "oakland member 1").state is RegistrationState.DECLINED


def test_neither_the_answer_nor_the_record_says_what_was_typed_of_needs(
    database: Database, stage: Stage, visitor: VisitorOf
) -> None:
    """Rule 12."""
    member = visitor(stage.people["oakland member 1"])
    typed = {"asks": ["access", "emergency"], "access": RAMP, "emergency_name": "QX-SAM-9", "emergency_phone": "617555"}
    assert RAMP not in (answer := member.post(f"{HERE}/draft", typed).text)
    assert "QX-SAM-9" not in answer
    with database.read() as db:
        record = " ".join(str(entry.model_dump()) for entry in db.exec(select(AuditEntry)))
    assert RAMP not in record
    assert "QX-SAM-9" not in record


def test_registering_with_an_untouched_form_answers_nothing_for_needs_and_leaves_what_is_on_record(
    database: Database, stage: Stage, visitor: VisitorOf
) -> None:
    member = visitor(stage.people["oakland member 1"])
    member.follow(HERE, {"asks": asked_by(member.get(HERE).text)})
    needs = of(database, stage, "oakland member 1").needs
    assert needs
    assert (needs.answered, needs.dietary, needs.access) == (True, "", "")
    with database.write() as db:
        register(db, convening(db, stage), person(db, stage, "oakland member 1"), details=Details(access=RAMP), by=BY)
    member.follow(HERE, {"asks": asked_by(member.get(f"{HERE}/form").text), "access": RAMP})
    needs = of(database, stage, "oakland member 1").needs
    assert needs
    assert needs.access == RAMP


@pytest.mark.parametrize("words", ["one\r\ntwo", "one\ntwo", " one\r\ntwo "])
def test_a_text_of_two_lines_is_untouched_whichever_way_the_browser_ends_them(
    database: Database, stage: Stage, visitor: VisitorOf, words: str
) -> None:
    member = visitor(stage.people["oakland member 1"])
    member.follow(HERE, {**WHOLE, "asks": ["access"], "access": "one\ntwo"})
    shown = marks(member.get(f"{HERE}/form").text)
    assert member.post(f"{HERE}/draft", {"asks": shown["access"], "access": words}).json()["marks"] == {}


def test_without_a_release_the_hours_are_answered_with_what_will_stand_there(
    database: Database, stage: Stage, visitor: VisitorOf
) -> None:
    member = visitor(stage.people["oakland member 1"])
    answer = member.post(f"{HERE}/stays", {"asks": "presence", "presence": "whole"})
    assert "The agenda is not published yet. Your sessions will stand here." in answer.text
    assert "<main" not in answer.text
    with database.read() as db:
        assert db.exec(select(Registration)).all() == []


def test_each_day_has_its_hours_and_one_more_stay_to_fill_in(
    database: Database, stage: Stage, visitor: VisitorOf
) -> None:
    """Rule 11: a gap that was kept leaves room for another."""
    member = visitor(stage.people["oakland member 1"])
    form = member.get(HERE).text
    assert (form.count('name="day" value="2017-11-14"'), form.count('name="day" value="2017-11-15"')) == (2, 2)
    times = {"day": ["2017-11-14"] * 2, "arrives": ["09:00", "14:00"], "leaves": ["12:00", ""]}
    member.follow(HERE, {"asks": "presence", "presence": "part", "there": "2017-11-14", **times})
    form = member.get(f"{HERE}/form").text
    assert (form.count('name="day" value="2017-11-14"'), form.count('name="day" value="2017-11-15"')) == (3, 2)
    assert 'name="arrives" value="14:00"' in form
