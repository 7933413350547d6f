"""Loading the sample: all of it or nothing, once, and on record."""

from datetime import date

import pytest
from sqlmodel import func, select

from app.database import Database
from app.models import AuditEntry, Cohort, Person
from app.people.audit import Refused
from seed.load import load_sample
from tests.conftest import SAMPLE_FILES


def test_a_database_that_holds_a_cohort_is_refused_and_left_as_it_is(sample: Database) -> None:
    with sample.read() as db:
        before = db.exec(select(func.count()).select_from(AuditEntry)).one()
    with pytest.raises(Refused, match="holds a cohort already"):
        load_sample(sample, date(2026, 11, 23), SAMPLE_FILES)
    with sample.read() as db:
        assert db.exec(select(func.count()).select_from(AuditEntry)).one() == before
        assert len(db.exec(select(Cohort)).all()) == 1


def test_what_is_loaded_is_on_record_as_the_seeds(sample: Database) -> None:
    """Rule 21."""
    with sample.read() as db:
        people = db.exec(select(Person)).all()
        entries = db.exec(select(AuditEntry).where(AuditEntry.subject == "person")).all()
        assert {entry.subject_id for entry in entries} == {person.key for person in people}
        assert {(entry.by, entry.by_id, entry.act) for entry in entries} == {("seed", None, "load_cohort")}
