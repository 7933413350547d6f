"""People's other calendars are fetched, and the hours in them kept."""

from collections.abc import Collection
from datetime import timedelta

import structlog
from sqlmodel import Session, col, select

from app import clock
from app.database import Database
from app.files.calendars import LARGEST, Hours, Reading, busy_hours
from app.files.fetching import Bounds, fetch
from app.files.kinds import Unacceptable
from app.files.reaching import Guard, Unreachable
from app.models import AgendaSession, Convening, Series
from app.people.busy import AHEAD, BEHIND, Due, due_calendars, keep_hours, note_trouble
from app.settings import Settings

log = structlog.get_logger("plenary.calendars")

UNREAD = "This calendar could not be read. We try again later."


def fetch_due(database: Database, settings: Settings, *, guard: Guard | None = None) -> int:
    """Fetch the calendars whose hour has come, one after the other; how many were read. No transaction is open while
    another machine is waited for."""
    guard = guard or Guard(settings.ports_of_calendars)
    with database.read() as db:
        due = due_calendars(db)
        own = own_uids(db) if due else ()
    return sum(_fetch(database, one, own, guard) for one in due)


def _fetch(database: Database, due: Due, own: Collection[str], guard: Guard) -> bool:
    try:
        found = fetch(due.address, Bounds(LARGEST), guard=guard, etag=due.etag, last_modified=due.last_modified)
        hours = None if found.body is None else hours_of(found.body, zone=due.zone, email=due.email, own=own)
        with database.write() as db:
            return keep_hours(db, due, hours, etag=found.etag, last_modified=found.last_modified)
    except (Unreachable, Unacceptable) as error:
        trouble = error.sentence
    except Exception:  # whatever a stranger's calendar brings about is that calendar's trouble: the others are read
        log.exception("a calendar could not be read", calendar=due.number)
        trouble = UNREAD
    with database.write() as db:
        note_trouble(db, due, trouble)
    return False


def hours_of(body: bytes, *, zone: str, email: str, own: Collection[str]) -> Hours:
    """The busy hours of a calendar from last week to a year from now; raises Unacceptable."""
    today = clock.now().replace(minute=0, second=0, microsecond=0)
    return busy_hours(body, Reading(today - BEHIND, today + AHEAD, zone, email, own))


def own_uids(db: Session) -> list[str]:
    """The events that Plenary itself puts into people's calendars: whoever has them there is not busy elsewhere."""
    since = clock.now() - timedelta(days=60)
    sessions = db.exec(select(AgendaSession.uid).where(col(AgendaSession.ends_at) > since))
    return [*sessions, *db.exec(select(Series.uid)), *db.exec(select(Convening.uid))]
