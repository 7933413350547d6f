"""Files of an update in a browser: handed in, shown with safe headers to exactly those who may read, hidden at once."""

import re
from html import unescape

import pytest
from httpx import Response
from sqlmodel import select

from app.database import Database
from app.files import files_of
from app.models import UpdateFile, UpdateLook
from app.routes.shield import without_secret
from tests.conftest import Visitor, VisitorOf
from tests.handed import bytes_of, office, paper, picture
from tests.updates.stage import Stage, set_stage

OAKLAND = "/by-all-means/updates/fall/oakland"
FILES = f"{OAKLAND}/files"


@pytest.fixture
def stage(database: Database, in_the_sample: object) -> Stage:
    return set_stage(database)


@pytest.fixture
def enter(stage: Stage, visitor: VisitorOf) -> VisitorOf:
    def of(name: str) -> Visitor:
        acting_for = stage.people["oakland/mayor"] if name == "oakland/assistant" else None
        return visitor(stage.people[name], acting_for=acting_for)

    return of


def hand_in(visitor: Visitor, *sent: tuple[str, bytes], **texts: str) -> Response:
    return visitor.post(FILES, texts, files=[("file", (name, content)) for name, content in sent])


def rows(stage: Stage) -> list[UpdateFile]:
    with stage.database.read() as db:
        return list(db.exec(select(UpdateFile).order_by(UpdateFile.id)))  # type: ignore[arg-type]


def release(stage: Stage) -> None:
    with stage.database.write() as db:
        stage.release(db, stage.update(db))


