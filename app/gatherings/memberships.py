"""Who is of which working group on a day, and who may know of a group at all."""

from datetime import date
from typing import Any

from sqlalchemy import or_
from sqlmodel import Session, col, select

from app import clock
from app.gatherings.knowing import is_of_cohort
from app.models import Openness, WorkingGroup, WorkingGroupMember
from app.people.viewer import Viewer


def on_day(day: date) -> tuple[Any, Any]:
    """What a query of memberships is narrowed to for those that stand on a day."""
    ends_on = col(WorkingGroupMember.ends_on)
    return col(WorkingGroupMember.starts_on) <= day, or_(ends_on.is_(None), ends_on >= day)


def group_ids_of(db: Session, viewer: Viewer, *, leading: bool = False) -> frozenset[int]:
    """The groups that a viewer is a member of today, or leads. An assistant is not in their principal's place there."""
    if viewer.person_id is None or viewer.acting:
        return frozenset()
    query = select(WorkingGroupMember.group_id).where(
        WorkingGroupMember.person_id == viewer.person_id,
        *on_day(clock.today("UTC")),
    )
    if leading:
        query = query.where(col(WorkingGroupMember.leads).is_(True))
    return frozenset(db.exec(query))


def may_know(group: WorkingGroup, viewer: Viewer, member_of: frozenset[int]) -> bool:
    """Whether a viewer may know of a group: a closed one is for members and organizers, any other for its cohort."""
    if group.key in member_of or viewer.is_organizer(group.cohort_id):
        return True
    return group.openness is not Openness.CLOSED and is_of_cohort(viewer, group.cohort_id)
