"""Working groups: which there are, one with its members, meetings and papers, and what organizers and leads do."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from pydantic import BaseModel
from sqlmodel import Session

from app import clock
from app.gatherings import groups
from app.gatherings.groups import GroupSaid, members_on
from app.gatherings.listing import gatherings_of_group
from app.gatherings.memberships import group_ids_of
from app.learning.shelf import of_group
from app.models import Cohort, Openness, Person, WorkingGroup, WorkingGroupMember
from app.people.audit import Refused
from app.people.directory import seated_people
from app.people.policy import may
from app.people.viewer import Viewer
from app.routes import typed
from app.routes.audience_fields import people_in_lines
from app.routes.door import CohortHere, Db, Needs, NotAllowed, NotHere, ViewerHere
from app.routes.pages import page, see_other

router = APIRouter(prefix="/{cohort}/groups")
READ = [Depends(Needs("group.read"))]
MANAGE = [Depends(Needs("group.manage"))]
CHANGE = [Depends(Needs("group.change"))]
Text = Annotated[str, Form()]

OPENNESS_NAMES = {
    Openness.COHORT: "Open to the cohort: everyone may read what it does",
    Openness.CLOSED: "Closed: its members and organizers alone know of it",
}


class GroupForm(BaseModel):
    name: str = ""
    purpose: str = ""
    openness: str = Openness.COHORT

    def said(self) -> GroupSaid:
        """What the form says. Raises Refused at the field."""
        if self.openness not in {str(one) for one in OPENNESS_NAMES}:
            raise Refused("Choose who may know of it.", "openness")
        return GroupSaid(name=self.name, purpose=self.purpose, openness=Openness(self.openness))


def group_here(db: Db, cohort: CohortHere, viewer: ViewerHere, group: str) -> WorkingGroup:
    """The group that the address names. For who may not know of it there is none."""
    found = groups.find_group(db, cohort, group, viewer)
    if found is None:
        raise NotHere(f"{cohort.name} has no such working group, or it is not open to you.")
    return found


GroupHere = Annotated[WorkingGroup, Depends(group_here)]


def managed_here(db: Db, viewer: ViewerHere, here: GroupHere) -> WorkingGroup:
    """The same, for its leads and organizers."""
    if not groups.may_manage(db, here, viewer):
        raise NotAllowed("Those who lead this working group, and organizers, say who is in it.")
    return here


ManagedHere = Annotated[WorkingGroup, Depends(managed_here)]


@router.get("", dependencies=READ)
def all_groups(request: Request, db: Db, cohort: CohortHere, viewer: ViewerHere) -> Response:
    """The groups that the viewer may know of."""
    today = clock.today(cohort.zone)
    known = groups.groups_known(db, cohort, viewer)
    changes = may(viewer, "group.change", cohort_id=cohort.key)
    context = {
        "groups": [(one, members_on(one, today)) for one in known],
        "own": group_ids_of(db, viewer),
        "changes": changes,
        "closed_down": groups.groups_known(db, cohort, viewer, closed_down=True) if changes else [],
    }
    return page(request, "groups/list.html", context)


@router.get("/new", dependencies=CHANGE)
def new(request: Request) -> Response:
    return _form(request, GroupForm())


@router.post("", dependencies=CHANGE)
def create(
    request: Request, db: Db, cohort: CohortHere, viewer: ViewerHere, form: Annotated[GroupForm, Form()]
) -> Response:
    try:
        made = groups.create_group(db, cohort, form.said(), by=viewer)
    except Refused as refused:
        return _form(request, form, errors=typed.errors(refused))
    return see_other(_place(cohort, made), flash="Made. Say who is in it.")


@router.get("/{group}", dependencies=READ)
def one(request: Request, db: Db, cohort: CohortHere, viewer: ViewerHere, here: GroupHere) -> Response:
    return _show(request, db, cohort, viewer, here)


@router.get("/{group}/edit", dependencies=MANAGE)
def edit(request: Request, here: ManagedHere) -> Response:
    return _form(request, GroupForm(name=here.name, purpose=here.purpose, openness=here.openness), group=here)


@router.post("/{group}", dependencies=MANAGE)
def save(
    request: Request,
    db: Db,
    cohort: CohortHere,
    viewer: ViewerHere,
    here: ManagedHere,
    form: Annotated[GroupForm, Form()],
) -> Response:
    try:
        groups.change_group(db, here, form.said(), by=viewer)
    except Refused as refused:
        return _form(request, form, errors=typed.errors(refused), group=here)
    return see_other(_place(cohort, here), flash="Saved.")


@router.post("/{group}/members", dependencies=MANAGE)
def add_members(
    request: Request,
    db: Db,
    cohort: CohortHere,
    viewer: ViewerHere,
    here: ManagedHere,
    people: Text = "",
    starts_on: Text = "",
) -> Response:
    written = {"people": people, "starts_on": starts_on}
    try:
        among = None if viewer.is_organizer(cohort.key) else _known_to_lead(db, cohort, here)
        named = [person for person, _ in people_in_lines(db, people, "people", among=among)]
        added = groups.add_members(db, here, named, starts_on=typed.day(starts_on, "starts_on"), by=viewer)
    except Refused as refused:
        return _show(request, db, cohort, viewer, here, errors=typed.errors(refused), written=written)
    said = ", ".join(one.person.name for one in added)
    return see_other(_place(cohort, here), flash=f"In the group: {said}." if said else "All of them are in it already.")


@router.post("/{group}/members/{number:int}/end", dependencies=MANAGE)
def end_membership(
    request: Request,
    db: Db,
    cohort: CohortHere,
    viewer: ViewerHere,
    here: ManagedHere,
    number: int,
    last: Text = "",
) -> Response:
    member = _member(here, number)
    try:
        groups.end_membership(db, here, member, last=typed.day(last, "last"), by=viewer)
    except Refused as refused:
        return _show(request, db, cohort, viewer, here, errors={f"last-{number}": refused.sentence})
    return see_other(_place(cohort, here), flash=f"{member.person.name}’s last day is set.")


@router.post("/{group}/members/{number:int}/lead", dependencies=MANAGE)
def lead(db: Db, cohort: CohortHere, viewer: ViewerHere, here: ManagedHere, number: int, leads: Text = "") -> Response:
    groups.set_leading(db, here, _member(here, number), leads=bool(leads), by=viewer)
    return see_other(_place(cohort, here))


@router.post("/{group}/closing", dependencies=CHANGE)
def close(db: Db, cohort: CohortHere, viewer: ViewerHere, here: GroupHere) -> Response:
    groups.close_group(db, here, by=viewer)
    return see_other(_place(cohort, here), flash="Closed down. What it did stays on record.")


@router.post("/{group}/reopening", dependencies=CHANGE)
def reopen(db: Db, cohort: CohortHere, viewer: ViewerHere, here: GroupHere) -> Response:
    groups.reopen_group(db, here, by=viewer)
    return see_other(_place(cohort, here), flash="It goes on.")


def _show(
    request: Request,
    db: Session,
    cohort: Cohort,
    viewer: Viewer,
    group: WorkingGroup,
    *,
    errors: Mapping[str, str] | None = None,
    written: Mapping[str, str] | None = None,
) -> Response:
    today, now = clock.today(cohort.zone), clock.now()
    meetings = gatherings_of_group(db, group.key, viewer)
    standing = members_on(group, today)
    context: dict[str, Any] = {
        "group": group,
        "place": _place(cohort, group),
        "members": standing,
        "coming_in": [one for one in group.members if one.starts_on > today],
        "former": [one for one in group.members if one.ends_on is not None and one.ends_on < today],
        "ahead": [one for one in meetings if one.ends_at > now],
        "past": [one for one in reversed(meetings) if one.ends_at <= now],
        "shelved": of_group(db, cohort, group.key, viewer),
        "manages": groups.may_manage(db, group, viewer),
        "changes": may(viewer, "group.change", cohort_id=cohort.key),
        "today": today,
        "errors": errors or {},
        "written": written or {},
    }
    return page(request, "groups/one.html", context, status=422 if errors else 200)


def _form(
    request: Request,
    form: GroupForm,
    *,
    errors: Mapping[str, str] | None = None,
    group: WorkingGroup | None = None,
) -> Response:
    opennesses = [(str(one), words) for one, words in OPENNESS_NAMES.items()]
    context = {"form": form, "errors": errors or {}, "group": group, "opennesses": opennesses}
    return page(request, "groups/form.html", context, status=422 if errors else 200)


def _known_to_lead(db: Session, cohort: Cohort, group: WorkingGroup) -> list[Person]:
    """Whom one who leads a group, and is no organizer, can name: people of this cohort, and members, who may be guests.
    To look for anybody else would tell them who is on record in other cohorts."""
    today = clock.today(cohort.zone)
    people = {one.key: one for one in seated_people(db, cohort.key, today)}
    for member in members_on(group, today):
        if member.person.archived_at is None:
            people.setdefault(member.person_id, member.person)
    return list(people.values())


def _member(group: WorkingGroup, number: int) -> WorkingGroupMember:
    found = next((one for one in group.members if one.key == number), None)
    if found is None:
        raise NotHere(f"{group.name} has no such member.")
    return found


def _place(cohort: Cohort, group: WorkingGroup) -> str:
    return f"/{cohort.slug}/groups/{group.slug}"
