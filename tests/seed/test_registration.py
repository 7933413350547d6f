"""Who comes to the sample's convenings."""

from collections import Counter
from datetime import timedelta

from sqlalchemy import text
from sqlmodel import Session, col, select

from app import clock
from app.database import Database
from app.models import (
    HOLDING,
    AuditEntry,
    ChoicePlaces,
    City,
    Convening,
    ConveningStage,
    Delegation,
    Person,
    PresenceWindow,
    PrivateNeeds,
    Registration,
    RegistrationState,
)
from app.people.standing_in import stand_ins
from app.registration.lodging import blocks_of, nights_taken
from app.registration.missing import Lack, lacks_among
from app.registration.questions import answers_to, questions_of
from app.registration.reminder_plan import plan
from app.registration.terms import closed_because


def next_convening(db: Session) -> Convening:
    return db.exec(select(Convening).where(Convening.stage == ConveningStage.AGENDA_PUBLISHED)).one()


def registrations(db: Session, convening: Convening) -> list[Registration]:
    of_it = select(Registration).where(Registration.convening_id == convening.key)
    return list(db.exec(of_it.order_by(col(Registration.id))))


def test_about_thirty_of_the_cities_people_are_registered_the_others_in_every_state(sample: Database) -> None:
    with sample.read() as db:
        found = registrations(db, next_convening(db))
        of_cities = Counter(one.state.value for one in found if one.city_id is not None)
        assert of_cities == {
            "submitted": 32,
            "invited": 6,
            "started": 4,
            "declined": 2,
            "waiting": 1,
            "offered": 1,
            "cancelled": 1,
            "replaced": 1,
        }


def test_registration_is_open_when_the_sample_is_shown(sample: Database, in_the_sample: object) -> None:
    with sample.read() as db:
        assert closed_because(next_convening(db)) is None


def test_places_taken_are_counted_apart_and_within_their_caps(sample: Database) -> None:
    """Rule 9, for past convenings too."""
    with sample.read() as db:
        for delegation in db.exec(select(Delegation)):
            mine = [
                one
                for one in registrations(db, delegation.convening)
                if one.city_id == delegation.city_id and one.state in HOLDING
            ]
            sponsored = sum(one.sponsored for one in mine)
            assert (delegation.taken, delegation.sponsored_taken) == (len(mine) - sponsored, sponsored)
            assert delegation.taken <= delegation.cap
            assert delegation.sponsored_taken <= delegation.sponsored_cap


def test_the_third_who_asks_for_a_sponsored_place_waits_for_it(sample: Database) -> None:
    """Rule 9."""
    with sample.read() as db:
        somerville = db.exec(select(City).where(City.slug == "somerville")).one()
        asked = [
            one for one in registrations(db, next_convening(db)) if one.city_id == somerville.key and one.sponsored
        ]
        assert [(one.person.name, one.state.value, one.waiting_number) for one in asked] == [
            ("Marie-Josée Baptiste", "submitted", None),
            ("Tenzin Dolkar", "submitted", None),
            ("Abigail Thornbury", "waiting", 1),
        ]


def test_a_substitute_has_the_seats_place_and_nothing_private(sample: Database) -> None:
    """Rule 10."""
    with sample.read() as db:
        by_name = {one.person.name: one for one in registrations(db, next_convening(db))}
        replaced, substitute = by_name["Susannah Whitlow"], by_name["Corinne Hale"]
        assert (replaced.state.value, substitute.state.value) == ("replaced", "submitted")
        assert (replaced.seat_id, replaced.city_id) == (substitute.seat_id, substitute.city_id)
        assert substitute.needs is None
        seat = stand_ins(db, next_convening(db).key).seats[substitute.person_id]
        assert seat is not None
        assert seat.seat_id == substitute.seat_id, "what is open to the seat is on their agenda"


