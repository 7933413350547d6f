"""Text from files: kept as text, with what no database or page can hold taken out, and said so."""

import re
from html.parser import HTMLParser

from app.exchange.reading import Findings

# C0 and C1 controls but tab, line feed and carriage return; lone surrogates; the two noncharacters.
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
LINE_ENDS = re.compile("\r\n?|[\x85\u2028\u2029]")
BLOCK = re.compile(r"\s*<(p|div|ul|ol|li|h[1-6]|br|a|b|i|em|strong|span|table|blockquote|pre)(\s[^>]*)?/?>", re.I)


class Cleaner:
    """Cleans the texts of one file and notes each kind of change with its place.

    `where` is the place in the file and `what` the thing, as a person is told of it.
    """

    def __init__(self, findings: Findings) -> None:
        self.findings = findings

    def title(self, text: object, where: str) -> str:
        """The title of a session."""
        return self.line(text, 500, where, "title")

    def name(self, text: object, where: str, what: str) -> str:
        """The name of a person, a place or a whole agenda."""
        return self.line(text, 300, where, what)

    def label(self, text: object, where: str, what: str) -> str:
        """A word for a kind of thing: a track, a type, a role."""
        return self.line(text, 200, where, what)

    def language(self, text: object, where: str) -> str:
        """The tag of a language; RFC 5646, 4.4.1, asks for room for so many characters."""
        return self.line(text, 35, where, "language")

    def line(self, text: object, length: int, where: str, what: str) -> str:
        """One line of at most `length` characters; any run of white space becomes one space."""
        kept = " ".join(self._printable(text, where).split())
        if len(kept) <= length:
            return kept
        self.findings.problem(where, f"The {what} has {len(kept)} characters and was cut to {length}.")
        return kept[: length - 1].rstrip() + "…"

    def text(self, text: object, where: str, *, markup: bool = False) -> str:
        """Several lines. With `markup`, a text written in HTML becomes plain: paragraphs, bullets, addresses."""
        kept = LINE_ENDS.sub("\n", self._printable(text, where)).strip()
        return plain(kept) if markup and BLOCK.match(kept) else kept

    def _printable(self, text: object, where: str) -> str:
        whole = text if isinstance(text, str) else "" if text is None else str(text)
        kept, taken = UNPRINTABLE.subn("", whole)
        if taken:
            self.findings.note(where, "Characters that cannot be printed (control characters) were left out.")
        return kept


class _Plain(HTMLParser):
    """Collects the text of an HTML fragment; tags only move lines."""

    BREAKS = frozenset({"p", "div", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "table", "blockquote", "pre"})
    SILENT = frozenset({"script", "style"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.href = ""
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.SILENT:
            self.silent += 1
        elif tag in self.BREAKS:
            self.parts.append("\n\n")
        elif tag in ("br", "tr"):
            self.parts.append("\n")
        elif tag == "li":
            self.parts.append("\n- ")
        elif tag == "a":
            self.href = dict(attrs).get("href") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag in self.SILENT:
            self.silent = max(0, self.silent - 1)
        elif tag in self.BREAKS:
            self.parts.append("\n\n")
        elif tag == "a" and self.href.startswith(("http://", "https://", "mailto:")):
            if self.href not in "".join(self.parts[-3:]):
                self.parts.append(f" ({self.href})")
            self.href = ""

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.parts.append(re.sub(r"\s+", " ", data))


def plain(html: str) -> str:
    """The text of an HTML fragment, with paragraphs, bullets and the addresses of links kept."""
    parser = _Plain()
    parser.feed(html)
    parser.close()
    lines = [line.strip() for line in "".join(parser.parts).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
