"""A cycle is data: suggested after the last one, changed while it runs, and cities that join owe an update (rule 5)."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from sqlmodel import Session, select

from app.models import City, Cohort, NudgeKind, NudgeRule, Update, UpdateCycle
from app.people.audit import Refused, verb
from app.people.cities import add_city
from app.people.viewer import Viewer
from app.updates.cycle_settings import change_cycle, suggested
from app.updates.cycles import open_cycle, owe_newcomers
from tests.updates.stage import FALL, SPRING, SYSTEM, Stage


def terms(cycle: UpdateCycle) -> dict[str, object]:
    return {
        "title": cycle.title,
        "period": (cycle.period_starts_on, cycle.period_ends_on),
        "due_on": cycle.due_on,
        "convening": None,
        "countdown_days": cycle.countdown_days,
    }


def change(stage: Stage, **changes: object) -> None:
    with stage.database.write() as db:
        cycle = stage.cycle(db)
        change_cycle(db, cycle, **(terms(cycle) | changes), by=stage.viewer(db, "lab/organizer"))  # type: ignore[arg-type]


def owing(stage: Stage) -> list[str]:
    with stage.database.read() as db:
        rows = select(City.slug).join(Update).where(Update.cycle_id == stage.cycle(db).key).order_by(City.slug)
        return list(db.exec(rows))


def test_the_next_cycle_is_suggested_as_long_and_due_as_long_before_its_end(stage: Stage) -> None:
    with stage.database.read() as db:
        found = suggested(db, db.get_one(Cohort, stage.cohort_id))
        assert found is not None
        # 182 days after a period of 18 May to 15 November, due 19 days before its end
        assert (found.period, found.due_on) == ((date(2017, 11, 16), date(2018, 5, 16)), date(2018, 4, 27))
        assert (found.title, found.slug, found.convening) == ("Spring 2018", "2018-spring", None)


def test_a_first_cycle_has_nothing_to_go_by(stage: Stage) -> None:
    with stage.database.read() as db:
        assert suggested(db, db.exec(select(Cohort).where(Cohort.slug == "elsewhere")).one()) is None


@verb
def set_rhythm(db: Session, cycle: UpdateCycle, *, by: Viewer) -> None:
    cycle.countdown_days = 10
    db.add(NudgeRule(cycle_id=cycle.key, kind=NudgeKind.LATE, days=2))
    db.add(NudgeRule(cycle_id=cycle.key, kind=NudgeKind.NOT_SENT, days=4, archived_at=datetime(2017, 9, 1, tzinfo=UTC)))


def test_a_new_cycle_has_the_rhythm_of_the_one_before(stage: Stage) -> None:
    with stage.database.write() as db:
        set_rhythm(db, stage.cycle(db), by=SYSTEM)
        period = (date(2017, 11, 16), date(2018, 5, 16))
        cohort = db.get_one(Cohort, stage.cohort_id)
        cycle = open_cycle(db, cohort, slug="next", title="Next", period=period, due_on=date(2018, 4, 27), by=SYSTEM)
        rules = db.exec(select(NudgeRule.kind, NudgeRule.days).where(NudgeRule.cycle_id == cycle.key)).all()
        assert (cycle.countdown_days, [tuple(one) for one in rules]) == (10, [(NudgeKind.LATE, 2)])


def test_a_cycle_is_called_and_timed_otherwise_and_keeps_its_texts(stage: Stage) -> None:
    with stage.database.write() as db:
        stage.write(db, stage.update(db), "ask", "Kept.")
    change(stage, title="  Autumn\n 2017 ", due_on=date(2017, 11, 3), countdown_days=0)
    with stage.database.read() as db:
        cycle = stage.cycle(db, "fall")
        assert (cycle.title, cycle.due_on, cycle.countdown_days) == ("Autumn 2017", date(2017, 11, 3), 0)
        assert [text.body for text in stage.update(db).texts] == ["Kept."]


@pytest.mark.parametrize(
    ("changes", "sentence", "field"),
    [
        ({"title": " "}, "Give the cycle a name, such as Fall 2017.", "title"),
        ({"title": "x" * 301}, "A name may have 300 characters here; this one has 301.", "title"),
        (
            {"period": (date(2017, 5, 17), date(2017, 11, 15))},
            "The period overlaps with that of Spring 2017.",
            "period_starts_on",
        ),
        ({"period": (date(2017, 6, 1), date(2017, 5, 31))}, "The period ends before it starts.", "period_ends_on"),
        ({"countdown_days": 366}, "Give a number of days from 0 to 365; 0 shows none.", "countdown_days"),
        ({"countdown_days": -1}, "Give a number of days from 0 to 365; 0 shows none.", "countdown_days"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field_and_nothing_is_changed(
    stage: Stage, changes: dict[str, object], sentence: str, field: str
) -> None:
    with pytest.raises(Refused) as refused:
        change(stage, **changes)
    assert (refused.value.sentence, refused.value.field) == (sentence, field)
    with stage.database.read() as db:
        assert terms(stage.cycle(db)) == {
            "title": FALL["title"],
            "period": FALL["period"],
            "due_on": FALL["due_on"],
            "convening": None,
            "countdown_days": 28,
        }


def test_a_city_that_joins_before_the_date_owes_its_update_at_once_and_only_one(stage: Stage) -> None:
    """Rule 5. The spring cycle is over: nobody owes it after the event."""
    with stage.database.write() as db:
        cohort = db.get_one(Cohort, stage.cohort_id)
        add_city(db, cohort, name="Newton", joined_on=date(2017, 10, 20), by=SYSTEM)
        add_city(db, cohort, name="Tomorrow", joined_on=date(2017, 10, 28), by=SYSTEM)
        made = [(update.city.slug, update.cycle.slug) for update in owe_newcomers(db, cohort, by=SYSTEM)]
        assert made == [("newton", "fall")]
        assert owe_newcomers(db, cohort, by=SYSTEM) == []


def test_who_is_active_on_a_later_date_owes_one_when_the_date_is_moved(stage: Stage) -> None:
    with stage.database.write() as db:
        add_city(db, db.get_one(Cohort, stage.cohort_id), name="Newton", joined_on=date(2017, 10, 30), by=SYSTEM)
    change(stage)
    assert owing(stage) == ["oakland", "salem"]
    change(stage, due_on=date(2017, 11, 3))
    assert owing(stage) == ["newton", "oakland", "salem"]
    change(stage, due_on=SPRING["due_on"])
    assert owing(stage) == ["newton", "oakland", "salem"], "what was given is not taken away"


def test_a_cycle_whose_date_is_over_is_not_owed_by_newcomers(stage: Stage) -> None:
    with time_machine.travel(datetime(2017, 10, 28, 12, tzinfo=UTC), tick=True), stage.database.write() as db:
        cohort = db.get_one(Cohort, stage.cohort_id)
        add_city(db, cohort, name="Newton", joined_on=date(2017, 10, 20), by=SYSTEM)
        assert owe_newcomers(db, cohort, by=SYSTEM) == []
