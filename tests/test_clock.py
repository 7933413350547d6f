"""Times as they are said, and what becomes of wall times when clocks change (rule 14)."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from app import clock

BOSTON = "America/New_York"
OAKLAND = ("America/Los_Angeles", "Oakland")


def test_the_events_zone_is_said_and_the_viewers_beside_it() -> None:
    """Rule 14, in the words of the look."""
    start = clock.at(date(2017, 11, 14), time(13, 30), BOSTON)
    said = clock.said_span(start, start + timedelta(minutes=75), BOSTON, OAKLAND)
    assert said == "Tue 14 Nov, 13:30–14:45 EST (10:30–11:45 in Oakland)"


def test_a_viewer_on_the_same_clock_sees_one_time() -> None:
    """Rule 14: Newton keeps New York's time."""
    start = clock.at(date(2017, 11, 14), time(13, 30), BOSTON)
    assert clock.said_span(start, start + timedelta(hours=1), BOSTON, ("America/Detroit", "Detroit")) == (
        "Tue 14 Nov, 13:30–14:30 EST"
    )


def test_the_viewers_other_day_is_said() -> None:
    start = clock.at(date(2017, 11, 14), time(20, 0), BOSTON)
    said = clock.said_beside(start, start + timedelta(hours=1), BOSTON, ("Asia/Tokyo", "Tokyo"))
    assert said == "Wed 15 Nov, 10:00–11:00 in Tokyo"


def test_a_night_belongs_to_its_evening_and_a_longer_span_names_both_days() -> None:
    start = clock.at(date(2017, 11, 14), time(22, 0), BOSTON)
    assert clock.said_span(start, start + timedelta(hours=2, minutes=30), BOSTON) == "Tue 14 Nov, 22:00–00:30 EST"
    assert clock.said_span(start, start + timedelta(hours=12), BOSTON) == "Tue 14 Nov, 22:00–Wed 15 Nov 10:00 EST"


@pytest.mark.parametrize(
    ("zone", "said"),
    [(BOSTON, "EST"), ("Asia/Kathmandu", "UTC+05:45"), ("America/Sao_Paulo", "UTC-02:00"), ("UTC", "UTC")],
)
def test_a_zone_without_letters_is_said_as_its_offset(zone: str, said: str) -> None:
    assert clock.zone_abbreviation(datetime(2017, 11, 14, 18, tzinfo=UTC), zone) == said


def test_noon_is_noon_before_and_after_the_clocks_change() -> None:
    """Rule 14: 5 November 2017 is the change; the call of October and that of November are both at noon."""
    assert clock.at(date(2017, 10, 12), time(12), BOSTON) == datetime(2017, 10, 12, 16, tzinfo=UTC)
    assert clock.at(date(2017, 11, 9), time(12), BOSTON) == datetime(2017, 11, 9, 17, tzinfo=UTC)


def test_a_wall_time_that_spring_skips_moves_on_and_one_that_autumn_repeats_is_the_first() -> None:
    """RFC 5545, 3.3.5."""
    skipped = clock.at(date(2018, 3, 11), time(2, 30), BOSTON)
    assert clock.said_time(skipped, BOSTON) == "03:30"
    repeated = clock.at(date(2017, 11, 5), time(1, 30), BOSTON)
    assert clock.zone_abbreviation(repeated, BOSTON) == "EDT"


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "../../etc/passwd", "America/New_York\x00", "x" * 5000])
def test_what_is_no_zone_is_refused_in_a_sentence(name: str) -> None:
    with pytest.raises(ValueError, match="is not the name of a time zone"):
        clock.zone(name)


def test_all_zones_on_offer_are_zones() -> None:
    names = clock.zone_names()
    assert len(names) > 300
    assert {BOSTON, "America/Los_Angeles", "UTC"} <= set(names)
    assert all(clock.zone(name) for name in names)


def test_a_last_minute_is_said_on_the_citys_clock_and_on_the_readers_with_another_day_named() -> None:
    """Rule 14, over the night in which clocks go back."""
    last = clock.at(date(2017, 11, 6), time(0), OAKLAND[0]) - timedelta(minutes=1)
    assert clock.said_in_both(last, OAKLAND[0], OAKLAND[0]) == "Sun 5 Nov 2017, 23:59 PST"
    assert clock.said_in_both(last, OAKLAND[0], BOSTON) == "Sun 5 Nov 2017, 23:59 PST (Mon 6 Nov, 02:59 in New York)"
    assert clock.said_in_both(last - timedelta(hours=6), OAKLAND[0], BOSTON).endswith(" (20:59 in New York)")
