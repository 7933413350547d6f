"""Files in pieces: however often the network is cut, the same file arrives; nobody else goes on with it."""

import random
from hashlib import sha256
from threading import BoundedSemaphore

import pytest
import time_machine
from httpx import Response
from sqlmodel import select

from app.database import Database
from app.files import apart, files_of
from app.models import AuditEntry, Revision, UpdateFile, Upload
from app.people.viewer import Viewer
from app.updates import uploads
from tests.conftest import Visitor, VisitorOf
from tests.handed import bytes_of, office, paper, picture
from tests.updates.stage import Stage, set_stage

OAKLAND = "/by-all-means/updates/fall/oakland"
UPLOADS = f"{OAKLAND}/uploads"


@pytest.fixture
def stage(database: Database, in_the_sample: object) -> Stage:
    return set_stage(database)


@pytest.fixture
def facilitator(stage: Stage, visitor: VisitorOf) -> Visitor:
    return visitor(stage.people["oakland/facilitator"])


def begin(visitor: Visitor, content: bytes, name: str = "film.docx", **more: str) -> str:
    answer = visitor.post(UPLOADS, {"name": name, "size": str(len(content))} | more)
    assert answer.status_code == 201, answer.text
    ticket: str = answer.json()["ticket"]
    return ticket


def send(visitor: Visitor, ticket: str, offset: int, piece: bytes) -> Response:
    return visitor.send("PATCH", f"{UPLOADS}/{ticket}", content=piece, headers={"upload-offset": str(offset)})


def how_far(visitor: Visitor, ticket: str) -> int:
    answer = visitor.send("HEAD", f"{UPLOADS}/{ticket}")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    return int(answer.headers["upload-offset"])


def large(size: int) -> bytes:
    """A document of about so many bytes that do not compress."""
    return office("docx", {"word/media/image1.bin": random.Random(size).randbytes(size)})


def kept(visitor: Visitor) -> list[UpdateFile]:
    with visitor.app.state.database.read() as db:
        return list(db.exec(select(UpdateFile)))


def pieces_on_disk(visitor: Visitor) -> list[str]:
    folder = visitor.app.state.settings.data_dir / "uploads"
    return sorted(place.name for place in folder.glob("*")) if folder.exists() else []


@pytest.mark.parametrize("seed", range(5))
def test_whatever_is_cut_where_the_same_bytes_arrive(facilitator: Visitor, seed: int) -> None:
    """Pieces of any length, some lost before they came, some whose answer was lost and that are sent again."""
    chance = random.Random(seed)
    content = large(300_000)
    ticket = begin(facilitator, content)
    while (at := how_far(facilitator, ticket)) < len(content):
        piece = content[at : at + chance.randint(1, 90_000)]
        fate = chance.choice(["arrives", "lost", "answer lost", "late"])
        if fate in ("arrives", "answer lost"):
            assert send(facilitator, ticket, at, piece).status_code == 204
        if fate == "answer lost":
            again = send(facilitator, ticket, at, piece)
            assert (again.status_code, int(again.headers["upload-offset"])) == (409, at + len(piece))
        if fate == "late":
            assert send(facilitator, ticket, at + 7, piece).status_code == 409
    assert facilitator.post(f"{UPLOADS}/{ticket}/end").json() == {"name": "film.docx"}
    (file,) = kept(facilitator)
    assert file.digest == sha256(content).hexdigest()
    assert bytes_of(files_of(facilitator.app.state.settings), file.digest) == content
    assert pieces_on_disk(facilitator) == []


def test_two_tabs_with_the_same_file_make_one(facilitator: Visitor) -> None:
    """Both have the ticket; whoever is behind is told where to go on, and both say that it is whole."""
    content = large(5_000)
    ticket = begin(facilitator, content)
    middle = len(content) // 2
    assert send(facilitator, ticket, 0, content[:middle]).status_code == 204
    behind = send(facilitator, ticket, 0, content[:100])
    assert (behind.status_code, behind.headers["upload-offset"]) == (409, str(middle))
    assert send(facilitator, ticket, middle, content[middle:]).status_code == 204
    assert send(facilitator, ticket, middle, content[middle:]).status_code == 409
    for _ in range(2):
        assert facilitator.post(f"{UPLOADS}/{ticket}/end").json() == {"name": "film.docx"}
    assert len(kept(facilitator)) == 1


