"""The sample's pictures: charts and sketches of what its updates tell, drawn here, the same bytes each time.

Each is a `draw` of seed/by_all_means/updates: its name is a function here, its `values` are what it shows.
"""

from collections.abc import Callable, Sequence
from functools import cache
from io import BytesIO
from itertools import pairwise
from math import cos, pi, sin
from random import Random

from PIL import Image, ImageDraw, ImageFont

from app.files import Ready, examine, make_ready

WIDE, HIGH = 1200, 750
FINE = 1.6
SMALLER = 2
"""Measures here are of such a sheet; it is drawn larger and made smaller, to 960 × 600, which smooths its edges."""

PAPER, INK, QUIET, RULE = "#FBFAF7", "#1C2230", "#5B6270", "#E3DFD6"
RED, BLUE, GREEN, SAND = "#9B1B30", "#1F4E8C", "#20603D", "#D9C9A3"

Values = Sequence[int]
Point = tuple[float, float]


class Sheet:
    """Paper to draw on."""

    def __init__(self) -> None:
        self.image = Image.new("RGB", (round(WIDE * FINE), round(HIGH * FINE)), PAPER)
        self.draw = ImageDraw.Draw(self.image)

    def box(self, x: float, y: float, wide: float, high: float, color: str, round_by: float = 0) -> None:
        corners = (x * FINE, y * FINE, (x + wide) * FINE - 1, (y + high) * FINE - 1)
        self.draw.rounded_rectangle(corners, round_by * FINE, fill=color)

    def dot(self, x: float, y: float, radius: float, color: str) -> None:
        self.draw.ellipse([one * FINE for one in (x - radius, y - radius, x + radius, y + radius)], fill=color)

    def line(self, points: Sequence[Point], color: str, thick: float) -> None:
        self.draw.line([(x * FINE, y * FINE) for x, y in points], color, round(thick * FINE), joint="curve")
        for x, y in (points[0], points[-1]):
            self.dot(x, y, thick / 2, color)

    def shape(self, points: Sequence[Point], color: str) -> None:
        self.draw.polygon([(x * FINE, y * FINE) for x, y in points], fill=color)

    def words(self, x: float, y: float, text: str, color: str = INK, size: int = 34, anchor: str = "ls") -> None:
        self.draw.text((x * FINE, y * FINE), text, color, _font(round(size * FINE)), anchor)

    def finished(self) -> bytes:
        out = BytesIO()
        self.image.reduce(SMALLER).save(out, "PNG", compress_level=0)  # it is written again as every picture is
        return out.getvalue()


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


@cache
def picture(kind: str, values: tuple[int, ...], name: str) -> Ready:
    """A picture of the sample, made ready as if somebody had handed it in."""
    sheet = Sheet()
    DRAWN[kind](sheet, values)
    return make_ready(examine(BytesIO(sheet.finished()), name, megabytes=2))


def squares(sheet: Sheet, values: Values) -> None:
    """Percentages before and now, each as a hundred squares."""
    for place, (value, color) in enumerate(zip(values, (QUIET, RED), strict=True)):
        left = 110 + place * 560
        sheet.words(left, 104, "Before" if place == 0 else "Now", QUIET, 42)
        sheet.words(left + 420, 104, f"{value}%", color, 60, "rs")
        for one in range(100):
            row, column = divmod(one, 10)
            sheet.box(left + column * 43, 640 - row * 55, 33, 43, color if one < value else RULE, 5)


def columns(sheet: Sheet, values: Values) -> None:
    """Percentages before and now, each as a column up to a hundred."""
    for share in range(0, 101, 25):
        at = 650 - share * 5.4
        sheet.box(150, at, 960, 2, RULE)
        sheet.words(130, at + 13, f"{share}", QUIET, 36, "rs")
    for place, (value, color) in enumerate(zip(values, (SAND, BLUE), strict=True)):
        left = 290 + place * 400
        sheet.box(left, 650 - value * 5.4, 220, value * 5.4, color)
        sheet.words(left + 110, 632 - value * 5.4, f"{value}%", INK, 60, "ms")
        sheet.words(left + 110, 712, "Before" if place == 0 else "Now", QUIET, 42, "ms")


