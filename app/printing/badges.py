"""Badges, four to a sheet: the name as large as fits, where one comes from, and the code that check-in reads.

They say what stands at the door's list and nothing else: no private needs (rule 12).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import segno

from app import clock
from app.models import Convening
from app.printing.programme import templates
from app.registration.expected import Guest

SHEET = "badges.css"
SIZES = ((14, "xl"), (24, "l"), (44, "m"), (90, "s"))
"""The most letters of a name that are set in each size; what is longer is set in the smallest, and may be cut."""


@dataclass(frozen=True, slots=True)
class Badge:
    """One badge as it is set; `code` is the `src` of its image."""

    name: str
    city: str
    seat: str
    size: str
    code: str


def badges(convening: Convening, guests: Sequence[Guest]) -> str:
    """The sheets of badges as an HTML document for the press."""
    return (
        templates()
        .get_template("printing/badges.html")
        .render(convening=convening, badges=[badge(guest) for guest in guests], now=clock.now())
    )


def badge(guest: Guest) -> Badge:
    """A person's badge."""
    return Badge(guest.name, guest.city, guest.seat, _size(guest.name), code_of(guest.code))


def code_of(code: str) -> str:
    """A registration's code as a QR code, as the `src` of an image."""
    return segno.make(code, error="m", micro=False).svg_data_uri(border=4, scale=4, dark="#000", light="#fff")


def _size(name: str) -> str:
    longest_word = max((len(word) for word in name.split()), default=0)
    return next((size for most, size in SIZES if len(name) <= most and longest_word <= most * 0.8), "xs")
