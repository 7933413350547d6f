"""What a Word document says, as Markdown under its headings."""

from io import BytesIO

import pytest

from app.files import Unacceptable, examine
from app.files.word import Document, passages_of, read_word
from app.people.prose import prose
from tests.handed import drawn, office, paper, para, picture, word


def read(content: bytes, name: str = "update.docx") -> Document:
    return read_word(examine(BytesIO(content), name, megabytes=100))


def text_of(html: str) -> str:
    """All of a document as one text."""
    return "\n\n".join(passage.text for passage in passages_of(html))


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("<p>A <strong>bold </strong>word and <em> one</em></p>", "A **bold** word and *one*"),
        ("<p>x <em>a <strong>b</strong></em></p>", "x *a **b***"),
        ("<p>x <strong>a</strong><strong>b</strong></p>", "x **ab**"),
        ("<p>x <strong> </strong>y</p>", "x y"),
        ("<ul><li>One</li><li><p>Two</p><ul><li>In</li></ul></li></ul>", "- One\n- Two\n   - In"),
        ("<ol><li>a</li><li>b</li></ol>", "1. a\n2. b"),
        ('<p><a href="https://lab.example/a b)">here</a></p>', "[here](https://lab.example/a%20b%29)"),
        ('<p><a href="javascript:alert(1)">here</a><a href="#note">1</a></p>', "here1"),
        (
            "<table><tr><td><p>City</p></td><td><p>2</p></td></tr><tr><td>B</td><td>3</td></tr></table>",
            "City | 2\nB | 3",
        ),
        ("<p>one<br />two</p>", "one\ntwo"),
        ("<blockquote>Said</blockquote>", "> Said"),
        ("<p># 5 * 3_a _b_ `c`</p>", "\\# 5 \\* 3_a \\_b\\_ \\`c\\`"),
        ("<p>1. not a list</p>", "1\\. not a list"),
        ("<p>من يعرف؟</p>", "من يعرف؟"),
        ("<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>", "<script>alert(1)</script>"),
        ("", ""),
    ],
)
def test_html_becomes_markdown(html: str, markdown: str) -> None:
    assert text_of(html) == markdown


def test_what_is_read_from_a_document_and_drawn_again_says_the_same() -> None:
    html = "<p>Plain <strong>bold</strong> and <em>italic</em> 5 * 3 = 15, snake_case, # sign</p>"
    assert prose(text_of(html)) == html.replace("<p>", '<p dir="auto">') + "\n"


def test_headings_divide_and_a_short_bold_paragraph_is_one() -> None:
    passages = passages_of(
        "<p>Before</p><h1>Our wins</h1><p>A</p><p><strong>Stuck:</strong></p><p>B</p><p><strong>Bold</strong> text</p>"
    )
    assert [(one.heading, one.level, one.text) for one in passages] == [
        ("", 0, "Before"),
        ("Our wins", 1, "A"),
        ("Stuck", 7, "B\n\n**Bold** text"),
    ]


def test_a_document_is_read_with_its_pictures() -> None:
    content = word(
        para("Wins", heading=1),
        para("A bus moved."),
        drawn("bus.png"),
        drawn("old.emf"),
        pictures={"bus.png": picture(), "old.emf": b"\x01\0\0\0 a Windows metafile"},
    )
    document = read(content)
    (passage,) = document.passages
    assert (passage.heading, passage.text, passage.pictures) == ("Wins", "A bus moved.", [0, 1])
    assert (document.pictures[0].file.name, list(document.pictures), document.unread) == ("From Word 1.png", [0], 1)


def test_another_kind_of_file_is_refused_and_called_by_its_name() -> None:
    for content, said in ((paper(), "This is PDF, not Word."), (office("xlsx"), "This is Excel, not Word.")):
        with pytest.raises(Unacceptable) as refused:
            read(content)
        assert refused.value.sentence.startswith(said)


def test_a_document_that_no_word_wrote_is_refused() -> None:
    out = office("docx", {"word/styles.xml": "<broken"})
    with pytest.raises(Unacceptable) as refused:
        read(out)
    assert refused.value.sentence.startswith("This document could not be read.")


def test_a_document_deep_enough_to_stop_a_reader_is_refused() -> None:
    deep = "<w:p>" * 3000 + "</w:p>" * 3000
    with pytest.raises(Unacceptable) as refused:
        read(word(deep))
    assert refused.value.sentence.startswith("This document could not be read.")


def test_an_empty_document_has_nothing() -> None:
    assert read(word()).passages == []
