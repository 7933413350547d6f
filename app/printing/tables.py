"""Where people sit, on paper: a list by name for the entrance with one for each table, cards for the places, and
numbers to stand on the tables.

They name everybody who is seated, as badges do, for who is not named does not find their place; a need stands nowhere
(rule 12). Of a session that the viewer does not see in full there is nothing (rule 13).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from sqlmodel import Session, col, select

from app.agenda import published
from app.agenda.seeing import SeenSession
from app.models import AgendaSession, Convening, Person, SessionTable, TablePlace
from app.people.names import plain
from app.people.viewer import Viewer
from app.printing.documents import (
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
from app.printing.imprint import Imprint, of_list
from app.printing.labels import POINT
from app.printing.runs import Document
from app.registration.table_plan import LaidTable, Sitter, TablePlan, table_plan

LISTS_SHEET, CARDS_SHEET, NUMBERS_SHEET = "table-lists.css", "seat-cards.css", "table-numbers.css"
NAME_SIZES, PLACE_SIZES = (26, 22, 19, 16, 14, 12, 10, 8, 7), (11, 9, 8, 7)
CARD_WIDTH, NAME_HEIGHT, PLACE_HEIGHT = 77.0, 23.0, 8.5
"""Of a card between its margins, and of what its name and place may take, in millimetres."""
TABLE_SIZES, TABLE_WIDTH, TABLE_HEIGHT = (22, 18, 15, 12, 10, 8), 176.0, 11.0
"""The same of a table's name under its number."""
A_PAGE = 66
"""Names on a page of the list at the entrance, about."""

NOBODY = "Nobody is seated at tables yet. Open a session of the agenda and lay its tables first."
PLEASE_PUBLISH = "The agenda is not published yet, or nobody is seated at the tables of a session on it."


@dataclass(frozen=True, slots=True)
class Seated:
    """The session that is printed, its plan, and everybody who sits there with their table, by name."""

    session: SeenSession
    plan: TablePlan
    release: int

    @property
    def people(self) -> list[tuple[Sitter, LaidTable]]:
        pairs = [(one, table) for table in self.plan.tables for one in table.sitters]
        return sorted(pairs, key=lambda pair: (plain(pair[0].sort_name), pair[0].person_id))


def make_lists(db: Session, wish: Wish) -> Document:
    """The list at the entrance, then one for each table."""
    seated = _seated(db, wish)
    by_letter = [
        (letter, list(people)) for letter, people in groupby(seated.people, lambda pair: _letter(pair[0].sort_name))
    ]
    entrance = set_piece(
        "printing/tables/entrance.html",
        f"names-{seated.session.id}",
        "All by name, for the entrance",
        convening=wish.convening,
        session=seated.session,
        letters=by_letter,
    )
    tables = [
        set_piece(
            "printing/tables/table.html",
            f"table-{table.id}",
            table.title,
            convening=wish.convening,
            session=seated.session,
            table=table,
        )
        for table in seated.plan.tables
        if table.sitters
    ]
    pages = len(tables) + 1 + seated.plan.seated // A_PAGE
    imprint = _imprint(wish, seated)
    return set_pieces(wish, "tables", [entrance, *tables], sheet=LISTS_SHEET, imprint=imprint, pages=pages)


def make_cards(db: Session, wish: Wish) -> Document:
    """A card for everybody, table by table, or for one person."""
    seated = _seated(db, wish)
    person = wish.option("person")
    cards = [
        _card(wish, seated, one, table)
        for table in seated.plan.tables
        for one in table.sitters
        if person in ("", str(one.person_id))
    ]
    return set_pieces(
        wish,
        "seat cards",
        cards,
        sheet=CARDS_SHEET,
        imprint=_imprint(wish, seated),
        up=4,
        nothing="They have no place at a table of this session.",
    )


def make_numbers(db: Session, wish: Wish) -> Document:
    """A number for each table, to be folded and to stand on it."""
    seated = _seated(db, wish, need_people=False)
    numbers = [
        set_piece(
            "printing/tables/number.html",
            f"table-{table.id}",
            table.title,
            table=table,
            name_size=_size(table.name, Face.TITLE, TABLE_SIZES, TABLE_HEIGHT, TABLE_WIDTH),
        )
        for table in seated.plan.tables
    ]
    return set_pieces(wish, "table numbers", numbers, sheet=NUMBERS_SHEET, imprint=_imprint(wish, seated))


