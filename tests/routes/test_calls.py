"""A call in a browser: points, the page of the host, notes, actions; and the confidential part, which nobody of the lab
finds anywhere (rule 13)."""

import io
import re
import zipfile
from collections.abc import Iterator

import pytest
import time_machine
from anyio.from_thread import BlockingPortal
from fastapi import FastAPI
from sqlmodel import Session, col, select

from app import clock
from app.database import Database
from app.gatherings.actions import Promise, promise
from app.gatherings.notes import write_notes
from app.gatherings.points import Said, put_point, take_back_point
from app.models import AgendaSession, CallAction, CallPoint, Cohort, GatheringNote, OutboxLetter, SessionFormat
from app.people import sign_in
from app.people.policy import Kind
from app.people.viewer import Viewer, viewer_of
from tests.conftest import Visitor, VisitorOf
from tests.gatherings.calling import AFTER_OCTOBER, BEFORE_OCTOBER, Calling, calling
from tests.people.test_policy import doors, filled, found_another_cohort, path_values, person_of
from tests.walks import ONE_OF_EACH

HOME = "/by-all-means/gatherings"
LONG = "ß" * 300
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def clock_at() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(BEFORE_OCTOBER, tick=True) as traveller:
        yield traveller


@pytest.fixture
def monthly(database: Database, clock_at: time_machine.Traveller) -> Calling:
    return calling(database)


def _place(database: Database, monthly: Calling, month: int = 10) -> str:
    with database.read() as db:
        return f"{HOME}/{monthly.on(db, month).key}"


def _titles(page: str) -> list[str]:
    return re.findall(r'<p class="point-title"><(?:strong|span) dir="auto">([^<]+)<', page)


def test_a_facilitator_puts_a_point_on_the_call_and_the_others_read_it_with_name_and_office_rule_8(
    visitor: VisitorOf, database: Database, monthly: Calling
) -> None:
    place, people = _place(database, monthly), monthly.meeting.stage.people
    salem = visitor(people["salem facilitator"])
    page = salem.follow(f"{place}/points", {"title": "Summer seats", "text": "**Forty**", "minutes": "10"}).text
    assert _titles(page) == ["Summer seats"]
    assert "10 min of 60 min." in page
    read = visitor(people["oakland facilitator"]).get(place).text
    assert "<bdi>Salem Facilitator</bdi>, <bdi>Facilitator, Salem</bdi>" in read
    assert "<strong>Forty</strong>" in read
    mayor = visitor(people["salem mayor"]).get(place).text
    assert _titles(mayor) == ["Summer seats"]  # open to the cohort
    assert "Add your point" not in mayor


@pytest.mark.parametrize("at", ["", "running"])
@pytest.mark.parametrize(
    ("said", "field", "sentence"),
    [
        ({"title": ""}, "title", "Say in a few words"),
        ({"title": "x" * 301}, "title", "longer than 300"),
        ({"title": "Seats", "minutes": "ten"}, "minutes", "Say how many minutes it takes"),
        ({"title": "Seats", "minutes": "0"}, "minutes", "from 1 to 600"),
    ],
)
def test_what_cannot_stand_is_said_at_its_field_and_what_was_typed_is_kept(
    visitor: VisitorOf, database: Database, monthly: Calling, said: dict[str, str], field: str, sentence: str, at: str
) -> None:
    salem = visitor(monthly.meeting.stage.people["salem facilitator"])
    answer = salem.post(f"{_place(database, monthly)}/points", {"text": "Kept, all of it", "at": at, **said})
    assert answer.status_code == 422
    assert re.search(rf'id="f-{field}-error"[^>]*>.*?{re.escape(sentence)}', answer.text, re.DOTALL)
    assert "Kept, all of it" in answer.text
    with database.read() as db:
        assert db.exec(select(CallPoint)).all() == []


def test_text_from_people_is_text_and_the_longest_stands(
    visitor: VisitorOf, database: Database, monthly: Calling
) -> None:
    place = _place(database, monthly)
    salem = visitor(monthly.meeting.stage.people["salem facilitator"])
    for title in (HOSTILE, LONG):
        salem.follow(f"{place}/points", {"title": title, "text": HOSTILE})
    salem.follow(f"{place}/notes", {"text": HOSTILE})
    salem.follow(f"{place}/actions", {"action": HOSTILE})
    for address in (place, f"{place}/running"):
        page = salem.get(address).text
        assert HOSTILE not in page
        assert "&lt;script&gt;" in page
        assert LONG in page


