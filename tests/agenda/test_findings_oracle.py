"""The engine against a slow and plain one, on random agendas across a change of clocks (rules 1, 2, 3, 5, 11, 13)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from app.agenda.crowd import Crowd
from app.agenda.draft import Body, Draft, DraftSession, Item
from app.agenda.findings import Checked, Finding, check
from app.agenda.presence import Span, Windows
from app.models import Openness, SessionFormat, Standing
from app.people.audiences import Rule
from tests.agenda.pieces import CITIES, PEOPLE, ROOMS, draft, spot

AUTUMN = date(2017, 11, 4)
MIDNIGHT = datetime(2017, 11, 5, 3, tzinfo=UTC)
"""23:00 in Cambridge, on the eve of the change of clocks."""

CROWD = Crowd.of({AUTUMN: PEOPLE})
BITS = (1 << len(PEOPLE)) - 1
MINUTE = timedelta(minutes=1)


def a_session(chance: Random, number: int) -> DraftSession:
    """Any session of the night; its parts are drawn by chance from a seed, which is much faster than one by one."""
    start = MIDNIGHT + chance.randint(0, 300) * MINUTE
    engaged = some(chance)
    rooms = chance.sample(sorted(ROOMS), chance.randint(0, 2))
    turns = [chance.choice([None, *CITIES]) for _ in range(chance.choice([0, 0, 1, 3]))]
    return DraftSession(
        id=number,
        title=f"Session {number}",
        cover_title="",
        format=chance.choice([SessionFormat.PLENARY, SessionFormat.TEAM_TIME, SessionFormat.MAYOR_UPDATE]),
        openness=chance.choice([Openness.COHORT, Openness.CLOSED]),
        excludes_lab=chance.random() < 0.5,
        protected=chance.random() < 0.3,
        choice_group=chance.choice(["", "", "A", "B"]),
        starts_at=start,
        ends_at=start + chance.randint(1, 150) * MINUTE,
        minutes=0,
        cancelled=chance.random() < 0.1,
        changed_at=None,
        rule=Rule(but_person_ids=frozenset(chance.sample(range(1, 8), chance.choice([0, 0, 2])))),
        spots=tuple(spot(room, city_id=chance.choice([None, None, *CITIES])) for room in rooms),
        audience=some(chance),
        engaged=engaged,
        unconfirmed=engaged & some(chance),
        items=tuple(Item(number * 10 + n, "", chance.randint(5, 60), city) for n, city in enumerate(turns)),
    )


def some(chance: Random) -> int:
    """Some people: often few, at times all."""
    return chance.choice([BITS, chance.getrandbits(7), chance.getrandbits(7) & chance.getrandbits(7), 0])


def a_draft(seed: int) -> Draft:
    """Any draft of up to seven sessions, with windows, people who stay away, a public body, walks, active cities."""
    chance = Random(seed)
    plan = draft(
        *(a_session(chance, number) for number in range(1, chance.randint(1, 8))),
        crowd=CROWD,
        active=chance.sample([*CITIES], chance.randint(0, 2)),
        bodies=[Body(1, "School Committee", chance.randint(1, 3), some(chance))],
    )
    windows: dict[int, tuple[Span, ...]] = {}
    for place in chance.sample(range(len(PEOPLE)), chance.choice([0, 3, 7])):
        windows[place] = tuple(a_stay(chance) for _ in range(chance.choice([1, 1, 2])))
    walking = chance.choice([0, 5, 12]) * MINUTE
    return replace(plan, windows=Windows(windows), away=chance.choice([0, 0, 1, 6]), walking=walking)


def a_stay(chance: Random) -> Span:
    arrives = MIDNIGHT + chance.randint(0, 300) * MINUTE
    return arrives, arrives + chance.randint(1, 400) * MINUTE


SEEDS = st.integers(0, 2**64)


def drafts() -> st.SearchStrategy[Draft]:
    return SEEDS.map(a_draft)


@settings(max_examples=500, deadline=None)
@given(plan=drafts())
def test_the_engine_finds_what_asking_each_person_about_each_minute_finds(plan: Draft) -> None:
    assert {summary(one) for one in check(plan)} == oracle(plan)


@settings(max_examples=300, deadline=None)
@given(seed=SEEDS)
def test_looking_again_only_where_something_changed_finds_what_looking_at_all_finds(seed: int) -> None:
    """Random sequences of changes: sessions moved, changed in any way, added, taken away, cancelled, two at once."""
    chance = Random(seed)
    plan = a_draft(seed)
    checked = Checked.of(plan)
    for _ in range(8):
        changed = chance.sample(range(1, 10), chance.randint(1, 2))
        gone = {number for number in changed if chance.random() < 0.2}
        versions = [a_session(chance, number) for number in changed if number not in gone]
        plan = plan.with_sessions(versions, without=gone)
        checked = checked.after(plan, changed)
        wholly = Checked.of(plan)
        assert checked.found == wholly.found
        assert checked.budget == wholly.budget


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
        found |= too_small(one, running) | with_whom(plan, one) | kept_from_their_turn(plan, one, running)
    return found | not_there(plan, running) | without_a_turn(plan, running)


def people_in_both(one: DraftSession, other: DraftSession) -> int:
    return mask(
        place for place in everybody() if is_bound(place, one, beside=other) and is_bound(place, other, beside=one)
    )


def is_bound(place: int, session: DraftSession, *, beside: DraftSession) -> bool:
    """Whether one has to be in a session that goes on beside another."""
    bit = 1 << place
    if session.choice_group and session.choice_group == beside.choice_group:
        return bool(session.engaged & bit)
    return bool((session.engaged | session.audience) & bit)


def apart(one: DraftSession, other: DraftSession) -> bool:
    here, there = ({ROOMS[room].building for room in session.room_ids} - {""} for session in (one, other))
    return bool(here and there and not here & there)


def too_small(session: DraftSession, running: list[DraftSession]) -> set[tuple[str, int]]:
    found = set()
    rest = session.bound
    for place in session.spots:
        if place.city_id is not None:
            of_city = mask(n for n in everybody() if place.city_id in cities_of(n))
            people = session.bound & of_city
            rest &= ~of_city
            if place.capacity is not None and people.bit_count() > place.capacity:
                found.add((f"2:capacity:{place.room_id}:{session.id}", people))
    own = places(session)
    if own is None or rest.bit_count() <= own:
        return found
    if session.choice_group:
        group = [one for one in running if one.choice_group == session.choice_group and meets(one.span, session.span)]
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


def with_whom(plan: Draft, session: DraftSession) -> set[tuple[str, int]]:
    """Who must not be in a closed session; who has not confirmed; who of a public body sits together."""
    found = set()
    if session.openness is Openness.CLOSED:
        excepted = {PEOPLE.index(one) for one in PEOPLE if one.person_id in session.rule.but_person_ids}
        lab = {n for n in everybody() if is_lab(n)} if session.excludes_lab else set()
        found.add((f"13:closed:{session.id}", mask(lab) & session.bound | mask(excepted) & session.engaged))
    found.add((f"0:unconfirmed:{session.id}", session.unconfirmed))
    for body in plan.bodies:
        members = body.members & (session.engaged if session.choice_group else session.bound)
        if members.bit_count() >= body.flag_at:
            found.add((f"0:body:{body.id}:{session.id}", members))
    return {(key, people) for key, people in found if people}


def not_there(plan: Draft, running: list[DraftSession]) -> set[tuple[str, int]]:
    found: dict[str, int] = {}
    for session in running:
        mayors = {n for item in session.items for n in everybody() if item.city_id and mayor_of(n) == item.city_id}
        for place in everybody():
            bit = 1 << place
            outside = is_outside(plan, place, session.span)
            engaged, away = bool(session.engaged & bit), bool(plan.away & bit)
            if engaged and (outside or away) and place not in mayors:
                key = f"11:part:{session.id}"
            elif session.bound & bit and outside and not (away or session.choice_group or place in mayors):
                key = missed_by(plan, place, session)
            else:
                continue
            found[key] = found.get(key, 0) | bit
    return set(found.items())


def missed_by(plan: Draft, place: int, session: DraftSession) -> str:
    """Somebody alone, or one of a city's team of which nobody is there yet, or any more."""
    for city in cities_of(place):
        team = [n for n in everybody() if city in cities_of(n) and not plan.away >> n & 1]
        if len(team) > 1 and all(n in plan.windows for n in team):
            if all(start > session.span[0] for n in team for start, _ in plan.windows[n]):
                return f"11:arrival:{city}"
            if all(end < session.span[1] for n in team for _, end in plan.windows[n]):
                return f"11:departure:{city}"
    return f"11:presence:{session.id}"


