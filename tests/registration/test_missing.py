"""What is missing of a registration is one rule, wherever it is said: card, board, list, reminders and what is due."""

from datetime import UTC, datetime

import pytest
from sqlmodel import Session, select

from app.database import Database
from app.models import (
    City,
    Convening,
    Registration,
    RegistrationQuestion,
    RegistrationState,
    ReminderKind,
    Role,
)
from app.people.audit import verb
from app.people.viewer import Viewer
from app.registration.board import board
from app.registration.due import due_from
from app.registration.everybody import everybody
from app.registration.missing import Lack, lacks_among, where_said
from app.registration.open_matters import comers, open_matters
from app.registration.question_answers import answer_questions
from app.registration.registrations import Details, register
from app.registration.teams import team
from app.registration.travel import TravelDetails, keep_travel
from tests.registration.stage import BY, Stage, convening, more_members, person, set_stage, viewer

EVERYTHING = Details(dietary="", access="", photo_consent=True, notices_read=True)
ARRIVES, LEAVES = datetime(2017, 11, 13, 22, tzinfo=UTC), datetime(2017, 11, 15, 22, tzinfo=UTC)


@verb
def ask_all(db: Session, here: Convening, *, by: Viewer) -> int:
    """Notices, a question that mayors have to answer, and one that nobody has to."""
    here.records_notice = "What you write may have to be disclosed."
    mayors = db.exec(select(Role).where(Role.slug == "mayor")).one()
    needed = RegistrationQuestion(convening_id=here.key, text="Who drives?", required=True, role_ids=[mayors.key])
    db.add_all([needed, RegistrationQuestion(convening_id=here.key, text="Anything else?")])
    db.flush()
    return needed.key


def lacks_of(db: Session, stage: Stage, who: str) -> tuple[Lack, ...]:
    here = convening(db, stage)
    rows = db.exec(select(Registration).where(Registration.person_id == stage.people[who])).all()
    return next(iter(lacks_among(db, here, rows).values()), ())


def test_each_answer_takes_its_own_thing_off_the_list(database: Database, stage: Stage) -> None:
    with database.write() as db:
        here = convening(db, stage)
        needed = ask_all(db, here, by=BY)
        mayor = register(db, here, person(db, stage, "oakland mayor"), by=BY)
        db.flush()
        assert lacks_of(db, stage, "oakland mayor") == tuple(Lack)
        register(db, here, mayor.person, details=Details(photo_consent=False, notices_read=True), by=BY)
        assert lacks_of(db, stage, "oakland mayor") == (Lack.FOOD, Lack.QUESTIONS, Lack.TRAVEL)
        register(db, here, mayor.person, details=Details(access=""), by=BY)
        keep_travel(db, mayor, TravelDetails(arrives_at=ARRIVES), by=BY)
        assert lacks_of(db, stage, "oakland mayor") == (Lack.QUESTIONS, Lack.TRAVEL)
        keep_travel(db, mayor, TravelDetails(leaves_at=LEAVES), only=("leaves_at",), by=BY)
        assert lacks_of(db, stage, "oakland mayor") == (Lack.QUESTIONS,)
        answer_questions(db, mayor, {needed: "I do"}, by=BY)
        db.flush()
        assert lacks_of(db, stage, "oakland mayor") == ()


def test_only_the_roles_that_are_asked_owe_an_answer(database: Database, stage: Stage) -> None:
    with database.write() as db:
        here = convening(db, stage)
        ask_all(db, here, by=BY)
        for who in ("oakland mayor", "oakland member 1", "expert"):
            register(db, here, person(db, stage, who), details=EVERYTHING, by=BY)
        db.flush()
        assert lacks_of(db, stage, "oakland mayor") == (Lack.QUESTIONS, Lack.TRAVEL)
        assert lacks_of(db, stage, "oakland member 1") == (Lack.TRAVEL,)
        assert lacks_of(db, stage, "expert") == (Lack.TRAVEL,)


@verb
def put(
    db: Session, registration: Registration, state: RegistrationState, *, walk_in: bool = False, by: Viewer
) -> None:
    registration.state, registration.walk_in = state, walk_in
    db.add(registration)


