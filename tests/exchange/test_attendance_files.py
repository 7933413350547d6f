"""The lists of participants that meeting services give, as they really look: preambles, sections, reconnects."""

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.exchange.attendance_files import ReadAttendance, read_attendance
from app.exchange.durations import read_minutes, read_moment
from app.exchange.reading import Unreadable
from app.exchange.table_files import xlsx_file

ZOOM_MEETING = """Meeting ID,Topic,Start Time,End Time,User Email,Duration (Minutes),Participants
987 6543 2100,Integrated data I,09/19/2017 12:55:02 PM,09/19/2017 02:16:40 PM,host@example.org,82,4

Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest
Ada Roth (Ada),ada@example.org,09/19/2017 01:00:01 PM,09/19/2017 01:30:44 PM,31,No
Ada Roth,ADA@example.org,09/19/2017 01:32:00 PM,09/19/2017 02:15:00 PM,43,No
"Núñez, José",,09/19/2017 01:05:00 PM,09/19/2017 02:15:00 PM,70,Yes
"""

ZOOM_WEBINAR = """Attendee Report
Report Generated:,09/20/2017 08:00
Topic,Webinar ID,Actual Start Time,Actual Duration (minutes),# Registered,# Cancelled,Unique Viewers
Integrated data I,987 6543 2100,09/19/2017 12:55 PM,82,3,0,2
Host Details,
Attended,User Name (Original Name),Email,Join Time,Leave Time,Time in Session (minutes),Country/Region Name
Yes,The Lab,lab@example.org,09/19/2017 12:55 PM,09/19/2017 02:16 PM,82,United States
Attendee Details,
Attended,User Name (Original Name),Last Name,Email,Registration Time,Join Time,Leave Time,Time in Session (minutes)
Yes,Ada Roth,Roth,ada@example.org,09/10/2017,09/19/2017 01:00 PM,09/19/2017 01:30 PM,30
Yes,Ada Roth,Roth,ada@example.org,09/10/2017,09/19/2017 01:40 PM,09/19/2017 02:00 PM,20
No,Bo Lind,Lind,bo@example.org,09/11/2017,--,--,--
"""

TEAMS = """1. Summary
Meeting title\tIntegrated data I
Attended participants\t2
Start time\t9/19/17, 12:58:02 PM
Meeting duration\t1h 17m 20s

2. Participants
Name\tFirst Join\tLast Leave\tIn-Meeting Duration\tEmail\tParticipant ID (UPN)\tRole
Ada Roth\t9/19/17, 1:00:02 PM\t9/19/17, 2:15:22 PM\t1h 12m 31s\tada@example.org\tada@example.org\tPresenter
José Núñez (Guest)\t9/19/17, 1:05:00 PM\t9/19/17, 1:05:40 PM\t40s\t\t\tAttendee

3. In-Meeting Activities
Name\tJoin Time\tLeave Time\tDuration\tEmail\tRole
Ada Roth\t9/19/17, 1:00:02 PM\t9/19/17, 1:30:02 PM\t30m\tada@example.org\tPresenter
Ada Roth\t9/19/17, 1:32:51 PM\t9/19/17, 2:15:22 PM\t42m 31s\tada@example.org\tPresenter
"""

MEET = """First name,Last name,Email,Duration,Time joined,Time exited
Ada,Roth,ada@example.org,1 hr 2 min,1:00 PM,2:02 PM
José,Núñez,,45 min,1:05 PM,1:50 PM
"""

WEBEX = """Meeting Name\tMeeting Start Time\tDisplay Name\tAttendee Email\tJoin Time\tLeave Time\tAttendance Duration
Integrated data I\t2017-09-19 13:00:00\tAda Roth\tada@example.org\t2017-09-19 13:00:00\t2017-09-19 13:46:00\t46 mins
Integrated data I\t2017-09-19 13:00:00\tAda Roth\tada@example.org\t2017-09-19 13:50:00\t2017-09-19 14:00:00\t10 mins
"""

TIMES_ALONE = """Leave time;E-mail;Join time;Name
2017-09-19T14:00:00;ada@example.org;2017-09-19T13:00:00;Ada Roth
2017-09-19T14:00:00;;2017-09-19T13:58:59;José Núñez
"""

NAMES_ALONE = "Name,Email,Duration\nAda Roth,ada@example.org,\n"


def said(read: ReadAttendance) -> list[tuple[str, str, int | None]]:
    return [(one.name, one.email, one.minutes) for one in read.attended]


@pytest.mark.parametrize(
    ("file", "found"),
    [
        (ZOOM_MEETING, [("Ada Roth", "ada@example.org", 74), ("Núñez, José", "", 70)]),
        (ZOOM_WEBINAR, [("The Lab", "lab@example.org", 82), ("Ada Roth", "ada@example.org", 50)]),
        (TEAMS, [("Ada Roth", "ada@example.org", 73), ("José Núñez", "", 1)]),
        (MEET, [("Ada Roth", "ada@example.org", 62), ("José Núñez", "", 45)]),
        (WEBEX, [("Ada Roth", "ada@example.org", 56)]),
        (TIMES_ALONE, [("Ada Roth", "ada@example.org", 60), ("José Núñez", "", 1)]),
        (NAMES_ALONE, [("Ada Roth", "ada@example.org", None)]),
    ],
    ids=["zoom meeting", "zoom webinar", "teams", "meet", "webex", "times alone", "names alone"],
)
@pytest.mark.parametrize("coding", ["utf-8-sig", "utf-16"])
def test_each_services_list_is_read_by_its_headings_with_reconnects_added_up(
    file: str, found: list[tuple[str, str, int | None]], coding: str
) -> None:
    read = read_attendance(file.encode(coding))
    assert said(read) == found
    assert read.problems == ()


