"""A letter's HTML says what its text says, and nothing in it can do harm."""

from app.mailing.setting import as_html


def body(text: str) -> str:
    return as_html(text).partition("<main>")[2].partition("</main>")[0]


def test_blank_lines_part_paragraphs_and_dashes_are_a_list() -> None:
    assert body("Dear Rosa,\n\nstill open:\n\n- one\n- two\n") == (
        '<p dir="auto">Dear Rosa,</p><p dir="auto">still open:</p>'
        '<ul><li dir="auto">one</li><li dir="auto">two</li></ul>'
    )


def test_an_address_is_a_link_without_the_sentence_s_full_stop() -> None:
    assert body("See https://plenary.example/a?b=1&c=2.") == (
        '<p dir="auto">See <a href="https://plenary.example/a?b=1&amp;c=2">https://plenary.example/a?b=1&amp;c=2</a>.</p>'
    )


def test_what_people_wrote_stays_text() -> None:
    hostile = '<script>alert(1)</script> javascript:alert(1) https://x.example/"onmouseover="alert(1)'
    assert body(hostile) == (
        '<p dir="auto">&lt;script&gt;alert(1)&lt;/script&gt; javascript:alert(1) '
        '<a href="https://x.example/">https://x.example/</a>&quot;onmouseover=&quot;alert(1)</p>'
    )


def test_nothing_is_fetched_from_elsewhere() -> None:
    page = as_html("Hello")
    assert [mark for mark in ("<img", "<link", "url(", "@import", "<script") if mark in page] == []
