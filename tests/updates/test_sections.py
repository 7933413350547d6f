"""What a cycle asks is data; what was released keeps what it was (rule 6)."""

from sqlmodel import Session

from app.models import SectionKind
from app.people.audit import verb
from app.people.viewer import Viewer
from app.updates.content import Content, draft_of
from app.updates.sections import plans_of
from tests.updates.stage import SECTIONS, SYSTEM, Stage


@verb
def call_otherwise(db: Session, stage: Stage, *, by: Viewer) -> None:
    stage.section(db, "ask").slug = "what-we-want"
    stage.section(db, "more").kind = SectionKind.NUMBER


def test_a_section_is_the_ask_by_its_kind_and_not_by_its_address(stage: Stage) -> None:
    with stage.database.write() as db:
        call_otherwise(db, stage, by=SYSTEM)
        content = draft_of(db, stage.update(db))
    assert (content.ask and content.ask.slug, content.number and content.number.slug) == ("what-we-want", "more")
    assert [part.slug for part in content.story] == ["narrative"]


def test_a_version_stored_before_there_were_kinds_is_read_as_it_was() -> None:
    slugs = ("wins", "data", "ask")
    stored = [{"slug": slug, "title": slug, "body": slug, "redaction": None} for slug in slugs]
    content = Content.model_validate({"format": 1, "sections": stored})
    wins, number, ask = content.sections
    assert [part.kind for part in content.sections] == [SectionKind.PROSE, SectionKind.NUMBER, SectionKind.ASK]
    assert (content.story, content.number, content.ask) == ([wins], number, ask)


def test_a_second_section_of_a_kind_is_part_of_the_story() -> None:
    two = [{"slug": slug, "title": slug, "body": slug, "kind": "ask"} for slug in ("first", "second")]
    content = Content.model_validate({"sections": two})
    assert (content.ask and content.ask.slug, [part.slug for part in content.story]) == ("first", ["second"])


def test_kind_and_all_else_go_over_into_the_next_cycle(stage: Stage) -> None:
    with stage.database.read() as db:
        assert tuple(plans_of(stage.cycle(db, "fall"))) == SECTIONS
