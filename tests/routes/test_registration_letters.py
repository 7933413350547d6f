"""Letters to many in a browser: from the list to the form, looked at reader by reader, sent once, and then followed."""

import re
from collections.abc import Iterator
from html import unescape

import pytest
import time_machine
from fastapi import FastAPI
from sqlmodel import Session, select

from app.database import Database
from app.models import Circular, OutboxLetter
from app.people.audit import verb
from app.people.viewer import Viewer
from app.registration.registrations import register
from tests.conftest import Visitor, VisitorOf
from tests.registration.stage import BY, TWO_WEEKS_BEFORE, Stage, convening, more_members, person, set_stage

HERE = "/by-all-means/convenings/2017-fall/registration"
LETTERS = f"{HERE}/letters"
WORDS = {"subject": "Rooms", "text": "Dear {name} of {city}", "query": "city=salem"}


@pytest.fixture(autouse=True)
def _in_time() -> Iterator[None]:
    with time_machine.travel(TWO_WEEKS_BEFORE, tick=True):
        yield


@pytest.fixture
def stage(app: FastAPI) -> Stage:
    return set_stage(app.state.database)


@pytest.fixture
def organizer(stage: Stage, visitor: VisitorOf) -> Visitor:
    return visitor(stage.people["organizer"])


@verb
def forget_address(db: Session, stage: Stage, who: str, name: str, *, by: Viewer) -> None:
    one = person(db, stage, who)
    one.email, one.name = None, name
    db.add(one)


def people_in(text: str) -> str:
    """The numbers of those whom the preview counts, as the form sends them."""
    found = re.search(r'name="people" value="([\d ]+)"', text)
    assert found is not None
    return found[1]


def test_the_list_leads_to_a_letter_for_the_same_people(stage: Stage, organizer: Visitor) -> None:
    people = unescape(organizer.get(f"{HERE}/people?city=salem&state=open").text)
    assert f'href="{LETTERS}/new?city=salem&state=open"' in people
    form = organizer.get(f"{LETTERS}/new?city=salem&state=open").text
    assert "To: Salem, not answered" in form
    assert 'name="query" value="city=salem&amp;state=open"' in form
    assert ">5 people</a> today." in form
    assert f'href="{LETTERS}"' in organizer.get(f"{HERE}/board").text
    assert "No letters yet" in organizer.get(LETTERS).text


def test_it_is_looked_at_reader_by_reader_then_sent_once(database: Database, stage: Stage, organizer: Visitor) -> None:
    first = organizer.follow(LETTERS, WORDS)
    at = first.url.path
    assert "Letter 1 of 5" in first.text
    assert "Dear Salem Mayor of Salem" in first.text
    assert 'rel="prev"' not in first.text
    last = organizer.get(f"{at}?reader=5").text
    assert "Dear Salem Member 2 of Salem" in last
    assert 'rel="next"' not in last
    assert "Letter 1 of 5" in organizer.get(f"{at}?reader={'9' * 5000}").text
    assert last.count("Send to 5 people") == 2
    people = {"people": people_in(last)}
    assert "On its way to 5 people." in organizer.follow(f"{at}/sending", people).text
    assert "Nothing was sent twice." in organizer.follow(f"{at}/sending", people).text
    with database.read() as db:
        assert len(db.exec(select(OutboxLetter)).all()) == 5
    assert organizer.get(f"{at}/words").headers["location"] == at
    assert "5 on the way" in re.sub(r"<[^>]+>", "", organizer.get(LETTERS).text)
    assert "Nobody of that name." in organizer.get(f"{at}?q=zz").text
    assert "Nothing had failed." in organizer.follow(f"{at}/again").text


def test_an_unknown_field_is_said_and_nothing_typed_is_lost(
    database: Database, stage: Stage, organizer: Visitor
) -> None:
    wrong = {**WORDS, "text": "Dear {nmae}, <b>hello</b>"}
    answer = organizer.post(LETTERS, wrong)
    assert answer.status_code == 422
    assert 'id="f-text-error"' in answer.text
    assert "There is no field {nmae}." in answer.text
    assert "Dear {nmae}, &lt;b&gt;hello&lt;/b&gt;</textarea>" in answer.text
    assert 'value="Rooms"' in answer.text
    assert 'name="query" value="city=salem"' in answer.text
    at = organizer.follow(LETTERS, WORDS).url.path
    again = organizer.post(f"{at}/words", wrong)
    assert again.status_code == 422
    assert "Dear {nmae}, &lt;b&gt;hello&lt;/b&gt;</textarea>" in again.text
    assert "Other words" in organizer.follow(f"{at}/words", {"subject": "Rooms", "text": "Other words"}).text
    with database.read() as db:
        assert db.exec(select(Circular.text)).one() == "Other words"


def test_who_has_no_address_is_named_and_the_rest_get_theirs(
    database: Database, stage: Stage, organizer: Visitor
) -> None:
    long = "Ö" * 300
    with database.write() as db:
        forget_address(db, stage, "salem mayor", long, by=BY)
    preview = organizer.follow(LETTERS, WORDS)
    assert "1 has no e-mail address and gets no letter:" in preview.text
    assert f"<bdi>{long}</bdi></a>." in preview.text
    assert "Letter 1 of 4" in preview.text
    at, people = preview.url.path, people_in(preview.text)
    with database.write() as db:
        forget_address(db, stage, "salem member 1", long, by=BY)
    page = organizer.follow(f"{at}/sending", {"people": people}).text
    assert f"On its way to 3 people. Not written to, since no longer on the list: {'Ö' * 39}…." in page


