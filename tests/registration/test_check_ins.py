"""Check-in on the day: once, undone, sent again by a device that was offline, and the arrivals by city."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from sqlmodel import Session, select

from app import clock
from app.database import Database
from app.models import AuditEntry, CheckIn, CheckInWay, Registration
from app.people.audit import Refused
from app.registration.check_ins import CityArrivals, arrivals, check_in, undo_check_in
from app.registration.registrations import invite, register
from app.registration.substitutions import substitute
from tests.registration.stage import BY, Stage, convening, person

AT = datetime(2017, 10, 31, 14, 55, tzinfo=UTC)


def _coming(db: Session, stage: Stage, who: str = "oakland mayor") -> Registration:
    return register(db, convening(db, stage), person(db, stage, who), by=BY)


def _arrive(db: Session, registration: Registration, key: str, at: datetime = AT) -> CheckIn:
    return check_in(db, registration, device_key=key, at=at, way=CheckInWay.LIST, by=BY)


def test_two_devices_check_in_one_person_and_the_first_stands(database: Database, stage: Stage) -> None:
    with database.write() as db:
        mayor = _coming(db, stage)
        assert [_arrive(db, mayor, key).device_key for key in ("one", "two", "one")] == ["one", "one", "one"]
        assert [(row.device_key, row.at) for row in db.exec(select(CheckIn))] == [("one", AT)]


def test_eight_devices_at_the_same_moment_make_one_check_in_and_all_are_told_of_it(
    database: Database, stage: Stage
) -> None:
    """Own sessions, started together; on PostgreSQL these are transactions side by side. Undone at once, likewise."""
    with database.write() as db:
        people = [_coming(db, stage, who).key for who in ("oakland mayor", "expert")]  # counted in a city, and not
    together = Barrier(8)

    def tap(device: int) -> tuple[str, ...]:
        together.wait()
        told = []
        for number in people if device % 2 else reversed(people):
            with database.write() as db:
                told.append((number, _arrive(db, db.get_one(Registration, number), f"device {device} {number}").key))
        return tuple(str(key) for _, key in sorted(told))

    with ThreadPoolExecutor(8) as pool:
        told = set(pool.map(tap, range(8)))
    with database.read() as db:
        rows = db.exec(select(CheckIn).order_by(CheckIn.registration_id)).all()  # type: ignore[arg-type]
        assert [row.registration_id for row in rows] == sorted(people)
        assert told == {tuple(str(row.key) for row in rows)}
        acts = db.exec(select(AuditEntry.act).where(AuditEntry.subject == "check_in")).all()
        assert acts == ["check_in", "check_in"]

    def undo(_device: int) -> None:
        together.wait()
        with database.write() as db:
            undo_check_in(db, db.get_one(Registration, people[0]), by=BY)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(undo, range(8)))
    with database.read() as db:
        acts = db.exec(select(AuditEntry.act).where(AuditEntry.act == "undo_check_in")).all()
        assert acts == ["undo_check_in"]


def test_what_was_undone_meanwhile_stays_undone_when_a_device_sends_it_again(database: Database, stage: Stage) -> None:
    with database.write() as db:
        mayor = _coming(db, stage)
        _arrive(db, mayor, "one")
        undo_check_in(db, mayor, by=BY)
        undo_check_in(db, mayor, by=BY)
        assert _arrive(db, mayor, "one").undone_at is not None
        assert _arrive(db, mayor, "two").undone_at is None


def test_a_key_sent_for_another_person_is_refused(database: Database, stage: Stage) -> None:
    with database.write() as db:
        _arrive(db, _coming(db, stage), "one")
        with pytest.raises(Refused):
            _arrive(db, _coming(db, stage, "salem mayor"), "one")


def test_who_has_no_confirmed_place_is_refused(database: Database, stage: Stage) -> None:
    with database.write() as db:
        invited = invite(db, convening(db, stage), person(db, stage, "oakland mayor"), by=BY)
        with pytest.raises(Refused):
            _arrive(db, invited, "one")


def test_the_old_badge_says_who_comes_instead_and_the_new_one_is_good(database: Database, stage: Stage) -> None:
    """Rule 10: a late substitute arrives."""
    with database.write() as db:
        mayor = _coming(db, stage)
        coming = substitute(db, mayor, person(db, stage, "oakland member 1"), by=BY).substitution.coming
        with pytest.raises(Refused, match="Oakland Mayor is replaced by Oakland Member 1"):
            _arrive(db, mayor, "one")
        assert _arrive(db, coming, "two").device_key == "two"
        assert arrivals(db, convening(db, stage)) == (CityArrivals("Oakland", 1, 1, ()),)


def test_a_device_whose_clock_is_fast_arrives_now(database: Database, stage: Stage) -> None:
    with database.write() as db:
        before = clock.now()
        at = _arrive(db, _coming(db, stage), "one", before + timedelta(hours=3)).at
        assert before <= at <= clock.now()


def test_arrivals_name_the_seats_that_are_missing(database: Database, stage: Stage) -> None:
    with database.write() as db:
        _arrive(db, _coming(db, stage), "one")
        _coming(db, stage, "oakland superintendent")
        _coming(db, stage, "salem mayor")
        assert arrivals(db, convening(db, stage)) == (
            CityArrivals("Oakland", 2, 1, ("Superintendent",)),
            CityArrivals("Salem", 1, 0, ("Mayor",)),
        )
