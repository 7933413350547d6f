"""Differences by words, and two texts of one origin put together: no word that either wrote is lost."""

import re
import time
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.people.differences import LARGE, MOST_LOOKS, Bounded, Way, difference, together

WORDS = st.sampled_from(["bus", "school", "we", "moved", "one", "\n", "\n\n", "- ", "**", "Zoë", "日本"])
UNHURRIED = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
"""A busy machine is no finding."""

TEXTS = st.lists(WORDS, max_size=25).map(" ".join)


def said(before: str, after: str) -> str:
    marks = {Way.SAME: "{}", Way.ADDED: "+[{}]", Way.TAKEN: "-[{}]"}
    return "".join(marks[one.way].format(one.text) for one in difference(before, after))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("We moved one bus.", "We moved two buses.", "We moved -[one]+[two] -[bus]+[buses]."),
        ("", "New.", "+[New.]"),
        ("Old.", "", "-[Old.]"),
        ("Same.", "Same.", "Same."),
        ("One.\n\nTwo.", "One.\n\nAnd.\n\nTwo.", "One.\n\n+[And.\n\n]Two."),
        ("مرحبا بالعالم", "مرحبا يا عالم", "مرحبا -[بالعالم]+[يا عالم]"),
        ("don’t", "do not", "-[don’t]+[do not]"),
    ],
)
def test_a_difference_is_by_words_in_reading_order(before: str, after: str, expected: str) -> None:
    assert said(before, after) == expected


@UNHURRIED
@given(TEXTS, TEXTS)
def test_a_difference_holds_both_texts_whole(before: str, after: str) -> None:
    passages = difference(before, after)
    assert "".join(one.text for one in passages if one.way is not Way.TAKEN) == after
    assert "".join(one.text for one in passages if one.way is not Way.ADDED) == before


@pytest.mark.parametrize(
    ("base", "mine", "theirs", "expected"),
    [
        ("One.\nTwo.", "One!\nTwo.", "One.\nTwo!", "One!\nTwo!"),
        ("We moved one bus.", "We moved two bus.", "They moved one bus.", "They moved two bus."),
        ("We moved.", "We ran.", "We flew.", "We flew.\n\nWe ran."),
        ("", "Mine.", "Theirs.", "Theirs.\n\nMine."),
        ("Same.", "Both.", "Both.", "Both."),
        ("Keep.\nGo.", "Keep.", "Keep.\nGo.", "Keep."),
        ("One.", "One.\n\nMine.", "One.\n\nTheirs.", "One.\n\nTheirs.\n\nMine."),
    ],
)
def test_two_changes_are_put_together(base: str, mine: str, theirs: str, expected: str) -> None:
    assert together(base, mine, theirs) == expected


def words(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", text))


@UNHURRIED
@given(TEXTS, TEXTS, TEXTS)
def test_no_word_that_either_wrote_is_lost_when_texts_are_put_together(base: str, mine: str, theirs: str) -> None:
    both = words(together(base, mine, theirs))
    for text in (mine, theirs):
        added = words(text) - words(base)
        assert not (added - both), (added, both)


@UNHURRIED
@given(TEXTS, TEXTS)
def test_who_changed_nothing_adds_nothing(base: str, theirs: str) -> None:
    assert together(base, base, theirs) == theirs.rstrip("\n")
    assert together(base, theirs, base) == theirs.rstrip("\n")


def test_a_text_of_one_word_does_not_keep_the_program_busy() -> None:
    start = time.process_time()
    difference("a " * 10_000, "a b " * 6_600)
    together("a " * 10_000, "a b " * 6_600, "b a " * 6_600)
    assert time.process_time() - start < 5


def test_a_line_said_again_and_again_keeps_nobody_waiting_and_loses_no_word() -> None:
    """The matcher's work grows with the cube of such a text; what is looked at is counted."""
    base = ["x\n"] * 1500
    mine = [line for number in range(1500) for line in ("x\n", f"mine {number}\n")]
    matcher = Bounded(base, mine[:1900])
    matcher.get_matching_blocks()
    assert MOST_LOOKS < matcher.looks <= MOST_LOOKS + LARGE
    both = together("".join(base[:800]), "".join(mine[:1600]), "".join(base[:800]) + "theirs\n")
    assert [word for word in ["theirs", *(f"mine {number}" for number in range(800))] if word not in both] == []
