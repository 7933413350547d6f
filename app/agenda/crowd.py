"""The people of a convening as bits of a number, so that two audiences are compared in one operation.

A mask is an int whose bit i stands for the i-th person. Masks of one crowd only may be compared.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from app.models import Standing
from app.people.audiences import Attendee, Rule
from app.people.viewer import Office

Key = TypeVar("Key")


def bits(mask: int) -> Iterator[int]:
    """The positions of a mask's bits, lowest first."""
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest


class Seating:
    """Who holds what from one day until the next change of a seat, and whom a rule takes in then.

    `mayors` are those of each city, by its id; `standing_in` the offices of substitutes, by person (rule 10).
    """

    def __init__(self, attendees: Iterable[Attendee], place: Mapping[int, int]) -> None:
        self.seated = 0
        self.by_role: dict[int, int] = {}
        self.by_city: dict[int, int] = {}
        self.by_office: dict[tuple[int, int], int] = {}
        self.by_standing: dict[Standing, int] = {}
        self.mayors: dict[int, int] = {}
        self.standing_in: dict[int, tuple[Office, ...]] = {}
        self._place = place
        self._known: dict[Rule, int] = {}
        for attendee in attendees:
            bit = 1 << place[attendee.person_id]
            if any(office.stands_in for office in attendee.offices):
                self.standing_in[attendee.person_id] = attendee.offices
            for office in attendee.offices:
                self.seated |= bit
                _add(self.by_role, office.role_id, bit)
                _add(self.by_standing, office.standing, bit)
                if office.city_id is not None:
                    _add(self.by_city, office.city_id, bit)
                    _add(self.by_office, (office.role_id, office.city_id), bit)
                    if office.standing is Standing.MAYOR:
                        _add(self.mayors, office.city_id, bit)

    def mask(self, rule: Rule) -> int:
        """The people whom `rule.takes` takes in."""
        if rule not in self._known:
            self._known[rule] = self._taken(rule) & ~self.left_out(rule)
        return self._known[rule]

    def _taken(self, rule: Rule) -> int:
        if rule.everyone:
            return self.seated | self._of_people(rule.person_ids)
        if rule.role_ids and rule.city_ids:
            offices = ((role, city) for role in rule.role_ids for city in rule.city_ids)
            seats = _all(self.by_office.get(office, 0) for office in offices)
        else:
            seats = self._of_roles(rule.role_ids) | self._of_cities(rule.city_ids)
        return seats | self._of_people(rule.person_ids)

    @property
    def lab(self) -> int:
        """Organizers and lab staff."""
        return self.by_standing.get(Standing.ORGANIZER, 0) | self.by_standing.get(Standing.STAFF, 0)

    def left_out(self, rule: Rule) -> int:
        """The people whom a rule says it is without."""
        seats = self._of_roles(rule.but_role_ids) | self._of_cities(rule.but_city_ids)
        return seats | self._of_people(rule.but_person_ids)

    def _of_roles(self, ids: Iterable[int]) -> int:
        return _all(self.by_role.get(number, 0) for number in ids)

    def _of_cities(self, ids: Iterable[int]) -> int:
        return _all(self.by_city.get(number, 0) for number in ids)

    def _of_people(self, ids: Iterable[int]) -> int:
        return _all(1 << self._place[number] for number in ids if number in self._place)


@dataclass(frozen=True, slots=True)
class Crowd:
    """All people whom an agenda may concern, each with a place, and their seats as of each day of change.

    `seatings` are keyed by the first day on which they hold, the earliest key standing for all days before it.
    """

    people: tuple[Attendee, ...]
    place: Mapping[int, int]
    seatings: Mapping[date, Seating] = field(default_factory=dict)

    @classmethod
    def of(cls, rolls: Mapping[date, Iterable[Attendee]]) -> "Crowd":
        """The crowd of the people on the rolls of the days on which anything changes."""
        known: dict[int, Attendee] = {}
        for roll in rolls.values():
            for attendee in roll:
                known.setdefault(attendee.person_id, attendee)
        place = {person_id: position for position, person_id in enumerate(known)}
        seatings = {day: Seating(rolls[day], place) for day in sorted(rolls)}
        return cls(tuple(known.values()), place, seatings)

    def on(self, day: date) -> Seating:
        """The seats as they are held on a day."""
        first = next(iter(self.seatings))
        return self.seatings[max((start for start in self.seatings if start <= day), default=first)]

    def mask_of(self, person_ids: Iterable[int]) -> int:
        """The mask of those of the people who are in the crowd."""
        return _all(1 << self.place[number] for number in person_ids if number in self.place)

    def members(self, mask: int) -> list[Attendee]:
        """The people of a mask, in the crowd's order: by role, then by name."""
        return [self.people[position] for position in bits(mask)]


def _add(masks: dict[Key, int], key: Key, bit: int) -> None:
    masks[key] = masks.get(key, 0) | bit


def _all(masks: Iterable[int]) -> int:
    united = 0
    for mask in masks:
        united |= mask
    return united
