"""Numbers as data: said, counted with, and carried over beside what they were."""

from datetime import date

import pytest
from sqlmodel import Session, col, select

from app.models import AuditEntry, SectionKind, Update, UpdateFigure, UpdateSection, UpdateVersion
from app.people.audit import Refused, verb
from app.people.viewer import Viewer
from app.updates.approval import missing
from app.updates.content import Content, draft_of
from app.updates.drafting import Draft, desk_of, save_draft
from app.updates.figures import (
    MOST,
    Counted,
    add_figure,
    carriable,
    carry_figure,
    change_figure,
    counted_in,
    figures_of,
    remove_figure,
)
from app.updates.numbers import Before, Figure
from app.updates.reading import readable_update
from app.updates.redactions import redact
from app.updates.releases import begin_correction
from tests.updates.stage import SYSTEM, Stage

READY = Counted("Children ready for kindergarten", "71 percent", measured_on=date(2017, 4, 7), source="City survey")


@pytest.fixture(autouse=True)
def _more_is_of_numbers(stage: Stage) -> None:
    @verb
    def ask_for_numbers(db: Session, *, by: Viewer) -> None:
        for section in db.exec(select(UpdateSection).where(UpdateSection.slug == "more")):
            section.kind = SectionKind.NUMBER

    with stage.database.write() as db:
        ask_for_numbers(db, by=SYSTEM)


def add(
    db: Session, stage: Stage, counted: Counted = READY, *, cycle: str = "fall", by: Viewer = SYSTEM
) -> UpdateFigure:
    return add_figure(db, stage.update(db, cycle=cycle), stage.section(db, "more", cycle), counted, by=by)


def in_spring(db: Session, stage: Stage) -> UpdateFigure:
    """Oakland released 71 percent in spring."""
    figure = add(db, stage, cycle="spring")
    stage.release(db, stage.update(db, cycle="spring"))
    return figure


def read(db: Session, update: Update) -> list[Figure]:
    page = readable_update(db, update, SYSTEM)
    assert page is not None
    return next(part.figures for part in page.content.sections if part.slug == "more")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("74 percent", (74, "percent")),
        ("1,340 plans", (1340, "plans")),
        ("3.5%", (3.5, "%")),
        ("-2 days", (-2, "days")),
        ("\N{MINUS SIGN}2", (-2, "")),
        ("58", (58, "")),
        ("2 of 6", (None, "")),
        ("three", (None, "")),
        ("1.5.17", (None, "")),
        ("12,34", (None, "")),
        ("9" * 40, (None, "")),
        ("٧٤", (None, "")),
        ("", (None, "")),
    ],
)
def test_a_number_is_read_from_what_is_said_and_never_guessed(said: str, expected: tuple[float | None, str]) -> None:
    assert counted_in(said) == expected


def test_a_number_is_kept_as_it_is_said_and_as_it_is_counted(stage: Stage) -> None:
    with stage.database.write() as db:
        row = add(db, stage)
        assert (row.label, row.said, row.number, row.unit, row.source) == (
            "Children ready for kindergarten",
            "71 percent",
            71,
            "percent",
            "City survey",
        )
        assert add(db, stage).key == row.key, "a second click adds none"
        change_figure(db, row, Counted("Ready", "two of three", number=66.7, unit="percent"), by=SYSTEM)
        assert (row.said, row.number, row.unit, row.measured_on) == ("two of three", 66.7, "percent", None)


@pytest.mark.parametrize(
    ("counted", "field"),
    [
        (Counted("", "71"), "label"),
        (Counted("Ready", " "), "said"),
        (Counted("Ready", "x" * 61), "said"),
        (Counted("x" * 301, "71"), "label"),
        (Counted("Ready", "71", number=1e300), "number"),
        (Counted("Ready", "71", number=float("nan")), "number"),
    ],
)
def test_what_is_no_number_is_refused_at_its_field(stage: Stage, counted: Counted, field: str) -> None:
    with stage.database.write() as db:
        with pytest.raises(Refused) as refused:
            add(db, stage, counted)
        assert refused.value.field == field
        assert figures_of(db, stage.update(db)) == []


