"""Cities: members from a day to a day, with seats and a cabinet."""

from collections.abc import Iterator
from datetime import date

import pytest
from sqlmodel import Session

from app.database import Database
from app.models import Standing
from app.people import cities, cohorts
from app.people.audit import Refused, verb
from app.people.viewer import Viewer
from tests.people.rows import BY, NOVEMBER, Town, found, seat


@pytest.fixture
def db(database: Database) -> Iterator[Session]:
    with database.write() as db:
        yield db


@pytest.fixture
def town(db: Session) -> Town:
    return found(db, by=BY)


@verb
def leave(db: Session, town: Town, name: str, on: date, *, by: Viewer) -> None:
    membership = cities.membership_of(db, town.cohort.key, town.cities[name].key)
    assert membership is not None
    membership.left_on = on


def test_a_city_that_left_is_of_the_cohort_and_no_longer_active_the_day_after(db: Session, town: Town) -> None:
    leave(db, town, "Salem", NOVEMBER, by=BY)
    cohort_id = town.cohort.key
    assert [city.name for city in cities.cities_of(db, cohort_id)] == ["Oakland", "Salem"]
    assert [city.name for city in cities.cities_of(db, cohort_id, NOVEMBER)] == ["Oakland", "Salem"]
    assert [city.name for city in cities.cities_of(db, cohort_id, date(2017, 11, 15))] == ["Oakland"]


def test_a_new_city_has_districts_an_empty_cabinet_and_the_cohorts_zone(db: Session, town: Town) -> None:
    city = cities.add_city(
        db, town.cohort, name="Newton", state="MA", joined_on=NOVEMBER, districts=["Newton Public Schools", " "], by=BY
    )
    cabinet = cities.cabinet_of(db, city.key)
    assert (city.slug, city.zone) == ("newton", "America/New_York")
    assert [district.name for district in city.districts] == ["Newton Public Schools"]
    assert cabinet is not None
    assert cabinet.goals == []


def test_a_city_on_record_an_unknown_zone_and_no_name_are_refused(db: Session, town: Town) -> None:
    wrong = [("oakland by all means", "", "name"), ("Newton", "Nowhere/Land", "zone"), (" ", "", "name")]
    for name, zone, field in wrong:
        with pytest.raises(Refused) as refused:
            cities.add_city(db, town.cohort, name=name, zone=zone, joined_on=NOVEMBER, by=BY)
        assert refused.value.field == field


def test_a_seat_of_another_cohorts_role_is_refused(db: Session, town: Town) -> None:
    other = found(db, slug="other", by=BY)
    with pytest.raises(Refused, match="a role of another cohort"):
        cohorts.add_seat(db, town.cohort, other.roles["mayor"], city=town.cities["Salem"], by=BY)


def test_a_new_role_comes_last_and_may_not_be_added_twice(db: Session, town: Town) -> None:
    role = cohorts.add_role(db, town.cohort, name="Data lead", standing=Standing.MEMBER, by=BY)
    assert [one.name for one in cohorts.roles_of(db, town.cohort.key)][-1] == "Data lead"
    assert role.plural == "Data leads"
    with pytest.raises(Refused, match="has the role “data LEAD” already"):
        cohorts.add_role(db, town.cohort, name="data  LEAD", by=BY)


def test_the_seats_of_a_city_say_who_holds_them_who_held_them_and_who_is_next(db: Session, town: Town) -> None:
    seat(db, town, "Ruth Adler", "Salem", "mayor", ends_on=date(2017, 12, 31), by=BY)
    seat(db, town, "Tomás Nuñez", "Salem", "mayor", starts_on=date(2018, 1, 1), by=BY)
    lines = cities.seats_of(db, town.cohort.key, city_id=town.cities["Salem"].key, on=NOVEMBER)
    assert [(line.seat.title, line.state) for line in lines] == [
        ("Mayor", "filled"),
        ("Superintendent", "vacant"),
        ("Facilitator", "vacant"),
    ]
    mayor = lines[0]
    assert mayor.holder is not None
    assert (mayor.holder.person.name, [one.person.name for one in mayor.others]) == ("Ruth Adler", ["Tomás Nuñez"])


def test_the_lab_is_the_seats_without_a_city(db: Session, town: Town) -> None:
    lines = cities.seats_of(db, town.cohort.key, city_id=None, on=NOVEMBER)
    assert [line.seat.title for line in lines] == ["Organizer"]


def test_goals_are_set_in_order_and_those_left_out_go(db: Session, town: Town) -> None:
    city = cities.add_city(db, town.cohort, name="Newton", joined_on=NOVEMBER, by=BY)
    cabinet = cities.cabinet_of(db, city.key)
    assert cabinet is not None
    cities.edit_cabinet(db, cabinet, name="", stage="Cabinet process", goals=["One", "Two", " ", "Three"], by=BY)
    assert [goal.text for goal in cabinet.goals] == ["One", "Two", "Three"]
    cities.edit_cabinet(db, cabinet, name="The Council", stage="", goals=["Two", "One"], by=BY)
    db.expire_all()
    again = cities.cabinet_of(db, city.key)
    assert again is not None
    assert (again.name, [goal.text for goal in again.goals]) == ("The Council", ["Two", "One"])


def test_every_seat_of_a_cohort_is_read_in_as_many_queries_however_many_there_are(
    db: Session, town: Town, queries: list[str]
) -> None:
    cohort_id = town.cohort.key

    def count() -> int:
        db.expire_all()
        queries.clear()
        cities.seat_lines(db, cohort_id, on=NOVEMBER)
        return len(queries)

    seat(db, town, "Ruth Adler", "Salem", "mayor", by=BY)
    few = count()
    for number in range(100):
        mayor = town.roles["mayor"]
        town.seats[str(number), "mayor"] = cohorts.add_seat(db, town.cohort, mayor, city=town.cities["Salem"], by=BY)
        seat(db, town, f"Person {number}", str(number), "mayor", by=BY)
    assert count() == few


def test_a_city_called_like_a_page_has_an_address_of_its_own(database: Database) -> None:
    with database.write() as db:
        town = found(db, by=BY)
        city = cities.add_city(db, town.cohort, name="Read", joined_on=NOVEMBER, by=BY)
        assert (city.name, city.slug) == ("Read", "read-city")
        with pytest.raises(Refused, match="Read is on record already"):
            cities.add_city(db, town.cohort, name="Read", joined_on=NOVEMBER, by=BY)
