"""Nudges by rule: the rules, stopping and resuming, and taking what is due.

By a rule somebody gets one letter about a city's update, ever: the row that says so is unique, and is written in the
transaction that writes the letter. Whoever takes what is due first holds the cycle's row, so that of two workers the
second finds what the first has done.
"""

from sqlmodel import Session, select

from app import clock
from app.models import Nudge, NudgeKind, NudgeRule, Person, Update, UpdateCycle
from app.people.audit import Refused, verb
from app.people.viewer import Viewer
from app.updates.nudge_plan import PlannedNudge, nudges_of, plan_nudges
from app.updates.releases import hold_cycle

MOST_DAYS = 365

USUAL = (
    (NudgeKind.NOT_STARTED, 21),
    (NudgeKind.NOT_STARTED, 10),
    (NudgeKind.NOT_SENT, 5),
    (NudgeKind.NOT_SENT, 2),
    (NudgeKind.NOT_APPROVED, 3),
    (NudgeKind.NOT_APPROVED, 1),
    (NudgeKind.LATE, 1),
    (NudgeKind.LATE, 4),
)
"""What is offered to begin with: days before a city's due date, of being late after it."""


@verb
def add_rule(db: Session, cycle: UpdateCycle, kind: NudgeKind, *, days: int, by: Viewer) -> NudgeRule:
    """Nudge about a kind of thing so many days before the due date (late: after it); one that was ended stands again,
    as if made now."""
    if not 1 <= days <= MOST_DAYS:
        raise Refused(f"Say a number of days from 1 to {MOST_DAYS}.", field="days")
    hold_cycle(db, cycle)
    there = select(NudgeRule).where(NudgeRule.cycle_id == cycle.key, NudgeRule.kind == kind, NudgeRule.days == days)
    rule = db.exec(there).first()
    if rule is None:
        rule = NudgeRule(cycle_id=cycle.key, kind=kind, days=days)
    elif rule.archived_at is not None:
        rule.archived_at, rule.created_at = None, clock.now()
    db.add(rule)
    return rule


@verb
def add_usual_rules(db: Session, cycle: UpdateCycle, *, by: Viewer) -> list[NudgeRule]:
    """The rules that most cycles have."""
    return [add_rule(db, cycle, kind, days=days, by=by) for kind, days in USUAL]


@verb
def end_rule(db: Session, rule: NudgeRule, *, by: Viewer) -> None:
    """Nobody is nudged by this rule any more; what went stays on record."""
    if rule.archived_at is None:
        rule.archived_at = clock.now()
        db.add(rule)


@verb
def hold_nudges(db: Session, cycle: UpdateCycle, *, by: Viewer) -> None:
    """Send none by rule until they are resumed."""
    hold_cycle(db, cycle)
    if cycle.nudges_held_at is None:
        cycle.nudges_held_at = clock.now()
        db.add(cycle)


@verb
def resume_nudges(db: Session, cycle: UpdateCycle, *, by: Viewer) -> None:
    """Send them again. What came due more than two days ago does not go any more."""
    hold_cycle(db, cycle)
    if cycle.nudges_held_at is not None:
        cycle.nudges_held_at = None
        db.add(cycle)


@verb
def stop_nudge(db: Session, rule: NudgeRule, update: Update, person: Person, *, by: Viewer) -> Nudge:
    """One person gets no letter by this rule about this update. Refused when it has gone."""
    hold_cycle(db, rule.cycle)
    nudge = nudge_of(db, rule, update, person)
    if nudge is None:
        nudge = Nudge(rule_id=rule.key, update_id=update.key, person_id=person.key)
    if nudge.sent_at is not None:
        raise Refused(f"This letter has gone to {person.name} already.")
    if nudge.stopped_at is None:
        nudge.stopped_at, nudge.stopped_by_id = clock.now(), by.actor_id
        db.add(nudge)
    return nudge


@verb
def let_nudge_go(db: Session, rule: NudgeRule, update: Update, person: Person, *, by: Viewer) -> None:
    """What was stopped for one person goes after all, at its time."""
    hold_cycle(db, rule.cycle)
    nudge = nudge_of(db, rule, update, person)
    if nudge is not None and nudge.stopped_at is not None:
        nudge.stopped_at = nudge.stopped_by_id = None
        db.add(nudge)


@verb
def take_due_nudges(db: Session, cycle: UpdateCycle, *, by: Viewer) -> list[PlannedNudge]:
    """Note as sent what is to go now, and return it for its letters to be written in the same transaction."""
    hold_cycle(db, cycle)
    due = due_nudges(db, cycle)
    there = {(row.rule_id, row.update_id, row.person_id): row for row in nudges_of(db, cycle) if row.sent_at is None}
    for one in due:
        row = there.get((one.rule_id, one.about.update_id, one.person_id))
        if row is None:
            row = Nudge(rule_id=one.rule_id, update_id=one.about.update_id, person_id=one.person_id)
        row.sent_at = clock.now()
        db.add(row)
    return due


def due_nudges(db: Session, cycle: UpdateCycle) -> list[PlannedNudge]:
    """What is to go now: nothing while nudges are held."""
    if cycle.nudges_held_at is not None:
        return []
    now = clock.now()
    return [letter for rule in plan_nudges(db, cycle, now=now) for letter in rule.going if letter.at <= now]


def nudge_of(db: Session, rule: NudgeRule, update: Update, person: Person) -> Nudge | None:
    """The row of a nudge, as it is now: there once it was sent or stopped."""
    return db.exec(
        select(Nudge)
        .where(Nudge.rule_id == rule.key, Nudge.update_id == update.key, Nudge.person_id == person.key)
        .execution_options(populate_existing=True)
    ).first()
