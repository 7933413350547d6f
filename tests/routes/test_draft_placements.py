"""Where sessions stand, in a browser: the grid's views, swapping, shifting what follows, and the edges of a day."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import time_machine
from sqlmodel import Session, select

from app.agenda.sessions import change_session
from app.agenda.venues import archive_room
from app.database import Database
from app.gatherings.details import details_of
from app.models import AgendaSession, AuditEntry, Convening, Room, SessionFormat
from tests.agenda.campus import Campus, campus
from tests.conftest import Visitor, VisitorOf
from tests.people.rows import BY
from tests.routes.test_agenda_draft import DRAFT, FRAGMENT, HERE, number, stored

UTC_9 = datetime(2017, 11, 14, 14, tzinfo=UTC)
"""09:00 on the Tuesday, in Cambridge."""


@pytest.fixture
def place(database: Database, in_the_sample: object) -> Campus:
    with database.write() as db:
        place = campus(db)
        place.session("Welcome", "09:00–10:00", rooms=["GCC"])
        place.session("Mayors’ updates", "10:30–11:45", rooms=["GCC"])
        place.session("Lunch", "12:00–13:00", format=SessionFormat.MEAL)
        place.session("Panel", "13:00–14:00", rooms=["Askwith Hall", "Team Room 1"])
        place.session("Idea", None)
    return place


@pytest.fixture
def organizer(place: Campus, visitor: VisitorOf) -> Visitor:
    return visitor(place.person("Ada Roth").key)


def walls(database: Database, *titles: str) -> list[str]:
    """When each begins, in Cambridge; "" in the tray."""
    starts = (stored(database, title).starts_at for title in titles)
    return [f"{start.hour - 5:02}:{start.minute:02}" if start else "" for start in starts]


def campus_again(db: Session, place: Campus) -> Campus:
    """The convening in another transaction."""
    return replace(place, db=db, convening=db.get_one(Convening, place.convening.key))


def fix(database: Database, title: str) -> None:
    with database.write() as db:
        session = db.get_one(AgendaSession, number(database, title))
        change_session(db, session, replace(details_of(session), fixed=True), by=BY)


def happened(html: str) -> str:
    found = re.search(r'id="happened".*?<span>(.*?)</span>', html, re.S)
    return found[1] if found else ""


# The grid and how one looks at it


def test_blocks_say_when_how_long_on_what_ground_and_in_which_rooms(organizer: Visitor, place: Campus) -> None:
    html = organizer.get(DRAFT).text
    panel = re.search(r'<article [^>]*data-start="2017-11-14T13:00"[^>]*>', html)
    assert panel is not None
    rooms = f"{place.rooms['Askwith Hall'].key} {place.rooms['Team Room 1'].key}"
    assert 'data-minutes="60" data-seen="' in panel[0]
    assert f'data-rooms="{rooms}"' in panel[0]
    assert re.search(r'data-seen="[0-9a-f]{8}"', panel[0])
    assert re.findall(r'class="hour [^"]*" data-time="([^"]*)"', html)[:2] == ["2017-11-14T08:00", "2017-11-14T08:30"]


def test_a_meal_for_everyone_without_a_room_lies_across_all(organizer: Visitor) -> None:
    lunch = re.search(r'<article class="([^"]*)"[^>]*data-start="2017-11-14T12:00"[^>]*>', organizer.get(DRAFT).text)
    assert lunch is not None
    assert lunch[1].endswith("c-2 w-3 band")
    assert 'data-rooms=""' in lunch[0]


def test_what_is_free_between_sessions_leads_to_a_new_one_there(organizer: Visitor) -> None:
    gaps = re.findall(r'<a class="gap" href="([^"]*)">([^<]*)<', organizer.get(DRAFT).text)
    assert gaps == [
        (f"{DRAFT}/sessions/new?day=2017-11-14&amp;start=10:00&amp;minutes=30", "10:00–10:30 free"),
        (f"{DRAFT}/sessions/new?day=2017-11-14&amp;start=11:45&amp;minutes=15", "11:45–12:00 free"),
    ]


def test_the_scale_and_the_turn_are_remembered(organizer: Visitor) -> None:
    assert 'data-snap="5" data-axis="down"' in organizer.get(DRAFT).text
    assert 'data-snap="15" data-axis="across"' in organizer.get(f"{DRAFT}?scale=15&turned=yes").text
    assert 'data-snap="15" data-axis="across"' in organizer.get(DRAFT).text
    assert 'data-snap="15" data-axis="down"' in organizer.get(f"{DRAFT}?turned=no").text


@pytest.mark.parametrize("typed", ["scale=7", "scale=", "turned=perhaps", "day=all&scale=x"])
def test_a_view_that_is_none_is_the_usual_one(organizer: Visitor, typed: str) -> None:
    assert 'data-snap="5" data-axis="down"' in organizer.get(f"{DRAFT}?{typed}").text


def test_a_change_is_answered_in_the_view_that_the_browser_shows(organizer: Visitor, database: Database) -> None:
    shown = {**FRAGMENT, "hx-current-url": f"http://127.0.0.1:8000{DRAFT}?day=2017-11-15&scale=30"}
    answer = organizer.post(f"{HERE}/sessions/{number(database, 'Idea')}/tray", headers=shown).text
    assert 'data-day="2017-11-15"' in answer
    assert 'data-snap="30"' in answer


def test_the_tray_is_searched_in_words_and_answers_alone(organizer: Visitor, place: Campus, database: Database) -> None:
    with database.write() as db:
        place = campus_again(db, place)
        for count in range(13):
            place.session(f"Talk {count}", None)
    html = organizer.get(f"{DRAFT}?tray=talk+1", headers=FRAGMENT).text
    assert html.lstrip().startswith('<section class="tray"')
    assert re.findall(r">(Talk \d+)<", html) == ["Talk 1", "Talk 10", "Talk 11", "Talk 12"]
    assert "Nothing here is called “zzz”" in organizer.get(f"{DRAFT}?tray=zzz").text


# Edges of a day


def test_past_midnight_a_session_stays_in_its_evening(organizer: Visitor, database: Database) -> None:
    session = number(database, "Welcome")
    form = {"day": "2017-11-15", "start": "00:30", "minutes": "90"}
    answer = organizer.post(f"{HERE}/sessions/{session}/placement", form)
    assert answer.headers["location"] == f"{DRAFT}?day=2017-11-14#s{session}"
    assert 'data-time="2017-11-15T00:30"' in organizer.get(f"{DRAFT}?day=2017-11-14").text


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"day": "2017-11-20", "start": "09:00"}, "Choose one of its days"),
        ({"minutes": "0"}, "from one minute to a whole day"),
        ({"minutes": "-5"}, "Say how many minutes"),
        ({"minutes": "1441"}, "from one minute to a whole day"),
    ],
)
def test_outside_the_days_and_to_nothing_are_refused_and_nothing_moves(
    organizer: Visitor, database: Database, form: dict[str, str], said: str
) -> None:
    answer = organizer.post(f"{HERE}/sessions/{number(database, 'Welcome')}/placement", form, headers=FRAGMENT)
    assert (answer.status_code, said in answer.text) == (422, True)
    assert stored(database, "Welcome").starts_at == UTC_9


def test_overlapping_on_purpose_is_done_and_named(organizer: Visitor, database: Database) -> None:
    form = {"start": "10:45"}
    html = organizer.post(f"{HERE}/sessions/{number(database, 'Welcome')}/placement", form, headers=FRAGMENT).text
    assert happened(html).startswith("“Welcome” is now on Tue 14 Nov, 10:45–11:45 in GCC. It makes 2 conflicts. ")
    assert "GCC has “Mayors’ updates” and “Welcome” at once: Tue 14 Nov, 10:45–11:45." in happened(html)


def test_of_two_drags_at_once_the_second_is_refused_with_both_versions(organizer: Visitor, database: Database) -> None:
    session = number(database, "Welcome")
    block = re.search(rf'id="s{session}"[^>]*data-seen="([^"]*)"', organizer.get(DRAFT).text)
    assert block is not None
    address = f"{HERE}/sessions/{session}/placement"
    assert organizer.post(address, {"start": "08:00", "seen": block[1]}, headers=FRAGMENT).status_code == 200
    second = organizer.post(address, {"start": "14:00", "seen": block[1]}, headers=FRAGMENT)
    assert second.status_code == 409
    assert walls(database, "Welcome") == ["08:00"]


def test_a_session_keeps_a_room_that_was_archived_meanwhile_and_no_other_gets_it(
    organizer: Visitor, place: Campus, database: Database
) -> None:
    with database.write() as db:
        archive_room(db, db.get_one(Room, place.rooms["GCC"].key), by=BY)
    session = number(database, "Welcome")
    assert organizer.post(f"{HERE}/sessions/{session}/placement", {"start": "08:00"}).status_code == 303
    assert walls(database, "Welcome") == ["08:00"]
    answer = organizer.post(f"{HERE}/sessions/{session}/swap", {"with": str(number(database, "Panel"))})
    assert (answer.status_code, "no longer used" in answer.text) == (422, True)
    assert walls(database, "Welcome", "Panel") == ["08:00", "13:00"]


# Changing places


def test_two_sessions_change_places_and_each_keeps_its_length(organizer: Visitor, database: Database) -> None:
    session, other = number(database, "Mayors’ updates"), number(database, "Panel")
    html = organizer.post(f"{HERE}/sessions/{session}/swap", {"with": str(other)}, headers=FRAGMENT).text
    assert happened(html).startswith(
        "“Mayors’ updates” is now on Tue 14 Nov, 13:00–14:15 in Askwith Hall and 1 more; "
        "“Panel” is now on Tue 14 Nov, 10:30–11:30 in GCC. Each keeps its length."
    )
    assert walls(database, "Mayors’ updates", "Panel") == ["13:00", "10:30"]
    with database.read() as db:
        entries = db.exec(select(AuditEntry).where(AuditEntry.act == "swap_sessions")).all()
    assert len({one.turn for one in entries}) == 1


def test_changing_places_twice_is_as_before(organizer: Visitor, place: Campus, database: Database) -> None:
    session, other = number(database, "Welcome"), number(database, "Panel")
    for _ in range(2):
        organizer.follow(f"{HERE}/sessions/{session}/swap", {"with": str(other)})
    assert walls(database, "Welcome", "Panel") == ["09:00", "13:00"]
    with database.read() as db:
        rooms = [one.room_id for one in db.get_one(AgendaSession, other).places]
    assert rooms == [place.rooms["Askwith Hall"].key, place.rooms["Team Room 1"].key]


def test_what_waits_in_the_tray_takes_the_place_and_the_other_waits(organizer: Visitor, database: Database) -> None:
    organizer.follow(f"{HERE}/sessions/{number(database, 'Idea')}/swap", {"with": str(number(database, "Welcome"))})
    assert walls(database, "Idea", "Welcome") == ["09:00", ""]


@pytest.mark.parametrize("other", ["", "999999", "Welcome", "x"])
def test_changing_places_with_nothing_or_itself_is_refused(organizer: Visitor, database: Database, other: str) -> None:
    session = number(database, "Welcome")
    chosen = str(session) if other == "Welcome" else other
    answer = organizer.post(f"{HERE}/sessions/{session}/swap", {"with": chosen})
    assert answer.status_code == 422
    assert "hoose" in answer.text


def test_changing_places_on_stale_ground_is_refused(organizer: Visitor, database: Database) -> None:
    form = {"with": str(number(database, "Panel")), "seen": "00000000"}
    answer = organizer.post(f"{HERE}/sessions/{number(database, 'Welcome')}/swap", form)
    assert answer.status_code == 409
    assert walls(database, "Welcome", "Panel") == ["09:00", "13:00"]


# Shifting what follows


def shift(database: Database, title: str, minutes: int, **more: str) -> dict[str, str]:
    return {"session": str(number(database, title)), "minutes": str(minutes), **more}


def test_a_shift_is_read_before_it_is_done(organizer: Visitor, database: Database) -> None:
    answer = organizer.get(f"{DRAFT}/shift", params=shift(database, "Welcome", 40), headers=FRAGMENT)
    html = answer.text
    rows = re.findall(
        r'<li><span dir="auto">([^<]*)</span> <span class="figures">([\d:–]*).*?([\d:–]*)</span></li>', html
    )
    assert rows == [("Welcome", "09:00–10:00", "09:40–10:40"), ("Mayors’ updates", "10:30–11:45", "10:40–11:55")]
    assert "The 30 minutes before “Mayors’ updates” are used up." in html
    assert "The 15 minutes before “Lunch” become 5." in html
    assert walls(database, "Welcome") == ["09:00"]
    ground = re.search(r'name="ground" value="([0-9a-f]{8})"', html)
    assert ground is not None
    done = organizer.post(f"{DRAFT}/shift", shift(database, "Welcome", 40, ground=ground[1]), headers=FRAGMENT)
    assert happened(done.text).startswith("2 sessions are shifted by 40 minutes later.")
    assert walls(database, "Welcome", "Mayors’ updates", "Lunch") == ["09:40", "10:40", "12:00"]


def test_a_shift_is_one_act(organizer: Visitor, database: Database) -> None:
    organizer.follow(f"{DRAFT}/shift", shift(database, "Welcome", -15))
    with database.read() as db:
        entries = db.exec(select(AuditEntry).where(AuditEntry.act == "shift_sessions")).all()
    assert len({one.turn for one in entries}) == 1
    assert len({one.subject_id for one in entries}) == 4
    assert walls(database, "Welcome", "Mayors’ updates", "Lunch", "Panel") == ["08:45", "10:15", "11:45", "12:45"]


def test_a_shift_that_is_stopped_says_by_what_and_is_not_done(organizer: Visitor, database: Database) -> None:
    fix(database, "Lunch")
    answer = organizer.post(f"{DRAFT}/shift", shift(database, "Mayors’ updates", 20), headers=FRAGMENT)
    assert answer.status_code == 422
    assert "“Lunch” is fixed, 12:00–13:00, and “Mayors’ updates” would run into it by 5 minutes." in answer.text
    assert walls(database, "Mayors’ updates") == ["10:30"]


def test_the_conflicts_that_a_shift_would_make_are_read_before_it_is_done(
    organizer: Visitor, place: Campus, database: Database
) -> None:
    form = shift(database, "Mayors’ updates", 30, scope="room")
    html = organizer.get(f"{DRAFT}/shift", params=form).text
    assert "It cannot be shifted so" in html  # lunch is for everyone
    organizer.follow(f"{HERE}/sessions/{number(database, 'Lunch')}/tray")
    with database.write() as db:
        campus_again(db, place).session("Press", "11:45–12:30", rooms=["Team Room 1"])
    html = organizer.get(f"{DRAFT}/shift", params=form).text
    assert html.count("New conflict:") == 1
    assert "“Mayors’ updates” (GCC) and “Press” (Team Room 1) at once" in html


def test_a_shift_that_is_no_longer_what_was_looked_at_is_shown_again(organizer: Visitor, database: Database) -> None:
    answer = organizer.post(f"{DRAFT}/shift", shift(database, "Welcome", 10, ground="00000000"))
    assert (answer.status_code, "The draft has changed meanwhile" in answer.text) == (422, True)
    assert walls(database, "Welcome") == ["09:00"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"minutes": "ten"}, "Say by how many minutes"),
        ({"minutes": "0"}, "Say by how many minutes"),
        ({"minutes": "9999"}, "Say by how many minutes"),
        ({"session": ""}, "Choose the session"),
        ({"session": "999999"}, "Choose a session"),
        ({"scope": "world"}, "Choose one of the list"),
    ],
)
def test_what_cannot_be_read_is_said_at_its_field(
    organizer: Visitor, database: Database, typed: dict[str, str], said: str
) -> None:
    for answer in (
        organizer.get(f"{DRAFT}/shift", params=shift(database, "Welcome", 10) | typed),
        organizer.post(f"{DRAFT}/shift", shift(database, "Welcome", 10) | typed),
    ):
        assert (answer.status_code, said in answer.text) == (422, True)
    assert walls(database, "Welcome") == ["09:00"]


def test_the_form_alone_asks_from_where(organizer: Visitor) -> None:
    html = organizer.get(f"{DRAFT}/shift").text
    assert re.findall(r"<option value=\"\d+\" >([^<]*)", html) == [
        "09:00 Welcome",
        "10:30 Mayors’ updates",
        "12:00 Lunch",
        "13:00 Panel",
    ]


def test_the_number_of_queries_of_a_move_at_6_and_at_600(
    organizer: Visitor, place: Campus, database: Database, queries: list[str]
) -> None:
    session = number(database, "Welcome")
    counts = []
    for total in (6, 600):
        with database.write() as db:
            here = campus_again(db, place)
            have = len(db.exec(select(AgendaSession.id)).all())
            for count in range(have, total):
                start = 8 * 60 + 15 * (count % 40)
                here.session(f"Talk {count}", f"{start // 60:02}:{start % 60:02}–{start // 60:02}:{start % 60 + 10:02}")
        organizer.get(DRAFT)  # the draft is read into memory
        queries.clear()
        answer = organizer.post(f"{HERE}/sessions/{session}/placement", {"start": "07:30"}, headers=FRAGMENT)
        assert answer.status_code == 200
        counts.append(len(queries))
        organizer.post(f"{HERE}/sessions/{session}/placement", {"start": "09:00"})
    assert counts[0] == counts[1]


def test_the_line_of_now_stands_on_the_grid_while_the_convening_is_on(place: Campus, visitor: VisitorOf) -> None:
    def rows() -> list[str]:
        html = visitor(place.person("Ada Roth").key).get(f"{DRAFT}?day=all").text
        return re.findall(r'class="now-row (r-\d+) ', html)

    assert rows() == []
    with time_machine.travel(datetime(2017, 11, 14, 15, 7, tzinfo=UTC)):  # 10:07 in Cambridge, on a grid from 08:00
        assert rows() == ["r-27"]
