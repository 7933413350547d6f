"""Calendar files: series, exceptions, zones of every kind, and entries that are broken."""

from datetime import UTC, datetime

from app.exchange.read import read_agenda
from app.exchange.reading import Expected, ReadAgenda


def calendar(*lines: str) -> ReadAgenda:
    text = "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *lines, "END:VCALENDAR", ""])
    return read_agenda(text.encode(), Expected(fallback_zone="America/New_York"))


def entry(*lines: str) -> tuple[str, ...]:
    return ("BEGIN:VEVENT", *lines, "END:VEVENT")


def starts(agenda: ReadAgenda) -> list[datetime | None]:
    return [session.starts_at for session in agenda.sessions]


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_monthly_series_keeps_its_local_time_across_the_clock_change() -> None:
    agenda = calendar(
        *entry(
            "UID:call",
            "DTSTART;TZID=America/New_York:20171012T120000",
            "DURATION:PT1H",
            "RRULE:FREQ=MONTHLY;BYDAY=2TH;COUNT=3",
            "SUMMARY:Facilitators' call",
        )
    )

    assert starts(agenda) == [utc("2017-10-12 16:00"), utc("2017-11-09 17:00"), utc("2017-12-14 17:00")]
    assert [session.key for session in agenda.sessions] == [
        "call|20171012T160000Z",
        "call|20171109T170000Z",
        "call|20171214T170000Z",
    ]
    assert agenda.problems == ()


def test_series_with_a_moved_and_a_left_out_date_is_read_as_it_takes_place() -> None:
    agenda = calendar(
        *entry(
            "UID:call",
            "DTSTART;TZID=Europe/Berlin:20260105T100000",
            "DTEND;TZID=Europe/Berlin:20260105T110000",
            "RRULE:FREQ=WEEKLY;UNTIL=20260126T235959Z",
            "EXDATE;TZID=Europe/Berlin:20260112T100000",
            "SUMMARY:Call",
        ),
        *entry(
            "UID:call",
            "RECURRENCE-ID;TZID=Europe/Berlin:20260119T100000",
            "DTSTART;TZID=Europe/Berlin:20260119T140000",
            "DTEND;TZID=Europe/Berlin:20260119T150000",
            "SUMMARY:Call, later",
        ),
    )

    assert [(session.title, session.starts_at) for session in agenda.sessions] == [
        ("Call", utc("2026-01-05 09:00")),
        ("Call, later", utc("2026-01-19 13:00")),
        ("Call", utc("2026-01-26 09:00")),
    ]


def test_series_without_end_is_read_for_thirteen_months_and_says_so() -> None:
    agenda = calendar(
        *entry("UID:w", "DTSTART:20260105T100000Z", "DTEND:20260105T110000Z", "RRULE:FREQ=WEEKLY", "SUMMARY:Weekly")
    )

    assert len(agenda.sessions) == 58
    assert [str(note) for note in agenda.notes] == ["line 3: It repeats without end; 400 days of it were read."]


def test_rules_that_would_run_for_ever_are_refused_and_the_first_date_kept() -> None:
    rules = [
        "FREQ=SECONDLY",
        "FREQ=DAILY;BYHOUR=1,2;BYSECOND=1,2,3",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=FORTNIGHTLY",
    ]
    agenda = calendar(
        *(
            line
            for number, rule in enumerate(rules)
            for line in entry(
                f"UID:{number}", "DTSTART:20260105T100000Z", "DTEND:20260105T110000Z", f"RRULE:{rule}", "SUMMARY:S"
            )
        )
    )

    assert starts(agenda) == [utc("2026-01-05 10:00")] * 4
    assert {problem.sentence for problem in agenda.problems} >= {
        "It repeats in a way that no session does; its first date was read."
    }


def test_rule_whose_dates_never_come_is_refused_at_once_and_its_first_date_kept() -> None:
    agenda = calendar(
        *entry(
            "UID:never",
            "DTSTART:20260105T100000Z",
            "DTEND:20260105T110000Z",
            "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=5",
            "SUMMARY:30 February",
        )
    )

    assert starts(agenda) == [utc("2026-01-05 10:00")]
    assert [str(problem) for problem in agenda.problems] == [
        "line 3: It repeats in a way that no session does; its first date was read."
    ]


def test_zones_by_other_names_are_known() -> None:
    own_zone = (
        "BEGIN:VTIMEZONE",
        "TZID:Our own",
        "BEGIN:STANDARD",
        "DTSTART:19700101T000000",
        "TZOFFSETFROM:+0300",
        "TZOFFSETTO:+0300",
        "END:STANDARD",
        "END:VTIMEZONE",
    )
    names = ("Eastern Standard Time", "/vendor.example/20260101/Europe/Berlin", "Our own", '"Asia/Tokyo"')
    agenda = calendar(
        *own_zone,
        *(
            line
            for number, name in enumerate(names)
            for line in entry(f"UID:{number}", f"DTSTART;TZID={name}:20260105T100000", "DURATION:PT1H", "SUMMARY:S")
        ),
    )

    assert starts(agenda) == [
        utc("2026-01-05 15:00"),
        utc("2026-01-05 09:00"),
        utc("2026-01-05 07:00"),
        utc("2026-01-05 01:00"),
    ]
    assert (agenda.problems, agenda.notes) == ((), ())


