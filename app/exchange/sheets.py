"""Tables: the rows of a .csv or .xlsx file as cells, with nothing computed and nothing run."""

import csv
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from io import BytesIO, StringIO
from xml.parsers.expat import ExpatError

from app.exchange.elements import Element, NotWellFormed, Walk
from app.exchange.reading import Findings, Unreadable

MAX_ROWS = 20_000
MAX_COLUMNS = 200
MAX_PARTS = 2_000
MAX_UNPACKED = 64 * 2**20
DAMAGED = (zipfile.BadZipFile, zlib.error, ValueError, KeyError, OSError, EOFError, RuntimeError, NotImplementedError)
"""What zipfile raises for one that is damaged, encrypted or packed in a way it does not know."""
DELIMITERS = ",;\t|"

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula; a leading ' in a .csv says that it is none."""

Cell = str | int | float | bool | date | datetime | time | timedelta | None


@dataclass(frozen=True, slots=True)
class Row:
    """A row under its headings, which are in small letters; `where` is "row 7" as a spreadsheet counts."""

    where: str
    cells: dict[str, Cell]

    def said(self, heading: str) -> str:
        """The text of a cell, "" for an empty one; whole numbers without a decimal point."""
        value = self.cells.get(heading)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool):
            return "yes" if value else "no"
        return "" if value is None else str(value).strip()


def table_of(data: bytes, aliases: dict[str, str], findings: Findings) -> tuple[list[str], list[Row]]:
    """The headings of a .csv or .xlsx file, translated by `aliases` into ours, and the rows under them.

    Raises Unreadable when no heading of the first rows is known, or the file is not a table.
    """
    lines = _sheet(data) if data.startswith(b"PK") else _text(data, findings)
    headings: list[str] = []
    rows: list[Row] = []
    for number, cells in lines:
        if not any(cell not in (None, "") for cell in cells):
            continue
        if not headings:
            names = [" ".join(str(cell or "").lower().replace("_", " ").split()) for cell in cells]
            known = [aliases.get(name.rstrip(" *:"), "") for name in names]
            if "title" in known or "name" in known:
                headings = known
                _unknown_headings(names, known, findings)
            elif number > 10:
                break
            continue
        rows.append(_row(number, headings, cells, findings))
    if not headings:
        raise Unreadable("This table has no row of headings that is known; download the template to see them.")
    return [heading for heading in headings if heading], rows


def _row(number: int, headings: list[str], cells: list[Cell], findings: Findings) -> Row:
    where = f"row {number}"
    if any(cell not in (None, "") for cell in cells[len(headings) :]):
        findings.problem(
            where, "It has more cells than there are headings; a text with commas may need quotation marks."
        )
    named: dict[str, Cell] = {}
    for heading, cell in zip(headings, cells, strict=False):
        if heading and named.get(heading) in (None, ""):
            named[heading] = cell
    return Row(where, named)


def _unknown_headings(names: list[str], known: list[str], findings: Findings) -> None:
    unknown = [name for name, heading in zip(names, known, strict=True) if name and not heading]
    if unknown:
        listed = ", ".join(f"“{name[:40]}”" for name in unknown[:10])
        findings.note("", f"Columns that mean nothing here were left out: {listed}.")


