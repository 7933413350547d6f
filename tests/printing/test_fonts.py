"""Names as they are written where people come from: each script in a font that has it, in titles and in text."""

import subprocess
import sys
from pathlib import Path

import pytest
from PIL import ImageChops

from app.printing.papers import Paper
from app.printing.press import render_pdf
from tests.printing.proof import assert_accessible, assert_fonts_embedded, assert_nothing_overflows, faults
from tests.printing.reading import fonts, pages, picture

# The script → a name in it, its family in titles, its family in text.
NAMES = {
    "Latin": ("Łukasz Nguyễn", "Source Serif 4", "Inter"),
    "Greek": ("Ελένη Παπαδοπούλου", "Source Serif 4", "Inter"),
    "Cyrillic": ("Їжакевич Ґрета", "Source Serif 4", "Inter"),
    "Arabic": ("محمد عبد الرحمن", "Noto Naskh Arabic", "Noto Sans Arabic"),
    "Persian": ("گلچهره پژمان", "Noto Naskh Arabic", "Noto Sans Arabic"),
    "Hebrew": ("שרה בת־אל כהן", "Noto Serif Hebrew", "Noto Sans Hebrew"),
    "simplified Chinese": ("张伟欧阳", "Noto Serif CJK SC", "Noto Sans CJK SC"),
    "traditional Chinese": ("張偉歐陽", "Noto Serif CJK SC", "Noto Sans CJK SC"),
    "Japanese": ("山田さくらカタカナ", "Noto Serif CJK SC", "Noto Sans CJK SC"),
    "Korean": ("김민준", "Noto Serif CJK SC", "Noto Sans CJK SC"),
    "Thai": ("สมชาย ใจดี", "Noto Serif Thai", "Noto Sans Thai"),
    "Devanagari": ("प्रिया शर्मा", "Noto Serif Devanagari", "Noto Sans Devanagari"),
}
# Those that the stacks do not name: whichever of Noto's families the machine offers.
OTHERS = {"Amharic": "አበበ", "Bengali": "রবীন্দ্রনাথ", "Khmer": "សុខា", "Tamil": "சுப்பிரமணியம்", "Armenian": "Արամ"}


def _set(name: str, language: str = "en") -> bytes:
    """A title and a line of text, each in regular and in bold."""
    html = f"""<html lang="{language}"><head><title>T</title></head>
      <body><h1>{name}</h1><p class="theme" style="font-style: normal">{name}</p>
      <p>{name} <b>{name}</b></p></body></html>"""
    return render_pdf(html, sheet="printing.css", paper=Paper.A4)


def _families(pdf: bytes) -> set[str]:
    """The families that drew something; Inter also numbers the page."""
    kinds = ("-Semi-Bold", "-Bold", "-Medium")
    found = set()
    for font in fonts(pdf):
        for kind in kinds:
            font = font.removesuffix(kind)
        found.add(font.rstrip(",").replace("-", " "))  # Pango ends a family in a figure so: "Source Serif 4,"
    return found


@pytest.mark.parametrize("script", NAMES)
def test_a_name_is_drawn_in_its_families_in_titles_and_in_text_and_both_stand_in_the_file(script: str) -> None:
    name, serif, sans = NAMES[script]
    pdf = _set(name)
    assert _families(pdf) == {serif, sans, "Inter"}
    bold = {font for font in fonts(pdf) if font.endswith("Bold")}
    assert {font.rpartition("-")[0].removesuffix("-Semi").replace("-", " ") for font in bold} == {serif, sans}
    assert_fonts_embedded(pdf)
    assert_accessible(pdf)
    assert_nothing_overflows(pdf)


@pytest.mark.parametrize("script", OTHERS)
def test_a_name_in_another_script_is_drawn_and_no_box_stands_for_a_letter(script: str) -> None:
    pdf = _set(OTHERS[script])
    assert_fonts_embedded(pdf)
    assert_accessible(pdf)


def test_a_letter_that_no_font_has_would_be_found() -> None:
    """So the tests above can fail: U+0378 is no letter, and a box is drawn for it."""
    assert any("NOTDEF-GLYPH" in fault for fault in faults(_set("\u0378")))


@pytest.mark.parametrize("script", ["Greek", "Hebrew", "traditional Chinese", "Japanese", "Korean", "Thai"])
def test_what_is_copied_out_is_what_stands_there(script: str) -> None:
    name = NAMES[script][0]
    read = pages(_set(name))[0]
    if script == "Hebrew":  # which some readers give in the order in which it is drawn
        assert read.count(name) + read.count(name[::-1]) > 0
    else:
        assert read.count(name) == 4


def test_each_letter_is_drawn_as_itself() -> None:
    """Pixels, not text: the letters of each script differ from each other on paper."""
    for name, *_ in NAMES.values():
        one, other = name[0], name[1]
        assert ImageChops.difference(picture(_set(one)), picture(_set(other))).getbbox() is not None, name


def test_chinese_characters_have_the_form_of_the_language_that_the_text_is_said_to_be_in() -> None:
    """直 and 骨 are drawn otherwise in Japan; a name says no language, so it has mainland China's."""
    plain = picture(_set("直骨"))
    assert ImageChops.difference(plain, picture(_set("直骨", "zh"))).getbbox() is None
    assert ImageChops.difference(plain, picture(_set("直骨", "ja"))).getbbox() is not None


def test_a_machine_with_no_other_fonts_prints_the_same(tmp_path: Path) -> None:
    """What bin/.prepare installs is enough: all of it is drawn with those fonts alone, in a process of its own."""
    listed = subprocess.run(["fc-list", ":", "file", "family"], capture_output=True, text=True, check=True).stdout
    ours = {
        Path(line.partition(":")[0]).parent for line in listed.splitlines() if "Noto" in line and "Mono" not in line
    }
    (tmp_path / "fonts.conf").write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        + "".join(f"<dir>{folder}</dir>" for folder in sorted(ours))
        + f"<cachedir>{tmp_path}</cachedir></fontconfig>"
    )
    everything = " ".join([*(name for name, *_ in NAMES.values()), *OTHERS.values()])
    code = "import sys; from tests.printing.test_fonts import _set; sys.stdout.buffer.write(_set(sys.argv[1]))"
    done = subprocess.run(
        [sys.executable, "-c", code, everything],
        capture_output=True,
        check=True,
        env={"FONTCONFIG_FILE": str(tmp_path / "fonts.conf"), "PYTHONPATH": ":".join(sys.path), "HOME": str(tmp_path)},
    )
    assert faults(done.stdout) == []
    assert {family for family in _families(done.stdout) if "DejaVu" in family} == set()
    assert {family for _, *both in NAMES.values() for family in both} <= _families(done.stdout)
