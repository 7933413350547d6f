"""Working groups in a browser: made, filled, met, read by whom they are for."""

from collections.abc import Iterator
from datetime import date

import pytest
import time_machine
from sqlmodel import Session, col, select

from app.database import Database
from app.models import (
    AgendaSession,
    Cohort,
    Person,
    Role,
    Seat,
    Standing,
    Tenure,
    WorkingGroup,
    WorkingGroupMember,
)
from app.people.audiences import rule_of
from app.people.audit import verb
from app.people.viewer import Viewer
from tests.conftest import Visitor, VisitorOf
from tests.gatherings.meeting import Meeting, meet, utc
from tests.registration.stage import BY
from tests.routes.test_gatherings import _form as gathering_form

HOME = "/by-all-means/groups"


@pytest.fixture(autouse=True)
def in_september() -> Iterator[None]:
    with time_machine.travel(utc(2017, 9, 15, 14), tick=True):
        yield


@pytest.fixture
def meeting(database: Database, in_september: None) -> Meeting:
    return meet(database)


@pytest.fixture
def organizer(visitor: VisitorOf, meeting: Meeting) -> Visitor:
    return visitor(meeting.stage.people["organizer"])


def make(organizer: Visitor, *emails: str, openness: str = "cohort") -> None:
    organizer.follow(HOME, {"name": "Data", "purpose": "Measures of *six* cities", "openness": openness})
    if emails:
        organizer.follow(f"{HOME}/data/members", {"people": "\n".join(emails), "starts_on": "2017-09-01"})


def test_an_organizer_makes_a_group_fills_it_and_plans_its_meeting(
    organizer: Visitor, visitor: VisitorOf, database: Database, meeting: Meeting
) -> None:
    assert f'href="{HOME}/new"' in organizer.get(HOME).text
    make(organizer, "oakland.mayor@example.org", "salem.member.1@example.org")
    with database.read() as db:
        group = db.exec(select(WorkingGroup)).one()
        number = group.key
    plan = organizer.get(f"/by-all-means/gatherings/new?kind=working-groups&group={number}").text
    assert f'<option value="{number}" selected>' in plan
    form = gathering_form(title="Six measures", format="working group", everyone="", group=str(number))
    organizer.follow("/by-all-means/gatherings", form)
    with database.read() as db:
        session = db.exec(select(AgendaSession)).one()
        assert session.group_id == number
        people = {meeting.stage.people[one] for one in ("oakland mayor", "salem member 1")}
        assert rule_of(session.audience).person_ids == people
        place = f"/by-all-means/gatherings/{session.key}"
    page = organizer.get(f"{HOME}/data").text
    assert ("Six measures" in page, "<em>six</em>" in page) == (True, True)
    # words change, the audience stays the group's
    organizer.follow(place, {**form, "title": "Seven measures"})
    organizer.follow(f"{HOME}/data/members", {"people": "salem.mayor@example.org", "starts_on": "2017-09-01"})
    with database.read() as db:
        session = db.exec(select(AgendaSession)).one()
        assert (session.title, len(rule_of(session.audience).person_ids)) == ("Seven measures", 3)
    mayor = visitor(meeting.stage.people["oakland mayor"])
    assert f'href="{HOME}/data"' in mayor.get("/").text
    assert "Your groups" not in visitor(meeting.stage.people["oakland facilitator"]).get("/").text


def test_a_lead_manages_and_other_members_do_not(
    organizer: Visitor, visitor: VisitorOf, database: Database, meeting: Meeting
) -> None:
    make(organizer, "oakland.mayor@example.org", "salem.mayor@example.org", openness="closed")
    with database.read() as db:
        lead = meeting.stage.people["oakland mayor"]
        number = db.exec(select(WorkingGroupMember.id).where(WorkingGroupMember.person_id == lead)).one()
    organizer.follow(f"{HOME}/data/members/{number}/lead", {"leads": "yes"})
    who = {name: visitor(meeting.stage.people[name]) for name in ("oakland mayor", "salem mayor", "staff", "expert")}
    members = {"people": "salem.member.1@example.org", "starts_on": "2017-09-01"}
    assert {name: one.get(f"{HOME}/data").status_code for name, one in who.items()} == {
        "oakland mayor": 200,
        "salem mayor": 200,
        "staff": 404,
        "expert": 404,
    }
    assert {name: one.post(f"{HOME}/data/members", members).status_code for name, one in who.items()} == {
        "oakland mayor": 303,
        "salem mayor": 403,
        "staff": 404,
        "expert": 404,
    }
    assert [one.get(HOME).text.count(">Data<") for one in who.values()] == [1, 1, 0, 0]


