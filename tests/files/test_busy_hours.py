"""Of a stranger's calendar the hours are read, and nothing else; what would never end, ends."""

import time as stopwatch
from datetime import UTC, datetime

import pytest

from app.files import apart
from app.files.calendars import LARGEST, Hours, Reading, busy_hours
from app.files.kinds import Unacceptable

SINCE, UNTIL = datetime(2017, 11, 1, tzinfo=UTC), datetime(2017, 12, 1, tzinfo=UTC)


def reading(**said: object) -> Reading:
    return Reading(**{"since": SINCE, "until": UNTIL, "zone": "America/Los_Angeles", **said})  # type: ignore[arg-type]


def calendar(*entries: str, head: str = "") -> bytes:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//y", head, *entries, "END:VCALENDAR", ""]
    return "\r\n".join(line.replace("\n", "\r\n") for line in lines if line or line == lines[-1]).encode()


def event(*lines: str, uid: str = "a") -> str:
    return "\n".join(("BEGIN:VEVENT", f"UID:{uid}", "SUMMARY:Secret", *lines, "END:VEVENT"))


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2017, 11, day, hour, minute, tzinfo=UTC)


def hours(*entries: str, head: str = "", **said: object) -> Hours:
    return busy_hours(calendar(*entries, head=head), reading(**said))


MORNING = ("DTSTART:20171114T150000Z", "DTEND:20171114T160000Z")


def test_an_event_is_an_hour_without_a_word() -> None:
    assert hours(event(*MORNING)) == [(at(14, 15), at(14, 16))]


@pytest.mark.parametrize(
    "line",
    [
        "TRANSP:TRANSPARENT",
        "STATUS:CANCELLED",
        "X-MICROSOFT-CDO-BUSYSTATUS:FREE",
        "ATTENDEE;PARTSTAT=DECLINED:mailto:Rosa@city.example",
    ],
)
def test_what_is_free_called_off_or_declined_does_not_count(line: str) -> None:
    assert hours(event(*MORNING, line), email="rosa@city.example") == []


@pytest.mark.parametrize(
    "line",
    [
        "ATTENDEE;PARTSTAT=DECLINED:mailto:another@city.example",
        "ATTENDEE;PARTSTAT=ACCEPTED:mailto:rosa@city.example",
        "STATUS:TENTATIVE",
        "TRANSP:OPAQUE",
    ],
)
def test_what_others_declined_or_what_is_tentative_counts(line: str) -> None:
    assert hours(event(*MORNING, line), email="rosa@city.example") == [(at(14, 15), at(14, 16))]


def test_the_owner_is_also_known_by_the_calendars_own_name() -> None:
    declined = event(*MORNING, "ATTENDEE;PARTSTAT=DECLINED:mailto:rosa.private@mail.example")
    assert hours(declined, head="X-WR-CALNAME:rosa.private@mail.example", email="rosa@city.example") == []


def test_a_day_is_midnight_to_midnight_on_the_owners_clock() -> None:
    assert hours(event("DTSTART;VALUE=DATE:20171114", "DTEND;VALUE=DATE:20171115")) == [(at(14, 8), at(15, 8))]
    assert hours(event("DTSTART;VALUE=DATE:20171114")) == [(at(14, 8), at(15, 8))]
    assert hours(event("DTSTART;VALUE=DATE:20171105")) == [(at(5, 7), at(6, 8))]  # the day the clocks change: 25 hours


def test_a_floating_time_is_on_the_owners_clock_and_a_zoned_one_on_its_own() -> None:
    floating = event("DTSTART:20171114T090000", "DTEND:20171114T100000", uid="a")
    eastern = event("DTSTART;TZID=America/New_York:20171116T090000", "DURATION:PT30M", uid="b")
    assert hours(floating, eastern) == [(at(14, 17), at(14, 18)), (at(16, 14), at(16, 14, 30))]


def test_a_series_keeps_its_wall_time_across_the_clock_change_with_its_exceptions() -> None:
    series = event(
        "DTSTART;TZID=America/New_York:20171024T120000",
        "DTEND;TZID=America/New_York:20171024T130000",
        "RRULE:FREQ=WEEKLY",
        "EXDATE;TZID=America/New_York:20171114T120000",
    )
    moved = event(
        "RECURRENCE-ID;TZID=America/New_York:20171121T120000",
        "DTSTART;TZID=America/New_York:20171122T080000",
        "DTEND;TZID=America/New_York:20171122T090000",
    )
    assert hours(series, moved, until=at(30, 0)) == [
        (at(7, 17), at(7, 18)),
        (at(22, 13), at(22, 14)),
        (at(28, 17), at(28, 18)),
    ]


