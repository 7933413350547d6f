"""Approving, turning down, letting in again, accepting an offered place, and caps looked at before they are set."""

import re
from collections.abc import Iterator

import pytest
import time_machine
from fastapi import FastAPI
from sqlmodel import select

from app.database import Database
from app.models import Convening, OutboxLetter
from app.registration.registrations import cancel, register, registration_of
from tests.conftest import VisitorOf
from tests.registration.stage import BY, TWO_WEEKS_BEFORE, Stage, convening, more_members, person, set_stage
from tests.registration.test_approval import ask_approval
from tests.registration.test_places import counts
from tests.routes.test_registration import said

HERE = "/by-all-means/convenings/2017-fall/registration"
MAYOR, SUPERINTENDENT, FACILITATOR = "oakland mayor", "oakland superintendent", "oakland facilitator"


@pytest.fixture(autouse=True)
def _in_time() -> Iterator[None]:
    with time_machine.travel(TWO_WEEKS_BEFORE, tick=True):
        yield


@pytest.fixture
def line(app: FastAPI) -> Stage:
    """One place, which the mayor has; the superintendent and then the facilitator wait; 48 hours to accept."""
    database: Database = app.state.database
    stage = set_stage(database, cap=1, sponsored_cap=0, hours=48)
    with database.write() as db:
        for who in (MAYOR, SUPERINTENDENT, FACILITATOR):
            register(db, convening(db, stage), person(db, stage, who), by=BY)
    return stage


def leaves(database: Database, stage: Stage, who: str, reason: str = "") -> None:
    with database.write() as db:
        theirs = registration_of(db, convening(db, stage), stage.people[who])
        assert theirs is not None
        cancel(db, theirs, reason=reason, by=BY)


def test_an_organizer_turns_down_with_a_reason_that_the_person_reads_and_lets_them_in_again(
    app: FastAPI, visitor: VisitorOf
) -> None:
    database, stage = app.state.database, set_stage(app.state.database)
    with database.write() as db:
        ask_approval(db, convening(db, stage), by=BY)
    mayor, organizer = visitor(stage.people[MAYOR]), visitor(stage.people["organizer"])
    pending = said(mayor.follow(HERE, {"presence": "whole"}).text)
    assert "You are registered; an organizer has yet to approve" in pending
    assert "Approvals (1)" in said(organizer.get(f"{HERE}/board").text)
    page = organizer.get(f"{HERE}/approvals").text
    refusal = re.search(r'action="([^"]+/approvals/\d+/refusal)"', page)
    assert refusal
    wordless = organizer.post(refusal[1], {"reason": ""})
    assert wordless.status_code == 422
    assert "Say why: the person reads it in the letter." in said(wordless.text)
    organizer.follow(refusal[1], {"reason": "The council <b>sits</b> that day."})
    assert "The council &lt;b&gt;sits&lt;/b&gt; that day." in mayor.get(HERE).text
    assert "Turned down" in said(organizer.get(f"{HERE}/team/oakland").text)
    restoration = re.search(r'action="([^"]+/restoration)"', organizer.get(f"{HERE}/left").text)
    assert restoration
    assert "Oakland Mayor has a place." in said(organizer.follow(restoration[1]).text)
    organizer.post(restoration[1])
    assert "You have a place" in said(mayor.get(HERE).text)
    with database.read() as db:
        letters = db.exec(select(OutboxLetter.subject).order_by(OutboxLetter.id)).all()  # type: ignore[arg-type]
    assert letters == [
        "Fall convening: your registration is with the organizers",
        "Fall convening: your registration could not be accepted",
        "Fall convening: you have a place",
    ]


def test_all_who_wait_for_approval_are_approved_at_once(app: FastAPI, visitor: VisitorOf) -> None:
    database, stage = app.state.database, set_stage(app.state.database)
    with database.write() as db:
        ask_approval(db, convening(db, stage), by=BY)
    for who in (MAYOR, SUPERINTENDENT):
        visitor(stage.people[who]).post(HERE, {"presence": "whole"})
    organizer = visitor(stage.people["organizer"])
    assert "2 are approved, and each has a letter." in said(organizer.follow(f"{HERE}/approvals").text)
    assert "Nobody waits for your word" in said(organizer.get(f"{HERE}/approvals").text)


def test_a_place_is_accepted_on_ones_own_page_with_one_press(app: FastAPI, line: Stage, visitor: VisitorOf) -> None:
    """Rule 14: until when is said in the convening's zone and in the reader's."""
    member = visitor(line.people[SUPERINTENDENT])
    leaves(app.state.database, line, MAYOR)
    page = said(member.get(HERE).text)
    assert "A place is kept for you" in page
    assert "Take it by Thu 2 Nov 2017 at 11:00 EDT (Thu 2 Nov 2017 at 08:00 PDT)." in page
    assert "You have a place" in said(member.follow(f"{HERE}/acceptance").text)
    assert "Waiting, number 1" in said(visitor(line.people[FACILITATOR]).get(f"{HERE}/team/oakland").text)


def test_the_facilitator_takes_a_place_for_a_member_and_one_of_another_city_does_not(
    app: FastAPI, line: Stage, visitor: VisitorOf
) -> None:
    leaves(app.state.database, line, MAYOR)
    at = f"{HERE}/team/oakland/{line.people[SUPERINTENDENT]}/acceptance"
    assert visitor(line.people["salem facilitator"]).post(at).status_code == 403
    facilitator = visitor(line.people[FACILITATOR])
    assert "Kept until Thu 2 Nov 2017 at 11:00 EDT" in said(facilitator.get(f"{HERE}/team/oakland").text)
    assert "Oakland Superintendent has a place." in said(facilitator.follow(at).text)


