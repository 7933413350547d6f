"""The page on which organizers seat people, and what everybody else reads of it."""

import re
from collections.abc import Iterator

import pytest
import time_machine
from fastapi import FastAPI
from sqlmodel import select

from app.agenda.releases import publish_release
from app.database import Database
from app.models import AgendaSession, TablePlace
from app.registration.registrations import register
from app.registration.table_plan import table_plan
from app.registration.table_seating import move_to_table, seat_everybody
from app.registration.tables import tables_of
from tests.conftest import VisitorOf
from tests.registration import meals_stage
from tests.registration.stage import BY, TWO_WEEKS_BEFORE, Stage, convening, more_members, set_stage, viewer
from tests.registration.test_tables import TEN, come, laid, name_on_list, table, widen

HERE = "/by-all-means/convenings/2017-fall/sessions"


@pytest.fixture(autouse=True)
def _in_time() -> Iterator[None]:
    with time_machine.travel(TWO_WEEKS_BEFORE, tick=True):
        yield


@pytest.fixture
def stage(app: FastAPI) -> Stage:
    return set_stage(app.state.database)


@pytest.fixture
def sessions(database: Database, stage: Stage) -> dict[str, int]:
    with database.write() as db:
        found = meals_stage.lay_tables(db, stage, by=BY)
        come(db, stage, TEN)
    return found


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_an_organizer_lays_tables_seats_everybody_moves_one_and_takes_that_back(
    database: Database, stage: Stage, sessions: dict[str, int], visitor: VisitorOf
) -> None:
    ada = visitor(stage.people["organizer"])
    at = f"{HERE}/{sessions['lunch']}/tables"
    page = words(ada.get(at).text)
    assert "10 are expected. Atrium seats 90 as it is set up." in page
    assert "10 are expected, 0 of them seated; 2 tables with 14 places." in words(
        ada.follow(f"{at}/layout", {"tables": "2", "places": "7"}).text
    )
    seated = words(ada.follow(f"{at}/seating").text)
    assert "10 people have new places." in seated
    assert "Table 1 5 of 7" in seated
    assert "Not seated yet" not in seated
    with database.read() as db:
        one = next(iter(table_plan(db, db.get_one(AgendaSession, sessions["lunch"])).tables[0].sitters))
    form = ada.get(f"{at}?move={one.person_id}").text
    assert '<option value="table-2">Table 2: 2 free' in form
    assert "table-1" not in re.findall(r'<option value="([^"]+)"', form)
    assert f"{one.name} sits at Table 2." in words(
        ada.follow(f"{at}/places", {"person": str(one.person_id), "to": "table-2"}).text
    )
    undo = ada.get(at).text
    turn = re.search(r'name="turn" value="(\w+)"', undo)
    assert turn is not None
    back = {"turn": turn[1], "back": f"tables-{sessions['lunch']}"}
    answer = ada.post("/by-all-means/convenings/2017-fall/agenda/draft/undo", back)
    assert answer.headers["location"] == at
    assert "Undone: moved somebody at the tables of “Lunch, unstructured”." in words(ada.get(at).text)
    with database.read() as db:
        assert tables_of(db, convening(db, stage))[sessions["lunch"]][one.person_id].number == 1
    ada.follow(f"{at}/places", {"person": str(one.person_id), "to": "off"})
    page = words(ada.get(at).text)
    assert f"Not seated yet 1 {one.name}" in page
    assert "0 tables" not in words(ada.follow(f"{at}/layout", {"tables": "0", "places": "7"}).text)
    with database.read() as db:
        assert db.exec(select(TablePlace)).all() == []


