"""Rule 6, piece by piece: a number or a phrase leaves a released update whose rest stands, and readers see what a
correction changed."""

import pytest
from sqlmodel import Session, select

from app.models import MarkKind, SectionKind, Update, UpdateMark, UpdateSection, UpdateText
from app.people.audit import Refused, verb
from app.people.differences import Way, around, difference
from app.people.viewer import Viewer
from app.updates.content import Content, draft_of
from app.updates.figures import Counted, add_figure, carriable, carry_figure
from app.updates.history import last_correction
from app.updates.marks import leave_mark
from app.updates.phrases import checked, places_of, redact_phrase
from app.updates.reading import readable_update
from app.updates.redactions import redact
from app.updates.releases import begin_correction, release_update
from app.updates.tombstones import TAKEN_OUT, holds, masked
from app.updates.versions import versions_of
from tests.conftest import VisitorOf
from tests.routes.test_updates import enter, text_of
from tests.updates.stage import SYSTEM, Stage

__all__ = ("enter",)
OAKLAND = "/by-all-means/updates/fall/oakland"
NAME = "Ana María Ruiz"


@verb
def ask_for_numbers(db: Session, stage: Stage, *, by: Viewer) -> None:
    """The section "more" takes numbers in both cycles."""
    for slug in ("spring", "fall"):
        for section in db.exec(select(UpdateSection).where(UpdateSection.cycle_id == stage.cycle(db, slug).key)):
            if section.slug == "more":
                section.kind = SectionKind.NUMBER


def shown(db: Session, stage: Stage, update: Update, number: int | None = None) -> Content:
    page = readable_update(db, update, stage.viewer(db, "salem/mayor"), number)
    assert page is not None
    return page.content


@pytest.mark.parametrize(
    ("text", "phrase", "expected"),
    [
        ("For Ana.", "ana", f"For {TAKEN_OUT}."),
        ("Ana’s aunt", "Ana", f"{TAKEN_OUT}’s aunt"),
        ("Annapolis and Joanna", "Anna", "Annapolis and Joanna"),
        ("**Ana** _Ruiz_ came", "Ana Ruiz", f"**{TAKEN_OUT}_ came"),
        ("Ana\nRuiz", "ana ruiz", TAKEN_OUT),
        ("Ana Mari\u0301a", "ana mar\u00eda", TAKEN_OUT),
        ("a (b) c", "(b)", f"a {TAKEN_OUT} c"),
        ("nothing here", "Ana", "nothing here"),
    ],
)
def test_a_phrase_is_found_in_any_case_across_marks_and_lines_and_never_inside_a_word(
    text: str, phrase: str, expected: str
) -> None:
    assert masked(text, phrase) == expected
    assert not holds(masked(text, phrase), phrase)


def test_one_number_goes_and_its_section_stays_with_a_tombstone_rule_6(stage: Stage) -> None:
    with stage.database.write() as db:
        ask_for_numbers(db, stage, by=SYSTEM)
        spring, fall = stage.update(db, cycle="spring"), stage.update(db)
        more = stage.section(db, "more", "spring")
        add_figure(db, spring, more, Counted("Seats", "74"), by=SYSTEM)
        add_figure(db, spring, more, Counted("Visits", "12"), by=SYSTEM)
        stage.write(db, spring, "more", "Both are counted twice.")
        stage.release(db, spring)
        for row in carriable(db, fall):
            carry_figure(db, fall, stage.section(db, "more"), row, Counted(row.label, row.said), by=SYSTEM)
        stage.release(db, fall)
        organizer = stage.viewer(db, "lab/organizer")
        name = shown(db, stage, spring).section("more").figures[0].name  # type: ignore[union-attr]
        redact(db, spring, part=name, reason="Too few to count.", by=organizer)
        redact(db, spring, part=name, reason="A second click.", by=organizer)
        for number in (None, 1, 2):
            part = shown(db, stage, spring, number).section("more")
            assert part is not None
            assert [one.label for one in part.figures] == ["Visits"], number
            assert (part.body, [one.redaction.reason for one in part.taken]) == (
                "Both are counted twice.",
                ["Too few to count."],
            )
        befores = [one.before for one in shown(db, stage, fall).section("more").figures]  # type: ignore[union-attr]
        assert [one.said if one else None for one in befores] == [None, "12"]
        assert len(versions_of(db, spring)) == 2
        begin_correction(db, spring, by=SYSTEM)
        stage.approve(db, spring)
        release_update(db, spring, by=organizer)
        corrected = shown(db, stage, spring).section("more")
        assert corrected is not None
        assert [one.label for one in corrected.figures] == ["Visits"]
        assert [one.redaction.reason for one in corrected.taken] == ["Too few to count."]


