"""Working groups: members from a day to a day, and meetings that are for them."""

from collections.abc import Iterator
from datetime import date

import pytest
import time_machine
from sqlmodel import Session

from app.database import Database
from app.gatherings.details import is_inside
from app.gatherings.groups import (
    GroupSaid,
    add_members,
    close_group,
    create_group,
    end_membership,
    find_group,
    give_to_group,
    groups_known,
    may_manage,
    members_on,
    own_groups,
    reopen_group,
    set_leading,
)
from app.gatherings.listing import gatherings_of_group, gatherings_of_series
from app.models import Openness, Person, WorkingGroup
from app.people.audiences import rule_of
from app.people.audit import Refused
from tests.gatherings.meeting import Meeting, meet, utc
from tests.registration.stage import BY

TODAY = date(2017, 9, 15)
PEOPLE = ("expert", "oakland mayor", "salem member 1", "staff", "organizer")


@pytest.fixture(autouse=True)
def in_september() -> Iterator[None]:
    with time_machine.travel(utc(2017, 9, 15, 14), tick=True):
        yield


@pytest.fixture
def meeting(database: Database, in_september: None) -> Meeting:
    return meet(database)


def made(db: Session, meeting: Meeting, *who: str, openness: Openness = Openness.COHORT) -> WorkingGroup:
    group = create_group(db, meeting.cohort(db), GroupSaid(name="Data", openness=openness), by=BY)
    if who:
        add_members(db, group, [person(db, meeting, one) for one in who], starts_on=date(2017, 9, 1), by=BY)
    return group


def person(db: Session, meeting: Meeting, who: str) -> Person:
    return db.get_one(Person, meeting.stage.people[who])


@pytest.mark.parametrize(
    ("openness", "readers"),
    [
        (Openness.COHORT, {"oakland mayor", "salem member 1", "staff", "organizer"}),
        (Openness.CLOSED, {"salem member 1", "organizer"}),
    ],
)
def test_a_closed_group_is_for_its_members_and_organizers_rule_13(
    database: Database, meeting: Meeting, openness: Openness, readers: set[str]
) -> None:
    with database.write() as db:
        group = made(db, meeting, "salem member 1", openness=openness)
        viewers = {who: meeting.viewer(db, who) for who in PEOPLE}
        cohort = meeting.cohort(db)
        assert {who for who, one in viewers.items() if find_group(db, cohort, group.slug, one)} == readers
        assert {who for who, one in viewers.items() if groups_known(db, cohort, one)} == readers
        assert [who for who, one in viewers.items() if own_groups(db, one)] == ["salem member 1"]


def test_a_member_is_one_from_a_day_to_a_day_and_stays_on_record_rule_21(database: Database, meeting: Meeting) -> None:
    with database.write() as db:
        group = made(db, meeting, "salem member 1", "oakland member 1", openness=Openness.CLOSED)
        member = group.members[0]
        with pytest.raises(Refused, match="before their first day"):
            end_membership(db, group, member, last=date(2017, 8, 1), by=BY)
        end_membership(db, group, member, last=date(2017, 9, 14), by=BY)
        assert [one.person.name for one in members_on(group, date(2017, 9, 14))] == [
            "Oakland Member 1",
            "Salem Member 1",
        ]
        assert [one.person.name for one in members_on(group, TODAY)] == ["Oakland Member 1"]
        assert find_group(db, meeting.cohort(db), group.slug, meeting.viewer(db, "salem member 1")) is None
        again = add_members(db, group, [person(db, meeting, "salem member 1")], starts_on=TODAY, by=BY)
        assert len(again) == 1
        assert add_members(db, group, [person(db, meeting, "salem member 1")], starts_on=TODAY, by=BY) == []
        assert len(group.members) == 3


def test_who_leads_manages_until_their_last_day(database: Database, meeting: Meeting) -> None:
    with database.write() as db:
        group = made(db, meeting, "salem member 1", "oakland mayor")
        member, lead = group.members[0], meeting.viewer(db, "salem member 1")
        set_leading(db, group, member, leads=True, by=BY)
        may = {who: may_manage(db, group, meeting.viewer(db, who)) for who in (*PEOPLE, "oakland mayor")}
        assert {who for who, one in may.items() if one} == {"salem member 1", "organizer"}
        end_membership(db, group, member, last=date(2017, 9, 14), by=BY)
        assert not may_manage(db, group, lead)


