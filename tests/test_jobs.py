"""What the worker does by itself."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import time_machine
from sqlmodel import col, select

from app.database import Database
from app.jobs import Jobs, purge_due
from app.models import Convening, PrivateNeeds, Registration
from app.settings import Settings
from tests.shelf import Shelf


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


def test_a_server_and_its_worker_that_start_at_once_make_one_queue(shelf: Shelf, settings: Settings) -> None:
    address = shelf.take_bare()
    together = Barrier(8)

    def start(_: int) -> int:
        database = Database(address)
        together.wait()
        jobs = Jobs(settings, database)
        jobs.deliver_letters()
        waiting: int = jobs.huey.storage.queue_size()
        jobs.close()
        database.dispose()
        return waiting

    with ThreadPoolExecutor(8) as pool:
        assert max(pool.map(start, range(8))) == 8
    shelf.drop(address)
