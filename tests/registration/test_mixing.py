"""Mixing people at tables: everyone once, no table overfull, even sizes, and one's own city beside one only where that
cannot be avoided, which small cases are told by looking at all seatings there are."""

from collections import Counter
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from app.registration.mixing import Diner, mix, pairs_of_a_city

CITIES = ("Louisville", "Newton", "Oakland", "Providence", "Salem", "Somerville")


def team(cities: list[str]) -> list[Diner]:
    """One of each, the first of each city its mayor."""
    seen: set[str] = set()
    people = []
    for number, city in enumerate(cities, 1):
        is_mayor = bool(city) and city not in seen
        seen.add(city)
        people.append(Diner(number, city, "mayor" if is_mayor else f"role {number % 3}", is_mayor))
    return people


@st.composite
def small(draw: st.DrawFn) -> tuple[list[Diner], dict[int, int], dict[int, int]]:
    """A few people, tables with places for all of them, and some who stay where they sit."""
    people = team(draw(st.lists(st.sampled_from(["", "Oakland", "Salem", "Newton"]), max_size=7)))
    tables = draw(st.integers(1, 3))
    places = {table: draw(st.integers(0, 4)) for table in range(10, 10 + tables)}
    places[10] += max(0, len(people) - sum(places.values()))
    kept: dict[int, int] = {}
    for one in people:
        free = [table for table in places if Counter(kept.values())[table] < places[table]]
        stays = draw(st.booleans())
        if free and stays:
            kept[one.person_id] = draw(st.sampled_from(free))
    return people, places, kept


@given(small())
@settings(deadline=None, max_examples=300)
def test_everyone_sits_once_within_the_places_and_beside_their_own_city_only_where_it_must_be(
    case: tuple[list[Diner], dict[int, int], dict[int, int]],
) -> None:
    people, places, kept = case
    seats = mix(people, places, kept)
    assert seats.keys() == {one.person_id for one in people}
    assert {person: seats[person] for person in kept} == kept
    sizes = Counter(seats.values())
    assert all(sizes[table] <= most for table, most in places.items())
    best = min(
        _cost(people, dict(zip(seats, chosen, strict=True)), places)
        for chosen in product(places, repeat=len(people))
        if all(kept.get(person, table) == table for person, table in zip(seats, chosen, strict=True))
        and all(Counter(chosen)[table] <= most for table, most in places.items())
    )
    assert _cost(people, seats, places) == best


def _cost(people: list[Diner], seats: dict[int, int], places: dict[int, int]) -> tuple[int, int]:
    sizes = Counter(seats.values())
    return pairs_of_a_city(people, seats), sum(sizes[table] ** 2 for table in places)


@given(st.lists(st.sampled_from(["", *CITIES]), max_size=60), st.integers(1, 10), st.randoms())
@settings(deadline=None, max_examples=60)
def test_a_city_is_spread_as_evenly_as_its_number_allows_and_the_order_of_people_changes_nothing(
    cities: list[str], tables: int, order: object
) -> None:
    people = team(cities)
    size = -(-max(len(people), 1) // tables)
    places = dict.fromkeys(range(tables), size)
    seats = mix(people, places)
    for city in set(cities):
        of_city = Counter(seats[one.person_id] for one in people if one.city == city)
        spread = [of_city[table] for table in places]
        assert max(spread) - min(spread) <= 1
    sizes = [Counter(seats.values())[table] for table in places]
    assert max(sizes) - min(sizes) <= 1
    shuffled = list(people)
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    assert mix(shuffled, places) == seats
    assert mix(people, places, seats) == seats


def test_six_cities_of_eight_meet_at_eight_tables_with_a_mayor_at_no_table_twice() -> None:
    people = team([city for city in CITIES for _ in range(8)])
    seats = mix(people, dict.fromkeys(range(1, 9), 8))
    assert pairs_of_a_city(people, seats) == 0
    assert sorted(Counter(seats.values()).values()) == [6] * 8
    assert max(Counter(seats[one.person_id] for one in people if one.is_mayor).values()) == 1


def test_three_hundred_people_are_seated_at_forty_tables_at_once() -> None:
    people = team([f"City {number % 38}" for number in range(300)])
    seats = mix(people, dict.fromkeys(range(40), 8))
    assert pairs_of_a_city(people, seats) == 0
    assert set(Counter(seats.values()).values()) == {7, 8}


def test_who_comes_later_is_seated_without_moving_anybody() -> None:
    people = team(["Oakland", "Oakland", "Salem", "Salem"])
    before = mix(people[:3], {1: 2, 2: 2})
    after = mix(people, {1: 2, 2: 2}, before)
    assert {person: after[person] for person in before} == before
    assert pairs_of_a_city(people, after) == 0
