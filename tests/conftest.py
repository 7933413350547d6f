"""What all tests stand on: a real, migrated database of their own, the sample cohort, and visitors of the program.

PLENARY_TEST_DATABASE says which database: sqlite (unless said otherwise) or postgres, a real server from a wheel.
Databases come from the shelf. On PostgreSQL only what touches a database is run, and queries are not counted.
"""

import atexit
import gc
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
import time_machine
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response
from sqlalchemy import Engine, event

from app.database import Database
from app.files import Files
from app.main import create_app
from app.models.sealed import use_key
from app.people import sign_in
from app.routes.door import cookie_name
from app.settings import Settings
from tests.buckets import storage
from tests.compiled import share_compiled_statements
from tests.shelf import ON_POSTGRES, Shelf

IN_THE_SAMPLE = datetime(2017, 10, 24, 14, tzinfo=UTC)
"""Three weeks before the convening of 14–15 November 2017: 10:00 on a Tuesday in Cambridge."""

NEEDS_KEY = "the key of the tests"

SAMPLE_FILES = Files(Path(mkdtemp(prefix="plenary-")) / "files")
"""The sample's pictures, drawn once a process."""

atexit.register(shutil.rmtree, Path(str(SAMPLE_FILES.place)).parent, ignore_errors=True)


ON_PAPER = Path(__file__).parent / "printing"
ASKED_ALIKE = {"test_desk.py", "test_made.py"}
"""Of what is printed, what writes and what asks: the rest sets on paper what these have asked for."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What says the same on either database is run on SQLite alone: what touches none, what is set on paper, and of a
    test with parameters all but its first, unless it says `each_database`, for they vary what the program decides.

    Nor are queries counted again at six rows and at six hundred, which take longest to lay down: how many there are is
    the program's doing. The pages themselves are asked for on both.
    """
    if ON_POSTGRES:
        run: list[pytest.Item] = []
        begun: set[str] = set()
        for item in items:
            fixtures = getattr(item, "fixturenames", ())
            test = item.nodeid.partition("[")[0]
            varied = test in begun and item.get_closest_marker("each_database") is None
            printed = item.path.parent == ON_PAPER and item.path.name not in ASKED_ALIKE
            if "shelf" in fixtures and "queries" not in fixtures and not varied and not printed:
                run.append(item)
                begun.add(test)
        config.hook.pytest_deselected(items=list({*items}.difference(run)))
        items[:] = run


gc.disable()  # while tests are collected: nearly all that is made stays


def pytest_collection_finish() -> None:
    """What is loaded by now stays to the end: no collection of garbage looks through it again."""
    gc.collect()
    gc.freeze()
    gc.enable()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    use_key(NEEDS_KEY.encode())
    share_compiled_statements()
    shelf = Shelf(tmp_path_factory.mktemp("databases"))
    yield shelf
    shelf.close()


@pytest.fixture
def database(shelf: Shelf) -> Iterator[Database]:
    """An empty, migrated database of this test's own."""
    yield from lent(shelf, None)


@pytest.fixture
def sample(shelf: Shelf) -> Iterator[Database]:
    """The sample cohort at its own dates of 2015 to 2018; see `in_the_sample` for the day to be in."""
    yield from lent(shelf, sample_cohort)


def lent(shelf: Shelf, filled: Callable[[Database], None] | None) -> Iterator[Database]:
    address = shelf.take(filled)
    database = Database(address)
    yield database
    database.dispose()
    shelf.drop(address)


def sample_cohort(database: Database) -> None:
    from seed.load import load_sample

    with time_machine.travel(IN_THE_SAMPLE, tick=True):
        load_sample(database, today=None, files=SAMPLE_FILES)


@pytest.fixture
def in_the_sample() -> Iterator[time_machine.Traveller]:
    """The day is 24 October 2017, three weeks before the sample's convening."""
    with time_machine.travel(IN_THE_SAMPLE, tick=True) as traveller:
        yield traveller


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        data_dir=tmp_path / "data",
        secret_key="the tests' own secret",
        needs_key=NEEDS_KEY,
        demo=True,
        log_level="ERROR",
    )


