"""The desk saves what can be saved: one bad date must not lose a page of writing."""

from datetime import date

from sqlmodel import Session

from app.models import AnswerState, Commitment, UpdateState
from app.updates.content import draft_of
from app.updates.drafting import Draft, Promise, desk_of, save_draft
from app.updates.releases import begin_correction
from tests.updates.stage import SYSTEM, Stage

MAY = date(2018, 5, 4)


def last_promise(db: Session, stage: Stage) -> int:
    """Oakland promised eighty seats in spring; the number of that commitment."""
    stage.release(db, stage.update(db, cycle="spring"), promise="Eighty seats")
    return draft_of(db, stage.update(db)).answers[0].commitment


def test_everything_on_the_page_is_saved_together(stage: Stage) -> None:
    with stage.database.write() as db:
        number, update = last_promise(db, stage), stage.update(db)
        draft = Draft(
            bodies={"narrative": ("We met.", 0), "ask": ("Who knows?", 0)},
            answers={number: (AnswerState.AT_RISK, "Sixty so far.")},
            added=Promise("A hundred seats", MAY, "Child outcomes"),
        )
        saved = save_draft(db, update, draft, by=stage.viewer(db, "oakland/facilitator"))
        assert (saved.is_whole, {slug: text.revision for slug, text in saved.texts.items()}) == (
            True,
            {"narrative": 1, "ask": 1},
        )
        assert update.state is UpdateState.DRAFTING
        content = draft_of(db, update)
        assert [part.body for part in content.sections] == ["We met.", "Who knows?", ""]
        assert [(one.state, one.note) for one in content.answers] == [(AnswerState.AT_RISK, "Sixty so far.")]
        assert [(one.text, one.due_on, one.stage) for one in content.commitments] == [
            ("A hundred seats", MAY, "Child outcomes")
        ]


def test_what_cannot_be_saved_is_named_and_the_rest_is_saved(stage: Stage) -> None:
    with stage.database.write() as db:
        number, update = last_promise(db, stage), stage.update(db)
        stage.write(db, update, "ask", "Theirs.")
        draft = Draft(
            bodies={"narrative": ("We met.", 0), "ask": ("Mine.", 0), "gone": ("x", 0), "more": ("x" * 20_001, 0)},
            answers={number: (None, "A note without an answer"), 999: (AnswerState.DONE, "")},
            added=Promise("No day", None),
        )
        saved = save_draft(db, update, draft, by=SYSTEM)
        assert (list(saved.texts), list(saved.stale), sorted(saved.troubles)) == (
            ["narrative"],
            ["ask"],
            ["body-gone", "body-more", "due-new", f"state-{number}", "state-999"],
        )
        assert (saved.stale["ask"].yours, saved.stale["ask"].theirs) == ("Mine.", "Theirs.")
        assert [part.body for part in draft_of(db, update).sections] == ["We met.", "Theirs.", ""]


def test_what_the_form_does_not_name_stays(stage: Stage) -> None:
    with stage.database.write() as db:
        update = stage.update(db)
        save_draft(db, update, Draft(bodies={"ask": ("Kept.", 0)}, added=Promise("Seats", MAY)), by=SYSTEM)
        save_draft(db, update, Draft(bodies={"narrative": ("New.", 0)}), by=SYSTEM)
        content = draft_of(db, update)
        assert ([part.body for part in content.sections], len(content.commitments)) == (["New.", "Kept.", ""], 1)


def test_another_citys_commitment_in_the_form_is_left_alone(stage: Stage) -> None:
    with stage.database.write() as db:
        save_draft(db, stage.update(db, "salem"), Draft(added=Promise("Salem’s", MAY)), by=SYSTEM)
        number = draft_of(db, stage.update(db, "salem")).commitments[0].id
        facilitator = stage.viewer(db, "oakland/facilitator")
        hostile = Draft(promises={number: Promise("Taken over", MAY)}, removed=number)
        save_draft(db, stage.update(db), hostile, by=facilitator)
        row = db.get_one(Commitment, number)
        assert (row.text, row.archived_at) == ("Salem’s", None)


def test_the_desk_shows_what_was_written_last_time_beside_each_section(stage: Stage) -> None:
    with stage.database.write() as db:
        stage.release(db, stage.update(db, cycle="spring"), "Last")
        desk = desk_of(db, stage.update(db))
        assert (desk.last_cycle, [(part.slug, part.before, part.body) for part in desk.sections]) == (
            "Spring 2017",
            [("narrative", "Last of the narrative", ""), ("ask", "Last of the ask", ""), ("more", "", "")],
        )
        assert desk.missing == ("the section “What happened”", "the section “Our ask”")


def test_the_desk_of_a_correction_holds_the_released_words(stage: Stage) -> None:
    with stage.database.write() as db:
        stage.release(db, stage.update(db))
        begin_correction(db, stage.update(db), by=SYSTEM)
        desk = desk_of(db, stage.update(db))
        assert [part.body for part in desk.sections] == ["Words of the narrative", "Words of the ask", ""]
