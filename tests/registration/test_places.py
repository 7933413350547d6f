"""Rule 9: the delegation's cap and its sponsored cap are separate; over the cap is the waiting list, in order."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from sqlmodel import Session, col, select

from app.database import Database
from app.models import AuditEntry, City, Delegation, Membership, Registration, RegistrationState, Tenure
from app.people.audit import Refused, verb
from app.people.viewer import Viewer
from app.registration.delegations import open_delegations, set_caps
from app.registration.registrations import (
    cancel,
    decline,
    invite,
    place_in_line,
    register,
    registration_of,
    save_registration,
    sponsor,
)
from tests.registration.stage import BY, Stage, convening, person, set_stage, viewer

SUBMITTED, WAITING = RegistrationState.SUBMITTED, RegistrationState.WAITING


def registered(database: Database, stage: Stage, who: str, *, sponsored: bool | None = None) -> RegistrationState:
    with database.write() as db:
        return register(db, convening(db, stage), person(db, stage, who), sponsored=sponsored, by=BY).state


def state_of(database: Database, stage: Stage, who: str) -> tuple[RegistrationState, int | None] | None:
    with database.read() as db:
        found = registration_of(db, convening(db, stage), stage.people[who])
        return (found.state, found.waiting_number) if found else None


def counts(database: Database, stage: Stage, city: str = "oakland") -> tuple[int, int]:
    with database.read() as db:
        return db.exec(
            select(Delegation.taken, Delegation.sponsored_taken).where(
                Delegation.convening_id == stage.convening, Delegation.city_id == stage.cities[city]
            )
        ).one()


def test_each_active_city_gets_one_delegation_with_the_convenings_caps_however_often_they_are_opened(
    database: Database, stage: Stage
) -> None:
    with database.write() as db:
        assert open_delegations(db, convening(db, stage), by=BY) == []
    with database.read() as db:
        rows = db.exec(select(Delegation.city_id, Delegation.cap, Delegation.sponsored_cap)).all()
    assert sorted(rows) == sorted((city, 10, 2) for city in stage.cities.values())


@verb
def _join(db: Session, cohort_id: int, city: City, joined: date, left: date | None, *, by: Viewer) -> None:
    db.add(city)
    db.flush()
    db.add(Membership(cohort_id=cohort_id, city_id=city.key, joined_on=joined, left_on=left))


def test_a_city_that_left_before_the_first_day_gets_no_delegation_and_one_that_joined_late_does(
    database: Database, stage: Stage
) -> None:
    with database.write() as db:
        _join(db, stage.cohort, City(slug="gone", name="Gone"), date(2016, 1, 1), date(2017, 11, 13), by=BY)
        _join(db, stage.cohort, City(slug="late", name="Late"), date(2017, 11, 14), None, by=BY)
        opened = open_delegations(db, convening(db, stage), by=BY)
        assert [delegation.city.slug for delegation in opened] == ["late"]


def test_whoever_registers_below_the_cap_has_a_place(database: Database, stage: Stage) -> None:
    assert registered(database, stage, "oakland mayor") is SUBMITTED
    assert counts(database, stage) == (1, 0)


@pytest.mark.usefixtures("_in_time")
def test_over_the_cap_is_the_waiting_list_in_order_and_never_an_error(database: Database) -> None:
    stage = set_stage(database, cap=1)
    with database.write() as db:
        organizer = viewer(db, stage, "organizer")
        states = [
            register(db, convening(db, stage), person(db, stage, f"oakland {who}"), by=organizer)
            for who in ("mayor", "superintendent", "facilitator")
        ]
    assert [(row.state, row.waiting_number) for row in states] == [(SUBMITTED, None), (WAITING, 1), (WAITING, 2)]
    assert counts(database, stage) == (1, 0)
    assert counts(database, stage, "salem") == (0, 0)


@pytest.mark.usefixtures("_in_time")
def test_sponsored_places_are_counted_apart_from_the_citys_own(database: Database) -> None:
    stage = set_stage(database, cap=1, sponsored_cap=1)
    assert registered(database, stage, "oakland mayor") is SUBMITTED
    assert registered(database, stage, "oakland superintendent", sponsored=True) is SUBMITTED
    assert registered(database, stage, "oakland facilitator", sponsored=True) is WAITING
    assert registered(database, stage, "oakland member 1") is WAITING
    assert counts(database, stage) == (1, 1)
    with database.read() as db:
        lines = {
            who: place_in_line(
                db, db.exec(select(Registration).where(Registration.person_id == stage.people[who])).one()
            )
            for who in ("oakland facilitator", "oakland member 1")
        }
    assert lines == {"oakland facilitator": 1, "oakland member 1": 1}


@pytest.mark.usefixtures("_in_time")
def test_a_cancellation_lets_in_the_first_who_waits_for_that_kind_of_place(database: Database) -> None:
    stage = set_stage(database, cap=1, sponsored_cap=0)
    registered(database, stage, "oakland mayor")
    registered(database, stage, "oakland facilitator", sponsored=True)
    registered(database, stage, "oakland superintendent")
    registered(database, stage, "oakland member 1")
    with database.write() as db:
        mayor = registration_of(db, convening(db, stage), stage.people["oakland mayor"])
        assert mayor is not None
        promoted = cancel(db, mayor, reason="budget vote", by=BY)
    assert [row.person_id for row in promoted] == [stage.people["oakland superintendent"]]
    assert state_of(database, stage, "oakland superintendent") == (SUBMITTED, None)
    assert state_of(database, stage, "oakland facilitator") == (WAITING, 1)
    assert state_of(database, stage, "oakland member 1") == (WAITING, 3)
    assert counts(database, stage) == (1, 0)


@pytest.mark.usefixtures("_in_time")
def test_who_leaves_the_waiting_list_frees_no_place_and_the_others_keep_their_order(database: Database) -> None:
    stage = set_stage(database, cap=1)
    for who in ("mayor", "superintendent", "facilitator"):
        registered(database, stage, f"oakland {who}")
    with database.write() as db:
        assert decline(db, convening(db, stage), person(db, stage, "oakland superintendent"), by=BY) == []
    assert state_of(database, stage, "oakland facilitator") == (WAITING, 2)
    assert counts(database, stage) == (1, 0)
    with database.read() as db:
        waiting = registration_of(db, convening(db, stage), stage.people["oakland facilitator"])
        assert waiting is not None
        assert place_in_line(db, waiting) == 1


@pytest.mark.usefixtures("_in_time")
def test_who_registers_again_after_cancelling_goes_to_the_end_of_the_list(database: Database) -> None:
    stage = set_stage(database, cap=1)
    for who in ("mayor", "superintendent"):
        registered(database, stage, f"oakland {who}")
    with database.write() as db:
        decline(db, convening(db, stage), person(db, stage, "oakland mayor"), by=BY)
    assert registered(database, stage, "oakland mayor") is WAITING
    assert state_of(database, stage, "oakland mayor") == (WAITING, 2)
    assert state_of(database, stage, "oakland superintendent") == (SUBMITTED, None)


def test_a_second_click_is_one_registration_and_one_place(database: Database, stage: Stage) -> None:
    registered(database, stage, "oakland mayor")
    registered(database, stage, "oakland mayor")
    with database.read() as db:
        assert len(db.exec(select(Registration)).all()) == 1
    assert counts(database, stage) == (1, 0)


def test_a_second_cancellation_gives_back_one_place(database: Database, stage: Stage) -> None:
    registered(database, stage, "oakland mayor")
    registered(database, stage, "oakland superintendent")
    for _ in range(2):
        with database.write() as db:
            mayor = registration_of(db, convening(db, stage), stage.people["oakland mayor"])
            assert mayor is not None
            assert cancel(db, mayor, by=BY) == []
    assert counts(database, stage) == (1, 0)


def test_an_invitation_and_a_saved_form_take_no_place(database: Database, stage: Stage) -> None:
    with database.write() as db:
        invite(db, convening(db, stage), person(db, stage, "oakland mayor"), by=BY)
        save_registration(db, convening(db, stage), person(db, stage, "oakland facilitator"), by=BY)
    assert state_of(database, stage, "oakland mayor") == (RegistrationState.INVITED, None)
    assert state_of(database, stage, "oakland facilitator") == (RegistrationState.STARTED, None)
    assert counts(database, stage) == (0, 0)


def test_an_invitation_to_somebody_registered_changes_nothing(database: Database, stage: Stage) -> None:
    registered(database, stage, "oakland mayor")
    with database.write() as db:
        invite(db, convening(db, stage), person(db, stage, "oakland mayor"), by=BY)
    assert state_of(database, stage, "oakland mayor") == (SUBMITTED, None)


def test_lab_people_and_experts_register_without_a_delegation(database: Database, stage: Stage) -> None:
    assert registered(database, stage, "staff") is SUBMITTED
    assert registered(database, stage, "expert", sponsored=True) is SUBMITTED
    with database.read() as db:
        assert db.exec(select(Registration.city_id, Registration.sponsored)).all() == [(None, False), (None, False)]
    assert counts(database, stage) == (0, 0)


@pytest.mark.usefixtures("_in_time")
def test_raising_a_cap_lets_in_those_who_wait_in_order_and_lowering_it_takes_nobodys_place(database: Database) -> None:
    stage = set_stage(database, cap=1, members=4)
    with database.write() as db:
        for number in range(1, 5):
            register(
                db,
                convening(db, stage),
                person(db, stage, f"oakland member {number}"),
                by=viewer(db, stage, "organizer"),
            )
    with database.write() as db:
        oakland = db.exec(select(Delegation).where(Delegation.city_id == stage.cities["oakland"])).one()
        promoted = set_caps(db, oakland, cap=3, sponsored_cap=2, by=BY)
        assert [row.person_id for row in promoted] == [
            stage.people["oakland member 2"],
            stage.people["oakland member 3"],
        ]
        assert set_caps(db, oakland, cap=1, sponsored_cap=2, by=BY) == []
    assert counts(database, stage) == (3, 0)
    assert state_of(database, stage, "oakland member 3") == (SUBMITTED, None)
    assert state_of(database, stage, "oakland member 4") == (WAITING, 3)


def test_a_cap_below_nothing_is_refused(database: Database, stage: Stage) -> None:
    with database.write() as db:
        oakland = db.exec(select(Delegation).where(Delegation.city_id == stage.cities["oakland"])).one()
        with pytest.raises(Refused) as refusal:
            set_caps(db, oakland, cap=5, sponsored_cap=-1, by=BY)
    assert (refusal.value.sentence, refusal.value.field) == ("A cap is a number of places: 0 or more.", "sponsored_cap")


@pytest.mark.usefixtures("_in_time")
def test_a_move_to_a_sponsored_place_frees_one_of_the_citys_own_for_the_next(database: Database) -> None:
    stage = set_stage(database, cap=1, sponsored_cap=1)
    registered(database, stage, "oakland mayor")
    registered(database, stage, "oakland superintendent")
    with database.write() as db:
        mayor = registration_of(db, convening(db, stage), stage.people["oakland mayor"])
        assert mayor is not None
        promoted = sponsor(db, mayor, sponsored=True, by=BY)
    assert [row.person_id for row in promoted] == [stage.people["oakland superintendent"]]
    assert counts(database, stage) == (1, 1)


@pytest.mark.usefixtures("_in_time")
def test_a_move_to_a_sponsored_place_that_is_taken_is_refused_and_the_place_kept(database: Database) -> None:
    stage = set_stage(database, sponsored_cap=1)
    registered(database, stage, "oakland mayor", sponsored=True)
    registered(database, stage, "oakland superintendent")
    with database.write() as db, pytest.raises(Refused) as refusal:
        register(db, convening(db, stage), person(db, stage, "oakland superintendent"), sponsored=True, by=BY)
    assert refusal.value.sentence == (
        "All sponsored places of Oakland are taken. Oakland Superintendent keeps the place they have."
    )
    assert state_of(database, stage, "oakland superintendent") == (SUBMITTED, None)
    assert counts(database, stage) == (1, 1)


@verb
def _leave_office(db: Session, person_id: int, last_day: date, *, by: Viewer) -> None:
    db.exec(select(Tenure).where(Tenure.person_id == person_id)).one().ends_on = last_day


def test_who_holds_no_seat_on_the_first_day_is_told_so(database: Database, stage: Stage) -> None:
    with database.write() as db:
        _leave_office(db, stage.people["oakland mayor"], date(2017, 11, 13), by=BY)
    with pytest.raises(Refused) as refusal:
        registered(database, stage, "oakland mayor")
    assert refusal.value.sentence == (
        "Oakland Mayor holds no seat in this cohort on Tue 14 Nov 2017. The organizers can give them one."
    )


def test_each_step_is_on_record_with_who_did_it_before_and_after(database: Database, stage: Stage) -> None:
    """Rule 21."""
    with database.write() as db:
        facilitator = viewer(db, stage, "oakland facilitator")
        registration = register(db, convening(db, stage), person(db, stage, "oakland mayor"), by=facilitator)
        cancel(db, registration, reason="a vote", by=facilitator)
    with database.read() as db:
        entries = db.exec(
            select(AuditEntry).where(AuditEntry.subject == "registration").order_by(col(AuditEntry.id))
        ).all()
    assert [(entry.by, entry.act) for entry in entries] == [
        ("Oakland Facilitator", "register"),
        ("Oakland Facilitator", "cancel"),
    ]
    assert entries[1].before is not None
    assert entries[1].after is not None
    assert (entries[1].before["state"], entries[1].after["state"]) == ("submitted", "cancelled")
    assert entries[1].after["reason"] == "a vote"


@pytest.mark.usefixtures("_in_time")
def test_sixteen_writers_at_the_last_ten_places_sell_ten_and_number_the_rest(database: Database) -> None:
    stage = set_stage(database, cap=10, members=16)
    members = [f"oakland member {number}" for number in range(1, 17)]
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda who: registered(database, stage, who), members))
    states = [state_of(database, stage, who) for who in members]
    assert states.count((SUBMITTED, None)) == 10
    assert sorted(number for state in states if state and (number := state[1]) is not None) == [1, 2, 3, 4, 5, 6]
    assert counts(database, stage) == (10, 0)


@pytest.mark.usefixtures("_in_time")
def test_sixteen_clicks_of_one_person_are_one_registration_in_a_city_and_in_the_lab(database: Database) -> None:
    stage = set_stage(database)
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda who: registered(database, stage, who), ["oakland mayor", "expert"] * 8))
    with database.read() as db:
        people = db.exec(select(Registration.person_id)).all()
    assert sorted(people) == sorted([stage.people["oakland mayor"], stage.people["expert"]])
    assert counts(database, stage) == (1, 0)


@pytest.mark.usefixtures("_in_time")
def test_registering_and_cancelling_at_once_leaves_no_place_empty_while_somebody_waits(database: Database) -> None:
    stage = set_stage(database, cap=4, members=16)
    first = [f"oakland member {number}" for number in range(1, 9)]
    then = [f"oakland member {number}" for number in range(9, 17)]
    for who in first:
        registered(database, stage, who)

    def go(who: str) -> None:
        if who in then:
            registered(database, stage, who)
            return
        with database.write() as db:
            decline(db, convening(db, stage), person(db, stage, who), by=BY)

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(go, [who for pair in zip(first, then, strict=True) for who in pair]))
    states = [state_of(database, stage, who) for who in first + then]
    assert states[:8] == [(RegistrationState.DECLINED, None)] * 8
    assert [state for state, _ in filter(None, states[8:])].count(SUBMITTED) == 4
    assert len({number for state, number in filter(None, states[8:]) if state is WAITING}) == 4
    assert counts(database, stage) == (4, 0)
