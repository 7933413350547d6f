"""The time budget: minutes of what a convening is for, against the minimums set for it (rule 4)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.agenda.draft import Draft, DraftSession, Span
from app.models import SessionFormat, Standing

PURPOSES = {
    "team": "Team time",
    "unstructured": "Unstructured time",
    "mayor": "Mayors only",
    "superintendent": "Superintendents only",
}


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """Minutes planned of one purpose and the minimum for it (0: none is set)."""

    purpose: str
    minutes: int
    minimum: int

    @property
    def label(self) -> str:
        return PURPOSES[self.purpose]


def time_budget(draft: Draft) -> list[BudgetLine]:
    """The four lines. What runs side by side counts once: an hour of six teams is an hour of team time."""
    counted: dict[str, Callable[[DraftSession], bool]] = {
        "team": lambda one: one.format is SessionFormat.TEAM_TIME,
        "unstructured": lambda one: one.format is SessionFormat.UNSTRUCTURED,
        "mayor": lambda one: _is_only_for(draft, one, Standing.MAYOR),
        "superintendent": lambda one: _is_only_for(draft, one, Standing.SUPERINTENDENT),
    }
    running = draft.running
    return [
        BudgetLine(purpose, minutes_of(one.span for one in running if counts(one)), draft.minimums.get(purpose, 0))
        for purpose, counts in counted.items()
    ]


def minutes_of(spans: Iterable[Span]) -> int:
    """Whole minutes that the spans cover together, overlaps counted once."""
    covered = timedelta(0)
    until: datetime | None = None
    for start, end in sorted(spans):
        begin = start if until is None else max(start, until)
        if end > begin:
            covered += end - begin
            until = end
    return covered // timedelta(minutes=1)


def _is_only_for(draft: Draft, session: DraftSession, standing: Standing) -> bool:
    """Whether the session is for holders of one standing and nobody else; who speaks to them does not count."""
    peers = draft.crowd.on(draft.day_of(session.span[0])).by_standing.get(standing, 0)
    return session.audience != 0 and session.audience & ~peers == 0
