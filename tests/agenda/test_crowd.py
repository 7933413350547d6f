"""People as bits: the same answer as asking the rule about each person."""

from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.agenda.crowd import Crowd, bits
from app.people.audiences import Attendee, Rule
from tests.agenda.pieces import FACILITATOR, MAYOR, MAYORS, OAKLAND, ORGANIZER, SALEM, SUPERINTENDENT, attendee, office

DAY = date(2017, 11, 14)
ROLES = st.frozensets(st.sampled_from([MAYOR, SUPERINTENDENT, FACILITATOR, ORGANIZER, 99]), max_size=3)
CITIES = st.frozensets(st.sampled_from([OAKLAND, SALEM, 99]), max_size=2)
NUMBERS = st.frozensets(st.integers(1, 7), max_size=3)

offices = st.builds(
    office, st.sampled_from([MAYOR, SUPERINTENDENT, FACILITATOR, ORGANIZER]), st.sampled_from([None, OAKLAND, SALEM])
)
crowds = st.lists(st.lists(offices, max_size=3), max_size=6).map(
    lambda people: [attendee(number, f"Person {number}", *held) for number, held in enumerate(people, 1)]
)
rules = st.builds(Rule, st.booleans(), ROLES, CITIES, NUMBERS, ROLES, CITIES, NUMBERS)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(people=crowds, rule=rules)
def test_a_mask_holds_whom_the_rule_takes_in(people: list[Attendee], rule: Rule) -> None:
    crowd = Crowd.of({DAY: people})
    taken = {one.person_id for one in crowd.members(crowd.on(DAY).mask(rule))}
    assert taken == {one.person_id for one in people if rule.takes(one.person_id, one.offices)}


@given(positions=st.frozensets(st.integers(0, 2000)))
def test_the_bits_of_a_mask_are_its_positions(positions: frozenset[int]) -> None:
    assert list(bits(sum(1 << position for position in positions))) == sorted(positions)


def test_a_seat_that_changes_hands_during_the_convening_is_two_peoples_on_two_days() -> None:
    before = [attendee(1, "Imani Okafor", office(MAYOR, OAKLAND))]
    after = [attendee(2, "Ruth Adler", office(MAYOR, OAKLAND))]
    crowd = Crowd.of({DAY: before, date(2017, 11, 15): after})

    def mayors(day: date) -> list[str]:
        return [one.name for one in crowd.members(crowd.on(day).mask(MAYORS))]

    assert mayors(date(2017, 11, 13)) == ["Imani Okafor"]
    assert mayors(DAY) == ["Imani Okafor"]
    assert mayors(date(2017, 11, 15)) == ["Ruth Adler"]
    assert mayors(date(2017, 11, 30)) == ["Ruth Adler"]
