"""A facilitator before the team: from one to the next, and empty seats: rules 5, 8 and 12."""

from collections.abc import Iterator
from datetime import date

import pytest
import time_machine
from fastapi import FastAPI
from sqlmodel import Session, select

from app.database import Database
from app.models import OutboxLetter, Person, RegistrationState, Tenure
from app.people.audit import verb
from app.people.viewer import Viewer
from tests.conftest import Visitor, VisitorOf
from tests.registration.stage import BY, TWO_WEEKS_BEFORE, Stage, more_members, set_stage
from tests.routes.test_registration import FOOD, HERE, asked_by, of, said


@pytest.fixture(autouse=True)
def _in_time() -> Iterator[None]:
    with time_machine.travel(TWO_WEEKS_BEFORE, tick=True):
        yield


@pytest.fixture
def stage(app: FastAPI) -> Stage:
    return set_stage(app.state.database)


@pytest.fixture
def facilitator(stage: Stage, visitor: VisitorOf) -> Visitor:
    return visitor(stage.people["oakland facilitator"])


@verb
def leave(db: Session, person_id: int, *, by: Viewer) -> int:
    """The person's seat is empty from November on; returns it."""
    tenure = db.exec(select(Tenure).where(Tenure.person_id == person_id)).one()
    tenure.ends_on = date(2017, 10, 30)
    return tenure.seat_id


@pytest.fixture
def empty(database: Database, stage: Stage) -> int:
    with database.write() as db:
        return leave(db, stage.people["oakland member 1"], by=BY)


def seat_address(seat: int) -> str:
    return f"{HERE}/team/oakland/seats/{seat}/invitation"


def test_after_one_of_the_team_comes_the_next_who_has_not_answered_and_at_the_end_the_team(
    stage: Stage, facilitator: Visitor
) -> None:
    order = ["mayor", "superintendent", "facilitator", "member 1", "member 2"]
    people = [stage.people[f"oakland {who}"] for who in order]
    facilitator.follow(f"{HERE}/team/oakland/{people[2]}", {"act": "register"})
    address, visited = f"{HERE}/team/oakland/{people[3]}", []
    while address.rpartition("/")[2].isdigit():
        visited.append(int(address.rpartition("/")[2]))
        form = facilitator.get(address).text
        assert form.count("autofocus") == 0
        address = facilitator.post(address, {"act": "next", "asks": asked_by(form)}).headers["location"]
    assert visited == [people[3], people[4], people[0], people[1]]
    assert "5 of 5 have answered." in said(facilitator.get(address).text)


def test_the_button_names_who_comes_next(stage: Stage, facilitator: Visitor) -> None:
    form = facilitator.get(f"{HERE}/team/oakland/{stage.people['oakland mayor']}").text
    assert "Save and next: Oakland Superintendent" in said(form)


def test_a_mistake_keeps_the_facilitator_at_the_person_and_what_was_typed(stage: Stage, facilitator: Visitor) -> None:
    address = f"{HERE}/team/oakland/{stage.people['oakland mayor']}"
    wrong = {"act": "next", "asks": ["food", "emergency"], "dietary_words": FOOD, "emergency_phone": "soon"}
    answer = facilitator.post(address, wrong)
    assert answer.status_code == 422
    assert FOOD in answer.text
    assert 'value="soon"' in answer.text


