"""Registering by a private link, without an account: rules 12, 13 and 21."""

import re
from collections.abc import Iterator

import pytest
import time_machine
from anyio.from_thread import BlockingPortal
from fastapi import FastAPI
from sqlmodel import col, select

from app.database import Database
from app.files import files_of
from app.models import AuditEntry, OutboxLetter, Registration, RegistrationState
from app.registration.registrations import register
from app.registration.terms import set_opening
from tests.conftest import Visitor, VisitorOf
from tests.registration.stage import BY, TWO_WEEKS_BEFORE, Stage, convening, person, set_stage
from tests.routes.test_registration import FOOD, HERE, RAMP, asked_by, of, said


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


def team(stage: Stage, who: str) -> str:
    return f"{HERE}/team/oakland/{stage.people[who]}"


def addresses(database: Database) -> list[str]:
    """The private addresses in the letters, in the order they were written."""
    with database.read() as db:
        texts = db.exec(select(OutboxLetter.text).order_by(col(OutboxLetter.id)))
        return [found for text in texts for found in re.findall(r"http://127\.0\.0\.1:8000(\S+/by-link/\S+)", text)]


@pytest.fixture
def link(database: Database, stage: Stage, facilitator: Visitor) -> str:
    facilitator.follow(f"{team(stage, 'oakland member 1')}/invitation")
    (address,) = addresses(database)
    return address


def test_a_stranger_at_the_keyboard_registers_by_the_letters_address_alone(
    app: FastAPI, database: Database, stage: Stage, portal: BlockingPortal, link: str
) -> None:
    person = Visitor(app, portal)
    page = person.get(link)
    assert page.status_code == 200
    assert "Oakland Member 1" in said(page.text)
    answers = {"dietary_words": FOOD, "access": RAMP, "photo": "yes", "listed": "no"}
    done = person.follow(link, {"asks": asked_by(page.text), **answers})
    assert "You have a place" in said(done.text)
    mine = of(database, stage, "oakland member 1")
    assert mine.needs
    assert (mine.state, mine.needs.access, mine.listed) == (RegistrationState.SUBMITTED, RAMP, False)
    with database.read() as db:
        who = set(db.exec(select(AuditEntry.by).where(AuditEntry.subject == "registration")))
    assert "Oakland Member 1, by private link" in who


def test_what_was_given_is_never_read_out_by_the_link(
    app: FastAPI, stage: Stage, portal: BlockingPortal, link: str
) -> None:
    """Rule 12: a letter is passed on."""
    person = Visitor(app, portal)
    contact = {"emergency_name": "QX-SAM-9", "emergency_phone": "617 555 0177"}
    person.follow(link, {"asks": asked_by(person.get(link).text), "dietary_words": FOOD, "access": RAMP, **contact})
    for page in (person.get(link).text, person.get(f"{link}/form").text):
        for private in (FOOD, RAMP, "QX-SAM-9", "555 0177"):
            assert private not in page
    person.follow(link, {"asks": asked_by(person.get(f"{link}/form").text)})
    kept = of(app.state.database, stage, "oakland member 1").needs
    assert kept
    assert (kept.access, kept.dietary, kept.emergency_name) == (RAMP, FOOD, "QX-SAM-9")


def test_who_leaves_food_and_access_empty_by_the_link_has_answered_that_nothing_is_needed(
    app: FastAPI, stage: Stage, portal: BlockingPortal, link: str
) -> None:
    person = Visitor(app, portal)
    done = person.follow(link, {"asks": asked_by(person.get(link).text), "photo": "yes"})
    assert "Finish:" not in said(done.text)
    kept = of(app.state.database, stage, "oakland member 1").needs
    assert kept
    assert (kept.answered, kept.dietary, kept.access) == (True, "", "")


def test_to_open_the_address_changes_nothing_and_goes_nowhere_else(
    app: FastAPI, database: Database, stage: Stage, portal: BlockingPortal, link: str
) -> None:
    page = Visitor(app, portal).get(link)
    assert of(database, stage, "oakland member 1").state is RegistrationState.INVITED
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "private, no-store"
    assert "noindex" in page.headers["x-robots-tag"]


def test_a_renewed_link_opens_and_the_one_before_no_longer_does(
    app: FastAPI, database: Database, stage: Stage, portal: BlockingPortal, facilitator: Visitor, link: str
) -> None:
    facilitator.follow(f"{team(stage, 'oakland member 1')}/link")
    old, new = addresses(database)
    stranger = Visitor(app, portal)
    assert [stranger.get(one).status_code for one in (old, new, f"{new}x")] == [410, 200, 404]
    assert stranger.post(old, {}).status_code == 410
    assert of(database, stage, "oakland member 1").state is RegistrationState.INVITED


def test_no_file_is_kept_for_whoever_holds_no_good_link(
    app: FastAPI, stage: Stage, portal: BlockingPortal, facilitator: Visitor, link: str
) -> None:
    """Files are kept before the transaction begins; who may not is refused before that."""
    sent = {"question-1": ("cv.pdf", b"%PDF-1.7 mine", "application/pdf")}
    facilitator.follow(f"{team(stage, 'oakland member 1')}/link")
    stranger = Visitor(app, portal)
    assert [stranger.post(f"{one}/answers", files=sent).status_code for one in (link, f"{link}x")] == [410, 404]
    assert list(files_of(app.state.settings).digests()) == []


def test_a_link_opens_its_own_convening_only(app: FastAPI, portal: BlockingPortal, link: str) -> None:
    other = link.replace("/2017-fall/", "/2018-spring/")
    assert Visitor(app, portal).get(other).status_code == 404


def test_an_organizers_own_link_has_no_organizers_rights(
    app: FastAPI, database: Database, stage: Stage, portal: BlockingPortal, link: str, visitor: VisitorOf
) -> None:
    """After the closing an organizer can still register; whoever holds a link cannot, organizers' browser or not."""
    with database.write() as db:
        set_opening(db, convening(db, stage), opens_at=None, closes_at=TWO_WEEKS_BEFORE, by=BY)
    for at_the_keyboard in (Visitor(app, portal), visitor(stage.people["organizer"])):
        answer = at_the_keyboard.post(link, {"asks": []})
        assert answer.status_code == 422
        assert "Registration for Fall convening closed on" in answer.text
    assert of(database, stage, "oakland member 1").state is RegistrationState.INVITED


def test_regrets_by_the_link_are_kept_with_their_reason(
    app: FastAPI, database: Database, stage: Stage, portal: BlockingPortal, link: str
) -> None:
    done = Visitor(app, portal).follow(f"{link}/regrets", {"reason": "A vote"})
    assert "You are not expected" in said(done.text)
    assert (of(database, stage, "oakland member 1").state, of(database, stage, "oakland member 1").reason) == (
        RegistrationState.DECLINED,
        "A vote",
    )


def test_all_who_were_not_asked_are_invited_once_each_by_an_address_of_their_own(
    database: Database, stage: Stage, facilitator: Visitor
) -> None:
    with database.write() as db:
        register(db, convening(db, stage), person(db, stage, "oakland mayor"), by=BY)
    assert "4 invited." in said(facilitator.follow(f"{HERE}/team/oakland/invitations").text)
    assert "Everybody was invited before." in said(facilitator.follow(f"{HERE}/team/oakland/invitations").text)
    assert len(set(addresses(database))) == len(addresses(database)) == 4
    with database.read() as db:
        states = db.exec(select(Registration.state).where(Registration.city_id == stage.cities["oakland"])).all()
    assert sorted(states) == ["invited"] * 4 + ["submitted"]
