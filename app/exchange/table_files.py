"""Rows as .csv and .xlsx, in which nothing that people typed can become a formula."""

import csv
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from io import BytesIO, StringIO

from app.exchange.sheets import FORMULA_STARTS

Rows = Iterable[Sequence[object]]

LONGEST_CELL = 32_767
CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def csv_file(rows: Rows) -> bytes:
    """UTF-8 with a byte order mark, without which Excel reads it as Windows-1252; formulas disarmed by a '."""
    text = StringIO(newline="")
    csv.writer(text).writerows([_disarmed(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _disarmed(cell: object) -> str:
    if isinstance(cell, time):
        return f"{cell:%H:%M:%S}" if cell.second else f"{cell:%H:%M}"
    text = "" if cell is None else cell.isoformat() if isinstance(cell, date) else str(cell)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def xlsx_file(rows: Rows, *, made: datetime, widths: Sequence[int] = ()) -> bytes:
    """A workbook with typed dates, times and numbers, its first row of headings kept in sight.

    `made` (UTC) is written into it as its date, so that the same rows make the same bytes.
    """
    import xlsxwriter  # type: ignore[import-untyped]  # has no types; 0.14 s to import, and only this needs it

    file = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(file, options)
    book.set_properties({"created": made.replace(tzinfo=None)})
    formats = {
        date: book.add_format({"num_format": "yyyy-mm-dd"}),
        time: book.add_format({"num_format": "hh:mm"}),
        "heading": book.add_format({"bold": True}),
    }
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 0)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            style = formats["heading"] if number == 0 else formats.get(type(cell))
            if isinstance(cell, str):
                sheet.write_string(number, column, cell[:LONGEST_CELL], style)
            elif cell is not None:
                sheet.write(number, column, cell, style)
    book.close()
    return file.getvalue()
