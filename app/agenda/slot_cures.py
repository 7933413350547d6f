"""Ways out for a mayor who is not there when it is their city's turn: another turn in the mayors' updates."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from app.agenda.draft import Draft, DraftSession, Item
from app.agenda.findings import Finding
from app.agenda.findings.slots import moved_off
from app.models import SessionFormat

MOST_OFFERED = 3


@dataclass(frozen=True, slots=True)
class OtherSlot:
    """Two turns change places (`with_id`), or one goes to the end of another session (`to_id`). The session that
    `words` call {it} is the other one."""

    words: str
    session_id: int
    named_id: int
    item_id: int
    with_id: int | None = None
    to_id: int | None = None

    path = "slots"

    @property
    def fields(self) -> list[tuple[str, str]]:
        to = ("with", str(self.with_id)) if self.with_id else ("to", str(self.to_id))
        return [("item", str(self.item_id)), to]


def other_slots(draft: Draft, finding: Finding) -> list[OtherSlot]:
    """Swaps of the finding's turn with another city's, in its own session first, and moves into a session with time
    to spare: those after which this mayor is there for theirs, and no other misses theirs who does not now."""
    session = draft.session(finding.session_ids[0])
    item = next(one for one in session.items if one.id == finding.about)
    found = []
    for cure, after in _tried(draft, session, item):
        missed = _missed(draft, after)
        if item.id not in missed and missed <= _missed(draft, (draft.session(one.id) for one in after)):
            found.append(cure)
            if len(found) == MOST_OFFERED:
                break
    return found


def _tried(draft: Draft, session: DraftSession, item: Item) -> Iterator[tuple[OtherSlot, list[DraftSession]]]:
    """Each swap and each move, with the sessions as they would then be."""
    mine = f"{_city(draft, item)}’s turn"
    updates = [one for one in draft.running if one.format is SessionFormat.MAYOR_UPDATE]
    for other in sorted(updates, key=lambda one: one.id != session.id):
        for its in other.items:
            if its.id != item.id and its.city_id is not None and _fit(session, item, other, its):
                where = "" if other.id == session.id else " in {it}"
                words = f"Swap {mine} with {_city(draft, its)}’s{where}"
                swapped = {one.id: _with_swap(one, item, its) for one in (session, other)}
                yield OtherSlot(words, session.id, other.id, item.id, with_id=its.id), list(swapped.values())
    for other in updates:
        if other.id != session.id and _spare(other) >= timedelta(minutes=item.minutes):
            without = replace(session, items=tuple(one for one in session.items if one.id != item.id))
            words = f"Move {mine} to the end of {{it}}"
            cure = OtherSlot(words, session.id, other.id, item.id, to_id=other.id)
            yield cure, [without, replace(other, items=(*other.items, item))]


def _missed(draft: Draft, sessions: Iterable[DraftSession]) -> set[int | None]:
    """The turns, by their item's id, of which no mayor can be there."""
    return {
        one.about
        for session in sessions
        for one in moved_off(draft, session, draft.crowd.on(draft.day_of(session.span[0])))
    }


def _with_swap(session: DraftSession, item: Item, other: Item) -> DraftSession:
    swap = {item.id: other, other.id: item}
    return replace(session, items=tuple(swap.get(one.id, one) for one in session.items))


def _fit(session: DraftSession, item: Item, other: DraftSession, its: Item) -> bool:
    """Whether both sessions have the time for the other's turn; in one session they always have."""
    more = timedelta(minutes=item.minutes - its.minutes)
    return session.id == other.id or (more <= _spare(other) and -more <= _spare(session))


def _spare(session: DraftSession) -> timedelta:
    start, end = session.span
    return end - start - timedelta(minutes=sum(item.minutes for item in session.items))


def _city(draft: Draft, item: Item) -> str:
    """The city's name as part of `words`, in which braces have a meaning."""
    return draft.cities.get(item.city_id or 0, "").replace("{", "(").replace("}", ")")
