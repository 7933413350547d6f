"""Rule 10: a substitute takes the seat's logistics, and not its private needs, its approval right or its closed
sessions unless granted."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from sqlmodel import Session, select

from app import clock
from app.database import Database
from app.models import (
    AgendaSession,
    Delegation,
    LodgingBlock,
    Payer,
    Registration,
    RegistrationState,
    SessionChoice,
    Standing,
    Substitution,
    Travel,
)
from app.people.audit import Refused, verb
from app.people.policy import Kind, kinds, may
from app.people.viewer import Viewer, viewer_of
from app.registration.presence import windows_on_record
from app.registration.registrations import Details, cancel, register, registration_of
from app.registration.substitutions import (
    Newcomer,
    Substituted,
    can_be_undone,
    replaced_by,
    substitute,
    substitutions_of,
    undo_substitution,
)
from tests.registration.meals_stage import MORNING, lay_tables
from tests.registration.stage import BY, Stage, convening, person, set_stage, viewer

SUBMITTED, WAITING, REPLACED = RegistrationState.SUBMITTED, RegistrationState.WAITING, RegistrationState.REPLACED
ELEVEN_AT_NIGHT = datetime(2017, 11, 14, 4, tzinfo=UTC)
"""23:00 in Cambridge, the night before."""

PRIVATE = Details(
    windows=(MORNING,),
    dietary="no nuts QX",
    access="a ramp QX",
    emergency_name="Ann QX",
    emergency_phone="1",
    photo_consent=True,
)


def come(db: Session, stage: Stage, who: str, *, sponsored: bool = False, details: Details = PRIVATE) -> Registration:
    return register(db, convening(db, stage), person(db, stage, who), sponsored=sponsored, details=details, by=BY)


def of(db: Session, stage: Stage, who: str) -> Registration:
    found = registration_of(db, convening(db, stage), stage.people[who])
    assert found is not None
    return found


def taken(db: Session, stage: Stage) -> tuple[int, int]:
    row = db.exec(select(Delegation).where(Delegation.city_id == stage.cities["oakland"])).one()
    db.refresh(row)
    return row.taken, row.sponsored_taken


@verb
def lodge(db: Session, registration: Registration, *, by: Viewer) -> int:
    block = LodgingBlock(
        convening_id=registration.convening_id, name="Sheraton", from_on=date(2017, 11, 13), until_on=date(2017, 11, 14)
    )
    db.add(block)
    db.flush()
    registration.travel = Travel(
        registration_id=registration.key,
        arrives_by="train QX",
        shares_with="Bo QX",
        first_night=date(2017, 11, 13),
        last_night=date(2017, 11, 14),
        block_id=block.key,
        payer=Payer.LAB,
    )
    return block.key


@verb
def choose(db: Session, registration: Registration, session_id: int, *, by: Viewer) -> None:
    db.add(SessionChoice(registration_id=registration.key, session_id=session_id, choice_group="dinner"))
    db.flush()
    db.expire(registration, ["choices"])


@verb
def let_the_lab_in(db: Session, session_id: int, *, by: Viewer) -> None:
    db.get_one(AgendaSession, session_id).excludes_lab = False


def test_the_seats_logistics_pass_on_and_nothing_that_is_the_persons(database: Database, stage: Stage) -> None:
    """Rule 10."""
    with database.write() as db:
        leaving = come(db, stage, "oakland mayor", sponsored=True)
        block = lodge(db, leaving, by=BY)
        dinner = lay_tables(db, stage, by=BY)["dinner"]
        choose(db, leaving, dinner, by=BY)
        coming = substitute(db, leaving, Newcomer("Dee Puty", "dee@example.org"), by=BY).substitution.coming
        assert (coming.state, coming.sponsored, coming.city_id, coming.seat_id) == (
            SUBMITTED,
            True,
            leaving.city_id,
            leaving.seat_id,
        )
        assert windows_on_record(coming) == (MORNING,)
        travel = coming.travel
        assert travel is not None
        assert (travel.first_night, travel.last_night, travel.block_id, travel.payer) == (
            date(2017, 11, 13),
            date(2017, 11, 14),
            block,
            Payer.LAB,
        )
        assert [one.session_id for one in coming.choices] == [dinner]
        assert (travel.arrives_by, travel.shares_with) == ("", "")
        assert (coming.needs, coming.photo_consent, coming.listed, coming.notices_read_at) == (None, None, None, None)
        assert coming.code != leaving.code
        assert leaving.state is REPLACED
        assert leaving.needs is not None
        assert leaving.needs.dietary == "no nuts QX"
        assert taken(db, stage) == (0, 1)


def test_a_substitute_is_a_guest_and_never_approves_the_update(database: Database, stage: Stage) -> None:
    """Rules 5 and 10: the mayor's substitute is not the mayor."""
    with database.write() as db:
        made = substitute(db, come(db, stage, "oakland mayor"), Newcomer("Dee Puty", "dee@example.org"), by=BY)
        dee = viewer_of(db, made.substitution.coming.person_id)
        assert kinds(dee, stage.cohort) == {Kind.EXPERT}
        assert not may(dee, "update.approve", cohort_id=stage.cohort, city_id=stage.cities["oakland"])
        assert not may(dee, "update.write", cohort_id=stage.cohort, city_id=stage.cities["oakland"])
        assert may(dee, "registration.own", cohort_id=stage.cohort)
        assert [(one.said, one.standing) for one in dee.offices] == [("Mayor (substitute), Oakland", Standing.EXPERT)]
        assert dee.city_ids(stage.cohort) == frozenset()
        undo_substitution(db, made.substitution, by=BY)
        assert viewer_of(db, made.substitution.coming.person_id).offices == ()


