"""Name badges, in the sizes of usual labels: the name as large as fits, city, office, and the code that check-in
reads; on the back the person's own agenda.

They say what stands at the door's list and nothing else: no private needs, nor what somebody eats (rule 12).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import segno
from sqlmodel import Session

from app.agenda.published import latest_release
from app.models import AgendaRelease, Convening, RegistrationState
from app.people.viewer import Viewer
from app.printing.badge_backs import Back, backs
from app.printing.documents import Group, NothingToPrint, Option, Piece, Printable, Sides, Wish, set_piece, set_pieces
from app.printing.fitting import Face, height, largest
from app.printing.imprint import Imprint, of_release
from app.printing.labels import LABELS, POINT, Label, label_named, laid_out
from app.printing.runs import Document
from app.registration.expected import Guest, guests

SHEET = "badges.css"
SIZES = (*range(84, 24, -2), *range(24, 4, -1))
SMALL = (15, 13.5, 12, 11, 10, 9, 8, 7, 6, 5, 4)
FAMILY = 0.62
"""How large the family's name is beside the first: that is what one calls out across a room."""
KICKER = 8.0
"""Millimetres for the convening's name, above."""
GAP = 2.0
FRONT, BOTH, FOLDED = "front", "both", "fold"


@dataclass(frozen=True, slots=True)
class Front:
    """What stands on a badge, with the sizes of its lines in points; `given` is all of a name that has no two parts.
    `code` is the `src` of its image, empty on a blank one. `name_top` is in points, other measures in millimetres."""

    event: str
    given: str
    family: str
    city: str
    seat: str
    event_size: float
    name_size: float
    family_size: float
    city_size: float
    seat_size: float
    name_top: float
    to_write: float
    text_width: float
    code: str
    side: float


def make(db: Session, wish: Wish) -> Document:
    """The badges of all with a confirmed place, of a city (by its slug), or of one registration by its number; blank
    ones for who walks in."""
    number, city = wish.option("registration"), wish.option("city")
    if number and not number.isdecimal():
        raise NothingToPrint("There is no registration of that number.")
    label, sides = label_named(wish.option("label"), wish.paper), wish.option("sides") or FRONT
    if sides != FRONT and label.sticks:
        raise NothingToPrint("These labels stick to clothes and have no back. Print the front only, or choose others.")
    laid = label.folded() if sides == FOLDED else label
    if laid is None:
        raise NothingToPrint("Folded over, this badge is longer than the sheet. Choose a smaller one.")
    wanted = [
        guest
        for guest in guests(db, wish.convening, number=int(number) if number else None)
        if guest.is_expected and (not city or guest.city_slug == city)
    ]
    blank = wish.option("blank")
    release = latest_release(db, wish.convening)
    behind = backs(db, wish, release, label, wanted) if sides != FRONT and blank != "only" else {}
    pieces = [] if blank == "only" else pieces_of(wish.convening, wanted, label, sides, behind)
    if blank:
        pieces += list(blanks(wish.convening, label, laid.up, sides))
    return set_pieces(
        wish,
        "badges",
        pieces,
        sheet=SHEET,
        imprint=None,
        small=_imprint(wish, release),
        up=laid.up,
        opening=f"<style>{laid_out(laid, folded=sides == FOLDED)}</style>",
        nothing="Nobody with a confirmed place is asked for, so there is no badge to print.",
    )


def pieces_of(
    convening: Convening,
    wanted: Sequence[Guest],
    label: Label,
    sides: str = FRONT,
    behind: dict[int, Back] | None = None,
) -> list[Piece]:
    """A badge for each."""
    found = behind or {}
    return [
        _piece(
            f"registration-{guest.number}",
            f"{guest.name}, {guest.place}",
            front_of(convening, guest, label),
            label,
            sides,
            found.get(guest.person_id),
            name=guest.name,
        )
        for guest in wanted
    ]


def blanks(convening: Convening, label: Label, count: int, sides: str) -> Iterator[Piece]:
    """Badges on which a name is written by hand."""
    nobody = Guest(0, "", "", "", RegistrationState.SUBMITTED, "")
    for number in range(1, count + 1):
        front = front_of(convening, nobody, label)
        yield _piece(f"blank-{number}", f"Blank badge {number}", front, label, sides, None, name="")


def _piece(key: str, label_: str, front: Front, label: Label, sides: str, back: Back | None, *, name: str) -> Piece:
    context = {"one": front, "name": name, "label": label, "sides": sides, "back": back}
    piece = set_piece("printing/badge.html", key, label_, **context, face="folded" if sides == FOLDED else "front")
    if sides != BOTH:
        return piece
    return Piece(key, label_, piece.body, set_piece("printing/badge.html", key, label_, **context, face="back").body)


