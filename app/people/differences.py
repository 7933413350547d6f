"""What differs between two texts, by words, and two texts of one origin put together."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import Match, SequenceMatcher
from enum import StrEnum

LARGE = 3_000_000
"""Pairs of words that are compared at most; a passage above it counts as written anew, for a text of one word said ten
thousand times would keep the program busy for a minute."""

MOST_LOOKS = 8 * LARGE
"""Pairs that are looked at in all before the rest counts as written anew: one line said again and again is looked at
anew for every match, and whoever saves such a text would keep all other writers waiting."""

_WORDS = re.compile(r"\n|[^\S\n]+|\w+(?:[’'-]\w+)*|[^\w\s]")


class Way(StrEnum):
    SAME = "same"
    ADDED = "added"
    TAKEN = "taken"


class Bounded(SequenceMatcher[str]):
    """A matcher that finds no more once it has looked at MOST_LOOKS pairs."""

    def __init__(self, one: Sequence[str], other: Sequence[str]) -> None:
        super().__init__(a=one, b=other, autojunk=False)
        self.sizes = len(one), len(other)
        self.looks = 0

    def find_longest_match(self, alo: int = 0, ahi: int | None = None, blo: int = 0, bhi: int | None = None) -> Match:
        ahi = self.sizes[0] if ahi is None else ahi
        bhi = self.sizes[1] if bhi is None else bhi
        if self.looks > MOST_LOOKS:
            return Match(alo, blo, 0)
        self.looks += (ahi - alo) * (bhi - blo)
        return super().find_longest_match(alo, ahi, blo, bhi)


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of words that stands in both texts, in the later alone or in the earlier alone."""

    way: Way
    text: str


def difference(before: str, after: str) -> list[Passage]:
    """`after` against `before`, in reading order; what was taken stands before what came in its place."""
    passages: list[Passage] = []

    def say(way: Way, text: str) -> None:
        if not text:
            return
        if passages and passages[-1].way is way:
            passages[-1] = Passage(way, passages[-1].text + text)
        else:
            passages.append(Passage(way, text))

    for old, new in _changed_lines(before, after):
        if old == new:
            say(Way.SAME, new)
            continue
        one, other = _WORDS.findall(old), _WORDS.findall(new)
        for a0, a1, b0, b1, same in _spans(one, other):
            if same:
                say(Way.SAME, "".join(other[b0:b1]))
            else:
                say(Way.TAKEN, "".join(one[a0:a1]))
                say(Way.ADDED, "".join(other[b0:b1]))
    return passages


def around(passages: Sequence[Passage], words: int = 12) -> list[Passage]:
    """A difference with so many of the words that stay on either side of each change; "…" stands for the others."""
    shown: list[Passage] = []
    for place, one in enumerate(passages):
        if one.way is not Way.SAME:
            shown.append(one)
            continue
        pieces = re.findall(r"\s*\S+\s*", one.text) or [one.text]
        first, last = place == 0, place == len(passages) - 1
        head = [] if first else pieces[:words]
        tail = [] if last else pieces[-words:]
        cut = len(head) + len(tail) < len(pieces)
        text = "".join(head).rstrip() + " … " + "".join(tail).lstrip() if cut else one.text
        shown.append(Passage(Way.SAME, text.lstrip() if first else text.rstrip() if last else text))
    return [one for one in shown if one.text]


def together(base: str, mine: str, theirs: str) -> str:
    """Both changes of `base` in one text. Where both changed the same lines, and the same words of them, theirs stands
    first and mine below it: no word that either wrote is lost."""
    lines = []
    for was, ours, their in _meetings(_lines(base), _lines(mine), _lines(theirs)):
        if ours == their or their == was:
            lines += ours
        elif ours == was:
            lines += their
        else:
            lines += [_in_words("".join(was), "".join(ours), "".join(their))]
    return "".join(lines).rstrip("\n")


def _in_words(base: str, mine: str, theirs: str) -> str:
    """The same of one passage: word by word where the two changed different words, else one below the other."""
    words: list[str] = []
    for was, ours, their in _meetings(_WORDS.findall(base), _WORDS.findall(mine), _WORDS.findall(theirs)):
        if ours == their or their == was:
            words += ours
        elif ours == was:
            words += their
        else:
            return f"{theirs.rstrip()}\n\n{mine.strip()}\n"
    return "".join(words)


def _lines(text: str) -> list[str]:
    """Lines with their endings; the last has one too, so that it is the same line wherever it stands."""
    return [f"{line}\n" for line in text.split("\n")] if text else []


def _changed_lines(before: str, after: str) -> Iterator[tuple[str, str]]:
    """Passages of whole lines, the earlier beside the later."""
    one, other = before.splitlines(keepends=True), after.splitlines(keepends=True)
    for a0, a1, b0, b1, _ in _spans(one, other):
        yield "".join(one[a0:a1]), "".join(other[b0:b1])


def _spans(one: Sequence[str], other: Sequence[str]) -> Iterator[tuple[int, int, int, int, bool]]:
    """(from, to) in both, and whether the two say the same there."""
    a = b = 0
    for a1, b1, size in _matches(one, other):
        if a < a1 or b < b1:
            yield a, a1, b, b1, False
        if size:
            yield a1, a1 + size, b1, b1 + size, True
        a, b = a1 + size, b1 + size


def _matches(one: Sequence[str], other: Sequence[str]) -> list[tuple[int, int, int]]:
    """Where the two say the same: (in one, in the other, how long), ending with (len, len, 0)."""
    head = 0
    while head < min(len(one), len(other)) and one[head] == other[head]:
        head += 1
    tail = 0
    while tail < min(len(one), len(other)) - head and one[-1 - tail] == other[-1 - tail]:
        tail += 1
    inner, outer = one[head : len(one) - tail], other[head : len(other) - tail]
    found = [(0, 0, head)] if head else []
    if len(inner) * len(outer) <= LARGE:
        matcher = Bounded(inner, outer)
        found += [(head + a, head + b, size) for a, b, size in matcher.get_matching_blocks() if size]
    if tail:
        found.append((len(one) - tail, len(other) - tail, tail))
    return [*found, (len(one), len(other), 0)]


def _meetings(
    base: Sequence[str], mine: Sequence[str], theirs: Sequence[str]
) -> Iterator[tuple[list[str], list[str], list[str]]]:
    """The three texts in step: passages that all three share, and between them what each has in that place."""
    where_mine, where_theirs = _places(base, mine), _places(base, theirs)
    b = m = t = 0
    for place in range(len(base) + 1):
        at_end = place == len(base)
        if not at_end and (place not in where_mine or place not in where_theirs):
            continue
        to_m = len(mine) if at_end else where_mine[place]
        to_t = len(theirs) if at_end else where_theirs[place]
        if (b, m, t) != (place, to_m, to_t):
            yield list(base[b:place]), list(mine[m:to_m]), list(theirs[t:to_t])
        if not at_end:
            yield [base[place]], [mine[to_m]], [theirs[to_t]]
            b, m, t = place + 1, to_m + 1, to_t + 1


def _places(base: Sequence[str], other: Sequence[str]) -> dict[int, int]:
    """For each element of `base` that is kept: where it stands in the other."""
    return {a + n: b + n for a, b, size in _matches(base, other) for n in range(size)}
