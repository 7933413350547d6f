"""Cohorts with their roles and seats; founding.py makes new ones."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from app import clock
from app.models import City, Cohort, Role, Seat, Standing
from app.people.audit import Refused, verb
from app.people.names import checked_name, slug_of
from app.people.viewer import Viewer


def cohorts(db: Session) -> Sequence[Cohort]:
    """Every cohort, the one that began last first."""
    return db.exec(select(Cohort).order_by(col(Cohort.starts_on).desc(), col(Cohort.name))).all()


def roles_of(db: Session, cohort_id: int) -> Sequence[Role]:
    """The roles of a cohort in the organizers' order."""
    return db.exec(select(Role).where(Role.cohort_id == cohort_id).order_by(col(Role.position), col(Role.id))).all()


@verb
def add_role(
    db: Session, cohort: Cohort, *, name: str, plural: str = "", standing: Standing = Standing.MEMBER, by: Viewer
) -> Role:
    """A new role, last in the order. Raises Refused for an empty name or one that the cohort has."""
    name = checked_name(name, longest=200)
    slug = slug_of(name, "role")
    taken = select(Role.id).where(Role.cohort_id == cohort.key, Role.slug == slug)
    if db.exec(taken).first() is not None:
        raise Refused(f"{cohort.name} has the role “{name}” already.", field="name")
    roles = roles_of(db, cohort.key)
    role = Role(
        cohort_id=cohort.key,
        slug=slug,
        name=name,
        plural=plural.strip() or f"{name}s",
        standing=standing,
        position=roles[-1].position + 1 if roles else 0,
        cohort=cohort,
    )
    db.add(role)
    return role


@verb
def add_seat(
    db: Session,
    cohort: Cohort,
    role: Role,
    *,
    city: City | None = None,
    label: str = "",
    in_cabinet: bool = True,
    by: Viewer,
) -> Seat:
    """A seat of that role in a city, or in the lab (no city). Vacant until somebody is given it."""
    if role.cohort_id != cohort.key:
        raise Refused(f"“{role.name}” is a role of another cohort.", field="role")
    seat = Seat(
        cohort_id=cohort.key,
        city_id=city.key if city else None,
        role_id=role.key,
        label=label.strip(),
        in_cabinet=in_cabinet and city is not None,
        position=role.position,
        role=role,
        city=city,
    )
    db.add(seat)
    return seat


@verb
def rename_role(db: Session, role: Role, *, name: str, plural: str, position: int, by: Viewer) -> Role:
    """Say a role in other words, or move it in the order. What it may do stays. Raises Refused for an empty name."""
    role.name = checked_name(name, longest=200)
    role.plural = checked_name(plural, longest=200, field="plural")
    role.position = position
    return role


@verb
def close_seat(db: Session, seat: Seat, *, by: Viewer) -> None:
    """Take a seat off the pages. Raises Refused while somebody holds it or is about to: their tenure ends first."""
    today = clock.today(db.get_one(Cohort, seat.cohort_id).zone)
    for tenure in seat.tenures:
        if tenure.ends_on is None or tenure.ends_on >= today:
            raise Refused(f"{tenure.person.name} holds this seat. End that tenure first.")
    seat.archived_at = clock.now()