def _card(wish: Wish, seated: Seated, one: Sitter, table: LaidTable) -> Piece:
    return set_piece(
        "printing/tables/card.html",
        f"person-{one.person_id}-session-{seated.session.id}",
        f"{one.name}, {table.title}",
        convening=wish.convening,
        session=seated.session,
        one=one,
        table=table,
        name_size=_size(one.name, Face.TITLE, NAME_SIZES, NAME_HEIGHT),
        place_size=_size(one.place, Face.STRONG, PLACE_SIZES, PLACE_HEIGHT),
    )


def _size(text: str, face: Face, sizes: Sequence[int], room: float, width: float = CARD_WIDTH) -> float:
    """The largest size in which a text fits; the smallest for what fits in none."""
    return largest([(text, 1)], face, width=width / POINT, height_=room / POINT, sizes=sizes)


def _letter(name: str) -> str:
    """Under which letter a name stands; one without letters of the Latin alphabet under its own first."""
    return (plain(name)[:1] or "–").upper()


def _seated(db: Session, wish: Wish, *, need_people: bool = True) -> Seated:
    """The session that is wanted, else the first with tables. Raises NothingToPrint."""
    agenda = published.agenda(db, wish.convening, wish.viewer)
    offered = _with_tables(db, wish.convening, wish.viewer)
    number = wish.option("session") or (str(offered[0].id) if offered else "")
    session = next((one for one in offered if str(one.id) == number), None)
    if agenda is None or session is None:
        raise NothingToPrint(PLEASE_PUBLISH if agenda is None else NOBODY)
    plan = table_plan(db, db.get_one(AgendaSession, session.id))
    if need_people and not plan.seated:
        raise NothingToPrint(NOBODY)
    return Seated(session, plan, agenda.release_number)


def _imprint(wish: Wish, seated: Seated) -> Imprint:
    return of_list(
        wish.convening,
        wish.address(f"/sessions/{seated.session.id}"),
        now=wish.at,
        release=seated.release,
        moments=[seated.session.starts_at],
        what="Your table as it stands now",
    )


def _with_tables(db: Session, convening: Convening, viewer: Viewer) -> list[SeenSession]:
    """The sessions with tables that the viewer sees in full, in order of time."""
    agenda = published.agenda(db, convening, viewer)
    if agenda is None:
        return []
    mine = [one.id for one in agenda.sessions if not (one.covered or one.cancelled)]
    laid = set(db.exec(select(SessionTable.session_id).where(col(SessionTable.session_id).in_(mine)).distinct()))
    return [one for one in agenda.sessions if one.id in laid]


def _sessions(db: Session, convening: Convening, viewer: Viewer) -> Sequence[tuple[str, str]]:
    return [(str(one.id), one.title) for one in _with_tables(db, convening, viewer)]


def _people(db: Session, convening: Convening, viewer: Viewer) -> Sequence[tuple[str, str]]:
    """Who has a place at a table of any of the sessions, by name."""
    mine = [one.id for one in _with_tables(db, convening, viewer)]
    rows = db.exec(
        select(Person)
        .where(col(Person.id).in_(select(TablePlace.person_id).where(col(TablePlace.session_id).in_(mine))))
        .order_by(col(Person.sort_name), col(Person.name), col(Person.id))
    )
    return [(str(one.key), one.sort_name or one.name) for one in rows]


SESSION = Option("session", "Session", _sessions)

TABLE_LISTS = Printable(
    slug="table-lists",
    title="Table lists",
    lead="Who sits where: all by name for the entrance, and a list to stand on each table.",
    group=Group.DOORS,
    permission="checkin.use",
    make=make_lists,
    piece=("list", "lists"),
    sides=one_side,
    options=(SESSION,),
    single=(),
)

SEAT_CARDS = Printable(
    slug="seat-cards",
    title="Seat cards",
    lead="A card to fold for each place: name, city and table. Four a sheet.",
    group=Group.DOORS,
    permission="checkin.use",
    make=make_cards,
    piece=("card", "cards"),
    sides=one_side,
    options=(SESSION, Option("person", "One person", _people, every="Everybody")),
    single=("person",),
)

TABLE_NUMBERS = Printable(
    slug="table-numbers",
    title="Table numbers",
    lead="A sheet to fold for each table, its number on both sides.",
    group=Group.DOORS,
    permission="checkin.use",
    make=make_numbers,
    piece=("number", "numbers"),
    sides=one_side,
    options=(SESSION,),
    single=(),
)
