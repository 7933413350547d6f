"""Tables of a session: who is seated, who is moved, and what the places do when people come and go."""

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlmodel import Session, select

from app.agenda.history import redo_step, steps, undo_step
from app.agenda.record import Sought, record_of
from app.database import Database
from app.models import AgendaSession, Delegation, Person, SessionTable, TablePlace
from app.people.audit import Refused, verb
from app.people.viewer import Viewer
from app.registration.merging import merge_people
from app.registration.registrations import Details, cancel, register, registration_of
from app.registration.substitutions import Newcomer, substitute
from app.registration.table_plan import TablePlan, table_plan
from app.registration.table_seating import (
    change_table,
    lay_tables,
    move_to_table,
    seat_everybody,
    swap_places,
    take_off,
)
from app.registration.tables import tables_of
from tests.registration import meals_stage
from tests.registration.stage import BY, Stage, convening, more_members, person, viewer

TEN = tuple(
    f"{city} {who}"
    for city in ("oakland", "salem")
    for who in ("mayor", "superintendent", "facilitator", "member 1", "member 2")
)


@pytest.fixture
def lunch(database: Database, stage: Stage) -> int:
    """Lunch for everyone, to which both teams of five come."""
    with database.write() as db:
        number = meals_stage.lay_tables(db, stage, by=BY)["lunch"]
        come(db, stage, TEN)
    return number


def come(db: Session, stage: Stage, people: Sequence[str], **details: object) -> None:
    for who in people:
        register(db, convening(db, stage), person(db, stage, who), details=Details(**details), by=BY)  # type: ignore[arg-type]


def laid(db: Session, lunch: int, tables: int = 5, places: int = 2, by: Viewer = BY) -> AgendaSession:
    session = db.get_one(AgendaSession, lunch)
    lay_tables(db, session, tables=tables, places=places, by=by)
    return session


def at(plan: TablePlan) -> list[list[str]]:
    return [[one.name for one in table.sitters] for table in plan.tables]


def table(db: Session, lunch: int, number: int) -> SessionTable:
    mine = select(SessionTable).where(SessionTable.session_id == lunch, SessionTable.number == number)
    return db.exec(mine).one()


def test_everybody_is_seated_with_the_other_city_and_a_second_press_moves_nobody(
    database: Database, stage: Stage, lunch: int
) -> None:
    with database.write() as db:
        session = laid(db, lunch)
        assert seat_everybody(db, session, by=BY) == 10
        plan = table_plan(db, session)
        assert sorted(name for names in at(plan) for name in names) == sorted(
            person(db, stage, who).name for who in TEN
        )
        assert [len(names) for names in at(plan)] == [2] * 5
        assert plan.mixed == "Each table has people of 2 cities; nobody sits with their own city."
        mayors = Counter(table.number for table in plan.tables for one in table.sitters if one.is_mayor)
        assert max(mayors.values()) == 1
        assert seat_everybody(db, session, by=BY) == 0
        assert seat_everybody(db, session, anew=True, by=BY) == 0
        assert at(table_plan(db, session)) == at(plan)


def test_who_is_placed_by_hand_stays_when_the_others_are_mixed_anew(
    database: Database, stage: Stage, lunch: int
) -> None:
    with database.write() as db:
        session = laid(db, lunch, tables=3, places=4)
        first, second = stage.people["oakland mayor"], stage.people["oakland facilitator"]
        for who in (first, second):
            move_to_table(db, session, who, table(db, lunch, 3), by=BY)
        seat_everybody(db, session, anew=True, by=BY)
        seen = tables_of(db, convening(db, stage))[lunch]
        assert (seen[first].number, seen[second].number) == (3, 3)
        assert table_plan(db, session).mixed == (
            "Each table has people of 2 cities; people of one city sit together at Table 1 (Oakland, Salem), "
            "Table 2 (Salem), Table 3 (Oakland)."
        )


def test_only_who_comes_and_is_there_then_is_seated(database: Database, stage: Stage, lunch: int) -> None:
    """Rule 11: whoever has left before lunch has no place there; nor has who cancelled, or is in no audience of it."""
    with database.write() as db:
        come(db, stage, ("staff",), windows=(meals_stage.MORNING,))
        come(db, stage, ("organizer",))
        gone = registration_of(db, convening(db, stage), stage.people["salem mayor"])
        assert gone is not None
        cancel(db, gone, by=BY)
        plan = table_plan(db, db.get_one(AgendaSession, lunch))
        names = {one.name for one in plan.waiting}
        everybody = {person(db, stage, who).name for who in (*TEN, "organizer")}
        assert names == everybody - {"Salem Mayor"}
        assert plan.suggested == (2, 8)


