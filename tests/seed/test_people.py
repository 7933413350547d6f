"""The sample's people: eight seats a city, and the changes of office that a cohort has to survive."""

from collections import Counter
from datetime import date
from itertools import pairwise

from sqlmodel import Session, col, select

from app.database import Database
from app.models import Assistance, City, Person, Seat, Standing, Tenure
from app.people.tenures import holder_on

SHOWN = date(2017, 10, 24)


def seat(db: Session, city: str, role: str) -> Seat:
    seats = db.exec(select(Seat).join(City, col(City.id) == Seat.city_id).where(City.slug == city))
    return next(one for one in seats if one.role.slug == role)


def holder(db: Session, city: str, role: str, on: date) -> str:
    tenure = holder_on(db, seat(db, city, role), on)
    return tenure.person.name if tenure else "nobody"


def test_six_cities_have_the_same_eight_seats(sample: Database) -> None:
    with sample.read() as db:
        seats = db.exec(select(Seat).where(col(Seat.city_id).is_not(None))).all()
        by_city = {
            city.name: sorted(one.role.slug for one in seats if one.city_id == city.key)
            for city in db.exec(select(City))
        }
        assert sorted(by_city) == ["Louisville", "Newton", "Oakland", "Providence", "Salem", "Somerville"]
        assert {tuple(roles) for roles in by_city.values()} == {
            (
                "data-lead",
                "education-lead",
                "facilitator",
                "health-human-services",
                "mayor",
                "out-of-school",
                "philanthropy",
                "superintendent",
            )
        }


def test_the_lab_has_two_organizers_two_researchers_and_its_experts(sample: Database) -> None:
    with sample.read() as db:
        lab = db.exec(select(Seat).where(col(Seat.city_id).is_(None)))
        assert Counter(one.role.standing for one in lab) == {
            Standing.ORGANIZER: 2,
            Standing.STAFF: 2,
            Standing.EXPERT: 6,
        }


def test_tenures_of_a_seat_never_overlap(sample: Database) -> None:
    """Rule 8."""
    with sample.read() as db:
        for one in db.exec(select(Seat)):
            for earlier, later in pairwise(one.tenures):
                assert earlier.ends_on is not None
                assert earlier.ends_on < later.starts_on


def test_nobody_ever_holds_two_seats(sample: Database) -> None:
    with sample.read() as db:
        for person in db.exec(select(Person)):
            assert len({tenure.seat_id for tenure in person.tenures}) <= 1, person.name


def test_newton_has_a_mayor_elect_who_takes_office_with_the_new_year(sample: Database) -> None:
    with sample.read() as db:
        assert holder(db, "newton", "mayor", date(2017, 12, 31)) == "Jonathan Feldscher"
        assert holder(db, "newton", "mayor", date(2018, 1, 1)) == "Charlotte Abramowicz"


def test_louisville_has_an_acting_superintendent(sample: Database) -> None:
    with sample.read() as db:
        tenure = holder_on(db, seat(db, "louisville", "superintendent"), SHOWN)
        assert tenure is not None
        assert (tenure.interim, tenure.title) == (True, "Acting superintendent")


def test_one_seat_is_vacant_when_the_sample_is_shown(sample: Database) -> None:
    with sample.read() as db:
        vacant = [one for one in db.exec(select(Seat)) if holder_on(db, one, SHOWN) is None]
        assert [(one.city.name, one.role.slug) for one in vacant if one.city] == [("Providence", "data-lead")]
        assert len(vacant) == 1


def test_five_seats_have_had_an_earlier_holder_and_one_was_empty_between_two(sample: Database) -> None:
    with sample.read() as db:
        over = db.exec(select(Tenure).where(col(Tenure.ends_on) < SHOWN).order_by(col(Tenure.ends_on))).all()
        assert [(one.seat.city.name, one.person.name) for one in over if one.seat.city] == [
            ("Somerville", "Fergus Halloran"),
            ("Salem", "Gwendolyn Pell"),
            ("Oakland", "Bertrand Lyle"),
            ("Louisville", "Lucinda Farrow"),
            ("Newton", "Winifred Greeley"),
            ("Providence", "Grace Abernathy-Cole"),
        ]
        assert holder(db, "somerville", "health-human-services", date(2017, 1, 1)) == "nobody"


def test_two_assistants_act_for_a_mayor_and_a_superintendent(sample: Database) -> None:
    with sample.read() as db:
        found = db.exec(select(Assistance).order_by(col(Assistance.id))).all()
        assert [(one.assistant.name, one.principal.tenures[0].seat.role.slug) for one in found] == [
            ("DeAndre Whitfield", "mayor"),
            ("Carolyn Beausoleil", "superintendent"),
        ]


def test_every_address_is_one_that_belongs_to_nobody_and_is_written_as_sign_in_looks_it_up(sample: Database) -> None:
    with sample.read() as db:
        addresses = [person.email or "" for person in db.exec(select(Person))]
        assert [one for one in addresses if not one.endswith(".example.org") or one != one.lower()] == []
