"""Rule 8: tenures of a seat never overlap, are never deleted, and a successor comes after the predecessor."""

from collections.abc import Iterator
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from app.database import Database
from app.models import AuditEntry, Person, Seat, Tenure
from app.people.audit import Refused, verb
from app.people.tenures import Term, end_tenure, give_seat, hand_over, holder_on
from app.people.viewer import Viewer
from tests.people.rows import BY, NOVEMBER, SPRING, found, seat


@pytest.fixture
def db(database: Database) -> Iterator[Session]:
    with database.write() as db:
        yield db


@pytest.fixture
def newton(db: Session) -> tuple[Seat, Person, Person]:
    """A mayor's seat, its holder since spring 2016, and the mayor-elect."""
    town = found(db, by=BY)
    holder = seat(db, town, "Ruth Adler", "Salem", "mayor", by=BY)
    elect = seat(db, town, "Tomás Nuñez", "Oakland", "facilitator", by=BY)
    return town.seats["Salem", "mayor"], holder, elect


def tenures(db: Session, of: Seat) -> list[tuple[str, date, date | None]]:
    rows = db.exec(select(Tenure).where(Tenure.seat_id == of.key).order_by(col(Tenure.starts_on)))
    return [(row.person.name, row.starts_on, row.ends_on) for row in rows]


def test_rule_8_a_second_holder_on_the_same_days_is_refused_by_name(
    db: Session, newton: tuple[Seat, Person, Person]
) -> None:
    mayor, _, elect = newton
    with pytest.raises(Refused, match="Ruth Adler holds this seat from Sun 1 May 2016 with no last day") as refused:
        give_seat(db, mayor, elect, Term(date(2018, 1, 1)), by=BY)
    assert refused.value.field == "starts_on"
    assert tenures(db, mayor) == [("Ruth Adler", SPRING, None)]


def test_rule_8_the_last_day_of_one_and_the_first_of_the_next_may_not_be_the_same(
    db: Session, newton: tuple[Seat, Person, Person]
) -> None:
    mayor, _, elect = newton
    end_tenure(db, tenures_of(db, mayor)[0], ends_on=date(2017, 12, 31), by=BY)
    with pytest.raises(Refused):
        give_seat(db, mayor, elect, Term(date(2017, 12, 31)), by=BY)
    give_seat(db, mayor, elect, Term(date(2018, 1, 1)), by=BY)
    assert tenures(db, mayor) == [
        ("Ruth Adler", SPRING, date(2017, 12, 31)),
        ("Tomás Nuñez", date(2018, 1, 1), None),
    ]


def test_handing_over_ends_the_predecessor_the_day_before(db: Session, newton: tuple[Seat, Person, Person]) -> None:
    mayor, _, elect = newton
    hand_over(db, mayor, elect, Term(date(2018, 1, 1)), by=BY)
    assert tenures(db, mayor) == [
        ("Ruth Adler", SPRING, date(2017, 12, 31)),
        ("Tomás Nuñez", date(2018, 1, 1), None),
    ]
    assert holder_on(db, mayor, date(2017, 12, 31)).person.name == "Ruth Adler"  # type: ignore[union-attr]
    assert holder_on(db, mayor, date(2018, 1, 1)).person.name == "Tomás Nuñez"  # type: ignore[union-attr]


def test_handing_over_twice_is_refused_and_changes_nothing(db: Session, newton: tuple[Seat, Person, Person]) -> None:
    mayor, _, elect = newton
    hand_over(db, mayor, elect, Term(date(2018, 1, 1)), by=BY)
    with pytest.raises(Refused, match="Tomás Nuñez holds this seat on that day already"):
        hand_over(db, mayor, elect, Term(date(2018, 2, 1)), by=BY)
    assert len(tenures(db, mayor)) == 2


def test_handing_over_on_the_predecessors_first_day_is_refused(
    db: Session, newton: tuple[Seat, Person, Person]
) -> None:
    mayor, _, elect = newton
    with pytest.raises(Refused, match="took this seat on the same day"):
        hand_over(db, mayor, elect, Term(SPRING), by=BY)
    assert tenures(db, mayor) == [("Ruth Adler", SPRING, None)]


