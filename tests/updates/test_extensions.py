"""More time for one city: visible, kind, and respected wherever the date counts, in the city's own zone (rule 14)."""

from datetime import UTC, date, datetime

import pytest
import time_machine

from app.people.audit import Refused
from app.updates.board import board_of, stands_until
from app.updates.cycle_settings import change_cycle
from app.updates.due import due_from
from app.updates.extensions import end_extension, extend_update
from tests.updates.stage import SYSTEM, Stage

LATER = date(2017, 11, 6)


def extend(
    stage: Stage, until: date = LATER, reason: str = "A new facilitator began.", who: str = "lab/organizer"
) -> None:
    with stage.database.write() as db:
        extend_update(db, stage.update(db), until=until, reason=reason, by=stage.viewer(db, who))


def lines(stage: Stage) -> dict[str, tuple[int, bool]]:
    """City → days to go and whether it is late."""
    with stage.database.read() as db:
        return {line.city_slug: (line.days, line.is_late) for line in board_of(db, stage.cycle(db)).lines}


def test_a_city_with_more_time_is_late_only_after_its_own_day_in_its_own_zone(stage: Stage) -> None:
    """6 November ends in Oakland at 08:00 UTC of the 7th: the clocks have gone back meanwhile."""
    extend(stage)
    assert lines(stage) == {"oakland": (13, False), "salem": (3, False)}
    with time_machine.travel(datetime(2017, 11, 1, 12, tzinfo=UTC)):
        assert lines(stage) == {"oakland": (5, False), "salem": (-5, True)}
    with time_machine.travel(datetime(2017, 11, 7, 7, 59, tzinfo=UTC)):
        assert lines(stage)["oakland"] == (0, False)
    with time_machine.travel(datetime(2017, 11, 7, 8, 0, tzinfo=UTC)):
        assert lines(stage)["oakland"] == (-1, True)


def test_what_is_owed_is_owed_by_the_later_day(stage: Stage) -> None:
    extend(stage)
    with stage.database.read() as db:
        owed = {
            name: [due.due_on for due in due_from(db, stage.viewer(db, name)) if "fall" in due.url]
            for name in ("oakland/facilitator", "salem/facilitator")
        }
    assert owed == {"oakland/facilitator": [LATER], "salem/facilitator": [date(2017, 10, 27)]}


def test_a_later_date_of_the_cycle_overtakes_it(stage: Stage) -> None:
    extend(stage, date(2017, 10, 28))
    with stage.database.write() as db:
        cycle = stage.cycle(db)
        period = (cycle.period_starts_on, cycle.period_ends_on)
        change_cycle(
            db,
            cycle,
            title="Fall 2017",
            period=period,
            due_on=date(2017, 11, 3),
            convening=None,
            countdown_days=28,
            by=SYSTEM,
        )
    with stage.database.read() as db:
        oakland = next(line for line in board_of(db, stage.cycle(db)).lines if line.city_slug == "oakland")
        assert (oakland.due_on, oakland.extended_to) == (date(2017, 11, 3), None)


def test_it_can_be_said_anew_and_taken_back(stage: Stage) -> None:
    extend(stage)
    extend(stage, date(2017, 11, 10), "Two more days.")
    assert lines(stage)["oakland"] == (17, False)
    with stage.database.write() as db:
        end_extension(db, stage.update(db), by=stage.viewer(db, "lab/organizer"))
    assert lines(stage)["oakland"] == (3, False)


@pytest.mark.parametrize(
    ("until", "reason", "sentence", "field"),
    [
        (date(2017, 10, 27), "Why", "All cities have until Fri 27 Oct 2017: give a later day.", "until"),
        (LATER, " \n ", "Say why in a few kind words: all cities read them on the board.", "reason"),
        (LATER, "x" * 501, "This is 501 characters; 500 is the most that fits. Nothing was cut.", "reason"),
    ],
)
def test_what_gives_no_time_is_refused_at_its_field(
    stage: Stage, until: date, reason: str, sentence: str, field: str
) -> None:
    with pytest.raises(Refused) as refused:
        extend(stage, until, reason)
    assert (refused.value.sentence, refused.value.field) == (sentence, field)


def test_a_day_that_is_over_in_the_city_gives_no_time(stage: Stage) -> None:
    """Eleven in the evening in Oakland is the next day in Salem."""
    with time_machine.travel(datetime(2017, 11, 7, 7, 0, tzinfo=UTC), tick=True):
        extend(stage, LATER)
    with time_machine.travel(datetime(2017, 11, 7, 8, 0, tzinfo=UTC), tick=True), pytest.raises(Refused) as refused:
        extend(stage, LATER)
    assert refused.value.sentence == "That day is over in Oakland. Give a day from today on."


@pytest.mark.parametrize("who", ["oakland/facilitator", "oakland/mayor", "lab/staff", "elsewhere/organizer"])
def test_only_an_organizer_of_the_cohort_gives_time(stage: Stage, who: str) -> None:
    with pytest.raises(Refused):
        extend(stage, who=who)


def test_what_is_released_needs_no_time(stage: Stage) -> None:
    with stage.database.write() as db:
        stage.release(db, stage.update(db))
    with pytest.raises(Refused) as refused:
        extend(stage)
    assert refused.value.sentence == "Oakland’s update is released already."


def test_a_board_that_is_kept_stands_until_the_next_midnight_of_any_of_its_zones(stage: Stage) -> None:
    """04:00 UTC is midnight in Salem and the cohort's, 07:00 in Oakland (rule 14)."""
    for hour, until in ((14, 28), (28, 31), (31, 52)):
        moment = datetime(2017, 10, 24 + hour // 24, hour % 24, tzinfo=UTC)
        with time_machine.travel(moment, tick=False), stage.database.read() as db:
            stands = stands_until(stage.cycle(db), board_of(db, stage.cycle(db)), "America/New_York")
        assert stands == datetime(2017, 10, 24 + until // 24, until % 24, tzinfo=UTC)
