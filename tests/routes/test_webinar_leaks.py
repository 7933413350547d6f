"""A webinar's address to join, planted and looked for on every page, in every feed, file and letter, for every kind of
person: those who did not register never find it, and those who did only near the time."""

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from anyio.from_thread import BlockingPortal
from fastapi import FastAPI
from sqlmodel import Session, col, select

from app.calendars.feeds import create_feed, token_of
from app.database import Database
from app.gatherings.arranging import change_gathering
from app.gatherings.details import details_of
from app.gatherings.seats import take_seat
from app.models import AgendaSession, Cohort, Openness, OutboxLetter, Person, SessionFormat
from app.people.audit import verb
from app.people.policy import Kind
from app.people.viewer import Viewer, viewer_of
from tests.conftest import Visitor
from tests.gatherings.seating import LINK
from tests.people.test_policy import doors, filled, found_another_cohort, path_values, person_of
from tests.registration.stage import BY
from tests.walks import ONE_OF_EACH

SLOW = (".pdf", ".zip")
"""Prints of the agenda are made from what its page shows."""


@verb
def plant(db: Session, session: AgendaSession, *, by: Viewer) -> None:
    """The address on a public webinar of the sample, so that nothing but the wall is in the way."""
    change_gathering(db, session, replace(details_of(session), join_url=LINK, openness=Openness.PUBLIC), by=by)


@pytest.fixture
def planted(sample_app: FastAPI) -> AgendaSession:
    database: Database = sample_app.state.database
    with database.write() as db:
        session = db.exec(
            select(AgendaSession).where(
                AgendaSession.format == SessionFormat.WEBINAR, col(AgendaSession.title).startswith("Trauma")
            )
        ).one()
        plant(db, session, by=BY)
        return session


def leaks(app: FastAPI, portal: BlockingPortal, session: AgendaSession, person_id: int | None) -> list[str]:
    """Where a person finds the address: every page that a GET reaches, and their own feed."""
    database, settings = app.state.database, app.state.settings
    with database.read() as db:
        values = path_values(db) | {"number": str(session.key), "gathering": str(session.key)}
    paths = {filled(path, values) for method, path, _ in doors(app) if method == "GET" and not path.endswith(SLOW)}
    paths |= {"/search?q=Trauma", "/search?q=meet.example.org"}
    if person_id is not None:
        with database.write() as db:
            person = db.get_one(Person, person_id)
            feed = create_feed(db, person, secret=settings.secret, by=viewer_of(db, person_id))
            paths.add(f"/feeds/{token_of(feed, settings.secret)}.ics")
    found = []
    for path in sorted(paths):
        answer = Visitor(app, portal, person_id=person_id).get(path)
        if LINK.encode() in answer.content:
            found.append(path)
    return found


@pytest.mark.timeout(600)
@pytest.mark.usefixtures("_one_shelf_of_prints")
@pytest.mark.parametrize("kind", [kind for kind in ONE_OF_EACH if kind is not Kind.ORGANIZER])
def test_who_is_not_registered_finds_the_link_nowhere_even_when_it_begins_rule_18(
    kind: Kind,
    sample_app: FastAPI,
    portal: BlockingPortal,
    planted: AgendaSession,
    in_the_sample: time_machine.Traveller,
) -> None:
    with sample_app.state.database.write() as db:
        outsider = found_another_cohort(db, by=BY)
        person_id = outsider if kind == Kind.OTHER_COHORT else person_of(db, kind)
    assert planted.starts_at is not None
    in_the_sample.move_to(planted.starts_at - timedelta(minutes=1))
    assert leaks(sample_app, portal, planted, person_id) == []


@pytest.mark.timeout(600)
@pytest.mark.usefixtures("_one_shelf_of_prints")
def test_who_is_registered_finds_it_nowhere_before_the_door_opens_and_no_letter_holds_it(
    sample_app: FastAPI, portal: BlockingPortal, planted: AgendaSession
) -> None:
    settings = sample_app.state.settings
    with sample_app.state.database.write() as db:
        mayor = person_of(db, Kind.MAYOR)
        assert mayor is not None
        session = db.get_one(AgendaSession, planted.key)
        seat = take_seat(db, session, db.get_one(Person, mayor), secret=settings.secret, by=BY)
        assert db.exec(select(Cohort)).first() is not None
        assert seat.person_id == mayor
    assert leaks(sample_app, portal, planted, mayor) == []
    with sample_app.state.database.read() as db:
        assert [letter.key for letter in db.exec(select(OutboxLetter)) if LINK in letter.text + letter.html] == []


def test_the_walk_would_find_it(sample_app: FastAPI, portal: BlockingPortal, planted: AgendaSession) -> None:
    """For an organizer it stands on the webinar's page, in its form, in the file and in their feed."""
    with sample_app.state.database.read() as db:
        organizer = person_of(db, Kind.ORGANIZER)
    found = leaks(sample_app, portal, planted, organizer)
    place = f"/by-all-means/gatherings/{planted.key}"
    assert {place, f"{place}.ics", f"{place}/edit", f"{place}/join"} <= set(found)
    assert any(path.startswith("/feeds/") for path in found)
