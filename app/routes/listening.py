"""Those who have a draft open right now, and what is told to them when somebody else changes it.

One task a process looks at the revision twice a second, only while somebody listens; what has been done since is then
read once for all of them. It ends the streams when the server is asked to stop, which would otherwise wait for them.
"""

import asyncio
import json
import signal
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass, field
from typing import Any, Protocol

import structlog
from anyio import to_thread
from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse, Response
from fastapi.sse import EventSourceResponse
from sqlmodel import Session

from app.database import Database
from app.people import sign_in
from app.people.viewer import Viewer
from app.routes.door import cookie_name
from app.settings import Settings

log = structlog.get_logger("plenary")

EVERY = 0.5
"""Seconds between two looks at the revision."""

HEARTBEAT = 15.0
"""Seconds after which a stream says that it is alive (a lost network says nothing), and after which it is asked again
whether its listener may listen."""

MOST_WINDOWS = 4
"""Streams of one person: a browser opens six connections to a host, and needs some for its pages."""

REVISION = "SELECT number FROM revision WHERE id = 1"


class Subject(Protocol):
    """A draft that is listened to; two that are equal are one."""

    def is_open_to(self, viewer: Viewer) -> bool:
        """Whether they may hear of it."""

    def news(self, db: Session, known: Any) -> tuple[Any, list[dict[str, Any]]]:
        """What is known of it now, and what was done since `known` was (None: nothing is news yet), oldest first."""


@dataclass(eq=False, slots=True)
class Listener:
    """One open page: whose it is, of which draft, and what it is still to be told. `key` is the sign-in's, `at` the
    part of the draft they are in, where their page says so."""

    person_id: int
    name: str
    subject: Subject
    key: str
    at: str = ""
    waiting: "asyncio.Queue[bytes | None]" = field(default_factory=lambda: asyncio.Queue(maxsize=100))

    def tell(self, event: str, about: Any) -> None:
        """Have it told; who reads so slowly that a hundred things wait hears no more, and looks again by themselves."""
        if not self.waiting.full():
            self.waiting.put_nowait(_event(event, about))

    def end(self) -> None:
        """End its stream, after what it is still to be told."""
        if self.waiting.full():
            self.waiting.get_nowait()
        self.waiting.put_nowait(None)


