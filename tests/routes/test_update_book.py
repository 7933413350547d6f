"""The update book as people get it: made by the worker, kept while nothing differs, with its reader's name on it."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from fastapi import FastAPI
from sqlmodel import col, select

from app.database import Database
from app.files import files_of
from app.jobs import MAKERS
from app.models import PrintRun, RunState
from app.printing.runs import make_run
from app.updates.files import attach_file, describe_file
from app.updates.redactions import redact
from app.updates.releases import begin_correction, release_update
from tests.conftest import Visitor, VisitorOf
from tests.handed import picture, ready
from tests.printing.reading import codes, fonts, headings, pages, reader, words
from tests.updates.stage import SYSTEM, Stage, set_stage

HERE = "/by-all-means/updates/fall"
NOW = datetime(2017, 10, 30, 15, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _in_time() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def stage(app: FastAPI) -> Stage:
    stage = set_stage(app.state.database)
    with stage.database.write() as db:
        stage.release(db, stage.update(db, "oakland", "spring"))
    return stage


def release(stage: Stage, city: str, words: str) -> None:
    with stage.database.write() as db:
        update = stage.update(db, city)
        stage.release(db, update, words)


def runs(database: Database) -> list[tuple[int, str]]:
    with database.read() as db:
        return [(run.key, run.state.value) for run in db.exec(select(PrintRun).order_by(col(PrintRun.id)))]


def work(app: FastAPI) -> None:
    """What the worker does with the runs that wait."""
    for number, state in runs(app.state.database):
        if state == "waiting":
            assert make_run(app.state.database, app.state.settings, number, MAKERS)


def book(visitor: Visitor) -> bytes:
    """The book as this visitor gets it, made first where it is not."""
    visitor.post(f"{HERE}/book/runs", data={"paper": "letter"})
    work(visitor.app)
    answer = visitor.get(f"{HERE}/book.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    return answer.content


def test_a_mayor_has_the_book_made_and_reads_each_city_on_a_right_hand_page(stage: Stage, visitor: VisitorOf) -> None:
    release(stage, "oakland", "Oaks")
    release(stage, "salem", "Harbour")
    mayor = visitor(stage.people["salem/mayor"])
    assert mayor.get(f"{HERE}/book.pdf").headers["location"] == f"{HERE}/book?paper=letter"
    assert "Make the book" in mayor.get(f"{HERE}/book").text
    pdf = book(mayor)
    assert headings(pdf) == ["The mayors’ updates", "Contents", "Oakland", "Salem", "Notes"]
    found = pages(pdf)
    begins = [
        next(number for number, page in enumerate(found, 1) if f"Mayor’s update, Fall 2017 {city}" in page)
        for city in ("Oakland", "Salem")
    ]
    assert [number % 2 for number in begins] == [1, 1]
    assert re.findall(r"(Oakland|Salem) (\d+)", found[1]) == [
        ("Oakland", str(begins[0])),
        ("Salem", str(begins[1])),
    ]
    text = " ".join(found)
    assert [text.count(f"{word} of the narrative") for word in ("Oaks", "Harbour")] == [1, 1]
    assert set(fonts(pdf).values()) == {True}
    root: Any = reader(pdf).trailer["/Root"]
    assert (pdf[:8], root["/MarkInfo"]["/Marked"], root["/Lang"]) == (b"%PDF-1.7", True, "en")


def test_each_page_says_whose_book_it_is_and_another_reader_gets_their_own(stage: Stage, visitor: VisitorOf) -> None:
    release(stage, "oakland", "Oaks")
    first = book(visitor(stage.people["salem/mayor"]))
    mine = visitor(stage.people["oakland/facilitator"])
    second = mine.get(f"{HERE}/book.pdf").content
    assert {("Mayor of salem" in page, "Facilitator of oakland" in page) for page in pages(first)} == {(True, False)}
    assert {("Mayor of salem" in page, "Facilitator of oakland" in page) for page in pages(second)} == {(False, True)}
    assert len(runs(stage.database)) == 1, "the base is set once for all"
    tag = mine.get(f"{HERE}/book.pdf").headers["etag"]
    assert mine.get(f"{HERE}/book.pdf", headers={"if-none-match": tag}).status_code == 304


def test_what_is_not_released_is_in_no_book_and_a_correction_takes_the_old_words_place(
    stage: Stage, visitor: VisitorOf
) -> None:
    """Rules 5 and 6; the print's code then says what has come since (rule 15)."""
    release(stage, "oakland", "Oaks")
    with stage.database.write() as db:
        stage.write(db, stage.update(db, "salem"), "narrative", "Harbour in secret")
    organizer = visitor(stage.people["lab/organizer"])
    pdf = book(organizer)
    assert "Harbour in secret" not in words(pdf)
    assert "Still to come: Salem." in words(pdf)
    (code,) = set(codes(pdf))
    since = code.removeprefix("http://127.0.0.1:8000")
    assert "Nothing has been released or corrected since" in organizer.get(since).text
    with stage.database.write() as db:
        update = stage.update(db, "oakland")
        begin_correction(db, update, by=SYSTEM)
        stage.write(db, update, "narrative", "Oaks, corrected")
        stage.approve(db, update)
        release_update(db, update, by=SYSTEM)
    assert organizer.get(f"{HERE}/book.pdf").status_code == 303, "the old book is not the book any more"
    assert "version 2" in organizer.get(since).text
    new = words(book(organizer))
    assert "Oaks, corrected" in new
    assert "Oaks of the narrative" not in new


