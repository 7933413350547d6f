"""Cycles: for each, every active city owes exactly one update, due at midnight of its own zone (rule 5)."""

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, or_
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col, select

from app import clock
from app.models import City, Cohort, Convening, Membership, NudgeRule, Update, UpdateCycle, UpdateSection
from app.people.audit import Refused, verb
from app.people.viewer import Viewer
from app.updates.sections import FIRST_SECTIONS, CommitmentsPlan, SectionPlan, commitments_plan_of, plans_of

LONGEST_TITLE = 300

RESERVED = frozenset({"new", "commitments"})
"""Words that stand where a cycle's stands in an address."""


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
    commitments: CommitmentsPlan | None = None,
    by: Viewer,
) -> UpdateCycle:
    """Open a cycle for a period (both days included) with one update for each active city (rule 5).

    Its rhythm is that of the cycle before: when the countdown begins, when who is nudged, and, without `sections` and
    `commitments`, what it asks. Refuses a name or a period that another cycle has.
    """
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,78}", slug):
        raise Refused("An address is made of small letters, digits and hyphens, such as 2017-fall.", "slug")
    if slug in RESERVED:
        raise Refused(f"“{slug}” leads to another page. Take another address, such as 2017-fall.", "slug")
    earlier = cycles_of(db, cohort.key)
    for other in earlier:
        if other.slug == slug:
            raise Refused(f"{other.title} has this address already.", "slug")
    title = checked_terms(earlier, title=title, period=period)
    before = next((one for one in earlier if one.period_starts_on < period[0]), None)
    if sections is None:
        sections = (plans_of(before) if before else []) or FIRST_SECTIONS
    if commitments is None:
        commitments = commitments_plan_of(before) if before else CommitmentsPlan()
    cycle = UpdateCycle(
        cohort_id=cohort.key,
        convening_id=convening.key if convening else None,
        slug=slug,
        title=title,
        period_starts_on=period[0],
        period_ends_on=period[1],
        due_on=due_on,
        commitments_prompt=commitments.prompt,
        commitments_guidance=commitments.guidance,
        commitments_example=commitments.example,
    )
    if before is not None:
        cycle.countdown_days = before.countdown_days
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
    if before is not None:
        rules = select(NudgeRule).where(NudgeRule.cycle_id == before.key, col(NudgeRule.archived_at).is_(None))
        db.add_all(NudgeRule(cycle_id=cycle.key, kind=one.kind, days=one.days) for one in db.exec(rules).all())
    owe_updates(db, cycle, by=by)
    return cycle


def checked_terms(
    others: Sequence[UpdateCycle], *, title: str, period: tuple[date, date], field: str = "period_starts_on"
) -> str:
    """The title in one line; refuses an empty one, and a period that ends before it starts or belongs to another."""
    title = " ".join(title.split())
    if not title:
        raise Refused("Give the cycle a name, such as Fall 2017.", "title")
    if len(title) > LONGEST_TITLE:
        raise Refused(f"A name may have {LONGEST_TITLE} characters here; this one has {len(title)}.", "title")
    if period[1] < period[0]:
        raise Refused("The period ends before it starts.", "period_ends_on")
    for other in others:
        if other.period_starts_on <= period[1] and period[0] <= other.period_ends_on:
            raise Refused(f"The period overlaps with that of {other.title}.", field)
    return title


@verb
def owe_updates(db: Session, cycle: UpdateCycle, *, by: Viewer) -> list[Update]:
    """Give each city that is active on the due date its update where it has none; returns the new ones.

    Done when a cycle opens, when its date is moved, and when a city joins while it is open: never a second one
    (rule 5).
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


@verb
def owe_newcomers(db: Session, cohort: Cohort, *, by: Viewer) -> list[Update]:
    """Give cities that have joined the updates of the cohort's cycles whose date is not over; returns the new ones."""
    today = clock.today(cohort.zone)
    open_now = [cycle for cycle in cycles_of(db, cohort.key) if cycle.due_on >= today]
    return [update for cycle in open_now for update in owe_updates(db, cycle, by=by)]


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


def due_date(cycle: UpdateCycle, update: Update) -> date:
    """The last day on which an update is in time: the cycle's, or the later one that its city was given."""
    return max(cycle.due_on, update.extended_to or cycle.due_on)


def due_at(due_on: date, zone_name: str) -> datetime:
    """The UTC instant at which a due date is over in a city's zone."""
    return clock.at(due_on + timedelta(days=1), time(0), zone_name)


def days_to_go(due_on: date, zone_name: str) -> int:
    """Days until a due date on a city's own calendar; negative once it is over."""
    return (due_on - clock.today(zone_name)).days
