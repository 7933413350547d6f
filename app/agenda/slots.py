"""The cities' turns in the mayors' updates: two change places, or one goes to another session."""

from sqlmodel import Session

from app.gatherings.changes import note_change
from app.gatherings.details import Item, is_hidden, items_of, write_items
from app.models import AgendaSession, SessionItem
from app.people.audit import Refused, verb
from app.people.viewer import Viewer


@verb
def swap_slots(db: Session, item: SessionItem, other: SessionItem, *, by: Viewer) -> None:
    """Let two parts of sessions of one convening change places, in one session or across two.

    What stands at a place is what is swapped: the city, the title and the minutes.
    """
    session, its = item.session, other.session
    _refuse_strangers(db, session, its, by)
    first, second = list(items_of(session)), list(items_of(its))
    here, there = session.items.index(item), its.items.index(other)
    if session.key == its.key:
        first[here], first[there] = first[there], first[here]
        _write(session, first)
    else:
        first[here], second[there] = second[there], first[here]
        _write(session, first)
        _write(its, second)


@verb
def move_slot(db: Session, item: SessionItem, to: AgendaSession, *, by: Viewer) -> None:
    """Take a part out of its session and put it at the end of another one of the same convening."""
    session = item.session
    _refuse_strangers(db, session, to, by)
    if session.key == to.key:
        return
    items = list(items_of(session))
    moved = items.pop(session.items.index(item))
    _write(session, items)
    _write(to, [*items_of(to), moved])


def _write(session: AgendaSession, items: list[Item]) -> None:
    note_change(session, shown=write_items(session, tuple(items)))


def _refuse_strangers(db: Session, session: AgendaSession, other: AgendaSession, by: Viewer) -> None:
    if session.convening_id is None or session.convening_id != other.convening_id:
        raise Refused("The two turns are not of one convening.")
    if is_hidden(db, session, by) or is_hidden(db, other, by):
        raise Refused("Only somebody who is in a closed session may change its parts.")
