"""Tables: the rows of a .csv or .xlsx file as cells, with nothing computed and nothing run."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO

from app.exchange.reading import Findings, Unreadable
from app.exchange.workbooks import Cell, within, workbook_rows

DELIMITERS = ",;\t|"

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula; a leading ' in a .csv says that it is none."""


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
    lines = workbook_rows(data) if data.startswith(b"PK") else _text(data, findings)
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
            within(count + 1, len(cells))
            yield count + 1, [cell[1:] if cell[:1] == "'" and cell[1:2] in FORMULA_STARTS else cell for cell in cells]
    except csv.Error as error:
        raise Unreadable(f"This table cannot be read, from line {reader.line_num} on: {error}.") from error
