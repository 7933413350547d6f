"""A list to tick and room for one's own words, kept as one text: a line of what was ticked, then the words."""

from collections.abc import Sequence


def write_ticked(known: Sequence[str], ticked: Sequence[str], words: str) -> str:
    """What was ticked, in the list's order, and a person's own words, as one text. No word of the list has a comma."""
    line = ", ".join(one for one in known if one in ticked)
    return "\n".join(part for part in (line, words.strip()) if part)


def read_ticked(known: Sequence[str], text: str) -> tuple[tuple[str, ...], str]:
    """What `write_ticked` wrote: what was ticked, and the words."""
    first, _, rest = text.partition("\n")
    ticked = tuple(first.split(", "))
    return (ticked, rest) if set(ticked) <= set(known) else ((), text)