def test_words_that_were_taken_out_are_in_no_book(stage: Stage, visitor: VisitorOf) -> None:
    """Rule 6: the tombstone stands where they were."""
    release(stage, "oakland", "Oaks")
    organizer = visitor(stage.people["lab/organizer"])
    with stage.database.write() as db:
        by = stage.viewer(db, "lab/organizer")
        redact(db, stage.update(db, "oakland"), part="section:narrative", reason="A child could be known.", by=by)
    text = words(book(organizer))
    assert "Oaks of the narrative" not in text
    assert "“A child could be known.”" in text


def test_a_second_click_waits_for_the_same_run_and_who_began_it_stops_it(stage: Stage, visitor: VisitorOf) -> None:
    release(stage, "oakland", "Oaks")
    mayor, peer = visitor(stage.people["salem/mayor"]), visitor(stage.people["oakland/mayor"])
    for one in (mayor, mayor, peer):
        assert one.post(f"{HERE}/book/runs", data={"paper": "letter"}).status_code == 303
    ((number, _),) = runs(stage.database)
    assert "Waiting its turn." in mayor.get(f"{HERE}/book").text
    assert peer.post(f"{HERE}/book/runs/{number}/cancellation").status_code == 404
    assert mayor.post(f"{HERE}/book/runs/{number}/cancellation").status_code == 303
    assert runs(stage.database) == [(number, "cancelled")]
    assert not make_run(stage.database, mayor.app.state.settings, number, MAKERS), "nobody wants it now"
    assert "It was stopped before it was done." in mayor.get(f"{HERE}/book").text


def test_before_a_release_the_page_says_what_will_be_here(stage: Stage, visitor: VisitorOf) -> None:
    member = visitor(stage.people["salem/member"])
    page = member.get(f"{HERE}/book")
    assert (page.status_code, "No update is released yet" in page.text) == (200, True)
    assert member.get(f"{HERE}/book.pdf").status_code == 404
    assert member.post(f"{HERE}/book/runs", data={"paper": "letter"}).status_code == 404
    assert member.get(f"{HERE}/salem/slides.pdf").status_code == 404


def test_other_cohorts_and_strangers_have_no_book(stage: Stage, visitor: VisitorOf) -> None:
    release(stage, "oakland", "Oaks")
    other = visitor(stage.people["elsewhere/organizer"])
    assert [other.get(f"{HERE}/{what}").status_code for what in ("book", "book.pdf", "oakland/slides.pdf")] == [403] * 3
    assert visitor().get(f"{HERE}/book.pdf").status_code == 401
    assert visitor().get(f"{HERE}/book").headers["location"].startswith("/sign-in")


def test_slides_show_the_released_words_wide_and_nothing_is_cut(stage: Stage, visitor: VisitorOf) -> None:
    with stage.database.write() as db:
        update = stage.update(db, "oakland")
        stage.fill(db, update, "Oaks")
        long = " ".join(f"word{number}" for number in range(900))
        stage.write(db, update, "narrative", long)
        stage.approve(db, update)
        release_update(db, update, by=SYSTEM)
    pdf = visitor(stage.people["salem/member"]).get(f"{HERE}/oakland/slides.pdf").content
    box = reader(pdf).pages[0].mediabox
    assert (round(box.width), round(box.height)) == (960, 540)
    text = words(pdf)
    assert [number for number in range(900) if f"word{number}" not in text] == []


