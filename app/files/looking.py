"""An upload is looked at piece by piece before it is taken: its size, its kind by what is in it, its name."""

import os
import struct
import unicodedata
from hashlib import sha256
from typing import BinaryIO
from urllib.parse import quote

from app.files.kinds import (
    A_PIECE,
    DOCX,
    GIF,
    JPEG,
    KEY,
    ODP,
    ODS,
    ODT,
    PDF,
    PICTURES,
    PNG,
    PPTX,
    TAKEN,
    WEBP,
    XLSX,
    Arrival,
    Kind,
    Unacceptable,
)
from app.files.packed import MACROS, look_inside, names_in

LONGEST_NAME = 200

_OFFICE = {"ppt/presentation.xml": PPTX, "word/document.xml": DOCX, "xl/workbook.xml": XLSX}
_OF_TELEPHONES = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif")
_OPEN_DOCUMENT = {kind.media_type: kind for kind in (ODP, ODT, ODS)}


def examine(file: BinaryIO, name: str, *, megabytes: int, of_a_picture: int | None = None) -> Arrival:
    """Look at an upload, piece by piece, up to so many megabytes (of a picture, where that is said, up to those);
    raises Unacceptable."""
    size = file.seek(0, os.SEEK_END)
    if size == 0:
        raise Unacceptable("This file is empty. Choose it again.")
    kind = kind_of(file)
    most = of_a_picture or megabytes
    if kind in PICTURES and size > most << 20:
        raise Unacceptable(f"This picture is larger than {most} MB. Make it smaller, and try again.")
    if kind not in PICTURES and size > megabytes << 20:
        raise Unacceptable(
            f"This file is larger than {megabytes} MB. Make its pictures smaller, or save it as PDF, and try again."
        )
    digest = sha256()
    file.seek(0)
    while piece := file.read(A_PIECE):
        digest.update(piece)
    if kind not in (PDF, *PICTURES):
        look_inside(file, size)
    return Arrival(file, name_for(name, kind), kind, size, digest.hexdigest())


def kind_of(file: BinaryIO) -> Kind:
    """The kind of a file by its content; raises Unacceptable for one that is not taken."""
    file.seek(0)
    head = file.read(200).ljust(30, b"\0")
    for start, kind in ((b"%PDF-", PDF), (b"\x89PNG\r\n\x1a\n", PNG), (b"\xff\xd8\xff", JPEG)):
        if head.startswith(start):
            return kind
    if head.startswith((b"GIF87a", b"GIF89a")):
        return GIF
    if head[4:8] == b"ftyp" and head[8:12] in _OF_TELEPHONES:
        raise Unacceptable("This is a HEIC picture, as iPhones make them. Save or export it as JPEG, and try again.")
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
    stem = stem[: LONGEST_NAME - len(kind.suffix)].strip(". ")
    return (stem or ("picture" if kind in PICTURES else "slides")) + kind.suffix


def disposition(name: str, *, shown: bool = False) -> str:
    """Content-Disposition to save a file under its name, or to show it (RFC 6266; an ASCII name for old browsers)."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = "".join(letter for letter in plain if letter not in '"\\%;') or "file"
    return f"{'inline' if shown else 'attachment'}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _packed(file: BinaryIO, head: bytes) -> Kind:
    """The kind of a packed file: by its first member (OpenDocument 1.3, part 2, 3.3), else by its list of members."""
    named, extra = struct.unpack_from("<HH", head, 26)
    if head[30 : 30 + named] == b"mimetype":
        length = struct.unpack_from("<I", head, 22)[0]
        begins = 30 + named + extra
        kind = _OPEN_DOCUMENT.get(head[begins : begins + length].decode("latin-1"))
        if kind:
            return kind
    members = names_in(file)
    if any(member.lower().endswith("vbaproject.bin") for member in members):
        raise Unacceptable(MACROS)
    if "[Content_Types].xml" in members:
        for member, kind in _OFFICE.items():
            if member in members:
                return kind
    if "Index/Document.iwa" in members and any(member.startswith("Index/Slide") for member in members):
        return KEY
    raise Unacceptable(f"This packed file is not one that is taken here. Taken are {TAKEN}.")