def kept_from_their_turn(plan: Draft, session: DraftSession, running: list[DraftSession]) -> set[tuple[str, int]]:
    found = set()
    start = session.span[0]
    for item in session.items:
        span = start, min(start + item.minutes * MINUTE, session.span[1])
        start = span[1]
        mayors = [n for n in everybody() if item.city_id and mayor_of(n) == item.city_id]
        missing = {n for n in mayors if is_missing(plan, n, session, span)}
        elsewhere = {
            n
            for n in set(mayors) - missing
            for one in running
            if one.id != session.id and meets(one.span, span) and is_bound(n, one, beside=session)
        }
        if mayors and len(missing | elsewhere) == len(mayors):
            found.add((f"{1 if elsewhere else 11}:update:{item.id}", mask(mayors)))
    return found


def is_missing(plan: Draft, place: int, session: DraftSession, span: Span) -> bool:
    left_out = PEOPLE[place].person_id in session.rule.but_person_ids
    return is_outside(plan, place, span) or bool(plan.away >> place & 1) or left_out


def without_a_turn(plan: Draft, running: list[DraftSession]) -> set[tuple[str, int]]:
    updates = [one for one in running if one.format is SessionFormat.MAYOR_UPDATE]
    given = {item.city_id for one in updates for item in one.items}
    return {("5:slot", 0)} if updates and plan.active - given else set()


def is_outside(plan: Draft, place: int, span: Span) -> bool:
    windows = plan.windows.get(place)
    return bool(windows) and not any(a <= span[0] and span[1] <= b for a, b in windows or ())


def meets(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def everybody() -> range:
    return range(len(PEOPLE))


def cities_of(place: int) -> list[int]:
    return [office.city_id for office in PEOPLE[place].offices if office.city_id is not None]


def mayor_of(place: int) -> int | None:
    return next((o.city_id for o in PEOPLE[place].offices if o.standing is Standing.MAYOR), None)


def is_lab(place: int) -> bool:
    return any(o.standing in (Standing.ORGANIZER, Standing.STAFF) for o in PEOPLE[place].offices)


def mask(positions: Iterable[int]) -> int:
    return sum(1 << position for position in set(positions))
