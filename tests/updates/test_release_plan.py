"""Approved updates go out by a plan that all can see: together at an hour, or as they come; once, and never unapproved.

Rule 6.
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
import time_machine
from sqlmodel import col, select

from app.mailing.release_letters import release_due
from app.models import OutboxLetter, ReleaseWay, UpdateState
from app.people.audit import Refused
from app.settings import Settings
from app.updates.approval import withdraw_approval
from app.updates.release_plan import plan_release
from app.updates.releases import begin_correction
from app.updates.versions import last_version
from tests.updates.stage import Stage

NINE = datetime(2017, 11, 2, 13, tzinfo=UTC)
"""Thursday, 2 November 2017, 09:00 in Cambridge: before the clocks change."""

A_MINUTE = timedelta(minutes=1)


def say(stage: Stage, way: ReleaseWay, at: datetime | None = None) -> None:
    with stage.database.write() as db:
        plan_release(db, stage.cycle(db), way=way, at=at, by=stage.viewer(db, "lab/organizer"))


def approved(stage: Stage, city: str) -> None:
    with stage.database.write() as db:
        stage.fill(db, stage.update(db, city), f"Words of {city}")
        stage.approve(db, stage.update(db, city), who=f"{city}/mayor")


def round_at(stage: Stage, settings: Settings, moment: datetime) -> int:
    with time_machine.travel(moment, tick=True):
        return release_due(stage.database, settings)


def states(stage: Stage) -> dict[str, UpdateState]:
    with stage.database.read() as db:
        return {city: stage.update(db, city).state for city in stage.cities if city != "tulsa"}


def letters(stage: Stage) -> list[tuple[str, str]]:
    """(recipient, subject) of all letters about a release."""
    with stage.database.read() as db:
        rows = db.exec(select(OutboxLetter).where(OutboxLetter.purpose == "updates-released").order_by(OutboxLetter.id))  # type: ignore[arg-type]
        return [(row.recipient, row.subject) for row in rows]


def test_at_the_hour_all_that_is_approved_goes_out_together_with_one_letter_a_reader(
    stage: Stage, settings: Settings
) -> None:
    say(stage, ReleaseWay.TOGETHER, NINE)
    approved(stage, "oakland")
    approved(stage, "salem")
    assert round_at(stage, settings, NINE - A_MINUTE) == 0
    assert round_at(stage, settings, NINE) == 2
    assert states(stage) == {"oakland": UpdateState.RELEASED, "salem": UpdateState.RELEASED}
    sent = letters(stage)
    assert (len(sent), len({to for to, _ in sent})) == (10, 10)
    assert {subject for _, subject in sent} == {"2 updates for Fall 2017 can be read"}
    assert round_at(stage, settings, NINE + A_MINUTE) == 0
    assert letters(stage) == sent


def test_what_the_mayor_has_not_approved_stays_where_it_is(stage: Stage, settings: Settings) -> None:
    """Rule 5: the hour approves nothing."""
    say(stage, ReleaseWay.TOGETHER, NINE)
    with stage.database.write() as db:
        stage.fill(db, stage.update(db))
    assert round_at(stage, settings, NINE) == 0
    assert (states(stage)["oakland"], letters(stage)) == (UpdateState.DRAFTING, [])


def test_what_is_approved_after_the_hour_goes_out_as_it_is_approved(stage: Stage, settings: Settings) -> None:
    say(stage, ReleaseWay.TOGETHER, NINE)
    approved(stage, "oakland")
    assert round_at(stage, settings, NINE) == 1
    approved(stage, "salem")
    assert round_at(stage, settings, NINE + timedelta(days=3)) == 1
    assert {subject for _, subject in letters(stage)} == {
        "Oakland’s update for Fall 2017 can be read",
        "Salem’s update for Fall 2017 can be read",
    }


def test_as_they_come_each_goes_out_at_the_next_round(stage: Stage, settings: Settings) -> None:
    say(stage, ReleaseWay.AS_THEY_COME)
    assert release_due(stage.database, settings) == 0
    approved(stage, "salem")
    assert release_due(stage.database, settings) == 1
    assert states(stage) == {"oakland": UpdateState.NOT_STARTED, "salem": UpdateState.RELEASED}


def test_as_they_come_from_a_day_on_nothing_goes_out_before_it(stage: Stage, settings: Settings) -> None:
    say(stage, ReleaseWay.AS_THEY_COME, NINE)
    approved(stage, "salem")
    assert release_due(stage.database, settings) == 0
    assert round_at(stage, settings, NINE) == 1


def test_by_hand_nothing_goes_out_by_itself(stage: Stage, settings: Settings) -> None:
    approved(stage, "salem")
    assert round_at(stage, settings, NINE) == 0


def test_until_the_hour_it_can_be_stopped_and_moved(stage: Stage, settings: Settings) -> None:
    say(stage, ReleaseWay.TOGETHER, NINE)
    approved(stage, "salem")
    say(stage, ReleaseWay.BY_HAND)
    assert round_at(stage, settings, NINE) == 0
    say(stage, ReleaseWay.TOGETHER, NINE + timedelta(days=1))
    assert round_at(stage, settings, NINE) == 0
    assert round_at(stage, settings, NINE + timedelta(days=1)) == 1


def test_an_approval_that_was_withdrawn_before_the_hour_does_not_go_out(stage: Stage, settings: Settings) -> None:
    say(stage, ReleaseWay.TOGETHER, NINE)
    approved(stage, "salem")
    with stage.database.write() as db:
        withdraw_approval(db, stage.update(db, "salem"), by=stage.viewer(db, "salem/mayor"))
    assert round_at(stage, settings, NINE) == 0


def test_an_approved_correction_goes_out_as_a_second_version(stage: Stage, settings: Settings) -> None:
    say(stage, ReleaseWay.AS_THEY_COME)
    approved(stage, "salem")
    assert release_due(stage.database, settings) == 1
    with stage.database.write() as db:
        begin_correction(db, stage.update(db, "salem"), by=stage.viewer(db, "salem/facilitator"))
        stage.write(db, stage.update(db, "salem"), "ask", "Corrected.")
    assert release_due(stage.database, settings) == 0
    with stage.database.write() as db:
        stage.approve(db, stage.update(db, "salem"), who="salem/mayor")
    assert release_due(stage.database, settings) == 1
    with stage.database.read() as db:
        version = last_version(db, stage.update(db, "salem"))
        assert version is not None
        assert (version.number, version.note) == (2, "Corrected: Our ask.")


def test_two_workers_at_once_release_each_update_once_and_write_each_letter_once(
    stage: Stage, settings: Settings
) -> None:
    say(stage, ReleaseWay.AS_THEY_COME)
    for city in ("oakland", "salem"):
        approved(stage, city)
    barrier = Barrier(2)

    def work() -> int:
        barrier.wait()
        return release_due(stage.database, settings)

    with ThreadPoolExecutor(2) as pool:
        done = sorted(future.result() for future in [pool.submit(work), pool.submit(work)])
    assert done == [0, 2]
    assert len(letters(stage)) == 10
    with stage.database.read() as db:
        assert [len(stage.update(db, city).versions) for city in ("oakland", "salem")] == [1, 1]


def test_a_release_and_a_withdrawal_at_once_leave_one_of_the_two(stage: Stage, settings: Settings) -> None:
    """Neither waits for the other for ever: rows are held in one order, before anything is written."""
    say(stage, ReleaseWay.AS_THEY_COME)
    for city in ("oakland", "salem"):
        approved(stage, city)
    barrier = Barrier(2)

    def withdraw() -> str:
        barrier.wait()
        try:
            with stage.database.write() as db:
                withdraw_approval(db, stage.update(db, "salem"), by=stage.viewer(db, "salem/mayor"))
        except Refused:
            return "too late"
        return "withdrawn"

    def release() -> int:
        barrier.wait()
        return release_due(stage.database, settings)

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.submit(withdraw), pool.submit(release)
        said, number = first.result(), second.result()
    assert (said, number) in (("withdrawn", 1), ("too late", 2))
    after = UpdateState.DRAFTING if said == "withdrawn" else UpdateState.RELEASED
    assert states(stage) == {"oakland": UpdateState.RELEASED, "salem": after}


@pytest.mark.parametrize(
    ("way", "at", "sentence"),
    [
        (ReleaseWay.TOGETHER, None, "Say the day and the hour at which they go out together."),
        (
            ReleaseWay.TOGETHER,
            datetime(2017, 10, 24, 13, tzinfo=UTC),
            "Tue 24 Oct 2017 at 09:00 EDT has passed. Give an hour to come.",
        ),
        (
            ReleaseWay.AS_THEY_COME,
            datetime(2016, 11, 24, 13, tzinfo=UTC),
            "Thu 24 Nov 2016 at 08:00 EST has passed. Give an hour to come.",
        ),
    ],
)
def test_a_plan_that_cannot_be_is_refused(stage: Stage, way: ReleaseWay, at: datetime | None, sentence: str) -> None:
    with pytest.raises(Refused) as refused:
        say(stage, way, at)
    assert (refused.value.sentence, refused.value.field) == (sentence, "release_at")
    with stage.database.read() as db:
        assert stage.cycle(db).release_way is ReleaseWay.BY_HAND


def test_saying_the_same_again_is_not_refused_once_the_hour_has_passed(stage: Stage) -> None:
    say(stage, ReleaseWay.TOGETHER, NINE)
    with time_machine.travel(NINE + timedelta(days=1), tick=True):
        say(stage, ReleaseWay.TOGETHER, NINE)


def test_the_letters_of_another_cohort_are_none(stage: Stage, settings: Settings) -> None:
    say(stage, ReleaseWay.AS_THEY_COME)
    approved(stage, "oakland")
    release_due(stage.database, settings)
    with stage.database.read() as db:
        elsewhere = col(OutboxLetter.recipient).contains("tulsa") | col(OutboxLetter.recipient).contains("elsewhere")
        assert db.exec(select(OutboxLetter).where(elsewhere)).all() == []