def test_a_section_of_words_takes_no_number_and_one_of_numbers_so_many(stage: Stage) -> None:
    with stage.database.write() as db:
        with pytest.raises(Refused, match="not asked for in numbers"):
            add_figure(db, stage.update(db), stage.section(db, "ask"), READY, by=SYSTEM)
        for number in range(MOST):
            add(db, stage, Counted(f"Number {number}", "1"))
        with pytest.raises(Refused, match="has 12 numbers"):
            add(db, stage)


@pytest.mark.parametrize("name", ["salem/facilitator", "lab/organizer", "lab/staff", "tulsa/facilitator"])
def test_people_of_elsewhere_write_no_number_rule_5(stage: Stage, name: str) -> None:
    with stage.database.write() as db:
        row, viewer = add(db, stage), stage.viewer(db, name)
        for act in (
            lambda: add(db, stage, Counted("Other", "1"), by=viewer),
            lambda: change_figure(db, row, Counted("Other", "1"), by=viewer),
            lambda: remove_figure(db, row, by=viewer),
        ):
            with pytest.raises(Refused, match="Only the people of Oakland"):
                act()
        assert [(one.label, one.archived_at) for one in figures_of(db, stage.update(db))] == [(READY.label, None)]


def test_a_number_is_carried_over_beside_what_it_was(stage: Stage) -> None:
    with stage.database.write() as db:
        earlier = in_spring(db, stage)
        update, section = stage.update(db), stage.section(db, "more")
        assert [one.key for one in carriable(db, update)] == [earlier.key]
        for _ in range(2):
            row = carry_figure(db, update, section, earlier, Counted("", "74 percent"), by=SYSTEM)
        assert row is not None
        assert [(one.label, one.said, one.carried_from_id) for one in figures_of(db, update)] == [
            (READY.label, "74 percent", earlier.key)
        ]
        figure = draft_of(db, update).sections[2].figures[0]
        assert figure.before == Before(
            said="71 percent", number=71, unit="percent", measured_on=date(2017, 4, 7), cycle="Spring 2017"
        )
        assert figure.change == "up from 71 percent in Spring 2017"
        assert carry_figure(db, update, section, earlier, Counted(READY.label, " "), by=SYSTEM) is None
        assert figures_of(db, update) == []
        carry_figure(db, update, section, earlier, Counted("", "70 percent"), by=SYSTEM)
        assert draft_of(db, update).sections[2].figures[0].change == "down from 71 percent in Spring 2017"
        assert len(db.exec(select(UpdateFigure).where(UpdateFigure.update_id == update.key)).all()) == 1


def test_only_numbers_of_ones_own_last_release_are_carried(stage: Stage) -> None:
    with stage.database.write() as db:
        unreleased = add(db, stage, cycle="spring")
        salems = add_figure(
            db, stage.update(db, "salem", "spring"), stage.section(db, "more", "spring"), READY, by=SYSTEM
        )
        stage.release(db, stage.update(db, "salem", "spring"))
        for other in (unreleased, salems):
            with pytest.raises(Refused, match="not of this city’s last update"):
                carry_figure(db, stage.update(db), stage.section(db, "more"), other, Counted("", "1"), by=SYSTEM)


def test_what_it_was_is_what_readers_have_and_no_correction_under_way_rules_5_and_6(stage: Stage) -> None:
    with stage.database.write() as db:
        earlier = in_spring(db, stage)
        begin_correction(db, stage.update(db, cycle="spring"), by=SYSTEM)
        change_figure(db, earlier, Counted(READY.label, "79 percent"), by=SYSTEM)
        carry_figure(db, stage.update(db), stage.section(db, "more"), earlier, Counted("", "74 percent"), by=SYSTEM)
        before = draft_of(db, stage.update(db)).sections[2].figures[0].before
        assert before is not None
        assert before.said == "71 percent"


