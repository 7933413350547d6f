"""What people find under "due" on their own page about a convening: what is missing, the team's state, what waits."""

from datetime import UTC, date, datetime

import time_machine
from sqlmodel import Session

from app.database import Database
from app.models import RegistrationState, ReminderKind, Travel
from app.people.audit import verb
from app.people.due import Due
from app.people.viewer import Viewer
from app.registration.due import due_from
from app.registration.registrations import Details, register
from app.registration.reminders import add_rule, hold_reminders
from tests.registration.stage import BY, Stage, convening, more_members, person, viewer

HERE = "/by-all-means/convenings/2017-fall/registration"
ALL_ANSWERED = Details(dietary="", access="", photo_consent=True, listed=True)


def due(database: Database, stage: Stage, who: str) -> list[Due]:
    with database.read() as db:
        return due_from(db, viewer(db, stage, who))


@verb
def _is_local(db: Session, registration: int, *, by: Viewer) -> None:
    db.add(Travel(registration_id=registration, is_local=True))


def test_who_has_a_place_owes_what_is_missing_then_the_travel_then_nothing(database: Database, stage: Stage) -> None:
    """Also after registration has closed."""
    with database.write() as db:
        register(db, convening(db, stage), person(db, stage, "oakland mayor"), by=BY)
    (first,) = due(database, stage, "oakland mayor")
    assert first.title == "Complete your registration for Fall convening"
    assert first.url == f"{HERE}/form"
    assert first.detail.startswith("Missing: food and access, ")
    assert first.detail.endswith("arrival and departure")
    with database.write() as db:
        row = register(db, convening(db, stage), person(db, stage, "oakland mayor"), details=ALL_ANSWERED, by=BY)
    with time_machine.travel(datetime(2017, 11, 10, 15, tzinfo=UTC)):
        travel = Due("Say how you travel to Fall convening", f"{HERE}/more", None)
        assert due(database, stage, "oakland mayor") == [travel]
        with database.write() as db:
            _is_local(db, row.key, by=BY)
        assert due(database, stage, "oakland mayor") == []


def test_a_facilitator_sees_the_state_of_the_team(database: Database, stage: Stage) -> None:
    with database.write() as db:
        here = convening(db, stage)
        register(db, here, person(db, stage, "oakland mayor"), by=BY)
        one = register(db, here, person(db, stage, "oakland facilitator"), details=ALL_ANSWERED, by=BY)
        db.flush()
        _is_local(db, one.key, by=BY)
        register(db, here, person(db, stage, "oakland member 1"), details=ALL_ANSWERED, by=BY)
    (team,) = due(database, stage, "oakland facilitator")
    assert team.title == "Register Oakland’s team for Fall convening"
    assert team.detail == "3 of 5 have answered, 1 not complete, 2 without travel"
    with database.write() as db:
        for who in ("oakland superintendent", "oakland member 2"):
            register(db, convening(db, stage), person(db, stage, who), details=ALL_ANSWERED, by=BY)
    (team,) = due(database, stage, "oakland facilitator")
    assert team.title == "Complete Oakland’s team’s registrations for Fall convening"
    assert team.detail == "5 of 5 have answered, 1 not complete, 4 without travel"


@verb
def _pending(db: Session, stage: Stage, who: str, *, by: Viewer) -> None:
    row = register(db, convening(db, stage), person(db, stage, who), details=ALL_ANSWERED, by=by)
    row.state = RegistrationState.PENDING


def test_an_organizer_sees_what_waits_for_approval_and_which_reminders_go_tomorrow(
    database: Database, stage: Stage
) -> None:
    with database.write() as db:
        add_rule(db, convening(db, stage), ReminderKind.NOT_STARTED, days_before=7, by=BY)
        _pending(db, stage, "oakland mayor", by=BY)
        _pending(db, stage, "salem mayor", by=BY)
        register(db, convening(db, stage), person(db, stage, "organizer"), details=ALL_ANSWERED, by=BY)
    seen = [one for one in due(database, stage, "organizer") if "travel" not in one.title]
    assert seen == [
        Due("2 registrations wait for your approval: Fall convening", f"{HERE}/board", date(2017, 11, 7)),
        Due("Reminders for Fall convening: 8 letters tomorrow", f"{HERE}/reminders", date(2017, 11, 1)),
    ]
    with database.write() as db:
        hold_reminders(db, convening(db, stage), by=BY)
    assert due(database, stage, "organizer")[-1].title == (
        "Reminders for Fall convening: held; 8 letters would go tomorrow"
    )
    assert [one.title for one in due(database, stage, "staff")] == ["Register for Fall convening"]


def test_a_team_of_sixty_costs_as_many_queries_as_one_of_five(
    database: Database, stage: Stage, queries: list[str]
) -> None:
    """Habit 14, for each of whom it concerns."""
    with database.write() as db:
        add_rule(db, convening(db, stage), ReminderKind.NOT_STARTED, days_before=7, by=BY)
        register(db, convening(db, stage), person(db, stage, "oakland member 1"), by=BY)

    def cost(who: str) -> int:
        with database.read() as db:
            seeing = viewer(db, stage, who)
            queries.clear()
            due_from(db, seeing)
        return len(queries)

    few = [cost(who) for who in ("oakland facilitator", "organizer", "oakland member 1")]
    with database.write() as db:
        for one in more_members(db, stage, "oakland", 60, by=BY)[:30]:
            register(db, convening(db, stage), one, by=BY)
    assert [cost(who) for who in ("oakland facilitator", "organizer", "oakland member 1")] == few
