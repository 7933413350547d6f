"""This one, this and those after it, all: what a change of one date does to the others (rule 14; calendars.md, 15)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time

import pytest
import time_machine
from sqlmodel import Session, select

from app import clock
from app.calendars import contents
from app.calendars.documents import Entry, State
from app.database import Database
from app.gatherings.arranging import change_gathering, move_gathering
from app.gatherings.calls import call_of
from app.gatherings.details import details_of
from app.gatherings.hosts import coming_dates, set_hosts
from app.gatherings.listing import gathering_of
from app.gatherings.months import months_to_flag
from app.gatherings.reach import Reach, call_off, count, say_of, take_back
from app.gatherings.retiming import retime, retiming
from app.gatherings.series import Purpose, Timetable, create_series, skip_occurrence
from app.models import AgendaSession, HostTurn, Openness, Series
from app.people.audiences import rule_of
from app.people.audit import Refused
from app.people.viewer import viewer_of
from tests.gatherings.calling import AFTER_OCTOBER, BEFORE_OCTOBER, Calling, calling
from tests.gatherings.meeting import EASTERN, EVERYONE, utc
from tests.registration.stage import BY


@pytest.fixture
def clock_at() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(AFTER_OCTOBER, tick=True) as traveller:
        yield traveller


@pytest.fixture
def monthly(database: Database, clock_at: time_machine.Traveller) -> Calling:
    return calling(database)


def _at(day: date, wall: time = time(13)) -> datetime:
    return clock.at(day, wall, EASTERN)


def _walls(db: Session, series: Series) -> list[str]:
    db.expire_all()
    starts = [s.starts_at for s in series.sessions if s.starts_at and s.archived_at is None]
    return [f"{clock.local(one, EASTERN):%a %d %b %H:%M}" for one in starts]


def _calendar(db: Session, monthly: Calling, who: str = "salem facilitator") -> list[Entry]:
    db.flush()
    db.expire_all()
    viewer = viewer_of(db, monthly.meeting.stage.people[who])
    return list(contents.of_person(db, viewer, "https://plenary.example.org").single)


def test_from_december_on_the_call_meets_on_another_day_and_keeps_its_local_time_rule_14(
    database: Database, monthly: Calling
) -> None:
    with database.write() as db:
        december = monthly.on(db, 12)
        old = db.get_one(Series, monthly.series_id)
        uid, sequence = old.uid, old.sequence
        new = retime(db, december, starts_at=_at(date(2017, 12, 12)), minutes=90, reach=Reach.FOLLOWING, by=BY)
        assert _walls(db, old)[-2:] == ["Thu 12 Oct 12:00", "Thu 09 Nov 12:00"]
        assert _walls(db, new) == [
            *("Tue 12 Dec 13:00", "Tue 09 Jan 13:00", "Tue 13 Feb 13:00"),
            *("Tue 13 Mar 13:00", "Tue 10 Apr 13:00", "Tue 08 May 13:00"),
        ]
        assert {one.minutes for one in new.sessions} == {90}
        assert (old.uid, old.sequence, old.ends_on) == (uid, sequence + 1, date(2017, 11, 9))
        assert new.uid != uid
        assert (new.rrule, new.follows_id, new.ends_on) == ("FREQ=MONTHLY;BYDAY=2TU", old.key, date(2018, 5, 8))


def test_calendars_find_one_series_that_ends_and_one_that_begins_rule_16(database: Database, monthly: Calling) -> None:
    with database.write() as db:
        before = {one.uid: one for one in _calendar(db, monthly)}
        sequences = {one.key: one.sequence for one in db.exec(select(AgendaSession))}
        new = retime(
            db, monthly.on(db, 12), starts_at=_at(date(2017, 12, 12)), minutes=60, reach=Reach.FOLLOWING, by=BY
        )
        viewer = viewer_of(db, monthly.meeting.stage.people["salem facilitator"])
        db.expire_all()
        whole = [one for one in contents.of_person(db, viewer, "https://x.example").entries if one.recurrence]
        assert {one.uid for one in whole} == {db.get_one(Series, monthly.series_id).uid, new.uid}
        ended = next(one for one in whole if one.uid != new.uid)
        begun = next(one for one in whole if one.uid == new.uid)
        assert ended.recurrence is not None
        assert ended.recurrence.until == utc(2017, 11, 9, 17)
        assert begun.starts == utc(2017, 12, 12, 18)
        after = {one.uid: one for one in _calendar(db, monthly)}
        assert after.keys() == before.keys(), "each date keeps its own identifier"
        for one in db.exec(select(AgendaSession).where(AgendaSession.series_id == new.key)):
            assert one.sequence == sequences[one.key] + 1


def test_what_stands_on_a_call_goes_along_and_points_carry_into_the_series_that_goes_on(
    database: Database, monthly: Calling, clock_at: time_machine.Traveller
) -> None:
    with database.write() as db:
        monthly.put(db, 11, "Put on November")
        december = monthly.put(db, 12, "Put on December")
        monthly.promise(db, 11, "Promised in November")
        call = monthly.on(db, 12)
        number = call.key
        retime(db, call, starts_at=_at(date(2017, 12, 12)), minutes=60, reach=Reach.FOLLOWING, by=BY)
        assert december.session_id == number
    clock_at.move_to(utc(2017, 11, 10, 15))
    with database.write() as db:
        viewer = monthly.meeting.viewer(db, "salem facilitator")
        seen = gathering_of(db, monthly.meeting.stage.cohort, number, viewer)
        assert seen is not None
        call_seen = call_of(db, seen, viewer)
        assert call_seen is not None
        assert [one.title for one in call_seen.points] == ["Put on November", "Put on December"]
        assert [one.text for one in call_seen.actions] == ["Promised in November"]


def test_what_is_off_skipped_or_moved_by_itself_is_not_disturbed(database: Database, monthly: Calling) -> None:
    with database.write() as db:
        call_off(db, monthly.on(db, 1), reason="Snow", by=BY)
        skip_occurrence(db, monthly.on(db, 2), by=BY)
        moved = monthly.on(db, 3)
        move_gathering(db, moved, starts_at=utc(2018, 3, 15, 20), minutes=45, by=BY)
        new = retime(
            db, monthly.on(db, 12), starts_at=_at(date(2017, 12, 12)), minutes=60, reach=Reach.FOLLOWING, by=BY
        )
        assert _walls(db, new) == [
            *("Tue 12 Dec 13:00", "Tue 09 Jan 13:00", "Thu 15 Mar 16:00"),
            *("Tue 10 Apr 13:00", "Tue 08 May 13:00"),
        ]
        january = new.sessions[1]
        assert (january.is_cancelled, january.cancellation_reason) == (True, "Snow")
        assert (moved.minutes, moved.occurrence_at) == (45, utc(2018, 3, 13, 17))
        shown = [one for one in _calendar(db, monthly) if one.state is State.CANCELLED]
        assert [one.starts for one in shown] == [utc(2018, 1, 9, 18)]


def test_all_to_come_is_counted_from_the_date_that_was_typed_and_leaves_what_has_been(
    database: Database, monthly: Calling
) -> None:
    """Typed at January, the rule is January's new day in every month from November on."""
    with database.write() as db:
        january = monthly.on(db, 1)
        assert count(january).all == 7
        assert count(january).following == 5
        new = retime(db, january, starts_at=_at(date(2018, 1, 17), time(9)), minutes=60, reach=Reach.ALL, by=BY)
        assert _walls(db, new)[:3] == ["Wed 15 Nov 09:00", "Wed 20 Dec 09:00", "Wed 17 Jan 09:00"]
        assert _walls(db, db.get_one(Series, monthly.series_id))[-1] == "Thu 12 Oct 12:00"
        assert months_to_flag(db, monthly.meeting.cohort(db), clock.today(EASTERN)) == []  # rule 17


