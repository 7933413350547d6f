"""The press: HTML of ours in, PDF out. It knows our own fonts and style sheets, and fetches nothing else.

Importing this module imports WeasyPrint, which takes a second: import it where something is printed.
"""

import atexit
import logging
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from io import BytesIO
from itertools import islice
from threading import Lock
from typing import Any

from PIL import ImageFile
from weasyprint import CSS, HTML
from weasyprint.logger import PROGRESS_LOGGER as PROGRESS
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from app.files import OutOfReach
from app.printing.joining import join
from app.printing.papers import STATIC, Paper, Pictures, style
from app.printing.tagging import finish

ImageFile.LOAD_TRUNCATED_IMAGES = False
"""WeasyPrint has the whole process take pictures that were cut off; those that people hand in are to be refused."""

FACES = STATIC / "vendor" / "fonts-print.css"
FONTS = STATIC / "vendor" / "fonts"

NO_LETTER = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # control characters, which are not allowed in XML and so in metadata
    "\u202a-\u202e\u2066-\u2069"  # turns what stands beside it round; templates say the direction of each text
    "\ufeff\ufffe\uffff\ud800-\udfff]"  # marks of an encoding, and halves of a character
    "|(?<=[\u0300-\u036f]{4})[\u0300-\u036f]+"  # accents upon four accents, which would climb off the sheet
)
"""What is pasted along with a text and is none of its letters: nothing of it is set."""

AT_ONCE = 25
"""Sheets that are in memory with all their boxes: two hundred took 800 megabytes when they were set in one go."""

LONGEST_WORD = 300
"""Letters without a space: no name, title or address of a page that people write by hand has more."""
_UNBROKEN = re.compile(rf"<[^>]*>|(?<![^\s>])(?:&#?\w+;|[^\s<&]){{{LONGEST_WORD + 1},}}+")
_LETTER = re.compile(r"&#?\w+;|.", re.DOTALL)
BROKEN_AT = 20

_one_at_a_time = Lock()
"""Renders share their fonts, which are not made for several threads at once."""


PageSet = Callable[[int], None]


class OwnAssets(URLFetcher):  # type: ignore[misc]  # WeasyPrint has no types
    """Fetches our fonts, by `asset:NAME`, what stands in the document itself, by `data:`, and the document's own
    pictures, by `picture:NAME`.

    Everything else is refused, whatever it names: a file, another machine, this one. WeasyPrint goes on without.
    """

    def __init__(self, pictures: Pictures | None = None) -> None:
        super().__init__()
        self.pictures = pictures

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        if url.startswith("data:"):
            return super().fetch(url, headers)
        if url.startswith("picture:"):
            try:
                found = self.pictures(url.removeprefix("picture:")) if self.pictures else None
            except OutOfReach as out:  # anything less, WeasyPrint goes on without
                raise FatalURLFetchingError(str(out)) from out
            if found is None:
                raise ValueError("Only this document's own pictures are printed.")
            return URLFetcherResponse(url, found[0], {"Content-Type": found[1]})
        name = url.removeprefix("asset:")
        if name == url or name not in _font_names():
            raise ValueError("Only our own assets are printed.")
        return URLFetcherResponse(url, (FONTS / name).read_bytes(), {"Content-Type": "font/woff2"})


@lru_cache(maxsize=1)
def _font_names() -> frozenset[str]:
    return frozenset(path.name for path in FONTS.glob("*.woff2"))


def settable(html: str) -> str:
    """A document without what is no letter, and with words that go on and on broken. Where a line can only end within a
    word, all that follows is laid out anew for each line: 10,000 letters in more than a minute."""

    def broken(found: re.Match[str]) -> str:
        if found[0].startswith("<"):
            return found[0]
        letters = _LETTER.findall(found[0])
        return "\u200b".join("".join(letters[at : at + BROKEN_AT]) for at in range(0, len(letters), BROKEN_AT))

    return _UNBROKEN.sub(broken, NO_LETTER.sub("", html))


def faces() -> str:
    """The style sheet that every document is set with before its own: our faces, and the two families they are in."""
    return FACES.read_text("utf-8").replace('url("fonts/', 'url("asset:') + style("paper-fonts.css")


