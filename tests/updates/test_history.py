"""What a section said before can be read and brought back, and no acknowledged word is ever lost (rule 21)."""

from datetime import date, timedelta

import pytest
import time_machine
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlmodel import Session

from app.people.audit import Refused
from app.people.differences import Way
from app.people.viewer import Viewer
from app.updates.approval import approve_update
from app.updates.commitments import add_commitment
from app.updates.content import draft_of
from app.updates.history import Past, changed_parts, past_of, restore_section
from app.updates.reading import readable_update
from app.updates.redactions import redact
from app.updates.releases import begin_correction, release_update
from app.updates.writing import Stale, put_together, text_of, write_section
from tests.conftest import VisitorOf
from tests.routes.test_updates import enter
from tests.routes.test_updates import text_of as words_of
from tests.updates.stage import SYSTEM, Stage

__all__ = ("enter",)

HISTORY = "/by-all-means/updates/fall/oakland/history"


def past(db: Session, stage: Stage, slug: str = "ask", *, each: bool = False) -> list[Past]:
    return past_of(db, text_of(db, stage.update(db), stage.section(db, slug)), each=each)


def write(stage: Stage, body: str, who: str = "oakland/facilitator") -> None:
    with stage.database.write() as db:
        stage.write(db, stage.update(db), "ask", body, by=stage.viewer(db, who))


def test_what_one_person_saves_within_a_quarter_of_an_hour_is_one_step(
    stage: Stage, in_the_sample: time_machine.Traveller
) -> None:
    for body in ("We", "We moved", "We moved one bus."):
        write(stage, body)
    write(stage, "We moved two buses.", "oakland/mayor")
    write(stage, "We moved three buses.")
    in_the_sample.shift(timedelta(minutes=20))
    write(stage, "We moved four buses.")
    with stage.database.read() as db:
        assert [(one.who, one.times, one.before, one.body) for one in past(db, stage)] == [
            ("Facilitator of oakland", 1, "We moved three buses.", "We moved four buses."),
            ("Facilitator of oakland", 1, "We moved two buses.", "We moved three buses."),
            ("Mayor of oakland", 1, "We moved one bus.", "We moved two buses."),
            ("Facilitator of oakland", 3, "", "We moved one bus."),
        ]
        assert [one.body for one in past(db, stage, each=True)][-3:] == ["We moved one bus.", "We moved", "We"]
        assert past(db, stage, "narrative") == []


def test_the_hand_and_whom_it_wrote_for_are_both_said(stage: Stage) -> None:
    write(stage, "By the assistant.", "oakland/assistant")
    with stage.database.read() as db:
        assert [(one.who, one.acting_for) for one in past(db, stage)] == [("Assistant of oakland", "Mayor of oakland")]


def test_bringing_back_is_a_new_save_and_takes_nothing_away_rule_21(stage: Stage) -> None:
    write(stage, "First.")
    write(stage, "Second.", "oakland/mayor")
    with stage.database.write() as db:
        first = past(db, stage)[-1]
        for _ in range(2):
            restore_section(
                db,
                stage.update(db),
                stage.section(db, "ask"),
                number=first.number,
                by=stage.viewer(db, "oakland/member"),
            )
        assert [(one.who, one.body) for one in past(db, stage)] == [
            ("Member of oakland", "First."),
            ("Mayor of oakland", "Second."),
            ("Facilitator of oakland", "First."),
        ]


def test_a_save_of_another_section_or_city_is_not_brought_back(stage: Stage) -> None:
    write(stage, "Ours.")
    with stage.database.write() as db:
        stage.write(db, stage.update(db, "salem"), "ask", "Salem’s.")
        theirs = past_of(db, text_of(db, stage.update(db, "salem"), stage.section(db, "ask")))[0].number
        for number in (theirs, 0, 10**8):
            with pytest.raises(Refused, match="no such state"):
                restore_section(db, stage.update(db), stage.section(db, "ask"), number=number, by=SYSTEM)
        number = past(db, stage)[0].number
        with pytest.raises(Refused, match="Only the people of Oakland"):
            restore_section(
                db,
                stage.update(db),
                stage.section(db, "ask"),
                number=number,
                by=stage.viewer(db, "salem/facilitator"),
            )


def test_what_was_redacted_is_in_no_history_and_is_not_brought_back_rule_6(stage: Stage) -> None:
    write(stage, "A child’s name.")
    with stage.database.write() as db:
        old = past(db, stage)[0].number
        stage.fill(db, stage.update(db), "A child’s name in words")
        stage.approve(db, stage.update(db))
        release_update(db, stage.update(db), by=SYSTEM)
        redact(db, stage.update(db), part="section:ask", reason="A family asked.", by=SYSTEM)
        begin_correction(db, stage.update(db), by=SYSTEM)
        assert past(db, stage) == []
        with pytest.raises(Refused, match="no such state"):
            restore_section(db, stage.update(db), stage.section(db, "ask"), number=old, by=SYSTEM)
        stage.write(db, stage.update(db), "ask", "Without it.")
        assert [(one.before, one.body) for one in past(db, stage)] == [("", "Without it.")]


def test_two_released_versions_are_compared_part_by_part(stage: Stage) -> None:
    with stage.database.write() as db:
        update = stage.update(db)
        stage.release(db, update)
        begin_correction(db, update, by=SYSTEM)
        stage.write(db, update, "ask", "Words of our ask")
        add_commitment(db, update, text="A third bus", due_on=date(2018, 5, 4), by=SYSTEM)
        approve_update(db, update, by=SYSTEM)
        release_update(db, update, by=SYSTEM)
        pages = [readable_update(db, update, SYSTEM, number) for number in (1, 2)]
        assert pages[0] is not None
        assert pages[1] is not None
        found = changed_parts(pages[0].content, pages[1].content)
        assert changed_parts(pages[0].content, pages[0].content) == []
    said = [(title, [(part.way.value, part.text) for part in passages]) for title, passages in found]
    assert said == [
        ("Our ask", [("same", "Words of "), ("taken", "the"), ("added", "our"), ("same", " ask")]),
        ("Commitment “A third bus”", [("added", "A third bus")]),
    ]