def test_a_series_of_which_nothing_has_been_moves_as_a_whole_under_its_own_identifier(database: Database) -> None:
    with time_machine.travel(utc(2017, 5, 1, 15), tick=True):
        monthly = calling(database)
        with database.write() as db:
            series = db.get_one(Series, monthly.series_id)
            uid, sequence = series.uid, series.sequence
            same = retime(
                db, monthly.on(db, 6), starts_at=_at(date(2017, 6, 6)), minutes=60, reach=Reach.FOLLOWING, by=BY
            )
            assert same is series
            assert (series.uid, series.sequence, series.rrule) == (uid, sequence + 1, "FREQ=MONTHLY;BYDAY=1TU")
            assert _walls(db, series)[0] == "Tue 06 Jun 13:00"
            assert len(series.sessions) == 12
            assert len(db.exec(select(Series)).all()) == 1


def test_hosts_keep_their_turns_in_the_series_that_goes_on(database: Database, monthly: Calling) -> None:
    cities = monthly.meeting.stage.cities
    with database.write() as db:
        series = db.get_one(Series, monthly.series_id)
        set_hosts(db, series, [cities["oakland"], cities["salem"]], by=BY)
        before = [one.host_city_id for one in coming_dates(db, series.key)]
        new = retime(
            db, monthly.on(db, 12), starts_at=_at(date(2017, 12, 12)), minutes=60, reach=Reach.FOLLOWING, by=BY
        )
        after = [one.host_city_id for one in coming_dates(db, series.key)] + [
            one.host_city_id for one in coming_dates(db, new.key)
        ]
        assert after == before
        turns = db.exec(select(HostTurn.city_id).where(HostTurn.series_id == new.key)).all()
        assert set(turns) == set(cities.values())


