"""Who is expected in which of parallel sessions, against asking each person about each session (rule 1)."""

from dataclasses import replace
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from app import clock
from app.agenda.draft import DraftSession
from app.agenda.findings import check
from app.agenda.parallel import narrowed
from app.people.chosen import Chosen
from tests.agenda.pieces import PEOPLE
from tests.agenda.test_findings_oracle import CROWD, a_draft, oracle, summary


def a_choice(chance: Random, sessions: tuple[DraftSession, ...]) -> Chosen:
    """Any choices: of sessions that have no group, are cancelled or for others too, and at times of two of a group."""
    now = clock.now()
    numbers = [one.id for one in sessions]
    picks = {
        one.person_id: dict.fromkeys(chance.sample(numbers, min(len(numbers), chance.choice([0, 1, 1, 2]))), now)
        for one in PEOPLE
    }
    return Chosen(at={person_id: theirs for person_id, theirs in picks.items() if theirs})


def is_expected(place: int, session: DraftSession, sessions: tuple[DraftSession, ...], chosen: Chosen) -> bool:
    """Somebody of the audience who chose this one or no other of its group that takes place and is for them."""
    bit, theirs = 1 << place, chosen.at.get(PEOPLE[place].person_id, {})
    if not session.audience & bit:
        return False
    group = [one for one in sessions if one.choice_group == session.choice_group and not one.cancelled]
    chose = [one.id for one in group if one.id in theirs and one.audience & bit]
    return not session.choice_group or not chose or session.id in chose


@settings(max_examples=300, deadline=None)
@given(seed=st.integers(0, 2**64))
def test_a_draft_expects_whom_asking_each_person_finds_and_the_engine_agrees(seed: int) -> None:
    """All at once, and one session again beside the others as they were narrowed."""
    plan, chance = a_draft(seed), Random(seed)
    chosen = a_choice(chance, plan.sessions)
    after = narrowed(plan.sessions, CROWD, chosen)
    for before, one in zip(plan.sessions, after, strict=True):
        people = [n for n in range(len(PEOPLE)) if is_expected(n, before, plan.sessions, chosen)]
        assert one.audience == sum(1 << n for n in people)
        assert replace(one, audience=before.audience) == before
        others = [other for other in after if other.id != one.id]
        assert narrowed([before], CROWD, chosen, others) == [one]
    then = replace(plan, sessions=tuple(after))
    assert {summary(finding) for finding in check(then)} == oracle(then)
