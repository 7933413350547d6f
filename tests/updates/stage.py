"""Two cities that write to each other, another cohort that must not hear of it, and everybody's eyes."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlmodel import Session, select

from app.database import Database
from app.models import (
    AnswerState,
    Assistance,
    City,
    Cohort,
    Commitment,
    Designation,
    Membership,
    Person,
    Role,
    Seat,
    SectionKind,
    Standing,
    Tenure,
    Update,
    UpdateCycle,
    UpdateSection,
    UpdateText,
)
from app.people.audit import verb
from app.people.viewer import Viewer, viewer_of
from app.updates.approval import approve_update, send_to_mayor
from app.updates.commitments import add_commitment, answer_commitment
from app.updates.content import draft_of
from app.updates.cycles import find_cycle, find_update, open_cycle
from app.updates.releases import release_update
from app.updates.sections import SectionPlan
from app.updates.writing import write_section
from tests.staged import built_once

SYSTEM = Viewer.system("test")
SECTIONS = (
    SectionPlan("narrative", "What happened"),
    SectionPlan("ask", "Our ask", kind=SectionKind.ASK),
    SectionPlan("more", "More", required=False),
)
SPRING: dict[str, Any] = {
    "slug": "spring",
    "title": "Spring 2017",
    "period": (date(2016, 11, 17), date(2017, 5, 17)),
    "due_on": date(2017, 4, 27),
}
FALL: dict[str, Any] = {
    "slug": "fall",
    "title": "Fall 2017",
    "period": (date(2017, 5, 18), date(2017, 11, 15)),
    "due_on": date(2017, 10, 27),
}

CITIES = {"oakland": "America/Los_Angeles", "salem": "America/New_York"}
OF_A_CITY = (Standing.MAYOR, Standing.SUPERINTENDENT, Standing.FACILITATOR, Standing.MEMBER)
OF_THE_LAB = (Standing.ORGANIZER, Standing.STAFF, Standing.EXPERT)


@dataclass(frozen=True)
class Stage:
    """Ids by name: cities by slug; people "oakland/mayor", "lab/organizer", "elsewhere/organizer",
    "oakland/assistant" (of the mayor), "oakland/designee" (a member on record for the mayor)."""

    database: Database
    cohort_id: int
    cities: dict[str, int] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)

    def viewer(self, db: Session, name: str) -> Viewer:
        """The person of that name today; the assistant is always acting for the mayor."""
        acting_for = self.people["oakland/mayor"] if name == "oakland/assistant" else None
        return viewer_of(db, self.people[name], acting_for=acting_for)

    def cycle(self, db: Session, slug: str = "fall") -> UpdateCycle:
        cycle = find_cycle(db, self.cohort_id, slug)
        assert cycle is not None
        return cycle

    def update(self, db: Session, city: str = "oakland", cycle: str = "fall") -> Update:
        update = find_update(db, self.cycle(db, cycle), self.cities[city])
        assert update is not None
        return update

    def section(self, db: Session, slug: str = "narrative", cycle: str = "fall") -> UpdateSection:
        return next(section for section in self.cycle(db, cycle).sections if section.slug == slug)

    def write(self, db: Session, update: Update, slug: str, body: str, *, by: Viewer = SYSTEM) -> UpdateText:
        """Write a section upon whatever is there."""
        section = next(section for section in update.cycle.sections if section.slug == slug)
        there = db.exec(
            select(UpdateText).where(UpdateText.update_id == update.key, UpdateText.section_id == section.key)
        ).first()
        return write_section(db, update, section, body=body, revision=there.revision if there else 0, by=by)

    def fill(self, db: Session, update: Update, words: str = "Words") -> None:
        """Write what is required and answer everything."""
        self.write(db, update, "narrative", f"{words} of the narrative")
        self.write(db, update, "ask", f"{words} of the ask")
        for answer in draft_of(db, update).answers:
            commitment = db.get_one(Commitment, answer.commitment)
            answer_commitment(db, update, commitment, state=AnswerState.DONE, note=f"{words} of the answer", by=SYSTEM)

    def approve(self, db: Session, update: Update, *, who: str = "oakland/mayor") -> None:
        send_to_mayor(db, update, by=SYSTEM)
        approve_update(db, update, seen=draft_of(db, update).stamp, by=self.viewer(db, who))

    def release(self, db: Session, update: Update, words: str = "Words", promise: str = "") -> None:
        """All the way, by the program itself."""
        self.fill(db, update, words)
        if promise:
            add_commitment(db, update, text=promise, due_on=date(2017, 9, 1), measure_stage="Child outcomes", by=SYSTEM)
        approve_update(db, update, by=SYSTEM)
        release_update(db, update, by=SYSTEM)


@verb
def people_of(db: Session, stage: Stage, slug: str, standings: tuple[Standing, ...], *, by: Viewer) -> None:
    """One seat of each standing, held since 2016, in a city or (another slug) in the lab."""
    for standing in standings:
        role = db.exec(select(Role).where(Role.cohort_id == stage.cohort_id, Role.standing == standing)).one()
        seat = Seat(cohort_id=stage.cohort_id, city_id=stage.cities.get(slug), role_id=role.key)
        name = f"{slug}/{standing.value}"
        person = Person(name=f"{standing.value.capitalize()} of {slug}", email=f"{standing.value}@{slug}.example")
        db.add(seat)
        db.add(person)
        db.flush()
        db.add(Tenure(seat_id=seat.key, person_id=person.key, starts_on=date(2016, 1, 1)))
        stage.people[name] = person.key


@verb
def found(db: Session, database: Database, slug: str, cities: dict[str, str], *, by: Viewer) -> Stage:
    cohort = Cohort(slug=slug, name=slug.replace("-", " ").title(), zone="America/New_York")
    db.add(cohort)
    db.flush()
    stage = Stage(database, cohort.key)
    for standing in (*OF_A_CITY, *OF_THE_LAB):
        db.add(
            Role(
                cohort_id=cohort.key,
                slug=standing.value,
                name=standing.value.capitalize(),
                plural=f"{standing.value}s",
                standing=standing,
            )
        )
    for city_slug, zone in cities.items():
        city = City(slug=city_slug, name=city_slug.replace("-", " ").title(), zone=zone)
        db.add(city)
        db.flush()
        db.add(Membership(cohort_id=cohort.key, city_id=city.key, joined_on=date(2016, 1, 1)))
        stage.cities[city_slug] = city.key
    return stage


@verb
def assist(db: Session, stage: Stage, *, by: Viewer) -> None:
    """Oakland's mayor has an assistant, and its member is on record as designee."""
    mayor = db.exec(select(Tenure).where(Tenure.person_id == stage.people["oakland/mayor"])).one()
    assistant = Person(name="Assistant of oakland", email="assistant@oakland.example")
    db.add(assistant)
    db.flush()
    stage.people["oakland/assistant"] = assistant.key
    stage.people["oakland/designee"] = stage.people["oakland/superintendent"]
    db.add(Assistance(assistant_id=assistant.key, principal_id=mayor.person_id, starts_on=date(2016, 1, 1)))
    db.add(Designation(seat_id=mayor.seat_id, person_id=stage.people["oakland/designee"], starts_on=date(2017, 10, 1)))


def set_stage(database: Database) -> Stage:
    """Oakland and Salem with a spring and a fall cycle, nothing written; and another cohort, "elsewhere"."""
    with database.write() as db:
        return _set(db, database)


@built_once
def _set(db: Session, database: Database) -> Stage:
    stage = found(db, database, "by-all-means", CITIES, by=SYSTEM)
    for city in CITIES:
        people_of(db, stage, city, OF_A_CITY, by=SYSTEM)
    people_of(db, stage, "lab", OF_THE_LAB, by=SYSTEM)
    assist(db, stage, by=SYSTEM)
    other = found(db, database, "elsewhere", {"tulsa": "America/Chicago"}, by=SYSTEM)
    people_of(db, other, "tulsa", OF_A_CITY, by=SYSTEM)
    people_of(db, other, "elsewhere", OF_THE_LAB, by=SYSTEM)
    stage.people.update(other.people)
    cohort = db.get_one(Cohort, stage.cohort_id)
    open_cycle(db, cohort, **SPRING, sections=SECTIONS, by=SYSTEM)
    open_cycle(db, cohort, **FALL, by=SYSTEM)
    return stage
