"""What is asked changes while cities write, and nothing that was written is lost (rule 21) or changed (rule 6)."""

from dataclasses import replace

import pytest
from sqlmodel import Session, select

from app.models import SectionKind, UpdateFigure, UpdateSection
from app.people.audit import Refused, verb
from app.people.viewer import Viewer
from app.updates import section_changes
from app.updates.approval import missing
from app.updates.content import draft_of
from app.updates.drafting import desk_of
from app.updates.reading import readable_update
from app.updates.releases import begin_correction, release_update
from app.updates.section_changes import sections_of, written_in
from app.updates.sections import SectionPlan, plans_of
from tests.updates.stage import SECTIONS, SYSTEM, Stage

PLAN = SectionPlan("", "Stuck point", "Where?", "Say it.", 110, True, "We are **stuck**.", SectionKind.PROSE)


def asked(stage: Stage) -> list[str]:
    with stage.database.read() as db:
        return [plan.slug for plan in plans_of(stage.cycle(db))]


def in_order(db: Session, stage: Stage) -> list[str]:
    return [part.slug for part in draft_of(db, stage.update(db)).sections]


def test_a_section_is_added_last_under_an_address_of_its_own(stage: Stage) -> None:
    with stage.database.write() as db:
        for plan in (PLAN, PLAN, replace(PLAN, title="Ωmega"), replace(PLAN, title="日本")):
            section_changes.add_section(db, stage.cycle(db), plan, by=SYSTEM)
    assert asked(stage) == ["narrative", "ask", "more", "stuck-point", "stuck-point-2", "mega", "section"]
    with stage.database.read() as db:
        added = plans_of(stage.cycle(db))[3]
        assert added == replace(PLAN, slug="stuck-point")
        assert in_order(db, stage)[-1] == "section"


def test_a_section_is_said_anew_and_what_was_written_there_stays(stage: Stage) -> None:
    with stage.database.write() as db:
        stage.write(db, stage.update(db), "narrative", "Kept.")
        section_changes.change_section(db, stage.section(db), replace(PLAN, kind=SectionKind.ASK), by=SYSTEM)
    with stage.database.read() as db:
        part = draft_of(db, stage.update(db)).sections[0]
        assert (part.slug, part.title, part.body, part.kind) == ("narrative", "Stuck point", "Kept.", SectionKind.ASK)
        assert [plan.title for plan in plans_of(stage.cycle(db, "spring"))] == [plan.title for plan in SECTIONS]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": "  "}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"prompt": "x" * 2001}, "prompt"),
        ({"guidance": "x" * 2001}, "guidance"),
        ({"example": "x" * 2001}, "example"),
        ({"words": 0}, "words"),
        ({"words": 3001}, "words"),
    ],
)
def test_what_does_not_fit_is_refused_at_its_field(stage: Stage, change: dict[str, object], field: str) -> None:
    plan = replace(PLAN, **change)  # type: ignore[arg-type]
    with stage.database.write() as db:
        with pytest.raises(Refused) as on_adding:
            section_changes.add_section(db, stage.cycle(db), plan, by=SYSTEM)
        with pytest.raises(Refused) as on_changing:
            section_changes.change_section(db, stage.section(db), plan, by=SYSTEM)
    assert (on_adding.value.field, on_changing.value.field) == (field, field)
    assert asked(stage) == [plan.slug for plan in SECTIONS]


def test_sections_move_one_place_and_not_over_the_edge(stage: Stage) -> None:
    def move(slug: str, *, up: bool) -> list[str]:
        with stage.database.write() as db:
            section_changes.move_section(db, stage.section(db, slug), up=up, by=SYSTEM)
        return asked(stage)

    assert move("more", up=True) == ["narrative", "more", "ask"]
    assert move("narrative", up=True) == ["narrative", "more", "ask"]
    assert move("narrative", up=False) == ["more", "narrative", "ask"]
    assert move("ask", up=False) == ["more", "narrative", "ask"]


