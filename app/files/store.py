"""Where files lie: under the digest of their bytes, whole or not at all, and never written over."""

import os
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

import obstore
from obstore.store import LocalStore

from app.files.kinds import A_PIECE, Arrival


class Files:
    """The folder of what was handed in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @cached_property
    def _store(self) -> LocalStore:
        return LocalStore(self.folder, mkdir=True)

    def keep(self, arrival: Arrival) -> None:
        """Put a file into the folder, whole or not at all, and for good once this returns; one that is there
        already stays as it is."""
        place = _place(arrival.digest)
        if self._size(place) == arrival.size:
            return
        arrival.file.seek(0)
        obstore.put(self._store, place, arrival.file)
        path = self.folder / place
        for written in (path, path.parent):  # the row that names it is committed after this, and outlives a power cut
            handle = os.open(written, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)

    def pieces(self, digest: str) -> Iterator[bytes]:
        """A file, a megabyte at a time; raises FileNotFoundError at once for one that is not there."""
        found = obstore.get(self._store, _place(digest))
        return (bytes(piece) for piece in found.stream(min_chunk_size=A_PIECE))

    def _size(self, place: str) -> int | None:
        try:
            return obstore.head(self._store, place)["size"]
        except FileNotFoundError:
            return None


def _place(digest: str) -> str:
    assert len(digest) == 64, "files are named by their SHA-256"
    assert digest.isalnum(), "files are named by their SHA-256"
    return f"{digest[:2]}/{digest}"
