"""The update that was written in Word: read, shown beside what stands here, placed by choosing."""

import re
from html import unescape

import pytest
from httpx import Response
from sqlmodel import select

from app.database import Database
from app.files.word import Passage
from app.models import UpdateFile
from app.updates.content import Content, draft_of
from app.updates.word import matching
from tests.conftest import Visitor, VisitorOf
from tests.handed import drawn, para, picture, word
from tests.updates.stage import Stage, set_stage

OAKLAND = "/by-all-means/updates/fall/oakland"
WORD = f"{OAKLAND}/word"
DOCUMENT = word(
    para("Update of Oakland", heading=1),
    para("Read this first."),
    para("What happened", heading=1),
    para("We moved a bus."),
    para("Details", heading=2),
    para("At seven."),
    drawn("bus.png"),
    para("Appendix", heading=1),
    para("Left over."),
    para("ASK:", bold=True),
    para("Who has moved two?"),
    pictures={"bus.png": picture()},
)


@pytest.fixture
def stage(database: Database, in_the_sample: object) -> Stage:
    return set_stage(database)


@pytest.fixture
def facilitator(stage: Stage, visitor: VisitorOf) -> Visitor:
    return visitor(stage.people["oakland/facilitator"])


def send(visitor: Visitor, content: bytes = DOCUMENT, name: str = "update.docx") -> Response:
    return visitor.post(WORD, files=[("file", (name, content))])


def form_of(page: str) -> dict[str, str]:
    """What the page of placing would send as it stands."""
    form = {
        name: unescape(text)
        for name, text in re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>\n(.*?)</textarea>', page, re.DOTALL)
    }
    form |= dict(re.findall(r'<input type="hidden" name="(revision-[^"]+)" value="([^"]*)"', page))
    form |= dict(re.findall(r'<input type="radio" name="([^"]+)" value="([^"]+)" checked', page))
    for name, options in re.findall(r'<select id="[^"]+" name="([^"]+)">(.*?)</select>', page, re.DOTALL):
        chosen = re.findall(r'value="([^"]+)" selected', options)
        form[name] = chosen[0] if chosen else "nowhere"
    return form


def draft(stage: Stage) -> Content:
    with stage.database.read() as db:
        return draft_of(db, stage.update(db))


def bodies(stage: Stage) -> dict[str, str]:
    return {part.slug: part.body for part in draft(stage).sections}


def test_headings_find_their_sections_and_the_rest_is_offered_below(stage: Stage, facilitator: Visitor) -> None:
    page = send(facilitator).text
    form = form_of(page)
    assert form["text-narrative"] == "We moved a bus.\n\n### Details\n\nAt seven."
    assert form["text-ask"] == "Who has moved two?"
    assert [form[name] for name in form if name.startswith("rest-")] == [
        "### Update of Oakland\n\nRead this first.",
        "### Appendix\n\nLeft over.",
    ]
    assert bodies(stage) == {"narrative": "", "ask": "", "more": ""}, "nothing is changed yet"
    answer = facilitator.follow(f"{WORD}/placement", form | {"to-2": "more"})
    assert "Placed: What happened, Our ask, More." in answer.text
    assert bodies(stage) == {
        "narrative": "We moved a bus.\n\n### Details\n\nAt seven.",
        "ask": "Who has moved two?",
        "more": "### Appendix\n\nLeft over.",
    }
    assert [(file.file_name, file.section) for file in draft(stage).files] == [("From Word 1.png", "narrative")]


def test_what_stands_here_is_shown_and_kept_unless_somebody_chooses(stage: Stage, facilitator: Visitor) -> None:
    with stage.database.write() as db:
        stage.write(db, stage.update(db), "narrative", "What *was* here.")
        stage.write(db, stage.update(db), "ask", "Old ask")
    page = send(facilitator).text
    assert "What <em>was</em> here." in page
    form = form_of(page)
    assert (form["how-narrative"], form["how-ask"]) == ("below", "below")
    facilitator.follow(f"{WORD}/placement", form | {"how-ask": "instead"})
    assert bodies(stage)["narrative"].startswith("What *was* here.\n\nWe moved a bus.")
    assert bodies(stage)["ask"] == "Who has moved two?"
    facilitator.follow(
        f"{WORD}/placement", form_of(send(facilitator).text) | {"how-narrative": "leave", "how-ask": "leave"}
    )
    assert bodies(stage)["ask"] == "Who has moved two?"


