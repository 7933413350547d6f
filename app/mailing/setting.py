"""A letter set as HTML from its plain text, which is the letter; nothing stands in the one that is not in the other."""

import re
from html import escape

SHEET = (
    "body{margin:0;padding:24px 16px;background:#fbfaf7;color:#1c2230;"
    "font:16px/1.5 Inter,-apple-system,'Segoe UI',Roboto,Arial,sans-serif}"
    "main{max-width:600px;margin:0 auto}p,ul{margin:0 0 16px;overflow-wrap:anywhere}ul{padding-left:20px}"
    "li{margin:0 0 8px}a{color:#1f4e8c}"
    "@media(prefers-color-scheme:dark){body{background:#13161d;color:#ece8de}a{color:#94bdf0}}"
)
ADDRESS = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)]")


def as_html(text: str) -> str:
    """The letter as an HTML document: blank lines part paragraphs, lines that begin with "- " are a list, addresses
    are links. It asks for nothing from elsewhere, so that nobody learns who has read it."""
    return framed(as_blocks(text))


def as_blocks(text: str) -> str:
    """The paragraphs, lists and links of plain text, as HTML."""
    return "".join(_block(block) for block in re.split(r"\n{2,}", text.strip("\n")))


def framed(blocks: str) -> str:
    """An HTML document of blocks that are safe already."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="color-scheme" content="light dark"><style>{SHEET}</style></head>'
        f"<body><main>{blocks}</main></body></html>"
    )


def _block(block: str) -> str:
    lines = block.split("\n")
    if all(line.startswith("- ") for line in lines):
        return "<ul>" + "".join(f'<li dir="auto">{_line(line[2:])}</li>' for line in lines) + "</ul>"
    return '<p dir="auto">' + "<br>".join(_line(line) for line in lines) + "</p>"


def _line(line: str) -> str:
    said, end = [], 0
    for found in ADDRESS.finditer(line):
        address = escape(found[0])
        said += [escape(line[end : found.start()]), f'<a href="{address}">{address}</a>']
        end = found.end()
    return "".join([*said, escape(line[end:])])
