"""Rule 5: each look at an unreleased text is on record, and nobody else learns more than who and when."""

from datetime import timedelta

import pytest
import time_machine
from sqlmodel import Session, select

from app import clock
from app.models import Revision, UpdateLook
from app.updates.looks import AGAIN_AFTER, Looked, lookers_at, looks_at, note_look
from app.updates.releases import begin_correction
from tests.conftest import Visitor, VisitorOf
from tests.updates.stage import SYSTEM, Stage

OAKLAND = "/by-all-means/updates/fall/oakland"


@pytest.fixture
def enter(stage: Stage, visitor: VisitorOf) -> VisitorOf:
    def of(name: str) -> Visitor:
        acting_for = stage.people["oakland/mayor"] if name == "oakland/assistant" else None
        return visitor(stage.people[name], acting_for=acting_for)

    return of


def looked(stage: Stage, city: str = "oakland") -> list[tuple[str, str, str]]:
    """(who, for whom, at what) in order of time."""
    with stage.database.read() as db:
        found = looks_at(db, stage.update(db, city))
    return [(one.who, one.acting_for, one.what) for one in reversed(found)]


def revision(db: Session) -> int:
    return db.exec(select(Revision.number)).one()


def test_each_page_that_shows_the_draft_leaves_a_look_with_who_and_for_whom(stage: Stage, enter: VisitorOf) -> None:
    with stage.database.write() as db:
        stage.fill(db, stage.update(db))
        before = revision(db)
    for path in ("", "/edit", "/approval"):
        assert enter("oakland/mayor").get(OAKLAND + path).status_code == 200
    assert enter("oakland/assistant").get(OAKLAND).status_code == 200
    assert looked(stage) == [
        ("Mayor of oakland", "", "the draft as a page"),
        ("Mayor of oakland", "", "the writing desk"),
        ("Mayor of oakland", "", "the page for approval"),
        ("Assistant of oakland", "Mayor of oakland", "the draft as a page"),
    ]
    with stage.database.read() as db:
        assert revision(db) == before, "to look is no change: everybody's kept pages stay"


def test_status_alone_and_a_released_text_leave_none(stage: Stage, enter: VisitorOf) -> None:
    with stage.database.write() as db:
        stage.release(db, stage.update(db, "salem"))
        stage.fill(db, stage.update(db))
    for name in ("salem/mayor", "lab/organizer", "lab/staff"):
        for path in ("/by-all-means/updates/fall", OAKLAND, "/by-all-means/updates/fall/salem"):
            assert enter(name).get(path).status_code == 200
    assert looked(stage) == looked(stage, "salem") == []


def test_the_draft_of_a_correction_is_unreleased_text_again(stage: Stage, enter: VisitorOf) -> None:
    with stage.database.write() as db:
        stage.release(db, stage.update(db))
        begin_correction(db, stage.update(db), by=SYSTEM)
    facilitator = enter("oakland/facilitator")
    assert facilitator.get(OAKLAND).status_code == 200
    assert looked(stage) == [], "readers' version is released"
    assert facilitator.get(OAKLAND + "/edit").status_code == 200
    assert looked(stage) == [("Facilitator of oakland", "", "the writing desk")]


def test_a_form_that_answers_with_the_text_leaves_a_look_too(stage: Stage, enter: VisitorOf) -> None:
    with stage.database.write() as db:
        stage.fill(db, stage.update(db))
    assert enter("oakland/mayor").post(OAKLAND + "/approval", {"seen": "older"}).status_code == 409
    assert looked(stage) == [("Mayor of oakland", "", "the page for approval")]


def test_whoever_goes_on_looking_is_noted_once_a_quarter_of_an_hour(stage: Stage) -> None:
    with stage.database.write() as db:
        update, mayor = stage.update(db), stage.viewer(db, "oakland/mayor")
        begun = clock.now()
        for minutes in (0, 1, 14, 16, 30, 32):
            with time_machine.travel(begun + timedelta(minutes=minutes), tick=False):
                note_look(db, update, mayor, Looked.DRAFT)
        assert timedelta(minutes=15) == AGAIN_AFTER
        assert [round((row.at - begun).total_seconds() / 60) for row in db.exec(select(UpdateLook))] == [0, 16, 32]
        note_look(db, update, mayor, Looked.DESK)
        note_look(db, update, SYSTEM, Looked.DRAFT)
        (looker,) = lookers_at(db, update)
        assert (looker.who, looker.times) == ("Mayor of oakland", 4)


def test_the_city_sees_who_looked_at_what_organizers_who_and_when_others_nothing(
    stage: Stage, enter: VisitorOf
) -> None:
    assert "Nobody yet" in enter("oakland/member").get(OAKLAND + "/looks").text
    assert enter("oakland/mayor").get(OAKLAND + "/edit").status_code == 200
    own = enter("oakland/member").get(OAKLAND + "/looks").text
    assert ("Mayor of oakland" in own, "the writing desk" in own) == (True, True)
    lab = enter("lab/organizer").get(OAKLAND + "/looks").text
    assert ("Mayor of oakland" in lab, "the writing desk" in lab) == (True, False)
    for name in ("salem/mayor", "lab/staff", "lab/expert", "elsewhere/organizer"):
        assert enter(name).get(OAKLAND + "/looks").status_code == 403


def test_the_page_of_looks_is_read_in_pages_and_asks_no_more_for_many(
    stage: Stage, enter: VisitorOf, queries: list[str]
) -> None:
    counts = []
    with stage.database.write() as db:
        number = stage.update(db).key
    for many in (2, 250):
        with stage.database.write() as db:
            for minute in range(many):
                db.execute(
                    UpdateLook.__table__.insert().values(  # type: ignore[attr-defined]
                        created_at=clock.now(),
                        update_id=number,
                        person_id=stage.people["oakland/mayor" if minute % 2 else "oakland/member"],
                        what=f"page {minute}",
                        at=clock.now(),
                    )
                )
        member = enter("oakland/member")
        queries.clear()
        page = member.get(OAKLAND + "/looks").text
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert page.count("· page ") == 100
    older = member.get(OAKLAND + "/looks?before=53").text
    assert (older.count("· page "), "Earlier" in older) == (52, False)
