"""`plenary doctor`: what this machine has, what is missing, and what to do about it. Changes nothing."""

import shutil
import stat
import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy.exc import OperationalError
from sqlmodel import col, func, select

from app import clock
from app.cli.serving import HOUSE
from app.database import Database
from app.files import files_of
from app.models import OutboxLetter
from app.registration.resealing import Texts, texts_under
from app.schema import is_current, newest
from app.settings import Settings

REPAIRED_SQLITE = (3, 51, 3)
"""The first SQLite without the WAL-reset race (docs/decisions/0001)."""

LITTLE_SPACE = 500 * 1024 * 1024
"""Bytes; an update book of a large cohort with its pictures has room in that."""

PATIENCE = timedelta(minutes=10)
"""The outbox is looked through once a minute: a letter that waits longer has nobody to send it."""


class Finding(NamedTuple):
    """One thing looked at; `cure` is empty when it is well."""

    what: str
    found: str
    cure: str = ""


def examine(settings: Settings) -> Iterator[Finding]:
    """Everything that can be looked at from here, in the order in which it would be put right."""
    yield Finding("Python", sys.version.split()[0])
    database = Database(settings.database)
    if database.is_sqlite:
        yield _sqlite(database)
    yield _printing()
    yield _browser_assets()
    yield _data_folder(settings)
    yield _files(settings)
    yield from _database(database, settings)
    database.dispose()
    yield _mail(settings)
    yield _replies(settings)
    yield _address(settings)


def _sqlite(database: Database) -> Finding:
    driver: Any = database.engine.dialect.dbapi
    repaired = driver.sqlite_version_info >= REPAIRED_SQLITE
    cure = "It can damage a database that several processes write. Take a newer Python, or PostgreSQL."
    return Finding("SQLite", f"{driver.sqlite_version}, by {driver.__name__}", "" if repaired else cure)


def _printing() -> Finding:
    try:
        import weasyprint
    except OSError as error:
        return Finding("Print", str(error).splitlines()[0], "Install libpango-1.0-0 and libpangoft2-1.0-0.")
    return Finding("Print", f"WeasyPrint {weasyprint.__version__} with Pango")


def _browser_assets() -> Finding:
    made = (HOUSE / "app" / "static" / "vendor" / ".stamp").exists()
    return Finding("Browser assets", "made" if made else "missing", "" if made else "Run bin/serve.")


def _data_folder(settings: Settings) -> Finding:
    folder = settings.data_dir
    if not folder.exists():
        return Finding("Data folder", f"{folder}, not there yet")
    free = shutil.disk_usage(folder).free
    found = f"{folder}, {free / 1024**3:.1f} GB free"
    if stat.S_IMODE(folder.stat().st_mode) & 0o007:
        return Finding("Data folder", found, f"Others on this machine can look inside: chmod 700 {folder}")
    return Finding(
        "Data folder", found, "Make room: a full disk loses what people write." if free < LITTLE_SPACE else ""
    )


def _files(settings: Settings) -> Finding:
    files = files_of(settings)
    trouble = files.trouble()
    if not trouble:
        return Finding("Files", str(files.place))
    of_a_bucket = "Look at the settings PLENARY_FILES_…, and whether that key may list, read and write the bucket."
    cure = of_a_bucket if settings.files_url else "Give the folder to the user that runs Plenary."
    return Finding("Files", f"{files.place}. {trouble}", cure)


def _database(database: Database, settings: Settings) -> Iterator[Finding]:
    shown = database.url.render_as_string(hide_password=True)
    try:
        if not is_current(database):
            yield Finding("Database", shown, f"It is older than this program ({newest()}): plenary migrate")
            return
        yield Finding("Database", f"{shown}, at {newest()}")
        with database.read() as db:
            waiting = select(func.count()).select_from(OutboxLetter).where(col(OutboxLetter.sent_at).is_(None))
            late = db.exec(waiting.where(OutboxLetter.created_at < clock.now() - PATIENCE)).one()
            found = f"{db.exec(waiting).one()} wait"
            texts = texts_under(db, settings.private_needs_key if settings.has_needs_key else b"")
        yield Finding("Letters", found, f"{late} for over ten minutes: does a worker run?" if late else "")
        yield _private_needs(texts)
    except OperationalError as error:
        yield Finding("Database", shown, f"It does not answer: {error.orig}")


def _private_needs(texts: Texts) -> Finding:
    if not texts.unreadable:
        return Finding("Private needs", f"{texts.stored} sealed texts, all open with the key")
    return Finding(
        "Private needs",
        f"the key does not open {texts.unreadable} of {texts.stored} sealed texts",
        "Nothing is lost: put the key back that they were sealed with (PLENARY_NEEDS_KEY, or needs.key in the data "
        "folder), or seal them with this one: plenary reseal --old FILE",
    )


def _mail(settings: Settings) -> Finding:
    if settings.smtp_url is None:
        return Finding(
            "Mail", f"files in {settings.data_dir / 'mail'}", "" if settings.is_local else "Set PLENARY_SMTP_URL."
        )
    return Finding("Mail", f"SMTP, from {settings.mail_from}")


def _replies(settings: Settings) -> Finding:
    has_way = bool(settings.replies_url or settings.replies_listen)
    if settings.replies_address and not has_way:
        return Finding(
            "Replies",
            f"{settings.replies_address}, which nobody reads",
            "Set PLENARY_REPLIES_URL or PLENARY_REPLIES_LISTEN; until then invitations are answered by their link.",
        )
    if has_way and not settings.replies_address:
        return Finding("Replies", "a way in, and no address", "Set PLENARY_REPLIES_ADDRESS, such as rsvp@lab.example.")
    return Finding("Replies", settings.replies_to or "by the link in the letter alone")


def _address(settings: Settings) -> Finding:
    if settings.base_url is None and not settings.is_local:
        return Finding("Address", settings.address, "Letters and calendars name it; set PLENARY_BASE_URL.")
    return Finding("Address", settings.address)
