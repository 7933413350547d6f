"""Two organizers at once: what one does, the other hears, over a real socket; no stream keeps the server up."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from app.database import Database
from app.models import Openness
from app.people import sign_in
from app.people.viewer import Viewer
from app.routes import listening
from app.routes.door import cookie_name
from app.routes.draft_live import AgendaDraft
from tests.agenda.campus import Campus, campus
from tests.agenda.test_history import add_seat
from tests.conftest import Visitor, VisitorOf
from tests.people.rows import BY, seat

HERE = "/by-all-means/convenings/2017-fall"
LIVE = f"{HERE}/agenda/draft/live"
LISTENS = {"accept": "text/event-stream"}
PATIENCE = 30.0
"""Seconds after which what should come at once is given up, on a machine that is busy with other things."""


@pytest.fixture
def place(database: Database) -> Campus:
    with database.write() as db:
        place = campus(db)
        add_seat(db, place, by=BY)
        seat(db, place.town, "Dana Reed", "lab", "second organizer", by=BY)
        place.session("Keynote", "09:00–10:00", rooms=["GCC"])
    return place


class Ear:
    """One who listens: the events of a stream as they come."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self._lines = answer.iter_lines()

    def next(self, name: str) -> Any:
        """The next event of that name; others on the way are passed over."""
        event = ""
        for line in self._lines:
            if line.startswith("event: "):
                event = line.removeprefix("event: ")
            elif line.startswith("data: ") and event == name:
                return json.loads(line.removeprefix("data: "))
        raise AssertionError(f"the stream ended before “{name}”")

    def ends(self) -> bool:
        """Read until the stream ends by itself."""
        return all(line is not None for line in self._lines)


class Serving:
    """The program on a port of its own, as uvicorn serves it, in a thread of the tests."""

    live = LIVE

    def __init__(self, app: FastAPI, place: Campus) -> None:
        self.app, self.place = app, place
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        self.server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off", ws="none"))
        self.thread = threading.Thread(target=self.server.run, kwargs={"sockets": [self.socket]})
        self.thread.start()

    def key(self, name: str) -> str:
        with self.app.state.database.write() as db:
            return sign_in.begin(db, self.place.person(name).key, browser="tests", days=1)

    @contextmanager
    def listening(self, name: str, key: str = "", **headers: str) -> Iterator[Ear]:
        """A browser of that person that listens to the draft."""
        cookies = {cookie_name(self.app.state.settings): key or self.key(name)}
        with (
            httpx.Client(base_url=self.address, cookies=cookies, timeout=PATIENCE) as client,
            client.stream("GET", self.live, headers=LISTENS | headers) as answer,
        ):
            assert answer.status_code == 200
            yield Ear(answer)

    def end(self) -> None:
        listening.listeners_of(self.app).close()
        self.server.should_exit = True
        self.thread.join(PATIENCE)
        self.socket.close()


@pytest.fixture
def serving(app: FastAPI, place: Campus) -> Iterator[Serving]:
    serving = Serving(app, place)
    yield serving
    serving.end()
    assert not serving.thread.is_alive()


@pytest.fixture
def dana(place: Campus, visitor: VisitorOf) -> Visitor:
    return visitor(place.person("Dana Reed").key)


def soon(true: Callable[[], bool]) -> bool:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if true():
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("encoding", ["identity", "gzip", "br", "zstd"])
def test_what_another_does_is_heard_in_words_however_the_stream_is_packed(
    serving: Serving, dana: Visitor, encoding: str
) -> None:
    with serving.listening("Ada Roth", **{"accept-encoding": encoding}) as ada:
        begun = ada.next("here")["revision"]
        dana.post(f"{HERE}/sessions/1/placement", {"start": "16:15"})
        heard = ada.next("changed")
    assert heard == {
        "revision": begun + 1,
        "acts": [
            {
                "by": dana.person_id,
                "name": "Dana Reed",
                "said": "moved “Keynote” to Tue 14 Nov, 16:15",
                "sessions": [1],
            }
        ],
    }


def test_who_else_is_here_is_said_when_they_come_and_go(serving: Serving) -> None:
    with serving.listening("Ada Roth") as ada:
        assert ada.next("here")["people"] == []
        with serving.listening("Dana Reed") as dana:
            assert dana.next("here")["people"] == ["Ada Roth"]
            while ada.next("here")["people"] != ["Dana Reed"]:
                pass
        while ada.next("here")["people"]:
            pass


