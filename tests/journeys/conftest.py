"""Whole stories in a real browser, on the program's two processes, server and worker, with the sample cohort.

Run apart from the other tests (bin/test does): Playwright leaves an event loop behind it.
"""

import shutil
import socket
import sys
import time
from collections.abc import Callable, Iterator
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.forks import command, environment, fork, plenary, serve

CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser"]
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
MEANT = (
    "the server responded with a status of 4",
    "ERR_INTERNET_DISCONNECTED",
    "ERR_CONNECTION_RESET",
    "ERR_CONNECTION_CLOSED",
    "ERR_SOCKET_NOT_CONNECTED",
    "net::ERR_FAILED",
    "ERR_EMPTY_RESPONSE",
    "Failed to fetch",
    'not "text/event-stream"',
)
"""Chromium notes each 4xx page, a lost network and a stream that is closed to one as errors; a journey that meets them
means to."""

DESK = (1280, 900)
PHONE = (390, 844)


class Program:
    """The running program: its address, and its data folder."""

    def __init__(self, address: str, folder: Path) -> None:
        self.address = address
        self.folder = folder


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the sample cohort, to be copied."""
    folder = tmp_path_factory.mktemp("seeded") / "data"
    assert plenary("seed", environment=environment(folder))[0] == 0
    return folder


@pytest.fixture
def program(seeded: Path, tmp_path: Path) -> Iterator[Program]:
    """The program on a copy of the sample of this test's own; what it logs is shown when the test fails."""
    folder, log = tmp_path / "data", tmp_path / "log"
    shutil.copytree(seeded, folder)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = environment(folder, port=str(port), demo="1", log_level="WARNING")
    server = fork(serve, (str(port),), environment=settings, out=log, err=log)
    worker = fork(command, ("worker",), environment=settings, out=log, err=log)
    try:
        wait_for(port, server)
        yield Program(f"http://127.0.0.1:{port}", folder)
    finally:
        for process in (server, worker):
            process.kill()
            process.join()
            process.close()
        sys.stdout.write(log.read_text())


def wait_for(port: int, server: ForkServerProcess) -> None:
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            assert server.is_alive(), "the program stopped before it answered"
            time.sleep(0.05)
        else:
            return
    raise AssertionError("the program did not answer within half a minute")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    expect.set_options(timeout=15_000)  # a busy machine answers late; what never comes still fails
    path = next((path for path in CHROMIUM if Path(path).exists()), None)
    assert path, "Chromium is not installed; bin/test installs it"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield browser
        browser.close()


Opens = Callable[..., Page]


@pytest.fixture
def opens(chromium: Browser, program: Program) -> Iterator[Opens]:
    """`opens("mayor", PHONE)`: a browser of that size in which a person of the kind is signed in, at the front page.

    None signs nobody in. A script error or a refused script, style or picture in any of them fails the test.
    """
    contexts, trouble = [], []

    def open_one(kind: str | None = None, size: tuple[int, int] = DESK, **options: object) -> Page:
        context = chromium.new_context(
            base_url=program.address,
            viewport={"width": size[0], "height": size[1]},
            **({"has_touch": size == PHONE} | options),  # type: ignore[arg-type]
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on("console", lambda said: trouble.append(said.text) if said.type == "error" else None)
        if kind:
            answer = context.request.post("/demo/sign-in", form={"as": kind})
            assert answer.ok, answer.status_text
        page.goto("/")
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert [text for text in trouble if not any(meant in text for meant in MEANT)] == []
