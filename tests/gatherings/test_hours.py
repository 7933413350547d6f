"""What a time costs each person on their own clocks, and how times are ranked by it."""

from collections import Counter
from datetime import date, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app import clock
from app.gatherings.hours import (
    Free,
    Hour,
    Proposal,
    Stay,
    Taken,
    Who,
    as_theirs,
    best,
    proposal,
    ranked,
    starts_between,
)
from tests.gatherings.meeting import EASTERN, utc

ZONES = {
    "Oakland": "America/Los_Angeles",
    "Louisville": "America/Kentucky/Louisville",
    "Salem": EASTERN,
    "London": "Europe/London",
    "Kathmandu": "Asia/Kathmandu",
}
LONG_AGO = utc(2000, 1, 1, 0)
NOON = utc(2017, 11, 6, 17)  # in Salem, the day after its clocks went back


def who(place: str, number: int = 1, **said: object) -> Who:
    return Who(number, f"{place} {number}", f"Mayor, {place}", place, ZONES[place], f"mayor:{place}", **said)  # type: ignore[arg-type]


def times(*walls: str, day: date = date(2017, 11, 6)) -> list:  # type: ignore[type-arg]
    return [clock.at(day, time.fromisoformat(wall), EASTERN) for wall in walls]


@pytest.mark.parametrize(
    ("starts_at", "hours"),
    [
        # the Friday before: Oakland and Salem on summer time, London not any more
        (utc(2017, 11, 3, 16), ["09:00", "12:00", "12:00", "16:00", "21:45"]),
        # the Monday after: America has changed too
        (utc(2017, 11, 6, 17), ["09:00", "12:00", "12:00", "17:00", "22:45"]),
        # in October all three were on summer time
        (utc(2017, 10, 27, 16), ["09:00", "12:00", "12:00", "17:00", "21:45"]),
    ],
)
def test_rule_14_noon_eastern_is_another_hour_elsewhere_as_each_zone_changes_its_clocks(
    starts_at: object, hours: list[str]
) -> None:
    people = [who(place) for place in ZONES]
    found = proposal(starts_at, 60, people, {})  # type: ignore[arg-type]
    assert [f"{one.starts:%H:%M}" for one in found.theirs] == hours


@pytest.mark.parametrize(
    ("wall", "minutes", "hour", "strain"),
    [
        ("09:00", 60, Hour.EASY, 0),
        ("16:00", 60, Hour.EASY, 0),
        ("08:00", 60, Hour.EARLY, 0),
        ("17:00", 60, Hour.LATE, 0),
        ("07:00", 60, Hour.EARLY, 60),
        ("18:30", 60, Hour.LATE, 90),
        ("03:00", 60, Hour.EARLY, 300),
        ("23:30", 60, Hour.LATE, 390),
        ("08:00", 600, Hour.EARLY, 0),
    ],
)
def test_an_hour_is_early_before_nine_and_late_after_five_and_costs_what_it_reaches_out_of_the_day(
    wall: str, minutes: int, hour: Hour, strain: int
) -> None:
    (start,) = times(wall)
    found = as_theirs(who("Salem"), (start, start + timedelta(minutes=minutes)))
    assert (found.hour, found.strain) == (hour, strain)


def test_a_time_says_whose_hour_it_is_and_with_whom_the_same_is_in_the_way() -> None:
    cabinet = (Taken((NOON, NOON + timedelta(hours=1)), "Cabinet"),)
    people = [who("Oakland"), who("Salem", 2), who("Louisville", 3), who("London", 4, taken=cabinet)]
    (late,) = times("17:00")
    found = proposal(late, 60, people, {})
    assert found.suffering == ("late in London, in Louisville, in Salem",)
    assert [[one.who.place for one in group] for group in found.hours] == [
        ["Oakland"],
        ["Salem", "Louisville"],
        ["London"],
    ]
    busy = [who("Salem", taken=cabinet), who("Salem", 2, taken=cabinet), who("Oakland", 3, taken=cabinet)]
    found = proposal(NOON, 60, busy, {})
    assert [[one.who.person_id for one in group] for group in found.not_free] == [[1, 2], [3]]
    assert (found.hours, found.suffering) == ((), ())


def test_somebodys_own_saturday_costs_most() -> None:
    friday_evening = utc(2017, 11, 10, 22)  # 17:00 in Salem, Saturday 03:45 in Kathmandu
    found = proposal(friday_evening, 60, [who("Salem"), who("Kathmandu", 2)], {})
    assert [one.strain for one in found.theirs] == [0, 24 * 60]


def test_everybody_needed_being_free_comes_before_everything() -> None:
    taken = (Taken((NOON, NOON + timedelta(minutes=30)), "Cabinet"),)
    people = [who("Salem", taken=taken), who("Oakland", 2)]
    first, second = ranked(times("12:00", "08:00"), 60, people, {})
    assert [one.starts_at for one in (first, second)] == times("08:00", "12:00")  # 05:00 in Oakland, and yet
    assert [one.why for one in second.missing] == ["Cabinet"]
    spared = [who("Salem", taken=taken, needed=False), who("Oakland", 2)]
    assert [one.starts_at for one in ranked(times("12:00", "08:00"), 60, spared, {})] == times("12:00", "08:00")


def test_what_ends_the_instant_it_begins_is_in_nobodys_way() -> None:
    before, after = (NOON - timedelta(hours=1), NOON), (NOON + timedelta(hours=1), NOON + timedelta(hours=2))
    free = as_theirs(who("Salem", taken=(Taken(before, "x"), Taken(after, "y"))), (NOON, NOON + timedelta(hours=1)))
    assert free.free is Free.FREE


