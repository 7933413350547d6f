"""What an organizer sees of all cities and of everybody: figures, the people behind them, lists that are kept."""

from datetime import UTC, date, datetime

import pytest
from sqlmodel import Session, col, select

from app.database import Database
from app.models import (
    AuditEntry,
    Convening,
    LodgingBlock,
    Person,
    RegistrationQuestion,
    RegistrationState,
    Tenure,
)
from app.people.audit import Refused, verb
from app.people.viewer import Viewer
from app.registration.board import Counts, board
from app.registration.everybody import Listed, everybody
from app.registration.finding import MISSING, MORE, STATES, Filter, in_words
from app.registration.lodging import BlockDetails, open_block
from app.registration.missing import Lack
from app.registration.presence import Window
from app.registration.registrations import Details, decline, invite, register, save_registration
from app.registration.rooming import rooming
from app.registration.saved_lists import archive_list, lists_of, rename_list, restore_list, save_list
from app.registration.travel import TravelDetails, keep_travel
from tests.registration.stage import BY, Stage, convening, more_members, person, viewer

ANSWERED = Details(dietary="", access="", photo_consent=True)
MONDAY, TUESDAY = date(2017, 11, 13), date(2017, 11, 14)
THERE = datetime(2017, 11, 13, 22, tzinfo=UTC)
BACK = datetime(2017, 11, 15, 22, tzinfo=UTC)


def names(people: list[Listed]) -> list[str]:
    return [one.name for one in people]


def found(db: Session, stage: Stage, **said: str) -> list[str]:
    return names(Filter(**said).found(everybody(db, convening(db, stage))))


@verb
def leave_seat(db: Session, person_id: int, last_day: date, *, by: Viewer) -> None:
    db.exec(select(Tenure).where(Tenure.person_id == person_id)).one().ends_on = last_day


def some_answers(db: Session, stage: Stage) -> Convening:
    """Oakland: two have a place, one sponsored; one does not come, one is asked, one has begun. Salem: nobody asked."""
    here = convening(db, stage)
    register(db, here, person(db, stage, "oakland mayor"), details=ANSWERED, by=BY)
    register(db, here, person(db, stage, "oakland superintendent"), sponsored=True, by=BY)
    decline(db, here, person(db, stage, "oakland facilitator"), by=BY)
    invite(db, here, person(db, stage, "oakland member 1"), by=BY)
    save_registration(db, here, person(db, stage, "oakland member 2"), by=BY)
    register(db, here, person(db, stage, "expert"), by=BY)
    return here


def test_the_board_counts_each_city_and_names_the_seats_that_have_not_answered(
    database: Database, stage: Stage
) -> None:
    with database.write() as db:
        some_answers(db, stage)
        leave_seat(db, stage.people["salem mayor"], date(2017, 11, 1), by=BY)
    with database.read() as db:
        seen = board(db, convening(db, stage))
    oakland, salem = seen.rows
    assert (oakland.city, oakland.taken, oakland.cap, oakland.sponsored_taken) == ("Oakland", 1, 10, 1)
    assert oakland.counts == Counts(invited=1, started=1, submitted=2, not_coming=1, incomplete=2)
    assert (oakland.missing, oakland.vacant) == (("Member", "Member"), ())
    assert (salem.counts, salem.vacant) == (Counts(not_asked=4), ("Mayor",))
    assert salem.missing == ("Superintendent", "Facilitator", "Member", "Member")
    assert seen.lab == Counts(not_asked=2, submitted=1, incomplete=1)
    assert (seen.total.submitted, seen.unanswered, seen.vacant) == (3, 8, 1)


def test_each_figure_of_the_board_counts_the_people_whom_its_link_finds(database: Database, stage: Stage) -> None:
    with database.write() as db:
        some_answers(db, stage)
    with database.read() as db:
        here = convening(db, stage)
        people, seen = everybody(db, here), board(db, here)
    states = {"invited": "invited", "started": "started", "submitted": "submitted", "left": "not_coming"}
    for row in seen.rows:
        for word, figure in states.items():
            listed = Filter(city=row.slug, state=word).found(people)
            assert len(listed) == getattr(row.counts, figure)
        assert tuple(one.office for one in Filter(city=row.slug, state="open").found(people)) == row.missing
        assert len(Filter(city=row.slug, missing="anything").found(people)) == row.counts.incomplete
    assert len(Filter(city="lab").found(people)) == 3


def test_everybody_is_listed_once_city_by_city_and_the_lab_last(database: Database, stage: Stage) -> None:
    with database.write() as db:
        some_answers(db, stage)
    with database.read() as db:
        people = everybody(db, convening(db, stage))
    assert [one.city for one in people] == ["Oakland"] * 5 + ["Salem"] * 5 + [""] * 3
    assert len({one.person_id for one in people}) == 13
    assert [(one.office, one.state) for one in people[:3]] == [
        ("Mayor", RegistrationState.SUBMITTED),
        ("Superintendent", RegistrationState.SUBMITTED),
        ("Facilitator", RegistrationState.DECLINED),
    ]