@pytest.mark.parametrize("state", list(RegistrationState))
def test_only_who_has_a_place_owes_it_and_travel_only_who_is_sure_to_come(
    database: Database, stage: Stage, state: RegistrationState
) -> None:
    with database.write() as db:
        put(db, register(db, convening(db, stage), person(db, stage, "salem mayor"), by=BY), state, by=BY)
        db.flush()
        form = (Lack.FOOD, Lack.PHOTO)
        owed = {RegistrationState.PENDING: form, RegistrationState.SUBMITTED: (*form, Lack.TRAVEL)}
        assert lacks_of(db, stage, "salem mayor") == owed.get(state, ())


def test_a_walk_in_owes_nothing(database: Database, stage: Stage) -> None:
    with database.write() as db:
        here = convening(db, stage)
        mayor = register(db, here, person(db, stage, "salem mayor"), by=BY)
        put(db, mayor, RegistrationState.SUBMITTED, walk_in=True, by=BY)
        db.flush()
        assert lacks_of(db, stage, "salem mayor") == ()


def test_card_board_list_reminders_and_due_say_the_same_of_everybody(database: Database, stage: Stage) -> None:
    with database.write() as db:
        here = convening(db, stage)
        ask_all(db, here, by=BY)
        register(db, here, person(db, stage, "oakland mayor"), by=BY)
        register(db, here, person(db, stage, "oakland superintendent"), details=EVERYTHING, by=BY)
        complete = register(db, here, person(db, stage, "oakland member 1"), details=EVERYTHING, by=BY)
        keep_travel(db, complete, TravelDetails(is_local=True), by=BY)
        put(db, register(db, here, person(db, stage, "oakland member 2"), by=BY), RegistrationState.WAITING, by=BY)
    with database.read() as db:
        here = convening(db, stage)
        rows = db.exec(select(Registration)).all()
        by_row = lacks_among(db, here, rows)
        rule = {row.person_id: by_row[row.key] for row in rows if row.key in by_row}
        assert {name for name, number in stage.people.items() if number in rule} == {
            "oakland mayor",
            "oakland superintendent",
        }
        cards = team(db, here, db.get_one(City, stage.cities["oakland"])).cards
        assert {card.person_id: card.missing for card in cards if card.missing} == rule
        people = everybody(db, here)
        assert {one.person_id: one.missing for one in people if one.missing} == rule
        assert board(db, here, people).total.incomplete == len(rule)
        matters = open_matters(db, here, comers(db, here))
        kinds = (ReminderKind.INCOMPLETE, ReminderKind.NO_TRAVEL)
        told = {
            number: tuple(word for kind in kinds if (one := matters[kind].get(number)) for word in one.missing)
            for number in rule
        }
        assert told == rule
        mayor, superintendent = (
            due_from(db, viewer(db, stage, f"oakland {who}")) for who in ("mayor", "superintendent")
        )
    assert [one.detail for one in mayor] == [f"Missing: {', '.join(Lack)}"]
    assert [one.url.rpartition("/")[2] for one in (*mayor, *superintendent)] == ["form", "more"]


def test_the_link_leads_to_where_the_first_of_it_is_said() -> None:
    assert [where_said([lack]) for lack in Lack] == ["form", "form", "form", "more", "more"]
    assert where_said([Lack.PHOTO, Lack.TRAVEL]) == "form"


@pytest.mark.usefixtures("_in_time")
def test_it_costs_as_many_queries_for_sixty_as_for_one(database: Database, queries: list[str]) -> None:
    """Habit 14."""
    counts, stage = [], set_stage(database, cap=100)
    with database.write() as db:
        ask_all(db, convening(db, stage), by=BY)
    for more in (1, 60):
        with database.write() as db:
            for member in more_members(db, stage, "oakland", more, by=BY):
                register(db, convening(db, stage), member, details=Details(dietary="vegan"), by=BY)
        with database.read() as db:
            here, rows = convening(db, stage), db.exec(select(Registration)).all()
            queries.clear()
            found = lacks_among(db, here, rows)
            counts.append(len(queries))
    assert (counts[0], len(found)) == (counts[1], 61)
