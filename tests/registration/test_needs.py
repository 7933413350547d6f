"""Rule 12: needs are sealed at rest, read by organizers on record, counted for the caterer, purged in time."""

from datetime import date

import pytest
from sqlalchemy import text
from sqlmodel import select

from app.database import Database
from app.models import AuditEntry, PrivateNeeds
from app.people.audit import Refused
from app.registration.looks import PersonNeeds, look_at_needs, looks_on_record
from app.registration.meals import Counted, meal_counts
from app.registration.needs import (
    answered_among,
    needs_answered,
    reachable_among,
    read_dietary,
    write_dietary,
)
from app.registration.purging import purge_due_on, purge_private_needs
from app.registration.registrations import Details, cancel, register, registration_of
from tests.registration.stage import BY, Stage, convening, person, viewer

PEPPER, RAMP = "no chili, says QX-PEPPER-11", "a ramp, says QX-RAMP-12"


def register_with(database: Database, stage: Stage, who: str, dietary: str | None, access: str | None) -> None:
    with database.write() as db:
        details = Details(dietary=dietary, access=access)
        register(db, convening(db, stage), person(db, stage, who), details=details, by=viewer(db, stage, who))


def test_needs_are_unreadable_in_the_database_and_absent_from_the_audit_log(database: Database, stage: Stage) -> None:
    register_with(database, stage, "oakland mayor", PEPPER, RAMP)
    register_with(database, stage, "oakland mayor", "QX-SECOND-13", RAMP)
    with database.read() as db:
        tables = [row[0] for row in db.execute(text(_TABLES[database.is_sqlite]))]
        assert "private_needs" in tables
        assert "audit_entry" in tables
        everything = "\n".join(str(row) for table in tables for row in db.execute(text(f'SELECT * FROM "{table}"')))
    assert "Oakland Mayor" in everything
    assert [marker for marker in ("QX-PEPPER-11", "QX-RAMP-12", "QX-SECOND-13") if marker in everything] == []


_TABLES = {
    True: "SELECT name FROM sqlite_master WHERE type = 'table'",
    False: "SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
}


def test_that_needs_were_answered_and_changed_is_on_record_without_what_they_say(
    database: Database, stage: Stage
) -> None:
    register_with(database, stage, "oakland mayor", PEPPER, "")
    register_with(database, stage, "oakland mayor", "vegan", "")
    with database.read() as db:
        entries = db.exec(select(AuditEntry).where(AuditEntry.subject == "private_needs")).all()
    assert [(entry.by, entry.after) for entry in entries if entry.before] == [
        ("Oakland Mayor", {"dietary": "(private)"}),
    ]
    assert [entry.after["access"] for entry in entries if entry.after and not entry.before] == [""]


def test_an_organizer_reads_the_needs_of_all_who_come_and_each_look_is_on_record(
    database: Database, stage: Stage
) -> None:
    register_with(database, stage, "salem mayor", "vegan", "")
    register_with(database, stage, "oakland mayor", PEPPER, RAMP)
    register_with(database, stage, "oakland facilitator", "", "")
    register_with(database, stage, "oakland superintendent", "halal", "")
    with database.write() as db:
        here = convening(db, stage)
        registration = registration_of(db, here, stage.people["oakland superintendent"])
        assert registration is not None
        cancel(db, registration, by=BY)
        organizer = viewer(db, stage, "organizer")
        assert look_at_needs(db, here, by=organizer) == [
            PersonNeeds("Oakland Mayor", "Oakland", PEPPER, RAMP),
            PersonNeeds("Salem Mayor", "Salem", "vegan", ""),
        ]
    with database.read() as db:
        looks = looks_on_record(db, convening(db, stage))
    assert [(look.by, look.what, look.people) for look in looks] == [("Organizer", "food and access", 2)]