def test_who_registered_between_the_look_and_the_click_is_not_written_to(
    database: Database, stage: Stage, organizer: Visitor
) -> None:
    preview = organizer.follow(LETTERS, {**WORDS, "query": "role=mayor&state=open"})
    at, people = preview.url.path, people_in(preview.text)
    with database.write() as db:
        register(db, convening(db, stage), person(db, stage, "salem mayor"), by=BY)
    page = organizer.follow(f"{at}/sending", {"people": people}).text
    assert "On its way to 1 person. Not written to, since no longer on the list: Salem Mayor." in page
    with database.read() as db:
        assert db.exec(select(OutboxLetter.person_id)).all() == [stage.people["oakland mayor"]]


def test_an_empty_list_has_no_letter_and_sends_none(database: Database, stage: Stage, organizer: Visitor) -> None:
    assert "Nobody to write to" in organizer.get(f"{LETTERS}/new?state=waiting").text
    preview = organizer.follow(LETTERS, {**WORDS, "query": "state=waiting"})
    assert "Nobody on this list can be written to today." in preview.text
    answer = organizer.post(f"{preview.url.path}/sending", {"people": "x 99999999999 " + "1" * 5000})
    assert answer.status_code == 422
    assert "Nothing was sent." in answer.text
    with database.read() as db:
        assert db.exec(select(OutboxLetter)).all() == []


def test_six_hundred_readers_take_as_many_queries_as_five(
    database: Database, stage: Stage, organizer: Visitor, queries: list[str]
) -> None:
    counts = []
    for more in (0, 600):
        with database.write() as db:
            more_members(db, stage, "oakland", more, by=BY)
        at = organizer.follow(LETTERS, {**WORDS, "query": "city=oakland"}).url.path
        queries.clear()
        preview = organizer.get(at)
        looked = len(queries)
        assert f"Letter 1 of {5 + more}" in preview.text
        organizer.post(f"{at}/sending", {"people": people_in(preview.text)})
        queries.clear()
        organizer.get(at)
        gone = len(queries)
        organizer.get(LETTERS)
        counts.append((looked, gone, len(queries) - gone))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("who", ["staff", "expert", "oakland mayor", "oakland facilitator", "oakland member 1"])
def test_others_neither_read_nor_write_letters(
    who: str, database: Database, stage: Stage, organizer: Visitor, visitor: VisitorOf
) -> None:
    """Rule 13: what organizers write stays theirs until it is sent."""
    at = organizer.follow(LETTERS, WORDS).url.path
    other = visitor(stage.people[who])
    looks = [other.get(path).status_code for path in (LETTERS, f"{LETTERS}/new", at, f"{at}/words")]
    posts = [other.post(path, WORDS).status_code for path in (LETTERS, f"{at}/words", f"{at}/sending", f"{at}/again")]
    assert (looks, posts) == ([403] * 4, [403] * 4)
    stranger = visitor(None).get(LETTERS)
    assert stranger.headers["location"].startswith("/sign-in?next=")
    assert organizer.get(f"{LETTERS}/999").status_code == 404
    with database.read() as db:
        assert len(db.exec(select(Circular)).all()) == 1
        assert db.exec(select(OutboxLetter)).all() == []


def test_what_was_never_sent_is_put_away_and_brought_back(
    database: Database, stage: Stage, organizer: Visitor, visitor: VisitorOf
) -> None:
    at = organizer.follow(LETTERS, WORDS).url.path
    page = organizer.follow(f"{at}/putting-away").text
    assert "Put away: Rooms" in page
    assert "No letters yet" in page
    assert "Put away: 1" in page
    organizer.follow(f"{at}/putting-away")  # a second click
    looked = organizer.get(at).text
    assert "This letter was put away and never went." in looked
    assert "Send to" not in looked
    people = {"people": str(stage.people["salem mayor"])}
    sending = organizer.post(f"{at}/sending", people)
    assert (sending.status_code, "Bring it back first." in sending.text) == (422, True)
    rewriting = organizer.post(f"{at}/words", {"subject": "Rooms", "text": "Dear all"})
    assert (rewriting.status_code, "Dear all" in rewriting.text) == (422, True)
    assert visitor(stage.people["oakland facilitator"]).post(f"{at}/putting-away/undo").status_code == 403
    back = organizer.follow(f"{at}/putting-away/undo")
    assert (back.url.path, "Send to 5 people" in back.text) == (at, True)
    organizer.follow(f"{at}/sending", {"people": people_in(back.text)})
    assert "This letter has gone already" in organizer.follow(f"{at}/putting-away").text
    with database.read() as db:
        assert db.exec(select(Circular.archived_at)).one() is None
        assert len(db.exec(select(OutboxLetter)).all()) == 5


def test_what_became_of_letters_is_counted_without_reading_the_whole_outbox(database: Database, stage: Stage) -> None:
    ask = "SELECT purpose, count(*), count(sent_at) FROM outbox_letter WHERE purpose IN ('circular-1') GROUP BY purpose"
    with database.engine.connect() as connection:
        if database.is_sqlite:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {ask}").all()
        else:
            connection.exec_driver_sql("SET enable_seqscan = off")  # a table this small is always read whole
            plan = connection.exec_driver_sql(f"EXPLAIN {ask}").all()
    assert "ix_outbox_letter_purpose" in str(plan)
