"""Substitution in a browser: looked at before it is done, done, told, taken back (rule 10)."""

import re
from collections.abc import Iterator

import pytest
import time_machine
from fastapi import FastAPI
from sqlmodel import select

from app.database import Database
from app.models import OutboxLetter, Person, Registration, RegistrationState, Substitution
from app.registration.registrations import register
from tests.conftest import VisitorOf
from tests.registration.meals_stage import lay_tables
from tests.registration.stage import BY, Stage, convening, person, set_stage
from tests.registration.test_substitutions import ELEVEN_AT_NIGHT, PRIVATE, let_the_lab_in
from tests.routes.test_registration import said

HERE = "/by-all-means/convenings/2017-fall/registration"
AT = f"{HERE}/substitutions"


@pytest.fixture(autouse=True)
def _at_night() -> Iterator[None]:
    with time_machine.travel(ELEVEN_AT_NIGHT, tick=True):
        yield


@pytest.fixture
def stage(app: FastAPI) -> Stage:
    stage = set_stage(app.state.database)
    with app.state.database.write() as db:
        for who in ("oakland mayor", "salem mayor"):
            register(db, convening(db, stage), person(db, stage, who), details=PRIVATE, by=BY)
        let_the_lab_in(db, lay_tables(db, stage, by=BY)["closed"], by=BY)
    return stage


def number_of(database: Database, stage: Stage, who: str) -> int:
    with database.read() as db:
        return db.exec(select(Registration).where(Registration.person_id == stage.people[who])).one().key


def letters(database: Database) -> list[tuple[str, str]]:
    with database.read() as db:
        return sorted((one.purpose, one.recipient) for one in db.exec(select(OutboxLetter)))


def rows(database: Database) -> int:
    with database.read() as db:
        return len(db.exec(select(Substitution)).all())


def test_what_changes_is_read_before_it_is_done_and_reading_changes_nothing(
    database: Database, stage: Stage, visitor: VisitorOf
) -> None:
    """Rule 10: what passes on, what does not, which closed sessions could be granted, what is printed, who is told."""
    organizer, number = visitor(stage.people["organizer"]), number_of(database, stage, "oakland mayor")
    first = said(organizer.get(f"{AT}/new?registration={number}").text)
    assert "Oakland Member 1" in first
    assert "Salem" not in first
    page = organizer.get(f"{AT}/new?registration={number}&coming=new&name=Dee+Puty&email=dee@example.org")
    assert page.status_code == 200
    words = said(page.text)
    for line in (
        "Dee Puty for Oakland Mayor",
        "The seat in the audiences of this convening: mayor",
        "When they are there: Tue 14 Nov, until 12:30",
        "the one who comes is asked for their own",
        "approval of the city’s update",
        "The secret supper",
        "One badge, with a code of its own",
        "Oakland Facilitator",
    ):
        assert line in words
    assert "QX" not in page.text  # rule 12
    assert (rows(database), letters(database)) == (0, [])
    with database.read() as db:
        assert db.exec(select(Person).where(Person.name == "Dee Puty")).first() is None


def test_one_button_at_night_then_letters_the_list_and_the_way_back(
    database: Database, stage: Stage, visitor: VisitorOf
) -> None:
    """Rule 10, by the city's own facilitator at 23:00."""
    facilitator, number = visitor(stage.people["oakland facilitator"]), number_of(database, stage, "oakland mayor")
    form = {
        "registration": str(number),
        "coming": "new",
        "name": "Dee Puty",
        "email": "Dee@Example.org",
        "reason": "flu",
    }
    page = said(facilitator.follow(AT, form).text)
    assert "Dee Puty comes in the place of Oakland Mayor. Print one badge." in page
    assert letters(database) == [
        ("substitution-coming", "Dee Puty <dee@example.org>"),
        ("substitution-leaving", "Oakland Mayor <oakland.mayor@example.org>"),
        ("substitution-team", "Oakland Facilitator <oakland.facilitator@example.org>"),
    ]
    with database.read() as db:
        text = next(one.text for one in db.exec(select(OutboxLetter)) if one.purpose == "substitution-coming")
        assert re.search(r"/registration/by-link/[\w.-]{20,}\n", text)
        made = db.exec(select(Substitution)).one()
    again = facilitator.post(AT, form)
    assert again.status_code == 422
    assert "Dee Puty comes in the place of Oakland Mayor already." in said(again.text)
    assert rows(database) == 1
    team = said(facilitator.get(f"{HERE}/team/oakland").text)
    assert "In the place of Oakland Mayor" in team
    board = said(visitor(stage.people["organizer"]).get(AT).text)
    assert "flu" in board
    back = said(facilitator.follow(f"{AT}/{made.key}/withdrawal").text)
    assert "Oakland Mayor has the place again." in back
    assert "Taken back" in back
    assert "That was taken back already." in said(facilitator.follow(f"{AT}/{made.key}/withdrawal").text)
    with database.read() as db:
        leaving = db.get_one(Registration, number)
        assert (leaving.state, leaving.reason) == (RegistrationState.SUBMITTED, "")


