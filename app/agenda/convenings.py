"""Making a convening and changing what it is: dates, zone, theme, minimums, and how far it has come."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlmodel import Session, col, select

from app import clock
from app.gatherings.changes import note_change
from app.models import AgendaSession, Cohort, Convening, ConveningStage, Venue
from app.people.audit import Refused, verb
from app.people.names import checked_name, slug_of
from app.people.prose import as_written
from app.people.viewer import Viewer

LONGEST = timedelta(days=30)
LONGEST_WALK = 120
LONGEST_GOALS = 5000
RESERVED = frozenset({"import", "new"})
"""Words that are addresses beside a convening's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConveningDetails:
    """All that an organizer says of a convening. Days are included, and are those of `zone`.

    The minimums (rule 4) are minutes over the whole convening; 0 sets none. `walking_minutes` is what one needs from
    one building to another (rule 1).
    """

    title: str
    starts_on: date
    ends_on: date
    zone: str
    slug: str = ""
    theme: str = ""
    goals: str = ""
    stage: ConveningStage = ConveningStage.CONCEPT
    venue_id: int | None = None
    delegation_cap: int = 10
    sponsored_cap: int = 2
    team_minutes: int = 0
    unstructured_minutes: int = 0
    mayor_minutes: int = 0
    superintendent_minutes: int = 0
    walking_minutes: int = 5


COLUMNS = tuple(name for name in ConveningDetails.__dataclass_fields__ if name != "slug")
NUMBERS = tuple(name for name in COLUMNS if name.endswith(("_cap", "_minutes")))


@verb
def create_convening(db: Session, cohort: Cohort, details: ConveningDetails, *, by: Viewer) -> Convening:
    """A convening of the cohort at an address of its own, made of its title unless one is given."""
    _check(db, details)
    slug = _free_slug(db, cohort, details)
    convening = Convening(cohort_id=cohort.key, slug=slug, **_values(details))
    db.add(convening)
    return convening


@verb
def change_convening(db: Session, convening: Convening, to: ConveningDetails, *, by: Viewer) -> Convening:
    """Change what is said of a convening; its address stays. In another zone its sessions keep their wall times.

    Refused where placed sessions would be left more than a day outside the new days.
    """
    _check(db, to)
    _check_sessions_inside(db, convening, to)
    moved_from = convening.zone if convening.zone != to.zone else None
    for name, value in _values(to).items():
        setattr(convening, name, value)
    if moved_from is not None:
        _keep_wall_times(db, convening, moved_from)
    return convening


def details_of(convening: Convening) -> ConveningDetails:
    """What a stored convening says of itself now."""
    return ConveningDetails(slug=convening.slug, **{name: getattr(convening, name) for name in COLUMNS})


def _values(details: ConveningDetails) -> dict[str, Any]:
    values = {name: getattr(details, name) for name in COLUMNS}
    return {**values, "title": checked_name(details.title, field="title"), "theme": " ".join(details.theme.split())}


def _check(db: Session, details: ConveningDetails) -> None:
    checked_name(details.title, field="title")
    if details.ends_on < details.starts_on:
        raise Refused("The last day is before the first.", "ends_on")
    if details.ends_on - details.starts_on > LONGEST:
        raise Refused("A convening lasts a month at most. Check the year of both days.", "ends_on")
    try:
        clock.zone(details.zone)
    except ValueError as error:
        raise Refused(str(error), "zone") from error
    as_written(details.goals, longest=LONGEST_GOALS, field="goals")
    if len(details.theme) > 500:
        raise Refused("That is longer than 500 characters. Shorten it.", "theme")
    _check_numbers(details)
    if details.venue_id is not None and db.get(Venue, details.venue_id) is None:
        raise Refused("That venue is not on record.", "venue_id")


def _check_numbers(details: ConveningDetails) -> None:
    for name in NUMBERS:
        if not 0 <= getattr(details, name) <= 100_000:
            raise Refused("This is a number from 0 on.", name)
    if details.walking_minutes > LONGEST_WALK:
        raise Refused("A walk between two buildings takes two hours (120 minutes) at most.", "walking_minutes")
    if details.sponsored_cap > details.delegation_cap:
        raise Refused("A city cannot have more sponsored places than places.", "sponsored_cap")


def _free_slug(db: Session, cohort: Cohort, details: ConveningDetails) -> str:
    slug = slug_of(details.slug or details.title, "convening")
    taken = set(db.exec(select(Convening.slug).where(Convening.cohort_id == cohort.key))) | RESERVED
    if details.slug and slug in taken:
        raise Refused(f"The address “{slug}” is taken. Choose another.", "slug")
    count = 2
    free = slug
    while free in taken:
        free, count = f"{slug[:76]}-{count}", count + 1
    return free


def _placed(db: Session, convening: Convening) -> list[AgendaSession]:
    placed = select(AgendaSession).where(
        AgendaSession.convening_id == convening.key,
        col(AgendaSession.starts_at).is_not(None),
        col(AgendaSession.archived_at).is_(None),
    )
    return list(db.exec(placed))


def _check_sessions_inside(db: Session, convening: Convening, to: ConveningDetails) -> None:
    if (to.starts_on, to.ends_on) == (convening.starts_on, convening.ends_on):
        return
    a_day = timedelta(days=1)
    for session in _placed(db, convening):
        assert session.starts_at is not None
        if not to.starts_on - a_day <= clock.local(session.starts_at, convening.zone).date() <= to.ends_on + a_day:
            said = clock.said_day(clock.local(session.starts_at, convening.zone))
            raise Refused(f"“{session.title}” is on {said}. Move it, or take it back to the tray, first.", "starts_on")


def _keep_wall_times(db: Session, convening: Convening, zone_before: str) -> None:
    for session in _placed(db, convening):
        assert session.starts_at is not None
        assert session.ends_at is not None
        length = session.ends_at - session.starts_at
        wall = clock.local(session.starts_at, zone_before)
        session.zone = convening.zone
        session.starts_at = clock.at(wall.date(), wall.time(), convening.zone)
        session.ends_at = session.starts_at + length
        note_change(session)
