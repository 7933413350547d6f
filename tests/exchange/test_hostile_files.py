"""Hostile and broken files get a sentence, quickly, and leave nothing behind in memory."""

import json
import subprocess
import sys
import zipfile
from contextlib import suppress
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.exchange.read import read_agenda
from app.exchange.reading import Unreadable
from tests.exchange.making import as_csv, as_xlsx, frab, ics, pretalx, programme, table

LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><schedule><title>&c;</title></schedule>"""
OUTSIDE = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><schedule>&f;</schedule>'


def zipped(**members: bytes) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return file.getvalue()


def altered(workbook: bytes, part: str, old: bytes, new: bytes) -> bytes:
    """A workbook with one of its parts changed."""
    file = BytesIO()
    with zipfile.ZipFile(BytesIO(workbook)) as packed, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as anew:
        for name in packed.namelist():
            content = packed.read(name)
            assert name != part or old in content
            anew.writestr(name, content.replace(old, new) if name == part else content)
    return file.getvalue()


SMALL = as_xlsx([("title", "date", "start", "minutes"), ("T", "2017-11-14", "09:00", 30)])
SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "This file is empty."),
        (b" \n\t ", "This file is empty."),
        (LAUGHS, "This file declares a document type of its own (<!DOCTYPE …>). Such files are not read."),
        (OUTSIDE, "This file declares a document type of its own (<!DOCTYPE …>). Such files are not read."),
        (b"<!DOCTYPE html><html></html>", "This is a web page, not a schedule."),
        (b"<html><body>404</body></html>", "This is a web page, not a schedule."),
        (b"<rss></rss>", "This XML is not a schedule: it begins with <rss> instead of <schedule>."),
        (b"<schedule><a></schedule>", "This is not well-formed XML, from line 1 on (mismatched tag)."),
        (b"<schedule>" + b"<a>" * 100_000, "The elements of this file stand in one another more than 60 deep"),
        (b'<?xml version="1.0" encoding="martian"?><schedule/>', "a character encoding that cannot be read"),
        (b"<schedule><day date='2026-01-01'>" + b"<event/>" * 5_001, "This file holds more than 5,000 sessions"),
        (b"<schedule><day date='2026-01-01'>" + b"".join(b"<room name='%d'/>" % n for n in range(20_001)), "rooms and"),
        (b"{", "This is not JSON, from line 1"),
        (b"[" * 900_000, "too deep"),
        (b"[" + b"[]," * 1_000_001 + b"1]", "This JSON has millions of parts"),
        (b'{"talks": [{"title": "T", "duration": ' + b"9" * 5_000 + b"}]}", "bytes or numbers that cannot be read"),
        (b'{"talks": NaN}', "This JSON holds “NaN”, which is not a number."),
        (b'{"a": 1}', "This JSON is not a schedule"),
        (b"%PDF-1.7", "This is a PDF."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "This is an old Excel or Word file. Save it as .xlsx."),
        (b"\x1f\x8b\x08\x00", "This file is compressed. Unpack it first."),
        (bytes(range(256)) * 20, "This is no text"),
        (zipped(**{"word/document.xml": b"<w/>"}), "This is a packed file, but not an Excel workbook (.xlsx)."),
        (b"PK\x03\x04" + bytes(100), "This workbook is damaged or locked with a password."),
        (SMALL[:-40], "This workbook is damaged or locked with a password."),
        (zipped(**{"xl/workbook.xml": LAUGHS}), "This file declares a document type of its own"),
        (zipped(**{"xl/workbook.xml": b"<workbook/>"}), "no row of headings that is known"),
        (zipped(**{"xl/workbook.xml": b"<workbook>"}), "This workbook is damaged."),
        (altered(SMALL, SHEET, b'r="D2"', b'r="XFD1048576"'), "more than 20,000 rows or 200 columns"),
        (
            altered(SMALL, SHEET, b'<row r="2" spans="1:4"><c r="A2"', b'<row r="900000"><c'),
            "more than 20,000 rows or 200 columns",
        ),
        (b"title,date\n" + b"x,2017-11-14\n" * 20_001, "more than 20,000 rows"),
        (b'title,date\n"' + b"x" * 200_000 + b'",1', "This table cannot be read, from line 2 on"),
        (b"BEGIN:VCALENDAR\n" + b"BEGIN:VEVENT\nEND:VEVENT\n" * 20_001, "more than 20,000 entries"),
    ],
    ids=range(33),
)
def test_file_that_cannot_be_read_gets_one_sentence(data: bytes, sentence: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        read_agenda(data)

    assert sentence in refusal.value.sentence


def test_file_above_the_cap_is_refused_unread() -> None:
    with pytest.raises(Unreadable, match="This file has 50 MB; 20 MB are taken at most"):
        read_agenda(b"<" * (50 << 20))


def test_workbook_that_unpacks_to_more_than_the_bound_is_refused() -> None:
    bomb = zipped(**{"xl/workbook.xml": b"<workbook>" + b" " * (70 << 20) + b"</workbook>"})
    assert len(bomb) < 200_000

    with pytest.raises(Unreadable, match="Unpacked, this workbook is larger than 32 MB"):
        read_agenda(bomb)


def test_workbook_that_claims_to_be_larger_than_it_is_is_read_as_what_it_is() -> None:
    """A reader that reserves memory for what is claimed is ended by the system, and the program with it."""
    claims = altered(SMALL, "xl/sharedStrings.xml", b'uniqueCount="', b'uniqueCount="4294967296')
    claims = altered(claims, SHEET, b'ref="A1:D2"', b'ref="A1:XFD1048576"')

    assert [session.title for session in read_agenda(claims).sessions] == ["T"]


def test_bomb_that_lies_about_its_size_is_refused() -> None:
    """The size that a packed file states is not believed: what is unpacked is counted."""
    honest = zipped(**{"xl/workbook.xml": b"<workbook>" + b" " * (70 << 20) + b"</workbook>"})
    stated = ((70 << 20) + 21).to_bytes(4, "little")
    assert honest.count(stated) == 2

    with pytest.raises(Unreadable):
        read_agenda(honest.replace(stated, (1_000).to_bytes(4, "little")))


def test_control_characters_and_lone_surrogates_are_left_out_and_noted() -> None:
    xml = frab(programme(1, 1, 1)).replace(b"<title>Opening 1", b"<title>Ope\0ni\x07ng 1")
    text = json.dumps({"talks": [{"title": "Op\ud83den\u0000ing", "start": "2026-01-01T10:00:00Z", "duration": 30}]})

    by_xml, by_json = read_agenda(xml), read_agenda(text.encode())

    assert (by_xml.sessions[0].title, by_json.sessions[0].title) == ("Opening 1", "Opening")
    assert [str(note) for note in by_xml.notes] == ["2 control characters, which XML forbids, were left out."]
    assert [note.sentence for note in by_json.notes] == [
        "Characters that cannot be printed (control characters) were left out."
    ]


@pytest.mark.parametrize("value", [1e308, -1, True, [], {}, "9" * 300, None, "NaN", 10**18])
def test_odd_values_in_json_are_problems_of_their_event(value: object) -> None:
    good = {"id": 1, "title": "Good", "start": "2026-01-01T10:00:00Z", "duration": 30}
    odd = [{**good, "id": 2, name: value} for name in ("start", "date", "duration", "title", "persons", "room", "guid")]

    agenda = read_agenda(json.dumps({"talks": [good, *odd]}).encode())

    assert agenda.sessions[0].title == "Good"
    assert 1 <= len(agenda.sessions) <= 8


MADE = programme(6, 2, 1)
FILES = (frab(MADE), pretalx(MADE), ics(MADE), as_csv(table(MADE)), as_xlsx(table(MADE)))


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(FILES) - 1), st.integers(0, 10_000), st.integers(0, 60), st.binary(max_size=30))
def test_any_damage_is_a_sentence_or_a_report_and_never_a_crash(file: int, at: int, cut: int, put: bytes) -> None:
    data = FILES[file]
    at %= len(data)
    with suppress(Unreadable):
        agenda = read_agenda(data[:at] + put + data[at + cut :])
        assert len(agenda.sessions) <= 7


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_a_sentence_or_an_agenda(data: bytes) -> None:
    with suppress(Unreadable):
        read_agenda(data)


GROWTH = """
import gc
from tests.exchange.test_hostile_files import LAUGHS, zipped
from tests.exchange.making import frab, programme
from app.exchange.read import read_agenda
from app.exchange.reading import Unreadable

