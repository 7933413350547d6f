"""The desk as browsers use it: pieces that save themselves, two who write the same, and what others hear of it."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import Response
from sqlmodel import Session, select

from app.models import AnswerState, Commitment, SectionKind, UpdateFigure, UpdateLook, UpdateSection
from app.people import sign_in
from app.people.audit import verb
from app.people.viewer import Viewer
from app.updates.commitments import add_commitment, answer_commitment, change_commitment
from app.updates.content import draft_of
from app.updates.figures import Counted, add_figure, change_figure
from tests.agenda.campus import Campus
from tests.conftest import Visitor, VisitorOf
from tests.routes.test_draft_live import Serving
from tests.routes.test_updates import enter, revision, stage, text_of
from tests.updates.stage import SYSTEM, Stage

__all__ = ("enter", "stage")

OAKLAND = "/by-all-means/updates/fall/oakland"
JSON = {"headers": {"accept": "application/json"}}


def send(visitor: Visitor, form: dict[str, str]) -> Response:
    return visitor.post(f"{OAKLAND}/draft", form, **JSON)


def fields(page: str) -> dict[str, str]:
    """The hidden fields of the desk, as its form would send them."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page)
    return {name: value for name, value in found if name != "by"}


def body(stage: Stage, slug: str = "ask") -> str:
    with stage.database.read() as db:
        part = draft_of(db, stage.update(db)).section(slug)
        assert part is not None
        return part.body


@verb
def ask_for_numbers(db: Session, stage: Stage, *, by: Viewer) -> None:
    for section in db.exec(select(UpdateSection).where(UpdateSection.slug == "more")):
        section.kind = SectionKind.NUMBER


@pytest.fixture
def both_wrote(stage: Stage, enter: VisitorOf) -> tuple[Visitor, dict[str, Any]]:
    """The mayor and a member began from one text; the member saved first. The mayor and what was heard."""
    with stage.database.write() as db:
        stage.write(db, stage.update(db), "ask", "We moved one bus.\n\nWho has two?", by=SYSTEM)
        stage.write(
            db, stage.update(db), "ask", "We moved one bus.\n\nWho has three?", by=stage.viewer(db, "oakland/member")
        )
    mayor = enter("oakland/mayor")
    answer = send(mayor, {"body-ask": "We moved a bus.\n\nWho has two?", "revision-ask": "1"})
    assert answer.status_code == 409
    return mayor, answer.json()["conflicts"]["ask"]


def test_both_texts_are_shown_with_their_difference_by_words(both_wrote: tuple[Visitor, dict[str, Any]]) -> None:
    _, conflict = both_wrote
    assert conflict["revision"] == 2
    assert "Member of oakland saved this while you wrote" in text_of(conflict["html"])
    assert "We moved <del>one</del><ins>a</ins> bus.\n\nWho has <del>three</del><ins>two</ins>?" in conflict["html"]
    assert 'name="upon-ask" value="1"' in conflict["html"]


def test_mine_is_kept_by_saving_it_upon_theirs(stage: Stage, both_wrote: tuple[Visitor, dict[str, Any]]) -> None:
    mayor, _ = both_wrote
    answer = send(mayor, {"body-ask": "We moved a bus.", "revision-ask": "2", "mine": "ask"}).json()
    assert (answer["revisions"], answer["bodies"], body(stage)) == ({"ask": 3}, {}, "We moved a bus.")


def test_theirs_is_taken_and_nothing_is_saved(stage: Stage, both_wrote: tuple[Visitor, dict[str, Any]]) -> None:
    mayor, _ = both_wrote
    answer = send(mayor, {"body-ask": "Mine", "revision-ask": "2", "theirs": "ask"}).json()
    assert (answer["revisions"], answer["bodies"]) == ({"ask": 2}, {"ask": "We moved one bus.\n\nWho has three?"})
    assert body(stage) == "We moved one bus.\n\nWho has three?"