def test_a_redacted_number_is_gone_from_its_draft_and_from_later_updates_rule_6(stage: Stage) -> None:
    with stage.database.write() as db:
        earlier = in_spring(db, stage)
        carry_figure(db, stage.update(db), stage.section(db, "more"), earlier, Counted("", "74 percent"), by=SYSTEM)
        stage.release(db, stage.update(db))
        redact(db, stage.update(db, cycle="spring"), part="section:more", reason="Two children only.", by=SYSTEM)
        assert read(db, stage.update(db, cycle="spring")) == []
        assert [(one.said, one.before, one.change) for one in read(db, stage.update(db))] == [("74 percent", None, "")]
        assert figures_of(db, stage.update(db, cycle="spring")) == []
        assert (earlier.label, earlier.said, earlier.number) == ("", "", None)
        first = db.exec(select(UpdateVersion).order_by(col(UpdateVersion.id))).first()
        assert first is not None
        assert "71 percent" in str(first.content), "the released row stays as it was"


def test_a_released_version_keeps_its_number_and_older_ones_are_read_from_their_text_rule_6(stage: Stage) -> None:
    with stage.database.write() as db:
        row = in_spring(db, stage)
        version = stage.update(db, cycle="spring").versions[-1].content
        begin_correction(db, stage.update(db, cycle="spring"), by=SYSTEM)
        remove_figure(db, row, by=SYSTEM)
        assert [one.said for one in read(db, stage.update(db, cycle="spring"))] == ["71 percent"]
        assert [one["said"] for part in version["sections"] for one in part["figures"]] == ["71 percent"]
    old = Content.model_validate(
        {"sections": [{"slug": "data", "title": "One data point", "body": "Ready: **74 percent, up from 71**."}]}
    )
    assert old.number is not None
    assert [(one.label, one.said, one.change) for one in old.number.shown] == [("Ready", "74 percent", "up from 71")]


def test_a_required_section_of_numbers_is_written_by_a_number_alone(stage: Stage) -> None:
    @verb
    def require(db: Session, *, by: Viewer) -> None:
        stage.section(db, "more").required = True

    with stage.database.write() as db:
        require(db, by=SYSTEM)
        stage.fill(db, stage.update(db))
        assert missing(db, stage.update(db), draft_of(db, stage.update(db))) == ["the section “More”"]
        add(db, stage)
        assert missing(db, stage.update(db), draft_of(db, stage.update(db))) == []


def test_the_desk_saves_each_number_under_a_key_that_stays(stage: Stage) -> None:
    with stage.database.write() as db:
        earlier, update = in_spring(db, stage), stage.update(db)
        key = f"c{earlier.key}"
        desk = desk_of(db, update).sections[2]
        assert [(one.key, one.label, one.said, one.before and one.before.said) for one in desk.figures] == [
            (key, READY.label, "", "71 percent")
        ]
        draft = Draft(figures={key: Counted("", "74 percent"), "new.more": Counted("Wait", "nine days", number=9)})
        assert save_draft(db, update, draft, by=SYSTEM).is_whole
        desk = desk_of(db, update).sections[2]
        assert [(one.key == key, one.said, one.number, one.unit) for one in desk.figures] == [
            (True, "74 percent", "", ""),
            (False, "nine days", "9", ""),
        ]
        wait = desk.figures[1]
        wrong = Draft(figures={wait.key: Counted("Wait", ""), "new.more": Counted("", "3"), "new.gone": READY})
        assert sorted(save_draft(db, update, wrong, by=SYSTEM).troubles) == ["label-new.more", f"said-{wait.key}"]
        save_draft(db, update, Draft(taken=wait.id), by=SYSTEM)
        assert [one.said for one in figures_of(db, update)] == ["74 percent"]


def test_every_number_is_on_record_rule_21(stage: Stage) -> None:
    with stage.database.write() as db:
        row = add(db, stage)
        change_figure(db, row, Counted(READY.label, "72 percent"), by=SYSTEM)
        entries = db.exec(select(AuditEntry).where(AuditEntry.subject == "update_figure").order_by(col(AuditEntry.id)))
        assert [((one.before or {}).get("said"), (one.after or {}).get("said")) for one in entries] == [
            (None, "71 percent"),
            ("71 percent", "72 percent"),
        ]
