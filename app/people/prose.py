"""Text that people write, in Markdown, made into safe HTML."""

from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

TAGS = {"p", "br", "em", "strong", "ul", "ol", "li", "blockquote", "a", "h3", "h4", "h5", "hr", "code"}
_markdown = MarkdownIt("commonmark", {"html": False, "breaks": True})


@lru_cache(maxsize=2000)
def prose(text: str) -> Markup:
    """Markdown → HTML that holds nothing but plain tags and http, https and mailto links.

    A heading in somebody's text stands below the page's own: `#` becomes an h3.
    """
    html = _markdown.render(text)
    for level in (3, 2, 1):
        html = html.replace(f"<h{level}>", f"<h{level + 2}>").replace(f"</h{level}>", f"</h{level + 2}>")
    clean = nh3.clean(
        html,
        tags=TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener nofollow",
    )
    return Markup(clean)  # noqa: S704 (cleaned one line above)
