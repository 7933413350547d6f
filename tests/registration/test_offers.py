"""Rule 9: a place that came free is offered to the next in line, for a time; nobody else has it meanwhile."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlmodel import Session, col, select

from app.database import Database
from app.jobs import pass_on_due
from app.models import AuditEntry, Convening, OutboxLetter, Registration, RegistrationState
from app.people.audit import Refused, verb
from app.people.viewer import Viewer
from app.registration.delegations import delegation_of, set_caps
from app.registration.due import due_from
from app.registration.offers import accept_offer, refuse_offer
from app.registration.registrations import cancel, decline, registration_of
from app.settings import Settings
from tests.registration.stage import BY, TWO_WEEKS_BEFORE, Stage, convening, person, set_stage, viewer
from tests.registration.test_places import counts, registered, state_of

SUBMITTED, WAITING, OFFERED = RegistrationState.SUBMITTED, RegistrationState.WAITING, RegistrationState.OFFERED
STARTED, DECLINED = RegistrationState.STARTED, RegistrationState.DECLINED
MAYOR, SUPERINTENDENT, FACILITATOR = "oakland mayor", "oakland superintendent", "oakland facilitator"


@pytest.fixture
def clock() -> object:
    with time_machine.travel(TWO_WEEKS_BEFORE, tick=False) as traveller:
        yield traveller


@pytest.fixture
def line(database: Database, clock: time_machine.Traveller) -> Stage:
    """One place, which the mayor has; the superintendent and then the facilitator wait; 48 hours to accept."""
    stage = set_stage(database, cap=1, hours=48)
    for who in (MAYOR, SUPERINTENDENT, FACILITATOR):
        registered(database, stage, who)
    return stage


def found(database: Database, stage: Stage, who: str) -> Registration:
    with database.read() as db:
        registration = registration_of(db, convening(db, stage), stage.people[who])
        assert registration is not None
        return registration


def leaves(database: Database, stage: Stage, who: str) -> list[int]:
    """Cancel a registration; who moved up by it."""
    with database.write() as db:
        theirs = registration_of(db, convening(db, stage), stage.people[who])
        assert theirs is not None
        return [row.person_id for row in cancel(db, theirs, by=BY)]


def accepted(database: Database, stage: Stage, who: str, by: str | None = None) -> RegistrationState:
    with database.write() as db:
        theirs = registration_of(db, convening(db, stage), stage.people[who])
        assert theirs is not None
        return accept_offer(db, theirs, by=viewer(db, stage, by or who)).state


def letters(database: Database) -> list[str]:
    with database.read() as db:
        return list(db.exec(select(OutboxLetter.subject).order_by(col(OutboxLetter.id))))


def test_a_free_place_is_kept_for_the_next_in_line_for_48_hours(database: Database, line: Stage) -> None:
    assert leaves(database, line, MAYOR) == [line.people[SUPERINTENDENT]]
    offered = found(database, line, SUPERINTENDENT)
    assert (offered.state, offered.waiting_number) == (OFFERED, None)
    assert offered.offered_until == TWO_WEEKS_BEFORE + timedelta(hours=48)
    assert counts(database, line) == (1, 0)
    assert state_of(database, line, FACILITATOR) == (WAITING, 2)


def test_nobody_who_comes_by_meanwhile_takes_the_place_that_is_offered(database: Database, line: Stage) -> None:
    leaves(database, line, MAYOR)
    assert registered(database, line, MAYOR) is WAITING
    assert state_of(database, line, MAYOR) == (WAITING, 3)


def test_an_accepted_place_is_theirs_and_a_second_click_changes_nothing(database: Database, line: Stage) -> None:
    leaves(database, line, MAYOR)
    assert accepted(database, line, SUPERINTENDENT) is SUBMITTED
    assert accepted(database, line, SUPERINTENDENT) is SUBMITTED
    assert found(database, line, SUPERINTENDENT).offered_until is None
    assert counts(database, line) == (1, 0)


def test_the_facilitator_accepts_for_a_member(database: Database, line: Stage) -> None:
    leaves(database, line, MAYOR)
    assert accepted(database, line, SUPERINTENDENT, by=FACILITATOR) is SUBMITTED


def test_who_has_been_offered_nothing_accepts_nothing(database: Database, line: Stage) -> None:
    with pytest.raises(Refused) as refusal:
        accepted(database, line, FACILITATOR)
    assert refusal.value.sentence == "No place is offered to Oakland Facilitator now. Look at the registration again."
    assert state_of(database, line, FACILITATOR) == (WAITING, 2)


def test_a_refused_place_goes_to_the_next(database: Database, line: Stage) -> None:
    leaves(database, line, MAYOR)
    with database.write() as db:
        offered = registration_of(db, convening(db, line), line.people[SUPERINTENDENT])
        assert offered is not None
        assert [row.person_id for row in refuse_offer(db, offered, reason="a vote", by=BY)] == [
            line.people[FACILITATOR]
        ]
        assert refuse_offer(db, offered, by=BY) == []
    assert state_of(database, line, SUPERINTENDENT) == (DECLINED, None)
    assert state_of(database, line, FACILITATOR) == (OFFERED, None)
    assert counts(database, line) == (1, 0)


def test_an_offer_that_has_lapsed_cannot_be_accepted_though_no_job_has_looked_at_it(
    database: Database, line: Stage, clock: time_machine.Traveller
) -> None:
    leaves(database, line, MAYOR)
    clock.move_to(TWO_WEEKS_BEFORE + timedelta(hours=48))
    with pytest.raises(Refused) as refusal:
        accepted(database, line, SUPERINTENDENT)
    assert refusal.value.sentence == (
        "The time to accept this place has passed, and it goes to the next in line. "
        "Register again to be in line yourself."
    )
    assert counts(database, line) == (1, 0)


def test_a_lapsed_offer_passes_to_the_next_once_and_each_gets_one_letter(
    database: Database, line: Stage, clock: time_machine.Traveller, settings: Settings
) -> None:
    leaves(database, line, MAYOR)
    assert pass_on_due(database, settings) == 0
    clock.move_to(TWO_WEEKS_BEFORE + timedelta(hours=48))
    assert pass_on_due(database, settings) == 1
    assert pass_on_due(database, settings) == 0
    assert state_of(database, line, SUPERINTENDENT) == (STARTED, None)
    assert state_of(database, line, FACILITATOR) == (OFFERED, None)
    assert counts(database, line) == (1, 0)
    assert letters(database) == [
        "Fall convening: the place we kept for you went to the next in line",
        "Fall convening: a place came free for you",
    ]


def test_who_let_an_offer_lapse_goes_to_the_end_of_the_line_with_one_click(
    database: Database, line: Stage, clock: time_machine.Traveller, settings: Settings
) -> None:
    leaves(database, line, MAYOR)
    clock.move_to(TWO_WEEKS_BEFORE + timedelta(hours=49))
    pass_on_due(database, settings)
    assert registered(database, line, SUPERINTENDENT) is WAITING
    again = found(database, line, SUPERINTENDENT)
    assert (again.waiting_number, again.offered_until) == (3, None)


def test_the_last_in_line_who_let_the_offer_lapse_leaves_the_place_free(
    database: Database, line: Stage, clock: time_machine.Traveller, settings: Settings
) -> None:
    with database.write() as db:
        decline(db, convening(db, line), person(db, line, FACILITATOR), by=BY)
    leaves(database, line, MAYOR)
    clock.move_to(TWO_WEEKS_BEFORE + timedelta(hours=49))
    assert pass_on_due(database, settings) == 1
    assert counts(database, line) == (0, 0)
    assert registered(database, line, MAYOR) is SUBMITTED


def test_no_offer_reaches_into_the_convening_and_its_zone_says_when_that_begins(
    database: Database, line: Stage, clock: time_machine.Traveller
) -> None:
    """Rule 14: the first day begins at midnight in Cambridge, which is 05:00 UTC in November."""
    clock.move_to(datetime(2017, 11, 13, 20, tzinfo=UTC))
    leaves(database, line, MAYOR)
    assert found(database, line, SUPERINTENDENT).offered_until == datetime(2017, 11, 14, 5, tzinfo=UTC)


def test_an_offer_can_be_accepted_after_registration_has_closed(
    database: Database, line: Stage, clock: time_machine.Traveller
) -> None:
    clock.move_to(datetime(2017, 11, 10, tzinfo=UTC))
    leaves(database, line, MAYOR)
    assert accepted(database, line, SUPERINTENDENT) is SUBMITTED


def test_a_place_that_comes_free_during_the_convening_is_the_next_ones_at_once_and_nobodys_afterwards(
    database: Database, line: Stage, clock: time_machine.Traveller
) -> None:
    clock.move_to(datetime(2017, 11, 14, 13, tzinfo=UTC))
    leaves(database, line, MAYOR)
    assert state_of(database, line, SUPERINTENDENT) == (SUBMITTED, None)
    clock.move_to(datetime(2017, 11, 16, 5, tzinfo=UTC))
    assert leaves(database, line, SUPERINTENDENT) == []
    assert state_of(database, line, FACILITATOR) == (WAITING, 2)


def test_a_raised_cap_offers_as_many_places_as_there_are_now(database: Database, line: Stage) -> None:
    with database.write() as db:
        delegation = delegation_of(db, convening(db, line), line.cities["oakland"])
        promoted = set_caps(db, delegation, cap=3, sponsored_cap=2, by=BY)
    assert [row.person_id for row in promoted] == [line.people[SUPERINTENDENT], line.people[FACILITATOR]]
    assert counts(database, line) == (3, 0)


def test_a_place_that_is_offered_is_due_also_when_registration_has_closed(
    database: Database, line: Stage, clock: time_machine.Traveller
) -> None:
    """Rule 14: the last moment is said on the clocks of whoever owes it."""
    leaves(database, line, MAYOR)
    with database.read() as db:
        due = due_from(db, viewer(db, line, SUPERINTENDENT))
    assert [(one.title, one.url, one.detail) for one in due] == [
        (
            "A place at Fall convening is kept for you: say yes or no",
            "/by-all-means/convenings/2017-fall/registration",
            "Until Thu 2 Nov 2017 at 08:00 PDT",
        )
    ]


@verb
def _ask_approval(db: Session, of: Convening, *, by: Viewer) -> None:
    of.needs_approval = True


def test_an_accepted_place_still_needs_approval_where_nobody_has_given_it(database: Database, line: Stage) -> None:
    with database.write() as db:
        _ask_approval(db, convening(db, line), by=BY)
        for row in db.exec(select(Registration)):
            _unapprove(db, row, by=BY)
    leaves(database, line, MAYOR)
    assert accepted(database, line, SUPERINTENDENT) is RegistrationState.PENDING
    assert counts(database, line) == (1, 0)


@verb
def _unapprove(db: Session, row: Registration, *, by: Viewer) -> None:
    row.approved_at = None


def test_what_a_job_does_is_on_record_with_its_cohort_and_convening(
    database: Database, line: Stage, clock: time_machine.Traveller, settings: Settings
) -> None:
    """Rule 21: no address names the cohort then, and organizers find it in their log all the same."""
    leaves(database, line, MAYOR)
    clock.move_to(TWO_WEEKS_BEFORE + timedelta(hours=49))
    assert pass_on_due(database, settings) == 1
    with database.read() as db:
        entries = db.exec(select(AuditEntry).where(AuditEntry.by == "waiting list")).all()
        places = {(one.subject, one.cohort_id, one.convening_id) for one in entries}
    assert places == {(one, line.cohort, line.convening) for one in ("registration", "private_link")}
