"""Rule 11: several stays a day, as typed, as kept, as said."""

from datetime import UTC, datetime, time

import pytest

from app.registration.presence import DayThere, Window, days_said, read_day, said, windows_of
from tests.registration.test_presence import TUE, WED, held


def utc(hour: int, minute: int = 0) -> datetime:
    return datetime(2017, 11, 14, hour, minute, tzinfo=UTC)


def test_a_gap_within_a_day_is_two_windows_that_come_back_as_they_were_said() -> None:
    days = {TUE: read_day(True, "09:00", "11:45", [("14:00", "17:00"), ("", "")]), WED: DayThere()}
    windows = windows_of(held(), days)
    assert windows == (Window(utc(14), utc(16, 45)), Window(utc(19), utc(22)))
    assert days_said(held(), windows) == days
    assert said(held(), windows) == ("Tue 14 Nov, 09:00–11:45 and 14:00–17:00",)


def test_two_gaps_in_a_day_are_three_windows_and_the_last_may_reach_over_the_night() -> None:
    day = read_day(True, "", "09:00", [("10:00", "11:00"), ("12:00", "")])
    windows = windows_of(held(), {TUE: day, WED: DayThere(True)})
    assert len(windows) == 3
    assert said(held(), windows) == ("Tue 14 Nov, until 09:00 and 10:00–11:00 and from 12:00", "Wed 15 Nov, all day")


def test_what_is_typed_of_a_day_that_is_not_ticked_is_nothing() -> None:
    assert read_day(False, "09:00", "10:00", [("08:00", "07:00")]).stretches == ()


@pytest.mark.parametrize(
    ("first", "again", "sentence"),
    [
        (("09:00", ""), ("14:00", ""), "Coming back needs a time of leaving before it."),
        (("09:00", "12:00"), ("", "15:00"), "After leaving at 12:00, say when coming back."),
        (("09:00", "12:00"), ("12:00", "15:00"), "Coming back at 12:00 is not after leaving at 12:00."),
        (("09:00", "12:00"), ("14:00", "13:00"), "Leaving at 13:00 is not after arriving at 14:00."),
        (("09:00", "12:00"), ("noon", ""), "“noon” is not a time; write it like 08:30."),
    ],
)
def test_a_coming_back_that_cannot_be_is_said_in_a_sentence(
    first: tuple[str, str], again: tuple[str, str], sentence: str
) -> None:
    with pytest.raises(ValueError, match=f"^{sentence}$".replace("(", r"\(")):
        read_day(True, *first, [again])


def test_wall_times_are_kept_as_times() -> None:
    assert read_day(True, "09:00", "12:00", [("13:00", "")]).again == ((time(13), None),)
