"""Certificates: for who was checked in and nobody else, once the convening is over, with the hours that ran then."""

from datetime import UTC, datetime

import pytest
import time_machine
from fastapi import FastAPI
from sqlmodel import Session, select

from app.models import CheckInWay, Convening, Person, PresenceWindow, Registration, RegistrationState
from app.people.audit import verb
from app.people.viewer import Viewer
from app.printing.certificate import make as make_certificates
from app.printing.documents import Wish
from app.printing.papers import Paper
from app.registration.attested import attested, ends_at
from app.registration.check_ins import check_in, undo_check_in
from app.settings import Settings
from tests.conftest import VisitorOf
from tests.printing.proof import assert_fonts_embedded, assert_nothing_overflows
from tests.printing.reading import pages
from tests.printing.running import printed

SYSTEM = Viewer.system("test")
HERE = "/by-all-means/convenings/2017-fall"
PDF = f"{HERE}/print/certificate.pdf"
DOORS = datetime(2017, 11, 14, 12, 50, tzinfo=UTC)  # 07:50 in Cambridge
AFTER = datetime(2017, 11, 17, 15, tzinfo=UTC)
NAMES = {
    "of 60 letters": "María Guadalupe Fernández de la Concepción y Montenegro Ruiz",
    "of 300 letters": ("Wilhelmina Featherstonehaugh-Montgomery " * 8)[:300].strip(),
    "Arabic": "محمد عبد الرحمن بن عبد الله",
    "Hebrew": "שרה בת־אל כהן",
    "Chinese": "张伟欧阳",
}

pytestmark = pytest.mark.usefixtures("_one_shelf_of_prints")


def fall(db: Session) -> Convening:
    return db.exec(select(Convening).where(Convening.slug == "2017-fall")).one()


def registration_of(db: Session, person_id: int) -> Registration:
    mine = select(Registration).where(Registration.convening_id == fall(db).key, Registration.person_id == person_id)
    return db.exec(mine).one()


@verb
def there(db: Session, registration: Registration, start: datetime, end: datetime, *, by: Viewer) -> None:
    for row in db.exec(select(PresenceWindow).where(PresenceWindow.registration_id == registration.key)):
        db.delete(row)
    db.add(PresenceWindow(registration_id=registration.key, starts_at=start, ends_at=end))


@verb
def called(db: Session, person: Person, name: str, *, by: Viewer) -> None:
    person.name = name


def arrive(app: FastAPI, *people: int | None, at: datetime = DOORS) -> None:
    with time_machine.travel(AFTER, tick=True), app.state.database.write() as db:
        for number in people:
            assert number is not None
            row = registration_of(db, number)
            check_in(db, row, device_key=f"door {number}", at=at, way=CheckInWay.LIST, by=SYSTEM)


def test_before_the_end_there_is_none_and_it_is_said_when(sample_app: FastAPI, sample_visitor: VisitorOf) -> None:
    mayor = sample_visitor("mayor")
    page = mayor.get(f"{HERE}/print/certificate").text
    assert "once the convening is over, Wed 15 Nov 2017 at 15:30 EST." in page
    assert mayor.get(PDF).status_code == 404


def test_who_was_checked_in_has_one_with_name_office_city_dates_and_hours(
    sample_app: FastAPI, sample_visitor: VisitorOf, in_the_sample: time_machine.Traveller
) -> None:
    in_the_sample.move_to(AFTER)
    mayor, facilitator, staff = (sample_visitor(kind) for kind in ("mayor", "facilitator", "staff"))
    arrive(sample_app, mayor.person_id, facilitator.person_id)
    pdf = printed(staff, PDF)
    with sample_app.state.database.read() as db:
        found = attested(db, fall(db))
        names = {one.key: one.name for one in db.exec(select(Person))}
    assert {one.person_id for one in found} == {mayor.person_id, facilitator.person_id}
    sheets = pages(pdf)
    assert len(sheets) == 2
    for one, sheet in zip(found, sheets, strict=True):
        who = f"{names[one.person_id]} {one.office}, {one.city}"
        assert f"{who} attended Fall 2017 convening Tue 14 Nov to Wed 15 Nov 2017" in sheet
        assert f"there for {one.hours} of its programme" in sheet
        assert "Made on Fri 17 Nov 2017" in sheet
        assert sheet.startswith("Education Redesign Lab Certificate of attendance")


