"""The sample's pictures: drawn here, the same each time, small, and said in words for who does not see them."""

import re
from io import BytesIO
from itertools import chain

import pytest
from PIL import Image
from sqlmodel import col, select

from app.database import Database
from app.models import UpdateFile, UpdateVersion
from app.updates.content import Content
from seed.pictures import DRAWN, picture
from seed.sample import Entry, read
from tests.conftest import SAMPLE_FILES, VisitorOf
from tests.handed import bytes_of

UPDATES = read("updates/2017-spring")["update"]
PICTURES = [entry for update in UPDATES for entry in update["picture"]]


def test_each_city_has_two_with_a_caption_and_what_they_show(sample: Database) -> None:
    with sample.read() as db:
        shown = [
            [file for file in Content.model_validate(version.content).files if not file.redaction]
            for version in db.exec(select(UpdateVersion).order_by(col(UpdateVersion.id)))
            if version.number == 1
        ]
    assert [len(files) for files in shown] == [2] * 6
    for file in chain.from_iterable(shown):
        assert (file.media_type, file.width, file.height) == ("image/png", 960, 600)
        assert (file.section in ("narrative", "data"), bool(file.caption), bool(file.alternative)) == (True, True, True)
        assert len(bytes_of(SAMPLE_FILES, file.digest)) == file.size < 80_000
        assert bytes_of(SAMPLE_FILES, file.preview).startswith(b"RIFF")


@pytest.mark.parametrize("entry", PICTURES, ids=[entry["name"] for entry in PICTURES])
def test_the_same_picture_is_drawn_each_time(entry: Entry) -> None:
    once, again = (
        picture.__wrapped__(entry["draw"], tuple(entry["values"]), entry["name"]).file.digest for _ in range(2)
    )
    assert once == again


def test_every_way_to_draw_is_used_and_charts_say_the_numbers_of_their_text() -> None:
    assert {entry["draw"] for entry in PICTURES} == set(DRAWN)
    for update in UPDATES:
        for entry in update["picture"]:
            if entry["section"] == "data":
                said = update["text"]["data"]
                assert {str(value) for value in entry["values"]} <= set(re.findall(r"\d+", said)), entry["name"]


def test_readers_see_them_and_the_picture_is_a_whole_one(sample_visitor: VisitorOf) -> None:
    mayor = sample_visitor("mayor")
    page = mayor.get("/by-all-means/updates/2017-spring/oakland").text
    found = re.findall(r'<img src="(/by-all-means/updates/2017-spring/oakland/files/\d+/[\w.-]+)" alt="([^"]+)"', page)
    assert [(address.rpartition("/")[2], len(said) > 40) for address, said in found] == [
        ("preschool.png", True),
        ("red-wool.png", True),
    ], "the number stands first on the page"
    with Image.open(BytesIO(mayor.get(found[1][0]).content)) as shown:
        assert shown.size == (960, 600)
        assert len(shown.convert("RGB").resize((96, 60)).getcolors(6000) or []) > 40, "it is not an empty sheet"


def test_the_cycle_that_is_written_has_none_yet(sample: Database) -> None:
    with sample.read() as db:
        assert len(db.exec(select(UpdateFile)).all()) == 12
