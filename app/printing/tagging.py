"""What WeasyPrint's tags leave out of PDF/UA-1, put in as the file is written."""

from collections.abc import Iterator
from typing import Any

import pydyf

PRINTED = 4
"""The flag of an annotation that is on paper too (ISO 32000-1, 12.5.3)."""


def finish(pdf: Any) -> None:
    """Done to the pydyf.PDF that is about to be written."""
    named: list[Any] = []
    root: Any = None
    for thing in pdf.objects:
        if not isinstance(thing, dict):
            continue
        if thing.get("Subtype") == "/Link":
            thing["F"] = PRINTED
        elif "ToUnicode" in thing:
            _name_every_glyph(pdf.objects[int(thing["ToUnicode"].split()[0])])
        elif thing.get("S") == "/TR":
            _say_what_headings_are_of(thing, pdf)
        elif thing.get("S") == "/TH":
            named.append(thing)
        elif thing.get("Type") == "/StructTreeRoot":
            root = thing
    if named:  # by which cells name their headings (ISO 32000-1, 14.7.2)
        named.sort(key=lambda one: one["ID"].data)
        names = pydyf.Array(part for one in named for part in (one["ID"], one.reference))
        root["IDTree"] = pydyf.Dictionary({"Names": names})


def _name_every_glyph(table: Any) -> None:
    """Of letters that several glyphs draw, as in Devanagari, WeasyPrint gives the text to the first and none to the
    others, which each need one (7.21.7): a word joiner, which is no letter and ends no word."""
    table.stream = [line[:-2] + b"<2060>" if line.endswith(b"<>") else line for line in table.stream]


def _say_what_headings_are_of(row: dict[str, Any], pdf: Any) -> None:
    """A heading in a row of data is that row's; one in a row of headings its column's (Matterhorn 15-003)."""
    cells = list(_cells(row, pdf))
    scope = "/Row" if any(cell["S"] == "/TD" for cell in cells) else "/Column"
    for cell in cells:
        if cell["S"] == "/TH":
            cell["A"]["Scope"] = scope


def _cells(row: dict[str, Any], pdf: Any) -> Iterator[dict[str, Any]]:
    for child in row["K"]:
        if isinstance(child, bytes):  # a reference, "12 0 R"; anything else is a piece of the page
            found = pdf.objects[int(child.split()[0])]
            if found.get("S") in ("/TD", "/TH"):
                yield found
