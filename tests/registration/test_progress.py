"""How many had registered by which day, against the convening before."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from sqlmodel import Session

from app.database import Database
from app.models import Cohort, Convening, Person, Registration, RegistrationState
from app.people.audit import verb
from app.people.viewer import Viewer
from app.registration.progress import Line, Progress, progress
from app.registration.registrations import cancel, decline, invite, register
from app.registration.substitutions import Newcomer, substitute, undo_substitution
from tests.conftest import VisitorOf
from tests.registration.stage import BY, Stage, convening, more_members, person

BOARD = "/by-all-means/convenings/2017-fall/registration/board"


@verb
def hold_before(
    db: Session, stage: Stage, starts_on: date, moments: list[datetime], *, cohort_id: int = 0, by: Viewer
) -> Convening:
    """An earlier convening for which one person registered at each of the moments."""
    before = Convening(
        cohort_id=cohort_id or stage.cohort,
        slug=f"on-{starts_on}",
        title=f"Convening of {starts_on}",
        starts_on=starts_on,
        ends_on=starts_on,
    )
    db.add(before)
    db.flush()
    for moment, person_id in zip(moments, stage.people.values(), strict=False):
        db.add(
            Registration(
                convening_id=before.key,
                person_id=person_id,
                state=RegistrationState.SUBMITTED,
                submitted_at=moment,
            )
        )
    return before


@verb
def change(db: Session, row: Convening | Registration, name: str, value: object, *, by: Viewer) -> None:
    setattr(row, name, value)
    db.add(row)


def registers(db: Session, stage: Stage, who: str, moment: datetime) -> Registration:
    with time_machine.travel(moment, tick=True):
        return register(db, convening(db, stage), person(db, stage, who), by=BY)


def seen(database: Database, stage: Stage) -> Progress:
    with database.read() as db:
        return progress(db, convening(db, stage))


def test_both_lines_count_by_days_before_their_own_first_day(database: Database, stage: Stage) -> None:
    with database.write() as db:
        registers(db, stage, "oakland mayor", datetime(2017, 10, 3, 15, tzinfo=UTC))
        registers(db, stage, "expert", datetime(2017, 10, 3, 16, tzinfo=UTC))
        registers(db, stage, "salem mayor", datetime(2017, 10, 30, 15, tzinfo=UTC))
        days = [datetime(2017, 3, 7, 15, tzinfo=UTC), datetime(2017, 5, 1, 15, tzinfo=UTC)]
        hold_before(db, stage, date(2017, 5, 16), days, by=BY)
    both = seen(database, stage)
    assert both.this == Line("Fall convening", ((42, 2), (15, 3)), until=14)
    assert both.last == Line("Convening of 2017-05-16", ((70, 1), (15, 2)), until=0)
    assert (both.this.by(43), both.this.by(42), both.this.total, both.last.by(14)) == (0, 2, 3, 2)
    assert (both.weeks, both.marks, both.heights) == (12, (0, 2, 4, 6, 8, 10, 12), (0, 1, 2, 3))
    assert both.table == (
        *((week, 0, 0) for week in (12, 11)),
        *((week, 0, 1) for week in (10, 9, 8, 7)),
        *((week, 2, 1) for week in (6, 5, 4, 3)),
        (2, 3, 2),
        (1, None, 2),
        (0, None, 2),
    )


def test_a_day_ends_at_midnight_where_the_convening_is_before_and_after_the_clocks_change(
    database: Database, stage: Stage
) -> None:
    """Rule 14: on 5 November 2017 midnight in Cambridge went from 04:00 to 05:00 UTC."""
    with time_machine.travel(datetime(2017, 11, 7, 4, 30, tzinfo=UTC), tick=True):
        with database.write() as db:
            registers(db, stage, "oakland mayor", datetime(2017, 11, 5, 3, 59, tzinfo=UTC))
            registers(db, stage, "salem mayor", datetime(2017, 11, 5, 4, 1, tzinfo=UTC))
            registers(db, stage, "expert", datetime(2017, 11, 6, 4, 59, tzinfo=UTC))
            registers(db, stage, "organizer", datetime(2017, 11, 6, 5, 1, tzinfo=UTC))
        assert seen(database, stage).this == Line("Fall convening", ((10, 1), (9, 3), (8, 4)), until=8)


def test_only_the_same_cohorts_newest_earlier_convening_is_taken(database: Database, stage: Stage) -> None:
    with database.write() as db:
        other = other_cohort(db, by=BY)
        hold_before(db, stage, date(2016, 11, 15), [], by=BY)
        hold_before(db, stage, date(2017, 5, 16), [], by=BY)
        hold_before(db, stage, date(2017, 9, 1), [datetime(2017, 8, 1, tzinfo=UTC)], cohort_id=other, by=BY)
        hold_before(db, stage, date(2018, 5, 15), [], by=BY)
        put_away = hold_before(db, stage, date(2017, 8, 1), [], by=BY)
        change(db, put_away, "archived_at", datetime(2017, 10, 1, tzinfo=UTC), by=BY)
    both = seen(database, stage)
    assert both.is_empty
    assert both.last == Line("Convening of 2017-05-16", (), until=0)


@verb
def other_cohort(db: Session, *, by: Viewer) -> int:
    other = Cohort(slug="other", name="Another cohort")
    db.add(other)
    db.flush()
    return other.key


def test_nothing_yet_and_none_before(database: Database, stage: Stage) -> None:
    both = seen(database, stage)
    assert both == Progress(Line("Fall convening", (), until=14), None)
    assert (both.is_empty, both.weeks, both.heights) == (True, 12, (0, 1))


def test_who_cancelled_since_still_counts_and_who_never_registered_does_not(database: Database, stage: Stage) -> None:
    with database.write() as db:
        cancel(db, registers(db, stage, "oakland mayor", datetime(2017, 10, 3, 15, tzinfo=UTC)), by=BY)
        registers(db, stage, "salem mayor", datetime(2017, 10, 4, 15, tzinfo=UTC))
        decline(db, convening(db, stage), person(db, stage, "expert"), by=BY)
        invite(db, convening(db, stage), person(db, stage, "staff"), by=BY)
    assert seen(database, stage).this.steps == ((42, 1), (41, 2))


@pytest.mark.parametrize(
    ("state", "counted"),
    [(state, state.value not in ("invited", "started", "replaced")) for state in RegistrationState],
)
def test_each_state_counts_once_it_was_asked_for(
    database: Database, stage: Stage, state: RegistrationState, counted: bool
) -> None:
    """Rule 10 for `replaced`: the substitute's registration is the one that counts."""
    with database.write() as db:
        change(db, registers(db, stage, "oakland mayor", datetime(2017, 10, 3, 15, tzinfo=UTC)), "state", state, by=BY)
    assert seen(database, stage).this.steps == (((42, 1),) if counted else ())


