"""`plenary serve` as a newcomer and as an operator meet it: real processes, a real port, real signals."""

import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests import forks
from tests.conftest import NEEDS_KEY, sample_cohort
from tests.shelf import Shelf

PLENARY = [sys.executable, "-m", "app.cli"]


class Served:
    """A running `plenary serve` on a free port, with what it has said so far."""

    def __init__(self, environment: dict[str, str], *options: str) -> None:
        self._saying = Path(environment["PLENARY_DATA_DIR"]).with_name("said.txt")
        with self._saying.open("w") as log:
            self.process = subprocess.Popen(
                [*PLENARY, "serve", "--port", "0", *options],
                cwd=forks.HOUSE,
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.address = self.wait_for(r"(?:Plenary:|Listening on) (http://\S+)")

    @property
    def said(self) -> str:
        return self._saying.read_text("utf-8")

    def wait_for(self, pattern: str) -> str:
        """The first group of a pattern in what is said, within a minute."""
        until = time.monotonic() + 60
        while time.monotonic() < until:
            if found := re.search(pattern, self.said):
                return found[1]
            assert self.process.poll() is None, self.said
            time.sleep(0.05)
        raise AssertionError(f"{pattern} was not said, but:\n{self.said}")

    def workers(self) -> list[int]:
        """The process numbers of the workers that this server started and that live."""
        listed = subprocess.run(
            ["ps", "-o", "pid=,stat=,args=", "--ppid", str(self.process.pid)],
            capture_output=True,
            text=True,
            check=False,
        )
        rows = (line.split(None, 2) for line in listed.stdout.splitlines())
        return [int(number) for number, state, what in rows if " worker " in what and not state.startswith("Z")]

    def end(self, number: signal.Signals) -> int:
        """Sends a signal to the server alone; its exit code."""
        self.process.send_signal(number)
        return self.process.wait(20)


def alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def soon(true: Callable[[], bool], seconds: float = 20) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if true():
            return True
        time.sleep(0.05)
    return False


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return forks.environment(tmp_path / "data")


@pytest.fixture
def with_sample(environment: dict[str, str], shelf: Shelf) -> Iterator[dict[str, str]]:
    """The environment with a database that holds the sample cohort."""
    address = shelf.take(sample_cohort)
    yield environment | {"PLENARY_DATABASE_URL": address, "PLENARY_NEEDS_KEY": NEEDS_KEY}
    shelf.drop(address)


@pytest.fixture
def with_empty(environment: dict[str, str], shelf: Shelf) -> Iterator[dict[str, str]]:
    """The environment with a migrated, empty database."""
    address = shelf.take()
    yield environment | {"PLENARY_DATABASE_URL": address}
    shelf.drop(address)


@contextmanager
def served(environment: dict[str, str], *options: str) -> Iterator[Served]:
    """The server for as long as the block lasts. What fails in the block fails with all that the server has said."""
    server = Served(environment, *options)
    try:
        yield server
    except Exception as error:
        error.add_note(f"The server (exit code {server.process.poll()}) has said:\n{server.said}")
        raise
    finally:
        if server.process.poll() is None:
            os.killpg(server.process.pid, signal.SIGKILL)
            server.process.wait()


def refused(environment: dict[str, str], *options: str) -> tuple[int, str]:
    """Exit code and what stands on standard error, of a start that does not come about."""
    code, _, complaint = forks.plenary("serve", *options, environment=environment)
    return code, complaint


def demo_sign_in(address: str) -> int:
    return httpx.post(f"{address}/demo/sign-in", data={"as": "organizer"}, timeout=60).status_code


def test_the_first_start_loads_the_sample_signs_in_by_demo_and_keeps_its_secrets_to_the_owner(
    with_empty: dict[str, str],
) -> None:
    with served(with_empty) as server:
        assert "Loading the sample cohort" in server.said
        assert httpx.get(f"{server.address}/healthz", timeout=30).status_code == 200
        assert demo_sign_in(server.address) == 303
        data = Path(with_empty["PLENARY_DATA_DIR"])
        assert stat.S_IMODE(data.stat().st_mode) == 0o700
        assert stat.S_IMODE((data / "secret.key").stat().st_mode) == 0o600
        secret = (data / "secret.key").read_bytes()
        assert server.end(signal.SIGTERM) == 0

    with served(with_empty, "--no-demo") as server:
        assert "Loading" not in server.said
        assert demo_sign_in(server.address) == 404
    assert (data / "secret.key").read_bytes() == secret


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_server_and_worker_without_a_word(with_sample: dict[str, str], number: signal.Signals) -> None:
    with served(with_sample) as server:
        assert httpx.get(f"{server.address}/healthz", timeout=30).status_code == 200
        assert soon(lambda: len(server.workers()) == 1)
        (worker,) = server.workers()
        said = server.said
        code = server.end(number)
        assert (code, server.said.replace(said, "")) == (0, "")
        assert not alive(worker)


def test_a_worker_that_dies_is_started_again_and_one_whose_server_dies_leaves(with_sample: dict[str, str]) -> None:
    with served(with_sample) as server:
        assert soon(lambda: len(server.workers()) == 1)
        (first,) = server.workers()
        os.kill(first, signal.SIGKILL)
        server.wait_for(r"(The worker stopped \(exit code -9\); starting it again in 1 s\.)")
        assert soon(lambda: server.workers() not in ([], [first]))
        (second,) = server.workers()
        server.process.kill()
        server.process.wait()
        assert soon(lambda: not alive(second))


def test_several_processes_serve_one_address(with_sample: dict[str, str]) -> None:
    with served(with_sample, "--workers", "2") as server:
        answers = [httpx.get(f"{server.address}/healthz", timeout=60).status_code for _ in range(4)]
        assert answers == [200] * 4
        assert server.end(signal.SIGTERM) == 0


def test_a_port_that_is_taken_is_a_sentence(environment: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        code, said = refused(environment, "--port", str(port))
    assert code == 1
    assert said == (
        f"Port {port} on 127.0.0.1 is taken (Address already in use). Stop what runs there, or choose another: "
        f"--port {port + 1}\n"
    )


def test_an_address_that_is_not_of_this_machine_is_a_sentence(environment: dict[str, str]) -> None:
    code, said = refused(environment | {"PLENARY_SECRET_KEY": "a key"}, "--host", "host.invalid")
    assert (code, said.split(" (")[0]) == (1, "“host.invalid” is not an address of this machine")


def test_a_public_host_without_a_secret_key_is_refused_with_the_way_to_make_one(environment: dict[str, str]) -> None:
    code, said = refused(environment, "--host", "0.0.0.0", "--port", "0")
    assert code == 2
    assert "PLENARY_SECRET_KEY is not set" in said
    assert "secrets.token_urlsafe" in said
    assert not list(Path(environment["PLENARY_DATA_DIR"]).glob("*.db"))


def test_a_public_host_has_no_demo_sign_in_and_no_sample_even_when_asked(with_empty: dict[str, str]) -> None:
    public = with_empty | {"PLENARY_SECRET_KEY": "a key of this test", "PLENARY_DEMO": "1"}
    with served(public, "--host", "0.0.0.0", "--demo") as server:
        server.wait_for(r"(Demo sign-in stays off: 0\.0\.0\.0 is not a loopback address\.)")
        assert "Loading" not in server.said
        assert demo_sign_in(server.address.replace("0.0.0.0", "127.0.0.1")) == 404


def test_the_sample_behind_a_public_address_has_no_demo_sign_in(with_sample: dict[str, str]) -> None:
    """A web server in front reaches the program by a loopback address too: PLENARY_BASE_URL says that others come."""
    with served(with_sample | {"PLENARY_BASE_URL": "https://plenary.example"}) as server:
        assert "Plenary: https://plenary.example\n" in server.said
        assert demo_sign_in(server.address) == 404


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("PLENARY_PORT", "eighty", "PLENARY_PORT: Input should be a valid integer"),
        ("PLENARY_DATA_DIR", "/proc/nowhere", "The data folder /proc/nowhere cannot be made"),
        ("PLENARY_DATABASE_URL", "sqlite:////proc/nowhere/plenary.db", "The database sqlite:////proc/nowhere/"),
    ],
)
def test_a_setting_that_cannot_be_is_named(environment: dict[str, str], name: str, value: str, sentence: str) -> None:
    code, said = refused(environment | {name: value})
    assert (code, said[: len(sentence)]) == (2, sentence)
    assert "Traceback" not in said
