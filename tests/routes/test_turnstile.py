"""Many who change something at once: each comes to their turn, and who only looks waits for none of them."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from html import escape
from io import BytesIO
from itertools import count
from threading import Event, Thread

import pytest
from anyio.from_thread import BlockingPortal
from fastapi import FastAPI
from sqlmodel import col, select

from app import clock
from app.database import Database
from app.models import SavedList, SignIn
from app.routes import turnstile
from app.routes.door import SEEN_EVERY
from tests.conftest import Visitor, VisitorOf

MANY = 100
LISTS = "/by-all-means/convenings/2017-fall/registration/lists"


@pytest.fixture
def organizer(sample_visitor: VisitorOf) -> Visitor:
    return sample_visitor("organizer")


def written_by_another(database: Database, free: Event) -> Thread:
    """A transaction that holds the writer until `free` is set, as a slow one would."""
    begun = Event()

    def write() -> None:
        with database.write() as db:
            db.exec(select(SignIn.id).with_for_update()).all()
            begun.set()
            free.wait(30)

    thread = Thread(target=write)
    thread.start()
    assert begun.wait(10)
    return thread


async def rush(visitor: Visitor, path: str, look: str, looked: Callable[[int], None]) -> Counter[int]:
    """Send MANY changes at once and look at a page all the while; the answers. `looked` is told of each look."""
    sent = [asyncio.create_task(visitor.client.post(path, data={})) for _ in range(MANY)]
    for number in count(1):
        assert (await visitor.client.get(look)).status_code == 200
        looked(number)
        if all(one.done() for one in sent):
            break
        await asyncio.sleep(0.02)
    return Counter([(await one).status_code for one in sent])


@pytest.mark.timeout(120)
def test_a_hundred_changes_at_once_are_all_done_and_who_looks_does_not_wait(
    organizer: Visitor, sample_app: FastAPI, portal: BlockingPortal
) -> None:
    """A program has forty threads: they all waited for the writer, who needed one of them."""
    free = Event()
    other = written_by_another(sample_app.state.database, free)
    organizer.get("/me")  # everything is loaded

    held = []

    def looked(number: int) -> None:
        if number == 5:  # who waited for the writer would have got here after half a minute, when it gives up
            held.append(other.is_alive())
            free.set()

    answers = portal.call(rush, organizer, "/me/looks", "/me", looked)
    other.join()
    assert answers == {303: MANY}
    assert held == [True]


@pytest.mark.timeout(120)
def test_who_does_not_come_to_their_turn_is_told_and_sends_it_again_with_one_button(
    organizer: Visitor, sample_app: FastAPI, portal: BlockingPortal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turnstile, "PATIENCE", 0.3)
    inside = turnstile.turnstile_of(sample_app)
    for _ in range(turnstile.AT_ONCE):
        portal.call(inside.enter)
    name = 'Late <b>"ones"</b> ' + "é" * 90
    form = {"name": name, "query": "state=open"}
    busy = organizer.post(LISTS, form)
    assert (busy.status_code, busy.headers["retry-after"]) == (503, "5")
    assert "nothing was changed" in busy.text
    assert f'<form method="post" action="{LISTS}">' in busy.text
    for field, value in form.items():
        assert f'<input type="hidden" name="{field}" value="{escape(value).replace("&quot;", "&#34;")}">' in busy.text
    fragment = organizer.post(LISTS, form, headers={"hx-request": "true"})
    assert (fragment.status_code, fragment.headers["hx-retarget"]) == (503, "#flash")
    device = organizer.send("POST", "/by-all-means/convenings/2017-fall/registration/check-in/sent", json=[])
    assert (device.status_code, device.headers["content-type"]) == (503, "application/json")
    with_file = organizer.send("POST", LISTS, data=form, files={"file": ("a.csv", BytesIO(b"x"))})
    assert (with_file.status_code, "Choose the file once more" in with_file.text) == (503, True)
    with sample_app.state.database.read() as db:
        assert db.exec(select(SavedList).where(SavedList.name == name)).all() == []
    assert organizer.get("/me").status_code == 200
    for _ in range(turnstile.AT_ONCE):
        inside.leave()
    assert organizer.post(LISTS, form).status_code == 303
    with sample_app.state.database.read() as db:
        assert len(db.exec(select(SavedList).where(SavedList.name == name)).all()) == 1


def test_the_line_has_an_end(organizer: Visitor, sample_app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turnstile, "MOST_WAITING", 0)
    assert organizer.post("/me/looks").status_code == 503
    assert organizer.get("/me").status_code == 200


def test_a_refused_change_gives_its_turn_back(organizer: Visitor, sample_visitor: VisitorOf) -> None:
    stranger = sample_visitor()
    for _ in range(turnstile.AT_ONCE + 3):
        assert stranger.post("/me/looks").status_code == 303  # to the page for signing in
        assert organizer.post("/by-all-means/people/1/merger", {"other": "none"}).status_code in (404, 422)
    assert organizer.post("/me/looks").status_code == 303


def test_to_note_that_somebody_was_seen_waits_for_nobody(organizer: Visitor, sample_app: FastAPI) -> None:
    """On SQLite there is one writer: a look at a page does not stand in that line, and is noted the next time."""
    database: Database = sample_app.state.database
    with database.write() as db:
        row = db.exec(select(SignIn).where(SignIn.person_id == organizer.person_id)).one()
        row.last_seen_at = long_ago = clock.now() - 2 * SEEN_EVERY
        db.add(row)
    seen = select(SignIn.last_seen_at).where(col(SignIn.person_id) == organizer.person_id)
    if database.is_sqlite:
        free = Event()
        other = written_by_another(database, free)
        start = time.perf_counter()
        assert organizer.get("/me").status_code == 200
        assert time.perf_counter() - start < 5  # a writer waits for ten seconds
        free.set()
        other.join()
        with database.read() as db:
            assert db.exec(seen).one() == long_ago
    organizer.get("/me")
    with database.read() as db:
        assert db.exec(seen).one() > long_ago


def test_a_writer_that_another_process_holds_for_too_long_is_said_to_be_busy(
    organizer: Visitor, sample_app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    database: Database = sample_app.state.database
    if not database.is_sqlite:  # rows are waited for there, without an end
        return
    monkeypatch.setattr("app.database.BUSY_SECONDS", 0.1)
    monkeypatch.setattr("app.database.SQLITE_PRAGMAS", ("PRAGMA busy_timeout=100",))
    database.engine.dispose()
    free = Event()
    other = written_by_another(database, free)
    answer = organizer.post("/me/looks")
    free.set()
    other.join()
    assert (answer.status_code, "Send it again" in answer.text) == (503, True)
    assert organizer.post("/me/looks").status_code == 303
