"""Travel, the organizers' questions and sessions to choose, in the pages of registering: rules 12, 13, 14 and 21."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from anyio.from_thread import BlockingPortal
from fastapi import FastAPI
from sqlmodel import select

from app.database import Database
from app.models import AgendaSession, LinkPurpose, QuestionKind, RegistrationAnswer, Travel
from app.people import private_links
from app.registration.choices import limit_choice
from app.registration.lodging import BlockDetails, open_block
from app.registration.question_answers import answer_questions
from app.registration.questions import QuestionDetails, ask_question
from app.registration.registrations import register
from tests.conftest import Visitor, VisitorOf
from tests.registration.choices_stage import registration_of, workshops
from tests.registration.stage import BY, TWO_WEEKS_BEFORE, Stage, convening, more_members, person, set_stage
from tests.routes.test_registration import HERE, asked_by, said

TRAIN = "train QX-2152"
JOURNEY: dict[str, Any] = {
    "asks": ["arrival", "departure", "payer"],
    "arrives_at": "2017-11-13T18:40",
    "arrives_by": TRAIN,
    "leaves_at": "2017-11-15T17:00",
    "payer": "lab",
}


@pytest.fixture(autouse=True)
def _in_time() -> Iterator[None]:
    with time_machine.travel(TWO_WEEKS_BEFORE, tick=True):
        yield


@pytest.fixture
def stage(app: FastAPI) -> Stage:
    """With a member of Oakland registered."""
    stage = set_stage(app.state.database)
    with app.state.database.write() as db:
        register(db, convening(db, stage), person(db, stage, "oakland member 1"), by=BY)
    return stage


@pytest.fixture
def member(stage: Stage, visitor: VisitorOf) -> Visitor:
    return visitor(stage.people["oakland member 1"])


@pytest.fixture
def question(database: Database, stage: Stage) -> int:
    with database.write() as db:
        asked = QuestionDetails("Which bus?", kind=QuestionKind.CHOICE, options=("Early", "Late"), required=True)
        return ask_question(db, convening(db, stage), asked, by=BY).key


def link_of(app: FastAPI, stage: Stage) -> str:
    secret = app.state.settings.secret
    with app.state.database.write() as db:
        who = person(db, stage, "oakland member 1")
        link = private_links.create_link(db, LinkPurpose.REGISTRATION, convening(db, stage), who, secret=secret, by=BY)
        return f"{HERE}/by-link/{private_links.token_of(link, secret)}"


def shown(page: str) -> dict[str, str]:
    """Piece → its mark, as the page has it."""
    return {mark.partition(":")[0]: mark for mark in asked_by(page)}


def journey(database: Database) -> Travel:
    with database.read() as db:
        return db.exec(select(Travel)).one()


def test_travel_is_kept_on_the_convenings_clocks_and_stands_in_the_form_again(
    database: Database, member: Visitor
) -> None:
    """Rule 14."""
    page = member.follow(f"{HERE}/travel", JOURNEY)
    assert "Travel is saved." in said(page.text)
    assert 'value="2017-11-13T18:40"' in page.text
    kept = journey(database)
    assert (f"{kept.arrives_at:%d %H:%M}", kept.arrives_by, kept.payer) == ("13 23:40", TRAIN, "lab")


def test_travel_that_cannot_be_is_said_at_its_field_and_nothing_typed_is_lost(
    database: Database, member: Visitor
) -> None:
    nights = {**JOURNEY, "asks": [*JOURNEY["asks"], "nights"], "first_night": "soon"}
    answer = member.post(f"{HERE}/travel", nights)
    assert answer.status_code == 422
    assert "A day looks like 2017-11-14." in answer.text
    assert 'value="soon"' in answer.text
    answer = member.post(f"{HERE}/travel", {**JOURNEY, "leaves_at": "2017-11-13T08:00"})
    assert answer.status_code == 422
    assert "Leaving is not after arriving." in answer.text
    assert TRAIN in answer.text
    with database.read() as db:
        assert db.exec(select(Travel)).all() == []


def test_a_piece_of_the_journey_is_kept_as_typed_and_what_is_open_is_said(database: Database, member: Visitor) -> None:
    marks = shown(page := member.get(f"{HERE}/more").text)
    assert "Not said yet: arrival and departure." in said(page)
    typed = {"asks": marks["arrival"], "arrives_at": "2017-11-13T18:40", "arrives_by": TRAIN}
    answer = member.post(f"{HERE}/more", typed).json()
    assert list(answer["marks"]) == ["arrival"]
    assert (answer["errors"], answer["gaps"]["travel"]) == ({}, "Not said yet: departure.")
    assert TRAIN not in str(answer)
    assert journey(database).arrives_by == TRAIN
    again = {"asks": answer["marks"]["arrival"], "arrives_at": "2017-11-13T18:40", "arrives_by": TRAIN}
    assert member.post(f"{HERE}/more", again).json()["marks"] == {}, "nothing has changed"


def test_two_writers_at_one_journey_keep_what_each_has_changed(
    database: Database, stage: Stage, member: Visitor, visitor: VisitorOf
) -> None:
    """Rule 21: the second form was opened before the first was sent, and does not undo it."""
    facilitator = visitor(stage.people["oakland facilitator"])
    address = f"{HERE}/team/oakland/{stage.people['oakland member 1']}"
    second = asked_by(facilitator.get(f"{address}/more").text)
    member.follow(f"{HERE}/travel", JOURNEY)
    facilitator.follow(f"{address}/travel", {"asks": second, "shares_with": "Member 2"})
    kept = journey(database)
    assert (kept.arrives_by, kept.payer, kept.shares_with) == (TRAIN, "lab", "Member 2")


def test_who_says_they_are_local_and_thinks_again_finds_their_journey(database: Database, member: Visitor) -> None:
    """Rule 21."""
    member.follow(f"{HERE}/travel", JOURNEY)
    page = member.follow(
        f"{HERE}/travel", {**JOURNEY, "asks": asked_by(member.get(f"{HERE}/more").text), "is_local": "yes"}
    )
    assert "Not said yet" not in said(page.text)
    member.follow(f"{HERE}/travel", {**JOURNEY, "asks": asked_by(page.text)})
    kept = journey(database)
    assert (kept.is_local, kept.arrives_by, kept.payer) == (False, TRAIN, "lab")


def test_a_mistake_while_typing_is_told_by_its_field_and_nothing_of_it_is_kept(
    database: Database, member: Visitor
) -> None:
    answer = member.post(f"{HERE}/more", {"asks": "nights", "first_night": "2017-11-13"}).json()
    assert answer == {
        "marks": {},
        "errors": {"last_night": "The last night is missing. For one night it is the same as the first."},
    }
    with database.read() as db:
        assert db.exec(select(Travel)).all() == []


def test_a_question_is_asked_answered_and_refused_at_its_field(
    database: Database, member: Visitor, question: int
) -> None:
    field = f"question-{question}"
    assert "Answer the organizers’ questions" in said(member.get(HERE).text)
    assert "Still to answer: “Which bus?”." in said(member.get(f"{HERE}/more").text)
    wrong = member.post(f"{HERE}/answers", {"asks": field, field: "Noon"})
    assert (wrong.status_code, "Choose one of the answers." in wrong.text) == (422, True)
    page = member.follow(f"{HERE}/answers", {"asks": field, field: "Late"})
    assert re.search(rf'name="{field}" value="Late" checked', page.text)
    assert "Still to answer" not in said(page.text)
    with database.read() as db:
        assert db.exec(select(RegistrationAnswer.text)).all() == ["Late"]
    assert "Answer the organizers’ questions" not in said(member.get(HERE).text)


def test_what_is_answered_is_kept_while_something_required_stays_open(
    database: Database, stage: Stage, member: Visitor, question: int
) -> None:
    """Nothing is refused for what is missing; it is said, and where."""
    with database.write() as db:
        other = ask_question(db, convening(db, stage), QuestionDetails("Your shirt?"), by=BY).key
    page = member.follow(
        f"{HERE}/answers", {"asks": asked_by(member.get(f"{HERE}/more").text), f"question-{other}": "M"}
    )
    assert "The answers are saved. Still to answer: “Which bus?”." in said(page.text)
    with database.read() as db:
        assert db.exec(select(RegistrationAnswer.text)).all() == ["M"]


def test_an_answer_is_kept_as_typed_and_what_is_still_needed_is_said_anew(
    database: Database, member: Visitor, question: int
) -> None:
    field = f"question-{question}"
    marks = shown(member.get(f"{HERE}/more").text)
    answer = member.post(f"{HERE}/more", {"asks": marks[field], field: "Early"}).json()
    assert (list(answer["marks"]), answer["gaps"]["answers"]) == ([field], "")
    assert member.post(f"{HERE}/more", {"asks": field, field: "Noon"}).json()["errors"] == {
        field: "Choose one of the answers."
    }
    with database.read() as db:
        assert db.exec(select(RegistrationAnswer.text)).all() == ["Early"]


def test_a_session_is_chosen_with_its_places_said_and_a_full_one_is_refused(
    database: Database, stage: Stage, member: Visitor, visitor: VisitorOf
) -> None:
    with database.write() as db:
        laid = workshops(db, stage)
        register(db, convening(db, stage), person(db, stage, "oakland member 2"), by=BY)
        limit_choice(db, db.get_one(AgendaSession, laid["Equity"]), cap=1, by=BY)
    other = visitor(stage.people["oakland member 2"])
    assert "1 place left" in said(other.get(f"{HERE}/more").text)
    wanted = {"choice-Workshops": str(laid["Equity"]), "was-Workshops": ""}
    assert "The choice is saved." in said(member.follow(f"{HERE}/choices", wanted).text)
    assert "Equity Wed 15 Nov, 10:00–11:00 EST" in said(other.get(f"{HERE}/more").text)
    other.follow(f"{HERE}/choices", {"choice-Workshops": "", "was-Workshops": ""})
    full = other.post(f"{HERE}/choices", wanted)
    assert full.status_code == 422
    assert "Equity is full. You keep what you had; choose another." in full.text


def test_the_private_link_takes_all_of_it_and_reads_none_of_it_out(
    app: FastAPI, database: Database, stage: Stage, portal: BlockingPortal, question: int
) -> None:
    """Rule 12: and a form shown empty, sent empty, takes nothing away."""
    at, stranger = link_of(app, stage), Visitor(app, portal)
    stranger.follow(f"{at}/travel", JOURNEY)
    field = f"question-{question}"
    stranger.follow(f"{at}/answers", {"asks": field, field: "Late"})
    page = stranger.get(f"{at}/more").text
    assert "Answered before; what is given here replaces it." in said(page)
    assert TRAIN not in page
    assert "2017-11-13T18:40" not in page
    assert 'value="Late" checked' not in page
    stranger.follow(f"{at}/travel", {"asks": asked_by(page)})
    stranger.follow(f"{at}/answers", {"asks": asked_by(page), field: ""})
    with database.read() as db:
        assert db.exec(select(Travel.arrives_by)).all() == [TRAIN]
        assert db.exec(select(RegistrationAnswer.text)).all() == ["Late"]


def test_a_facilitator_gives_travel_for_one_of_the_team(database: Database, stage: Stage, visitor: VisitorOf) -> None:
    address = f"{HERE}/team/oakland/{stage.people['oakland member 1']}"
    facilitator = visitor(stage.people["oakland facilitator"])
    assert f'href="{address}/more"' in facilitator.get(address).text
    page = facilitator.follow(f"{address}/travel", {"asks": "local", "is_local": "yes"})
    assert "Travel is saved." in said(page.text)
    with database.read() as db:
        assert db.exec(select(Travel.is_local)).all() == [True]


def test_before_registering_there_is_nothing_to_say_more_of(stage: Stage, visitor: VisitorOf) -> None:
    assert visitor(stage.people["oakland mayor"]).get(f"{HERE}/more").status_code == 404


def test_a_file_is_handed_in_named_and_known_by_its_content(database: Database, stage: Stage, member: Visitor) -> None:
    with database.write() as db:
        asked = QuestionDetails("Your letter", kind=QuestionKind.FILE, required=True)
        number = ask_question(db, convening(db, stage), asked, by=BY).key
    field = f"question-{number}"
    wrong = member.send("POST", f"{HERE}/answers", files={field: ("letter.pdf", b"MZ a program", "application/pdf")})
    assert wrong.status_code == 422
    right = member.send("POST", f"{HERE}/answers", files={field: ("letter.pdf", b"%PDF-1.7 mine", "application/pdf")})
    assert right.status_code == 303
    page = member.get(f"{HERE}/more").text
    assert "On record: letter.pdf." in page
    with database.read() as db:
        answer = db.exec(select(RegistrationAnswer)).one()
    assert member.get(f"{HERE}/answers/{answer.key}/file").content == b"%PDF-1.7 mine"


def test_a_registration_given_up_says_no_more(member: Visitor) -> None:
    member.follow(f"{HERE}/regrets", {"reason": "A vote"})
    assert member.get(f"{HERE}/more").status_code == 404
    assert member.post(f"{HERE}/travel", JOURNEY).status_code == 404


def test_a_choice_left_as_it_was_shown_does_not_undo_what_was_chosen_meanwhile(
    database: Database, stage: Stage, member: Visitor
) -> None:
    """Rule 21."""
    with database.write() as db:
        laid = workshops(db, stage)
    equity, stale = str(laid["Equity"]), {"choice-Workshops": "", "was-Workshops": ""}
    member.follow(f"{HERE}/choices", {**stale, "choice-Workshops": equity})
    page = member.follow(f"{HERE}/choices", stale)
    assert re.search(rf'name="choice-Workshops" value="{equity}" checked', page.text)


def test_the_page_costs_as_many_queries_with_thirty_questions_twenty_hotels_and_sixty_people_as_with_one_of_each(
    app: FastAPI, database: Database, stage: Stage, portal: BlockingPortal, member: Visitor, queries: list[str]
) -> None:
    """Habit 14: signed in, and by the private link."""
    link = link_of(app, stage)
    readers = [(member, f"{HERE}/more"), (Visitor(app, portal), f"{link}/more"), (Visitor(app, portal), link)]
    monday = date(2017, 11, 13)

    def cost() -> list[int]:
        counts = []
        for reader, address in readers:
            queries.clear()
            assert reader.get(address).status_code == 200
            counts.append(len(queries))
        return counts

    def fill(number: int) -> None:
        with database.write() as db:
            here, mine = convening(db, stage), registration_of(db, stage.people["oakland member 1"])
            asked = [
                ask_question(db, here, QuestionDetails(f"{number} {one}?", required=True), by=BY)
                for one in range(number)
            ]
            answer_questions(db, mine, {one.key: "Yes" for one in asked[::2]}, by=BY)
            for one in range(number):
                open_block(db, here, BlockDetails(f"Hotel {number} {one}", 3, monday, monday), by=BY)
            for comer in more_members(db, stage, "oakland", 2 * number, by=BY):
                register(db, here, comer, by=BY)

    with database.write() as db:
        workshops(db, stage)
    fill(1)
    few = cost()
    fill(29)
    assert cost() == few