def test_who_leaves_shows_as_an_empty_place_and_a_substitute_takes_the_place_of_whom_they_replace(
    database: Database, stage: Stage, lunch: int
) -> None:
    """Rule 10."""
    with database.write() as db:
        session = laid(db, lunch)
        seat_everybody(db, session, by=BY)
        was = tables_of(db, convening(db, stage))[lunch][stage.people["oakland mayor"]].number
        leaving = registration_of(db, convening(db, stage), stage.people["oakland mayor"])
        gone = registration_of(db, convening(db, stage), stage.people["salem member 1"])
        assert leaving is not None
        assert gone is not None
        substitute(db, leaving, Newcomer("Dee Puty"), by=BY)
        cancel(db, gone, by=BY)
        plan = table_plan(db, session)
        assert sorted(name for one in plan.tables for name in one.left) == ["Oakland Mayor", "Salem Member 1"]
        assert [(one.name, one.instead_of) for one in plan.waiting] == [("Dee Puty", "Oakland Mayor")]
        assert len(tables_of(db, convening(db, stage))[lunch]) == 8
        assert seat_everybody(db, session, by=BY) == 0
        plan = table_plan(db, session)
        assert [table.number for table in plan.tables for one in table.sitters if one.name == "Dee Puty"] == [was]
        assert ([one.left for one in plan.tables], plan.waiting) == ([()] * 5, ())


def test_no_table_has_more_people_than_places(database: Database, stage: Stage, lunch: int) -> None:
    with database.write() as db:
        session = laid(db, lunch)
        mayor = stage.people["oakland mayor"]
        seat_everybody(db, session, by=BY)
        other = next(one for one in table_plan(db, session).tables if mayor not in {s.person_id for s in one.sitters})
        with pytest.raises(Refused, match=f"^Table {other.number} is full"):
            move_to_table(db, session, mayor, table(db, lunch, other.number), by=BY)
        with pytest.raises(Refused, match=r"^2 people sit at Table 1: move some of them first"):
            change_table(db, session, table(db, lunch, 1), name="", places=1, by=BY)
        with pytest.raises(Refused, match=r"^2 people sit at Table 1"):
            lay_tables(db, session, tables=5, places=1, by=BY)
        assert lay_tables(db, session, tables=4, places=2, by=BY) == 2
        with pytest.raises(Refused, match=r"^10 people are expected, and there are 8 places"):
            seat_everybody(db, session, by=BY)
        change_table(db, session, table(db, lunch, 1), name="  By the\twindow ", places=4, by=BY)
        assert seat_everybody(db, session, by=BY) == 2
        assert [(one.title, len(one.sitters)) for one in table_plan(db, session).tables] == [
            ("Table 1, By the window", 4),
            ("Table 2", 2),
            ("Table 3", 2),
            ("Table 4", 2),
        ]
        gone = registration_of(db, convening(db, stage), table_plan(db, session).tables[1].sitters[0].person_id)
        assert gone is not None
        cancel(db, gone, by=BY)
        move_to_table(db, session, table_plan(db, session).tables[0].sitters[0].person_id, table(db, lunch, 2), by=BY)
        assert [(len(one.sitters), one.left) for one in table_plan(db, session).tables][:2] == [(3, ()), (2, ())]


def test_two_change_places_and_one_is_taken_off(database: Database, stage: Stage, lunch: int) -> None:
    with database.write() as db:
        session = laid(db, lunch)
        seat_everybody(db, session, by=BY)
        one, other = (stage.people[f"{city} mayor"] for city in ("oakland", "salem"))
        before = {who: tables_of(db, convening(db, stage))[lunch][who].number for who in (one, other)}
        swap_places(db, session, one, other, by=BY)
        after = tables_of(db, convening(db, stage))[lunch]
        assert (after[one].number, after[other].number) == (before[other], before[one])
        take_off(db, session, one, by=BY)
        take_off(db, session, one, by=BY)
        assert one not in tables_of(db, convening(db, stage))[lunch]
        swap_places(db, session, one, other, by=BY)
        assert tables_of(db, convening(db, stage))[lunch][one].number == before[one]
        assert [who.name for who in table_plan(db, session).waiting] == ["Salem Mayor"]
        take_off(db, session, one, by=BY)
        for who, sentence in ((one, "Choose somebody else"), (other, "Neither of them has a place")):
            with pytest.raises(Refused, match=sentence):
                swap_places(db, session, one, who, by=BY)
        with pytest.raises(Refused, match="not expected there"):
            swap_places(db, session, one, stage.people["expert"], by=BY)