def test_a_mayor_is_there_for_one_afternoon(sample: Database) -> None:
    """Rule 11: not there for the update of his city, at 09:00, which the draft then says."""
    with sample.read() as db:
        windows = db.exec(select(PresenceWindow).order_by(col(PresenceWindow.id))).all()
        mine = [one for one in windows if one.registration.person.name == "Anselmo Teixeira-Pires"]
        zone = next_convening(db).zone
        assert [clock.said_span(one.starts_at, one.ends_at, zone) for one in mine] == ["Tue 14 Nov, 12:30–19:00 EST"]


def test_invented_needs_are_sealed_and_in_no_audit_entry(sample: Database) -> None:
    """Rule 12."""
    with sample.read() as db:
        needs = db.exec(select(PrivateNeeds)).all()
        words = {said for one in needs for said in (one.dietary, one.access) if said}
        entries = db.exec(select(AuditEntry).where(AuditEntry.subject == "private_needs")).all()
        assert {one.registration.person.name: one.dietary for one in needs}["Jun Takahashi-Reyes"] == "vegan"
        raw = db.execute(text("SELECT dietary, access FROM private_needs"))
        stored = {cell for row in raw for cell in row if cell}
        assert stored.isdisjoint(words)
        assert len(stored) == sum(bool(said) for one in needs for said in (one.dietary, one.access))
        assert [one for one in entries if any(word in str(one.after) for word in words)] == []


def test_everyone_in_office_came_to_the_past_convenings(sample: Database) -> None:
    with sample.read() as db:
        past = db.exec(select(Convening).where(Convening.stage == ConveningStage.REPORTED)).all()
        came = {one.slug: [coming for coming in registrations(db, one) if coming.city_id is not None] for one in past}
        assert {slug: len(coming) for slug, coming in came.items()} == {
            "2016-spring": 47,
            "2016-fall": 48,
            "2017-spring": 48,
        }


def test_a_place_that_was_given_back_is_offered_to_the_next_for_two_days(sample: Database) -> None:
    """Rule 9: the third of Salem's who asked for one of its two sponsored places."""
    with sample.read() as db:
        of_it = registrations(db, next_convening(db))
        offered = [one for one in of_it if one.state is RegistrationState.OFFERED]
        assert [(one.person.name, one.sponsored) for one in offered] == [("Mei-Ling Zhou (周美玲)", True)]
        assert offered[0].offered_until is not None
        assert f"{offered[0].offered_until:%Y-%m-%d %H}" == "2017-10-26 14"


def test_people_have_said_how_they_come_answered_and_chosen_and_some_have_not(
    sample: Database, in_the_sample: object
) -> None:
    """The pages about it are alive; each registration is as the form would take it."""
    with sample.read() as db:
        here = next_convening(db)
        assert (bool(here.records_notice), bool(here.photo_notice), bool(here.minors_notice)) == (True, True, True)
        lacks = Counter(lack for missing in lacks_among(db, here, registrations(db, here)).values() for lack in missing)
        assert lacks == {Lack.FOOD: 11, Lack.QUESTIONS: 17, Lack.TRAVEL: 20, Lack.PHOTO: 1, Lack.NOTICES: 1}
        (block,) = blocks_of(db, here)
        nights = nights_taken(db, here)[block.key]
        assert (list(nights.taken.values()), nights.over) == ([9, 9], ())
        asked = questions_of(db, here)
        counts = answers_to(db, [one.key for one in asked])
        assert [(one.kind.value, one.required, counts[one.key]) for one in asked] == [
            ("yes or no", True, 23),
            ("text", False, 3),
            ("choice", False, 3),
        ]
        places = db.exec(select(ChoicePlaces).order_by(col(ChoicePlaces.session_id))).all()
        assert [(one.taken, one.cap) for one in places] == [(7, 8), (4, None), (4, 20)]
        mayor = db.exec(select(Person).where(Person.name == "Renata Villaseñor")).one()
        plans = plan(db, here)
        assert [(one.rule.kind.value, one.rule.days_before, one.idle) for one in plans] == [
            ("not started", 7, ""),
            ("incomplete", 5, ""),
            ("no travel", 10, ""),
            ("not started", 2, ""),
        ]
        assert min(letter.at for one in plans for letter in one.going) > clock.now() + timedelta(days=2)
        assert mayor.key not in {letter.person_id for letter in plans[2].going}