def test_what_no_rule_leads_to_is_refused(database: Database, monthly: Calling) -> None:
    with database.write() as db:
        december = monthly.on(db, 12)
        with pytest.raises(Refused, match="before what has been"):
            retiming(december, starts_at=_at(date(2017, 11, 9), time(9)), minutes=60, reach=Reach.FOLLOWING)
        with pytest.raises(Refused, match="before what has been"):
            retiming(december, starts_at=_at(date(2017, 9, 9)), minutes=60, reach=Reach.ALL)
        days = [date(2017, 11, 21), date(2018, 1, 17)]
        timetable = Timetable(zone=EASTERN, start=time(14), minutes=90, days=days)
        purpose = Purpose(title="Data working group", audience=EVERYONE)
        group = create_series(db, monthly.meeting.cohort(db), purpose, timetable, by=BY)
        with pytest.raises(Refused, match="Move it alone"):
            retiming(group.sessions[0], starts_at=_at(date(2017, 11, 22)), minutes=90, reach=Reach.FOLLOWING)


def test_a_date_closed_to_the_lab_is_not_the_labs_to_move_or_call_off_with_others_rule_13(
    database: Database, monthly: Calling
) -> None:
    with database.write() as db:
        january = monthly.on(db, 1)
        alone = monthly.meeting.of_role(db, "facilitator")
        closed = replace(details_of(january), audience=alone, openness=Openness.CLOSED, excludes_lab=True)
        change_gathering(db, january, closed, by=BY)
        new = retime(
            db, monthly.on(db, 12), starts_at=_at(date(2017, 12, 12)), minutes=60, reach=Reach.FOLLOWING, by=BY
        )
        assert _walls(db, new)[:3] == ["Tue 12 Dec 13:00", "Thu 11 Jan 12:00", "Tue 13 Feb 13:00"]
        off = call_off(db, new.sessions[0], reason="Budget", reach=Reach.FOLLOWING, by=BY)
        assert january not in off
        assert len(off) == 5


