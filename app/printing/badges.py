"""Badges, four to a sheet: the name as large as fits, where one comes from, and the code that check-in reads.

They say what stands at the door's list and nothing else: no private needs (rule 12).
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import segno
from sqlmodel import Session

from app.models import Convening
from app.people.viewer import Viewer
from app.printing.documents import Group, NothingToPrint, Option, Piece, Printable, Wish, set_piece, set_pieces
from app.printing.measuring import taller
from app.printing.runs import Document
from app.registration.expected import Guest, guests

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
    Box(sizes=(30, 26, 21, 17, 14, 12, 10, 8, 7), height=39),
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


def make(db: Session, wish: Wish) -> Document:
    """The badges of all with a confirmed place, of a city (by its slug), or of one registration by its number."""
    number, city = wish.option("registration"), wish.option("city")
    if number and not number.isdecimal():
        raise NothingToPrint("There is no registration of that number.")
    wanted = [
        guest
        for guest in guests(db, wish.convening, number=int(number) if number else None)
        if guest.is_expected and (not city or guest.city_slug == city)
    ]
    return set_pieces(
        wish,
        "badges",
        pieces_of(wish.convening, wanted),
        sheet=SHEET,
        imprint=None,
        up=4,
        nothing="Nobody with a confirmed place is asked for, so there is no badge to print.",
    )


def pieces_of(convening: Convening, wanted: Sequence[Guest]) -> list[Piece]:
    """A badge for each."""
    return [
        set_piece(
            "printing/badge.html",
            f"registration-{guest.number}",
            f"{guest.name}, {guest.place}",
            convening=convening,
            one=badge(guest),
        )
        for guest in wanted
    ]


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
    return lines * size * LEADING * taller(text)


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


def cities_expected(db: Session, convening: Convening, viewer: Viewer) -> Sequence[tuple[str, str]]:
    """The cities from which somebody comes, in order of their names."""
    return sorted({(one.city_slug, one.city) for one in guests(db, convening) if one.city_slug}, key=lambda one: one[1])


def _expected(db: Session, convening: Convening, viewer: Viewer) -> Sequence[tuple[str, str]]:
    return [(str(one.number), f"{one.name}, {one.place}") for one in guests(db, convening)]


BADGES = Printable(
    slug="badges",
    title="Name badges",
    lead="Name as large as fits, city, office, and the code that check-in reads.",
    group=Group.EVERYBODY,
    permission="checkin.use",
    make=make,
    piece=("badge", "badges"),
    options=(
        Option("city", "City", cities_expected, every="All cities"),
        Option("registration", "One person", _expected, every="All of them"),
    ),
    single=("registration",),
)
