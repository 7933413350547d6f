"""The pages of people, cities, seats and oneself, as different people see and change them."""

import re
from datetime import date

import pytest
from fastapi import FastAPI
from sqlmodel import Session, col, select

from app.models import Assistance, AuditEntry, City, Person, Role, Seat, SignIn, Tenure
from app.people.audit import verb
from app.people.viewer import Viewer
from tests.conftest import VisitorOf

HOME = "/by-all-means"
LONG = "Ángeles " * 37 + "Ooo"
"""A name of 299 characters."""


def texts(html: str, pattern: str) -> list[str]:
    """What stands in the elements that a pattern finds, without markup."""
    return [re.sub(r"<[^>]+>|\s+", " ", found).strip() for found in re.findall(pattern, html, re.DOTALL)]


def names_in(html: str) -> list[str]:
    return texts(html, r'<th scope="row">(.*?)</th>')


def seat_of(db: Session, city: str, role: str) -> Seat:
    query = select(Seat).join(City, col(City.id) == Seat.city_id).join(Role, col(Role.id) == Seat.role_id)
    return db.exec(query.where(City.slug == city, Role.slug == role)).one()


def test_the_directory_lists_who_holds_a_seat_today_and_nobody_else(sample_visitor: VisitorOf) -> None:
    names = names_in(sample_visitor("member").get(f"{HOME}/people").text)
    assert "Renata Villaseñor" in names
    assert len(names) == len(set(names)) == 57


def test_the_directory_is_narrowed_by_words_role_and_city(sample_visitor: VisitorOf) -> None:
    member = sample_visitor("member")
    assert names_in(member.get(f"{HOME}/people?q=villasenor").text) == ["Renata Villaseñor"]
    assert names_in(member.get(f"{HOME}/people?role=mayor&city=oakland").text) == ["Renata Villaseñor"]
    nobody = member.get(f"{HOME}/people?q=nobody+of+that+name").text
    assert names_in(nobody) == []
    assert "Nobody found" in nobody


def test_a_fragment_of_the_directory_is_the_list_alone(sample_visitor: VisitorOf) -> None:
    answer = sample_visitor("member").get(f"{HOME}/people?q=villasenor", headers={"HX-Request": "true"})
    assert names_in(answer.text) == ["Renata Villaseñor"]
    assert "<html" not in answer.text


def test_people_without_a_seat_are_listed_to_the_lab_only(sample_visitor: VisitorOf) -> None:
    assert 'href="/by-all-means/people?show=unseated"' in sample_visitor("organizer").get(f"{HOME}/people").text
    seen_by_member = sample_visitor("member").get(f"{HOME}/people?show=unseated").text
    assert "unseated" not in seen_by_member
    assert len(names_in(seen_by_member)) == 57


def test_an_organizer_adds_a_person_and_gives_them_a_vacant_seat(
    sample_visitor: VisitorOf, sample_app: FastAPI
) -> None:
    organizer = sample_visitor("organizer")
    page = organizer.follow(f"{HOME}/people", {"name": LONG, "email": "angeles@city.example"})
    assert page.text.count(LONG.strip()) >= 2
    assert "Holds no seat today" in page.text
    with sample_app.state.database.read() as db:
        person = db.exec(select(Person).where(Person.email == "angeles@city.example")).one()
        tenures = select(Tenure.seat_id).where(col(Tenure.ends_on).is_(None))
        vacant = db.exec(select(Seat).where(col(Seat.id).not_in(tenures))).first()
        assert vacant is not None
    given = organizer.follow(
        f"{HOME}/seats/{vacant.id}/tenures", {"person": str(person.id), "starts_on": "2017-10-24", "interim": "yes"}
    )
    assert "Interim" in given.text
    assert f"{LONG.strip()} has the seat." in given.text


def test_a_name_in_arabic_stands_as_it_was_typed_with_its_own_direction(sample_visitor: VisitorOf) -> None:
    page = sample_visitor("organizer").follow(f"{HOME}/people", {"name": "ليلى الحسن <b>"})
    assert '<h1 dir="auto">ليلى الحسن &lt;b&gt;</h1>' in page.text


def test_a_refused_form_keeps_what_was_typed_and_says_it_at_the_field(sample_visitor: VisitorOf) -> None:
    form = {"name": "Ada Roth", "email": "ada", "zone": "Mars/Olympus", "organization": "The lab"}
    answer = sample_visitor("organizer").post(f"{HOME}/people", form)
    assert answer.status_code == 422
    for value in form.values():
        assert f'value="{value}"' in answer.text
    assert texts(answer.text, r'id="f-email-error">(.*?)</p>') == ["An e-mail address looks like name@city.gov."]
    assert 'aria-describedby="f-email-hint f-email-error" aria-invalid="true"' in answer.text


