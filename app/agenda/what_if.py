"""What breaks if: a person leaves early or comes late, a room is lost. Asked of a draft, which stays as it is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from app import clock
from app.agenda.draft import Draft
from app.agenda.findings import Checked, Finding
from app.agenda.presence import Span, Windows
from app.agenda.wording import Knowing
from app.people.audiences import Attendee

A_WEEK = timedelta(days=7)
"""Before a convening's first day and after its last: who has said nothing is there for all of that."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The draft as it would then be, checked, and what is found there beyond what is found now."""

    checked: Checked
    made: tuple[Finding, ...]


def leaves(checked: Checked, person_id: int, at: datetime) -> Answer:
    """What breaks if a person leaves for good at an instant (rule 11, and rule 1 of their city's turn)."""
    return _with_stay(checked, person_id, lambda start, end: (start, min(end, at)))


def arrives(checked: Checked, person_id: int, at: datetime) -> Answer:
    """What breaks if a person is only there from an instant on."""
    return _with_stay(checked, person_id, lambda start, end: (max(start, at), end))


def without_room(checked: Checked, room_id: int, span: Span | None = None) -> Answer:
    """What breaks if a room is not to be had during a span, or (None) at all (rule 2)."""
    draft = checked.draft
    lost: Mapping[int, tuple[Span, ...]] = {**draft.lost, room_id: (span or _all_of(draft),)}
    return _answer(checked, replace(draft, lost=lost))


def those_one_may_ask_about(draft: Draft, knowing: Knowing) -> list[Attendee]:
    """The people on the draft, without those of whom only a session that is hidden from the viewer tells (rule 13)."""
    people = 0
    for seating in draft.crowd.seatings.values():
        people |= seating.seated
    for session in draft.sessions:
        if session.id not in knowing.hidden:
            people |= session.bound
    return sorted(draft.crowd.members(people), key=lambda one: (one.sort_name or one.name, one.person_id))


def _with_stay(checked: Checked, person_id: int, cut: Callable[[datetime, datetime], Span]) -> Answer:
    draft = checked.draft
    place = draft.crowd.place[person_id]
    stays = [cut(start, end) for start, end in draft.windows.get(place, (_all_of(draft),))]
    kept = [(start, end) for start, end in stays if start < end]
    nowhere = [(stays[0][0], stays[0][0])]  # a window that covers nothing: not there at all
    return _answer(checked, replace(draft, windows=Windows({**draft.windows, place: tuple(kept or nowhere)})))


def _all_of(draft: Draft) -> Span:
    first = clock.at(draft.starts_on, time(0), draft.zone)
    return first - A_WEEK, clock.at(draft.ends_on, time(0), draft.zone) + A_WEEK


def _answer(before: Checked, draft: Draft) -> Answer:
    after = Checked.of(draft)
    known = {one.key: one for one in before.found}
    made = (_beyond(known.get(one.key), one) for one in after.found)
    return Answer(after, tuple(one for one in made if one is not None))


def _beyond(before: Finding | None, after: Finding) -> Finding | None:
    """A finding as far as it is new: about the people that it was not about; None where nothing of it is."""
    if before is None or before == after:
        return None if before else after
    more = after.people & ~before.people
    if more:
        return replace(after, people=more)
    longer = after.span is not None and before.span is not None and not _within(after.span, before.span)
    worse = abs(after.have - after.need) > abs(before.have - before.need)
    further = not set(after.session_ids) <= set(before.session_ids) or not set(after.city_ids) <= set(before.city_ids)
    return after if longer or worse or further else None


def _within(span: Span, other: Span) -> bool:
    return other[0] <= span[0] and span[1] <= other[1]
