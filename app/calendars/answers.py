"""What is answered at a calendar's address (RFC 9110), for any ASGI route: it knows nothing of FastAPI.

Programs ask again and again, day and night, and mostly nothing has changed. One row tells: as long as the
database's revision and the day are those at which a feed was made, its bytes are the same.

304 is answered exactly when the bytes would be the same. The ETag is the content's own. Last-Modified is the time
of the last change of anything, or the day's beginning: careless answers to If-Modified-Since have kept calendars
stale for ever, so that a second that is not over yet is said as the one before.
"""

import gzip
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from email.utils import format_datetime
from hashlib import blake2b

from anyio import to_thread
from sqlmodel import Session, col, select

from app import clock
from app.calendars import contents, feeds
from app.calendars.documents import document
from app.database import Database
from app.models import AuditEntry, Revision
from app.people.sign_in import fingerprint
from app.people.viewer import viewer_of

STAMP = """
    SELECT revision.number, feed.id, feed.person_id, feed.revoked_at IS NOT NULL OR person.archived_at IS NOT NULL,
        COALESCE(feed.fetched_at > ?, FALSE)
    FROM revision
    LEFT JOIN feed ON feed.token_hash = ?
    LEFT JOIN person ON person.id = feed.person_id
    WHERE revision.id = 1
"""
NOTED_EVERY = timedelta(minutes=1)
MOST_MADE = 2000
CALENDAR = b"text/calendar; charset=utf-8"
A_SECOND = timedelta(seconds=1)

Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers and body; `noting` is the feed whose fetch has to be noted once the answer is sent."""

    status: int
    headers: Headers
    body: bytes = b""
    noting: int | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """A calendar as it was made at a revision on a day: compressed, since most programs ask for it so."""

    revision: int
    day: date
    etag: bytes
    changed_at: datetime
    compressed: bytes


def made(body: bytes, *, revision: int, changed_at: datetime) -> Made:
    """A calendar's bytes with their ETag."""
    etag = blake2b(body, digest_size=12).hexdigest().encode()
    return Made(revision, clock.today("UTC"), etag, changed_at, gzip.compress(body, mtime=0))


class FeedDesk:
    """Answers for the feeds of one database; keeps those last made in memory."""

    def __init__(self, database: Database, base: str) -> None:
        self.database = database
        self.base = base
        self._made: OrderedDict[int, Made] = OrderedDict()

    async def answer(self, token: str, asked: Mapping[bytes, bytes], *, head: bool = False) -> Answer:
        """The answer to a program that asks for the feed of a token, with its headers in lower case."""
        since = clock.now() - NOTED_EVERY
        revision, feed_id, person_id, is_gone, is_noted = await self.database.glance(STAMP, since, fingerprint(token))
        if feed_id is None:
            return _refusal(404, "There is no calendar at this address.")
        if is_gone:
            return _refusal(410, "This calendar has been withdrawn. Its owner can make a new address in Plenary.")
        kept = self._made.get(feed_id)
        if kept is None or kept.revision != revision or kept.day != clock.today("UTC"):
            kept = await to_thread.run_sync(self._make, feed_id, person_id)
        return answer_made(kept, asked, filename="plenary.ics", head=head, noting=None if is_noted else feed_id)

    def note(self, feed_id: int, program: str) -> None:
        """Remember who fetched a feed."""
        with self.database.write() as db:
            feeds.note_fetch(db, feed_id, program=program, before=clock.now() - NOTED_EVERY)

    def _make(self, feed_id: int, person_id: int) -> Made:
        with self.database.read() as db:
            viewer = viewer_of(db, person_id)
            found = contents.of_person(db, viewer, self.base)
            body = document(found.name, found.entries, zone=found.zone)
            fresh = made(body, revision=_revision(db), changed_at=_last_change(db))
        self._made[feed_id] = fresh
        self._made.move_to_end(feed_id)
        while len(self._made) > MOST_MADE:
            self._made.popitem(last=False)
        return fresh


def answer_made(
    calendar: Made, asked: Mapping[bytes, bytes], *, filename: str, head: bool = False, noting: int | None = None
) -> Answer:
    """200 with the calendar, or 304 where the asker has it. Each encoding has an ETag of its own."""
    zipped = b"gzip" in asked.get(b"accept-encoding", b"")
    etag = b'"' + calendar.etag + (b'-gzip"' if zipped else b'"')
    modified = _modified(calendar.changed_at)
    headers: Headers = [
        (b"etag", etag),
        (b"last-modified", modified),
        (b"cache-control", b"private, no-cache"),
        (b"vary", b"Accept-Encoding"),
        (b"x-robots-tag", b"noindex, nofollow"),
    ]
    if _has_it(asked, calendar.etag, modified):
        return Answer(304, headers, noting=noting)
    body = calendar.compressed if zipped else gzip.decompress(calendar.compressed)
    headers += [
        (b"content-type", CALENDAR),
        (b"content-disposition", f'inline; filename="{filename}"'.encode()),
        (b"content-length", str(len(body)).encode()),
    ]
    if zipped:
        headers.append((b"content-encoding", b"gzip"))
    return Answer(200, headers, b"" if head else body, noting=noting)


def said_program(user_agent: str) -> str:
    """Who fetched a feed, in words: "Google Calendar", "an iPhone or iPad"; else the program's first word."""
    known = (
        ("Google-Calendar-Importer", "Google Calendar"),
        ("iOS/", "an iPhone or iPad"),
        ("iPhone", "an iPhone or iPad"),
        ("macOS", "a Mac’s Calendar"),
        ("Mac+OS+X", "a Mac’s Calendar"),
        ("Microsoft", "Outlook"),
        ("Outlook", "Outlook"),
        ("Thunderbird", "Thunderbird"),
        ("Mozilla/", "a browser"),
    )
    first = user_agent.split()[:1] or ["an unnamed program"]
    return next((name for part, name in known if part in user_agent), first[0].split("/")[0][:60])


def _has_it(asked: Mapping[bytes, bytes], etag: bytes, modified: bytes) -> bool:
    """Whether the asker holds these bytes. If-None-Match decides alone where it stands (RFC 9110, 13.2.2)."""
    matches = asked.get(b"if-none-match")
    if matches is None:
        return asked.get(b"if-modified-since") == modified
    offered = (one.strip().removeprefix(b"W/").strip(b'"').removesuffix(b"-gzip") for one in matches.split(b","))
    return matches.strip() == b"*" or etag in offered


def _modified(changed_at: datetime) -> bytes:
    second = changed_at.replace(microsecond=0)
    is_over = clock.now() >= second + A_SECOND
    return format_datetime(second if is_over else second - A_SECOND, usegmt=True).encode()


def _revision(db: Session) -> int:
    return db.exec(select(Revision.number).where(Revision.id == 1)).one()


def _last_change(db: Session) -> datetime:
    """When anything last changed that a calendar may show: the last entry on record, or the day's beginning."""
    today = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    last = db.exec(select(AuditEntry.created_at).order_by(col(AuditEntry.id).desc()).limit(1)).first()
    return max(last, today) if last else today


def _refusal(status: int, sentence: str) -> Answer:
    body = f"{sentence}\n".encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-robots-tag", b"noindex, nofollow"),
    ]
    return Answer(status, headers, body)