def days(sheet: Sheet, values: Values) -> None:
    """Days before and now, a dot each, eleven in a row."""
    rows = [(value + 10) // 11 for value in values]
    radius = 30 if rows[0] < 3 else 22
    a_row = radius * 2 + 22
    top = (HIGH - sum(rows) * a_row - 2 * 64 - 70) / 2 + 40
    for place, (value, color) in enumerate(zip(values, (QUIET, GREEN), strict=True)):
        sheet.words(110, top, f"{'Before' if place == 0 else 'Now'}: {value} days", color, 48)
        for one in range(value):
            row, column = divmod(one, 11)
            sheet.dot(139 + column * 88, top + 64 + row * a_row, radius, color)
        top += 64 + rows[place] * a_row + 70


def wall(sheet: Sheet, values: Values) -> None:
    """So many cards on a wall, of so many: the marked ones stand anywhere among them."""
    marked, of = values
    size = (1060 * 610 / of) ** 0.5
    in_a_row = round(1060 / size)
    size = 1060 / in_a_row
    chosen = set(_chance(of).sample(range(of), marked))
    for one in range(of):
        row, column = divmod(one, in_a_row)
        gap = size * 0.16
        color = RED if one in chosen else SAND
        sheet.box(70 + column * size + gap, 68 + row * size + gap, size - 2 * gap, size - 2 * gap, color, size * 0.08)


def shares(sheet: Sheet, values: Values) -> None:
    """Who said yes, who said no, who is still thinking: rings of one dinner plate."""
    at, whole = -90.0, sum(values)
    for value, color in zip(values, (GREEN, RED, SAND), strict=True):
        end = at + 360 * value / whole
        sheet.draw.pieslice([one * FINE for one in (120, 95, 680, 655)], at, end, fill=color)
        at = end
    sheet.dot(400, 375, 150, PAPER)
    sheet.words(400, 399, f"{whole:,}", INK, 68, "ms")
    for place, (said, value, color) in enumerate(
        zip(("yes", "no", "thinking"), values, (GREEN, RED, SAND), strict=True)
    ):
        top = 270 + place * 96
        sheet.box(760, top, 44, 44, color, 8)
        sheet.words(826, top + 39, f"{value:,} {said}", INK, 48)


def route(sheet: Sheet, values: Values) -> None:
    """A paper map: hills above, streets of the flat below, and the line of a bus in wool that ends short of the hill.
    The values are empty places on the hill and families on the flat, in tens."""
    on_the_hill, on_the_flat = values
    chance = _chance(7)
    for height, color in ((230, "#DCE5D8"), (330, "#C5D5C2"), (420, "#AEC4AC")):
        ridge = [(x, height + 40 * sin(x / 170 + height) + 20 * sin(x / 61)) for x in range(0, WIDE + 20, 20)]
        below: list[Point] = [*ridge, (WIDE, height + 190), (0, height + 190)]
        sheet.shape(below, color)
    sheet.box(0, 500, WIDE, HIGH - 500, "#EFEBE1")
    for at in range(40, WIDE, 96):
        sheet.line([(at, 500), (at - 30, HIGH)], PAPER, 9)
    for at in range(540, HIGH, 62):
        sheet.line([(0, at), (WIDE, at)], PAPER, 9)
    for _ in range(on_the_flat):
        sheet.dot(chance.uniform(60, 1140), chance.uniform(525, 725), 10, BLUE)
    for _ in range(on_the_hill):
        x, y = chance.uniform(620, 1120), chance.uniform(285, 365)
        sheet.box(x, y, 20, 16, INK)
        sheet.shape([(x - 5, y), (x + 25, y), (x + 10, y - 13)], INK)
    wool = [(70.0, 690.0), (260.0, 640.0), (330.0, 578.0), (520.0, 560.0), (590.0, 470.0), (560.0, 410.0)]
    sheet.line(_smooth(wool), RED, 9)
    sheet.dot(560, 410, 17, RED)
    sheet.dot(560, 410, 8, PAPER)


def plan(sheet: Sheet, values: Values) -> None:
    """A card with so many lines, pinned over the shadows of thick ones."""
    (lines,) = values
    for place, shade in zip(range(4, 0, -1), ("#D2CBBC", "#DAD4C7", "#E3DFD6", "#EAE5DA"), strict=True):
        sheet.box(300 - place * 26, 70 + place * 22, 600, 560, shade, 14)
    sheet.box(330, 60, 620, 570, "#FFFFFF", 14)
    sheet.box(330, 60, 620, 84, BLUE, 14)
    sheet.box(330, 120, 620, 24, BLUE)
    chance = _chance(lines)
    for line, color in zip(range(lines), (GREEN, RED, BLUE, INK), strict=False):
        top = 200 + line * 102
        sheet.dot(396, top + 16, 19, color)
        at = 440.0
        while at < 780 + line % 2 * 90:
            wide = chance.uniform(40, 110)
            sheet.box(at, top, wide, 30, RULE if line < lines - 1 else SAND, 8)
            at += wide + 14
    sheet.line(_smooth([(690, 588), (740, 548), (770, 598), (820, 552), (860, 590)]), RED, 5)


def moves(sheet: Sheet, values: Values) -> None:
    """Schools around a town and clubs within it; where one child moved, its club, clinic and counselor hear of it."""
    schools, clubs = values
    around, inside = _oval(schools, 470, 300), _oval(clubs, 210, 130)
    chance = _chance(schools)
    for _ in range(70):
        one, other = chance.sample(around, 2)
        sheet.line(_smooth([one, (600 + chance.uniform(-90, 90), 375 + chance.uniform(-60, 60)), other]), RULE, 2)
    for x, y in around:
        sheet.dot(x, y, 10, QUIET)
    for x, y in inside:
        sheet.dot(x, y, 12, BLUE)
    old, new = around[schools // 2], around[schools // 8]
    sheet.line(_smooth([old, (560, 170), new]), RED, 6)
    for told in (inside[1], inside[clubs // 3], inside[-3]):
        sheet.line([new, told], SAND, 5)
        sheet.dot(*told, 18, GREEN)
    sheet.dot(*old, 16, QUIET)
    sheet.dot(*new, 24, RED)


def _oval(many: int, wide: float, high: float) -> list[Point]:
    turns = [2 * pi * one / many for one in range(many)]
    return [(WIDE / 2 + wide * cos(turn), HIGH / 2 + high * sin(turn)) for turn in turns]


def _chance(seed: int) -> Random:
    """What looks like chance and is the same each time."""
    return Random(seed)  # noqa: S311  # nothing is kept secret by it


def _smooth(points: Sequence[Point]) -> list[Point]:
    """The points with their corners cut, five times (Chaikin): a line as wool lies."""
    line = list(points)
    for _ in range(5):
        cut = [line[0]]
        for (ax, ay), (bx, by) in pairwise(line):
            cut += [(ax * 0.75 + bx * 0.25, ay * 0.75 + by * 0.25), (ax * 0.25 + bx * 0.75, ay * 0.25 + by * 0.75)]
        line = [*cut, line[-1]]
    return line


DRAWN: dict[str, Callable[[Sheet, Values], None]] = {
    draw.__name__: draw for draw in (squares, columns, days, wall, shares, route, plan, moves)
}
