"""Working groups as those for whom a time is looked for."""

from dataclasses import dataclass

from sqlmodel import Session, col, or_, select

from app import clock
from app.models import Cohort, Person, SessionFormat, TimePoll, WorkingGroup, WorkingGroupMember


@dataclass(frozen=True, slots=True)
class Group:
    """A working group with its members of today."""

    group_id: int
    name: str
    members: frozenset[int]


def groups_of(db: Session, cohort: Cohort) -> list[Group]:
    """A cohort's working groups that have members, by name; one query."""
    today = clock.today(cohort.zone)
    rows = db.exec(
        select(WorkingGroup, WorkingGroupMember.person_id)
        .join(WorkingGroupMember, col(WorkingGroupMember.group_id) == WorkingGroup.id)
        .join(Person, col(Person.id) == WorkingGroupMember.person_id)
        .where(
            WorkingGroup.cohort_id == cohort.key,
            col(WorkingGroup.archived_at).is_(None),
            col(Person.archived_at).is_(None),
            WorkingGroupMember.starts_on <= today,
            or_(col(WorkingGroupMember.ends_on).is_(None), col(WorkingGroupMember.ends_on) >= today),
        )
        .order_by(col(WorkingGroup.name), col(WorkingGroup.id))
    )
    found: dict[int, tuple[str, set[int]]] = {}
    for group, person_id in rows:
        found.setdefault(group.key, (group.name, set()))[1].add(person_id)
    return [Group(number, name, frozenset(members)) for number, (name, members) in found.items()]


def group_meant(db: Session, cohort: Cohort, poll: TimePoll, asked: frozenset[int]) -> int | None:
    """The working group whose meeting a poll looks for a time for: the one whose members are exactly those asked."""
    if poll.format is not SessionFormat.WORKING_GROUP:
        return None
    return next((one.group_id for one in groups_of(db, cohort) if one.members == asked), None)
