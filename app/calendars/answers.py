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
from datetime import datetime, timedelta
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
    SELECT revision.number, feed.id, feed.person_id, feed.revoked_at IS NOT NULL OR person.archived_at IS NOT NULL
    FROM revision
    LEFT JOIN feed ON feed.token_hash = ?
    LEFT JOIN person ON person.id = feed.person_id
    WHERE revision.id = 1
"""
NOTED_EVERY = timedelta(minutes=1)
MOST_MADE = 2000
A_SECOND = timedelta(seconds=1)
PLAIN, ZIPPED = b"", b"gzip"
"""The encodings, as Content-Encoding names them."""

Headers = list[tuple[bytes, bytes]]
SAFE: Headers = [(b"x-robots-tag", b"noindex, nofollow"), (b"x-content-type-options", b"nosniff")]


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers and body; `noting` is the feed whose fetch has to be noted once the answer is sent."""

    status: int
    headers: Headers
    body: bytes = b""
    noting: int | None = None


class Made:
    """A calendar as it was made at a revision on a day (UTC), with all that is answered of it.

    It is kept compressed, since nearly every program asks for it so, and thousands of them are kept; plain as
    well once a program has asked for that.
    """

    def __init__(self, body: bytes, *, revision: int, changed_at: datetime, filename: str) -> None:
        now = clock.now()
        self.revision = revision
        self.day = now.date()
        self.etag = blake2b(body, digest_size=12).hexdigest().encode()
        self.modified = _modified(changed_at, now)
        zipped = gzip.compress(body, mtime=0)
        self.bodies = {ZIPPED: zipped}
        self.unchanged = {coding: self._shared(coding) for coding in (PLAIN, ZIPPED)}
        disposition = f'inline; filename="{filename}"'.encode()
        self.whole = {
            PLAIN: [*self.unchanged[PLAIN], *_own(disposition, len(body))],
            ZIPPED: [*self.unchanged[ZIPPED], *_own(disposition, len(zipped)), (b"content-encoding", ZIPPED)],
        }

    def answer(self, asked: Mapping[bytes, bytes], *, head: bool = False, noting: int | None = None) -> Answer:
        """200 with the calendar, or 304 where the asker has it."""
        coding = ZIPPED if ZIPPED in asked.get(b"accept-encoding", b"") else PLAIN
        if self._is_held(asked):
            return Answer(304, self.unchanged[coding], noting=noting)
        if coding not in self.bodies:
            self.bodies[coding] = gzip.decompress(self.bodies[ZIPPED])
        return Answer(200, self.whole[coding], b"" if head else self.bodies[coding], noting=noting)

    def _shared(self, coding: bytes) -> Headers:
        """What 200 and 304 say alike. Each encoding has an ETag of its own."""
        etag = self.etag + b"-" + coding if coding else self.etag
        return [
            (b"etag", b'"' + etag + b'"'),
            (b"last-modified", self.modified),
            (b"cache-control", b"private, no-cache"),
            (b"vary", b"Accept-Encoding"),
            *SAFE,
        ]

    def _is_held(self, asked: Mapping[bytes, bytes]) -> bool:
        """Whether the asker holds these bytes. If-None-Match decides alone where it stands (RFC 9110, 13.2.2)."""
        matches = asked.get(b"if-none-match")
        if matches is None:
            return asked.get(b"if-modified-since") == self.modified
        return matches.strip() == b"*" or any(_bare(one) == self.etag for one in matches.split(b","))


class FeedDesk:
    """Answers for the feeds of one database; keeps those last made in memory."""

    def __init__(self, database: Database, base: str) -> None:
        self.database = database
        self.base = base
        self._made: OrderedDict[int, Made] = OrderedDict()
        self._noted: dict[int, datetime] = {}

    async def answer(self, token: str, asked: Mapping[bytes, bytes], *, head: bool = False) -> Answer:
        """The answer to a program that asks for the feed of a token, with its headers in lower case."""
        revision, feed_id, person_id, is_gone = await self.database.glance(STAMP, fingerprint(token))
        if feed_id is None:
            return _refusal(404, "There is no calendar at this address.")
        if is_gone:
            return _refusal(410, "This calendar has been withdrawn. Its owner can make a new address in Plenary.")
        now = clock.now()
        made = self._made.get(feed_id)
        if made is None or made.revision != revision or made.day != now.date():
            made = await to_thread.run_sync(self._make, person_id)
            self._keep(feed_id, made)
        last = self._noted.get(feed_id)
        if last is not None and now - last < NOTED_EVERY:
            return made.answer(asked, head=head)
        self._noted[feed_id] = now
        return made.answer(asked, head=head, noting=feed_id)

    def note(self, feed_id: int, program: str) -> None:
        """Remember who fetched a feed, unless another process did within the minute. Nobody waits for that."""
        with self.database.write_if_free() as db:
            if db is None:
                self._noted.pop(feed_id, None)
                return
            feeds.note_fetch(db, feed_id, program=program, before=clock.now() - NOTED_EVERY)

    def _make(self, person_id: int) -> Made:
        with self.database.read() as db:
            found = contents.of_person(db, viewer_of(db, person_id), self.base)
            body = document(found.name, found.entries, zone=found.zone)
            return Made(body, revision=_revision(db), changed_at=_last_change(db), filename="plenary.ics")

    def _keep(self, feed_id: int, made: Made) -> None:
        self._made[feed_id] = made
        self._made.move_to_end(feed_id)
        while len(self._made) > MOST_MADE:
            self._made.popitem(last=False)


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


def _own(disposition: bytes, length: int) -> Headers:
    return [
        (b"content-type", b"text/calendar; charset=utf-8"),
        (b"content-disposition", disposition),
        (b"content-length", str(length).encode()),
    ]


def _bare(etag: bytes) -> bytes:
    """An ETag without weakness, quotes and encoding."""
    return etag.strip().removeprefix(b"W/").strip(b'"').removesuffix(b"-gzip")


def _modified(changed_at: datetime, now: datetime) -> bytes:
    second = changed_at.replace(microsecond=0)
    is_over = now >= second + A_SECOND
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
        *SAFE,
    ]
    return Answer(status, headers, body)
