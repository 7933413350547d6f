"""`plenary` in a process of its own that starts at once: it is forked from one in which everything is loaded.

Loading is most of what a command costs, and what it loads is the same each time.
"""

import multiprocessing
import os
import sys
import tempfile
from collections.abc import Callable
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import uvicorn

HOUSE = Path(__file__).resolve().parent.parent
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(
    ["app.main", "app.cli.doctor", "app.cli.serving", "seed.load", "weasyprint", "tests.loaded", __name__]
)


def plenary(*words: str, environment: dict[str, str]) -> tuple[int, str, str]:
    """Runs a command to its end, which has to come before a test times out: exit code, standard output, standard error.

    `environment` is all that it has.
    """
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        process = fork(command, words, environment=environment, out=out, err=err)
        process.join(100)
        if process.is_alive():
            process.kill()
            process.join()
        code = process.exitcode
        assert code is not None
        process.close()
        return code, out.read_text("utf-8"), err.read_text("utf-8")


def environment(data: Path, **settings: str) -> dict[str, str]:
    """This process's environment with no setting but the data folder and these: `demo="1"` is PLENARY_DEMO. Quiet."""
    mine = {name: value for name, value in os.environ.items() if not name.startswith("PLENARY_")}
    said = {"data_dir": str(data), "log_level": "ERROR"} | settings
    return mine | {f"PLENARY_{name.upper()}": value for name, value in said.items()}


def fork(
    work: Callable[..., None], words: tuple[str, ...], *, environment: dict[str, str], out: Path, err: Path
) -> ForkServerProcess:
    """A process that does `work(*words)` in the house's folder; what it says is added to files."""
    process = FORKS.Process(target=_begin, args=(work, words, environment, out, err))
    process.start()
    return process


def _begin(
    work: Callable[..., None], words: tuple[str, ...], environment: dict[str, str], out: Path, err: Path
) -> None:
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(HOUSE)
    for path, number in ((out, 1), (err, 2)):
        with path.open("ab") as file:
            os.dup2(file.fileno(), number)
    work(*words)


def command(*words: str) -> None:
    """`plenary` with these words, as the whole work of a process."""
    from app.cli import main

    sys.argv = ["plenary", *words]
    main()


def serve(port: str) -> None:
    """The server alone on a port of this machine, as the whole work of a process."""
    uvicorn.run("app.cli.serving:program", factory=True, port=int(port), log_level="warning", access_log=False)
