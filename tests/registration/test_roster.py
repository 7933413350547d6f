"""The list of participants: by consent, by city, with the office of the first day; and nothing else of anybody."""

from datetime import date

import pytest
from sqlmodel import Session, select

from app.database import Database
from app.models import Person, Registration, RegistrationState, Tenure
from app.people.audit import verb
from app.people.viewer import Viewer
from app.registration.registrations import Details, cancel, register, registration_of
from app.registration.roster import Group, Listing, Participant, Roster, listings_of, roster, set_listed
from tests.registration.stage import BY, Stage, convening, more_members, person

SHOWN, HIDDEN = Details(listed=True), Details(listed=False)


def come(db: Session, stage: Stage, who: str, details: Details) -> Registration:
    return register(db, convening(db, stage), person(db, stage, who), details=details, by=BY)


def seen(database: Database, stage: Stage) -> Roster | None:
    with database.read() as db:
        return roster(db, convening(db, stage))


def test_named_is_who_allows_it_and_the_others_are_counted(database: Database, stage: Stage) -> None:
    with database.write() as db:
        come(db, stage, "salem mayor", SHOWN)
        come(db, stage, "salem superintendent", HIDDEN)
        come(db, stage, "salem member 1", Details())
        come(db, stage, "oakland member 2", SHOWN)
        come(db, stage, "oakland mayor", SHOWN)
        come(db, stage, "expert", SHOWN)
        come(db, stage, "organizer", HIDDEN)
        cancel(db, come(db, stage, "oakland facilitator", SHOWN), by=BY)
    p = stage.people
    assert seen(database, stage) == Roster(
        (
            Group(
                "Oakland",
                (
                    Participant(p["oakland mayor"], "Oakland Mayor", "Mayor"),
                    Participant(p["oakland member 2"], "Oakland Member 2", "Member"),
                ),
                0,
            ),
            Group("Salem", (Participant(p["salem mayor"], "Salem Mayor", "Mayor"),), 2),
            Group("By All Means", (), 1),
            Group("Guests", (Participant(p["expert"], "Expert", "Expert"),), 0),
        )
    )


@verb
def _hands_over(db: Session, stage: Stage, *, by: Viewer) -> None:
    """The mayor of Salem leaves before the convening, and the member becomes mayor on its first day."""
    old = db.exec(select(Tenure).where(Tenure.person_id == stage.people["salem mayor"])).one()
    old.ends_on = date(2017, 11, 13)
    db.add(old)
    db.flush()
    db.add(Tenure(seat_id=old.seat_id, person_id=stage.people["salem member 1"], starts_on=date(2017, 11, 14)))


def test_the_office_is_that_of_the_first_day(database: Database, stage: Stage) -> None:
    with database.write() as db:
        come(db, stage, "salem member 1", SHOWN)
        _hands_over(db, stage, by=BY)
    found = seen(database, stage)
    assert found is not None
    assert [(one.name, one.office) for group in found.groups for one in group.people] == [("Salem Member 1", "Mayor")]


@verb
def _hide(db: Session, stage: Stage, *, by: Viewer) -> None:
    convening(db, stage).roster_shown = False


def test_there_is_none_where_the_organizers_show_none(database: Database, stage: Stage) -> None:
    with database.write() as db:
        come(db, stage, "salem mayor", SHOWN)
        _hide(db, stage, by=BY)
    assert seen(database, stage) is None


def test_a_person_goes_on_it_and_off_it_again(database: Database, stage: Stage) -> None:
    with database.write() as db:
        come(db, stage, "salem mayor", Details())
    for listed in (True, False, True):
        with database.write() as db:
            mine = registration_of(db, convening(db, stage), stage.people["salem mayor"])
            assert mine is not None
            set_listed(db, mine, listed=listed, by=BY)
        found = seen(database, stage)
        assert found is not None
        assert (found.named, found.coming) == (int(listed), 1)


@pytest.mark.each_database
@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("salem", ["Salem Mayor", "Salem Superintendent"]),
        ("MAYOR", ["Oakland Mayor", "Salem Mayor"]),
        ("salem superint", ["Salem Superintendent"]),
        ("nobody", []),
        ("  ", ["Oakland Mayor", "Salem Mayor", "Salem Superintendent"]),
    ],
)
def test_a_person_is_found_by_name_office_or_city(
    database: Database, stage: Stage, words: str, names: list[str]
) -> None:
    with database.write() as db:
        for who in ("oakland mayor", "salem mayor", "salem superintendent"):
            come(db, stage, who, SHOWN)
    found = seen(database, stage)
    assert found is not None
    assert [one.name for group in found.found(words).groups for one in group.people] == names


def test_six_hundred_people_cost_as_many_queries_as_one(database: Database, stage: Stage, queries: list[str]) -> None:
    def cost() -> int:
        queries.clear()
        assert seen(database, stage) is not None
        return len(queries)

    with database.write() as db:
        come(db, stage, "oakland mayor", SHOWN)
    few = cost()
    with database.write() as db:
        more_members(db, stage, "oakland", 600, by=BY)
        _all_come(db, stage, by=BY)
    assert cost() == few
    found = seen(database, stage)
    assert found is not None
    assert found.named > 600


@verb
def _all_come(db: Session, stage: Stage, *, by: Viewer) -> None:

    there = set(db.exec(select(Registration.person_id)))
    db.add_all(
        Registration(
            convening_id=stage.convening,
            person_id=one.key,
            city_id=stage.cities["oakland"],
            state=RegistrationState.SUBMITTED,
            listed=True,
        )
        for one in db.exec(select(Person))
        if one.key not in there
    )


def test_one_reads_what_the_list_says_of_oneself_and_of_nobody_else(
    database: Database, stage: Stage, queries: list[str]
) -> None:
    with database.write() as db:
        come(db, stage, "oakland mayor", SHOWN)
        come(db, stage, "expert", Details())
        cancel(db, come(db, stage, "salem mayor", SHOWN), by=BY)
    with database.read() as db:
        here = convening(db, stage)
        assert listings_of(db, stage.people["oakland mayor"]) == [Listing(here, True, True, "Mayor, Oakland")]
        assert listings_of(db, stage.people["expert"]) == [Listing(here, None, True, "Expert")]
        assert listings_of(db, stage.people["salem mayor"]) == []
        queries.clear()
        listings_of(db, stage.people["oakland mayor"])
        assert len(queries) <= 2
