"""Rule 5: before its release an update's text is its city's alone; peers, and the lab, see its status."""

import pytest

from app.models import UpdateState
from app.updates.board import board_of
from app.updates.reading import neighbours, readable_update, readers
from app.updates.releases import begin_correction
from tests.updates.stage import SYSTEM, Stage

OWN = ["oakland/mayor", "oakland/superintendent", "oakland/facilitator", "oakland/member", "oakland/assistant"]
PEERS = ["salem/mayor", "salem/facilitator", "salem/member", "lab/organizer", "lab/staff"]
STRANGERS = ["lab/expert", "tulsa/mayor", "elsewhere/organizer"]


@pytest.mark.parametrize("name", OWN)
def test_its_own_people_read_the_draft(stage: Stage, name: str) -> None:
    with stage.database.write() as db:
        update = stage.update(db)
        stage.fill(db, update)
        page = readable_update(db, update, stage.viewer(db, name))
        assert page is not None
        assert (page.version, page.content.section("ask").body) == (None, "Words of the ask")  # type: ignore[union-attr]


@pytest.mark.parametrize("name", PEERS + STRANGERS)
def test_nobody_else_reads_it_in_any_state_before_release_rule_5(stage: Stage, name: str) -> None:
    with stage.database.write() as db:
        update, viewer = stage.update(db), stage.viewer(db, name)
        stage.fill(db, update)
        seen = [readable_update(db, update, viewer)]
        stage.approve(db, update)
        seen += [readable_update(db, update, viewer)]
        assert (update.state, seen) == (UpdateState.APPROVED, [None] * 2)


@pytest.mark.parametrize("name", OWN + PEERS)
def test_after_its_release_the_cohort_reads_it(stage: Stage, name: str) -> None:
    with stage.database.write() as db:
        stage.release(db, stage.update(db))
        page = readable_update(db, stage.update(db), stage.viewer(db, name))
        assert page is not None
        assert page.content.ask.body == "Words of the ask"  # type: ignore[union-attr]
        assert (page.version.author, page.version.office) == ("Mayor of oakland", "Mayor, Oakland")  # type: ignore[union-attr]


@pytest.mark.parametrize("name", STRANGERS)
def test_experts_and_other_cohorts_do_not_read_it_even_then(stage: Stage, name: str) -> None:
    with stage.database.write() as db:
        stage.release(db, stage.update(db))
        assert readable_update(db, stage.update(db), stage.viewer(db, name)) is None


def test_while_a_correction_is_written_all_read_what_is_released_rule_5(stage: Stage) -> None:
    with stage.database.write() as db:
        update = stage.update(db)
        stage.release(db, update)
        begin_correction(db, update, by=SYSTEM)
        stage.write(db, update, "ask", "Not yet")
        pages = [readable_update(db, update, stage.viewer(db, name)) for name in OWN + PEERS]
        asks = [page and page.content.section("ask") for page in pages]
        assert [ask and ask.body for ask in asks] == ["Words of the ask"] * len(OWN + PEERS)


def test_a_version_that_is_not_there_is_none(stage: Stage) -> None:
    with stage.database.write() as db:
        stage.release(db, stage.update(db))
        assert readable_update(db, stage.update(db), stage.viewer(db, "salem/mayor"), 7) is None
        assert readable_update(db, stage.update(db, "salem"), stage.viewer(db, "salem/mayor"), 1) is None


def test_readers_are_the_cohort_without_its_experts(stage: Stage) -> None:
    with stage.database.read() as db:
        assert sorted(person.email or "" for person in readers(db, stage.cohort_id)) == sorted(
            [
                *(
                    f"{who}@{city}.example"
                    for city in ("oakland", "salem")
                    for who in ("mayor", "superintendent", "facilitator", "member")
                ),
                "organizer@lab.example",
                "staff@lab.example",
            ]
        )


def test_the_next_city_is_a_released_one(stage: Stage) -> None:
    with stage.database.write() as db:
        stage.release(db, stage.update(db, "oakland"))
        assert neighbours(db, stage.update(db, "oakland")) == (None, None), "alone"
        assert neighbours(db, stage.update(db, "salem")) == (None, None), "not released"
        stage.release(db, stage.update(db, "salem"))
        before, after = neighbours(db, stage.update(db, "salem"))
        assert (before and before.slug, after and after.slug) == ("oakland", "oakland")


def test_the_board_says_how_far_each_city_is(stage: Stage) -> None:
    with stage.database.write() as db:
        stage.release(db, stage.update(db, "oakland"))
        stage.fill(db, stage.update(db, "salem"))
        board = board_of(db, stage.cycle(db))
        assert [(line.city, line.state, line.step, line.days, line.is_late) for line in board.lines] == [
            ("Oakland", UpdateState.RELEASED, 4, 3, False),
            ("Salem", UpdateState.DRAFTING, 1, 3, False),
        ]
        begin_correction(db, stage.update(db, "oakland"), by=SYSTEM)
        oakland = board_of(db, stage.cycle(db)).lines[0]
        assert (oakland.is_readable, oakland.is_being_corrected, oakland.step) == (True, True, 4)
        late = board_of(db, stage.cycle(db, "spring"))
        assert (late.late, [line.is_late for line in late.lines]) == (2, [True, True])
