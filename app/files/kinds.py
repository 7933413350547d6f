"""The kinds of files that are taken, and the refusal of all others."""

from dataclasses import dataclass
from typing import BinaryIO

A_PIECE = 1 << 20
"""Bytes that are read and sent at a time."""


class Unacceptable(Exception):
    """A file that is not taken; the message is a sentence that says why and what is."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class NotNow(Unacceptable):
    """Others are looked at just now: the same file may be taken a minute later."""


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
GIF = Kind(".gif", "image/gif", "GIF picture")

PICTURES = (PNG, JPEG, WEBP, GIF)

TAKEN = "PDF, PowerPoint (.pptx), Keynote (.key), OpenDocument, Word (.docx), Excel (.xlsx) and pictures"
SUFFIXES = ".pdf,.pptx,.key,.odp,.odt,.ods,.docx,.xlsx,.png,.jpg,.jpeg,.webp,.gif"
"""What is taken, for people and for the `accept` of a field."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file that has been looked at and may be taken. `file` is open, and closed by whoever opened it."""

    file: BinaryIO
    name: str
    kind: Kind
    size: int
    digest: str