@pytest.mark.parametrize("who", ["staff", "expert", "oakland facilitator", "oakland mayor"])
def test_nobody_else_reads_needs_even_where_a_route_forgot_to_ask(database: Database, stage: Stage, who: str) -> None:
    register_with(database, stage, "oakland mayor", PEPPER, RAMP)
    with database.write() as db, pytest.raises(Refused):
        look_at_needs(db, convening(db, stage), by=viewer(db, stage, who))


def test_the_caterer_gets_counts_of_those_who_come_and_no_name(database: Database, stage: Stage) -> None:
    register_with(database, stage, "oakland mayor", write_dietary(["vegan", "halal"], ""), "")
    register_with(database, stage, "salem mayor", write_dietary(["vegan"], PEPPER), "")
    register_with(database, stage, "staff", "", "")
    register_with(database, stage, "expert", None, None)
    with database.read() as db:
        assert meal_counts(db, convening(db, stage)).whole == Counted(
            coming=4, answered=3, diets=(("vegan", 2), ("halal", 1)), own_words=1
        )


def test_an_empty_convening_counts_nothing(database: Database, stage: Stage) -> None:
    with database.read() as db:
        assert meal_counts(db, convening(db, stage)).whole == Counted(0, 0, (), 0)


@pytest.mark.parametrize(
    ("diets", "words"),
    [([], ""), (["vegan"], ""), ([], "no chili"), (["vegetarian", "no nuts"], "no chili,\nno kale"), ([], "vegan, no")],
)
def test_diets_and_own_words_come_back_as_they_were_given(diets: list[str], words: str) -> None:
    read = read_dietary(write_dietary(diets, words))
    assert ([diet for diet in read[0] if diet], read[1]) == (diets, words)


def test_needs_are_purged_the_set_number_of_days_after_the_convening_and_not_a_day_before(
    database: Database, stage: Stage
) -> None:
    register_with(database, stage, "oakland mayor", PEPPER, RAMP)
    register_with(database, stage, "salem mayor", "", "")
    with database.write() as db:
        here = convening(db, stage)
        assert purge_due_on(here) == date(2017, 12, 13)
        assert purge_private_needs(db, here, by=BY) == 0
        assert purge_private_needs(db, here, on=date(2017, 12, 12), by=BY) == 0
        assert purge_private_needs(db, here, on=date(2017, 12, 13), by=BY) == 2
        assert purge_private_needs(db, here, on=date(2017, 12, 14), by=BY) == 0
    with database.read() as db:
        assert db.exec(select(PrivateNeeds)).all() == []
        purged = db.exec(select(AuditEntry.before).where(AuditEntry.act == "purge_private_needs")).all()
    assert {(row["dietary"], row["access"]) for row in purged if row} == {("(private)", "(private)"), ("", "")}


def test_an_emergency_contact_alone_is_no_answer_about_food_and_access(database: Database, stage: Stage) -> None:
    """What is left out stays as it was, and each part is answered for itself."""
    with database.write() as db:
        called = Details(emergency_name="Ana Ruiz QX-ANA", emergency_phone="+1 510 555 0100")
        register(db, convening(db, stage), person(db, stage, "oakland mayor"), details=called, by=BY)
    with database.write() as db:
        registration = registration_of(db, convening(db, stage), stage.people["oakland mayor"])
        assert registration is not None
        assert (needs_answered(registration), answered_among(db, [registration])) == (False, set())
        assert reachable_among(db, [registration]) == {registration.key}
        nothing = Details(dietary="", access="", name_to_caterer=True)
        register(db, convening(db, stage), person(db, stage, "oakland mayor"), details=nothing, by=BY)
        assert answered_among(db, [registration]) == {registration.key}
        assert registration.needs is not None
        assert (registration.needs.emergency_name, registration.needs.emergency_phone) == (
            "Ana Ruiz QX-ANA",
            "+1 510 555 0100",
        )
    with database.read() as db:
        log = db.exec(select(AuditEntry.after).where(AuditEntry.subject == "private_needs")).all()
    assert log[0] is not None
    assert (log[0]["emergency_name"], log[0]["emergency_phone"]) == ("(private)", "(private)")
    assert "QX-ANA" not in str(log)
