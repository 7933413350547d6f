"""One session moved on a draft, over HTTP: the whole answer to a drag, with every conflict looked for and the grid's
fragment drawn."""

import re
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import cycle

import httpx

MOVES, WARM = 200, 20


@dataclass(frozen=True)
class Waits:
    """Milliseconds from asking to the last byte, and the last answer."""

    median: float
    p95: float
    answer: bytes


def moves(browser: httpx.Client, draft: str) -> Waits:
    """Moves sessions of a draft back and forth by five minutes, as a browser with htmx does, one at a time.

    `browser` is signed in as an organizer; `draft` is the path of the draft.
    """
    page = browser.get(draft)
    page.raise_for_status()
    blocks = cycle(re.findall(r'id="s(\d+)" data-start="([^"]+)" data-minutes="(\d+)"', page.text))
    convening = draft.partition("/agenda/")[0]
    headers = {"HX-Request": "true", "HX-Current-URL": str(page.url)}
    there_and_back = (
        (number, datetime.fromisoformat(start) + timedelta(minutes=later), minutes)
        for number, start, minutes in blocks
        for later in (5, 0)
    )

    def move() -> httpx.Response:
        number, start, minutes = next(there_and_back)
        form = {"day": f"{start:%Y-%m-%d}", "start": f"{start:%H:%M}", "minutes": minutes}
        return browser.post(f"{convening}/sessions/{number}/placement", data=form, headers=headers)

    return asked(move)


def asked(act: Callable[[], httpx.Response]) -> Waits:
    """How long an act's answers take, one after the other, the first few apart."""
    times = []
    for _ in range(MOVES + WARM):
        began = time.perf_counter()
        answer = act()
        times.append((time.perf_counter() - began) * 1000)
        if answer.status_code != httpx.codes.OK:
            raise RuntimeError(f"{answer.request.url} answered {answer.status_code}:\n{answer.text[:500]}")
    kept = sorted(times[WARM:])
    return Waits(statistics.median(kept), kept[int(len(kept) * 0.95)], answer.content)