def test_both_are_put_together_and_saved(stage: Stage, both_wrote: tuple[Visitor, dict[str, Any]]) -> None:
    mayor, _ = both_wrote
    form = {"body-ask": "We moved a bus.\n\nWho has two?", "revision-ask": "2", "upon-ask": "1", "together": "ask"}
    answer = send(mayor, form).json()
    assert answer["bodies"] == {"ask": "We moved a bus.\n\nWho has three?"}
    assert body(stage) == "We moved a bus.\n\nWho has three?"


def test_without_a_script_the_same_buttons_do_the_same(
    stage: Stage, both_wrote: tuple[Visitor, dict[str, Any]]
) -> None:
    mayor, _ = both_wrote
    page = mayor.post(f"{OAKLAND}/draft", {"body-ask": "We moved a bus.\n\nWho has two?", "revision-ask": "1"}).text
    form = fields(page) | {"body-ask": "We moved a bus.\n\nWho has two?", "together": "ask"}
    assert (form["revision-ask"], form["upon-ask"]) == ("2", "1")
    assert "Saved." in mayor.follow(f"{OAKLAND}/draft", form).text
    assert body(stage) == "We moved a bus.\n\nWho has three?"
    page = mayor.post(f"{OAKLAND}/draft", {"body-ask": "Quite other", "revision-ask": "1"}).text
    mayor.follow(f"{OAKLAND}/draft", fields(page) | {"body-ask": "Quite other", "theirs": "ask"})
    assert body(stage) == "We moved a bus.\n\nWho has three?"


def test_who_only_has_the_page_open_saves_nothing_over_anothers_change_rule_21(stage: Stage, enter: VisitorOf) -> None:
    """The whole form goes with Save: sections, answers, numbers and commitments that its sender did not touch."""
    with stage.database.write() as db:
        ask_for_numbers(db, stage, by=SYSTEM)
        stage.release(db, stage.update(db, cycle="spring"), promise="Eighty seats")
        update = stage.update(db)
        stage.write(db, update, "ask", "Before.")
        promise = add_commitment(db, update, text="Seats", due_on=date(2018, 5, 4), by=SYSTEM)
        figure = add_figure(db, update, stage.section(db, "more"), Counted("Ready", "71 percent"), by=SYSTEM)
        owed = draft_of(db, update).answers[0].commitment
        answer_commitment(db, update, db.get_one(Commitment, owed), state=AnswerState.ON_TRACK, by=SYSTEM)
        numbers = (promise.key, figure.key, owed)
    mayor = enter("oakland/mayor")
    form = fields(mayor.get(f"{OAKLAND}/edit").text) | {
        "body-ask": "Before.",
        "body-narrative": "Mine alone.",
        f"text-{numbers[0]}": "Seats",
        f"due-{numbers[0]}": "2018-05-04",
        f"stage-{numbers[0]}": "",
        f"label-{numbers[1]}": "Ready",
        f"said-{numbers[1]}": "71 percent",
        f"state-{owed}": "on track",
        f"note-{owed}": "",
    }
    with stage.database.write() as db:
        update = stage.update(db)
        stage.write(db, update, "ask", "Theirs.")
        row = db.get_one(Commitment, numbers[0])
        change_commitment(db, row, text="A hundred seats", due_on=date(2018, 5, 4), by=SYSTEM)
        change_figure(db, db.get_one(UpdateFigure, numbers[1]), Counted("Ready", "74 percent"), by=SYSTEM)
        answer_commitment(db, update, db.get_one(Commitment, owed), state=AnswerState.DONE, note="All.", by=SYSTEM)
    assert "Saved." in mayor.follow(f"{OAKLAND}/draft", form).text
    with stage.database.read() as db:
        content = draft_of(db, stage.update(db))
        assert [part.body for part in content.sections] == ["Mine alone.", "Theirs.", ""]
        assert [one.text for one in content.commitments] == ["A hundred seats"]
        assert [one.said for one in content.sections[2].figures] == ["74 percent"]
        assert [(one.state, one.note) for one in content.answers] == [(AnswerState.DONE, "All.")]
    form[f"note-{owed}"] = "Mine too."
    answer = mayor.post(f"{OAKLAND}/draft", form)
    assert answer.status_code == 422
    assert "Somebody changed this meanwhile: it says “done All.” now." in text_of(answer.text)
    assert ">\nMine too.</textarea>" in answer.text
    again = fields(answer.text) | {f"state-{owed}": "done", f"note-{owed}": "Mine too."}
    assert mayor.post(f"{OAKLAND}/draft", again).status_code == 303
    with stage.database.read() as db:
        assert [one.note for one in draft_of(db, stage.update(db)).answers] == ["Mine too."]


