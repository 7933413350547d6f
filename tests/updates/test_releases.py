"""Rule 6: a released update never changes. A correction is a new version; a redaction leaves a tombstone."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlmodel import Session, col, select

from app.models import AnswerState, Commitment, Tenure, Update, UpdateState, UpdateVersion
from app.people.audit import Refused, verb
from app.people.viewer import Viewer
from app.updates.approval import approve_update, send_back, send_to_mayor, withdraw_approval
from app.updates.commitments import (
    add_commitment,
    answer_commitment,
    change_commitment,
    last_commitments,
    remove_commitment,
)
from app.updates.content import Content, draft_of
from app.updates.drafting import Draft, save_draft
from app.updates.reading import readable_update
from app.updates.redactions import redact
from app.updates.releases import begin_correction, release_update, release_updates
from app.updates.writing import write_section
from tests.updates.stage import SYSTEM, Stage


def versions(db: Session, update: Update) -> list[UpdateVersion]:
    return list(
        db.exec(select(UpdateVersion).where(UpdateVersion.update_id == update.key).order_by(col(UpdateVersion.number)))
    )


def shown(db: Session, stage: Stage, update: Update, *, number: int | None = None, by: str = "salem/mayor") -> Content:
    page = readable_update(db, update, stage.viewer(db, by), number)
    assert page is not None
    return page.content


@verb
def end_tenure(db: Session, stage: Stage, name: str, ends_on: date, *, by: Viewer) -> None:
    tenure = db.exec(select(Tenure).where(Tenure.person_id == stage.people[name])).one()
    tenure.ends_on = ends_on
    db.add(tenure)


def test_a_release_keeps_words_author_and_office_of_the_day_rules_6_and_8(stage: Stage) -> None:
    with stage.database.write() as db:
        update = stage.update(db)
        stage.fill(db, update)
        stage.approve(db, update)
        version = release_update(db, update, by=stage.viewer(db, "lab/organizer"))
        end_tenure(db, stage, "oakland/mayor", date(2017, 10, 24), by=SYSTEM)
        assert (version.number, version.author_id, version.author, version.office, version.note) == (
            1,
            stage.people["oakland/mayor"],
            "Mayor of oakland",
            "Mayor, Oakland",
            "",
        )
        assert {part["slug"]: part["body"] for part in version.content["sections"]} == {
            "narrative": "Words of the narrative",
            "ask": "Words of the ask",
            "more": "",
        }
        assert (update.state, update.released_at) == (UpdateState.RELEASED, version.created_at)


def test_what_its_mayor_has_not_approved_is_not_released(stage: Stage) -> None:
    with stage.database.write() as db:
        update, organizer = stage.update(db), stage.viewer(db, "lab/organizer")
        stage.fill(db, update)
        for sentence in ("is drafting", "is with the mayor"):
            with pytest.raises(Refused, match=sentence):
                release_update(db, update, by=organizer)
            send_to_mayor(db, update, by=SYSTEM)
        assert versions(db, update) == []


@pytest.mark.parametrize(
    "name", ["oakland/mayor", "oakland/facilitator", "lab/staff", "lab/expert", "elsewhere/organizer"]
)
def test_only_organizers_of_the_cohort_release_and_redact(stage: Stage, name: str) -> None:
    with stage.database.write() as db:
        update, viewer = stage.update(db), stage.viewer(db, name)
        stage.fill(db, update)
        stage.approve(db, update)
        with pytest.raises(Refused, match="Only an organizer of the cohort does this"):
            release_update(db, update, by=viewer)
        release_update(db, update, by=SYSTEM)
        with pytest.raises(Refused, match="Only an organizer of the cohort does this"):
            redact(db, update, part="section:ask", reason="x", by=viewer)


def test_all_approved_ones_are_released_at_once_and_a_second_click_finds_none(stage: Stage) -> None:
    with stage.database.write() as db:
        for city in ("salem", "oakland"):
            stage.fill(db, stage.update(db, city))
            stage.approve(db, stage.update(db, city), who=f"{city}/mayor")
        organizer = stage.viewer(db, "lab/organizer")
        released = release_updates(db, stage.cycle(db), by=organizer)
        assert [version.update_id for version in released] == [stage.update(db, c).key for c in ("oakland", "salem")]
        with pytest.raises(Refused, match="No update is waiting"):
            release_updates(db, stage.cycle(db), by=organizer)
        with pytest.raises(Refused, match="released already"):
            release_update(db, stage.update(db), by=organizer)


def test_every_write_on_a_released_update_is_refused_and_the_version_stays_rule_6(stage: Stage) -> None:
    with stage.database.write() as db:
        old = add_commitment(db, stage.update(db, cycle="spring"), text="Old", due_on=date(2017, 9, 1), by=SYSTEM)
        stage.release(db, stage.update(db, cycle="spring"))
        update = stage.update(db)
        commitment = add_commitment(db, update, text="New", due_on=date(2018, 5, 4), by=SYSTEM)
        stage.release(db, update)
        before = versions(db, update)[0].model_dump()
        mayor, section = stage.viewer(db, "oakland/mayor"), stage.section(db)
        writes: list[Callable[[], object]] = [
            lambda: write_section(db, update, section, body="x", revision=1, by=mayor),
            lambda: save_draft(db, update, Draft(bodies={"ask": ("x", 1)}), by=mayor),
            lambda: answer_commitment(db, update, old, state=AnswerState.DROPPED, by=mayor),
            lambda: add_commitment(db, update, text="x", due_on=date(2018, 5, 4), by=mayor),
            lambda: change_commitment(db, commitment, text="x", due_on=date(2018, 5, 4), by=mayor),
            lambda: remove_commitment(db, commitment, by=mayor),
            lambda: send_to_mayor(db, update, by=mayor),
            lambda: approve_update(db, update, seen=draft_of(db, update).stamp, by=mayor),
            lambda: send_back(db, update, note="x", by=mayor),
            lambda: withdraw_approval(db, update, by=mayor),
            lambda: release_update(db, update, by=stage.viewer(db, "lab/organizer")),
        ]
        for write in writes:
            with pytest.raises(Refused):
                write()
        db.expire_all()
        assert [version.model_dump() for version in versions(db, update)] == [before]
        assert shown(db, stage, update).section("ask").body == "Words of the ask"  # type: ignore[union-attr]


def test_a_correction_is_a_new_version_and_readers_keep_the_old_one_until_then_rule_6(stage: Stage) -> None:
    with stage.database.write() as db:
        update, mayor = stage.update(db), stage.viewer(db, "oakland/mayor")
        stage.release(db, update)
        first = versions(db, update)[0].model_dump()
        begin_correction(db, update, by=mayor)
        begin_correction(db, update, by=mayor)
        stage.write(db, update, "ask", "Corrected words", by=mayor)
        assert shown(db, stage, update).ask.body == "Words of the ask"  # type: ignore[union-attr]
        stage.approve(db, update)
        assert shown(db, stage, update).ask.body == "Words of the ask"  # type: ignore[union-attr]
        release_update(db, update, by=stage.viewer(db, "lab/organizer"))
        assert shown(db, stage, update).ask.body == "Corrected words"  # type: ignore[union-attr]
        assert shown(db, stage, update, number=1).ask.body == "Words of the ask"  # type: ignore[union-attr]
        assert [(one.number, one.note) for one in versions(db, update)] == [(1, ""), (2, "Corrected: Our ask.")]
        assert versions(db, update)[0].model_dump() == first
        assert update.released_at == first["created_at"], "since when it can be read"


def test_only_the_city_begins_a_correction_and_only_of_what_is_released(stage: Stage) -> None:
    with stage.database.write() as db:
        update = stage.update(db)
        with pytest.raises(Refused, match="not released yet"):
            begin_correction(db, update, by=stage.viewer(db, "oakland/mayor"))
        stage.release(db, update)
        for name in ("salem/mayor", "lab/organizer"):
            with pytest.raises(Refused, match="Only the people of Oakland"):
                begin_correction(db, update, by=stage.viewer(db, name))


def test_a_redaction_leaves_a_tombstone_that_says_who_and_why_rule_6(stage: Stage) -> None:
    with stage.database.write() as db:
        update = stage.update(db)
        stage.release(db, update)
        first = versions(db, update)[0].model_dump()
        redact(db, update, part="section:ask", reason="A child could be known.", by=stage.viewer(db, "lab/organizer"))
        for number in (None, 1, 2):
            ask = shown(db, stage, update, number=number).ask
            assert ask is not None
            assert ask.redaction is not None
            assert (ask.body, ask.redaction.by, ask.redaction.office, ask.redaction.reason) == (
                "",
                "Organizer of lab",
                "Organizer",
                "A child could be known.",
            ), f"version {number}: readers of an older one find the same tombstone"
        assert versions(db, update)[0].model_dump() == first, "the released row itself stays (rules 6 and 21)"
        assert draft_of(db, update).ask.body == ""  # type: ignore[union-attr]


def test_a_redaction_needs_a_reason_and_something_to_take_out(stage: Stage) -> None:
    with stage.database.write() as db:
        update, organizer = stage.update(db), stage.viewer(db, "lab/organizer")
        for part in ("section:ask", "section:none", "commitment:99", "nonsense"):
            with pytest.raises(Refused, match="no such part"):
                redact(db, update, part=part, reason="Why", by=organizer)
        stage.release(db, update)
        with pytest.raises(Refused, match="Say why"):
            redact(db, update, part="section:ask", reason=" ", by=organizer)
        for _ in range(2):
            redact(db, update, part="section:ask", reason="Why", by=organizer)
        assert len(versions(db, update)) == 2, "the second click does nothing"


def test_a_correction_after_a_redaction_keeps_the_tombstone_where_nothing_new_is_written(stage: Stage) -> None:
    with stage.database.write() as db:
        update, organizer = stage.update(db), stage.viewer(db, "lab/organizer")
        stage.release(db, update)
        redact(db, update, part="section:ask", reason="Why", by=organizer)
        begin_correction(db, update, by=SYSTEM)
        stage.write(db, update, "narrative", "Another narrative")
        stage.approve(db, update)
        release_update(db, update, by=organizer)
        corrected = shown(db, stage, update)
        assert corrected.ask.redaction is not None  # type: ignore[union-attr]
        assert corrected.section("narrative").body == "Another narrative"  # type: ignore[union-attr]
        begin_correction(db, update, by=SYSTEM)
        stage.write(db, update, "ask", "New words")
        stage.approve(db, update)
        release_update(db, update, by=organizer)
        assert (shown(db, stage, update).ask.body, shown(db, stage, update).ask.redaction) == ("New words", None)  # type: ignore[union-attr]


def test_a_redacted_commitment_leaves_every_update_that_quotes_it(stage: Stage) -> None:
    with stage.database.write() as db:
        spring, fall = stage.update(db, cycle="spring"), stage.update(db)
        stage.release(db, spring, promise="MARKER of a family")
        stage.release(db, fall)
        commitment = db.exec(select(Commitment)).one()
        redact(db, spring, part=f"commitment:{commitment.key}", reason="Why", by=stage.viewer(db, "lab/organizer"))
        for update in (spring, fall):
            for number in (None, 1):
                page = shown(db, stage, update, number=number).model_dump_json()
                assert ("MARKER" in page, "Why" in page) == (False, True)
        assert "MARKER" not in str([row.text for row, _ in last_commitments(db, fall)])
