"""The mayors' updates: whether each city's mayor is there when it is that city's turn (rules 1, 5, 11)."""

from collections.abc import Iterator

from app.agenda.crowd import Seating
from app.agenda.draft import Draft, DraftSession, Item
from app.agenda.findings.finding import NOBODY, Finding, Gravity, Kind
from app.agenda.presence import Span


def moved_off(draft: Draft, session: DraftSession, seating: Seating) -> Iterator[Finding]:
    """Turns of cities of which no mayor can be there: not in town then, staying away, or bound to be elsewhere.

    A city whose mayor's seat is vacant is not found: who speaks for it is for the city to say.
    """
    if not session.items:
        return
    for item, span in session.slots:
        mayors = seating.mayors.get(item.city_id or 0, NOBODY)
        if mayors:
            gone = mayors & (draft.windows.outside(span) | draft.away | seating.left_out(session.rule))
            rest = mayors & ~gone
            elsewhere = _elsewhere(draft, session, rest, span) if rest else None
            if not rest or elsewhere:
                yield _moved_off(session, item, mayors, span, elsewhere)


def _elsewhere(draft: Draft, session: DraftSession, mayors: int, span: Span) -> DraftSession | None:
    """The session that takes the last of the mayors away during a span, if each is bound to be in another."""
    last = None
    for other in draft.during(span):
        if other.id != session.id:
            same_choice = session.choice_group and session.choice_group == other.choice_group
            taken = mayors & (other.engaged if same_choice else other.bound)
            if taken:
                mayors &= ~taken
                last = other
    return last if not mayors else None


def _moved_off(session: DraftSession, item: Item, mayors: int, span: Span, elsewhere: DraftSession | None) -> Finding:
    rule = 1 if elsewhere else 11
    ids = (session.id, elsewhere.id) if elsewhere else (session.id,)
    return Finding(
        rule,
        Kind.UPDATE,
        Gravity.SHOULD_LOOK,
        f"{rule}:{Kind.UPDATE}:{item.id}",
        ids,
        mayors,
        None,
        span,
        city_ids=(item.city_id,) if item.city_id else (),
        about=item.id,
    )