def test_points_are_put_in_order_by_their_arrows_and_as_a_fragment_for_htmx(
    visitor: VisitorOf, database: Database, monthly: Calling
) -> None:
    place = _place(database, monthly)
    with database.write() as db:
        one, two, three = (monthly.put(db, 10, title).key for title in ("One", "Two", "Three"))
    oakland = visitor(monthly.meeting.stage.people["oakland facilitator"])
    assert _titles(oakland.follow(f"{place}/points/{three}/place", {"before": str(one)}).text) == [
        "Three",
        "One",
        "Two",
    ]
    answer = oakland.post(f"{place}/points/{three}/place", {"before": ""}, headers={"hx-request": "true"})
    assert answer.status_code == 200
    assert answer.text.lstrip().startswith('<div id="points-list">')
    assert _titles(answer.text) == ["One", "Two", "Three"]
    assert oakland.post(f"{place}/points/{two}/place", {"before": "999999"}).status_code == 404


def test_the_host_ticks_points_off_on_a_page_of_their_own(
    visitor: VisitorOf, database: Database, monthly: Calling
) -> None:
    place = _place(database, monthly)
    with database.write() as db:
        point = monthly.put(db, 10, "Summer seats").key
    host = visitor(monthly.meeting.stage.people["oakland facilitator"])
    page = host.get(f"{place}/running").text
    assert "0 of 1 dealt with" in page
    tick = {"taken": "yes", "at": "running"}
    answer = host.post(f"{place}/points/{point}/tick", tick, headers={"hx-request": "true"})
    assert "1 of 1 dealt with" in answer.text
    assert "<html" not in answer.text
    back = host.post(f"{place}/points/{point}/tick", {"at": "running"})
    assert back.headers["location"] == f"{place}/running#points"
    assert "0 of 1 dealt with" in host.get(f"{place}/running").text


@pytest.mark.parametrize("who", ["staff", "salem mayor", "expert"])
def test_who_is_not_in_the_call_has_no_page_of_the_host_and_writes_nothing(
    visitor: VisitorOf, database: Database, monthly: Calling, who: str
) -> None:
    place = _place(database, monthly)
    with database.write() as db:
        point, action = monthly.put(db, 10, "Seats").key, monthly.promise(db, 10, "Ask").key
    one = visitor(monthly.meeting.stage.people[who])
    expected = 404 if who == "expert" else 403
    assert one.get(f"{place}/running").status_code == expected
    for path in (
        *("points", f"points/{point}", f"points/{point}/removal", f"points/{point}/restoration"),
        *(f"points/{point}/tick", f"points/{point}/place", "notes", "actions", f"actions/{action}"),
        *(f"actions/{action}/tick", f"actions/{action}/removal"),
    ):
        assert one.post(f"{place}/{path}", {"title": "Me too", "text": "x"}).status_code == expected, path


def test_notes_are_saved_as_they_are_typed_and_bring_what_others_wrote(
    visitor: VisitorOf, database: Database, monthly: Calling
) -> None:
    place, people = _place(database, monthly), monthly.meeting.stage.people
    salem, oakland = visitor(people["salem facilitator"]), visitor(people["oakland facilitator"])
    json = {"accept": "application/json"}
    first = salem.post(f"{place}/notes", {"text": "Seats: forty\n\nBuses", "upon": ""}, headers=json).json()
    assert (first["text"], first["together"]) == ("Seats: forty\n\nBuses", False)
    oakland.post(f"{place}/notes", {"text": "Seats: forty\n\nBuses: two", "upon": first["text"]}, headers=json)
    again = {"text": "Seats: forty-one\n\nBuses", "upon": first["text"], "by": str(people["salem facilitator"])}
    second = salem.post(f"{place}/notes", again, headers=json).json()
    assert (second["text"], second["together"]) == ("Seats: forty-one\n\nBuses: two", True)
    assert "Buses: two" in visitor(people["staff"]).get(place).text


def test_notes_that_one_typed_are_not_saved_under_the_name_of_another_who_has_signed_in(
    visitor: VisitorOf, database: Database, monthly: Calling
) -> None:
    place, people = _place(database, monthly), monthly.meeting.stage.people
    form = {"text": "Among us", "by": str(people["salem facilitator"])}
    json = {"accept": "application/json"}
    answer = visitor(people["oakland facilitator"]).post(f"{place}/notes", form, headers=json)
    assert answer.status_code == 422
    assert "typed by somebody else" in answer.json()["refused"]
    page = visitor(people["oakland facilitator"]).post(f"{place}/notes", form)
    assert page.status_code == 422
    assert "Among us" in page.text
    with database.read() as db:
        assert db.exec(select(GatheringNote)).all() == []


