"""What a calendar says beside its sessions: where they are, what last became of them, one's travel, and what is due."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from sqlmodel import Session, select

from app.agenda import published
from app.agenda.convenings import change_convening, details_of
from app.agenda.placements import Placement, RoomUse, move_session
from app.agenda.releases import publish_release
from app.agenda.sessions import change_session, create_session
from app.agenda.venues import change_venue
from app.calendars.contents import of_agenda, of_person
from app.calendars.documents import Entry, State
from app.calendars.places import coordinates
from app.calendars.subscribed import subscribed
from app.database import Database
from app.gatherings.details import Details
from app.gatherings.details import details_of as session_details
from app.models import AgendaSession, Feed, Openness, Person, Registration, Room, UpdateCycle
from app.people.audit import verb
from app.people.viewer import Viewer
from app.registration.lodging import BlockDetails, open_block
from app.registration.registrations import cancel, register
from app.registration.travel import TravelDetails, keep_travel
from app.updates.cycles import open_cycle
from tests.gatherings.meeting import EVERYONE, Meeting, meet, utc
from tests.registration.stage import BY
from tests.registration.stage import convening as staged_convening

BASE = "https://plenary.example.org"
OCTOBER = utc(2017, 10, 24, 14)
ON_A_MAP = "https://www.openstreetmap.org/?mlat=42.37553&mlon=-71.12216#map=18/42.37553/-71.12216"


@pytest.fixture(autouse=True)
def now() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(OCTOBER, tick=False) as traveller:
        yield traveller


@verb
def _room(db: Session, meeting: Meeting, name: str, *, by: Viewer) -> Room:
    venue_id = staged_convening(db, meeting.stage).venue_id
    assert venue_id is not None
    room = Room(venue_id=venue_id, name=name, building="Gutman Library", off_site=name == "Inn")
    db.add(room)
    return room


def _publish(meeting: Meeting, *rooms: str, **said: object) -> int:
    """A released session at 09:00 in rooms by name; its number."""
    with meeting.database.write() as db:
        ids = [_room(db, meeting, name, by=BY) for name in rooms]
        db.flush()
        details = replace(Details(title="Welcome", audience=EVERYONE), **said)  # type: ignore[arg-type]
        to = Placement(date(2017, 11, 14), time(9), 60, tuple(RoomUse(room.key) for room in ids))
        session = create_session(db, staged_convening(db, meeting.stage), details, to=to, by=BY)
        publish_release(db, staged_convening(db, meeting.stage), by=BY)
        return session.key


def _move(meeting: Meeting, session_id: int, start: time, *rooms: str) -> None:
    with meeting.database.write() as db:
        ids = [db.exec(select(Room.id).where(Room.name == name)).one() or 0 for name in rooms]
        session = db.get_one(AgendaSession, session_id)
        move_session(
            db, session, to=Placement(date(2017, 11, 14), start, 60, tuple(RoomUse(number) for number in ids)), by=BY
        )
        publish_release(db, staged_convening(db, meeting.stage), by=BY)


def _entry(meeting: Meeting, who: str = "oakland mayor") -> Entry:
    with meeting.database.read() as db:
        convening = staged_convening(db, meeting.stage)
        seen = published.agenda(db, convening, meeting.viewer(db, who))
        assert seen is not None
        (entry,) = of_agenda(db, convening, seen, BASE)
        return entry


def _venue(meeting: Meeting, **said: str) -> None:
    with meeting.database.write() as db:
        venue = staged_convening(db, meeting.stage).venue
        assert venue is not None
        values = {"name": venue.name, "address": venue.address, "map_url": venue.map_url, "notes": venue.notes}
        change_venue(db, venue, **{**values, **said}, by=BY)


@pytest.mark.parametrize(
    ("link", "found"),
    [
        (ON_A_MAP, (42.37553, -71.12216)),
        ("https://www.openstreetmap.org/#map=19/42.37553/-71.12216", (42.37553, -71.12216)),
        (
            "https://www.google.com/maps/place/HGSE/@42.3757,-71.1,17z/data=!3d42.37553!4d-71.12216",
            (42.37553, -71.12216),
        ),
        ("https://maps.apple.com/?q=HGSE&ll=42.37553,-71.12216", (42.37553, -71.12216)),
        ("https://maps.google.com/?q=42.37553%2C-71.12216", (42.37553, -71.12216)),
        ("geo:42.37553,-71.12216", (42.37553, -71.12216)),
        ("https://www.openstreetmap.org/?mlat=142.37553&mlon=-71.12216", None),
        ("https://goo.gl/maps/abc", None),
        ("", None),
    ],
)
def test_a_link_to_a_map_tells_where_it_leads_where_it_holds_that(link: str, found: tuple[float, float] | None) -> None:
    assert coordinates(link) == found


def test_a_session_says_room_building_and_address_and_where_that_is(database: Database) -> None:
    meeting = meet(database)
    _publish(meeting, "GCC")
    _venue(meeting, map_url=ON_A_MAP)
    entry = _entry(meeting)
    assert entry.location == "GCC, Gutman Library, Harvard Graduate School of Education, 13 Appian Way, Cambridge"
    assert entry.coordinates == (42.37553, -71.12216)


def test_a_session_off_site_is_not_at_the_venue(database: Database) -> None:
    meeting = meet(database)
    _publish(meeting, "Inn")
    _venue(meeting, map_url=ON_A_MAP)
    assert (_entry(meeting).location, _entry(meeting).coordinates) == ("Inn, Gutman Library", None)


def test_another_address_is_another_place_of_each_session_and_is_told_rule_16(
    database: Database, now: time_machine.Traveller
) -> None:
    meeting = meet(database)
    _publish(meeting, "GCC")
    before = _entry(meeting)
    now.shift(timedelta(hours=1))
    _venue(meeting, notes="The porter has the keys")
    assert _entry(meeting) == before
    _venue(meeting, address="6 Appian Way, Cambridge")
    after = _entry(meeting)
    assert after.location.endswith("6 Appian Way, Cambridge")
    assert (after.sequence, after.changed_at) == (before.sequence + 1, OCTOBER + timedelta(hours=1))


def test_a_venue_that_was_left_takes_none_of_its_changes_back_rule_16(
    database: Database, now: time_machine.Traveller
) -> None:
    meeting = meet(database)
    _publish(meeting, "GCC")
    sequences = [_entry(meeting).sequence]
    for address in ("1 Appian Way", "2 Appian Way"):
        now.shift(timedelta(hours=1))
        _venue(meeting, address=address)
        sequences.append(_entry(meeting).sequence)
    now.shift(timedelta(hours=1))
    with database.write() as db:
        convening = staged_convening(db, meeting.stage)
        change_convening(db, convening, replace(details_of(convening), venue_id=None), by=BY)
    sequences.append(_entry(meeting).sequence)
    assert sequences == [sequences[0] + n for n in range(4)]


def test_an_entry_says_what_it_was_before_its_last_change_until_the_next(
    database: Database, now: time_machine.Traveller
) -> None:
    meeting = meet(database)
    session = _publish(meeting, "GCC", "Askwith")
    _move(meeting, session, time(9), "GCC")
    first = _entry(meeting)
    assert first.description == "Changed Tue 24 Oct: the room was GCC, Askwith."
    now.shift(timedelta(days=40))
    assert _entry(meeting) == first, "the note does not go by itself: that would be a change"
    now.move_to(OCTOBER + timedelta(days=2))
    _move(meeting, session, time(10), "Askwith")
    assert _entry(meeting).description == ("Changed Thu 26 Oct: it was Tue 14 Nov, 09:00–10:00 EST; the room was GCC.")
    assert _entry(meeting).changed_at > first.changed_at


def test_what_a_session_was_while_it_was_closed_is_not_read_up_afterwards_rule_13(
    database: Database, now: time_machine.Traveller
) -> None:
    meeting = meet(database)
    with database.read() as db:
        mayors = meeting.of_role(db, "mayor")
    session = _publish(meeting, "GCC", "Askwith", audience=mayors, openness=Openness.CLOSED)
    now.shift(timedelta(hours=1))
    _move(meeting, session, time(9), "GCC")
    assert _entry(meeting).description.startswith("Changed")
    assert _entry(meeting, "oakland superintendent").description == "", "a cover says nothing"
    now.shift(timedelta(hours=1))
    with database.write() as db:
        stored = db.get_one(AgendaSession, session)
        change_session(db, stored, replace(session_details(stored), openness=Openness.COHORT), by=BY)
        publish_release(db, staged_convening(db, meeting.stage), by=BY)
    assert _entry(meeting, "oakland superintendent").description == ""


JOURNEY = TravelDetails(
    arrives_at=datetime(2017, 11, 13, 23, 40, tzinfo=UTC),
    arrives_by="Flight DL 12",
    leaves_at=datetime(2017, 11, 15, 21, tzinfo=UTC),
    first_night=date(2017, 11, 13),
    last_night=date(2017, 11, 14),
)


def _travels(meeting: Meeting, who: str) -> int:
    with meeting.database.write() as db:
        convening = staged_convening(db, meeting.stage)
        block = open_block(db, convening, BlockDetails("Sheraton", 5, date(2017, 11, 13), date(2017, 11, 15)), by=BY)
        registration = register(db, convening, db.get_one(Person, meeting.stage.people[who]), by=BY)
        keep_travel(db, registration, replace(JOURNEY, block_id=block.key), by=BY)
        return registration.key


def _subscribed(meeting: Meeting, who: str, **options: Any) -> dict[str, Entry]:
    """The entries of one's own calendar with some options, by their titles."""
    with meeting.database.read() as db:
        viewer = meeting.viewer(db, who)
        feed = Feed(person_id=viewer.person_id or 0, nonce="", token_hash="", **options)
        found = subscribed(db, feed, viewer, BASE)
        assert found is not None
        return {entry.title: entry for entry in found.contents.entries}


