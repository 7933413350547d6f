"""The list at the door on paper, with a box for each person: for a day on which nothing else works."""

from sqlmodel import Session

from app.agenda import published
from app.printing.documents import Group, Printable, Wish, set_piece, set_pieces
from app.printing.imprint import of_list
from app.printing.runs import Document
from app.registration.expected import guests

SHEET = "roster-sheets.css"
ON_A_SHEET = 30
"""Lines on a page, about."""


def make(db: Session, wish: Wish) -> Document:
    """Who is expected and who is here, by name."""
    convening = wish.convening
    expected = guests(db, convening)
    piece = set_piece("printing/door_list.html", "all", "The list", convening=convening, guests=expected)
    imprint = of_list(
        convening,
        wish.address(f"/registration/check-in?since={wish.since}"),
        now=wish.at,
        release=published.latest_number(db, convening),
        moments=[wish.at],
        what="Check-in as it stands now, and who came or left since",
        more="Ticked on paper is not yet checked in: take it down afterwards.",
    )
    return set_pieces(wish, "check-in", [piece], sheet=SHEET, imprint=imprint, pages=1 + len(expected) // ON_A_SHEET)


DOOR_LIST = Printable(
    slug="check-in",
    title="List at the door",
    lead="Everybody expected, with a box each, for when the network is gone.",
    group=Group.DESK,
    permission="checkin.use",
    make=make,
    piece=("list", "lists"),
    unkept=True,
)
