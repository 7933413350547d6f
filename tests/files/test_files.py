"""Files that people hand in: what is taken and by what it is known, under which name and where it is kept."""

import struct
from collections.abc import Iterable
from io import BytesIO
from zipfile import ZIP_STORED, ZipFile

import pytest

from app.files import DOCX, KEY, ODP, PDF, PNG, PPTX, Unacceptable, disposition, examine, kind_of, name_for

PDF_BYTES = b"%PDF-1.7\n1 0 obj\n%%EOF\n"


def packed(members: Iterable[str], *, first: tuple[str, bytes] | None = None) -> BytesIO:
    """A packed file with these members; `first` stands before them, stored as it is."""
    file = BytesIO()
    with ZipFile(file, "w") as archive:
        if first:
            archive.writestr(first[0], first[1], ZIP_STORED)
        for member in members:
            archive.writestr(member, "x")
    return file


def office(part: str, *more: str) -> BytesIO:
    return packed(["[Content_Types].xml", part, *more])


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        (BytesIO(PDF_BYTES), PDF),
        (BytesIO(b"\x89PNG\r\n\x1a\n" + b"0" * 40), PNG),
        (office("ppt/presentation.xml", "ppt/slides/slide1.xml"), PPTX),
        (office("word/document.xml"), DOCX),
        (packed(["Index/Document.iwa", "Index/Slide-8060.iwa"]), KEY),
        (packed(["content.xml"], first=("mimetype", ODP.media_type.encode())), ODP),
    ],
    ids=["pdf", "png", "pptx", "docx", "key", "odp"],
)
def test_a_file_is_known_by_its_content(file: BytesIO, kind: object) -> None:
    assert kind_of(file) is kind


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<html><script>alert(1)</script>", "This is not a file that is taken here."),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "This is not a file that is taken here."),
        (b"MZ\x90\x00program", "This is not a file that is taken here."),
        (b"  %PDF-1.7 behind something else", "This is not a file that is taken here."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1old office", "This file is locked with a password, or of an old kind"),
        (packed(["evil.exe"]).getvalue(), "This packed file is not one that is taken here."),
        (packed(["Index/Document.iwa"]).getvalue(), "This packed file is not one that is taken here."),
        (packed(["x"], first=("mimetype", b"text/html")).getvalue(), "This packed file is not one that is taken here."),
        (office("ppt/presentation.xml", "ppt/vbaProject.bin").getvalue(), "This file holds macros"),
        (office("ppt/presentation.xml").getvalue()[:60], "This packed file is not one that is taken here."),
        (b"PK\x03\x04", "This packed file is not one that is taken here."),
        (b"PK\x03\x04" + b"\xff" * 300, "This packed file is not one that is taken here."),
    ],
    # By number: a packed file holds the second at which it was made, and two processes would name it differently.
    ids=[str(number) for number in range(12)],
)
def test_anything_else_is_refused_with_what_is_taken(content: bytes, said: str) -> None:
    with pytest.raises(Unacceptable) as refused:
        kind_of(BytesIO(content))
    assert refused.value.sentence.startswith(said)


def test_a_packed_file_that_claims_a_list_of_four_gigabytes_is_not_read() -> None:
    lying = bytearray(office("ppt/presentation.xml").getvalue())
    struct.pack_into("<I", lying, lying.rfind(b"PK\x05\x06") + 12, 0xFFFF_FFFF)
    with pytest.raises(Unacceptable):
        kind_of(BytesIO(lying))


def test_a_packed_file_of_a_million_members_is_bounded() -> None:
    entry = struct.pack("<4s6H3I5H2I", b"PK\x01\x02", *[0] * 6, *[0] * 3, 1, *[0] * 4, 0, 0) + b"a"
    directory = entry * 150_000
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, len(directory), 4, 0)
    with pytest.raises(Unacceptable, match="packed file"):
        kind_of(BytesIO(b"PK\x03\x04" + directory + end + b"\x00" * 30))


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Keynote.PPTX", "Keynote.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\ada\\slides.pdf", "slides.pdf"),
        ("invoice\u202efdp.exe", "invoice fdp.pdf"),
        ("a\r\nSet-Cookie: x=1.pdf", "a Set-Cookie- x=1.pdf"),
        ('quo"te<b>.pdf', "quo-te-b-.pdf"),
        ("  ...  ", "slides.pdf"),
        ("", "slides.pdf"),
        ("\x00\x01.pdf", "slides.pdf"),
        ("عرض تقديمي.pdf", "عرض تقديمي.pdf"),
        ("v1.2 of the talk", "v1.2 of the talk.pdf"),
        ("Talk v1.2", "Talk v1.2.pdf"),
        ("Dr. Roth", "Dr. Roth.pdf"),
        ("keynote", "keynote.pdf"),
        ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
    ],
)
def test_a_name_is_kept_as_far_as_it_can_do_no_harm(given: str, kept: str) -> None:
    assert name_for(given, PDF) == kept


def test_a_file_is_saved_under_its_name_in_every_browser() -> None:
    """RFC 6266."""
    assert disposition("Überblick – 100 %.pdf") == (
        "attachment; filename=\"Uberblick  100 .pdf\"; filename*=UTF-8''%C3%9Cberblick%20%E2%80%93%20100%20%25.pdf"
    )
    assert disposition("عرض.pdf").startswith('attachment; filename=".pdf"; filename*=UTF-8')


def test_an_empty_file_and_one_above_the_limit_are_refused() -> None:
    with pytest.raises(Unacceptable, match="empty"):
        examine(BytesIO(b""), "a.pdf", megabytes=1)
    with pytest.raises(Unacceptable, match="This file is larger than 1 MB"):
        examine(BytesIO(b"%PDF-" + b"0" * (1 << 20)), "a.pdf", megabytes=1)


@pytest.mark.parametrize(("megabytes", "of_a_picture"), [(3, 1), (1, 2), (1, 1)])
def test_pictures_have_a_limit_of_their_own(megabytes: int, of_a_picture: int) -> None:
    def taken(head: bytes, size: int) -> int:
        sizes = {"megabytes": megabytes, "of_a_picture": of_a_picture}
        return examine(BytesIO(head.ljust(size, b"0")), "a", **sizes).size

    picture, paper = b"\x89PNG\r\n\x1a\n", b"%PDF-1.7"
    assert taken(picture, of_a_picture << 20) == of_a_picture << 20
    assert taken(paper, megabytes << 20) == megabytes << 20
    with pytest.raises(Unacceptable, match=f"This picture is larger than {of_a_picture} MB"):
        taken(picture, (of_a_picture << 20) + 1)
    with pytest.raises(Unacceptable, match=f"This file is larger than {megabytes} MB"):
        taken(paper, (megabytes << 20) + 1)
