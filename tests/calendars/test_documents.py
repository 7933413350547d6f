"""What every calendar program needs of a file: calendars.md, 1 to 22, and text from people who mean no good."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar, Component

from app.calendars.documents import LONGEST_TITLE, TO_KEEP, Cover, Entry, Manner, Recurrence, State, document
from app.calendars.lines import plain, plain_line

NOON = datetime(2017, 11, 14, 17, tzinfo=UTC)
HOUR = timedelta(hours=1)


def _entry(**said: Any) -> Entry:
    values: dict[str, Any] = {
        "uid": "0f6dd2a4-7a4b-4d8e-9a43-2f8f5d5b1a01",
        "sequence": 2,
        "changed_at": datetime(2017, 10, 24, 14, 3, 9, 500_000, tzinfo=UTC),
        "title": "Mayors’ updates I",
        "starts": NOON,
        "ends": NOON + HOUR,
        "zone": "America/New_York",
    }
    return Entry(**{**values, **said})


def _lines(body: bytes) -> list[str]:
    """The logical lines of a file."""
    return body.decode().replace("\r\n ", "").split("\r\n")


def _event(**said: Any) -> Component:
    (event,) = Calendar.from_ical(document("A calendar", [_entry(**said)])).walk("VEVENT")
    return event


def test_an_event_says_what_it_is_and_nothing_of_the_request() -> None:
    lines = _lines(
        document(
            "By All Means",
            [
                _entry(
                    location="GCC, Appian Way",
                    coordinates=(42.3755, -71.1222),
                    description="Three cities, 25 min each",
                    address="https://plenary.example.org/s/3",
                    categories=("Mayors’ update", "Adaptive; leadership"),
                    join_url="https://meet.example.org/x",
                    is_private=True,
                )
            ],
        )
    )
    assert lines[lines.index("BEGIN:VEVENT") :] == [
        "BEGIN:VEVENT",
        "UID:0f6dd2a4-7a4b-4d8e-9a43-2f8f5d5b1a01",
        "SEQUENCE:2",
        "DTSTAMP:20171024T140309Z",
        "LAST-MODIFIED:20171024T140309Z",
        "DTSTART;TZID=America/New_York:20171114T120000",
        "DTEND;TZID=America/New_York:20171114T130000",
        "SUMMARY:Mayors’ updates I",
        "STATUS:CONFIRMED",
        "TRANSP:OPAQUE",
        "LOCATION:GCC\\, Appian Way",
        "GEO:42.375500;-71.122200",
        "DESCRIPTION:Three cities\\, 25 min each\\n\\nJoin: https://meet.example.org/x\\n\\nhttps://plenary.example.org/s/3",
        "URL:https://plenary.example.org/s/3",
        "CATEGORIES:Mayors’ update,Adaptive\\; leadership",
        "CONFERENCE;VALUE=URI;FEATURE=AUDIO,VIDEO;LABEL=Join:https://meet.example.org/x",
        "CLASS:PRIVATE",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]


def test_a_calendar_has_a_name_for_every_program_and_says_how_often_to_look() -> None:
    lines = _lines(document("By All Means, or; most \\", [_entry()]))
    assert lines[: lines.index("BEGIN:VTIMEZONE")] == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Plenary//Calendar//EN",
        "CALSCALE:GREGORIAN",
        "NAME:By All Means\\, or\\; most \\\\",
        "X-WR-CALNAME:By All Means\\, or\\; most \\\\",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
    ]


def test_the_same_entries_make_the_same_bytes_whatever_their_order() -> None:
    one, other = _entry(), _entry(uid="b", starts=NOON + HOUR, ends=NOON + 2 * HOUR)
    assert document("A", [one, other]) == document("A", [other, one])


def test_no_line_is_longer_than_75_octets_and_all_end_in_crlf() -> None:
    body = document("市長の会議" * 30, [_entry(title="é" * 300, description="🎉市\n" * 400, location="ב" * 400)])
    assert body.decode().encode() == body
    assert max(len(line) for line in body.split(b"\r\n")) <= 75
    assert b"\n" not in body.replace(b"\r\n", b"")


HOSTILE = "A\r\nATTENDEE:mailto:x@example.org\r\nEND:VEVENT\u2028B\u2029C\x85D\x00\x07E\ufeffF"


@pytest.mark.parametrize("field", ["title", "location", "description"])
def test_text_with_line_ends_stays_text(field: str) -> None:
    body = document(HOSTILE, [_entry(**{field: HOSTILE, "categories": (HOSTILE,)})])
    parsed = Calendar.from_ical(body)
    assert [component.name for component in parsed.walk()].count("VEVENT") == 1
    assert not any(line.startswith(("ATTENDEE", "END:VEVENT\\")) for line in _lines(body))
    assert not set(body.decode()) & {"\u2028", "\u2029", "\x85", "\x00", "\x07", "\ufeff"}


def test_text_keeps_its_paragraphs_and_its_direction() -> None:
    event = _event(title="שיחת ראשי ערים", description="One; two, \\ three\n\nחלק ב")
    assert (str(event["SUMMARY"]), str(event["DESCRIPTION"])) == ("שיחת ראשי ערים", "One; two, \\ three\n\nחלק ב")


def test_what_reads_as_html_is_drawn_by_no_client() -> None:
    assert plain("<script>alert(1)</script> 1 < 2 <3") == "‹script>alert(1)‹/script> 1 < 2 <3"


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "https://x.org/a b", "https://x.org/\r\nX:1", "ftp://x.org"]
)
def test_what_is_no_web_address_stands_nowhere_as_one(address: str) -> None:
    event = _event(join_url=address, address=address)
    assert {"CONFERENCE", "URL", "LOCATION", "DESCRIPTION"} & set(event) == set()


def test_a_long_title_is_cut_where_clients_would_and_a_long_text_before_the_address() -> None:
    event = _event(
        title="x" * 500, state=State.CANCELLED, description="y" * 9000, address="https://plenary.example.org/s/3"
    )
    assert len(str(event["SUMMARY"])) <= 255
    assert len(str(event["DESCRIPTION"])) <= 8000
    assert str(event["DESCRIPTION"]).endswith("…\n\nhttps://plenary.example.org/s/3")


def test_an_empty_property_is_left_out_and_an_empty_title_is_not() -> None:
    event = _event(title=" \n ")
    assert str(event["SUMMARY"]) == "(untitled)"
    assert {"LOCATION", "DESCRIPTION", "CATEGORIES", "URL", "CONFERENCE", "CLASS"} & set(event) == set()


def test_what_is_called_off_says_so_in_its_title_and_blocks_nobody_rule_16() -> None:
    event = _event(state=State.CANCELLED)
    assert [str(event[name]) for name in ("SUMMARY", "STATUS", "TRANSP")] == [
        "CANCELLED: Mayors’ updates I",
        "CANCELLED",
        "TRANSPARENT",
    ]


def test_where_there_is_no_room_the_address_to_join_is_the_place() -> None:
    assert str(_event(join_url="https://meet.example.org/x")["LOCATION"]) == "https://meet.example.org/x"


def test_whole_days_are_dates_and_their_end_is_exclusive() -> None:
    lines = _lines(document("A", [_entry(starts=date(2017, 11, 14), ends=date(2017, 11, 16), is_free=True)]))
    assert {"DTSTART;VALUE=DATE:20171114", "DTEND;VALUE=DATE:20171116", "TRANSP:TRANSPARENT"} <= set(lines)
    assert "BEGIN:VTIMEZONE" not in lines


def test_an_hour_that_autumn_repeats_is_said_in_utc_since_its_wall_time_is_two_instants_rule_14() -> None:
    first, second = datetime(2017, 11, 5, 5, 30, tzinfo=UTC), datetime(2017, 11, 5, 6, 30, tzinfo=UTC)
    early, late = _entry(starts=first, ends=first + HOUR / 4), _entry(uid="b", starts=second, ends=second + HOUR)
    lines = _lines(document("A", [early, late]))
    assert [line for line in lines if line.startswith("DTSTART;") or line.startswith("DTSTART:2017")] == [
        "DTSTART:20171105T053000Z",
        "DTSTART:20171105T063000Z",
    ]


def test_each_zone_is_defined_once_and_no_zone_that_is_not_used() -> None:
    body = document(
        "A",
        [
            _entry(),
            _entry(uid="b", zone="America/Los_Angeles"),
            _entry(uid="c", zone="America/Los_Angeles"),
            _entry(uid="d", zone="UTC"),
        ],
    )
    zones = [str(zone["TZID"]) for zone in Calendar.from_ical(body).walk("VTIMEZONE")]
    assert zones == ["America/Los_Angeles", "America/New_York"]


def test_a_calendar_without_events_still_holds_something() -> None:
    (zone,) = Calendar.from_ical(document("A", [], zone="Europe/Paris")).walk("VTIMEZONE")
    assert str(zone["TZID"]) == "Europe/Paris"


def test_a_series_ends_in_utc_and_leaves_dates_out_in_its_own_zone_before_its_overrides() -> None:
    skipped = datetime(2017, 12, 12, 17, tzinfo=UTC)
    moved = datetime(2018, 3, 13, 16, tzinfo=UTC)
    series = _entry(
        recurrence=Recurrence("FREQ=MONTHLY;BYDAY=2TU", datetime(2018, 5, 8, 16, tzinfo=UTC), (skipped,)), title="Call"
    )
    override = _entry(occurrence=moved, starts=moved - 30 * HOUR, ends=moved - 29 * HOUR, title="Call")
    lines = _lines(document("A", [override, series]))
    assert "RRULE:FREQ=MONTHLY;BYDAY=2TU;UNTIL=20180508T160000Z" in lines
    assert "EXDATE;TZID=America/New_York:20171212T120000" in lines
    assert lines.index("RRULE:FREQ=MONTHLY;BYDAY=2TU;UNTIL=20180508T160000Z") < lines.index(
        "RECURRENCE-ID;TZID=America/New_York:20180313T120000"
    )


@settings(max_examples=150, deadline=None)
@given(title=st.text(max_size=300), description=st.text(max_size=300))
def test_any_text_at_all_comes_back_as_it_was_meant(title: str, description: str) -> None:
    event = _event(title=title, description=description)
    assert str(event["SUMMARY"]) == (plain_line(title, LONGEST_TITLE) or "(untitled)")
    assert str(event.get("DESCRIPTION", "")) == plain(description)


def test_a_calendar_says_what_it_holds_and_in_which_colour_it_is_drawn() -> None:
    cover = Cover("Mayors", "What mayors, all of them, are invited to.", "https://plenary.example.org/me", "teal")
    lines = _lines(document(cover, [_entry()]))
    assert lines[6:12] == [
        "DESCRIPTION:What mayors\\, all of them\\, are invited to.",
        "X-WR-CALDESC:What mayors\\, all of them\\, are invited to.",
        "URL:https://plenary.example.org/me",
        "COLOR:teal",
        "X-APPLE-CALENDAR-COLOR:#008080",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
    ]
    assert not any(line.startswith("COLOR") for line in _lines(document(Cover("A", color="url(x)"), [_entry()])))


def test_an_alarm_rings_before_what_takes_time_and_before_nothing_else() -> None:
    whole_days = {"starts": date(2017, 11, 14), "ends": date(2017, 11, 16), "is_free": True}
    entries = [_entry(), _entry(uid="b", state=State.CANCELLED), _entry(uid="c", **whole_days)]
    alarm: Any
    (alarm,) = Calendar.from_ical(document("A", entries, manner=Manner(alarm_minutes=15))).walk("VALARM")
    assert (alarm["ACTION"], alarm["TRIGGER"].dt, str(alarm["DESCRIPTION"])) == (
        "DISPLAY",
        timedelta(minutes=-15),
        "Mayors’ updates I",
    )
    assert b"VALARM" not in document("A", entries)


def test_a_file_to_keep_has_its_text_in_html_too_where_what_people_wrote_stays_text() -> None:
    said = {"description": "Fish & <b>chips</b>\nthen\n\nlast", "address": "https://plenary.example.org/s/3?a=1&b=2"}
    (event,) = Calendar.from_ical(document("A", [_entry(**said)], manner=TO_KEEP)).walk("VEVENT")
    assert str(event["X-ALT-DESC"]).replace("\\;", ";") == (
        "<!DOCTYPE html><html><body><p>Fish &amp; ‹b&gt;chips‹/b&gt;<br>then</p><p>last</p>"
        '<p><a href="https://plenary.example.org/s/3?a=1&amp;b=2">https://plenary.example.org/s/3?a=1&amp;b=2</a></p>'
        "</body></html>"
    )
    assert event["X-ALT-DESC"].params["FMTTYPE"] == "text/html"
    assert b"X-ALT-DESC" not in document("A", [_entry(**said)])
