"""Venues, rooms, and how many they seat in each set-up."""

import pytest
from sqlmodel import Session

from app.agenda.venues import (
    RoomDetails,
    SetupLine,
    add_room,
    archive_room,
    change_room,
    change_venue,
    read_setups,
    restore_room,
    said_setups,
)
from app.models import Venue
from app.people.audit import Refused
from tests.agenda.campus import Campus
from tests.people.rows import BY


def venue(place: Campus) -> Venue:
    here = place.convening.venue
    assert here is not None
    return here


def test_a_room_stands_after_the_others_with_its_usual_set_up_first(db: Session, place: Campus) -> None:
    setups = (SetupLine("boardroom", 24), SetupLine("theatre", 80))
    room = add_room(db, venue(place), RoomDetails(name="Eliot-Lyman", building="Longfellow", setups=setups), by=BY)
    db.expire_all()
    assert [one.name for one in venue(place).rooms] == ["GCC", "Askwith Hall", "Team Room 1", "Eliot-Lyman"]
    assert room.capacity == 24


def test_a_set_up_that_stays_keeps_its_row_and_takes_its_new_places(db: Session, place: Campus) -> None:
    room = place.rooms["GCC"]
    theatre = room.setups[1].key
    details = RoomDetails(name="GCC", building="Gutman", setups=(SetupLine("theatre", 110), SetupLine("circle", 40)))
    change_room(db, room, details, by=BY)
    db.expire_all()
    assert [(one.name, one.capacity) for one in room.setups] == [("theatre", 110), ("circle", 40)]
    assert room.setups[0].key == theatre


def test_a_set_up_that_sessions_use_is_not_taken_away(db: Session, place: Campus) -> None:
    place.session(rooms=["GCC"])
    with pytest.raises(Refused, match="Sessions use “rounds”") as refusal:
        change_room(db, place.rooms["GCC"], RoomDetails(name="GCC", setups=(SetupLine("theatre", 120),)), by=BY)
    assert refusal.value.field == "setups"


def test_two_rooms_of_a_venue_have_two_names(db: Session, place: Campus) -> None:
    with pytest.raises(Refused, match="HGSE has a room of that name"):
        add_room(db, venue(place), RoomDetails(name=" GCC "), by=BY)
    archive_room(db, place.rooms["GCC"], by=BY)
    with pytest.raises(Refused, match="bring it back instead"):
        change_room(db, place.rooms["Askwith Hall"], RoomDetails(name="GCC"), by=BY)
    restore_room(db, place.rooms["GCC"], by=BY)
    assert place.rooms["GCC"].archived_at is None


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", ()),
        ("theatre 80", (SetupLine("theatre", 80),)),
        ("theatre: 80\n\n round tables, 90 \n", (SetupLine("theatre", 80), SetupLine("round tables", 90))),
        ("40", (SetupLine("usual", 40),)),
    ],
)
def test_set_ups_are_typed_one_a_line(text: str, lines: tuple[SetupLine, ...]) -> None:
    assert read_setups(text) == lines


@pytest.mark.parametrize("text", ["theatre", "theatre 0", "theatre -5", "theatre ٨٠٠٠٠٠٠٠", "a 1\na 2"])
def test_a_set_up_without_places_or_twice_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        read_setups(text)


def test_set_ups_are_written_as_they_are_read(place: Campus) -> None:
    text = said_setups(place.rooms["GCC"])
    assert text == "rounds 90\ntheatre 120"
    assert read_setups(text) == (SetupLine("rounds", 90), SetupLine("theatre", 120))


def test_a_map_is_an_address_of_the_web(db: Session, place: Campus) -> None:
    with pytest.raises(Refused, match="begins with https://"):
        change_venue(db, venue(place), name="HGSE", map_url="javascript:alert(1)", by=BY)
    change_venue(db, venue(place), name="HGSE", address="13 Appian Way", map_url="https://osm.org/x", by=BY)
    assert venue(place).address == "13 Appian Way"
