"""Moving, resizing, taking back: in wall time of the convening's zone (rule 14), heard of by calendars (rule 16)."""

from datetime import UTC, date, datetime, time

import pytest
from sqlmodel import Session, col, select

from app.agenda.convenings import ConveningDetails, create_convening
from app.agenda.placements import (
    Placement,
    RoomUse,
    give_rooms,
    move_session,
    resize_session,
    shift_sessions,
    swap_sessions,
    unplace_session,
    uses_of,
)
from app.agenda.sessions import cancel_session, create_session
from app.agenda.venues import archive_room
from app.models import AuditEntry, SessionRoom
from app.people.audit import Refused
from tests.agenda.campus import TUESDAY, WEDNESDAY, ZONE, Campus
from tests.people.rows import BY


def test_rule_14_a_wall_time_is_an_instant_of_the_convenings_zone(place: Campus) -> None:
    session = place.session("Welcome", "08:30–09:00")
    assert (session.starts_at, session.ends_at) == (
        datetime(2017, 11, 14, 13, 30, tzinfo=UTC),
        datetime(2017, 11, 14, 14, tzinfo=UTC),
    )
    assert (session.zone, session.minutes) == (ZONE, 30)


def test_rule_14_an_hour_across_the_change_of_clocks_is_an_hour(db: Session, place: Campus) -> None:
    details = ConveningDetails(title="Autumn", starts_on=date(2017, 11, 4), ends_on=date(2017, 11, 5), zone=ZONE)
    convening = create_convening(db, place.town.cohort, details, by=BY)
    db.flush()
    to = Placement(date(2017, 11, 5), time(1, 30), 60)
    session = create_session(db, convening, place.details("Night"), to=to, by=BY)
    assert (session.starts_at, session.ends_at) == (
        datetime(2017, 11, 5, 5, 30, tzinfo=UTC),  # 01:30 EDT
        datetime(2017, 11, 5, 6, 30, tzinfo=UTC),  # 01:30 EST, an hour later
    )


def test_a_session_past_midnight_ends_on_the_next_day(place: Campus) -> None:
    session = place.session("Dinner", "22:30–00:30")
    assert session.ends_at == datetime(2017, 11, 15, 5, 30, tzinfo=UTC)


def test_rule_16_a_move_raises_the_sequence_once(db: Session, place: Campus) -> None:
    session = place.session(rooms=["GCC"])
    assert session.sequence == 0
    move_session(db, session, to=place.placement("10:00–11:00", rooms=["Askwith Hall"]), by=BY)
    assert session.sequence == 1
    assert [one.room_id for one in session.places] == [place.rooms["Askwith Hall"].key]


def test_rule_16_moving_to_where_it_stands_changes_nothing_and_leaves_no_record(db: Session, place: Campus) -> None:
    session = place.session(rooms=["GCC"])
    before = (session.sequence, session.changed_at, len(entries(db)))
    move_session(db, session, to=place.placement("09:00–10:00", rooms=["GCC"]), by=BY)
    assert (session.sequence, session.changed_at, len(entries(db))) == before


def test_rule_16_another_set_up_or_city_of_the_same_room_is_heard_of_too(db: Session, place: Campus) -> None:
    session = place.session(rooms=["GCC"])
    room = place.rooms["GCC"]
    theatre = room.setups[1].key
    move_session(db, session, to=Placement(TUESDAY, time(9), 60, (RoomUse(room.key, theatre),)), by=BY)
    assert (session.sequence, session.places[0].setup_id) == (1, theatre)
    oakland = place.town.cities["Oakland"].key
    give_rooms(db, session, [RoomUse(room.key, theatre, oakland)], by=BY)
    assert (session.sequence, session.places[0].city_id) == (2, oakland)


