"""What organizers keep in order: roles, cities as they change, seats that close, and lists as tables."""

import csv
from io import StringIO

from fastapi import FastAPI
from sqlmodel import Session, select

from app.models import AuditEntry, Membership, Person, Seat
from app.people.audit import verb
from app.people.viewer import Viewer
from tests.conftest import VisitorOf
from tests.routes.test_people_pages import HOME, names_in, seat_of, texts


def roles_in(html: str) -> list[str]:
    return texts(html, r'<div class="line-row"><strong>(.*?)</strong>')


def test_a_role_is_added_last_and_may_be_called_something_else(sample_visitor: VisitorOf) -> None:
    organizer = sample_visitor("organizer")
    before = roles_in(organizer.get(f"{HOME}/roles").text)
    page = organizer.follow(f"{HOME}/roles", {"name": "Youth voice", "plural": "", "standing": "member"}).text
    assert roles_in(page) == [*before, "Youth voice"]
    number = texts(page, r'action="/by-all-means/roles/(\d+)"')[-1]
    form = {"name": "Young adviser", "plural": "Young advisers", "position": "0"}
    assert "Young adviser" in roles_in(organizer.follow(f"{HOME}/roles/{number}", form).text)
    refused = organizer.post(f"{HOME}/roles", {"name": "Mayor", "standing": "member"})
    assert refused.status_code == 422
    assert "has the role “Mayor” already." in refused.text


def test_a_role_that_may_do_what_nobody_knows_is_refused(sample_visitor: VisitorOf) -> None:
    answer = sample_visitor("organizer").post(f"{HOME}/roles", {"name": "Emperor", "standing": "emperor"})
    assert answer.status_code == 422
    assert "Choose what this role may do." in answer.text


def test_a_city_that_leaves_keeps_its_page_under_those_that_were(
    sample_visitor: VisitorOf, sample_app: FastAPI
) -> None:
    organizer = sample_visitor("organizer")
    form = {"name": "Salem", "state": "MA", "zone": "America/New_York", "left_on": "2017-10-23", "districts": "One"}
    page = organizer.follow(f"{HOME}/cities/salem", form).text
    assert "until Mon 23 Oct 2017" in page
    listed = organizer.get(f"{HOME}/cities").text
    assert texts(listed, r'<h2><a class="plain"[^>]*>(.*?)</a>') == [
        "Louisville",
        "Newton",
        "Oakland",
        "Providence",
        "Somerville",
    ]
    assert "Once of this cohort" in listed
    with sample_app.state.database.read() as db:
        entry = db.exec(
            select(AuditEntry).where(AuditEntry.act == "edit_city", AuditEntry.subject == "membership")
        ).one()
        assert (entry.before, entry.after) == ({"left_on": None}, {"left_on": "2017-10-23"})
        assert db.get_one(Membership, entry.subject_id).left_on is not None


def test_a_citys_last_day_before_its_first_is_refused_and_what_was_typed_kept(sample_visitor: VisitorOf) -> None:
    form = {
        "name": "Sálem",
        "state": "MA",
        "zone": "America/New_York",
        "left_on": "1999-01-01",
        "districts": "One\nTwo",
    }
    answer = sample_visitor("organizer").post(f"{HOME}/cities/salem", form)
    assert answer.status_code == 422
    assert 'value="Sálem"' in answer.text
    assert "One\nTwo</textarea>" in answer.text
    assert len(texts(answer.text, r'id="f-left_on-error">(.*?)</p>')) == 1


def test_a_seat_closes_only_when_nobody_holds_it(sample_visitor: VisitorOf, sample_app: FastAPI) -> None:
    organizer = sample_visitor("organizer")
    with sample_app.state.database.read() as db:
        seat = seat_of(db, "oakland", "facilitator")
        number, tenure = seat.key, seat.tenures[-1].key
    held = organizer.post(f"{HOME}/seats/{number}/closing")
    assert held.status_code == 409
    assert "Jun Takahashi-Reyes holds this seat. End that tenure first." in held.text
    organizer.follow(f"{HOME}/tenures/{tenure}/end", {"ends_on": "2017-10-23"})
    assert "is closed." in organizer.follow(f"{HOME}/seats/{number}/closing").text
    assert organizer.get(f"{HOME}/seats/{number}").status_code == 404
    with sample_app.state.database.read() as db:
        assert db.get_one(Seat, number).archived_at is not None


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(StringIO(text.removeprefix("\ufeff"))))


def test_the_list_as_a_table_has_what_the_page_shows(sample_visitor: VisitorOf) -> None:
    organizer = sample_visitor("organizer")
    for query in ("", "?role=mayor", "?q=oakland&sort=name"):
        names = names_in(organizer.get(f"{HOME}/people{query}").text)
        table = rows(organizer.get(f"{HOME}/people.csv{query}").text)
        assert [row[0] for row in table] == ["Name", *names]


def test_e_mail_addresses_leave_in_bulk_with_the_lab_alone(sample_visitor: VisitorOf) -> None:
    assert rows(sample_visitor("organizer").get(f"{HOME}/people.csv").text)[0] == ["Name", "Role", "City", "E-mail"]
    told = sample_visitor("member").get(f"{HOME}/people.csv").text
    assert rows(told)[0] == ["Name", "Role", "City"]
    assert "@" not in told


def test_a_name_that_is_a_formula_leaves_disarmed(sample_visitor: VisitorOf, sample_app: FastAPI) -> None:
    @verb
    def rename(db: Session, *, by: Viewer) -> None:
        person = db.exec(select(Person).where(Person.name == "Renata Villaseñor")).one()
        person.name = "=HYPERLINK(1)"

    with sample_app.state.database.write() as db:
        rename(db, by=Viewer.system("tests"))
    table = rows(sample_visitor("member").get(f"{HOME}/people.csv?q=hyperlink").text)
    assert table[1][0] == "'=HYPERLINK(1)"