def decoded(data: bytes, findings: Findings) -> str:
    """The text of a file: by its byte order mark, as UTF-8, or (noted) as Windows-1252."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            return data.decode("utf-16")
        except UnicodeDecodeError as error:
            raise Unreadable("This file begins like UTF-16 text and is not; save it as UTF-8.") from error
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        findings.note("", "The file is not UTF-8; it was read as Windows-1252, the usual coding of Excel's CSV.")
        return data.decode("cp1252", errors="replace")


def _text(data: bytes, findings: Findings) -> Iterator[tuple[int, list[Cell]]]:
    text = decoded(data, findings)
    if "\0" in text:
        text = text.replace("\0", "")
        findings.note("", "NUL characters were left out.")
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(DELIMITERS, key=first.count)
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
    try:
        for count, cells in enumerate(reader):
            _within(count, len(cells))
            yield count + 1, [cell[1:] if cell[:1] == "'" and cell[1:2] in FORMULA_STARTS else cell for cell in cells]
    except csv.Error as error:
        raise Unreadable(f"This table cannot be read, from line {reader.line_num} on: {error}.") from error


def _within(rows: int, columns: int) -> None:
    if rows >= MAX_ROWS or columns > MAX_COLUMNS:
        raise Unreadable(f"This table has more than {MAX_ROWS:,} rows or {MAX_COLUMNS} columns; bring it in parts.")


def _sheet(data: bytes) -> Iterator[tuple[int, list[Cell]]]:
    """The first sheet of a workbook that has cells."""
    import python_calamine  # a megabyte of machine code that only this needs

    safe = _unpacked(data)
    try:
        with python_calamine.CalamineWorkbook.from_filelike(safe) as book:
            for name in book.sheet_names:
                sheet = book.get_sheet_by_name(name)
                if sheet.height:
                    top = sheet.start[0] if sheet.start else 0
                    yield from enumerate(sheet.to_python(skip_empty_area=True), start=top + 1)
                    return
    except (python_calamine.CalamineError, zipfile.BadZipFile, ValueError, KeyError) as error:
        raise Unreadable(f"This workbook cannot be read: {str(error)[:120]}.") from error


def _unpacked(data: bytes) -> BytesIO:
    """The workbook packed anew from its XML alone, each part unpacked within a bound and looked through.

    The reader below trusts what a workbook says of itself: how large its parts become, and that a cell in the
    last column of the last row stands in a sheet with cells in between. Neither is believed here.
    """
    safe = BytesIO()
    left = MAX_UNPACKED
    try:
        with (
            zipfile.ZipFile(BytesIO(data)) as packed,
            zipfile.ZipFile(safe, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as anew,
        ):
            if "xl/workbook.xml" not in packed.namelist():
                raise Unreadable(
                    "This is a packed file, but not an Excel workbook (.xlsx). Save the table as .xlsx or .csv."
                )
            if len(packed.infolist()) > MAX_PARTS:
                raise Unreadable("This workbook has thousands of parts; no table does that.")
            for member in packed.infolist():
                if not member.filename.endswith((".xml", ".rels")):
                    continue
                with packed.open(member) as part:
                    content = part.read(left + 1)
                left -= len(content)
                if left < 0:
                    raise Unreadable(f"Unpacked, this workbook is larger than {MAX_UNPACKED >> 20} MB.")
                _look_through(content)
                anew.writestr(member.filename, content)
    except DAMAGED as error:
        raise Unreadable("This workbook is damaged or locked with a password.") from error
    safe.seek(0)
    return safe


def _look_through(content: bytes) -> None:
    """Refuse entities, and cells so far out that the empty ones before them would fill the memory."""
    place = _Place()
    try:
        Walk(frozenset(), place.opened, place.opened).through(content)
    except (NotWellFormed, ExpatError) as error:
        raise Unreadable("This workbook is damaged.") from error


class _Place:
    """Follows the cells of a sheet: those that say where they stand, and those that follow one another."""

    def __init__(self) -> None:
        self.row = self.column = 0

    def opened(self, element: Element) -> None:
        said = element.attributes.get("r", "")
        if element.name == "row":
            self.row, self.column = (int(said) if said.isdigit() and len(said) < 10 else self.row + 1), 0
        elif element.name == "c":
            letters = said.rstrip("0123456789")
            digits = said[len(letters) :]
            self.column = column_number(letters) if letters else self.column + 1
            self.row = int(digits) if digits and len(digits) < 10 else self.row
            _within(self.row - 1, self.column)


def column_number(letters: str) -> int:
    """A → 1, Z → 26, AA → 27."""
    number = 0
    for letter in letters[:4].upper():
        number = number * 26 + ord(letter) - 64
    return number
