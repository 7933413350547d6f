"""A rolling agenda: points before the call, in an order, and what is not dealt with stands on the next (issue 6)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
import time_machine
from sqlmodel import Session, select

from app.database import Database
from app.gatherings.arranging import change_gathering
from app.gatherings.calls import call_of
from app.gatherings.details import details_of
from app.gatherings.listing import gathering_of
from app.gatherings.points import (
    Said,
    bring_back_point,
    change_point,
    place_point,
    point_on,
    take_back_point,
    tick_point,
)
from app.gatherings.reach import call_off
from app.models import AuditEntry, CallPoint, Openness, Person, Tenure
from app.people.audiences import Rule
from app.people.audit import Refused, verb
from app.people.viewer import Viewer
from tests.gatherings.calling import AFTER_NOVEMBER, AFTER_OCTOBER, BEFORE_OCTOBER, Calling, calling
from tests.registration.stage import BY


@pytest.fixture
def clock_at() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(BEFORE_OCTOBER, tick=True) as traveller:
        yield traveller


@pytest.fixture
def monthly(database: Database, clock_at: time_machine.Traveller) -> Calling:
    return calling(database)


def test_a_point_says_who_put_it_there_in_which_office_rule_8(database: Database, monthly: Calling) -> None:
    with database.write() as db:
        monthly.put(db, 10, "Summer seats", text="We have forty", minutes=10)
        (point,) = monthly.call(db, 10, "oakland facilitator").points  # type: ignore[union-attr]
    assert (point.title, point.text, point.minutes) == ("Summer seats", "We have forty", 10)
    assert (point.who, point.office, point.is_own) == ("Salem Facilitator", "Facilitator, Salem", False)


def test_the_second_click_puts_no_second_point(database: Database, monthly: Calling) -> None:
    with database.write() as db:
        one, two = (monthly.put(db, 10, "Summer seats") for _ in range(2))
        assert one.key == two.key
        assert monthly.points(db, 10) == ["Summer seats"]


@pytest.mark.parametrize(
    ("said", "field"),
    [
        (Said("  "), "title"),
        (Said("x" * 301), "title"),
        (Said("Seats", minutes=0), "minutes"),
        (Said("Seats", minutes=601), "minutes"),
        (Said("Seats", text="x" * 4001), "text"),
    ],
)
def test_what_cannot_stand_is_said_at_its_field(database: Database, monthly: Calling, said: Said, field: str) -> None:
    with database.write() as db, pytest.raises(Refused) as refused:
        monthly.put(db, 10, said.title, text=said.text, minutes=said.minutes)
    assert refused.value.field == field


def test_the_longest_title_fits_and_the_last_minute_too(database: Database, monthly: Calling) -> None:
    with database.write() as db:
        assert monthly.put(db, 10, "é" * 300, minutes=600).title == "é" * 300


@pytest.mark.parametrize("who", ["salem mayor", "staff", "expert"])
def test_those_who_are_not_in_the_call_put_nothing_there(database: Database, monthly: Calling, who: str) -> None:
    with database.write() as db, pytest.raises(Refused, match="those who are in the call"):
        monthly.put(db, 10, "Me too", who)


def test_the_agenda_closes_when_the_call_is_over_or_off(
    database: Database, monthly: Calling, clock_at: time_machine.Traveller
) -> None:
    with database.write() as db:
        call_off(db, monthly.on(db, 12), reason="Snow", by=BY)
        with pytest.raises(Refused, match="called off"):
            monthly.put(db, 12, "Too late")
    clock_at.move_to(AFTER_OCTOBER)
    with database.write() as db, pytest.raises(Refused, match="This call is over"):
        monthly.put(db, 10, "Too late")


def test_what_is_not_dealt_with_stands_on_the_next_call_by_itself(
    database: Database, monthly: Calling, clock_at: time_machine.Traveller
) -> None:
    with database.write() as db:
        done = monthly.put(db, 10, "Dealt with")
        monthly.put(db, 10, "Not dealt with")
        monthly.put(db, 11, "For November from the start")
        assert monthly.points(db, 11) == ["For November from the start"]
        tick_point(db, monthly.on(db, 10), done, taken=True, by=monthly.meeting.viewer(db, "oakland facilitator"))
    clock_at.move_to(AFTER_OCTOBER)
    with database.read() as db:
        assert monthly.points(db, 10) == ["Dealt with"]
        assert monthly.points(db, 11) == ["Not dealt with", "For November from the start"]
        assert monthly.points(db, 12) == []
        passed = next(one for one in monthly.call(db, 10, "salem facilitator").points if not one.stands)  # type: ignore[union-attr]
        assert (passed.title, passed.passed_to) == ("Not dealt with", date(2017, 11, 9))
        carried = monthly.call(db, 11, "salem facilitator").points[0]  # type: ignore[union-attr]
        assert (carried.since, carried.who) == (date(2017, 10, 12), "Salem Facilitator")
    clock_at.move_to(AFTER_NOVEMBER)
    with database.read() as db:
        assert monthly.points(db, 12) == ["Not dealt with", "For November from the start"]


def test_a_call_that_is_off_passes_its_points_to_the_next_and_has_them_back(
    database: Database, monthly: Calling, clock_at: time_machine.Traveller
) -> None:
    with database.write() as db:
        monthly.put(db, 11, "Before the snow")
        call_off(db, monthly.on(db, 11), reason="Snow", by=BY)
        assert monthly.points(db, 11) == []
        assert monthly.points(db, 12) == ["Before the snow"]


def test_a_carried_point_that_is_dealt_with_is_that_calls(
    database: Database, monthly: Calling, clock_at: time_machine.Traveller
) -> None:
    with database.write() as db:
        monthly.put(db, 10, "Twice talked of")
    clock_at.move_to(AFTER_OCTOBER)
    with database.write() as db:
        by = monthly.meeting.viewer(db, "oakland facilitator")
        point = db.exec(select(CallPoint)).one()
        tick_point(db, monthly.on(db, 11), point, taken=True, by=by)
        tick_point(db, monthly.on(db, 11), point, taken=True, by=by)  # the second click
    clock_at.move_to(AFTER_NOVEMBER)
    with database.write() as db:
        assert monthly.points(db, 10) == []
        assert monthly.points(db, 11) == ["Twice talked of"]
        assert monthly.points(db, 12) == []
        tick_point(db, monthly.on(db, 11), db.exec(select(CallPoint)).one(), taken=False, by=by)
        assert monthly.points(db, 12) == ["Twice talked of"]


def test_everybody_in_the_call_puts_points_in_order(database: Database, monthly: Calling) -> None:
    with database.write() as db:
        one, two, three = (monthly.put(db, 10, title) for title in ("One", "Two", "Three"))
        by = monthly.meeting.viewer(db, "oakland facilitator")
        place_point(db, monthly.on(db, 10), three, before=one, by=by)
        assert monthly.points(db, 10) == ["Three", "One", "Two"]
        place_point(db, monthly.on(db, 10), three, before=None, by=by)
        assert monthly.points(db, 10) == ["One", "Two", "Three"]
        place_point(db, monthly.on(db, 10), two, before=two, by=by)
        assert monthly.points(db, 10) == ["One", "Three", "Two"]
        away = monthly.put(db, 11, "Of another call")
        with pytest.raises(Refused, match="not on this call"):
            place_point(db, monthly.on(db, 10), one, before=away, by=by)


def test_an_order_keeps_the_places_of_what_the_one_who_sorts_does_not_see_rule_13(
    database: Database, monthly: Calling
) -> None:
    with database.write() as db:
        one = monthly.put(db, 10, "One")
        monthly.put(db, 10, "Among us", confidential=True)
        three = monthly.put(db, 10, "Three")
        organizer = monthly.meeting.viewer(db, "organizer")
        place_point(db, monthly.on(db, 10), three, before=one, by=organizer)
        assert monthly.points(db, 10, "organizer") == ["Three", "One"]
        assert monthly.points(db, 10) == ["Three", "Among us", "One"]


def test_ones_own_point_is_said_otherwise_taken_off_and_brought_back_rule_21(
    database: Database, monthly: Calling
) -> None:
    with database.write() as db:
        point = monthly.put(db, 10, "Seats")
        own, other = (monthly.meeting.viewer(db, who) for who in ("salem facilitator", "oakland facilitator"))
        october = monthly.on(db, 10)
        change_point(db, october, point, Said("Summer seats", minutes=5), by=own)
        for act in (take_back_point, bring_back_point):
            with pytest.raises(Refused, match="Only who put it there"):
                act(db, october, point, by=other)
        with pytest.raises(Refused, match="Only who put it there"):
            change_point(db, october, point, Said("Mine"), by=other)
        take_back_point(db, october, point, by=own)
        assert monthly.points(db, 10) == []
        bring_back_point(db, october, point, by=own)
        assert monthly.points(db, 10) == ["Summer seats"]
        take_back_point(db, october, point, by=monthly.meeting.viewer(db, "organizer"))
        assert monthly.points(db, 10) == []
        acts = db.exec(select(AuditEntry.act).where(AuditEntry.subject == "call_point").order_by(AuditEntry.id)).all()  # type: ignore[arg-type]
    assert acts == ["put_point", "change_point", "take_back_point", "bring_back_point", "take_back_point"]


@verb
def succeed(db: Session, monthly: Calling, *, by: Viewer) -> int:
    """The facilitator of Salem goes, and somebody else holds the seat."""
    tenure = db.exec(select(Tenure).where(Tenure.person_id == monthly.meeting.stage.people["salem facilitator"])).one()
    tenure.ends_on = date(2017, 10, 1)
    person = Person(name="Salem Newcomer", sort_name="Newcomer", email="newcomer@example.org")
    db.add(person)
    db.flush()
    db.add(Tenure(seat_id=tenure.seat_id, person_id=person.key, starts_on=date(2017, 10, 2)))
    return person.key


def test_a_successor_takes_over_the_points_of_the_office_and_a_colleague_does_not_rule_8(
    database: Database, monthly: Calling, clock_at: time_machine.Traveller
) -> None:
    with database.write() as db:
        point = monthly.put(db, 10, "Seats")
        number = succeed(db, monthly, by=BY)
        monthly.meeting.stage.people["newcomer"] = number
    clock_at.move_to(date(2017, 10, 5))
    with database.write() as db:
        (seen,) = monthly.call(db, 10, "newcomer").points  # type: ignore[union-attr]
        assert (seen.is_own, seen.who, seen.office) == (True, "Salem Facilitator", "Facilitator, Salem")
        stored = db.get_one(CallPoint, point.key)
        change_point(db, monthly.on(db, 10), stored, Said("Our seats"), by=monthly.meeting.viewer(db, "newcomer"))
        assert (stored.title, stored.by_id) == ("Our seats", monthly.meeting.stage.people["salem facilitator"])


def test_the_confidential_part_is_for_the_audience_without_the_lab_rule_13(
    database: Database, monthly: Calling
) -> None:
    with database.write() as db:
        point = monthly.put(db, 10, "Among us", minutes=20, confidential=True)
        assert monthly.points(db, 10, "oakland facilitator") == ["Among us"]
        for who in ("organizer", "staff", "salem mayor"):
            call = monthly.call(db, 10, who)
            assert call is not None
            assert (call.points, call.minutes_asked, set(call.notes)) == ((), 0, {False})
            assert point_on(db, monthly.on(db, 10), point.key, call.circle) is None
        with pytest.raises(Refused, match="those who are in the call"):
            monthly.put(db, 10, "For the lab’s eyes", "organizer", confidential=True)
        by = monthly.meeting.viewer(db, "salem facilitator")
        with pytest.raises(Refused, match="stays so"):
            change_point(db, monthly.on(db, 10), point, Said("Among us", confidential=False), by=by)


def test_an_organizer_who_holds_a_facilitators_seat_as_well_is_of_the_lab_rule_13(
    database: Database, monthly: Calling
) -> None:
    with database.write() as db:
        seat_too(db, monthly, "organizer", by=BY)
        monthly.put(db, 10, "Among us", "oakland facilitator", confidential=True)
        call = monthly.call(db, 10, "organizer")
    assert call is not None
    assert (call.circle.is_inside, call.circle.confides, call.points) == (True, False, ())


@verb
def seat_too(db: Session, monthly: Calling, who: str, *, by: Viewer) -> None:
    """Somebody of the lab holds a second seat: that of Salem's facilitator, who has left it."""
    tenure = db.exec(select(Tenure).where(Tenure.person_id == monthly.meeting.stage.people["salem facilitator"])).one()
    tenure.ends_on = date(2017, 9, 1)
    person_id = monthly.meeting.stage.people[who]
    db.add(Tenure(seat_id=tenure.seat_id, person_id=person_id, starts_on=date(2017, 9, 2)))


