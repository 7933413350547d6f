"""The small pieces of a desk (answers, commitments, numbers) have no revision: a stamp of what stood in the form tells
who changed one from who only has the page open, and whether somebody else has changed it since."""

from collections.abc import Mapping
from datetime import date
from hashlib import sha256

from app.people.audit import Refused


def stamp(*said: object) -> str:
    """A short name of exactly these values, whatever line endings and blank edges a browser gave them."""
    plain = [_plain(one) for one in said]
    return sha256("\x1f".join(plain).encode()).hexdigest()[:16]


def is_news(was: str | None, *, typed: str, stored: str, says: str, field: str) -> bool:
    """Whether what was typed is to be saved: it differs from what stands, and from what stood in the form (`was`; None
    where the form does not say).

    Raises Refused, with what it says now, where somebody else has changed the piece since.
    """
    if typed in (stored, was):
        return False
    if was is not None and was != stored:
        now = f"it says “{says}” now" if says else "it is empty now"
        raise Refused(
            f"Somebody changed this meanwhile: {now}. Yours stands here, not saved; save again to put it in place.",
            field,
        )
    return True


def was_in(typed: Mapping[str, str]) -> dict[str, str]:
    """What the form says stood in each of its pieces: fields `was-answer-12`, `was-promise-3`, `was-counted-c5`."""
    return {name.removeprefix("was-"): value for name, value in typed.items() if name.startswith("was-")}


def _plain(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    return str(value).replace("\r\n", "\n").replace("\r", "\n").strip()
