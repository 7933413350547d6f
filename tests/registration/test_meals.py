"""Meal counts: who is there, by audience, presence and choice; names by explicit grant alone (rules 10 to 13)."""

import pytest
from sqlmodel import Session, select

from app.database import Database
from app.models import Person, PrivateNeeds, Registration, RegistrationState, Role, Seat, SessionChoice
from app.people.audit import verb
from app.people.viewer import Viewer
from app.registration.meals import Asked, Counted, meal_counts
from app.registration.needs import write_dietary
from app.registration.registrations import Details, cancel, register, registration_of
from tests.registration.meals_stage import MORNING, lay_tables
from tests.registration.stage import BY, Stage, convening, more_members, person


def come(database: Database, stage: Stage, who: str, **details: object) -> None:
    with database.write() as db:
        said = Details(**details)  # type: ignore[arg-type]
        register(db, convening(db, stage), person(db, stage, who), details=said, by=BY)


@verb
def choose(db: Session, stage: Stage, who: str, session_id: int, *, by: Viewer) -> None:
    registration = registration_of(db, convening(db, stage), stage.people[who])
    assert registration is not None
    db.add(SessionChoice(registration_id=registration.key, session_id=session_id, choice_group="dinner"))


@pytest.fixture
def tables(database: Database, stage: Stage) -> dict[str, int]:
    with database.write() as db:
        return lay_tables(db, stage, by=BY)


def test_each_meal_counts_those_of_its_audience_who_are_there_then(
    database: Database, stage: Stage, tables: dict[str, int]
) -> None:
    """Rule 11: the superintendent has left before lunch; who cancelled, and who only started, eats nothing."""
    come(database, stage, "oakland mayor", dietary=write_dietary(["vegan", "halal"], ""))
    come(database, stage, "salem mayor", dietary=write_dietary(["vegan"], "no chili"))
    come(database, stage, "oakland superintendent", dietary="kosher", windows=(MORNING,))
    come(database, stage, "staff", dietary="")
    come(database, stage, "expert")
    come(database, stage, "salem facilitator", dietary="vegan")
    with database.write() as db:
        gone = registration_of(db, convening(db, stage), stage.people["salem facilitator"])
        assert gone is not None
        cancel(db, gone, by=BY)
        choose(db, stage, "oakland mayor", tables["dinner"], by=BY)
    with database.read() as db:
        counts = meal_counts(db, convening(db, stage))
    assert [(meal.title, meal.rooms, meal.count) for meal in counts.meals] == [
        ("Lunch, unstructured", "Atrium", Counted(4, 3, (("vegan", 2), ("halal", 1)), 1)),
        ("Dinner by choice", "", Counted(1, 1, (("vegan", 1), ("halal", 1)), 0)),
        ("Mayors’ breakfast", "", Counted(2, 2, (("vegan", 2), ("halal", 1)), 1)),
        ("A closed session", "", Counted(2, 2, (("vegan", 2), ("halal", 1)), 1)),
    ]
    assert counts.whole == Counted(5, 4, (("vegan", 2), ("halal", 1), ("kosher", 1)), 1)
    assert {meal.named for meal in counts.meals} == {()}


def test_names_are_given_by_grant_and_only_of_those_who_allow_it(
    database: Database, stage: Stage, tables: dict[str, int]
) -> None:
    """Rule 12; of a session that excludes the lab nobody is named either (rule 13)."""
    come(database, stage, "oakland mayor", dietary="vegan", name_to_caterer=True)
    come(database, stage, "salem mayor", dietary="halal", name_to_caterer=False)
    come(database, stage, "oakland facilitator", dietary="", name_to_caterer=True)
    with database.read() as db:
        counts = meal_counts(db, convening(db, stage), with_names=True)
    asked = (Asked("Oakland Mayor", "vegan"),)
    assert [meal.named for meal in counts.meals] == [asked, (), asked, ()]
    assert counts.allow == 1


@verb
def seat_a_stranger(db: Session, stage: Stage, *, by: Viewer) -> None:
    """Somebody registered for Oakland's mayor's seat without holding it, as a substitute is; and a walk-in."""
    mayor = db.exec(select(Seat).join(Role).where(Seat.city_id == stage.cities["oakland"], Role.slug == "mayor")).one()
    for who, seat in (("oakland member 1", mayor.key), ("oakland member 2", None)):
        registration = registration_of(db, convening(db, stage), stage.people[who])
        assert registration is not None
        registration.person_id = _nobody(db, who)
        registration.seat_id = seat


def _nobody(db: Session, who: str) -> int:
    stranger = Person(name=f"Stranger for {who}")
    db.add(stranger)
    db.flush()
    return stranger.key


def test_a_substitute_eats_where_the_seat_does_and_a_walk_in_where_all_do(
    database: Database, stage: Stage, tables: dict[str, int]
) -> None:
    """Rule 10: by the seat they take, and not in a closed session."""
    come(database, stage, "oakland member 1", dietary="vegan")
    come(database, stage, "oakland member 2", dietary="")
    with database.write() as db:
        seat_a_stranger(db, stage, by=BY)
    with database.read() as db:
        counts = meal_counts(db, convening(db, stage))
        states = db.exec(select(Registration.state)).all()
    assert set(states) == {RegistrationState.SUBMITTED}
    assert [(meal.title, meal.count.coming) for meal in counts.meals] == [
        ("Lunch, unstructured", 2),
        ("Dinner by choice", 0),
        ("Mayors’ breakfast", 1),
        ("A closed session", 0),
    ]


def test_the_number_of_queries_is_the_same_for_ten_and_for_three_hundred(
    database: Database, stage: Stage, tables: dict[str, int], queries: list[str]
) -> None:
    """Habit 14."""
    counted = []
    for many in (4, 300):
        with database.write() as db:
            here = convening(db, stage)
            for one in more_members(db, stage, "salem", many, by=BY):
                db.add(one)
            _let_all_come(db, stage, by=BY)
        with database.read() as db:
            here = convening(db, stage)
            queries.clear()
            counts = meal_counts(db, here)
            counted.append((counts.whole.coming, len(queries)))
    assert [coming for coming, _ in counted] == [4 + 10 + 3, 4 + 300 + 10 + 3]
    assert counted[0][1] == counted[1][1]


@verb
def _let_all_come(db: Session, stage: Stage, *, by: Viewer) -> None:
    have = set(db.exec(select(Registration.person_id)))
    for person_id in db.exec(select(Person.id)).all():
        if person_id not in have and person_id is not None:
            row = Registration(convening_id=stage.convening, person_id=person_id, state=RegistrationState.SUBMITTED)
            db.add(row)
            db.flush()
            row.needs = PrivateNeeds(registration_id=row.key, dietary="vegan", answered=True)
