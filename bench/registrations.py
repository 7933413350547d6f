"""Registrations a second, by the verb and by hand, in turn, on one SQLite file with the settings that are shipped.

By hand is what no registration can be had for less, as four prepared statements on the bare driver in one transaction
(BEGIN IMMEDIATE … COMMIT): the UPDATE of the delegation that compares the count with the cap, the INSERT of the
registration, the UPDATE of the revision and the INSERT of the audit entry with the row as JSON. It looks nothing up:
not the office, not whether registration is open, not whether the person is registered already. Its writers wait
for each other as SQLite has them wait.
"""

import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from uuid import uuid4

from sqlmodel import Session, select

from app import clock
from app.database import Database
from app.models import (
    City,
    Cohort,
    Convening,
    ConveningStage,
    Membership,
    Person,
    Role,
    Seat,
    Standing,
    Tenure,
)
from app.models.registration import new_code
from app.people.audit import verb
from app.people.viewer import Viewer, viewer_of
from app.registration.delegations import open_delegations
from app.registration.registrations import register
from app.schema import migrate

PEOPLE, ROUNDS, WRITERS = 96, 7, 16
Registers = Callable[[int, int], None]
"""Registers the person of a number at the convening of a number."""


@dataclass(frozen=True)
class Compared:
    """Medians over rounds: registrations a second, their ratio, and the 99th percentile of ours in milliseconds."""

    ours: float
    by_hand: float
    ratio: float
    p99: float


def registrations() -> tuple[Compared, Compared]:
    """One after the other, and sixteen writers at once."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder, 'plenary.db')}")
        migrate(database)
        with database.write() as db:
            cohort, people = _team(db, by=Viewer.system("bench"))
        by_verb, by_hand = _by_verb(database, people), _by_hand(database)
        try:
            return tuple(  # type: ignore[return-value]
                _compared(database, cohort, people, by_verb, by_hand, writers) for writers in (1, WRITERS)
            )
        finally:
            database.dispose()


def _compared(
    database: Database, cohort: int, people: Sequence[int], by_verb: Registers, by_hand: Registers, writers: int
) -> Compared:
    ours, theirs, waits = [], [], []
    for number in range(ROUNDS + 1):
        took = _timed(by_verb, _convening(database, cohort), people, writers)
        bare = _timed(by_hand, _convening(database, cohort), people, writers)
        if number:  # the first is for warming up
            ours.append(len(people) / took.seconds)
            theirs.append(len(people) / bare.seconds)
            waits += took.waits
    ratio = statistics.median(one / other for one, other in zip(ours, theirs, strict=True))
    return Compared(statistics.median(ours), statistics.median(theirs), ratio, sorted(waits)[int(len(waits) * 0.99)])


@dataclass(frozen=True)
class _Took:
    seconds: float
    waits: list[float]


def _timed(act: Registers, convening: int, people: Sequence[int], writers: int) -> _Took:
    def one(person: int) -> float:
        began = time.perf_counter()
        act(convening, person)
        return (time.perf_counter() - began) * 1000

    with ThreadPoolExecutor(writers) as pool:
        began = time.perf_counter()
        waits = list(pool.map(one, people))
        return _Took(time.perf_counter() - began, waits)


def _by_verb(database: Database, people: Sequence[int]) -> Registers:
    with database.read() as db:
        by = viewer_of(db, people[0])

    def act(convening: int, person: int) -> None:
        with database.write() as db:
            register(db, db.get_one(Convening, convening), db.get_one(Person, person), by=by)

    return act


def _by_hand(database: Database) -> Registers:
    with database.read() as db:
        city, seats = db.exec(select(City.id)).one(), dict(db.exec(select(Tenure.person_id, Tenure.seat_id)).all())

    def act(convening: int, person: int) -> None:
        moment = clock.now().strftime("%Y-%m-%d %H:%M:%S.%f")
        code = new_code()
        row = {
            "created_at": moment,
            "convening_id": convening,
            "person_id": person,
            "city_id": city,
            "seat_id": seats[person],
            "state": "submitted",
            "submitted_at": moment,
        }
        connection = database.engine.raw_connection()
        try:
            ask = connection.cursor().execute
            ask("BEGIN IMMEDIATE")
            took = ask(
                "UPDATE delegation SET taken = taken + 1 WHERE convening_id = ? AND city_id = ? AND taken < cap",
                (convening, city),
            )
            assert took.rowcount == 1
            made = ask(
                "INSERT INTO registration (created_at, convening_id, person_id, city_id, seat_id, state, submitted_at,"
                " sponsored, walk_in, code, reason) VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0, ?, '')",
                (*row.values(), code),
            )
            ask("UPDATE revision SET number = number + 1 WHERE id = 1")
            ask(
                'INSERT INTO audit_entry (created_at, by_id, "by", convening_id, turn, act, subject, subject_id,'
                " \"after\", reason) VALUES (?, ?, ?, ?, ?, 'register', 'registration', ?, ?, '')",
                (moment, person, "By hand", convening, uuid4().hex, made.lastrowid, json.dumps(row)),
            )
            ask("COMMIT")
        finally:
            connection.close()

    return act


_slugs: Iterator[int] = count()


def _convening(database: Database, cohort: int) -> int:
    """A convening that is open, with places for all."""
    with database.write() as db:
        return _announce(db, cohort, by=Viewer.system("bench"))


@verb
def _announce(db: Session, cohort: int, *, by: Viewer) -> int:
    starts = clock.today("UTC") + timedelta(days=30)
    convening = Convening(
        cohort_id=cohort,
        slug=f"round-{next(_slugs)}",
        title="A round",
        starts_on=starts,
        ends_on=starts,
        stage=ConveningStage.REGISTRATION_OPEN,
        delegation_cap=PEOPLE,
    )
    db.add(convening)
    db.flush()
    open_delegations(db, convening, by=by)
    return convening.key


@verb
def _team(db: Session, *, by: Viewer) -> tuple[int, list[int]]:
    """A city with a large team: the cohort's number, and the people's."""
    cohort, city = Cohort(slug="cohort", name="Cohort"), City(slug="city", name="City")
    people = [Person(name=f"Member {number}", sort_name=f"Member {number}") for number in range(PEOPLE)]
    db.add_all([cohort, city, *people])
    db.flush()
    role = Role(cohort_id=cohort.key, slug="member", name="Member", plural="Members", standing=Standing.MEMBER)
    db.add_all([role, Membership(cohort_id=cohort.key, city_id=city.key, joined_on=date(2016, 1, 1))])
    db.flush()
    seats = [Seat(cohort_id=cohort.key, city_id=city.key, role_id=role.key) for _ in people]
    db.add_all(seats)
    db.flush()
    db.add_all(
        Tenure(seat_id=seat.key, person_id=person.key, starts_on=date(2016, 1, 1))
        for seat, person in zip(seats, people, strict=True)
    )
    return cohort.key, [person.key for person in people]
