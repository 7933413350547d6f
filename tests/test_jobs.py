"""What the worker does by itself."""

from datetime import UTC, datetime

import time_machine
from sqlmodel import col, select

from app.database import Database
from app.jobs import purge_due
from app.models import Convening, PrivateNeeds, Registration


def needs_left(database: Database, year: int) -> int:
    """How many people's needs are stored for the convenings that begin in a year."""
    with database.read() as db:
        rows = db.exec(
            select(PrivateNeeds, Convening)
            .join(Registration, col(Registration.id) == PrivateNeeds.registration_id)
            .join(Convening, col(Convening.id) == Registration.convening_id)
        ).all()
    return len([needs for needs, convening in rows if convening.starts_on.year == year])


def test_needs_go_by_themselves_when_their_day_has_come_and_not_before(sample: Database) -> None:
    """Rule 12: four weeks after 15 November 2017, and nobody has to think of it."""
    stored = needs_left(sample, 2017)
    assert stored > 0
    with time_machine.travel(datetime(2017, 12, 12, 12, tzinfo=UTC)):
        purge_due(sample)
        assert needs_left(sample, 2017) == stored
    with time_machine.travel(datetime(2017, 12, 14, 12, tzinfo=UTC)):
        assert purge_due(sample) == stored
        assert purge_due(sample) == 0
    assert needs_left(sample, 2017) == 0
