"""Finding people, adding them, and letting somebody act for somebody."""

from collections.abc import Iterator
from datetime import date

import pytest
from sqlmodel import Session

from app.database import Database
from app.people import directory
from app.people.audit import Refused
from app.people.directory import Sought
from app.people.names import checked_name, matches, slug_of, sort_name
from tests.people.rows import BY, NOVEMBER, Town, found, seat


@pytest.fixture
def db(database: Database) -> Iterator[Session]:
    with database.write() as db:
        yield db


@pytest.fixture
def town(db: Session) -> Town:
    town = found(db, by=BY)
    seat(db, town, "Imani Okafor", "Oakland", "mayor", by=BY)
    seat(db, town, "Tomás Nuñez", "Salem", "mayor", by=BY)
    seat(db, town, "Łucja Żółw", "Oakland", "facilitator", by=BY)
    seat(db, town, "Jo Park", "Salem", "superintendent", ends_on=date(2017, 10, 31), by=BY)
    return town


def names(db: Session, town: Town, sought: Sought) -> list[str]:
    return [one.name for one in directory.current_people(db, town.cohort.key, NOVEMBER, sought)]


@pytest.mark.each_database
@pytest.mark.parametrize(
    ("words", "who"),
    [
        ("nunez", ["Tomás Nuñez"]),
        ("NUÑEZ tom", ["Tomás Nuñez"]),
        ("żołw", ["Łucja Żółw"]),
        ("mayor oakland", ["Imani Okafor"]),
        ("jo park", []),
        ("", ["Imani Okafor", "Tomás Nuñez", "Łucja Żółw"]),
        ("%", []),
    ],
)
def test_people_are_found_by_words_whatever_accents_and_case(
    db: Session, town: Town, words: str, who: list[str]
) -> None:
    assert names(db, town, Sought(words)) == who


def test_role_and_city_narrow_a_list_together(db: Session, town: Town) -> None:
    mayor, oakland = town.roles["mayor"].key, town.cities["Oakland"].key
    assert names(db, town, Sought(role_id=mayor)) == ["Imani Okafor", "Tomás Nuñez"]
    assert names(db, town, Sought(city_id=oakland)) == ["Imani Okafor", "Łucja Żółw"]
    assert names(db, town, Sought(role_id=mayor, city_id=oakland)) == ["Imani Okafor"]


def test_those_without_a_seat_are_the_former_and_the_new_and_nobody_of_another_cohort(db: Session, town: Town) -> None:
    other = found(db, slug="other", by=BY)
    seat(db, other, "Mayor of elsewhere", "Oakland", "mayor", by=BY)
    directory.add_person(db, name="New Person", by=BY)
    unseated = directory.unseated_people(db, town.cohort.key, NOVEMBER)
    assert [person.name for person in unseated] == ["Jo Park", "New Person"]


def test_a_person_of_another_cohort_only_has_no_page_here(db: Session, town: Town) -> None:
    other = found(db, slug="other", by=BY)
    stranger = seat(db, other, "Mayor of elsewhere", "Oakland", "mayor", by=BY)
    assert directory.person_with_tenures(db, town.cohort.key, stranger.key) is None
    assert directory.person_with_tenures(db, other.cohort.key, stranger.key) is not None


def test_an_address_is_kept_in_one_form_and_given_to_one_person(db: Session, town: Town) -> None:
    added = directory.add_person(db, name="  Ada   Roth ", email=" Ada.Roth@Lab.Example ", by=BY)
    assert (added.name, added.sort_name, added.email) == ("Ada Roth", "Roth, Ada", "ada.roth@lab.example")
    with pytest.raises(Refused, match="Ada Roth has this address") as refused:
        directory.add_person(db, name="Another", email="ADA.ROTH@lab.example", by=BY)
    assert refused.value.field == "email"
    assert [one.name for one in directory.all_people(db)].count("Another") == 0


@pytest.mark.parametrize("email", ["ada", "ada@", "@lab.example", "a b@lab.example", "ada@lab\n.example"])
def test_what_is_no_address_is_refused_at_its_field(db: Session, email: str) -> None:
    with pytest.raises(Refused, match="looks like") as refused:
        directory.add_person(db, name="Ada", email=email, by=BY)
    assert refused.value.field == "email"


def test_names_of_three_hundred_characters_are_kept_and_longer_ones_refused(db: Session) -> None:
    assert directory.add_person(db, name="x" * 300, by=BY).name == "x" * 300
    with pytest.raises(Refused, match="this one has 301"):
        directory.add_person(db, name="x" * 301, by=BY)
    with pytest.raises(Refused, match="Say the name"):
        directory.add_person(db, name=" \t ", by=BY)


def test_an_unknown_zone_is_refused_at_its_field(db: Session) -> None:
    with pytest.raises(Refused, match="Mars/Olympus") as refused:
        directory.add_person(db, name="Ada", zone="Mars/Olympus", by=BY)
    assert refused.value.field == "zone"


def test_an_assistant_acts_from_today_until_it_is_ended(db: Session, town: Town) -> None:
    imani, jo = town.people["Imani Okafor"], town.people["Jo Park"]
    assert jo.email is not None
    assistance = directory.add_assistant(db, imani, email=jo.email.upper(), by=BY)
    assert [one.assistant.name for one in directory.assistants_of(db, imani.key)] == ["Jo Park"]
    with pytest.raises(Refused, match="acts for you already"):
        directory.add_assistant(db, imani, email=jo.email, by=BY)
    directory.end_assistance(db, assistance, by=BY)
    assert list(directory.assistants_of(db, imani.key)) == []


def test_nobody_assists_themselves_and_a_new_assistant_needs_a_name(db: Session, town: Town) -> None:
    imani = town.people["Imani Okafor"]
    with pytest.raises(Refused, match="your own address"):
        directory.add_assistant(db, imani, email=imani.email or "", by=BY)
    with pytest.raises(Refused, match="Say their name too") as refused:
        directory.add_assistant(db, imani, email="new@city.example", by=BY)
    assert refused.value.field == "name"
    added = directory.add_assistant(db, imani, email="new@city.example", name="Noor Aziz", by=BY)
    assert (added.assistant.name, added.principal_id) == ("Noor Aziz", imani.key)


def test_names_become_addresses_and_are_sorted_by_their_last_word() -> None:
    assert slug_of("São Tomé & Príncipe") == "sao-tome-principe"
    assert slug_of("東京", "city") == "city"
    assert len(slug_of("long " * 100)) <= 80
    assert sort_name("Ruth Anne Bell") == "Bell, Ruth Anne"
    assert len(sort_name("Đỗ " + "y" * 297)) == 300, "with its comma it would be one letter too long to keep"
    assert sort_name("Plato") == "Plato"
    assert checked_name(" two \n words ") == "two words"
    assert matches("straße", "STRASSE 12")
    assert not matches("one two", "one", "three")
