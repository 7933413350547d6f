"""Cycles: for each, every active city owes exactly one update, due at midnight of its own zone (rule 5)."""

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, or_
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col, select

from app import clock
from app.models import City, Cohort, Convening, Membership, Update, UpdateCycle, UpdateSection
from app.people.audit import Refused, verb
from app.people.viewer import Viewer
from app.updates.sections import FIRST_SECTIONS, SectionPlan, plans_of


@verb
def open_cycle(
    db: Session,
    cohort: Cohort,
    *,
    slug: str,
    title: str,
    period: tuple[date, date],
    due_on: date,
    convening: Convening | None = None,
    sections: Sequence[SectionPlan] | None = None,
    by: Viewer,
) -> UpdateCycle:
    """Open a cycle for a period (both days included) with one update for each active city (rule 5).

    Without `sections` it asks what the cycle before asked. Refuses a name or a period that another cycle has.
    """
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,78}", slug) or slug == "new":
        raise Refused("An address is made of small letters, digits and hyphens, such as 2017-fall.", "slug")
    if not title.strip():
        raise Refused("Give the cycle a name, such as Fall 2017.", "title")
    if period[1] < period[0]:
        raise Refused("The period ends before it starts.", "period_ends_on")
    for other in cycles_of(db, cohort.key):
        if other.slug == slug:
            raise Refused(f"{other.title} has this address already.", "slug")
        if other.period_starts_on <= period[1] and period[0] <= other.period_ends_on:
            raise Refused(f"The period overlaps with that of {other.title}.", "period_starts_on")
    if sections is None:
        sections = _sections_before(db, cohort.key, period[0]) or FIRST_SECTIONS
    cycle = UpdateCycle(
        cohort_id=cohort.key,
        convening_id=convening.key if convening else None,
        slug=slug,
        title=title.strip()[:300],
        period_starts_on=period[0],
        period_ends_on=period[1],
        due_on=due_on,
    )
    db.add(cycle)
    db.flush()
    for position, plan in enumerate(sections):
        db.add(
            UpdateSection(
                cycle_id=cycle.key,
                slug=plan.slug,
                title=plan.title,
                prompt=plan.prompt,
                guidance=plan.guidance,
                example=plan.example,
                kind=plan.kind,
                words=plan.words,
                required=plan.required,
                position=position,
            )
        )
    owe_updates(db, cycle, by=by)
    return cycle


@verb
def owe_updates(db: Session, cycle: UpdateCycle, *, by: Viewer) -> list[Update]:
    """Give each city that is active on the due date its update where it has none; returns the new ones.

    Done when a cycle opens, and again when a city joins while it is open: never a second one (rule 5).
    """
    owing = db.exec(
        select(City).where(
            active_in(cycle.cohort_id, cycle.due_on),
            ~select(Update.id).where(Update.city_id == City.id, Update.cycle_id == cycle.key).exists(),
        )
    ).all()
    made = [Update(cycle_id=cycle.key, city_id=city.key) for city in owing]
    db.add_all(made)
    db.flush()
    return made


def active_in(cohort_id: int | Mapped[int], day: date | Mapped[date]) -> ColumnElement[bool]:
    """Whether a City is a member of a cohort on a day, as a condition of a query; both may be columns of it."""
    return (
        select(Membership.id)
        .where(
            Membership.city_id == City.id,
            Membership.cohort_id == cohort_id,
            col(Membership.joined_on) <= day,
            or_(col(Membership.left_on).is_(None), col(Membership.left_on) >= day),
        )
        .exists()
    )


def cycles_of(db: Session, cohort_id: int) -> Sequence[UpdateCycle]:
    """A cohort's cycles, the latest first."""
    return db.exec(
        select(UpdateCycle)
        .where(UpdateCycle.cohort_id == cohort_id)
        .order_by(col(UpdateCycle.period_ends_on).desc(), col(UpdateCycle.id).desc())
    ).all()


def find_cycle(db: Session, cohort_id: int, slug: str) -> UpdateCycle | None:
    """The cycle of a cohort that an address names."""
    return db.exec(select(UpdateCycle).where(UpdateCycle.cohort_id == cohort_id, UpdateCycle.slug == slug)).first()


def find_update(db: Session, cycle: UpdateCycle, city_id: int) -> Update | None:
    """A city’s update in a cycle; None where it owes none."""
    return db.exec(select(Update).where(Update.cycle_id == cycle.key, Update.city_id == city_id)).first()


def due_at(cycle: UpdateCycle, zone_name: str) -> datetime:
    """The UTC instant at which the due date is over in a city's zone."""
    return clock.at(cycle.due_on + timedelta(days=1), time(0), zone_name)


def days_to_go(cycle: UpdateCycle, zone_name: str) -> int:
    """Days until the due date on a city's own calendar; negative once it is over."""
    return (cycle.due_on - clock.today(zone_name)).days


def _sections_before(db: Session, cohort_id: int, day: date) -> list[SectionPlan]:
    """The sections of the last cycle that began before a day, to be asked again."""
    last = next((cycle for cycle in cycles_of(db, cohort_id) if cycle.period_starts_on < day), None)
    return plans_of(last) if last else []
