"""Personal agendas on paper: a sheet for each, or a card of four by six inches for the pocket."""

from sqlmodel import Session

from app.models import Convening
from app.printing.documents import Group, NothingToPrint, Piece, Printable, Sides, Wish, one_side, set_piece, set_pieces
from app.printing.imprint import Imprint, of_release
from app.printing.runs import Document
from app.printing.whose import OF_WHOM, asked_of
from app.registration.personal import PersonalAgenda, Programmes, personal_agendas

SHEET = "personal.css"
CARD_SHEET = "pocket-card.css"
FOUR_BY_SIX = (4 * 72.0, 6 * 72.0)
ON_A_SHEET = 20
"""Sessions that a sheet holds in its usual size; one with more is set smaller."""
ON_A_CARD = 12
"""Sessions of a day that one side of a card holds; a day with more is set smaller."""


def make(db: Session, wish: Wish) -> Document:
    """A sheet for each of those whom the viewer may print for, in roster order."""
    found = wished_for(db, wish)
    return set_pieces(
        wish,
        "personal agendas",
        (sheet_of(wish.convening, one) for one in found.people),
        sheet=SHEET,
        imprint=_imprint(wish, found),
        apart=True,
        nothing="Nobody with a confirmed place is asked for, so there is no agenda to print.",
    )


def make_cards(db: Session, wish: Wish) -> Document:
    """The same on cards: a day a side."""
    found = wished_for(db, wish)
    return set_pieces(
        wish,
        "pocket cards",
        (card_of(wish.convening, one) for one in found.people),
        sheet=CARD_SHEET,
        imprint=_imprint(wish, found),
        size=FOUR_BY_SIX,
        apart=True,
        pages=2 * len(found.people),
        nothing="Nobody with a confirmed place is asked for, so there is no card to print.",
    )


def wished_for(db: Session, wish: Wish) -> Programmes:
    """The agendas that a wish asks for, of those that the viewer may print; raises NothingToPrint for others'."""
    people, city = asked_of(db, wish)
    found = personal_agendas(db, wish.convening, wish.viewer, people=people, city=city)
    if found is None:
        said = f"The agenda of {wish.convening.title} is not published yet; these sheets are made from it."
        raise NothingToPrint(said)
    return found


def sheet_of(convening: Convening, one: PersonalAgenda) -> Piece:
    """Somebody's sheet."""
    return set_piece(
        "printing/personal.html", f"person-{one.person_id}", _label(one), convening=convening, one=one, many=ON_A_SHEET
    )


def card_of(convening: Convening, one: PersonalAgenda) -> Piece:
    """Somebody's card, its faces one after the other."""
    return set_piece(
        "printing/pocket_card.html",
        f"person-{one.person_id}",
        _label(one),
        convening=convening,
        one=one,
        many=ON_A_CARD,
    )


def _label(one: PersonalAgenda) -> str:
    return f"{one.name}, {one.place}"


def _imprint(wish: Wish, found: Programmes) -> Imprint:
    return of_release(
        wish.convening,
        found.agenda.release_number,
        found.agenda.released_at,
        site=wish.settings.address,
        now=wish.at,
        moments=[one.starts_at for one in found.agenda.sessions],
    )


PERSONAL = Printable(
    slug="personal",
    title="Personal agendas",
    lead="A sheet for each: what they attend, when and where, with whom, and when they are there.",
    group=Group.EVERYBODY,
    permission="print.own",
    make=make,
    piece=("agenda", "agendas"),
    sides=one_side,
    options=OF_WHOM,
    single=("person",),
)

POCKET_CARD = Printable(
    slug="pocket-card",
    title="Pocket cards",
    lead="Four by six inches, a day a side, for a jacket’s pocket.",
    group=Group.EVERYBODY,
    permission="print.own",
    make=make_cards,
    piece=("card", "cards"),
    sides=lambda wish: Sides.BOTH,
    options=OF_WHOM,
    single=("person",),
)
