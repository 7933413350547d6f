"""Sheets of labels and inserts for badges, as data, in millimetres.

Measures of Avery's American sheets are those of Paper::Specs (CPAN; Avery 5390, 5392 and 74541), of the A4 sheet those
of gLabels (avery-iso-templates.xml, L4785), which rounds its margins: it is die-cut in the middle of the sheet. What is
cut by hand has lines to cut along.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from app.printing.papers import Paper

INCH = 25.4
POINT = INCH / 72
"""Of a millimetre."""
SHEETS = {Paper.LETTER: (8.5 * INCH, 11 * INCH), Paper.A4: (210.0, 297.0)}
"""Width and height of a sheet."""
UNPRINTED = 5.0
"""What a printer leaves white at a sheet's edge."""


@dataclass(frozen=True, slots=True)
class Label:
    """One sheet: `width` and `height` of a label, how many across and down, where the first stands, and from one to the
    next; `inset` is left white inside each. `cut`: by hand, along lines; `sticks`: to clothes, so it has no back."""

    value: str
    name: str
    paper: Paper
    width: float
    height: float
    columns: int
    rows: int
    left: float
    top: float
    across: float
    down: float
    inset: float = 5.0
    cut: bool = False
    sticks: bool = False

    @property
    def up(self) -> int:
        """How many a sheet."""
        return self.columns * self.rows

    @property
    def words(self) -> str:
        count = {2: "two", 4: "four", 6: "six", 8: "eight", 10: "ten"}[self.up]
        return f"{self.name}, {count} a sheet"

    def places(self, *, backs: bool = False) -> Iterator[tuple[float, float]]:
        """Left and top of each, in the order of reading; of the `backs` as they lie behind their fronts when the sheet
        was turned over its long edge, in the order of the fronts."""
        sheet = SHEETS[self.paper][0]
        for row in range(self.rows):
            for column in range(self.columns):
                left = self.left + column * self.across
                yield (sheet - left - self.width if backs else left), self.top + row * self.down

    def folded(self) -> "Label | None":
        """A sheet of the same, each with its back above it, to be folded and cut; None where a sheet is too small."""
        width, height = SHEETS[self.paper]
        columns, rows = int((width + 0.01) // self.width), int((height + 0.01) // (2 * self.height))
        if not rows:
            return None
        return replace(
            self,
            columns=columns,
            rows=rows,
            left=(width - columns * self.width) / 2,
            top=(height - rows * 2 * self.height) / 2,
            across=self.width,
            down=2 * self.height,
            cut=True,
        )


LABELS = (
    Label("avery-5392", "Avery 5392 or 74459, 4 × 3 in", Paper.LETTER, 101.6, 76.2, 2, 3, 6.35, 25.4, 101.6, 76.2),
    Label(
        "avery-5390",
        "Avery 5390, 3½ × 2¼ in",
        Paper.LETTER,
        3.5 * INCH,
        2.219 * INCH,
        2,
        4,
        0.75 * INCH,
        1.0625 * INCH,
        3.5 * INCH,
        2.219 * INCH,
        inset=4.0,
    ),
    Label(
        "lanyard",
        "For a lanyard, 4 × 6 in, to be cut",
        Paper.LETTER,
        101.6,
        152.4,
        2,
        1,
        6.35,
        2.5 * INCH,
        101.6,
        152.4,
        cut=True,
    ),
    Label(
        "quarter",
        "A quarter of a sheet, 4¼ × 5½ in, to be cut",
        Paper.LETTER,
        4.25 * INCH,
        5.5 * INCH,
        2,
        2,
        0,
        0,
        4.25 * INCH,
        5.5 * INCH,
        inset=8.0,
        cut=True,
    ),
    Label("a6", "A6, 105 × 148 mm, to be cut", Paper.A4, 105.0, 148.5, 2, 2, 0, 0, 105.0, 148.5, inset=8.0, cut=True),
    Label(
        "avery-l4785",
        "Avery L4785, sticks to clothes, 80 × 50 mm",
        Paper.A4,
        80.0,
        50.0,
        2,
        5,
        17.5,
        13.5,
        95.0,
        55.0,
        inset=4.0,
        sticks=True,
    ),
)
"""The first of a paper is the one that is taken where nobody chose."""


def label_named(value: str, paper: Paper) -> Label:
    """The sheet of that name on this paper, or the paper's first."""
    of_paper = [one for one in LABELS if one.paper is paper]
    return next((one for one in of_paper if one.value == value), of_paper[0])


def laid_out(label: Label, *, folded: bool = False) -> str:
    """The style sheet that puts fronts and backs of a sheet where the label has them."""
    width, height = SHEETS[label.paper]
    tall = label.height * (2 if folded else 1)
    rules = [
        "@page { margin: 0; }",
        f".sheet {{ width: {width:.3f}mm; height: {height - 0.1:.3f}mm; }}",
        f".badge {{ width: {label.width:.3f}mm; height: {tall:.3f}mm; }}",
        f".face {{ left: 0; width: {label.width:.3f}mm; height: {label.height:.3f}mm; padding: {label.inset:.3f}mm; }}",
        f".check-in {{ right: {label.inset:.3f}mm; bottom: {label.inset:.3f}mm; }}",
        f".foot {{ left: {label.inset:.3f}mm; bottom: {label.inset:.3f}mm; }}",
        f".stamp {{ right: {label.inset:.3f}mm; top: {label.inset / 2:.3f}mm; }}",
        f".small-imprint, .zone {{ left: {label.inset:.3f}mm; bottom: {label.inset:.3f}mm; }}",
        f".zone {{ width: {label.width - 2 * label.inset - 12:.3f}mm; }}",
        f".folded .front {{ top: {label.height:.3f}mm; }}",
    ]
    for name, backs in (("fronts", False), ("backs", True)):
        for number, (left, top) in enumerate(label.places(backs=backs), 1):
            rules.append(f".{name} > :nth-child({number}) {{ left: {left:.3f}mm; top: {top:.3f}mm; }}")
    return "\n".join(rules)