def test_an_action_with_its_owner_is_due_on_their_home_until_it_is_done(
    visitor: VisitorOf, database: Database, monthly: Calling
) -> None:
    place, people = _place(database, monthly), monthly.meeting.stage.people
    salem, oakland = visitor(people["salem facilitator"]), visitor(people["oakland facilitator"])
    said = {"action": "Send the form", "owner": str(people["oakland facilitator"]), "due": "2017-10-20"}
    page = salem.follow(f"{place}/actions", said).text
    assert "<bdi>Oakland Facilitator</bdi>" in page
    assert "by Fri 20 Oct" in page
    assert "Send the form" in oakland.get("/").text
    assert "Send the form" not in salem.get("/").text
    with database.read() as db:
        number = db.exec(select(CallAction)).one().key
    form = oakland.get(f"{place}/actions/{number}").text
    assert 'value="2017-10-20"' in form
    oakland.follow(f"{place}/actions/{number}", {**said, "action": "Send both forms"})
    assert "Send both forms" in oakland.get("/").text
    oakland.follow(f"{place}/actions/{number}/tick", {"done": "yes"})
    assert "Send both forms" not in oakland.get("/").text
    for wrong, field in (({"action": ""}, "action"), ({"due": "soon"}, "due"), ({"owner": "999999"}, "owner")):
        answer = oakland.post(f"{place}/actions", {**said, **wrong})
        assert answer.status_code == 422
        assert f'id="f-{field}-error"' in answer.text
        assert oakland.post(f"{place}/actions/{number}", {**said, **wrong}).status_code == 422


def test_what_was_taken_off_or_struck_is_brought_back(visitor: VisitorOf, database: Database, monthly: Calling) -> None:
    place = _place(database, monthly)
    with database.write() as db:
        point, action = monthly.put(db, 10, "Summer seats").key, monthly.promise(db, 10, "Ask the buses").key
    salem = visitor(monthly.meeting.stage.people["salem facilitator"])
    assert _titles(salem.follow(f"{place}/points/{point}/removal", {}).text) == ["Ask the buses"]
    page = salem.follow(f"{place}/actions/{action}/removal", {}).text
    assert _titles(page) == []
    assert page.count("Bring it back") == 2
    salem.follow(f"{place}/points/{point}/restoration", {})
    page = salem.follow(f"{place}/actions/{action}/removal", {"back": "yes"}).text
    assert sorted(_titles(page)) == ["Ask the buses", "Summer seats"]


def test_a_call_that_is_over_is_closed_for_points_and_open_for_notes(
    visitor: VisitorOf, database: Database, monthly: Calling, clock_at: time_machine.Traveller
) -> None:
    place = _place(database, monthly)
    salem = visitor(monthly.meeting.stage.people["salem facilitator"])
    assert "Add your point" in salem.get(place).text
    clock_at.move_to(AFTER_OCTOBER)
    salem = visitor(monthly.meeting.stage.people["salem facilitator"])
    page = salem.get(place).text
    assert "Add your point" not in page
    assert "No notes yet" in page
    assert salem.post(f"{place}/points", {"title": "Too late"}).status_code == 422
    salem.follow(f"{place}/notes", {"text": "Forty seats", "confidential": ""})
    assert "Forty seats" in salem.get(place).text


def test_the_pages_of_a_call_ask_no_more_with_more_around_it(
    visitor: VisitorOf, database: Database, monthly: Calling, queries: list[str]
) -> None:
    place = _place(database, monthly)
    salem = visitor(monthly.meeting.stage.people["salem facilitator"])

    def fill(count: int) -> None:
        with database.write() as db:
            for number in range(count):
                monthly.put(db, 10, f"Point {count} {number}", "oakland facilitator", confidential=number % 3 == 0)
                monthly.put(db, 10, f"Own {count} {number}")
                owner = monthly.meeting.stage.people["salem facilitator"]
                monthly.promise(db, 10, f"Action {count} {number}", owner_id=owner)

    def asked(address: str) -> int:
        queries.clear()
        assert salem.get(address).status_code == 200
        return len(queries)

    fill(2)
    few = [asked(address) for address in (place, f"{place}/running", "/")]
    fill(60)
    assert [asked(address) for address in (place, f"{place}/running", "/")] == few


WORDS = {
    "point": "Quetzalfeather Ibiswing",
    "text": "Ocelotpaw",
    "taken": "Tapirsnout Kiwibeak",
    "notes": "Axolotlgill",
    "action": "Pangolinscale",
}
"""Words that stand in the confidential part and nowhere else in the sample."""


