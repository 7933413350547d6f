"""Prints are made once and kept by a name that says all they are made from."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO

import pytest

from app.printing.shelf import PRINTS, name_of


def test_a_print_is_made_once_and_then_taken_from_the_shelf(tmp_path: Path) -> None:
    made = []

    def make() -> bytes:
        made.append(1)
        return b"%PDF-1"

    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: PRINTS.take(tmp_path, "a", make), range(8)))
    assert (taken, len(made)) == ([b"%PDF-1"] * 8, 1)


def test_other_words_another_style_or_another_paper_are_another_print() -> None:
    names = {
        name_of("<p>a", "s", "letter"),
        name_of("<p>b", "s", "letter"),
        name_of("<p>a", "t", "letter"),
        name_of("<p>a", "s", "a4"),
    }
    assert len(names) == 4


def test_beyond_the_most_the_one_not_asked_for_longest_goes(tmp_path: Path) -> None:
    (tmp_path / "prints").mkdir()
    for number in range(PRINTS.most):
        path = PRINTS.place(tmp_path, str(number))
        path.write_bytes(b"x")
        os.utime(path, (1000 + number, 1000 + number))
    PRINTS.find(tmp_path, "0")
    PRINTS.keep(tmp_path, "new", lambda out: out.write(b"y"))
    left = {path.stem for path in (tmp_path / "prints").iterdir()}
    assert len(left) == PRINTS.most
    assert "1" not in left
    assert {"0", "new"} <= left


def test_what_fails_while_it_is_made_leaves_nothing_behind(tmp_path: Path) -> None:
    def fail(out: IO[bytes]) -> None:
        out.write(b"half")
        raise OSError("The disk is full.")

    with pytest.raises(OSError, match="full"):
        PRINTS.keep(tmp_path, "half", fail)
    assert list((tmp_path / "prints").iterdir()) == []
