"""The engine against a slow and plain one, on random agendas across a change of clocks (rules 1, 2, 3, 11)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from app.agenda.crowd import Crowd
from app.agenda.draft import Draft, DraftSession
from app.agenda.findings import Finding, check
from app.agenda.presence import Span, Windows
from app.models import Openness, SessionFormat
from app.people.audiences import Rule
from tests.agenda.pieces import PEOPLE, ROOMS, draft, spot

AUTUMN = date(2017, 11, 4)
MIDNIGHT = datetime(2017, 11, 5, 3, tzinfo=UTC)
"""23:00 in Cambridge, on the eve of the change of clocks."""

CROWD = Crowd.of({AUTUMN: PEOPLE})
BITS = 2 ** len(PEOPLE) - 1
MINUTE = timedelta(minutes=1)


@st.composite
def sessions(draw: st.DrawFn, number: int) -> DraftSession:
    start = MIDNIGHT + draw(st.integers(0, 300)) * MINUTE
    rooms = draw(st.lists(st.sampled_from(sorted(ROOMS)), unique=True, max_size=2))
    return DraftSession(
        id=number,
        title=f"Session {number}",
        cover_title="",
        format=SessionFormat.PLENARY,
        openness=Openness.COHORT,
        excludes_lab=False,
        protected=draw(st.booleans()),
        choice_group=draw(st.sampled_from(["", "", "A"])),
        starts_at=start,
        ends_at=start + draw(st.integers(1, 180)) * MINUTE,
        minutes=0,
        cancelled=draw(st.integers(0, 9)) == 0,
        changed_at=None,
        rule=Rule(),
        spots=tuple(spot(room, city_id=draw(st.sampled_from([None, None, 1, 2]))) for room in rooms),
        audience=draw(st.integers(0, BITS)),
        engaged=draw(st.sampled_from([0, 0, 1, 64])),
    )


@st.composite
def drafts(draw: st.DrawFn) -> Draft:
    count = draw(st.integers(0, 9))
    plan = draft(*(draw(sessions(number)) for number in range(1, count + 1)), crowd=CROWD)
    windows: dict[int, tuple[Span, ...]] = {}
    for place in draw(st.sets(st.integers(0, len(PEOPLE) - 1), max_size=3)):
        arrives = MIDNIGHT + draw(st.integers(0, 200)) * MINUTE
        windows[place] = ((arrives, arrives + draw(st.integers(1, 400)) * MINUTE),)
    return replace(plan, windows=Windows(windows), away=draw(st.sampled_from([0, 0, 1])))


@settings(max_examples=400, deadline=None)
@given(plan=drafts(), walk=st.sampled_from([0, 5, 12]))
def test_the_engine_finds_what_asking_each_person_about_each_minute_finds(plan: Draft, walk: int) -> None:
    plan = replace(plan, walking=walk * MINUTE)
    assert {summary(one) for one in check(plan)} == oracle(plan)


def summary(finding: Finding) -> tuple[str, int]:
    return finding.key, finding.people


def oracle(plan: Draft) -> set[tuple[str, int]]:
    found: set[tuple[str, int]] = set()
    running = [one for one in plan.sessions if not one.cancelled]
    for one, other in combinations(sorted(running, key=lambda session: session.id), 2):
        both = people_in_both(one, other)
        pair = f"{one.id}+{other.id}"
        (a, b), (c, d) = one.span, other.span
        together = max(a, c) < min(b, d)
        if both and together:
            found.add((f"3:protected:{pair}" if one.protected or other.protected else f"1:people:{pair}", both))
        elif both and max(a, c) - min(b, d) < plan.walking and apart(one, other):
            found.add((f"1:walk:{pair}", both))
        if together:
            found |= {(f"2:room:{room}:{pair}", 0) for room in set(one.room_ids) & set(other.room_ids)}
    for one in running:
        found |= too_small(one, running) | not_there(plan, one)
    return found


def people_in_both(one: DraftSession, other: DraftSession) -> int:
    found = 0
    for place in range(len(PEOPLE)):
        bit = 1 << place
        speaks = bool(one.engaged & bit), bool(other.engaged & bit)
        invited = bool(one.audience & bit), bool(other.audience & bit)
        if one.choice_group and one.choice_group == other.choice_group:
            bound = all(speaks)
        else:
            bound = (speaks[0] or invited[0]) and (speaks[1] or invited[1])
        found |= bit if bound else 0
    return found


def apart(one: DraftSession, other: DraftSession) -> bool:
    here, there = ({ROOMS[room].building for room in session.room_ids} - {""} for session in (one, other))
    return bool(here and there and not here & there)


def too_small(session: DraftSession, running: list[DraftSession]) -> set[tuple[str, int]]:
    found = set()
    rest = session.bound
    for place in session.spots:
        if place.city_id is not None:
            of_city = mask(n for n, one in enumerate(PEOPLE) if place.city_id in [o.city_id for o in one.offices])
            people = session.bound & of_city
            rest &= ~of_city
            if place.capacity is not None and people.bit_count() > place.capacity:
                found.add((f"2:capacity:{place.room_id}:{session.id}", people))
    own = places(session)
    if own is None or rest.bit_count() <= own:
        return found
    if session.choice_group:
        group = [one for one in running if one.choice_group == session.choice_group and meets(one, session)]
        seats = [places(one) for one in group]
        if None in seats:
            return found
        rest = 0
        for one in group:
            rest |= one.bound
        own = sum(seat for seat in seats if seat is not None)
    return found | ({(f"2:capacity:{session.id}", rest)} if rest.bit_count() > own else set())


def places(session: DraftSession) -> int | None:
    shared = [place.capacity for place in session.spots if place.city_id is None]
    return sum(filter(None, shared)) if shared else None


def meets(one: DraftSession, other: DraftSession) -> bool:
    return one.span[0] < other.span[1] and other.span[0] < one.span[1]


def not_there(plan: Draft, session: DraftSession) -> set[tuple[str, int]]:
    speaking = invited = 0
    for place in range(len(PEOPLE)):
        bit = 1 << place
        windows = plan.windows.get(place)
        outside = bool(windows) and not any(a <= session.span[0] and session.span[1] <= b for a, b in windows or ())
        if session.engaged & bit and (outside or plan.away & bit):
            speaking |= bit
        elif session.audience & bit and outside and not plan.away & bit and not session.choice_group:
            invited |= bit
    found = {(f"11:part:{session.id}", speaking), (f"11:presence:{session.id}", invited)}
    return {(key, people) for key, people in found if people}


def mask(positions: object) -> int:
    return sum(1 << position for position in positions)  # type: ignore[attr-defined]