def test_whom_a_list_names_as_absent_is_counted_and_not_taken() -> None:
    assert read_attendance(ZOOM_WEBINAR.encode()).absent == 1


def test_who_comes_back_as_a_guest_without_an_address_is_the_same_person() -> None:
    ada = "Ada Roth,ada@example.org,30\nada  roth,,12\n"
    rows = f"Name,Email,Duration\n{ada}Bo,b@example.org,1\nBo,c@example.org,2\nBo,,3\n"
    assert said(read_attendance(rows.encode())) == [
        ("Ada Roth", "ada@example.org", 42),
        ("Bo", "b@example.org", 1),
        ("Bo", "c@example.org", 2),
        ("Bo", "", 3),
    ]


def test_a_row_that_cannot_be_read_is_named_and_the_others_are_taken() -> None:
    rows = "Name,Email,Duration\nAda,ada@example.org,long\n,,5\nBo,bo@example.org,5\nCy,cy@example.org,99999\n"
    read = read_attendance(rows.encode())
    assert said(read) == [("Bo", "bo@example.org", 5)]
    assert [str(one) for one in read.problems] == [
        "row 2: Ada: “long” is no length that can be read.",
        "row 3: It names nobody.",
        "row 5: Cy: “99999” is no length of a meeting.",
    ]


def test_a_workbook_is_read_as_a_table_is_and_a_number_beyond_all_measure_is_named() -> None:
    rows = [("Email", "Name", "Duration (minutes)"), ("a@example.org", "Ada", 30), ("b@example.org", "Bo", 1e9)]
    read = read_attendance(xlsx_file(rows, made=datetime(2017, 9, 19, tzinfo=UTC)))
    assert said(read) == [("Ada", "a@example.org", 30)]
    assert [one.where for one in read.problems] == ["row 3"]


CELLS = st.one_of(
    st.sampled_from(
        ["Name", "Email", "Duration", "Join Time", "Leave Time", "1. Summary", "--", "a@b.org", "1h 2m", "5"]
    ),
    st.text(max_size=12),
)


@given(st.lists(st.lists(CELLS, max_size=6), max_size=8), st.sampled_from([",", "\t", ";"]))
def test_whatever_stands_in_a_table_it_is_read_or_refused_in_a_sentence(rows: list[list[str]], delimiter: str) -> None:
    text = "\n".join(delimiter.join(row) for row in [["Name", "Email", "Duration", "Join Time", "Leave Time"], *rows])
    try:
        read = read_attendance(text.encode("utf-8", errors="replace"))
    except Unreadable:
        return
    assert len({one.key for one in read.attended}) == len(read.attended)
    assert all(one.name or one.email for one in read.attended)
    assert all(one.minutes is None or 0 <= one.minutes <= 2 * 24 * 60 * len(rows) for one in read.attended)


@given(st.binary(max_size=400))
def test_whatever_bytes_come_they_are_read_or_refused(data: bytes) -> None:
    with suppress(Unreadable):
        read_attendance(data)


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (b"", "This file is empty."),
        (b"Name,Shoe size\nAda,38\n", "No row of headings in this table is known."),
        (b'Name,Email,Duration\nAda,a@example.org,5\n"Bo,b@example.org,6\nCy,c@example.org,7\n', "from line 3 on"),
        (b"BEGIN:VCALENDAR\r\n", "This is no table."),
        (b"%PDF-1.7", "This is a PDF."),
        (b"PK\x03\x04broken", "damaged"),
    ],
)
def test_a_broken_file_is_said_with_its_line(file: bytes, sentence: str) -> None:
    with pytest.raises(Unreadable) as error:
        read_attendance(file)
    assert sentence in error.value.sentence


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("46", 2760),
        ("46.5", 2790),
        ("46,5", 2790),
        ("46 mins", 2760),
        ("1h 2m 3s", 3723),
        ("1 hr 2 min", 3720),
        ("1 hour, 2 minutes and 3 seconds", 3723),
        ("40s", 40),
        ("00:46:12", 2772),
        ("1:15", 4500),
        ("PT1H2M", 3720),
        (46.0, 2760),
        ("0", 0),
    ],
)
def test_lengths_are_read_as_services_write_them(text: str | float, seconds: int) -> None:
    assert read_minutes(text, unit=60).total_seconds() == seconds


@pytest.mark.parametrize("text", ["", "long", "-5", "1h -2m", "PT", "1:75", "99999", "1e9", "5 parsecs", "٣"])
def test_what_is_no_length_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no length"):
        read_minutes(text, unit=60)


@pytest.mark.parametrize(
    "text",
    [
        "9/19/2017 1:02:11 PM",
        "9/19/17, 1:02:11 PM",
        "09/19/2017 13:02:11",
        "2017-09-19 13:02:11",
        "2017-09-19T13:02:11Z",
        "Sep 19, 2017 01:02:11 PM",
        "19.09.2017 13:02:11",
        "9/19/2017 1:02:11 PM EDT",
    ],
)
def test_moments_are_read_as_services_write_them(text: str) -> None:
    assert f"{read_moment(text):%Y-%m-%d %H:%M:%S}" == "2017-09-19 13:02:11"
