"""Who comes to the sample's convenings."""

from collections import Counter

from sqlalchemy import text
from sqlmodel import Session, col, select

from app import clock
from app.database import Database
from app.models import (
    AuditEntry,
    City,
    Convening,
    ConveningStage,
    Delegation,
    PresenceWindow,
    PrivateNeeds,
    Registration,
    RegistrationState,
)
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
            "invited": 8,
            "started": 4,
            "declined": 2,
            "waiting": 1,
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
                if one.city_id == delegation.city_id and one.state is RegistrationState.SUBMITTED
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
