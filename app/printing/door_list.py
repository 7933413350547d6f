"""The list at the door on paper, with a box for each person: for a day on which nothing else works."""

from collections.abc import Sequence

from app import clock
from app.models import Convening
from app.printing.programme import code, templates
from app.registration.expected import Guest

SHEET = "roster-sheets.css"


def door_list(convening: Convening, guests: Sequence[Guest], *, live: str) -> str:
    """The list as an HTML document for the press, by name; `live` is the whole URL of check-in."""
    return (
        templates()
        .get_template("printing/door_list.html")
        .render(convening=convening, guests=guests, live=live, code=code(live), now=clock.now())
    )
