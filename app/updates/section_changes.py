"""Organizers change what a cycle asks, before and while cities write. A section is put away, never deleted: what was
written there is kept (rule 21), and released versions stay as they are (rule 6)."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import func
from sqlmodel import Session, col, select

from app import clock
from app.models import SectionKind, UpdateCycle, UpdateFigure, UpdateSection, UpdateText
from app.people.audit import Refused, verb
from app.people.names import checked_name, slug_of
from app.people.prose import as_written
from app.people.viewer import Viewer
from app.updates.releases import hold_cycle
from app.updates.sections import CommitmentsPlan, SectionPlan

LONGEST_TITLE, LONGEST_HELP, MOST_WORDS, MOST_SECTIONS = 200, 2000, 3000, 40


@verb
def add_section(db: Session, cycle: UpdateCycle, plan: SectionPlan, *, by: Viewer) -> UpdateSection:
    """Ask one thing more, last in the order. The section's address is made from its title; `plan.slug` is not read."""
    hold_cycle(db, cycle)
    sections = sections_of(db, cycle)
    if len(sections) >= MOST_SECTIONS:
        raise Refused(f"A cycle has {MOST_SECTIONS} sections at most, those put away included.")
    plan = _checked(plan)
    taken = {one.slug for one in sections}
    slug = stem = slug_of(plan.title, "section")[:70].rstrip("-")
    number = 1
    while slug in taken:
        number += 1
        slug = f"{stem}-{number}"
    section = UpdateSection(cycle_id=cycle.key, slug=slug, title=plan.title)
    section.position = max((one.position for one in sections), default=-1) + 1
    _say(section, plan)
    db.add(section)
    db.flush()
    return section


@verb
def ask_commitments(db: Session, cycle: UpdateCycle, plan: CommitmentsPlan, *, by: Viewer) -> None:
    """Say anew what is asked of new commitments. What is committed already stays."""
    hold_cycle(db, cycle)
    cycle.commitments_prompt = as_written(plan.prompt, longest=LONGEST_HELP, field="prompt")
    cycle.commitments_guidance = as_written(plan.guidance, longest=LONGEST_HELP, field="guidance")
    cycle.commitments_example = as_written(plan.example, longest=LONGEST_HELP, field="example")
    db.add(cycle)


@verb
def change_section(db: Session, section: UpdateSection, plan: SectionPlan, *, by: Viewer) -> UpdateSection:
    """Say a section anew; its address and what cities wrote there stay. Numbers that were given are not hidden."""
    hold_cycle(db, section.cycle)
    plan = _checked(plan)
    if section.kind is SectionKind.NUMBER and plan.kind is not SectionKind.NUMBER:
        given = select(func.count(func.distinct(UpdateFigure.update_id))).where(
            UpdateFigure.section_id == section.key, col(UpdateFigure.archived_at).is_(None)
        )
        cities = db.exec(given).one()
        if cities:
            who = "One city has" if cities == 1 else f"{cities} cities have"
            raise Refused(
                f"{who} given numbers here. Leave it a section with numbers, or put it away and add another.",
                "kind",
            )
    _say(section, plan)
    db.add(section)
    return section


@verb
def move_section(db: Session, section: UpdateSection, *, up: bool, by: Viewer) -> None:
    """One place up or down among those that are asked; the first cannot go up, nor the last down."""
    hold_cycle(db, section.cycle)
    asked = [one for one in sections_of(db, section.cycle) if one.archived_at is None]
    here = next((place for place, one in enumerate(asked) if one.key == section.key), None)
    if here is None:
        raise Refused("This section is put away. Bring it back, then move it.")
    there = here + (-1 if up else 1)
    if not 0 <= there < len(asked):
        return
    asked[here], asked[there] = asked[there], asked[here]
    for position, one in enumerate(asked):
        if one.position != position:
            one.position = position
            db.add(one)


@verb
def put_section_away(db: Session, section: UpdateSection, *, by: Viewer) -> None:
    """Ask it no more. What cities wrote there is kept, and there again when it is brought back."""
    hold_cycle(db, section.cycle)
    if section.archived_at is not None:
        return  # a second click
    if [one.key for one in sections_of(db, section.cycle) if one.archived_at is None] == [section.key]:
        raise Refused("This is the only thing that the cycle asks. Add another section first.")
    section.archived_at = clock.now()
    db.add(section)


@verb
def bring_section_back(db: Session, section: UpdateSection, *, by: Viewer) -> None:
    """Ask it again, last in the order, with what was written there."""
    hold_cycle(db, section.cycle)
    if section.archived_at is None:
        return
    others = sections_of(db, section.cycle)
    section.archived_at, section.position = None, max(one.position for one in others) + 1
    db.add(section)


def sections_of(db: Session, cycle: UpdateCycle) -> Sequence[UpdateSection]:
    """All sections of a cycle in order, those put away too."""
    return db.exec(
        select(UpdateSection)
        .where(UpdateSection.cycle_id == cycle.key)
        .order_by(col(UpdateSection.position), col(UpdateSection.id))
        .execution_options(populate_existing=True)
    ).all()


def written_in(db: Session, cycle: UpdateCycle) -> dict[int, int]:
    """Section → in how many cities something is written there; one query."""
    counted = db.exec(
        select(UpdateText.section_id, func.count())
        .join(UpdateSection, col(UpdateSection.id) == UpdateText.section_id)
        .where(UpdateSection.cycle_id == cycle.key, UpdateText.body != "")
        .group_by(col(UpdateText.section_id))
    )
    return dict(counted.all())


def _checked(plan: SectionPlan) -> SectionPlan:
    if not 1 <= plan.words <= MOST_WORDS:
        raise Refused(f"A length to aim at is from 1 to {MOST_WORDS:,} words.", "words")
    return replace(
        plan,
        title=checked_name(plan.title, longest=LONGEST_TITLE, field="title"),
        prompt=as_written(plan.prompt, longest=LONGEST_HELP, field="prompt"),
        guidance=as_written(plan.guidance, longest=LONGEST_HELP, field="guidance"),
        example=as_written(plan.example, longest=LONGEST_HELP, field="example"),
    )


def _say(section: UpdateSection, plan: SectionPlan) -> None:
    section.title, section.prompt, section.guidance = plan.title, plan.prompt, plan.guidance
    section.example, section.kind = plan.example, plan.kind
    section.words, section.required = plan.words, plan.required
