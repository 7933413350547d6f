"""Bringing people and seats in: each row by the verbs of people/, so that its refusals (rule 8) are said by line."""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from sqlalchemy.orm import selectinload
from sqlmodel import Session, col, select

from app import clock
from app.database import Database
from app.exchange.imports import IMPORTER, Result, file_bytes
from app.exchange.matching import People
from app.exchange.reading import Problem
from app.exchange.roster_table import ReadRoster, ReadTenure, read_roster
from app.models import City, Cohort, Membership, Person, Role, Seat, Standing, Tenure
from app.models.base import relation
from app.people.audit import Refused, verb
from app.people.cities import add_city
from app.people.cohorts import add_role, add_seat, roles_of
from app.people.directory import add_person, edit_person
from app.people.names import plain
from app.people.tenures import Term, end_tenure, give_seat
from app.people.viewer import Viewer
from app.updates.cycles import owe_newcomers

STANDINGS = {
    "mayor": Standing.MAYOR,
    "superintendent": Standing.SUPERINTENDENT,
    "facilitator": Standing.FACILITATOR,
    "consultant": Standing.FACILITATOR,
    "expert": Standing.EXPERT,
    "speaker": Standing.EXPERT,
}
"""What a role that a file brings may do, by a word of its name; organizer and staff are never given by a file."""


@dataclass(slots=True)
class RosterOutcome:
    """What came of a roster: what each row did, in words, and what was refused, by row."""

    done: list[Problem] = field(default_factory=list)
    unchanged: int = 0
    problems: list[Problem] = field(default_factory=list)
    notes: tuple[Problem, ...] = ()

    @property
    def lines(self) -> list[str]:
        summary = f"{len(self.done)} new or changed, {self.unchanged} unchanged, {len(self.problems)} not taken."
        return [
            summary,
            *map(str, self.done),
            *(f"Note: {note}" for note in self.notes),
            *(f"Not taken: {problem}" for problem in self.problems),
        ]


def import_roster(
    database: Database, path: Path, cohort_slug: str, *, strict: bool = False, megabytes: int = 20
) -> Result:
    """Bring a file's people and seats into a cohort, in one transaction; with `strict`, all of it or nothing.

    Raises Unreadable for a file that is no roster, Refused for an unknown cohort or (strict) an incomplete file.
    """
    read = read_roster(file_bytes(path, megabytes), megabytes=megabytes)
    with database.write() as db:
        cohort = db.exec(select(Cohort).where(Cohort.slug == cohort_slug)).first()
        if cohort is None:
            raise Refused(f"There is no cohort “{cohort_slug}”.")
        db.info["cohort_id"] = cohort.key
        outcome = take_roster(db, cohort, read, keep="nothing" if strict else "readable", by=IMPORTER)
    return Result(tuple(outcome.lines), complete=not outcome.problems)


class _Rehearsed(Exception):
    """Thrown at the end of a rehearsal, so that nothing of it stays."""


def rehearse_roster(database: Database, cohort_id: int, read: ReadRoster, *, by: Viewer) -> RosterOutcome:
    """What `take_roster` would do, found out by doing it in a transaction of its own that is then given up."""
    outcome = RosterOutcome()
    with suppress(_Rehearsed), database.write() as db:
        outcome = take_roster(db, db.get_one(Cohort, cohort_id), read, by=by)
        raise _Rehearsed
    return outcome


@verb
def take_roster(db: Session, cohort: Cohort, read: ReadRoster, *, keep: str = "readable", by: Viewer) -> RosterOutcome:
    """Make the people, cities, roles, seats and tenures of a roster that are not there yet.

    A row that is refused leaves nothing behind, and the others stand; with `keep` "nothing" one such row refuses
    all. Rows that end a tenure come first, so that a predecessor's end makes room for a successor.
    """
    taking = _Taking(db, cohort, read, by)
    outcome = RosterOutcome(problems=list(read.problems), notes=read.notes)
    for row in sorted(read.rows, key=lambda row: (row.ends_on is None, row.starts_on or date.min)):
        try:
            with db.begin_nested():
                done = taking.row(row)
                db.flush()
        except Refused as refusal:
            outcome.problems.append(Problem(row.where, refusal.sentence))
            continue
        if done:
            outcome.done.append(Problem(row.where, f"{row.name}: {', '.join(done)}"))
        else:
            outcome.unchanged += 1
    outcome.problems.sort(key=lambda problem: int(problem.where.removeprefix("row ") or 0))
    outcome.done.sort(key=lambda done: int(done.where.removeprefix("row ")))
    if outcome.problems and keep == "nothing":
        count, first = len(outcome.problems), outcome.problems[0]
        rows = "one row" if count == 1 else f"{count} rows, the first of them"
        raise Refused(f"Nothing was imported, because of {rows}: {first}")
    owe_newcomers(db, cohort, by=by)
    return outcome