class Listeners:
    """All of a process."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.all: list[Listener] = []
        self._known: dict[Subject, Any] = {}
        self._revision = 0
        self._task: asyncio.Task[None] | None = None
        self._moved: set[Subject] = set()

    async def stream(self, listener: Listener) -> AsyncIterator[bytes]:
        """What a listener is told, as server-sent events, until they leave or may not listen any more."""
        if not self.all:
            self._known.clear()
        if listener.subject not in self._known:  # learned before the revision that the page is compared with
            await to_thread.run_sync(self._acts, {listener.subject})
        (revision,) = await self.database.glance(REVISION)
        self._enter(listener, revision)
        try:
            yield b"retry: 2000\n" + _event("here", {"revision": revision} | self._others(listener))
            while True:
                try:
                    told = await asyncio.wait_for(listener.waiting.get(), HEARTBEAT)
                except TimeoutError:
                    told = _event("beat", {})
                    if not await to_thread.run_sync(self._still_allowed, [listener]):
                        told = None
                if told is None:
                    return
                yield told
        finally:
            self._leave(listener)

    def place(self, person_id: int, subject: Subject, at: str) -> None:
        """Note in which part of a draft somebody is; the others are told at the next look."""
        for one in self.all:
            if (one.person_id, one.subject) == (person_id, subject) and one.at != at:
                one.at = at
                self._moved.add(subject)

    def close(self) -> None:
        """End all streams: the server stops."""
        for listener in self.all:
            listener.end()

    def _enter(self, listener: Listener, revision: int) -> None:
        same = [one for one in self.all if one.person_id == listener.person_id]
        for oldest in same[: max(len(same) - MOST_WINDOWS + 1, 0)]:
            oldest.tell("elsewhere", {})
            oldest.end()
            self.all.remove(oldest)
        self.all.append(listener)
        self._moved.add(listener.subject)
        if self._task is None or self._task.done():
            self._revision = revision
            self._task = asyncio.create_task(self._look())

    def _leave(self, listener: Listener) -> None:
        if listener in self.all:
            self.all.remove(listener)
        self._moved.add(listener.subject)
        if all(one.subject != listener.subject for one in self.all):
            self._known.pop(listener.subject, None)

    async def _look(self) -> None:
        """Look for changes until nobody listens any more, or the server stops. A look that fails ends all streams:
        browsers then come back and look for themselves."""
        try:
            while self.all and not _is_stopping():
                self._tell_who_is_here()
                (revision,) = await self.database.glance(REVISION)
                if revision != self._revision:
                    self._revision = revision
                    await self._tell_what_was_done()
                await asyncio.sleep(EVERY)
        except Exception:
            log.exception("looking for changes of a draft failed")
        finally:
            self.close()

    async def _tell_what_was_done(self) -> None:
        """Read what was done since the last look, and tell those whom it concerns and who still may know."""
        acts = await to_thread.run_sync(self._acts, {one.subject for one in self.all})
        allowed = set(await to_thread.run_sync(self._still_allowed, list(self.all)))
        for listener in list(self.all):
            if listener not in allowed:
                listener.end()
            elif done := acts.get(listener.subject):
                listener.tell("changed", {"revision": self._revision, "acts": done})

    def _acts(self, subjects: Collection[Subject]) -> dict[Subject, list[dict[str, Any]]]:
        """What was done on each draft since it was last looked at."""
        found = {}
        with self.database.read() as db:
            for subject in subjects:
                self._known[subject], found[subject] = subject.news(db, self._known.get(subject))
        return found

    def _still_allowed(self, listeners: Collection[Listener]) -> list[Listener]:
        """Those whose sign-in lasts and who may see the draft."""
        allowed = []
        with self.database.read() as db:
            for listener in listeners:
                row = sign_in.find(db, listener.key)
                if row and listener.subject.is_open_to(sign_in.viewer(db, row)):
                    allowed.append(listener)
        return allowed

    def _tell_who_is_here(self) -> None:
        """Once a look, so that who reloads a page is not said to have left."""
        moved, self._moved = self._moved, set()
        for listener in self.all:
            if listener.subject in moved:
                listener.tell("here", self._others(listener))

    def _others(self, listener: Listener) -> dict[str, Any]:
        """The names of the others on the same draft, and in which part each is, where their page says so."""
        others = [one for one in self.all if one.subject == listener.subject and one.person_id != listener.person_id]
        names = {one.person_id: one.name for one in others}
        where = sorted({(one.name, one.at) for one in others if one.at})
        return {"people": sorted(names.values())} | ({"where": where} if where else {})


def listen(request: Request, settings: Settings, viewer: Viewer, subject: Subject) -> Response:
    """The answer to a browser that listens to a draft; to anybody else 406, for the stream has no end."""
    if "text/event-stream" not in request.headers.get("accept", ""):
        return PlainTextResponse("Listen with Accept: text/event-stream.", 406)
    assert viewer.person_id is not None, "only signed-in people may see a draft"
    listener = Listener(
        person_id=viewer.actor_id or viewer.person_id,
        name=viewer.actor_name or viewer.name,
        subject=subject,
        key=request.cookies[cookie_name(settings)],
    )
    stream = listeners_of(request.app).stream(listener)
    return EventSourceResponse(stream, headers={"cache-control": "no-store", "x-accel-buffering": "no"})


def listeners_of(app: FastAPI) -> Listeners:
    """The listeners of the running program."""
    if not hasattr(app.state, "listeners"):
        app.state.listeners = Listeners(app.state.database)
    found: Listeners = app.state.listeners
    return found


def _event(name: str, about: Any) -> bytes:
    """A server-sent event (HTML standard, 9.2.5); JSON stands in one line."""
    return f"event: {name}\ndata: {json.dumps(about)}\n\n".encode()


def _is_stopping() -> bool:
    """Whether uvicorn has been asked to stop. It waits for open answers first, and tells the program only then."""
    server = getattr(signal.getsignal(signal.SIGTERM), "__self__", None)
    return bool(getattr(server, "should_exit", False))
