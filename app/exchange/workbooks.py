"""Excel workbooks (.xlsx, ISO/IEC 29500) read as what they are: packed XML, unpacked and walked within bounds.

Nothing is believed that a workbook says of its own size: readers that are faster reserve the memory for the four
thousand million texts, or the sheet of all possible rows, that a small file only claims to have.
"""

import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from io import BytesIO

from app.exchange.elements import Element, NotWellFormed, Walk
from app.exchange.reading import Unreadable

Taking = Callable[[Element], None]
Cell = str | int | float | bool | date | datetime | time | timedelta | None

MAX_ROWS = 20_000
MAX_COLUMNS = 200
MAX_UNPACKED = 32 * 2**20

PLACE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})", re.A)
NUMBER = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,2})?", re.A)
UNSAID = re.compile(r'"[^"]*"|\\.|_.|\[(?!h+\]|m+\]|s+\])[^\]]*\]')
LAST_DAY = 2_958_465  # 31 December 9999 in a calendar that begins on the last of 1899
BUILT_IN = {
    **dict.fromkeys((14, 15, 16, 17), "date"),
    **dict.fromkeys((18, 19, 20, 21), "time"),
    22: "instant",
    **dict.fromkeys((45, 46, 47), "length"),
}
"""The formats of numbers that every workbook has, as far as they mean a date or a time (§18.8.30)."""


def workbook_rows(data: bytes) -> Iterator[tuple[int, list[Cell]]]:
    """The rows of the first sheet that has any, by their numbers; raises Unreadable.

    Of a formula the value is read that was stored with it. Dates, times and lengths are those of cells that are
    formatted as such; any other number is a float.
    """
    with _opened(data) as packed:
        parts = _Parts(packed)
        book = _Book(parts)
        for address in book.sheets:
            sheet = _Sheet(book)
            parts.walk(address, frozenset({"c"}), sheet.opened, sheet.cell)
            if sheet.rows:
                yield from ((number, _in_line(cells)) for number, cells in sorted(sheet.rows.items()))
                return


def within(rows: int, columns: int) -> None:
    """Raises Unreadable for a table that has more rows or columns than any of ours."""
    if rows > MAX_ROWS or columns > MAX_COLUMNS:
        raise Unreadable(f"This table has more than {MAX_ROWS:,} rows or {MAX_COLUMNS} columns; bring it in parts.")


@contextmanager
def _opened(data: bytes) -> Iterator[zipfile.ZipFile]:
    """The package; whatever is damaged in it or packed in unknown ways is said in a sentence."""
    damaged = (zipfile.BadZipFile, zlib.error, ValueError, KeyError, OSError, EOFError, RuntimeError)
    try:
        with zipfile.ZipFile(BytesIO(data)) as packed:
            if "xl/workbook.xml" not in packed.namelist():
                raise Unreadable(
                    "This is a packed file, but not an Excel workbook (.xlsx). Save the table as .xlsx or .csv."
                )
            yield packed
    except damaged as error:  # NotImplementedError is a RuntimeError
        raise Unreadable("This workbook is damaged or locked with a password.") from error
    except NotWellFormed as error:
        raise Unreadable("This workbook is damaged.") from error


class _Parts:
    """The parts of a package, unpacked as they are needed and never to more than the bound in all."""

    def __init__(self, packed: zipfile.ZipFile) -> None:
        self.packed = packed
        self.names = set(packed.namelist())
        self.left = MAX_UNPACKED

    def walk(self, name: str, whole: frozenset[str], opened: Taking, handed: Taking) -> None:
        """Walk a part, as elements.Walk does; a part that is not there is empty."""
        if name not in self.names:
            return
        with self.packed.open(name) as part:
            content = part.read(self.left + 1)
        self.left -= len(content)
        if self.left < 0:
            raise Unreadable(f"Unpacked, this workbook is larger than {MAX_UNPACKED >> 20} MB.")
        Walk(whole, opened, handed).through(content)


