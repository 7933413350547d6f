"""Public bodies whose members are watched for meeting unawares: a list that organizers edit."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field
from sqlmodel import Session, col, select

from app import clock
from app.models import City, Cohort, Membership, PublicBody
from app.people import bodies
from app.people.audiences import roll
from app.people.audit import Refused
from app.people.directory import all_people
from app.routes import typed
from app.routes.door import CohortHere, Db, Needs, NotHere, ViewerHere
from app.routes.pages import page, see_other
from app.routes.session_choices import Choices, labelled

router = APIRouter(dependencies=[Depends(Needs("people.change"))])
HERE = "/{cohort}/public-bodies"
SPARE = 2
"""Empty lines below the members."""


class BodyFields(BaseModel):
    """As sent, all of it text; members by the labels that the list offers."""

    name: str = ""
    city: str = ""
    flag_at: str = "2"
    member: list[str] = Field(default_factory=list)


Sent = Annotated[BodyFields, Form()]


@router.get(HERE)
def all_bodies(request: Request, db: Db, cohort: CohortHere) -> Response:
    """The list, with those that were put away below it, and the form of a new one."""
    return _page(request, db, cohort)


@router.post(HERE)
def add_body(request: Request, db: Db, cohort: CohortHere, viewer: ViewerHere, fields: Sent) -> Response:
    """A new body with its members."""
    try:
        body = bodies.add_body(db, cohort, **_read(fields, _choices(db, cohort)), by=viewer)
    except Refused as refused:
        return _page(request, db, cohort, fields, typed.errors(refused))
    return see_other(f"/{cohort.slug}/public-bodies", flash=f"{body.name} is watched from now on.")


@router.get(HERE + "/{number:int}")
def one_body(request: Request, db: Db, cohort: CohortHere, number: int) -> Response:
    """The form of one body."""
    return _form(request, db, cohort, _here(db, cohort, number))


@router.post(HERE + "/{number:int}")
def change_body(
    request: Request, db: Db, cohort: CohortHere, viewer: ViewerHere, number: int, fields: Sent
) -> Response:
    """Say something else of a body: its name, its members, from how many on a room is flagged."""
    body = _here(db, cohort, number)
    try:
        bodies.change_body(db, body, **_read(fields, _choices(db, cohort)), by=viewer)
    except Refused as refused:
        return _form(request, db, cohort, body, fields, typed.errors(refused))
    return see_other(f"/{cohort.slug}/public-bodies", flash=f"{body.name}: saved.")


@router.post(HERE + "/{number:int}/archival")
def put_away(db: Db, cohort: CohortHere, viewer: ViewerHere, number: int) -> Response:
    """Watch a body no more."""
    body = bodies.put_body_away(db, _here(db, cohort, number), by=viewer)
    return see_other(f"/{cohort.slug}/public-bodies", flash=f"{body.name} is put away. It can be brought back below.")


@router.post(HERE + "/{number:int}/restoration")
def bring_back(db: Db, cohort: CohortHere, viewer: ViewerHere, number: int) -> Response:
    """Watch a body again."""
    body = bodies.bring_body_back(db, _here(db, cohort, number), by=viewer)
    return see_other(f"/{cohort.slug}/public-bodies", flash=f"{body.name} is watched again.")


def _here(db: Session, cohort: Cohort, number: int) -> PublicBody:
    body = db.get(PublicBody, number)
    if body is None or body.cohort_id != cohort.key:
        raise NotHere(f"{cohort.name} has no such body.")
    return body


def _choices(db: Session, cohort: Cohort) -> Choices:
    """The cities of the cohort, and everyone on record by a label."""
    here = select(Membership.city_id).where(Membership.cohort_id == cohort.key)
    cities = db.exec(select(City).where(col(City.id).in_(here)).order_by(col(City.name)))
    offices = {one.person_id: one.office for one in roll(db, clock.today(cohort.zone), cohort.key)}
    return Choices((), [(one.key, one.name) for one in cities], labelled(all_people(db), offices))


def _read(fields: BodyFields, offered: Choices) -> dict[str, Any]:
    """What was typed; raises Refused at the field."""
    if not fields.flag_at.strip().isdecimal() or len(fields.flag_at.strip()) > 4:
        raise Refused("Say from how many members on, such as 2.", "flag_at")
    return {
        "name": fields.name,
        "city_id": typed.number_or_none(fields.city, "city"),
        "flag_at": int(fields.flag_at),
        "members": [offered.person(label, "members") for label in fields.member if label.strip()],
    }


def _page(
    request: Request,
    db: Session,
    cohort: Cohort,
    fields: BodyFields | None = None,
    errors: Mapping[str, str] | None = None,
) -> Response:
    everything = bodies.bodies_of(db, cohort.key, put_away=True)
    context = {
        "bodies": [one for one in everything if one.archived_at is None],
        "put_away": [one for one in everything if one.archived_at is not None],
        "offered": _choices(db, cohort),
        "form": fields or BodyFields(),
        "spare": SPARE,
        "errors": errors or {},
    }
    return page(request, "people/bodies.html", context, status=422 if errors else 200)


def _form(
    request: Request,
    db: Session,
    cohort: Cohort,
    body: PublicBody,
    fields: BodyFields | None = None,
    errors: Mapping[str, str] | None = None,
) -> Response:
    offered = _choices(db, cohort)
    members = [offered.labels.get(member.person_id, "") for member in body.members]
    stands = BodyFields(name=body.name, city=str(body.city_id or ""), flag_at=str(body.flag_at), member=members)
    context = {"body": body, "offered": offered, "form": fields or stands, "spare": SPARE, "errors": errors or {}}
    return page(request, "people/body_form.html", context, status=422 if errors else 200)
