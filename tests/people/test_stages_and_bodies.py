"""What organizers list: stages of the evaluation framework, and public bodies; by verbs and on their pages."""

import re

import pytest
from sqlmodel import col, select

from app.database import Database
from app.models import AuditEntry, MeasureStage, PublicBody
from app.people.audit import Refused
from app.people.bodies import add_body, bodies_of, bring_body_back, change_body, put_body_away
from app.people.stages import add_stage, bring_stage_back, change_stage, put_stage_away, stages_of
from tests.agenda.campus import Campus, campus
from tests.conftest import Visitor, VisitorOf
from tests.people.rows import BY

HERE = "/by-all-means"


@pytest.fixture
def place(database: Database, in_the_sample: object) -> Campus:
    with database.write() as db:
        return campus(db)


@pytest.fixture
def organizer(place: Campus, visitor: VisitorOf) -> Visitor:
    return visitor(place.person("Ada Roth").key)


def names(database: Database) -> list[str]:
    with database.read() as db:
        return [one.name for one in stages_of(db, db.exec(select(MeasureStage.cohort_id)).first() or 0)]


def watched(database: Database) -> list[tuple[str, int, list[str]]]:
    with database.read() as db:
        bodies = db.exec(select(PublicBody).where(col(PublicBody.archived_at).is_(None)))
        return [(one.name, one.flag_at, sorted(member.person.name for member in one.members)) for one in bodies]


def test_stages_are_added_renamed_ordered_and_put_away_and_come_back(organizer: Visitor, database: Database) -> None:
    """Rule 21: putting away is no deletion."""
    for name in ("Cabinet process", "  Supports \n and services ", "Child outcomes"):
        organizer.follow(f"{HERE}/measures", {"name": name})
    assert names(database) == ["Cabinet process", "Supports and services", "Child outcomes"]
    with database.read() as db:
        first, _, last = [one.key for one in db.exec(select(MeasureStage))]
    organizer.follow(f"{HERE}/measures/{first}", {"name": "Process", "position": "9"})
    organizer.follow(f"{HERE}/measures/{last}/archival")
    assert names(database) == ["Supports and services", "Process"]
    html = organizer.follow(f"{HERE}/measures/{last}/restoration").text
    assert "Child outcomes is back." in html
    organizer.follow(f"{HERE}/measures/{last}/archival")
    organizer.follow(f"{HERE}/measures", {"name": "child outcomes"})
    assert names(database) == ["Supports and services", "Process", "Child outcomes"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("  ", "Say the name."),
        ("x" * 121, "A name may have 120 characters here; this one has 121."),
        ("CABINET process", "By All Means has the stage “CABINET process” already."),
    ],
)
def test_a_stage_that_cannot_be_is_refused_and_what_was_typed_is_kept(
    organizer: Visitor, database: Database, name: str, said: str
) -> None:
    organizer.follow(f"{HERE}/measures", {"name": "Cabinet process"})
    answer = organizer.post(f"{HERE}/measures", {"name": name})
    assert answer.status_code == 422
    assert said in answer.text
    assert f'value="{name}"' in answer.text
    assert names(database) == ["Cabinet process"]


def test_a_stage_does_not_take_another_s_name(place: Campus, database: Database) -> None:
    with database.write() as db:
        one, other = (add_stage(db, place.town.cohort, name=name, by=BY) for name in ("One", "Other"))
        with pytest.raises(Refused):
            change_stage(db, other, name="ONE", position=3, by=BY)
        assert put_stage_away(db, one, by=BY).archived_at is not None
        assert bring_stage_back(db, one, by=BY).archived_at is None
        entries = db.exec(select(AuditEntry).where(AuditEntry.subject == "measure_stage").order_by(col(AuditEntry.id)))
        assert [one.act for one in entries] == ["add_stage", "add_stage", "put_stage_away", "bring_stage_back"]


