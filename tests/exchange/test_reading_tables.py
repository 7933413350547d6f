"""Tables as people make them: delimiters, codings, headings, dates. What is ambiguous is reported, not guessed."""

import zipfile
from datetime import UTC, date, datetime, time
from io import BytesIO

import pytest

from app.exchange.read import read_agenda
from app.exchange.reading import Expected, ReadAgenda, Unreadable
from app.models import Openness, SessionFormat
from tests.exchange.making import as_csv, as_xlsx

BOSTON = Expected(zone="America/New_York")


def table(text: str, expected: Expected = BOSTON) -> ReadAgenda:
    return read_agenda(text.encode(), expected)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def times(agenda: ReadAgenda) -> list[tuple[datetime | None, int]]:
    return [(session.starts_at, session.minutes) for session in agenda.sessions]


def test_every_column_of_the_template_is_read() -> None:
    agenda = table(
        "title,date,start,end,rooms,format,audience,openness,protected,presenters,purpose,track,language,key\n"
        "Team time 1,2017-11-14,14:55,16:05,Team Room 1; Team Room 2,team time,everyone,cohort,yes,"
        "Ada Roth <ada@made.example>; Bo Lind,What we take home,Teams,en,tt1\n"
    )

    session = agenda.sessions[0]
    assert (session.key, session.title, session.starts_at, session.minutes, session.day) == (
        "tt1",
        "Team time 1",
        utc("2017-11-14 19:55"),
        70,
        date(2017, 11, 14),
    )
    assert session.rooms == ("Team Room 1", "Team Room 2")
    assert (session.format, session.openness, session.protected) == (SessionFormat.TEAM_TIME, Openness.COHORT, True)
    assert [(one.name, one.email) for one in session.presenters] == [("Ada Roth", "ada@made.example"), ("Bo Lind", "")]
    assert (session.audience, session.purpose, session.track, session.language) == (
        "everyone",
        "What we take home",
        "Teams",
        "en",
    )
    assert (agenda.problems, agenda.notes) == ((), ())


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_delimiter_and_coding_are_told_by_the_file(delimiter: str, encoding: str) -> None:
    rows = [("Title", "Date", "Start", "Minutes"), ("Große Pläne – “jetzt”", "2017-11-14", "09:00", 30)]

    agenda = read_agenda(as_csv(rows, delimiter=delimiter, encoding=encoding), BOSTON)

    assert [session.title for session in agenda.sessions] == ["Große Pläne – “jetzt”"]
    assert times(agenda) == [(utc("2017-11-14 14:00"), 30)]
    assert agenda.problems == ()


def test_workbook_with_typed_dates_times_and_numbers_is_read() -> None:
    rows = [
        ("What", "Day", "From", "Until", "Duration"),
        ("Welcome", date(2017, 11, 14), time(8, 30), time(9, 0), None),
        ("Updates", datetime.fromisoformat("2017-11-14 09:00"), time(9, 0), None, 75.0),
        ("Lunch", None, datetime.fromisoformat("2017-11-14 12:30"), None, "1:00"),
    ]

    agenda = read_agenda(as_xlsx(rows), BOSTON)

    assert times(agenda) == [
        (utc("2017-11-14 13:30"), 30),
        (utc("2017-11-14 14:00"), 75),
        (utc("2017-11-14 17:30"), 60),
    ]


def test_workbook_cells_are_read_as_excel_shows_them() -> None:
    """Runs of one text, dates of a Macintosh, cells without an address, formulas by their stored value, errors."""
    content = {
        "xl/workbook.xml": """<workbook xmlns:r="r"><workbookPr date1904="1"/><sheets><sheet r:id="a"/><sheet r:id="b"/>
            </sheets></workbook>""",
        "xl/_rels/workbook.xml.rels": """<R><Relationship Id="a" Target="worksheets/empty.xml"/>
            <Relationship Id="b" Target="/xl/worksheets/full.xml"/></R>""",
        "xl/styles.xml": """<styleSheet><numFmts><numFmt numFmtId="164" formatCode="[$-409]dddd, d mmm yyyy"/>
            <numFmt numFmtId="165" formatCode="[h]:mm"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/>
            <xf numFmtId="20"/><xf numFmtId="165"/></cellXfs></styleSheet>""",
        "xl/sharedStrings.xml": """<sst><si><r><t>Wel</t></r><r><t xml:space="preserve">come </t></r><rPh><t>x</t></rPh>
            <r><t>back</t></r></si></sst>""",
        "xl/worksheets/empty.xml": "<worksheet><sheetData/></worksheet>",
        "xl/worksheets/full.xml": """<worksheet><sheetData><row><c t="inlineStr"><is><t>title</t></is></c>
            <c t="inlineStr"><is><t>date</t></is></c><c t="str"><f>"st"&amp;"art"</f><v>start</v></c>
            <c t="inlineStr"><is><t>minutes</t></is></c><c t="inlineStr"><is><t>purpose</t></is></c></row>
            <row r="5"><c r="A5" t="s"><v>0</v></c><c r="B5" s="1"><v>41591</v></c><c r="C5" s="2"><v>0.375</v></c>
            <c r="D5" s="3"><v>0.0625</v></c><c r="E5" t="e"><v>#REF!</v></c></row></sheetData></worksheet>""",
    }
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        for name, text in content.items():
            packed.writestr(name, text)

    agenda = read_agenda(file.getvalue(), BOSTON)

    assert [(s.where, s.title, s.starts_at, s.minutes, s.purpose) for s in agenda.sessions] == [
        ("row 5", "Welcome back", utc("2017-11-14 14:00"), 90, "")
    ]


