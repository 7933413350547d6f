"""Where things stand on the grid: rows of five minutes, a column a room, lanes where rooms are shared."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from app.agenda.draft import Draft, DraftSession
from app.agenda.grid import MOST_ROWS, Block, DayGrid, day_grid, days_of, lies_across, sheet
from app.models import SessionFormat
from app.routes.pages import APP
from tests.agenda.pieces import (
    BOATHOUSE,
    GCC,
    HALL,
    MAYORS,
    ROOMS,
    SMALL,
    TUESDAY,
    WEDNESDAY,
    at,
    draft,
    session,
)


def places(grid: DayGrid) -> dict[int, tuple[int, int, int, int]]:
    """Row, height, column, width of each session's first block."""
    return {one.session.id: (one.row, one.height, one.col, one.width) for one in grid.blocks if not one.again}


def again(grid: DayGrid) -> list[Block]:
    return [one for one in grid.blocks if one.again]


def test_the_sheet_that_is_served_is_the_one_made_here() -> None:
    """Write it anew with: python -c "from app.agenda.draft import Draft
    from app.agenda.grid import sheet; print(sheet(), end='')"."""
    assert (APP / "static" / "css" / "agenda-grid.css").read_text("utf-8") == sheet()


def test_an_empty_day_shows_the_usual_hours() -> None:
    grid = day_grid(draft(), TUESDAY)
    assert (grid.starts_at, grid.rows, grid.blocks) == (at("08:00"), 120, ())
    assert [(hour.row, hour.label) for hour in grid.hours[:2]] == [(2, "08:00"), (8, "08:30")]
    assert [(one.name, one.capacity, one.col, one.width) for one in grid.columns] == [
        ("GCC", 6, 2, 1),
        ("Askwith Hall", 300, 3, 1),
        ("Team Room 1", 2, 4, 1),
        ("The Boathouse", 80, 5, 1),
    ]


def test_a_block_stands_at_its_time_and_room() -> None:
    grid = day_grid(draft(session(1, "09:00–10:15", rooms=[HALL])), TUESDAY)
    assert places(grid) == {1: (14, 15, 3, 1)}


def test_minutes_between_the_steps_are_covered_whole() -> None:
    grid = day_grid(draft(session(1, "09:02–09:07", rooms=[HALL])), TUESDAY)
    assert places(grid) == {1: (14, 2, 3, 1)}


def test_an_early_breakfast_begins_the_grid_on_its_half_hour() -> None:
    grid = day_grid(draft(session(1, "07:45–08:30", rooms=[GCC])), TUESDAY)
    assert (grid.starts_at, places(grid)) == (at("07:30"), {1: (5, 9, 2, 1)})


def test_rooms_side_by_side_make_one_block_and_others_further_ones() -> None:
    grid = day_grid(draft(session(1, "09:00–10:00", rooms=[BOATHOUSE, GCC, HALL])), TUESDAY)
    assert places(grid) == {1: (14, 12, 2, 2)}
    assert [(one.col, one.width) for one in again(grid)] == [(5, 1)]


def test_two_sessions_in_one_room_stand_in_lanes_side_by_side() -> None:
    plan = draft(
        session(1, "09:00–10:00", rooms=[GCC]),
        session(2, "09:30–10:30", rooms=[GCC]),
        session(3, "10:00–11:00", rooms=[GCC]),
        session(4, "09:00–10:00", rooms=[HALL, SMALL]),
    )
    grid = day_grid(plan, TUESDAY)
    assert [(one.name, one.col, one.width) for one in grid.columns] == [
        ("GCC", 2, 2),
        ("Askwith Hall", 4, 1),
        ("Team Room 1", 5, 1),
        ("The Boathouse", 6, 1),
    ]
    assert {number: place[2:] for number, place in places(grid).items()} == {
        1: (2, 1),
        2: (3, 1),
        3: (2, 1),
        4: (4, 2),
    }


def test_a_session_without_a_room_has_a_column_of_its_own() -> None:
    grid = day_grid(draft(session(1, "09:00–10:00")), TUESDAY)
    assert (grid.columns[-1].name, grid.columns[-1].room_id) == ("No room yet", None)
    assert places(grid) == {1: (14, 12, 6, 1)}


def test_what_goes_on_past_midnight_goes_on_in_its_evening() -> None:
    plan = draft(session(1, "22:30–00:30", rooms=[GCC]), session(2, "00:30–02:00", day=WEDNESDAY, rooms=[GCC]))
    tuesday, wednesday = day_grid(plan, TUESDAY), day_grid(plan, WEDNESDAY)
    assert places(tuesday) == {1: (176, 24, 2, 1), 2: (200, 18, 2, 1)}
    assert tuesday.hours[-1].label == "01:30"
    assert places(wednesday) == {}


