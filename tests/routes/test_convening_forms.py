"""Making a convening, changing it, and its venue, by forms."""

import pytest
from sqlmodel import select

from app.database import Database
from app.models import Convening, Room
from tests.agenda.campus import Campus, campus
from tests.conftest import Visitor, VisitorOf

ALL = "/by-all-means/convenings"
HERE = f"{ALL}/2017-fall"

SPRING = {
    "title": "Spring 2018 convening",
    "slug": "2018-spring",
    "starts_on": "2018-05-15",
    "ends_on": "2018-05-16",
    "zone": "America/New_York",
    "stage": "dates held",
    "delegation_cap": "8",
    "sponsored_cap": "2",
    "team_minutes": "150",
    "unstructured_minutes": "0",
    "mayor_minutes": "0",
    "superintendent_minutes": "0",
    "walking_minutes": "7",
}


@pytest.fixture
def place(database: Database, in_the_sample: object) -> Campus:
    with database.write() as db:
        return campus(db)


@pytest.fixture
def organizer(place: Campus, visitor: VisitorOf) -> Visitor:
    return visitor(place.person("Ada Roth").key)


def test_a_new_convening_leads_to_saying_where_it_takes_place(organizer: Visitor, database: Database) -> None:
    assert 'name="title"' in organizer.get(f"{ALL}/new").text
    answer = organizer.post(ALL, SPRING)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{ALL}/2018-spring/venue")
    with database.read() as db:
        made = db.exec(select(Convening).where(Convening.slug == "2018-spring")).one()
        assert (made.title, made.delegation_cap, made.team_minutes, made.walking_minutes, made.stage.value) == (
            "Spring 2018 convening",
            8,
            150,
            7,
            "dates held",
        )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"title": ""}, "Say the name."),
        ({"ends_on": "2018-05-14"}, "The last day is before the first."),
        ({"starts_on": "soon"}, "A day looks like 2017-11-14."),
        ({"team_minutes": "many"}, "This is a number from 0 on."),
        ({"walking_minutes": "121"}, "takes two hours (120 minutes) at most"),
        ({"stage": "party"}, "Choose one of the list."),
        ({"slug": "2017-fall"}, "is taken"),
    ],
)
def test_a_mistake_is_said_at_its_field_and_what_was_typed_is_kept(
    organizer: Visitor, change: dict[str, str], said: str
) -> None:
    answer = organizer.post(ALL, {**SPRING, **change, "theme": "From promise to practice"})
    assert answer.status_code == 422
    assert said in answer.text
    assert 'value="From promise to practice"' in answer.text


def test_a_convening_is_changed_and_its_address_stays(organizer: Visitor, database: Database) -> None:
    assert 'value="Fall 2017 convening"' in organizer.get(f"{HERE}/edit").text
    form = {**SPRING, "title": "Autumn", "starts_on": "2017-11-14", "ends_on": "2017-11-15", "slug": "other"}
    assert organizer.post(f"{HERE}/edit", form).headers["location"] == HERE
    with database.read() as db:
        assert [(one.slug, one.title) for one in db.exec(select(Convening))] == [("2017-fall", "Autumn")]


def test_rooms_are_added_furnished_and_taken_out_of_use(organizer: Visitor, place: Campus, database: Database) -> None:
    form = {"name": "Eliot-Lyman", "building": "Longfellow", "setups": "boardroom 24\ntheatre 80"}
    organizer.follow(f"{HERE}/venue/rooms", form)
    with database.read() as db:
        room = db.exec(select(Room).where(Room.name == "Eliot-Lyman")).one()
        assert [(one.name, one.capacity) for one in room.setups] == [("boardroom", 24), ("theatre", 80)]
    html = organizer.follow(f"{HERE}/venue/rooms/{room.key}", {**form, "name": "Eliot-Lyman Hall"}).text
    assert "Eliot-Lyman Hall" in html
    assert "Out of use" in organizer.follow(f"{HERE}/venue/rooms/{room.key}/archival").text
    assert "Out of use" not in organizer.follow(f"{HERE}/venue/rooms/{room.key}/restoration").text


