"""Where files lie: under the digest of their bytes, whole or not at all, and never written over.

In a folder of this machine, or in a bucket of S3-compatible storage; this is the one room that knows which.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property, lru_cache
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

import obstore
import structlog
from obstore.exceptions import BaseError
from obstore.store import LocalStore, S3Store

from app.files.kinds import Arrival
from app.settings import Settings

A_RANGE = 4 << 20
"""Bytes that are asked for at a time: each has its own time, so that a slow reader is not cut off."""

REMEMBERED = 60
"""Seconds for which a process knows what it has put: the transaction that names it asks again, and waits for nobody."""

LOOKED_AT_EVERY = 30
"""Seconds for which the answer to "is it well" holds: whoever watches the program does not watch the storage."""

_AT_ONCE = 4

log = structlog.get_logger("plenary.files")


class OutOfReach(Exception):
    """The storage takes or gives no files at this moment; the message is a sentence for people, the log says why."""

    def __init__(self) -> None:
        super().__init__("The place where files are kept does not answer at this moment.")


@dataclass(frozen=True, slots=True)
class Bucket:
    """A place in S3-compatible storage. Without a key the machine's own is asked for (AWS_*, or its role)."""

    name: str
    prefix: str = ""
    endpoint: str | None = None
    region: str = "us-east-1"
    key: str | None = field(default=None, repr=False)
    secret: str | None = field(default=None, repr=False)

    def __str__(self) -> str:
        return f"s3://{self.name}/{self.prefix}".rstrip("/")

    def open(self) -> S3Store:
        """Nothing is asked yet. A storage that hangs is given up in time: people wait for it."""
        return S3Store(
            self.name,
            prefix=self.prefix or None,
            endpoint=self.endpoint,
            region=self.region,
            access_key_id=self.key,
            secret_access_key=self.secret,
            client_options={
                "allow_http": bool(self.endpoint and self.endpoint.startswith("http://")),
                "connect_timeout": timedelta(seconds=3),
                "timeout": timedelta(seconds=30),
            },
            retry_config={
                "max_retries": 2,
                "retry_timeout": timedelta(seconds=10),
                "backoff": {"init_backoff": timedelta(milliseconds=100), "base": 2},
            },
        )


