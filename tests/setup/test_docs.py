"""The guides: what they name is there, and every setting is named."""

import re
from pathlib import Path

import pytest

from app.settings import Settings

HOUSE = Path(__file__).resolve().parents[2]
GUIDES = sorted(
    str(path.relative_to(HOUSE))
    for folder in (HOUSE, HOUSE / "docs", HOUSE / "docs/decisions")
    for path in folder.glob("*.md")
)


@pytest.mark.parametrize("guide", GUIDES)
def test_what_a_guide_links_to_is_there(guide: str) -> None:
    text = (HOUSE / guide).read_text("utf-8")
    links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text)]
    missing = [link for link in links if "://" not in link and not (HOUSE / guide).parent.joinpath(link).exists()]
    assert missing == []


def test_the_table_of_settings_has_each_setting_once() -> None:
    rows = [
        line for line in (HOUSE / "docs" / "running.md").read_text("utf-8").splitlines() if line.startswith("| `PL")
    ]
    named = [name for row in rows for name in re.findall(r"`PLENARY_(\w+)`", row.split("|")[1])]
    assert sorted(named) == sorted(name.upper() for name in Settings.model_fields)


def test_the_scripts_that_guides_call_are_there() -> None:
    text = "\n".join((HOUSE / guide).read_text("utf-8") for guide in GUIDES)
    scripts = set(re.findall(r"\b(bin/[a-z.]+)\b", text))
    assert [script for script in scripts if not (HOUSE / script).exists()] == []
