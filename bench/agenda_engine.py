"""The engine of findings alone, on a large agenda: all of it, and after one move."""

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import cycle
from random import Random

from app.agenda.crowd import Crowd
from app.agenda.draft import Body, Draft, DraftRoom, DraftSession, Item, Setup, Spot, in_order
from app.agenda.findings import Checked
from app.agenda.presence import Span, Windows
from app.models import Openness, SessionFormat, Standing
from app.people.audiences import Attendee, Rule
from app.people.viewer import Office

SESSIONS, CITIES, ROLES, ROOMS, DAYS = 1007, 125, 12, 40, 5
"""125 cities with a team of twelve each are 1,500 people."""

FIRST_DAY = datetime(2027, 2, 6, 9, 0, tzinfo=UTC)
STANDINGS = (Standing.MAYOR, Standing.SUPERINTENDENT, Standing.FACILITATOR, *(Standing.MEMBER,) * (ROLES - 3))


@dataclass(frozen=True)
class Timed:
    """Medians, in milliseconds of processor time: others on the machine do not weigh on them."""

    whole: float
    move: float
    findings: int


def engine(rounds: int = 20, moves: int = 200) -> Timed:
    """Times a full check, and the check of one session moved, with the new draft made for it."""
    draft = large_draft()
    checked = Checked.of(draft)
    whole = statistics.median(_milliseconds(lambda: Checked.of(draft)) for _ in range(rounds))
    chance = Random(1)
    times = []
    for _ in range(moves):
        session = _moved(chance, chance.choice(draft.sessions))
        before = checked

        def move(before: Checked = before, session: DraftSession = session) -> Checked:
            return before.after(before.draft.with_session(session), [session.id])

        began = time.thread_time()
        checked = move()
        times.append((time.thread_time() - began) * 1000)
    assert checked.found == Checked.of(checked.draft).found
    return Timed(whole, statistics.median(times), len(checked.found))


def large_draft() -> Draft:
    """Always the same: plenaries, mayors' updates, team time in the cities' rooms, and choices of small sessions."""
    crowd = Crowd.of({FIRST_DAY.date(): _people()})
    seating = crowd.on(FIRST_DAY.date())
    rooms = {n: DraftRoom(n, f"Room {n}", f"House {n % 4}", False, (Setup(n, "rounds", 90),)) for n in range(1, 41)}
    chance = Random(2)
    sessions = [replace(one, audience=seating.mask(one.rule)) for one in _sessions(chance, crowd)]
    day = date(2027, 2, 6)
    return Draft(
        convening_id=1,
        cohort_id=1,
        zone="America/New_York",
        starts_on=day,
        ends_on=day + timedelta(days=DAYS - 1),
        rooms=rooms,
        sessions=in_order(sessions, rooms),
        crowd=crowd,
        windows=Windows({place: (_stay(chance),) for place in range(0, CITIES * ROLES, 7)}),
        cities={n: f"City {n}" for n in range(1, CITIES + 1)},
        minimums={"team": 150, "mayor": 120},
        walking=timedelta(minutes=5),
        active=frozenset(range(1, CITIES + 1)),
        bodies=tuple(Body(n, f"Board {n}", 3, 0b111 << n * ROLES) for n in range(20)),
        today=day - timedelta(days=14),
    )


def _people() -> list[Attendee]:
    people: list[Attendee] = []
    for city in range(1, CITIES + 1):
        for role, standing in enumerate(STANDINGS, 1):
            office = Office(1, "", "", 0, role, standing, standing.value.capitalize(), city, "", f"City {city}")
            people.append(Attendee(len(people) + 1, f"Person {len(people) + 1}", "", None, None, (office,)))
    return people


def _sessions(chance: Random, crowd: Crowd) -> Iterator[DraftSession]:
    """Each hour of a day is for all, or holds parallel sessions of one choice, each for a few cities' roles."""
    cities = cycle(range(1, CITIES + 1))
    number = 0
    while number < SESSIONS:
        day, hour = divmod(number // 21, 10)
        start = FIRST_DAY + timedelta(days=day, hours=hour)
        for place in range(21):
            number += 1
            if number > SESSIONS:
                return
            mine = frozenset(next(cities) for _ in range(6))
            is_update = place == 0 and hour < 2
            yield DraftSession(
                id=number,
                title=f"Session {number}",
                cover_title="",
                format=SessionFormat.MAYOR_UPDATE if is_update else SessionFormat.WORKSHOP,
                openness=Openness.CLOSED if place == 1 else Openness.COHORT,
                excludes_lab=False,
                protected=place == 2,
                choice_group=f"{day}-{hour}" if place > 15 else "",
                starts_at=start,
                ends_at=start + timedelta(minutes=55 if chance.random() < 0.95 else 75),
                minutes=55,
                cancelled=False,
                changed_at=None,
                rule=Rule(role_ids=frozenset(range(1, ROLES + 1)), city_ids=mine),
                spots=(Spot(1 + place, 1 + place, None, 90),),
                audience=0,
                engaged=crowd.mask_of([chance.randint(1, CITIES * ROLES)]),
                unconfirmed=0,
                items=tuple(Item(number * 10 + n, "", 25, city) for n, city in enumerate(mine)) if is_update else (),
            )


def _stay(chance: Random) -> Span:
    first = FIRST_DAY + timedelta(hours=chance.randint(-12, 30))
    return first, first + timedelta(days=DAYS)


def _moved(chance: Random, session: DraftSession) -> DraftSession:
    start = session.span[0] + timedelta(minutes=5 * chance.randint(-12, 12))
    return replace(session, starts_at=start, ends_at=start + timedelta(minutes=session.minutes))


def _milliseconds(act: Callable[[], object]) -> float:
    began = time.thread_time()
    act()
    return (time.thread_time() - began) * 1000


if __name__ == "__main__":
    print(engine())
