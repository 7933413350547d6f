"""The time budget: minutes of what a convening is for, against the minimums set for it (rule 4)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.agenda.crowd import Seating
from app.agenda.draft import Draft, DraftSession
from app.agenda.presence import Span
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
    """The four lines of a draft."""
    seatings = ((one, draft.crowd.on(draft.day_of(one.span[0]))) for one in draft.running)
    return lines(((one.span, purposes(one, seating)) for one, seating in seatings), draft.minimums)


def lines(spans: Iterable[tuple[Span, tuple[str, ...]]], minimums: Mapping[str, int]) -> list[BudgetLine]:
    """The four lines of spans with their purposes. What runs side by side counts once: an hour of six teams is an hour
    of team time."""
    by_purpose: dict[str, list[Span]] = {purpose: [] for purpose in PURPOSES}
    for span, its_purposes in spans:
        for purpose in its_purposes:
            by_purpose[purpose].append(span)
    return [BudgetLine(purpose, minutes_of(each), minimums.get(purpose, 0)) for purpose, each in by_purpose.items()]


def purposes(session: DraftSession, seating: Seating) -> tuple[str, ...]:
    """What a session's minutes count for, on a day with these seats: none for most. Its items change nothing."""
    found = []
    if session.format is SessionFormat.TEAM_TIME:
        found.append("team")
    if session.format is SessionFormat.UNSTRUCTURED:
        found.append("unstructured")
    for purpose, standing in (("mayor", Standing.MAYOR), ("superintendent", Standing.SUPERINTENDENT)):
        if session.audience and not session.audience & ~seating.by_standing.get(standing, 0):
            found.append(purpose)  # who speaks to them does not count
    return tuple(found)


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
