"""XML, element by element, with line numbers; document types and entities are refused, depth is bounded."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NoReturn
from xml.parsers.expat import ErrorString, ExpatError, ParserCreate

from app.exchange.reading import Unreadable

DEPTH = 60
MAX_ELEMENTS = 500_000
CONTROLS = bytes(sorted(set(range(32)) - {9, 10, 13}))


class NotWellFormed(Exception):
    """The document breaks off being XML at a line; what stood before it was handed over."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")
        self.line = line
        self.reason = reason


@dataclass(slots=True)
class Element:
    """An element with its children; names are without prefix and in small letters."""

    name: str
    attributes: Mapping[str, str]
    line: int
    children: list["Element"] = field(default_factory=list)
    chunks: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.chunks).strip()

    def said(self, *names: str) -> str:
        """The text of the first child with one of these names that says anything."""
        return next((child.text for name in names for child in self.every(name) if child.text), "")

    def every(self, name: str) -> Iterator["Element"]:
        return (child for child in self.children if child.name == name)


class Walk:
    """Walks a document and hands over, when they end, the elements that were asked for.

    `whole` names the elements handed over with all that is in them; every other element is announced by
    `opened` when it begins. Nothing else is kept, so that memory stays with the largest single element.
    """

    def __init__(
        self, whole: frozenset[str], opened: Callable[[Element], None], handed: Callable[[Element], None]
    ) -> None:
        self.whole = whole
        self.opened = opened
        self.handed = handed
        self.depth = self.count = 0
        self.open: list[Element] = []

    def through(self, data: bytes) -> None:
        """Raises Unreadable for what is refused, NotWellFormed with the line for a broken document."""
        parser = ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.StartDoctypeDeclHandler = _refuse_doctype
        parser.EntityDeclHandler = _refuse_entity
        parser.ExternalEntityRefHandler = _refuse_entity
        self.parser = parser
        try:
            parser.Parse(data, True)
        except ExpatError as error:
            raise NotWellFormed(error.lineno, ErrorString(error.code)) from error
        except (LookupError, ValueError) as error:  # an encoding that expat does not know
            raise Unreadable(
                "This file is written in a character encoding that cannot be read; save it as UTF-8."
            ) from error
        finally:
            self.open.clear()
            del self.parser, parser

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        self.count += 1
        if self.count > MAX_ELEMENTS:
            raise Unreadable(f"This file has more than {MAX_ELEMENTS:,} elements; no schedule does that.")
        if self.depth > DEPTH:
            raise Unreadable(
                f"The elements of this file stand in one another more than {DEPTH} deep; no schedule does that."
            )
        element = Element(
            name.rpartition(":")[2].lower(),
            {key.rpartition(":")[2].lower(): value for key, value in attributes.items()},
            self.parser.CurrentLineNumber,
        )
        if self.open:
            self.open[-1].children.append(element)
            self.open.append(element)
        elif element.name in self.whole:
            self.open.append(element)
        else:
            self.opened(element)

    def _end(self, _name: str) -> None:
        self.depth -= 1
        if self.open:
            element = self.open.pop()
            if not self.open:
                self.handed(element)

    def _characters(self, text: str) -> None:
        if self.open:
            self.open[-1].chunks.append(text)


def printable(data: bytes) -> tuple[bytes, int]:
    """The document without the control bytes that XML forbids, and how many there were. UTF-16 is left alone."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data, 0
    kept = data.translate(None, CONTROLS)
    return kept, len(data) - len(kept)


def _refuse_doctype(name: str, *_rest: object) -> NoReturn:
    if name.lower() == "html":
        raise Unreadable("This is a web page, not a schedule. Look for its export as XML, JSON or iCalendar.")
    raise Unreadable("This file declares a document type of its own (<!DOCTYPE …>). Such files are not read.")


def _refuse_entity(*_rest: object) -> NoReturn:
    raise Unreadable("This file declares entities (<!ENTITY …>). Such files are not read.")