def test_rule_13_a_closed_session_is_told_under_its_cover(serving: Serving, place: Campus, database: Database) -> None:
    with serving.listening("Ada Roth") as ada:
        ada.next("here")
        with database.write() as db:
            place.db = db
            rule = place.of_role("mayor")
            place.session("Xylograph", rule=rule, openness=Openness.CLOSED, excludes_lab=True)
        (act,) = ada.next("changed")["acts"]
    assert act["said"] == "added “Closed session”"


def test_the_stream_ends_for_whoever_may_not_see_the_draft_any_more(
    serving: Serving, dana: Visitor, database: Database
) -> None:
    key = serving.key("Ada Roth")
    with serving.listening("Ada Roth", key) as ada:
        ada.next("here")
        with database.write() as db:
            row = sign_in.find(db, key)
            assert row
            sign_in.end(db, row.key, of=row.person_id)
        dana.post(f"{HERE}/sessions/1/placement", {"start": "16:15"})
        with pytest.raises(AssertionError, match="the stream ended"):
            ada.next("changed")


def test_the_oldest_of_many_windows_makes_room_for_the_newest(serving: Serving, dana: Visitor) -> None:
    key = serving.key("Ada Roth")
    with serving.listening("Ada Roth", key) as first:
        first.next("here")
        others = [serving.listening("Ada Roth", key) for _ in range(listening.MOST_WINDOWS)]
        ears = [other.__enter__() for other in others]
        for ear in ears:
            ear.next("here")
        assert first.next("elsewhere") == {}
        assert first.ends()
        dana.post(f"{HERE}/sessions/1/placement", {"start": "16:15"})
        assert [ear.next("changed")["acts"][0]["name"] for ear in ears] == ["Dana Reed"] * listening.MOST_WINDOWS
        for other in others:
            other.__exit__(None, None, None)


def test_nobody_looks_at_the_database_while_nobody_listens(serving: Serving, dana: Visitor, queries: list[str]) -> None:
    listeners = listening.listeners_of(serving.app)
    with serving.listening("Ada Roth") as ada:
        ada.next("here")
        assert len(listeners.all) == 1
    assert soon(lambda: not listeners.all and listeners._task is not None and listeners._task.done())
    with serving.listening("Ada Roth") as ada:
        dana.post(f"{HERE}/sessions/1/placement", {"start": "16:15"})
        assert ada.next("changed")["acts"][0]["said"] == "moved “Keynote” to Tue 14 Nov, 16:15"


def test_other_things_that_are_done_are_no_news_of_the_draft(
    serving: Serving, place: Campus, database: Database
) -> None:
    with serving.listening("Ada Roth") as ada:
        ada.next("here")
        with database.write() as db:
            seat(db, place.town, "Newcomer", "Salem", "facilitator", by=Viewer.system("test"))
        with database.write() as db:
            place.db = db
            place.session("Lunch", None)
        assert [act["said"] for act in ada.next("changed")["acts"]] == ["added “Lunch”"]


def test_a_stream_that_is_open_ends_when_the_server_is_asked_to_stop(
    app: FastAPI, place: Campus, monkeypatch: pytest.MonkeyPatch
) -> None:
    serving = Serving(app, place)
    # In the main thread of a process uvicorn's own handler stands there; see app/cli/serving.py.
    monkeypatch.setattr("signal.getsignal", lambda _number: serving.server.handle_exit)
    with serving.listening("Ada Roth") as ada:
        ada.next("here")
        serving.server.should_exit = True
        assert ada.ends()
        serving.thread.join(PATIENCE)
        assert not serving.thread.is_alive()
    serving.socket.close()


def test_a_stream_on_which_nothing_happens_says_that_it_is_alive(
    serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "HEARTBEAT", 0.1)
    with serving.listening("Ada Roth") as ada:
        assert [ada.next("beat") for _ in range(2)] == [{}, {}]


def test_only_organizers_listen_and_only_browsers_that_ask_for_events(
    place: Campus, visitor: VisitorOf, dana: Visitor
) -> None:
    assert visitor().get(LIVE, headers=LISTENS).status_code == 303
    assert visitor(place.person("Ruth Adler").key).get(LIVE, headers=LISTENS).status_code == 403
    assert dana.get(LIVE).status_code == 406


def test_who_reads_too_slowly_hears_no_more_and_is_ended_all_the_same() -> None:
    listener = listening.Listener(person_id=1, name="Ada", subject=AgendaDraft(1, 1), key="")
    for number in range(150):
        listener.tell("changed", number)
    listener.end()
    waiting = [listener.waiting.get_nowait() for _ in range(listener.waiting.qsize())]
    assert len(waiting) == 100
    assert waiting[-1] is None
