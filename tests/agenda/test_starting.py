"""A convening is started from an earlier one: its shape comes along, nobody's data does."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, select

from app import clock
from app.agenda.convenings import details_of
from app.agenda.placements import Placement, RoomUse, move_session
from app.agenda.sessions import archive_session, cancel_session
from app.agenda.starting import Start, day_shift, earlier_convenings, start_convening
from app.agenda.venues import RoomDetails, add_room, create_venue
from app.database import Database
from app.models import AgendaSession, Cohort, Convening, Cue, CueKind, Role, SessionItem, Standing
from app.people.audiences import Rule, rule_of
from app.people.audit import verb
from app.people.viewer import Viewer
from tests.agenda.campus import TUESDAY, WEDNESDAY, Campus, campus
from tests.people.rows import BY

MAY = date(2018, 5, 15), date(2018, 5, 16)
"""A Tuesday and a Wednesday, in summer time."""


@pytest.fixture
def place(database: Database) -> Iterator[Campus]:
    with database.write() as db:
        yield campus(db)


def begin(place: Campus, days: tuple[date, date] = MAY, **changes: Any) -> Start:
    details = replace(
        details_of(place.convening), title="Spring 2018", slug="2018-spring", starts_on=days[0], ends_on=days[1]
    )
    return start_convening(
        place.db,
        place.town.cohort,
        replace(details, **changes),
        place.convening,
        by=BY,
    )


def sessions(db: Session, convening: Convening) -> dict[str, AgendaSession]:
    rows = db.exec(select(AgendaSession).where(AgendaSession.convening_id == convening.key))
    return {row.title: row for row in rows}


def wall(session: AgendaSession) -> str:
    assert session.starts_at is not None
    return f"{clock.local(session.starts_at, session.zone):%a %d %b %H:%M %Z}"


@verb
def add(db: Session, *rows: object, by: Viewer) -> None:
    db.add_all(rows)
    db.flush()


def test_sessions_keep_weekday_wall_time_rooms_and_rule_across_the_clock_change(place: Campus) -> None:
    """Rule 14: November is standard time, May is not; 09:00 stays 09:00."""
    session = place.session(
        "Welcome", "09:00–10:15", WEDNESDAY, ["GCC"], rule=place.of_role("mayor"), purpose="To meet."
    )
    made = begin(place)
    copy = sessions(place.db, made.convening)["Welcome"]
    assert (wall(session), wall(copy)) == ("Wed 15 Nov 09:00 EST", "Wed 16 May 09:00 EDT")
    assert (copy.purpose, copy.minutes) == ("To meet.", 75)
    assert [(one.room_id, one.setup_id) for one in copy.places] == [
        (one.room_id, one.setup_id) for one in session.places
    ]
    assert rule_of(copy.audience) == place.of_role("mayor")
    assert copy.audience_id != session.audience_id
    assert copy.uid != session.uid
    assert (made.sessions, made.in_tray, made.for_nobody, made.roomless) == (1, 0, 0, 0)


def test_nobody_s_data_comes_along(place: Campus) -> None:
    """Named people, speakers, notes and addresses to join stay behind; for whom it was for them alone, it is for
    nobody yet."""
    named = place.of_people("Imani Okafor")
    place.session("Coaching", "09:00–10:00", rule=named, speakers=["Prof. Strand"], internal_notes="Ask Imani first.")
    both = replace(
        place.of_role("mayor"), person_ids=named.person_ids, but_person_ids=place.of_people("Jo Park").person_ids
    )
    place.session("Mayors", "11:00–12:00", rule=both)
    made = begin(place)
    copies = sessions(place.db, made.convening)
    assert rule_of(copies["Coaching"].audience) == Rule()
    assert rule_of(copies["Mayors"].audience) == place.of_role("mayor")
    assert [(one.internal_notes, one.join_url, one.engagements) for one in copies.values()] == [("", "", [])] * 2
    assert made.for_nobody == 1


def test_what_was_cancelled_or_deleted_stays_behind_and_the_tray_comes_along(place: Campus) -> None:
    cancel_session(place.db, place.session("Called off"), reason="Snow", by=BY)
    archive_session(place.db, place.session("Deleted"), by=BY)
    place.session("Some time", None)
    made = begin(place)
    assert list(sessions(place.db, made.convening)) == ["Some time"]
    assert made.in_tray == 1


def test_days_without_their_weekday_begin_with_the_first_and_what_falls_outside_waits_in_the_tray(
    place: Campus,
) -> None:
    place.session("First day", "09:00–10:00", TUESDAY)
    place.session("Second day", "09:00–10:00", WEDNESDAY)
    made = begin(place, (date(2018, 5, 17), date(2018, 5, 17)))
    copies = sessions(place.db, made.convening)
    assert wall(copies["First day"]) == "Thu 17 May 09:00 EDT"
    assert copies["Second day"].starts_at is None
    assert copies["Second day"].minutes == 60
    assert made.in_tray == 1


def test_an_evening_past_midnight_stays_the_evening_of_its_day(place: Campus) -> None:
    place.session("Late", "23:00–01:00", WEDNESDAY)
    after = place.session("Later", "09:00–09:30")
    move_session(place.db, after, to=Placement(date(2017, 11, 16), time(1), 30), by=BY)
    copies = sessions(place.db, begin(place).convening)
    assert wall(copies["Late"]) == "Wed 16 May 23:00 EDT"
    assert wall(copies["Later"]) == "Thu 17 May 01:00 EDT"


def test_in_another_zone_the_hours_on_the_clock_stay(place: Campus) -> None:
    place.session("Welcome", "09:00–10:00")
    copy = sessions(place.db, begin(place, zone="America/Los_Angeles").convening)["Welcome"]
    assert wall(copy) == "Tue 15 May 09:00 PDT"


def test_at_another_venue_rooms_are_found_by_their_names(place: Campus) -> None:
    place.session("Here", "09:00–10:00", rooms=["GCC", "Askwith Hall"])
    other = create_venue(place.db, begin(place, slug="elsewhere", venue_id=None).convening, name="City Hall", by=BY)
    gcc = add_room(place.db, other, RoomDetails(name="gcc"), by=BY)
    made = begin(place, venue_id=other.key)
    copy = sessions(place.db, made.convening)["Here"]
    assert [RoomUse(one.room_id, one.setup_id, one.city_id) for one in copy.places] == [RoomUse(gcc.key)]
    assert made.roomless == 1


def test_items_choices_and_the_crew_s_cues_come_along_without_who_did_them(place: Campus) -> None:
    session = place.session("Mayors’ updates I", "09:00–10:15", choice_group="A")
    oakland = place.town.cities["Oakland"].key
    add(
        place.db,
        SessionItem(session_id=session.key, position=0, title="First", minutes=25, city_id=oakland),
        Cue(
            convening_id=place.convening.key,
            session_id=session.key,
            kind=CueKind.MIC_CHECK,
            minutes=-15,
            text="Two microphones",
            responsible="Sam",
            responsible_id=place.person("Theo Lund").key,
        ),
        Cue(convening_id=place.convening.key, at=clock.at(TUESDAY, time(7), place.convening.zone), text="Coffee"),
        by=BY,
    )
    made = begin(place)
    (copy,) = sessions(place.db, made.convening).values()
    assert copy.choice_group == "A"
    assert [(one.title, one.minutes, one.city_id) for one in copy.items] == [("First", 25, oakland)]
    cues = place.db.exec(select(Cue).where(Cue.convening_id == made.convening.key).order_by(Cue.text)).all()
    assert [(one.text, one.session_id, one.at, one.responsible, one.responsible_id) for one in cues] == [
        ("Coffee", None, clock.at(MAY[0], time(7), place.convening.zone), "", None),
        ("Two microphones", copy.key, None, "", None),
    ]


def test_the_next_cohort_starts_from_this_one_and_roles_are_found_by_name(place: Campus) -> None:
    """Twelve other cities: a rule for a role holds there, one for a city of this cohort is for nobody."""
    place.session("Mayors", "09:00–10:00", rule=place.of_role("mayor"))
    place.session("Oakland", "11:00–12:00", rule=Rule(city_ids=frozenset({place.town.cities["Oakland"].key})))
    place.session(
        "Oakland’s mayor",
        "13:00–14:00",
        rule=replace(place.of_role("mayor"), city_ids=frozenset({place.town.cities["Oakland"].key})),
    )
    place.session("All", "15:00–16:00")
    cohort, mayor = next_cohort(place.db, by=BY)
    made = start_convening(place.db, cohort, details_of(place.convening), place.convening, by=BY)
    rules = {title: rule_of(one.audience) for title, one in sessions(place.db, made.convening).items()}
    assert rules == {
        "Mayors": Rule(role_ids=frozenset({mayor})),
        "Oakland": Rule(),
        "Oakland’s mayor": Rule(),
        "All": Rule(everyone=True),
    }
    assert made.for_nobody == 2


@verb
def next_cohort(db: Session, *, by: Viewer) -> tuple[Cohort, int]:
    cohort = Cohort(slug="next", name="The next cohort")
    db.add(cohort)
    db.flush()
    role = Role(cohort_id=cohort.key, slug="mayor", name="Mayor", plural="Mayors", standing=Standing.MAYOR)
    db.add(role)
    db.flush()
    return cohort, role.key


def test_one_may_start_from_the_convenings_of_cohorts_one_organizes(place: Campus) -> None:
    assert earlier_convenings(place.db, place.viewer("Ada Roth")) == [place.convening]
    assert earlier_convenings(place.db, place.viewer("Theo Lund")) == []
    assert earlier_convenings(place.db, place.viewer("Imani Okafor")) == []


def test_the_earlier_convening_is_left_as_it_was(place: Campus) -> None:
    session = place.session("Welcome", "09:00–10:00", rooms=["GCC"])
    before = session.model_dump()
    begin(place)
    place.db.refresh(session)
    assert session.model_dump() == before
    assert list(sessions(place.db, place.convening)) == ["Welcome"]


@given(
    first=st.dates(date(2016, 1, 1), date(2030, 1, 1)),
    length=st.integers(0, 6),
    new_first=st.dates(date(2016, 1, 1), date(2030, 1, 1)),
    new_length=st.integers(0, 13),
)
def test_whole_weeks_wherever_every_day_then_falls_on_a_new_day(
    first: date, length: int, new_first: date, new_length: int
) -> None:
    last, new_last = first + timedelta(length), new_first + timedelta(new_length)
    shift = day_shift(first, last, new_first, new_last)
    weeks = [timedelta(number) for number in range(-9000, 9000) if number % 7 == 0]
    fitting = [one for one in weeks if new_first <= first + one and last + one <= new_last]
    assert shift == (fitting[0] if fitting else new_first - first)
