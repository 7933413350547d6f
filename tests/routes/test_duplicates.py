"""The pages on which an organizer finds people who are on record twice, and makes them one."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from fastapi import FastAPI
from sqlmodel import Session, col, select

from app.database import Database
from app.models import AuditEntry, Convening, Person, RegistrationState, TwoPeople
from app.people.audit import verb
from app.people.duplicates import tell_apart
from app.people.viewer import Viewer
from app.registration.registrations import registration_of
from tests.conftest import VisitorOf
from tests.people.test_policy import found_another_cohort

HOME = "/by-all-means/people"
BY = Viewer.system("tests")
LONG = "Ángeles " * 37 + "Ooo"


@verb
def again(db: Session, name: str, *, by: Viewer) -> int:
    """A second record of somebody, without an address or a seat."""
    person = Person(name=name, sort_name=name)
    db.add(person)
    db.flush()
    return person.key


def two_records(app: FastAPI, name: str = "Renata Villaseñor", typed: str = "renata villasenor") -> tuple[int, int]:
    """(the person of the sample, the record typed once more)"""
    with app.state.database.write() as db:
        return db.exec(select(Person.id).where(Person.name == name)).one(), again(db, typed, by=BY)


def test_an_organizer_finds_two_records_compares_them_and_makes_them_one(
    sample_visitor: VisitorOf, sample_app: FastAPI
) -> None:
    organizer = sample_visitor("organizer")
    assert "Nobody looks like somebody else" in organizer.get(f"{HOME}/duplicates").text
    keep, gone = two_records(sample_app)
    listed = organizer.get(f"{HOME}/duplicates").text
    assert "1 pair" in listed
    assert "Same name" in listed
    assert f'href="{HOME}/{keep}/merger?other={gone}"' in listed
    compared = organizer.get(f"{HOME}/{keep}/merger?other={gone}").text
    assert "Nothing refers to this record." in compared
    assert "Mayor, Oakland" in compared
    assert "1 seat held" in compared
    assert 'name="take_name" value="name"' in compared
    done = organizer.follow(f"{HOME}/{keep}/merger", {"other": str(gone), "take_name": "name"})
    assert "renata villasenor is one record now." in done.text
    assert "Mayor, Oakland" in done.text
    old = organizer.get(f"{HOME}/{gone}")
    assert (old.status_code, old.headers["location"]) == (303, f"{HOME}/{keep}")
    twice = organizer.follow(f"{HOME}/{keep}/merger", {"other": str(gone)})
    assert "is one record already." in twice.text
    assert "Nobody looks like somebody else" in organizer.get(f"{HOME}/duplicates").text


def test_what_happens_to_two_registrations_is_said_before(sample_visitor: VisitorOf, sample_app: FastAPI) -> None:
    with sample_app.state.database.read() as db:
        there = db.exec(select(Convening).where(Convening.slug == "2017-fall")).one()
        named = [
            person
            for person in db.exec(select(Person).order_by(Person.name))
            if (row := registration_of(db, there, person.key)) is not None
            and row.state is RegistrationState.SUBMITTED
            and row.city_id is not None
        ][:2]
        keep, gone = (person.key for person in named)
    organizer = sample_visitor("organizer")
    compared = organizer.get(f"{HOME}/{keep}/merger?other={gone}").text
    assert f"Both are on the list of {there.title}: both submitted." in compared
    done = organizer.follow(f"{HOME}/{keep}/merger", {"other": str(gone)})
    assert "is one record now." in done.text
    with sample_app.state.database.read() as db:
        there = db.get_one(Convening, there.id)
        states = [registration_of(db, there, number) for number in (keep, gone)]
        assert [one.state if one else None for one in states] == [
            RegistrationState.SUBMITTED,
            RegistrationState.CANCELLED,
        ]


@pytest.mark.parametrize("other", ["", "0", "none", "9" * 40])
def test_without_another_record_one_is_asked_for(sample_visitor: VisitorOf, sample_app: FastAPI, other: str) -> None:
    keep, _ = two_records(sample_app)
    answer = sample_visitor("organizer").post(f"{HOME}/{keep}/merger", {"other": other})
    assert answer.status_code == 422
    assert "Choose" in answer.text
    assert "renata villasenor" in answer.text


def test_a_refusal_stands_on_the_page_of_both(sample_visitor: VisitorOf, sample_app: FastAPI) -> None:
    organizer = sample_visitor("organizer")
    keep, _ = two_records(sample_app)
    page = organizer.get(f"{HOME}/{keep}/merger?other={organizer.person_id}").text
    assert "You are signed in with the record that would go." in page
    assert "Merge them" not in page
    refused = organizer.post(f"{HOME}/{keep}/merger", {"other": str(organizer.person_id)})
    assert refused.status_code == 422
    assert "You are signed in with the record that would go." in refused.text


def test_somebody_of_another_cohort_is_not_to_be_found(sample_visitor: VisitorOf, sample_app: FastAPI) -> None:
    keep, _ = two_records(sample_app)
    with sample_app.state.database.write() as db:
        stranger = found_another_cohort(db, by=BY)
    organizer = sample_visitor("organizer")
    assert organizer.get(f"{HOME}/{stranger}/merger").status_code == 404
    assert "Sam Elsewhere" not in organizer.get(f"{HOME}/{keep}/merger").text
    refused = organizer.post(f"{HOME}/{keep}/merger", {"other": str(stranger)})
    assert refused.status_code == 422
    assert "Sam Elsewhere" not in refused.text


@pytest.mark.parametrize("kind", ["staff", "facilitator", "mayor", "member", "assistant"])
def test_others_neither_see_nor_merge(sample_visitor: VisitorOf, sample_app: FastAPI, kind: str) -> None:
    keep, gone = two_records(sample_app)
    visitor = sample_visitor(kind)
    assert visitor.get(f"{HOME}/duplicates").status_code == 403
    assert visitor.get(f"{HOME}/{keep}/merger?other={gone}").status_code == 403
    assert visitor.post(f"{HOME}/{keep}/merger", {"other": str(gone)}).status_code == 403
    assert "/duplicates" not in visitor.get(HOME).text
    assert "/merger" not in visitor.get(f"{HOME}/{keep}").text


def test_the_longest_names_are_listed_and_merged(sample_visitor: VisitorOf, sample_app: FastAPI) -> None:
    with sample_app.state.database.write() as db:
        keep, gone = again(db, LONG, by=BY), again(db, LONG.upper(), by=BY)
    organizer = sample_visitor("organizer")
    assert LONG in organizer.get(f"{HOME}/duplicates").text
    assert organizer.post(f"{HOME}/{keep}/merger", {"other": str(gone)}).status_code == 303


def test_the_pages_ask_no_more_of_many_than_of_few(
    sample_visitor: VisitorOf, sample_app: FastAPI, queries: list[str]
) -> None:
    """Habit 14."""
    organizer = sample_visitor("organizer")
    keep, gone = two_records(sample_app)
    counts = []
    for more in (0, 200):
        with sample_app.state.database.write() as db:
            for number in range(more):
                again(db, f"Person {number // 2}", by=BY)
        for place in (f"{HOME}/duplicates", f"{HOME}/{keep}/merger", f"{HOME}/{keep}/merger?other={gone}"):
            queries.clear()
            assert organizer.get(place).status_code == 200
            counts.append(len(queries))
    assert counts[:3] == counts[3:]


def test_two_people_of_one_name_are_told_apart_and_that_is_taken_back(
    sample_visitor: VisitorOf, sample_app: FastAPI
) -> None:
    """Rule 21: who said so stands there and on record; a third record is compared with each that it may be."""
    organizer, (one, other) = sample_visitor("organizer"), two_records(sample_app)
    at = f"{HOME}/{other}/distinction"
    for _ in range(2):  # a second click, from the other side
        page = organizer.follow(at, {"other": str(one)}).text
        assert "are two people." in page
        at = f"{HOME}/{one}/distinction"
        one, other = other, one
    assert "Nobody looks like somebody else" in page
    assert "Known to be two people" in page
    assert "Said by <bdi>" in page
    with sample_app.state.database.write() as db:
        third = again(db, "Villaseñor, Renata", by=BY)
    listed = organizer.get(f"{HOME}/duplicates").text
    assert "1 pair" in listed
    assert f'href="{HOME}/{one}/merger?other={third}"' in listed
    organizer.follow(f"{HOME}/{one}/distinction", {"other": str(third)})
    listed = organizer.get(f"{HOME}/duplicates").text
    assert f'href="{HOME}/{other}/merger?other={third}"' in listed  # it may still be the other one's
    page = organizer.follow(f"{HOME}/{one}/distinction/undo", {"other": str(other)}).text
    assert "may be one person again." in page
    assert f'href="{HOME}/{one}/merger?other={other}"' in page
    with sample_app.state.database.read() as db:
        acts = db.exec(
            select(AuditEntry.act).where(AuditEntry.subject == "two_people").order_by(col(AuditEntry.id))
        ).all()
    assert acts == ["tell_apart", "tell_apart", "take_telling_back"]


def test_what_is_no_pair_is_refused_and_two_at_once_are_one_pair(
    sample_visitor: VisitorOf, sample_app: FastAPI, sample: Database
) -> None:
    organizer, (one, other) = sample_visitor("organizer"), two_records(sample_app)
    assert organizer.post(f"{HOME}/{one}/distinction", {"other": "0"}).status_code == 404
    assert organizer.post(f"{HOME}/{one}/distinction", {"other": str(one)}).status_code == 409
    assert sample_visitor("facilitator").post(f"{HOME}/{one}/distinction", {"other": str(other)}).status_code == 403
    together = Barrier(6)

    def tell(number: int) -> None:
        together.wait()
        with sample.write() as db:
            pair = [db.get_one(Person, key) for key in ((one, other) if number % 2 else (other, one))]
            tell_apart(db, *pair, by=BY)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(tell, range(6)))
    with sample.read() as db:
        assert [(row.first_id, row.second_id) for row in db.exec(select(TwoPeople))] == [(one, other)]
