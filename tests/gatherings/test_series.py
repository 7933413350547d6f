"""Series: local time across clock changes (14), one date without disturbing the others, a call each month (17)."""

from dataclasses import replace
from datetime import date, time

import pytest
import time_machine
from sqlmodel import Session

from app import clock
from app.database import Database
from app.gatherings import rules
from app.gatherings.arranging import change_gathering, move_gathering
from app.gatherings.details import details_of
from app.gatherings.months import months_to_flag, months_without_call
from app.gatherings.reach import call_off
from app.gatherings.rules import Rhythm
from app.gatherings.series import (
    Purpose,
    Timetable,
    add_occurrence,
    bring_back_date,
    change_series,
    create_series,
    end_series,
    extend_series,
    skip_occurrence,
    taken_out,
)
from app.models import AgendaSession, Cohort, Series
from app.people.audiences import rule_of
from app.people.audit import Refused
from tests.gatherings.meeting import EASTERN, EVERYONE, SECOND_THURSDAYS, meet, speaking, utc
from tests.registration.stage import BY

THE_TWELVE = [
    *(date(2017, 6, 8), date(2017, 7, 13), date(2017, 8, 10), date(2017, 9, 14), date(2017, 10, 12), date(2017, 11, 9)),
    *(date(2017, 12, 14), date(2018, 1, 11), date(2018, 2, 8), date(2018, 3, 8), date(2018, 4, 12), date(2018, 5, 10)),
]


def _days(series: Series) -> list[date]:
    return [clock.local(s.starts_at, series.zone).date() for s in _held(series) if s.starts_at]


def _held(series: Series) -> list[AgendaSession]:
    return [session for session in series.sessions if session.archived_at is None]


def _on(series: Series, day: date) -> AgendaSession:
    return next(s for s in series.sessions if s.starts_at and clock.local(s.starts_at, series.zone).date() == day)


def test_the_facilitators_call_meets_on_the_second_thursdays_of_a_year(database: Database) -> None:
    meeting = meet(database)
    with database.write() as db:
        assert _days(meeting.calls(db)) == THE_TWELVE


def test_a_call_at_noon_stays_at_noon_across_both_clock_changes_rule_14(database: Database) -> None:
    meeting = meet(database)
    with database.write() as db:
        sessions = meeting.calls(db).sessions
    starts = {clock.local(s.starts_at, EASTERN).date(): s.starts_at for s in sessions if s.starts_at}
    assert {clock.local(start, EASTERN).time() for start in starts.values()} == {time(12)}
    assert starts[date(2017, 10, 12)] == utc(2017, 10, 12, 16)
    assert starts[date(2017, 11, 9)] == utc(2017, 11, 9, 17)
    assert starts[date(2018, 3, 8)] == utc(2018, 3, 8, 17)
    assert starts[date(2018, 4, 12)] == utc(2018, 4, 12, 16)


def test_a_wall_time_that_a_spring_day_skips_makes_no_occurrence() -> None:
    starts = rules.until("FREQ=WEEKLY;BYDAY=SU", utc(2018, 3, 4, 7, 30), EASTERN, date(2018, 3, 18))
    assert [clock.local(start, EASTERN).strftime("%d %H:%M") for start in starts] == ["04 02:30", "18 02:30"]


def test_moving_one_call_leaves_the_others_where_they_are_rule_14(database: Database) -> None:
    meeting = meet(database)
    with database.write() as db:
        series = meeting.calls(db)
        november = _on(series, date(2017, 11, 9))
        before = {s.key: (s.starts_at, s.sequence, s.changed_at) for s in series.sessions if s is not november}
        move_gathering(db, november, starts_at=utc(2017, 11, 16, 18), minutes=90, by=BY)
        after = {s.key: (s.starts_at, s.sequence, s.changed_at) for s in series.sessions if s is not november}
    assert after == before
    assert (november.occurrence_at, november.sequence, series.sequence) == (utc(2017, 11, 9, 17), 1, 0)