def test_a_meeting_is_for_the_members_of_its_day_and_follows_them(database: Database, meeting: Meeting) -> None:
    with database.write() as db:
        group = made(db, meeting, "salem member 1")
        past = meeting.webinar(db, "Past", starts_at=utc(2017, 6, 20, 18))
        coming = meeting.webinar(db, "To come", starts_at=utc(2017, 9, 20, 18), openness=Openness.CLOSED)
        later = meeting.webinar(db, "Later", starts_at=utc(2017, 12, 20, 18), openness=Openness.CLOSED)
        kept = rule_of(past.audience)
        for one in (past, coming, later):
            give_to_group(db, one, group, by=BY)
        add_members(db, group, [person(db, meeting, "oakland mayor")], starts_on=date(2017, 10, 1), by=BY)
        salem, oakland = meeting.stage.people["salem member 1"], meeting.stage.people["oakland mayor"]
        assert rule_of(past.audience) == kept
        assert rule_of(coming.audience).person_ids == {salem}
        assert rule_of(later.audience).person_ids == {salem, oakland}
        seen = {
            who: [one.title for one in gatherings_of_group(db, group.key, meeting.viewer(db, who))] for who in PEOPLE
        }
        assert seen["oakland mayor"] == ["Past", "Later"]
        assert seen["salem member 1"] == ["Past", "To come", "Later"]
        assert seen["expert"] == []
        end_membership(db, group, group.members[0], last=date(2017, 9, 30), by=BY)
        assert rule_of(later.audience).person_ids == {oakland}


def test_a_series_of_a_group_is_for_its_members_and_calendars_hear_of_who_comes_rule_16(
    database: Database, meeting: Meeting
) -> None:
    with database.write() as db:
        group = made(db, meeting, "salem member 1")
        series = meeting.calls(db)
        give_to_group(db, series, group, by=BY)
        assert {one.group_id for one in series.sessions} == {group.key}
        assert rule_of(series.audience).person_ids == {meeting.stage.people["salem member 1"]}
        before = series.sequence
        add_members(db, group, [person(db, meeting, "oakland mayor")], starts_on=TODAY, by=BY)
        assert len(rule_of(series.audience).person_ids) == 2
        assert series.sequence > before


def test_who_joins_a_group_knows_nothing_of_the_closed_meetings_before_rule_13(
    database: Database, meeting: Meeting
) -> None:
    """The dates of a series share an audience, in which somebody stands from the day on which they are put there."""
    with database.write() as db:
        group = made(db, meeting, "salem member 1", openness=Openness.CLOSED)
        series = meeting.calls(db, openness=Openness.CLOSED)
        give_to_group(db, series, group, by=BY)
        add_members(db, group, [person(db, meeting, "oakland mayor")], starts_on=date(2017, 11, 1), by=BY)
        viewers = {who: meeting.viewer(db, who) for who in ("salem member 1", "oakland mayor")}
        seen = {who: gatherings_of_series(db, series.key, one) for who, one in viewers.items()}
        first = {who: min(one.starts_at for one in found).date() for who, found in seen.items()}
        assert first["salem member 1"] >= date(2017, 9, 1)
        assert first["oakland mayor"] == date(2017, 11, 9)
        early, late = (
            next(one for one in series.sessions if one.starts_at and one.starts_at.month == month) for month in (10, 11)
        )
        inside = {who: [is_inside(db, one, viewer) for one in (early, late)] for who, viewer in viewers.items()}
        assert inside == {"salem member 1": [True, True], "oakland mayor": [False, True]}


def test_a_group_that_is_closed_down_stays_on_record_and_can_go_on_rule_21(
    database: Database, meeting: Meeting
) -> None:
    with database.write() as db:
        group = made(db, meeting, "salem member 1")
        close_group(db, group, by=BY)
        cohort, member = meeting.cohort(db), meeting.viewer(db, "salem member 1")
        assert find_group(db, cohort, group.slug, member) is None
        assert own_groups(db, member) == []
        assert groups_known(db, cohort, meeting.viewer(db, "organizer"), closed_down=True) == [group]
        reopen_group(db, group, by=BY)
        assert find_group(db, cohort, group.slug, member) == group


def test_names_are_checked_and_addresses_stay_apart(database: Database, meeting: Meeting) -> None:
    with database.write() as db:
        cohort = meeting.cohort(db)
        slugs = [create_group(db, cohort, GroupSaid(name=name), by=BY).slug for name in ("New", "Data", "Data", "資料")]
        assert slugs == ["new-2", "data", "data-2", "group"]
        for name in ("  ", "x" * 301):
            with pytest.raises(Refused):
                create_group(db, cohort, GroupSaid(name=name), by=BY)