def test_what_was_said_where_the_lab_was_shut_out_stays_from_it_on_the_next_call_rule_13(
    database: Database, monthly: Calling, clock_at: time_machine.Traveller
) -> None:
    with database.write() as db:
        october = monthly.on(db, 10)
        alone = replace(
            details_of(october),
            audience=monthly.meeting.of_role(db, "facilitator"),
            openness=Openness.CLOSED,
            excludes_lab=True,
        )
        change_gathering(db, october, alone, by=BY)
        monthly.put(db, 10, "Behind the door")
        assert monthly.call(db, 10, "organizer") is None
    clock_at.move_to(AFTER_OCTOBER)
    with database.write() as db:
        assert monthly.points(db, 11) == ["Behind the door"]
        for who in ("organizer", "staff", "salem mayor"):
            assert monthly.points(db, 11, who) == []
        tick_point(
            db,
            monthly.on(db, 11),
            db.exec(select(CallPoint)).one(),
            taken=True,
            by=monthly.meeting.viewer(db, "salem facilitator"),
        )
        assert monthly.points(db, 11, "organizer") == []
        assert monthly.points(db, 10) == ["Behind the door"]


def test_a_guest_of_one_date_is_not_told_what_was_confided_on_an_earlier_one_rule_13(
    database: Database, monthly: Calling, clock_at: time_machine.Traveller
) -> None:
    with database.write() as db:
        monthly.put(db, 10, "Among us", confidential=True)
        november = monthly.on(db, 11)
        audience = details_of(november).audience
        guest = frozenset({monthly.meeting.stage.people["salem mayor"]})
        change_gathering(
            db, november, replace(details_of(november), audience=replace(audience, person_ids=guest)), by=BY
        )
        monthly.put(db, 11, "With our guest", confidential=True)
    clock_at.move_to(AFTER_OCTOBER)
    with database.read() as db:
        assert monthly.points(db, 11) == ["Among us", "With our guest"]
        assert monthly.points(db, 11, "salem mayor") == ["With our guest"]


def test_a_closed_call_is_nobodys_outside_it_and_the_labs_without_what_is_confided_rule_13(database: Database) -> None:
    with time_machine.travel(BEFORE_OCTOBER, tick=True):
        monthly = calling(database, openness=Openness.CLOSED)
        with database.write() as db:
            monthly.put(db, 10, "Among us", confidential=True)
            monthly.put(db, 10, "To the lab")
            assert monthly.call(db, 10, "salem mayor") is None
            assert monthly.points(db, 10, "staff") == ["To the lab"]


def test_a_call_for_everyone_has_no_words_of_its_own_for_strangers_rule_18(database: Database) -> None:
    with time_machine.travel(BEFORE_OCTOBER, tick=True):
        monthly = calling(database, openness=Openness.PUBLIC, audience=Rule(everyone=True))
        with database.write() as db:
            monthly.put(db, 10, "Seats")
        with database.read() as db:
            stranger = Viewer.anonymous()
            seen = gathering_of(db, monthly.meeting.stage.cohort, monthly.on(db, 10).key, stranger)
            assert seen is not None
            assert call_of(db, seen, stranger) is None
            assert monthly.call(db, 10, "expert") is None
