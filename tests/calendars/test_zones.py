"""VTIMEZONE as RFC 5545 wants it, read by a program that is not ours: python-dateutil's tzical."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from dateutil.tz import tzical  # type: ignore[import-untyped]  # python-dateutil ships no types
from icalendar import Calendar

from app import clock
from app.calendars.posix import Rule, rule_of
from app.calendars.zones import vtimezone

NEW_YORK = """\
BEGIN:VTIMEZONE
TZID:America/New_York
BEGIN:DAYLIGHT
DTSTART:20070311T020000
RRULE:FREQ=YEARLY;BYDAY=2SU;BYMONTH=3
TZNAME:EDT
TZOFFSETFROM:-0500
TZOFFSETTO:-0400
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:20071104T020000
RRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=11
TZNAME:EST
TZOFFSETFROM:-0400
TZOFFSETTO:-0500
END:STANDARD
END:VTIMEZONE
"""


def _written(zone: str, first: int, last: int) -> str:
    moments = datetime(first, 3, 1, tzinfo=UTC), datetime(last, 10, 1, tzinfo=UTC)
    text: str = vtimezone(zone, *moments).to_ical().decode()
    return text.replace("\r\n", "\n")


def test_new_york_has_both_observances_with_their_onsets_in_the_time_before_the_change() -> None:
    assert _written("America/New_York", 2017, 2018) == NEW_YORK


def test_the_same_definition_serves_all_years_of_the_rule_so_that_files_stay_the_same() -> None:
    assert _written("America/New_York", 2008, 2009) == _written("America/New_York", 2017, 2031) == NEW_YORK


@pytest.mark.parametrize(("first", "last"), [(2005, 2007), (2017, 2018), (2025, 2026)])
@pytest.mark.parametrize(
    "zone",
    [
        "America/New_York",
        "America/Los_Angeles",
        "America/Phoenix",  # no summer time
        "America/Sao_Paulo",  # had one until 2019
        "America/Nuuk",  # changes on a Saturday evening, before a Sunday
        "Europe/Dublin",  # its law calls winter the exception
        "Asia/Kathmandu",  # a quarter of an hour
        "Asia/Jerusalem",  # a Friday after the fourth Thursday
        "Asia/Gaza",  # a Saturday, fifty hours after a Thursday
        "Africa/Cairo",  # at 24:00 of a Thursday: no yearly rule says it
        "Africa/Casablanca",  # by the moon
        "Australia/Lord_Howe",  # by half an hour, in the south
        "Pacific/Apia",  # skipped a day
        "UTC",
    ],
)
def test_a_definition_gives_the_offsets_of_the_tz_database_rule_14(zone: str, first: int, last: int) -> None:
    read = tzical(StringIO(f"BEGIN:VCALENDAR\n{_written(zone, first, last)}END:VCALENDAR\n")).get(zone)
    moment, end = datetime(first, 1, 3, tzinfo=UTC), datetime(last, 12, 30, tzinfo=UTC)
    different = []
    while moment < end:
        wall = clock.local(moment, zone)
        # An hour that autumn repeats is two instants, of which a wall time without a fold names the first
        if wall.fold == 0 and read.utcoffset(wall.replace(tzinfo=None)) != wall.utcoffset():
            different.append(moment)
        moment += timedelta(hours=5)
    assert different == []


@pytest.mark.parametrize("zone", ["America/New_York", "America/Sao_Paulo", "Africa/Casablanca", "UTC"])
def test_every_definition_has_a_standard_observance_and_no_list_of_dates(zone: str) -> None:
    parsed = Calendar.from_ical(_written(zone, 2017, 2027))
    assert "STANDARD" in {observance.name for observance in parsed.subcomponents}
    assert all("RDATE" not in observance for observance in parsed.subcomponents)


def test_the_posix_rule_of_every_zone_that_may_be_chosen_can_be_read() -> None:
    assert [zone for zone in clock.zone_names() if rule_of(zone) is None] == []


def test_a_zone_without_summer_time_has_one_offset() -> None:
    assert rule_of("Asia/Kathmandu") == Rule(timedelta(hours=5, minutes=45))


@pytest.mark.parametrize("name", ["../../etc/passwd", "Mars/Olympus", "", "America/New_York\r\nX-EVIL:1"])
def test_a_name_that_is_no_zones_is_refused_before_any_file_is_opened(name: str) -> None:
    with pytest.raises(ValueError, match="is not the name of a time zone"):
        rule_of(name)
