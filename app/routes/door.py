"""The front desk of every request: its database session, who is asking, where, and whether they may.

A GET looks (a snapshot), everything else writes (one transaction, committed before the answer is sent).
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Request
from sqlmodel import Session, col, select

from app import clock
from app.database import Database
from app.models import City, Cohort, Convening, Person
from app.people import sign_in
from app.people.policy import PERMISSIONS, may
from app.people.viewer import Viewer
from app.routes.turnstile import turn_here
from app.settings import Settings

LOOKING = ("GET", "HEAD")
SEEN_EVERY = timedelta(minutes=10)


class NotHere(Exception):
    """There is no such thing (or not for this viewer); answered 404 with a way on."""

    def __init__(self, sentence: str = "There is no page at this address.") -> None:
        super().__init__(sentence)
        self.sentence = sentence


class NotAllowed(Exception):
    """The viewer may not; answered by the sign-in page to strangers, else by 403 with the reason."""

    def __init__(self, sentence: str = "This page is for other people of the cohort.") -> None:
        super().__init__(sentence)
        self.sentence = sentence


def settings_here(request: Request) -> Settings:
    """The settings of the running program."""
    settings: Settings = request.app.state.settings
    return settings


def database_here(request: Request) -> Database:
    """The database of the running program."""
    database: Database = request.app.state.database
    return database


def session_here(request: Request, _turn: Annotated[None, Depends(turn_here, scope="function")]) -> Iterator[Session]:
    """A transaction for each request: a snapshot to look, else the one writer, committed before the answer."""
    database = database_here(request)
    with database.read() if request.method in LOOKING else database.write() as db:
        yield db
    if db.info.get("letters"):
        request.app.state.jobs.deliver_letters()
    if db.info.get("busy"):
        request.app.state.jobs.fetch_calendars()
    for run in db.info.get("runs", ()):
        request.app.state.jobs.make_print(run)


Db = Annotated[Session, Depends(session_here, scope="function")]
SettingsHere = Annotated[Settings, Depends(settings_here)]


def cookie_name(settings: Settings) -> str:
    """`__Host-` binds the cookie to this host over HTTPS; browsers refuse the prefix over HTTP."""
    return "__Host-plenary" if settings.address.startswith("https:") else "plenary"


def viewer_here(request: Request, db: Db, settings: SettingsHere) -> Viewer:
    """The viewer whose sign-in the cookie names, or the anonymous one; kept for the pages of this request."""
    token = request.cookies.get(cookie_name(settings))
    row = sign_in.find(db, token) if token else None
    viewer = sign_in.viewer(db, row) if row else Viewer.anonymous()
    if row and request.method in LOOKING and clock.now() - row.last_seen_at > SEEN_EVERY:
        with database_here(request).write_if_free() as writing:
            if writing is not None:  # else it is noted the next time
                sign_in.note_seen(writing, row.key)
    request.state.viewer = viewer
    return viewer


ViewerHere = Annotated[Viewer, Depends(viewer_here)]


def cohort_here(request: Request, db: Db) -> Cohort:
    """The cohort that the address names; raises NotHere."""
    cohort = db.exec(select(Cohort).where(Cohort.slug == request.path_params["cohort"])).first()
    if cohort is None:
        raise NotHere("There is no cohort at this address.")
    request.state.cohort = cohort
    db.info["cohort_id"] = cohort.key
    return cohort


CohortHere = Annotated[Cohort, Depends(cohort_here)]


def convening_here(request: Request, db: Db, cohort: CohortHere) -> Convening:
    """The convening of that cohort that the address names; raises NotHere."""
    slug = request.path_params["convening"]
    convening = db.exec(
        select(Convening).where(
            Convening.cohort_id == cohort.key, Convening.slug == slug, col(Convening.archived_at).is_(None)
        )
    ).first()
    if convening is None:
        raise NotHere(f"{cohort.name} has no convening at this address.")
    return convening


ConveningHere = Annotated[Convening, Depends(convening_here)]


def city_here(request: Request, db: Db) -> City:
    """The city that the address names; raises NotHere."""
    city = db.exec(select(City).where(City.slug == request.path_params["city"])).first()
    if city is None:
        raise NotHere("There is no city at this address.")
    return city


CityHere = Annotated[City, Depends(city_here)]


class Needs:
    """A route's permission: `dependencies=[Depends(Needs("agenda.draft"))]`. A route without one fails the build.

    The cohort and the city are those that the address names, when it names them.
    """

    def __init__(self, permission: str) -> None:
        assert permission in PERMISSIONS, f"{permission} does not stand in people/policy.py"
        self.permission = permission

    def __call__(self, request: Request, db: Db, viewer: ViewerHere) -> None:
        cohort = cohort_here(request, db) if "cohort" in request.path_params else None
        city = city_here(request, db) if "city" in request.path_params else None
        if not may(
            viewer,
            self.permission,
            cohort_id=cohort.key if cohort else None,
            city_id=city.key if city else None,
        ):
            raise NotAllowed()


def own_record(db: Session, viewer: Viewer) -> Person:
    """The person signed in, or whose place an assistant is in, on routes whose permission lets in nobody else."""
    assert viewer.person_id is not None, "the permission lets in nobody who is not signed in"
    return db.get_one(Person, viewer.person_id)
