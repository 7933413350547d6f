"""Files in a bucket, from the form to the page and the print; and what people see while it does not answer."""

from dataclasses import dataclass, replace

import httpx
import pytest
from fastapi import FastAPI
from sqlmodel import select

from app.database import Database
from app.files import Files, files_of
from app.files.store import Bucket, bucket_of
from app.models import PrintRun, RunState, UpdateFile
from app.printing.runs import make_run
from tests.buckets import SECRET, bucket_at, settings_of
from tests.conftest import Visitor, VisitorOf
from tests.handed import bytes_of, office, paper, picture
from tests.updates.stage import Stage, set_stage

HERE = "/by-all-means/updates/fall"
OAKLAND = f"{HERE}/oakland"


@dataclass
class Place:
    """The program with its files in a bucket; `away` and `back` say whether that answers."""

    app: FastAPI
    bucket: Bucket

    def away(self) -> None:
        self._at(replace(self.bucket, endpoint="http://127.0.0.1:9"))

    def back(self) -> None:
        self._at(self.bucket)

    def _at(self, bucket: Bucket) -> None:
        settings = self.app.state.settings
        said = type(settings).model_validate(settings.model_dump() | settings_of(bucket))
        self.app.state.settings = said
        assert bucket_of(said) == bucket

    @property
    def files(self) -> Files:
        return files_of(self.app.state.settings)


@pytest.fixture
def stage(database: Database, in_the_sample: object) -> Stage:
    return set_stage(database)


@pytest.fixture
def place(app: FastAPI, storage_server: str) -> Place:
    place = Place(app, bucket_at(storage_server))
    place.back()
    return place


@pytest.fixture
def facilitator(place: Place, stage: Stage, visitor: VisitorOf) -> Visitor:
    return visitor(stage.people["oakland/facilitator"])


def kept(stage: Stage) -> list[UpdateFile]:
    with stage.database.read() as db:
        return list(db.exec(select(UpdateFile)))


def hand_in(visitor: Visitor, name: str, content: bytes, **texts: str) -> httpx.Response:
    return visitor.post(f"{OAKLAND}/files", texts, files=[("file", (name, content))])


def test_a_picture_goes_to_the_bucket_and_from_there_to_the_page(
    place: Place, stage: Stage, facilitator: Visitor
) -> None:
    content = picture(900, 600)
    assert hand_in(facilitator, "bus.png", content, section="narrative").status_code == 303
    (file,) = kept(stage)
    assert set(place.files.digests()) == {file.digest, file.preview}
    assert not (place.app.state.settings.data_dir / "files").exists(), "the folder is not used beside it"
    assert facilitator.get(f"{OAKLAND}/files/{file.id}/bus.png").content == bytes_of(place.files, file.digest)
    assert facilitator.get(f"{OAKLAND}/files/{file.id}/preview").content.startswith(b"RIFF")
    assert facilitator.get("/healthz").json()["files"] == "ok"


def test_a_file_in_pieces_ends_in_the_bucket_and_waits_here_while_it_does_not_answer(
    place: Place, stage: Stage, facilitator: Visitor
) -> None:
    content = office()
    about = {"name": "film.docx", "size": str(len(content))}
    ticket = facilitator.post(f"{OAKLAND}/uploads", about).json()["ticket"]
    at = f"{OAKLAND}/uploads/{ticket}"
    assert facilitator.send("PATCH", at, content=content, headers={"upload-offset": "0"}).status_code == 204
    place.away()
    answer = facilitator.post(f"{at}/end")
    assert (answer.status_code, "Nothing was taken, and nothing is lost" in answer.json()["refused"]) == (503, True)
    assert facilitator.get(at).json() == {"received": len(content), "size": len(content)}
    place.back()
    assert facilitator.post(f"{at}/end").json() == {"name": "film.docx"}
    assert bytes_of(place.files, kept(stage)[0].digest) == content