def test_words_from_a_date_on_leave_those_before_and_those_with_words_of_their_own_and_need_no_new_series(
    database: Database, monthly: Calling
) -> None:
    with database.write() as db:
        series = db.get_one(Series, monthly.series_id)
        uid = series.uid
        own = monthly.on(db, 2)
        change_gathering(db, own, replace(details_of(own), title="Call with guests"), by=BY)
        december = monthly.on(db, 12)
        to = replace(details_of(december), title="Facilitators’ hour")
        say_of(db, december, to, ("title",), reach=Reach.FOLLOWING, by=BY)
        db.expire_all()
        titles = {one.occurrence_at.month: one.title for one in series.sessions if one.occurrence_at}
        assert [titles[month] for month in (10, 11, 12, 1, 2, 3)] == [
            *("Facilitators’ monthly call", "Facilitators’ monthly call", "Facilitators’ hour"),
            *("Facilitators’ hour", "Call with guests", "Facilitators’ hour"),
        ]
        assert (series.title, series.uid) == ("Facilitators’ hour", uid)
        shown = {one.starts: one.title for one in _calendar(db, monthly)}
        assert shown[utc(2017, 11, 9, 17)] == "Facilitators’ monthly call"
        assert shown[utc(2018, 1, 11, 17)] == "Facilitators’ hour"


def test_another_audience_from_a_date_on_leaves_who_was_on_the_calls_before(
    database: Database, monthly: Calling
) -> None:
    with database.write() as db:
        december = monthly.on(db, 12)
        before = rule_of(december.audience)
        to = replace(details_of(december), audience=monthly.meeting.of_role(db, "mayor"))
        say_of(db, december, to, ("audience",), reach=Reach.FOLLOWING, by=BY)
        db.expire_all()
        assert rule_of(monthly.on(db, 11).audience) == before
        assert rule_of(monthly.on(db, 12).audience) == to.audience
        assert rule_of(db.get_one(Series, monthly.series_id).audience) == to.audience


def test_all_in_words_says_it_of_what_has_been_too(database: Database, monthly: Calling) -> None:
    with database.write() as db:
        december = monthly.on(db, 12)
        to = replace(details_of(december), purpose="Among us")
        say_of(db, december, to, ("purpose",), reach=Reach.ALL, by=BY)
        assert {one.purpose for one in db.get_one(Series, monthly.series_id).sessions} == {"Among us"}


def test_those_after_it_are_called_off_with_a_reason_stay_in_calendars_and_come_back_together_rule_16(
    database: Database, monthly: Calling
) -> None:
    with database.write() as db:
        call_off(db, monthly.on(db, 3), reason="Snow", by=BY)
        february = monthly.on(db, 2)
        off = call_off(db, february, reason="Budget", reach=Reach.FOLLOWING, by=BY)
        assert [one.occurrence_at.month for one in off if one.occurrence_at] == [2, 4, 5]
        shown = [one for one in _calendar(db, monthly) if one.state is State.CANCELLED]
        assert len(shown) == 4
        on = take_back(db, monthly.on(db, 4), together=True, by=BY)
        assert len(on) == 3
        assert monthly.on(db, 3).is_cancelled
        assert not monthly.on(db, 2).is_cancelled
        assert call_off(db, monthly.on(db, 3), reason="Twice", reach=Reach.ONE, by=BY) == []


def test_all_to_come_are_called_off_and_what_has_been_is_not(database: Database) -> None:
    with time_machine.travel(BEFORE_OCTOBER, tick=True):
        monthly = calling(database)
        with database.write() as db:
            call_off(db, monthly.on(db, 2), reason="The cohort ends", reach=Reach.ALL, by=BY)
            sessions = db.get_one(Series, monthly.series_id).sessions
            assert [one.is_cancelled for one in sessions] == [False] * 4 + [True] * 8


@pytest.mark.each_database
@pytest.mark.parametrize("reach", [Reach.FOLLOWING, Reach.ALL])
def test_a_clock_change_between_the_dates_leaves_the_wall_time_rule_14(
    database: Database, monthly: Calling, reach: Reach
) -> None:
    with database.write() as db:
        new = retime(db, monthly.on(db, 11), starts_at=_at(date(2017, 11, 1)), minutes=60, reach=reach, by=BY)
        db.expire_all()
        starts = [one.starts_at for one in new.sessions if one.starts_at]
        assert {clock.local(one, EASTERN).time() for one in starts} == {time(13)}
        assert starts[0] == utc(2017, 11, 1, 17)  # the clocks change four days later
        assert starts[1] == utc(2017, 12, 6, 18)
