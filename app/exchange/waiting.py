"""Uploaded files that wait between the preview and the word "do it": in the data folder, under random names.

Nothing of what was read is kept, only the bytes as they came; they are read again, and looked at again, when they
are taken. Whoever finds the folder finds no file's own name and no path of anybody's making in it.
"""

import hashlib
import json
import os
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from app import clock

FOLDER = "waiting"
STAYS = timedelta(hours=2)
TOKEN = re.compile(r"[A-Za-z0-9_-]{32}")


@dataclass(frozen=True, slots=True)
class Upload:
    """A waiting file: its bytes, and what it was called where it came from."""

    token: str
    name: str
    content: bytes


class WaitingRoom:
    """The uploads of one data folder. `whose` binds an upload to a person and a purpose: to nobody else is it there."""

    def __init__(self, data_dir: Path) -> None:
        self.folder = data_dir / FOLDER

    def put(self, content: bytes, *, name: str, whose: str) -> str:
        """Keep a file for two hours; returns the random token under which it is found again."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._sweep()
        token = secrets.token_urlsafe(24)
        until = clock.now() + STAYS
        slip = {
            "name": name[:200],
            "whose": whose,
            "until": until.isoformat(),
            "sha256": hashlib.sha256(content).hexdigest(),
        }
        _write(self.folder / f"{token}.file", content)
        _write(self.folder / f"{token}.slip", json.dumps(slip).encode())
        return token

    def find(self, token: str, *, whose: str) -> Upload | None:
        """The file of that token; None for one that is another's, is gone, has waited too long or was altered."""
        if not TOKEN.fullmatch(token):
            return None
        try:
            slip = json.loads((self.folder / f"{token}.slip").read_bytes())
            content = (self.folder / f"{token}.file").read_bytes()
        except FileNotFoundError:
            return None
        if slip["whose"] != whose or datetime.fromisoformat(slip["until"]) < clock.now():
            return None
        if slip["sha256"] != hashlib.sha256(content).hexdigest():
            return None
        return Upload(token, slip["name"], content)

    def drop(self, token: str) -> None:
        """Let a file go that was taken."""
        if TOKEN.fullmatch(token):
            for ending in ("file", "slip"):
                (self.folder / f"{token}.{ending}").unlink(missing_ok=True)

    def _sweep(self) -> None:
        """Let go what nobody took in time."""
        oldest = (clock.now() - STAYS).timestamp()
        for file in self.folder.iterdir():
            if file.stat().st_mtime < oldest:
                file.unlink(missing_ok=True)


def _write(path: Path, content: bytes) -> None:
    """A new file that only its owner may read."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
