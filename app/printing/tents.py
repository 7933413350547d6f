"""Table tents: a name on both faces of a sheet that is folded along its middle, to be read from across a table."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from app.agenda import published
from app.models import Convening
from app.people.viewer import Viewer
from app.printing.badges import cities_expected
from app.printing.documents import (
    IMPRINT,
    Group,
    NothingToPrint,
    Option,
    Piece,
    Printable,
    Wish,
    one_side,
    set_piece,
    set_pieces,
)
from app.printing.fitting import Face, largest
from app.printing.imprint import Imprint, of_release
from app.printing.runs import Document
from app.registration.expected import guests

SHEET = "tents.css"
WIDTH, HEIGHT = 176 / 25.4 * 72, 48 / 25.4 * 72
SIZES = (84, 72, 64, 56, 48, 42, 36, 30, 26, 22, 18, 15, 12, 10, 8, 6)


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody with a place at a table: `key` lasts, `place` is office and city, or the part in a session."""

    key: str
    name: str
    place: str


def make(db: Session, wish: Wish) -> Document:
    """A tent for each who presents in a session that the viewer sees in full, or for each who comes, of a city or of
    all."""
    session, city = wish.option("session"), wish.option("city")
    named = _presenting(db, wish, session) if session else _coming(db, wish.convening, city)
    return set_pieces(
        wish,
        "table tents",
        (tent(one) for one in named),
        sheet=SHEET,
        imprint=None,
        small=_imprint(db, wish),
        nothing="Nobody is asked for, so there is no tent to print.",
    )


def tent(one: Named) -> Piece:
    """Somebody's tent."""
    return set_piece(
        "printing/tent.html",
        one.key,
        ", ".join(filter(None, (one.name, one.place))),
        one=one,
        size=largest([(one.name, 1.0)], Face.TITLE, width=WIDTH, height_=HEIGHT, sizes=SIZES),
        place_size=largest([(one.place, 1.0)], Face.TEXT, width=WIDTH, height_=60, sizes=(20, 17, 14, 12, 10, 8)),
        imprint=IMPRINT,
    )


def _coming(db: Session, convening: Convening, city: str) -> list[Named]:
    return [
        Named(f"registration-{one.number}", one.name, one.place)
        for one in guests(db, convening)
        if one.is_expected and city in ("", one.city_slug)
    ]


def _presenting(db: Session, wish: Wish, number: str) -> list[Named]:
    agenda = published.agenda(db, wish.convening, wish.viewer)
    session = agenda.session(int(number)) if agenda and number.isdecimal() else None
    if session is None or session.covered:
        raise NothingToPrint("Whose names stand in that session is for those inside it.")
    places = {one.person_id: one.place for one in guests(db, wish.convening)}
    return [
        Named(f"person-{one.person_id}", one.name, places.get(one.person_id) or one.part.capitalize())
        for one in session.presenters
    ]


def _imprint(db: Session, wish: Wish) -> Imprint | None:
    release = published.latest_release(db, wish.convening)
    if release is None:
        return None
    return of_release(wish.convening, release.number, release.created_at, site=wish.settings.address, now=wish.at)


def _sessions(db: Session, convening: Convening, viewer: Viewer) -> Sequence[tuple[str, str]]:
    agenda = published.agenda(db, convening, viewer)
    return [(str(one.id), one.title) for one in agenda.sessions if one.presenters and not one.covered] if agenda else []


TENTS = Printable(
    slug="tents",
    title="Table tents",
    lead="A name on both sides of a folded sheet: for everybody, a city, or those who present in a session.",
    group=Group.DOORS,
    permission="checkin.use",
    make=make,
    piece=("tent", "tents"),
    sides=one_side,
    options=(
        Option("session", "Session", _sessions, every="Everybody who comes", form=True),
        Option("city", "City", cities_expected, every="All cities"),
    ),
)