def test_the_letter_of_an_offer_leads_to_a_page_that_takes_it_without_signing_in_and_only_when_pressed(
    app: FastAPI, line: Stage, visitor: VisitorOf
) -> None:
    organizer = visitor(line.people["organizer"])
    organizer.follow(f"{HERE}/team/oakland/{line.people[MAYOR]}/regrets")
    with app.state.database.read() as db:
        letter = db.exec(select(OutboxLetter).where(OutboxLetter.person_id == line.people[SUPERINTENDENT])).one()
    link = re.search(r"(/by-all-means/\S+/by-link/\S+)", letter.text)
    assert link
    stranger = visitor()
    for _ in range(2):
        assert "A place is kept for you" in said(stranger.get(link[1]).text)
    assert "You have a place" in said(stranger.follow(f"{link[1]}/acceptance").text)


def test_a_place_left_to_the_next_is_offered_to_them(app: FastAPI, line: Stage, visitor: VisitorOf) -> None:
    leaves(app.state.database, line, MAYOR)
    visitor(line.people[SUPERINTENDENT]).post(f"{HERE}/regrets", {"reason": "a vote"})
    assert "A place is kept for you" in said(visitor(line.people[FACILITATOR]).get(HERE).text)


def test_raised_caps_say_who_is_next_before_they_are_set_and_then_write_to_them(
    app: FastAPI, line: Stage, visitor: VisitorOf
) -> None:
    organizer = visitor(line.people["organizer"])
    looked = said(organizer.get(f"{HERE}/caps?own-oakland=2&sponsored-oakland=0").text)
    assert "1 → 2 places, 0 → 0 sponsored." in looked
    assert "Those next in line are offered a place: Oakland Superintendent ." in looked
    assert "Still waiting: Oakland Facilitator ." in looked
    assert counts(app.state.database, line) == (1, 0)
    organizer.follow(f"{HERE}/caps", {"own-oakland": "2", "sponsored-oakland": "0"})
    assert counts(app.state.database, line) == (2, 0)
    with app.state.database.read() as db:
        letters = db.exec(select(OutboxLetter.person_id, OutboxLetter.subject)).all()
    assert letters == [
        (line.people[SUPERINTENDENT], "Fall convening: a place came free for you"),
        (line.people[FACILITATOR], "Fall convening: a place came free for one of your team"),
    ]


def test_one_number_for_all_cities_is_also_that_of_a_city_that_joins_later(
    app: FastAPI, line: Stage, visitor: VisitorOf
) -> None:
    organizer = visitor(line.people["organizer"])
    asked = {"own-.all": "7", "sponsored-.all": "3"}
    looked = said(organizer.get(f"{HERE}/caps", params=asked).text)
    assert "A city that joins later : 1 → 7 places, 0 → 3 sponsored." in looked
    assert "Salem : 1 → 7 places, 0 → 3 sponsored. Nobody is affected today." in looked
    organizer.follow(f"{HERE}/caps", asked)
    with app.state.database.read() as db:
        here = db.get_one(Convening, line.convening)
        assert (here.delegation_cap, here.sponsored_cap) == (7, 3)
    half = organizer.get(f"{HERE}/caps", params={"own-.all": "7", "sponsored-.all": ""})
    assert half.status_code == 422
    assert "All cities: a cap is a number of places, such as 10." in said(half.text)


def test_the_pages_of_decisions_ask_a_fixed_number_of_queries(
    app: FastAPI, line: Stage, visitor: VisitorOf, queries: list[str]
) -> None:
    """Habit 14."""
    organizer = visitor(line.people["organizer"])

    def asked() -> list[int]:
        numbers = []
        for page in ("approvals", "left", "caps?own-oakland=50&sponsored-oakland=0"):
            queries.clear()
            assert organizer.get(f"{HERE}/{page}").status_code == 200
            numbers.append(len(queries))
        return numbers

    few = asked()
    with app.state.database.write() as db:
        for one in more_members(db, line, "oakland", 30, by=BY):
            cancel(db, register(db, convening(db, line), one, by=BY), reason="é" * 300, by=BY)
        for one in more_members(db, line, "oakland", 31, by=BY):
            register(db, convening(db, line), one, by=BY)
    assert asked() == few


def test_the_facilitator_is_told_for_whom_a_place_is_kept_and_until_when(
    app: FastAPI, line: Stage, visitor: VisitorOf
) -> None:
    """Rule 14: on the convening's clocks and on the city's. Of a place for themselves they get the one letter."""
    database = app.state.database
    organizer = visitor(line.people["organizer"])
    organizer.follow(f"{HERE}/caps", {"own-oakland": "2", "sponsored-oakland": "0"})
    with database.read() as db:
        told = db.exec(select(OutboxLetter).where(OutboxLetter.person_id == line.people[FACILITATOR])).one()
    assert "It is kept for Oakland Superintendent, who was next in line, until Thu 2 Nov 2017 at 11:00 EDT" in told.text
    assert "(Thu 2 Nov 2017 at 08:00 PDT)" in told.text
    assert f"{HERE}/team/oakland\n" in told.text
    organizer.follow(f"{HERE}/caps", {"own-oakland": "3", "sponsored-oakland": "0"})
    with database.read() as db:
        letters = db.exec(select(OutboxLetter.subject).where(OutboxLetter.person_id == line.people[FACILITATOR])).all()
    assert sorted(letters) == [
        "Fall convening: a place came free for one of your team",
        "Fall convening: a place came free for you",
    ]
