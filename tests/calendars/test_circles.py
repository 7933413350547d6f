"""Calendars of a role, a city, a convening and the public: what their owner may know, under the uids of their own."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time

import pytest
import time_machine
from sqlmodel import Session, select

from app.agenda.convenings import change_convening, details_of
from app.agenda.placements import Placement
from app.agenda.releases import publish_release
from app.agenda.sessions import create_session
from app.calendars.circles import Circle, circle_of, circles_of, of_circle, of_public
from app.calendars.contents import of_person
from app.calendars.documents import State
from app.database import Database
from app.gatherings.details import Details
from app.gatherings.reach import call_off
from app.models import City, ConveningStage, FeedScope, Openness, Role
from app.people.audiences import Rule
from app.people.viewer import Viewer
from tests.calendars.reading import occurrences, written
from tests.gatherings.meeting import EVERYONE, Meeting, closed_to_the_lab, meet, utc
from tests.registration.stage import BY
from tests.registration.stage import convening as staged_convening

BASE = "https://plenary.example.org"


@pytest.fixture(autouse=True)
def in_october() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(utc(2017, 10, 24, 14), tick=False) as traveller:
        yield traveller


def _role(db: Session, slug: str) -> int:
    return db.exec(select(Role.id).where(Role.slug == slug)).one() or 0


def _city(db: Session, name: str) -> int:
    return db.exec(select(City.id).where(City.name == name)).one() or 0


def _circle(db: Session, viewer: Viewer, scope: FeedScope, number: int) -> Circle:
    circle = circle_of(db, viewer, scope, number)
    assert circle is not None
    return circle


def _titles(db: Session, meeting: Meeting, who: str, scope: FeedScope, number: int) -> list[str]:
    """What the calendar of a circle says to who has subscribed to it, in order, the convening's own days left out."""
    viewer = meeting.viewer(db, who)
    found = of_circle(db, viewer, _circle(db, viewer, scope, number), BASE)
    return list(dict.fromkeys(one.title for one in occurrences(written(found.entries))))


def _several(meeting: Meeting) -> None:
    """Webinars for all, for mayors, for Oakland, for Oakland's facilitator, for all but Salem, and a closed one."""
    with meeting.database.write() as db:
        mayor, oakland, salem = _role(db, "mayor"), _city(db, "Oakland"), _city(db, "Salem")
        facilitator = _role(db, "facilitator")
        meeting.webinar(db, "For all", join_url="https://meet.example.org/all")
        meeting.webinar(db, "For mayors", audience=Rule(role_ids=frozenset({mayor})))
        meeting.webinar(db, "For Oakland", audience=Rule(city_ids=frozenset({oakland})))
        one = Rule(role_ids=frozenset({facilitator}), city_ids=frozenset({oakland}))
        meeting.webinar(db, "For Oakland’s facilitator", audience=one)
        meeting.webinar(db, "All but Salem", audience=Rule(everyone=True, but_city_ids=frozenset({salem})))
        closed = closed_to_the_lab(Rule(role_ids=frozenset({mayor})))
        meeting.webinar(db, "Among mayors", **closed)


@pytest.mark.parametrize(
    ("who", "titles"),
    [
        ("oakland facilitator", ["All but Salem", "For all", "For mayors"]),
        ("organizer", ["All but Salem", "For all", "For mayors"]),
        ("salem mayor", ["All but Salem", "Among mayors", "For all", "For mayors"]),
    ],
)
def test_a_roles_calendar_is_what_all_of_the_role_are_invited_to_as_far_as_its_owner_may_know_rule_13(
    database: Database, who: str, titles: list[str]
) -> None:
    meeting = meet(database)
    _several(meeting)
    with database.read() as db:
        assert _titles(db, meeting, who, FeedScope.ROLE, _role(db, "mayor")) == titles


def test_a_citys_calendar_is_what_anybody_of_it_is_invited_to(database: Database) -> None:
    meeting = meet(database)
    _several(meeting)
    with database.read() as db:
        oakland, salem = _city(db, "Oakland"), _city(db, "Salem")
        assert _titles(db, meeting, "oakland facilitator", FeedScope.CITY, oakland) == [
            *("All but Salem", "For Oakland", "For Oakland’s facilitator", "For all", "For mayors")
        ]
        assert _titles(db, meeting, "oakland facilitator", FeedScope.CITY, salem) == ["For all", "For mayors"]


def _published(meeting: Meeting) -> None:
    with meeting.database.write() as db:
        convening = staged_convening(db, meeting.stage)
        mayors = meeting.of_role(db, "mayor")
        for n, said in enumerate(
            (
                Details(title="Keynote", audience=EVERYONE, openness=Openness.PUBLIC),
                Details(title="Welcome", audience=EVERYONE),
                Details(title="What mayors fear", audience=mayors, openness=Openness.CLOSED),
            )
        ):
            create_session(db, convening, said, to=Placement(date(2017, 11, 14), time(9 + n), 60), by=BY)
        publish_release(db, convening, by=BY)


@pytest.mark.parametrize(
    ("who", "titles"),
    [
        ("oakland superintendent", ["Keynote", "Welcome", "Closed session"]),
        ("oakland mayor", ["Keynote", "Welcome", "What mayors fear"]),
    ],
)
def test_a_convenings_calendar_is_its_agenda_as_its_owner_sees_it_rule_13(
    database: Database, who: str, titles: list[str]
) -> None:
    meeting = meet(database)
    _published(meeting)
    with database.read() as db:
        assert _titles(db, meeting, who, FeedScope.CONVENING, meeting.stage.convening) == titles