def with_name(db: Session, stage: Stage) -> tuple[Update, Update]:
    """Both updates released with a name in them, the spring one corrected once."""
    spring, fall = stage.update(db, cycle="spring"), stage.update(db)
    stage.release(db, spring, words=f"{NAME}, seven,", promise=f"Help {NAME}")
    begin_correction(db, spring, by=SYSTEM)
    stage.write(db, spring, "ask", "No name at all")
    stage.approve(db, spring)
    release_update(db, spring, by=stage.viewer(db, "lab/organizer"))
    stage.release(db, fall)
    return spring, fall


def test_a_phrase_leaves_every_version_of_every_update_of_the_city_rule_6(stage: Stage) -> None:
    with stage.database.write() as db:
        spring, fall = with_name(db, stage)
        assert [(one.cycle, one.title) for one in places_of(db, fall, NAME)] == [
            ("Fall 2017", "What became of “Help Ana María Ruiz”"),
            ("Spring 2017", "What happened"),
            ("Spring 2017", "Commitment “Help Ana María Ruiz”"),
        ]
        before = [one.model_dump() for one in versions_of(db, spring)]
        organizer = stage.viewer(db, "lab/organizer")
        assert redact_phrase(db, fall, phrase=f" {NAME.lower()}  ", reason="A child.", by=organizer) == 2
        for update, numbers in ((spring, (1, 2, 3)), (fall, (1, 2))):
            for number in numbers:
                content = shown(db, stage, update, number)
                assert NAME not in content.model_dump_json(), (update.cycle.slug, number)
                told = {one.redaction.reason for part in content.parts().values() for one in part.taken}
                assert told == {"A child."}
        assert shown(db, stage, spring).section("narrative").body == f"{TAKEN_OUT}, seven, of the narrative"  # type: ignore[union-attr]
        assert [one.model_dump() for one in versions_of(db, spring)][:2] == before, "released rows stay (rule 21)"
        assert versions_of(db, spring)[-1].note == "Redacted by Organizer of lab: A child."
        assert NAME not in draft_of(db, spring).model_dump_json()
        assert places_of(db, fall, NAME) == []
        with pytest.raises(Refused, match="stand in nothing"):
            redact_phrase(db, fall, phrase=NAME, reason="A child.", by=organizer)


def test_a_phrase_stays_out_of_corrections_too(stage: Stage) -> None:
    with stage.database.write() as db:
        spring, fall = with_name(db, stage)
        organizer = stage.viewer(db, "lab/organizer")
        redact_phrase(db, fall, phrase=NAME, reason="A child.", by=organizer)
        begin_correction(db, spring, by=SYSTEM)
        stage.write(db, spring, "narrative", f"{NAME} again")
        stage.approve(db, spring)
        release_update(db, spring, by=organizer)
        part = shown(db, stage, spring).section("narrative")
        assert part is not None
        assert (part.body, len(part.taken)) == (f"{TAKEN_OUT} again", 1)


def test_another_citys_words_are_left_alone_and_questions_that_quote_are_hidden(stage: Stage) -> None:
    with stage.database.write() as db:
        stage.release(db, stage.update(db, "salem"), words=NAME)
        _, fall = with_name(db, stage)
        for text in (f"How is {NAME}?", "How many?"):
            leave_mark(db, fall, kind=MarkKind.QUESTION, text=text, by=stage.viewer(db, "salem/mayor"))
        redact_phrase(db, fall, phrase=NAME, reason="A child.", by=stage.viewer(db, "lab/organizer"))
        assert NAME in shown(db, stage, stage.update(db, "salem")).model_dump_json()
        marks = db.exec(select(UpdateMark).order_by(UpdateMark.id)).all()  # type: ignore[arg-type]
        assert [(one.quarantined_at is not None, one.quarantine_reason) for one in marks] == [
            (True, "A child."),
            (False, ""),
        ]


@pytest.mark.parametrize("phrase", ["", " ", "a", "—", "words taken out", "x" * 301])
def test_what_is_no_phrase_is_refused_at_its_field(phrase: str) -> None:
    with pytest.raises(Refused) as refused:
        checked(phrase)
    assert refused.value.field == "phrase"