def test_ones_own_journey_is_in_ones_own_calendar_where_one_wants_it_and_blocks_nobody(database: Database) -> None:
    meeting = meet(database)
    _travels(meeting, "oakland mayor")
    assert set(_subscribed(meeting, "oakland mayor")) == {"Fall convening"}
    found = _subscribed(meeting, "oakland mayor", with_travel=True)
    assert set(found) == {"Fall convening", "Arrive: Fall convening", "Leave: Fall convening", "Sheraton"}
    arrival, nights = found["Arrive: Fall convening"], found["Sheraton"]
    assert (arrival.starts, arrival.description, arrival.zone) == (
        JOURNEY.arrives_at,
        "By Flight DL 12",
        "America/New_York",
    )
    assert (nights.starts, nights.ends) == (date(2017, 11, 13), date(2017, 11, 15))
    assert all(one.is_free and one.is_private for title, one in found.items() if title != "Fall convening")
    assert set(_subscribed(meeting, "organizer", with_travel=True)) == {"Fall convening"}


def test_a_journey_that_changes_raises_its_own_sequence_and_no_others_rule_16(
    database: Database, now: time_machine.Traveller
) -> None:
    meeting = meet(database)
    registration = _travels(meeting, "oakland mayor")
    before = _subscribed(meeting, "oakland mayor", with_travel=True)
    now.shift(timedelta(hours=1))
    with database.write() as db:
        later = replace(JOURNEY, arrives_at=datetime(2017, 11, 14, 1, 40, tzinfo=UTC))
        keep_travel(db, db.get_one(Registration, registration), later, only=("arrives_at",), by=BY)
    after = _subscribed(meeting, "oakland mayor", with_travel=True)
    arrival = "Arrive: Fall convening"
    assert (after[arrival].uid, after[arrival].sequence) == (before[arrival].uid, before[arrival].sequence + 1)
    assert after[arrival].changed_at == OCTOBER + timedelta(hours=1)
    assert after["Sheraton"] == before["Sheraton"]
    with database.write() as db:
        cancel(db, db.get_one(Registration, registration), by=BY)
    assert set(_subscribed(meeting, "oakland mayor", with_travel=True)) == {"Fall convening"}


