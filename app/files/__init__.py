"""Files that people hand in: known by what is in them, never by their names, and kept under the digest of it.

The same bytes are one file, whoever hands them in and however often, and nothing is ever written over. `examine` says
what a file is or why it is not taken; `make_ready` makes what is shown in pages harmless, with a small picture of it.
"""

from app.files.kinds import (
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
    SUFFIXES,
    TAKEN,
    WEBP,
    XLSX,
    Arrival,
    Kind,
    NotNow,
    Unacceptable,
)
from app.files.likenesses import NO_PICTURE, as_face, as_plan
from app.files.looking import disposition, examine, kind_of, name_for
from app.files.ready import Ready, make_ready
from app.files.store import Files, OutOfReach, files_of

__all__ = [
    "DOCX",
    "GIF",
    "JPEG",
    "KEY",
    "NO_PICTURE",
    "ODP",
    "ODS",
    "ODT",
    "PDF",
    "PICTURES",
    "PNG",
    "PPTX",
    "SUFFIXES",
    "TAKEN",
    "WEBP",
    "XLSX",
    "Arrival",
    "Files",
    "Kind",
    "NotNow",
    "OutOfReach",
    "Ready",
    "Unacceptable",
    "as_face",
    "as_plan",
    "disposition",
    "examine",
    "files_of",
    "kind_of",
    "make_ready",
    "name_for",
]