def test_other_words_over_the_columns_are_understood_and_unknown_ones_noted() -> None:
    agenda = table(
        "Session Title,Start Date,Start Time,End Time,Location,Speaker Names,Colour\n"
        "Keynote,14 Nov 2017,4:15 PM,5:10 PM,Askwith,Ada Roth,red\n"
    )

    session = agenda.sessions[0]
    assert (session.starts_at, session.minutes, session.rooms) == (utc("2017-11-14 21:15"), 55, ("Askwith",))
    assert [str(note) for note in agenda.notes] == ["Columns that mean nothing here were left out: “colour”."]


@pytest.mark.parametrize(
    "day",
    ["2017-11-14", "14 Nov 2017", "November 14, 2017", "Tue, Nov 14, 2017", "14.11.2017", "14/11/2017", "11/14/2017"],
)
def test_date_with_one_reading_is_read(day: str) -> None:
    agenda = table(f'title,date,start,minutes\nT,"{day}",09:00,30\n')

    assert times(agenda) == [(utc("2017-11-14 14:00"), 30)]


def test_date_with_two_readings_is_reported_and_the_session_waits_in_the_tray() -> None:
    agenda = table("title,date,start,minutes\nT,02/11/2017,09:00,30\n")

    assert times(agenda) == [(None, 30)]
    assert [str(problem) for problem in agenda.problems] == [
        "row 2: “02/11/2017” could be two days; write it as 2017-11-04.",
        "row 2: Its time cannot be read (the file says “02/11/2017 09:00 30”); it waits in the tray.",
    ]


def test_another_date_of_the_column_settles_which_comes_first() -> None:
    agenda = table("title,date,start,minutes\nA,02/11/2017,09:00,30\nB,14/11/2017,09:00,30\n")

    assert times(agenda) == [(utc("2017-11-02 13:00"), 30), (utc("2017-11-14 14:00"), 30)]


def test_days_of_the_convening_settle_which_comes_first() -> None:
    days = (date(2017, 11, 1), date(2017, 11, 3))

    agenda = table("title,date,start,minutes\nA,11/02/2017,09:00,30\n", Expected(zone="America/New_York", days=days))

    assert times(agenda) == [(utc("2017-11-02 13:00"), 30)]


def test_row_without_date_is_on_the_date_above_and_a_span_of_times_may_stand_in_one_cell() -> None:
    agenda = table("title,date,time\nA,2017-11-14,07:45–08:30\nB,,08:30-09:00\nC,2017-11-15,22:00 to 00:30\n")

    assert times(agenda) == [
        (utc("2017-11-14 12:45"), 45),
        (utc("2017-11-14 13:30"), 30),
        (utc("2017-11-16 03:00"), 150),
    ]
    assert [session.day for session in agenda.sessions] == [date(2017, 11, 14), date(2017, 11, 14), date(2017, 11, 15)]


def test_rooms_of_the_venue_are_recognised_in_a_list_and_in_a_span() -> None:
    rooms = frozenset(f"Team Room {number}" for number in range(1, 7))

    agenda = table(
        'title,date,start,minutes,rooms\nA,2017-11-14,09:00,30,"Team Room 1, Team Room 2"\n'
        "B,2017-11-14,10:00,30,Team Rooms 3–6\n",
        Expected(zone="America/New_York", rooms=rooms),
    )

    assert [session.rooms for session in agenda.sessions] == [
        ("Team Room 1", "Team Room 2"),
        ("Team Room 3", "Team Room 4", "Team Room 5", "Team Room 6"),
    ]


def test_key_of_a_row_is_its_title_and_day_so_that_a_move_within_the_day_is_a_change() -> None:
    text = "title,date,start,minutes\nA,2017-11-14,{},30\nBreak,2017-11-14,11:00,15\nBreak,2017-11-14,15:00,15\n"

    before, after = table(text.format("09:00")), table(text.format("10:00"))

    assert [session.key for session in before.sessions] == [session.key for session in after.sessions]
    assert before.sessions[0].key == "A|2017-11-14"
    assert len({session.key for session in before.sessions}) == 3


def test_presenters_are_parted_by_commas_only_where_each_is_a_whole_name() -> None:
    agenda = table(
        'title,date,start,minutes,presenters\nA,2017-11-14,09:00,30,"Ada Roth, Bo Lind"\n'
        'B,2017-11-14,10:00,30,"Roth, Ada"\n'
    )

    assert [[one.name for one in session.presenters] for session in agenda.sessions] == [
        ["Ada Roth", "Bo Lind"],
        ["Roth, Ada"],
    ]


def test_rows_that_say_too_little_or_nonsense_are_reported_by_number() -> None:
    agenda = table(
        "title,date,start,minutes,openness,protected\n"
        ",2017-11-14,09:00,30,,\n"
        "B,someday,09:00,30,,\n"
        "C,2017-11-14,09:00,30,secret,perhaps\n"
    )

    assert [str(problem) for problem in agenda.problems] == [
        "row 2: This row has no title and was left out.",
        "row 3: “someday” is no date that is known.",
        "row 3: Its time cannot be read (the file says “someday 09:00 30”); it waits in the tray.",
        "row 4: Openness is closed, cohort, public or press, not “secret”.",
        "row 4: Protected is yes or no, not “perhaps”.",
    ]


def test_formula_is_kept_as_the_text_it_is() -> None:
    rows = [("title", "date", "start", "minutes"), ("=cmd|' /C calc'!A0", "2017-11-14", "09:00", 30)]

    for data in (as_csv(rows), as_xlsx(rows)):
        assert [session.title for session in read_agenda(data, BOSTON).sessions] == ["=cmd|' /C calc'!A0"]


def test_table_without_known_headings_is_refused() -> None:
    with pytest.raises(Unreadable, match="no row of headings that is known"):
        table("a,b,c\n1,2,3\n")
