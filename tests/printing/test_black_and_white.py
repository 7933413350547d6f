"""A printer without colour keeps the meaning: formats are told apart by the shape of a stroke, all else by words."""

import re
from collections.abc import Iterable
from itertools import combinations
from typing import NamedTuple

from app.models import SessionFormat
from app.printing.papers import STATIC, Paper
from app.printing.press import render_pdf
from app.printing.programme import SHEET, programme
from app.printing.typesetting import EDGES
from tests.printing.reading import Box, boxes, picture
from tests.printing.test_programme import NOW, SITE, agenda, convening, session

DOTS = 300
MILLIMETRE = DOTS / 25.4
DARK = 200
"""What is lighter than this, of 255, a printer without colour hardly shows."""
FORMATS = {edge: kind for kind, edge in reversed(EDGES.items())} | {"choice": SessionFormat.WORKSHOP}


class Stroke(NamedTuple):
    """As it looks in grey: millimetres of ink across, in how many lines; which part of its length has ink, and how many
    millimetres each piece is long."""

    across: float
    lines: int
    inked: float
    piece: float


def test_each_format_has_a_stroke_that_differs_from_each_other_in_shape_in_a_grey_drawing() -> None:
    html = programme(
        convening(),
        agenda(
            *(
                session(number, title=f"Q{number}Z", format=kind, purpose="One thing after another, " * 3)
                for number, kind in enumerate(FORMATS.values(), 1)
            )
        ),
        site=SITE,
        now=NOW,
    )
    pdf = render_pdf(html, sheet=SHEET, paper=Paper.A4)
    strokes = dict(zip(FORMATS, strokes_of(pdf, len(FORMATS)), strict=True))
    assert len(strokes) == 7
    for one, other in combinations(strokes, 2):
        assert differ(strokes[one], strokes[other]), (one, strokes[one], other, strokes[other])


def differ(one: Stroke, other: Stroke) -> bool:
    """Whether an eye tells them apart: twice as wide or long, one line or two, whole or broken."""

    def twice(a: float, b: float) -> bool:
        return max(a, b) >= 1.75 * min(a, b)

    return (
        one.lines != other.lines
        or twice(one.across, other.across)
        or (one.inked > 0.95) != (other.inked > 0.95)
        or (one.inked < 0.95 and twice(one.piece, other.piece))
    )


def strokes_of(pdf: bytes, count: int) -> list[Stroke]:
    """The stroke beside each session, from the first page as drawn in grey."""
    drawn = picture(pdf, 0, DOTS).convert("L")
    letters = boxes(pdf)
    said = "".join(box.letter for box in letters)
    found = []
    for number in range(1, count + 1):
        title = letters[said.index(f"Q{number}Z")]
        end = letters[said.index(f"Q{number + 1}Z")].top + 30 if number < count else last(letters).bottom
        text = title.left * DOTS / 72
        left, right = int(text - 5.3 * MILLIMETRE), int(text - 0.3 * MILLIMETRE)
        top, bottom = (int(drawn.height - y * DOTS / 72) for y in (title.top, end))
        strip = drawn.crop((left, top, right, bottom)).tobytes()
        width = right - left
        found.append(measured([strip[at : at + width] for at in range(0, len(strip), width)]))
    return found


def last(letters: list[Box]) -> Box:
    """The lowest of the words of the last session: what stands below is the foot."""
    return min((box for box in letters if box.bottom > 110), key=lambda box: box.bottom)


def measured(rows: list[bytes]) -> Stroke:
    """A stroke from its rows of pixels."""
    inked = [["x" if dot < DARK else " " for dot in row] for row in rows]
    filled = [row for row in inked if "x" in row]
    pieces = runs("x" if "x" in row else " " for row in inked)
    whole = pieces[1:-1] or pieces
    return Stroke(
        across=max(row.count("x") for row in filled) / MILLIMETRE,
        lines=max(len(runs(row)) for row in filled),
        inked=len(filled) / len(rows),
        piece=sum(whole) / len(whole) / MILLIMETRE,
    )


def runs(dots: Iterable[str]) -> list[int]:
    """How long each piece is that has ink."""
    return [len(found) for found in re.findall("x+", "".join(dots))]


PRINTED = sorted(
    path
    for path in (STATIC / "css").glob("*.css")
    if "set by app/printing" in path.read_text("utf-8") or path.name.startswith("paper")
)
IN_WORDS = {".ask h3"}
"""A heading whose colour is an ornament: its words say what it is."""


def test_where_a_hue_is_set_a_shape_or_a_weight_is_set_too() -> None:
    """So that what has a colour has something else that it is known by."""
    assert len(PRINTED) > 12
    bare = []
    for path in PRINTED:
        text = re.sub(r"/\*.*?\*/|@[^;{]+;", "", path.read_text("utf-8"), flags=re.DOTALL)
        for selector, said in re.findall(r"([^{}]+)\{([^{}]*)\}", text):
            names = [one.partition(":")[0].strip() for one in said.split(";") if one.strip()]
            hues = [colour for colour in re.findall(r"#[0-9a-f]{6}\b", said) if is_hue(colour)]
            if hues and set(names) <= {"color", "background", "background-color", "border-color"}:
                bare.append(selector.strip())
    assert [one for one in bare if one not in IN_WORDS] == []


def is_hue(colour: str) -> bool:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return max(red, green, blue) - min(red, green, blue) > 40
