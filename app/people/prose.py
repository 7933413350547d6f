"""Text that people write: as it is kept, and in Markdown made into safe HTML."""

from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

from app.people.audit import Refused

BLOCKS = {"p", "ul", "ol", "li", "blockquote", "h3", "h4", "h5"}
TAGS = BLOCKS | {"br", "em", "strong", "a", "hr", "code"}

# No raw HTML, and no pictures: one from elsewhere would tell its server who reads.
_markdown = MarkdownIt("commonmark", {"html": False, "breaks": True}).disable("image")
_cleaner = nh3.Cleaner(
    tags=TAGS,
    attributes={"a": {"href"}},
    set_tag_attribute_values={tag: {"dir": "auto"} for tag in BLOCKS},
    url_schemes={"http", "https", "mailto"},
    link_rel="noopener nofollow",
)


@lru_cache(maxsize=2000)
def prose(text: str) -> Markup:
    """Markdown → HTML that holds nothing but plain tags and http, https and mailto links.

    A heading in somebody's text stands below the page's own: `#` becomes an h3. Each block finds its own direction,
    so that Arabic among English reads from its right side.
    """
    html = _markdown.render(text)
    for level in (3, 2, 1):
        html = html.replace(f"<h{level}>", f"<h{level + 2}>").replace(f"</h{level}>", f"</h{level + 2}>")
    return Markup(_cleaner.clean(html))  # noqa: S704  # cleaned on this very line


def as_written(text: str, *, longest: int, field: str) -> str:
    """Text from a form as it is kept: one kind of line ending, no NUL, no blank edges. Refuses what is too long."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").strip()
    if len(text) > longest:
        raise Refused(f"This is {len(text):,} characters; {longest:,} is the most that fits. Nothing was cut.", field)
    return text
