"""Badges, four to a sheet: the name as large as fits, where one comes from, and the code that check-in reads.

They say what stands at the door's list and nothing else: no private needs (rule 12).
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import segno

from app import clock
from app.models import Convening
from app.printing.programme import templates
from app.registration.expected import Guest

SHEET = "badges.css"
LEADING = 1.2
"""The height of a line, by its size."""


@dataclass(frozen=True, slots=True)
class Box:
    """The sizes, in points, that a line of a badge may be set in, the largest first, and its height in millimetres."""

    sizes: tuple[int, ...]
    height: float


WIDTH = 78 / 25.4 * 72
"""Of a badge between its margins, in points."""

NAME, CITY, SEAT = (
    Box(sizes=(30, 26, 21, 17, 14, 12, 10, 8), height=39),
    Box(sizes=(15, 13, 11, 9, 7), height=13),
    Box(sizes=(11, 9, 7), height=11),
)
"""What each line of a badge may take. In the smallest size 300 letters fit, whichever they are."""


@dataclass(frozen=True, slots=True)
class Badge:
    """One badge as it is set, with the sizes of its lines in points; `code` is the `src` of its image."""

    name: str
    city: str
    seat: str
    name_size: int
    city_size: int
    seat_size: int
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
    sizes = (_size(guest.name, NAME), _size(guest.city, CITY), _size(guest.seat, SEAT))
    return Badge(guest.name, guest.city, guest.seat, *sizes, code_of(guest.code))


def code_of(code: str) -> str:
    """A registration's code as a QR code, as the `src` of an image."""
    return segno.make(code, error="m", micro=False).svg_data_uri(border=4, scale=4, dark="#000", light="#fff")


def _size(text: str, box: Box) -> int:
    """The largest size in which a text fits; the smallest for what fits in none."""
    return next((size for size in box.sizes if _height(text, size) <= box.height / 25.4 * 72), box.sizes[-1])


def _height(text: str, size: int) -> float:
    """How high a text is in this size, in points, broken at words and in words that are wider than a badge."""
    full = WIDTH / size
    lines, used = 1, 0.0
    for word in text.split():
        width = sum(map(_width, word))
        if used and used + 0.3 + width > full:
            lines, used = lines + 1, 0.0
        used += width + (0.3 if used else 0)
        while used > full:  # what begins a line by itself and is too wide for it
            lines, used = lines + 1, used - full * 0.95
    return lines * size * LEADING


def _width(letter: str) -> float:
    """Of a letter in ems, on the safe side: badges are set by it before they are drawn."""
    if unicodedata.combining(letter) or unicodedata.category(letter) in ("Mn", "Me", "Cf"):
        return 0
    if unicodedata.east_asian_width(letter) in "WF":
        return 1
    if letter in "mwMW@%—" or unicodedata.category(letter) == "So":
        return 1.05
    if letter in "fijlrtI.,:;'’-|()[] ":
        return 0.45
    return 0.8 if letter.isupper() else 0.65
