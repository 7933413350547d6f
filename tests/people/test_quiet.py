"""Nights and weekends are quiet, on the clock of whoever is written to, also when clocks change."""

from datetime import UTC, datetime

import pytest

from app.people.quiet import awake, goes_at, meant_for, morning_before

CAMBRIDGE, OAKLAND, KATHMANDU = "America/New_York", "America/Los_Angeles", "Asia/Kathmandu"


def utc(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2017, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "zone", "then"),
    [
        (utc(11, 1, 15), CAMBRIDGE, utc(11, 1, 15)),  # 11:00 on a Wednesday
        (utc(11, 1, 12), CAMBRIDGE, utc(11, 1, 12)),  # 08:00 sharp is not quiet
        (utc(11, 1, 11, 59), CAMBRIDGE, utc(11, 1, 12)),
        (utc(11, 1, 23, 59), CAMBRIDGE, utc(11, 1, 23, 59)),  # 19:59
        (utc(11, 2, 0), CAMBRIDGE, utc(11, 2, 12)),  # 20:00 waits for 08:00
        (utc(11, 2, 0), OAKLAND, utc(11, 2, 0)),  # in Oakland it is 17:00
        (utc(11, 4, 3), CAMBRIDGE, utc(11, 6, 13)),  # Friday 23:00 EDT: Monday 08:00, which is EST by then
        (utc(11, 4, 3), OAKLAND, utc(11, 6, 16)),  # Friday 20:00 PDT: Monday 08:00 PST
        (utc(11, 5, 18), CAMBRIDGE, utc(11, 6, 13)),  # Sunday of the clock change, 13:00
        (utc(11, 1, 15), KATHMANDU, utc(11, 2, 2, 15)),  # 20:45 there
    ],
)
def test_what_falls_into_quiet_hours_waits_for_eight_oclock_of_a_working_day(
    moment: datetime, zone: str, then: datetime
) -> None:
    assert awake(moment, zone) == then


def test_the_morning_before_is_that_of_the_last_working_day() -> None:
    assert morning_before(utc(11, 5, 18), CAMBRIDGE) == utc(11, 3, 12)  # Sunday: Friday 08:00 EDT
    assert morning_before(utc(11, 6, 14), CAMBRIDGE) == utc(11, 6, 13)
    assert morning_before(utc(11, 6, 12), CAMBRIDGE) == utc(11, 3, 12)  # before eight on Monday


def test_what_would_come_too_late_is_brought_forward_and_else_given_up() -> None:
    """Registration closes on Sunday night; the day before is a Saturday."""
    closes = utc(11, 6, 5)
    assert meant_for(utc(11, 4, 4), closes, CAMBRIDGE) == utc(11, 3, 12)
    assert goes_at(utc(11, 3, 12), closes, CAMBRIDGE, utc(11, 3, 14)) == utc(11, 3, 14)
    assert goes_at(utc(11, 3, 12), closes, CAMBRIDGE, utc(11, 4, 14)) is None


def test_what_could_not_go_within_two_days_does_not_go_any_more() -> None:
    far = utc(12, 1, 5)
    assert goes_at(utc(11, 1, 15), far, CAMBRIDGE, utc(11, 3, 15)) == utc(11, 3, 15)
    assert goes_at(utc(11, 1, 15), far, CAMBRIDGE, utc(11, 3, 15, 1)) is None
    assert goes_at(utc(11, 3, 22), far, CAMBRIDGE, utc(11, 6, 10)) == utc(11, 6, 13)  # a weekend is not held against it