def test_stretches_that_touch_are_one_and_the_window_cuts_them() -> None:
    night = event("DTSTART:20171031T220000Z", "DTEND:20171101T020000Z", uid="a")
    first = event("DTSTART:20171101T010000Z", "DTEND:20171101T030000Z", uid="b")
    next_to_it = event("DTSTART:20171101T030000Z", "DTEND:20171101T040000Z", uid="c")
    assert hours(next_to_it, night, first) == [(at(1, 0), at(1, 4))]


def test_what_plenary_itself_put_there_does_not_count() -> None:
    assert hours(event(*MORNING, uid="ours"), own=["ours"]) == []


def test_a_calendar_of_free_and_busy_alone_is_read() -> None:
    said = (
        "BEGIN:VFREEBUSY\nFREEBUSY;FBTYPE=BUSY:20171112T000000Z/PT3H,20171112T050000Z/20171112T060000Z\n"
        "FREEBUSY;FBTYPE=FREE:20171113T000000Z/PT3H\nEND:VFREEBUSY"
    )
    assert hours(said) == [(at(12, 0), at(12, 3)), (at(12, 5), at(12, 6))]


def test_what_is_broken_is_left_out_and_the_rest_is_read() -> None:
    broken = event("DTSTART:2017", "DTEND:never", uid="b")
    endless = event(*MORNING, "RRULE:FREQ=WEEKLY;UNTIL=soon;INTERVAL=-1", uid="c")
    assert hours(event(*MORNING), broken) == [(at(14, 15), at(14, 16))]
    assert hours(event(*MORNING), endless)[0] == (at(14, 15), at(14, 16))


def test_ten_years_of_every_day_are_no_more_than_the_window() -> None:
    found = hours(event("DTSTART:20100101T100000Z", "DTEND:20100101T110000Z", "RRULE:FREQ=DAILY"))
    assert (len(found), found[0], found[-1]) == (30, (at(1, 10), at(1, 11)), (at(30, 10), at(30, 11)))


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY",
        "FREQ=MINUTELY;INTERVAL=1",
        "FREQ=DAILY;BYHOUR=1,2,3;BYMINUTE=0,1,2,3,4,5;BYSECOND=0,1,2,3",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
    ],
)
def test_a_rule_that_would_never_end_is_left_out(rule: str) -> None:
    bomb = event("DTSTART:20100101T100000Z", "DTEND:20100101T100001Z", f"RRULE:{rule}", uid="bomb")
    began = stopwatch.monotonic()
    assert hours(event(*MORNING), bomb)[-1] == (at(14, 15), at(14, 16))
    assert stopwatch.monotonic() - began < 15


def test_what_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "SECONDS", 0.05)
    with pytest.raises(Unacceptable, match="more often than can be counted"):
        hours(event(*MORNING))


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"<html>Sign in</html>", "This is no calendar"),
        (b"", "This is no calendar"),
        (b"\x00\xff" * 50, "This is no calendar"),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", "cannot be read"),
        (b"BEGIN:VCALENDAR" + b"0" * LARGEST, "larger than 15 MB"),
    ],
)
def test_what_is_no_calendar_is_refused_with_a_sentence(body: bytes, says: str) -> None:
    with pytest.raises(Unacceptable) as refused:
        busy_hours(body, reading())
    assert says in refused.value.sentence


def test_fifteen_years_of_appointments_are_read_in_time() -> None:
    old = [
        event(f"DTSTART:20{year:02}{month:02}{day:02}T150000Z", "DURATION:PT1H", "DESCRIPTION:" + "x" * 300, uid=uid)
        for year in range(3, 17)
        for month in range(1, 13)
        for day in range(1, 29)
        for uid in [f"{year}-{month}-{day}-{n}" for n in range(3)]
    ]
    began = stopwatch.monotonic()
    assert hours(*old, event(*MORNING)) == [(at(14, 15), at(14, 16))]
    assert stopwatch.monotonic() - began < 10
