"""`plenary serve` and `plenary worker`: the processes, from the first start to a clean stop."""

import gc
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE, Popen, TimeoutExpired
from typing import TYPE_CHECKING

import uvicorn
from uvicorn.supervisors import Multiprocess
from uvicorn.supervisors.statreload import StatReload

from app.settings import Settings

if TYPE_CHECKING:
    from fastapi import FastAPI

HOUSE = Path(__file__).resolve().parent.parent.parent
WORKER = [sys.executable, "-m", "app.cli", "worker", "--with-server"]
SECONDS_TO_STOP = 10
LONGEST_PAUSE = 60


@contextmanager
def loading() -> Iterator[None]:
    """Code is loaded without the collector of garbage, and never looked through by it again.

    It makes hundreds of thousands of objects that all stay: searching them over and over is a fifth of a start.
    """
    gc.disable()
    yield
    gc.freeze()
    gc.enable()


def program() -> "FastAPI":
    """The application, as uvicorn asks for it."""
    with loading():
        from app.main import create_app

        return create_app()


class CannotStart(Exception):
    """The server cannot start; the message says why and what to do."""


def listen(host: str, port: int) -> socket.socket:
    """A listening socket: whoever connects from now on is answered as soon as the program is up.

    Port 0 takes a free one. Raises CannotStart for a port that is taken or an address that is not this machine's.
    """
    try:
        found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = min(found, key=lambda each: each[0] != socket.AF_INET)
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise CannotStart(f"“{host}” is not an address of this machine ({error.strerror}).") from error
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
        listener.listen(2048)
    except OSError as error:
        listener.close()
        if isinstance(error, PermissionError):
            raise CannotStart(f"Port {port} is kept for root. Choose one above 1023: --port 8000") from error
        raise CannotStart(
            f"Port {port} on {host} is taken ({error.strerror}). Stop what runs there, or choose another: "
            f"--port {port + 1}"
        ) from error
    return listener


def run(listener: socket.socket, *, workers: int, reload: bool) -> None:
    """Serves on the socket beside a worker of its own, until SIGTERM or Ctrl-C; both have then stopped.

    Settings come from the environment, which all processes share. Raises SystemExit when the program fails.
    """
    config = uvicorn.Config(
        "app.cli.serving:program",
        factory=True,
        workers=workers,
        reload=reload,
        reload_dirs=[str(HOUSE / "app"), str(HOUSE / "seed")] if reload else None,
        ws="none",
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=3,  # a page that listens for changes would keep the server up for ever
    )
    server = uvicorn.Server(config)
    # uvicorn stops on SIGTERM by itself and then sends it again: that is the end, and a good one.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        with worker_kept_running() as worker:
            if reload:
                _Reloading(config, server, listener, worker).run()
            elif workers > 1:
                Multiprocess(config, sockets=[listener]).run()
            else:
                server.run(sockets=[listener])
                if not server.started:
                    sys.exit(1)
    except KeyboardInterrupt:
        pass


class _Reloading(StatReload):
    """Starts the worker anew too when code has changed."""

    def __init__(self, config: uvicorn.Config, server: uvicorn.Server, listener: socket.socket, worker: "Keeper"):
        super().__init__(config, target=server.run, sockets=[listener])
        self.worker = worker

    def restart(self) -> None:
        self.worker.restart()
        super().restart()


class Keeper:
    """Keeps one worker process running: starts it again, after a pause that grows, when it dies."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._restarting = threading.Event()
        self._turn = threading.Lock()  # a worker is started or all is stopped, never both at once
        self._process = self._start()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    @staticmethod
    def _start() -> "Popen[bytes]":
        # A group of its own: Ctrl-C reaches the server alone, which then stops the worker in good order. The
        # worker reads the pipe's end as the server's, however that came about.
        return Popen(WORKER, stdin=PIPE, start_new_session=True)

    def _watch(self) -> None:
        pause = 1
        while True:
            began = time.monotonic()
            code = self._process.wait()
            if time.monotonic() - began > LONGEST_PAUSE:
                pause = 1
            if self._restarting.is_set():
                self._restarting.clear()
            elif not self._stopping.is_set():
                print(f"The worker stopped (exit code {code}); starting it again in {pause} s.", file=sys.stderr)
                self._stopping.wait(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
            with self._turn:
                if self._stopping.is_set():
                    return
                self._process = self._start()

    def restart(self) -> None:
        """Has the worker finish what it does, and another take its place."""
        self._restarting.set()
        self._process.terminate()

    def stop(self) -> None:
        """Has the worker finish what it does; returns when it is gone."""
        with self._turn:
            self._stopping.set()
            self._process.terminate()
        try:
            self._process.wait(SECONDS_TO_STOP)
        except TimeoutExpired:
            self._process.kill()
        self._thread.join()


@contextmanager
def worker_kept_running() -> Iterator[Keeper]:
    """A worker process for as long as the block lasts."""
    keeper = Keeper()
    try:
        yield keeper
    finally:
        keeper.stop()


def work(settings: Settings, *, with_server: bool) -> None:
    """Runs the jobs until SIGTERM, finishing what is under way; `with_server`, also until standard input ends."""
    if with_server:
        threading.Thread(target=_stop_with_the_server, daemon=True).start()
    with loading():
        from app import logs
        from app.database import Database
        from app.jobs import Jobs
        from app.mailing.reply_mailbox import listening
        from app.models.sealed import use_key
        from app.schema import migrate

    logs.set_up(settings)
    use_key(settings.private_needs_key)
    database = Database(settings.database)
    migrate(database)
    jobs = Jobs(settings, database)
    consumer = jobs.huey.create_consumer(
        workers=2,  # a letter does not wait for a book to be set
        max_delay=1.0,  # seconds a letter may wait to be seen
        graceful_signal="TERM",
        shutdown_timeout=SECONDS_TO_STOP - 2,
    )
    with listening(database, settings):
        consumer.run()
    database.dispose()


def _stop_with_the_server() -> None:
    while os.read(sys.stdin.fileno(), 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
