"""Consultations in a browser: asked for by a city, arranged by organizers, unknown to other cities."""

from collections.abc import Iterator

import pytest
import time_machine
from sqlmodel import select

from app.database import Database
from app.models import AgendaSession, Consultation, ConsultationState, Openness
from app.people.audiences import rule_of
from tests.conftest import Visitor, VisitorOf
from tests.gatherings.meeting import Meeting, meet, utc

HOME = "/by-all-means/consultations"
FORM = {"topic": "Financing", "question": "Which *budget* pays for a bus?"}


@pytest.fixture(autouse=True)
def in_september() -> Iterator[None]:
    with time_machine.travel(utc(2017, 9, 15, 14), tick=True):
        yield


@pytest.fixture
def meeting(database: Database, in_september: None) -> Meeting:
    return meet(database)


@pytest.fixture
def enter(visitor: VisitorOf, meeting: Meeting) -> VisitorOf:
    return lambda who: visitor(meeting.stage.people[who])


def ask(enter: VisitorOf, meeting: Meeting, **said: str) -> tuple[Visitor, str]:
    """Oakland's facilitator asks; returns them and where it stands."""
    facilitator = enter("oakland facilitator")
    answer = facilitator.post(HOME, {**FORM, "cities": str(meeting.stage.cities["oakland"]), **said})
    assert answer.status_code == 303
    return facilitator, answer.headers["location"]


def name_expert(organizer: Visitor, place: str, meeting: Meeting) -> None:
    city = str(meeting.stage.cities["oakland"])
    organizer.follow(place, {**FORM, "cities": city, "expert": "expert@example.org"})


def state(database: Database) -> ConsultationState:
    with database.read() as db:
        return db.exec(select(Consultation)).one().state


def test_its_cities_its_expert_and_the_lab_read_it_and_other_cities_do_not(
    enter: VisitorOf, visitor: VisitorOf, meeting: Meeting
) -> None:
    _, place = ask(enter, meeting)
    name_expert(enter("organizer"), place, meeting)
    who = ("oakland mayor", "oakland member 1", "expert", "staff", "organizer", "salem mayor", "salem facilitator")
    read = {name: enter(name).get(place).status_code for name in who}
    listed = {name for name in who if "Financing" in enter(name).get(HOME).text}
    inside = {"oakland mayor", "oakland member 1", "expert", "staff", "organizer"}
    assert {name for name, status in read.items() if status == 200} == listed == inside
    assert {status for name, status in read.items() if name not in inside} == {404}
    assert visitor().get(place).headers["location"].startswith("/sign-in")


def test_mayors_and_facilitators_ask_for_their_own_city_alone(
    enter: VisitorOf, meeting: Meeting, database: Database
) -> None:
    salem, oakland = str(meeting.stage.cities["salem"]), str(meeting.stage.cities["oakland"])
    refused = enter("oakland mayor").post(HOME, {**FORM, "cities": salem})
    assert (refused.status_code, "Which *budget* pays" in refused.text) == (422, True)
    assert 'id="f-cities-error"' in refused.text
    for who in ("oakland member 1", "oakland superintendent", "expert", "staff"):
        assert enter(who).post(HOME, {**FORM, "cities": oakland}).status_code == 403
    with database.read() as db:
        assert db.exec(select(Consultation)).all() == []
    assert enter("oakland mayor").post(HOME, {**FORM, "cities": oakland}).status_code == 303
    assert enter("organizer").post(HOME, {**FORM, "cities": [salem, oakland]}).status_code == 303


def test_a_meeting_is_closed_and_for_those_named_and_the_expert_rule_13(
    enter: VisitorOf, meeting: Meeting, database: Database
) -> None:
    _, place = ask(enter, meeting)
    organizer = enter("organizer")
    when = {"day": "2017-10-03", "start": "12:00", "minutes": "60", "zone": "America/New_York"}
    people = "oakland.mayor@example.org\noakland.facilitator@example.org"
    refused = organizer.post(f"{place}/meeting", {**when, "people": people})
    assert (refused.status_code, "Name the expert first." in refused.text) == (422, True)
    name_expert(organizer, place, meeting)
    assert people in organizer.get(place).text
    organizer.follow(f"{place}/meeting", {**when, "people": people})
    with database.read() as db:
        session = db.exec(select(AgendaSession)).one()
        inside = {meeting.stage.people[one] for one in ("oakland mayor", "oakland facilitator", "expert")}
        assert session.openness is Openness.CLOSED
        assert rule_of(session.audience).person_ids == inside
        there = f"/by-all-means/gatherings/{session.key}"
    assert state(database) is ConsultationState.ARRANGED
    assert organizer.post(f"{place}/meeting", {**when, "people": people}).status_code == 422
    assert [enter(who).get(there).status_code for who in ("oakland mayor", "expert", "salem mayor")] == [200, 200, 404]
    # whoever of the city is not in it reads what is asked, and not when they meet
    said = {
        who: there in enter(who).get(place).text for who in ("oakland mayor", "expert", "staff", "oakland member 1")
    }
    assert said == {"oakland mayor": True, "expert": True, "staff": True, "oakland member 1": False}
    organizer.follow(f"{there}/cancellation", {"reason": "Ill"})
    assert "Called off" in organizer.get(place).text
    organizer.follow(f"{place}/meeting", {**when, "day": "2017-10-10", "people": people})


def test_what_came_of_it_is_noted_and_it_is_closed_and_goes_on_rule_21(
    enter: VisitorOf, meeting: Meeting, database: Database
) -> None:
    facilitator, place = ask(enter, meeting)
    organizer = enter("organizer")
    organizer.follow(f"{place}/outcome", {"outcome": "The *district* pays"})
    assert state(database) is ConsultationState.HELD
    assert "<em>district</em>" in facilitator.get(place).text
    assert enter("oakland mayor").post(f"{place}/closing").status_code == 403
    assert enter("salem mayor").post(f"{place}/closing").status_code == 404
    facilitator.follow(f"{place}/closing")
    assert state(database) is ConsultationState.CLOSED
    facilitator.follow(f"{place}/reopening")
    assert state(database) is ConsultationState.HELD
    too_long = organizer.post(f"{place}/outcome", {"outcome": "x" * 5001})
    assert (too_long.status_code, 'id="f-outcome-error"' in too_long.text) == (422, True)


def test_the_list_asks_the_database_as_often_for_many_as_for_few(
    enter: VisitorOf, meeting: Meeting, queries: list[str]
) -> None:
    asked = []
    organizer = enter("organizer")
    for more in (1, 5):
        for number in range(more):
            ask(enter, meeting, topic=f"<b>{number}</b> " + "y" * 280)
        queries.clear()
        page = organizer.get(HOME).text
        asked.append(len(queries))
        assert "<b>0" not in page
    assert asked[0] == asked[1]
