"""Ways out: each takes its finding away, and makes nothing that must be fixed."""

from dataclasses import replace
from datetime import time, timedelta

from hypothesis import given, settings

from app import clock
from app.agenda.cures import Cure, Excuse, Move, cures
from app.agenda.draft import Draft
from app.agenda.findings import Gravity, Kind, check
from app.agenda.presence import Span, Windows
from app.agenda.slot_cures import OtherSlot
from tests.agenda.pieces import (
    GCC,
    HALL,
    MAYORS,
    SMALL,
    SUPERINTENDENTS,
    draft,
    session,
    span,
    spot,
)
from tests.agenda.test_findings_oracle import drafts


def offered(plan: Draft) -> list[tuple[str, int, time]]:
    """The ways out of the gravest finding: words, session, start."""
    return [(cure.words, cure.session_id, cure.start) for cure in moves(plan)]


def moves(plan: Draft) -> list[Move]:
    """The other placements that are a way out of the gravest finding."""
    return [cure for cure in cures(check(plan)[0], plan) if isinstance(cure, Move)]


def with_cure(plan: Draft, cure: Cure) -> Draft:
    if isinstance(cure, Excuse):
        session, people = plan.session(cure.session_id), plan.crowd.mask_of(cure.person_ids)
        return plan.with_session(replace(session, audience=session.audience & ~people))
    if isinstance(cure, OtherSlot):
        return with_other_slot(plan, cure)
    start = clock.at(cure.day, cure.start, plan.zone)
    moved = replace(
        plan.session(cure.session_id),
        starts_at=start,
        ends_at=start + timedelta(minutes=cure.minutes),
        spots=cure.spots,
    )
    return plan.with_session(moved)


def with_other_slot(plan: Draft, cure: OtherSlot) -> Draft:
    items = {item.id: item for one in plan.sessions for item in one.items}
    mine = items[cure.item_id]
    changed = []
    for one in plan.sessions:
        if cure.with_id is not None:
            swap = {cure.item_id: items[cure.with_id], cure.with_id: mine}
            changed.append(replace(one, items=tuple(swap.get(item.id, item) for item in one.items)))
        else:
            others = tuple(item for item in one.items if item.id != cure.item_id)
            changed.append(replace(one, items=(*others, mine) if one.id == cure.to_id else others))
    return plan.with_sessions(changed)


def test_a_double_booked_room_is_cured_by_the_nearest_room_that_fits_or_the_nearest_time() -> None:
    plan = draft(
        session(1, "09:00–10:00", rule=MAYORS, rooms=[SMALL]),
        session(2, "09:00–10:00", rule=SUPERINTENDENTS, rooms=[SMALL]),
        session(3, "10:00–11:00", rooms=[HALL]),
    )
    assert offered(plan) == [
        ("Move {it} to GCC", 1, time(9)),
        ("Move {it} to GCC", 2, time(9)),
        ("Move {it} to Tue 14 Nov, 08:00–09:00", 1, time(8)),
        ("Move {it} to Tue 14 Nov, 08:00–09:00", 2, time(8)),
    ]


def test_a_room_that_is_too_small_is_cured_by_the_smallest_that_is_large_enough() -> None:
    plan = draft(session(1, "09:00–10:00", rooms=[SMALL]))
    assert offered(plan) == [("Move {it} to GCC", 1, time(9))]


def test_another_set_up_of_the_same_room_is_a_way_out_too() -> None:
    plan = draft(session(1, "09:00–10:00", rooms=[GCC], speakers=[7]))
    assert offered(plan) == [("Use another set-up for {it}: theatre", 1, time(9))]


def test_protected_time_stays_where_it_is_when_the_other_can_move() -> None:
    plan = draft(session(1, "12:00–13:00", protected=True), session(2, "12:30–13:00", rule=MAYORS))
    first, second = moves(plan)
    assert (first.session_id, first.start) == (2, time(13))
    assert (second.session_id, second.start) == (1, time(11, 30))


def test_rule_11_a_mayor_who_arrives_at_noon_is_offered_the_afternoon() -> None:
    plan = draft(
        session(1, "09:00–10:15", rule=SUPERINTENDENTS, speakers=[1], rooms=[GCC]),
        session(2, "12:00–13:00", rooms=[HALL]),
        there={1: (span("11:50–18:00"),)},
    )
    assert offered(plan) == [("Move {it} to Tue 14 Nov, 13:00–14:15", 1, time(13))]


def test_rule_11_who_is_missing_anyway_keeps_no_time_from_being_offered() -> None:
    plan = draft(
        session(1, "09:00–10:00", rule=MAYORS, rooms=[SMALL]),
        session(2, "09:30–10:00", rule=MAYORS, rooms=[GCC]),
        there={2: (span("07:00–08:00"),)},
    )
    assert (1, time(8, 30)) in [(cure.session_id, cure.start) for cure in moves(plan)]


def test_a_full_day_offers_no_time() -> None:
    plan = draft(session(1, "07:00–22:00"), session(2, "09:00–10:00"))
    assert offered(plan) == []


def test_a_session_in_several_rooms_is_moved_to_others_by_hand() -> None:
    plan = draft(session(1, "09:00–10:00", rooms=[spot(SMALL), replace(spot(GCC), capacity=1)]))
    assert [one.kind for one in check(plan)] == [Kind.CAPACITY]
    assert offered(plan) == []


def test_a_name_with_braces_is_only_a_name() -> None:
    rooms = {**draft().rooms, GCC: replace(draft().rooms[GCC], name="{GCC}")}
    plan = draft(session(1, "09:00–10:00", rooms=[SMALL], speakers=[]), rooms=rooms)
    assert [cure.words.format(it="it") for cure in cures(check(plan)[0], plan)] == ["Move it to (GCC)"]


def by_day(plan: Draft) -> Draft:
    """The random drafts begin at 23:00; ten hours later there is room to move."""
    later = timedelta(hours=10)

    def moved(spans: tuple[Span, ...]) -> tuple[Span, ...]:
        return tuple((start + later, end + later) for start, end in spans)

    sessions = (replace(one, starts_at=one.span[0] + later, ends_at=one.span[1] + later) for one in plan.sessions)
    windows = {place: moved(spans) for place, spans in plan.windows.items()}
    return replace(plan, sessions=tuple(sessions), windows=Windows(windows))


@settings(max_examples=100, deadline=None)
@given(plan=drafts().map(by_day))
def test_whatever_is_offered_takes_the_finding_away_and_makes_no_other(plan: Draft) -> None:
    before = check(plan)
    for finding in before:
        for cure in cures(finding, plan):
            after = check(with_cure(plan, cure))
            assert finding.key not in {one.key for one in after}
            fixed_before = {one.key for one in before if one.gravity is Gravity.MUST_FIX and one.rule != 2}
            assert {one.key for one in after if one.gravity is Gravity.MUST_FIX and one.rule != 2} <= fixed_before
