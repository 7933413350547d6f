"""How much room a text takes, told before it is drawn, on the safe side: what is said to fit, fits."""

import unicodedata

POINT = 25.4 / 72
"""Of a millimetre."""


def lines(text: str, size: float, width: float) -> int:
    """How many lines a text takes in this size (points), set this wide (millimetres): broken at words, and in words
    that are wider than a line."""
    full = width / POINT / size
    count, used = 1, 0.0
    for word in text.split():
        wide = sum(map(ems, word))
        if used and used + 0.3 + wide > full:
            count, used = count + 1, 0.0
        used += wide + (0.3 if used else 0)
        while used > full:  # what begins a line by itself and is too wide for it
            count, used = count + 1, used - full * 0.95
    return count


def height(text: str, size: float, width: float, leading: float) -> float:
    """How high a text is, in millimetres, in lines of `leading` times its size."""
    return lines(text, size, width) * size * leading * POINT


def ems(letter: str) -> float:
    """The width of a letter, by its size."""
    if unicodedata.combining(letter) or unicodedata.category(letter) in ("Mn", "Me", "Cf"):
        return 0
    if unicodedata.east_asian_width(letter) in "WF":
        return 1
    if letter in "mwMW@%—" or unicodedata.category(letter) == "So":
        return 1
    if letter in "fijlrtI.,:;'’-|()[] ":
        return 0.4
    return 0.75 if letter.isupper() else 0.62
