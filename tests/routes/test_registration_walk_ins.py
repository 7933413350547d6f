"""Walk-ins: found first, let in where there is a place, and never one too many (rule 9)."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import time_machine
from fastapi import FastAPI
from sqlmodel import Session, col, select

from app.database import Database
from app.models import (
    AuditEntry,
    CheckIn,
    CheckInWay,
    City,
    Delegation,
    Person,
    Registration,
    RegistrationState,
    Role,
    Seat,
    Tenure,
)
from app.people.audit import Refused, verb
from app.people.directory import add_person
from app.people.viewer import Viewer
from app.registration.registrations import cancel, invite, register
from app.registration.substitutions import Newcomer
from app.registration.walk_ins import NoPlace, let_in
from tests.conftest import Visitor, VisitorOf
from tests.registration.stage import BY, TWO_WEEKS_BEFORE, Stage, convening, more_members, person, set_stage, viewer

DOOR = "/by-all-means/convenings/2017-fall/registration/check-in"
HERE = f"{DOOR}/walk-in"


@pytest.fixture(autouse=True)
def _in_time() -> Iterator[None]:
    with time_machine.travel(TWO_WEEKS_BEFORE, tick=True):
        yield


@pytest.fixture
def stage(app: FastAPI) -> Stage:
    """A cap of two places a city."""
    return set_stage(app.state.database, cap=2)


@pytest.fixture
def staff(stage: Stage, visitor: VisitorOf) -> Visitor:
    return visitor(stage.people["staff"])


def on_record(database: Database) -> list[tuple[str, RegistrationState, bool, str | None]]:
    """(name, state, whether a walk-in, city) of each registration, in the order they were made."""
    with database.read() as db:
        rows = db.exec(select(Registration).order_by(col(Registration.id))).all()
        return [(row.person.name, row.state, row.walk_in, row.city.name if row.city else None) for row in rows]


def places(database: Database, stage: Stage) -> tuple[int, int]:
    """(taken, cap) of Oakland's own places."""
    with database.read() as db:
        row = db.exec(select(Delegation).where(Delegation.city_id == stage.cities["oakland"])).one()
        return row.taken, row.cap


def come(db: Session, stage: Stage, *who: str) -> list[Registration]:
    return [register(db, convening(db, stage), person(db, stage, one), by=BY) for one in who]


def test_who_is_on_record_is_found_first_and_comes_for_their_seat(
    database: Database, stage: Stage, staff: Visitor
) -> None:
    who = stage.people["oakland member 1"]
    assert "Nobody is looked for yet" in staff.get(HERE).text
    found = staff.get(f"{HERE}?q=oakland member").text
    assert ("Oakland Member 1" in found, "Oakland Member 2" in found, "Salem Member 1" in found) == (True, True, False)
    chosen = staff.get(f"{HERE}?q=oakland member&person={who}").text
    assert "<bdi>Member, Oakland</bdi>: 2 of 2 places free" in chosen
    for _ in range(2):  # a second tap
        assert (
            "Oakland Member 1 is here. Print one badge."
            in staff.follow(HERE, {"person": str(who), "place": "lab", "key": "one-tap-of-this-page"}).text
        )
    assert on_record(database) == [("Oakland Member 1", RegistrationState.SUBMITTED, True, "Oakland")]
    assert places(database, stage) == (1, 2)
    with database.read() as db:
        assert db.exec(select(CheckIn.way)).all() == [CheckInWay.WALK_IN]
    page = staff.get(DOOR).text
    assert "Walk-in" in page
    assert "print/badges?registration=" in page