def test_a_roles_calendar_has_the_sessions_of_a_convening_that_it_is_invited_to_and_no_covers(
    database: Database,
) -> None:
    meeting = meet(database)
    _published(meeting)
    with database.read() as db:
        mayor = _role(db, "mayor")
        assert _titles(db, meeting, "oakland facilitator", FeedScope.ROLE, mayor) == ["Keynote", "Welcome"]


def test_what_is_public_is_in_a_calendar_for_anyone_and_nothing_else_is_rule_18(database: Database) -> None:
    meeting = meet(database)
    _several(meeting)
    _published(meeting)
    with database.write() as db:
        open_to_all = {"openness": Openness.PUBLIC, "join_url": "https://meet.example.org/open"}
        meeting.webinar(db, "Open webinar", internal_notes="Ask of the vote", **open_to_all)
    with database.read() as db:
        body = written(of_public(db, meeting.cohort(db), BASE).entries)
    assert [one.title for one in occurrences(body)] == ["Open webinar", "Keynote"]
    assert b"meet.example.org" not in body
    assert b"vote" not in body
    assert b"BEGIN:VALARM" not in body


def test_the_same_event_has_the_same_uid_and_sequence_in_every_calendar_rule_16(database: Database) -> None:
    meeting = meet(database)
    _several(meeting)
    _published(meeting)
    with database.write() as db:
        meeting.calls(db)
    with database.read() as db:
        viewer = meeting.viewer(db, "oakland mayor")
        own = {one.uid: one.sequence for one in of_person(db, viewer, BASE).entries}
        others: dict[str, int] = {}
        for circle in circles_of(db, viewer):
            others |= {one.uid: one.sequence for one in of_circle(db, viewer, circle, BASE).entries}
        public = {one.uid: one.sequence for one in of_public(db, meeting.cohort(db), BASE).entries}
    assert own.items() <= others.items()
    assert public.items() <= others.items()


def test_addresses_to_join_are_in_ones_own_calendar_alone(database: Database) -> None:
    meeting = meet(database)
    _several(meeting)
    with database.write() as db:
        meeting.calls(db)
    with database.read() as db:
        viewer = meeting.viewer(db, "oakland facilitator")
        assert b"https://meet.example.org/facilitator-call" in written(of_person(db, viewer, BASE).entries)
        for circle in circles_of(db, viewer):
            assert b"meet.example.org" not in written(of_circle(db, viewer, circle, BASE).entries)


def test_who_belongs_to_a_cohort_may_have_calendars_of_its_roles_cities_and_convenings_and_a_guest_none(
    database: Database,
) -> None:
    meeting = meet(database)
    with database.read() as db:
        kinds = {circle.scope for circle in circles_of(db, meeting.viewer(db, "oakland mayor"))}
        assert kinds == {FeedScope.ROLE, FeedScope.CITY, FeedScope.CONVENING}
        assert circles_of(db, meeting.viewer(db, "expert")) == []
        assert circle_of(db, meeting.viewer(db, "expert"), FeedScope.ROLE, _role(db, "mayor")) is None


def test_a_concept_is_in_no_circle(database: Database) -> None:
    meeting = meet(database)
    with database.write() as db:
        convening = staged_convening(db, meeting.stage)
        change_convening(db, convening, replace(details_of(convening), stage=ConveningStage.CONCEPT), by=BY)
    with database.read() as db:
        circles = circles_of(db, meeting.viewer(db, "oakland mayor"))
        assert FeedScope.CONVENING not in {circle.scope for circle in circles}


def test_what_is_called_off_and_what_is_held_are_left_out_where_their_reader_wants_that(database: Database) -> None:
    meeting = meet(database)
    with database.write() as db:
        meeting.webinar(db, "On", starts_at=utc(2017, 12, 12, 18))
        off = meeting.webinar(db, "Off", starts_at=utc(2017, 12, 13, 18))
        call_off(db, off, reason="Snow", by=BY)
    with database.read() as db:
        viewer = meeting.viewer(db, "oakland mayor")
        circle = _circle(db, viewer, FeedScope.ROLE, _role(db, "mayor"))
        whole = of_circle(db, viewer, circle, BASE).entries
        assert {one.state for one in whole} == {State.CONFIRMED, State.CANCELLED, State.TENTATIVE}
        bare = of_circle(db, viewer, circle, BASE, hides_cancelled=True, with_holds=False).entries
        assert [(one.title, one.state) for one in bare] == [("On", State.CONFIRMED)]


def test_the_queries_of_a_circle_do_not_grow_with_its_sessions(database: Database, queries: list[str]) -> None:
    meeting = meet(database)

    def count() -> list[int]:
        with database.read() as db:
            viewer = meeting.viewer(db, "oakland facilitator")
            counts = []
            for scope, number in ((FeedScope.ROLE, _role(db, "mayor")), (FeedScope.CITY, _city(db, "Oakland"))):
                queries.clear()
                of_circle(db, viewer, _circle(db, viewer, scope, number), BASE)
                counts.append(len(queries))
            queries.clear()
            of_public(db, meeting.cohort(db), BASE)
            return [*counts, len(queries)]

    with database.write() as db:
        meeting.calls(db)
        for number in range(6):
            meeting.webinar(db, f"{number}")
    few = count()
    with database.write() as db:
        for number in range(60):
            meeting.webinar(db, f"more {number}")
    assert count() == few