def test_a_place_that_goes_to_a_substitute_counts_once_and_comes_back_when_that_is_undone(
    database: Database, stage: Stage
) -> None:
    """Rule 10."""
    with database.write() as db:
        leaving = registers(db, stage, "oakland mayor", datetime(2017, 10, 3, 15, tzinfo=UTC))
        done = substitute(db, leaving, Newcomer("Dee Puty", "dee@example.org"), by=BY)
    assert seen(database, stage).this.steps == ((14, 1),)
    with database.write() as db:
        undo_substitution(db, db.merge(done.substitution), by=BY)
    assert seen(database, stage).this.steps == ((42, 1),)


def test_whoever_comes_in_at_the_door_later_is_counted_on_the_first_day(database: Database, stage: Stage) -> None:
    with database.write() as db:
        at_the_door = registers(db, stage, "oakland mayor", datetime(2017, 11, 1, 15, tzinfo=UTC))
        change(db, at_the_door, "submitted_at", datetime(2017, 11, 15, 15, tzinfo=UTC), by=BY)
    with time_machine.travel(datetime(2017, 11, 20, 15, tzinfo=UTC), tick=True):
        assert seen(database, stage).this == Line("Fall convening", ((0, 1),), until=0)


def test_the_number_of_queries_is_the_same_at_6_and_at_600(
    database: Database, stage: Stage, queries: list[str]
) -> None:
    """Habit 14."""
    with database.write() as db:
        hold_before(db, stage, date(2017, 5, 16), [datetime(2017, 4, 1, tzinfo=UTC)] * 6, by=BY)
    asked = []
    for more in (6, 594):
        with database.write() as db:
            put_in(db, stage, more_members(db, stage, "oakland", more, by=BY), by=BY)
        with database.read() as db:
            here = convening(db, stage)
            queries.clear()
            total = progress(db, here).this.total
            asked.append((total, len([one for one in queries if one.startswith("SELECT")])))
    assert asked == [(6, 2), (600, 2)]


