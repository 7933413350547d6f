"""How far down a day's page an instant stands, in millimetres."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

LEAST = 3.4
"""No session is drawn lower than this, so that each has its number in it."""
IDLE = timedelta(minutes=15)
"""A time in which nothing goes on is drawn no longer than this."""


class Scale:
    """How far down an instant stands: hours take their room, except that the short ones are given enough for a line
    and those without anything are drawn short."""

    def __init__(self, spans: Iterable[tuple[datetime, datetime]], total: float) -> None:
        spans = list(spans)
        self.moments = sorted({moment for span in spans for moment in span})
        self.at = {moment: number for number, moment in enumerate(self.moments)}
        weights = []
        for start, end in pairwise(self.moments):
            busy = any(begins <= start and ends >= end for begins, ends in spans)
            weights.append((end - start if busy else min(end - start, IDLE)).total_seconds())
        self.heights = _scaled(weights, total)
        least = min(LEAST, total / max(1, len(self.heights)))
        for _ in range(40):
            short = False
            for begins, ends in spans:
                some = range(self.at[begins], self.at[ends])
                has = sum(self.heights[number] for number in some)
                if some and has < least - 0.01:
                    short = True
                    for number in some:
                        self.heights[number] *= least * 1.05 / has
            if not short:
                break
            self.heights = _scaled(self.heights, total)

    def down(self, moment: datetime) -> float:
        return sum(self.heights[: self.at[moment]])


def _scaled(weights: Sequence[float], total: float) -> list[float]:
    whole = sum(weights)
    return [total * weight / whole for weight in weights] if whole else [total for _ in weights]
