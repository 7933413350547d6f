"""The HTML that a Word document is read as, in blocks of Markdown: headings, paragraphs, items, rows of tables."""

import re
from dataclasses import dataclass
from html.parser import HTMLParser

LONGEST_HEADING = 120
OF_BOLD = 7
"""The level of a heading that is a short paragraph in bold: below those that are headings by their style."""

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_MARKS = {"strong": "**", "b": "**", "em": "*", "i": "*"}


@dataclass(slots=True)
class Block:
    """A paragraph, an item of a list or a row of a table; `tight` items stand directly below each other;
    `level` is a heading's, from 1, and 0 for what is none."""

    text: str
    plain: str
    level: int
    tight: bool
    pictures: list[int]


class Reader(HTMLParser):
    """Reads mammoth's HTML, which is well formed, into blocks."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Block] = []
        self.lists: list[tuple[str, int]] = []
        self.links: list[str] = []
        self.cells: list[str] | None = None
        self.quoted = 0
        self._begin()

    def _begin(self) -> None:
        self.text, self.plain, self.bold = "", "", ""
        self.pictures: list[int] = []
        self.marks: list[tuple[str, int]] = []
        self.lead = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _MARKS:
            self.marks.append((_MARKS[tag], len(self.text)))
            self.text += _MARKS[tag]
        elif tag in ("a", "br", "img"):
            self._within(tag, {name: value or "" for name, value in attrs})
        elif tag == "p" and (self.lead or self.cells is not None):
            pass  # the paragraph of an item or a cell is the item or the cell
        else:
            self._begin_block(tag)

    def _within(self, tag: str, said: dict[str, str]) -> None:
        """What stands in a line: a link (those that lead nowhere on the web are their words), its end, a picture."""
        if tag == "a":
            address = said.get("href", "")
            self.links.append(address if address.startswith(("http://", "https://", "mailto:")) else "")
            self.text += "[" if self.links[-1] else ""
        elif tag == "br":
            self.text += "\n"
            self.plain += " "
        elif (number := said.get("src", "").removeprefix("picture-")).isdecimal():
            self.pictures.append(int(number))

    def _begin_block(self, tag: str) -> None:
        if tag in ("p", "ul", "ol", "li", "tr", "blockquote", *_HEADINGS):
            self._end()
        if tag in ("ul", "ol"):
            self.lists.append((tag, 0))
        elif tag == "li":
            self.lead = self._lead_of_item()
        elif tag == "tr":
            self.cells = []
        elif tag == "blockquote":
            self.quoted += 1

    def handle_endtag(self, tag: str) -> None:
        if tag in ("ul", "ol"):
            self._end()
            if self.lists:
                self.lists.pop()
        elif tag in ("li", "blockquote"):
            self._end()
            self.quoted -= tag == "blockquote" and self.quoted > 0
        elif tag in ("td", "th") and self.cells is not None:
            self.cells.append(" ".join(self.text.split()))
            self.text = ""
        elif tag == "tr" and self.cells is not None:
            self.text, self.cells = " | ".join(self.cells) if any(self.cells) else "", None
            self._end(tight=bool(self.blocks) and " | " in self.blocks[-1].text)
        elif tag == "p" and not self.lead and self.cells is None:
            self._end()
        elif tag in _HEADINGS:
            self._end(level=int(tag[1]))
        elif tag in _MARKS:
            self._close(_MARKS[tag])
        elif tag == "a" and self.links:
            address = self.links.pop()
            self.text += f"]({address.replace(')', '%29').replace(' ', '%20')})" if address else ""

    def handle_data(self, data: str) -> None:
        data = data.replace("\n", " ").replace("\xa0", " ")
        self.plain += data
        if any(mark == "**" for mark, _at in self.marks):
            self.bold += data
        self.text += _literal(data)

    def _close(self, mark: str) -> None:
        """The end of bold or italic. Markdown wants a mark at a word, and Word often marks the space as well."""
        while self.marks:
            opened, at = self.marks.pop()
            if opened != mark:
                continue
            inside = self.text[at + len(mark) :]
            words = inside.strip(" ")
            before, after = inside[: len(inside) - len(inside.lstrip(" "))], inside[len(inside.rstrip(" ")) :]
            self.text = self.text[:at] + (f"{before}{mark}{words}{mark}{after}" if words else inside)
            break

    def _lead_of_item(self) -> str:
        if not self.lists:
            return "- "
        kind, number = self.lists[-1]
        self.lists[-1] = (kind, number + 1)
        return "   " * (len(self.lists) - 1) + (f"{number + 1}. " if kind == "ol" else "- ")

    def _end(self, *, level: int = 0, tight: bool = False) -> None:
        text = "\n".join(" ".join(line.split()) for line in self.text.replace("****", "").split("\n")).strip()
        plain = " ".join(self.plain.split())
        all_bold = bool(plain) and " ".join(self.bold.split()) == plain and len(plain) <= LONGEST_HEADING
        if not plain or self.lead or tight or self.quoted:
            level = 0
        elif all_bold and not level:
            level = OF_BOLD
        if text and self.lead:
            text = self.lead + text
            tight = bool(self.blocks) and bool(re.match(r"\s*(- |\d+\. )", self.blocks[-1].text))
        elif text:
            text = "\n".join(("> " if self.quoted else "") + _not_a_sign(line) for line in text.split("\n"))
        if text or self.pictures:
            self.blocks.append(Block(text, plain.rstrip(": "), level, tight, self.pictures))
        self._begin()


def _literal(text: str) -> str:
    """Letters that Markdown would read as its own stand for themselves."""
    text = re.sub(r"([\\*`])", r"\\\1", text)
    return re.sub(r"(?<!\w)_|_(?!\w)", r"\\_", text)


def _not_a_sign(line: str) -> str:
    """A line that begins as a heading, a list or a quotation would, and is none."""
    line = re.sub(r"^(#{1,6}|>|[-+])(?=\s|$)", r"\\\1", line)
    return re.sub(r"^(\d{1,9})([.)])(?=\s)", r"\1\\\2", line)
