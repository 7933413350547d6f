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
from functools import lru_cache
from hashlib import blake2b

from anyio import to_thread
from sqlmodel import Session, col, select

from app import clock
from app.calendars import feeds
from app.calendars.circles import of_public
from app.calendars.documents import Cover, document
from app.calendars.subscribed import body_of, subscribed
from app.database import Database
from app.models import AuditEntry, Cohort, Feed, Revision
from app.people.sign_in import fingerprint
from app.people.viewer import viewer_of

REVISION = "SELECT number FROM revision WHERE id = 1"
STAMP = """
    SELECT revision.number, feed.id, feed.revoked_at IS NOT NULL OR person.archived_at IS NOT NULL
    FROM revision
    LEFT JOIN feed ON feed.token_hash = ?
    LEFT JOIN person ON person.id = feed.person_id
    WHERE revision.id = 1
"""
NOTED_EVERY = timedelta(minutes=1)
MOST_BYTES = 48 * 1024 * 1024
"""Of calendars kept in memory, compressed: some five thousand of them."""

MOST_KNOWN = 30_000
"""Calendars of which it is kept what they are, be it without their bytes: most who ask have those."""

A_SECOND = timedelta(seconds=1)
PLAIN, ZIPPED = b"", b"gzip"
"""The encodings, as Content-Encoding names them."""