def test_words_that_a_colleague_saved_meanwhile_are_shown_and_nothing_is_half_placed(
    stage: Stage, facilitator: Visitor
) -> None:
    form = form_of(send(facilitator).text)
    with stage.database.write() as db:
        stage.write(db, stage.update(db), "ask", "Saved meanwhile", by=stage.viewer(db, "oakland/mayor"))
    answer = facilitator.post(f"{WORD}/placement", form)
    assert (answer.status_code, "saved “Our ask” meanwhile" in answer.text) == (422, True)
    assert "Saved meanwhile</p>" in answer.text
    assert bodies(stage) == {"narrative": "", "ask": "Saved meanwhile", "more": ""}
    again = form_of(answer.text)
    assert again["text-narrative"] == form["text-narrative"], "what was typed is kept"
    facilitator.follow(f"{WORD}/placement", again | {"how-ask": "below"})
    assert bodies(stage)["ask"] == "Saved meanwhile\n\nWho has moved two?"


def test_a_picture_that_goes_nowhere_stays_put_away(stage: Stage, facilitator: Visitor) -> None:
    form = form_of(send(facilitator).text)
    (name,) = [name for name in form if name.startswith("picture-")]
    facilitator.follow(f"{WORD}/placement", form | {name: "nowhere"})
    assert draft(stage).files == []
    again = form_of(send(facilitator).text)
    assert name in again, "the same picture again is the same file"
    facilitator.follow(f"{WORD}/placement", again | {name: "-"})
    assert [(file.id, file.section) for file in draft(stage).files] == [(int(name.removeprefix("picture-")), "")]


def test_a_picture_of_another_update_is_not_placed_here(stage: Stage, facilitator: Visitor, visitor: VisitorOf) -> None:
    salem = visitor(stage.people["salem/facilitator"])
    salem.post(WORD.replace("oakland", "salem"), files=[("file", ("a.docx", DOCUMENT))])
    with stage.database.read() as db:
        number = db.exec(select(UpdateFile.id)).one()
    facilitator.follow(f"{WORD}/placement", {f"picture-{number}": "ask", "picture-99": "ask", "picture-x": "ask"})
    assert draft(stage).files == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "Choose the Word document first"),
        (b"%PDF-1.4", "This is PDF, not Word"),
        (b"<html>", "not a file that is taken"),
    ],
)
def test_what_is_no_document_is_said_so(facilitator: Visitor, content: bytes, said: str) -> None:
    answer = (
        facilitator.post(WORD, files=[("file", ("a.docx", content))]) if content else facilitator.post(WORD, {"x": "y"})
    )
    assert (answer.status_code, said in answer.text) == (422, True)


def test_a_passage_too_long_is_refused_at_its_section_and_kept(stage: Stage, facilitator: Visitor) -> None:
    answer = facilitator.post(
        f"{WORD}/placement", {"text-ask": "x" * 20_001, "how-ask": "instead", "revision-ask": "0"}
    )
    assert (answer.status_code, 'id="f-text-ask-error"' in answer.text, "x" * 20_001 in answer.text) == (
        422,
        True,
        True,
    )
    assert bodies(stage)["ask"] == ""


def test_only_the_city_reads_a_document_in_and_not_once_approved(
    stage: Stage, facilitator: Visitor, visitor: VisitorOf
) -> None:
    for who in ("salem/mayor", "lab/organizer"):
        assert send(visitor(stage.people[who])).status_code == 403
    form = form_of(send(facilitator).text)
    with stage.database.write() as db:
        stage.fill(db, stage.update(db))
        stage.approve(db, stage.update(db))
    assert facilitator.get(WORD).headers["location"] == OAKLAND
    for answer in (send(facilitator), facilitator.post(f"{WORD}/placement", form)):
        assert (answer.status_code, "Withdraw the approval first" in answer.text) == (422, True)


def test_headings_are_matched_by_their_words() -> None:
    titles = {
        "wins": "Wins",
        "stuck": "Stuck point",
        "data": "One data point",
        "ask": "Our ask",
        "narrative": "What happened",
    }

    def found(heading: str) -> str:
        return next(slug for _, slug in matching([Passage(heading, 1, "x")], titles))

    assert [
        found(one) for one in ("Our Wins", "2. Stuck points", "DATA POINT", "The ask", "What happened since May?")
    ] == [
        "wins",
        "stuck",
        "data",
        "ask",
        "narrative",
    ]
    assert [found(one) for one in ("Point", "Budget", "", "—")] == ["", "", "", ""]