def test_hours_within_eight_and_six_come_before_turns_and_turns_before_the_sooner() -> None:
    people = [who("Oakland"), who("Salem", 2)]
    # 10:00 is 07:00 in Oakland; 11:00 is its early hour; 16:30 is Salem's late one
    ranking = ranked(times("10:00", "11:00", "16:30", "13:00"), 60, people, {"mayor:Oakland": 2})
    assert [one.starts_at for one in ranking] == times("13:00", "16:30", "11:00", "10:00")
    ranking = ranked(times("11:00", "16:30"), 60, people, {"mayor:Oakland": 1, "mayor:Salem": 2})
    assert [one.starts_at for one in ranking] == times("11:00", "16:30")


@settings(deadline=None)
@given(st.randoms(use_true_random=False), st.integers(1, 12))
def test_the_ranking_is_a_function_of_the_data(chance: object, count: int) -> None:
    """However the times are shuffled, and twice over, the order is the same; no two rank alike."""
    walls = [f"{hour:02}:{half}" for hour in range(8, 19) for half in ("00", "30")][:count]
    people = [who(place, number) for number, place in enumerate(ZONES)]
    starts = times(*walls)
    shuffled = list(starts)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    had = {"mayor:Oakland": 1}
    ranking = ranked(starts, 60, people, had)
    assert ranking == ranked(shuffled, 60, people, had)
    assert len({one.rank for one in ranking}) == len(starts)
    assert [one.rank for one in ranking] == sorted(one.rank for one in ranking)


@settings(deadline=None)
@given(
    st.sampled_from([("10:00", "18:00"), ("11:00", "17:00"), ("11:00", "16:30"), ("10:30", "17:30")]),
    st.integers(2, 24),
)
def test_over_many_bookings_the_early_and_the_late_hour_go_round(walls: tuple[str, str], bookings: int) -> None:
    """Each time somebody has to suffer: Oakland early, or the East late, by as much. The best is booked each time; then
    nobody has had it more than once oftener than anybody else."""
    people = [who("Oakland"), who("Salem", 2), who("Louisville", 3)]
    had: Counter[str] = Counter({one.turn: 0 for one in people})
    for _ in range(bookings):
        first, *_ = ranked(times(*walls), 60, people, had)
        assert first.turns
        had.update(one.who.turn for one in first.theirs if one.suffers)
        assert max(had.values()) - min(had.values()) <= 1
    assert had["mayor:Salem"] == had["mayor:Louisville"]


def test_presence_windows_say_when_somebody_at_a_convening_is_there_rule_11() -> None:
    stay = Stay(
        (utc(2017, 11, 14, 5), utc(2017, 11, 16, 5)),
        EASTERN,
        "Fall convening",
        ((utc(2017, 11, 14, 17, 30), utc(2017, 11, 15, 0)),),
    )
    mayor = who("Oakland", stays=(stay,))
    morning, evening = utc(2017, 11, 14, 15), utc(2017, 11, 14, 22)
    away = as_theirs(mayor, (morning, morning + timedelta(hours=1)))
    assert (away.free, f"{away.starts:%H:%M}", away.where) == (Free.AWAY, "07:00", "in Oakland")
    assert away.why == "Fall convening: there only Tue 14 Nov, 12:30–19:00 EST"
    there = as_theirs(mayor, (evening, evening + timedelta(hours=1)))
    assert (there.free, f"{there.starts:%H:%M}", there.where) == (Free.FREE, "17:00", "at Fall convening")
    home = as_theirs(mayor, (evening + timedelta(days=2), evening + timedelta(days=2, hours=1)))
    assert f"{home.starts:%H:%M}" == "14:00"


def test_times_are_half_hours_of_working_days_that_are_over_in_time_and_still_to_come() -> None:
    friday, monday = date(2017, 11, 3), date(2017, 11, 6)
    found = list(starts_between(friday, monday, time(8), time(10), 60, EASTERN, after=utc(2017, 11, 3, 12, 15)))
    said = [clock.said_moment(one, EASTERN) for one in found]
    assert said == [
        "Fri 3 Nov 2017 at 08:30 EDT",
        "Fri 3 Nov 2017 at 09:00 EDT",
        "Mon 6 Nov 2017 at 08:00 EST",
        "Mon 6 Nov 2017 at 08:30 EST",
        "Mon 6 Nov 2017 at 09:00 EST",
    ]


def test_an_hour_that_spring_skips_is_not_proposed() -> None:
    """In Gaza clocks went forward on Saturday 24 March 2018 at 01:00; in Amman, on a Friday, at midnight."""
    day = date(2018, 3, 30)
    found = list(starts_between(day, day, time(0), time(3), 30, "Asia/Amman", after=LONG_AGO))
    assert [clock.said_time(one, "Asia/Amman") for one in found] == ["01:00", "01:30", "02:00", "02:30"]


def test_the_best_are_spread_over_days_and_do_not_overlap() -> None:
    days = [date(2017, 11, 6), date(2017, 11, 7)]
    starts = [one for day in days for one in times("11:00", "11:30", "12:00", "13:00", "14:00", day=day)]
    chosen = best(ranked(starts, 60, [who("Salem")], {}), zone=EASTERN)
    assert [clock.local(one.starts_at, EASTERN).strftime("%d %H:%M") for one in chosen] == [
        "06 11:00",
        "06 12:00",
        "07 11:00",
        "07 12:00",
    ]


def test_a_time_for_nobody_is_no_mistake() -> None:
    found: Proposal = proposal(NOON, 60, [], {})
    assert (found.missing, found.strain, found.hours) == ((), 0, ())