def test_somebody_named_for_an_empty_seat_has_it_and_is_invited_by_one_letter(
    database: Database, facilitator: Visitor, empty: int
) -> None:
    """Rule 8: from today on, on record."""
    assert "Name somebody" in said(facilitator.get(f"{HERE}/team/oakland").text)
    done = facilitator.follow(seat_address(empty), {"name": "Ana Ruiz", "email": "ana@oakland.example"})
    assert "Ana Ruiz has the seat “Member” and is invited." in done.text
    with database.read() as db:
        ana = db.exec(select(Person).where(Person.email == "ana@oakland.example")).one()
        tenure = db.exec(select(Tenure).where(Tenure.person_id == ana.key)).one()
        assert (tenure.seat_id, tenure.starts_on) == (empty, date(2017, 10, 31))
        letter = db.exec(select(OutboxLetter)).one()
        assert letter.person_id == ana.key
        assert "/registration/by-link/" in letter.text
    again = facilitator.post(seat_address(empty), {"name": "Bo Chen", "email": "bo@oakland.example"})
    assert again.status_code == 422
    with database.read() as db:
        assert db.exec(select(Person).where(Person.name == "Bo Chen")).all() == []


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"name": "", "email": "ana@oakland.example"}, "name"),
        ({"name": "Ana Ruiz", "email": ""}, "Where should the invitation go?"),
        ({"name": "Ana Ruiz", "email": "ana at home"}, "An e-mail address looks like name@city.gov."),
        ({"name": "Ana Ruiz", "email": "salem.mayor@example.org"}, "on record already"),
    ],
)
def test_what_is_wrong_with_a_name_or_address_is_said_and_both_are_kept(
    database: Database, facilitator: Visitor, empty: int, typed: dict[str, str], sentence: str
) -> None:
    answer = facilitator.post(seat_address(empty), typed)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert f'value="{typed["email"]}"' in answer.text
    with database.read() as db:
        assert db.exec(select(OutboxLetter)).all() == []


def test_the_seat_of_a_mayor_is_the_labs_to_give(
    database: Database, stage: Stage, facilitator: Visitor, visitor: VisitorOf
) -> None:
    """Rule 5: who sits there approves what the city says."""
    with database.write() as db:
        seat = leave(db, stage.people["oakland mayor"], by=BY)
    ana = {"name": "Ana Ruiz", "email": "ana@oakland.example"}
    assert "The lab gives this seat: write to its organizers." in said(facilitator.get(f"{HERE}/team/oakland").text)
    answer = facilitator.post(seat_address(seat), ana)
    assert answer.status_code == 422
    assert "The lab gives the seat “Mayor”" in answer.text
    done = visitor(stage.people["organizer"]).follow(seat_address(seat), ana)
    assert "Ana Ruiz has the seat “Mayor” and is invited." in done.text


def test_a_seat_of_another_city_is_not_at_this_citys_address(
    database: Database, stage: Stage, facilitator: Visitor
) -> None:
    with database.write() as db:
        seat = leave(db, stage.people["salem member 1"], by=BY)
    ana = {"name": "Ana Ruiz", "email": "ana@oakland.example"}
    assert facilitator.post(seat_address(seat), ana).status_code == 404


def test_a_name_of_three_hundred_letters_is_taken_and_one_more_is_said(
    database: Database, facilitator: Visitor, empty: int
) -> None:
    long = "Ａ" * 300
    assert long in facilitator.follow(seat_address(empty), {"name": long, "email": "ana@oakland.example"}).text


def test_a_members_form_asks_as_many_queries_of_a_large_team_as_of_a_small(
    database: Database, stage: Stage, facilitator: Visitor, queries: list[str]
) -> None:
    address = f"{HERE}/team/oakland/{stage.people['oakland mayor']}"
    facilitator.get(address)
    queries.clear()
    facilitator.get(address)
    few = len(queries)
    with database.write() as db:
        more_members(db, stage, "oakland", 40, by=BY)
    queries.clear()
    facilitator.get(address)
    assert len(queries) == few


def test_who_was_registered_for_is_asked_nothing_of_what_the_facilitator_left_open(
    database: Database, stage: Stage, facilitator: Visitor
) -> None:
    """Rule 12: an untouched form of another answers nothing in their place."""
    address = f"{HERE}/team/oakland/{stage.people['oakland mayor']}"
    facilitator.follow(address, {"asks": asked_by(facilitator.get(address).text)})
    mine = of(database, stage, "oakland mayor")
    assert mine.state is RegistrationState.SUBMITTED
    assert (mine.needs, mine.photo_consent, mine.listed) == (None, None, None)