def _cycle(meeting: Meeting) -> None:
    with meeting.database.write() as db:
        open_cycle(
            db,
            meeting.cohort(db),
            slug="2017-fall",
            title="Fall 2017",
            period=(date(2017, 5, 1), date(2017, 10, 31)),
            due_on=date(2017, 10, 31),
            by=BY,
        )


@verb
def _due_on(db: Session, day: date, *, by: Viewer) -> None:
    db.exec(select(UpdateCycle)).one().due_on = day


def test_what_is_due_stands_all_day_and_follows_its_day_rule_16(
    database: Database, now: time_machine.Traveller
) -> None:
    meeting = meet(database)
    _cycle(meeting)
    title = "Mayors’ updates due: Fall 2017"
    assert set(_subscribed(meeting, "oakland mayor")) == {"Fall convening"}
    before = _subscribed(meeting, "oakland mayor", with_dues=True)
    assert set(before) == {"Fall convening", title, "Registration closes: Fall convening"}
    assert before["Registration closes: Fall convening"].starts == date(2017, 11, 7)
    now.shift(timedelta(hours=1))
    with database.write() as db:
        _due_on(db, date(2017, 11, 3), by=BY)
    after = _subscribed(meeting, "oakland mayor", with_dues=True)[title]
    assert (after.starts, after.ends, after.is_free) == (date(2017, 11, 3), date(2017, 11, 4), True)
    assert (after.uid, after.sequence) == (before[title].uid, before[title].sequence + 1)
    assert set(_subscribed(meeting, "expert", with_dues=True)) == set()


def test_a_held_date_is_left_out_where_its_owner_does_not_want_it(database: Database) -> None:
    meeting = meet(database)
    assert _subscribed(meeting, "oakland mayor", with_holds=False) == {}
    (held,) = _subscribed(meeting, "oakland mayor").values()
    assert held.state is State.TENTATIVE


def test_the_queries_of_ones_own_calendar_do_not_grow_with_what_is_beside_it(
    database: Database, queries: list[str]
) -> None:
    meeting = meet(database)
    _cycle(meeting)
    _travels(meeting, "oakland mayor")
    session = _publish(meeting, "GCC", "Askwith")

    def count() -> int:
        queries.clear()
        _subscribed(meeting, "oakland mayor", with_travel=True, with_dues=True)
        return len(queries)

    few = count()
    for n in range(8):
        _venue(meeting, address=f"{n} Appian Way")
        _move(meeting, session, time(9 + n % 2), ("GCC", "Askwith")[n % 2])
        _publish(meeting, f"Room {n}")
    assert count() == few
    with database.read() as db:
        assert len(of_person(db, meeting.viewer(db, "oakland mayor"), BASE).entries) == 10