def test_what_cannot_be_done_is_said_at_its_field_and_nothing_typed_is_lost(
    database: Database, stage: Stage, sessions: dict[str, int], visitor: VisitorOf
) -> None:
    ada = visitor(stage.people["organizer"])
    at = f"{HERE}/{sessions['lunch']}/tables"
    for typed, sentence in (
        ({"tables": "many", "places": "8"}, "Write a whole number."),
        ({"tables": "81", "places": "8"}, "Lay between 1 and 80 tables."),
        ({"tables": "2", "places": "0"}, "A table has between 1 and 40 places."),
    ):
        answer = ada.post(f"{at}/layout", typed)
        assert answer.status_code == 422
        assert sentence in answer.text
        for name, value in typed.items():
            assert re.search(rf'name="{name}" type="text" value="{value}"', answer.text)
    assert (ada.post(f"{at}/seating").status_code, ada.post(f"{at}/1").status_code) == (422, 404)
    ada.follow(f"{at}/layout", {"tables": "5", "places": "2"})
    ada.follow(f"{at}/seating")
    mayor = stage.people["oakland mayor"]
    with database.read() as db:
        mine = tables_of(db, convening(db, stage))[sessions["lunch"]][mayor].number
    other = mine % 5 + 1
    full = ada.post(f"{at}/places", {"person": str(mayor), "to": f"table-{other}"})
    assert full.status_code == 422
    assert f"Table {other} is full." in full.text
    assert f'<option value="table-{other}" selected disabled>' in full.text
    for typed in ({"person": str(mayor), "to": "nowhere-1"}, {"person": "0", "to": "off"}, {"person": "x", "to": "x"}):
        assert ada.post(f"{at}/places", typed).status_code == 422
    assert ada.post(f"{at}/places", {"person": str(mayor), "to": "table-99"}).status_code == 404
    long = ada.post(f"{at}/1", {"name": "W" * 121, "places": "2"})
    assert long.status_code == 422
    assert "W" * 121 in long.text
    assert ada.follow(f"{at}/1", {"name": "W" * 120, "places": "2"}).status_code == 200
    assert visitor(stage.people["staff"]).get(at).status_code == 403


def test_of_a_session_that_excludes_the_lab_organizers_read_nobody(
    database: Database, stage: Stage, sessions: dict[str, int], visitor: VisitorOf
) -> None:
    """Rule 13."""
    with database.write() as db:
        laid(db, sessions["closed"], tables=1, places=4)
        move_to_table(
            db,
            db.get_one(AgendaSession, sessions["closed"]),
            stage.people["salem mayor"],
            table(db, sessions["closed"], 1),
            by=BY,
        )
    page = visitor(stage.people["organizer"]).get(f"{HERE}/{sessions['closed']}/tables").text
    assert "This session excludes the lab." in page
    for secret in ("Salem Mayor", "The secret supper", "Table 1"):
        assert secret not in page


def test_people_read_their_own_table_and_with_whom_and_others_read_none(
    database: Database, stage: Stage, sessions: dict[str, int], visitor: VisitorOf
) -> None:
    """Rule 13: at a closed session only those in it read tables, and an assistant does not."""
    with database.write() as db:
        come(db, stage, ("expert",))
        name_on_list(db, stage, TEN[:9], by=BY)
        session = laid(db, sessions["lunch"], tables=1, places=20)
        seat_everybody(db, session, by=BY)
        breakfast = laid(db, sessions["closed"], tables=1, places=4)
        seat_everybody(db, breakfast, by=BY)
        publish_release(db, convening(db, stage), by=viewer(db, stage, "organizer"))
    mayor = visitor(stage.people["oakland mayor"])
    mine = words(mayor.get(f"{HERE}/{sessions['lunch']}").text)
    assert "Your table Table 1 , with Oakland Facilitator, Oakland Member 1, Oakland Member 2" in mine
    assert "Salem Superintendent and 2 more" in mine
    assert "Your table Table 1 , with Salem Mayor" in words(mayor.get(f"{HERE}/{sessions['closed']}").text)
    assert words(mayor.get("/by-all-means/convenings/2017-fall/agenda?show=mine").text).count("Table 1") == 2
    other = visitor(stage.people["salem facilitator"])
    assert "Table 1" not in words(other.get(f"{HERE}/{sessions['closed']}").text)
    assert words(other.get("/by-all-means/convenings/2017-fall/agenda").text).count("Table 1") == 1
    assert "Table 1" not in visitor(stage.people["staff"]).get(f"{HERE}/{sessions['lunch']}").text


def test_the_page_asks_no_more_of_many_than_of_few(
    database: Database, stage: Stage, sessions: dict[str, int], visitor: VisitorOf, queries: list[str]
) -> None:
    """Habit 14, with 6 people seated and with 300."""
    ada, counted = visitor(stage.people["organizer"]), []
    at = f"{HERE}/{sessions['lunch']}/tables"
    for many in (0, 290):
        with database.write() as db:
            if many:
                widen(db, stage, by=BY)
                for one in more_members(db, stage, "salem", many, by=BY):
                    register(db, convening(db, stage), one, by=BY)
            seat_everybody(db, laid(db, sessions["lunch"], tables=40, places=8), by=BY)
        ada.get(at)
        queries.clear()
        assert f"{10 + many} of them seated" in words(ada.get(at).text)
        counted.append(len(queries))
    assert counted[0] == counted[1]