class _Book:
    """What all sheets share: where they lie, in their order; the texts; which formats mean dates and times."""

    def __init__(self, parts: _Parts) -> None:
        self.texts: list[str] = []
        self.kinds: list[str] = []
        self.first_day = date(1899, 12, 30)
        self._sheets: list[str] = []
        self._targets: dict[str, str] = {}
        self._codes: dict[str, str] = {}
        parts.walk("xl/workbook.xml", frozenset({"sheet", "workbookpr"}), _nothing, self._book_part)
        parts.walk("xl/_rels/workbook.xml.rels", frozenset({"relationship"}), _nothing, self._relation)
        parts.walk("xl/styles.xml", frozenset({"numfmts", "cellxfs"}), _nothing, self._style)
        parts.walk("xl/sharedStrings.xml", frozenset({"si"}), _nothing, self._text)

    @property
    def sheets(self) -> list[str]:
        """The addresses of the sheets in the package."""
        targets = (self._targets.get(name, "") for name in self._sheets)
        return [target[1:] if target.startswith("/") else posixpath.join("xl", target) for target in targets if target]

    def _book_part(self, element: Element) -> None:
        if element.name == "sheet":
            self._sheets.append(element.attributes.get("id", ""))
        elif element.attributes.get("date1904") in ("1", "true"):
            self.first_day = date(1904, 1, 1)

    def _relation(self, element: Element) -> None:
        self._targets[element.attributes.get("id", "")] = element.attributes.get("target", "")

    def _style(self, element: Element) -> None:
        if element.name == "numfmts":
            for code in element.children:
                self._codes[code.attributes.get("numfmtid", "")] = code.attributes.get("formatcode", "")
            return
        for style in element.children:
            number = style.attributes.get("numfmtid", "")
            built_in = BUILT_IN.get(int(number), "") if number.isascii() and number.isdecimal() else ""
            self.kinds.append(_kind(self._codes[number]) if number in self._codes else built_in)

    def _text(self, element: Element) -> None:
        self.texts.append(_text_of(element))


class _Sheet:
    """The cells of one sheet by row and column, both from 1; a cell that says no place follows the one before."""

    def __init__(self, book: _Book) -> None:
        self.book = book
        self.rows: dict[int, dict[int, Cell]] = {}
        self.row = self.column = 0

    def opened(self, element: Element) -> None:
        if element.name == "row":
            said = element.attributes.get("r", "")
            self.row = int(said) if said.isascii() and said.isdecimal() and len(said) < 9 else self.row + 1
            self.column = 0

    def cell(self, element: Element) -> None:
        place = PLACE.fullmatch(element.attributes.get("r", ""))
        self.column = column_number(place[1]) if place else self.column + 1
        self.row = int(place[2]) if place else max(self.row, 1)
        value = self._value(element)
        if value not in (None, ""):
            within(self.row, self.column)
            self.rows.setdefault(self.row, {})[self.column] = value

    def _value(self, element: Element) -> Cell:
        kind = element.attributes.get("t", "n")
        if kind == "inlineStr":
            return "".join(_text_of(part) for part in element.every("is"))
        said = element.said("v")
        if kind == "s":
            known = said.isascii() and said.isdecimal() and len(said) < 9 and int(said) < len(self.book.texts)
            return self.book.texts[int(said)] if known else None
        if kind == "b":
            return said == "1"
        if kind in ("str", "d"):
            return said
        if kind != "n" or not NUMBER.fullmatch(said):
            return None  # empty, or an error such as #REF!
        style = element.attributes.get("s", "")
        known = style.isascii() and style.isdecimal() and len(style) < 7 and int(style) < len(self.book.kinds)
        return _meant(float(said), self.book.kinds[int(style)] if known else "", self.book.first_day)


def _meant(number: float, kind: str, first_day: date) -> Cell:
    """What a number means in a cell of that kind: days since the first, and parts of a day."""
    if not kind or not 0 <= number <= LAST_DAY:
        return number
    length = timedelta(seconds=round(number * 86_400))
    if kind == "length":
        return length
    if kind == "time" and length < timedelta(days=1):
        return time(length.seconds // 3600, length.seconds // 60 % 60, length.seconds % 60)
    moment = datetime.combine(first_day, time()) + length
    return moment.date() if kind == "date" and not length.seconds else moment


def _kind(code: str) -> str:
    """What a format of numbers means: "yyyy-mm-dd" a date, "hh:mm" a time, "[h]:mm" a length, both an instant."""
    plain = UNSAID.sub("", code.partition(";")[0].lower())
    if "[" in plain:
        return "length"
    has_day, has_time = bool(set("yd") & set(plain)), bool(set("hs") & set(plain))
    if has_day or has_time:
        return "instant" if has_day and has_time else "date" if has_day else "time"
    return "date" if "mm" in plain else ""


def _text_of(element: Element) -> str:
    """The text of a string, its runs joined; how it is pronounced (rPh) is not part of it."""
    return "".join(
        "".join(child.chunks) if child.name == "t" else _text_of(child)
        for child in element.children
        if child.name in ("t", "r")
    )


def _in_line(cells: dict[int, Cell]) -> list[Cell]:
    return [cells.get(column) for column in range(1, max(cells) + 1)]


def _nothing(_element: Element) -> None:
    """What is not asked for is passed by."""


def column_number(letters: str) -> int:
    """A → 1, Z → 26, AA → 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
