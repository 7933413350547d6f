"""Runs a program of ours apart from the server, with little memory and time: it reads what a stranger made.

`run_apart` starts this very file as a program, which binds itself and then becomes the other one.
"""

import json
import runpy
import subprocess
import sys
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

MEMORY = 1500 << 20
CPU_SECONDS = 20
SECONDS = 40
LARGEST_FILE = 64 << 20
PATIENCE = 10.0
"""Seconds that one waits for a turn."""

TURNS = BoundedSemaphore(2)
"""At most two of them at once in this process, or what many hand in together would take all memory there is."""

CROWDED = "Other files are being read just now. Nothing is wrong with yours: try again in a minute."


class TooMuch(Exception):
    """The program did not come to its end within its bounds; what it read is to blame."""


class Crowded(Exception):
    """No turn came; what was to be read is not to blame."""


def program_of(name: str) -> str:
    """Where a program beside this one lies; not imported, for what it reads with would stay in the server's memory."""
    return str(Path(__file__).with_name(f"{name}.py"))


def run_apart(program: str, *words: str) -> dict[str, Any]:
    """What a program says as JSON; raises TooMuch, or Crowded where others are before it for too long."""
    if not TURNS.acquire(timeout=PATIENCE):
        raise Crowded
    try:
        return _run(program, *words)
    finally:
        TURNS.release()


def _run(program: str, *words: str) -> dict[str, Any]:
    command = [sys.executable, "-I", __file__, program, *words]
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=True)
        said: dict[str, Any] = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError, ValueError) as error:
        raise TooMuch from error
    return said


def bind() -> None:
    """No more than this process may take from now on, where the system knows limits."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, LARGEST_FILE))


if __name__ == "__main__":
    bind()
    sys.argv = sys.argv[1:]
    runpy.run_path(sys.argv[0], run_name="__main__")