def test_what_is_put_away_is_not_asked_and_comes_back_with_its_words(stage: Stage) -> None:
    with stage.database.write() as db:
        for city in ("oakland", "salem"):
            stage.write(db, stage.update(db, city), "narrative", f"Of {city}.")
        assert written_in(db, stage.cycle(db)) == {stage.section(db).key: 2}
        for _ in range(2):  # a second click
            section_changes.put_section_away(db, stage.section(db), by=SYSTEM)
    with stage.database.read() as db:
        update = stage.update(db)
        assert in_order(db, stage) == ["ask", "more"]
        assert [part.slug for part in desk_of(db, update).sections] == ["ask", "more"]
        assert missing(db, update, draft_of(db, update)) == ["the section “Our ask”"]
        assert written_in(db, stage.cycle(db)) == {stage.section(db).key: 2}
    with stage.database.write() as db:
        section_changes.bring_section_back(db, stage.section(db), by=SYSTEM)
    with stage.database.read() as db:
        assert in_order(db, stage) == ["ask", "more", "narrative"]
        assert draft_of(db, stage.update(db)).sections[-1].body == "Of oakland."


def test_what_is_put_away_cannot_be_moved_and_the_last_cannot_be_put_away(stage: Stage) -> None:
    with stage.database.write() as db:
        for slug in ("narrative", "more"):
            section_changes.put_section_away(db, stage.section(db, slug), by=SYSTEM)
        with pytest.raises(Refused, match="Bring it back"):
            section_changes.move_section(db, stage.section(db), up=True, by=SYSTEM)
        with pytest.raises(Refused, match="only thing"):
            section_changes.put_section_away(db, stage.section(db, "ask"), by=SYSTEM)
    assert asked(stage) == ["ask"]


def test_a_released_update_keeps_what_was_put_away_later_and_so_does_its_correction(stage: Stage) -> None:
    """Rule 6: a correction of other words does not take a section from its readers."""
    with stage.database.write() as db:
        stage.release(db, stage.update(db))
    with stage.database.write() as db:
        section_changes.put_section_away(db, stage.section(db), by=SYSTEM)
    with stage.database.write() as db:
        update = stage.update(db)
        begin_correction(db, update, by=SYSTEM)
        stage.write(db, update, "ask", "Corrected.")
        stage.approve(db, update)
        release_update(db, update, by=SYSTEM)
        reading = readable_update(db, update, stage.viewer(db, "salem/mayor"))
        assert reading is not None
        assert [part.body for part in reading.content.sections] == ["Words of the narrative", "Corrected.", ""]
        assert in_order(db, stage) == ["narrative", "ask", "more"]
        assert [part.slug for part in draft_of(db, stage.update(db, "salem")).sections] == ["ask", "more"]


def test_a_correction_does_not_owe_a_section_that_was_added_after_the_release(stage: Stage) -> None:
    with stage.database.write() as db:
        stage.release(db, stage.update(db))
        section_changes.add_section(db, stage.cycle(db), PLAN, by=SYSTEM)
        begin_correction(db, stage.update(db), by=SYSTEM)
        update = stage.update(db)
        assert missing(db, update, draft_of(db, update)) == []
        salem = stage.update(db, "salem")
        assert "the section “Stuck point”" in missing(db, salem, draft_of(db, salem))


@verb
def give_number(db: Session, stage: Stage, section: UpdateSection, *, by: Viewer) -> None:
    db.add(UpdateFigure(update_id=stage.update(db).key, section_id=section.key, label="Ready", said="74 percent"))


def test_numbers_that_were_given_are_not_hidden_by_calling_the_section_words(stage: Stage) -> None:
    with stage.database.write() as db:
        numbers = section_changes.add_section(db, stage.cycle(db), replace(PLAN, kind=SectionKind.NUMBER), by=SYSTEM)
        give_number(db, stage, numbers, by=SYSTEM)
        with pytest.raises(Refused) as refused:
            section_changes.change_section(db, numbers, PLAN, by=SYSTEM)
        assert (refused.value.field, refused.value.sentence) == (
            "kind",
            "One city has given numbers here. Leave it a section with numbers, or put it away and add another.",
        )
        kinds = db.exec(select(UpdateSection.kind).where(UpdateSection.id == numbers.key)).one()
        assert kinds is SectionKind.NUMBER


def test_the_sections_of_one_cycle_are_its_own(stage: Stage) -> None:
    with stage.database.write() as db:
        section_changes.put_section_away(db, stage.section(db, "more"), by=SYSTEM)
        assert [one.archived_at is None for one in sections_of(db, stage.cycle(db, "spring"))] == [True, True, True]
