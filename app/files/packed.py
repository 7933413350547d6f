"""Packed files (Office, OpenDocument, Keynote): read to their real end within bounds, and refused for what would do
something when they are opened: programs, outside references, entities, links, or a thousand times their size.
"""

import os
import re
import stat
import struct
import zlib
from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import IO, BinaryIO, cast
from xml.etree import ElementTree
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from app.files.kinds import A_PIECE, Unacceptable

MOST_MEMBERS = 20_000
LARGEST_DIRECTORY = 8 << 20
"""Bounds of a packed file's own list of contents, which is read whole."""

MOST_UNPACKED = 600 << 20
"""Bytes that all of a file unpacks to, what is packed inside it included: a film of an hour is stored as it is."""

UNPACKED_FREELY = 64 << 20
MOST_TIMES = 80
"""Above the first, a file may unpack to so many times its size: tables reach forty, a bomb a thousand."""

DEEPEST = 2
"""A table in slides is one packed file in another, and a picture's source in that table a second."""

LARGEST_RELATIONS = 4 << 20

MACROS = "This file holds macros, which are programs. Save it without them (.pptx, .docx, .xlsx) or as PDF."
BOMB = (
    "This file would unpack to far more than it should (a “zip bomb”), so it was not opened. Save it anew as PDF, "
    "and hand that in."
)
DAMAGED = "This file is damaged or was cut off on its way. Open it on your computer, save it anew, and try again."
OUTSIDE = (
    "This file fetches something from elsewhere when it is opened ({}). Copy its text and pictures into a new "
    "document, or save it as PDF."
)
_MACRO_PLACES = re.compile(r"(^|/)(vbaproject\.bin|vbadata\.xml)$|(^|/)(activex|macrosheets)/|^(basic|scripts)/.", re.I)
_MACRO_TYPES = re.compile(rb"macroEnabled|vnd\.ms-office\.vbaProject|ms-excel\.macrosheet", re.I)
_MARKUP = (".xml", ".rels", ".vml", ".rdf", ".xhtml", ".html")
_FETCHED = {
    "attachedtemplate": "a template",
    "oleobject": "an object",
    "frame": "a frame",
    "subdocument": "a part",
    "image": "a picture",
    "externallinkpath": "another table",
    "externallink": "another table",
    "settings": "settings",
}
_ELSEWHERE = re.compile(r"^\s*(https?|ftp|smb|file:/*(?![a-z]:|/*[a-z]:)|\\\\|//|mhtml|javascript|data)", re.I)
_NATIVE = "Ole10Native".encode("utf-16-le")


def names_in(file: BinaryIO) -> set[str]:
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


def look_inside(file: BinaryIO, size: int) -> None:
    """Read all of a packed file of so many bytes; raises Unacceptable for what must not be taken."""
    _Look(size).into(file, 0)


class _Look:
    """One look into a file and those in it: what they unpack to is counted together."""

    def __init__(self, size: int) -> None:
        self.most = min(MOST_UNPACKED, max(UNPACKED_FREELY, size * MOST_TIMES))
        self.unpacked = 0
        self.members = 0

    def into(self, file: IO[bytes], depth: int) -> None:
        if not names_in(cast(BinaryIO, file)):
            raise Unacceptable(DAMAGED)
        try:
            with ZipFile(file) as archive:
                members = archive.infolist()
                self.members += len(members)
                if self.members > MOST_MEMBERS or sum(one.file_size for one in members) > self.most:
                    raise Unacceptable(BOMB)
                for member in members:
                    _refuse_name(member)
                for member in members:
                    self._member(archive, member, depth)
        except (BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError, OSError, zlib.error) as error:
            raise Unacceptable(DAMAGED) from error

    def _member(self, archive: ZipFile, member: ZipInfo, depth: int) -> None:
        """One member, to its real end, whatever length it declares."""
        declared, member.file_size = member.file_size, self.most + 1
        pieces = self._pieces(archive, member)
        head = next(pieces, b"")
        if head.startswith(b"MZ") or head.startswith(b"\x7fELF"):
            raise Unacceptable("This file holds a program. Save it without, or as PDF.")
        size = len(head)
        name = member.filename.lower()
        if head.startswith(b"PK\x03\x04"):
            size += self._packed_inside(head, pieces, depth)
        elif name.endswith(_MARKUP) or head.lstrip(b"\xef\xbb\xbf\xff\xfe\0 \r\n\t").startswith(b"<"):
            size += _markup(name, head, pieces)
        else:
            size += _binary(head, pieces)
        if size != declared:
            raise Unacceptable(DAMAGED)

    def _pieces(self, archive: ZipFile, member: ZipInfo) -> Iterator[bytes]:
        with archive.open(member) as opened:
            while piece := opened.read(A_PIECE):
                self.unpacked += len(piece)
                if self.unpacked > self.most:
                    raise Unacceptable(BOMB)
                yield piece

    def _packed_inside(self, head: bytes, pieces: Iterator[bytes], depth: int) -> int:
        if depth >= DEEPEST:
            raise Unacceptable(BOMB)
        size = 0
        with SpooledTemporaryFile(max_size=8 << 20) as inner:
            inner.write(head)
            for piece in pieces:
                size += inner.write(piece)
            inner.seek(0)
            self.into(inner, depth + 1)
        return size