def test_handing_a_seat_over_shows_both_holders_and_is_on_record(
    sample_visitor: VisitorOf, sample_app: FastAPI
) -> None:
    organizer = sample_visitor("organizer")
    with sample_app.state.database.read() as db:
        seat = seat_of(db, "oakland", "facilitator").key
        superintendent = seat_of(db, "oakland", "superintendent").tenures[-1].person
        successor, name = superintendent.key, superintendent.name
    organizer.follow(f"{HOME}/seats/{seat}/tenures", {"person": str(successor), "starts_on": "2018-01-01"})
    page = organizer.get(f"{HOME}/seats/{seat}").text
    holders = texts(page, r'<a class="person-name"[^>]*>(.*?)</a>')
    assert holders == [name, "Jun Takahashi-Reyes"]
    assert "– Sun 31 Dec 2017" in page
    assert "Comes next" in page
    with sample_app.state.database.read() as db:
        acts = db.exec(select(AuditEntry.subject).where(AuditEntry.act == "hand_over")).all()
    assert acts == ["tenure", "tenure"]


def test_rule_8_a_second_click_on_hand_over_is_refused_with_a_sentence(
    sample_visitor: VisitorOf, sample_app: FastAPI
) -> None:
    organizer = sample_visitor("organizer")
    with sample_app.state.database.read() as db:
        seat = seat_of(db, "oakland", "facilitator").key
        successor = seat_of(db, "oakland", "superintendent").tenures[-1].person_id
    form = {"person": str(successor), "starts_on": "2018-01-01"}
    organizer.follow(f"{HOME}/seats/{seat}/tenures", form)
    again = organizer.post(f"{HOME}/seats/{seat}/tenures", form)
    assert again.status_code == 422
    assert "holds this seat on that day already." in again.text
    assert f'<option value="{successor}" selected>' in again.text


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"person": "", "starts_on": "2018-01-01"}, "person"),
        ({"person": "999999", "starts_on": "2018-01-01"}, "person"),
        ({"person": "1; drop", "starts_on": "2018-01-01"}, "person"),
        ({"person": "11", "starts_on": ""}, "starts_on"),
        ({"person": "11", "starts_on": "31.12.2017"}, "starts_on"),
        ({"person": "11", "starts_on": "2018-01-01", "ends_on": "2017-01-01"}, "ends_on"),
    ],
)
def test_what_cannot_be_read_of_a_seats_form_is_said_at_its_field(
    sample_visitor: VisitorOf, sample_app: FastAPI, form: dict[str, str], field: str
) -> None:
    with sample_app.state.database.read() as db:
        seat = seat_of(db, "oakland", "facilitator").key
    answer = sample_visitor("organizer").post(f"{HOME}/seats/{seat}/tenures", form)
    assert answer.status_code == 422
    assert len(texts(answer.text, rf'id="f-{field}-error">(.*?)</p>')) == 1


def test_ending_a_tenure_leaves_the_seat_vacant_the_day_after(sample_visitor: VisitorOf, sample_app: FastAPI) -> None:
    organizer = sample_visitor("organizer")
    with sample_app.state.database.read() as db:
        seat = seat_of(db, "oakland", "facilitator")
        tenure = seat.tenures[-1].key
    page = organizer.follow(f"{HOME}/tenures/{tenure}/end", {"ends_on": "2017-10-23"})
    assert "Hand it over" not in page.text
    assert "Give this seat" in page.text
    assert "Vacant" in organizer.get(f"{HOME}/cities/oakland").text


@pytest.mark.parametrize("kind", ["member", "facilitator", "mayor", "staff", "assistant"])
def test_nobody_but_an_organizer_changes_the_directory(sample_visitor: VisitorOf, kind: str) -> None:
    visitor = sample_visitor(kind)
    assert visitor.post(f"{HOME}/people", {"name": "Intruder"}).status_code == 403
    assert visitor.get(f"{HOME}/people/new").status_code == 403
    assert "/people/new" not in visitor.get(f"{HOME}/people").text
    assert "Hand over" not in visitor.get(f"{HOME}/cities/oakland").text


def test_a_city_shows_its_seats_cabinet_updates_and_commitments_but_no_draft(sample_visitor: VisitorOf) -> None:
    page = sample_visitor("mayor").get(f"{HOME}/cities/louisville").text
    for part in ("Acting superintendent", "Interim", "Jefferson County Public Schools", "Cabinet", "Fall 2017"):
        assert part in page


def test_a_mayor_elect_is_announced_beside_the_mayor(sample_visitor: VisitorOf) -> None:
    page = sample_visitor("mayor").get(f"{HOME}/cities/newton").text
    assert texts(page, r'<span class="pill pill-note">(.*?)</span>')[0].endswith("from Mon 1 Jan 2018")


def test_a_city_of_another_cohort_is_not_found_here(sample_visitor: VisitorOf, sample_app: FastAPI) -> None:
    @verb
    def found_elsewhere(db: Session, *, by: Viewer) -> None:
        db.add(City(slug="springfield", name="Springfield"))

    with sample_app.state.database.write() as db:
        found_elsewhere(db, by=Viewer.system("tests"))
    answer = sample_visitor("organizer").get(f"{HOME}/cities/springfield")
    assert answer.status_code == 404
    assert "Springfield is not a city of By All Means." in answer.text


