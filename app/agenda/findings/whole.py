"""What is true of a draft as a whole: minutes (rule 4), cities without a turn (5), teams that are not there (11).

Each session adds its facts, which are kept while it stays as it is; the rest is counting.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from app.agenda.budget import BudgetLine
from app.agenda.draft import Draft, DraftSession
from app.agenda.findings.finding import NOBODY, Finding, Gravity, Kind
from app.agenda.findings.missing import Missing, OfATeam
from app.models import SessionFormat


@dataclass(frozen=True, slots=True)
class Facts:
    """What a placed session adds. `slots` are the cities that have theirs in it, None where it is not of the mayors'
    updates; `late` and `gone` are people of teams that are not there."""

    purposes: tuple[str, ...]
    slots: frozenset[int] | None
    late: tuple[OfATeam, ...]
    gone: tuple[OfATeam, ...]


NOTHING = Facts((), None, (), ())


def facts_of(session: DraftSession, purposes: tuple[str, ...], missing: Missing) -> Facts:
    """The facts of a placed session; `NOTHING` itself for most."""
    is_update = session.format is SessionFormat.MAYOR_UPDATE
    slots = frozenset(item.city_id for item in session.items if item.city_id is not None) if is_update else None
    facts = Facts(purposes, slots, missing.late, missing.gone)
    return NOTHING if facts == NOTHING else facts


def of_the_whole(draft: Draft, facts: Mapping[int, Facts], budget: Iterable[BudgetLine]) -> Iterator[Finding]:
    """All findings about the draft as a whole."""
    yield from _minutes(budget)
    yield from _without_a_slot(draft, facts.values())
    yield from _teams(draft, facts, Kind.ARRIVAL)
    yield from _teams(draft, facts, Kind.DEPARTURE)


def _minutes(budget: Iterable[BudgetLine]) -> Iterator[Finding]:
    """Rule 4: minutes of a purpose against the minimum that the convening sets."""
    for line in budget:
        if line.minutes < line.minimum:
            key = f"4:{Kind.MINUTES}:{line.purpose}"
            have, need = line.minutes, line.minimum
            yield Finding(4, Kind.MINUTES, Gravity.SHOULD_LOOK, key, have=have, need=need, purpose=line.purpose)


def _without_a_slot(draft: Draft, facts: Iterable[Facts]) -> Iterator[Finding]:
    """Rule 5: as soon as there are mayors' updates, each active city has a turn in one of them."""
    slots = [one.slots for one in facts if one.slots is not None]
    without = draft.active.difference(*slots)
    if slots and without:
        cities = tuple(sorted(without, key=lambda number: draft.cities.get(number, "")))
        yield Finding(5, Kind.SLOT, Gravity.SHOULD_LOOK, f"5:{Kind.SLOT}", city_ids=cities)


def _teams(draft: Draft, facts: Mapping[int, Facts], kind: Kind) -> Iterator[Finding]:
    """Rule 11: one finding about a city instead of many about its people."""
    missed: dict[int, list[tuple[DraftSession, OfATeam]]] = {}
    for session_id, one in facts.items():
        for team in one.late if kind is Kind.ARRIVAL else one.gone:
            missed.setdefault(team.city_id, []).append((draft.session(session_id), team))
    for city_id, entries in missed.items():
        entries.sort(key=lambda entry: (entry[0].span, entry[0].id))
        sessions, people = [session for session, _ in entries], NOBODY
        for _, team in entries:
            people |= team.people
        if kind is Kind.ARRIVAL:
            span = sessions[0].span[0], max(team.moment for _, team in entries)
        else:
            span = min(team.moment for _, team in entries), max(one.span[1] for one in sessions)
        ids = tuple(one.id for one in sessions)
        key = f"11:{kind}:{city_id}"
        yield Finding(11, kind, Gravity.SHOULD_LOOK, key, ids, people, None, span, city_ids=(city_id,))
