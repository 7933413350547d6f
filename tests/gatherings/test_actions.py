"""What was promised on a call: who, by when; it stands on the next calls until it is done, and on its owner's home."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
import time_machine
from sqlmodel import Session, select

from app.database import Database
from app.gatherings.actions import Promise, action_on, change_action, drop_action, tick_action
from app.gatherings.due import due_from
from app.models import CallAction, Openness, Tenure
from app.people.audit import Refused, verb
from app.people.due import Due
from app.people.viewer import Viewer, viewer_of
from tests.gatherings.calling import AFTER_NOVEMBER, AFTER_OCTOBER, Calling, calling
from tests.registration.stage import BY


@pytest.fixture
def clock_at() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(AFTER_OCTOBER, tick=True) as traveller:
        yield traveller


@pytest.fixture
def monthly(database: Database, clock_at: time_machine.Traveller) -> Calling:
    return calling(database)


def test_an_action_stands_on_the_next_calls_until_it_is_done(
    database: Database, monthly: Calling, clock_at: time_machine.Traveller
) -> None:
    oakland = monthly.meeting.stage.people["oakland facilitator"]
    with database.write() as db:
        monthly.promise(db, 10, "Send the form", owner_id=oakland, due_on=date(2017, 11, 1))
        (on_its_own,) = monthly.call(db, 10, "salem facilitator").actions  # type: ignore[union-attr]
        (carried,) = monthly.call(db, 11, "oakland facilitator").actions  # type: ignore[union-attr]
        assert monthly.actions(db, 12) == []
    assert (on_its_own.owner, on_its_own.due_on, on_its_own.since) == ("Oakland Facilitator", date(2017, 11, 1), None)
    assert (carried.since, carried.is_own, carried.is_late) == (date(2017, 10, 12), True, False)
    clock_at.move_to(AFTER_NOVEMBER)
    with database.write() as db:
        (late,) = monthly.call(db, 12, "salem facilitator").actions  # type: ignore[union-attr]
        assert late.is_late
        by = monthly.meeting.viewer(db, "oakland facilitator")
        tick_action(db, monthly.on(db, 12), db.exec(select(CallAction)).one(), done=True, by=by)
        assert monthly.actions(db, 12) == []
        (done,) = monthly.call(db, 10, "salem facilitator").actions  # type: ignore[union-attr]
        assert (done.is_done, done.is_late) == (True, False)
        tick_action(db, monthly.on(db, 12), db.exec(select(CallAction)).one(), done=False, by=by)
        assert monthly.actions(db, 12) == ["Send the form"]


def test_ones_own_open_actions_are_due_and_nobody_elses(database: Database, monthly: Calling) -> None:
    oakland, salem = (monthly.meeting.stage.people[f"{city} facilitator"] for city in ("oakland", "salem"))
    with database.write() as db:
        action = monthly.promise(db, 10, "Send the form", owner_id=oakland, due_on=date(2017, 11, 1))
        monthly.promise(db, 10, "Ask the buses", owner_id=salem)
        monthly.promise(db, 10, "Nobody’s yet")
        due = due_from(db, viewer_of(db, oakland))
        place = f"/by-all-means/gatherings/{monthly.on(db, 10).key}#action-{action.key}"
        assert due == [Due("Send the form", place, date(2017, 11, 1), "Promised on the call of Thu 12 Oct.")]
        drop_action(db, monthly.on(db, 10), action, dropped=True, by=monthly.meeting.viewer(db, "salem facilitator"))
        assert due_from(db, viewer_of(db, oakland)) == []
        drop_action(db, monthly.on(db, 10), action, dropped=False, by=monthly.meeting.viewer(db, "salem facilitator"))
        assert len(due_from(db, viewer_of(db, oakland))) == 1


@pytest.mark.parametrize(
    ("said", "field"),
    [
        (Promise(" "), "action"),
        (Promise("x" * 1001), "action"),
        (Promise("Do it", owner_id=999_999), "owner"),
    ],
)
def test_what_cannot_stand_is_said_at_its_field(
    database: Database, monthly: Calling, said: Promise, field: str
) -> None:
    with database.write() as db, pytest.raises(Refused) as refused:
        monthly.promise(db, 10, said.text, owner_id=said.owner_id)
    assert refused.value.field == field


def test_only_those_in_the_call_and_the_lab_take_something_on_and_the_lab_nothing_confidential_rule_13(
    database: Database, monthly: Calling
) -> None:
    people = monthly.meeting.stage.people
    with database.write() as db:
        with pytest.raises(Refused, match="those who are in it"):
            monthly.promise(db, 10, "Say it", owner_id=people["salem mayor"])
        monthly.promise(db, 10, "Book the room", owner_id=people["staff"])
        with pytest.raises(Refused, match="nobody of it can take this on"):
            monthly.promise(db, 10, "Keep it quiet", owner_id=people["organizer"], confidential=True)
        call, lab = monthly.call(db, 10, "salem facilitator"), monthly.call(db, 10, "organizer")
    assert call is not None
    assert lab is not None
    assert people["staff"] in dict(call.owners)
    assert set(dict(call.confidants)) == {people["oakland facilitator"], people["salem facilitator"]}
    assert lab.confidants == ()


def test_a_confidential_action_is_not_the_labs_not_even_its_number_rule_13(
    database: Database, monthly: Calling
) -> None:
    with database.write() as db:
        action = monthly.promise(db, 10, "Among us", confidential=True)
        for month in (10, 11):
            assert monthly.actions(db, month) == ["Among us"]
            for who in ("organizer", "staff", "salem mayor"):
                assert monthly.actions(db, month, who) == []
        lab = monthly.call(db, 10, "organizer")
        assert lab is not None
        assert action_on(db, monthly.on(db, 10), action.key, lab.circle) is None
        by = monthly.meeting.viewer(db, "salem facilitator")
        with pytest.raises(Refused, match="stays so"):
            change_action(db, monthly.on(db, 10), action, Promise("Among all"), by=by)


def test_a_facilitator_who_goes_to_the_lab_leaves_what_was_confided_behind_rule_13(
    database: Database, monthly: Calling, clock_at: time_machine.Traveller
) -> None:
    salem = monthly.meeting.stage.people["salem facilitator"]
    with database.write() as db:
        monthly.promise(db, 10, "Among us", owner_id=salem, confidential=True)
        monthly.promise(db, 10, "Ask the buses", owner_id=salem)
        go_to_the_lab(db, monthly, by=BY)
    clock_at.move_to(date(2017, 10, 20))
    with database.read() as db:
        assert [one.title for one in due_from(db, viewer_of(db, salem)) if one.url.startswith("/")] == ["Ask the buses"]
        assert monthly.actions(db, 10) == ["Ask the buses"]


@verb
def go_to_the_lab(db: Session, monthly: Calling, *, by: Viewer) -> None:
    """Salem's facilitator takes the staff's seat."""
    people = monthly.meeting.stage.people
    staff = db.exec(select(Tenure).where(Tenure.person_id == people["staff"])).one()
    own = db.exec(select(Tenure).where(Tenure.person_id == people["salem facilitator"])).one()
    staff.ends_on = own.ends_on = date(2017, 10, 14)
    db.flush()
    db.add(Tenure(seat_id=staff.seat_id, person_id=own.person_id, starts_on=date(2017, 10, 15)))


def test_who_acts_for_somebody_sees_what_is_due_of_open_calls_alone_rule_13(database: Database) -> None:
    with time_machine.travel(AFTER_OCTOBER, tick=True):
        monthly = calling(database)
        salem = monthly.meeting.stage.people["salem facilitator"]
        with database.write() as db:
            monthly.promise(db, 10, "Ask the buses", owner_id=salem)
            monthly.promise(db, 10, "Among us", owner_id=salem, confidential=True)
            own = viewer_of(db, salem)
            acting = replace(own, actor_id=1, actor_name="An assistant")
            assert [one.title for one in due_from(db, acting)] == ["Ask the buses"]
            close(db, monthly, by=BY)
            assert due_from(db, acting) == []
            assert len(due_from(db, own)) == 2


@verb
def close(db: Session, monthly: Calling, *, by: Viewer) -> None:
    monthly.on(db, 10).openness = Openness.CLOSED


def test_an_owner_who_has_left_may_stay_while_the_words_change_and_takes_on_nothing_new(
    database: Database, monthly: Calling
) -> None:
    salem = monthly.meeting.stage.people["salem facilitator"]
    with database.write() as db:
        action = monthly.promise(db, 11, "Ask the buses", owner_id=salem)
        leave(db, monthly, by=BY)
        by = monthly.meeting.viewer(db, "oakland facilitator")
        change_action(db, monthly.on(db, 11), action, Promise("Ask both buses", owner_id=salem), by=by)
        assert (action.text, action.owner_id) == ("Ask both buses", salem)
        with pytest.raises(Refused, match="those who are in it"):
            monthly.promise(db, 11, "Another", "oakland facilitator", owner_id=salem)


@verb
def leave(db: Session, monthly: Calling, *, by: Viewer) -> None:
    """Salem's facilitator leaves before the call of November."""
    number = monthly.meeting.stage.people["salem facilitator"]
    db.exec(select(Tenure).where(Tenure.person_id == number)).one().ends_on = date(2017, 10, 31)
