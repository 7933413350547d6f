"""Whose turn it is to host: an order that loses nobody, whatever is called off, taken out, swapped, or left."""

from collections.abc import Iterator
from datetime import date

import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import Session, select

from app.database import Database
from app.gatherings.hosts import (
    coming_dates,
    in_turn,
    leave_out,
    leaving,
    pass_on,
    set_hosts,
    swap_hosts,
    turns_of,
)
from app.gatherings.reach import call_off, take_back
from app.gatherings.series import add_occurrence, extend_series, skip_occurrence
from app.models import AgendaSession, City, HostTurn, Membership, Series
from app.people.audit import Refused, verb
from app.people.viewer import Viewer
from tests.gatherings.meeting import Meeting, meet, utc
from tests.registration.stage import BY

CITIES = ("oakland", "salem", "newton", "providence")


@pytest.fixture(autouse=True)
def in_november() -> Iterator[None]:
    """After the call of 9 November 2017: six are to come, from 14 December to 10 May."""
    with time_machine.travel(utc(2017, 11, 20, 15), tick=True):
        yield


@verb
def two_more_cities(db: Session, meeting: Meeting, *, by: Viewer) -> dict[str, int]:
    """Newton and Providence join the stage's Oakland and Salem."""
    for slug in CITIES[2:]:
        city = City(slug=slug, name=slug.capitalize())
        db.add(city)
        db.flush()
        db.add(Membership(cohort_id=meeting.stage.cohort, city_id=city.key, joined_on=date(2016, 1, 1)))
    db.flush()
    return {city.slug: city.key for city in db.exec(select(City))}


@verb
def leave_the_cohort(db: Session, city_id: int, on: date, *, by: Viewer) -> None:
    db.exec(select(Membership).where(Membership.city_id == city_id)).one().left_on = on


def rotating(db: Session, meeting: Meeting) -> tuple[Series, dict[str, int]]:
    series, numbers = meeting.calls(db), two_more_cities(db, meeting, by=BY)
    set_hosts(db, series, [numbers[slug] for slug in CITIES], by=BY)
    return series, numbers


def hosts(db: Session, series: Series) -> list[str]:
    """The hosts of the dates to come that take place, by their slugs."""
    db.flush()
    slugs = {city.key: city.slug for city in db.exec(select(City))}
    return [slugs[one.host_city_id] if one.host_city_id else "" for one in coming_dates(db, series.key)]


def test_each_date_to_come_has_its_host_in_the_order_that_was_set_over_and_over(database: Database) -> None:
    meeting = meet(database)
    with database.write() as db:
        series, _ = rotating(db, meeting)
        assert hosts(db, series) == ["oakland", "salem", "newton", "providence", "oakland", "salem"]
        assert [s.host_city_id for s in series.sessions if s.starts_at and s.starts_at < utc(2017, 11, 20, 0)] == [
            None
        ] * 6


def test_a_date_that_is_called_off_costs_its_host_no_turn_and_gives_it_back(database: Database) -> None:
    meeting = meet(database)
    with database.write() as db:
        series, _ = rotating(db, meeting)
        january = coming_dates(db, series.key)[1]
        call_off(db, january, reason="Snow", by=BY)
        assert hosts(db, series) == ["oakland", "salem", "newton", "providence", "oakland"]
        assert january.host_city_id is None
        take_back(db, january, by=BY)
        assert hosts(db, series) == ["oakland", "salem", "newton", "providence", "oakland", "salem"]


def test_a_date_that_is_taken_out_costs_its_host_no_turn(database: Database) -> None:
    meeting = meet(database)
    with database.write() as db:
        series, _ = rotating(db, meeting)
        skip_occurrence(db, coming_dates(db, series.key)[0], by=BY)
        assert hosts(db, series) == ["oakland", "salem", "newton", "providence", "oakland"]


def test_dates_that_come_on_go_to_whoever_has_waited_longest(database: Database) -> None:
    meeting = meet(database)
    with database.write() as db:
        series, _ = rotating(db, meeting)
        extend_series(db, series, last=date(2018, 7, 31), by=BY)
        assert hosts(db, series)[6:] == ["newton", "providence"]
        add_occurrence(db, series, starts_at=utc(2017, 12, 1, 17), by=BY)
        assert hosts(db, series)[:3] == ["oakland", "salem", "newton"]


def test_two_dates_swap_their_hosts_and_keep_that_when_another_is_called_off(database: Database) -> None:
    meeting = meet(database)
    with database.write() as db:
        series, _ = rotating(db, meeting)
        dates = coming_dates(db, series.key)
        swap_hosts(db, dates[0], dates[3], by=BY)
        assert hosts(db, series) == ["providence", "salem", "newton", "oakland", "oakland", "salem"]
        call_off(db, dates[1], reason="Snow", by=BY)
        assert hosts(db, series) == ["providence", "salem", "newton", "oakland", "oakland"]


