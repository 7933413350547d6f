"""Brings the sample cohort into an empty database: `load_sample(database, today, files)`."""

import secrets
from datetime import date

from sqlmodel import Session, select

from app.database import Database
from app.files import Files
from app.models import Cohort
from app.people.audit import Refused, verb
from app.people.viewer import Viewer
from seed.agenda import load_agenda
from seed.calendar import Calendar
from seed.gatherings import load_gatherings
from seed.groups import load_groups
from seed.invited import load_invited
from seed.library import load_library
from seed.marks import load_marks
from seed.people import keep_likenesses, load_people
from seed.polls import load_polls
from seed.registration import load_registration
from seed.sample import Sample, calendar_for
from seed.tables import load_tables
from seed.updates import keep_pictures, load_updates

BY = Viewer.system("seed")


def load_sample(database: Database, today: date | None, files: Files, *, secret: bytes | None = None) -> None:
    """Load the sample cohort, all of it or nothing, into a migrated database that holds no cohort.

    The next convening begins 18 to 24 days after `today`, with updates due within a week, registration open and
    one earlier cycle complete. Without a day (None) nothing is moved: the dates are those of 2016 to 2018 as
    written in the files, which tests rely on. `secret` is the program's, which signs private addresses. Raises
    Refused when there is a cohort already.
    """
    with database.read() as db:
        _refuse_second(db)
    keep_pictures(files)
    keep_likenesses(files)
    with database.write() as db:
        load_cohort(db, calendar_for(today), files, secret=secret or secrets.token_bytes(32), by=BY)


@verb
def load_cohort(db: Session, calendar: Calendar, files: Files, *, secret: bytes, by: Viewer) -> Sample:
    """Load the floors in their order, each upon what the one below has made."""
    _refuse_second(db)
    sample = load_people(db, calendar, by=by)
    load_agenda(db, sample, by=by)
    load_gatherings(db, sample, secret=secret, by=by)
    load_groups(db, sample, by=by)
    load_polls(db, sample, secret=secret, by=by)
    load_invited(db, secret=secret, by=by)
    load_registration(db, sample, by=by)
    load_tables(db, sample, by=by)
    load_updates(db, sample, files, by=by)
    load_marks(db, sample, by=by)
    load_library(db, sample, by=by)
    return sample


def _refuse_second(db: Session) -> None:
    if db.exec(select(Cohort.id)).first() is not None:
        raise Refused("This database holds a cohort already. The sample is only for an empty one.")