def test_a_refused_handover_to_a_later_clash_leaves_the_predecessor_in_office(
    db: Session, newton: tuple[Seat, Person, Person]
) -> None:
    mayor, holder, elect = newton
    end_tenure(db, tenures_of(db, mayor)[0], ends_on=date(2017, 6, 30), by=BY)
    give_seat(db, mayor, holder, Term(date(2018, 1, 1)), by=BY)
    with pytest.raises(Refused, match="Ruth Adler holds this seat from Mon 1 Jan 2018"):
        hand_over(db, mayor, elect, Term(date(2017, 6, 1)), by=BY)
    assert tenures(db, mayor)[0] == ("Ruth Adler", SPRING, date(2017, 6, 30))


def test_an_end_before_the_beginning_is_refused(db: Session, newton: tuple[Seat, Person, Person]) -> None:
    mayor, _, elect = newton
    with pytest.raises(Refused, match="cannot be earlier"):
        end_tenure(db, tenures_of(db, mayor)[0], ends_on=date(2016, 4, 30), by=BY)
    with pytest.raises(Refused, match="The last day comes before the first"):
        give_seat(db, mayor, elect, Term(date(2015, 2, 1), ends_on=date(2015, 1, 1)), by=BY)


def test_an_end_may_be_moved_but_not_over_the_successor(db: Session, newton: tuple[Seat, Person, Person]) -> None:
    mayor, _, elect = newton
    hand_over(db, mayor, elect, Term(date(2018, 1, 1)), by=BY)
    first = tenures_of(db, mayor)[0]
    end_tenure(db, first, ends_on=date(2017, 11, 30), by=BY)
    with pytest.raises(Refused, match="Tomás Nuñez holds this seat"):
        end_tenure(db, first, ends_on=date(2018, 1, 15), by=BY)
    assert tenures(db, mayor)[0] == ("Ruth Adler", SPRING, date(2017, 11, 30))


def test_a_seat_is_filled_interim_or_vacant_by_the_day(db: Session, newton: tuple[Seat, Person, Person]) -> None:
    mayor, _, elect = newton
    end_tenure(db, tenures_of(db, mayor)[0], ends_on=date(2017, 11, 30), by=BY)
    give_seat(db, mayor, elect, Term(date(2018, 1, 1), interim=True, title="Acting mayor"), by=BY)
    held = [holder_on(db, mayor, day) for day in (NOVEMBER, date(2017, 12, 15), date(2018, 1, 1))]
    assert [tenure and tenure.interim for tenure in held] == [False, None, True]


def test_a_handover_is_on_record_as_one_act_with_before_and_after(
    db: Session, newton: tuple[Seat, Person, Person]
) -> None:
    mayor, holder, elect = newton
    hand_over(db, mayor, elect, Term(date(2018, 1, 1)), by=BY)
    entries = db.exec(select(AuditEntry).where(AuditEntry.act == "hand_over").order_by(col(AuditEntry.id))).all()
    assert [(entry.subject, entry.before, (entry.after or {}).get("person_id")) for entry in entries] == [
        ("tenure", {"ends_on": None}, None),
        ("tenure", None, elect.key),
    ]
    assert entries[0].after == {"ends_on": "2017-12-31"}
    assert holder.key != elect.key


@verb
def meet(db: Session, person: Person, *, by: Viewer) -> Person:
    db.add(person)
    return person


days = st.integers(0, 40).map(lambda number: date.fromordinal(date(2017, 1, 1).toordinal() + number))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wishes=st.lists(st.tuples(days, st.none() | days), max_size=8))
def test_rule_8_whatever_is_asked_for_no_day_has_two_holders(
    database: Database, wishes: list[tuple[date, date | None]]
) -> None:
    with database.write() as db:
        town = found(db, by=BY)
        person = meet(db, Person(name="Anybody"), by=BY)
        seat_ = town.seats["Salem", "mayor"]
        for starts_on, ends_on in wishes:
            try:
                give_seat(db, seat_, person, Term(starts_on, ends_on=ends_on), by=BY)
            except Refused:
                continue
        held = tenures_of(db, seat_)
        for day in (date.fromordinal(date(2017, 1, 1).toordinal() + number) for number in range(45)):
            assert sum(one.held_on(day) for one in held) <= 1
        db.rollback()  # each example begins from nothing


def tenures_of(db: Session, of: Seat) -> list[Tenure]:
    return list(db.exec(select(Tenure).where(Tenure.seat_id == of.key).order_by(col(Tenure.starts_on))))
