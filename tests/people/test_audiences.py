"""Whom an audience takes in on a day."""

from collections.abc import Iterator
from datetime import date

import pytest
from sqlmodel import Session, col, select

from app.database import Database
from app.models import Audience, AudienceTerm, AuditEntry, Person
from app.people.audiences import (
    Rule,
    names_for,
    new_audience,
    resolve,
    roll,
    rule_of,
    rules_of,
    said,
    write_rule,
)
from app.people.audit import verb
from app.people.viewer import Viewer
from tests.people.rows import BY, NOVEMBER, Town, found, seat


@pytest.fixture
def db(database: Database) -> Iterator[Session]:
    with database.write() as db:
        yield db


@pytest.fixture
def town(db: Session) -> Town:
    """Two mayors, Oakland's facilitator, the lab's organizer; Salem's superintendent left in October."""
    town = found(db, by=BY)
    seat(db, town, "Imani Okafor", "Oakland", "mayor", by=BY)
    seat(db, town, "Ruth Adler", "Salem", "mayor", by=BY)
    seat(db, town, "Leïla Haddad", "Oakland", "facilitator", by=BY)
    seat(db, town, "Jo Park", "Salem", "superintendent", ends_on=date(2017, 10, 31), by=BY)
    seat(db, town, "Ada Roth", "lab", "organizer", by=BY)
    return town


@verb
def made(db: Session, rule: Rule, *, by: Viewer) -> Audience:
    return new_audience(db, rule)


@verb
def rewritten(db: Session, audience: Audience, rule: Rule, *, by: Viewer) -> None:
    write_rule(audience, rule)


@verb
def guest(db: Session, name: str, *, by: Viewer) -> Person:
    person = Person(name=name, sort_name=name)
    db.add(person)
    return person


def taken(db: Session, town: Town, rule: Rule, on: date = NOVEMBER) -> list[str]:
    audience = made(db, rule, by=BY)
    return [one.name for one in resolve(db, audience, on, cohort_id=town.cohort.key)]


def roles(town: Town, *words: str) -> frozenset[int]:
    return frozenset(town.roles[word].key for word in words)


def cities(town: Town, *names: str) -> frozenset[int]:
    return frozenset(town.cities[name].key for name in names)


def people(town: Town, *names: str) -> frozenset[int]:
    return frozenset(town.people[name].key for name in names)


def test_everyone_is_every_current_holder_and_the_lab(db: Session, town: Town) -> None:
    assert taken(db, town, Rule(everyone=True)) == ["Imani Okafor", "Ruth Adler", "Leïla Haddad", "Ada Roth"]


def test_everyone_on_an_earlier_day_has_those_who_have_left_since(db: Session, town: Town) -> None:
    assert "Jo Park" in taken(db, town, Rule(everyone=True), on=date(2017, 10, 31))
    assert "Jo Park" not in taken(db, town, Rule(everyone=True), on=date(2017, 11, 1))


def test_roles_and_cities_both_chosen_narrow_each_other(db: Session, town: Town) -> None:
    assert taken(db, town, Rule(role_ids=roles(town, "mayor"))) == ["Imani Okafor", "Ruth Adler"]
    assert taken(db, town, Rule(city_ids=cities(town, "Oakland"))) == ["Imani Okafor", "Leïla Haddad"]
    both = Rule(role_ids=roles(town, "mayor"), city_ids=cities(town, "Oakland"))
    assert taken(db, town, both) == ["Imani Okafor"]


def test_one_who_is_mayor_here_and_facilitator_there_is_not_a_mayor_there(db: Session, town: Town) -> None:
    seat(db, town, "Ruth Adler", "Oakland", "superintendent", by=BY)
    rule = Rule(role_ids=roles(town, "mayor"), city_ids=cities(town, "Oakland"))
    assert taken(db, town, rule) == ["Imani Okafor"]


def test_a_named_guest_without_a_seat_is_taken_in_last(db: Session, town: Town) -> None:
    town.people["Dr Wu"] = guest(db, "Dr Wu", by=BY)
    rule = Rule(role_ids=roles(town, "mayor"), person_ids=people(town, "Dr Wu"))
    audience = made(db, rule, by=BY)
    attendees = resolve(db, audience, NOVEMBER, cohort_id=town.cohort.key)
    assert [(one.name, one.office) for one in attendees] == [
        ("Imani Okafor", "Mayor, Oakland"),
        ("Ruth Adler", "Mayor, Salem"),
        ("Dr Wu", ""),
    ]


def test_exceptions_come_last_and_leave_out_even_the_named(db: Session, town: Town) -> None:
    everyone_but = Rule(everyone=True, but_role_ids=roles(town, "organizer"), but_city_ids=cities(town, "Salem"))
    assert taken(db, town, everyone_but) == ["Imani Okafor", "Leïla Haddad"]
    named = people(town, "Ruth Adler", "Ada Roth")
    assert taken(db, town, Rule(person_ids=named, but_role_ids=roles(town, "mayor"))) == ["Ada Roth"]
    assert taken(db, town, Rule(person_ids=named, but_person_ids=named)) == []