def test_a_body_is_added_with_its_members_changed_and_put_away(
    organizer: Visitor, place: Campus, database: Database
) -> None:
    typed = {
        "name": "School committee of Salem",
        "city": str(place.town.cities["Salem"].key),
        "flag_at": "3",
        "member": ["Ruth Adler (Mayor, Salem)", "jo park", ""],
    }
    organizer.follow(f"{HERE}/public-bodies", typed)
    assert watched(database) == [("School committee of Salem", 3, ["Jo Park", "Ruth Adler"])]
    with database.read() as db:
        number = db.exec(select(PublicBody.id)).one()
    form = f"{HERE}/public-bodies/{number}"
    html = organizer.get(form).text
    assert re.findall(r'name="member"[^>]* value="([^"]*)"', html) == [
        "Ruth Adler (Mayor, Salem)",
        "Jo Park (Superintendent, Oakland)",
        "",
        "",
    ]
    organizer.follow(form, typed | {"member": ["Jo Park"], "flag_at": "2"})
    assert watched(database) == [("School committee of Salem", 2, ["Jo Park"])]
    organizer.follow(f"{form}/archival")
    assert watched(database) == []
    organizer.follow(f"{form}/restoration")
    assert len(watched(database)) == 1
    with database.read() as db:
        acts = db.exec(select(AuditEntry.act).where(AuditEntry.subject == "public_body_member")).all()
        assert set(acts) == {"add_body", "change_body"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": " "}, "Say the name."),
        ({"name": "x" * 301}, "A name may have 300 characters here; this one has 301."),
        ({"flag_at": "1"}, "From two members on, up to 100."),
        ({"flag_at": "many"}, "Say from how many members on, such as 2."),
        ({"member": ["Nobody Here"]}, "Nobody on record is called “Nobody Here”. Choose from the list."),
        ({"city": "999"}, "Choose a city of this cohort."),
    ],
)
def test_a_body_that_cannot_be_is_refused_and_what_was_typed_is_kept(
    organizer: Visitor, database: Database, change: dict[str, str | list[str]], said: str
) -> None:
    typed = {"name": "ועד בית הספר", "city": "", "flag_at": "2", "member": ["Ruth Adler"]} | change
    answer = organizer.post(f"{HERE}/public-bodies", typed)
    assert answer.status_code == 422
    assert said in answer.text
    assert all(f'value="{one}"' in answer.text for one in typed["member"])
    assert watched(database) == []


def test_bodies_of_another_cohort_and_numbers_that_are_none_are_404(organizer: Visitor, database: Database) -> None:
    for path in ("public-bodies/999", "public-bodies/999/archival", "measures/999", "measures/999/restoration"):
        assert organizer.post(f"{HERE}/{path}", {"name": "x"}).status_code == 404
    assert organizer.get(f"{HERE}/public-bodies/999").status_code == 404


@pytest.mark.parametrize("name", ["Jo Park", "Theo Lund", "Imani Okafor"])
@pytest.mark.parametrize("path", ["measures", "public-bodies"])
def test_the_lists_are_for_organizers(place: Campus, visitor: VisitorOf, name: str, path: str) -> None:
    reader = visitor(place.person(name).key)
    answers = [reader.get(f"{HERE}/{path}"), reader.post(f"{HERE}/{path}", {"name": "Mine"})]
    assert [answer.status_code for answer in answers] == [403, 403]


def test_empty_lists_say_what_will_be_there(organizer: Visitor) -> None:
    assert "No stages yet" in organizer.get(f"{HERE}/measures").text
    assert "No public bodies yet" in organizer.get(f"{HERE}/public-bodies").text


def test_the_queries_of_the_list_do_not_grow_with_the_bodies(
    organizer: Visitor, place: Campus, database: Database, queries: list[str]
) -> None:
    counts = []
    people = [place.person(name).key for name in ("Ruth Adler", "Jo Park")]
    for total in (2, 20):
        with database.write() as db:
            for count in range(len(bodies_of(db, place.town.cohort.key)), total):
                add_body(db, place.town.cohort, name=f"Body {count}", members=people, by=BY)
        queries.clear()
        assert organizer.get(f"{HERE}/public-bodies").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_who_stays_a_member_keeps_the_row(place: Campus, database: Database) -> None:
    with database.write() as db:
        people = [place.person(name).key for name in ("Ruth Adler", "Jo Park")]
        body = add_body(db, place.town.cohort, name="Board", members=people, by=BY)
        kept = body.members[0].key
        change_body(db, body, name="Board", city_id=None, flag_at=2, members=people[:1], by=BY)
        assert [member.key for member in body.members] == [kept]
        assert put_body_away(db, body, by=BY).archived_at is not None
        assert bring_body_back(db, body, by=BY).archived_at is None
