"""Private needs: food and access. Organizers read them, each look on record; the caterer gets counts (rule 12).

Never on badges, feeds, rosters or in logs; purged a set number of days after the convening, unless on legal
hold. The person sees and changes their own. Whoever types needs for another (facilitator, assistant) sees
afterwards that they were answered, not what.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlmodel import Session, col, select

from app import clock
from app.agenda.chasing import speakers_access
from app.agenda.speakers import forget_access
from app.models import AuditEntry, City, Convening, Person, PrivateNeeds, Registration, RegistrationState
from app.people.audit import Refused, verb
from app.people.ticks import read_ticked, write_ticked
from app.people.viewer import Viewer

DIETS = ("vegetarian", "vegan", "halal", "kosher", "gluten-free", "dairy-free", "no nuts", "no shellfish")
"""What a caterer counts. Whatever else a person writes stands on a line of its own."""


SPEAKER = "Speaker"
"""What stands in the place of a city beside needs that came by a speaker's link."""


@dataclass(frozen=True, slots=True)
class PersonNeeds:
    """What one person asks for, as organizers read it. An empty text says: nothing."""

    person: str
    city: str
    dietary: str
    access: str


@dataclass(frozen=True, slots=True)
class CatererCounts:
    """How many have a place, how many of them have answered, and how many ask for what; nobody's name."""

    coming: int
    answered: int
    diets: tuple[tuple[str, int], ...]
    own_words: int


def write_dietary(diets: Sequence[str], words: str) -> str:
    """The known diets and a person's own words as one text: a line of diets, then the words."""
    return write_ticked(DIETS, diets, words)


def read_dietary(text: str) -> tuple[tuple[str, ...], str]:
    """What `write_dietary` wrote: the known diets, and the words."""
    return read_ticked(DIETS, text)


def keep_needs(
    registration: Registration,
    *,
    dietary: str | None = None,
    access: str | None = None,
    emergency_name: str | None = None,
    emergency_phone: str | None = None,
    name_to_caterer: bool | None = None,
) -> None:
    """Put what was answered into the registration; None leaves what is there. Called inside a verb."""
    said = {
        "dietary": dietary,
        "access": access,
        "emergency_name": emergency_name,
        "emergency_phone": emergency_phone,
        "name_to_caterer": name_to_caterer,
    }
    kept = {name: value for name, value in said.items() if value is not None}
    if not kept:
        return
    if registration.needs is None:
        registration.needs = PrivateNeeds(registration_id=registration.key)
    for name, value in kept.items():
        setattr(registration.needs, name, value)
    if dietary is not None or access is not None:
        registration.needs.answered = True


def needs_answered(registration: Registration | None) -> bool:
    """Whether a person has answered about food and access, be it with "nothing"."""
    return registration is not None and registration.needs is not None and registration.needs.answered


def answered_among(db: Session, registrations: Iterable[Registration]) -> set[int]:
    """The ids of registrations whose food and access were answered; what they say stays where it is. One query."""
    numbers = [row.key for row in registrations]
    rows = select(PrivateNeeds.registration_id).where(
        col(PrivateNeeds.registration_id).in_(numbers), col(PrivateNeeds.answered).is_(True)
    )
    return set(db.exec(rows))


def reachable_among(db: Session, registrations: Iterable[Registration]) -> set[int]:
    """The ids of registrations that name whom to call in an emergency; whom stays where it is. One query."""
    numbers = [row.key for row in registrations]
    rows = select(PrivateNeeds.registration_id).where(
        col(PrivateNeeds.registration_id).in_(numbers), PrivateNeeds.emergency_phone != ""
    )
    return set(db.exec(rows))


@verb
def look_at_needs(db: Session, convening: Convening, *, by: Viewer) -> list[PersonNeeds]:
    """The needs of all who have a place, by city and name, then those of speakers; the look itself goes on record.

    Refused to everyone but organizers: the one check that does not wait for the route.
    """
    if not by.is_organizer(convening.cohort_id):
        raise Refused("Food and access needs are for the organizers only.")
    rows = db.exec(
        select(PrivateNeeds, Person.name, City.name)
        .join(Registration, col(Registration.id) == PrivateNeeds.registration_id)
        .join(Person, col(Person.id) == Registration.person_id)
        .outerjoin(City, col(City.id) == Registration.city_id)
        .where(Registration.convening_id == convening.key, Registration.state == RegistrationState.SUBMITTED)
        .order_by(col(City.name), Person.sort_name, Person.name)
    )
    found = [
        PersonNeeds(person, city or "", needs.dietary, needs.access)
        for needs, person, city in rows
        if needs.dietary or needs.access
    ]
    found += [PersonNeeds(name, SPEAKER, "", access) for name, access in speakers_access(db, convening, by)]
    db.add(
        AuditEntry(
            by_id=by.actor_id,
            by=by.actor_name,
            cohort_id=convening.cohort_id,
            act="look_at_needs",
            subject="convening",
            subject_id=convening.key,
            after={"people": len(found)},
        )
    )
    return found


def caterer_counts(db: Session, convening: Convening) -> CatererCounts:
    """Counts over those who have a place. One query."""
    texts = db.exec(
        select(PrivateNeeds.answered, PrivateNeeds.dietary)
        .select_from(Registration)
        .outerjoin(PrivateNeeds, col(PrivateNeeds.registration_id) == Registration.id)
        .where(Registration.convening_id == convening.key, Registration.state == RegistrationState.SUBMITTED)
    ).all()
    counts: Counter[str] = Counter()
    own_words = 0
    for _, text in texts:
        diets, words = read_dietary(text or "")
        counts.update(diet for diet in diets if diet)
        own_words += bool(words)
    return CatererCounts(
        coming=len(texts),
        answered=sum(bool(answered) for answered, _ in texts),
        diets=tuple((diet, counts[diet]) for diet in DIETS if counts[diet]),
        own_words=own_words,
    )


def looks_on_record(db: Session, convening: Convening, *, most: int = 20) -> list[AuditEntry]:
    """The latest looks at the needs of a convening, newest first."""
    return list(
        db.exec(
            select(AuditEntry)
            .where(
                AuditEntry.subject == "convening",
                AuditEntry.subject_id == convening.key,
                AuditEntry.act == "look_at_needs",
            )
            .order_by(col(AuditEntry.id).desc())
            .limit(most)
        )
    )


def purge_due_on(convening: Convening) -> date:
    """The day on which the needs of a convening are to go, in its zone."""
    return convening.ends_on + timedelta(days=convening.purge_days)


@verb
def purge_private_needs(db: Session, convening: Convening, *, on: date | None = None, by: Viewer) -> int:
    """Delete the needs of a convening whose day has come by `on` (today in its zone), unless on legal hold; those
    of its speakers too.

    Returns how many people's needs went; 0 before the day, so that a job may ask daily. That they were
    answered and purged stays in the audit log, what they said does not.
    """
    if convening.legal_hold or (on or clock.today(convening.zone)) < purge_due_on(convening):
        return 0
    rows = db.exec(
        select(PrivateNeeds)
        .join(Registration, col(Registration.id) == PrivateNeeds.registration_id)
        .where(Registration.convening_id == convening.key)
    ).all()
    for needs in rows:
        db.delete(needs)
    return len(rows) + forget_access(db, convening)