Headers = list[tuple[bytes, bytes]]
SAFE: Headers = [(b"x-robots-tag", b"noindex, nofollow"), (b"x-content-type-options", b"nosniff")]


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers and body; `noting` is the calendar whose fetch has to be noted once the answer is sent."""

    status: int
    headers: Headers
    body: bytes = b""
    noting: "Made | None" = None


class Made:
    """A calendar as it was made at a revision on a day (UTC), with all that is answered of it.

    It is kept compressed, since nearly every program asks for it so, and thousands of them are kept. Once there are too
    many it is kept without its bytes (`zipped` is empty): whoever has it is still told so.
    """

    def __init__(self, body: bytes, *, revision: int, changed_at: datetime, filename: str, feed_id: int = 0) -> None:
        now = clock.now()
        self.revision = revision
        self.day = now.date()
        self.feed_id = feed_id
        self.noted_at: datetime | None = None
        self.etag = blake2b(body, digest_size=12).hexdigest().encode()
        self.modified = _modified(changed_at, now)
        self.zipped = zipped = gzip.compress(body, mtime=0)
        self.unchanged = {coding: self._shared(coding) for coding in (PLAIN, ZIPPED)}
        disposition = f'inline; filename="{filename}"'.encode()
        self.whole = {
            PLAIN: [*self.unchanged[PLAIN], *SAFE, *_own(disposition, len(body))],
            ZIPPED: [*self.unchanged[ZIPPED], *SAFE, *_own(disposition, len(zipped)), (b"content-encoding", ZIPPED)],
        }
        self.held = self._held()

    def answer(self, asked: Mapping[bytes, bytes], *, head: bool = False, noting: "Made | None" = None) -> Answer:
        """200 with the calendar, or 304 where the asker has it."""
        coding = ZIPPED if ZIPPED in asked.get(b"accept-encoding", b"") else PLAIN
        if self._is_held(asked):
            return Answer(304, self.unchanged[coding], noting=noting)
        body = b"" if head else self.zipped if coding else _unpacked(self.zipped)
        return Answer(200, self.whole[coding], body, noting=noting)

    def serves(self, asked: Mapping[bytes, bytes]) -> bool:
        """Whether the asker can be answered from what is kept."""
        return bool(self.zipped) or self._is_held(asked)

    def _shared(self, coding: bytes) -> Headers:
        """What 200 and 304 say alike. Each encoding has an ETag of its own."""
        return [
            (b"etag", self._tag(coding)),
            (b"last-modified", self.modified),
            (b"cache-control", b"private, no-cache"),
            (b"vary", b"Accept-Encoding"),
        ]

    def _tag(self, coding: bytes) -> bytes:
        return b'"' + (self.etag + b"-" + coding if coding else self.etag) + b'"'

    def _held(self) -> frozenset[bytes]:
        """The ways in which a program that has asked before says that it has this."""
        return frozenset((self._tag(PLAIN), self._tag(ZIPPED)))

    def _is_held(self, asked: Mapping[bytes, bytes]) -> bool:
        """Whether the asker holds these bytes. If-None-Match decides alone where it stands (RFC 9110, 13.2.2)."""
        matches = asked.get(b"if-none-match")
        if matches is None:
            return asked.get(b"if-modified-since") == self.modified
        if matches in self.held or matches.strip() == b"*":
            return True
        return any(_bare(one) == self.etag for one in matches.split(b","))


class FeedDesk:
    """Answers for the feeds of one database; keeps those last made in memory, by their tokens.

    Who asks again is told after one row is read: at the same revision, on the same day, the calendar is as it was
    made, and its address has not been taken back, which would have been a change.
    """

    def __init__(self, database: Database, base: str) -> None:
        self.database = database
        self.base = base
        self._made: OrderedDict[str, Made] = OrderedDict()
        self._whole: OrderedDict[str, Made] = OrderedDict()
        self._bytes = 0

    async def answer(self, token: str, asked: Mapping[bytes, bytes], *, head: bool = False) -> Answer:
        """The answer to a program that asks for the feed of a token, with its headers in lower case."""
        now = clock.now()
        made = self._made.get(token)
        if made is None or not await self._is_good(made, now, asked):
            found = await self._find(token, made)
            if isinstance(found, Answer):
                return found
            made = found
        if made.noted_at is not None and now - made.noted_at < NOTED_EVERY:
            return made.answer(asked, head=head)
        made.noted_at = now
        return made.answer(asked, head=head, noting=made)

    async def public(self, slug: str, asked: Mapping[bytes, bytes], *, head: bool = False) -> Answer:
        """The answer to whoever asks for what a cohort, by its slug, holds that is open to the public."""
        key = f"public {slug}"  # which no token can be: they hold no space
        made = self._made.get(key)
        if made is None or not await self._is_good(made, clock.now(), asked):
            made = await to_thread.run_sync(self._make_public, slug)
            if made is None:
                return _unknown()
            self._keep(key, made)
        return made.answer(asked, head=head)

    def note(self, made: Made, program: str) -> None:
        """Remember who fetched a feed, unless another process did within the minute. Nobody waits for that."""
        with self.database.write_if_free() as db:
            if db is None:
                made.noted_at = None
                return
            feeds.note_fetch(db, made.feed_id, program=program, before=clock.now() - NOTED_EVERY)

    async def _is_good(self, made: Made, now: datetime, asked: Mapping[bytes, bytes]) -> bool:
        if made.day != now.date() or not made.serves(asked):
            return False
        return (made.revision,) == await self.database.glance(REVISION)

    async def _find(self, token: str, before: Made | None) -> Made | Answer:
        """The calendar of a token as it is now, or why there is none."""
        _, feed_id, is_gone = await self.database.glance(STAMP, fingerprint(token))
        if feed_id is None:
            return _unknown()
        made = None if is_gone else await to_thread.run_sync(self._make, feed_id)
        if made is None:
            self._drop(token)
            return _withdrawn()
        made.noted_at = before.noted_at if before else None
        self._keep(token, made)
        return made

    def _make(self, feed_id: int) -> Made | None:
        with self.database.read() as db:
            feed = db.get_one(Feed, feed_id)
            found = subscribed(db, feed, viewer_of(db, feed.person_id), self.base)
            if found is None:
                return None
            return Made(
                body_of(found, self.base),
                revision=_revision(db),
                changed_at=_last_change(db),
                filename="plenary.ics",
                feed_id=feed_id,
            )

    def _make_public(self, slug: str) -> Made | None:
        with self.database.read() as db:
            cohort = db.exec(select(Cohort).where(Cohort.slug == slug)).first()
            if cohort is None:
                return None
            found = of_public(db, cohort, self.base)
            cover = Cover(found.name, found.about, f"{self.base}/")
            body = document(cover, found.entries, zone=found.zone)
            return Made(body, revision=_revision(db), changed_at=_last_change(db), filename=f"{slug}-public.ics")

    def _keep(self, token: str, made: Made) -> None:
        self._drop(token)
        self._made[token] = self._whole[token] = made
        self._bytes += len(made.zipped)
        while self._bytes > MOST_BYTES:
            _token, oldest = self._whole.popitem(last=False)
            self._bytes -= len(oldest.zipped)
            oldest.zipped = b""
        while len(self._made) > MOST_KNOWN:
            self._drop(next(iter(self._made)))

    def _drop(self, token: str) -> None:
        self._made.pop(token, None)
        whole = self._whole.pop(token, None)
        self._bytes -= len(whole.zipped) if whole else 0


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


@lru_cache(maxsize=200)
def _unpacked(zipped: bytes) -> bytes:
    return gzip.decompress(zipped)


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


def _unknown() -> Answer:
    return _refusal(404, b"text/plain; charset=utf-8", b"There is no calendar at this address.\n")


def _withdrawn() -> Answer:
    """Gone, and nothing in it: a calendar that says so by its name, for programs that show what they are given."""
    cover = Cover(
        "This calendar has been withdrawn",
        "Its address is good no more. Its owner finds the present one in Plenary, under “Your calendar”.",
    )
    return _refusal(410, b"text/calendar; charset=utf-8", document(cover, []))


def _refusal(status: int, kind: bytes, body: bytes) -> Answer:
    headers = [
        (b"content-type", kind),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        *SAFE,
    ]
    return Answer(status, headers, body)