@verb
def put_in(db: Session, stage: Stage, people: list[Person], *, by: Viewer) -> None:
    first = datetime(2017, 9, 1, 12, tzinfo=UTC)
    db.add_all(
        Registration(
            convening_id=stage.convening,
            person_id=one.key,
            state=RegistrationState.WAITING,
            submitted_at=first + timedelta(minutes=90 * number),
        )
        for number, one in enumerate(people)
    )


@pytest.mark.parametrize(("days", "weeks", "marks"), [(84, 12, 7), (85, 13, 5), (365, 53, 6)])
def test_the_picture_reaches_as_far_back_as_the_first_registration(days: int, weeks: int, marks: int) -> None:
    both = Progress(Line("Fall", ((days, 1),), until=0), None)
    assert (both.weeks, len(both.marks)) == (weeks, marks)


@pytest.mark.parametrize(
    ("most", "heights"),
    [(4, (0, 1, 2, 3, 4)), (5, (0, 2, 4, 6)), (38, (0, 10, 20, 30, 40)), (601, (0, 200, 400, 600, 800))],
)
def test_the_numbers_beside_the_picture_are_round_and_few(most: int, heights: tuple[int, ...]) -> None:
    assert Progress(Line("Fall", ((9, most),), until=0), None).heights == heights


# --- the board's page ---


def test_the_board_draws_both_lines_and_says_them_in_words_and_figures(
    database: Database, stage: Stage, visitor: VisitorOf
) -> None:
    with database.write() as db:
        registers(db, stage, "oakland mayor", datetime(2017, 10, 3, 15, tzinfo=UTC))
        hold_before(db, stage, date(2017, 5, 16), [datetime(2017, 3, 7, 15, tzinfo=UTC)] * 4, by=BY)
    answer = visitor(stage.people["organizer"]).get(BOARD)
    assert answer.status_code == 200
    said = "1 has registered so far, 14 days before the first day; last time, 4 had by then, and 4 in the end."
    assert answer.text.count(said) == 2  # for everybody, and as the picture's description
    picture = re.findall(r"<svg viewBox=\"0 0 360 210\".*?</svg>", answer.text, re.S)[0]
    assert re.findall(r'<path class="progress-line progress-(\w+)" d="([^"]+)"', picture) == [
        ("last", "M68.7 186.0H68.7V24.0H282.0"),
        ("this", "M154.0 186.0H154.0V145.5H239.3"),
    ]
    assert re.findall(r">((?:This|Last) time \d+)<", picture) == ["Last time 4", "This time 1"]
    assert "style=" not in picture
    rows = re.findall(r'<tr>\s*<th scope="row" data-label="Weeks before">(.*?)</th>(.*?)</tr>', answer.text, re.S)
    figures = [(week, re.findall(r'<td class="number"[^>]*>(.*?)</td>', cells)) for week, cells in rows]
    assert figures[2:4] == [("T−10", ["0", "4"]), ("T−9", ["0", "4"])]
    assert figures[-3:] == [("T−2", ["1", "4"]), ("T−1", ["–", "4"]), ("T, the first day", ["–", "4"])]


def test_the_board_says_what_will_stand_there_and_when_there_is_nothing_to_compare_with(
    database: Database, stage: Stage, visitor: VisitorOf
) -> None:
    organizer = visitor(stage.people["organizer"])
    empty = organizer.get(BOARD).text
    assert "Nobody has registered yet. How many have, day by day, will stand here" in empty
    assert "progress-picture" not in empty
    with database.write() as db:
        registers(db, stage, "oakland mayor", datetime(2017, 10, 3, 15, tzinfo=UTC))
    alone = organizer.get(BOARD).text
    assert (
        "1 has registered so far, 14 days before the first day. There is no earlier convening to compare with." in alone
    )
    assert "progress-last" not in alone
    assert "Last time" not in alone


def test_an_earlier_convening_is_drawn_before_anybody_has_registered_for_this_one(
    database: Database, stage: Stage, visitor: VisitorOf
) -> None:
    with database.write() as db:
        before = hold_before(db, stage, date(2017, 5, 16), [datetime(2017, 5, 7, 15, tzinfo=UTC)], by=BY)
        change(db, before, "title", "<b>" + "Réunion " * 37, by=BY)
    page = visitor(stage.people["organizer"]).get(BOARD).text
    assert (
        "Nobody has registered so far, 14 days before the first day; last time, 0 had by then, and 1 in the end."
        in page
    )
    assert "progress-this" not in page
    assert "<b>Réunion" not in page
