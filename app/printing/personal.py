"""Personal agendas on paper: a sheet for each, or a card of four by six inches for the pocket."""

from collections.abc import Sequence

from sqlmodel import Session, select

from app.models import City, Convening
from app.people.policy import may
from app.people.viewer import Viewer
from app.printing.documents import Group, NothingToPrint, Option, Piece, Printable, Wish, set_piece, set_pieces
from app.printing.imprint import Imprint, of_release
from app.printing.runs import Document
from app.registration.expected import guests
from app.registration.personal import PersonalAgenda, Programmes, personal_agendas

SHEET = "personal.css"
CARD_SHEET = "pocket-card.css"
FOUR_BY_SIX = (4 * 72.0, 6 * 72.0)
ON_A_CARD = 10
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
        pages=2 * len(found.people),
        nothing="Nobody with a confirmed place is asked for, so there is no card to print.",
    )


def wished_for(db: Session, wish: Wish) -> Programmes:
    """Those whose agendas a wish asks for: oneself unless said; a city's for its facilitator; anybody's for the lab.
    Raises NothingToPrint for others'."""
    convening, viewer, city = wish.convening, wish.viewer, wish.option("city")
    person = wish.option("person")
    if person and not person.isdecimal():
        raise NothingToPrint("There is nobody of that number.")
    people = {int(person)} if person else None
    if not _may_print_all(viewer, convening):
        if people is None and not city:
            people = {viewer.person_id or 0}
        if people != {viewer.person_id}:
            own = {slug for slug, _ in _cities(db, convening, viewer)}
            if city and city not in own:
                raise NothingToPrint("The agendas of another city are for its own people.")
            within = personal_agendas(db, convening, viewer, people=people, city=city)
            if within is not None and any(one.city_slug not in own for one in within.people):
                raise NothingToPrint("Somebody else’s agenda is for themselves and for their city’s facilitator.")
    found = personal_agendas(db, convening, viewer, people=people, city=city)
    if found is None:
        raise NothingToPrint(f"The agenda of {convening.title} is not published yet; these sheets are made from it.")
    return found


def sheet_of(convening: Convening, one: PersonalAgenda) -> Piece:
    """Somebody's sheet."""
    return set_piece("printing/personal.html", f"person-{one.person_id}", _label(one), convening=convening, one=one)


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


def _may_print_all(viewer: Viewer, convening: Convening) -> bool:
    return may(viewer, "checkin.use", cohort_id=convening.cohort_id)


def _cities(db: Session, convening: Convening, viewer: Viewer) -> Sequence[tuple[str, str]]:
    """The cities whose pack the viewer may print, by name."""
    if _may_print_all(viewer, convening):
        return sorted(
            {(one.city_slug, one.city) for one in guests(db, convening) if one.city_slug}, key=lambda one: one[1]
        )
    ids = {
        number
        for number in viewer.city_ids(convening.cohort_id)
        if may(viewer, "registration.team", cohort_id=convening.cohort_id, city_id=number)
    }
    return [(city.slug, city.name) for city in db.exec(select(City).order_by(City.name)) if city.key in ids]


def _people(db: Session, convening: Convening, viewer: Viewer) -> Sequence[tuple[str, str]]:
    """Those for whom the viewer may print, by name; themselves first."""
    cities = {slug for slug, _ in _cities(db, convening, viewer)}
    everybody = _may_print_all(viewer, convening)
    own = str(viewer.person_id)
    found = [
        (str(one.person_id), f"{one.name}, {one.place}")
        for one in guests(db, convening)
        if everybody or one.city_slug in cities or one.person_id == viewer.person_id
    ]
    if not everybody and all(number != own for number, _ in found):
        found.append((own, viewer.name))
    return sorted(found, key=lambda one: one[0] != own)


OF_WHOM = (
    Option("city", "City", _cities, every="All that I may print"),
    Option("person", "One person", _people, every="All of them"),
)

PERSONAL = Printable(
    slug="personal",
    title="Personal agendas",
    lead="A sheet for each: what they attend, when and where, with whom, and when they are there.",
    group=Group.EVERYBODY,
    permission="print.own",
    make=make,
    piece=("sheet", "sheets"),
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
    options=OF_WHOM,
    single=("person",),
)