def test_while_it_does_not_answer_what_stands_stays_and_the_page_is_shown(
    place: Place, stage: Stage, facilitator: Visitor
) -> None:
    hand_in(facilitator, "bus.png", picture(), section="narrative")
    (old,) = kept(stage)
    place.away()
    answer = hand_in(facilitator, "new.png", picture(color=(1, 2, 3)), instead_of=str(old.id))
    assert answer.status_code == 422
    assert "The place where files are kept does not answer at this moment. Nothing was taken" in answer.text
    assert [(one.name, one.archived_at) for one in kept(stage)] == [("bus.png", None)]
    assert f'src="{OAKLAND}/files/{old.id}/bus.png"' in facilitator.get(OAKLAND).text
    shown = facilitator.get(f"{OAKLAND}/files/{old.id}/bus.png")
    assert (shown.status_code, shown.headers["retry-after"], shown.headers["cache-control"]) == (503, "60", "no-store")
    assert SECRET not in shown.text + answer.text
    health = facilitator.get("/healthz")
    assert (health.status_code, health.json()["files"]) == (200, "The bucket does not answer; the log says why.")
    place.back()
    assert facilitator.get(f"{OAKLAND}/files/{old.id}/bus.png").status_code == 200


def test_a_word_documents_pictures_wait_for_the_storage_too(place: Place, facilitator: Visitor, stage: Stage) -> None:
    from tests.handed import drawn, para, word

    document = word(para("Our ask", heading=1), para("Buses."), drawn("a.png"), pictures={"a.png": picture()})
    place.away()
    answer = facilitator.post(f"{OAKLAND}/word", files=[("file", ("update.docx", document))])
    assert (answer.status_code, "does not answer at this moment" in answer.text) == (422, True)
    assert kept(stage) == []
    place.back()
    assert facilitator.post(f"{OAKLAND}/word", files=[("file", ("update.docx", document))]).status_code == 200
    assert len(kept(stage)) == 1


def test_nobody_who_may_not_hand_in_puts_anything_into_the_bucket(
    place: Place, stage: Stage, visitor: VisitorOf
) -> None:
    """It is put before the transaction begins, so who may not is refused before that."""
    for who in ("salem/facilitator", "lab/organizer", "elsewhere/organizer"):
        assert hand_in(visitor(stage.people[who]), "a.png", picture()).status_code == 403
    sent = [("file", ("a.pdf", paper()))]
    assert hand_in(visitor(), "a.png", picture()).headers["location"].startswith("/sign-in")
    assert visitor().post("/speaking/never-given/parts/1/materials", files=sent).status_code == 404
    assert list(place.files.digests()) == []


def test_slides_and_the_book_show_the_bucket_s_pictures_and_none_is_set_without_them(
    place: Place, stage: Stage, facilitator: Visitor
) -> None:
    hand_in(facilitator, "bus.png", picture(640, 480, color=(10, 200, 90)), section="narrative")
    with stage.database.write() as db:
        stage.release(db, stage.update(db))
    place.away()
    assert facilitator.get(f"{OAKLAND}/slides.pdf").status_code == 503
    assert make_book(place, stage, facilitator) is RunState.FAILED
    place.back()
    assert pictures_in(facilitator.get(f"{OAKLAND}/slides.pdf").content) == [(640, 480)]
    assert make_book(place, stage, facilitator) is RunState.DONE
    assert pictures_in(facilitator.get(f"{HERE}/book.pdf").content) == [(640, 480)]


def make_book(place: Place, stage: Stage, visitor: Visitor) -> RunState:
    from app.jobs import MAKERS

    assert visitor.post(f"{HERE}/book/runs", {"paper": "letter"}).status_code == 303
    with stage.database.read() as db:
        number = max(run.key for run in db.exec(select(PrintRun)))
    make_run(stage.database, place.app.state.settings, number, MAKERS)
    with stage.database.read() as db:
        return db.get_one(PrintRun, number).state


def pictures_in(pdf: bytes) -> list[tuple[int, int]]:
    from io import BytesIO

    from pypdf import PdfReader

    found = {(image.name, image.image.size) for page in PdfReader(BytesIO(pdf)).pages for image in page.images}  # type: ignore[union-attr]
    return sorted(size for _, size in found)
