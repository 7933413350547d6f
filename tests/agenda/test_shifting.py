"""Shifting what follows a session: through gaps, up to fixed sessions and the end of the day, never half."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.agenda.draft import Draft, DraftSession
from app.agenda.shifting import Hindrance, Scope, Shift, Wish, plan_shift, said_stop
from app.models import SessionFormat
from app.people.audit import Refused
from tests.agenda.pieces import GCC, HALL, SMALL, TUESDAY, WEDNESDAY, draft, session

ROOM, DAY, ALL = Scope


def fixed(one: DraftSession) -> DraftSession:
    return replace(one, fixed=True)


def moves(shift: Shift) -> dict[int, int]:
    """Minutes by which each session moves."""
    return {one.session_id: int((one.to[0] - one.was[0]).total_seconds() // 60) for one in shift.moves}


def buffers(shift: Shift) -> list[tuple[int, int, int]]:
    return [(one.before_id, one.was, one.becomes) for one in shift.buffers]


def stops(shift: Shift) -> list[tuple[Hindrance, int, int | None, int]]:
    return [(one.hindrance, one.session_id, one.by_id, one.minutes) for one in shift.stops]


MORNING = (
    session(1, "09:00–10:00", rooms=[GCC]),
    session(2, "10:00–11:00", rooms=[GCC]),
    session(3, "11:15–12:00", rooms=[GCC]),
    session(4, "13:00–14:00", rooms=[HALL]),
)


def test_what_follows_moves_and_the_gaps_take_it_up() -> None:
    shift = plan_shift(draft(*MORNING), Wish(1, 20))
    assert moves(shift) == {1: 20, 2: 20, 3: 5}
    assert buffers(shift) == [(3, 15, 0), (4, 60, 55)]
    assert stops(shift) == []


def test_a_gap_that_takes_up_all_of_it_ends_the_shift() -> None:
    shift = plan_shift(draft(*MORNING), Wish(2, 15))
    assert (moves(shift), buffers(shift)) == ({2: 15}, [(3, 15, 0)])


def test_gaps_that_are_kept_take_up_nothing() -> None:
    shift = plan_shift(draft(*MORNING), Wish(1, 20, keep_gaps=True, late=True))
    assert (moves(shift), buffers(shift)) == ({1: 20, 2: 20, 3: 20, 4: 20}, [])


def test_only_what_follows_moves_where_the_session_is_to_stay() -> None:
    shift = plan_shift(draft(*MORNING), Wish(1, 10, itself=False))
    assert (moves(shift), buffers(shift)) == ({2: 10}, [(3, 15, 5)])


def test_earlier_everything_keeps_its_distance() -> None:
    assert moves(plan_shift(draft(*MORNING), Wish(1, -30))) == {1: -30, 2: -30, 3: -30, 4: -30}


def test_in_a_room_only_what_uses_it_that_day_moves() -> None:
    plan = draft(
        session(1, "09:00–10:00", rooms=[GCC]),
        session(2, "10:00–11:00", rooms=[HALL]),
        session(3, "10:00–11:00", rooms=[GCC, SMALL]),
        session(4, "11:00–12:00", rooms=[SMALL]),
        session(5, "09:00–10:00", day=WEDNESDAY, rooms=[GCC]),
    )
    assert moves(plan_shift(plan, Wish(1, -15, scope=ROOM))) == {1: -15, 3: -15}


def test_on_a_day_what_goes_on_at_once_moves_together() -> None:
    plan = draft(
        session(1, "09:00–10:00", rooms=[GCC]),
        session(2, "10:00–10:30", rooms=[HALL]),
        session(3, "10:00–11:00", rooms=[SMALL]),
        session(4, "11:10–12:00", rooms=[HALL]),
        session(5, "13:00–14:00", rooms=[HALL]),
    )
    shift = plan_shift(plan, Wish(1, 15))
    assert moves(shift) == {1: 15, 2: 15, 3: 15, 4: 5}
    assert buffers(shift) == [(4, 10, 0), (5, 60, 55)]


def test_all_days_move_each_with_gaps_of_its_own() -> None:
    plan = draft(
        session(1, "09:00–10:00", rooms=[GCC]),
        session(2, "09:00–10:00", day=WEDNESDAY, rooms=[GCC]),
        session(3, "10:05–11:00", day=WEDNESDAY, rooms=[GCC]),
        session(4, "12:00–13:00", day=WEDNESDAY, rooms=[GCC]),
    )
    assert moves(plan_shift(plan, Wish(1, 10, scope=ALL, late=True))) == {1: 10, 2: 10, 3: 5}
    assert moves(plan_shift(plan, Wish(1, 10, scope=DAY, late=True))) == {1: 10}


def test_it_goes_up_to_a_fixed_session_and_no_further() -> None:
    plan = draft(MORNING[0], fixed(MORNING[1]), MORNING[2])
    shift = plan_shift(plan, Wish(1, -10))
    assert (moves(shift), stops(shift)) == ({1: -10}, [])


def test_a_fixed_session_stops_what_would_run_into_it() -> None:
    plan = draft(*MORNING[:2], fixed(MORNING[2]))
    shift = plan_shift(plan, Wish(1, 20))
    assert (moves(shift), stops(shift)) == ({1: 20, 2: 20}, [(Hindrance.FIXED, 2, 3, 5)])
    words = said_stop(shift.told[0], plan, {one.id: one.title for one in plan.sessions}, DAY)
    assert words == "“Session 3” is fixed, 11:15–12:00, and “Session 2” would run into it by 5 minutes. Shift by less."


def test_what_would_leap_over_a_fixed_session_is_stopped_too() -> None:
    plan = draft(session(1, "09:00–09:10"), fixed(session(2, "09:20–09:30")), session(3, "11:00–12:00"))
    assert stops(plan_shift(plan, Wish(1, 60))) == [(Hindrance.FIXED, 1, 2, 10)]


def test_a_fixed_session_itself_is_not_shifted() -> None:
    plan = draft(fixed(MORNING[0]), *MORNING[1:])
    shift = plan_shift(plan, Wish(1, 5))
    assert shift.stops[0].hindrance is Hindrance.FIXED
    assert moves(plan_shift(plan, Wish(1, 5, itself=False))) == {2: 5}


def test_the_end_of_the_day_stops_it_unless_the_day_may_end_later() -> None:
    plan = draft(session(1, "09:00–10:00"), session(2, "10:00–11:00"))
    assert stops(plan_shift(plan, Wish(1, 30))) == [(Hindrance.END_OF_DAY, 2, None, 30)]
    assert stops(plan_shift(plan, Wish(1, 30, late=True))) == []


def test_the_night_stops_it_even_then() -> None:
    plan = draft(session(1, "23:00–23:30"))
    assert stops(plan_shift(plan, Wish(1, 310, late=True))) == [(Hindrance.NIGHT, 1, None, 310)]


def test_earlier_something_that_stays_stops_what_would_run_into_it() -> None:
    plan = draft(*MORNING)
    shift = plan_shift(plan, Wish(2, -10, scope=ROOM))
    assert stops(shift) == [(Hindrance.IN_THE_WAY, 2, 1, 10)]
    words = said_stop(shift.told[0], plan, {one.id: one.title for one in plan.sessions}, ROOM)
    assert words == (
        "“Session 1” stays, 09:00–10:00, and “Session 2” would run into it by 10 minutes. Shift the day instead."
    )


def test_in_a_room_another_rooms_session_and_a_break_for_all_are_not_run_into() -> None:
    shared = draft(session(1, "09:00–10:00", rooms=[GCC, HALL]), session(2, "10:00–11:00", rooms=[HALL]))
    assert moves(plan_shift(shared, Wish(1, 10, scope=ROOM, late=True))) == {1: 10, 2: 10}
    beside = draft(
        session(1, "09:00–10:00", rooms=[GCC]),
        session(2, "10:00–11:00", rooms=[GCC, HALL]),
        session(3, "11:00–12:00", rooms=[HALL]),
    )
    assert stops(plan_shift(beside, Wish(1, 10, scope=ROOM))) == [(Hindrance.IN_THE_WAY, 2, 3, 10)]
    coffee = draft(session(1, "09:00–10:00", rooms=[GCC]), session(2, "10:00–10:30", format=SessionFormat.BREAK))
    assert stops(plan_shift(coffee, Wish(1, 10, scope=ROOM))) == [(Hindrance.IN_THE_WAY, 1, 2, 10)]


def test_a_session_without_a_room_is_followed_by_its_day() -> None:
    plan = draft(session(1, "09:00–10:00"), session(2, "10:00–11:00", rooms=[GCC]))
    assert moves(plan_shift(plan, Wish(1, 5, scope=ROOM, late=True))) == {1: 5, 2: 5}


def test_what_is_cancelled_or_in_the_tray_neither_moves_nor_stands_in_the_way() -> None:
    plan = draft(MORNING[0], session(2, "10:00–11:00", rooms=[GCC], cancelled=True), session(3, None), MORNING[3])
    assert moves(plan_shift(plan, Wish(1, 30))) == {1: 30}


@pytest.mark.parametrize(("number", "minutes"), [(1, 0), (1, 721), (1, -721), (3, 10), (99, 10)])
def test_what_cannot_be_shifted_is_refused(number: int, minutes: int) -> None:
    with pytest.raises(Refused):
        plan_shift(draft(*MORNING[:2], session(3, None)), Wish(number, minutes))


# Properties, on any day

FIVE = st.integers(0, 119)


@st.composite
def agendas(draw: st.DrawFn) -> Draft:
    """Up to nine sessions on two days in three rooms, some of them fixed, some overlapping on purpose."""
    made = []
    for number in range(1, draw(st.integers(2, 9)) + 1):
        start = 7 * 60 + 5 * draw(FIVE)
        end = start + 5 * draw(st.integers(1, 24))
        walls = "–".join(f"{moment // 60:02}:{moment % 60:02}" for moment in (start, end))
        rooms = draw(st.sets(st.sampled_from([GCC, HALL, SMALL]), max_size=2))
        day = draw(st.sampled_from([TUESDAY, TUESDAY, WEDNESDAY]))
        one = session(number, walls, day=day, rooms=sorted(rooms))
        made.append(replace(one, fixed=draw(st.integers(0, 5)) == 0))
    return draft(*made)


def wishes(sign: int = 0) -> st.SearchStrategy[Wish]:
    minutes = st.integers(1, 40) if sign > 0 else st.integers(-40, 40).filter(bool)
    return st.builds(
        Wish, st.integers(1, 2), minutes, st.sampled_from(Scope), st.booleans(), st.booleans(), st.booleans()
    )


def overlapping(sessions: Iterable[DraftSession]) -> set[tuple[int, int]]:
    """Pairs that are in one room at once."""
    ordered = sorted(sessions, key=lambda one: one.id)
    return {
        (one.id, other.id)
        for one, other in combinations(ordered, 2)
        if set(one.room_ids) & set(other.room_ids) and one.meets(other.span)
    }


@given(agendas(), wishes())
def test_no_two_sessions_overlap_in_a_room_that_did_not_before(plan: Draft, wish: Wish) -> None:
    shift = plan_shift(plan, wish)
    assume(not shift.stops)
    assert overlapping(shift.done_to(plan).running) <= overlapping(plan.running)


@given(agendas(), wishes())
def test_the_order_in_a_room_is_kept(plan: Draft, wish: Wish) -> None:
    shift = plan_shift(plan, wish)
    assume(not shift.stops)
    after = shift.done_to(plan)
    for one, other in combinations(plan.running, 2):
        if set(one.room_ids) & set(other.room_ids) and one.span[1] <= other.span[0]:
            assert after.session(one.id).span[1] <= after.session(other.id).span[0]


@given(agendas(), wishes())
def test_fixed_sessions_never_move_and_lengths_and_rooms_stay(plan: Draft, wish: Wish) -> None:
    after = plan_shift(plan, wish).done_to(plan)
    for one in plan.sessions:
        same = after.session(one.id)
        assert (same.room_ids, same.span[1] - same.span[0]) == (one.room_ids, one.span[1] - one.span[0])
        assert not one.fixed or same == one


@given(agendas(), wishes(1))
def test_a_shift_and_the_same_shift_back_change_nothing_where_no_gap_took_it_up(plan: Draft, wish: Wish) -> None:
    there = plan_shift(plan, wish)
    assume(not there.stops and not there.buffers)
    between = there.done_to(plan)
    back = plan_shift(between, replace(wish, minutes=-wish.minutes))
    assume(not back.stops)
    assert back.done_to(between) == plan
