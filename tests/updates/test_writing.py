"""Writing together: what was saved is never lost (rule 21), and another city's people do not write."""

import pytest
from sqlmodel import select

from app.models import AuditEntry, UpdateState, UpdateText
from app.people.audit import Refused
from app.updates.content import draft_of, words
from app.updates.numbers import figure
from app.updates.writing import LONGEST, Stale, write_section
from tests.updates.stage import SYSTEM, Stage


def test_the_first_words_begin_the_draft(stage: Stage) -> None:
    with stage.database.write() as db:
        facilitator = stage.viewer(db, "oakland/facilitator")
        update = stage.update(db)
        text = write_section(db, update, stage.section(db), body="We met.", revision=0, by=facilitator)
        assert (update.state, text.body, text.revision, text.edited_by_id) == (
            UpdateState.DRAFTING,
            "We met.",
            1,
            facilitator.person_id,
        )


def test_two_writers_of_one_section_are_shown_both_texts_and_neither_is_lost_rule_21(stage: Stage) -> None:
    with stage.database.write() as db:
        update, section = stage.update(db), stage.section(db)
        ours, theirs = stage.viewer(db, "oakland/mayor"), stage.viewer(db, "oakland/facilitator")
        write_section(db, update, section, body="Both read this.", revision=0, by=theirs)
        write_section(db, update, section, body="The facilitator's.", revision=1, by=theirs)
        with pytest.raises(Stale) as stale:
            write_section(db, update, section, body="The mayor's.", revision=1, by=ours)
        assert (stale.value.yours, stale.value.theirs, stale.value.revision, stale.value.by) == (
            "The mayor's.",
            "The facilitator's.",
            2,
            "Facilitator of oakland",
        )
        text = write_section(db, update, section, body="Both together.", revision=stale.value.revision, by=ours)
        assert (text.body, text.revision) == ("Both together.", 3)


def test_writers_of_different_sections_do_not_meet(stage: Stage) -> None:
    with stage.database.write() as db:
        update = stage.update(db)
        stage.write(db, update, "narrative", "One.", by=stage.viewer(db, "oakland/mayor"))
        stage.write(db, update, "ask", "Two.", by=stage.viewer(db, "oakland/facilitator"))
        assert [part.body for part in draft_of(db, update).sections] == ["One.", "Two.", ""]


def test_the_same_words_saved_again_upon_an_old_revision_are_a_second_click(stage: Stage) -> None:
    with stage.database.write() as db:
        update, section = stage.update(db), stage.section(db)
        for _ in range(2):
            text = write_section(db, update, section, body="Once.\r\n", revision=0, by=SYSTEM)
        assert (text.body, text.revision) == ("Once.", 1)


def test_every_save_is_on_record_with_what_was_before_rule_21(stage: Stage) -> None:
    with stage.database.write() as db:
        update = stage.update(db)
        stage.write(db, update, "ask", "First.")
        stage.write(db, update, "ask", "Second.")
        entries = db.exec(
            select(AuditEntry).where(AuditEntry.subject == "update_text").order_by(AuditEntry.id)  # type: ignore[arg-type]
        ).all()
    assert [((entry.before or {}).get("body"), (entry.after or {})["body"]) for entry in entries] == [
        (None, "First."),
        ("First.", "Second."),
    ]


@pytest.mark.parametrize(
    "name",
    ["salem/facilitator", "salem/mayor", "lab/organizer", "lab/staff", "lab/expert", "tulsa/facilitator"],
)
def test_people_of_elsewhere_do_not_write_rule_5(stage: Stage, name: str) -> None:
    with stage.database.write() as db:
        with pytest.raises(Refused, match="Only the people of Oakland write its update"):
            write_section(db, stage.update(db), stage.section(db), body="x", revision=0, by=stage.viewer(db, name))
        assert db.exec(select(UpdateText)).all() == []


@pytest.mark.parametrize("name", ["oakland/member", "oakland/superintendent", "oakland/mayor", "oakland/assistant"])
def test_the_citys_people_and_their_assistants_write(stage: Stage, name: str) -> None:
    with stage.database.write() as db:
        viewer = stage.viewer(db, name)
        text = write_section(db, stage.update(db), stage.section(db), body="x", revision=0, by=viewer)
        assert text.edited_by_id == stage.people[name], "the hand that wrote, not the one it wrote for"


def test_what_is_too_long_is_refused_and_not_cut(stage: Stage) -> None:
    with stage.database.write() as db, pytest.raises(Refused, match="Nothing was cut"):
        stage.write(db, stage.update(db), "ask", "x" * (LONGEST + 1))


def test_text_of_any_script_is_kept_as_it_was_written(stage: Stage) -> None:
    body = "مرحبا بالعالم\n\n**75 ٪** — Nguyễn, Łódź, 日本語 👩🏽‍🏫"
    with stage.database.write() as db:
        assert stage.write(db, stage.update(db), "ask", f"\n{body}\x00 \r\n").body == body


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Ready for school: **74 percent, up from 71**, one short.", ("Ready for school", "74 percent", "up from 71")),
        ("**58 days, down from 77**", ("", "58 days", "down from 77")),
        ("First words. Then the wait: **9 days**.", ("Then the wait", "9 days", "")),
        ("No number is in bold.", None),
        ("**" * 500, None),
        ("", None),
    ],
)
def test_the_number_is_what_stands_first_in_bold(body: str, expected: tuple[str, str, str] | None) -> None:
    found = figure(body)
    assert (found and (found.label, found.said, found.change)) == expected


def test_words_are_counted_as_people_count_them() -> None:
    assert words("Don’t count *marks* — only 1,340 words, well-set.\n\n- three more\n") == 9
    assert words("") == 0