def test_somebody_new_comes_as_a_guest_of_a_city_or_of_the_lab(
    database: Database, stage: Stage, staff: Visitor
) -> None:
    name = "Xóchitl " + "y" * 290
    staff.follow(HERE, {"name": name, "email": "X@example.org", "place": str(stage.cities["oakland"])})
    staff.follow(HERE, {"name": "A. Driver", "place": "lab"})
    assert on_record(database) == [
        (name, RegistrationState.SUBMITTED, True, "Oakland"),
        ("A. Driver", RegistrationState.SUBMITTED, True, None),
    ]
    assert places(database, stage) == (1, 2)
    said = staff.follow(HERE, {"name": "Another Name", "email": "x@EXAMPLE.org", "place": "lab"}).text
    assert f"{name} was checked in at 11:00 by Staff." in said  # the address is that person's
    assert len(on_record(database)) == 2


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"name": " ", "place": "lab"}, "Say the name."),
        ({"name": "Ana", "email": "ana", "place": "lab"}, "An e-mail address looks like name@city.gov."),
        ({"name": "Ana", "place": "99999"}, "Choose one of the list."),
        ({"name": "Ana", "place": "nowhere"}, "Choose one of the list."),
        ({"person": "99999"}, "Nobody is on record under this number."),
        ({"name": "Ana", "place": "lab", "raise_cap_of": "all"}, "Choose one of the list."),
    ],
)
def test_a_mistake_is_said_at_its_field_and_nothing_is_kept(
    typed: dict[str, str], said: str, database: Database, staff: Visitor
) -> None:
    answer = staff.post(HERE, typed)
    assert (answer.status_code, said in answer.text) == (422, True)
    assert on_record(database) == []


def test_over_the_cap_is_refused_and_only_an_organizer_raises_it_in_the_same_step(
    database: Database, stage: Stage, staff: Visitor, visitor: VisitorOf
) -> None:
    """Rule 9: never an oversell; the raise is on record, for one place, and those who wait keep their numbers."""
    with database.write() as db:
        come(db, stage, "oakland mayor", "oakland superintendent", "oakland member 1")  # the third waits
    oakland = str(stage.cities["oakland"])
    typed = {"name": "Late Guest", "email": "late@example.org", "place": oakland}
    refused = staff.post(HERE, typed)
    assert refused.status_code == 422
    assert "All 2 places of Oakland are taken." in refused.text
    assert "late@example.org" in refused.text
    assert "all 2 places taken, 1 waits" in refused.text
    assert "Raise the cap" not in refused.text
    assert staff.post(HERE, typed | {"raise_cap_of": oakland}).status_code == 422
    with database.read() as db:
        assert db.exec(select(Person).where(Person.name == "Late Guest")).all() == []
    organizer = visitor(stage.people["organizer"])
    assert "Raise the cap of Oakland by one place" in organizer.post(HERE, typed).text
    assert organizer.post(HERE, typed | {"raise_cap_of": str(stage.cities["salem"])}).status_code == 422
    assert places(database, stage) == (2, 2)
    assert "Late Guest is here." in organizer.follow(HERE, typed | {"raise_cap_of": oakland}).text
    assert places(database, stage) == (3, 3)
    with database.read() as db:
        waits = db.exec(select(Registration).where(Registration.person_id == stage.people["oakland member 1"])).one()
        assert (waits.state, waits.waiting_number) == (RegistrationState.WAITING, 1)
        raised = db.exec(select(AuditEntry).where(AuditEntry.act == "let_in", AuditEntry.subject == "delegation")).one()
        assert (raised.by, (raised.before or {})["cap"], (raised.after or {})["cap"]) == ("Organizer", 2, 3)


def test_whoever_was_expected_invited_or_had_left_stands_as_they_should(
    database: Database, stage: Stage, staff: Visitor
) -> None:
    with database.write() as db:
        expected, left = come(db, stage, "oakland mayor", "oakland superintendent")
        assert expected.state is RegistrationState.SUBMITTED
        cancel(db, left, by=BY)
        invite(db, convening(db, stage), person(db, stage, "expert"), by=BY)
    for who in ("oakland mayor", "oakland superintendent", "expert"):
        staff.follow(HERE, {"person": str(stage.people[who])})
    assert on_record(database) == [
        ("Oakland Mayor", RegistrationState.SUBMITTED, False, "Oakland"),
        ("Oakland Superintendent", RegistrationState.SUBMITTED, True, "Oakland"),
        ("Expert", RegistrationState.SUBMITTED, True, None),
    ]
    assert places(database, stage) == (2, 2)
    assert "substitutions/new" not in staff.get(f"{HERE}?q=mayor").text
    assert "?q=Oakland+Mayor" in staff.get(f"{HERE}?q=oakland mayor").text.replace("%20", "+")