@pytest.fixture
def _one_shelf_of_prints(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Prints are set once for all tests that say so, and not anew for each: a print's name is what it is made of."""
    shelf = tmp_path_factory.getbasetemp() / "prints"
    shelf.mkdir(exist_ok=True)
    (settings.data_dir / "cache").mkdir(parents=True)
    (settings.data_dir / "cache" / "prints").symlink_to(shelf)


@pytest.fixture(scope="session")
def storage_server() -> Iterator[str]:
    """The address of a real server of S3's protocol."""
    with storage() as address:
        yield address


@pytest.fixture
def app(database: Database, settings: Settings) -> Iterator[FastAPI]:
    """The program on the empty database."""
    yield from _program(database, settings)


@pytest.fixture
def sample_app(sample: Database, settings: Settings, in_the_sample: object) -> Iterator[FastAPI]:
    """The program on the sample cohort, three weeks before its convening, with its pictures."""
    assert isinstance(SAMPLE_FILES.place, Path)
    shutil.copytree(SAMPLE_FILES.place, settings.data_dir / "files", copy_function=os.link)
    yield from _program(sample, settings)


def _program(database: Database, settings: Settings) -> Iterator[FastAPI]:
    address = database.url.render_as_string(hide_password=False)
    app = create_app(settings.model_copy(update={"database_url": address}))
    yield app
    app.state.jobs.close()
    app.state.database.dispose()


@pytest.fixture(scope="session")
def portal() -> Iterator[BlockingPortal]:
    with start_blocking_portal() as portal:
        yield portal


class Visitor:
    """A browser without eyes: asks the program for pages as one person does, redirects shown, not followed."""

    def __init__(
        self,
        app: FastAPI,
        portal: BlockingPortal,
        *,
        person_id: int | None = None,
        acting_for: int | None = None,
    ) -> None:
        transport = ASGITransport(app=app, raise_app_exceptions=True)
        self._portal = portal
        self.app = app
        self.person_id = person_id
        self.client = AsyncClient(transport=transport, base_url="http://127.0.0.1:8000")
        if person_id is not None:
            with app.state.database.write() as db:
                key = sign_in.begin(db, person_id, browser="tests", days=1, acting_for=acting_for)
            self.client.cookies.set(cookie_name(app.state.settings), key, domain="127.0.0.1")

    def get(self, path: str, **options: Any) -> Response:
        return self.send("GET", path, **options)

    def post(self, path: str, data: Any = None, **options: Any) -> Response:
        return self.send("POST", path, data=data, **options)

    def send(self, method: str, path: str, **options: Any) -> Response:
        async def ask() -> Response:
            return await self.client.request(method, path, **options)

        return self._portal.call(ask)

    def follow(self, path: str, data: Any = None) -> Response:
        """Post a form and look at the page that it leads to."""
        answer = self.post(path, data)
        assert answer.status_code == 303, f"{path} answered {answer.status_code}: {answer.text[:2000]}"
        return self.get(answer.headers["location"])


VisitorOf = Callable[..., Visitor]


@pytest.fixture
def visitor(app: FastAPI, portal: BlockingPortal) -> VisitorOf:
    """`visitor()` is anonymous, `visitor(person_id)` signed in, on the empty database's program."""
    return lambda person_id=None, acting_for=None: Visitor(app, portal, person_id=person_id, acting_for=acting_for)


@pytest.fixture
def sample_visitor(sample_app: FastAPI, portal: BlockingPortal) -> VisitorOf:
    """`sample_visitor("mayor")` is the sample cohort's first person of the kind; None is anonymous."""

    def of(kind: str | None = None) -> Visitor:
        if kind is None:
            return Visitor(sample_app, portal)
        with sample_app.state.database.read() as db:
            person = sign_in.sample_person(db, kind)
        assert person is not None, f"the sample cohort has no {kind}"
        return Visitor(sample_app, portal, person_id=person.key)

    return of


@pytest.fixture
def queries(request: pytest.FixtureRequest) -> Iterator[list[str]]:
    """The statements sent to any database while the test runs; clear it before what is counted (habit 14)."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield seen
    event.remove(Engine, "before_cursor_execute", note)