def test_hours_are_those_of_the_programme_while_somebody_was_there(
    sample_app: FastAPI, sample_visitor: VisitorOf
) -> None:
    """Rule 11: from check-in on and within the window; side by side counts once, meals do not."""
    mayor, facilitator = (sample_visitor(kind).person_id for kind in ("mayor", "facilitator"))
    assert mayor is not None
    with sample_app.state.database.write() as db:
        start, end = (datetime(2017, 11, 14, hour, 30, tzinfo=UTC) for hour in (18, 20))  # 13:30 to 15:30
        there(db, registration_of(db, mayor), start, end, by=SYSTEM)
    arrive(sample_app, mayor, at=DOORS)
    arrive(sample_app, facilitator, at=datetime(2017, 11, 15, 19, 45, tzinfo=UTC))  # for the last 45 minutes
    with sample_app.state.database.read() as db:
        told = {one.person_id: (one.minutes, one.hours) for one in attested(db, fall(db))}
    assert told == {mayor: (75 + 35, "1½ hours"), facilitator: (45, "")}


def test_each_prints_their_own_a_facilitator_the_citys_and_nobody_anothers(
    sample_app: FastAPI, sample_visitor: VisitorOf, in_the_sample: time_machine.Traveller
) -> None:
    in_the_sample.move_to(AFTER)
    mayor, facilitator, staff = (sample_visitor(kind) for kind in ("mayor", "facilitator", "staff"))
    arrive(sample_app, mayor.person_id, facilitator.person_id)
    with sample_app.state.database.read() as db:
        city = {one.person_id: one.city_slug for one in attested(db, fall(db))}[facilitator.person_id or 0]
        names = {one.key: one.name for one in db.exec(select(Person))}
    assert [names[mayor.person_id or 0] in page for page in pages(printed(mayor, PDF))] == [True]
    assert len(pages(printed(facilitator, f"{PDF}?city={city}"))) == 2
    assert mayor.get(f"{PDF}?person={facilitator.person_id}").status_code == 404
    other = "salem" if city != "salem" else "oakland"
    assert facilitator.get(f"{PDF}?city={other}").status_code == 404
    assert staff.get(f"{PDF}?person={staff.person_id}").status_code == 404, "was not checked in"
    with sample_app.state.database.write() as db:
        undo_check_in(db, registration_of(db, mayor.person_id or 0), by=SYSTEM)
    assert mayor.get(PDF).status_code == 404


@pytest.mark.parametrize("kind", NAMES)
def test_names_of_every_kind_have_room_on_one_page(kind: str, sample_app: FastAPI, sample_visitor: VisitorOf) -> None:
    mayor = sample_visitor("mayor").person_id
    assert mayor is not None
    arrive(sample_app, mayor)
    with sample_app.state.database.write() as db:
        called(db, db.get_one(Person, mayor), NAMES[kind], by=SYSTEM)
    with sample_app.state.database.read() as db:
        wish = Wish(fall(db), SYSTEM, Settings(), Paper.A4, at=AFTER)
        pdf = make_certificates(db, wish).set()
    assert len(pages(pdf)) == 1
    assert_nothing_overflows(pdf)
    assert_fonts_embedded(pdf)


def test_queries_do_not_grow_with_people(sample_app: FastAPI, queries: list[str]) -> None:
    counted = []
    with sample_app.state.database.read() as db:
        rows = db.exec(
            select(Registration).where(
                Registration.convening_id == fall(db).key, Registration.state == RegistrationState.SUBMITTED
            )
        ).all()
        everybody = [row.person_id for row in rows]
    for some in (everybody[:2], everybody[2:]):
        arrive(sample_app, *some)
        with sample_app.state.database.read() as db:
            convening = fall(db)
            assert convening.cohort.name
            queries.clear()
            attested(db, convening)
            ends_at(db, convening)
            counted.append(len(queries))
    assert counted[0] == counted[1]