def test_a_rule_that_says_nothing_takes_in_nobody(db: Session, town: Town) -> None:
    assert taken(db, town, Rule()) == []
    assert taken(db, town, Rule(but_role_ids=roles(town, "mayor"))) == []


def test_people_of_another_cohort_are_not_everyone(db: Session, town: Town) -> None:
    other = found(db, slug="other", by=BY)
    seat(db, other, "Mayor of elsewhere", "Oakland", "mayor", by=BY)
    seat(db, other, "Imani Okafor", "Salem", "mayor", by=BY)
    assert taken(db, town, Rule(everyone=True)) == ["Imani Okafor", "Ruth Adler", "Leïla Haddad", "Ada Roth"]
    assert taken(db, other, Rule(everyone=True)) == ["Imani Okafor", "Mayor of elsewhere"]


def test_a_person_of_two_offices_stands_once_with_both(db: Session, town: Town) -> None:
    seat(db, town, "Imani Okafor", "lab", "organizer", starts_on=date(2015, 1, 1), ends_on=date(2016, 1, 1), by=BY)
    seat(db, town, "Imani Okafor", "Oakland", "superintendent", by=BY)
    audience = made(db, Rule(person_ids=people(town, "Imani Okafor")), by=BY)
    (imani,) = resolve(db, audience, NOVEMBER, cohort_id=town.cohort.key)
    assert [office.said for office in imani.offices] == ["Mayor, Oakland", "Superintendent, Oakland"]


def test_a_stored_rule_reads_back_as_it_was_written(db: Session, town: Town) -> None:
    rule = Rule(
        role_ids=roles(town, "mayor", "facilitator"),
        city_ids=cities(town, "Oakland"),
        person_ids=people(town, "Ada Roth"),
        but_role_ids=roles(town, "organizer"),
        but_city_ids=cities(town, "Salem"),
        but_person_ids=people(town, "Jo Park"),
    )
    audience = made(db, rule, by=BY)
    db.expire_all()
    assert rule_of(db.get_one(Audience, audience.key)) == rule
    assert rules_of(db, [audience.key]) == {audience.key: rule}


def test_changing_a_rule_records_only_the_terms_that_changed(db: Session, town: Town) -> None:
    audience = made(db, Rule(role_ids=roles(town, "mayor", "facilitator")), by=BY)
    rewritten(db, audience, Rule(role_ids=roles(town, "mayor", "superintendent")), by=BY)
    changes = db.exec(select(AuditEntry).where(AuditEntry.act == "rewritten").order_by(col(AuditEntry.id))).all()
    assert sorted((entry.before is None, (entry.after or entry.before or {})["role_id"]) for entry in changes) == [
        (False, town.roles["facilitator"].key),
        (True, town.roles["superintendent"].key),
    ]
    stored = db.exec(select(AudienceTerm.role_id).where(AudienceTerm.audience_id == audience.key)).all()
    assert set(stored) == roles(town, "mayor", "superintendent")


def test_many_audiences_take_as_many_queries_as_one(db: Session, town: Town, queries: list[str]) -> None:
    each = [
        Rule(everyone=True),
        Rule(role_ids=roles(town, "mayor")),
        Rule(person_ids=people(town, "Jo Park")),
        Rule(city_ids=cities(town, "Salem"), but_role_ids=roles(town, "mayor")),
    ]
    audiences = [made(db, rule, by=BY) for rule in each * 150]
    ids = [audience.key for audience in audiences]
    cohort_id, jo = town.cohort.key, people(town, "Jo Park")
    db.expire_all()
    queries.clear()
    rules, people_there = rules_of(db, ids), roll(db, NOVEMBER, cohort_id, jo)
    assert len(queries) == 3
    assert [
        [one.name for one in people_there if rules[number].takes(one.person_id, one.offices)] for number in ids[:4]
    ] == [
        ["Imani Okafor", "Ruth Adler", "Leïla Haddad", "Ada Roth"],
        ["Imani Okafor", "Ruth Adler"],
        ["Jo Park"],
        [],
    ]


def test_an_audience_is_said_in_words(db: Session, town: Town) -> None:
    each = {
        Rule(everyone=True): "Everyone",
        Rule(): "Nobody yet",
        Rule(role_ids=roles(town, "superintendent", "mayor")): "Mayors and superintendents",
        Rule(city_ids=cities(town, "Salem", "Oakland")): "All of Oakland and Salem",
        Rule(role_ids=roles(town, "mayor"), city_ids=cities(town, "Salem")): "Mayors of Salem",
        Rule(role_ids=roles(town, "mayor"), person_ids=people(town, "Ada Roth")): "Mayors, and Ada Roth",
        Rule(person_ids=people(town, "Ada Roth")): "Ada Roth",
        Rule(
            everyone=True, but_role_ids=roles(town, "organizer"), but_city_ids=cities(town, "Salem")
        ): "Everyone; without lab organizers and Salem",
    }
    names = names_for(db, each, town.cohort.key)
    assert [said(rule, names) for rule in each] == list(each.values())
