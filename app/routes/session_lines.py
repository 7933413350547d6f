"""The lines of a session's form, and the buttons beside them: what is typed stays, and one thing is done to it."""

from collections.abc import Sequence

from app.routes.session_choices import Choices
from app.routes.session_form import SessionFields

ADDED = {"room": "room", "people": "people", "but_people": "but_people", "presenter": "presenter"}
"""Lists that get an empty line more, by the button's word."""

USUAL_TURN = 25
"""Minutes of a city's turn, unless the other parts say otherwise."""


def rearranged(fields: SessionFields, do: str, offered: Choices) -> SessionFields:
    """The fields after the button `do`: "presenter-add", "item-add", "item-up-2", "item-remove-0", "item-cities".

    A button that is unknown, or that points beyond the lines, does nothing.
    """
    what, _, rest = do.partition("-")
    if rest == "add" and what in ADDED:
        lines = getattr(fields, ADDED[what]) or []
        return fields.model_copy(update={ADDED[what]: [*lines, "", *([""] if not lines else [])]})
    return _items(fields, rest, offered) if what == "item" else fields


def _items(fields: SessionFields, rest: str, offered: Choices) -> SessionFields:
    lines = list(zip(*_padded(fields.item_title, fields.item_city, fields.item_minutes or []), strict=True))
    act, _, place = rest.partition("-")
    number = int(place) if place.isdecimal() and len(place) < 5 else -1
    if act == "add":
        lines = [*(lines or [("", "", "")]), ("", "", "")]
    elif act == "cities":
        said = [line for line in lines if any(line)]
        there = {city for _, city, _ in said}
        minutes = next((length for *_, length in reversed(said) if length), str(USUAL_TURN))
        lines = said + [("", str(key), minutes) for key, _ in offered.cities if str(key) not in there]
    elif act == "remove" and 0 <= number < len(lines):
        del lines[number]
    elif act in ("up", "down") and 0 <= number < len(lines):
        other = number - 1 if act == "up" else number + 1
        if 0 <= other < len(lines):
            lines[number], lines[other] = lines[other], lines[number]
    titles, cities, lengths = ([line[column] for line in lines] for column in range(3))
    return fields.model_copy(update={"item_title": titles, "item_city": cities, "item_minutes": lengths})


def _padded(*columns: Sequence[str]) -> list[list[str]]:
    """Columns of the same length, filled with nothing."""
    longest = max(map(len, columns))
    return [[*column, *[""] * (longest - len(column))] for column in columns]
