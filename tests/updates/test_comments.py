"""A city's people talk to each other about their draft; nobody else hears of it (rule 5)."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from sqlmodel import Session, col, select

from app.models import OutboxLetter, UpdateComment
from app.people.audit import Refused
from app.updates.comments import (
    comment_of,
    comments_of,
    open_comment,
    say_comment,
    settle_comment,
    take_back_comment,
)
from tests.conftest import VisitorOf
from tests.routes.test_updates import enter, text_of
from tests.updates.stage import Stage

__all__ = ("enter",)

OAKLAND = "/by-all-means/updates/fall/oakland"


def say(db: Session, stage: Stage, text: str, who: str = "oakland/facilitator", slug: str = "ask") -> UpdateComment:
    return say_comment(db, stage.update(db), stage.section(db, slug), text=text, by=stage.viewer(db, who))


def shown(db: Session, stage: Stage, who: str = "oakland/mayor") -> list[tuple[str, str, bool, str]]:
    said = comments_of(db, stage.update(db), stage.viewer(db, who)).get("ask", [])
    return [(one.who, one.text, one.is_own, one.settled_by) for one in said]


def letters(stage: Stage) -> list[str]:
    with stage.database.read() as db:
        rows = db.exec(
            select(OutboxLetter).where(OutboxLetter.purpose == "update-comment").order_by(col(OutboxLetter.id))
        )
        return [row.recipient.split(" <")[0] for row in rows]


def test_open_comments_come_first_and_settled_ones_step_back(stage: Stage) -> None:
    with stage.database.write() as db:
        first = say(db, stage, "Is this number right?")
        say(db, stage, "Shorter, please.", "oakland/assistant")
        for _ in range(2):
            settle_comment(db, stage.update(db), first, by=stage.viewer(db, "oakland/member"))
        assert shown(db, stage) == [
            ("Assistant of oakland", "Shorter, please.", False, ""),
            ("Facilitator of oakland", "Is this number right?", False, "Member of oakland"),
        ]
        open_comment(db, stage.update(db), first, by=stage.viewer(db, "oakland/mayor"))
        assert shown(db, stage, "oakland/facilitator")[0] == (
            "Facilitator of oakland",
            "Is this number right?",
            True,
            "",
        )


def test_twice_the_same_is_one_comment_and_nothing_is_none(stage: Stage) -> None:
    with stage.database.write() as db:
        assert say(db, stage, "Once.").key == say(db, stage, " Once.\r\n").key
        assert say(db, stage, "Once.", slug="narrative").key != say(db, stage, "Once.").key
        for text, sentence in (("  ", "Say something first"), ("x" * 2001, "Nothing was cut")):
            with pytest.raises(Refused, match=sentence):
                say(db, stage, text)


def test_only_who_said_it_takes_it_back_and_it_is_archived_rule_21(stage: Stage) -> None:
    with stage.database.write() as db:
        comment = say(db, stage, "Too hasty.", "oakland/assistant")
        with pytest.raises(Refused, match="Only who said it"):
            take_back_comment(db, stage.update(db), comment, by=stage.viewer(db, "oakland/facilitator"))
        take_back_comment(db, stage.update(db), comment, by=stage.viewer(db, "oakland/assistant"))
        assert (shown(db, stage), comment_of(db, stage.update(db), comment.key)) == ([], None)
        assert db.exec(select(UpdateComment.text)).all() == ["Too hasty."]


@pytest.mark.parametrize("name", ["salem/facilitator", "lab/organizer", "lab/staff", "tulsa/mayor"])
def test_people_of_elsewhere_neither_talk_nor_settle_rule_5(stage: Stage, name: str) -> None:
    with stage.database.write() as db:
        comment, viewer = say(db, stage, "Ours."), stage.viewer(db, name)
        acts: list[Callable[[], object]] = [
            lambda: say(db, stage, "Theirs.", name),
            lambda: settle_comment(db, stage.update(db), comment, by=viewer),
            lambda: open_comment(db, stage.update(db), comment, by=viewer),
            lambda: take_back_comment(db, stage.update(db), comment, by=viewer),
        ]
        for act in acts:
            with pytest.raises(Refused, match="Only the people of Oakland"):
                act()


def test_a_comment_of_another_update_is_not_reached_through_ones_own(stage: Stage, enter: VisitorOf) -> None:
    with stage.database.write() as db:
        salems = say_comment(
            db, stage.update(db, "salem"), None, text="Salem’s.", by=stage.viewer(db, "salem/member")
        ).key
    visitor = enter("oakland/member")
    for act in ("settlement", "opening", "return"):
        assert visitor.post(f"{OAKLAND}/comments/{salems}/{act}").status_code == 404
        assert visitor.post(f"{OAKLAND}/comments/{'9' * 30}/{act}").status_code == 404
    assert "Salem’s." not in visitor.get(f"{OAKLAND}/comments").text


def test_a_comment_stands_at_the_desk_and_on_its_own_page_and_one_comes_back_to_where_one_was(
    stage: Stage, enter: VisitorOf
) -> None:
    mayor = enter("oakland/mayor")
    answer = mayor.post(f"{OAKLAND}/comments", {"section": "ask", "text": "Who **pays**? <b>"})
    assert answer.headers["location"] == f"{OAKLAND}/comments#comments-ask"
    from_desk = {"headers": {"referer": f"http://127.0.0.1:8000{OAKLAND}/edit"}}
    answer = mayor.post(f"{OAKLAND}/comments", {"text": "All of it is good."}, **from_desk)
    assert answer.headers["location"] == f"{OAKLAND}/edit#comments-whole"
    for page in ("edit", "comments"):
        text = enter("oakland/member").get(f"{OAKLAND}/{page}").text
        assert "Who <strong>pays</strong>? &lt;b&gt;" in text
        assert "Take back" not in text, "it is the mayor's"
    assert "All of it is good." in mayor.get(f"{OAKLAND}/comments").text
    wrong = mayor.post(f"{OAKLAND}/comments", {"section": "ask", "text": "x" * 2001})
    assert (wrong.status_code, "x" * 2001 in wrong.text) == (422, True)
    assert mayor.post(f"{OAKLAND}/comments", {"section": "gone", "text": "x"}).status_code == 404


def test_those_who_write_have_one_letter_an_hour_without_a_word_of_it_rule_5(
    stage: Stage, enter: VisitorOf, in_the_sample: time_machine.Traveller
) -> None:
    with stage.database.write() as db:
        stage.write(db, stage.update(db), "ask", "Ours.", by=stage.viewer(db, "oakland/assistant"))
    mayor, member = enter("oakland/mayor"), enter("oakland/member")
    mayor.post(f"{OAKLAND}/comments", {"section": "ask", "text": "MARKER one"})
    assert letters(stage) == ["Facilitator of oakland", "Assistant of oakland"], "who writes, and no superintendent"
    mayor.post(f"{OAKLAND}/comments", {"section": "ask", "text": "MARKER two"})
    member.post(f"{OAKLAND}/comments", {"section": "ask", "text": "MARKER three"})
    assert letters(stage) == ["Facilitator of oakland", "Assistant of oakland", "Mayor of oakland"]
    in_the_sample.shift(timedelta(minutes=61))
    mayor.post(f"{OAKLAND}/comments", {"section": "ask", "text": "MARKER four"})
    assert letters(stage)[3:] == ["Facilitator of oakland", "Member of oakland", "Assistant of oakland"]
    with stage.database.read() as db:
        for letter in db.exec(select(OutboxLetter)):
            assert "MARKER" not in letter.subject + letter.text + letter.html


def test_what_is_released_is_talked_about_no_more(stage: Stage) -> None:
    with stage.database.write() as db:
        stage.release(db, stage.update(db))
        with pytest.raises(Refused, match="is released"):
            say(db, stage, "Late.")


def test_the_pages_queries_do_not_grow_with_what_is_said(stage: Stage, enter: VisitorOf, queries: list[str]) -> None:
    member = enter("oakland/member")

    def asked(path: str) -> int:
        member.get(f"{OAKLAND}/{path}")
        queries.clear()
        assert member.get(f"{OAKLAND}/{path}").status_code == 200
        return len(queries)

    with stage.database.write() as db:
        say(db, stage, "One.")
    few = {path: asked(path) for path in ("edit", "comments")}
    with stage.database.write() as db:
        for number in range(30):
            say(db, stage, f"{'Word ' * 60}{number}", "oakland/mayor" if number % 2 else "oakland/member")
    assert {path: asked(path) for path in ("edit", "comments")} == few


def test_an_empty_page_says_what_will_be_here(stage: Stage, enter: VisitorOf) -> None:
    page = text_of(enter("oakland/member").get(f"{OAKLAND}/comments").text)
    assert "Between Oakland’s people: nobody else reads them" in page
