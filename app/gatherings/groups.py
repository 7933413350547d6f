"""Working groups: what they are for, who is in them from a day to a day, and whom their meetings are for.

The audience of a meeting of a group is its members: of each date to come, those of that day; of a series, those from
today on. It follows whoever comes and goes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import selectinload
from sqlalchemy.sql.base import ExecutableOption
from sqlmodel import Session, col, select

from app import clock
from app.gatherings.changes import note_change
from app.gatherings.memberships import group_ids_of, may_know, on_day
from app.models import AgendaSession, Cohort, Openness, Person, Series, WorkingGroup, WorkingGroupMember
from app.models.base import relation
from app.people.audiences import Rule, rule_of, write_rule
from app.people.audit import Refused, verb
from app.people.names import checked_name, slug_of
from app.people.prose import as_written
from app.people.viewer import Viewer

LONGEST_PURPOSE = 5000
RESERVED = frozenset({"new"})
"""Words that lead to another page where a group's name stands in an address."""

OPENNESSES = (Openness.COHORT, Openness.CLOSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSaid:
    """What is said of a group."""

    name: str
    purpose: str = ""
    openness: Openness = Openness.COHORT


@verb
def create_group(db: Session, cohort: Cohort, said: GroupSaid, *, by: Viewer) -> WorkingGroup:
    """A group without members yet. Raises Refused at the field that cannot stand."""
    group = WorkingGroup(cohort_id=cohort.key, slug=_free_slug(db, cohort, said.name), name="")
    _say(group, said)
    db.add(group)
    db.flush()
    return group


@verb
def change_group(db: Session, group: WorkingGroup, said: GroupSaid, *, by: Viewer) -> WorkingGroup:
    """Say something else of a group; its address stays."""
    _hold(db, group)
    _say(group, said)
    db.add(group)
    return group


@verb
def close_group(db: Session, group: WorkingGroup, *, by: Viewer) -> None:
    """A group's work is done: it leaves the pages, its meetings and papers stay on record. Once is enough."""
    _hold(db, group)
    group.archived_at = group.archived_at or clock.now()
    db.add(group)


@verb
def reopen_group(db: Session, group: WorkingGroup, *, by: Viewer) -> None:
    _hold(db, group)
    group.archived_at = None
    db.add(group)


@verb
def add_members(
    db: Session, group: WorkingGroup, people: Sequence[Person], *, starts_on: date, by: Viewer
) -> list[WorkingGroupMember]:
    """Take people in from a day on. Who is in it already stays as they are."""
    _hold(db, group)
    if not people:
        raise Refused("Say who, by name or e-mail, one a line.", "people")
    standing = {one.person_id for one in group.members if one.ends_on is None or one.ends_on >= starts_on}
    added = [
        WorkingGroupMember(group_id=group.key, person_id=person.key, starts_on=starts_on)
        for person in {one.key: one for one in people}.values()
        if person.key not in standing
    ]
    group.members.extend(added)
    db.flush()
    _settle(db, group)
    return added


@verb
def end_membership(db: Session, group: WorkingGroup, member: WorkingGroupMember, *, last: date, by: Viewer) -> None:
    """A member's last day; that they were one stays on record."""
    _hold(db, group)
    if last < member.starts_on:
        raise Refused("That is before their first day.", "last")
    member.ends_on = last
    db.add(member)
    db.flush()
    _settle(db, group)


@verb
def set_leading(db: Session, group: WorkingGroup, member: WorkingGroupMember, *, leads: bool, by: Viewer) -> None:
    """Whether a member leads the group, and so says who else is in it."""
    _hold(db, group)
    member.leads = leads
    db.add(member)


@verb
def give_to_group(db: Session, meeting: AgendaSession | Series, group: WorkingGroup | None, *, by: Viewer) -> None:
    """Make a gathering or a whole series a meeting of this group, or of none. For whom it is was said with it."""
    number = group.key if group else None
    if meeting.group_id != number:
        meeting.group_id = number
        db.add(meeting)
    if isinstance(meeting, Series):
        for session in db.exec(select(AgendaSession).where(AgendaSession.series_id == meeting.key)):
            if session.group_id != number:
                session.group_id = number
                db.add(session)
    if group is not None:
        db.flush()
        _settle(db, group)


def find_group(db: Session, cohort: Cohort, slug: str, viewer: Viewer) -> WorkingGroup | None:
    """The group of an address, for whoever may know of it; organizers find one that is closed down too."""
    query = select(WorkingGroup).where(WorkingGroup.cohort_id == cohort.key, WorkingGroup.slug == slug)
    found = db.exec(query.options(_with_people())).first()
    if found is None or not may_know(found, viewer, group_ids_of(db, viewer)):
        return None
    return found if found.archived_at is None or viewer.is_organizer(cohort.key) else None


def groups_known(db: Session, cohort: Cohort, viewer: Viewer, *, closed_down: bool = False) -> list[WorkingGroup]:
    """The cohort's groups that the viewer may know of, by name, with their members; a handful of queries."""
    gone = col(WorkingGroup.archived_at).is_not(None) if closed_down else col(WorkingGroup.archived_at).is_(None)
    query = select(WorkingGroup).where(WorkingGroup.cohort_id == cohort.key, gone).order_by(col(WorkingGroup.name))
    groups = db.exec(query.options(_with_people())).all()
    member_of = group_ids_of(db, viewer)
    return [one for one in groups if may_know(one, viewer, member_of)]


def own_groups(db: Session, viewer: Viewer) -> list[tuple[WorkingGroup, str]]:
    """The groups of all cohorts that the viewer is in today, by name, with their cohorts' slugs."""
    if viewer.person_id is None or viewer.acting:
        return []
    query = (
        select(WorkingGroup, Cohort.slug)
        .join(Cohort, col(Cohort.id) == WorkingGroup.cohort_id)
        .join(WorkingGroupMember, col(WorkingGroupMember.group_id) == WorkingGroup.id)
        .where(
            WorkingGroupMember.person_id == viewer.person_id,
            col(WorkingGroup.archived_at).is_(None),
            *on_day(clock.today("UTC")),
        )
        .order_by(col(WorkingGroup.name))
    )
    return [(group, slug) for group, slug in db.exec(query)]


def may_manage(db: Session, group: WorkingGroup, viewer: Viewer) -> bool:
    """Organizers, and who leads it."""
    return viewer.is_organizer(group.cohort_id) or group.key in group_ids_of(db, viewer, leading=True)


def members_on(group: WorkingGroup, day: date) -> list[WorkingGroupMember]:
    """The members of a day, those who lead first, then by name."""
    there = [one for one in group.members if one.starts_on <= day and (one.ends_on is None or one.ends_on >= day)]
    return sorted(there, key=lambda one: (not one.leads, one.person.sort_name, one.key))


def rule_from_today(group: WorkingGroup) -> Rule:
    """Whom a meeting of the group is for: its members from today on."""
    return _members_rule(group.members, clock.now().date(), None)


def _members_rule(members: Iterable[WorkingGroupMember], first: date, last: date | None) -> Rule:
    """Those who are members on one of these days."""
    return Rule(
        person_ids=frozenset(
            one.person_id
            for one in members
            if (last is None or one.starts_on <= last) and (one.ends_on is None or one.ends_on >= first)
        )
    )


def _settle(db: Session, group: WorkingGroup) -> None:
    """Make the meetings to come be for the members. One of a series shares its audience unless it has its own."""
    now = clock.now()
    shared = set()
    for series in db.exec(select(Series).where(Series.group_id == group.key)):
        shared.add(series.audience_id)
        rule = rule_from_today(group)
        if rule_of(series.audience) != rule:
            write_rule(series.audience, rule)
            note_change(series, told=True)
    coming = select(AgendaSession).where(
        AgendaSession.group_id == group.key,
        col(AgendaSession.archived_at).is_(None),
        col(AgendaSession.ends_at) > now - timedelta(days=1),
    )
    for session in db.exec(coming):
        assert session.starts_at is not None
        day = clock.local(session.starts_at, session.zone).date()
        rule = _members_rule(group.members, day, day)
        if session.audience_id not in shared and rule_of(session.audience) != rule:
            write_rule(session.audience, rule)


def _with_people() -> ExecutableOption:
    """Members and who they are, in two queries however many there are."""
    return selectinload(relation(WorkingGroup.members)).selectinload(relation(WorkingGroupMember.person))


def _say(group: WorkingGroup, said: GroupSaid) -> None:
    if said.openness not in OPENNESSES:
        raise Refused("A group is open to its cohort, or closed.", "openness")
    group.name = checked_name(said.name)
    group.purpose = as_written(said.purpose, longest=LONGEST_PURPOSE, field="purpose")
    group.openness = said.openness


def _hold(db: Session, group: WorkingGroup) -> None:
    """Lock a group until the commit, and read its members anew: two who add at once come one after the other."""
    db.exec(select(WorkingGroup.id).where(WorkingGroup.id == group.key).with_for_update(key_share=True)).one()
    db.refresh(group, ["members", "archived_at"])


def _free_slug(db: Session, cohort: Cohort, name: str) -> str:
    base = slug_of(name, "group")[:70]
    taken = RESERVED | set(db.exec(select(WorkingGroup.slug).where(WorkingGroup.cohort_id == cohort.key)))
    number = 1
    while (slug := base if number == 1 else f"{base}-{number}") in taken:
        number += 1
    return slug
