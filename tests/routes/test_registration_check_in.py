"""The door in a browser and from devices: found, checked in once, taken back, sent later (rules 12 and 21)."""

import csv
from collections.abc import Iterator
from datetime import date
from io import StringIO
from typing import Any

import pytest
import time_machine
from fastapi import FastAPI
from sqlmodel import Session, col, select

from app.database import Database
from app.models import AuditEntry, CheckIn, CheckInWay, Convening, Person, Registration, RegistrationState
from app.people.audit import verb
from app.people.viewer import Viewer
from app.registration.check_ins import attendance
from app.registration.expected import code_hash
from app.registration.registrations import Details, cancel, invite, register
from tests.conftest import Visitor, VisitorOf
from tests.registration.stage import BY, TWO_WEEKS_BEFORE, Stage, convening, more_members, person, set_stage

HERE = "/by-all-means/convenings/2017-fall/registration/check-in"
FOOD = "no chili QX-PEPPER-11"
AT = "2017-10-31T14:55:00Z"


@pytest.fixture(autouse=True)
def _in_time() -> Iterator[None]:
    with time_machine.travel(TWO_WEEKS_BEFORE, tick=True):
        yield


@pytest.fixture
def stage(app: FastAPI) -> Stage:
    return set_stage(app.state.database)


@pytest.fixture
def staff(stage: Stage, visitor: VisitorOf) -> Visitor:
    return visitor(stage.people["staff"])


def come(database: Database, stage: Stage, who: str) -> tuple[int, str]:
    """(number, code) of a registration with a confirmed place."""
    with database.write() as db:
        details = Details(dietary=FOOD, emergency_name="QX-AUNT-3")
        made = register(db, convening(db, stage), person(db, stage, who), details=details, by=BY)
        return made.key, made.code


def sent(visitor: Visitor, *taken: dict[str, Any]) -> list[dict[str, Any]]:
    answer = visitor.send("POST", f"{HERE}/sent", json=list(taken))
    assert answer.status_code == 200, answer.text
    return list(answer.json())


def test_staff_finds_by_city_and_name_checks_in_and_takes_it_back(
    database: Database, stage: Stage, staff: Visitor
) -> None:
    number, _ = come(database, stage, "oakland mayor")
    come(database, stage, "salem mayor")
    found = staff.get(f"{HERE}?q=oak MAYOR").text
    assert ("Oakland Mayor" in found, "Salem Mayor" in found) == (True, False)
    assert "Oakland Mayor is here." in staff.follow(f"{HERE}/{number}", {"q": "oak"}).text
    assert "Here since 11:00, by Staff" in staff.get(HERE).text
    assert "Oakland Mayor was checked in at 11:00 by Staff." in staff.follow(f"{HERE}/{number}", {"q": "oak"}).text
    assert "Oakland Mayor is not here yet." in staff.follow(f"{HERE}/{number}/undo").text
    assert "Here since" not in staff.get(HERE).text
    with database.read() as db:
        acts = db.exec(
            select(AuditEntry.act).where(AuditEntry.subject == "check_in").order_by(col(AuditEntry.id))
        ).all()
    assert acts == ["check_in", "undo_check_in"]


def test_who_has_no_confirmed_place_is_found_by_words_only_and_refused(
    database: Database, stage: Stage, staff: Visitor
) -> None:
    number, code = come(database, stage, "oakland mayor")
    with database.write() as db:
        cancel(db, db.get_one(Registration, number), by=BY)
    assert "Oakland Mayor" not in staff.get(HERE).text
    assert "No confirmed place: cancelled" in staff.get(f"{HERE}?q=mayor").text
    refused = staff.post(f"{HERE}/{number}")
    assert refused.status_code == 422
    assert "Oakland Mayor has no confirmed place" in refused.text
    (answer,) = sent(staff, {"device_key": "k" * 16, "at": AT, "way": "scan", "code": code})
    assert answer["state"] == "refused"


def test_a_device_sends_what_it_took_down_without_a_network_and_is_told_of_each(
    database: Database, stage: Stage, staff: Visitor, visitor: VisitorOf
) -> None:
    mayor, code = come(database, stage, "oakland mayor")
    other, _ = come(database, stage, "salem mayor")
    with database.write() as db:
        invited = invite(db, convening(db, stage), person(db, stage, "oakland member 1"), by=BY).key
    visitor(stage.people["organizer"]).post(f"{HERE}/{other}")
    taken: list[dict[str, Any]] = [
        {"device_key": "first-key", "at": AT, "way": "scan", "code": code},
        {"device_key": "second-key", "at": AT, "registration": other},
        {"device_key": "third-key", "at": AT, "code": "nobody's", "way": "scan"},
        {"device_key": "fourth-key", "at": AT, "registration": invited},
        {"device_key": "fifth-key", "at": AT, "registration": 99999},
    ]
    for _ in range(2):  # sent twice, because the first answer was lost
        answers = sent(staff, *taken)
        assert [one["state"] for one in answers] == ["here", "before", "unknown", "refused", "unknown"]
        assert [one["key"] for one in answers] == [one["device_key"] for one in taken]
    assert (answers[0]["name"], answers[0]["place"]) == ("Oakland Mayor", "Oakland, Mayor")
    assert answers[1]["said"] == "Salem Mayor was checked in at 11:00 by Organizer."
    with database.read() as db:
        rows = db.exec(select(CheckIn).order_by(col(CheckIn.registration_id))).all()
        assert [(row.registration_id, row.way, f"{row.at:%H:%M}") for row in rows] == [
            (mayor, CheckInWay.SCAN, "14:55"),
            (other, CheckInWay.SEARCH, "15:00"),
        ]
        came = attendance(db, convening(db, stage))
        assert set(came) == {stage.people["oakland mayor"], stage.people["salem mayor"]}


