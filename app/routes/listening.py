"""Those who look at a draft right now, and what is told to them when somebody else changes it.

One task a process looks at the revision twice a second, only while somebody listens; what has been done since is then
read once for all of them. It ends the streams when the server is asked to stop, which would otherwise wait for them.
"""

import asyncio
import json
import signal
from collections.abc import AsyncIterator, Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

import structlog
from anyio import to_thread
from fastapi import FastAPI

from app.agenda.telling import tell
from app.agenda.turns import Turn, entries_of, latest_turns, with_rows
from app.database import Database
from app.models import Convening
from app.people import sign_in
from app.people.policy import may
from app.people.viewer import Viewer

log = structlog.get_logger("plenary")

EVERY = 0.5
"""Seconds between two looks at the revision."""

HEARTBEAT = 15.0
"""Seconds after which a stream says that it is alive (a lost network says nothing), and after which it is asked again
whether its listener may listen."""

MOST_WINDOWS = 4
"""Streams of one person: a browser opens six connections to a host, and needs some for its pages."""

MOST_ACTS = 20
"""Acts that are told of at one look; the page is drawn anew however many they were."""

REVISION = "SELECT number FROM revision WHERE id = 1"
PERMISSION = "agenda.draft"


@dataclass(eq=False, slots=True)
class Listener:
    """One open page: whose it is, of which draft, and what it is still to be told. `key` is the sign-in's."""

    person_id: int
    name: str
    cohort_id: int
    convening_id: int
    key: str
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
        self._known: dict[int, set[str]] = {}
        self._revision = 0
        self._task: asyncio.Task[None] | None = None
        self._moved: set[int] = set()

    async def stream(self, listener: Listener) -> AsyncIterator[bytes]:
        """What a listener is told, as server-sent events, until they leave or may not listen any more."""
        if not self.all:
            self._known.clear()
        if listener.convening_id not in self._known:  # learned before the revision that the page is compared with
            await to_thread.run_sync(self._acts, {listener.convening_id})
        (revision,) = await self.database.glance(REVISION)
        self._enter(listener, revision)
        try:
            yield b"retry: 2000\n" + _event("here", {"revision": revision, "people": self._people(listener)})
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
        self._moved.add(listener.convening_id)
        if self._task is None or self._task.done():
            self._revision = revision
            self._task = asyncio.create_task(self._look())

    def _leave(self, listener: Listener) -> None:
        if listener in self.all:
            self.all.remove(listener)
        self._moved.add(listener.convening_id)
        if all(one.convening_id != listener.convening_id for one in self.all):
            self._known.pop(listener.convening_id, None)

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
            log.exception("looking for changes of the draft failed")
        finally:
            self.close()

    async def _tell_what_was_done(self) -> None:
        """Read what was done since the last look, and tell those whom it concerns and who still may know."""
        acts = await to_thread.run_sync(self._acts, {one.convening_id for one in self.all})
        allowed = set(await to_thread.run_sync(self._still_allowed, list(self.all)))
        for listener in list(self.all):
            if listener not in allowed:
                listener.end()
            elif done := acts.get(listener.convening_id):
                listener.tell("changed", {"revision": self._revision, "acts": done})

    def _acts(self, convening_ids: Collection[int]) -> dict[int, list[dict[str, Any]]]:
        """What was done on each draft since it was last looked at, oldest first, in words for everybody."""
        found: dict[int, list[dict[str, Any]]] = {}
        with self.database.read() as db:
            for number in convening_ids:
                turns = latest_turns(db, number, most=MOST_ACTS)
                # By their names and not after a number: on PostgreSQL a lower number may be committed later.
                known = self._known.get(number)
                self._known[number] = {one.turn for one in turns}
                new = [] if known is None else [one for one in reversed(turns) if one.turn not in known]
                if new:
                    entries = entries_of(db, [one.turn for one in new])
                    convening = db.get_one(Convening, number)
                    told = tell(db, convening, with_rows(db, new, entries), entries, Viewer.anonymous())
                    found[number] = [_said(one.turn, one.said, (each.id for each in one.sessions)) for one in told]
        return found

    def _still_allowed(self, listeners: Collection[Listener]) -> list[Listener]:
        """Those whose sign-in lasts and who may see the draft."""
        allowed = []
        with self.database.read() as db:
            for listener in listeners:
                row = sign_in.find(db, listener.key)
                if row and may(sign_in.viewer(db, row), PERMISSION, cohort_id=listener.cohort_id):
                    allowed.append(listener)
        return allowed

    def _tell_who_is_here(self) -> None:
        """Once a look, so that who reloads a page is not said to have left."""
        moved, self._moved = self._moved, set()
        for listener in self.all:
            if listener.convening_id in moved:
                listener.tell("here", {"people": self._people(listener)})

    def _people(self, listener: Listener) -> list[str]:
        """The names of the others on the same draft."""
        here = {one.person_id: one.name for one in self.all if one.convening_id == listener.convening_id}
        here.pop(listener.person_id, None)
        return sorted(here.values())


def listeners_of(app: FastAPI) -> Listeners:
    """The listeners of the running program."""
    if not hasattr(app.state, "listeners"):
        app.state.listeners = Listeners(app.state.database)
    found: Listeners = app.state.listeners
    return found


def _said(turn: Turn, said: str, session_ids: Iterable[int]) -> dict[str, Any]:
    return {"by": turn.by_id, "name": turn.by or "Somebody", "said": said, "sessions": list(session_ids)}


def _event(name: str, about: Any) -> bytes:
    """A server-sent event (HTML standard, 9.2.5); JSON stands in one line."""
    return f"event: {name}\ndata: {json.dumps(about)}\n\n".encode()


def _is_stopping() -> bool:
    """Whether uvicorn has been asked to stop. It waits for open answers first, and tells the program only then."""
    server = getattr(signal.getsignal(signal.SIGTERM), "__self__", None)
    return bool(getattr(server, "should_exit", False))