def test_other_cities_and_other_people_may_not(database: Database, stage: Stage, visitor: VisitorOf) -> None:
    """Rule 10: the facilitator of another city, members and the mayor are refused, to look and to do."""
    number = number_of(database, stage, "oakland mayor")
    form = {"registration": str(number), "coming": str(stage.people["oakland member 1"])}
    for who in ("salem facilitator", "oakland member 1", "oakland mayor", "staff"):
        denied = visitor(stage.people[who])
        assert denied.get(f"{AT}/new?registration={number}").status_code == 403, who
        assert denied.post(AT, form).status_code == 403, who
    done = visitor(stage.people["organizer"])
    done.follow(AT, form)
    assert "Oakland" not in said(visitor(stage.people["salem facilitator"]).get(AT).text)
    with database.read() as db:
        made = db.exec(select(Substitution)).one().key
    assert visitor(stage.people["salem facilitator"]).post(f"{AT}/{made}/withdrawal").status_code == 403


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"coming": "new", "name": "", "email": "dee@example.org"}, "name"),
        ({"coming": "new", "name": "Dee " + "P" * 250, "email": "no address"}, "email"),
        ({"coming": "new", "name": "Dee", "email": ""}, "email"),
        ({"coming": "x"}, "coming"),
        ({"coming": ""}, "coming"),
        ({"coming": "99999999"}, "coming"),
    ],
)
def test_a_mistake_is_said_at_its_field_and_nothing_typed_is_lost(
    typed: dict[str, str], field: str, database: Database, stage: Stage, visitor: VisitorOf
) -> None:
    number = number_of(database, stage, "oakland mayor")
    answer = visitor(stage.people["organizer"]).post(AT, {"registration": str(number), **typed, "reason": "a storm"})
    assert answer.status_code == 422
    assert f'id="f-{field}-error"' in answer.text
    if typed.get("name"):
        assert typed["name"] in answer.text
    assert rows(database) == 0


def test_a_name_that_is_typed_while_nobody_is_chosen_is_somebody_new(
    database: Database, stage: Stage, visitor: VisitorOf
) -> None:
    organizer, number = visitor(stage.people["organizer"]), number_of(database, stage, "oakland mayor")
    typed = f"{AT}/new?registration={number}&name=Dee+Puty"
    assert "Say the e-mail address" in said(organizer.get(typed).text)
    assert "Dee Puty for Oakland Mayor" in said(organizer.get(f"{typed}&email=dee@example.org").text)
    chosen = f"{typed}&email=dee@example.org&coming={stage.people['oakland member 1']}"
    assert "Oakland Member 1 for Oakland Mayor" in said(organizer.get(chosen).text), "who is chosen comes"


def test_an_address_that_is_known_is_that_person(database: Database, stage: Stage, visitor: VisitorOf) -> None:
    number = number_of(database, stage, "oakland mayor")
    form = {"registration": str(number), "coming": "new", "name": "M.", "email": "oakland.member.1@example.org"}
    page = said(visitor(stage.people["organizer"]).follow(AT, form).text)
    assert "Oakland Member 1 comes in the place of Oakland Mayor." in page


def test_numbers_that_nobody_has_are_not_found(stage: Stage, visitor: VisitorOf) -> None:
    organizer = visitor(stage.people["organizer"])
    for number in ("", "x", "0", "99999", "9" * 30):
        assert organizer.get(f"{AT}/new?registration={number}").status_code == 404
    assert "Nobody is replaced" in said(organizer.get(AT).text)


def test_the_list_asks_as_much_for_one_as_for_many(
    database: Database, stage: Stage, visitor: VisitorOf, queries: list[str]
) -> None:
    """Habit 14."""
    organizer, counts = visitor(stage.people["organizer"]), []
    leaving = number_of(database, stage, "oakland mayor")
    for round_number in range(6):
        form = {
            "registration": str(leaving),
            "coming": "new",
            "name": f"Dee {round_number}",
            "email": f"d{round_number}@x.org",
        }
        organizer.follow(AT, form)
        with database.read() as db:
            leaving = db.exec(select(Substitution).order_by(Substitution.id.desc())).first().coming_id  # type: ignore[union-attr]
        if round_number in (0, 5):
            for page in (AT, f"{HERE}/team/oakland"):
                queries.clear()
                organizer.get(page)
                counts.append(len(queries))
    assert counts[:2] == counts[2:]
