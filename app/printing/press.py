"""The press: HTML of ours in, PDF out. It knows our own fonts and style sheets, and fetches nothing else.

Importing this module imports WeasyPrint, which takes a second: import it where something is printed.
"""

from functools import lru_cache
from threading import Lock
from typing import Any

from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from app.printing.papers import STATIC, Paper, style

FACES = STATIC / "vendor" / "fonts-print.css"
FONTS = STATIC / "vendor" / "fonts"

_one_at_a_time = Lock()
"""Renders share their fonts, which are not made for several threads at once."""


class OwnAssets(URLFetcher):  # type: ignore[misc]  # WeasyPrint has no types
    """Fetches our fonts, by `asset:NAME`, and what stands in the document itself, by `data:`.

    Everything else is refused, whatever it names: a file, another machine, this one. WeasyPrint goes on without.
    """

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        if url.startswith("data:"):
            return super().fetch(url, headers)
        name = url.removeprefix("asset:")
        if name == url or name not in _font_names():
            raise ValueError("Only our own assets are printed.")
        return URLFetcherResponse(url, (FONTS / name).read_bytes(), {"Content-Type": "font/woff2"})


@lru_cache(maxsize=1)
def _font_names() -> frozenset[str]:
    return frozenset(path.name for path in FONTS.glob("*.woff2"))


@lru_cache(maxsize=1)
def _fonts() -> tuple[FontConfiguration, CSS]:
    """Our faces, read once a process."""
    configuration = FontConfiguration()
    faces = FACES.read_text("utf-8").replace('url("fonts/', 'url("asset:')
    return configuration, CSS(string=faces, font_config=configuration, url_fetcher=OwnAssets())


def render_pdf(html: str, *, sheet: str, paper: Paper) -> bytes:
    """Set an HTML document by one of our style sheets on a paper, as tagged PDF/UA-1 with its fonts in it.

    Title and language are the document's own, bookmarks its headings. Fonts that are not ours (scripts that Inter
    and Source Serif do not have) are the machine's, as far as it has them.
    """
    with _one_at_a_time:
        configuration, faces = _fonts()
        fetcher = OwnAssets()
        page = CSS(string=f"@page {{ size: {paper.value} }}", font_config=configuration, url_fetcher=fetcher)
        own = CSS(string=style(sheet), font_config=configuration, url_fetcher=fetcher)
        document = HTML(string=html, url_fetcher=fetcher, base_url="asset:")
        options: dict[str, Any] = {"pdf_variant": "pdf/ua-1", "pdf_tags": True}
        pdf: bytes = document.write_pdf(font_config=configuration, stylesheets=[faces, page, own], **options)
        return pdf