def test_calling_one_call_off_leaves_the_others_and_the_series_alone(database: Database) -> None:
    meeting = meet(database)
    with database.write() as db:
        series = meeting.calls(db)
        call_off(db, _on(series, date(2017, 12, 14)), reason="Snow", by=BY)
    assert [s.is_cancelled for s in series.sessions].count(True) == 1
    assert series.sequence == 0


def test_a_date_that_is_taken_out_changes_the_series_and_is_kept_on_record(database: Database) -> None:
    meeting = meet(database)
    with database.write() as db:
        series = meeting.calls(db)
        skip_occurrence(db, _on(series, date(2017, 7, 13)), by=BY)
        assert _days(series) == [day for day in THE_TWELVE if day != date(2017, 7, 13)]
    assert len(series.sessions) == 12
    assert series.sequence == 1


def test_a_date_that_was_taken_out_comes_back_until_the_series_ends_and_not_after(database: Database) -> None:
    meeting = meet(database)
    with time_machine.travel(utc(2017, 7, 1, 12), tick=True), database.write() as db:
        series = meeting.calls(db)
        october, march = _on(series, date(2017, 10, 12)), _on(series, date(2018, 3, 8))
        skip_occurrence(db, october, by=BY)
        assert taken_out(series) == [october]
        bring_back_date(db, october, by=BY)
        assert _days(series) == THE_TWELVE
        assert (series.sequence, october.sequence) == (2, 2)
        with pytest.raises(Refused, match="in the series"):
            bring_back_date(db, october, by=BY)
        end_series(db, series, last=date(2017, 12, 31), by=BY)
        assert taken_out(series) == []
        with pytest.raises(Refused, match="ends before that date"):
            bring_back_date(db, march, by=BY)


def test_what_is_called_off_cannot_be_taken_out_as_if_it_had_never_been_planned(database: Database) -> None:
    meeting = meet(database)
    with database.write() as db:
        july = _on(meeting.calls(db), date(2017, 7, 13))
        call_off(db, july, reason="Holiday", by=BY)
        with pytest.raises(Refused, match="called off already"):
            skip_occurrence(db, july, by=BY)


def test_going_on_adds_the_dates_of_the_rule_and_touches_none_that_are_there(database: Database) -> None:
    meeting = meet(database)
    with database.write() as db:
        series = meeting.calls(db)
        move_gathering(db, _on(series, date(2018, 5, 10)), starts_at=utc(2018, 5, 11, 16), minutes=60, by=BY)
        added = extend_series(db, series, last=date(2018, 7, 31), by=BY)
        assert [clock.local(s.starts_at, EASTERN).date() for s in added if s.starts_at] == [
            date(2018, 6, 14),
            date(2018, 7, 12),
        ]
        assert series.sequence == 1
        with pytest.raises(Refused, match="already reaches"):
            extend_series(db, series, last=date(2018, 7, 31), by=BY)


def test_a_series_that_ends_keeps_what_has_been(database: Database) -> None:
    meeting = meet(database)
    with database.write() as db:
        series = meeting.calls(db)
        end_series(db, series, last=date(2017, 11, 30), by=BY)
        assert _days(series) == THE_TWELVE[:6]
        assert series.sequence == 1
        end_series(db, series, last=date(2017, 11, 30), by=BY)
        assert series.sequence == 1


def test_a_series_that_ended_and_goes_on_has_its_dates_back_once(database: Database) -> None:
    meeting = meet(database)
    with database.write() as db:
        series = meeting.calls(db)
        end_series(db, series, last=date(2017, 11, 30), by=BY)
        extend_series(db, series, last=date(2018, 6, 30), by=BY)
        assert _days(series) == [*THE_TWELVE, date(2018, 6, 14)]
        assert len(series.sessions) == 13