def test_what_cannot_be_looked_at_for_the_crowd_waits_here_until_it_can(
    facilitator: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = paper()
    ticket = begin(facilitator, content, "plan.pdf")
    assert send(facilitator, ticket, 0, content).status_code == 204
    with monkeypatch.context() as crowd:
        crowd.setattr(apart, "PATIENCE", 0.01)
        crowd.setattr(apart, "TURNS", BoundedSemaphore(1))
        apart.TURNS.acquire()
        answer = facilitator.post(f"{UPLOADS}/{ticket}/end")
    assert (answer.status_code, answer.json()) == (503, {"refused": apart.CROWDED})
    assert how_far(facilitator, ticket) == len(content)
    assert facilitator.post(f"{UPLOADS}/{ticket}/end").json() == {"name": "plan.pdf"}


def test_more_than_was_said_is_refused_and_less_is_not_whole(facilitator: Visitor) -> None:
    ticket = begin(facilitator, b"x" * 100)
    assert send(facilitator, ticket, 0, b"x" * 101).status_code == 422
    assert send(facilitator, ticket, 0, b"x" * 99).status_code == 204
    answer = facilitator.post(f"{UPLOADS}/{ticket}/end")
    assert (answer.status_code, answer.json()) == (422, {"refused": "Only 99 of 100 bytes have arrived."})
    assert how_far(facilitator, ticket) == 99, "what has arrived stays"


def test_a_hostile_file_in_pieces_is_refused_like_any_and_leaves_nothing(facilitator: Visitor) -> None:
    content = paper(javascript="app.alert(1)")
    ticket = begin(facilitator, content, "report.pdf")
    send(facilitator, ticket, 0, content)
    answer = facilitator.post(f"{UPLOADS}/{ticket}/end")
    assert (answer.status_code, answer.json()["refused"].startswith("This PDF holds programs")) == (422, True)
    assert (kept(facilitator), pieces_on_disk(facilitator)) == ([], [])


def test_only_who_began_goes_on(stage: Stage, facilitator: Visitor, visitor: VisitorOf) -> None:
    ticket = begin(facilitator, b"x" * 10)
    for who, status in (("oakland/member", 404), ("salem/facilitator", 403), ("lab/organizer", 403)):
        other = visitor(stage.people[who])
        assert other.get(f"{UPLOADS}/{ticket}").status_code == status
        assert send(other, ticket, 0, b"y").status_code == status
        assert other.post(f"{UPLOADS}/{ticket}/end").status_code == status
        assert other.post(f"{UPLOADS}/{ticket}/removal").status_code == status
    salem = UPLOADS.replace("oakland", "salem")
    assert visitor(stage.people["salem/facilitator"]).get(f"{salem}/{ticket}").status_code == 404
    assert how_far(facilitator, ticket) == 0


@pytest.mark.parametrize(
    ("size", "said"),
    [
        ("0", "This file is empty."),
        ("-5", "This file is empty."),
        (str(101 << 20), "larger than 100 MB"),
        ("9" * 20, "larger"),
    ],
)
def test_a_size_that_cannot_be_is_refused_before_anything_is_sent(facilitator: Visitor, size: str, said: str) -> None:
    answer = facilitator.post(UPLOADS, {"name": "a.pdf", "size": size})
    assert (answer.status_code, said in answer.json()["refused"]) == (422, True)


def test_what_would_be_too_much_for_the_update_is_refused_before_anything_is_sent(facilitator: Visitor) -> None:
    settings = facilitator.app.state.settings
    facilitator.app.state.settings = settings.model_copy(update={"update_megabytes": 2, "pieces_megabytes": 3})
    answer = facilitator.post(UPLOADS, {"name": "a.pdf", "size": str((2 << 20) + 1)})
    assert (answer.status_code, "there is room for 2 MB" in answer.json()["refused"]) == (422, True)
    answer = facilitator.post(UPLOADS, {"name": "a.pdf", "size": str((3 << 20) + 1)})
    assert (answer.status_code, "larger than 3 MB" in answer.json()["refused"]) == (422, True)
    assert facilitator.post(UPLOADS, {"name": "a.pdf", "size": str(2 << 20)}).status_code == 201


def test_the_disk_has_bounds(stage: Stage, facilitator: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MOST_WAITING", 150)
    begin(facilitator, b"x" * 100)
    answer = facilitator.post(UPLOADS, {"name": "b", "size": "100"})
    assert "There is no room for it at this moment" in answer.json()["refused"]
    monkeypatch.setattr(uploads, "MOST_BEGUN", 1)
    answer = facilitator.post(UPLOADS, {"name": "b", "size": "1"})
    assert "Many files are on their way already" in answer.json()["refused"]


def test_what_nobody_goes_on_with_is_swept_away_after_a_day(
    stage: Stage, facilitator: Visitor, visitor: VisitorOf
) -> None:
    left, goes_on = begin(facilitator, b"x" * 10), begin(facilitator, b"y" * 10)
    folder = facilitator.app.state.settings.data_dir / "uploads"
    (folder / "orphan").write_bytes(b"z")
    with time_machine.travel("2017-10-25T13:00:00Z"):
        send(facilitator, goes_on, 0, b"y" * 5)
    with time_machine.travel("2017-10-25T15:00:00Z"):
        facilitator = visitor(stage.people["oakland/facilitator"])
        assert facilitator.get(f"{UPLOADS}/{left}").status_code == 404
        assert facilitator.app.state.jobs.sweep.call_local() == 1
        assert pieces_on_disk(facilitator) == [goes_on]
        assert how_far(facilitator, goes_on) == 5
    with stage.database.read() as db:
        assert [one.ticket for one in db.exec(select(Upload))] == [goes_on]


def test_what_the_disk_lost_in_a_power_cut_is_sent_again(facilitator: Visitor) -> None:
    content = large(2_000)
    ticket = begin(facilitator, content)
    send(facilitator, ticket, 0, content[:1000])
    with (facilitator.app.state.settings.data_dir / "uploads" / ticket).open("r+b") as file:
        file.truncate(600)
    assert how_far(facilitator, ticket) == 600
    send(facilitator, ticket, 600, content[600:])
    assert facilitator.post(f"{UPLOADS}/{ticket}/end").status_code == 200
    assert kept(facilitator)[0].digest == sha256(content).hexdigest()


def test_pieces_empty_nobodys_kept_pages_and_the_file_is_on_record(stage: Stage, facilitator: Visitor) -> None:
    def revision() -> int:
        with stage.database.read() as db:
            return db.exec(select(Revision.number)).one()

    before = revision()
    content = picture()
    ticket = begin(facilitator, content, "bus.png", section="ask")
    send(facilitator, ticket, 0, content)
    assert revision() == before
    facilitator.post(f"{UPLOADS}/{ticket}/end")
    assert revision() == before + 1
    with stage.database.read() as db:
        act = db.exec(select(AuditEntry.act).where(AuditEntry.subject == "update_file")).one()
        assert (act, db.exec(select(UpdateFile)).one().section_id) == ("attach_file", stage.section(db, "ask").key)


def test_a_file_in_pieces_takes_the_place_of_another(stage: Stage, facilitator: Visitor) -> None:
    facilitator.post(f"{OAKLAND}/files", files=[("file", ("a.png", picture()))])
    old = kept(facilitator)[0].key
    content = picture(color=(5, 5, 5))
    ticket = begin(facilitator, content, "b.png", instead_of=str(old))
    send(facilitator, ticket, 0, content)
    facilitator.post(f"{UPLOADS}/{ticket}/end")
    assert [(one.name, one.archived_at is None) for one in kept(facilitator)] == [("a.png", False), ("b.png", True)]
    answer = facilitator.post(UPLOADS, {"name": "c.png", "size": "5", "instead_of": str(old)})
    assert "has just been replaced" in answer.json()["refused"]


def test_what_is_approved_takes_no_pieces_in(stage: Stage, facilitator: Visitor) -> None:
    content = picture()
    ticket = begin(facilitator, content, "bus.png")
    send(facilitator, ticket, 0, content)
    with stage.database.write() as db:
        stage.fill(db, stage.update(db))
        stage.approve(db, stage.update(db))
    answer = facilitator.post(f"{UPLOADS}/{ticket}/end")
    assert (answer.status_code, "Withdraw the approval first" in answer.json()["refused"]) == (422, True)
    assert kept(facilitator) == []


def test_what_is_on_its_way_is_shown_and_given_up(facilitator: Visitor) -> None:
    ticket = begin(facilitator, b"x" * 3_000_000, "<film>.pptx")
    send(facilitator, ticket, 0, b"x" * 1_000_000)
    page = facilitator.get(f"{OAKLAND}/files").text
    assert "&lt;film&gt;.pptx" in page
    assert "1.0 MB of 3.0 MB are here" in page
    assert "is given up." in facilitator.follow(f"{UPLOADS}/{ticket}/removal").text
    assert (facilitator.get(f"{UPLOADS}/{ticket}").status_code, pieces_on_disk(facilitator)) == (404, [])


def test_a_ticket_that_is_a_path_leads_nowhere(facilitator: Visitor) -> None:
    for ticket in ("..%2f..%2fplenary.db", "%2e%2e", "a" * 300):
        assert facilitator.get(f"{UPLOADS}/{ticket}").status_code == 404


def test_the_program_itself_uploads_nothing(stage: Stage) -> None:
    with stage.database.read() as db:
        assert uploads.find_upload(db, stage.update(db), "x", Viewer.system("test")) is None