def front_of(convening: Convening, guest: Guest, label: Label) -> Front:
    """A person's badge, each line as large as its place on the label allows."""
    width = label.width - 2 * label.inset
    side = min(26.0, 0.3 * label.height, 0.3 * label.width)
    room = label.height - 2 * label.inset - KICKER - side - 2 * GAP
    text_width = width - side - 2 * GAP if guest.code else width
    given, family = parted(guest.name, guest.sort_name)
    parts = [(given, 1.0), *([(family, FAMILY)] if family else [])]
    name = largest(parts, Face.TITLE, width=width / POINT, height_=room / POINT, sizes=SIZES)
    free = room / POINT - sum(height(text, Face.TITLE, name * by, width / POINT) for text, by in parts)
    city = largest([(guest.city, 1)], Face.STRONG, width=text_width / POINT, height_=0.52 * side / POINT, sizes=SMALL)
    left = side / POINT - height(guest.city, Face.STRONG, city, text_width / POINT) if guest.city else side / POINT
    return Front(
        event=convening.title,
        given=given,
        family=family,
        city=guest.city,
        seat=guest.seat or ("" if guest.city else "Guest"),
        event_size=largest(
            [(convening.title, 1)], Face.STRONG, width=width / POINT, height_=KICKER / POINT, sizes=(9, 8, 7, 6, 5, 4)
        ),
        name_size=name,
        family_size=round(name * FAMILY, 2),
        city_size=city,
        seat_size=largest([(guest.seat, 1)], Face.TEXT, width=text_width / POINT, height_=left - 1, sizes=SMALL[2:]),
        name_top=round(max(0, free * 0.4), 2),
        to_write=round(room * 0.8, 2),
        text_width=text_width,
        code=code_of(guest.code) if guest.code else "",
        side=side,
    )


def parted(name: str, sort_name: str) -> tuple[str, str]:
    """What one is called and the family's name, where the record tells them apart: "Okafor, Imani" does for Imani
    Okafor and for Dr. Imani Okafor."""
    family, comma, _given = sort_name.partition(", ")
    return (name.removesuffix(f" {family}"), family) if comma and name.endswith(f" {family}") else (name, "")


def code_of(code: str) -> str:
    """A registration's code as a QR code, as the `src` of an image."""
    return segno.make(code, error="m", micro=False).svg_data_uri(border=4, scale=4, dark="#000", light="#fff")


def _imprint(wish: Wish, release: AgendaRelease | None) -> Imprint | None:
    if release is None:
        return None
    return of_release(wish.convening, release.number, release.created_at, site=wish.settings.address, now=wish.at)


def cities_expected(db: Session, convening: Convening, viewer: Viewer) -> Sequence[tuple[str, str]]:
    """The cities from which somebody comes, in order of their names."""
    return sorted({(one.city_slug, one.city) for one in guests(db, convening) if one.city_slug}, key=lambda one: one[1])


def _expected(db: Session, convening: Convening, viewer: Viewer) -> Sequence[tuple[str, str]]:
    return [(str(one.number), f"{one.name}, {one.place}") for one in guests(db, convening)]


def _labels(db: Session, convening: Convening, viewer: Viewer) -> Sequence[tuple[str, str]]:
    return [(one.value, one.words) for one in LABELS]


def _sides(db: Session, convening: Convening, viewer: Viewer) -> Sequence[tuple[str, str]]:
    return [(FRONT, "Front only"), (BOTH, "Front and back, two-sided"), (FOLDED, "Folded over, back above the front")]


def _printed_on(wish: Wish) -> Sides:
    return Sides.BOTH if wish.option("sides") == BOTH else Sides.ONE


def _blank(db: Session, convening: Convening, viewer: Viewer) -> Sequence[tuple[str, str]]:
    return [("after", "A sheet of them after the others"), ("only", "Only a sheet of them")]


BADGES = Printable(
    slug="badges",
    title="Name badges",
    lead="Name as large as fits, city, office, and the code that check-in reads; one’s own agenda on the back.",
    group=Group.EVERYBODY,
    permission="checkin.use",
    make=make,
    piece=("badge", "badges"),
    sides=_printed_on,
    options=(
        Option("label", "Label", _labels, paper_of={one.value: one.paper for one in LABELS}),
        Option("sides", "Sides", _sides),
        Option("city", "City", cities_expected, every="All cities"),
        Option("registration", "One person", _expected, every="All of them"),
        Option("blank", "Blank badges for walk-ins", _blank, every="None", form=True),
    ),
    single=("registration",),
)