def test_people_read_who_allows_it_and_the_others_are_counted(database: Database, stage: Stage, lunch: int) -> None:
    with database.write() as db:
        session = laid(db, lunch, tables=1, places=12)
        name_on_list(db, stage, ("oakland mayor", "salem mayor", "salem facilitator"), by=BY)
        for who in ("oakland mayor", "salem mayor", "salem facilitator", "salem member 1"):
            move_to_table(db, session, stage.people[who], table(db, lunch, 1), by=BY)
        seen = tables_of(db, convening(db, stage))
        assert seen.keys() == {lunch}
        mine = seen[lunch][stage.people["oakland mayor"]]
        assert mine.title == "Table 1"
        assert mine.company(stage.people["oakland mayor"]) == "with Salem Facilitator, Salem Mayor and 1 more"
        assert mine.company(stage.people["salem member 1"]) == "with Oakland Mayor, Salem Facilitator and Salem Mayor"
        hide_roster(db, stage, by=BY)
        mine = tables_of(db, convening(db, stage))[lunch][stage.people["oakland mayor"]]
        assert mine.company(stage.people["oakland mayor"]) == "with 3 others"


@verb
def name_on_list(db: Session, stage: Stage, people: Sequence[str], *, by: Viewer) -> None:
    for who in TEN:
        found = registration_of(db, convening(db, stage), stage.people[who])
        assert found is not None
        found.listed = who in people


@verb
def hide_roster(db: Session, stage: Stage, *, by: Viewer) -> None:
    convening(db, stage).roster_shown = False


def test_seating_is_taken_back_and_done_again_and_the_history_says_it(
    database: Database, stage: Stage, lunch: int
) -> None:
    """Rule 21: laying, seating, moving, taking off, each by itself."""
    with database.write() as db:
        ada = viewer(db, stage, "organizer")
        session = laid(db, lunch, by=ada)
        seat_everybody(db, session, by=ada)
        seated = at(table_plan(db, session))
        swap_places(db, session, stage.people["oakland mayor"], stage.people["salem mayor"], by=ada)
        take_off(db, session, stage.people["salem member 2"], by=ada)
        lay_tables(db, session, tables=0, places=2, by=ada)
        there = convening(db, stage)
        told = [one.said for one in record_of(db, there, ada, Sought(None, None, None)).acts]
        assert told[:5] == [
            "laid the tables of “Lunch, unstructured”",
            "took somebody off the tables of “Lunch, unstructured”",
            "moved 2 people at the tables of “Lunch, unstructured”",
            "seated 10 people at the tables of “Lunch, unstructured”",
            "laid the tables of “Lunch, unstructured”",
        ]
        for _ in range(3):
            undo_step(db, there, reverses=steps(db, there, ada).undo[0].turn, by=ada)
        assert at(table_plan(db, session)) == seated
        for _ in range(2):
            undo_step(db, there, reverses=steps(db, there, ada).undo[0].turn, by=ada)
        assert table_plan(db, session).tables == ()
        for _ in range(2):
            redo_step(db, there, reverses=steps(db, there, ada).redo[0].turn, by=ada)
        assert at(table_plan(db, session)) == seated


def test_what_others_have_done_since_is_not_undone_with_it(database: Database, stage: Stage, lunch: int) -> None:
    with database.write() as db:
        ada = viewer(db, stage, "organizer")
        session = laid(db, lunch, tables=2, places=1, by=BY)
        one, other = stage.people["oakland mayor"], stage.people["salem mayor"]
        move_to_table(db, session, one, table(db, lunch, 1), by=BY)
        take_off(db, session, one, by=ada)
        move_to_table(db, session, other, table(db, lunch, 1), by=BY)
        with pytest.raises(Refused, match=r"^Table 1 is full since"):
            undo_step(db, convening(db, stage), reverses=steps(db, convening(db, stage), ada).undo[0].turn, by=ada)
        assert at(table_plan(db, session)) == [["Salem Mayor"], []]
        lay_tables(db, session, tables=3, places=1, by=ada)
        move_to_table(db, session, one, table(db, lunch, 3), by=BY)
        with pytest.raises(Refused, match=r"^Somebody else sits at Table 3 since"):
            undo_step(db, convening(db, stage), reverses=steps(db, convening(db, stage), ada).undo[0].turn, by=ada)


