"""When people are really there, by the presence windows of their registrations (rule 11)."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import accumulate
from operator import or_

from app.agenda.crowd import bits

Span = tuple[datetime, datetime]
"""From an instant to a later one, both UTC."""


class Windows(Mapping[int, tuple[Span, ...]]):
    """The presence windows of people, by their place in the crowd. Who has none is there throughout.

    Asking who is not there costs the same for ten people as for a thousand: windows are kept by their start and by
    their end, each beside the mask of all who have come by then, or are there until then.
    """

    def __init__(self, spans: Mapping[int, tuple[Span, ...]] | None = None) -> None:
        self._spans = dict(spans or {})
        with_one = {place: windows[0] for place, windows in self._spans.items() if len(windows) == 1}
        self._several = {place: windows for place, windows in self._spans.items() if len(windows) > 1}
        self._with_one = _mask(with_one)
        self._sharing: dict[tuple[Span, ...], int] = {}
        for place, windows in self._spans.items():
            self._sharing[windows] = self._sharing.get(windows, 0) | 1 << place
        self._starts, self._come_by = _gathered((start, place) for place, (start, _) in with_one.items())
        ends, there_until = _gathered(((end, place) for place, (_, end) in with_one.items()), latest_first=True)
        self._ends, self._there_until = ends[::-1], there_until[::-1]

    def __getitem__(self, place: int) -> tuple[Span, ...]:
        return self._spans[place]

    def __iter__(self) -> Iterator[int]:
        return iter(self._spans)

    def __len__(self) -> int:
        return len(self._spans)

    def of(self, people: int) -> set[Span]:
        """The windows that people have, each once."""
        return {window for windows, sharing in self._sharing.items() if sharing & people for window in windows}

    def outside(self, span: Span) -> int:
        """Those who are not there throughout a span: none of their windows covers it."""
        come = bisect_right(self._starts, span[0])
        stay = bisect_left(self._ends, span[1])
        there = self._come_by[come - 1] & self._there_until[stay] if come and stay < len(self._ends) else 0
        missing = self._with_one & ~there
        for place, windows in self._several.items():
            if not any(start <= span[0] and span[1] <= end for start, end in windows):
                missing |= 1 << place
        return missing

    def arrival(self, people: int) -> datetime | None:
        """The instant at which the first of the people comes; None where one of them is there throughout."""
        return self._extreme(people, first=True)

    def departure(self, people: int) -> datetime | None:
        """The instant at which the last of the people leaves; None where one of them is there throughout."""
        return self._extreme(people, first=False)

    def _extreme(self, people: int, *, first: bool) -> datetime | None:
        moments = []
        for place in bits(people):
            if place not in self._spans:
                return None
            starts, ends = zip(*self._spans[place], strict=True)
            moments.append(min(starts) if first else max(ends))
        return (min(moments) if first else max(moments)) if moments else None


def _gathered(
    entries: Iterable[tuple[datetime, int]], *, latest_first: bool = False
) -> tuple[list[datetime], list[int]]:
    """The instants in order, and beside each the mask of all up to it."""
    ordered = sorted(entries, reverse=latest_first)
    return [moment for moment, _ in ordered], list(accumulate((1 << place for _, place in ordered), or_))


def _mask(places: Iterable[int]) -> int:
    united = 0
    for place in places:
        united |= 1 << place
    return united
