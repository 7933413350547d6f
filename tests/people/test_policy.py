"""Every route, every kind of person: the answer is the one that the policy's table gives, and no route is left out."""

import re
from collections.abc import Iterator
from datetime import date

import pytest
from anyio.from_thread import BlockingPortal
from fastapi import FastAPI
from fastapi.routing import APIRoute
from sqlmodel import Session, col, select
from starlette.routing import BaseRoute, Mount

from app.models import (
    AgendaSession,
    City,
    Cohort,
    Convening,
    Person,
    Role,
    Seat,
    Series,
    SessionFormat,
    Standing,
    Tenure,
    Update,
    UpdateCycle,
)
from app.people import sign_in
from app.people.audit import verb
from app.people.policy import CITY_BOUND, PERMISSIONS, Kind, may
from app.people.viewer import Viewer, viewer_of
from app.printing.catalogue import CATALOGUE
from app.routes.door import Needs
from tests.conftest import Visitor, VisitorOf
from tests.walks import WALKERS

ROOMS_SAY_NO: dict[str, set[Kind]] = {
    "/{cohort}/convenings/{convening}/sessions/{number:int}.ics": {Kind.ANONYMOUS},
    "/{cohort}/convenings/{convening}/registration/substitutions/{number:int}/withdrawal": {Kind.FACILITATOR},
    "/{cohort}/gatherings/{number:int}": {Kind.ANONYMOUS},
    "/{cohort}/gatherings/{number:int}.ics": {Kind.ANONYMOUS},
    "/{cohort}/gatherings/{number:int}/seat": {Kind.ANONYMOUS},
    "/{cohort}/library/{number:int}": {Kind.ANONYMOUS},
    "/{cohort}/library/{number:int}/preview": {Kind.ANONYMOUS},
    "/{cohort}/library/{number:int}/file/{name}": {Kind.ANONYMOUS},
    "/{cohort}/updates/{cycle}/{city}": {Kind.ANONYMOUS, Kind.OTHER_COHORT, Kind.EXPERT},
}
"""Routes that the policy opens to a kind and a rule of the room then closes for the row that the walk asks for: what
is not public is shown to strangers only as the way to sign in (rule 18), and a substitution is its own team's."""


def doors(app: FastAPI) -> Iterator[tuple[str, str, str]]:
    """(method, path, permission) of every route."""
    for route in app.router.routes:
        if isinstance(route, Mount) and route.name == "static":
            continue
        permission = permission_of(route)
        methods: set[str] = getattr(route, "methods", None) or set()
        for method in sorted(methods - {"HEAD"}):
            yield method, getattr(route, "path", ""), permission


def permission_of(route: BaseRoute) -> str:
    """The permission that a route names, whichever way it is made."""
    if isinstance(route, APIRoute):
        named = [d.call.permission for d in route.dependant.dependencies if isinstance(d.call, Needs)]
        assert len(named) == 1, f"{route.path} names {named or 'no permission'}"
        return str(named[0])
    permission = getattr(route, "permission", None)
    assert permission is not None, f"{getattr(route, 'path', route)} names no permission"
    return str(permission)


def test_every_route_names_one_permission_that_stands_in_the_table(app: FastAPI) -> None:
    named = {permission for _method, _path, permission in doors(app)}
    assert named <= PERMISSIONS.keys()


def test_no_permission_of_the_table_is_without_a_route(app: FastAPI) -> None:
    named = {permission for _method, _path, permission in doors(app)}
    printed = {one.permission for one in CATALOGUE}
    assert PERMISSIONS.keys() - named - printed == set()


def test_every_document_to_print_names_a_permission_of_the_table() -> None:
    assert {one.permission for one in CATALOGUE} <= PERMISSIONS.keys()


@verb
def found_another_cohort(db: Session, *, by: Viewer) -> int:
    """A mayor of a cohort that has nothing to do with the sample; returns the person's number."""
    cohort = Cohort(slug="elsewhere", name="Elsewhere")
    city = City(slug="springfield", name="Springfield")
    person = Person(name="Sam Elsewhere", email="sam@elsewhere.example")
    db.add_all([cohort, city, person])
    db.flush()
    role = Role(cohort_id=cohort.key, slug="mayor", name="Mayor", plural="Mayors", standing=Standing.MAYOR)
    db.add(role)
    db.flush()
    seat = Seat(cohort_id=cohort.key, city_id=city.key, role_id=role.key)
    db.add(seat)
    db.flush()
    db.add(Tenure(seat_id=seat.key, person_id=person.key, starts_on=date(2017, 1, 1)))
    return person.key


def person_of(db: Session, kind: Kind) -> int | None:
    """The sample's first person of the kind."""
    if kind == Kind.ANONYMOUS:
        return None
    person = sign_in.sample_person(db, kind.value)
    assert person is not None, f"the sample has no {kind}"
    return person.key


