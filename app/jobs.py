"""The job queue and its thin tasks: each fetches by id and calls one verb.

The queue may lose a task (its file is a convenience); the outbox never loses a letter, and is looked through
once a minute.
"""

from huey import Huey, PostgresHuey, SqliteHuey, crontab

from app.database import Database
from app.mailing import outbox
from app.settings import Settings


class Jobs:
    """The tasks of one program: the web processes put them in, `plenary worker` takes them out."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self.huey = _queue(settings, database)

        def deliver_letters() -> int:
            return outbox.deliver_due(database, settings)

        self.deliver_letters = self.huey.periodic_task(crontab(minute="*"))(deliver_letters)

    def close(self) -> None:
        self.huey.storage.close()


def _queue(settings: Settings, database: Database) -> Huey:
    if database.is_sqlite:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        return SqliteHuey("plenary", filename=str(settings.data_dir / "jobs.db"), results=False)
    address = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    return PostgresHuey("plenary", dsn=address, results=False)