def test_a_room_that_stays_keeps_its_row(db: Session, place: Campus) -> None:
    session = place.session(rooms=["GCC", "Team Room 1"])
    stays = next(one.id for one in session.places if one.room_id == place.rooms["GCC"].key)
    move_session(db, session, to=place.placement("09:00–10:00", rooms=["Askwith Hall", "GCC"]), by=BY)
    rows = db.exec(select(SessionRoom).where(SessionRoom.session_id == session.key)).all()
    assert {row.room_id for row in rows} == {place.rooms["GCC"].key, place.rooms["Askwith Hall"].key}
    assert stays in {row.id for row in rows}


def test_resizing_keeps_the_start(db: Session, place: Campus) -> None:
    session = place.session()
    resize_session(db, session, minutes=75, by=BY)
    assert session.ends_at == datetime(2017, 11, 14, 15, 15, tzinfo=UTC)
    assert (session.minutes, session.sequence) == (75, 1)


def test_the_tray_keeps_length_and_rooms(db: Session, place: Campus) -> None:
    session = place.session(rooms=["GCC"])
    unplace_session(db, session, by=BY)
    assert (session.starts_at, session.ends_at, session.minutes) == (None, None, 60)
    assert [one.room_id for one in session.places] == [place.rooms["GCC"].key]
    resize_session(db, session, minutes=30, by=BY)
    assert (session.ends_at, session.minutes) == (None, 30)


@pytest.mark.parametrize("minutes", [0, -5, 1441])
def test_a_length_of_nothing_or_over_a_day_is_refused(db: Session, place: Campus, minutes: int) -> None:
    session = place.session()
    with pytest.raises(Refused, match="from one minute to a whole day") as refusal:
        resize_session(db, session, minutes=minutes, by=BY)
    assert refusal.value.field == "minutes"
    assert session.minutes == 60


def test_a_day_far_from_the_convening_is_refused_and_the_day_beside_it_is_not(db: Session, place: Campus) -> None:
    session = place.session()
    move_session(db, session, to=Placement(date(2017, 11, 13), time(18), 60), by=BY)
    with pytest.raises(Refused, match="Tue 14 Nov to Wed 15 Nov 2017"):
        move_session(db, session, to=Placement(date(2017, 11, 12), time(18), 60), by=BY)


def test_a_refusal_leaves_nothing_half_done(db: Session, place: Campus) -> None:
    session = place.session(rooms=["GCC"])
    before = (session.starts_at, session.sequence, len(entries(db)))
    with pytest.raises(Refused, match="not at this convening’s venue"):
        move_session(db, session, to=Placement(WEDNESDAY, time(9), 60, (RoomUse(999_999),)), by=BY)
    assert (session.starts_at, session.sequence, len(entries(db))) == before


def test_a_set_up_of_another_room_is_refused(db: Session, place: Campus) -> None:
    session = place.session()
    wrong = RoomUse(place.rooms["GCC"].key, place.rooms["Askwith Hall"].setups[0].key)
    with pytest.raises(Refused, match="belongs to another room"):
        give_rooms(db, session, [wrong], by=BY)


def test_a_room_named_twice_is_refused(db: Session, place: Campus) -> None:
    session = place.session()
    with pytest.raises(Refused, match="named twice"):
        give_rooms(db, session, [*place.use("GCC"), *place.use("GCC")], by=BY)


def test_a_city_of_another_cohort_is_refused(db: Session, place: Campus) -> None:
    session = place.session()
    with pytest.raises(Refused, match="not of this cohort"):
        give_rooms(db, session, [RoomUse(place.rooms["GCC"].key, None, 999_999)], by=BY)


def test_a_room_out_of_use_takes_no_new_session_and_keeps_those_it_has(db: Session, place: Campus) -> None:
    stays, comes = place.session("Stays", rooms=["GCC"]), place.session("Comes", "11:00–12:00")
    archive_room(db, place.rooms["GCC"], by=BY)
    move_session(db, stays, to=place.placement("13:00–14:00", rooms=["GCC"]), by=BY)
    assert [one.room_id for one in stays.places] == [place.rooms["GCC"].key]
    with pytest.raises(Refused, match="no longer used"):
        give_rooms(db, comes, place.use("GCC"), by=BY)


