"""What every template keeps to, so that the content security policy has nothing to refuse."""

import re
from pathlib import Path

import pytest

APP = Path(__file__).parents[2] / "app"
PAGES = sorted(path for path in (APP / "templates").rglob("*.html") if "printing" not in path.parts)
LUCIDE = APP.parent / "node_modules" / "lucide-static" / "icons"


def relative(path: Path) -> str:
    return str(path.relative_to(APP))


@pytest.mark.parametrize("template", PAGES, ids=relative)
def test_no_template_has_inline_script_style_or_handler(template: Path) -> None:
    text = re.sub(r"\{#.*?#\}", "", template.read_text("utf-8"), flags=re.DOTALL)
    assert re.findall(r"<style|\sstyle=|<script(?![^>]*\bsrc=)|\son[a-z]+=|javascript:", text) == []


@pytest.mark.parametrize("template", PAGES, ids=relative)
def test_every_icon_that_a_template_names_exists(template: Path) -> None:
    text = template.read_text("utf-8")
    named = set(re.findall(r"""\bicon\(\s*"([a-z0-9-]+)"|icon_name="([a-z0-9-]+)\"""", text))
    missing = [name for pair in named for name in pair if name and not (LUCIDE / f"{name}.svg").exists()]
    assert missing == []


def test_every_icon_that_is_an_argument_is_listed_for_the_sprite() -> None:
    spelled = {name for page in PAGES for name in re.findall(r'\bicon\(\s*["\']([a-z0-9-]+)', page.read_text("utf-8"))}
    listed = {line.partition("#")[0].strip() for line in (APP / "static" / "icons.txt").read_text("utf-8").splitlines()}
    arguments = {name for page in PAGES for name in re.findall(r'icon_name="([a-z0-9-]+)"', page.read_text("utf-8"))}
    assert arguments - listed - spelled == set()