@verb
def _in_spring(db: Session, stage: Stage, *, by: Viewer) -> str:
    spring = Convening(
        cohort_id=stage.cohort,
        slug="2018-spring",
        title="Spring convening",
        starts_on=date(2018, 5, 15),
        ends_on=date(2018, 5, 15),
    )
    db.add(spring)
    db.flush()
    badge = Registration(convening_id=spring.key, person_id=stage.people["salem mayor"])
    db.add(badge)
    db.flush()
    return badge.code


def test_a_badge_of_another_convening_is_said_to_be(database: Database, stage: Stage, staff: Visitor) -> None:
    with database.write() as db:
        code = _in_spring(db, stage, by=BY)
    (answer,) = sent(staff, {"device_key": "first-key", "at": AT, "way": "scan", "code": code})
    assert (answer["state"], answer["said"]) == ("unknown", "This badge is for Spring convening.")


@pytest.mark.parametrize(
    "bad",
    [{"device_key": "short"}, {"at": "2017-10-31T14:55:00"}, {"way": "shout"}, {"person": 3}, {"code": "x" * 201}],
)
def test_what_no_device_of_ours_sends_is_refused_whole(
    bad: dict[str, Any], database: Database, stage: Stage, staff: Visitor
) -> None:
    number, _ = come(database, stage, "oakland mayor")
    one = {"device_key": "first-key", "at": AT, "registration": number}
    assert staff.send("POST", f"{HERE}/sent", json=[one, one | bad]).status_code == 422
    with database.read() as db:
        assert db.exec(select(CheckIn)).all() == []


def test_the_list_that_a_device_keeps_says_no_code_and_no_need(
    database: Database, stage: Stage, staff: Visitor
) -> None:
    """Rule 12: the list lies on phones."""
    number, code = come(database, stage, "oakland mayor")
    listed = staff.get(f"{HERE}/list.json")
    assert listed.json() == {
        "people": [
            {
                "number": number,
                "name": "Oakland Mayor",
                "place": "Oakland, Mayor",
                "hash": code_hash(code),
                "notes": [],
                "arrived": "",
            }
        ]
    }
    for page in (HERE, f"{HERE}/list.json", f"{HERE}/list.csv", f"{HERE}/arrivals", f"{HERE}?q=oakland"):
        text = staff.get(page).text
        assert [secret for secret in (code, FOOD, "QX-AUNT-3") if secret in text] == [], page


def test_the_list_as_csv_is_safe_from_formulas(database: Database, stage: Stage, staff: Visitor) -> None:
    number, _ = come(database, stage, "oakland mayor")
    with database.write() as db:
        _rename(db, db.get_one(Person, stage.people["oakland mayor"]), "=1+1 " + "x" * 290, by=BY)
    staff.post(f"{HERE}/{number}")
    rows = list(csv.reader(StringIO(staff.get(f"{HERE}/list.csv").content.decode("utf-8-sig"))))
    assert rows == [
        ["Name", "City", "Seat", "Note", "Arrived (America/New_York)", "Checked in by"],
        ["'=1+1 " + "x" * 290, "Oakland", "Mayor", "", "2017-10-31 11:00", "Staff"],
    ]


@verb
def _rename(db: Session, person: Person, name: str, *, by: Viewer) -> None:
    person.name = name


def test_the_board_says_how_many_of_a_city_are_here_and_who_is_missing(
    database: Database, stage: Stage, staff: Visitor
) -> None:
    number, _ = come(database, stage, "oakland mayor")
    come(database, stage, "oakland superintendent")
    staff.post(f"{HERE}/{number}")
    board = staff.get(f"{HERE}/arrivals").text
    assert "1 of 2" in board
    assert "Missing: Superintendent" in board
    fragment = staff.get(f"{HERE}/arrivals", headers={"hx-request": "true"}).text
    assert ("1 of 2" in fragment, "<html" in fragment) == (True, False)


def test_an_empty_door_says_what_will_be_there(staff: Visitor) -> None:
    assert "Nobody is expected yet" in staff.get(HERE).text
    assert "Nobody is expected yet" in staff.get(f"{HERE}/arrivals").text
    assert "Nobody by these words" in staff.get(f"{HERE}?q=zz").text


def test_the_camera_is_for_this_page_alone(staff: Visitor) -> None:
    allowed = {
        path: "camera=(self)" in staff.get(path).headers["permissions-policy"]
        for path in (HERE, f"{HERE}/arrivals", "/")
    }
    assert allowed == {HERE: True, f"{HERE}/arrivals": False, "/": False}


def test_signing_out_clears_what_the_device_kept(staff: Visitor) -> None:
    assert staff.post("/sign-out").headers["clear-site-data"] == '"storage"'


def test_no_page_of_the_door_asks_more_for_many_than_for_few(
    database: Database, stage: Stage, staff: Visitor, queries: list[str]
) -> None:
    """Habit 14."""
    counted = []
    for many in (3, 120):
        with database.write() as db:
            here = convening(db, stage)
            for one in more_members(db, stage, "salem", many, by=BY):
                _confirmed(db, here, one, by=BY)
        taken = {}
        for page in (HERE, f"{HERE}/list.json", f"{HERE}/list.csv", f"{HERE}/arrivals", f"{HERE}?q=salem"):
            staff.get(page)
            queries.clear()
            staff.get(page)
            taken[page] = len(queries)
        counted.append(taken)
    assert counted[0] == counted[1]


@verb
def _confirmed(db: Session, here: Convening, one: Person, *, by: Viewer) -> None:
    db.add(Registration(convening_id=here.key, person_id=one.key, state=RegistrationState.SUBMITTED))