@pytest.mark.timeout(300)
@pytest.mark.usefixtures("_one_shelf_of_prints")
@pytest.mark.parametrize("kind", ONE_OF_EACH)
def test_no_route_tells_the_lab_or_anybody_outside_what_was_confided_rule_13(
    kind: Kind, sample_app: FastAPI, portal: BlockingPortal
) -> None:
    """Every address that answers to a look, asked by every kind of person: in none of them stands a word of it, but for
    those who share it, and nothing of it was written to anybody."""
    database: Database = sample_app.state.database
    with database.write() as db:
        outsider = found_another_cohort(db, by=Viewer.system("test"))
        values = {**path_values(db), **_confide(db)}
        person_id = outsider if kind is Kind.OTHER_COHORT else person_of(db, kind)
    visitor = Visitor(sample_app, portal, person_id=person_id)
    found = set()
    paths = [path for method, path, _ in doors(sample_app) if method == "GET"]
    for path in (*paths, "/search?q=Quetzalfeather", "/search?q=Tapirsnout", "/by-all-means/audit?subject=call_point"):
        answer = visitor.get(filled(path, values))
        said = _unpacked(answer.content)
        found |= {path for name, words in WORDS.items() if words.split()[-1].encode() in said}
    shares = kind is Kind.FACILITATOR
    ours = {one for one in found if "/gatherings/{number:int}" in one or one == "/"}
    assert found - ours == set()
    assert bool(found) == shares, found
    with database.read() as db:
        letters = " ".join(one.subject + one.text + one.html for one in db.exec(select(OutboxLetter)))
    assert not any(word in letters for words in WORDS.values() for word in words.split())


@pytest.mark.parametrize("kind", ["organizer", "staff", "mayor", "assistant", "expert"])
def test_an_address_of_something_confided_is_no_address_to_others_rule_13(kind: str, sample_visitor: VisitorOf) -> None:
    visitor = sample_visitor(kind)
    with visitor.app.state.database.write() as db:
        values = _confide(db)
    place = f"{HOME}/{values['number']}"
    point, action = values["point"], values["action"]
    for path, form in (
        (f"points/{point}", {"title": "Opened"}),
        (f"points/{point}/tick", {"taken": "yes"}),
        (f"points/{point}/place", {}),
        (f"points/{point}/removal", {}),
        (f"points/{point}/restoration", {}),
        (f"actions/{action}", {"action": "Opened"}),
        (f"actions/{action}/tick", {"done": "yes"}),
        (f"actions/{action}/removal", {}),
        ("notes", {"text": "Opened", "confidential": "yes"}),
    ):
        answer = visitor.post(f"{place}/{path}", form)
        assert answer.status_code in ((403, 404) if path != "notes" else (403, 404, 422)), path
        assert not any(word in answer.text for words in WORDS.values() for word in words.split())
    with visitor.app.state.database.read() as db:
        assert db.get_one(CallPoint, int(point)).taken_at is None
        assert db.get_one(CallAction, int(action)).done_at is None


def test_the_log_has_no_line_of_the_confidential_part_and_has_the_others_rules_13_and_21(
    sample_visitor: VisitorOf,
) -> None:
    organizer = sample_visitor("organizer")
    before = organizer.get("/by-all-means/audit").text
    with organizer.app.state.database.write() as db:
        _confide(db)
    assert _lines(organizer.get("/by-all-means/audit").text) == _lines(before)
    assert "write notes" not in organizer.get("/by-all-means/audit").text
    with organizer.app.state.database.write() as db:
        _facilitated(db, confidential=False)
    after = organizer.get("/by-all-means/audit").text
    assert "put point" in after
    assert "Quetzalfeather" in after


def _lines(page: str) -> list[str]:
    return re.findall(r"<tr[^>]*>.*?</tr>", page, re.DOTALL)


def _confide(db: Session) -> dict[str, str]:
    return _facilitated(db, confidential=True)


def _facilitated(db: Session, *, confidential: bool) -> dict[str, str]:
    """Points, notes and an action that the sample's first facilitator puts on the next call; where they are."""
    person = sign_in.sample_person(db, "facilitator")
    assert person is not None
    by = viewer_of(db, person.key)
    call = db.exec(
        select(AgendaSession)
        .where(AgendaSession.format == SessionFormat.CALL, col(AgendaSession.starts_at) > clock.now())
        .order_by(col(AgendaSession.starts_at))
    ).first()
    assert call is not None
    cohort = db.get_one(Cohort, call.cohort_id)
    db.info["cohort_id"] = cohort.key
    said = Said(WORDS["point"], WORDS["text"], 5, confidential)
    point = put_point(db, call, said, by=by)
    away = put_point(db, call, Said(WORDS["taken"], confidential=confidential), by=by)
    take_back_point(db, call, away, by=by)
    write_notes(db, call, text=WORDS["notes"], upon="", confidential=confidential, by=by)
    action = promise(db, call, Promise(WORDS["action"], person.key, None, confidential), by=by)
    series = call.series.slug if call.series else ""
    return {
        "number": str(call.key),
        "gathering": str(call.key),
        "point": str(point.key),
        "action": str(action.key),
        "slug": series,
    }


def _unpacked(content: bytes) -> bytes:
    """An answer's bytes; of a workbook, what is in it."""
    if not content.startswith(b"PK"):
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return b" ".join(packed.read(name) for name in packed.namelist())
