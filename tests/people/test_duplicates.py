"""Who may be on record twice, and where a person is named."""

from sqlmodel import Session

from app.database import Database
from app.models import Person
from app.people.audit import verb
from app.people.duplicates import duplicates_of
from app.people.references import STAYS, references
from app.people.viewer import Viewer
from tests.people.rows import BY, found, seat

LONG = "Ángeles " * 37 + "Ooo"


@verb
def add(db: Session, *people: tuple[str, str | None], by: Viewer) -> list[int]:
    rows = [Person(name=name, sort_name=name, email=email) for name, email in people]
    for row in rows:
        db.add(row)
        db.flush()
    return [row.key for row in rows]


def reasons(db: Session, cohort_id: int) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(pair.first.name, pair.second.name, pair.reasons) for pair in duplicates_of(db, cohort_id)]


def test_records_are_alike_by_name_and_by_address(database: Database) -> None:
    with database.write() as db:
        town = found(db, by=BY)
        add(
            db,
            ("Dr. Renata Villaseñor", "renata@oakland.example"),
            ("VILLASENOR, Renata", None),
            ("Ana Cruz", "ana@city.example"),
            ("A. Cruz-Lopez", "ana+convening@city.example"),
            ("Jo Reed", "jreed@city.example"),
            ("Joanna Reed", "jreed@schools.example"),
            ("Jo Other", "jother@city.example"),
            (LONG, None),
            (LONG.upper(), None),
            by=BY,
        )
        assert reasons(db, town.cohort.key) == [
            ("Ana Cruz", "A. Cruz-Lopez", ("same address but for case or what follows a plus",)),
            (LONG, LONG.upper(), ("same name",)),
            ("Jo Reed", "Joanna Reed", ("same last name, and the same address before the @",)),
            ("Dr. Renata Villaseñor", "VILLASENOR, Renata", ("same name",)),
        ]


def test_people_of_another_cohort_are_nobodys_duplicates_here(database: Database) -> None:
    with database.write() as db:
        town, elsewhere = found(db, by=BY), found(db, slug="elsewhere", by=BY)
        seat(db, town, "Ana Cruz", "Oakland", "mayor", by=BY)
        seat(db, elsewhere, "Ana Cruz", "Salem", "mayor", by=BY)
        assert reasons(db, town.cohort.key) == []
        assert reasons(db, elsewhere.cohort.key) == []
        add(db, ("Ana Cruz", None), by=BY)
        assert len(reasons(db, town.cohort.key)) == 1


def test_the_list_asks_no_more_of_six_hundred_than_of_six(database: Database, queries: list[str]) -> None:
    """Habit 14; of three records that look alike each is paired with the oldest."""
    with database.write() as db:
        cohort = found(db, by=BY).cohort.key
        add(db, *[(f"Person {number // 3}", None) for number in range(6)], by=BY)
    with database.read() as db:
        queries.clear()
        assert len(duplicates_of(db, cohort)) == 4
        few = len(queries)
    with database.write() as db:
        add(db, *[(f"Person {number // 3}", None) for number in range(6, 600)], by=BY)
    with database.read() as db:
        queries.clear()
        assert len(duplicates_of(db, cohort)) == 400
        assert len(queries) == few


def test_where_a_person_is_named_is_thought_about_table_by_table() -> None:
    """A new column that refers to a person moves with a merger by itself: add it here once you have thought about what
    happens where both records have a row (app/registration/merging.py), or to STAYS."""
    known = {(one.table, one.name) for one in references()}
    assert known == STAYS | {
        ("approval_link", "person_id"),
        ("ask", "person_id"),
        ("assistance", "assistant_id"),
        ("assistance", "principal_id"),
        ("audience_term", "person_id"),
        ("busy_calendar", "person_id"),
        ("call_action", "by_id"),
        ("call_action", "done_by_id"),
        ("call_action", "owner_id"),
        ("call_point", "by_id"),
        ("change_message", "person_id"),
        ("check_in", "by_id"),
        ("circular", "by_id"),
        ("consultation", "by_id"),
        ("consultation", "expert_id"),
        ("cue", "responsible_id"),
        ("cue_tick", "done_by_id"),
        ("designation", "person_id"),
        ("engagement", "contact_id"),
        ("engagement", "person_id"),
        ("feed", "person_id"),
        ("gathering_note", "by_id"),
        ("invitation", "person_id"),
        ("library_item", "by_id"),
        ("library_item", "quarantined_by_id"),
        ("nudge", "by_id"),
        ("nudge", "person_id"),
        ("nudge", "stopped_by_id"),
        ("outbox_letter", "person_id"),
        ("override", "by_id"),
        ("person", "merged_into_id"),
        ("poll_person", "answered_by_id"),
        ("poll_person", "person_id"),
        ("print_run", "by_id"),
        ("print_run", "printed_by_id"),
        ("private_link", "person_id"),
        ("public_body_member", "person_id"),
        ("records_hold", "by_id"),
        ("records_hold", "lifted_by_id"),
        ("registration", "person_id"),
        ("reminder", "person_id"),
        ("reminder", "stopped_by_id"),
        ("saved_list", "by_id"),
        ("table_place", "person_id"),
        ("tenure", "person_id"),
        ("time_poll", "by_id"),
        ("two_people", "by_id"),
        ("update", "approved_by_id"),
        ("update", "public_by_id"),
        ("update_comment", "by_id"),
        ("update_comment", "settled_by_id"),
        ("update_file", "by_id"),
        ("update_file", "quarantined_by_id"),
        ("update_mark", "answered_by_id"),
        ("update_mark", "person_id"),
        ("update_mark", "quarantined_by_id"),
        ("update_reading", "person_id"),
        ("update_text", "edited_by_id"),
        ("upload", "person_id"),
        ("webinar_seat", "person_id"),
        ("working_group_member", "person_id"),
    }