@pytest.mark.parametrize("who", ["oakland/mayor", "oakland/facilitator", "lab/staff", "elsewhere/organizer"])
def test_only_organizers_take_words_out(stage: Stage, who: str) -> None:
    with stage.database.write() as db:
        _, fall = with_name(db, stage)
        with pytest.raises(Refused, match="Only an organizer"):
            redact_phrase(db, fall, phrase=NAME, reason="A child.", by=stage.viewer(db, who))


def test_the_page_shows_where_a_phrase_stands_before_it_goes_and_keeps_what_was_typed(
    stage: Stage, enter: VisitorOf
) -> None:
    with stage.database.write() as db:
        with_name(db, stage)
    organizer = enter("lab/organizer")
    at = f"{OAKLAND}/redactions"
    found = organizer.get(at, params={"phrase": NAME})
    assert found.text.count("<mark>") >= 3
    nowhere = organizer.get(at, params={"phrase": "nobody"})
    assert "These words stand nowhere" in nowhere.text
    refused = organizer.post(f"{at}/phrases", {"phrase": NAME, "phrase_reason": " "})
    assert (refused.status_code, 'id="f-phrase_reason-error"' in refused.text, NAME in refused.text) == (
        422,
        True,
        True,
    )
    refused = organizer.post(at, {"part": "section:none", "reason": "Kept reason"})
    assert (refused.status_code, 'id="f-part-error"' in refused.text, "Kept reason" in refused.text) == (
        422,
        True,
        True,
    )
    done = organizer.follow(f"{at}/phrases", {"phrase": NAME, "phrase_reason": "A child."})
    assert "Taken out of 2 updates of Oakland." in text_of(done.text)
    assert "Some words were taken out here" in text_of(done.text)
    assert NAME not in done.text
    assert enter("oakland/mayor").get(at).status_code == 403


def test_readers_see_what_a_correction_changed(stage: Stage, enter: VisitorOf) -> None:
    with stage.database.write() as db:
        update = stage.update(db)
        stage.release(db, update)
        begin_correction(db, update, by=SYSTEM)
        stage.write(db, update, "narrative", "Words of another narrative")
        stage.approve(db, update)
    board = enter("lab/organizer").get("/by-all-means/updates/fall").text
    assert "Release the approved update" in board, "a correction waits for its release as a first version does"
    with stage.database.write() as db:
        update = stage.update(db)
        release_update(db, update, by=stage.viewer(db, "lab/organizer"))
    page = enter("salem/member").get(OAKLAND).text
    assert "Version 2. Corrected: What happened. What is different" in text_of(page)
    assert "<del>the</del><ins>another</ins>" in page
    assert page.count("<del>") == 1
    old = enter("salem/member").get(f"{OAKLAND}?version=1").text
    assert "<del>" not in old
    with stage.database.write() as db:
        redact(db, stage.update(db), part="section:narrative", reason="Why", by=stage.viewer(db, "lab/organizer"))
        page_now = readable_update(db, stage.update(db), stage.viewer(db, "salem/member"))
        assert page_now is not None
        correction = last_correction(db, stage.update(db), page_now)
        assert correction is not None
        assert correction.parts == (), "what was taken out stands in no difference"
    assert "<del>" not in enter("salem/member").get(OAKLAND).text


def test_a_long_text_shows_what_surrounds_a_change() -> None:
    before = " ".join(f"one{number}" for number in range(200))
    after = before.replace("one100 ", "two100 ")
    found = around(difference(before, after), 3)
    assert [(one.way, one.text) for one in found] == [
        (Way.SAME, "… one97 one98 one99 "),
        (Way.TAKEN, "one100"),
        (Way.ADDED, "two100"),
        (Way.SAME, " one101 one102 one103 …"),
    ]


def test_a_draft_loses_the_phrase_and_its_history_begins_after_it(stage: Stage, enter: VisitorOf) -> None:
    with stage.database.write() as db:
        spring, fall = with_name(db, stage)
        begin_correction(db, spring, by=SYSTEM)
        redact_phrase(db, fall, phrase=NAME, reason="A child.", by=stage.viewer(db, "lab/organizer"))
        texts = db.exec(select(UpdateText.body).where(UpdateText.update_id == spring.key)).all()
        assert not any(NAME in text for text in texts)
    page = enter("oakland/facilitator").get("/by-all-means/updates/spring/oakland/history?section=narrative")
    assert page.status_code == 200
    assert NAME not in page.text