class _Taking:
    """Takes one row after the other; each says what it did in a few words."""

    def __init__(self, db: Session, cohort: Cohort, read: ReadRoster, by: Viewer) -> None:
        self.db = db
        self.cohort = cohort
        self.read = read
        self.by = by
        self.today = clock.today(cohort.zone)

    def row(self, row: ReadTenure) -> list[str]:
        done: list[str] = []
        person = self._person(row, done)
        if not row.role:
            if row.city:
                raise Refused("A seat needs a role, such as mayor or facilitator.")
            return done
        city = self._city(row, done)
        role = self._role(row, done)
        seats = self._seats(city, role)
        held = _held_already(row, person, seats, self.today)
        if held is not None:
            return done + self._settled(row, held)
        starts_on = row.starts_on or self.today
        if row.ends_on is not None and row.ends_on < starts_on:
            raise Refused("The last day comes before the first.")
        seat = next((seat for seat in seats if _is_free(seat, starts_on, row.ends_on)), None)
        if seat is None and (city is None or len(seats) < self.read.at_once(row.city, row.role)):
            seat = add_seat(self.db, self.cohort, role, city=city, in_cabinet=city is not None, by=self.by)
            self.db.flush()
            done.append("new seat")
        term = Term(starts_on, row.ends_on, row.interim, row.title)
        give_seat(self.db, seat or seats[0], person, term, by=self.by)
        place = f"{role.name}, {city.name}" if city else role.name
        return [*done, f"{place}, from {clock.said_day(starts_on, year=True)}"]

    def _person(self, row: ReadTenure, done: list[str]) -> Person:
        """Who the row means: by address, else by a name that the cohort has once, else somebody new."""
        people = People.of(self.db, self.cohort.key, [row.email])
        person = people.by_email.get(row.email) if row.email else None
        if person is None:
            alike = [one for one in people.by_name.get(plain(row.name), []) if not (row.email and one.email)]
            if len(alike) > 1:
                raise Refused(f"{len(alike)} people are called {row.name}. Add the e-mail address.")
            person = alike[0] if alike else None
        if person is None:
            done.append("new person")
            person = add_person(
                self.db, name=row.name, email=row.email, zone=row.zone, organization=row.organization, by=self.by
            )
            self.db.flush()
            return person
        said = {
            "email": row.email or person.email or "",
            "zone": row.zone or person.zone or "",
            "organization": row.organization or person.organization,
        }
        changed = [name for name, value in said.items() if value != (getattr(person, name) or "")]
        if changed:
            edit_person(self.db, person, name=person.name, by=self.by, **said)
            done.append(f"{' and '.join(changed)} changed")
        return person

    def _city(self, row: ReadTenure, done: list[str]) -> City | None:
        """The row's city, which joins the cohort where it is not of it; None for the lab."""
        if not row.city or plain(row.city) in ("lab", "the lab", plain(self.cohort.lab_name)):
            return None
        joined_on = row.starts_on or self.cohort.starts_on or self.today
        name = plain(row.city)
        city = next((city for city in self.db.exec(select(City)) if name in (plain(city.name), city.slug)), None)
        if city is None:
            done.append(f"new city {row.city}")
            city = add_city(
                self.db, self.cohort, name=row.city, state=row.state, zone="", joined_on=joined_on, by=self.by
            )
            self.db.flush()
            return city
        here = select(Membership.id).where(Membership.cohort_id == self.cohort.key, Membership.city_id == city.key)
        if self.db.exec(here).first() is None:
            done.append(f"{city.name} joins")
            self.db.add(Membership(cohort_id=self.cohort.key, city_id=city.key, joined_on=joined_on))
        return city

    def _role(self, row: ReadTenure, done: list[str]) -> Role:
        name = plain(row.role)
        for role in roles_of(self.db, self.cohort.key):
            if name in (plain(role.name), plain(role.plural), role.slug):
                return role
        done.append(f"new role {row.role}")
        standing = next((standing for word, standing in STANDINGS.items() if name == word), Standing.MEMBER)
        role = add_role(self.db, self.cohort, name=row.role, standing=standing, by=self.by)
        self.db.flush()
        return role

    def _seats(self, city: City | None, role: Role) -> list[Seat]:
        return list(
            self.db.exec(
                select(Seat)
                .where(
                    Seat.cohort_id == self.cohort.key,
                    Seat.role_id == role.key,
                    Seat.city_id == (city.key if city else None),
                    col(Seat.archived_at).is_(None),
                )
                .order_by(col(Seat.position), col(Seat.id))
                .options(selectinload(relation(Seat.tenures)))
                .execution_options(populate_existing=True)
            )
        )

    def _settled(self, row: ReadTenure, tenure: Tenure) -> list[str]:
        """Make a tenure that stands already end, or be called, as the row says."""
        done = []
        if row.ends_on is not None and row.ends_on != tenure.ends_on:
            end_tenure(self.db, tenure, ends_on=row.ends_on, by=self.by)
            done.append(f"until {clock.said_day(row.ends_on, year=True)}")
        if row.title and row.title != tenure.title:
            tenure.title = row.title
            done.append(f"title {row.title}")
        if row.interim and not tenure.interim:
            tenure.interim = True
            done.append("interim")
        return done


def _held_already(row: ReadTenure, person: Person, seats: list[Seat], today: date) -> Tenure | None:
    """The person's own tenure that the row means: of the same first day, or today's where the row says none."""
    mine = [tenure for seat in seats for tenure in seat.tenures if tenure.person_id == person.key]
    if row.starts_on is not None:
        return next((tenure for tenure in mine if tenure.starts_on == row.starts_on), None)
    return next((tenure for tenure in mine if tenure.held_on(today)), None)


def _is_free(seat: Seat, starts_on: date, ends_on: date | None) -> bool:
    last = ends_on or date.max
    return all(one.starts_on > last or (one.ends_on or date.max) < starts_on for one in seat.tenures)
