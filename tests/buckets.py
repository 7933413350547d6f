"""A real server of S3's protocol on this machine, as a process of its own, for tests of what is kept in buckets."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import httpx

from app.files.store import Bucket

SECRET = "a-secret-that-is-nowhere-to-be-read"
KEY = "AKIAKEYOFTHETESTS"


@contextmanager
def storage() -> Iterator[str]:
    """The server; gives its address, without a slash at the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        while True:
            try:
                httpx.get(f"{address}/moto-api/", timeout=30)
                break
            except httpx.TransportError:
                assert process.poll() is None, "the storage stopped"
                time.sleep(0.05)
        yield address
    finally:
        process.kill()
        process.wait()


def bucket_at(address: str) -> Bucket:
    """A new, empty bucket there."""
    name = f"plenary-{uuid4().hex[:12]}"
    httpx.put(f"{address}/{name}", timeout=30).raise_for_status()
    return Bucket(name, "kept/here", endpoint=address, key=KEY, secret=SECRET)


def settings_of(bucket: Bucket) -> dict[str, str]:
    """What settings say of a bucket, without the prefix of their names."""
    assert bucket.endpoint
    return {
        "files_url": str(bucket),
        "files_endpoint": bucket.endpoint,
        "files_key": bucket.key or "",
        "files_secret": bucket.secret or "",
    }