def text_of(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_several_files_at_once_stand_in_the_section_chosen(stage: Stage, enter: VisitorOf) -> None:
    facilitator = enter("oakland/facilitator")
    answer = hand_in(facilitator, ("bus.png", picture()), ("report.pdf", paper(3)), section="narrative")
    assert answer.status_code == 303
    assert [(one.name, one.pages) for one in rows(stage)] == [("bus.png", None), ("report.pdf", 3)]
    page = facilitator.get(FILES).text
    assert "Here now: bus.png, report.pdf." in facilitator.get(answer.headers["location"]).text or "bus.png" in page
    draft = facilitator.get(OAKLAND).text
    number = rows(stage)[0].id
    assert f'<img src="{FILES}/{number}/bus.png" alt="" width="64" height="48"' in draft
    assert "PDF, 1 kB, 3 pages" in text_of(draft)


def test_one_that_is_refused_takes_none_of_the_others_with_it_and_leaves_what_was(
    stage: Stage, enter: VisitorOf
) -> None:
    facilitator = enter("oakland/facilitator")
    hand_in(facilitator, ("bus.png", picture()))
    number = rows(stage)[0].key
    answer = hand_in(facilitator, ("bus.png", b"<html>"), instead_of=str(number))
    assert (answer.status_code, "What was here stays." in answer.text) == (422, True)
    assert [(one.name, one.archived_at) for one in rows(stage)] == [("bus.png", None)]
    answer = hand_in(facilitator, ("evil<b>.svg", b"<svg/>"), ("more.pdf", paper()))
    assert "Here now: more.pdf." in answer.text
    assert '<strong dir="auto">evil&lt;b&gt;.svg</strong>: This is not a file that is taken here.' in answer.text


def test_no_file_chosen_is_said(stage: Stage, enter: VisitorOf) -> None:
    answer = enter("oakland/mayor").post(FILES, {"section": "ask"})
    assert (answer.status_code, "Choose a file first." in answer.text) == (422, True)


def test_a_file_is_described_replaced_moved_put_away_and_brought_back(stage: Stage, enter: VisitorOf) -> None:
    facilitator = enter("oakland/facilitator")
    hand_in(facilitator, ("bus.png", picture()))
    first = rows(stage)[0].key
    assert "nobody has said yet what it shows" in facilitator.get(FILES).text
    long = {"caption": "c" * 501, "alternative": "A red bus", "section": "ask"}
    answer = facilitator.post(f"{FILES}/{first}", long)
    assert (answer.status_code, "c" * 501 in answer.text, "A red bus" in answer.text) == (422, True, True)
    facilitator.follow(f"{FILES}/{first}", long | {"caption": "Line 40"})
    hand_in(facilitator, ("bus2.png", picture(color=(1, 2, 3))), instead_of=str(first))
    second = rows(stage)[1]
    assert (second.caption, second.alternative, second.replaces_id) == ("Line 40", "A red bus", first)
    facilitator.follow(f"{FILES}/{second.key}/position", {"to": "earlier"})
    assert "bus2.png is put away." in facilitator.follow(f"{FILES}/{second.key}/removal").text
    facilitator.follow(f"{FILES}/{first}/return")
    assert [one.archived_at is None for one in rows(stage)] == [True, False]


def test_what_is_sent_keeps_no_browser_from_being_safe(stage: Stage, enter: VisitorOf) -> None:
    """Each kind is called what it is, whatever its name says, and nothing but pictures and PDFs is shown."""
    facilitator = enter("oakland/facilitator")
    polyglot = paper() + b"<html><script>alert(1)</script>"
    hand_in(facilitator, ("a.html", polyglot), ("b.htm", picture()), ("c.docx", office()))
    seen = {}
    for file in rows(stage):
        answer = facilitator.get(f"{FILES}/{file.key}/anything.html")
        headers = answer.headers
        assert headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["cache-control"] == "private, no-store"
        assert headers["x-robots-tag"] == "noindex, nofollow"
        seen[file.name] = (headers["content-type"], headers["content-disposition"].partition(";")[0])
    assert seen == {
        "a.pdf": ("application/pdf", "inline"),
        "b.png": ("image/png", "inline"),
        "c.docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "attachment"),
    }


def test_a_draft_is_its_citys_alone_and_each_look_is_on_record_rule_5(stage: Stage, enter: VisitorOf) -> None:
    hand_in(enter("oakland/facilitator"), ("bus.png", picture()))
    number = rows(stage)[0].key
    for who in ("salem/mayor", "lab/organizer", "lab/staff", "elsewhere/organizer", "lab/expert"):
        for address in (f"{FILES}/{number}/bus.png", f"{FILES}/{number}/preview", FILES):
            assert enter(who).get(address).status_code in (403, 404), (who, address)
    assert enter("oakland/assistant").get(f"{FILES}/{number}/preview").status_code == 200
    with stage.database.read() as db:
        looks = db.exec(select(UpdateLook.for_id).where(UpdateLook.what == "a file of the draft")).all()
    assert looks == [stage.people["oakland/mayor"]]


def test_after_the_release_the_cohort_has_it_for_an_hour_and_by_its_digest(stage: Stage, enter: VisitorOf) -> None:
    hand_in(enter("oakland/facilitator"), ("bus.png", picture()))
    release(stage)
    file = rows(stage)[0]
    peer = enter("salem/mayor")
    answer = peer.get(f"{FILES}/{file.key}/bus.png")
    assert (answer.headers["cache-control"], answer.headers["etag"]) == ("private, max-age=3600", f'"{file.digest}"')
    assert answer.content == bytes_of(files_of(peer.app.state.settings), file.digest)
    again = peer.get(f"{FILES}/{file.key}/bus.png", headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert f'src="{FILES}/{file.key}/bus.png"' in peer.get(OAKLAND).text
    with stage.database.read() as db:
        assert db.exec(select(UpdateLook)).all() == []


def test_an_organizer_hides_a_file_at_once_and_shows_it_again_rule_20(stage: Stage, enter: VisitorOf) -> None:
    hand_in(enter("oakland/facilitator"), ("bus.png", picture()))
    organizer, peer = enter("lab/organizer"), enter("salem/mayor")
    assert "No picture or file is out" in organizer.get(f"{FILES}/quarantine").text
    release(stage)
    number = rows(stage)[0].key
    peer.get(OAKLAND)
    refused = organizer.post(f"{FILES}/{number}/quarantine", {"reason": ""})
    assert (refused.status_code, "Say why" in refused.text) == (422, True)
    assert (
        "bus.png is hidden from everybody."
        in organizer.follow(f"{FILES}/{number}/quarantine", {"reason": "A child could be known."}).text
    )
    page = peer.get(OAKLAND).text
    assert ("A file was hidden here" in page, "bus.png" in page) == (True, False)
    for address in (f"{FILES}/{number}/bus.png", f"{FILES}/{number}/preview"):
        assert peer.get(address).status_code == 404
        assert organizer.get(address).headers["cache-control"] == "private, no-store"
    assert enter("oakland/mayor").post(f"{FILES}/{number}/quarantine/end").status_code == 403
    organizer.follow(f"{FILES}/{number}/quarantine/end")
    assert "bus.png" in peer.get(OAKLAND).text


def test_files_of_what_is_approved_or_released_are_read_and_not_changed(stage: Stage, enter: VisitorOf) -> None:
    facilitator = enter("oakland/facilitator")
    hand_in(facilitator, ("bus.png", picture()))
    with stage.database.write() as db:
        stage.fill(db, stage.update(db))
        stage.approve(db, stage.update(db))
    assert facilitator.get(FILES).headers["location"] == OAKLAND
    answer = hand_in(facilitator, ("b.png", picture(color=(9, 9, 9))))
    assert (answer.status_code, "Withdraw the approval first" in answer.text) == (422, True)
    assert facilitator.post(f"{FILES}/{rows(stage)[0].key}/removal").status_code == 409


def test_others_are_refused_before_their_file_is_looked_at(stage: Stage, enter: VisitorOf, visitor: VisitorOf) -> None:
    for who in ("salem/mayor", "lab/organizer"):
        assert hand_in(enter(who), ("a.png", picture())).status_code == 403
    assert hand_in(visitor(), ("a.png", picture())).headers["location"].startswith("/sign-in")
    assert rows(stage) == []


def test_the_pages_of_files_take_a_fixed_number_of_queries(stage: Stage, enter: VisitorOf, queries: list[str]) -> None:
    facilitator = enter("oakland/facilitator")
    counts = []
    for many in (range(1, 3), range(3, 21)):
        hand_in(facilitator, *((f"{n}.png", picture(8, 8, color=(n, n, n))) for n in many))
        for address in (FILES, OAKLAND, f"{OAKLAND}/edit"):
            facilitator.get(address)  # the first look goes on record
            queries.clear()
            assert facilitator.get(address).status_code == 200
            counts.append(len([one for one in queries if one.lstrip().upper().startswith("SELECT")]))
    assert counts[:3] == counts[3:]


def test_the_desk_shows_what_is_there(stage: Stage, enter: VisitorOf) -> None:
    facilitator = enter("oakland/facilitator")
    assert "A picture of the thing itself" in facilitator.get(f"{OAKLAND}/edit").text
    hand_in(facilitator, ("bus.png", picture()))
    page = text_of(facilitator.get(f"{OAKLAND}/edit").text)
    assert "bus.png" in page
    assert "One picture has no words yet" in page


def test_the_log_holds_neither_a_files_name_nor_a_ticket() -> None:
    assert without_secret(f"{FILES}/12/Layoffs.pdf") == f"{FILES}/12/…"
    assert without_secret(f"{OAKLAND}/uploads/s3cr-et_1/end") == f"{OAKLAND}/uploads/…/end"
    assert without_secret(f"{FILES}/12/preview") == f"{FILES}/12/preview"