@lru_cache(maxsize=1)
def _fonts() -> tuple[FontConfiguration, CSS]:
    """Our faces, read once a process."""
    configuration = FontConfiguration()
    atexit.register(_fonts.cache_clear)  # else its files stay in the temporary folder, of every start
    return configuration, CSS(string=faces(), font_config=configuration, url_fetcher=OwnAssets())


def render_pdf(
    html: str | Sequence[str],
    *,
    sheet: str,
    paper: Paper | tuple[float, float],
    pictures: Pictures | None = None,
    page_set: PageSet | None = None,
    tagged: bool = True,
) -> bytes:
    """Set an HTML document by one of our style sheets on a paper (or width and height in points), as tagged PDF/UA-1
    with its fonts in it; with `tagged` False as a plain drawing. Of several that are given, each counts its own pages,
    and they are one file, named by the first.

    Title and language are the document's own, bookmarks its headings. Scripts that Inter and Source Serif do not have
    are drawn with the machine's fonts, which bin/.prepare installs (paper-fonts.css). `pictures` gives the bytes of a
    picture that the document names `picture:NAME`; where it raises OutOfReach, so does this. `page_set` is called with
    each page's number as it is laid out, and may raise to stop.
    """
    size = paper.value if isinstance(paper, Paper) else f"{paper[0]}pt {paper[1]}pt"
    options: dict[str, Any] = {"pdf_variant": "pdf/ua-1", "pdf_tags": True} if tagged else {}
    if pictures:  # a telephone's picture has four times what a printer can show
        options |= {"dpi": 200, "jpeg_quality": 85}
    with _one_at_a_time:
        configuration, families = _fonts()
        fetcher = OwnAssets(pictures)
        page = CSS(string=f"@page {{ size: {size} }}", font_config=configuration, url_fetcher=fetcher)
        own = CSS(string=style(sheet), font_config=configuration, url_fetcher=fetcher)
        cache: dict[str, Any] = {}
        laid_out = 0

        def lay_out(one: str) -> Any:
            nonlocal laid_out
            document = HTML(string=settable(one), url_fetcher=fetcher, base_url="asset:")
            before = laid_out
            with _told(None if page_set is None else lambda number: page_set(before + number)):
                found = document.render(
                    font_config=configuration, stylesheets=[families, page, own], cache=cache, **options
                )
            laid_out += len(found.pages)
            return found

        try:
            if isinstance(html, str):
                return _written([lay_out(html)], options)
            return _written((lay_out(one) for one in html), options)
        except FatalURLFetchingError as error:
            raise (error.__cause__ or error) from None


def _written(documents: Iterable[Any], options: dict[str, Any]) -> bytes:
    """Documents that are laid out, as one file: AT_ONCE of them are laid out and drawn, and then left."""
    whole: Any = None

    def take(_document: object, pdf: Any) -> None:
        nonlocal whole
        pdf.write = lambda *_: None  # not yet, and not by itself
        if whole is None:
            whole = pdf
        else:
            join(whole, pdf)

    waiting = iter(documents)
    while some := list(islice(waiting, AT_ONCE)):
        pages = [page for document in some for page in document.pages]
        some[0].copy(pages).write_pdf(finisher=take, **options)
    if options.get("pdf_tags"):
        finish(whole)
    out = BytesIO()
    type(whole).write(whole, out, version="1.7", compress=True)
    return out.getvalue()


@contextmanager
def _told(page_set: PageSet | None) -> Iterator[None]:
    """Hear of each page from WeasyPrint's own log of its progress, the one place that says so.

    A filter, because what a filter raises goes through to the renderer and stops it; a handler's is swallowed.
    """
    if page_set is None:
        yield
        return

    def hear(record: logging.LogRecord) -> bool:
        found = re.fullmatch(r"Step 5 - Creating layout - Page (\d+)", record.getMessage())
        if found:
            page_set(int(found[1]))
        return False

    before = PROGRESS.level
    PROGRESS.addFilter(hear)
    PROGRESS.setLevel(logging.INFO)
    try:
        yield
    finally:
        PROGRESS.setLevel(before)
        PROGRESS.removeFilter(hear)
