"""What can be printed: each document as an entry of the catalogue (catalogue.py), and what is wanted of it.

A document is made of pieces, the single things that somebody holds in the hand: a badge, the sign of a door on a day, a
person's agenda. Each has a key that lasts and a digest of what stands on it, without release and time: so that after a
swap the one badge that differs is found and printed again, and the others stay.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, StrEnum
from functools import partial
from hashlib import blake2b

from sqlmodel import Session

from app import clock
from app.models import Convening
from app.people.viewer import Viewer
from app.printing.imprint import Imprint
from app.printing.papers import Paper, Pictures
from app.printing.runs import Document
from app.printing.typesetting import templates
from app.settings import Settings

Size = tuple[float, float]
"""Width and height of a sheet in points."""


IMPRINT = "<!-- imprint -->"
"""Where the body of a piece has its release and the code to what has changed since."""
STAMP = "<!-- stamp -->"
"""Where it has its release alone."""


class NothingToPrint(Exception):
    """There is nothing to print yet; `sentence` says why, and what has to come first."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Group(StrEnum):
    """Where a document stands in the list of all."""

    EVERYBODY = "In everybody’s hands"
    DOORS = "On doors and tables"
    DESK = "At the desk"
    AFTER = "Afterwards"


class Sides(Enum):
    """How a printer is set. ONE where a back would be wasted or would join what two people hold; BOTH where it is meant
    to be printed on; EITHER where it is a matter of paper alone."""

    ONE = "one"
    BOTH = "both"
    EITHER = "either"


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants printed, as they may see it. `options` are those of the document, none empty; `only` the keys
    of the pieces that are wanted, None for all; `at` the UTC instant at which it was asked for."""

    convening: Convening
    viewer: Viewer
    settings: Settings
    paper: Paper = Paper.LETTER
    options: Mapping[str, str] = field(default_factory=dict)
    only: frozenset[str] | None = None
    at: datetime = field(default_factory=clock.now)

    def option(self, name: str) -> str:
        return self.options.get(name, "")

    @property
    def since(self) -> int:
        """When it was asked for, in seconds since 1970: what a list on paper asks for what has changed since."""
        return int(self.at.timestamp())

    def address(self, path: str) -> str:
        """A whole URL of the convening, such as `wish.address("/registration/check-in")`."""
        return f"{self.settings.address}{self.convening.path}{path}"


@dataclass(frozen=True, slots=True)
class Option:
    """A choice that a document offers: (value, words) of each, for this convening and viewer. Where `every` has words,
    none of them may be chosen too, which is that: then it narrows the document to some of its pieces, unless it is of
    the `form` in which they come. `paper_of` names the paper of choices that are of one only."""

    name: str
    label: str
    choices: Callable[[Session, Convening, Viewer], Sequence[tuple[str, str]]]
    every: str = ""
    paper_of: Mapping[str, Paper] = field(default_factory=dict)
    form: bool = False

    @property
    def narrows(self) -> bool:
        return bool(self.every) and not self.form

    def offered(self, db: Session, convening: Convening, viewer: Viewer, paper: Paper) -> list[tuple[str, str]]:
        """What may be chosen on that paper."""
        return [one for one in self.choices(db, convening, viewer) if self.paper_of.get(one[0], paper) is paper]


def either_way(wish: Wish) -> Sides:
    return Sides.EITHER


def one_side(wish: Wish) -> Sides:
    """For what is handed out, put up or folded piece by piece."""
    return Sides.ONE


@dataclass(frozen=True, slots=True)
class Printable:
    """An entry of the catalogue.

    `permission` says who may print it, `make` makes it as a viewer may see it (raising NothingToPrint). `piece` is what
    its pieces are called, one and several. `single` names options with which it is so small that it is set at once:
    ("person",) for the agenda of one person; () where it always is, None where it never is. What is `unkept` (needs, by
    rule 12; lists of the minute) is set for each who asks and lies on no shelf; it is small. `looked`
    puts on record that somebody was given it. `sides` says how many sides of a sheet are printed on.
    """

    slug: str
    title: str
    lead: str
    group: Group
    permission: str
    make: Callable[[Session, Wish], Document]
    piece: tuple[str, str]
    options: tuple[Option, ...] = ()
    papers: tuple[Paper, ...] = (Paper.LETTER, Paper.A4)
    single: tuple[str, ...] | None = None
    unkept: bool = False
    looked: Callable[[Session, Wish], None] | None = None
    sides: Callable[[Wish], Sides] = either_way

    def is_small(self, wish: Wish) -> bool:
        """Whether it is set while one waits."""
        return self.unkept or (self.single is not None and all(wish.option(name) for name in self.single))


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What is printed from a page of its own, which the list of all leads to; its `slug` is an address of routes."""

    slug: str
    title: str
    lead: str
    group: Group
    permission: str


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing that is held in the hand. `key` lasts ("registration-12"), `label` says which it is in words, `body` is
    its HTML, made by a template, and `back` that of its other side, where it has one. IMPRINT stands in it where a
    thing too small for a page's foot says its release."""

    key: str
    label: str
    body: str
    back: str = ""

    @property
    def digest(self) -> str:
        """Of what stands on it; release and time of the print stand in the imprint and not here."""
        return blake2b(f"{self.body}{self.back}".encode(), digest_size=8).hexdigest()


def set_piece(template: str, key: str, label: str, /, **context: object) -> Piece:
    """A piece from its template, e.g. "printing/badge.html"."""
    return Piece(key, label, templates().get_template(template).render(**context))


def set_pieces(
    wish: Wish,
    title: str,
    pieces: Iterable[Piece],
    *,
    sheet: str,
    imprint: Imprint | None,
    small: Imprint | None = None,
    up: int = 1,
    pages: int | None = None,
    size: Size | None = None,
    pictures: Pictures | None = None,
    opening: str = "",
    nothing: str = "There is nothing to print yet.",
    folded: bool = False,
    apart: bool = False,
) -> Document:
    """The wanted pieces as a document: `up` of them a sheet, under one imprint (None where what is set is too small
    for one and bears its release itself, which is `small`); backs follow their sheet. `pages` is about how many there
    will be (one a sheet unless said), `size` its own measure where paper does not matter, `opening` HTML before the
    first piece, `folded` that its pages (of that size) are laid out two a side, `apart` that each sheet is another
    person's, who counts the pages of their own."""
    wanted = [one for one in pieces if wish.only is None or one.key in wish.only]
    if not wanted:
        raise NothingToPrint(nothing)
    sheets = []
    for start in range(0, len(wanted), up):
        these = wanted[start : start + up]
        sheets.append(("fronts", [_stamped(one.body, small) for one in these]))
        if any(one.back for one in these):
            sheets.append(("backs", [_stamped(one.back, small) for one in these]))
    frame = partial(
        templates().get_template("printing/pieces.html").render,
        convening=wish.convening,
        title=title,
        imprint=imprint,
        opening=opening,
    )
    return Document(
        frame(sheets=sheets),
        sheet,
        size or wish.paper,
        pages=pages or len(sheets),
        pictures=pictures,
        pieces={one.key: [one.digest, one.label] for one in wanted},
        release=said.release if (said := imprint or small) else None,
        folded=folded,
        sheets=[frame(sheets=[one]) for one in sheets] if apart else (),
    )


def _stamped(body: str, small: Imprint | None) -> str:
    """A piece with its release written in; without one there is nothing to say."""
    return body.replace(IMPRINT, small.markup if small else "").replace(STAMP, small.said if small else "")