def test_two_organizers_at_once_do_not_seat_more_than_there_are_places(
    database: Database, stage: Stage, lunch: int
) -> None:
    with database.write() as db:
        laid(db, lunch, tables=2, places=3)
    start = Barrier(6)

    def seat(who: str) -> str:
        start.wait()
        with database.write() as db:
            try:
                move_to_table(db, db.get_one(AgendaSession, lunch), stage.people[who], table(db, lunch, 1), by=BY)
            except Refused as refused:
                return refused.sentence
        return "seated"

    with ThreadPoolExecutor(6) as several:
        told = Counter(several.map(seat, TEN[:6]))
    full = "Table 1 is full. Let two people change places, or give it another place."
    assert told == {"seated": 3, full: 3}
    start = Barrier(2)

    def press(_: int) -> int:
        start.wait()
        with database.write() as db:
            session = db.get_one(AgendaSession, lunch)
            lay_tables(db, session, tables=4, places=3, by=BY)
            return seat_everybody(db, session, by=BY)

    with ThreadPoolExecutor(2) as several:
        assert sorted(several.map(press, range(2))) == [0, 7]
    with database.read() as db:
        assert len(db.exec(select(TablePlace)).all()) == 10


def test_who_is_in_a_session_that_excludes_the_lab_is_seated_by_nobody_of_the_lab(
    database: Database, stage: Stage
) -> None:
    """Rule 13."""
    with database.write() as db:
        number = meals_stage.lay_tables(db, stage, by=BY)["closed"]
        come(db, stage, ("oakland mayor", "salem mayor"))
        ada, session = viewer(db, stage, "organizer"), db.get_one(AgendaSession, number)
        with pytest.raises(Refused, match=r"^Who is in this session stays with those who are in it"):
            lay_tables(db, session, tables=1, places=8, by=ada)


def test_two_records_of_one_person_have_one_place_afterwards(database: Database, stage: Stage, lunch: int) -> None:
    """Where both have one at a session the kept record's stands; elsewhere it moves."""
    with database.write() as db:
        session = laid(db, lunch, tables=3, places=4)
        keep, gone = stage.people["salem member 1"], stage.people["salem member 2"]
        move_to_table(db, session, keep, table(db, lunch, 1), by=BY)
        move_to_table(db, session, gone, table(db, lunch, 2), by=BY)
        by = viewer(db, stage, "organizer")
        merge_people(db, keep=db.get_one(Person, keep), gone=db.get_one(Person, gone), by=by)
        assert [(row.person_id, row.table.number) for row in db.exec(select(TablePlace))] == [(keep, 1)]
    with database.write() as db:
        session = db.get_one(AgendaSession, lunch)
        keep, gone = stage.people["oakland member 1"], stage.people["oakland member 2"]
        move_to_table(db, session, gone, table(db, lunch, 2), by=BY)
        merge_people(db, keep=db.get_one(Person, keep), gone=db.get_one(Person, gone), by=by)
        assert {(row.person_id, row.table.number) for row in db.exec(select(TablePlace))} == {
            (stage.people["salem member 1"], 1),
            (keep, 2),
        }


def test_the_plan_and_the_readers_list_ask_no_more_of_three_hundred_than_of_six(
    database: Database, stage: Stage, lunch: int, queries: list[str]
) -> None:
    """Habit 14."""
    counted = []
    for many in (0, 290):
        with database.write() as db:
            if many:
                widen(db, stage, by=BY)
                for one in more_members(db, stage, "oakland", many, by=BY):
                    register(db, convening(db, stage), one, by=BY)
            seat_everybody(db, laid(db, lunch, tables=40, places=8), by=BY)
        with database.read() as db:
            queries.clear()
            plan = table_plan(db, db.get_one(AgendaSession, lunch))
            seen = tables_of(db, convening(db, stage))
            counted.append(len(queries))
            assert (plan.seated, len(seen[lunch])) == (10 + many, 10 + many)
    assert counted[0] == counted[1]


@verb
def widen(db: Session, stage: Stage, *, by: Viewer) -> None:
    for one in db.exec(select(Delegation)):
        one.cap = 400
