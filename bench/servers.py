"""Starting the program and the yardstick as a user would, and asking them as fast as they answer."""

import os
import re
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

HOUSE = Path(__file__).resolve().parent.parent
ROUNDS = 5


@dataclass(frozen=True)
class Row:
    """Answers a second, medians over rounds, and the ratio of the two that we aim at."""

    what: str
    ours: float
    bare: float
    aim: float

    @property
    def ratio(self) -> float:
        return self.ours / self.bare


def free_port() -> int:
    """A port that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def running(command: list[str], port: int, path: str, **environment: str) -> Iterator[tuple[int, float]]:
    """The command as a process, once it answers at `path`; gives its number and the seconds until it answered."""
    began = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=HOUSE, env=os.environ | environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        while True:
            try:
                httpx.get(f"http://127.0.0.1:{port}{path}", timeout=60)
                break
            except httpx.TransportError:
                if process.poll() is not None:
                    raise RuntimeError(f"{command} stopped with exit code {process.returncode}") from None
                time.sleep(0.02)
        yield process.pid, time.perf_counter() - began
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def plenary(folder: Path, port: int) -> Iterator[tuple[int, float]]:
    """The program on the data of `folder`, one web process, as `bin/serve` starts it once all is installed."""
    command = [sys.executable, "-m", "app.cli", "serve", "--port", str(port), "--data-dir", str(folder)]
    with running(command, port, "/healthz") as started:
        yield started


@contextmanager
def yardstick(body: Path, kind: str, port: int) -> Iterator[None]:
    """The bare Starlette program, by uvicorn with the settings that `serve` gives it."""
    options = ["--factory", "--ws", "none", "--log-level", "warning", "--no-access-log", "--no-server-header"]
    command = [sys.executable, "-m", "uvicorn", "bench.yardstick:create_app", *options, "--port", str(port)]
    with running(command, port, "/whole", PLENARY_BENCH_BODY=str(body), PLENARY_BENCH_TYPE=kind):
        yield


def a_second(address: str, headers: dict[str, str], *, seconds: int = 3) -> float:
    """Answers a second that wrk gets over eight connections; raises where an answer was an error."""
    given = [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    said = subprocess.run(
        ["wrk", "-t1", "-c8", f"-d{seconds}s", *given, address], check=True, capture_output=True, text=True
    ).stdout
    if "Non-2xx or 3xx responses" in said or "Socket errors" in said:
        raise RuntimeError(f"{address} answered errors:\n{said}")
    found = re.search(r"Requests/sec:\s+([\d.]+)", said)
    assert found, said
    return float(found[1])


def compared(folder: Path, address: str, what: str, path: str, headers: dict[str, str], beside: str, aim: float) -> Row:
    """One page measured in turn with a bare server of the same bytes."""
    answer = httpx.get(address + path, headers=headers | {"Accept-Encoding": "identity"}, timeout=60)
    body = folder / "body"
    body.write_bytes(answer.content)
    port = free_port()
    ours, bare = [], []
    with yardstick(body, answer.headers.get("content-type", "text/plain"), port):
        for _ in range(ROUNDS):
            bare.append(a_second(f"http://127.0.0.1:{port}{beside}", headers))
            ours.append(a_second(address + path, headers))
    return Row(what, statistics.median(ours), statistics.median(bare), aim)


def memory_of(process: int) -> float:
    """What a process holds that no other does, in megabytes (proportional set size)."""
    rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
    found = re.search(r"^Pss:\s+(\d+) kB", rollup, re.MULTILINE)
    assert found
    return int(found[1]) / 1024


def peak_of(process: int) -> float:
    """The most that a process has held since it began, in megabytes: what it shares with others too (VmHWM)."""
    found = re.search(r"^VmHWM:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text(), re.MULTILINE)
    assert found
    return int(found[1]) / 1024


def children_of(process: int) -> list[int]:
    """The numbers of the processes that one has started (Linux)."""
    return [int(number) for number in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
