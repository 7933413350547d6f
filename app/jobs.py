"""The job queue and its thin tasks: each fetches by id and calls one verb.

The queue may lose a task (its file is a convenience); the outbox never loses a letter, and is looked through
once a minute.
"""

from collections.abc import Callable
from typing import Any

from huey import Huey, PostgresHuey, SqliteHuey, crontab
from sqlmodel import col, select

from app.calendars.others import fetch_due
from app.database import Database
from app.exchange.records import RECORDS, make_records, sweep_records
from app.mailing import outbox, place_letters
from app.mailing.at_once import tell_at_once
from app.mailing.invitation_letters import Rounds
from app.mailing.mark_letters import send_mark_letters
from app.mailing.nudge_letters import send_nudges
from app.mailing.poll_letters import send_poll_reminders
from app.mailing.release_letters import release_due
from app.mailing.reminder_letters import send_reminders
from app.mailing.reply_mailbox import look_through
from app.mailing.webinar_letters import send_webinar_letters
from app.models import Convening, Delegation
from app.people.viewer import Viewer
from app.printing import catalogue
from app.printing.runs import Maker, due_runs, make_run
from app.printing.update_book import BOOK, make_book
from app.registration.offers import lapsed_offers, pass_on_lapsed
from app.registration.purging import purge_private_needs
from app.settings import Settings
from app.updates.uploads import sweep_uploads

MAKERS: dict[str, Maker] = {BOOK: make_book, RECORDS: make_records, **catalogue.MAKERS}
"""How each document that is made by the worker is made."""


class Jobs:
    """The tasks of one program: the web processes put them in, `plenary worker` takes them out."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self.huey = _queue(settings, database)

        def deliver_letters() -> int:
            sent = 0
            while count := outbox.deliver_due(database, settings):  # what fails is due later, so this ends
                sent += count
            return sent

        def purge_needs() -> int:
            return purge_due(database)

        def remind() -> int:
            every = (send_reminders, send_nudges, send_mark_letters, send_poll_reminders)
            return sum(send(database, settings) for send in every)

        def release_updates() -> int:
            return release_due(database, settings)

        def pass_on_offers() -> int:
            return pass_on_due(database, settings)

        def make_print(number: int) -> bool:
            return make_run(database, settings, number, MAKERS)

        def make_prints() -> int:
            with database.read() as db:
                numbers = due_runs(db)
            return sum(make_run(database, settings, number, MAKERS) for number in numbers)

        def sweep() -> int:
            sweep_records(settings.data_dir / "cache")
            with database.write() as db:
                return sweep_uploads(db, settings.data_dir / "uploads")

        self.sweep = self.huey.periodic_task(crontab(minute="43"))(sweep)
        self.send_invitations = self._every("*", "send_invitations", Rounds(database, settings).run)
        self.tell_at_once = self._every("*", "tell_at_once", lambda: tell_at_once(database, settings))
        self.take_replies = self._every("*", "take_replies", lambda: look_through(database, settings))
        self.fetch_calendars = self._every("*/10", "fetch_calendars", lambda: fetch_due(database, settings))
        self.make_print = self.huey.task()(make_print)
        self.make_prints = self.huey.periodic_task(crontab(minute="*"))(make_prints)
        self.pass_on_offers = self.huey.periodic_task(crontab(minute="*"))(pass_on_offers)
        self.deliver_letters = self.huey.periodic_task(crontab(minute="*"))(deliver_letters)
        self.release_updates = self.huey.periodic_task(crontab(minute="*"))(release_updates)
        self.write_to_webinars = self._every("*", "write_to_webinars", lambda: send_webinar_letters(database, settings))
        self.purge_needs = self.huey.periodic_task(crontab(minute="17"))(purge_needs)
        self.remind = self.huey.periodic_task(crontab(minute="*/10"))(remind)

    def _every(self, minute: str, name: str, work: Callable[[], int]) -> Any:
        """A task that runs at these minutes, and whenever it is called."""

        def task() -> int:
            return work()

        return self.huey.periodic_task(crontab(minute=minute), name=name)(task)

    def close(self) -> None:
        self.huey.storage.close()


def purge_due(database: Database) -> int:
    """Delete the private needs of every convening whose day has come (rule 12); how many people's went."""
    purged = 0
    with database.read() as db:
        numbers = db.exec(select(Convening.id).where(col(Convening.legal_hold).is_(False))).all()
    for number in numbers:
        with database.write() as db:
            purged += purge_private_needs(db, db.get_one(Convening, number), by=Viewer.system("purge"))
    return purged


def pass_on_due(database: Database, settings: Settings) -> int:
    """Take back the places that were not accepted in time and offer them to the next in line; how many (rule 9)."""
    passed = 0
    with database.read() as db:
        numbers = lapsed_offers(db)
    for number in numbers:
        with database.write() as db:
            by = Viewer.system("waiting list")
            done = pass_on_lapsed(db, db.get_one(Delegation, number), by=by)
            place_letters.tell(db, (*done.lapsed, *done.promoted), settings=settings, by=by)
            passed += len(done.lapsed)
    return passed


def _queue(settings: Settings, database: Database) -> Huey:
    if database.is_sqlite:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        return SqliteHuey("plenary", filename=str(settings.data_dir / "jobs.db"), results=False)
    address = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    queue = PostgresHuey("plenary", dsn=address, results=False, create_tables=False)
    with database.alone():  # the server and its worker start at the same moment
        queue.storage.initialize_schema()
    return queue