def test_who_left_their_seat_after_registering_is_still_listed_and_who_only_left_it_is_not(
    database: Database, stage: Stage
) -> None:
    with database.write() as db:
        register(db, convening(db, stage), person(db, stage, "oakland mayor"), by=BY)
        for who in ("oakland mayor", "salem mayor"):
            leave_seat(db, stage.people[who], date(2017, 11, 1), by=BY)
    with database.read() as db:
        assert found(db, stage, q="mayor") == ["Oakland Mayor"]


def test_the_filter_finds_by_city_role_state_and_what_is_missing(database: Database, stage: Stage) -> None:
    with database.write() as db:
        some_answers(db, stage)
    with database.read() as db:
        assert found(db, stage, city="salem", role="mayor") == ["Salem Mayor"]
        assert found(db, stage, state="submitted") == ["Oakland Mayor", "Oakland Superintendent", "Expert"]
        assert found(db, stage, city="oakland", state="open") == ["Oakland Member 1", "Oakland Member 2"]
        assert found(db, stage, missing="photo") == ["Oakland Superintendent", "Expert"]
        assert found(db, stage, more="sponsored") == ["Oakland Superintendent"]
        assert found(db, stage, q="OAKLAND superint") == ["Oakland Superintendent"]
        assert found(db, stage, q="oakland.member.1@") == ["Oakland Member 1"]
        assert found(db, stage, state="no such state") == []
        assert found(db, stage, city="atlantis") == []
        assert found(db, stage, city="oakland", sort="-name")[0] == "Oakland Superintendent"


@verb
def rename(db: Session, person_id: int, name: str, *, by: Viewer) -> None:
    one = db.get_one(Person, person_id)
    one.name = one.sort_name = name
    db.add(one)


def test_accents_and_capitals_do_not_matter_and_names_may_be_long(database: Database, stage: Stage) -> None:
    long = "Réunion " * 37
    with database.write() as db:
        rename(db, stage.people["oakland mayor"], long.strip(), by=BY)
    with database.read() as db:
        assert found(db, stage, q="reunion") == [long.strip()]


def test_what_is_missing_names_travel_and_required_questions_and_never_what_was_answered(
    database: Database, stage: Stage
) -> None:
    """Rule 12."""
    with database.write() as db:
        here = convening(db, stage)
        ask(db, here, by=BY)
        mayor = register(db, here, person(db, stage, "oakland mayor"), details=ANSWERED, by=BY)
        asks = Details(dietary="no chili QX-PEPPER", access="a ramp QX-RAMP", photo_consent=False)
        register(db, here, person(db, stage, "salem mayor"), details=asks, by=BY)
        keep_travel(db, mayor, TravelDetails(arrives_at=THERE, leaves_at=BACK), by=BY)
    with database.read() as db:
        people = everybody(db, convening(db, stage))
    by_name = {one.name: one for one in people}
    assert by_name["Oakland Mayor"].missing == (Lack.QUESTIONS,)
    assert by_name["Salem Mayor"].missing == (Lack.QUESTIONS, Lack.TRAVEL)
    assert "QX-" not in repr(people)


@verb
def ask(db: Session, here: Convening, *, by: Viewer) -> None:
    db.add(RegistrationQuestion(convening_id=here.key, text="T-shirt?", required=True))


def test_neither_list_nor_board_nor_rooming_asks_more_queries_for_more_people(
    database: Database, stage: Stage, queries: list[str]
) -> None:
    """Habit 14: the same number at 6 and at 600."""
    tuesday = (Window(datetime(2017, 11, 14, 14, tzinfo=UTC), datetime(2017, 11, 14, 18, tzinfo=UTC)),)
    asked = []
    with database.write() as db:
        ask(db, convening(db, stage), by=BY)
    for more in (1, 600):
        with database.write() as db:
            for member in more_members(db, stage, "oakland", more, by=BY):
                register(db, convening(db, stage), member, details=Details(windows=tuesday, dietary="vegan"), by=BY)
        with database.read() as db:
            here = convening(db, stage)
            queries.clear()
            people = everybody(db, here)
            board(db, here, people)
            rooming(db, here)
            asked.append(len(queries))
    assert len(people) == 13 + 601
    assert asked[0] == asked[1]


# --- saved lists ---


