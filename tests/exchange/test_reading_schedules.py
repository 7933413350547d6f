"""Schedules of any shape and size are read without loss of a session, a room, a presenter or a minute."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from app.exchange.read import read_agenda
from app.exchange.reading import Expected, ReadAgenda, ReadRoom
from app.models import SessionFormat
from tests.exchange.making import (
    FIRST_DAY,
    Programme,
    as_csv,
    as_xlsx,
    frab,
    ics,
    pretalx,
    programme,
    table,
    widget,
)

SIZES = [(25, 1, 1), (80, 80, 1), (160, 80, 1), (442, 14, 4), (1_100, 80, 7)]
WRITERS: dict[str, Callable[[Programme], bytes]] = {
    "frab": frab,
    "pentabarf": lambda made: frab(made, dates=False),
    "pretalx": pretalx,
    "widget": widget,
    "ics": ics,
    "csv": lambda made: as_csv(table(made)),
    "xlsx": lambda made: as_xlsx(table(made)),
}


def told(made: Programme) -> list[tuple[object, ...]]:
    """What a programme says of each session, as far as every format can say it."""
    return sorted(
        (
            " ".join(talk.title.split()),
            talk.start.astimezone(UTC),
            talk.end.astimezone(UTC),
            talk.minutes,
            (talk.room,),
            tuple(name for _, name in talk.people),
            talk.abstract,
        )
        for talk in made.talks
    )


def read(agenda: ReadAgenda) -> list[tuple[object, ...]]:
    return sorted(
        (
            session.title,
            session.starts_at,
            session.ends_at,
            session.minutes,
            session.rooms,
            tuple(presenter.name for presenter in session.presenters),
            session.purpose,
        )
        for session in agenda.sessions
    )


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("writer", WRITERS)
def test_schedule_of_any_size_and_shape_is_read_without_loss(writer: str, size: tuple[int, int, int]) -> None:
    made = programme(*size)

    agenda = read_agenda(WRITERS[writer](made), Expected(zone=made.zone))

    assert read(agenda) == told(made)
    assert agenda.problems == ()
    assert agenda.complete
    assert len({session.key for session in agenda.sessions}) == len(made.talks)


@pytest.mark.parametrize("writer", ["frab", "pretalx"])
def test_keys_and_days_are_those_of_the_file_and_the_same_in_xml_and_json(writer: str) -> None:
    made = programme(60, 3, 2)

    agenda = read_agenda(WRITERS[writer](made))

    assert {session.key for session in agenda.sessions} == {talk.guid for talk in made.talks}
    assert agenda.days == (FIRST_DAY, FIRST_DAY + timedelta(days=1))
    assert (agenda.title, agenda.zone) == (made.title, made.zone)


def test_rooms_without_sessions_are_read_with_their_capacity() -> None:
    assert ReadRoom("Foyer", 80) in read_agenda(pretalx(programme())).rooms
    assert ReadRoom("Foyer") in read_agenda(frab(programme())).rooms


def test_talk_after_midnight_stays_on_the_day_it_stands_under_and_at_the_right_instant() -> None:
    agenda = read_agenda(
        b"""<schedule><conference><title>N</title><day_change>04:00</day_change><city>Berlin</city></conference>
        <day date="2011-12-27" index="1"><room name="Saal 1">
        <event id="1"><start>00:15</start><duration>1:00</duration><title>Show</title></event>
        <event id="2"><start>24:30</start><duration>0:30</duration><title>After</title></event>
        <event id="3"><start>11:30</start><duration>90</duration><title>Keynote</title></event>
        </room></day></schedule>"""
    )

    assert [(session.title, session.day, session.starts_at, session.minutes) for session in agenda.sessions] == [
        ("Show", date(2011, 12, 27), datetime(2011, 12, 27, 23, 15, tzinfo=UTC), 60),
        ("After", date(2011, 12, 27), datetime(2011, 12, 27, 23, 30, tzinfo=UTC), 30),
        ("Keynote", date(2011, 12, 27), datetime(2011, 12, 27, 10, 30, tzinfo=UTC), 90),
    ]
    assert [str(note) for note in agenda.notes] == [
        "The file names no time zone; its times were read in that of the city it names, Berlin: Europe/Berlin."
    ]


def test_offset_of_the_day_places_wall_times_where_no_zone_is_named() -> None:
    agenda = read_agenda(
        b"""<schedule><conference><title>N</title></conference>
        <day date="2014-12-27" start="2014-12-27T10:00:00+01:00"><room name="A">
        <event id="1"><start>11:00</start><duration>0:30</duration><title>T</title></event></room></day></schedule>""",
        Expected(fallback_zone="America/New_York"),
    )

    assert agenda.sessions[0].starts_at == datetime(2014, 12, 27, 10, tzinfo=UTC)
    assert (agenda.zone, agenda.notes) == ("", ())


def test_clock_change_in_the_night_keeps_the_wall_time_of_the_file() -> None:
    agenda = read_agenda(
        b"""<schedule><conference><title>N</title><time_zone_name>Europe/Berlin</time_zone_name></conference>
        <day date="2026-03-28"><room name="A">
        <event id="1"><start>12:00</start><duration>1:00</duration><title>Before</title></event></room></day>
        <day date="2026-03-29"><room name="A">
        <event id="2"><start>12:00</start><duration>1:00</duration><title>After</title></event></room></day>
        </schedule>"""
    )

    assert [session.starts_at for session in agenda.sessions] == [
        datetime(2026, 3, 28, 11, tzinfo=UTC),
        datetime(2026, 3, 29, 10, tzinfo=UTC),
    ]


def test_zone_of_the_file_goes_before_the_one_expected() -> None:
    agenda = read_agenda(frab(programme(3, 1, 1), dates=False), Expected(zone="America/New_York"))

    assert agenda.sessions[0].starts_at == datetime(2026, 2, 7, 8, tzinfo=UTC)


def test_event_without_room_in_a_schedule_is_kept_without_one() -> None:
    agenda = read_agenda(
        b"""<schedule><conference><title>N</title></conference><day date="2026-02-07"><room name="">
        <event id="1"><date>2026-02-07T10:00:00+01:00</date><duration>0:30</duration><title>T</title></event>
        </room></day></schedule>"""
    )

    assert [(session.title, session.rooms) for session in agenda.sessions] == [("T", ())]
    assert (agenda.rooms, agenda.problems) == ((), ())


def test_event_repeated_in_several_rooms_is_one_session_in_them_all() -> None:
    event = (
        '<event guid="g1"><date>2026-02-07T10:00:00+01:00</date><duration>1:00</duration><title>Lunch</title></event>'
    )
    agenda = read_agenda(
        f"""<schedule><conference><title>N</title></conference><day date="2026-02-07">
        <room name="A">{event}</room><room name="B">{event}</room></day></schedule>""".encode()
    )

    assert [(session.key, session.rooms) for session in agenda.sessions] == [("g1", ("A", "B"))]


def test_two_events_of_one_guid_at_two_times_are_both_kept_and_noted() -> None:
    event = '<event guid="g1"><date>2026-02-07T{}:00+01:00</date><duration>1:00</duration><title>Tea</title></event>'
    agenda = read_agenda(
        f"""<schedule><conference><title>N</title></conference><day date="2026-02-07">
        <room name="A">{event.format("10:00")}{event.format("12:00")}</room></day></schedule>""".encode()
    )

    assert [session.key for session in agenda.sessions] == ["g1", "g1#2"]
    assert [note.where for note in agenda.notes] == ["line 2"]


def test_list_of_rooms_is_split_only_where_each_is_known() -> None:
    agenda = read_agenda(
        b"""<schedule><day date="2014-07-21">
        <entry id="1"><start>0930</start><duration>30</duration><room>C01, B05/B06</room><title>Tea</title></entry>
        <entry id="2"><start>1030</start><duration>30</duration><room id="1">C01</room><title>Welcome</title></entry>
        <entry id="3"><start>1030</start><duration>30</duration><room id="2">B05/B06</room><title>Aside</title>
        <speakers><speaker id="7"><name>Ada Roth</name><profile>x</profile></speaker></speakers></entry>
        <entry id="4"><start>1100</start><duration>30</duration><room>Hall, upper floor</room><title>Tour</title>
        </entry></day></schedule>""",
        Expected(zone="Europe/Berlin"),
    )

    assert [session.rooms for session in agenda.sessions] == [
        ("C01", "B05/B06"),
        ("C01",),
        ("B05/B06",),
        ("Hall, upper floor",),
    ]
    assert [presenter.name for presenter in agenda.presenters] == ["Ada Roth"]
    assert [room.name for room in agenda.rooms] == ["C01", "B05/B06", "Hall, upper floor"]


def test_flat_list_beside_the_conference_is_read_with_its_participants() -> None:
    agenda = read_agenda(
        b"""{"schedule": {"conference": {"title": "C", "time_zone_name": "Europe/Berlin",
        "tracks": [{"slug": "ccc", "name": "Society"}], "rooms": [{"name": "Saal 1", "guid": "r1", "capacity": 300}]},
        "events": [{"guid": "e1", "type": "talk", "title": "Late", "track": {"slug": "ccc"},
        "start": "2024-12-28T00:15:00+01:00", "end": "2024-12-28T00:55:00+01:00", "room": {"name": "Saal 1"},
        "participants": [{"guid": "p1", "name": "Ada Roth", "role": "speaker"},
                         {"guid": "p2", "name": "Bo Lind", "role": "camera"}]}]}}"""
    )

    session = agenda.sessions[0]
    assert (session.minutes, session.track, session.rooms) == (40, "Society", ("Saal 1",))
    assert [presenter.name for presenter in session.presenters] == ["Ada Roth"]
    assert (agenda.days, agenda.rooms) == ((date(2024, 12, 27),), (ReadRoom("Saal 1", 300),))


def test_submissions_of_an_api_are_read_by_their_slots() -> None:
    agenda = read_agenda(
        b"""{"count": 1, "results": [{"code": "AB", "title": "T", "speakers": [{"code": "S", "name": "Ada Roth"}],
        "submission_type": {"name": {"en": "Short plenary"}}, "description": "D",
        "slots": [{"id": 1, "room": {"name": {"en": "B3"}}, "start": "2025-11-01T08:50:00+01:00",
                   "end": "2025-11-01T09:35:00+01:00", "description": null},
                  {"id": 2, "room": {"name": {"en": "B4"}}, "start": "2025-11-02T08:50:00+01:00",
                   "end": "2025-11-02T09:35:00+01:00", "description": null}]}]}"""
    )

    assert [(s.key, s.minutes, s.rooms, s.format, s.purpose) for s in agenda.sessions] == [
        ("AB-1", 45, ("B3",), SessionFormat.PLENARY, "D"),
        ("AB-2", 45, ("B4",), SessionFormat.PLENARY, "D"),
    ]


def test_days_of_events_that_name_their_rooms_are_read() -> None:
    agenda = read_agenda(
        b"""{"days": {"2024-07-10": {"rooms": ["North", "South"], "events": [
        {"code": "A", "title": "Welcome", "session_type": "Announcements", "rooms": ["North", "South"],
         "start": "2024-07-10T08:00:00+02:00", "duration": 60, "speakers": []},
        {"event_type": "break", "title": "Coffee Break", "rooms": ["North"],
         "start": "2024-07-10T10:15:00+02:00", "duration": 30}]}}}"""
    )

    assert [(s.title, s.rooms, s.format, s.minutes) for s in agenda.sessions] == [
        ("Welcome", ("North", "South"), SessionFormat.PLENARY, 60),
        ("Coffee Break", ("North",), SessionFormat.BREAK, 30),
    ]


def test_abstract_in_html_becomes_plain_text_and_a_title_in_html_stays_as_it_is() -> None:
    agenda = read_agenda(
        b"""<schedule><conference><title>N</title></conference><day date="2026-02-07"><room name="A">
        <event id="1"><date>2026-02-07T10:00:00+01:00</date><duration>0:30</duration>
        <title>&lt;b&gt;Bold&lt;/b&gt; &lt;script&gt;alert(1)&lt;/script&gt;</title>
        <abstract>&lt;p&gt;One &amp;amp; two.&lt;/p&gt;&lt;ul&gt;&lt;li&gt;&lt;a href="https://x.example"&gt;x&lt;/a&gt;
        &lt;/li&gt;&lt;/ul&gt;</abstract>
        <description>1 &lt; 2 and &lt;i&gt; stays</description></event></room></day></schedule>"""
    )

    assert agenda.sessions[0].title == "<b>Bold</b> <script>alert(1)</script>"
    assert agenda.sessions[0].purpose == "One & two.\n\n- x (https://x.example)\n\n1 < 2 and <i> stays"


@pytest.mark.parametrize(
    ("duration", "sentence"),
    [
        ("0:00", "It has no length (the file says “0:00”); it waits in the tray."),
        ("-0:30", "It ends before it begins (the file says “-0:30”); it waits in the tray."),
        ("soon", "It has no end that can be read (the file says “soon”); an hour was assumed."),
        ("99999999999", "It has no end that can be read (the file says “99999999999”); an hour was assumed."),
    ],
)
def test_length_that_is_none_is_reported_by_line_and_the_session_kept(duration: str, sentence: str) -> None:
    agenda = read_agenda(
        f"""<schedule><conference><title>N</title></conference><day date="2026-02-07"><room name="A">
        <event id="1"><date>2026-02-07T10:00:00+01:00</date><duration>{duration}</duration><title>T</title></event>
        </room></day></schedule>""".encode()
    )

    assert [str(problem) for problem in agenda.problems] == [f"line 2: {sentence}"]
    assert [session.title for session in agenda.sessions] == ["T"]


def test_schedule_that_breaks_off_keeps_what_came_before_and_says_where() -> None:
    part = b"\n".join(frab(programme(25, 1, 1)).split(b"\n")[:100])

    agenda = read_agenda(part)

    assert not agenda.complete
    assert len(agenda.sessions) == part.count(b"</event>") == 7
    assert [problem.where for problem in agenda.problems] == ["line 100"]


def test_names_and_titles_too_long_for_the_database_are_cut_and_reported() -> None:
    agenda = read_agenda(
        f"""<schedule><conference><title>N</title></conference><day date="2026-02-07"><room name="{"r" * 300}">
        <event id="1"><date>2026-02-07T10:00:00+01:00</date><duration>1:00</duration><title>{"t" * 501}</title>
        <persons><person id="1">{"ñ" * 300}</person><person id="2">{"n" * 301}</person></persons></event>
        </room></day></schedule>""".encode()
    )

    session = agenda.sessions[0]
    assert session.rooms == ("r" * 300,)
    assert [presenter.name for presenter in session.presenters] == ["ñ" * 300, "n" * 299 + "…"]
    assert session.title == "t" * 499 + "…"
    assert [str(problem) for problem in agenda.problems] == [
        "line 2: The title has 501 characters and was cut to 500.",
        "line 3: The presenter's name has 301 characters and was cut to 300.",
    ]


def test_two_presenters_of_one_name_and_two_numbers_are_two_people() -> None:
    agenda = read_agenda(
        b"""<schedule><conference><title>N</title></conference><day date="2026-02-07"><room name="A">
        <event id="1"><date>2026-02-07T10:00:00+01:00</date><duration>1:00</duration><title>T</title><persons>
        <person id="1">Ada Roth</person><person id="2">Ada Roth</person><person id="1">Ada Roth</person>
        </persons></event></room></day></schedule>"""
    )

    assert [(presenter.key, presenter.name) for presenter in agenda.presenters] == [
        ("1 Ada Roth", "Ada Roth"),
        ("2 Ada Roth", "Ada Roth"),
    ]