def test_a_swap_of_a_date_with_itself_with_a_past_one_or_one_of_elsewhere_is_refused(database: Database) -> None:
    meeting = meet(database)
    with database.write() as db:
        series, _ = rotating(db, meeting)
        dates = coming_dates(db, series.key)
        with pytest.raises(Refused, match="two different"):
            swap_hosts(db, dates[0], dates[0], by=BY)
        with pytest.raises(Refused, match="over or does not"):
            swap_hosts(db, dates[0], series.sessions[0], by=BY)
        with pytest.raises(Refused, match="of this series"):
            swap_hosts(db, dates[0], meeting.webinar(db), by=BY)


def test_a_city_that_is_left_out_gives_its_dates_to_those_after_it(database: Database) -> None:
    meeting = meet(database)
    with database.write() as db:
        series, numbers = rotating(db, meeting)
        leave_out(db, series, numbers["salem"], by=BY)
        assert hosts(db, series) == ["oakland", "newton", "providence", "oakland", "newton", "providence"]


def test_the_dates_of_a_city_that_leaves_the_cohort_are_flagged_and_passed_on(database: Database) -> None:
    meeting = meet(database)
    with database.write() as db:
        series, numbers = rotating(db, meeting)
        leave_the_cohort(db, numbers["newton"], date(2017, 12, 31), by=BY)
        coming = coming_dates(db, series.key)
        assert [one.key for one in leaving(db, meeting.stage.cohort, coming)] == [coming[2].key]
        pass_on(db, series, by=BY)
        assert hosts(db, series) == ["oakland", "salem", "providence", "oakland", "salem", "providence"]
        assert leaving(db, meeting.stage.cohort, coming_dates(db, series.key)) == []


def test_the_order_begins_with_whose_turn_is_next_and_a_city_of_elsewhere_is_refused(database: Database) -> None:
    meeting = meet(database)
    with database.write() as db:
        series, numbers = rotating(db, meeting)
    with time_machine.travel(utc(2018, 1, 20, 15)), database.read() as db:
        order = [city.slug for city in in_turn(turns_of(db, series.key), coming_dates(db, series.key))]
        assert order == ["newton", "providence", "oakland", "salem"]
    with database.write() as db, pytest.raises(Refused, match="cities of this cohort"):
        set_hosts(db, db.get_one(Series, series.key), [numbers["oakland"], 9999], by=BY)


def test_a_host_changes_what_calendars_show_and_not_when_it_is_rule_16(database: Database) -> None:
    meeting = meet(database)
    with database.write() as db:
        series = meeting.calls(db)
        before = {one.key: (one.sequence, one.changed_at) for one in series.sessions}
        numbers = two_more_cities(db, meeting, by=BY)
    with time_machine.travel(utc(2017, 11, 21, 15)), database.write() as db:
        set_hosts(db, db.get_one(Series, series.key), [numbers["salem"]], by=BY)
        for one in db.exec(select(AgendaSession).where(AgendaSession.series_id == series.key)):
            sequence, changed_at = before[one.key]
            assert one.sequence == sequence
            assert (one.changed_at != changed_at) == (one.host_city_id is not None)


def test_a_series_without_an_order_keeps_the_host_that_somebody_gave_a_date(database: Database) -> None:
    meeting = meet(database)
    with database.write() as db:
        series = meeting.calls(db)
        dates = coming_dates(db, series.key)
        give(db, dates[2], meeting.stage.cities["salem"], by=BY)
        call_off(db, dates[0], reason="Snow", by=BY)
        assert hosts(db, series) == ["", "salem", "", "", ""]
        assert db.exec(select(HostTurn)).all() == []


@verb
def give(db: Session, session: AgendaSession, city_id: int, *, by: Viewer) -> None:
    session.host_city_id = city_id


def test_whatever_is_called_off_or_added_turns_stay_even(database: Database) -> None:
    """Among the dates to come, no city hosts twice more than another, and every date has a host."""
    meeting = meet(database)

    @settings(max_examples=12, deadline=None)
    @given(acts=st.lists(st.tuples(st.sampled_from(["off", "out", "more"]), st.integers(0, 30)), max_size=6))
    def stays_even(acts: list[tuple[str, int]]) -> None:
        with database.write() as db:
            series, _ = rotating(db, meeting)
            for act, number in acts:
                _act(db, series, act, number)
            found = hosts(db, series)
            db.rollback()
        counts = [found.count(slug) for slug in CITIES]
        assert "" not in found
        assert max(counts) - min(counts) <= 1

    stays_even()


def _act(db: Session, series: Series, act: str, number: int) -> None:
    dates = coming_dates(db, series.key)
    moment = utc(2018, 1, 1 + number, 20)
    if act == "more" and all(one.starts_at != moment for one in dates):
        add_occurrence(db, series, starts_at=moment, by=BY)
    elif act == "off" and dates:
        call_off(db, dates[number % len(dates)], reason="Snow", by=BY)
    elif act == "out" and dates:
        skip_occurrence(db, dates[number % len(dates)], by=BY)
