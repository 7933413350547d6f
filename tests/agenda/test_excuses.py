"""Excusing people from a session, and giving a city another turn, as verbs."""

from dataclasses import replace

import pytest
from sqlmodel import Session

from app.agenda.excuses import excuse
from app.agenda.sessions import change_session
from app.agenda.slots import move_slot, swap_slots
from app.gatherings.details import Item, details_of
from app.models import AgendaSession, Openness
from app.people.audiences import Rule, resolve, rule_of
from app.people.audit import Refused
from tests.agenda.campus import TUESDAY, Campus
from tests.people.rows import BY


def expected(place: Campus, session: AgendaSession) -> list[str]:
    people = resolve(place.db, session.audience, TUESDAY, cohort_id=place.town.cohort.key)
    return sorted(one.name for one in people)


def test_who_is_excused_is_an_exception_of_the_audience_and_the_others_come(db: Session, place: Campus) -> None:
    session = place.session("Mayors", rule=place.of_role("mayor"))
    excused = excuse(db, session, [place.person("Ruth Adler").key], by=place.viewer("Ada Roth"))
    assert [one.name for one in excused] == ["Ruth Adler"]
    assert expected(place, session) == ["Imani Okafor"]
    assert rule_of(session.audience).but_person_ids == {place.person("Ruth Adler").key}


def test_who_was_named_alone_is_no_longer_named(db: Session, place: Campus) -> None:
    session = place.session("Two", rule=place.of_people("Jo Park", "Theo Lund"))
    excuse(db, session, [place.person("Jo Park").key], by=BY)
    assert rule_of(session.audience) == place.of_people("Theo Lund")


def test_who_has_a_part_is_not_excused(db: Session, place: Campus) -> None:
    session = place.session("Mayors", rule=place.of_role("mayor"), speakers=["Ruth Adler"])
    with pytest.raises(Refused, match="Ruth Adler has a part in this session"):
        excuse(db, session, [place.person("Ruth Adler").key], by=BY)
    assert expected(place, session) == ["Imani Okafor", "Ruth Adler"]


def test_excusing_twice_is_refused_in_a_sentence(db: Session, place: Campus) -> None:
    session = place.session("Mayors", rule=place.of_role("mayor"))
    excuse(db, session, [place.person("Ruth Adler").key], by=BY)
    with pytest.raises(Refused, match="None of them is expected"):
        excuse(db, session, [place.person("Ruth Adler").key], by=BY)
    with pytest.raises(Refused, match="None of them is expected"):
        excuse(db, session, [], by=BY)


def test_rule_13_whoever_is_not_in_a_closed_session_learns_nothing_by_excusing(db: Session, place: Campus) -> None:
    secret = place.session("Peers", rule=place.of_role("mayor"), openness=Openness.CLOSED, excludes_lab=True)
    for name in ("Ruth Adler", "Jo Park"):
        with pytest.raises(Refused, match="Only somebody who is in this session"):
            excuse(db, secret, [place.person(name).key], by=place.viewer("Ada Roth"))


# The cities' turns


def updates(place: Campus, title: str, walls: str, *cities: str) -> AgendaSession:
    session = place.session(title, walls, rule=Rule(everyone=True))
    items = tuple(Item(20 + 5 * number, "", place.town.cities[city].key) for number, city in enumerate(cities))
    change_session(place.db, session, replace(details_of(session), items=items), by=BY)
    return session


def turns(place: Campus, session: AgendaSession) -> list[tuple[str, int]]:
    names = {city.key: name for name, city in place.town.cities.items()}
    place.db.refresh(session)
    return [(names[item.city_id or 0], item.minutes) for item in session.items]


def test_two_turns_of_a_session_change_places_and_keep_their_minutes(db: Session, place: Campus) -> None:
    session = updates(place, "Updates", "09:00–10:00", "Oakland", "Salem")
    swap_slots(db, session.items[0], session.items[1], by=BY)
    assert turns(place, session) == [("Salem", 25), ("Oakland", 20)]


def test_turns_of_two_sessions_change_places(db: Session, place: Campus) -> None:
    first = updates(place, "One", "09:00–10:00", "Oakland")
    second = updates(place, "Two", "13:00–14:00", "Salem")
    before = first.changed_at
    swap_slots(db, first.items[0], second.items[0], by=BY)
    assert (turns(place, first), turns(place, second)) == ([("Salem", 20)], [("Oakland", 20)])
    assert first.changed_at is not None
    assert before is not None
    assert first.changed_at > before


def test_a_turn_goes_to_the_end_of_another_session(db: Session, place: Campus) -> None:
    first = updates(place, "One", "09:00–10:00", "Oakland", "Salem")
    second = updates(place, "Two", "13:00–14:00", "Salem")
    move_slot(db, first.items[0], second, by=BY)
    assert (turns(place, first), turns(place, second)) == ([("Salem", 25)], [("Salem", 20), ("Oakland", 20)])


def test_rule_13_turns_of_a_closed_session_are_left_to_those_who_are_in_it(db: Session, place: Campus) -> None:
    session = updates(place, "Updates", "09:00–10:00", "Oakland", "Salem")
    closed = replace(details_of(session), openness=Openness.CLOSED, excludes_lab=True, audience=place.of_role("mayor"))
    change_session(db, session, closed, by=BY)
    with pytest.raises(Refused, match="Only somebody who is in a closed session"):
        swap_slots(db, session.items[0], session.items[1], by=place.viewer("Ada Roth"))
