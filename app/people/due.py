"""What a person owes, as their home says it. Each room says its own."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Due:
    """A thing owed: what it is, the page where it is done, and its last day in the zone of whoever owes it.

    `due_on` is None where nobody has said a day.
    """

    title: str
    url: str
    due_on: date | None
    detail: str = ""
