"""Files of WeasyPrint as one, before they are written: pages, tags and bookmarks, one file's after the other's.

So the sheets of many people are set a few at a time, and however many they are, no more than a few are in memory whole.
References are to ISO 32000-1.
"""

from collections.abc import Iterator
from typing import Any

APART = {"Names", "AcroForm"}
"""What a catalogue has where a file has links within it, files or forms in it: none of these is joined."""


def join(first: Any, more: Any) -> None:
    """Put the pages of one pydyf.PDF, with all that belongs to them, at the end of another."""
    assert not APART & (first.catalog.keys() | more.catalog.keys()), "only sheets are joined, which lead nowhere within"
    by = len(first.objects) - 1
    _renumber(more, by)
    first.objects += more.objects[1:]
    more.pages["Parent"] = first.pages.reference  # a page tree has branches (7.7.3)
    first.pages["Kids"] += [more.pages.number, 0, "R"]
    first.pages["Count"] += more.pages["Count"]
    _join_tags(first, more)
    _join_bookmarks(first, more)
    _named(first, more.catalog["Metadata"]).stream = []
    more.catalog.clear()


def _renumber(pdf: Any, by: int) -> None:
    """Raise the numbers of its things, wherever they are named: "12 0 R"."""
    done: set[int] = set()

    def moved(value: Any) -> Any:
        if isinstance(value, bytes) and value.endswith(b" 0 R"):
            return b"%d 0 R" % (int(value[:-4]) + by)
        if id(value) not in done:
            if isinstance(value, dict):
                done.add(id(value))
                value.update({key: moved(one) for key, one in value.items()})
            elif isinstance(value, list):
                done.add(id(value))
                value[:] = [moved(one) for one in value]
        return value

    for thing in pdf.objects[1:]:
        thing.number += by
        moved(getattr(thing, "extra", thing))
    kids = pdf.pages["Kids"]
    kids[::3] = [number + by for number in kids[::3]]


def _join_tags(first: Any, more: Any) -> None:
    """One tree of structure under one document, and one list of what each piece of a page is (14.7.4.4)."""
    tree, other = (_named(first, pdf.catalog["StructTreeRoot"]) for pdf in (first, more))
    document, theirs = _named(first, tree["K"][0]), _named(first, other["K"][0])
    for child in theirs["K"]:
        _named(first, child)["P"] = document.reference
    document["K"] += theirs["K"]
    parents, others = _named(first, tree["ParentTree"]), _named(first, other["ParentTree"])
    after = parents["Nums"][-2] + 1  # numbers and what they stand for take turns, in order of the numbers
    others["Nums"][::2] = [number + after for number in others["Nums"][::2]]
    parents["Nums"] += others["Nums"]
    for thing in more.objects[1:]:
        if isinstance(thing, dict):
            for name in thing.keys() & {"StructParents", "StructParent"}:
                thing[name] += after
    for left in (other, theirs, others):
        left.clear()


def _join_bookmarks(first: Any, more: Any) -> None:
    """One list, each of it naming those before and after it (12.3.3)."""
    if "Outlines" not in more.catalog:
        return
    if "Outlines" not in first.catalog:
        first.catalog["Outlines"] = more.catalog["Outlines"]
        return
    mine, theirs = _named(first, first.catalog["Outlines"]), _named(first, more.catalog["Outlines"])
    for bookmark in _in_a_row(first, theirs["First"]):
        bookmark["Parent"] = mine.reference
    _named(first, mine["Last"])["Next"] = theirs["First"]
    _named(first, theirs["First"])["Prev"] = mine["Last"]
    mine["Last"] = theirs["Last"]
    mine["Count"] += theirs["Count"]
    theirs.clear()


def _in_a_row(pdf: Any, reference: bytes | None) -> Iterator[Any]:
    while reference is not None:
        bookmark = _named(pdf, reference)
        yield bookmark
        reference = bookmark.get("Next")


def _named(pdf: Any, reference: bytes) -> Any:
    return pdf.objects[int(reference.split()[0])]