def _refuse_name(member: ZipInfo) -> None:
    """By what a member is called and says of itself; a name that wants to be a path is refused."""
    name = member.filename.replace("\\", "/")
    if member.flag_bits & 0x1:
        raise Unacceptable("This file is locked with a password. Save it without one.")
    if stat.S_ISLNK(member.external_attr >> 16):
        raise Unacceptable("This file holds a link to another place on a disk. Save it anew, or as PDF.")
    if name.startswith("/") or ".." in name.split("/") or name[1:2] == ":":
        raise Unacceptable("This file holds names that lead out of it. Save it anew, or as PDF.")
    if member.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise Unacceptable(DAMAGED)
    if _MACRO_PLACES.search(name):
        raise Unacceptable(MACROS)


def _markup(name: str, head: bytes, pieces: Iterator[bytes]) -> int:
    """XML: without declarations of its own (entities, XXE), and its relations lead to nothing that is fetched."""
    size, before = 0, b""
    kept = bytearray(head) if name.endswith(".rels") else None
    types = name == "[content_types].xml"
    for piece in _with_first(head, pieces):
        plain = before + (piece.replace(b"\0", b"") if b"\0" in piece else piece)  # UTF-16 is read as its letters
        if b"<!DOCTYPE" in plain or b"<!ENTITY" in plain:
            raise Unacceptable(
                "This file has declarations that no office program writes (entities), so it was not opened. "
                "Save it anew, or as PDF."
            )
        if types and _MACRO_TYPES.search(plain):
            raise Unacceptable(MACROS)
        before = plain[-64:]
        if piece is not head:
            size += len(piece)
            if kept is not None:
                kept += piece
                if len(kept) > LARGEST_RELATIONS:
                    raise Unacceptable(DAMAGED)
    if kept is not None:
        _refuse_relations(bytes(kept))
    return size


def _refuse_relations(document: bytes) -> None:
    """Links that somebody clicks are fine; what is fetched by opening the file is not (attachedTemplate and others)."""
    try:
        root = ElementTree.fromstring(document)  # noqa: S314  # without a DOCTYPE there is nothing to expand
    except (ElementTree.ParseError, ValueError):
        return  # no program that reads it will either
    for relation in root:
        kind = relation.get("Type", "").rsplit("/", 1)[-1].lower()
        if (
            relation.get("TargetMode", "").lower() == "external"
            and kind in _FETCHED
            and _ELSEWHERE.match(relation.get("Target", ""))
        ):
            raise Unacceptable(OUTSIDE.format(_FETCHED[kind]))


def _binary(head: bytes, pieces: Iterator[bytes]) -> int:
    """Anything else; an old container (OLE) with a file inside is one that starts it when it is clicked."""
    ole = head.startswith(b"\xd0\xcf\x11\xe0")
    size, before = 0, b""
    for piece in _with_first(head, pieces):
        if ole and _NATIVE in before + piece:
            raise Unacceptable("This file has another file inside that can be started. Save it without, or as PDF.")
        before = piece[-64:]
        if piece is not head:
            size += len(piece)
    return size


def _with_first(head: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
    yield head
    yield from pieces
