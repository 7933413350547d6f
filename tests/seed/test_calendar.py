"""The sample's calendar, moved by whole weeks: on whichever day somebody first starts the program."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from seed.calendar import Calendar, Season, minutes
from seed.sample import calendar_for, read, read_convenings

NEW_YORK = "America/New_York"
AS_WRITTEN = calendar_for(None)
FALL = date(2017, 11, 14)
THREE_YEARS = [date(2026, 1, 1) + timedelta(days=number) for number in range(3 * 366)]


def test_without_a_day_the_dates_stay_as_written() -> None:
    assert Calendar(anchor=FALL, weeks=0) == AS_WRITTEN
    assert calendar_for(date(2017, 10, 24)) == AS_WRITTEN


def test_on_any_day_of_three_years_the_next_convening_begins_on_a_tuesday_18_to_24_days_ahead() -> None:
    for today in THREE_YEARS:
        begins = Calendar.around(FALL, today).day(FALL)
        assert (f"{begins:%A}", 18 <= (begins - today).days <= 24) == ("Tuesday", True), today


def test_on_any_day_of_three_years_updates_are_due_within_the_week() -> None:
    due_on = read("updates/2017-fall")["due_on"]
    for today in THREE_YEARS:
        assert 0 <= (Calendar.around(FALL, today).day(due_on) - today).days <= 6, today


def test_on_any_day_of_three_years_what_is_written_as_past_is_past() -> None:
    """Releases, approvals and drafts of the sample have happened when it is loaded, at whatever hour."""
    fall, agenda = read("updates/2017-fall"), read_convenings()["2017-fall"]
    happened = [
        fall["written_on"],
        agenda["release"]["published_on"],
        agenda["amendment"]["published_on"],
        *(update["approved_on"] for update in fall["update"] if "approved_on" in update),
    ]
    for today in THREE_YEARS:
        assert Calendar.around(FALL, today).day(max(happened).date()) < today, today


@pytest.mark.parametrize(
    ("today", "lands_on", "offset"),
    [
        (date(2026, 11, 23), date(2026, 12, 15), timedelta(hours=-5)),
        (date(2027, 6, 1), date(2027, 6, 22), timedelta(hours=-4)),
        (date(2027, 2, 22), date(2027, 3, 16), timedelta(hours=-4)),
    ],
    ids=["winter", "summer", "two days after the clocks changed"],
)
def test_wall_time_stays_across_a_clock_change(today: date, lands_on: date, offset: timedelta) -> None:
    """Rule 14."""
    starts_at, ends_at = Calendar.around(FALL, today).span(FALL, "13:30–14:45", NEW_YORK)
    local = starts_at.astimezone(ZoneInfo(NEW_YORK))
    assert (local.replace(tzinfo=None), local.utcoffset()) == (
        datetime.combine(lands_on, datetime.min.time()).replace(hour=13, minute=30),
        offset,
    )
    assert ends_at - starts_at == timedelta(minutes=75)


def test_a_written_local_moment_is_moved_and_then_meant_in_its_zone() -> None:
    """18:40 in Oakland stays 18:40 in Oakland: UTC-7 as written, UTC-8 where it lands."""
    written = datetime(2017, 10, 20, 18, 40)  # noqa: DTZ001 - a local time as the files write it
    moved = Calendar.around(FALL, date(2026, 12, 10)).instant(written, "America/Los_Angeles")
    assert moved.isoformat() == "2026-12-05T02:40:00+00:00"


def test_facilitators_calls_are_on_the_second_thursdays_of_twelve_months_for_any_day_of_three_years() -> None:
    """Rule 17, and the trap: whole weeks alone would move a second Thursday to a first or third."""
    series = next(one for one in read("gatherings")["series"] if "rrule" in one)
    for today in THREE_YEARS:
        calendar = Calendar.around(FALL, today)
        days = calendar.occurrences(series["rrule"], series["starts_on"], series["occurrences"])
        first = calendar.day(series["starts_on"])
        months = [(first.year * 12 + first.month - 1 + number) for number in range(12)]
        assert [day.year * 12 + day.month - 1 for day in days] == months, today
        assert {(day.weekday(), (day.day - 1) // 7) for day in days} == {(3, 1)}, today


def test_facilitators_calls_as_written_are_those_of_the_domain_page() -> None:
    series = next(one for one in read("gatherings")["series"] if "rrule" in one)
    days = AS_WRITTEN.occurrences(series["rrule"], series["starts_on"], series["occurrences"])
    assert [f"{day.day} {day:%b}" for day in days] == [
        *("8 Jun", "13 Jul", "10 Aug", "14 Sep", "12 Oct", "9 Nov"),
        *("14 Dec", "11 Jan", "8 Feb", "8 Mar", "12 Apr", "10 May"),
    ]


def test_seasons_as_written() -> None:
    days = [entry["starts_on"] for entry in read_convenings().values()]
    assert [AS_WRITTEN.season(day).slug for day in days] == list(read_convenings())
    assert AS_WRITTEN.season(FALL).said == "Fall 2017"


def test_seasons_never_meet_even_when_two_convenings_land_in_one_half_of_a_year() -> None:
    """Around 11 June the convening lands on 1 July and the next one on 30 December of the same year."""
    days = [entry["starts_on"] for entry in read_convenings().values()]
    for today in THREE_YEARS:
        calendar = Calendar.around(FALL, today)
        counted = [_half_years(calendar.season(day)) for day in days]
        assert counted == list(range(counted[0], counted[0] + 5)), today


def _half_years(season: Season) -> int:
    return season.year * 2 + ["spring", "fall"].index(season.name)


def test_minutes_of_a_span() -> None:
    assert minutes("07:45–08:30") == 45
