"""What a facilitator sees of a team, an organizer of all cities, and what each owes."""

from datetime import UTC, date, datetime

import time_machine
from sqlmodel import Session, select

from app.database import Database
from app.models import City, RegistrationState, Standing, Tenure
from app.people.audit import verb
from app.people.due import Due
from app.people.viewer import Viewer
from app.registration.due import due_from
from app.registration.missing import Lack
from app.registration.presence import Window
from app.registration.registrations import Details, decline, invite, register, save_registration
from app.registration.teams import Card, team
from tests.registration.stage import BY, Stage, convening, more_members, person, viewer

REGISTRATION = "/by-all-means/convenings/2017-fall/registration"


def test_a_team_is_a_card_a_seat_with_state_and_what_is_missing(database: Database, stage: Stage) -> None:
    with database.write() as db:
        here = convening(db, stage)
        answered = Details(dietary="", access="", photo_consent=True)
        register(db, here, person(db, stage, "oakland mayor"), details=answered, by=BY)
        register(db, here, person(db, stage, "oakland superintendent"), by=BY)
        decline(db, here, person(db, stage, "oakland facilitator"), by=BY)
        invite(db, here, person(db, stage, "oakland member 1"), by=BY)
    with database.read() as db:
        so_far = team(db, convening(db, stage), db.get_one(City, stage.cities["oakland"]))
    people = stage.people
    assert so_far.cards == (
        Card(
            "Mayor",
            people["oakland mayor"],
            "Oakland Mayor",
            state=RegistrationState.SUBMITTED,
            presence=("The whole time",),
            missing=(Lack.TRAVEL,),
        ),
        Card(
            "Superintendent",
            people["oakland superintendent"],
            "Oakland Superintendent",
            state=RegistrationState.SUBMITTED,
            presence=("The whole time",),
            missing=(Lack.FOOD, Lack.PHOTO, Lack.TRAVEL),
        ),
        Card("Facilitator", people["oakland facilitator"], "Oakland Facilitator", state=RegistrationState.DECLINED),
        Card("Member", people["oakland member 1"], "Oakland Member 1", state=RegistrationState.INVITED),
        Card("Member", people["oakland member 2"], "Oakland Member 2"),
    )
    assert (so_far.people, so_far.settled, so_far.taken, so_far.cap) == (5, 3, 2, 10)
    assert so_far.next_person_id == people["oakland member 1"]


@verb
def _leave(db: Session, person_id: int, last_day: date, *, by: Viewer) -> None:
    db.exec(select(Tenure).where(Tenure.person_id == person_id)).one().ends_on = last_day


def test_a_vacant_seat_is_a_card_without_a_person_and_who_left_it_after_registering_is_still_shown(
    database: Database, stage: Stage
) -> None:
    with database.write() as db:
        register(db, convening(db, stage), person(db, stage, "oakland mayor"), by=BY)
        _leave(db, stage.people["oakland mayor"], date(2017, 11, 1), by=BY)
    with database.read() as db:
        so_far = team(db, convening(db, stage), db.get_one(City, stage.cities["oakland"]))
    seat_id = so_far.cards[0].seat_id
    assert seat_id is not None
    assert so_far.cards[0] == Card("Mayor", None, "", seat_id=seat_id, standing=Standing.MAYOR)
    assert (so_far.cards[-1].office, so_far.cards[-1].person) == ("", "Oakland Mayor")
    assert so_far.people == 5


def test_neither_team_nor_due_asks_more_queries_for_more_people(
    database: Database, stage: Stage, queries: list[str]
) -> None:
    """Habit 14."""
    details = Details(windows=(whole_tuesday(),), dietary="vegan")
    asked = []
    for more in (1, 60):
        with database.write() as db:
            for member in more_members(db, stage, "oakland", more, by=BY):
                register(db, convening(db, stage), member, details=details, by=BY)
        with database.read() as db:
            here, city = convening(db, stage), db.get_one(City, stage.cities["oakland"])
            facilitator = viewer(db, stage, "oakland facilitator")
            queries.clear()
            team(db, here, city)
            due_from(db, facilitator)
        asked.append(len(queries))
    assert asked[0] == asked[1]


def whole_tuesday() -> Window:
    return Window(datetime(2017, 11, 14, 5, tzinfo=UTC), datetime(2017, 11, 15, 5, tzinfo=UTC))


def due(database: Database, stage: Stage, who: str) -> list[Due]:
    with database.read() as db:
        return due_from(db, viewer(db, stage, who))


OWN = Due(
    "Register for Fall convening",
    REGISTRATION,
    date(2017, 11, 7),
    "Tue 14 Nov to Wed 15 Nov, Harvard Graduate School of Education",
)


def test_a_member_owes_their_registration_until_they_have_answered(database: Database, stage: Stage) -> None:
    assert due(database, stage, "oakland member 1") == [OWN]
    with database.write() as db:
        save_registration(db, convening(db, stage), person(db, stage, "oakland member 1"), by=BY)
        decline(db, convening(db, stage), person(db, stage, "oakland member 2"), by=BY)
    assert [one.title for one in due(database, stage, "oakland member 1")] == ["Finish registering for Fall convening"]
    assert due(database, stage, "oakland member 2") == []


def test_a_facilitator_owes_the_teams_registrations_too(database: Database, stage: Stage) -> None:
    with database.write() as db:
        register(db, convening(db, stage), person(db, stage, "oakland facilitator"), by=BY)
    assert due(database, stage, "oakland facilitator")[1:] == [
        Due(
            "Register Oakland’s team for Fall convening",
            f"{REGISTRATION}/team/oakland",
            date(2017, 11, 7),
            "1 of 5 have answered",
        )
    ]


def test_nothing_is_due_after_registration_has_closed_nor_from_who_holds_no_seat_then(
    database: Database, stage: Stage
) -> None:
    with database.write() as db:
        _leave(db, stage.people["oakland mayor"], date(2017, 11, 1), by=BY)
    assert due(database, stage, "oakland mayor") == []
    with time_machine.travel(datetime(2017, 11, 8, 6, tzinfo=UTC)):  # 01:00 on the 8th in Cambridge
        assert due(database, stage, "oakland member 1") == []
    with time_machine.travel(datetime(2017, 11, 8, 4, tzinfo=UTC)):  # 23:00 on the 7th
        assert due(database, stage, "oakland member 1") == [OWN]


def test_nothing_is_due_from_a_stranger(database: Database, stage: Stage) -> None:
    with database.read() as db:
        assert due_from(db, Viewer.anonymous()) == []