def drawings(page: Any) -> int:
    """Pictures that a page draws (PDF 1.7, 8.10)."""
    return int(page.get_contents().get_data().count(b" Do"))


def test_a_picture_stands_on_one_slide_with_its_head_and_all_of_its_caption(
    stage: Stage, visitor: VisitorOf, app: FastAPI
) -> None:
    captions = ["Short.", " ".join(f"mark{number}" for number in range(60)), ""]
    with stage.database.write() as db:
        update = stage.update(db, "oakland")
        stage.fill(db, update, "Oaks")
        by = stage.viewer(db, "oakland/facilitator")
        for number, caption in enumerate(captions):
            handed = ready(picture(900, 600 + number), "bus.png")
            section = stage.section(db, "narrative")
            file = attach_file(db, update, handed, files_of(app.state.settings), section=section, by=by)
            describe_file(db, update, file, caption=caption, alternative="A bus", section=section, by=by)
        stage.approve(db, update)
        release_update(db, update, by=SYSTEM)
    pdf = visitor(stage.people["salem/member"]).get(f"{HERE}/oakland/slides.pdf").content
    shown = [page for page in reader(pdf).pages[1:] if drawings(page)]
    assert [(drawings(page), "What happened" in page.extract_text()) for page in shown] == [(1, True)] * 3
    assert [number for number in range(60) if f"mark{number}" not in shown[1].extract_text()] == []


def test_the_next_reader_of_the_same_words_draws_nothing_and_a_correction_is_another_book(
    stage: Stage, visitor: VisitorOf, queries: list[str]
) -> None:
    release(stage, "oakland", "Oaks")
    mayor = visitor(stage.people["salem/mayor"])
    first = book(mayor)
    queries.clear()
    assert mayor.get(f"{HERE}/book.pdf").content == first
    assert [one for one in queries if "update_version" in one] == [], "what it holds is not read again"
    with stage.database.write() as db:
        update = stage.update(db, "oakland")
        begin_correction(db, update, by=stage.viewer(db, "oakland/facilitator"))
        stage.write(db, update, "narrative", "Corrected acorns")
        stage.approve(db, update)
        release_update(db, update, by=SYSTEM)
    assert mayor.get(f"{HERE}/book.pdf").status_code == 303, "it is not made yet"
    assert "Corrected acorns" in words(book(mayor))


def test_a_run_whose_worker_died_is_taken_up_again_and_a_broken_one_says_so(
    stage: Stage, visitor: VisitorOf, app: FastAPI
) -> None:
    release(stage, "oakland", "Oaks")
    mayor = visitor(stage.people["salem/mayor"])
    mayor.post(f"{HERE}/book/runs", data={"paper": "letter"})
    ((number, _),) = runs(stage.database)
    with stage.database.write() as db:
        run = db.get_one(PrintRun, number)
        run.state, run.started_at = RunState.RUNNING, NOW
    assert not make_run(stage.database, app.state.settings, number, MAKERS), "another worker has it"
    with time_machine.travel(NOW + timedelta(minutes=11), tick=True):
        assert make_run(stage.database, app.state.settings, number, {})  # a worker that cannot make books
    assert runs(stage.database) == [(number, "failed")]
    assert f"run {number}" in mayor.get(f"{HERE}/book").text
    assert words(book(mayor)).count("Oaks of the narrative") == 1, "another try is another run"


def test_the_pages_queries_do_not_grow_with_the_cities(stage: Stage, visitor: VisitorOf, queries: list[str]) -> None:
    """Habit 14."""
    organizer = visitor(stage.people["lab/organizer"])
    counted: list[int] = []
    for city in ("oakland", "salem"):
        release(stage, city, "Words")
        organizer.get(f"{HERE}/book")
        queries.clear()
        assert organizer.get(f"{HERE}/book").text.count("/slides.pdf") == len(counted) + 1
        counted.append(len(queries))
    assert counted[0] == counted[1]