def test_unknown_zone_is_a_problem_and_read_in_the_cohorts() -> None:
    agenda = calendar(
        *entry("UID:1", "DTSTART;TZID=Nowhere/Land:20260105T100000", "DURATION:PT1H", "SUMMARY:S"),
    )

    assert starts(agenda) == [utc("2026-01-05 15:00")]
    assert [str(problem) for problem in agenda.problems] == [
        "line 3: The time zone “Nowhere/Land” is unknown; its times were read in America/New_York."
    ]


def test_floating_time_is_read_in_the_calendars_own_zone() -> None:
    agenda = calendar(
        "X-WR-TIMEZONE:Europe/Berlin", *entry("UID:1", "DTSTART:20260105T100000", "DURATION:PT45M", "SUMMARY:S")
    )

    assert (starts(agenda), agenda.sessions[0].minutes) == ([utc("2026-01-05 09:00")], 45)


def test_broken_entries_are_reported_by_line_and_the_others_kept() -> None:
    agenda = calendar(
        *entry("UID:1", "DTSTART:rubbish", "SUMMARY:No time"),
        *entry("UID:2", "DTSTART;VALUE=DATE:20260105", "SUMMARY:All day"),
        *entry("UID:3", "DTSTART:20260105T100000Z", "SUMMARY:No end"),
        *entry("UID:4", "DTSTART:20260105T100000Z", "DTEND:20260105T090000Z", "SUMMARY:Backwards"),
        *entry("UID:5", "DTSTART:20260105T100000Z", "DTEND:20260105T110000Z", "SUMMARY:Good"),
    )

    assert [(session.title, session.starts_at is not None) for session in agenda.sessions] == [
        ("No time", False),
        ("All day", False),
        ("No end", True),
        ("Backwards", False),
        ("Good", True),
    ]
    assert [problem.where for problem in agenda.problems] == ["line 3", "line 8", "line 13", "line 18"]


def test_calendar_that_breaks_off_keeps_the_whole_entries() -> None:
    agenda = read_agenda(
        b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nDTSTART:20260105T100000Z\nDTEND:20260105T110000Z\nSUMMARY:Good\n"
        b"END:VEVENT\nBEGIN:VEVENT\nUID:2\nDTSTART:2026"
    )

    assert [session.title for session in agenda.sessions] == ["Good"]
    assert [problem.where for problem in agenda.problems] == ["line 8"]
    assert not agenda.complete


def test_entries_that_share_a_uid_without_being_a_series_are_all_kept() -> None:
    agenda = calendar(
        *entry("UID:all", "DTSTART:20260105T100000Z", "DURATION:PT1H", "SUMMARY:One"),
        *entry("UID:all", "DTSTART:20260105T120000Z", "DURATION:PT1H", "SUMMARY:Two"),
        *entry("UID:all", "DTSTART:20260105T140000Z", "DURATION:PT1H", "SUMMARY:Three"),
    )

    assert [(session.title, session.key) for session in agenda.sessions] == [
        ("One", "all|20260105T100000Z"),
        ("Two", "all|20260105T120000Z"),
        ("Three", "all|20260105T140000Z"),
    ]


def test_of_two_versions_of_an_entry_the_later_is_read() -> None:
    agenda = calendar(
        *entry("UID:1", "SEQUENCE:2", "DTSTART:20260105T120000Z", "DURATION:PT1H", "SUMMARY:Now"),
        *entry("UID:1", "SEQUENCE:1", "DTSTART:20260105T100000Z", "DURATION:PT1H", "SUMMARY:Before"),
    )

    assert [session.title for session in agenda.sessions] == ["Now"]


def test_cancelled_entry_is_read_as_cancelled() -> None:
    agenda = calendar(
        *entry("UID:1", "STATUS:CANCELLED", "DTSTART:20260105T120000Z", "DURATION:PT1H", "SUMMARY:CANCELLED: Webinar")
    )

    assert [(session.title, session.cancelled) for session in agenda.sessions] == [("Webinar", True)]


def test_who_chairs_presents_and_who_is_invited_does_not() -> None:
    agenda = calendar(
        *entry(
            "UID:1",
            "DTSTART:20260105T120000Z",
            "DURATION:PT1H",
            "SUMMARY:Webinar",
            "ATTENDEE;ROLE=CHAIR;CN=Ada Roth:mailto:ada@made.example",
            "ATTENDEE;ROLE=REQ-PARTICIPANT;CN=Bo Lind:mailto:bo@made.example",
            "BEGIN:PARTICIPANT",
            "UID:p1",
            "PARTICIPANT-TYPE:SPEAKER",
            "SUMMARY:Cy Young",
            "END:PARTICIPANT",
        )
    )

    assert [(presenter.name, presenter.email) for presenter in agenda.presenters] == [
        ("Ada Roth", "ada@made.example"),
        ("Cy Young", ""),
    ]
