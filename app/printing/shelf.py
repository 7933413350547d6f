"""Shelves: what was made is kept under a name, and the least asked for goes when a shelf is full.

The name of a print is a hash of everything it is made from. So viewers who may see the same share one, and nothing
has to be thrown away when something changes: it has another name then.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from tempfile import NamedTemporaryFile
from threading import Lock
from typing import IO

_printing = Lock()
"""Ten people who ask for the same print at once wait for one to be made, and do not make ten."""


def name_of(html: str, sheet: str, paper: str) -> str:
    """The name under which a print is kept; its words, its style sheet, its paper and the press are in it."""
    digest = blake2b(digest_size=16)
    for part in (html, sheet, paper, _press()):
        digest.update(part.encode())
        digest.update(b"\0")
    return digest.hexdigest()


@lru_cache(maxsize=1)
def _press() -> str:
    """What the press is made of: WeasyPrint, what we do beside it, and our fonts."""
    digest = blake2b(version("weasyprint").encode(), digest_size=16)
    here, static = Path(__file__).parent, Path(__file__).parent.parent / "static"
    ours = [here / name for name in ("press.py", "joining.py", "tagging.py", "folding.py")]
    for part in (*ours, static / "vendor" / "fonts-print.css", static / "css" / "paper-fonts.css"):
        digest.update(part.read_bytes())
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Shelf:
    """A folder below the cache (`cache` in all that follows), for files of one ending, so many at most."""

    folder: str
    ending: str
    most: int

    def place(self, cache: Path, name: str) -> Path:
        """Where a file of that name is, or would be."""
        return cache / self.folder / f"{name}{self.ending}"

    def take(self, cache: Path, name: str, make: Callable[[], bytes]) -> bytes:
        """The file of that name, from the shelf, or made now and put there."""
        found = self.find(cache, name)
        if found is not None:
            return found
        with _printing:
            found = self.find(cache, name)
            if found is None:
                found = made = make()
                self.keep(cache, name, lambda out: out.write(made))
        return found

    def find(self, cache: Path, name: str) -> bytes | None:
        """The file of that name, or None; what is asked for stays longest."""
        path = self.place(cache, name)
        try:
            found = path.read_bytes()
            os.utime(path)
        except FileNotFoundError:
            return None
        return found

    def keep(self, cache: Path, name: str, write: Callable[[IO[bytes]], object]) -> None:
        """Put a file on the shelf, whole or not at all; beyond the most the one not asked for longest goes."""
        folder = cache / self.folder
        folder.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=folder, suffix=".part", delete=False) as part:
            try:
                write(part.file)
            except BaseException:
                Path(part.name).unlink()
                raise
        Path(part.name).replace(self.place(cache, name))
        files = sorted(folder.glob(f"*{self.ending}"), key=_last_asked_for)
        for old in files[: max(0, len(files) - self.most)]:
            old.unlink(missing_ok=True)


PRINTS = Shelf("prints", ".pdf", 300)


def _last_asked_for(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:  # another process tidied it away
        return 0.0