class Files:
    """What was handed in."""

    def __init__(self, place: Path | Bucket) -> None:
        self.place = place
        self._put: dict[str, float] = {}
        self._looked_at: tuple[float, str] | None = None

    @cached_property
    def _store(self) -> LocalStore | S3Store:
        return self.place.open() if isinstance(self.place, Bucket) else LocalStore(self.place, mkdir=True)

    def keep(self, arrival: Arrival) -> None:
        """Put a file where files are kept, for good once this returns; one that is there already stays as it is.

        Raises OutOfReach, and then nothing of it is there. In a bucket that takes its time: do it before a
        transaction begins, and it takes none in there.
        """
        self.put(arrival.digest, arrival.file, arrival.size)

    def put(self, digest: str, file: BinaryIO, size: int) -> None:
        """The same of any open file whose digest and size in bytes are known."""
        now = time.monotonic()
        if isinstance(self.place, Bucket) and now - self._put.get(digest, -REMEMBERED) < REMEMBERED:
            return
        if self.size_of(digest) != size:
            try:
                self._send(digest, file)
            except OutOfReach:  # some storages refuse one of two who put the same at once
                if isinstance(self.place, Path) or self.size_of(digest) != size:
                    raise
        self._put = {one: at for one, at in list(self._put.items()) if now - at < REMEMBERED} | {digest: now}

    def _send(self, digest: str, file: BinaryIO) -> None:
        file.seek(0)
        with self._within_reach("put"):
            obstore.put(self._store, _name_of(digest), file, max_concurrency=_AT_ONCE)
            if isinstance(self.place, Path):
                _for_good(self.place / _name_of(digest))

    def pieces(self, digest: str) -> Iterator[bytes]:
        """A file, some megabytes at a time; raises FileNotFoundError at once for one that is not there, and OutOfReach
        at once or on the way."""
        with self._within_reach("get"):
            found = obstore.get(self._store, _name_of(digest), options={"range": (0, A_RANGE)})
            size = found.meta["size"]
            first = bytes(found.bytes())
        return self._from(digest, first, size)

    def _from(self, digest: str, first: bytes, size: int) -> Iterator[bytes]:
        yield first
        for start in range(A_RANGE, size, A_RANGE):
            with self._within_reach("get"):
                piece = bytes(
                    obstore.get_range(self._store, _name_of(digest), start=start, end=min(start + A_RANGE, size))
                )
            yield piece

    def throw_away(self, digest: str) -> None:
        """Have a file no more: for what somebody asks to be gone. One that is not there is gone; raises OutOfReach."""
        self._put.pop(digest, None)
        try:
            with self._within_reach("delete"):
                obstore.delete(self._store, _name_of(digest))
        except FileNotFoundError:
            return

    def size_of(self, digest: str) -> int | None:
        """Bytes of a file, None where it is not there; raises OutOfReach."""
        try:
            with self._within_reach("head"):
                return obstore.head(self._store, _name_of(digest))["size"]
        except FileNotFoundError:
            return None

    def digests(self) -> Iterator[str]:
        """Of all that is there, in no order; what else lies in that place is passed over."""
        with self._within_reach("list"):
            for some in obstore.list(self._store):
                for one in some:
                    name = one["path"].rpartition("/")[2]
                    if len(name) == 64 and one["path"] == _name_of(name):
                        yield name

    def trouble(self) -> str:
        """What is wrong with the place, "" while it is well. A bucket is asked, at most twice a minute."""
        if self._looked_at is None or time.monotonic() - self._looked_at[0] > LOOKED_AT_EVERY:
            self._looked_at = (time.monotonic(), self._look())
        return self._looked_at[1]

    def _look(self) -> str:
        if isinstance(self.place, Path):
            there = self.place if self.place.exists() else self.place.parent
            return "" if os.access(there, os.W_OK | os.X_OK) else "The folder cannot be written to."
        try:
            with self._within_reach("list"):
                for _some in obstore.list(self._store, prefix="00"):
                    break
        except OutOfReach:
            return "The bucket does not answer; the log says why."
        return ""

    @contextmanager
    def _within_reach(self, doing: str) -> Iterator[None]:
        try:
            yield
        except (BaseError, OSError) as error:
            if isinstance(error, FileNotFoundError) and doing in ("get", "head"):
                raise
            log.error("files are out of reach", doing=doing, place=str(self.place), why=self._said(error))
            raise OutOfReach from None  # what it came from may say more than pages and logs should

    def _said(self, error: Exception) -> str:
        said = " ".join(str(error).split())
        for secret in (self.place.secret, self.place.key) if isinstance(self.place, Bucket) else ():
            said = said.replace(secret, "…") if secret else said
        return said[:600]


@lru_cache(maxsize=16)
def files_of(settings: Settings) -> Files:
    """Where this program's files are, opened once a process: connections to a bucket are kept."""
    return Files(bucket_of(settings) or folder_of(settings))


def folder_of(settings: Settings) -> Path:
    """Where files lie unless a bucket is set."""
    return settings.data_dir / "files"


def bucket_of(settings: Settings) -> Bucket | None:
    """The bucket that is set, if one is."""
    if settings.files_url is None:
        return None
    said = urlsplit(settings.files_url)
    secret = settings.files_secret.get_secret_value() if settings.files_secret else None
    return Bucket(
        said.netloc, said.path.strip("/"), settings.files_endpoint, settings.files_region, settings.files_key, secret
    )


def _for_good(path: Path) -> None:
    """The row that names a file is committed after this, and outlives a power cut."""
    for written in (path, path.parent):
        handle = os.open(written, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _name_of(digest: str) -> str:
    assert len(digest) == 64, "files are named by their SHA-256"
    assert digest.isalnum(), "files are named by their SHA-256"
    return f"{digest[:2]}/{digest}"
