"""Of the programs that read what strangers made, few run at once; who has to wait too long is told so."""

import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from io import BytesIO
from threading import Lock
from time import sleep
from typing import Any

import pytest

from app.files import Unacceptable, apart, examine
from app.files.apart import CROWDED, TooMuch, run_apart
from app.files.calendars import Reading, busy_hours
from app.files.ready import make_ready
from app.files.word import read_word
from tests.handed import paper, para, word


def a_calendar() -> object:
    day = datetime(2017, 11, 14, tzinfo=UTC)
    return busy_hours(b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", Reading(day, day, "UTC", "", ()))


def a_document() -> object:
    return read_word(examine(BytesIO(word(para("Hello"))), "update.docx", megabytes=100))


def a_paper() -> object:
    return make_ready(examine(BytesIO(paper()), "a.pdf", megabytes=100))


@pytest.fixture
def crowd(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Others have all turns."""
    monkeypatch.setattr(apart, "PATIENCE", 0.01)
    turns = 0
    while apart.TURNS.acquire(blocking=False):
        turns += 1
    yield
    apart.TURNS.release(turns)


@pytest.mark.parametrize("read", [a_calendar, a_document, a_paper])
@pytest.mark.usefixtures("crowd")
def test_who_gets_no_turn_is_told_that_nothing_is_wrong_with_the_file(read: Callable[[], object]) -> None:
    with pytest.raises(Unacceptable) as refused:
        read()
    assert refused.value.sentence == CROWDED


def test_two_run_at_once_and_a_turn_comes_back_however_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    running, most, guard = 0, 0, Lock()

    def run(*_: Any, **__: Any) -> Any:
        nonlocal running, most
        with guard:
            running += 1
            most = max(most, running)
        sleep(0.02)
        with guard:
            running -= 1
        raise subprocess.TimeoutExpired("a program", 1)

    def attempt(_: int) -> None:
        with suppress(TooMuch):
            run_apart("a program")

    monkeypatch.setattr(subprocess, "run", run)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(attempt, range(16)))
    assert most == 2
