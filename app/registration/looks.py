"""Looks at private needs: organizers' alone, and each is on record with who, when and what was looked at (rule 12)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlmodel import Session, col, or_, select

from app.agenda.chasing import speakers_access
from app.models import AuditEntry, City, Convening, Person, PrivateNeeds, Registration, RegistrationState
from app.people.audit import Refused, verb
from app.people.names import matches
from app.people.viewer import Viewer

SPEAKER = "Speaker"
"""What stands in the place of a city beside needs that came by a speaker's link."""


class Shown(StrEnum):
    """What of the needs is shown."""

    ALL = "all"
    FOOD = "food"
    ACCESS = "access"


LOOKS = {
    "look_at_needs": "food and access",
    "look_at_food": "food",
    "look_at_access": "access",
    "look_at_access_report": "access, by session and room",
    "look_at_emergency_contacts": "emergency contacts",
    "look_at_one_emergency_contact": "one emergency contact",
    "look_at_names_for_caterer": "names and diets for the caterer",
}
"""The acts under which looks are recorded, and what was then seen."""

_ACT = {Shown.ALL: "look_at_needs", Shown.FOOD: "look_at_food", Shown.ACCESS: "look_at_access"}


@dataclass(frozen=True, slots=True)
class PersonNeeds:
    """What one person asks for, as organizers read it. An empty text says: nothing."""

    person: str
    city: str
    dietary: str
    access: str


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to call when something happens to a person; both empty until they are to be seen."""

    registration_id: int
    person: str
    city: str
    is_named: bool
    name: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """One look on record: `what` in words, at a UTC instant."""

    by: str
    at: datetime
    what: str
    people: int
    whose: str


@verb
def look_at_needs(
    db: Session, convening: Convening, *, show: Shown = Shown.ALL, words: str = "", by: Viewer
) -> list[PersonNeeds]:
    """The needs of all who have a place, by city and name, then those of speakers; the look itself goes on record.

    Refused to everyone but organizers: the one check that does not wait for the route. `words` are looked for in
    names, cities and what was said.
    """
    refuse_others(convening, by)
    rows = db.exec(
        select(PrivateNeeds, Person.name, City.name)
        .join(Registration, col(Registration.id) == PrivateNeeds.registration_id)
        .join(Person, col(Person.id) == Registration.person_id)
        .outerjoin(City, col(City.id) == Registration.city_id)
        .where(Registration.convening_id == convening.key, Registration.state == RegistrationState.SUBMITTED)
        .order_by(col(City.name), Person.sort_name, Person.name)
    )
    found = [PersonNeeds(person, city or "", needs.dietary, needs.access) for needs, person, city in rows]
    found += [PersonNeeds(name, SPEAKER, "", access) for name, access in speakers_access(db, convening, by)]
    seen = [
        PersonNeeds(
            one.person,
            one.city,
            one.dietary if show is not Shown.ACCESS else "",
            one.access if show is not Shown.FOOD else "",
        )
        for one in found
    ]
    shown = [
        one
        for one in seen
        if (one.dietary or one.access) and matches(words, one.person, one.city or "Lab", one.dietary, one.access)
    ]
    note_look(db, convening, _ACT[show], len(shown), by)
    return shown


def contacts(db: Session, convening: Convening, *, words: str = "") -> list[Contact]:
    """All who have a place and whether they name whom to call, without telling whom. One query."""
    named = or_(PrivateNeeds.emergency_name != "", PrivateNeeds.emergency_phone != "")
    rows = db.exec(
        select(Registration, Person.name, City.name, named)
        .join(Person, col(Person.id) == Registration.person_id)
        .outerjoin(City, col(City.id) == Registration.city_id)
        .outerjoin(PrivateNeeds, col(PrivateNeeds.registration_id) == Registration.id)
        .where(Registration.convening_id == convening.key, Registration.state == RegistrationState.SUBMITTED)
        .order_by(Person.sort_name, Person.name)
    )
    return [
        Contact(registration.key, person, city or "", bool(is_named))
        for registration, person, city, is_named in rows
        if matches(words, person, city or "Lab")
    ]


@verb
def look_at_emergency_contacts(
    db: Session, convening: Convening, *, of: int | None = None, by: Viewer
) -> dict[int, Contact]:
    """Registration id → whom to call: of one registration, or of all who have a place; the look goes on record, with
    the name where it is one person's. A look of its own: it is needed when something has happened, and not before."""
    refuse_others(convening, by)
    wanted = (
        select(PrivateNeeds, Person.name, City.name)
        .join(Registration, col(Registration.id) == PrivateNeeds.registration_id)
        .join(Person, col(Person.id) == Registration.person_id)
        .outerjoin(City, col(City.id) == Registration.city_id)
        .where(Registration.convening_id == convening.key, Registration.state == RegistrationState.SUBMITTED)
        .order_by(Person.sort_name, Person.name)
    )
    rows = db.exec(wanted if of is None else wanted.where(Registration.id == of))
    found = {
        needs.registration_id: Contact(
            needs.registration_id, person, city or "", True, needs.emergency_name, needs.emergency_phone
        )
        for needs, person, city in rows
        if needs.emergency_name or needs.emergency_phone
    }
    if of is None:
        note_look(db, convening, "look_at_emergency_contacts", len(found), by)
    elif of in found:
        note_look(db, convening, "look_at_one_emergency_contact", 1, by, whose=found[of].person)
    return found


@verb
def note_names_given(db: Session, convening: Convening, people: int, *, by: Viewer) -> None:
    """Put on record that the names of people and their diets were shown for the caterer."""
    note_look(db, convening, "look_at_names_for_caterer", people, by)


def looks_on_record(db: Session, convening: Convening, *, most: int = 20) -> list[Look]:
    """The latest looks at the needs of a convening, newest first."""
    entries = db.exec(
        select(AuditEntry)
        .where(
            AuditEntry.subject == "convening",
            AuditEntry.subject_id == convening.key,
            col(AuditEntry.act).in_(LOOKS),
        )
        .order_by(col(AuditEntry.id).desc())
        .limit(most)
    )
    return [
        Look(
            entry.by,
            entry.created_at,
            LOOKS[entry.act],
            int((entry.after or {}).get("people", 0)),
            str((entry.after or {}).get("whose", "")),
        )
        for entry in entries
    ]


def refuse_others(convening: Convening, by: Viewer) -> None:
    """Private needs are the organizers' alone to look at: the one check that does not wait for the route."""
    if not by.is_organizer(convening.cohort_id):
        raise Refused("Private needs are for the organizers only.")


def note_look(db: Session, convening: Convening, act: str, people: int, by: Viewer, *, whose: str = "") -> None:
    """Put a look on record, by one of LOOKS, with how many people's needs were seen. Inside a verb."""
    db.add(
        AuditEntry(
            by_id=by.actor_id,
            by=by.actor_name,
            cohort_id=convening.cohort_id,
            act=act,
            subject="convening",
            subject_id=convening.key,
            after={"people": people, **({"whose": whose} if whose else {})},
        )
    )