def test_dates_without_a_rule_are_called_off_when_their_series_ends_rule_16(database: Database) -> None:
    meeting = meet(database)
    with database.write() as db:
        series = _working_group(db, meeting.cohort(db))
        end_series(db, series, last=date(2017, 12, 31), by=BY)
        assert [s.is_cancelled for s in _held(series)] == [False, False, True, True]


def _working_group(db: Session, cohort: Cohort) -> Series:
    days = [date(2017, 6, 21), date(2017, 9, 20), date(2018, 1, 17), date(2018, 3, 14)]
    timetable = Timetable(zone=EASTERN, start=time(14), minutes=90, days=days)
    return create_series(db, cohort, Purpose(title="Data working group", audience=EVERYONE), timetable, by=BY)


def test_one_more_date_stands_beside_those_of_the_rule_and_not_twice(database: Database) -> None:
    meeting = meet(database)
    with database.write() as db:
        series = meeting.calls(db)
        add_occurrence(db, series, starts_at=utc(2017, 11, 1, 16), by=BY)
        with pytest.raises(Refused, match="meets then already"):
            add_occurrence(db, series, starts_at=utc(2017, 11, 1, 16), by=BY)


def test_another_title_reaches_all_dates_but_those_with_one_of_their_own(database: Database) -> None:
    meeting = meet(database)
    with database.write() as db:
        series = meeting.calls(db)
        own = _on(series, date(2017, 11, 9))
        change_gathering(db, own, replace(details_of(own), title="Call with guests"), by=BY)
        change_series(db, series, Purpose(title="Facilitators’ hour", audience=rule_of(series.audience)), by=BY)
        titles = [session.title for session in series.sessions]
    assert titles.count("Facilitators’ hour") == 11
    assert own.title == "Call with guests"


def test_another_audience_of_one_date_is_its_own_and_changes_the_series(database: Database) -> None:
    meeting = meet(database)
    with database.write() as db:
        series = meeting.calls(db)
        november = _on(series, date(2017, 11, 9))
        mayors = meeting.of_role(db, "mayor")
        change_gathering(db, november, replace(details_of(november), audience=mayors), by=BY)
        assert november.audience_id != series.audience_id
        assert rule_of(series.audience) == meeting.of_role(db, "facilitator")
        assert series.sequence == 1


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"rule": "FREQ=SECONDLY"}, "rule"),
        ({"rule": "FREQ=MONTHLY;BYDAY=2TH;COUNT=4"}, "rule"),
        ({"rule": "FREQ=MONTHLY;BYDAY=XX"}, "rule"),
        ({"first": date(2017, 6, 9)}, "first"),
        ({"last": date(2017, 6, 1)}, "last"),
        ({"first": None}, "first"),
        ({"rule": ""}, "days"),
        ({"minutes": 0}, "minutes"),
        ({"zone": "Mars/Olympus"}, "zone"),
    ],
)
def test_a_timetable_that_cannot_stand_is_refused_at_its_field(
    database: Database, said: dict[str, object], field: str
) -> None:
    meeting = meet(database)
    sound: dict[str, object] = {
        "zone": EASTERN,
        "start": time(12),
        "minutes": 60,
        "rule": SECOND_THURSDAYS,
        "first": date(2017, 6, 8),
        "last": date(2018, 5, 31),
    }
    timetable = Timetable(**{**sound, **said})  # type: ignore[arg-type]
    with database.write() as db, pytest.raises(Refused) as refused:
        create_series(db, meeting.cohort(db), Purpose(title="Call", audience=EVERYONE), timetable, by=BY)
    assert refused.value.field == field


def test_two_series_of_one_title_have_two_addresses_and_none_is_called_new(database: Database) -> None:
    meeting = meet(database)
    with database.write() as db:
        slugs = [meeting.calls(db).slug, meeting.calls(db).slug, meeting.calls(db, title="New").slug]
        assert meeting.calls(db, title="שיחה חודשית").slug == "series"
    assert slugs == ["facilitators-monthly-call", "facilitators-monthly-call-2", "new-2"]


