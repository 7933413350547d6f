"""Pages that are drawn once: the same bytes while nothing changed, the new page as soon as something did."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from anyio.from_thread import BlockingPortal
from httpx import ASGITransport, AsyncClient, Response
from sqlmodel import Session, select
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from app.database import Database
from app.models import Cohort, Person
from app.people import sign_in
from app.people.audit import verb
from app.people.viewer import Viewer
from app.routes.kept import Kept, keep

Get = Callable[..., Response]
SYSTEM = Viewer.system("test")


@verb
def found(db: Session, name: str, *, by: Viewer) -> None:
    db.add(Cohort(slug=name.lower(), name=name))


@verb
def enter(db: Session, name: str, *, by: Viewer) -> int:
    person = Person(name=name)
    db.add(person)
    db.flush()
    return person.key


@pytest.fixture
def drawn() -> list[str]:
    """The addresses of the pages that were really drawn, in order."""
    return []


@pytest.fixture
def get(database: Database, drawn: list[str], portal: BlockingPortal) -> Get:
    """Asks a program of two pages, of which /kept marks itself: they list the cohorts for the viewer's cookie."""

    def cohorts(request: Request) -> PlainTextResponse:
        drawn.append(request.url.path)
        with database.read() as db:
            names = " ".join(db.exec(select(Cohort.name).order_by(Cohort.name)))
        answer = PlainTextResponse(f"{names} for {request.cookies.get('plenary', 'anybody')}")
        return keep(answer) if request.url.path == "/kept" else answer  # type: ignore[return-value]

    inner = Starlette(routes=[Route("/kept", cohorts), Route("/new", cohorts)])
    client = AsyncClient(
        transport=ASGITransport(app=Kept(inner, database=database, cookie="plenary")), base_url="http://127.0.0.1"
    )

    def ask(path: str, **headers: str) -> Response:
        async def once() -> Response:
            return await client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})

        return portal.call(once)

    return ask


def test_a_page_is_drawn_once_for_a_viewer_while_nothing_changes(get: Get, drawn: list[str]) -> None:
    bodies = {get("/kept").text for _ in range(5)}
    assert bodies == {" for anybody"}
    assert drawn == ["/kept"] * 2, "once to learn that it may be kept, once to keep it"


def test_a_change_is_on_the_next_page(get: Get, database: Database) -> None:
    for _ in range(3):
        get("/kept")
    with database.write() as db:
        found(db, "North", by=SYSTEM)
    assert get("/kept").text == "North for anybody"
    assert get("/kept").text == "North for anybody"


def test_one_viewers_page_is_never_sent_to_another(get: Get, database: Database) -> None:
    with database.write() as db:
        people = [enter(db, name, by=SYSTEM) for name in ("Rosa", "Eve")]
        rosa, eve = (sign_in.begin(db, person, browser="", days=1) for person in people)
    for _ in range(3):
        assert get("/kept", cookie=f"plenary={rosa}").text == f" for {rosa}"
        assert get("/kept", cookie=f"other=1; plenary={eve}").text == f" for {eve}"
        assert get("/kept").text == " for anybody"


def test_a_sign_in_that_ended_gets_the_page_of_anybody(get: Get, database: Database, drawn: list[str]) -> None:
    with database.write() as db:
        person = enter(db, "Rosa", by=SYSTEM)
        key = sign_in.begin(db, person, browser="", days=1)
    for _ in range(3):
        get("/kept", cookie=f"plenary={key}")
    with database.write() as db:
        sign_in.end_everywhere(db, person)
    drawn.clear()
    get("/kept", cookie=f"plenary={key}")
    assert drawn == ["/kept"]


def test_a_sign_in_that_is_too_old_gets_the_page_of_anybody(get: Get, database: Database, drawn: list[str]) -> None:
    with database.write() as db:
        key = sign_in.begin(db, enter(db, "Rosa", by=SYSTEM), browser="", days=1)
    for _ in range(3):
        get("/kept", cookie=f"plenary={key}")
    drawn.clear()
    with time_machine.travel(timedelta(days=1, seconds=5)):
        get("/kept", cookie=f"plenary={key}")
    assert drawn == ["/kept"]


def test_the_same_page_is_answered_304_and_a_changed_one_whole(get: Get, database: Database) -> None:
    first = get("/kept")
    etag = first.headers["etag"]
    for _ in range(3):
        again = get("/kept", if_none_match=etag)
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    with database.write() as db:
        found(db, "North", by=SYSTEM)
    changed = get("/kept", if_none_match=etag)
    assert (changed.status_code, changed.text) == (200, "North for anybody")
    assert changed.headers["etag"] != etag


def test_another_days_page_is_drawn_anew(get: Get, drawn: list[str]) -> None:
    """Offices begin and end with days, without anybody changing anything."""
    for _ in range(3):
        get("/kept")
    drawn.clear()
    with time_machine.travel(timedelta(days=1)):
        get("/kept")
    assert drawn == ["/kept"]


def test_what_is_not_marked_is_drawn_each_time_and_the_mark_is_not_sent(get: Get, drawn: list[str]) -> None:
    for _ in range(3):
        assert "x-plenary-keep" not in get("/new").headers
    assert drawn == ["/new"] * 3
    assert "x-plenary-keep" not in get("/kept").headers


def test_a_fragment_and_a_page_with_a_flash_are_never_the_kept_page(get: Get, drawn: list[str]) -> None:
    for _ in range(3):
        get("/kept")
    drawn.clear()
    get("/kept", hx_request="true")
    get("/kept", cookie="plenary-flash=Saved")
    assert drawn == ["/kept"] * 2


def test_readers_of_the_same_share_its_bytes_and_when_all_is_full_the_oldest_go(
    database: Database, portal: BlockingPortal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A booklet for two hundred readers takes the room of one."""
    monkeypatch.setattr("app.routes.kept.MOST_BYTES", 250)

    def page(request: Request) -> PlainTextResponse:
        return keep(PlainTextResponse(request.query_params["letter"] * 100))  # type: ignore[return-value]

    kept = Kept(Starlette(routes=[Route("/", page)]), database=database, cookie="plenary")
    client = AsyncClient(transport=ASGITransport(app=kept), base_url="http://127.0.0.1")

    def ask(letter: str, accepted: str) -> str:
        async def once() -> Response:
            return await client.get("/", params={"letter": letter}, headers={"accept-encoding": accepted})

        return portal.call(once).text

    for accepted in ("gzip", "br", "zstd", "identity"):
        for _ in range(2):
            assert ask("a", accepted) == "a" * 100
    assert (kept.bytes, len(kept.answers)) == (100, 4)
    for letter in "bcd":
        assert ask(letter, "gzip") == letter * 100
    assert (kept.bytes, len(kept.answers), len(kept.bodies)) == (200, 2, 2)
    assert ask("a", "br") == "a" * 100
