"""What people type is set as they typed it, whatever it means elsewhere: nothing is fetched, nothing breaks."""

from typing import Any

import pytest
from weasyprint.text import line_break

from app.printing.papers import Paper
from app.printing.press import render_pdf
from app.printing.programme import SHEET, programme
from tests.printing.proof import assert_accessible, assert_fonts_embedded, assert_nothing_overflows
from tests.printing.reading import codes, words
from tests.printing.test_press import asked_for
from tests.printing.test_programme import CHANGES, NOW, SITE, agenda, convening, session

__all__ = ["asked_for"]

WORDS = {
    "markup": "<h1 style='position: fixed; font-size: 200pt'>Big</h1><script>alert(1)</script></title></body>",
    "a style": "</style><style>* { display: none } @page { size: 1cm }</style>",
    "a local file": "<img src='file:///etc/passwd'><object data='file:///etc/passwd'></object> url(file:///etc/passwd)",
    "an address": "<img src='ADDRESS/a'><link rel='stylesheet' href='ADDRESS/b'> url(ADDRESS/c)",
    "a drawing": "<svg><image href='ADDRESS/d'/><script>1</script></svg>",
    "an attribute": '" onload="x" style="background: url(\'ADDRESS/e\')" \'',
    "a template": "{{ 7 * 7 }} {% raw %} ${7*7}",
}


@pytest.mark.parametrize("kind", WORDS)
def test_what_means_something_elsewhere_is_set_in_words_and_fetches_nothing(
    kind: str, asked_for: tuple[str, list[str]]
) -> None:
    address, paths = asked_for
    typed = WORDS[kind].replace("ADDRESS", address)
    html = programme(
        convening(), agenda(session(1, title=typed, audience=typed), session(2), title=typed), site=SITE, now=NOW
    )
    pdf = render_pdf(html, sheet=SHEET, paper=Paper.LETTER)
    assert paths == []
    said = words(pdf).replace("\ufffe", "").replace("-", "")
    assert "".join(said.split()).count("".join(typed.split()).replace("-", "")) >= 2
    assert "Session 2" in words(pdf)
    assert codes(pdf) == [CHANGES]
    assert_accessible(pdf)
    assert_nothing_overflows(pdf)


BROKEN = {
    "turned round": "Mayor \u202egnp.exe\u202c of \u2067Oakland",
    "control characters": "Mayor\x00 of\x07 \x1bOakland\x7f\x9f",
    "half a character": "Mayor of \ud83dOakland",
    "marks of an encoding": "\ufeffMayor of\uffff Oakland\ufffe",
    "no width": "Ma\u200byor\u200d of\u200c Oak\u2060land",
    "a tower of accents": "M" + "\u0301" * 60 + "ayor of Oakland",
}


@pytest.mark.parametrize("kind", BROKEN)
def test_what_is_no_letter_breaks_nothing(kind: str) -> None:
    typed = BROKEN[kind]
    html = programme(convening(), agenda(session(1, title=typed), session(2), title=typed), site=SITE, now=NOW)
    pdf = render_pdf(html, sheet=SHEET, paper=Paper.A4)
    assert "Session 2" in words(pdf)
    assert_fonts_embedded(pdf)
    assert_accessible(pdf)
    assert_nothing_overflows(pdf, over=kind == "a tower of accents")


ENDLESS = {
    "a title at its limit": ("title", "W" * 500),
    "an audience of one word": ("audience", "x" * 10_000),
    "signs that are entities": ("audience", "<&>" * 3000),
}


@pytest.mark.parametrize("kind", ENDLESS)
def test_a_word_without_end_is_whole_and_costs_no_more_than_so_many_words(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted are the letters that lines are made of, each as often as a line is tried with it."""
    given = 0
    laid = line_break.create_layout

    def counted(text: str, *rest: Any, **more: Any) -> Any:
        nonlocal given
        given += len(text)
        return laid(text, *rest, **more)

    monkeypatch.setattr(line_break, "create_layout", counted)
    name, typed = ENDLESS[kind]
    work = []
    for text in (typed, f"{typed[:9]} " * (len(typed) // 10)):
        given = 0
        html = programme(convening(), agenda(session(1, **{name: text}), session(2)), site=SITE, now=NOW)
        pdf = render_pdf(html, sheet=SHEET, paper=Paper.LETTER)
        work.append(given)
        assert [words(pdf).count(sign) >= text.count(sign) for sign in set(text)].count(False) == 0
        assert_nothing_overflows(pdf)
    assert work[0] < 4 * work[1]
