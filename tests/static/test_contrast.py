"""The colours of tokens.css, as they are used together, can be read by day and by night (WCAG 2.2: 1.4.3, 1.4.11)."""

import re
from itertools import product
from pathlib import Path

import pytest

TOKENS = Path(__file__).parents[2] / "app" / "static" / "css" / "tokens.css"
COLOUR = re.compile(r"--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);")

GROUNDS = ("paper", "raised", "sunk")
MEANINGS = ("good", "warn", "bad", "link")
FAMILIES = ("slate", "crimson", "plum", "green", "blue", "sand", "grey")

TEXT = [
    *product(("ink", "quiet", "accent-text", *MEANINGS, *FAMILIES), GROUNDS),
    *((meaning, f"{meaning}-tint") for meaning in MEANINGS),
    *product(("ink", "quiet", "link", "accent-text"), [f"{family}-tint" for family in FAMILIES]),
    *product(("ink", "quiet", "link"), [f"{meaning}-tint" for meaning in MEANINGS]),
    *((family, f"{family}-tint") for family in FAMILIES),
    *(("green", f"{family}-tint") for family in FAMILIES),
    *((name, "hatch") for name in ("ink", "quiet", "grey", "link")),
    ("on-accent", "accent"),
    ("on-accent", "accent-deep"),
    ("paper", "ink"),
]
"""(text, ground): at least 4.5 to 1."""

EDGES = [
    *product(("edge", "accent", "link", "bad"), GROUNDS),
    *((family, ground) for family, ground in product(FAMILIES, GROUNDS)),
]
"""(edge of a field, a button or a block, what it stands on): at least 3 to 1."""


def colours() -> dict[str, tuple[str, str]]:
    found = {name: (light, dark) for name, light, dark in COLOUR.findall(TOKENS.read_text("utf-8"))}
    assert len(found) >= 30, "the form of tokens.css has changed; this test reads it"
    return found


def luminance(colour: str) -> float:
    channels = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_the_measure_itself_gives_the_known_values() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize(("mode", "column"), [("light", 0), ("dark", 1)])
@pytest.mark.parametrize(("pairs", "least"), [(TEXT, 4.5), (EDGES, 3.0)], ids=["text", "edges"])
def test_every_pair_can_be_told_apart(pairs: list[tuple[str, str]], least: float, mode: str, column: int) -> None:
    known = colours()
    weak = {
        f"{front} on {ground}": round(contrast(known[front][column], known[ground][column]), 2)
        for front, ground in pairs
        if contrast(known[front][column], known[ground][column]) < least
    }
    assert weak == {}, f"too weak in {mode} mode"
