"""Letters about readers' marks: one to a city for all that came within the hour, one to an author for all answers."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, update
from sqlmodel import Session, col, select

from app import clock
from app.database import Database
from app.mailing.outbox import Letter, enqueue_all
from app.models import (
    Assistance,
    City,
    Cohort,
    MarkKind,
    Person,
    Role,
    Seat,
    Standing,
    Tenure,
    Update,
    UpdateCycle,
    UpdateMark,
)
from app.people.quiet import awake
from app.settings import Settings

GATHERED = timedelta(hours=1)
"""How long a mark waits for others, so that a city has one letter and not one each; and one that is taken back at once
is never told."""

TO_CITY = (
    col(UpdateMark.told_at).is_(None),
    col(UpdateMark.archived_at).is_(None),
    col(UpdateMark.quarantined_at).is_(None),
)
TO_AUTHOR = (
    col(UpdateMark.answer_told_at).is_(None),
    col(UpdateMark.answered_at).is_not(None),
    col(UpdateMark.archived_at).is_(None),
    col(UpdateMark.quarantined_at).is_(None),
)


@dataclass(frozen=True, slots=True)
class Told:
    """A mark with what a letter says of it."""

    mark: UpdateMark
    author: Person
    city: City
    cycle: UpdateCycle
    cohort: Cohort


def send_mark_letters(database: Database, settings: Settings) -> int:
    """Write the letters that are due; how many. Nights and weekends of the city are quiet. Two workers at once write
    each once: what is told is taken in the same transaction."""
    with database.read() as db:
        if not (_due_cities(db) or _due_authors(db)):
            return 0
    with database.write() as db:
        return _to_cities(db, settings) + _to_authors(db, settings)


def _due_cities(db: Session) -> dict[int, list[Told]]:
    """The updates with marks that their cities have not heard of, once the first has waited and nobody sleeps there."""
    found: dict[int, list[Told]] = defaultdict(list)
    for one in _marks(db, TO_CITY):
        found[one.mark.update_id].append(one)
    now = clock.now()
    return {number: told for number, told in found.items() if _is_due(told[0].mark.created_at, told[0].city.zone, now)}


def _due_authors(db: Session) -> dict[int, list[Told]]:
    """The people with answers that they have not heard of."""
    found: dict[int, list[Told]] = defaultdict(list)
    for one in _marks(db, TO_AUTHOR):
        found[one.author.key].append(one)
    now = clock.now()
    return {
        number: told
        for number, told in found.items()
        if any(_is_due(one.mark.answered_at or now, one.author.zone or one.cohort.zone, now) for one in told)
    }


def _is_due(first: datetime, zone: str, now: datetime) -> bool:
    return awake(first + GATHERED, zone) <= now and awake(now, zone) <= now


def _marks(db: Session, wanted: Sequence[ColumnElement[bool]]) -> list[Told]:
    rows = db.exec(
        select(UpdateMark, Person, City, UpdateCycle, Cohort)  # type: ignore[call-overload]
        .join(Person, col(Person.id) == UpdateMark.person_id)
        .join(Update, col(Update.id) == UpdateMark.update_id)
        .join(City, col(City.id) == Update.city_id)
        .join(UpdateCycle, col(UpdateCycle.id) == Update.cycle_id)
        .join(Cohort, col(Cohort.id) == UpdateCycle.cohort_id)
        .where(*wanted)
        .order_by(col(UpdateMark.created_at), col(UpdateMark.id))
    ).all()
    return [Told(*row) for row in rows]


def _take(db: Session, told: Sequence[Told], column: str) -> list[Told]:
    """Of these, those that this transaction is the first to tell."""
    taken = []
    for one in told:
        done = db.execute(
            update(UpdateMark)
            .where(col(UpdateMark.id) == one.mark.key, getattr(UpdateMark, column).is_(None))
            .values({column: clock.now()})
            .execution_options(synchronize_session=False)
        )
        if done.rowcount == 1:  # type: ignore[attr-defined]
            taken.append(one)
    return taken


def _to_cities(db: Session, settings: Settings) -> int:
    written = 0
    for told in _due_cities(db).values():
        taken = _take(db, told, "told_at")
        if not taken:
            continue
        first = taken[0]
        place = f"{settings.address}/{first.cohort.slug}/updates/{first.cycle.slug}/{first.city.slug}"
        count = len(taken)
        what = "a reader has left something" if count == 1 else f"readers have left {count} things"
        lines = "\n\n".join(_said(one) for one in taken)
        letters = [
            Letter(
                person_id=person.key,
                name=person.name,
                email=person.email,
                subject=f"{first.city.name}’s update for {first.cycle.title}: {what}",
                text=(
                    f"Dear {person.name},\n\n{what} at {first.city.name}’s update for {first.cycle.title}:\n\n"
                    f"{lines}\n\nAnswer here; a sentence is enough, and the cohort reads it:\n\n{place}#marks\n"
                ),
                purpose="update-marks",
                unique_key=f"update-marks:{first.mark.update_id}:{taken[-1].mark.key}:{person.key}",
            )
            for person in _people_of(db, first.cohort.key, first.city.key)
            if person.email
        ]
        written += enqueue_all(db, letters)
    return written


def _said(one: Told) -> str:
    who = ", ".join(filter(None, (one.author.name, one.mark.office)))
    if one.mark.kind is MarkKind.QUESTION:
        return f"{who}, asks:\n{one.mark.text}"
    return f"{who}, can help" + (f":\n{one.mark.text}" if one.mark.text else ".")


def _to_authors(db: Session, settings: Settings) -> int:
    letters = []
    for told in _due_authors(db).values():
        taken = _take(db, told, "answer_told_at")
        if not taken or not taken[0].author.email:
            continue
        author = taken[0].author
        cities = ", ".join(dict.fromkeys(one.city.name for one in taken))
        answers = "\n\n".join(
            f"{one.city.name}, {one.mark.answered_as}:\n{one.mark.answer}\n"
            f"{settings.address}/{one.cohort.slug}/updates/{one.cycle.slug}/{one.city.slug}#mark-{one.mark.key}"
            for one in taken
        )
        letters.append(
            Letter(
                person_id=author.key,
                name=author.name,
                email=author.email or "",
                subject=f"{cities} answered you",
                text=f"Dear {author.name},\n\nto what you left at their updates, these cities answer:\n\n{answers}\n",
                purpose="update-mark-answers",
                unique_key=f"update-mark-answers:{taken[-1].mark.key}:{author.key}:"
                f"{(taken[-1].mark.answered_at or clock.now()).isoformat()}",
            )
        )
    return enqueue_all(db, letters)


def _people_of(db: Session, cohort_id: int, city_id: int) -> Sequence[Person]:
    """A city's mayor and facilitator of today, and who assists the mayor."""
    today = clock.today("UTC")
    held = (Tenure.starts_on <= today, or_(col(Tenure.ends_on).is_(None), col(Tenure.ends_on) >= today))
    seated = (
        select(Tenure.person_id)
        .join(Seat, col(Seat.id) == Tenure.seat_id)
        .join(Role, col(Role.id) == Seat.role_id)
        .where(Seat.cohort_id == cohort_id, Seat.city_id == city_id, col(Seat.archived_at).is_(None), *held)
    )
    mayors = seated.where(Role.standing == Standing.MAYOR)
    assisting = select(Assistance.assistant_id).where(
        col(Assistance.principal_id).in_(mayors),
        Assistance.starts_on <= today,
        or_(col(Assistance.ends_on).is_(None), col(Assistance.ends_on) >= today),
    )
    chosen = seated.where(col(Role.standing).in_((Standing.MAYOR, Standing.FACILITATOR)))
    return db.exec(
        select(Person)
        .where(
            or_(col(Person.id).in_(chosen), col(Person.id).in_(assisting)),
            col(Person.archived_at).is_(None),
        )
        .order_by(col(Person.id))
    ).all()
