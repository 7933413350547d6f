"""What people type into forms, read: days and numbers. A mistake is a Refused that names its field."""

from collections.abc import Mapping
from datetime import date

from app.people.audit import Refused


def day(text: str, field: str) -> date:
    """The day that was typed or picked; raises Refused for none and for one that no calendar has."""
    found = day_or_none(text, field)
    if found is None:
        raise Refused("Choose a day.", field=field)
    return found


def day_or_none(text: str, field: str) -> date | None:
    """The day, or None where the field was left empty."""
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise Refused("A day looks like 2017-11-14.", field=field) from error


def number_or_none(text: str, field: str) -> int | None:
    """The number of a row that was chosen, or None where nothing was."""
    if not text.strip():
        return None
    if not text.strip().isascii() or not text.strip().isdigit() or len(text) > 12:
        raise Refused("Choose one of the list.", field=field)
    return int(text)


def errors(refused: Refused) -> Mapping[str, str]:
    """A refusal as templates want it: the field's name (or "") to the sentence."""
    return {refused.field or "": refused.sentence}