SAVES = st.lists(
    st.tuples(st.sampled_from(["mayor", "member"]), st.sampled_from(["type", "save", "mine", "theirs", "together"])),
    max_size=14,
)


@given(SAVES)
@hypothesis_settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_two_writers_do_no_acknowledged_text_is_lost_rule_21(
    stage: Stage, acts: list[tuple[str, str]]
) -> None:
    """Every text that a save was answered for stands in the section, or in its history; every text that was not saved
    is still in its writer's hands, with the other's beside it."""
    with stage.database.write() as db:
        update, section = stage.update(db), stage.section(db, "ask")
        hands = {name: Hand(name, stage.viewer(db, f"oakland/{name}")) for name in ("mayor", "member")}
        acknowledged = []
        for number, (name, act) in enumerate(acts):
            hand = hands[name]
            if act == "type":
                hand.text += f"\n\n{name} {number}" if number % 2 else f" {name} {number}"
                continue
            try:
                if act == "together" and hand.against is not None:
                    row = put_together(db, update, section, body=hand.text, upon=hand.revision, by=hand.viewer)
                elif act == "theirs" and hand.against is not None:
                    row = text_of(db, update, section) or row
                    hand.text = row.body
                else:
                    upon = hand.against if act == "mine" and hand.against is not None else hand.revision
                    row = write_section(db, update, section, body=hand.text, revision=upon, by=hand.viewer)
            except Stale as stale:
                shown: tuple[str, str] | None = (stale.yours, stale.theirs)
                hand.against = stale.revision
            else:
                shown = None
            if shown is not None:
                assert shown == (hand.text.strip(), text_of(db, update, section).body)  # type: ignore[union-attr]
                continue
            if act == "together":
                assert all(word in row.body for word in hand.text.split() if word.isdigit())
            acknowledged.append(row.body)
            hand.text, hand.revision, hand.against = row.body, row.revision, None
        states = {one.body for one in past_of(db, text_of(db, update, section), each=True)} | {""}
        assert set(acknowledged) <= states
        db.rollback()


class Hand:
    """A writer's page: what is typed, upon which revision, and the revision of another's text that stands beside it."""

    def __init__(self, name: str, viewer: Viewer) -> None:
        self.name, self.viewer = name, viewer
        self.text, self.revision = "", 0
        self.against: int | None = None


def test_the_page_shows_the_citys_people_each_state_with_its_difference(stage: Stage, enter: VisitorOf) -> None:
    write(stage, "We moved one bus.")
    write(stage, "We moved two buses.", "oakland/mayor")
    member = enter("oakland/member")
    page = member.get(f"{HISTORY}?section=ask").text
    assert "We moved <del>one</del><ins>two</ins> <del>bus</del><ins>buses</ins>." in page
    number = page.split('name="number" value="')[1].split('"')[0]
    page = member.follow(f"{HISTORY}/restorations", {"section": "ask", "number": number}).text
    assert "“Our ask” says again what it said then." in words_of(page)
    with stage.database.read() as db:
        assert draft_of(db, stage.update(db)).section("ask").body == "We moved one bus."  # type: ignore[union-attr]
    assert "Nothing written here yet" in member.get(HISTORY).text


@pytest.mark.parametrize("name", ["salem/mayor", "lab/organizer", "lab/staff"])
def test_others_see_no_draft_in_a_history_and_may_bring_nothing_back_rule_5(
    stage: Stage, enter: VisitorOf, name: str
) -> None:
    write(stage, "SECRET of the draft.")
    visitor = enter(name)
    assert visitor.get(f"{HISTORY}?section=ask").status_code == 404
    assert visitor.post(f"{HISTORY}/restorations", {"section": "ask", "number": "1"}).status_code == 403
    with stage.database.write() as db:
        stage.release(db, stage.update(db))
    page = visitor.get(f"{HISTORY}?section=ask")
    assert (page.status_code, "SECRET" in page.text) == (200, False)
    assert "There is one version." in page.text


def test_readers_compare_two_versions(stage: Stage, enter: VisitorOf) -> None:
    with stage.database.write() as db:
        update = stage.update(db)
        stage.release(db, update)
        begin_correction(db, update, by=SYSTEM)
        stage.write(db, update, "ask", "Words of our ask")
        approve_update(db, update, by=SYSTEM)
        release_update(db, update, by=SYSTEM)
    salem = enter("salem/mayor")
    page = salem.get(HISTORY).text
    assert "Words of <del>the</del><ins>our</ins> ask" in page
    assert "The two say the same." in salem.get(f"{HISTORY}?before=2&after=2").text
    backwards = salem.get(f"{HISTORY}?before=2&after=1").text
    assert "Words of <del>our</del><ins>the</ins> ask" in backwards
    assert salem.get(f"{HISTORY}?before=x&after=99&page_number=-1").status_code == 200
    assert f'href="{HISTORY}"' in salem.get("/by-all-means/updates/fall/oakland").text


def test_added_and_taken_words_are_told_apart(stage: Stage) -> None:
    write(stage, "One two.")
    write(stage, "One three.", "oakland/mayor")
    with stage.database.read() as db:
        ways = [(part.way, part.text) for part in past(db, stage)[0].difference]
    assert ways == [(Way.SAME, "One "), (Way.TAKEN, "two"), (Way.ADDED, "three"), (Way.SAME, ".")]