@pytest.mark.usefixtures("_in_time")
def test_a_place_of_their_own_goes_to_the_next_in_line(database: Database) -> None:
    """Rules 9 and 10: the counts never move over the cap."""
    stage = set_stage(database, cap=2)
    with database.write() as db:
        come(db, stage, "oakland mayor")
        come(db, stage, "oakland member 1")
        waiting = come(db, stage, "oakland member 2")
        assert waiting.state is WAITING
        done = substitute(db, of(db, stage, "oakland mayor"), person(db, stage, "oakland member 1"), by=BY)
        assert [one.person_id for one in done.let_in] == [stage.people["oakland member 2"]]
        assert taken(db, stage) == (2, 0)
        undo_substitution(db, done.substitution, by=BY)
        assert of(db, stage, "oakland mayor").state is SUBMITTED
        again = of(db, stage, "oakland member 1")
        assert (again.state, again.waiting_number) == (WAITING, 2)  # their own place has gone to another meanwhile
        assert taken(db, stage) == (2, 0)


@pytest.mark.usefixtures("_in_time")
@pytest.mark.parametrize("before", ["waiting", "declined", "a place"])
def test_undo_restores_exactly_what_was(before: str, database: Database) -> None:
    """Rule 10: within the day, as if it had never been."""
    stage = set_stage(database, cap=2 if before == "a place" else 1)
    with database.write() as db:
        leaving = come(db, stage, "oakland mayor")
        theirs = come(db, stage, "oakland member 1", details=Details(photo_consent=False))
        if before == "declined":
            cancel(db, theirs, reason="a wedding", by=BY)
        tables = lay_tables(db, stage, by=BY)
        choose(db, leaving, tables["dinner"], by=BY)

        def all_of_it() -> object:
            db.expire_all()
            rows = [row.model_dump() for row in db.exec(select(Registration).order_by(Registration.id))]  # type: ignore[arg-type]
            windows = [windows_on_record(row) for row in (leaving, theirs)]
            chosen = sorted(
                (one.registration_id, one.session_id) for one in db.exec(select(SessionChoice)) if one.stands
            )
            return rows, windows, chosen, taken(db, stage)

        as_it_was = all_of_it()
        done = substitute(db, leaving, person(db, stage, "oakland member 1"), reason="flu", by=BY)
        assert of(db, stage, "oakland member 1").state is SUBMITTED
        assert all_of_it() != as_it_was
        undo_substitution(db, done.substitution, by=BY)
        undo_substitution(db, done.substitution, by=BY)  # the second click
        assert all_of_it() == as_it_was


def test_a_substitute_of_a_substitute_and_the_first_one_comes_back(database: Database, stage: Stage) -> None:
    """Rule 10: the leaving person changes their mind, after another has taken the place on."""
    with database.write() as db:
        mayor = come(db, stage, "oakland mayor")
        first = substitute(db, mayor, Newcomer("Dee Puty", "dee@example.org"), by=BY).substitution
        second = substitute(db, first.coming, person(db, stage, "oakland member 1"), by=BY).substitution
        assert not can_be_undone(first)
        with pytest.raises(Refused, match="has been replaced since"):
            undo_substitution(db, first, by=BY)
        back = substitute(db, second.coming, person(db, stage, "oakland mayor"), by=BY).substitution
        assert back.coming_id == mayor.key
        assert (mayor.state, mayor.reason) == (SUBMITTED, "")
        assert [of(db, stage, "oakland member 1").state, first.coming.state] == [REPLACED, REPLACED]
        assert taken(db, stage) == (1, 0)
        assert viewer_of(db, mayor.person_id).offices[0].said == "Mayor, Oakland"
        assert [one.id for one in substitutions_of(db, convening(db, stage))] == [back.id, second.id, first.id]


