"""A turnstile before the writer. Of those who change something a few are inside at a time, and the others wait in line
in front of it, where they hold neither a thread nor a connection.

Without it all threads could come to wait for the one writer, who needs one of them to go on: on SQLite everything then
stood still until they gave up. Whoever only looks does not wait. The line is bounded, in length and in time: who does
not come to their turn is told so, and keeps what they typed (answers.py).
"""

import asyncio
from collections.abc import AsyncIterator

from fastapi import FastAPI, Request

LOOKING = ("GET", "HEAD", "OPTIONS")

AT_ONCE = 12
"""Of a process's 40 threads, so many at most are those of writers."""

MOST_WAITING = 500
PATIENCE = 12.0
"""Seconds in line. Pages that send by htmx give up after twenty, and the writer itself may take a while."""

AGAIN = 5
"""Seconds after which it makes sense to come again."""


class Busy(Exception):
    """There was no turn for a change; nothing of it was done."""


class Turnstile:
    """The line of a process; first come, first served."""

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    async def enter(self) -> None:
        """Wait for a turn; raises Busy where the line is too long or does not move."""
        if self._waiting >= MOST_WAITING:
            raise Busy
        self._waiting += 1
        try:
            async with asyncio.timeout(PATIENCE):
                await self._turns.acquire()
        except TimeoutError as late:
            raise Busy from late
        finally:
            self._waiting -= 1

    def leave(self) -> None:
        """Let the next one in."""
        self._turns.release()


async def turn_here(request: Request) -> AsyncIterator[None]:
    """A turn for as long as the request's transaction lasts, for who changes something.

    What they send has arrived before: who has a slow network keeps nobody waiting.
    """
    if request.method in LOOKING:
        yield
        return
    turnstile = turnstile_of(request.app)
    await turnstile.enter()
    try:
        yield
    finally:
        turnstile.leave()


def turnstile_of(app: FastAPI) -> Turnstile:
    """The turnstile of the running program."""
    if not hasattr(app.state, "turnstile"):
        app.state.turnstile = Turnstile()
    found: Turnstile = app.state.turnstile
    return found
