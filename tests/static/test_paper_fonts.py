"""The families of what is printed are named in one sheet; all others say var(--sans) or var(--serif)."""

import re
from pathlib import Path

CSS = Path(__file__).resolve().parents[2] / "app" / "static" / "css"
ON_SCREENS = ("tokens.css", "base.css", "shell.css", "records.css")


def test_no_sheet_of_a_document_names_a_font() -> None:
    named = re.compile(r"font(?:-family)?:[^;}]*(?:Inter|Source Serif|Noto|DejaVu|(?<![-\w])(?:sans-)?serif(?![-\w)]))")
    found = {
        sheet.name: named.findall(sheet.read_text("utf-8"))
        for sheet in CSS.glob("*.css")
        if sheet.name not in (*ON_SCREENS, "paper-fonts.css")
    }
    assert {name: fonts for name, fonts in found.items() if fonts} == {}
