"""The updates' pages of those who write, approve and keep the record: axe finds nothing, on a phone and on a desk, with
something on each of them."""

import re
from datetime import date

import pytest
from sqlmodel import Session, col, select

from app.database import Database
from app.models import City, Cohort, Person, Role, Seat, Standing, Tenure, Update, UpdateCycle
from app.people.records_holds import hold_records
from app.people.viewer import Viewer
from app.updates.approval import approve_update, send_to_mayor
from app.updates.content import draft_of
from app.updates.cycles import find_update
from app.updates.designees import appoint_designee
from app.updates.phrases import redact_phrase
from app.updates.releases import begin_correction, release_update
from app.updates.writing import text_of, write_section
from tests.journeys.conftest import DESK, PHONE, Opens, Program
from tests.journeys.test_accessibility import troubles

SYSTEM = Viewer.system("test")
CITY = "/by-all-means/cities/oakland"


@pytest.fixture
def cycles(program: Program) -> tuple[str, str]:
    """The slugs of the cycle that is being written and of the one before, whose update of Oakland is corrected, has a
    phrase taken out, a designee and a hold."""
    database = Database(f"sqlite:///{program.folder / 'plenary.db'}")
    with database.write() as db:
        now, before = db.exec(select(UpdateCycle).order_by(col(UpdateCycle.due_on).desc())).all()[:2]
        _fill(db, before)
        slugs = now.slug, before.slug
    database.dispose()
    return slugs


def _fill(db: Session, cycle: UpdateCycle) -> None:
    cohort, city = db.get_one(Cohort, cycle.cohort_id), db.exec(select(City).where(City.slug == "oakland")).one()
    update = find_update(db, cycle, city.key)
    assert isinstance(update, Update)
    begin_correction(db, update, by=SYSTEM)
    section = cycle.sections[0]
    text = text_of(db, update, section)
    assert text is not None
    body = text.body.replace("preschool", "kindergarten") + "\n\nThank you, Tomasina Quill."
    write_section(db, update, section, body=body, revision=text.revision, by=SYSTEM)
    send_to_mayor(db, update, by=SYSTEM)
    approve_update(db, update, seen=draft_of(db, update).stamp, by=SYSTEM)
    release_update(db, update, by=SYSTEM)
    redact_phrase(db, update, phrase="Tomasina Quill", reason="She asked for it.", by=SYSTEM)
    hold_records(db, cohort, city, reason="Case 9", by=SYSTEM)
    facilitator = db.exec(
        select(Person)
        .join(Tenure, col(Tenure.person_id) == Person.id)
        .join(Seat, col(Seat.id) == Tenure.seat_id)
        .join(Role, col(Role.id) == Seat.role_id)
        .where(Seat.city_id == city.key, Role.standing == Standing.FACILITATOR, col(Tenure.ends_on).is_(None))
    ).one()
    appoint_designee(
        db, cohort, city, facilitator, starts_on=date(2020, 1, 1), ends_on=None, note="Says the mayor.", by=SYSTEM
    )


WRITERS = ("{now}/oakland/edit", "{now}/oakland/files", "{now}/oakland/comments", "{now}/oakland/history")
READERS = (
    "{before}/oakland",
    "{before}/oakland?version=1",
    "{before}/oakland/history?before=1&after=2",
    "{before}/book",
)
STEERERS = (
    "{now}/settings",
    "{now}/nudges",
    "{now}/oakland/extension",
    "{now}/oakland/looks",
    "{before}/oakland/redactions?phrase=families",
    "{before}/oakland/files/quarantine",
)


@pytest.mark.timeout(400)
@pytest.mark.parametrize(
    ("kind", "updates", "cities"),
    [
        ("facilitator", (*WRITERS, "{now}/oakland/word", "{now}/oakland/looks"), ("designees", "records")),
        ("mayor", (*READERS, "{now}/oakland/approval"), ("designees", "records", "updates")),
        ("organizer", (*STEERERS, *READERS), ("designees", "records", "updates")),
    ],
)
def test_axe_finds_nothing_at_either_width_on_the_updates_pages(
    opens: Opens, cycles: tuple[str, str], kind: str, updates: tuple[str, ...], cities: tuple[str, ...]
) -> None:
    now, before = cycles
    page = opens(kind, bypass_csp=True)  # axe measures by styles that our policy refuses
    places = [f"/by-all-means/updates/{one.format(now=now, before=before)}" for one in updates]
    places += [f"{CITY}/{one}" for one in cities]
    found = {}
    for place in places:
        answer = page.goto(place)
        assert answer is not None
        assert (answer.status, re.sub(r"^https?://[^/]+", "", page.url)) == (200, place)
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        found[place] = troubles(page, (PHONE, DESK))
    assert {place: trouble for place, trouble in found.items() if trouble} == {}
