"""The run of show's pages: read and ticked off by the lab, written by organizers, printed; with and without htmx."""

import re
from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlmodel import select

from app.database import Database
from app.models import Convening, Cue, Openness
from tests.agenda.campus import TUESDAY, WEDNESDAY, Campus, campus
from tests.conftest import Visitor, VisitorOf

HERE = "/by-all-means/convenings/2017-fall"
SHOW = f"{HERE}/run-of-show"


@pytest.fixture
def place(database: Database, in_the_sample: object) -> Campus:
    with database.write() as db:
        place = campus(db)
        place.session("Welcome", "09:00–10:00", TUESDAY, ["GCC"])
        place.session("Forum", "17:30–19:00", TUESDAY, ["Askwith Hall"], openness=Openness.PUBLIC)
        place.session("Close", "15:00–16:00", WEDNESDAY, ["GCC"])
        return place


@pytest.fixture
def organizer(place: Campus, visitor: VisitorOf) -> Visitor:
    return visitor(place.person("Ada Roth").key)


@pytest.fixture
def unlocking(place: Campus) -> str:
    return f"unlock:{place.rooms['GCC'].key}:{TUESDAY}"


def rooms(html: str) -> list[str]:
    return re.findall(r'<h2 id="sheet-\d+" dir="auto">([^<]+)</h2>', html)


def test_a_day_shows_its_rooms_and_one_room_can_be_chosen(place: Campus, organizer: Visitor) -> None:
    assert rooms(organizer.get(SHOW).text) == ["GCC", "Askwith Hall"]
    assert rooms(organizer.get(f"{SHOW}?day={WEDNESDAY}").text) == ["GCC"]
    assert rooms(organizer.get(f"{SHOW}?day={TUESDAY}&room={place.rooms['Askwith Hall'].key}").text) == ["Askwith Hall"]
    assert "Nothing in this room that day" in organizer.get(f"{SHOW}?room={place.rooms['Team Room 1'].key}").text


def test_without_a_placed_session_the_next_step_is_offered(database: Database, visitor: VisitorOf) -> None:
    with database.write() as db:
        place = campus(db)
    page = visitor(place.person("Ada Roth").key).get(SHOW).text
    assert "Nothing has a time yet" in page
    assert f'href="{HERE}/agenda/draft"' in page


def test_staff_tick_a_line_off_without_javascript_and_take_it_back(
    place: Campus, visitor: VisitorOf, unlocking: str
) -> None:
    theo = visitor(place.person("Theo Lund").key)
    fields = {"line": unlocking, "day": str(TUESDAY)}
    answer = theo.post(f"{SHOW}/ticks", fields)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{SHOW}?day={TUESDAY}")
    page = theo.get(f"{SHOW}?day={TUESDAY}").text
    assert "1 of 7 done." in page
    assert "Theo Lund" in page
    assert theo.post(f"{SHOW}/ticks", fields).status_code == 303  # a second click
    assert "1 of 7 done." in theo.get(f"{SHOW}?day={TUESDAY}").text
    assert "Unlock GCC" not in theo.get(f"{SHOW}?day={TUESDAY}&open_only=yes").text
    theo.post(f"{SHOW}/ticks/removal", fields)
    assert "0 of 7 done." in theo.get(f"{SHOW}?day={TUESDAY}").text


def test_htmx_is_answered_by_the_sheets_alone(organizer: Visitor, unlocking: str) -> None:
    answer = organizer.post(f"{SHOW}/ticks", {"line": unlocking, "day": str(TUESDAY)}, headers={"hx-request": "true"})
    assert answer.status_code == 200
    assert answer.text.lstrip().startswith('<div id="sheets"')
    assert "1 of 7 done." in answer.text


