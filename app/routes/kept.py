"""Pages that are drawn once and sent many times.

A route that depends on nothing but its address, its viewer and what is audited says so: `return keep(response)`.
The layer here then keeps the answer for that viewer and address at the database's revision, and serves it, ahead
of everything else, after reading one row: while the revision is the same, nothing that the page shows can have
changed. A page is drawn anew each day, because offices begin and end with days; one that counts the days of other
zones, or waits for an hour, says until when it stands. What somebody has read of the updates is in no log; a viewer's
pages are drawn anew after each reading of theirs.
"""

from collections import Counter, OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b, sha256

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app import clock
from app.database import Database
from app.routes.pages import FLASH

MARK = b"x-plenary-keep"
MOST_BYTES = 48 * 1024 * 1024
LARGEST = 4 * 1024 * 1024

STAMP = """
    SELECT revision.number, sign_in.person_id, sign_in.acting_for_id,
        (SELECT MAX(read_at) FROM update_reading WHERE update_reading.person_id = sign_in.person_id)
    FROM revision
    LEFT JOIN sign_in ON sign_in.token_hash = ? AND sign_in.ended_at IS NULL AND sign_in.expires_at > ?
    WHERE revision.id = 1
"""


def keep(response: Response, *, until: datetime | None = None) -> Response:
    """Mark an answer as one that may be kept until the database's revision rises, or an instant comes."""
    response.headers[MARK.decode()] = until.isoformat() if until else "1"
    return response


@dataclass(frozen=True, slots=True)
class _Answer:
    revision: int
    until: datetime | None
    etag: bytes
    start: Message
    unchanged: Message
    body: bytes


class Kept:
    """The layer that keeps and serves; `cookie` is the name of the sign-in's cookie."""

    def __init__(self, app: ASGIApp, *, database: Database, cookie: str) -> None:
        self.app = app
        self.database = database
        self.cookie = cookie.encode() + b"="
        self.flash = FLASH.encode() + b"="
        self.addresses: set[str] = set()
        self.answers: OrderedDict[Hashable, _Answer] = OrderedDict()
        self.bodies: dict[bytes, bytes] = {}
        self.holders: Counter[bytes] = Counter()
        self.bytes = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        asked = dict(scope["headers"])
        cookies = asked.get(b"cookie", b"")
        if b"hx-request" in asked or self.flash in cookies:
            await self.app(scope, receive, send)
            return
        if scope["path"] not in self.addresses:  # nothing was kept here yet, so nothing is looked up
            await self._draw(scope, receive, send, None)
            return
        revision, viewer = await self._stamp(cookies)
        key = (scope["path"], scope["query_string"], asked.get(b"accept-encoding"), viewer, clock.today("UTC"))
        answer = self.answers.get(key)
        if answer is None or answer.revision != revision or (answer.until and answer.until <= clock.now()):
            await self._draw(scope, receive, send, (key, revision))
            return
        if answer.etag in asked.get(b"if-none-match", b""):
            await send(answer.unchanged)
            await send({"type": "http.response.body", "body": b""})
            return
        await send(answer.start)
        await send({"type": "http.response.body", "body": answer.body})

    async def _stamp(self, cookies: bytes) -> tuple[int, Hashable]:
        """The database's revision, and who the cookie makes the viewer, with when they read something last."""
        fingerprint = ""
        for part in cookies.split(b"; "):
            if part.startswith(self.cookie):
                fingerprint = sha256(part[len(self.cookie) :]).hexdigest()
        revision, *viewer = await self.database.glance(STAMP, fingerprint, clock.now())
        return revision, tuple(viewer)

    async def _draw(self, scope: Scope, receive: Receive, send: Send, place: tuple[Hashable, int] | None) -> None:
        """Have the page drawn; keep it at `place` (key, revision) if its route marked it."""
        start: Message | None = None
        until: datetime | None = None
        body = bytearray()

        async def listen(message: Message) -> None:
            nonlocal start, until
            if message["type"] == "http.response.start":
                marked = next((value.decode() for name, value in message["headers"] if name == MARK), "")
                headers = [(name, value) for name, value in message["headers"] if name != MARK]
                if marked and message["status"] == 200:
                    until = datetime.fromisoformat(marked) if marked != "1" else None
                    start = {**message, "headers": headers}
                    return
                message = {**message, "headers": headers}
            elif start is not None:
                body.extend(message.get("body", b""))
                if message.get("more_body"):
                    return
                await self._finish(scope, send, start, bytes(body), place, until)
                return
            await send(message)

        await self.app(scope, receive, listen)

    async def _finish(
        self,
        scope: Scope,
        send: Send,
        start: Message,
        body: bytes,
        place: tuple[Hashable, int] | None,
        until: datetime | None,
    ) -> None:
        """Send a marked page whole, with its ETag, and keep it."""
        etag = b'"' + blake2b(body, digest_size=12).hexdigest().encode() + b'"'
        own = [
            (name, value)
            for name, value in start["headers"]
            if name not in (b"content-length", b"etag", b"cache-control", b"vary")
        ]
        shared = [(b"etag", etag), (b"cache-control", b"private, no-cache"), (b"vary", b"Cookie, Accept-Encoding")]
        # Told with "unchanged" too, so that a browser does not go on with those of its copy (RFC 9111, 4.3.4).
        told = [(name, value) for name, value in own if name.startswith(b"x-plenary-") and name != MARK]
        answer = _Answer(
            revision=place[1] if place else 0,
            until=until,
            etag=etag,
            start={**start, "headers": [*own, *shared, (b"content-length", str(len(body)).encode())]},
            unchanged={"type": "http.response.start", "status": 304, "headers": [*shared, *told]},
            body=self.bodies.get(etag, body),
        )
        self.addresses.add(scope["path"])
        if place is not None and len(body) <= LARGEST:
            self._store(place[0], answer)
        asked = dict(scope["headers"]).get(b"if-none-match", b"")
        await send(answer.unchanged if etag in asked else answer.start)
        await send({"type": "http.response.body", "body": b"" if etag in asked else body})

    def _store(self, key: Hashable, answer: _Answer) -> None:
        """Keep an answer; of those that say the same, such as a booklet for many readers, the bytes are held once."""
        self._let_go(self.answers.pop(key, None))
        self.answers[key] = answer
        self.holders[answer.etag] += 1
        if self.holders[answer.etag] == 1:
            self.bodies[answer.etag] = answer.body
            self.bytes += len(answer.body)
        while self.bytes > MOST_BYTES:
            self._let_go(self.answers.popitem(last=False)[1])

    def _let_go(self, answer: _Answer | None) -> None:
        if answer is None:
            return
        self.holders[answer.etag] -= 1
        if not self.holders[answer.etag]:
            del self.holders[answer.etag], self.bodies[answer.etag]
            self.bytes -= len(answer.body)
