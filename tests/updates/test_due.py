"""What each owes, as the home page shows it."""

from datetime import UTC, date, datetime

import time_machine

from app.people.due import Due
from app.people.viewer import Viewer
from app.updates.approval import send_back, send_to_mayor
from app.updates.due import due_from
from app.updates.releases import begin_correction
from tests.updates.stage import SYSTEM, Stage

HERE = "/by-all-means/updates/fall"
DUE = date(2017, 10, 27)


def owed(stage: Stage, name: str) -> list[tuple[str, str]]:
    """Titles and addresses of what the person owes in the fall cycle."""
    with stage.database.read() as db:
        return [(due.title, due.url) for due in due_from(db, stage.viewer(db, name)) if "fall" in due.url]


def test_the_facilitator_begins_then_writes(stage: Stage) -> None:
    assert owed(stage, "oakland/facilitator") == [("Begin Oakland’s update for Fall 2017", f"{HERE}/oakland/edit")]
    with stage.database.write() as db:
        stage.write(db, stage.update(db), "ask", "x")
        (due,) = [one for one in due_from(db, stage.viewer(db, "oakland/facilitator")) if one.due_on == DUE]
        assert due == Due(
            "Write Oakland’s update for Fall 2017", f"{HERE}/oakland/edit", DUE, "1 section written so far."
        )


def test_long_before_the_date_nobody_is_nagged(stage: Stage) -> None:
    with time_machine.travel(datetime(2017, 9, 7, tzinfo=UTC)):
        assert owed(stage, "oakland/facilitator") == []
    with time_machine.travel(datetime(2017, 9, 8, 12, tzinfo=UTC)):
        assert len(owed(stage, "oakland/facilitator")) == 1


def test_with_the_mayor_it_is_the_mayors_and_the_designees(stage: Stage) -> None:
    with stage.database.write() as db:
        stage.fill(db, stage.update(db))
        send_to_mayor(db, stage.update(db), by=SYSTEM)
    approve = ("Approve Oakland’s update for Fall 2017", f"{HERE}/oakland/approval")
    assert owed(stage, "oakland/mayor") == [approve]
    assert owed(stage, "oakland/designee") == [approve]
    assert owed(stage, "oakland/assistant") == [("Oakland’s update for Fall 2017 is with the mayor", f"{HERE}/oakland")]
    for name in ("oakland/facilitator", "oakland/member", "salem/mayor", "lab/organizer", "tulsa/mayor"):
        assert (name, [one for one in owed(stage, name) if "oakland" in one[1]]) == (name, [])


def test_what_came_back_says_so(stage: Stage) -> None:
    with stage.database.write() as db:
        stage.fill(db, stage.update(db))
        send_to_mayor(db, stage.update(db), by=SYSTEM)
        send_back(db, stage.update(db), note="Less.", by=stage.viewer(db, "oakland/mayor"))
    assert owed(stage, "oakland/facilitator") == [("Oakland’s update came back from the mayor", f"{HERE}/oakland/edit")]


def test_the_organizer_owes_a_release_for_what_is_approved(stage: Stage) -> None:
    assert owed(stage, "lab/organizer") == []
    with stage.database.write() as db:
        stage.fill(db, stage.update(db))
        stage.approve(db, stage.update(db))
    assert owed(stage, "lab/organizer") == [("Release 1 approved update of Fall 2017", HERE)]
    assert owed(stage, "elsewhere/organizer") == []
    assert owed(stage, "lab/staff") == []


def test_a_released_update_is_owed_no_more_and_a_correction_is(stage: Stage) -> None:
    with stage.database.write() as db:
        stage.release(db, stage.update(db))
    assert owed(stage, "oakland/facilitator") == []
    with stage.database.write() as db:
        begin_correction(db, stage.update(db), by=SYSTEM)
    assert owed(stage, "oakland/facilitator") == [("Finish the correction of Oakland’s update", f"{HERE}/oakland/edit")]


def test_strangers_owe_nothing(stage: Stage) -> None:
    with stage.database.read() as db:
        assert due_from(db, Viewer.anonymous()) == []


def test_what_is_owed_is_counted_in_five_queries_at_most(stage: Stage, queries: list[str]) -> None:
    with stage.database.write() as db:
        stage.fill(db, stage.update(db))
        mayor = stage.viewer(db, "oakland/mayor")
    with stage.database.read() as db:
        queries.clear()
        due_from(db, mayor)
        assert len([one for one in queries if one.startswith("SELECT")]) <= 5
