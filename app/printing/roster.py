"""The list of participants on paper, for participants: who allows it, by city."""

from sqlmodel import Session

from app.printing.documents import Group, NothingToPrint, Printable, Wish, set_piece, set_pieces
from app.printing.list_parts import heading, imprint_of
from app.printing.runs import Document
from app.registration.roster import roster

SHEET = "roster-sheets.css"
ON_A_SHEET = 30
"""Lines on a page, about."""


def make(db: Session, wish: Wish) -> Document:
    """The list as participants may know it now."""
    everybody = roster(db, wish.convening)
    if everybody is None:
        raise NothingToPrint("The organizers show no list of participants for this convening.")
    if not everybody.groups:
        raise NothingToPrint("Nobody has a place yet. Who comes stands here as people register and allow it.")
    named = f", {everybody.named} of them named here" if everybody.coming > everybody.named else ""
    return set_pieces(
        wish,
        "participants",
        [set_piece("printing/roster.html", "all", "The list", roster=everybody)],
        sheet=SHEET,
        imprint=imprint_of(
            db,
            wish,
            f"/registration/roster?since={wish.since}",
            what="The list as it stands now, and who came or left since",
            more="Named is who allows it. For participants only: please do not pass it on.",
        ),
        opening=heading(
            wish, "Participants", f"{everybody.coming} {'comes' if everybody.coming == 1 else 'come'}{named}."
        ),
        pages=1 + everybody.named // ON_A_SHEET,
    )


ROSTER = Printable(
    slug="roster",
    title="Participants",
    lead="Who comes, by city, with their office: named is who allows it.",
    group=Group.EVERYBODY,
    permission="convening.read",
    make=make,
    piece=("list", "lists"),
    unkept=True,
)
