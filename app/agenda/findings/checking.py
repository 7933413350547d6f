"""Finding all that is wrong with a draft, at once or, after a change, only where it concerns something."""

from bisect import bisect_left, insort
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from math import inf
from typing import Self

from app.agenda import budget
from app.agenda.draft import Draft, DraftSession
from app.agenda.findings.company import must_not_be_there, of_one_body
from app.agenda.findings.finding import Finding, Kind
from app.agenda.findings.missing import Team, missing_from, not_confirmed, not_there, teams
from app.agenda.findings.pairs import all_pairs, pairs_with
from app.agenda.findings.places import Choice, choices, not_to_be_had, too_small
from app.agenda.findings.slots import moved_off
from app.agenda.findings.whole import NOTHING, Facts, facts_of, of_the_whole

GROUND = ("crowd", "windows", "away", "rooms", "bodies", "active", "minimums", "walking", "lost", "today", "zone")
"""What findings stand on beside the sessions: where any of it is another, all is looked at again."""

AT_TWO = (Kind.PEOPLE, Kind.PROTECTED, Kind.WALK, Kind.ROOM)
"""What is found at two sessions together; all else is found at the first that it names."""

_Entry = tuple[int, float, str, Finding]
"""A finding behind what it is ordered by: its gravity, when it is, its key, which no other has."""


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
    _working: "_Working" = field(repr=False)

    @classmethod
    def of(cls, draft: Draft) -> Self:
        """A draft, checked as a whole."""
        coming = {id(seating): teams(draft, seating) for seating in draft.crowd.seatings.values()}
        working = _Working([], {}, {}, coming)
        working.look_at(draft, draft.running, choices(draft.running))
        working.add(all_pairs(draft))
        return cls._of(draft, working)

    def after(self, draft: Draft, changed: Collection[int]) -> Self:
        """The same draft after these sessions have changed, come, or gone, and no others: only what involves them is
        looked at again. Where more than sessions differs, all is."""
        if any(getattr(draft, name) is not getattr(self.draft, name) for name in GROUND):
            return self.of(draft)
        involved = _involved(self.draft, draft, changed)
        again = draft.placed(involved)
        working = self._working.copy()
        working.forget(changed, involved)
        working.look_at(draft, again, choices(draft.running, {one.choice_group for one in again if one.choice_group}))
        working.add(pairs_with(draft, changed))
        return self._of(draft, working)

    @classmethod
    def _of(cls, draft: Draft, working: "_Working") -> Self:
        facts = working.facts
        spans = ((draft.session(number).span, one.purposes) for number, one in facts.items() if one.purposes)
        lines = tuple(budget.lines(spans, draft.minimums))
        entries = working.entries.copy()
        for one in of_the_whole(draft, facts, lines):
            insort(entries, _entry(one))
        return cls(draft, tuple(finding for _, _, _, finding in entries), lines, working)


@dataclass(frozen=True, slots=True)
class _Working:
    """What is found at sessions: the entries in order, and by the sessions that they were found at; the sessions'
    facts; the teams that are not there throughout, by the identity of a seating."""

    entries: list[_Entry]
    at: dict[int, tuple[_Entry, ...]]
    facts: dict[int, Facts]
    teams: dict[int, tuple[Team, ...]]

    def copy(self) -> "_Working":
        return _Working(self.entries.copy(), self.at.copy(), self.facts.copy(), self.teams)

    def forget(self, changed: Collection[int], involved: Collection[int]) -> None:
        """Take out all that was found at the changed sessions, and what was found at the involved ones alone."""
        for number in involved:
            self.facts.pop(number, None)
            for entry in self.at.get(number, ()):
                if number in changed or entry[3].kind not in AT_TWO:
                    del self.entries[bisect_left(self.entries, entry)]
                    for other in _found_at(entry[3]):
                        self.at[other] = tuple(one for one in self.at[other] if one is not entry)

    def look_at(self, draft: Draft, sessions: Iterable[DraftSession], groups: Mapping[str, Choice]) -> None:
        """Look at each of the sessions by itself."""
        for session in sessions:
            seating = draft.crowd.on(draft.day_of(session.span[0]))
            missing = missing_from(draft, session, seating, self.teams[id(seating)])
            self.add(too_small(session, seating, groups))
            self.add(not_to_be_had(draft, session))
            self.add(not_there(session, missing))
            self.add(not_confirmed(draft, session))
            self.add(must_not_be_there(session, seating))
            self.add(of_one_body(draft, session))
            self.add(moved_off(draft, session, seating))
            facts = facts_of(session, budget.purposes(session, seating), missing)
            if facts is not NOTHING:
                self.facts[session.id] = facts

    def add(self, found: Iterable[Finding]) -> None:
        for one in found:
            entry = _entry(one)
            insort(self.entries, entry)
            for number in _found_at(one):
                self.at[number] = (*self.at.get(number, ()), entry)


def _entry(finding: Finding) -> _Entry:
    return int(finding.gravity), finding.span[0].timestamp() if finding.span else inf, finding.key, finding


def _found_at(finding: Finding) -> tuple[int, ...]:
    return finding.session_ids if finding.kind in AT_TWO else finding.session_ids[:1]


def _involved(before: Draft, after: Draft, changed: Collection[int]) -> set[int]:
    """The changed sessions, and those at which something else may be found because of them: the mayors' updates at
    the time, before or after, and what one could choose instead."""
    involved = set(changed)
    for plan in (before, after):
        for one in plan.placed(changed):
            for other in after.during(one.span):
                if other.items or (other.choice_group and other.choice_group == one.choice_group):
                    involved.add(other.id)
    return involved
