"""Markdown from people is made safe, whatever it tries."""

import re

import pytest

from app.people.prose import prose

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt&#58;alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:x)",
    "<javascript:alert(1)>",
    "![x](https://elsewhere.example/pixel.png)",
    '[x](https://a.example/" onmouseover="alert(1))',
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<a href='https://a.example' style='position:fixed'>x</a>",
    "<style>*{display:none}</style>",
    "</textarea></article><script>alert(1)</script>",
    "`<script>alert(1)</script>`",
    "# <script>alert(1)</script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "[x]: javascript:alert(1)\n\n[x]",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_acts_or_calls_elsewhere_is_left(text: str) -> None:
    html = str(prose(text))
    tags = re.findall(r"<[^>]*>", html)
    allowed = r'</?(p|h3|code|em|a)( dir="auto"| href="https?://[^"]*"| rel="noopener nofollow")*>'
    assert [tag for tag in tags if not re.fullmatch(allowed, tag)] == []


def test_what_people_write_looks_as_they_meant_it() -> None:
    html = prose(
        "# Title\n\nOne *two* **three**\nnext line\n\n- a\n- b\n\n> said\n\n[map](https://maps.example/?a=1&b=2)"
    )
    assert html == (
        '<h3 dir="auto">Title</h3>\n<p dir="auto">One <em>two</em> <strong>three</strong><br>\nnext line</p>\n'
        '<ul dir="auto">\n<li dir="auto">a</li>\n<li dir="auto">b</li>\n</ul>\n'
        '<blockquote dir="auto">\n<p dir="auto">said</p>\n</blockquote>\n'
        '<p dir="auto"><a href="https://maps.example/?a=1&amp;b=2" rel="noopener nofollow">map</a></p>\n'
    )


@pytest.mark.parametrize("level", range(1, 7))
def test_headings_stand_below_the_pages_own(level: int) -> None:
    assert not re.search(r"<h[126]", prose("#" * level + " Title"))


@pytest.mark.parametrize("text", ["", "   ", "مرحبا", "> " * 5000 + "x", "[" * 20_000, "*a " * 5000, "- " * 3000])
def test_odd_texts_are_drawn_in_no_time(text: str) -> None:
    assert "<script" not in prose(text)
