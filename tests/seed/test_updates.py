"""The sample's updates: a cycle to read, and a cycle in progress with an update in every state."""

from collections.abc import Sequence
from datetime import date

from sqlmodel import Session, col, select

from app.database import Database
from app.models import (
    City,
    Commitment,
    CommitmentAnswer,
    MarkKind,
    Update,
    UpdateCycle,
    UpdateMark,
    UpdateState,
    UpdateVersion,
)
from app.updates.content import Content, words


def updates(db: Session, slug: str) -> Sequence[Update]:
    return db.exec(
        select(Update)
        .join(UpdateCycle, col(UpdateCycle.id) == Update.cycle_id)
        .join(City, col(City.id) == Update.city_id)
        .where(UpdateCycle.slug == slug)
        .order_by(col(City.name))
    ).all()


def released(db: Session, slug: str) -> dict[str, Content]:
    return {one.city.name: Content.model_validate(one.versions[-1].content) for one in updates(db, slug)}


def test_the_earlier_cycle_is_released_whole_approved_by_each_citys_mayor(sample: Database) -> None:
    """Rule 5."""
    with sample.read() as db:
        said = [(one.city.name, one.state, one.approved_as) for one in updates(db, "2017-spring")]
        assert said == [
            ("Louisville", UpdateState.RELEASED, "Mayor, Louisville"),
            ("Newton", UpdateState.RELEASED, "Mayor, Newton"),
            ("Oakland", UpdateState.RELEASED, "Mayor, Oakland"),
            ("Providence", UpdateState.RELEASED, "Mayor, Providence"),
            ("Salem", UpdateState.RELEASED, "Mayor, Salem"),
            ("Somerville", UpdateState.RELEASED, "Mayor, Somerville"),
        ]


def test_a_released_update_stays_with_the_person_and_the_office_of_its_day(sample: Database) -> None:
    """Rule 8: whoever comes after, the spring update is that mayor's."""
    with sample.read() as db:
        versions = db.exec(select(UpdateVersion).order_by(col(UpdateVersion.id))).all()
        assert ("Jonathan Feldscher", "Mayor, Newton", date(2017, 5, 3)) in [
            (one.author, one.office, one.created_at.date()) for one in versions
        ]
        assert [one.number for one in versions] == [1] * 6


def test_each_released_update_is_350_to_600_words_with_a_number_and_three_or_four_commitments(
    sample: Database,
) -> None:
    with sample.read() as db:
        for city, content in released(db, "2017-spring").items():
            assert [part.slug for part in content.sections] == ["narrative", "wins", "stuck", "data", "ask"]
            assert 350 <= sum(words(part.body) for part in content.sections) <= 600, city
            assert content.number, city
            assert content.number.shown, city
            assert len(content.commitments) in (3, 4), city


def test_the_texts_name_no_month_and_no_year_because_the_calendar_moves(sample: Database) -> None:
    months = "January February March April June July August September October November December 2016 2017 2018"
    with sample.read() as db:
        texts = [text.body for slug in ("2017-spring", "2017-fall") for one in updates(db, slug) for text in one.texts]
        texts += [one.text for one in db.exec(select(Commitment))]
        texts += [one.note for one in db.exec(select(CommitmentAnswer))]
        assert [(word, text) for text in texts for word in months.split() if word in text] == []


def test_the_cycle_in_progress_has_an_update_in_every_state_before_release(sample: Database) -> None:
    with sample.read() as db:
        assert [(one.city.name, one.state.value) for one in updates(db, "2017-fall")] == [
            ("Louisville", "drafting"),
            ("Newton", "drafting"),
            ("Oakland", "drafting"),
            ("Providence", "not started"),
            ("Salem", "with the mayor"),
            ("Somerville", "approved"),
        ]


def test_answers_to_the_last_commitments_are_partly_done(sample: Database) -> None:
    """Rule 7: whole where the mayor has it, begun where it is being written."""
    with sample.read() as db:
        made = {one.city.name: len(one.commitments) for one in updates(db, "2017-spring")}
        answers = db.exec(select(CommitmentAnswer)).all()
        answered = {
            one.city.name: f"{sum(a.update_id == one.key for a in answers)} of {made[one.city.name]}"
            for one in updates(db, "2017-fall")
        }
        assert answered == {
            "Louisville": "2 of 4",
            "Newton": "1 of 3",
            "Oakland": "4 of 4",
            "Providence": "0 of 3",
            "Salem": "4 of 4",
            "Somerville": "3 of 3",
        }


def test_drafts_are_by_the_facilitator_in_office_on_the_day(sample: Database) -> None:
    with sample.read() as db:
        writers = {
            one.city.name: {text.edited_by.name for text in one.texts if text.edited_by}
            for one in updates(db, "2017-spring")
        }
        assert writers["Salem"] == {"Siobhán Ní Dhomhnaill"}
        assert all(len(names) == 1 for names in writers.values())


def test_what_readers_left_is_told_and_answered_so_that_nobody_begins_with_a_debt(sample: Database) -> None:
    """Rule 8: under the office of the day."""
    with sample.read() as db:
        marks = db.exec(select(UpdateMark).order_by(col(UpdateMark.id))).all()
        assert [(one.office, one.update.city.name, one.answered_as) for one in marks] == [
            ("Mayor, Louisville", "Somerville", "Facilitator, Somerville"),
            ("Mayor, Oakland", "Salem", "Facilitator, Salem"),
            ("Mayor, Providence", "Newton", ""),
        ]
        assert all(one.told_at == one.created_at for one in marks)
        assert all(one.answer for one in marks if one.kind is MarkKind.QUESTION)