def test_an_organizer_adds_a_cue_and_a_mistake_keeps_what_was_typed(
    place: Campus, organizer: Visitor, database: Database
) -> None:
    assert 'name="text"' in organizer.get(f"{SHOW}/cues/new?day={TUESDAY}").text
    typed = {"text": "Coffee comes", "day": str(TUESDAY), "time": "", "responsible": "Sam from the caterer"}
    refused = organizer.post(f"{SHOW}/lines", typed)
    assert refused.status_code == 422
    assert "Choose a session that it goes with, or a day and a time." in refused.text
    assert 'value="Coffee comes"' in refused.text
    assert 'value="Sam from the caterer"' in refused.text
    organizer.post(f"{SHOW}/lines", {**typed, "time": "06:30", "responsible": "Theo Lund (Staff)"})
    with database.read() as db:
        cue = db.exec(select(Cue)).one()
        assert (cue.text, cue.responsible_id, cue.responsible) == ("Coffee comes", place.person("Theo Lund").key, "")
    assert rooms(organizer.get(SHOW).text) == ["GCC", "Askwith Hall", "Elsewhere"]


def test_a_line_of_the_draft_is_said_otherwise_and_left_out(organizer: Visitor, unlocking: str) -> None:
    form = organizer.get(f"{SHOW}/lines", params={"name": unlocking}).text
    assert "This line follows from the draft" in form
    organizer.post(
        f"{SHOW}/lines", {"name": unlocking, "text": "Open the doors", "minutes": "−45", "responsible": "Sam"}
    )
    page = organizer.get(SHOW).text
    assert "08:15" in page
    assert "Open the doors" in page
    organizer.post(f"{SHOW}/lines/archival", {"name": unlocking})
    assert "“Open the doors” is left out." in organizer.get(SHOW).text
    assert "Open the doors" not in organizer.get(SHOW).text


@pytest.mark.parametrize("name", ["unlock:0:2017-11-14", "cue:999", "", "session:1"])
def test_a_line_that_is_not_there_is_told_so(organizer: Visitor, name: str) -> None:
    assert organizer.get(f"{SHOW}/lines", params={"name": name}).status_code == 404
    assert organizer.post(f"{SHOW}/ticks", {"line": name}).status_code in (404, 422)


@pytest.mark.parametrize(
    ("name", "reads", "writes"),
    [
        (None, 303, 303),
        ("Ruth Adler", 403, 403),
        ("Prof. Strand", 403, 403),
        ("Theo Lund", 200, 403),
        ("Ada Roth", 200, 200),
    ],
)
def test_the_lab_reads_it_and_organizers_write_it(
    place: Campus, visitor: VisitorOf, name: str | None, reads: int, writes: int
) -> None:
    somebody = visitor(place.person(name).key) if name else visitor()
    assert somebody.get(SHOW).status_code == reads
    assert somebody.get(f"{SHOW}/cues/new").status_code == writes


def test_it_prints_a_page_for_each_day_and_room_with_the_time_and_a_code(
    place: Campus, organizer: Visitor, database: Database
) -> None:
    """Rule 15: the print says as of when it is, and after which release."""
    with database.write() as db:
        place.db, place.convening = db, db.get_one(Convening, place.convening.key)
        place.publish()
    answer = organizer.get(f"{HERE}/print/run-of-show.pdf")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    pages = [page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages]
    assert len(pages) == 3
    for text, room, day in zip(pages, ("GCC", "Askwith Hall", "GCC"), ("Tuesday", "Tuesday", "Wednesday"), strict=True):
        assert room in text
        assert day in text
        assert "Draft as of Tue 24 Oct 2017 at" in text
        assert "after release 1" in text
        assert "EST, the time of New York" in text
    one = organizer.get(f"{HERE}/print/run-of-show.pdf?day={WEDNESDAY}&paper=a4")
    assert len(PdfReader(BytesIO(one.content)).pages) == 1


def test_there_is_nothing_to_print_for_a_room_that_is_not_in_use(place: Campus, organizer: Visitor) -> None:
    address = f"{HERE}/print/run-of-show.pdf?room={place.rooms['Team Room 1'].key}"
    assert organizer.get(address).status_code == 404
