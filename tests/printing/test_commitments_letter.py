"""The commitments letter: what a city's newest released update says it will do, to its mayor, to confirm and sign."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
import time_machine
from fastapi import FastAPI
from sqlmodel import Session

from app.models import AnswerState, Commitment, Convening
from app.people.audit import verb
from app.people.viewer import Viewer
from app.updates.approval import approve_update
from app.updates.commitments import add_commitment, answer_commitment
from app.updates.content import draft_of
from app.updates.redactions import redact
from app.updates.releases import release_update
from tests.conftest import VisitorOf
from tests.printing.proof import assert_accessible, assert_fonts_embedded, assert_nothing_overflows
from tests.printing.reading import codes, headings, pages, words
from tests.printing.running import printed
from tests.updates.stage import SYSTEM, Stage, set_stage

HERE = "/by-all-means/convenings/2017-fall"
PDF = f"{HERE}/print/commitments.pdf"
NOW = datetime(2017, 11, 20, 15, tzinfo=UTC)
LONG = ("A navigator for each family of the flatland schools that asks for one " * 5)[:300]


@pytest.fixture(autouse=True)
def _in_time() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@verb
def convene(db: Session, stage: Stage, *, by: Viewer) -> None:
    db.add(
        Convening(
            cohort_id=stage.cohort_id,
            slug="2017-fall",
            title="Fall convening",
            starts_on=date(2017, 11, 14),
            ends_on=date(2017, 11, 15),
        )
    )


@pytest.fixture
def stage(app: FastAPI) -> Stage:
    """Both cities committed to two things in spring; Oakland answers for them in its draft of fall, and adds one."""
    stage = set_stage(app.state.database)
    with stage.database.write() as db:
        convene(db, stage, by=SYSTEM)
        for city in ("oakland", "salem"):
            update = stage.update(db, city, "spring")
            for text in ("Eighty seats", "A calendar"):
                promise(db, stage, city, "spring", f"{city}: {text}")
            stage.release(db, update, f"Spring of {city}")
        update = stage.update(db)
        stage.fill(db, update, "Fall of oakland")
        states = (AnswerState.DONE, AnswerState.AT_RISK)
        for answer, state in zip(draft_of(db, update).answers, states, strict=True):
            row = db.get_one(Commitment, answer.commitment)
            answer_commitment(db, update, row, state=state, note=f"It is {state.value}.", by=SYSTEM)
        promise(db, stage, "oakland", "fall", LONG)
    return stage


def promise(db: Session, stage: Stage, city: str, cycle: str, text: str) -> None:
    update = stage.update(db, city, cycle)
    add_commitment(db, update, text=text, due_on=date(2018, 3, 1), measure_stage="Child outcomes", by=SYSTEM)


def release_fall(stage: Stage) -> None:
    with stage.database.write() as db:
        approve_update(db, stage.update(db), by=SYSTEM)
        release_update(db, stage.update(db), by=SYSTEM)


def test_the_lab_prints_a_page_for_each_city_from_what_is_released_and_nothing_of_a_draft(
    stage: Stage, visitor: VisitorOf
) -> None:
    """Rules 5 and 15."""
    pdf = printed(visitor(stage.people["lab/organizer"]), PDF)
    found = pages(pdf)
    assert headings(pdf) == ["What Oakland has committed to", "What Salem has committed to"]
    assert len(found) == 2
    for page, city, other in zip(found, ("oakland", "salem"), ("salem", "oakland"), strict=True):
        assert [page.count(f"{city}: {text}") for text in ("Eighty seats", "A calendar")] == [1, 1]
        assert f"{other}: " not in page
        assert f"Mayor of {city}" in page
        assert page.count("Thu 1 Mar 2018") == 2
        assert page.count("Serves Child outcomes") == 2
        assert "As of Mon 20 Nov 2017 at 10:00 EST." in page
    text = " ".join(found)
    assert LONG.split()[1] not in text, "the draft's commitment"
    assert "It is done." not in text, "the draft's answer"
    (code,) = set(codes(pdf))
    organizer = visitor(stage.people["lab/organizer"])
    since = code.removeprefix("http://127.0.0.1:8000")
    assert "Nothing has been released or corrected since" in organizer.get(since).text
    release_fall(stage)
    answer = organizer.get(f"{HERE}/print/commitments?city=oakland")
    assert "Nothing to print" not in answer.text


def test_what_became_of_earlier_ones_has_a_mark_and_its_word_and_the_letter_is_on_one_page(
    stage: Stage, visitor: VisitorOf
) -> None:
    """Rule 7: black and white keeps the answers apart. In both papers it is accessible and whole."""
    release_fall(stage)
    organizer = visitor(stage.people["lab/organizer"])
    for paper in ("letter", "a4"):
        pdf = printed(organizer, f"{PDF}?city=oakland&paper={paper}")
        assert_accessible(pdf)
        assert_nothing_overflows(pdf)
        assert_fonts_embedded(pdf)
        (text,) = pages(pdf)
        assert LONG.replace(" ", "") in text.replace(" ", "")
        assert "● Done oakland: Eighty seats" in text
        assert "◔ At risk oakland: A calendar" in text
        assert [text.count(f"It is {word}.") for word in ("done", "at risk")] == [1, 1]


def test_a_city_prints_its_own_and_others_get_none(stage: Stage, visitor: VisitorOf) -> None:
    for who in ("salem/mayor", "salem/facilitator"):
        pages_of = words(printed(visitor(stage.people[who]), f"{PDF}?city=salem"))
        assert "salem: Eighty seats" in pages_of
        assert visitor(stage.people[who]).get(f"{PDF}?city=oakland").status_code == 404
    both = printed(visitor(stage.people["salem/mayor"]), PDF)
    assert headings(both) == ["What Salem has committed to"]
    assert visitor(stage.people["salem/member"]).get(PDF).status_code == 403
    assert visitor().get(PDF).status_code in (401, 303)


def test_words_that_were_taken_out_are_not_in_the_letter(stage: Stage, visitor: VisitorOf) -> None:
    """Rule 6: the tombstone says who and why."""
    with stage.database.write() as db:
        update = stage.update(db, "salem", "spring")
        first = draft_of(db, update).commitments[0]
        redact(db, update, part=f"commitment:{first.id}", reason="A child’s name", by=stage.viewer(db, "lab/organizer"))
    text = words(printed(visitor(stage.people["lab/organizer"]), f"{PDF}?city=salem"))
    assert "salem: Eighty seats" not in text
    assert "A child’s name" in text
    assert "salem: A calendar" in text


def test_before_the_first_release_the_page_says_what_has_to_come_first(app: FastAPI, visitor: VisitorOf) -> None:
    stage = set_stage(app.state.database)
    with stage.database.write() as db:
        convene(db, stage, by=SYSTEM)
    organizer = visitor(stage.people["lab/organizer"])
    assert "release the updates first" in organizer.get(f"{HERE}/print/commitments").text
    assert organizer.get(PDF).status_code == 404


def test_the_number_of_queries_does_not_grow_with_the_commitments(
    stage: Stage, visitor: VisitorOf, queries: list[str]
) -> None:
    organizer = visitor(stage.people["lab/organizer"])
    address = f"{HERE}/print/commitments"
    counted = []
    for many in (0, 30):
        with stage.database.write() as db:
            for number in range(many):
                promise(db, stage, "oakland", "fall", f"Promise {number}")
        if many:
            release_fall(stage)
        organizer.get(address)
        queries.clear()
        assert organizer.get(address).status_code == 200
        counted.append(len(queries))
    assert counted[0] == counted[1]
