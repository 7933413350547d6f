"""Finding all that is wrong with a draft, at once or, after a change, only where it concerns something."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Self

from app.agenda import budget
from app.agenda.draft import Draft, DraftSession
from app.agenda.findings.company import must_not_be_there, of_one_body
from app.agenda.findings.finding import Finding
from app.agenda.findings.missing import Team, missing_from, not_confirmed, not_there, teams
from app.agenda.findings.pairs import all_pairs, pairs_with
from app.agenda.findings.places import Choice, choices, not_to_be_had, too_small
from app.agenda.findings.slots import moved_off
from app.agenda.findings.whole import NOTHING, Facts, facts_of, of_the_whole

GROUND = ("crowd", "windows", "away", "rooms", "bodies", "active", "minimums", "walking", "lost", "today", "zone")
"""What findings stand on beside the sessions: where any of it is another, all is looked at again."""

OF_A_PAIR = 0

_Entry = tuple[tuple[int, float, str], int, Finding]
"""A finding in its order, and the session by itself that it was found at (OF_A_PAIR: at two)."""


def check(draft: Draft) -> list[Finding]:
    """All findings of a draft, the gravest first, then by time.

    People who may choose among parallel sessions (one choice group) are not in several of them by being invited to
    all; those with a part in them are.
    """
    return list(Checked.of(draft).found)


@dataclass(frozen=True, slots=True)
class Checked:
    """A draft with all that is found in it, in order, and its time budget. Never changed: `after` makes another."""

    draft: Draft
    found: tuple[Finding, ...]
    budget: tuple[budget.BudgetLine, ...]
    _entries: list[_Entry] = field(repr=False)
    _facts: dict[int, Facts] = field(repr=False)
    _teams: dict[int, tuple[Team, ...]] = field(repr=False)

    @classmethod
    def of(cls, draft: Draft) -> Self:
        """A draft, checked as a whole."""
        coming = {id(seating): teams(draft, seating) for seating in draft.crowd.seatings.values()}
        entries = [_entry(OF_A_PAIR, one) for one in all_pairs(draft)]
        facts: dict[int, Facts] = {}
        for session, one in _each(draft, draft.running, choices(draft.running), coming, facts):
            entries.append(_entry(session.id, one))
        return cls._put_together(draft, entries, facts, coming)

    def after(self, draft: Draft, changed: Collection[int]) -> Self:
        """The same draft after these sessions have changed, come, or gone, and no others: only what involves them is
        looked at again. Where more than sessions differs, all is."""
        if any(getattr(draft, name) is not getattr(self.draft, name) for name in GROUND):
            return self.of(draft)
        involved = _involved(self.draft, draft, changed)
        entries = [
            entry
            for entry in self._entries
            if (entry[1] not in involved if entry[1] != OF_A_PAIR else _without(changed, entry[2].session_ids))
        ]
        entries += [_entry(OF_A_PAIR, one) for one in pairs_with(draft, changed)]
        facts = {number: one for number, one in self._facts.items() if number not in involved}
        again = [one for one in draft.running if one.id in involved]
        groups = choices(draft.running, {one.choice_group for one in again if one.choice_group})
        for session, one in _each(draft, again, groups, self._teams, facts):
            entries.append(_entry(session.id, one))
        return self._put_together(draft, entries, facts, self._teams)

    @classmethod
    def _put_together(
        cls, draft: Draft, entries: list[_Entry], facts: dict[int, Facts], coming: dict[int, tuple[Team, ...]]
    ) -> Self:
        entries.sort(key=_order)
        spans = ((draft.session(number).span, one.purposes) for number, one in facts.items() if one.purposes)
        lines = tuple(budget.lines(spans, draft.minimums))
        whole = [_entry(OF_A_PAIR, one) for one in of_the_whole(draft, facts, lines)]
        found = tuple(finding for _, _, finding in (sorted([*entries, *whole], key=_order) if whole else entries))
        return cls(draft, found, lines, entries, facts, coming)


def _entry(session_id: int, finding: Finding) -> _Entry:
    return finding.order, session_id, finding


def _order(entry: _Entry) -> tuple[int, float, str]:
    return entry[0]


def _without(changed: Collection[int], session_ids: Iterable[int]) -> bool:
    return not any(number in changed for number in session_ids)


def _each(
    draft: Draft,
    sessions: Iterable[DraftSession],
    groups: dict[str, Choice],
    coming: dict[int, tuple[Team, ...]],
    facts: dict[int, Facts],
) -> Iterator[tuple[DraftSession, Finding]]:
    """What is found at each session by itself; what it adds to the whole goes into `facts`."""
    for session in sessions:
        seating = draft.crowd.on(draft.day_of(session.span[0]))
        missing = missing_from(draft, session, seating, coming[id(seating)])
        for found in (
            too_small(session, seating, groups),
            not_to_be_had(draft, session),
            not_there(session, missing),
            not_confirmed(draft, session),
            must_not_be_there(session, seating),
            of_one_body(draft, session),
            moved_off(draft, session, seating, draft.running),
        ):
            for one in found:
                yield session, one
        its_facts = facts_of(session, budget.purposes(session, seating), missing)
        if its_facts is not NOTHING:
            facts[session.id] = its_facts


def _involved(before: Draft, after: Draft, changed: Collection[int]) -> set[int]:
    """The changed sessions, and those at which something else may be found because of them: the mayors' updates at
    the time, before or after, and what one could choose instead."""
    involved = set(changed)
    versions = [one for plan in (before, after) for one in plan.running if one.id in involved]
    for other in after.running:
        if other.items or other.choice_group:
            for one in versions:
                same_choice = other.choice_group and other.choice_group == one.choice_group
                meets_a_slot = any(one.meets(span) for _, span in other.slots)  # slots may go on past the end
                if meets_a_slot or (same_choice and other.meets(one.span)):
                    involved.add(other.id)
    return involved