def test_an_organizer_adds_a_city_with_vacant_seats_and_writes_its_goals(sample_visitor: VisitorOf) -> None:
    organizer = sample_visitor("organizer")
    form = {
        "name": "Chelsea",
        "state": "MA",
        "zone": "America/New_York",
        "joined_on": "2017-10-01",
        "districts": "Chelsea Public Schools\n",
        "roles": ["mayor", "superintendent"],
    }
    page = organizer.follow(f"{HOME}/cities", form).text
    assert page.count("Vacant") >= 2
    assert "Chelsea Public Schools" in page
    goals = {"name": "Children’s Cabinet", "stage": "Convening", "goals": "Every child reads\n\nEvery child eats"}
    page = organizer.follow(f"{HOME}/cities/chelsea/cabinet", goals).text
    assert texts(page, r'<li dir="auto">(.*?)</li>') == ["Every child reads", "Every child eats"]
    refused = organizer.post(f"{HOME}/cities", form)
    assert refused.status_code == 422
    assert "Chelsea is on record already." in refused.text


def test_ones_own_name_and_zone_are_ones_own_to_change(sample_visitor: VisitorOf) -> None:
    mayor = sample_visitor("mayor")
    page = mayor.follow("/me", {"name": "Renata V.", "zone": "America/Chicago"}).text
    assert '<h1 dir="auto">Renata V.</h1>' in page
    assert 'value="America/Chicago"' in page
    refused = mayor.post("/me", {"name": " ", "zone": ""})
    assert refused.status_code == 422
    assert "Say the name." in refused.text


def test_an_assistant_in_a_principals_place_changes_nothing_that_is_the_principals_alone(
    sample_visitor: VisitorOf, sample_app: FastAPI
) -> None:
    assistant = sample_visitor("assistant")
    with sample_app.state.database.read() as db:
        principal = db.exec(select(Assistance.principal_id)).first()
    assistant.post("/me/acting", {"principal": str(principal)})
    page = assistant.get("/me").text
    assert "Signed in with" not in page
    answer = assistant.post("/me", {"name": "Usurper", "zone": ""})
    assert answer.status_code == 409
    assert "Be yourself again" in answer.text
    with sample_app.state.database.read() as db:
        assert db.exec(select(Person).where(Person.name == "Usurper")).first() is None


def test_an_assistant_is_named_and_ended_by_their_principal_alone(
    sample_visitor: VisitorOf, sample_app: FastAPI
) -> None:
    mayor = sample_visitor("mayor")
    page = mayor.follow("/me/assistants", {"email": "new@city.example", "assistant": "Noor Aziz"}).text
    assert "Noor Aziz may act for you from now on." in page
    with sample_app.state.database.read() as db:
        number = db.exec(select(Assistance).order_by(col(Assistance.id).desc())).all()[0].key
    assert sample_visitor("member").post(f"/me/assistants/{number}/end").status_code == 404
    assert "Noor Aziz no longer acts for you." in mayor.follow(f"/me/assistants/{number}/end").text


def test_other_browsers_are_listed_and_can_be_signed_out(sample_visitor: VisitorOf, sample_app: FastAPI) -> None:
    here, elsewhere = sample_visitor("mayor"), sample_visitor("mayor")
    assert elsewhere.get("/me").status_code == 200
    with sample_app.state.database.read() as db:
        number = db.exec(select(SignIn).order_by(col(SignIn.id).desc())).all()[0].key
    page = here.get("/me").text
    assert page.count("This one") == 1
    here.follow(f"/me/sign-ins/{number}/end")
    assert elsewhere.get("/me").status_code == 303


@verb
def crowd(db: Session, count: int, *, by: Viewer) -> None:
    """So many more seats in Oakland, each held since spring."""
    seat = seat_of(db, "oakland", "facilitator")
    people = [Person(name=f"Person {number}", sort_name=f"Person {number}") for number in range(count)]
    seats = [Seat(cohort_id=seat.cohort_id, city_id=seat.city_id, role_id=seat.role_id) for _ in people]
    db.add_all([*people, *seats])
    db.flush()
    since = date(2017, 5, 1)
    db.add_all(
        Tenure(seat_id=more.key, person_id=person.key, starts_on=since)
        for person, more in zip(people, seats, strict=True)
    )


@pytest.mark.parametrize("path", ["/people", "/people?q=person", "/cities", "/cities/oakland", ""])
def test_queries_do_not_grow_with_the_rows(
    sample_visitor: VisitorOf, sample_app: FastAPI, queries: list[str], path: str
) -> None:
    visitor = sample_visitor("organizer")

    def count() -> int:
        queries.clear()
        assert visitor.get(f"{HOME}{path}").status_code == 200
        return len(queries)

    count()  # the first visit notes that the person was seen
    few = count()
    with sample_app.state.database.write() as db:
        crowd(db, 600, by=Viewer.system("tests"))
    assert count() == few
