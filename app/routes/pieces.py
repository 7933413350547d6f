"""Forms that are saved by pieces, as they are typed. A piece says in `asks` that it was asked, and what it held when it
was shown ("food:1f0c…"): what its writer did not touch is left as it is on record by now, so that of two writers the
later does not undo what the earlier said elsewhere."""

from collections.abc import Iterable, Mapping
from hashlib import sha256


def mark_of(piece: str, held: object) -> str:
    """The mark of a piece that holds this: a print, since a mark may stand where others look."""
    return f"{piece}:{sha256(repr(held).encode()).hexdigest()[:16]}"


def marks_in(asks: Iterable[str]) -> dict[str, str]:
    """Piece → what its hidden field says."""
    return {mark.partition(":")[0]: mark for mark in asks}


def plain(value: object) -> object:
    """What a field holds, whichever way its browser ends lines and orders ticks."""
    if isinstance(value, str):
        return "\n".join(value.split("\r\n")).strip()
    return sorted(value) if isinstance(value, list) else value


def texts_mark(piece: str, fields: Iterable[str], texts: Mapping[str, str]) -> str:
    """The mark of a piece of which the fields hold texts; one that is not sent is empty, as an unticked box is."""
    return mark_of(piece, [plain(texts.get(name, "")) for name in fields])


def says(piece: str, fields: Iterable[str], texts: Mapping[str, str], asks: Mapping[str, str]) -> bool:
    """Whether a piece of texts is to be kept: asked, and not as it was shown; one that says not what it held, if it
    holds anything."""
    mark = asks.get(piece)
    if mark is None:
        return False
    if ":" in mark:
        return mark != texts_mark(piece, fields, texts)
    return any(texts.get(name, "").strip() for name in fields)