def test_two_who_substitute_one_seat_at_once_make_one_substitution(database: Database, stage: Stage) -> None:
    """Rules 9 and 10, on both databases."""
    with database.write() as db:
        number = come(db, stage, "oakland mayor").key
    members = ["oakland member 1", "oakland member 2"] * 4

    def go(who: str) -> str:
        try:
            with database.write() as db:
                substitute(db, db.get_one(Registration, number), person(db, stage, who), by=BY)
        except Refused as refused:
            return refused.sentence
        return ""

    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(go, members))
    with database.read() as db:
        (made,) = db.exec(select(Substitution)).all()
        name = made.coming.person.name
        assert sorted(said) == [
            "",
            *[f"{name} comes in the place of Oakland Mayor already. Look at the list again."] * 7,
        ]
        assert taken(db, stage) == (1, 0)
        instead = replaced_by(db, made.leaving)
        assert instead is not None
        assert instead.name == name


def test_at_eleven_the_night_before_and_no_more_when_it_is_over(database: Database, stage: Stage) -> None:
    """Rule 10: registration has closed long since; a facilitator still may, until the convening has ended."""
    with database.write() as db:
        come(db, stage, "oakland mayor")
        facilitator = viewer(db, stage, "oakland facilitator")
        with time_machine.travel(ELEVEN_AT_NIGHT, tick=True):
            done = substitute(
                db, of(db, stage, "oakland mayor"), person(db, stage, "oakland member 1"), by=facilitator
            ).substitution
            assert can_be_undone(done)
        with time_machine.travel(ELEVEN_AT_NIGHT + timedelta(hours=25)):
            assert not can_be_undone(done)
            with pytest.raises(Refused, match="more than a day ago"):
                undo_substitution(db, done, by=facilitator)
        with time_machine.travel(ELEVEN_AT_NIGHT + timedelta(days=3)), pytest.raises(Refused, match="is over"):
            substitute(db, done.coming, person(db, stage, "oakland member 2"), by=facilitator)


def test_closed_sessions_are_granted_by_organizers_alone(database: Database, stage: Stage) -> None:
    """Rules 10 and 13."""
    with database.write() as db:
        tables = lay_tables(db, stage, by=BY)
        leaving, coming = come(db, stage, "oakland mayor"), person(db, stage, "oakland member 1")
        with pytest.raises(Refused, match="organizers alone"):
            substitute(db, leaving, coming, grants=[tables["closed"]], by=viewer(db, stage, "oakland facilitator"))
        with pytest.raises(Refused, match="is not closed"):
            substitute(db, leaving, coming, grants=[tables["lunch"]], by=viewer(db, stage, "organizer"))
        with pytest.raises(Refused, match="is not closed"):  # it excludes the lab: not theirs to open
            substitute(db, leaving, coming, grants=[tables["closed"]], by=viewer(db, stage, "organizer"))
        let_the_lab_in(db, tables["closed"], by=BY)
        done = substitute(db, leaving, coming, grants=[tables["closed"]], by=viewer(db, stage, "organizer"))
        assert done.substitution.grants == [tables["closed"]]


def test_nobody_of_another_city_nobody_twice_and_nobody_without_a_place(database: Database, stage: Stage) -> None:
    """Rule 10: each refusal is a sentence to act on, and changes nothing."""
    with database.write() as db:
        leaving = come(db, stage, "oakland mayor")
        for who, sentence in (("salem mayor", "Salem’s team"), ("oakland mayor", "has this place")):
            with pytest.raises(Refused, match=sentence):
                substitute(db, leaving, person(db, stage, who), by=BY)
        with pytest.raises(Refused):
            substitute(db, leaving, Newcomer("", "x"), by=BY)
        cancel(db, leaving, by=BY)
        with pytest.raises(Refused, match="no confirmed place"):
            substitute(db, leaving, person(db, stage, "oakland member 1"), by=BY)
        assert db.exec(select(Substitution)).all() == []


def test_a_guest_of_the_lab_is_replaced_without_a_delegation(database: Database, stage: Stage) -> None:
    with database.write() as db:
        leaving = come(db, stage, "expert")
        done: Substituted = substitute(db, leaving, Newcomer("Prof. Other", "other@example.org"), by=BY)
        assert (done.substitution.coming.state, done.substitution.coming.city_id) == (SUBMITTED, None)
        assert clock.now() - done.substitution.created_at < timedelta(minutes=1)
