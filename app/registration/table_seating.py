"""Laying tables for a session and seating people at them. Two organizers at once come one after the other: each holds
the log first, and reads what the other has done. No table ever has more people than places."""

from collections.abc import Sequence

from sqlmodel import Session

from app.gatherings.details import is_hidden
from app.models import AgendaSession, SessionTable, TablePlace
from app.people.audit import Refused, verb
from app.people.viewer import Viewer
from app.registration.holding import hold_log
from app.registration.mixing import mix
from app.registration.table_plan import Sitter, expected_at, places_taken, replaced_by, tables_laid

MOST_TABLES, MOST_PLACES = 80, 40


@verb
def lay_tables(db: Session, session: AgendaSession, *, tables: int, places: int, by: Viewer) -> int:
    """So many tables of so many places, numbered from 1; 0 tables take all away. Who sat at one that goes sits nowhere
    then: how many they are is returned."""
    if not 0 <= tables <= MOST_TABLES:
        raise Refused(f"Lay between 1 and {MOST_TABLES} tables.", "tables")
    if not 1 <= places <= MOST_PLACES:
        raise Refused(f"A table has between 1 and {MOST_PLACES} places.", "places")
    _hold(db, session, by)
    laid, rows = tables_laid(db, session), places_taken(db, session)
    going = {one.key for one in laid if one.number > tables}
    freed = [row for row in rows if row.table_id in going]
    for row in freed:
        db.delete(row)
    db.flush()
    for one in laid:
        if one.key in going:
            db.delete(one)
        else:
            _furnish(db, session, one, places, [row for row in rows if row.table_id == one.key])
    known = {one.number for one in laid}
    for number in range(1, tables + 1):
        if number not in known:
            db.add(SessionTable(session_id=session.key, number=number, places=places))
    return len(freed)


@verb
def change_table(
    db: Session, session: AgendaSession, table: SessionTable, *, name: str, places: int, by: Viewer
) -> None:
    """Name one table, and say how many places it has."""
    if not 1 <= places <= MOST_PLACES:
        raise Refused(f"A table has between 1 and {MOST_PLACES} places.", "places")
    _hold(db, session, by)
    name = " ".join(name.split())
    if len(name) > 120:
        raise Refused("A table’s name has at most 120 letters.", "name")
    rows = [row for row in places_taken(db, session) if row.table_id == table.key]
    _furnish(db, session, table, places, rows)
    table.name = name


@verb
def seat_everybody(db: Session, session: AgendaSession, *, anew: bool = False, by: Viewer) -> int:
    """Seat all who are expected and sit nowhere yet, mixed (mixing.py); a substitute has the place of whom they
    replace, and who is not expected any more gives theirs up. `anew`: the others are mixed again too, but for those who
    were placed by hand. Returns how many have another place than before; pressed again, nobody has."""
    _hold(db, session, by)
    expected = expected_at(db, session)
    laid = tables_laid(db, session)
    if not laid:
        raise Refused("Lay the tables first: say how many, and of how many places.", "tables")
    if not expected:
        raise Refused("Nobody is expected there: look at whom the session is for, and when it is.")
    if len(expected) > sum(one.places for one in laid):
        raise Refused(
            f"{len(expected)} people are expected, and there are {sum(one.places for one in laid)} places. Lay more "
            "tables, or more places at each.",
            "tables",
        )
    rows = _settle(db, session, expected)
    kept = {number: row.table_id for number, row in rows.items() if row.by_hand or not anew}
    before = {number: row.table_id for number, row in rows.items()}
    seats = mix([one.diner for one in expected.values()], {one.key: one.places for one in laid}, kept)
    moved = [number for number, table in seats.items() if before.get(number) != table]
    for number in moved:
        if number in rows:
            rows[number].table_id = seats[number]
        else:
            db.add(TablePlace(session_id=session.key, table_id=seats[number], person_id=number))
    return len(moved)