def test_a_room_that_cannot_be_is_refused_and_what_was_typed_is_kept(organizer: Visitor, place: Campus) -> None:
    taken = organizer.post(f"{HERE}/venue/rooms", {"name": "GCC", "building": "Typed here", "setups": ""})
    assert taken.status_code == 422
    assert "a room of that name" in taken.text
    assert 'value="Typed here"' in taken.text
    room = place.rooms["Askwith Hall"].key
    wrong = organizer.post(f"{HERE}/venue/rooms/{room}", {"name": "Askwith", "setups": "theatre"})
    assert wrong.status_code == 422
    assert "such as “theatre 80”" in wrong.text
    assert 'value="Askwith"' in wrong.text
    assert organizer.post(f"{HERE}/venue/rooms/999999", {"name": "X"}).status_code == 404


def test_a_first_venue_is_made_by_naming_it(organizer: Visitor, database: Database) -> None:
    organizer.post(ALL, SPRING)
    there = f"{ALL}/2018-spring/venue"
    assert "Say where it takes place" in organizer.get(there).text
    assert organizer.post(f"{there}/rooms", {"name": "GCC"}).status_code == 409
    html = organizer.follow(there, {"name": "City Hall", "address": "1 Broadway", "map_url": "", "notes": ""}).text
    assert "City Hall" in html
    with database.read() as db:
        made = db.exec(select(Convening).where(Convening.slug == "2018-spring")).one()
        assert made.venue is not None
        assert made.venue.address == "1 Broadway"


@pytest.mark.parametrize("address", [f"{ALL}/new", f"{HERE}/edit", f"{HERE}/venue"])
def test_these_forms_are_for_organizers(place: Campus, visitor: VisitorOf, address: str) -> None:
    assert visitor(place.person("Ruth Adler").key).get(address).status_code == 403
    assert visitor().get(address).status_code == 303


def test_a_convening_starts_from_an_earlier_one_on_the_same_weekdays(
    organizer: Visitor, place: Campus, database: Database
) -> None:
    with database.write() as db:
        place.db, place.convening = db, db.get_one(Convening, place.convening.key)
        place.session("Welcome", "09:00–10:00", rooms=["GCC"])
        place.session("Coaching", "11:00–12:00", rule=place.of_people("Imani Okafor"), rooms=["GCC"])
    number = str(place.convening.key)
    form = organizer.get(f"{ALL}/new", params={"start_from": number}).text
    assert 'value="2018-05-15"' in form  # six months on, a Tuesday as well
    assert "Tue 14 Nov 2017 → Tue 15 May 2018" in form
    answer = organizer.post(ALL, {**SPRING, "venue_id": str(place.convening.venue_id), "start_from": number})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{ALL}/2018-spring/agenda/draft")
    draft = organizer.get(f"{ALL}/2018-spring/agenda/draft").text
    assert "Spring 2018 convening begins with the 2 sessions of Fall 2017 convening." in draft
    assert "1 is for nobody yet" in draft
    assert "Welcome" in draft


def test_the_days_are_shown_again_for_other_dates_and_what_was_typed_is_kept(organizer: Visitor, place: Campus) -> None:
    typed = {**SPRING, "starts_on": "2018-05-17", "ends_on": "2018-05-17", "start_from": str(place.convening.key)}
    form = organizer.get(f"{ALL}/new", params=typed).text
    assert "Tue 14 Nov 2017 → Thu 17 May 2018" in form
    assert "Wed 15 Nov 2017 → the tray" in form
    assert 'value="Spring 2018 convening"' in form


@pytest.mark.parametrize("nothing", ["", "0", "999999", "soon", "99999999999999999999"])
def test_to_start_from_what_is_not_there_is_to_start_afresh(
    organizer: Visitor, database: Database, nothing: str
) -> None:
    assert organizer.get(f"{ALL}/new", params={"start_from": nothing}).status_code == 200
    assert organizer.post(ALL, {**SPRING, "start_from": nothing}).headers["location"] == f"{ALL}/2018-spring/venue"
