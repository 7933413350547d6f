"""Rule 9 when all come at once: 16 writers at the last ten places. What each was told is on record."""

from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import pairwise
from threading import Barrier
from typing import Any

import pytest
from sqlmodel import Session, col, select

from app.database import Database
from app.models import HOLDING, AuditEntry, Convening, ConveningStage, Delegation, Registration, RegistrationState
from app.people.audit import verb
from app.people.viewer import Viewer
from app.registration.delegations import open_delegations
from app.registration.registrations import cancel, register, registration_of
from tests.registration.stage import BY, Stage, person, set_stage, viewer

ROUNDS, WRITERS, PLACES = 120, 16, 10
"""On either database. Five hundred were run on each when this was built."""

EARLY = ("oakland mayor", "oakland superintendent")
MEMBERS = tuple(f"oakland member {number}" for number in range(1, WRITERS + 1))
KINDS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (MEMBERS, ()),
    ((*MEMBERS[:13], *MEMBERS[:3]), ()),
    (MEMBERS[:14], EARLY),
    (MEMBERS, MEMBERS[:3]),
)
"""Who asks and who leaves: all sixteen ask; three of thirteen click twice; the two who had places cancel while fourteen
ask; three of sixteen ask and think better of it."""


Place = tuple[RegistrationState, int | None]


@dataclass
class Round:
    """A convening of its own, with ten places left for one city; afterwards, what its writers were told and the log."""

    convening: int
    asking: tuple[str, ...]
    leaving: tuple[str, ...]
    told: dict[str, set[Place]] = field(default_factory=lambda: defaultdict(set))
    places: dict[str, Place] = field(default_factory=dict)
    counted: tuple[int, int, int] = (0, 0, 0)
    asked: list[dict[str, Any]] = field(default_factory=list)

    @property
    def early(self) -> set[str]:
        """Who had a place before."""
        return {*EARLY} & {*self.leaving}


