"""A piece of a text around what was looked for."""

from hypothesis import given
from hypothesis import strategies as st

from app.people.excerpts import excerpt


def shown(sought: str, text: str) -> str:
    return "".join(f"[{piece}]" if is_sought else piece for piece, is_sought in excerpt(sought, text))


def test_words_are_marked_whatever_accents_and_case_and_markup_is_gone() -> None:
    assert shown("reunion", "Die **REUNIÓN** am [Fluss](https://a.example)") == "Die [REUNIÓN] am Fluss"
    assert shown("strasse", "Die Straße") == "Die [Straße]"
    assert shown("one two", "two and one") == "[two] and [one]"


def test_a_long_text_is_cut_at_words_on_both_sides() -> None:
    text = "before " * 100 + "needle " + "after " * 100
    found = shown("needle", text)
    assert found.startswith("… before")
    assert found.endswith("after …")
    assert "before [needle] after" in found
    assert len(found) < 260


def test_nothing_is_shown_where_no_word_stands() -> None:
    assert excerpt("needle", "hay") == []
    assert excerpt("", "hay") == []
    assert excerpt("needle", "") == []


@given(st.text(max_size=300), st.text(max_size=20))
def test_any_text_and_any_words_give_pieces_of_the_text(text: str, sought: str) -> None:
    pieces = excerpt(sought, text)
    assert all(piece for piece, _ in pieces)