def test_organizers_pass_an_expected_place_on_from_here(database: Database, stage: Stage, visitor: VisitorOf) -> None:
    """Rule 10: a late substitute needs no place of their own."""
    with database.write() as db:
        (expected,) = come(db, stage, "oakland mayor")
        number = expected.key
    found = visitor(stage.people["organizer"]).get(f"{HERE}?q=oakland mayor").text
    assert f"registration/substitutions/new?registration={number}" in found


@verb
def _turned_down(db: Session, row: Registration, *, by: Viewer) -> None:
    cancel(db, row, by=by)
    row.state = RegistrationState.TURNED_DOWN


def test_whom_the_organizers_turned_down_staff_does_not_let_in(database: Database, stage: Stage) -> None:
    with database.write() as db:
        (row,) = come(db, stage, "oakland mayor")
        _turned_down(db, row, by=BY)
        here, mayor = convening(db, stage), person(db, stage, "oakland mayor")
        with pytest.raises(Refused, match="The organizers turned Oakland Mayor down"):
            let_in(db, here, mayor, device_key="by-staff", by=viewer(db, stage, "staff"))
        let_in(db, here, mayor, device_key="by-organizer", by=viewer(db, stage, "organizer"))
        assert [made.device_key for made in db.exec(select(CheckIn))] == ["by-organizer"]


def test_twelve_walk_ins_at_once_take_two_places_and_no_more(database: Database, stage: Stage) -> None:
    """Rule 9, on transactions side by side: at doors of their own, one city's guests."""
    together = Barrier(12)

    def stand(number: int) -> bool:
        together.wait()
        try:
            with database.write() as db:
                oakland = db.get_one(City, stage.cities["oakland"])
                here = convening(db, stage)
                let_in(db, here, Newcomer(f"Guest {number}"), city=oakland, device_key=f"door {number}", by=BY)
        except NoPlace:
            return False
        return True

    with ThreadPoolExecutor(12) as pool:
        assert sum(pool.map(stand, range(12))) == 2
    assert len(on_record(database)) == 2
    assert places(database, stage) == (2, 2)
    with database.read() as db:
        assert len(db.exec(select(Person).where(col(Person.name).startswith("Guest "))).all()) == 2


def test_one_person_let_in_at_two_doors_at_once_has_one_place(database: Database, stage: Stage) -> None:
    together = Barrier(8)

    def stand(number: int) -> int:
        together.wait()
        who = ("oakland member 1", "expert")[number % 2]
        with database.write() as db:
            return let_in(db, convening(db, stage), person(db, stage, who), device_key=f"door {number}", by=BY).key

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(stand, range(8)))) == 2
    assert sorted(name for name, *_ in on_record(database)) == ["Expert", "Oakland Member 1"]
    assert places(database, stage) == (1, 2)


def test_the_page_asks_no_more_for_many_than_for_few(
    database: Database, stage: Stage, staff: Visitor, queries: list[str]
) -> None:
    counted = []
    for many in (2, 60):
        with database.write() as db:
            more_members(db, stage, "salem", many, by=BY)
            add_person(db, name=f"Salem Guest {many}", by=BY)
        staff.get(f"{HERE}?q=salem")
        queries.clear()
        staff.get(f"{HERE}?q=salem")
        counted.append(len(queries))
    assert counted[0] == counted[1]
    assert "more. Say more of the name." in staff.get(f"{HERE}?q=salem").text


@verb
def vacant_seat(db: Session, stage: Stage, role: str, city: str | None = "oakland", *, by: Viewer) -> int:
    found = db.exec(select(Role).where(Role.slug == role)).one()
    seat = Seat(
        cohort_id=stage.cohort, city_id=stage.cities[city] if city else None, role_id=found.key, label=f"Vacant {role}"
    )
    db.add(seat)
    db.flush()
    return seat.key


