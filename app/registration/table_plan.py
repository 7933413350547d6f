"""Who sits where at a session, as organizers see it: tables, empty places, who came new and who has left, and how mixed
it is. Whom it is for is decided on the draft (attending.py), as for meals; no need is read (rule 12)."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from app.models import AgendaSession, Person, Registration, SessionTable, Standing, Substitution, TablePlace
from app.registration.attending import Guest, guests, places, rooms_said, those_in
from app.registration.mixing import Diner

AT_A_TABLE = 8
"""Places of a table where nobody has said how many."""


@dataclass(frozen=True, slots=True)
class Sitter:
    """Somebody who is expected. `instead_of` is whom a substitute replaces; `by_hand`: an organizer placed them."""

    person_id: int
    name: str
    city: str
    office: str
    role: str
    is_mayor: bool
    by_hand: bool = False
    instead_of: str = ""
    sort_name: str = ""

    @property
    def place(self) -> str:
        """ "Mayor, Oakland"."""
        return ", ".join(part for part in (self.office, self.city) if part)

    @property
    def diner(self) -> Diner:
        return Diner(self.person_id, self.city, self.role, self.is_mayor)


@dataclass(frozen=True, slots=True)
class LaidTable:
    """A table with those who sit at it, by name; `left` had a place there and are not expected any more."""

    id: int
    number: int
    name: str
    title: str
    places: int
    sitters: tuple[Sitter, ...]
    left: tuple[str, ...]

    @property
    def free(self) -> int:
        return self.places - len(self.sitters)

    @property
    def cities(self) -> int:
        """Of how many cities people sit there."""
        return len({one.city for one in self.sitters if one.city})

    @property
    def doubled(self) -> tuple[str, ...]:
        """Cities of which more than one person sits there."""
        count = Counter(one.city for one in self.sitters if one.city)
        return tuple(sorted(city for city, people in count.items() if people > 1))


@dataclass(frozen=True, slots=True)
class TablePlan:
    """All tables of a session, and those who are expected and sit nowhere yet, by city and name. `room` says where it
    is and how many it seats."""

    tables: tuple[LaidTable, ...]
    waiting: tuple[Sitter, ...]
    room: str
    room_seats: int | None

    @property
    def expected(self) -> int:
        return len(self.waiting) + self.seated

    @property
    def seated(self) -> int:
        return sum(len(table.sitters) for table in self.tables)

    @property
    def places(self) -> int:
        return sum(table.places for table in self.tables)

    @property
    def suggested(self) -> tuple[int, int]:
        """How many tables of how many places: as they are laid, else for all who are expected."""
        if self.tables:
            return len(self.tables), Counter(table.places for table in self.tables).most_common(1)[0][0]
        return max(1, -(-self.expected // AT_A_TABLE)), AT_A_TABLE

    @property
    def mixed(self) -> str:
        """How mixed it is, in words."""
        return said_mixed(self.tables)

    def find(self, person_id: int) -> tuple[Sitter, LaidTable | None] | None:
        """Somebody who is expected, and the table at which they sit."""
        for table in self.tables:
            for one in table.sitters:
                if one.person_id == person_id:
                    return one, table
        return next(((one, None) for one in self.waiting if one.person_id == person_id), None)


def table_plan(db: Session, session: AgendaSession) -> TablePlan:
    """The plan as it stands. The number of queries is fixed."""
    expected = expected_at(db, session)
    laid = tables_laid(db, session)
    rows = places_taken(db, session)
    gone = {row.person_id for row in rows} - expected.keys()
    names = dict(db.exec(select(Person.id, Person.name).where(col(Person.id).in_(gone))).all()) if gone else {}
    hand = {row.person_id: row.by_hand for row in rows}
    at: dict[int, list[Sitter]] = {}
    left: dict[int, list[str]] = {}
    table_of = {row.person_id: row.table_id for row in rows}
    for number, one in expected.items():  # in their order, by city and name
        if number in table_of:
            at.setdefault(table_of[number], []).append(replace(one, by_hand=hand[number]))
    for number in gone:
        left.setdefault(table_of[number], []).append(names.get(number, ""))
    tables = tuple(
        LaidTable(
            one.key,
            one.number,
            one.name,
            one.title,
            one.places,
            tuple(at.get(one.key, ())),
            tuple(sorted(left.get(one.key, ()))),
        )
        for one in laid
    )
    waiting = tuple(one for number, one in expected.items() if number not in table_of)
    seats = [use.capacity for use in session.places]
    known = [seat for seat in seats if seat is not None]
    return TablePlan(tables, waiting, rooms_said(session), sum(known) if known and len(known) == len(seats) else None)


def expected_at(db: Session, session: AgendaSession) -> dict[int, Sitter]:
    """Whom a session that takes place is for, of those who have a place at the convening and are there then (rule 11),
    by city and name; nobody while it waits in the tray or is cancelled."""
    convening = session.convening
    place = next((one for one in places(db, convening) if one.session.key == session.key), None) if convening else None
    if convening is None or place is None:
        return {}
    replaced = replaced_by(db, convening.key)
    there = those_in(place, guests(db, convening, with_needs=False))
    return {one.person_id: _sitter(one, replaced.get(one.person_id, (0, ""))[1]) for one in there}


def tables_laid(db: Session, session: AgendaSession) -> Sequence[SessionTable]:
    """The tables of a session, by their numbers."""
    mine = select(SessionTable).where(SessionTable.session_id == session.key)
    return db.exec(mine.order_by(col(SessionTable.number)).execution_options(populate_existing=True)).all()


def places_taken(db: Session, session: AgendaSession) -> Sequence[TablePlace]:
    """All places that somebody has at its tables, whether they are still expected or not."""
    mine = select(TablePlace).where(TablePlace.session_id == session.key)
    return db.exec(mine.order_by(col(TablePlace.id)).execution_options(populate_existing=True)).all()


def replaced_by(db: Session, convening_id: int) -> Mapping[int, tuple[int, str]]:
    """Substitute → whom they replace, by number and name."""
    leaving, coming = aliased(Registration), aliased(Registration)
    rows = db.exec(
        select(coming.person_id, leaving.person_id, Person.name)
        .select_from(Substitution)
        .join(leaving, col(leaving.id) == Substitution.leaving_id)
        .join(coming, col(coming.id) == Substitution.coming_id)
        .join(Person, col(Person.id) == leaving.person_id)
        .where(Substitution.convening_id == convening_id, col(Substitution.undone_at).is_(None))
    )
    return {came: (left, name) for came, left, name in rows}


def said_mixed(tables: Iterable[LaidTable]) -> str:
    """ "Each table has people of 5 or 6 cities; nobody sits with their own city." """
    taken = [table for table in tables if table.sitters]
    if not taken:
        return ""
    counts = sorted({table.cities for table in taken})
    many = f"{counts[0]} or {counts[1]}" if len(counts) == 2 else f"{counts[0]} to {counts[-1]}"
    cities = f"{counts[0]} {'city' if counts == [1] else 'cities'}" if len(counts) == 1 else f"{many} cities"
    doubled = [f"{table.title} ({', '.join(table.doubled)})" for table in taken if table.doubled]
    if not doubled:
        beside = "nobody sits with their own city"
    elif len(doubled) <= 3:
        beside = f"people of one city sit together at {', '.join(doubled)}"
    else:
        beside = f"people of one city sit together at {len(doubled)} tables"
    return f"{'Each table has' if len(taken) > 1 else 'The table has'} people of {cities}; {beside}."


def _sitter(guest: Guest, instead_of: str) -> Sitter:
    own = next((one for one in guest.offices if (one.city_name or "") == guest.city), None)
    office = own or next(iter(guest.offices), None)
    return Sitter(
        guest.person_id,
        guest.name,
        guest.city,
        office.title if office else "",
        str(office.role_id) if office else "",
        any(one.standing is Standing.MAYOR for one in guest.offices),
        instead_of=instead_of,
        sort_name=guest.sort_name,
    )
