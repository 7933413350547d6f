"""Seating people at tables so that they meet others: as few as can be beside their own city, tables of even size, and
mayors, then the other roles, spread. Plain data in and out; the same people are always seated the same way.

Who sits with their own city is a flow of people from cities to tables whose cost grows with each further one of a city
at a table. A seating is the cheapest exactly when no ring of moves, each from one table to the next, makes it cheaper
(Klein's rule), so rings are followed until there is none. Roles are spread after that by exchanging people of one city,
which changes nothing of it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

APART = 1_000_000
"""How much more one pair of a city at a table weighs than anything that the sizes of tables come to."""
FREE = -1
"""The empty places, among the tables."""


@dataclass(frozen=True, slots=True)
class Diner:
    """Somebody to be seated: the city they are of ("" for the lab and its guests, who are one group) and their role."""

    person_id: int
    city: str
    role: str = ""
    is_mayor: bool = False


Seats = dict[int, int]
"""Person → table."""


def mix(people: Iterable[Diner], places: Mapping[int, int], kept: Mapping[int, int] | None = None) -> Seats:
    """The table of everybody. `places` are those of each table, in order; `kept` stay where they are. There have to be
    places enough."""
    everybody = sorted(people, key=lambda one: (one.city, not one.is_mayor, one.role, one.person_id))
    kept = {one.person_id: kept[one.person_id] for one in everybody if kept and one.person_id in kept}
    assert len(everybody) <= sum(places.values()), "whoever asks has counted the places"
    seating = _Seating(everybody, places, kept)
    seating.deal()
    while seating.follow_a_ring():
        pass
    seating.spread_roles()
    return seating.seats


class _Seating:
    def __init__(self, people: Sequence[Diner], places: Mapping[int, int], kept: Mapping[int, int]) -> None:
        self.people = people
        self.places = places
        self.kept = kept
        self.seats: Seats = dict(kept)
        self.of_city = {table: Counter[str]() for table in places}
        self.size = Counter[int](kept.values())
        for one in people:
            if one.person_id in kept:
                self.of_city[kept[one.person_id]][one.city] += 1

    def deal(self) -> None:
        """A first seating: one after the other to where the fewest of their city are, then to the emptiest table."""
        for one in self.people:
            if one.person_id not in self.seats:
                free = [table for table, places in self.places.items() if self.size[table] < places]
                self._sit(one, min(free, key=lambda table: (self.of_city[table][one.city], self.size[table])))

    def _sit(self, one: Diner, table: int) -> None:
        before = self.seats.get(one.person_id)
        if before is not None:
            self.of_city[before][one.city] -= 1
            self.size[before] -= 1
        self.seats[one.person_id] = table
        self.of_city[table][one.city] += 1
        self.size[table] += 1

    def follow_a_ring(self) -> bool:
        """Move people along one ring of tables that makes the whole cheaper; False where there is none (Bellman and
        Ford: a way that can still be shortened after as many rounds as there are tables leads to a ring)."""
        moves = self._moves()
        nodes = [FREE, *self.places]
        cost = dict.fromkeys(nodes, 0)
        came: dict[int, int] = {}
        last = None
        for _ in nodes:
            last = None
            for (source, target), (weight, _one) in moves.items():
                if cost[source] + weight < cost[target]:
                    cost[target] = cost[source] + weight
                    came[target] = source
                    last = target
            if last is None:
                return False
        assert last is not None
        for _ in nodes:
            last = came[last]
        ring = [last]
        while came[ring[-1]] != last:
            ring.append(came[ring[-1]])
        steps = [(came[node], node) for node in ring]
        for step in steps:
            one = moves[step][1]
            if one is not None:
                self._sit(one, step[1])
        return True

    def _moves(self) -> dict[tuple[int, int], tuple[int, Diner | None]]:
        """What it costs to move the cheapest person from each table to each other, and who that is; by way of FREE a
        table has one fewer, and another one more."""
        movable: dict[int, dict[str, Diner]] = {table: {} for table in self.places}
        for one in self.people:
            if one.person_id not in self.kept:
                movable[self.seats[one.person_id]].setdefault(one.city, one)
        found: dict[tuple[int, int], tuple[int, Diner | None]] = {}
        for table, places in self.places.items():
            if self.size[table] < places:
                found[table, FREE] = (2 * self.size[table] + 1, None)
            if self.size[table]:
                found[FREE, table] = (1 - 2 * self.size[table], None)
            for target in self.places:
                best: tuple[int, Diner] | None = None
                for city, one in movable[table].items() if target != table else ():
                    weight = APART * (self.of_city[target][city] - self.of_city[table][city] + 1)
                    if best is None or weight < best[0]:
                        best = weight, one
                if best is not None:
                    found[table, target] = best
        return found

    def spread_roles(self) -> None:
        """Exchange people of one city as long as fewer mayors, then fewer of any role, sit together for it."""
        mayors = dict.fromkeys(self.places, 0)
        roles = {table: Counter[str]() for table in self.places}
        for one in self.people:
            mayors[self.seats[one.person_id]] += one.is_mayor
            roles[self.seats[one.person_id]][one.role] += 1
        teams: dict[str, list[Diner]] = {}
        for one in self.people:
            if one.person_id not in self.kept:
                teams.setdefault(one.city, []).append(one)
        pairs = [pair for team in teams.values() for pair in combinations(team, 2) if pair[0].role != pair[1].role]
        exchanged = True
        while exchanged:
            exchanged = False
            for one, other in pairs:
                here, there = self.seats[one.person_id], self.seats[other.person_id]
                if here == there or self._gain(one, other, mayors, roles) <= (0, 0):
                    continue
                exchanged = True
                for who, source, target in ((one, here, there), (other, there, here)):
                    mayors[source] -= who.is_mayor
                    mayors[target] += who.is_mayor
                    roles[source][who.role] -= 1
                    roles[target][who.role] += 1
                    self.seats[who.person_id] = target

    def _gain(
        self, one: Diner, other: Diner, mayors: Mapping[int, int], roles: Mapping[int, Counter[str]]
    ) -> tuple[int, int]:
        """By how many pairs of mayors, and of one role, fewer sit together after an exchange."""
        here, there = self.seats[one.person_id], self.seats[other.person_id]
        of_mayors = (one.is_mayor - other.is_mayor) * (mayors[here] - mayors[there] - (one.is_mayor - other.is_mayor))
        of_roles = (roles[here][one.role] - 1 - roles[there][one.role]) + (
            roles[there][other.role] - 1 - roles[here][other.role]
        )
        return of_mayors, of_roles


def pairs_of_a_city(people: Iterable[Diner], seats: Seats) -> int:
    """How many pairs of people of one city sit at one table."""
    together = Counter((seats[one.person_id], one.city) for one in people if one.person_id in seats)
    return sum(count * (count - 1) // 2 for count in together.values())