def test_an_hour_that_autumn_repeats_is_an_hour_tall() -> None:
    eve = date(2017, 11, 4)
    plan = replace(draft(session(1, "22:00–00:30", day=eve)), starts_on=eve)
    start, _ = plan.sessions[0].span
    long = replace(plan.sessions[0], ends_at=start + timedelta(hours=5))
    grid = day_grid(plan.with_session(long), eve)
    assert places(grid) == {1: (170, 60, 6, 1)}
    assert [hour.label for hour in grid.hours].count("01:30") == 2


def test_a_session_of_days_ends_with_the_grid() -> None:
    one = session(1, "09:00–10:00", rooms=[GCC])
    assert one.starts_at is not None
    long = replace(one, ends_at=one.starts_at + timedelta(days=3))
    grid = day_grid(draft(long), TUESDAY)
    ((row, height, _, _),) = places(grid).values()
    assert grid.rows == MOST_ROWS
    assert row + height - 2 == grid.rows


def test_days_are_the_convenings_and_any_on_which_something_is_placed() -> None:
    plan = draft(session(1, "18:00–20:00", day=date(2017, 11, 13)), session(2, None))
    assert days_of(plan) == [date(2017, 11, 13), TUESDAY, WEDNESDAY]


@pytest.mark.parametrize("count", [3, 40])
def test_many_at_once_in_one_room_stay_within_the_sheet(count: int) -> None:
    plan: Draft = draft(*(session(number, "09:00–10:00", rooms=[GCC]) for number in range(1, count + 1)))
    grid = day_grid(plan, TUESDAY)
    assert grid.columns[0].width == min(count, 12)
    assert len(grid.blocks) == count
    assert {room.id for room in ROOMS.values()} == {one.room_id for one in grid.columns}


def test_time_off_for_all_lies_across_the_rooms_and_takes_no_lane() -> None:
    plan = draft(
        session(1, "09:00–10:00", rooms=[GCC]),
        session(2, "10:00–10:30", format=SessionFormat.BREAK),
        session(3, "12:00–13:00", format=SessionFormat.MEAL),
        session(4, "10:00–10:30", rooms=[HALL]),
    )
    grid = day_grid(plan, TUESDAY)
    assert [one.name for one in grid.columns] == ["GCC", "Askwith Hall", "Team Room 1", "The Boathouse"]
    assert {one.session.id: (one.col, one.width) for one in grid.blocks if one.band} == {2: (2, 4), 3: (2, 4)}
    assert {one.session.id: one.classes for one in grid.blocks}[2] == "r-26 h-6 c-2 w-4 band"


@pytest.mark.parametrize(
    "one",
    [
        session(1, "12:00–13:00", format=SessionFormat.MEAL, rooms=[GCC]),
        session(1, "12:00–13:00", format=SessionFormat.MEAL, rule=MAYORS),
        session(1, "12:00–13:00", format=SessionFormat.UNSTRUCTURED),
    ],
)
def test_what_has_a_room_or_is_for_some_or_is_no_break_does_not_lie_across(one: DraftSession) -> None:
    assert not lies_across(one)


def test_gaps_stand_before_what_ends_them_as_wall_time() -> None:
    plan = draft(
        session(1, "09:00–12:00", rooms=[GCC]),
        session(2, "10:00–11:00", rooms=[HALL]),
        session(3, "12:05–12:30", rooms=[HALL]),
        session(4, "12:40–12:50", rooms=[HALL], cancelled=True),
        session(5, "13:00–14:00", rooms=[HALL]),
    )
    gaps = day_grid(plan, TUESDAY).gaps
    assert {number: (f"{gap.start:%H:%M}", f"{gap.end:%H:%M}", gap.minutes) for number, gap in gaps.items()} == {
        5: ("12:30", "13:00", 30)
    }


def test_past_midnight_the_hours_are_the_next_days() -> None:
    grid = day_grid(draft(session(1, "23:00–01:00", rooms=[GCC])), TUESDAY)
    assert [f"{hour.wall:%Y-%m-%d %H:%M}" for hour in grid.hours[-3:]] == [
        "2017-11-14 23:30",
        "2017-11-15 00:00",
        "2017-11-15 00:30",
    ]


def test_an_instant_has_a_row_while_the_grid_is_on() -> None:
    grid = day_grid(draft(), TUESDAY)
    assert [grid.row_at(at(wall)) for wall in ("07:55", "08:00", "09:04", "17:59", "18:00")] == [None, 2, 14, 121, None]