def test_a_list_is_saved_renamed_put_away_and_comes_back_and_each_act_is_on_record(
    database: Database, stage: Stage
) -> None:
    """Rule 21."""
    with database.write() as db:
        here, organizer = convening(db, stage), viewer(db, stage, "organizer")
        saved = save_list(db, here, "  Late  superintendents ", "role=superintendent&nonsense=1", by=organizer)
        assert (saved.name, saved.query) == ("Late superintendents", "role=superintendent")
        rename_list(db, saved, "Superintendents", by=organizer)
        archive_list(db, saved, by=organizer)
        assert list(lists_of(db, here)) == []
        restore_list(db, saved, by=organizer)
        assert [one.name for one in lists_of(db, here)] == ["Superintendents"]
    with database.read() as db:
        acts = db.exec(
            select(AuditEntry.act).where(AuditEntry.subject == "saved_list").order_by(col(AuditEntry.id))
        ).all()
    assert acts == ["save_list", "rename_list", "archive_list", "restore_list"]


def test_a_name_is_taken_once_and_an_empty_one_is_refused(database: Database, stage: Stage) -> None:
    with database.write() as db:
        here, organizer = convening(db, stage), viewer(db, stage, "organizer")
        first = save_list(db, here, "Mayors", "role=mayor", by=organizer)
        second = save_list(db, here, "Lab", "city=lab", by=organizer)
        for act in (
            lambda: save_list(db, here, "Mayors", "city=salem", by=organizer),
            lambda: rename_list(db, second, "Mayors", by=organizer),
            lambda: save_list(db, here, "  ", "", by=organizer),
            lambda: save_list(db, here, "x" * 121, "", by=organizer),
        ):
            with pytest.raises(Refused) as refused:
                act()
            assert refused.value.field == "name"
        archive_list(db, first, by=organizer)
        again = save_list(db, here, "Mayors", "city=salem", by=organizer)
        assert (again.key, again.query, again.archived_at) == (first.key, "city=salem", None)


def test_a_filter_is_said_in_words_and_comes_back_from_its_address(database: Database, stage: Stage) -> None:
    chosen = Filter(q="o'neil & sons", city="oakland", role="mayor", state="open", missing="travel", more="overnight")
    assert Filter.of_query(chosen.query) == chosen
    said = in_words(chosen, {"oakland": "Oakland"}, {"mayor": "Mayors"})
    assert said == "Oakland, Mayors, not answered, staying overnight, missing travel, “o'neil & sons”"
    assert in_words(Filter(), {}, {}) == "Everybody"
    assert Filter().query == ""
    assert set(STATES) & set(MISSING) & set(MORE) == set()


# --- rooming ---


def test_the_rooming_list_counts_rooms_by_night_and_says_who_has_no_travel(database: Database, stage: Stage) -> None:
    with database.write() as db:
        here = convening(db, stage)
        block = open_block(db, here, BlockDetails("Harvard Inn", 1, MONDAY, TUESDAY), by=BY)
        stays = TravelDetails(False, THERE, "train", BACK, "train", MONDAY, TUESDAY, block.key)
        for who, nights in (("oakland mayor", stays), ("salem mayor", stays)):
            keep_travel(db, register(db, here, person(db, stage, who), by=BY), nights, by=BY)
        local = register(db, here, person(db, stage, "salem member 1"), by=BY)
        keep_travel(db, local, TravelDetails(is_local=True), by=BY)
        register(db, here, person(db, stage, "salem member 2"), by=BY)
    with database.read() as db:
        listed = rooming(db, convening(db, stage))
        assert db.exec(select(LodgingBlock)).one().name == "Harvard Inn"
    (only,) = listed.blocks
    assert [(night.evening, night.taken, night.held, night.over) for night in only.nights] == [
        (MONDAY, 2, 1, 1),
        (TUESDAY, 2, 1, 1),
    ]
    assert names(list(only.guests)) == ["Oakland Mayor", "Salem Mayor"]
    assert [(trip.at, trip.by, trip.who.name) for trip in listed.arrivals] == [
        (THERE, "train", "Oakland Mayor"),
        (THERE, "train", "Salem Mayor"),
    ]
    assert names(list(listed.gaps)) == ["Salem Member 2"]


def test_who_found_a_bed_elsewhere_and_who_cancelled(database: Database, stage: Stage) -> None:
    with database.write() as db:
        here = convening(db, stage)
        away = TravelDetails(first_night=MONDAY, last_night=MONDAY)
        for who in ("oakland mayor", "salem mayor"):
            keep_travel(db, register(db, here, person(db, stage, who), by=BY), away, by=BY)
        decline(db, here, person(db, stage, "salem mayor"), by=BY)
    with database.read() as db:
        listed = rooming(db, convening(db, stage))
    assert [(block.name, names(list(block.guests))) for block in listed.blocks] == [("Elsewhere", ["Oakland Mayor"])]
