"""Files that people hand in: known by what is in them, never by their names, and kept under the digest of it.

The same bytes are one file, whoever hands them in and however often, and nothing is ever written over.
"""

import os
import struct
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

import obstore
from obstore.store import LocalStore

A_PIECE = 1 << 20
"""Bytes that are read and sent at a time."""

LONGEST_NAME = 200
MOST_MEMBERS = 20_000
LARGEST_DIRECTORY = 8 << 20
"""Bounds of a packed file's own list of contents: it is read whole, the contents never."""


class Unacceptable(Exception):
    """A file that is not taken; the message is a sentence that says why and what is."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file that is taken: how its name ends, its media type (RFC 6838), and what people call it."""

    suffix: str
    media_type: str
    said: str


PDF = Kind(".pdf", "application/pdf", "PDF")
PPTX = Kind(".pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation", "PowerPoint")
DOCX = Kind(".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "Word")
XLSX = Kind(".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "Excel")
ODP = Kind(".odp", "application/vnd.oasis.opendocument.presentation", "OpenDocument slides")
ODT = Kind(".odt", "application/vnd.oasis.opendocument.text", "OpenDocument text")
ODS = Kind(".ods", "application/vnd.oasis.opendocument.spreadsheet", "OpenDocument table")
KEY = Kind(".key", "application/vnd.apple.keynote", "Keynote")
PNG = Kind(".png", "image/png", "PNG picture")
JPEG = Kind(".jpg", "image/jpeg", "JPEG picture")
WEBP = Kind(".webp", "image/webp", "WebP picture")

TAKEN = "PDF, PowerPoint (.pptx), Keynote (.key), OpenDocument, Word (.docx), Excel (.xlsx) and pictures"
SUFFIXES = ".pdf,.pptx,.key,.odp,.odt,.ods,.docx,.xlsx,.png,.jpg,.jpeg,.webp"
"""What is taken, for people and for the `accept` of a field."""

_OFFICE = {"ppt/presentation.xml": PPTX, "word/document.xml": DOCX, "xl/workbook.xml": XLSX}
_OPEN_DOCUMENT = {kind.media_type: kind for kind in (ODP, ODT, ODS)}


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file that has been looked at and may be taken. `file` is open, and closed by whoever opened it."""

    file: BinaryIO
    name: str
    kind: Kind
    size: int
    digest: str


def examine(file: BinaryIO, name: str, *, megabytes: int) -> Arrival:
    """Look at an upload, piece by piece, up to so many megabytes; raises Unacceptable."""
    digest, size = sha256(), 0
    file.seek(0)
    while piece := file.read(A_PIECE):
        size += len(piece)
        if size > megabytes << 20:
            raise Unacceptable(
                f"This file is larger than {megabytes} MB. Make its pictures smaller, or save it as PDF, and try again."
            )
        digest.update(piece)
    if size == 0:
        raise Unacceptable("This file is empty. Choose it again.")
    kind = kind_of(file)
    return Arrival(file, name_for(name, kind), kind, size, digest.hexdigest())


def kind_of(file: BinaryIO) -> Kind:
    """The kind of a file by its content; raises Unacceptable for one that is not taken."""
    file.seek(0)
    head = file.read(200).ljust(30, b"\0")
    for start, kind in ((b"%PDF-", PDF), (b"\x89PNG\r\n\x1a\n", PNG), (b"\xff\xd8\xff", JPEG)):
        if head.startswith(start):
            return kind
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return WEBP
    if head.startswith(b"PK\x03\x04"):
        return _packed(file, head)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unacceptable(
            "This file is locked with a password, or of an old kind (.ppt, .doc). Save it as .pptx or PDF, without one."
        )
    raise Unacceptable(f"This is not a file that is taken here. Taken are {TAKEN}.")


def name_for(name: str, kind: Kind) -> str:
    """A file's name that is safe to show and to save under: one line, no folders, nothing unseen (control and
    direction characters), ending as files of its kind do, and no longer than 200 characters."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    seen = "".join(letter if unicodedata.category(letter)[0] != "C" else " " for letter in last)
    seen = " ".join("".join("-" if letter in '<>:"|?*' else letter for letter in seen).split())
    stem, _, ending = seen.rpartition(".")
    if ending and not (ending.isalnum() and ending[0].isalpha() and len(ending) <= 8 and ending != seen):
        stem = seen
    return f"{stem[: LONGEST_NAME - len(kind.suffix)].strip('. ') or 'slides'}{kind.suffix}"


def disposition(name: str) -> str:
    """Content-Disposition to save a file under its name (RFC 6266, with an ASCII name for old browsers)."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = "".join(letter for letter in plain if letter not in '"\\%;') or "file"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


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


def _packed(file: BinaryIO, head: bytes) -> Kind:
    """The kind of a packed file: by its first member (OpenDocument 1.3, part 2, 3.3), else by its list of members."""
    named, extra = struct.unpack_from("<HH", head, 26)
    if head[30 : 30 + named] == b"mimetype":
        length = struct.unpack_from("<I", head, 22)[0]
        begins = 30 + named + extra
        kind = _OPEN_DOCUMENT.get(head[begins : begins + length].decode("latin-1"))
        if kind:
            return kind
    members = _members(file)
    if any(member.lower().endswith("vbaproject.bin") for member in members):
        raise Unacceptable("This file holds macros, which are programs. Save it without them (.pptx, .docx) or as PDF.")
    if "[Content_Types].xml" in members:
        for member, kind in _OFFICE.items():
            if member in members:
                return kind
    if "Index/Document.iwa" in members and any(member.startswith("Index/Slide") for member in members):
        return KEY
    raise Unacceptable(f"This packed file is not one that is taken here. Taken are {TAKEN}.")


def _members(file: BinaryIO) -> set[str]:
    """The names in a packed file's list (APPNOTE 4.3.12 and 4.3.16), read within bounds; empty where it is damaged."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - 66_000))
    tail = file.read()
    place = tail.rfind(b"PK\x05\x06")
    if place < 0 or place + 22 > len(tail):
        return set()
    length, offset = struct.unpack_from("<II", tail, place + 12)
    if length > LARGEST_DIRECTORY or offset + length > size:
        return set()
    file.seek(offset)
    directory = file.read(length)
    names: set[str] = set()
    at = 0
    while directory[at : at + 4] == b"PK\x01\x02" and at + 46 <= length and len(names) < MOST_MEMBERS:
        named, extra, comment = struct.unpack_from("<HHH", directory, at + 28)
        names.add(directory[at + 46 : at + 46 + named].decode("utf-8", "replace"))
        at += 46 + named + extra + comment
    return names