def test_a_month_without_a_call_is_flagged_rule_17(database: Database) -> None:
    meeting = meet(database)
    with database.write() as db:
        series = meeting.calls(db)
        assert months_without_call(series, date(2017, 6, 1), date(2018, 5, 31)) == []
        call_off(db, _on(series, date(2017, 12, 14)), reason="Snow", by=BY)
        skip_occurrence(db, _on(series, date(2017, 7, 13)), by=BY)
        flagged = months_without_call(series, date(2017, 6, 1), date(2018, 5, 31))
    assert flagged == [date(2017, 7, 1), date(2017, 12, 1)]


def test_a_call_that_is_moved_into_the_next_month_leaves_its_own_flagged_rule_17(database: Database) -> None:
    meeting = meet(database)
    with database.write() as db:
        series = meeting.calls(db)
        # 30 November 21:00 in Cambridge is December by UTC, and November where it counts
        move_gathering(db, _on(series, date(2017, 11, 9)), starts_at=utc(2017, 12, 1, 2), minutes=60, by=BY)
        assert months_without_call(series, date(2017, 11, 1), date(2017, 12, 31)) == []
        move_gathering(db, _on(series, date(2017, 11, 30)), starts_at=utc(2017, 12, 1, 15), minutes=60, by=BY)
        assert months_without_call(series, date(2017, 11, 1), date(2017, 12, 31)) == [date(2017, 11, 1)]


def test_a_month_in_which_any_series_of_calls_meets_is_not_flagged_rule_17(database: Database) -> None:
    meeting = meet(database)
    with database.write() as db:
        cohort = meeting.cohort(db)
        assert months_to_flag(db, cohort, date(2017, 7, 1)) == []
        calls = meeting.calls(db)
        assert months_to_flag(db, cohort, date(2018, 7, 1)) == [date(2018, 6, 1), date(2018, 7, 1)]
        end_series(db, calls, last=date(2017, 12, 31), by=BY)
        timetable = Timetable(zone=EASTERN, start=time(9), minutes=60, days=[date(2018, 2, 1), date(2018, 3, 1)])
        create_series(db, cohort, Purpose(title="Mornings", audience=EVERYONE), timetable, by=BY)
        assert months_to_flag(db, cohort, date(2018, 3, 1)) == [date(2018, 1, 1)]


@pytest.mark.parametrize(
    ("rhythm", "first", "rule", "said"),
    [
        (Rhythm.MONTHLY, date(2017, 6, 8), "FREQ=MONTHLY;BYDAY=2TH", "the second Thursday of each month"),
        (Rhythm.MONTHLY, date(2017, 6, 29), "FREQ=MONTHLY;BYDAY=-1TH", "the last Thursday of each month"),
        (Rhythm.WEEKLY, date(2017, 6, 6), "FREQ=WEEKLY;BYDAY=TU", "every Tuesday"),
        (Rhythm.FORTNIGHTLY, date(2017, 6, 7), "FREQ=WEEKLY;INTERVAL=2;BYDAY=WE", "every other Wednesday"),
        (Rhythm.DATES, date(2017, 6, 7), "", ""),
    ],
)
def test_a_rhythm_is_made_of_its_first_day_and_said_in_words(rhythm: Rhythm, first: date, rule: str, said: str) -> None:
    assert rules.rule_for(rhythm, first) == rule
    assert rules.said_rule(rule) == said


def test_a_speaker_who_is_on_record_is_kept_when_the_series_says_something_else(database: Database) -> None:
    meeting = meet(database)
    with database.write() as db:
        series = meeting.calls(db)
        call = _on(series, date(2017, 11, 9))
        expert = meeting.stage.people["expert"]
        change_gathering(db, call, replace(details_of(call), presenters=speaking(expert)), by=BY)
        change_series(db, series, Purpose(title="Facilitators’ hour", audience=rule_of(series.audience)), by=BY)
        assert [engagement.person_id for engagement in call.engagements] == [expert]