def test_words_typed_by_one_are_not_saved_under_the_name_of_another_who_has_signed_in_since(
    stage: Stage, enter: VisitorOf
) -> None:
    form = {"body-ask": "Ada’s words", "revision-ask": "0", "by": str(stage.people["oakland/facilitator"])}
    answer = send(enter("oakland/member"), form)
    assert (answer.status_code, "typed by somebody else" in answer.json()["refused"]) == (409, True)
    assert send(enter("oakland/facilitator"), form).status_code == 200
    own_hand = {"body-ask": "Hers", "revision-ask": "1", "by": str(stage.people["oakland/assistant"])}
    assert send(enter("oakland/assistant"), own_hand).status_code == 200, "the hand that writes, whoever it is for"


def test_a_browser_that_did_not_hear_of_its_own_save_goes_on_from_it(stage: Stage, enter: VisitorOf) -> None:
    facilitator = enter("oakland/facilitator")
    for words in ("We moved", "We moved one bus."):
        answer = send(facilitator, {"body-ask": words, "revision-ask": "0"})
    assert (answer.status_code, answer.json()["revisions"], body(stage)) == (200, {"ask": 2}, "We moved one bus.")
    assert send(facilitator, {"body-ask": "We flew.", "revision-ask": "0"}).status_code == 409
    assert send(enter("oakland/mayor"), {"body-ask": "We moved one bus. And.", "revision-ask": "0"}).status_code == 409


def test_the_desk_begins_with_what_this_is_and_what_was_said_last_time(stage: Stage, enter: VisitorOf) -> None:
    with stage.database.write() as db:
        stage.release(db, stage.update(db, cycle="spring"), "Last", promise="Eighty seats")
    facilitator = enter("oakland/facilitator")
    page = text_of(facilitator.get(f"{OAKLAND}/edit").text)
    for words in (
        "Six months in one page",
        "what you wrote in Spring 2017 stands beside each part",
        "1 commitment of last time to answer first",
        "3 parts, about 600 words in all",
        "About an hour",
    ):
        assert words in page
    assert page.index("Eighty seats") < page.index("of about 200 words"), "rule 7: they come first"
    send(facilitator, {"body-ask": "Begun.", "revision-ask": "0"})
    assert "Six months in one page" not in facilitator.get(f"{OAKLAND}/edit").text


def test_an_example_stands_beside_a_section_that_has_one(stage: Stage, enter: VisitorOf) -> None:
    @verb
    def give_example(db: Session, *, by: Viewer) -> None:
        stage.section(db, "ask").example = "Who has **paid** for it?"

    with stage.database.write() as db:
        give_example(db, by=SYSTEM)
    assert "Who has <strong>paid</strong> for it?" in enter("oakland/member").get(f"{OAKLAND}/edit").text


def test_a_preview_is_what_readers_will_see_and_saves_nothing(stage: Stage, enter: VisitorOf) -> None:
    member = enter("oakland/member")
    before = revision(stage)
    hostile = "# Bus\n\n**One** <script>alert(1)</script> [x](javascript:alert(1))"
    answer = member.post(f"{OAKLAND}/preview?of=ask", {"body-ask": hostile, "body-narrative": "Other"})
    assert answer.status_code == 200
    assert "<h3" in answer.text
    assert "<strong>One</strong> &lt;script&gt;" in answer.text
    assert 'href="javascript' not in answer.text
    assert "Nothing here yet." in member.post(f"{OAKLAND}/preview", {}).text
    assert (body(stage), revision(stage)) == ("", before)


@pytest.mark.parametrize("name", ["salem/facilitator", "lab/organizer", "lab/staff", "tulsa/mayor"])
def test_people_of_elsewhere_come_to_no_desk_rule_5(stage: Stage, enter: VisitorOf, name: str) -> None:
    visitor = enter(name)
    for path in ("edit", "live"):
        assert visitor.get(f"{OAKLAND}/{path}", headers={"accept": "text/event-stream"}).status_code == 403
    for path in ("draft", "preview", "presence"):
        assert visitor.post(f"{OAKLAND}/{path}", {"body-ask": "x"}, **JSON).status_code == 403


