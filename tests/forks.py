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

HOUSE = Path(__file__).resolve().parent.parent
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["app.main", "app.cli.doctor", "app.cli.serving", "seed.load", "weasyprint", __name__])


def plenary(*words: str, environment: dict[str, str]) -> tuple[int, str, str]:
    """Runs a command to its end, within a minute: exit code, standard output, standard error.

    `environment` is all that it has.
    """
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        process = fork(_command, words, environment=environment, out=out, err=err)
        process.join(60)
        if process.exitcode is None:
            process.kill()
        process.join()
        code = process.exitcode or 0
        process.close()
        return code, out.read_text("utf-8"), err.read_text("utf-8")


def fork(
    work: Callable[..., None], words: tuple[str, ...], *, environment: dict[str, str], out: Path, err: Path
) -> ForkServerProcess:
    """A process that does a piece of work in the house's folder and says what it says into files."""
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


def _command(*words: str) -> None:
    from app.cli import main

    sys.argv = ["plenary", *words]
    main()
