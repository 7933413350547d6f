"""Who is of which working group on a day, and who may know of a group at all."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, TypeAlias

from sqlalchemy import or_
from sqlmodel import Session, col, select

from app import clock
from app.gatherings.knowing import is_of_cohort
from app.models import AgendaSession, Openness, WorkingGroup, WorkingGroupMember
from app.people.viewer import Viewer

Stretches: TypeAlias = Mapping[int, Sequence[tuple[date, date | None]]]
"""By group: from a day to a day (None: still), both included."""


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


def stretches_of(db: Session, person_id: int | None, group_ids: Collection[int]) -> Stretches:
    """From when to when a person has been of these groups; one query, and none where there is no group."""
    if person_id is None or not group_ids:
        return {}
    found: dict[int, list[tuple[date, date | None]]] = {}
    for one in db.exec(
        select(WorkingGroupMember).where(
            WorkingGroupMember.person_id == person_id, col(WorkingGroupMember.group_id).in_(group_ids)
        )
    ):
        found.setdefault(one.group_id, []).append((one.starts_on, one.ends_on))
    return found


def shares_audience(session: AgendaSession) -> bool:
    """Whether a group's meeting has the audience of its whole series: members of any day stand in it, and only those of
    the meeting's own day were in the room (rule 13)."""
    series = session.series
    return session.group_id is not None and series is not None and session.audience_id == series.audience_id


def was_of(stretches: Stretches, group_id: int | None, day: date) -> bool:
    """Whether a person was of a group on a day."""
    return any(first <= day and (last is None or last >= day) for first, last in stretches.get(group_id or 0, ()))


def group_ids_of_people(
    db: Session, person_ids: Collection[int], *, among: Collection[int]
) -> dict[int | None, frozenset[int]]:
    """The groups of these that each of many people is a member of today, by their numbers; one query at most."""
    if not person_ids or not among:
        return {}
    rows = db.exec(
        select(WorkingGroupMember.person_id, WorkingGroupMember.group_id).where(
            col(WorkingGroupMember.person_id).in_(set(person_ids)),
            col(WorkingGroupMember.group_id).in_(set(among)),
            *on_day(clock.today("UTC")),
        )
    )
    found: dict[int | None, set[int]] = {}
    for person_id, group_id in rows:
        found.setdefault(person_id, set()).add(group_id)
    return {person_id: frozenset(groups) for person_id, groups in found.items()}


def may_know(group: WorkingGroup, viewer: Viewer, member_of: frozenset[int]) -> bool:
    """Whether a viewer may know of a group: a closed one is for members and organizers, any other for its cohort."""
    if group.key in member_of or viewer.is_organizer(group.cohort_id):
        return True
    return group.openness is not Openness.CLOSED and is_of_cohort(viewer, group.cohort_id)