def test_a_save_is_no_change_of_what_others_read_and_a_look_is_on_record_rule_5(stage: Stage, enter: VisitorOf) -> None:
    enter("oakland/member").get(f"{OAKLAND}/edit")
    with stage.database.read() as db:
        assert [(one.what, one.person_id) for one in db.exec(select(UpdateLook))] == [
            ("the writing desk", stage.people["oakland/member"])
        ]


def test_the_pages_queries_do_not_grow_with_what_is_written(stage: Stage, enter: VisitorOf, queries: list[str]) -> None:
    with stage.database.write() as db:
        ask_for_numbers(db, stage, by=SYSTEM)
    member = enter("oakland/member")

    def asked() -> int:
        member.get(f"{OAKLAND}/edit")
        queries.clear()
        assert member.get(f"{OAKLAND}/edit").status_code == 200
        return len(queries)

    with stage.database.write() as db:
        stage.release(db, stage.update(db, cycle="spring"), promise="Eighty seats")
        add_figure(db, stage.update(db), stage.section(db, "more"), Counted("Ready", "1"), by=SYSTEM)
        add_commitment(db, stage.update(db), text="Seats", due_on=date(2018, 5, 4), by=SYSTEM)
    few = asked()
    with stage.database.write() as db:
        for number in range(10):
            add_figure(db, stage.update(db), stage.section(db, "more"), Counted(f"Ready {number}", "1"), by=SYSTEM)
            add_commitment(db, stage.update(db), text=f"Seats {number}", due_on=date(2018, 5, 4), by=SYSTEM)
    assert asked() == few


class DeskServing(Serving):
    """The program on a port, for those who listen at Oakland's desk."""

    live = f"{OAKLAND}/live"

    def __init__(self, app: FastAPI, stage: Stage) -> None:
        self.stage = stage
        super().__init__(app, Campus.__new__(Campus))

    def key(self, name: str) -> str:
        with self.app.state.database.write() as db:
            acting_for = self.stage.people["oakland/mayor"] if name == "oakland/assistant" else None
            return sign_in.begin(db, self.stage.people[name], browser="tests", days=1, acting_for=acting_for)


@pytest.fixture
def serving(app: FastAPI, stage: Stage) -> Iterator[DeskServing]:
    serving = DeskServing(app, stage)
    yield serving
    serving.end()
    assert not serving.thread.is_alive()


def test_who_writes_hears_within_seconds_what_others_save_and_where_they_are(
    serving: DeskServing, stage: Stage, enter: VisitorOf
) -> None:
    with serving.listening("oakland/facilitator") as ear:
        ear.next("here")
        with serving.listening("oakland/assistant") as other:
            other.next("here")
            while ear.next("here") != {"people": ["Assistant of oakland"]}:
                pass  # the first look tells who was here before
            enter("oakland/assistant").post(f"{OAKLAND}/presence", {"at": "ask"})
            assert ear.next("here") == {
                "people": ["Assistant of oakland"],
                "where": [["Assistant of oakland", "Our ask"]],
            }
        send(enter("oakland/member"), {"body-ask": "SECRET", "revision-ask": "0"})
        heard = ear.next("changed")
        assert [(act["part"], act["name"], act["said"]) for act in heard["acts"]] == [
            ("ask", "Member of oakland", "“Our ask”"),
            ("state", "", "how far the update is"),
        ]
        assert "SECRET" not in str(heard)


def test_what_another_city_saves_is_no_news_at_this_desk_rule_5(serving: DeskServing, stage: Stage) -> None:
    with serving.listening("oakland/facilitator") as ear:
        ear.next("here")
        for city, words in (("salem", "Theirs"), ("oakland", "Ours")):
            with stage.database.write() as db:
                stage.write(db, stage.update(db, city), "ask", words)
        assert [act["part"] for act in ear.next("changed")["acts"]] == ["ask", "state"]