def test_somebody_new_takes_a_vacant_seat_at_the_door(database: Database, stage: Stage, staff: Visitor) -> None:
    """Rule 8: it is theirs from that day on, and a second one cannot have it."""
    with database.write() as db:
        seat = vacant_seat(db, stage, "member", by=BY)
    assert (
        f'<option value="seat-{seat}">Oakland, Vacant member (vacant): 2 of 2 places free'
        in staff.get(f"{HERE}?q=zz").text
    )
    said = staff.follow(HERE, {"name": "Đỗ Thị Mai", "place": f"seat-{seat}", "key": "one-tap-of-this-page"}).text
    assert "Đỗ Thị Mai is here." in said
    assert "Oakland, Vacant member" in said
    assert places(database, stage) == (1, 2)
    with database.read() as db:
        tenure = db.exec(select(Tenure).where(Tenure.seat_id == seat)).one()
        assert (tenure.person.name, tenure.starts_on.isoformat(), tenure.ends_on) == ("Đỗ Thị Mai", "2017-10-31", None)
    staff.follow(HERE, {"name": "Đỗ Thị Mai", "place": f"seat-{seat}", "key": "one-tap-of-this-page"})  # a second tap
    assert len(on_record(database)) == 1
    late = staff.post(HERE, {"name": "Late One", "place": f"seat-{seat}"})
    assert (late.status_code, "Đỗ Thị Mai holds this seat from Tue 31 Oct 2017" in late.text) == (422, True)
    with database.read() as db:
        assert db.exec(select(Person).where(Person.name == "Late One")).all() == []


def test_seats_with_rights_are_given_by_organizers_and_only_while_there_is_a_place(
    database: Database, stage: Stage, staff: Visitor, visitor: VisitorOf
) -> None:
    """Rules 5 and 9: with a mayor's seat comes the city's word."""
    with database.write() as db:
        mayor, member = (vacant_seat(db, stage, role, by=BY) for role in ("mayor", "member"))
        expert = vacant_seat(db, stage, "expert", None, by=BY)
        come(db, stage, "oakland mayor", "oakland superintendent")
    shown = staff.get(f"{HERE}?q=zz").text
    assert [f'value="seat-{seat}"' in shown for seat in (mayor, member, expert)] == [False, True, False]
    assert staff.post(HERE, {"name": "A Mayor", "place": f"seat-{mayor}"}).status_code == 422
    assert staff.post(HERE, {"name": "A Member", "place": f"seat-{member}"}).status_code == 422  # no place is left
    organizer = visitor(stage.people["organizer"])
    organizer.follow(HERE, {"name": "An Expert", "place": f"seat-{expert}"})  # the lab's, counted nowhere
    raised = {"name": "A Mayor", "place": f"seat-{mayor}", "raise_cap_of": str(stage.cities["oakland"])}
    organizer.follow(HERE, raised)
    assert places(database, stage) == (3, 3)
    with database.read() as db:
        held = db.exec(select(Tenure.seat_id).where(col(Tenure.seat_id).in_((mayor, member, expert)))).all()
    assert sorted(held) == sorted((mayor, expert))
    assert organizer.post(HERE, {"name": "Ana", "place": "seat-x"}).status_code == 422
    assert organizer.post(HERE, {"name": "Ana", "place": "seat-99999"}).status_code == 422


def test_one_vacant_seat_given_at_two_doors_at_once_is_held_by_one(database: Database, stage: Stage) -> None:
    """Rule 8, on transactions side by side."""
    with database.write() as db:
        seat = vacant_seat(db, stage, "member", by=BY)
    together = Barrier(6)

    def stand(number: int) -> bool:
        together.wait()
        try:
            with database.write() as db:
                newcomer, row = Newcomer(f"Guest {number}"), db.get_one(Seat, seat)
                let_in(db, convening(db, stage), newcomer, seat=row, device_key=f"door {number}", by=BY)
        except Refused:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(stand, range(6))) == 1
    with database.read() as db:
        assert len(db.exec(select(Tenure).where(Tenure.seat_id == seat)).all()) == 1
    assert places(database, stage) == (1, 2)
