"""The rooming list on paper: who sleeps where, who comes and goes when, and who has not said."""

from sqlmodel import Session

from app.printing.documents import Group, NothingToPrint, Printable, Wish, set_piece, set_pieces
from app.printing.list_parts import heading, imprint_of
from app.printing.runs import Document
from app.registration.rooming import rooming

SHEET = "registration-sheets.css"
ON_A_SHEET = 20
"""Guests on a page, about."""
NOBODY = "No rooms are held, and nobody has said that they stay. Hold rooms among the terms of registration first."


def make(db: Session, wish: Wish) -> Document:
    """The list as it stands now."""
    listed = rooming(db, wish.convening)
    if not (listed.blocks or listed.arrivals or listed.departures or listed.gaps):
        raise NothingToPrint(NOBODY)
    moments = [trip.at for trip in (*listed.arrivals, *listed.departures)]
    return set_pieces(
        wish,
        "rooming list",
        [set_piece("printing/rooming.html", "all", "The list", convening=wish.convening, listed=listed)],
        sheet=SHEET,
        imprint=imprint_of(
            db,
            wish,
            "/registration/rooming",
            moments=moments or None,
            more="It names people: destroy it after the convening.",
        ),
        opening=heading(wish, "Rooming list"),
        pages=1 + (listed.guests + len(moments)) // ON_A_SHEET,
    )


ROOMING = Printable(
    slug="rooming",
    title="Rooming list",
    lead="Who sleeps where on which nights, arrivals and departures, and whose travel is open.",
    group=Group.DESK,
    permission="registration.board",
    make=make,
    piece=("list", "lists"),
    unkept=True,
)
