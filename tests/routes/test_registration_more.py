"""Travel, the organizers' questions and sessions to choose, in the pages of registering: rules 12, 13 and 14."""

import re
from collections.abc import Iterator

import pytest
import time_machine
from anyio.from_thread import BlockingPortal
from fastapi import FastAPI
from sqlmodel import select

from app.database import Database
from app.models import AgendaSession, LinkPurpose, QuestionKind, RegistrationAnswer, Travel
from app.people import private_links
from app.registration.choices import limit_choice
from app.registration.questions import QuestionDetails, ask_question
from app.registration.registrations import register
from tests.conftest import Visitor, VisitorOf
from tests.registration.choices_stage import workshops
from tests.registration.stage import BY, TWO_WEEKS_BEFORE, Stage, convening, person, set_stage
from tests.routes.test_registration import HERE, said

TRAIN = "train QX-2152"
JOURNEY = {"arrives_at": "2017-11-13T18:40", "arrives_by": TRAIN, "leaves_at": "2017-11-15T17:00", "payer": "lab"}


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


def test_travel_is_kept_on_the_convenings_clocks_and_stands_in_the_form_again(
    database: Database, member: Visitor
) -> None:
    """Rule 14."""
    page = member.follow(f"{HERE}/travel", JOURNEY)
    assert "Travel is saved." in said(page.text)
    assert 'value="2017-11-13T18:40"' in page.text
    with database.read() as db:
        kept = db.exec(select(Travel)).one()
    assert (f"{kept.arrives_at:%d %H:%M}", kept.arrives_by, kept.payer) == ("13 23:40", TRAIN, "lab")


def test_travel_that_cannot_be_is_said_at_its_field_and_nothing_typed_is_lost(
    database: Database, member: Visitor
) -> None:
    answer = member.post(f"{HERE}/travel", {**JOURNEY, "leaves_at": "2017-11-13T08:00", "first_night": "soon"})
    assert answer.status_code == 422
    assert "A day looks like 2017-11-14." in answer.text
    answer = member.post(f"{HERE}/travel", {**JOURNEY, "leaves_at": "2017-11-13T08:00"})
    assert answer.status_code == 422
    assert "Leaving is not after arriving." in answer.text
    assert TRAIN in answer.text
    with database.read() as db:
        assert db.exec(select(Travel)).all() == []


def test_a_question_is_asked_answered_and_refused_at_its_field(
    database: Database, member: Visitor, question: int
) -> None:
    field = f"question-{question}"
    assert "Answer the organizers’ questions" in said(member.get(HERE).text)
    assert "Which bus?" in said(member.get(f"{HERE}/more").text)
    assert "This needs an answer." in (empty := member.post(f"{HERE}/answers", {})).text
    assert empty.status_code == 422
    assert "Choose one of the answers." in member.post(f"{HERE}/answers", {field: "Noon"}).text
    page = member.follow(f"{HERE}/answers", {field: "Late"})
    assert re.search(rf'name="{field}" value="Late" checked', page.text)
    with database.read() as db:
        assert db.exec(select(RegistrationAnswer.text)).all() == ["Late"]
    assert "Answer the organizers’ questions" not in said(member.get(HERE).text)


def test_a_session_is_chosen_with_its_places_said_and_a_full_one_is_refused(
    database: Database, stage: Stage, member: Visitor, visitor: VisitorOf
) -> None:
    with database.write() as db:
        laid = workshops(db, stage)
        register(db, convening(db, stage), person(db, stage, "oakland member 2"), by=BY)
        limit_choice(db, db.get_one(AgendaSession, laid["Equity"]), cap=1, by=BY)
    other = visitor(stage.people["oakland member 2"])
    assert "1 place left" in said(other.get(f"{HERE}/more").text)
    wanted = {"choice-Workshops": str(laid["Equity"])}
    assert "The choice is saved." in said(member.follow(f"{HERE}/choices", wanted).text)
    assert "Equity Wed 15 Nov, 10:00–11:00 EST" in said(other.get(f"{HERE}/more").text)
    full = other.post(f"{HERE}/choices", wanted)
    assert full.status_code == 422
    assert "Equity is full. You keep what you had; choose another." in full.text


def test_the_private_link_takes_all_of_it_and_reads_none_of_it_out(
    app: FastAPI, database: Database, stage: Stage, portal: BlockingPortal, question: int
) -> None:
    """Rule 12: and a form shown empty, sent empty, takes nothing away."""
    at, stranger = link_of(app, stage), Visitor(app, portal)
    stranger.follow(f"{at}/travel", JOURNEY)
    stranger.follow(f"{at}/answers", {f"question-{question}": "Late"})
    page = stranger.get(f"{at}/more").text
    assert TRAIN not in page
    assert "2017-11-13T18:40" not in page
    assert 'value="Late" checked' not in page
    stranger.follow(f"{at}/travel", dict.fromkeys(JOURNEY, ""))
    stranger.follow(f"{at}/answers", {f"question-{question}": ""})
    with database.read() as db:
        assert db.exec(select(Travel.arrives_by)).all() == [TRAIN]
        assert db.exec(select(RegistrationAnswer.text)).all() == ["Late"]


def test_a_facilitator_gives_travel_for_one_of_the_team(database: Database, stage: Stage, visitor: VisitorOf) -> None:
    address = f"{HERE}/team/oakland/{stage.people['oakland member 1']}"
    facilitator = visitor(stage.people["oakland facilitator"])
    assert f'href="{address}/more"' in facilitator.get(address).text
    page = facilitator.follow(f"{address}/travel", {"is_local": "yes"})
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
