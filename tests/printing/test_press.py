"""The press fetches nothing but our own fonts, whatever a document asks for, and sets tagged PDF with fonts in it."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from app.printing.papers import Paper
from app.printing.press import OwnAssets, render_pdf
from tests.printing.reading import fonts, headings, pages, reader, words

SHEET = "printing.css"


@pytest.fixture
def asked_for() -> Iterator[tuple[str, list[str]]]:
    """A server on loopback, and the paths that somebody asked it for."""
    paths: list[str] = []

    class Listening(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Listening)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", paths
    server.shutdown()
    server.server_close()


def test_a_document_that_asks_for_files_and_addresses_gets_none_of_them(
    asked_for: tuple[str, list[str]], tmp_path: Path
) -> None:
    address, paths = asked_for
    secret = tmp_path / "secret.txt"
    secret.write_text("QX-SECRET-21")
    html = f"""<html lang="en"><head><title>T</title>
      <link rel="attachment" href="file://{secret}"><link rel="stylesheet" href="{address}/style.css">
      <style>@import url({address}/import.css); @font-face {{ font-family: X; src: url({address}/x.woff2) }}
        body {{ background: url(file://{secret}); font-family: X }} </style></head>
      <body><p>Here</p><a rel="attachment" href="file://{secret}">a</a><img src="{address}/i.png" alt="i">
      <img alt="s" src="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'%3E%3Cimage href='file://{secret}'
        /%3E%3Cimage href='{address}/inner.png'/%3E%3C/svg%3E">
      <object data="file://{secret}"></object><embed src="{address}/e"></body></html>"""
    pdf = render_pdf(html, sheet=SHEET, paper=Paper.LETTER)
    assert paths == []
    assert reader(pdf).attachments == {}
    assert "Here" in words(pdf)
    assert b"QX-SECRET-21" not in pdf + b"".join(_streams(pdf))


def _streams(pdf: bytes) -> list[bytes]:
    """Everything in the file, uncompressed."""
    document = reader(pdf)
    objects = [document.get_object(number) for number in range(1, int(str(document.trailer["/Size"])))]
    return [one.get_data() for one in objects if one is not None and hasattr(one, "get_data")]


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "http://127.0.0.1/",
        "https://example.org/",
        "ftp://example.org/",
        "asset:../../../settings.py",
        "asset:/etc/passwd",
        "asset:",
        "inter-400-normal.woff2",
    ],
)
def test_whatever_is_not_a_font_of_ours_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="Only our own assets"):
        OwnAssets().fetch(url)


def test_a_font_of_ours_is_read() -> None:
    assert OwnAssets().fetch("asset:inter-400-normal.woff2").read()[:4] == b"wOF2"


@pytest.mark.parametrize(("paper", "size"), [(Paper.LETTER, (612, 792)), (Paper.A4, (595, 842))])
def test_a_document_is_tagged_titled_bookmarked_and_of_the_papers_size(paper: Paper, size: tuple[int, int]) -> None:
    html = '<html lang="fr"><head><title>Ordre du jour</title></head><body><h1>Un</h1><p>ő ż ñ é Š</p></body></html>'
    pdf = render_pdf(html, sheet=SHEET, paper=paper)
    document = reader(pdf)
    root: Any = document.root_object
    box = document.pages[0].mediabox
    assert (round(box.width), round(box.height)) == size
    assert document.metadata is not None
    assert document.metadata.title == "Ordre du jour"
    assert root["/Lang"] == "fr"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert headings(pdf) == ["Un"]
    assert b"pdfuaid" in root["/Metadata"].get_data()


def test_letters_beyond_latin_are_set_in_our_own_fonts_and_in_the_file() -> None:
    letters = "ő ż ñ é Š, Кирилл, Ελλάδα"
    html = f'<html lang="en"><head><title>T</title></head><body><h1>Łódź ő</h1><p>{letters}</p></body></html>'
    pdf = render_pdf(html, sheet=SHEET, paper=Paper.A4)
    assert letters in pages(pdf)[0]
    found = fonts(pdf)
    assert set(found.values()) == {True}
    assert {name.split("-")[0] for name in found} == {"Inter", "Source"}
