"""The certificate of attendance, for who was checked in: once the convening is over.

Its code opens the convening's public agenda: that there was such a convening, when and where. That somebody was there
the lab says, who signs; no page tells the world who came.
"""

from sqlmodel import Session

from app import clock
from app.agenda import published
from app.models import Convening
from app.printing.documents import Group, NothingToPrint, Printable, Wish, one_side, set_piece, set_pieces
from app.printing.imprint import Imprint
from app.printing.papers import Paper
from app.printing.runs import Document
from app.printing.typesetting import code
from app.printing.whose import OF_WHOM, asked_of
from app.registration.attested import attested, ends_at

SHEET = "certificate.css"
INCH = 72.0
ACROSS = {Paper.LETTER: (11 * INCH, 8.5 * INCH), Paper.A4: (297 / 25.4 * INCH, 210 / 25.4 * INCH)}
"""The papers lying, in points."""


def make(db: Session, wish: Wish) -> Document:
    """One for each who came, of those asked for."""
    convening = wish.convening
    over = ends_at(db, convening)
    if wish.at < over:
        said = clock.said_moment(over, convening.zone)
        raise NothingToPrint(f"Certificates say who was there: they can be printed once the convening is over, {said}.")
    people, city = asked_of(db, wish)
    pieces = [
        set_piece(
            "printing/certificate.html",
            f"person-{one.person_id}",
            ", ".join(filter(None, (one.name, one.place))),
            convening=convening,
            lab=convening.cohort.lab_name or convening.cohort.name,
            one=one,
        )
        for one in attested(db, convening, people=people, city=city)
    ]
    return set_pieces(
        wish,
        "certificates of attendance",
        pieces,
        sheet=SHEET,
        imprint=imprint_of(wish, convening, published.latest_number(db, convening)),
        size=ACROSS[wish.paper],
        nothing="Nobody who is asked for was checked in, so there is no certificate to print.",
    )


def imprint_of(wish: Wish, convening: Convening, release: int | None) -> Imprint:
    """The day on which it was made, and the way to what anybody may know of the convening."""
    address = wish.address("/agenda")
    made = clock.said_day(clock.local(wish.at, convening.zone), year=True)
    lab = convening.cohort.lab_name or convening.cohort.name
    return Imprint(
        stamp=f"Made on {made}",
        more=" from the check-in at the door.",
        below=f"The code opens the convening’s public agenda. {lab} confirms who attended.",
        address=address,
        leads_to="the convening’s public agenda",
        code=code(address),
        release=release,
    )


CERTIFICATE = Printable(
    slug="certificate",
    title="Certificate of attendance",
    lead="For each who was checked in, with hours of the programme and a place to sign; once the convening is over.",
    group=Group.AFTER,
    permission="print.own",
    make=make,
    piece=("certificate", "certificates"),
    sides=one_side,
    options=OF_WHOM,
    single=("person",),
)
