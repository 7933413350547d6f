"""Files as people hand them in, made for tests: pictures, papers and office files, sound and hostile."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, RectangleObject, TextStringObject

from app.files import Files, Ready, examine, make_ready

CONTENT_TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
RELATIONS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
MAIN = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "pptx": "ppt/presentation.xml"}


def picture(
    width: int = 64, height: int = 48, kind: str = "PNG", color: Any = (200, 30, 60), mode: str = "RGB", **options: Any
) -> bytes:
    """A picture of one colour; `options` go to Pillow (exif, quality)."""
    out = BytesIO()
    Image.new(mode, (width, height), color).save(out, kind, **options)
    return out.getvalue()


def paper(pages: int = 1, *, javascript: str = "", password: str = "", carried: bytes = b"", title: str = "") -> bytes:
    """A PDF of empty pages."""
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(612, 792).mediabox = RectangleObject((0, 0, 612, 792))
    if title:
        writer.add_metadata({"/Title": title})
    if javascript:
        script = DictionaryObject({NameObject("/S"): NameObject("/JavaScript")})
        script[NameObject("/JS")] = TextStringObject(javascript)
        names = ArrayObject([TextStringObject("start"), writer._add_object(script)])
        tree = DictionaryObject({NameObject("/JavaScript"): DictionaryObject({NameObject("/Names"): names})})
        writer.root_object[NameObject("/Names")] = tree
    if carried:
        writer.add_attachment("inside.exe", carried)
    if password:
        writer.encrypt(password)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def office(kind: str = "docx", members: Mapping[str, bytes | str | ZipInfo] | None = None) -> bytes:
    """An office file with the members that make it one, and more."""
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", CONTENT_TYPES)
        archive.writestr(MAIN[kind], "<x/>")
        for name, content in (members or {}).items():
            if isinstance(content, ZipInfo):
                archive.writestr(content, name)
            else:
                archive.writestr(name, content)
    return out.getvalue()


W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
A = "http://schemas.openxmlformats.org/drawingml/2006/main"
PIC = "http://schemas.openxmlformats.org/drawingml/2006/picture"
WP = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"


def word(*paragraphs: str, pictures: Mapping[str, bytes] | None = None) -> bytes:
    """A Word document: paragraphs of WordprocessingML made by `para` and `drawn`, with its pictures by name."""
    links = "".join(f'<Relationship Id="{name}" Type="{R}/image" Target="media/{name}"/>' for name in pictures or {})
    body = f'<w:document xmlns:w="{W}" xmlns:r="{R}"><w:body>{"".join(paragraphs)}</w:body></w:document>'
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", CONTENT_TYPES)
        archive.writestr("word/document.xml", body)
        archive.writestr("word/_rels/document.xml.rels", RELATIONS.format(links))
        for name, content in (pictures or {}).items():
            archive.writestr(f"word/media/{name}", content)
    return out.getvalue()


def para(text: str, *, heading: int = 0, bold: bool = False) -> str:
    style = f'<w:pPr><w:pStyle w:val="Heading{heading}"/></w:pPr>' if heading else ""
    run = "<w:rPr><w:b/></w:rPr>" if bold else ""
    return f"<w:p>{style}<w:r>{run}<w:t xml:space='preserve'>{text}</w:t></w:r></w:p>"


def drawn(name: str) -> str:
    """A paragraph with one of the document's pictures."""
    blip = f'<p:pic xmlns:p="{PIC}"><p:blipFill><a:blip r:embed="{name}"/></p:blipFill></p:pic>'
    graphic = f'<a:graphic xmlns:a="{A}"><a:graphicData>{blip}</a:graphicData></a:graphic>'
    return f'<w:p><w:r><w:drawing><wp:inline xmlns:wp="{WP}">{graphic}</wp:inline></w:drawing></w:r></w:p>'


def ready(content: bytes, name: str = "file", megabytes: int = 100) -> Ready:
    return make_ready(examine(BytesIO(content), name, megabytes=megabytes))


def bytes_of(files: Files, digest: str) -> bytes:
    return b"".join(files.pieces(digest))
