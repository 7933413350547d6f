"""Cities by cycles: how many commitments are kept."""

from dataclasses import replace
from datetime import UTC, date, datetime

from app.learning.heat import heat_map
from app.learning.kept import Commitment
from app.models import AnswerState
from app.updates.tombstones import Redaction

SPRING, FALL = ("spring", "Spring 2017"), ("fall", "Fall 2017")


def made(number: int, city: str, cycle: tuple[str, str], state: AnswerState | None, stage: str = "A") -> Commitment:
    return Commitment(
        id=number,
        city=city.title(),
        city_slug=city,
        cycle=cycle[1],
        cycle_slug=cycle[0],
        text="Do it",
        due_on=date(2017, 9, 1),
        stage=stage,
        redaction=None,
        state=state,
    )


COMMITMENTS = [
    made(5, "salem", FALL, None),
    made(1, "oakland", SPRING, AnswerState.DONE),
    made(2, "oakland", SPRING, AnswerState.DROPPED, "B"),
    made(3, "salem", SPRING, AnswerState.DONE),
    made(4, "salem", SPRING, AnswerState.DONE, "B"),
]
"""As commitments_of gives them: the latest cycle's first."""


def test_each_cell_says_done_of_made_and_what_is_open() -> None:
    found = heat_map(COMMITMENTS)
    assert found.cycles == (SPRING, FALL)
    cells = [
        [(cell.done, cell.made, cell.open, cell.dropped, cell.warmth) if cell else None for cell in row.cells]
        for row in found.rows
    ]
    assert [row.city for row in found.rows] == ["Oakland", "Salem"]
    assert cells == [[(1, 2, 0, 1, 2), None], [(2, 2, 0, 0, 4), (0, 1, 1, 0, -1)]]
    assert (found.totals, [(row.done, row.made) for row in found.rows]) == (((3, 4), (0, 1)), [(1, 2), (2, 3)])


def test_one_stage_keeps_all_cities_and_cycles_in_their_places() -> None:
    found = heat_map(COMMITMENTS, stage="B")
    assert (found.cycles, [row.city for row in found.rows]) == ((SPRING, FALL), ["Oakland", "Salem"])
    assert found.totals == ((1, 2), (0, 0))


def test_what_was_redacted_is_not_counted_and_nothing_gives_an_empty_map() -> None:
    gone = Redaction(by="Lab", office="", at=datetime(2017, 9, 1, tzinfo=UTC), reason="A family")
    found = heat_map([replace(COMMITMENTS[1], redaction=gone), *COMMITMENTS[2:]])
    assert found.rows[0].made == 1
    assert heat_map([]).rows == ()