@verb
def adds_outsiders(db: Session, meeting: Meeting, *, by: Viewer) -> None:
    """One on record without a seat anywhere, one seated in another cohort, and a guest whose seat here has ended."""
    for name in ("unseated", "elsewhere", "former"):
        db.add(Person(name=f"Somebody {name}", sort_name=name, email=f"{name}@example.org"))
    db.flush()
    people = {one.sort_name: one.key for one in db.exec(select(Person).where(col(Person.name).startswith("Somebody")))}
    other = Cohort(slug="other", name="Other", zone="America/New_York", starts_on=date(2017, 1, 1))
    db.add(other)
    db.flush()
    for cohort, name, last in ((other.key, "elsewhere", None), (meeting.stage.cohort, "former", date(2017, 9, 1))):
        role = Role(cohort_id=cohort, slug=f"role-{name}", name=name, plural=name, standing=Standing.EXPERT)
        db.add(role)
        db.flush()
        seat = Seat(cohort_id=cohort, role_id=role.key)
        db.add(seat)
        db.flush()
        db.add(Tenure(seat_id=seat.key, person_id=people[name], starts_on=date(2017, 1, 1), ends_on=last))


def test_a_lead_names_people_of_the_cohort_and_learns_of_nobody_else_who_is_on_record(
    organizer: Visitor, visitor: VisitorOf, database: Database, meeting: Meeting
) -> None:
    with database.write() as db:
        adds_outsiders(db, meeting, by=BY)
    outside = [f"{name}@example.org" for name in ("unseated", "elsewhere", "former", "nobody")]
    make(organizer, "oakland.mayor@example.org")
    with database.read() as db:
        number = db.exec(select(WorkingGroupMember.id)).one()
    organizer.follow(f"{HOME}/data/members/{number}/lead", {"leads": "yes"})
    lead, said = visitor(meeting.stage.people["oakland mayor"]), set()
    assert "people of this cohort." in lead.get(f"{HOME}/data").text
    for address in (*outside, "Somebody elsewhere"):
        answer = lead.post(f"{HOME}/data/members", {"people": address, "starts_on": "2017-09-01"})
        assert answer.status_code == 422
        said.add(answer.text.replace(address, "…"))
    assert len(said) == 1
    assert "Nobody of this cohort is “…”." in said.pop()
    with_guest = {"people": outside[0], "starts_on": "2017-09-01"}
    assert organizer.post(f"{HOME}/data/members", with_guest).status_code == 303
    with_guest["people"] += "\nsalem.mayor@example.org"
    assert "In the group: Salem Mayor." in lead.follow(f"{HOME}/data/members", with_guest).text


def test_what_cannot_stand_is_said_at_its_field_and_kept(organizer: Visitor) -> None:
    answer = organizer.post(HOME, {"name": " ", "purpose": "Kept words"})
    assert (answer.status_code, 'id="f-name-error"' in answer.text, "Kept words" in answer.text) == (422, True, True)
    make(organizer)
    answer = organizer.post(f"{HOME}/data/members", {"people": "Nobody At All", "starts_on": "2017-09-01"})
    assert (answer.status_code, "Nobody on record is “Nobody At All”" in answer.text) == (422, True)
    assert 'id="f-people-error"' in answer.text
    answer = organizer.post("/by-all-means/gatherings", gathering_form(group="999"))
    assert (answer.status_code, 'id="f-group-error"' in answer.text) == (422, True)


def test_the_pages_ask_the_database_as_often_for_many_as_for_few(
    organizer: Visitor, database: Database, meeting: Meeting, queries: list[str]
) -> None:
    make(organizer, "oakland.mayor@example.org")
    asked = []
    for more in ((), tuple(f"{city}.member.{n}@example.org" for city in ("oakland", "salem") for n in (1, 2))):
        if more:
            organizer.follow(f"{HOME}/data/members", {"people": "\n".join(more), "starts_on": "2017-09-01"})
        for path in (HOME, f"{HOME}/data"):
            queries.clear()
            organizer.get(path)
            asked.append(len(queries))
    assert asked[:2] == asked[2:]


def test_hostile_names_are_words(organizer: Visitor) -> None:
    organizer.follow(HOME, {"name": "<script>x</script>" + "y" * 270, "purpose": "<b>z</b>", "openness": "cohort"})
    page = organizer.get(f"{HOME}/script-x-script-{'y' * 55}").text + organizer.get(HOME).text
    assert "<script>x" not in page
    assert "<b>z" not in page