@verb
def move_to_table(db: Session, session: AgendaSession, person_id: int, table: SessionTable, *, by: Viewer) -> None:
    """Seat somebody at a table, wherever they sat before. Refused where it is full."""
    _hold(db, session, by)
    expected = expected_at(db, session)
    _expect(expected, person_id)
    rows = places_taken(db, session)
    own = next((row for row in rows if row.person_id == person_id), None)
    db.refresh(table)
    if own is None or own.table_id != table.key:
        _make_room(db, table, table.places - 1, [row for row in rows if row.table_id == table.key], expected)
    if own is None:
        db.add(TablePlace(session_id=session.key, table_id=table.key, person_id=person_id, by_hand=True))
    else:
        own.table_id, own.by_hand = table.key, True


@verb
def swap_places(db: Session, session: AgendaSession, one_id: int, other_id: int, *, by: Viewer) -> None:
    """Have two people change places; who has none yet takes the other's, who then sits nowhere."""
    _hold(db, session, by)
    expected = expected_at(db, session)
    _expect(expected, one_id)
    _expect(expected, other_id)
    if one_id == other_id:
        raise Refused("Choose somebody else to change places with.", "to")
    rows = {row.person_id: row for row in places_taken(db, session)}
    one, other = rows.get(one_id), rows.get(other_id)
    if one is not None and other is not None:
        one.table_id, other.table_id = other.table_id, one.table_id
        one.by_hand = other.by_hand = True
    elif one is None and other is None:
        raise Refused("Neither of them has a place yet: choose a table.", "to")
    else:
        given = one or other
        assert given is not None
        given.person_id, given.by_hand = (other_id if one is not None else one_id), True


@verb
def take_off(db: Session, session: AgendaSession, person_id: int, *, by: Viewer) -> None:
    """Take somebody's place away; who has none is none the worse for it."""
    _hold(db, session, by)
    for row in places_taken(db, session):
        if row.person_id == person_id:
            db.delete(row)


def _hold(db: Session, session: AgendaSession, by: Viewer) -> None:
    hold_log(db)
    db.refresh(session)
    if session.archived_at is not None:
        raise Refused("This session was deleted, so nobody is seated there.")
    if not by.is_system and is_hidden(db, session, by):
        raise Refused("Who is in this session stays with those who are in it, so only they can seat people there.")


def _expect(expected: dict[int, Sitter], person_id: int) -> None:
    if person_id not in expected:
        raise Refused("They are not expected there any more, or only at another time.", "person")


def _furnish(db: Session, session: AgendaSession, table: SessionTable, places: int, rows: Sequence[TablePlace]) -> None:
    """Give a table so many places."""
    if len(rows) > places:
        _make_room(db, table, places, rows, expected_at(db, session), "places")
    table.places = places


def _make_room(
    db: Session,
    table: SessionTable,
    most: int,
    rows: Sequence[TablePlace],
    expected: dict[int, Sitter],
    field: str = "to",
) -> None:
    """See that at most so many sit there; who is not expected any more gives their place up."""
    if len(rows) <= most:
        return
    there = [row for row in rows if row.person_id in expected]
    if len(there) > most:
        if field == "to":
            raise Refused(f"{table.title} is full. Let two people change places, or give it another place.", field)
        raise Refused(f"{len(there)} people sit at {table.title}: move some of them first.", field)
    for row in rows:
        if row.person_id not in expected:
            db.delete(row)
    db.flush()


def _settle(db: Session, session: AgendaSession, expected: dict[int, Sitter]) -> dict[int, TablePlace]:
    """Person → place, after substitutes have had the places of whom they replace, and who has left none."""
    rows = {row.person_id: row for row in places_taken(db, session)}
    assert session.convening_id is not None
    for coming, (leaving, _name) in replaced_by(db, session.convening_id).items():
        if leaving in rows and leaving not in expected and coming in expected and coming not in rows:
            rows[coming] = rows.pop(leaving)
            rows[coming].person_id = coming
    for number in rows.keys() - expected.keys():
        db.delete(rows.pop(number))
    db.flush()
    return rows
