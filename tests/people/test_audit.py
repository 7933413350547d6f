"""Rule 21: every change by anyone is in the audit log, with who, what, when, before and after."""

import pytest
from sqlmodel import Session, select

from app import clock
from app.database import Database
from app.models import AuditEntry, Cohort, Person, PrivateNeeds, Revision
from app.people.audit import Refused, verb
from app.people.viewer import Viewer

SYSTEM = Viewer.system("test")


@verb
def found(db: Session, name: str, *, by: Viewer) -> Cohort:
    cohort = Cohort(slug=name.lower(), name=name)
    db.add(cohort)
    db.flush()
    return cohort


@verb
def rename(db: Session, cohort: Cohort, name: str, *, by: Viewer, reason: str = "") -> None:
    cohort.name = name


@verb
def rename_and_refuse(db: Session, cohort: Cohort, *, by: Viewer) -> None:
    rename(db, cohort, "Half done", by=by)
    db.flush()
    raise Refused("No.")


def entries(database: Database) -> list[AuditEntry]:
    with database.read() as db:
        return list(db.exec(select(AuditEntry)))


def revision(database: Database) -> int:
    with database.read() as db:
        return db.exec(select(Revision.number)).one()


def test_a_change_is_on_record_with_who_what_when_before_and_after(database: Database) -> None:
    """Rule 21."""
    before = clock.now()
    with database.write() as db:
        cohort = found(db, "North", by=SYSTEM)
        rename(db, cohort, "South", by=SYSTEM, reason="a slip")
    made, renamed = entries(database)
    assert (made.act, made.subject, made.subject_id, made.before) == ("found", "cohort", cohort.key, None)
    assert made.after is not None
    assert made.after["name"] == "North"
    assert (renamed.act, renamed.by, renamed.reason) == ("rename", "test", "a slip")
    assert (renamed.before, renamed.after) == ({"name": "North"}, {"name": "South"})
    assert before <= renamed.created_at <= clock.now()


def test_who_acts_for_another_is_on_record_beside_them(database: Database) -> None:
    """Rule 21: the assistant is who did it; the principal is in whose place."""
    with database.write() as db:
        enter_people(db, by=SYSTEM)
    acting = Viewer(person_id=1, name="Mayor", actor_id=2, actor_name="Assistant")
    with database.write() as db:
        found(db, "North", by=acting)
    entry = entries(database)[-1]
    assert (entry.by_id, entry.by, entry.for_id) == (2, "Assistant", 1)


@verb
def enter_people(db: Session, *, by: Viewer) -> None:
    db.add_all([Person(name="Mayor"), Person(name="Assistant")])


def test_a_change_outside_a_verb_is_refused(database: Database) -> None:
    """Rule 21: nobody can forget the record."""

    def change() -> None:
        with database.write() as db:
            db.add(Cohort(slug="north", name="North"))

    with pytest.raises(AssertionError, match="outside a verb"):
        change()
    assert entries(database) == []


def test_what_a_refusing_verb_did_is_undone_and_not_on_record(database: Database) -> None:
    with database.write() as db:
        cohort = found(db, "North", by=SYSTEM)
        with pytest.raises(Refused):
            rename_and_refuse(db, cohort, by=SYSTEM)
        rename(db, cohort, "South", by=SYSTEM)
    with database.read() as db:
        assert db.exec(select(Cohort.name)).one() == "South"
    assert [entry.act for entry in entries(database)] == ["found", "rename"]


def test_a_verb_that_changes_nothing_leaves_no_record_and_no_new_revision(database: Database) -> None:
    with database.write() as db:
        cohort = found(db, "North", by=SYSTEM)
    number = revision(database)
    with database.write() as db:
        rename(db, db.get_one(Cohort, cohort.key), "North", by=SYSTEM)
    assert len(entries(database)) == 1
    assert revision(database) == number


def test_the_revision_rises_once_a_transaction(database: Database) -> None:
    start = revision(database)
    with database.write() as db:
        cohort = found(db, "North", by=SYSTEM)
        rename(db, cohort, "South", by=SYSTEM)
    with database.write() as db:
        rename(db, db.get_one(Cohort, cohort.key), "West", by=SYSTEM)
    assert revision(database) == start + 2


def test_private_needs_are_never_in_the_log(sample: Database) -> None:
    """Rule 12: that they changed is on record, what they say is not."""
    with sample.write() as db:
        needs = db.exec(select(PrivateNeeds)).first()
        assert needs is not None
        note_needs(db, needs, by=SYSTEM)
    with sample.read() as db:
        logged = db.exec(select(AuditEntry).where(AuditEntry.subject == "private_needs")).all()
        said = {value for entry in logged for side in (entry.before, entry.after) for value in texts(side)}
    assert said <= {"", "(private)"}


@verb
def note_needs(db: Session, needs: PrivateNeeds, *, by: Viewer) -> None:
    needs.dietary = "marker-7f3a"


def texts(side: dict[str, object] | None) -> list[object]:
    return [side[name] for name in ("dietary", "access") if name in side] if side else []