bomb = zipped(**{"xl/workbook.xml": b"<workbook>" + b" " * (70 << 20) + b"</workbook>"})
files = [
    frab(programme(400, 10, 2)),
    LAUGHS,
    bomb,
    b"<schedule>" + b"<a>" * 1_000_000,
    b"[" * 900_000,
    b"<schedule><day date='2026-01-01'>" + b"<event><title>x</title></event>" * 600_000,
    b"title,date\\n" + b"x,2017-11-14\\n" * 500_000,
    b'{"talks": [' + b'{"title": "x"},' * 300_000 + b"1]}",
]

def round():
    for data in files:
        try:
            read_agenda(data)
        except Unreadable:
            pass
    gc.collect()

def megabytes(what):
    "VmRSS is what is held now, VmHWM the most that was (getrusage would count the process that started this one too)."
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) >> 10 for line in file if line.startswith(what))

round()
before = megabytes("VmRSS")
for _ in range(4):
    round()
print(megabytes("VmRSS") - before, megabytes("VmHWM") - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_hostile_files_leave_no_memory_behind_and_need_little() -> None:
    """In a process of its own: what stays after 40 hostile files, and the most that any of them needed, in MB."""
    output = subprocess.run([sys.executable, "-c", GROWTH], capture_output=True, text=True, check=True, timeout=110)

    stays, needed = map(int, output.stdout.split())
    assert stays < 30
    assert needed < 400
