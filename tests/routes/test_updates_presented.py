"""The session where an update is presented, and the update, lead to each other, with what readers left (rule 13)."""

import pytest
from fastapi import FastAPI
from sqlmodel import Session, select

from app.agenda.published import latest_release
from app.models import (
    AgendaSession,
    City,
    Cohort,
    Convening,
    MarkKind,
    Openness,
    SessionFormat,
    SessionItem,
    Update,
    UpdateMark,
)
from app.people.audit import verb
from app.people.sign_in import sample_person
from app.people.viewer import Viewer, viewer_of
from app.updates.cycles import find_cycle, find_update
from app.updates.marks import leave_mark, quarantine_mark
from app.updates.releases import release_updates
from tests.conftest import VisitorOf
from tests.routes.test_updates import text_of

SYSTEM = Viewer.system("test")
SOMERVILLE = "/by-all-means/updates/2017-fall/somerville"
AT = "/by-all-means/convenings/2017-fall"


def somerville(db: Session) -> Update:
    cohort = db.exec(select(Cohort).where(Cohort.slug == "by-all-means")).one()
    cycle = find_cycle(db, cohort.key, "2017-fall")
    city = db.exec(select(City).where(City.slug == "somerville")).one()
    update = find_update(db, cycle, city.key) if cycle else None
    assert update is not None
    return update


def round_of(db: Session, update: Update) -> AgendaSession:
    """The session in which the update's city has its turn."""
    return db.exec(
        select(AgendaSession)
        .join(SessionItem)
        .join(Convening)
        .where(
            SessionItem.city_id == update.city_id,
            AgendaSession.format == SessionFormat.MAYOR_UPDATE,
            Convening.slug == "2017-fall",
        )
    ).one()


@pytest.fixture
def session_page(sample_app: FastAPI) -> str:
    """Somerville's update is released, and Oakland's mayor has asked at it; the address of its round."""
    with sample_app.state.database.write() as db:
        update = somerville(db)
        release_updates(db, update.cycle, by=SYSTEM)
        mayor = sample_person(db, "mayor")
        assert mayor is not None
        by = viewer_of(db, mayor.key)
        leave_mark(db, update, kind=MarkKind.QUESTION, part="section:ask", text="Who supervises?", by=by)
        return f"{AT}/sessions/{round_of(db, update).key}"


def test_the_update_says_when_and_where_it_is_presented(session_page: str, sample_visitor: VisitorOf) -> None:
    page = sample_visitor("mayor").get(SOMERVILLE).text
    assert "Presented Tue 14 Nov, 10:55–11:20 EST (07:55–08:20 in Oakland) , GCC" in text_of(page)
    assert f'href="{session_page}"' in page


def test_the_session_leads_to_the_update_and_shows_what_readers_left(
    session_page: str, sample_visitor: VisitorOf
) -> None:
    page = sample_visitor("facilitator").get(session_page).text
    assert f'<a href="{SOMERVILLE}" dir="auto">Somerville</a>' in page
    assert "asks: Who supervises?" in text_of(page)
    assert 'href="/by-all-means/updates/2017-fall/salem"' not in page, "Salem's is not released (rule 5)"


def test_the_run_of_show_has_it_and_not_what_was_hidden(
    session_page: str, sample_app: FastAPI, sample_visitor: VisitorOf
) -> None:
    address = f"{AT}/run-of-show?day=2017-11-14"
    assert "For Somerville: Renata Villaseñor, Mayor, Oakland, asks: Who supervises?" in text_of(
        sample_visitor("staff").get(address).text
    )
    with sample_app.state.database.write() as db:
        mark = db.exec(select(UpdateMark).where(UpdateMark.text == "Who supervises?")).one()
        quarantine_mark(db, mark, reason="It names a child.", by=SYSTEM)
    for kind, place in (("staff", address), ("facilitator", session_page)):
        assert "Who supervises?" not in sample_visitor(kind).get(place).text


def test_strangers_and_a_covered_session_show_neither(
    session_page: str, sample_app: FastAPI, sample_visitor: VisitorOf
) -> None:
    """Rules 5 and 13: what is not the viewer's to know is not told by the other way round."""
    assert "Who supervises?" not in sample_visitor().get(session_page).text
    with sample_app.state.database.write() as db:
        close(db, round_of(db, somerville(db)), by=SYSTEM)
    page = sample_visitor("member").get(SOMERVILLE).text
    assert "Presented" not in page


@verb
def close(db: Session, session: AgendaSession, *, by: Viewer) -> None:
    """Close a session in what is published, to all but one person of no city."""
    assert session.convening is not None
    release = latest_release(db, session.convening)
    assert release is not None
    nobody = {"everyone": False, "role_ids": [], "city_ids": [], "person_ids": [], "but_role_ids": []}
    release.sessions = [
        {**entry, "openness": Openness.CLOSED.value, "audience": {**entry["audience"], **nobody}}
        if entry["id"] == session.key
        else entry
        for entry in release.sessions
    ]
    db.add(release)