def test_a_cancelled_session_stays_where_it_is(db: Session, place: Campus) -> None:
    session = place.session()
    cancel_session(db, session, reason="", by=BY)
    with pytest.raises(Refused, match="Take the cancellation back"):
        move_session(db, session, to=place.placement("10:00–11:00"), by=BY)
    with pytest.raises(Refused, match="Take the cancellation back"):
        unplace_session(db, session, by=BY)


def test_rule_21_a_move_is_on_record_with_what_it_was_before(db: Session, place: Campus) -> None:
    session = place.session()
    move_session(db, session, to=place.placement("10:00–11:00"), by=place.viewer("Ada Roth"))
    entry = entries(db)[-1]
    assert (entry.act, entry.subject, entry.subject_id, entry.by) == (
        "move_session",
        "session",
        session.key,
        "Ada Roth",
    )
    assert entry.before is not None
    assert entry.after is not None
    assert entry.before["starts_at"].startswith("2017-11-14T14:00")
    assert entry.after["starts_at"].startswith("2017-11-14T15:00")


def entries(db: Session) -> list[AuditEntry]:
    return list(db.exec(select(AuditEntry).order_by(col(AuditEntry.id))))


def test_two_sessions_change_places_with_rooms_set_ups_and_cities_and_keep_their_lengths(
    db: Session, place: Campus
) -> None:
    one = place.session("Welcome", "09:00–10:00", rooms=["GCC"])
    other = place.session("Team time", "14:00–14:30")
    give_rooms(db, other, place.use("Askwith Hall", city="Oakland"), by=BY)
    swap_sessions(db, one, other, by=BY)
    assert (one.starts_at, one.minutes) == (datetime(2017, 11, 14, 19, tzinfo=UTC), 60)
    assert (other.starts_at, other.ends_at) == (
        datetime(2017, 11, 14, 14, tzinfo=UTC),
        datetime(2017, 11, 14, 14, 30, tzinfo=UTC),
    )
    assert uses_of(one) == place.use("Askwith Hall", city="Oakland")
    assert uses_of(other) == place.use("GCC")


def test_rule_16_both_of_two_that_change_places_are_heard_of(db: Session, place: Campus) -> None:
    one, other = place.session("Welcome", "09:00–10:00"), place.session("Lunch", "12:00–13:00")
    before = one.sequence, other.sequence
    swap_sessions(db, one, other, by=BY)
    assert (one.sequence, other.sequence) == (before[0] + 1, before[1] + 1)


def test_what_cannot_change_places_is_refused_and_stays(db: Session, place: Campus) -> None:
    one, other = place.session("Welcome", "09:00–10:00"), place.session("Lunch", "12:00–13:00")
    waiting, also = place.session("Idea", None), place.session("Another", None)
    cancel_session(db, other, reason="rain", by=BY)
    for pair in ((one, one), (one, other), (waiting, also)):
        with pytest.raises(Refused):
            swap_sessions(db, *pair, by=BY)
    assert one.starts_at == datetime(2017, 11, 14, 14, tzinfo=UTC)


def test_a_shift_moves_all_or_none(db: Session, place: Campus) -> None:
    one = place.session("Welcome", "09:00–10:00")
    still = place.session("Keynote", "10:00–11:00", fixed=True)
    later = datetime(2017, 11, 14, 14, 10, tzinfo=UTC)
    with pytest.raises(Refused, match="“Keynote” is fixed"):
        shift_sessions(db, place.convening, {one.key: later, still.key: later}, by=BY)
    with pytest.raises(Refused, match="off the grid meanwhile"):
        shift_sessions(db, place.convening, {one.key: later, 999_999: later}, by=BY)
    db.refresh(one)
    assert one.starts_at == datetime(2017, 11, 14, 14, tzinfo=UTC)
    shift_sessions(db, place.convening, {one.key: later}, by=BY)
    assert (one.starts_at, one.ends_at) == (later, datetime(2017, 11, 14, 15, 10, tzinfo=UTC))
