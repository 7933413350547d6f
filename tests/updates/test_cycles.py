"""A cycle gives each active city exactly one update (rule 5), due at midnight of the city's own zone."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from sqlmodel import Session, select

from app.models import City, Cohort, Membership, Update, UpdateCycle
from app.people.audit import Refused, verb
from app.people.viewer import Viewer
from app.updates.cycles import days_to_go, due_at, find_cycle, open_cycle, owe_updates
from app.updates.sections import FIRST_SECTIONS
from tests.updates.stage import SECTIONS, SYSTEM, Stage

NEXT: dict[str, Any] = {
    "slug": "next",
    "title": "Next",
    "period": (date(2017, 11, 16), date(2018, 5, 16)),
    "due_on": date(2018, 4, 27),
}


def owing(db: Session, cycle: UpdateCycle) -> list[str]:
    return list(db.exec(select(City.slug).join(Update).where(Update.cycle_id == cycle.key).order_by(City.slug)))


@verb
def join(db: Session, stage: Stage, slug: str, joined_on: date, left_on: date | None = None, *, by: Viewer) -> None:
    city = db.exec(select(City).where(City.slug == slug)).first() or City(slug=slug, name=slug)
    db.add(city)
    db.flush()
    db.add(Membership(cohort_id=stage.cohort_id, city_id=city.key, joined_on=joined_on, left_on=left_on))


def test_each_city_active_on_the_due_date_owes_exactly_one_update_rule_5(stage: Stage) -> None:
    with stage.database.write() as db:
        join(db, stage, "left-before", date(2016, 1, 1), date(2018, 4, 26), by=SYSTEM)
        join(db, stage, "left-on-the-day", date(2016, 1, 1), date(2018, 4, 27), by=SYSTEM)
        join(db, stage, "joins-after", date(2018, 4, 28), by=SYSTEM)
        join(db, stage, "came-back", date(2016, 1, 1), date(2017, 1, 1), by=SYSTEM)
        join(db, stage, "came-back", date(2018, 1, 1), by=SYSTEM)
        cycle = open_cycle(db, db.get_one(Cohort, stage.cohort_id), **NEXT, by=SYSTEM)
        assert owing(db, cycle) == ["came-back", "left-on-the-day", "oakland", "salem"]


def test_a_city_that_joins_later_owes_one_and_asking_twice_makes_no_second_rule_5(stage: Stage) -> None:
    with stage.database.write() as db:
        cycle = stage.cycle(db)
        join(db, stage, "newcomer", date(2017, 10, 20), by=SYSTEM)
        assert [update.city.slug for update in owe_updates(db, cycle, by=SYSTEM)] == ["newcomer"]
        assert owe_updates(db, cycle, by=SYSTEM) == []
        assert owing(db, cycle) == ["newcomer", "oakland", "salem"]


def test_sections_are_those_of_the_cycle_before(stage: Stage) -> None:
    with stage.database.read() as db:
        asked = [(part.slug, part.title, part.required) for part in stage.cycle(db, "fall").sections]
    assert asked == [(part.slug, part.title, part.required) for part in SECTIONS]


def test_a_first_cycle_asks_the_first_sections(stage: Stage) -> None:
    with stage.database.write() as db:
        other = db.exec(select(Cohort).where(Cohort.slug == "elsewhere")).one()
        cycle = open_cycle(db, other, **NEXT, by=SYSTEM)
        db.refresh(cycle)
        assert [part.slug for part in cycle.sections] == [part.slug for part in FIRST_SECTIONS]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"slug": "fall"}, "Fall 2017 has this address already."),
        ({"slug": "new"}, "“new” leads to another page. Take another address, such as 2017-fall."),
        ({"slug": "commitments"}, "“commitments” leads to another page. Take another address, such as 2017-fall."),
        ({"slug": "Ünïcode/.."}, "An address is made of small letters, digits and hyphens, such as 2017-fall."),
        ({"title": "  "}, "Give the cycle a name, such as Fall 2017."),
        ({"period": (date(2018, 5, 16), date(2018, 5, 15))}, "The period ends before it starts."),
        ({"period": (date(2017, 11, 15), date(2018, 5, 16))}, "The period overlaps with that of Fall 2017."),
    ],
)
def test_a_cycle_that_cannot_be_is_refused_and_nothing_is_made(
    stage: Stage, change: dict[str, object], sentence: str
) -> None:
    with stage.database.write() as db:
        with pytest.raises(Refused) as refused:
            open_cycle(db, db.get_one(Cohort, stage.cohort_id), **(NEXT | change), by=SYSTEM)
        assert refused.value.sentence == sentence
        assert find_cycle(db, stage.cohort_id, "next") is None


def test_the_due_date_is_over_at_midnight_in_the_city(stage: Stage) -> None:
    """Rule 14: nine in the evening in Oakland is midnight in Salem, where the day is over."""
    with stage.database.read() as db:
        cycle = stage.cycle(db)
    assert due_at(cycle.due_on, "America/New_York") == datetime(2017, 10, 28, 4, tzinfo=UTC)
    assert due_at(cycle.due_on, "America/Los_Angeles") == datetime(2017, 10, 28, 7, tzinfo=UTC)
    with time_machine.travel(datetime(2017, 10, 28, 4, 30, tzinfo=UTC)):
        assert days_to_go(cycle.due_on, "America/New_York") == -1
        assert days_to_go(cycle.due_on, "America/Los_Angeles") == 0


def test_the_hour_that_the_clock_change_adds_belongs_to_the_due_date() -> None:
    """Clocks go back on 5 November 2017: that day has 25 hours in Salem."""
    assert due_at(date(2017, 11, 5), "America/New_York") == datetime(2017, 11, 6, 5, tzinfo=UTC)
