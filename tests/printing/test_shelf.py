"""Prints are made once and kept by a name that says all they are made from."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from app.printing import shelf


def test_a_print_is_made_once_and_then_taken_from_the_shelf(tmp_path: Path) -> None:
    made = []

    def make() -> bytes:
        made.append(1)
        return b"%PDF-1"

    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: shelf.take(tmp_path / "prints", "a", make), range(8)))
    assert (taken, len(made)) == ([b"%PDF-1"] * 8, 1)


def test_other_words_another_style_or_another_paper_are_another_print() -> None:
    names = {
        shelf.name_of("<p>a", "s", "letter"),
        shelf.name_of("<p>b", "s", "letter"),
        shelf.name_of("<p>a", "t", "letter"),
        shelf.name_of("<p>a", "s", "a4"),
    }
    assert len(names) == 4


def test_beyond_the_most_the_one_not_asked_for_longest_goes(tmp_path: Path) -> None:
    for number in range(shelf.MOST_FILES):
        path = tmp_path / f"{number}.pdf"
        path.write_bytes(b"x")
        os.utime(path, (1000 + number, 1000 + number))
    shelf.find(tmp_path, "0")
    shelf.keep(tmp_path, "new", b"y")
    left = {path.stem for path in tmp_path.iterdir()}
    assert len(left) == shelf.MOST_FILES
    assert "1" not in left
    assert {"0", "new"} <= left
