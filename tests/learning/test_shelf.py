"""Who has what of the library: rules 13 (a session's walls), 18 (public only what is marked), 20 (quarantine)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import product
from typing import Any

import pytest
import time_machine
from sqlalchemy import insert
from sqlmodel import Session, select

from app.database import Database
from app.gatherings.arranging import change_gathering
from app.gatherings.details import details_of
from app.gatherings.holders import who_may_know
from app.gatherings.seats import Given, take_public_seat
from app.learning.library import (
    Said,
    add_item,
    bring_back_item,
    items_of_session,
    put_away_item,
    quarantine_item,
    release_item,
)
from app.learning.library import replace_item as another
from app.learning.shelf import earlier_versions, find_item, of_holders, of_session, put_away_items, shelf
from app.models import AuditEntry, LibraryItem, LibraryKind, Openness, WebinarSeat, WorkingGroup, WorkingGroupMember
from app.people.audit import Refused, verb
from app.people.history import Sought, log_of
from app.people.viewer import Viewer
from app.people.viewer import viewer_of as base_viewer_of
from tests.gatherings.meeting import Meeting, meet, utc
from tests.gatherings.seating import seated
from tests.registration.stage import BY

URL = "https://example.org/one"


@pytest.fixture(autouse=True)
def in_september() -> Iterator[None]:
    with time_machine.travel(utc(2017, 9, 15, 14), tick=True):
        yield


@pytest.fixture
def meeting(database: Database, in_september: None) -> Meeting:
    return meet(database)


def put(db: Session, meeting: Meeting, title: str = "Slides", **said: Any) -> LibraryItem:
    return add_item(db, meeting.cohort(db), Said(**{"title": title, "url": URL, **said}), by=BY)


def viewer_of(db: Session, meeting: Meeting, who: str) -> Viewer:
    return Viewer.anonymous() if who == "anonymous" else meeting.viewer(db, who)


def has(db: Session, meeting: Meeting, who: str) -> list[str]:
    return [one.item.title for one in shelf(db, meeting.cohort(db), viewer_of(db, meeting, who))]


PEOPLE = ("anonymous", "expert", "oakland mayor", "oakland facilitator", "salem member 1", "staff", "organizer")
IN_THE_COHORT = {"oakland mayor", "oakland facilitator", "salem member 1", "staff", "organizer"}


@pytest.mark.parametrize(
    ("openness", "readers"),
    [
        (Openness.PUBLIC, set(PEOPLE)),
        (Openness.COHORT, IN_THE_COHORT),
        (Openness.CLOSED, {"staff", "organizer"}),
    ],
)
def test_what_stands_alone_is_for_whom_it_is_open_rule_18(
    database: Database, meeting: Meeting, openness: Openness, readers: set[str]
) -> None:
    with database.write() as db:
        put(db, meeting, openness=openness)
        assert {who for who in PEOPLE if has(db, meeting, who) == ["Slides"]} == readers


@pytest.mark.parametrize(
    ("session", "item", "readers"),
    [
        (Openness.CLOSED, Openness.COHORT, {"oakland mayor", "staff", "organizer"}),
        # closed stays closed whatever is said of the slides
        (Openness.CLOSED, Openness.PUBLIC, {"oakland mayor", "staff", "organizer"}),
        (Openness.COHORT, Openness.PUBLIC, IN_THE_COHORT),
        (Openness.PUBLIC, Openness.PUBLIC, set(PEOPLE)),
        # a public session's slides are public only where they are marked so
        (Openness.PUBLIC, Openness.COHORT, IN_THE_COHORT),
        (Openness.PUBLIC, Openness.CLOSED, {"oakland mayor", "staff", "organizer"}),
    ],
)
def test_what_is_of_a_session_has_its_walls_and_then_its_own_rules_13_and_18(
    database: Database, meeting: Meeting, session: Openness, item: Openness, readers: set[str]
) -> None:
    with database.write() as db:
        webinar = meeting.webinar(db, audience=meeting.of_role(db, "mayor"), openness=session)
        put(db, meeting, session_id=webinar.key, openness=item)
        assert {who for who in PEOPLE if has(db, meeting, who) == ["Slides"]} == readers


def test_a_session_that_excludes_the_lab_keeps_its_papers_from_organizers_and_from_the_log_rule_13(
    database: Database, meeting: Meeting
) -> None:
    with database.write() as db:
        webinar = meeting.webinar(db, audience=meeting.of_role(db, "mayor"), openness=Openness.CLOSED)
        item = put(db, meeting, "What we would cut", session_id=webinar.key)
        change_gathering(db, webinar, replace(details_of(webinar), excludes_lab=True), by=BY)
        assert {who for who in PEOPLE if has(db, meeting, who)} == {"oakland mayor"}
        assert find_item(db, meeting.cohort(db), item.key, meeting.viewer(db, "organizer")) is None
        assert of_session(db, meeting.cohort(db), webinar.key, meeting.viewer(db, "organizer")) == []
        lines = log_of(db, meeting.cohort(db), Sought(subject="library_item")).lines
        assert [(line.name, line.changes, line.withheld) for line in lines] == [
            ("", (), "a session that excludes the lab")
        ]


@verb
def group_of(db: Session, meeting: Meeting, who: str, *, openness: Openness, by: Viewer) -> WorkingGroup:
    group = WorkingGroup(cohort_id=meeting.stage.cohort, slug="data", name="Data", openness=openness)
    db.add(group)
    db.flush()
    person_id = meeting.stage.people[who]
    db.add(WorkingGroupMember(group_id=group.key, person_id=person_id, starts_on=date(2017, 9, 1)))
    return group


@pytest.mark.parametrize(
    ("openness", "readers"),
    [(Openness.CLOSED, {"salem member 1", "organizer"}), (Openness.COHORT, IN_THE_COHORT)],
)
def test_what_is_of_a_working_group_has_the_groups_walls(
    database: Database, meeting: Meeting, openness: Openness, readers: set[str]
) -> None:
    with database.write() as db:
        group = group_of(db, meeting, "salem member 1", openness=openness, by=BY)
        put(db, meeting, group_id=group.key)
        assert {who for who in PEOPLE if has(db, meeting, who)} == readers


@pytest.mark.parametrize("session", [Openness.PUBLIC, Openness.COHORT, Openness.CLOSED])
def test_by_the_link_of_a_seat_one_has_what_the_library_shows_rules_13_and_18(
    database: Database, meeting: Meeting, session: Openness
) -> None:
    with database.write() as db:
        webinar = meeting.webinar(db, audience=meeting.of_role(db, "mayor"), openness=Openness.PUBLIC)
        seated(db, meeting, webinar, *PEOPLE[1:])
        take_public_seat(db, webinar, Given("Ada Roth", "ada@example.org"), secret=b"secret", by=BY)
        change_gathering(db, webinar, replace(details_of(webinar), openness=session), by=BY)
        closed = group_of(db, meeting, "salem member 1", openness=Openness.CLOSED, by=BY)
        for number, (openness, group_id) in enumerate(product(Openness, (None, closed.key))):
            said = {"url": f"{URL}/{number}", "session_id": webinar.key, "group_id": group_id, "openness": openness}
            put(db, meeting, f"{openness} {group_id}", **said)
        hidden = put(db, meeting, "Hidden", session_id=webinar.key, openness=Openness.PUBLIC)
        quarantine_item(db, hidden, reason="A child is named", by=BY)
        holders = who_may_know(db, webinar, db.exec(select(WebinarSeat)).all())
        assert len(holders) == {Openness.PUBLIC: 7, Openness.COHORT: 5, Openness.CLOSED: 3}[session]
        for one, items in of_holders(db, items_of_session(db, webinar.key), holders):
            person_id = one.seat.person_id
            viewer = base_viewer_of(db, person_id) if person_id is not None else Viewer.anonymous()
            shown = {kept.item.key for kept in of_session(db, meeting.cohort(db), webinar.key, viewer)}
            assert {item.key for item in items} == shown - {hidden.key}


def test_a_quarantine_hides_the_same_address_everywhere_at_once_and_can_end_rule_20(
    database: Database, meeting: Meeting
) -> None:
    with database.write() as db:
        first, second = put(db, meeting, "One", openness=Openness.PUBLIC), put(db, meeting, "The same again")
        put(db, meeting, "Another", url="https://example.org/two")
        with pytest.raises(Refused, match="Say why"):
            quarantine_item(db, first, reason="  ", by=BY)
        quarantine_item(db, first, reason="A child is named on page 3", by=meeting.viewer(db, "organizer"))
        assert has(db, meeting, "anonymous") == []
        assert has(db, meeting, "oakland mayor") == ["Another"]
        assert has(db, meeting, "staff") == ["Another"]
        assert has(db, meeting, "organizer") == ["Another", "The same again", "One"]
        with pytest.raises(Refused, match="in quarantine here"):
            put(db, meeting, "A third time")
        release_item(db, second, by=BY)
        assert has(db, meeting, "oakland mayor") == ["Another", "The same again", "One"]


def test_nothing_is_lost_when_it_is_replaced_or_put_away_rule_21(database: Database, meeting: Meeting) -> None:
    with database.write() as db:
        cohort, organizer = meeting.cohort(db), meeting.viewer(db, "organizer")
        first = put(db, meeting, topics="Data,  data , Consent")
        assert first.topics == "Data, Consent"
        second = another(db, first, url="https://example.org/two", by=organizer)
        assert another(db, second, url="https://example.org/two", by=organizer) is second
        assert (second.title, second.topics, second.by_id) == ("Slides", "Data, Consent", organizer.person_id)
        assert [one.item.key for one in shelf(db, cohort, organizer)] == [second.key]
        assert [one.key for one in earlier_versions(db, cohort, second)] == [first.key]
        with pytest.raises(Refused, match="taken its place"):
            bring_back_item(db, first, by=organizer)
        put_away_item(db, second, by=organizer)
        put_away_item(db, second, by=organizer)
        assert has(db, meeting, "organizer") == []
        assert [one.item.key for one in put_away_items(db, cohort, organizer)] == [second.key]
        assert find_item(db, cohort, second.key, meeting.viewer(db, "staff")) is None
        bring_back_item(db, second, by=organizer)
        assert has(db, meeting, "staff") == ["Slides"]
        acts = db.exec(select(AuditEntry.act).where(AuditEntry.subject == "library_item")).all()
        assert acts.count("put_away_item") == 1


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"title": "  "}, "title"),
        ({"title": "x" * 301}, "title"),
        ({"url": ""}, "url"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"url": "https://user:pass@example.org/"}, "url"),
        ({"url": "https://[broken"}, "url"),
        ({"topics": "x" * 501}, "topics"),
        ({"text": "x" * 5001}, "text"),
    ],
)
def test_what_cannot_stand_is_refused_at_its_field(
    database: Database, meeting: Meeting, said: dict[str, Any], field: str
) -> None:
    with database.write() as db:
        with pytest.raises(Refused) as refused:
            put(db, meeting, **said)
        assert refused.value.field == field


def test_the_questions_asked_do_not_grow_with_what_there_is(
    database: Database, meeting: Meeting, queries: list[str]
) -> None:
    asked = []
    for more in (3, 600):
        with database.write() as db:
            webinar = meeting.webinar(db)
            rows = [
                {
                    "cohort_id": meeting.stage.cohort,
                    "title": f"Slides {number}",
                    "kind": LibraryKind.SLIDES,
                    "openness": Openness.COHORT,
                    "url": URL,
                    "session_id": webinar.key if number % 2 else None,
                    "city_id": meeting.stage.cities["oakland"],
                }
                for number in range(more)
            ]
            db.execute(insert(LibraryItem), rows)
        with database.read() as db:
            viewer = meeting.viewer(db, "oakland mayor")
            cohort = meeting.cohort(db)
            queries.clear()
            found = shelf(db, cohort, viewer)
            asked.append((len(found), len(queries)))
    assert [count for count, _ in asked] == [3, 603]
    assert asked[0][1] == asked[1][1]