@verb
def _announce(db: Session, stage: Stage, *, by: Viewer) -> list[int]:
    """A convening for each round. Half of them have no delegation yet; every third gives freed places at once."""
    convenings = [
        Convening(
            cohort_id=stage.cohort,
            slug=f"round-{number}",
            title=f"Round {number}",
            starts_on=date(2017, 11, 14),
            ends_on=date(2017, 11, 15),
            stage=ConveningStage.REGISTRATION_OPEN,
            registration_closes_at=datetime(2017, 11, 8, 5, tzinfo=UTC),
            delegation_cap=PLACES + len({*EARLY} & {*KINDS[number % len(KINDS)][1]}),
            hours_to_accept=0 if number % 3 == 0 else 48,
        )
        for number in range(ROUNDS)
    ]
    db.add_all(convenings)
    db.flush()
    for convening in convenings[: ROUNDS // 2]:
        open_delegations(db, convening, by=by)
    return [convening.key for convening in convenings]


def _set_rounds(database: Database, stage: Stage) -> list[Round]:
    with database.write() as db:
        numbers = _announce(db, stage, by=BY)
        rounds = [Round(number, *KINDS[place % len(KINDS)]) for place, number in enumerate(numbers)]
        for turn in rounds:
            for who in turn.early:
                register(db, db.get_one(Convening, turn.convening), person(db, stage, who), by=BY)
    return rounds


def _play(database: Database, stage: Stage, rounds: list[Round]) -> None:
    """All of a round begin at the same moment, each with a session of their own."""
    with database.read() as db:
        by = viewer(db, stage, "oakland facilitator")
    start = Barrier(WRITERS)

    def ask(turn: Round, who: str) -> None:
        start.wait()
        with database.write() as db:
            made = register(db, db.get_one(Convening, turn.convening), person(db, stage, who), by=by)
        turn.told[who].add((made.state, made.waiting_number))
        if who in turn.leaving:
            leave(turn, who)

    def leave(turn: Round, who: str) -> None:
        with database.write() as db:
            mine = registration_of(db, db.get_one(Convening, turn.convening), stage.people[who])
            assert mine is not None
            cancel(db, mine, by=by)

    def leave_early(turn: Round, who: str) -> None:
        start.wait()
        leave(turn, who)

    with ThreadPoolExecutor(WRITERS) as pool:
        for turn in rounds:
            writers = [pool.submit(ask, turn, who) for who in turn.asking]
            writers += [pool.submit(leave_early, turn, who) for who in turn.early]
            for writer in writers:
                writer.result()


def _look(database: Database, stage: Stage, rounds: list[Round]) -> None:
    """Put what is on record now into the rounds, in three queries."""
    names = {number: who for who, number in stage.people.items()}
    by_convening = {turn.convening: turn for turn in rounds}
    with database.read() as db:
        for row in db.exec(select(Registration)):
            turn = by_convening[row.convening_id]
            assert names[row.person_id] not in turn.places, f"{names[row.person_id]} is there twice"
            turn.places[names[row.person_id]] = (row.state, row.waiting_number)
        oakland = select(Delegation).where(Delegation.city_id == stage.cities["oakland"])
        for delegation in db.exec(oakland.where(col(Delegation.convening_id).in_(by_convening))):
            by_convening[delegation.convening_id].counted = (
                delegation.taken,
                delegation.sponsored_taken,
                delegation.last_waiting_number,
            )
        made = select(AuditEntry).where(AuditEntry.subject == "registration", AuditEntry.act == "register")
        for entry in db.exec(made.order_by(col(AuditEntry.id))):
            assert entry.convening_id is not None
            assert entry.after is not None
            by_convening[entry.convening_id].asked.append(entry.after)


def _check(turn: Round, names: dict[int, str]) -> None:
    stay = {*turn.asking, *turn.early} - {*turn.leaving}
    holding = {who for who, (state, _) in turn.places.items() if state in HOLDING}
    waiting = {who: place for who, place in turn.places.items() if place[0] is RegistrationState.WAITING}

    assert turn.places.keys() == {*turn.asking, *turn.early}, "nobody is lost"
    assert {*holding, *waiting} == stay, "everybody who stays has a place or waits"
    assert len(holding) == min(len(stay), PLACES + len(turn.early)), "none too many, none empty while somebody waits"
    assert turn.counted[:2] == (len(holding), 0), "what is counted is what is there"

    asked = [names[entry["person_id"]] for entry in turn.asked]
    assert sorted(asked) == sorted(turn.places), "each asked once, however often they clicked"
    numbers = [entry["waiting_number"] for entry in turn.asked if entry["waiting_number"] is not None]
    assert numbers == list(range(1, turn.counted[2] + 1)), "numbers follow the order of asking, without a gap"
    moments = [entry["submitted_at"] for entry in turn.asked]
    assert all(one <= other for one, other in pairwise(moments)), "and so do the instants"

    first_told = {
        names[entry["person_id"]]: (RegistrationState(entry["state"]), entry["waiting_number"]) for entry in turn.asked
    }
    for who, places in turn.told.items():
        assert first_told[who] in places, "what one was told is what was decided"
        assert len(places) == 1, "and a second click is told the same"
    queue = [who for who in asked if first_told[who][0] is RegistrationState.WAITING and who in stay]
    let_in = len(queue) - len(waiting)
    assert queue[let_in:] == sorted(waiting, key=lambda who: waiting[who][1] or 0), "who is let in was first in line"
    assert all(waiting[who] == first_told[who] for who in waiting), "and who waits keeps their number"


@pytest.mark.timeout(600)  # half a minute at most, alone; a machine with much else to do takes its time
@pytest.mark.usefixtures("_in_time")
def test_sixteen_at_once_at_the_last_ten_places_hundreds_of_times(database: Database) -> None:
    stage = set_stage(database, members=WRITERS)
    rounds = _set_rounds(database, stage)
    _play(database, stage, rounds)
    _look(database, stage, rounds)
    names = {number: who for who, number in stage.people.items()}
    for turn in rounds:
        _check(turn, names)
