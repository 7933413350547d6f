"""What one has read is one's own affair, outside the log, and follows corrections."""

import pytest
from sqlmodel import select

from app.models import AuditEntry, Revision, UpdateReading
from app.people.audit import Refused
from app.updates.approval import approve_update
from app.updates.readings import HowFar, Place, forget_reading, minutes, note_reading, places
from app.updates.releases import begin_correction, release_update
from app.updates.ten_minutes import reading_list
from app.updates.versions import last_content
from tests.updates.stage import SYSTEM, Stage


def far(stage: Stage, name: str, version: int = 1) -> Place:
    with stage.database.read() as db:
        number = stage.update(db).key
        return places(db, stage.viewer(db, name), {number: version})[number]


def read(stage: Stage, name: str, version: int = 1, **how: object) -> None:
    with stage.database.write() as db:
        note_reading(db, stage.update(db), version=version, by=stage.viewer(db, name), **how)  # type: ignore[arg-type]


@pytest.fixture
def released(stage: Stage) -> Stage:
    with stage.database.write() as db:
        stage.release(db, stage.update(db))
        stage.release(db, stage.update(db, "salem"))
    return stage


def correct(stage: Stage) -> None:
    with stage.database.write() as db:
        update = stage.update(db)
        begin_correction(db, update, by=SYSTEM)
        stage.write(db, update, "ask", "Another ask")
        approve_update(db, update, by=SYSTEM)
        release_update(db, update, by=SYSTEM)


def test_reading_goes_from_new_to_begun_to_read_and_a_correction_says_so(released: Stage) -> None:
    assert far(released, "salem/mayor") == Place(HowFar.NEW)
    read(released, "salem/mayor", part="part-more")
    assert far(released, "salem/mayor") == Place(HowFar.BEGUN, "part-more")
    read(released, "salem/mayor", finished=True)
    read(released, "salem/mayor", part="part-ask")
    assert far(released, "salem/mayor") == Place(HowFar.READ), "who looks again has read it all the same"
    correct(released)
    assert far(released, "salem/mayor", 2) == Place(HowFar.CHANGED)
    read(released, "salem/mayor", version=2, finished=True)
    assert far(released, "salem/mayor", 2) == Place(HowFar.READ)


def test_it_is_nobody_elses_affair_and_an_assistant_reads_for_themselves(released: Stage) -> None:
    with released.database.read() as db:
        before = db.exec(select(AuditEntry.id)).all(), db.exec(select(Revision.number)).one()
    read(released, "oakland/assistant", finished=True)
    with released.database.read() as db:
        assert (db.exec(select(AuditEntry.id)).all(), db.exec(select(Revision.number)).one()) == before
        assert [row.person_id for row in db.exec(select(UpdateReading))] == [released.people["oakland/assistant"]]
    assert far(released, "oakland/mayor") == Place(HowFar.NEW)
    assert far(released, "oakland/assistant") == Place(HowFar.READ)


def test_taking_read_back_makes_it_new_and_a_place_that_is_none_is_not_kept(released: Stage) -> None:
    read(released, "salem/mayor", part="<script>")
    assert far(released, "salem/mayor") == Place(HowFar.BEGUN)
    read(released, "salem/mayor", finished=True)
    with released.database.write() as db:
        forget_reading(db, released.update(db), by=released.viewer(db, "salem/mayor"))
    assert far(released, "salem/mayor") == Place(HowFar.NEW)
    read(released, "salem/mayor", part="part-ask")
    assert far(released, "salem/mayor") == Place(HowFar.BEGUN, "part-ask")


@pytest.mark.parametrize("version", [0, 2, -1])
def test_a_version_that_is_not_there_is_refused(released: Stage, version: int) -> None:
    with pytest.raises(Refused, match="no such version"):
        read(released, "salem/mayor", version=version)


def test_the_list_says_where_to_read_on_and_how_long_it_takes(released: Stage, queries: list[str]) -> None:
    with released.database.write() as db:
        viewer = released.viewer(db, "salem/mayor")
        queries.clear()
        found = reading_list(db, released.cycle(db), viewer)
        assert len(queries) <= 3
        assert [(line.update.city.slug, line.is_own, line.minutes) for line in found.lines] == [
            ("oakland", False, 1),
            ("salem", True, 1),
        ]
        assert (found.read, found.minutes_left, found.next and found.next.update.city.slug) == (0, 2, "oakland")
        note_reading(db, released.update(db, "salem"), version=1, part="part-ask", by=viewer)
        note_reading(db, released.update(db), version=1, finished=True, by=viewer)
        found = reading_list(db, released.cycle(db), viewer)
        assert (found.read, found.minutes_left, found.next and found.next.update.city.slug) == (1, 1, "salem")
        after = found.after(released.cities["oakland"])
        assert (after and after.update.city.slug, found.after(released.cities["salem"])) == ("salem", None)
        assert reading_list(db, released.cycle(db, "spring"), viewer).lines == ()


def test_minutes_count_all_words_of_the_page(released: Stage) -> None:
    with released.database.read() as db:
        content = last_content(db, released.update(db))
        assert content is not None
        content.sections[0].body = "word " * 660
        assert minutes(content) == 3
