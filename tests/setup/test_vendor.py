"""Browser assets: fonts that draw the right letters, a sprite with every icon asked for, nothing made twice."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

HOUSE = Path(__file__).resolve().parents[2]
VENDOR = HOUSE / "app" / "static" / "vendor"
LETTERS = "AZaz09–’őżñéŠßĞıΩжЩếÅ"


def merged_faces() -> list[str]:
    return re.findall(r'fonts/([^"]+)', (VENDOR / "fonts-print.css").read_text("utf-8"))


def test_print_has_every_face_of_the_screen() -> None:
    face = re.compile(r'font-family:"([^"]+)";font-style:(\w+);font-weight:(\d+)')
    screen = set(face.findall((VENDOR / "fonts.css").read_text("utf-8")))
    assert set(face.findall((VENDOR / "fonts-print.css").read_text("utf-8"))) == screen
    assert len(screen) == 9


def test_every_file_that_a_font_sheet_names_is_there() -> None:
    sheets = (VENDOR / "fonts.css").read_text("utf-8") + (VENDOR / "fonts-print.css").read_text("utf-8")
    named = set(re.findall(r'url\("([^"]+)"\)', sheets))
    there = {f"fonts/{path.name}" for path in (VENDOR / "fonts").iterdir()}
    assert named == there


@pytest.mark.parametrize("file", merged_faces())
def test_a_merged_face_draws_each_letter_as_its_part_does(file: str) -> None:
    """The outlines are compared, not the text: text stays right when the wrong glyph is drawn."""
    merged = TTFont(VENDOR / "fonts" / file)
    package, weight, style = file.removesuffix(".woff2").rsplit("-", 2)
    parts = [TTFont(path) for path in (VENDOR / "fonts").glob(f"{package}-*-{weight}-{style}.woff2")]
    drawn = {letter for letter in LETTERS if ord(letter) in merged.getBestCmap()}
    for letter in drawn:
        by_parts = {_outline(part, letter) for part in parts if ord(letter) in part.getBestCmap()}
        assert _outline(merged, letter) in by_parts, f"{letter} of {file}"
    assert drawn == {letter for letter in LETTERS if any(ord(letter) in part.getBestCmap() for part in parts)}
    assert drawn >= set("AZaz09–’őżñéŠßĞıΩжЩ")


def _outline(font: TTFont, letter: str) -> str:
    glyph = font["glyf"][font.getBestCmap()[ord(letter)]]
    coordinates, ends, _ = glyph.getCoordinates(font["glyf"])
    return f"{list(coordinates)} {list(ends)}"


def test_the_sprite_has_every_icon_that_templates_ask_for() -> None:
    """`bin/vendor.py` leaves an unknown name out and goes on; here it fails."""
    done = run_vendor(HOUSE)
    assert (done.returncode, done.stderr) == (0, "")
    drawn = set(re.findall(r'<symbol id="([^"]+)"', (VENDOR / "icons.svg").read_text("utf-8")))
    plain = re.compile(r"""\bicon\(["']([a-z0-9-]+)["'][),]""")
    templates = (HOUSE / "app" / "templates").rglob("*.html")
    asked = {name for template in templates for name in plain.findall(template.read_text("utf-8"))}
    assert asked - drawn == set()


@pytest.fixture
def small_house(tmp_path: Path) -> Path:
    """The script in a house of its own, with one template and the real packages."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "app" / "static").mkdir(parents=True)
    (tmp_path / "app" / "templates").mkdir()
    (tmp_path / "node_modules").symlink_to(HOUSE / "node_modules")
    shutil.copy(HOUSE / "bin" / "vendor.py", tmp_path / "bin")
    shutil.copy(HOUSE / "package-lock.json", tmp_path)
    (tmp_path / "app" / "static" / "icons.txt").write_text("lock # protected\n\n# a remark\n", "utf-8")
    (tmp_path / "app" / "templates" / "page.html").write_text(
        """{{ icon("calendar") }} {{ icon('sun' if light else 'moon') }} {{ icon("nonesuch", label="x-y") }}""", "utf-8"
    )
    return tmp_path


def run_vendor(house: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, house / "bin" / "vendor.py"], capture_output=True, text=True, check=False)


def test_a_new_template_changes_the_sprite_alone_and_an_unknown_icon_is_said(small_house: Path) -> None:
    vendor = small_house / "app" / "static" / "vendor"
    first = run_vendor(small_house)
    assert first.returncode == 0
    assert first.stderr == "app/templates/page.html asks for the icon “nonesuch”, which Lucide does not have.\n"
    ids = re.findall(r'<symbol id="([^"]+)"', (vendor / "icons.svg").read_text("utf-8"))
    assert ids == ["calendar", "lock", "moon", "sun"]
    made = {path: path.stat().st_mtime_ns for path in vendor.rglob("*") if path.is_file()}
    assert all(path.stat().st_size > 0 for path in made)

    again = run_vendor(small_house)
    assert (again.returncode, again.stderr) == (0, "")
    assert {path: path.stat().st_mtime_ns for path in made} == made

    (small_house / "app" / "templates" / "more.html").write_text('{{ icon("x") }}', "utf-8")
    run_vendor(small_house)
    changed = {path.name for path, when in made.items() if path.stat().st_mtime_ns != when}
    assert changed == {"icons.svg", ".stamp"}
    assert '<symbol id="x" ' in (vendor / "icons.svg").read_text("utf-8")
