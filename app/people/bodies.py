"""Public bodies: boards and councils whose members, met in one room, may make what the law calls a meeting."""

from collections.abc import Collection, Sequence

from sqlalchemy.orm import selectinload
from sqlmodel import Session, col, select

from app import clock
from app.models import City, Cohort, Membership, Person, PublicBody, PublicBodyMember
from app.models.base import relation
from app.people.audit import Refused, verb
from app.people.names import checked_name
from app.people.viewer import Viewer

MOST_MEMBERS = 100


def bodies_of(db: Session, cohort_id: int, *, put_away: bool = False) -> Sequence[PublicBody]:
    """The public bodies of a cohort by name; with `put_away` also those that are no longer watched."""
    bodies = select(PublicBody).where(PublicBody.cohort_id == cohort_id)
    if not put_away:
        bodies = bodies.where(col(PublicBody.archived_at).is_(None))
    members = selectinload(relation(PublicBody.members)).selectinload(relation(PublicBodyMember.person))
    bodies = bodies.options(members, selectinload(relation(PublicBody.city)))
    return db.exec(bodies.order_by(col(PublicBody.name), col(PublicBody.id))).all()


@verb
def add_body(
    db: Session,
    cohort: Cohort,
    *,
    name: str,
    city_id: int | None = None,
    flag_at: int = 2,
    members: Collection[int] = (),
    by: Viewer,
) -> PublicBody:
    """A body with its members, by their ids. From `flag_at` of them in one room on, a finding says so."""
    body = PublicBody(cohort_id=cohort.key, name=name, flag_at=flag_at)
    _say(db, body, name, city_id, flag_at, members)
    return body


@verb
def change_body(
    db: Session,
    body: PublicBody,
    *,
    name: str,
    city_id: int | None,
    flag_at: int,
    members: Collection[int],
    by: Viewer,
) -> PublicBody:
    """Say something else of a body. Members who stay keep their row."""
    _say(db, body, name, city_id, flag_at, members)
    return body


@verb
def put_body_away(db: Session, body: PublicBody, *, by: Viewer) -> PublicBody:
    """Watch a body no more (rule 21)."""
    body.archived_at = body.archived_at or clock.now()
    return body


@verb
def bring_body_back(db: Session, body: PublicBody, *, by: Viewer) -> PublicBody:
    """Watch a body again."""
    body.archived_at = None
    return body


def _say(db: Session, body: PublicBody, name: str, city_id: int | None, flag_at: int, members: Collection[int]) -> None:
    wanted = dict.fromkeys(members)
    name = checked_name(name)
    if not 2 <= flag_at <= MOST_MEMBERS:
        raise Refused(f"From two members on, up to {MOST_MEMBERS}.", "flag_at")
    if len(wanted) > MOST_MEMBERS:
        raise Refused(f"A body has at most {MOST_MEMBERS} members here.", "members")
    people = select(Person.id).where(col(Person.id).in_(wanted), col(Person.archived_at).is_(None))
    if len(db.exec(people).all()) != len(wanted):
        raise Refused("One of the members is not on record.", "members")
    here = select(City.id).join(Membership).where(City.id == city_id, Membership.cohort_id == body.cohort_id)
    if city_id is not None and db.exec(here).first() is None:
        raise Refused("Choose a city of this cohort.", "city")
    body.name, body.city_id, body.flag_at = name, city_id, flag_at
    db.add(body)
    db.flush()
    held = {member.person_id: member for member in body.members}
    body.members[:] = [held.get(number) or PublicBodyMember(body_id=body.key, person_id=number) for number in wanted]
