"""Rule 11: presence windows, said on the clocks of the convening's zone and kept as instants."""

from datetime import UTC, date, datetime, time

import pytest

from app.database import Database
from app.models import Convening
from app.registration.presence import (
    DayThere,
    Window,
    days_of,
    days_said,
    presence,
    read_day,
    said,
    whole,
    windows_of,
)
from app.registration.registrations import Details, cancel, register
from tests.registration.stage import BY, Stage, convening, person

TUE, WED = date(2017, 11, 14), date(2017, 11, 15)


def held(starts: date = TUE, ends: date = WED, zone: str = "America/New_York") -> Convening:
    return Convening(cohort_id=1, slug="x", title="X", starts_on=starts, ends_on=ends, zone=zone)


def utc(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2017, month, day, hour, minute, tzinfo=UTC)


def test_both_days_whole_are_no_window_at_all() -> None:
    assert windows_of(held(), {TUE: DayThere(True), WED: DayThere(True)}) == ()


def test_one_afternoon_is_one_window_in_utc() -> None:
    windows = windows_of(held(), {TUE: read_day(True, "13:30", "17:00"), WED: DayThere()})
    assert windows == (Window(utc(14, 18, 30), utc(14, 22)),)
    assert said(held(), windows) == ("Tue 14 Nov, 13:30–17:00",)


def test_from_tuesday_noon_until_wednesday_ten_is_one_window_over_the_night() -> None:
    windows = windows_of(held(), {TUE: read_day(True, "12:00", ""), WED: read_day(True, "", "10:00")})
    assert windows == (Window(utc(14, 17), utc(15, 15)),)
    assert said(held(), windows) == ("Tue 14 Nov, from 12:00", "Wed 15 Nov, until 10:00")


def test_a_gap_is_two_windows() -> None:
    windows = windows_of(held(), {TUE: read_day(True, "", "12:00"), WED: read_day(True, "08:30", "")})
    assert windows == (Window(utc(14, 5), utc(14, 17)), Window(utc(15, 13, 30), utc(16, 5)))
    assert said(held(), windows) == ("Tue 14 Nov, until 12:00", "Wed 15 Nov, from 08:30")


def test_what_was_said_of_each_day_comes_back_from_the_windows() -> None:
    days = {TUE: read_day(True, "13:30", ""), WED: DayThere()}
    assert days_said(held(), windows_of(held(), days)) == days
    assert days_said(held(), ()) == {TUE: DayThere(True), WED: DayThere(True)}


def test_a_day_when_clocks_change_ends_at_its_own_midnight() -> None:
    sunday = date(2017, 11, 5)
    autumn = held(sunday, sunday)
    assert whole(autumn) == Window(utc(5, 4), utc(6, 5))
    assert windows_of(autumn, {sunday: read_day(True, "03:00", "")}) == (Window(utc(5, 8), utc(6, 5)),)
    assert windows_of(autumn, {sunday: DayThere(True)}) == ()


def test_another_zone_means_its_own_days() -> None:
    kathmandu = held(zone="Asia/Kathmandu")
    assert whole(kathmandu).starts_at == utc(13, 18, 15)
    assert windows_of(kathmandu, {WED: read_day(True, "", "09:00")}) == (Window(utc(14, 18, 15), utc(15, 3, 15)),)


def test_no_day_at_all_is_refused_with_a_sentence() -> None:
    with pytest.raises(ValueError, match=r"^Tick at least one day, or say that you cannot come\.$"):
        windows_of(held(), {TUE: DayThere(), date(2017, 11, 20): DayThere(True)})


@pytest.mark.parametrize(
    ("arrives", "leaves", "sentence"),
    [
        ("13:00", "12:00", "Leaving at 12:00 is not after arriving at 13:00."),
        ("13:00", "13:00", "Leaving at 13:00 is not after arriving at 13:00."),
        ("", "00:00", "Leaving at 00:00 is not after arriving at 00:00."),
        ("noon", "", "“noon” is not a time; write it like 08:30."),
        ("", "25:00", "“25:00” is not a time; write it like 08:30."),
    ],
)
def test_a_time_that_cannot_be_is_refused_with_a_sentence(arrives: str, leaves: str, sentence: str) -> None:
    with pytest.raises(ValueError) as refusal:  # noqa: PT011 - the sentence below is the match
        read_day(True, arrives, leaves)
    assert str(refusal.value) == sentence


def test_times_of_a_day_when_one_is_not_there_do_not_matter() -> None:
    assert read_day(False, "13:00", "12:00").there is False


def test_a_convening_of_one_day_has_one_day() -> None:
    assert days_of(held(TUE, TUE)) == (TUE,)


def test_presence_tells_of_everybody_who_has_a_place_and_of_nobody_else(
    database: Database, stage: Stage, queries: list[str]
) -> None:
    afternoon = windows_of(held(), {TUE: DayThere(True, time(13), time(17))})
    with database.write() as db:
        here = convening(db, stage)
        register(db, here, person(db, stage, "oakland mayor"), details=Details(windows=afternoon), by=BY)
        register(db, here, person(db, stage, "staff"), by=BY)
        cancel(db, register(db, here, person(db, stage, "salem mayor"), by=BY), by=BY)
    with database.read() as db:
        here = convening(db, stage)
        queries.clear()
        assert presence(db, here) == {stage.people["oakland mayor"]: afternoon, stage.people["staff"]: ()}
        assert len(queries) == 1


def test_a_change_of_windows_replaces_them_and_saying_nothing_keeps_them(database: Database, stage: Stage) -> None:
    morning = windows_of(held(), {TUE: DayThere(True, None, time(12))})
    afternoon = windows_of(held(), {TUE: DayThere(True, time(12), None)})
    for windows, after in ((morning, morning), (afternoon, afternoon), (None, afternoon), ((), ())):
        with database.write() as db:
            mayor = person(db, stage, "oakland mayor")
            register(db, convening(db, stage), mayor, details=Details(windows=windows), by=BY)
        with database.read() as db:
            assert presence(db, convening(db, stage)) == {stage.people["oakland mayor"]: after}