@pytest.mark.timeout(300)
@pytest.mark.usefixtures("_one_shelf_of_prints")
@pytest.mark.parametrize("kind", WALKERS)
def test_each_route_answers_a_kind_of_person_as_the_table_says(
    kind: Kind, sample_app: FastAPI, portal: BlockingPortal
) -> None:
    database = sample_app.state.database
    with database.write() as db:
        outsider = found_another_cohort(db, by=Viewer.system("test"))
    with database.read() as db:
        person_id = outsider if kind == Kind.OTHER_COHORT else person_of(db, kind)
        values = path_values(db)
        viewer = acting_viewer(db, person_id)
        cohort_id = cohort_of(db)
        city_id = db.exec(select(City.id).where(City.slug == values["city"])).one()
    visitor = Visitor(sample_app, portal, person_id=person_id)
    wrong = []
    for method, path, permission in sorted(doors(sample_app), key=lambda door: door[0] != "GET"):
        if method != "GET":  # what was posted before may have signed the person out, or changed their offices
            visitor = Visitor(sample_app, portal, person_id=person_id)
            with database.read() as db:
                viewer = acting_viewer(db, person_id)
        allowed = may(
            viewer,
            permission,
            cohort_id=cohort_id if "{cohort}" in path else None,
            city_id=city_id if "{city}" in path else None,
        )
        answer = visitor.send(method, filled(path, values))
        denied = answer.status_code in (401, 403) or (
            answer.status_code == 303 and answer.headers["location"].startswith("/sign-in?next=")
        )
        if answer.status_code >= 500 or (denied == allowed and kind not in ROOMS_SAY_NO.get(path, set())):
            wrong.append(f"{method} {path} ({permission}): {answer.status_code}, allowed={allowed}")
    assert wrong == []


def acting_viewer(db: Session, person_id: int | None) -> Viewer:
    """The viewer that signing in makes: an assistant without an office of their own is in the principal's place."""
    if person_id is None:
        return Viewer.anonymous()
    viewer = viewer_of(db, person_id)
    if not viewer.offices and len(viewer.principals) == 1:
        return viewer_of(db, person_id, acting_for=viewer.principals[0][0])
    return viewer


def cohort_of(db: Session) -> int:
    return db.exec(select(Cohort).where(Cohort.slug == "by-all-means")).one().key


def path_values(db: Session) -> dict[str, str]:
    """One real thing of the sample for each name that stands in an address."""
    convening = db.exec(select(Convening).where(Convening.starts_on == date(2017, 11, 14))).one()
    session = db.exec(select(AgendaSession.id).where(AgendaSession.convening_id == convening.key)).first()
    webinar = db.exec(select(AgendaSession.id).where(AgendaSession.format == SessionFormat.WEBINAR)).first()
    cycle = db.exec(select(UpdateCycle).order_by(col(UpdateCycle.due_on).desc())).first()
    assert cycle is not None
    update = db.exec(select(Update).where(Update.cycle_id == cycle.key)).first()
    assert update is not None
    city = db.get_one(City, update.city_id)
    series = db.exec(select(Series.slug)).first()
    return {
        "cohort": "by-all-means",
        "convening": convening.slug,
        "session": str(session),
        "gathering": str(webinar),
        "series": str(series),
        "cycle": cycle.slug,
        "city": city.slug,
        "n": "1",
        "token": "unknown",
        "format": "csv",
        "kind": "csv",
        "document": "agenda",
    }


def filled(path: str, values: dict[str, str]) -> str:
    return re.sub(r"{(\w+)(:\w+)?}", lambda match: values.get(match[1], "1"), path)


@pytest.mark.parametrize("permission", sorted(CITY_BOUND))
def test_people_of_one_city_have_no_right_in_another(permission: str, sample_visitor: VisitorOf) -> None:
    """A permission bound to a city ends at its border, for every kind of person of a city."""
    app = sample_visitor().app
    with app.state.database.read() as db:
        cohort_id = cohort_of(db)
        cities = db.exec(select(City).order_by(City.name)).all()
        for kind in (Kind.MEMBER, Kind.FACILITATOR, Kind.MAYOR, Kind.SUPERINTENDENT, Kind.ASSISTANT):
            viewer = acting_viewer(db, person_of(db, kind))
            own = viewer.city_ids(cohort_id)
            assert len(own) == 1
            allowed = {c.key for c in cities if may(viewer, permission, cohort_id=cohort_id, city_id=c.key)}
            assert allowed <= own


def test_an_assistant_has_neither_the_approval_nor_the_organizers_rights(sample_visitor: VisitorOf) -> None:
    """Rule 5: who acts for a mayor may not approve in the mayor's place."""
    app = sample_visitor().app
    with app.state.database.read() as db:
        viewer = acting_viewer(db, person_of(db, Kind.ASSISTANT))
        assert viewer.acting
        assert not may(viewer, "update.approve", cohort_id=cohort_of(db))
        assert not viewer.is_organizer(cohort_of(db))
