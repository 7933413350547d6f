"""Prints that are kept: what is set from the same words on the same paper is the same file.

The name of a print is a hash of everything it is made from. So viewers who may see the same share one, and nothing
has to be thrown away when something changes: it has another name then.
"""

import os
from collections.abc import Callable
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from tempfile import NamedTemporaryFile
from threading import Lock

MOST_FILES = 300

_printing = Lock()
"""Ten people who ask for the same print at once wait for one to be made, and do not make ten."""


def name_of(html: str, sheet: str, paper: str) -> str:
    """The name under which a print is kept; its words, its style sheet, its paper and the press are in it."""
    digest = blake2b(digest_size=16)
    for part in (html, sheet, paper, version("weasyprint")):
        digest.update(part.encode())
        digest.update(b"\0")
    return digest.hexdigest()


def take(folder: Path, name: str, make: Callable[[], bytes]) -> bytes:
    """The print of that name, from the shelf, or made now and put there."""
    found = find(folder, name)
    if found is not None:
        return found
    with _printing:
        found = find(folder, name)
        if found is None:
            found = make()
            keep(folder, name, found)
    return found


def find(folder: Path, name: str) -> bytes | None:
    """The print of that name, or None; what is asked for stays longest."""
    path = folder / f"{name}.pdf"
    try:
        found = path.read_bytes()
        os.utime(path)
    except FileNotFoundError:
        return None
    return found


def keep(folder: Path, name: str, pdf: bytes) -> None:
    """Put a print on the shelf, whole or not at all; beyond 300 the one not asked for longest goes."""
    folder.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=folder, suffix=".part", delete=False) as part:
        part.write(pdf)
    Path(part.name).replace(folder / f"{name}.pdf")
    prints = sorted(folder.glob("*.pdf"), key=_last_asked_for)
    for old in prints[: max(0, len(prints) - MOST_FILES)]:
        old.unlink(missing_ok=True)


def _last_asked_for(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:  # another process tidied it away
        return 0.0
