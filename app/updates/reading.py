"""Who reads what when: before its release an update's text is its city's alone, after it the cohort's (rule 5).

Every page, letter, feed and search that shows words of an update gets them here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_
from sqlmodel import Session, col, select

from app import clock
from app.models import City, Person, Role, Seat, Standing, Tenure, Update, UpdateCycle, UpdateVersion
from app.people.policy import may
from app.people.viewer import Viewer
from app.updates.content import Content, draft_of, hide_quarantined
from app.updates.redactions import taken_out
from app.updates.versions import versions_of


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A version in the list of them: `at` is when it was released (UTC)."""

    number: int
    at: datetime
    author: str
    office: str
    note: str


@dataclass(frozen=True, slots=True)
class Page:
    """An update as somebody may read it; `version` is None for a draft, which only its city gets."""

    content: Content
    version: VersionLine | None
    versions: tuple[VersionLine, ...]

    @property
    def is_last(self) -> bool:
        return self.version is None or self.version == self.versions[-1]


def is_own_city(db: Session, update: Update, viewer: Viewer) -> bool:
    """Whether the viewer is of the update's city; an assistant who acts for one of its people is."""
    cycle = db.get_one(UpdateCycle, update.cycle_id)
    return update.city_id in viewer.city_ids(cycle.cohort_id)


def readable_update(db: Session, update: Update, viewer: Viewer, number: int | None = None) -> Page | None:
    """What the viewer may read of an update, or None: then they see its status and no word of its text.

    The last released version, or the one of that `number`, for the cohort; the draft, while nothing is released,
    for the people of the city. Organizers and lab staff get no draft (rule 5). Others get the last version alone,
    and only when its city has made it public (rule 18).
    """
    cycle = db.get_one(UpdateCycle, update.cycle_id)
    is_reader = may(viewer, "update.read", cohort_id=cycle.cohort_id)
    if not is_reader and not update.is_public:
        return None
    versions = versions_of(db, update)
    if versions:
        page = page_of(versions, number)
        if page:
            hide_quarantined(db, page.content)
        return page
    if number is None and is_own_city(db, update, viewer):
        return Page(draft_of(db, update), None, ())
    return None


def released_before(db: Session, update: Update) -> tuple[UpdateCycle, Content] | None:
    """The city's last released update before this one, to write and to read against; None for its first."""
    this = db.get_one(UpdateCycle, update.cycle_id)
    found = db.exec(
        select(UpdateCycle, UpdateVersion)
        .join(Update, col(Update.cycle_id) == UpdateCycle.id)
        .join(UpdateVersion, col(UpdateVersion.update_id) == Update.id)
        .where(
            Update.city_id == update.city_id,
            UpdateCycle.cohort_id == this.cohort_id,
            UpdateCycle.period_ends_on < this.period_ends_on,
        )
        .order_by(col(UpdateCycle.period_ends_on).desc(), col(UpdateVersion.number).desc())
        .limit(1)
    ).first()
    return (found[0], Content.model_validate(found[1].content)) if found else None


def neighbours(db: Session, update: Update) -> tuple[City | None, City | None]:
    """The cities before and after this one among the cycle's released updates, by name, round in a circle."""
    cities = db.exec(
        select(City)
        .join(Update, col(Update.city_id) == City.id)
        .where(Update.cycle_id == update.cycle_id, col(Update.released_at).is_not(None))
        .order_by(col(City.name), col(City.id))
    ).all()
    places = [city.key for city in cities]
    if update.city_id not in places or len(places) < 2:
        return None, None
    here = places.index(update.city_id)
    return cities[here - 1], cities[(here + 1) % len(cities)]


def readers(db: Session, cohort_id: int) -> list[Person]:
    """Who may read a cohort's released updates by a seat held today: everyone but its experts, by name."""
    today = clock.today("UTC")
    seated = (
        select(Tenure.person_id)
        .join(Seat, col(Seat.id) == Tenure.seat_id)
        .join(Role, col(Role.id) == Seat.role_id)
        .where(
            Seat.cohort_id == cohort_id,
            Role.standing != Standing.EXPERT,
            col(Seat.archived_at).is_(None),
            Tenure.starts_on <= today,
            or_(col(Tenure.ends_on).is_(None), col(Tenure.ends_on) >= today),
        )
    )
    return list(
        db.exec(
            select(Person)
            .where(col(Person.id).in_(seated), col(Person.archived_at).is_(None))
            .order_by(col(Person.sort_name), col(Person.id))
        )
    )


def page_of(versions: Sequence[UpdateVersion], number: int | None) -> Page | None:
    """One of an update's versions, the last unless a number is given, without what was taken out of it since."""
    chosen = next((row for row in reversed(versions) if number in (None, row.number)), None)
    if chosen is None:
        return None
    content = Content.model_validate(chosen.content)
    taken_out(content, versions, chosen.number)
    lines = tuple(VersionLine(row.number, row.created_at, row.author, row.office, row.note) for row in versions)
    return Page(content, next(line for line in lines if line.number == chosen.number), lines)
