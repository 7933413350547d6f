"""Cities of a cohort: members from a day to a day, with districts, seats and a Children's Cabinet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_
from sqlalchemy.orm import joinedload, selectinload, subqueryload
from sqlmodel import Session, col, select

from app.models import Cabinet, CabinetGoal, CabinetMeeting, City, Cohort, District, Membership, Role, Seat, Tenure
from app.models.base import relation
from app.people.audit import Refused, verb
from app.people.names import checked_name, checked_zone, slug_of
from app.people.prose import as_written
from app.people.viewer import Viewer

RESERVED = frozenset({"book", "new", "nudges", "read", "release-plan", "releases", "settings"})
"""Words that lead elsewhere where an address names a city: one of that name is found at "read-city" and the like."""


@dataclass(frozen=True, slots=True)
class SeatLine:
    """A seat as a page says it: the tenure of the day (None: vacant) and the others, the latest first."""

    seat: Seat
    holder: Tenure | None
    others: tuple[Tenure, ...]

    @property
    def state(self) -> str:
        if self.holder is None:
            return "vacant"
        return "interim" if self.holder.interim else "filled"


def cities_of(db: Session, cohort_id: int, on: date | None = None) -> list[City]:
    """The cities of a cohort by name: all that ever belonged to it, or those active on a day."""
    query = select(City).join(Membership).where(Membership.cohort_id == cohort_id)
    if on is not None:
        query = query.where(
            Membership.joined_on <= on, or_(col(Membership.left_on).is_(None), col(Membership.left_on) >= on)
        )
    return list(db.exec(query.distinct().order_by(col(City.name), col(City.id))))


def membership_of(db: Session, cohort_id: int, city_id: int) -> Membership | None:
    """The city's latest membership of the cohort, ended or not; None where it never belonged."""
    return db.exec(
        select(Membership)
        .where(Membership.cohort_id == cohort_id, Membership.city_id == city_id)
        .order_by(col(Membership.joined_on).desc())
    ).first()


def seats_of(db: Session, cohort_id: int, *, city_id: int | None, on: date) -> list[SeatLine]:
    """The seats of a city (or, with None, of the lab) in order, each with its holders."""
    return [line for line in seat_lines(db, cohort_id, on=on) if line.seat.city_id == city_id]


def seat_lines(db: Session, cohort_id: int, *, on: date) -> list[SeatLine]:
    """Every seat of a cohort in the order of cities, roles and positions, each with its holders; two queries."""
    seats = db.exec(
        select(Seat)
        .join(Role, col(Role.id) == Seat.role_id)
        .where(Seat.cohort_id == cohort_id, col(Seat.archived_at).is_(None))
        .order_by(col(Seat.city_id), col(Role.position), col(Seat.position), col(Seat.id))
        .options(
            joinedload(relation(Seat.city)),
            joinedload(relation(Seat.role)),
            subqueryload(relation(Seat.tenures)).joinedload(relation(Tenure.person)),
        )
    ).all()
    return [_line(seat, on) for seat in seats]


def cabinet_of(db: Session, city_id: int) -> Cabinet | None:
    """A city's cabinet with its goals and meetings, in three queries."""
    return db.exec(
        select(Cabinet)
        .where(Cabinet.city_id == city_id)
        .options(selectinload(relation(Cabinet.goals)), selectinload(relation(Cabinet.meetings)))
    ).first()


@verb
def add_city(
    db: Session,
    cohort: Cohort,
    *,
    name: str,
    state: str = "",
    zone: str = "",
    joined_on: date,
    districts: Sequence[str] = (),
    by: Viewer,
) -> City:
    """A new city in a cohort, with its districts and an empty cabinet. Its zone is the cohort's unless said.

    Raises Refused for an empty name, an unknown zone, or a city of that name that is on record already.
    """
    name = checked_name(name, longest=200)
    slug = slug_of(name, "city")
    slug = f"{slug}-city" if slug in RESERVED else slug
    if db.exec(select(City.id).where(City.slug == slug)).first() is not None:
        raise Refused(f"{name} is on record already.", field="name")
    city = City(name=name, slug=slug, state=_state(state), zone=checked_zone(zone or cohort.zone))
    db.add(city)
    db.flush()
    db.add(Membership(cohort_id=cohort.key, city_id=city.key, joined_on=joined_on, cohort=cohort, city=city))
    db.add(Cabinet(city_id=city.key, city=city))
    db.add_all(District(city_id=city.key, name=one, city=city) for one in _names(districts))
    return city


@verb
def edit_city(
    db: Session,
    city: City,
    membership: Membership,
    *,
    name: str,
    state: str,
    zone: str,
    districts: Sequence[str],
    left_on: date | None,
    by: Viewer,
) -> City:
    """Change what is on record of a city; its address stays. `left_on` is its last day in the cohort.

    Raises Refused for an empty name, an unknown zone, or a last day before the first.
    """
    if left_on is not None and left_on < membership.joined_on:
        raise Refused("The last day comes before the first.", field="left_on")
    city.name = checked_name(name, longest=200)
    city.state = _state(state)
    city.zone = checked_zone(zone)
    membership.left_on = left_on
    wanted = _names(districts)
    for district in city.districts:
        if district.name not in wanted:
            db.delete(district)
    known = {district.name for district in city.districts}
    db.add_all(District(city_id=city.key, name=name) for name in wanted if name not in known)
    return city


def _state(said: str) -> str:
    return as_written(said, longest=80, field="state")


def _names(districts: Sequence[str]) -> list[str]:
    return [as_written(one, longest=300, field="districts") for one in districts if one.strip()]


@verb
def edit_cabinet(db: Session, cabinet: Cabinet, *, name: str, stage: str, goals: Sequence[str], by: Viewer) -> Cabinet:
    """Set a cabinet's name, stage and goals; goals in the order given, empty ones left out."""
    cabinet.name = name.strip() or "Children’s Cabinet"
    cabinet.stage = stage.strip()
    wanted = [goal.strip() for goal in goals if goal.strip()]
    for position, text in enumerate(wanted):
        if position < len(cabinet.goals):
            cabinet.goals[position].text = text
            cabinet.goals[position].position = position
        else:
            cabinet.goals.append(CabinetGoal(cabinet_id=cabinet.key, position=position, text=text))
    for goal in cabinet.goals[len(wanted) :]:
        db.delete(goal)
    return cabinet


@verb
def note_meeting(db: Session, cabinet: Cabinet, *, held_on: date, note: str = "", by: Viewer) -> CabinetMeeting:
    """Put a meeting of the cabinet on its calendar."""
    meeting = CabinetMeeting(cabinet_id=cabinet.key, held_on=held_on, note=note.strip(), cabinet=cabinet)
    db.add(meeting)
    return meeting


def _line(seat: Seat, on: date) -> SeatLine:
    holder = next((tenure for tenure in seat.tenures if tenure.held_on(on)), None)
    others = tuple(tenure for tenure in reversed(seat.tenures) if tenure is not holder)
    return SeatLine(seat, holder, others)
