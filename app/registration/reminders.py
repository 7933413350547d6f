"""Reminders by rule: the rules, stopping and resuming, and taking what is due.

Of a rule somebody gets one letter, ever: the row that says so is unique, and is written in the transaction that writes
the letter. Whoever takes what is due first holds the convening's row, so that of two workers the second finds what the
first has done.
"""

from sqlmodel import Session, col, select

from app import clock
from app.models import Convening, Person, Reminder, ReminderKind, ReminderRule
from app.people.audit import Refused, verb
from app.people.viewer import Viewer
from app.registration.reminder_plan import PlannedReminder, plan
from app.registration.terms import OVER, closed_because

MOST_DAYS = 365

USUAL = (
    (ReminderKind.NOT_STARTED, 14),
    (ReminderKind.NOT_STARTED, 7),
    (ReminderKind.NOT_STARTED, 2),
    (ReminderKind.INCOMPLETE, 5),
    (ReminderKind.INCOMPLETE, 1),
    (ReminderKind.NO_TRAVEL, 21),
    (ReminderKind.NO_TRAVEL, 10),
)
"""What is offered to begin with: days before registration closes, of travel before the convening."""


@verb
def add_rule(db: Session, convening: Convening, kind: ReminderKind, *, days_before: int, by: Viewer) -> ReminderRule:
    """Remind of a kind of thing so many days before; one that was ended stands again, as if made now."""
    if not 1 <= days_before <= MOST_DAYS:
        raise Refused(f"Say a number of days from 1 to {MOST_DAYS}.", field="days_before")
    hold_convening(db, convening)
    rule = db.exec(
        select(ReminderRule).where(
            ReminderRule.convening_id == convening.key,
            ReminderRule.kind == kind,
            ReminderRule.days_before == days_before,
        )
    ).first()
    if rule is None:
        rule = ReminderRule(convening_id=convening.key, kind=kind, days_before=days_before)
    elif rule.archived_at is not None:
        rule.archived_at, rule.created_at = None, clock.now()
    db.add(rule)
    return rule


@verb
def add_usual_rules(db: Session, convening: Convening, *, by: Viewer) -> list[ReminderRule]:
    """The rules that most convenings have."""
    return [add_rule(db, convening, kind, days_before=days, by=by) for kind, days in USUAL]


@verb
def end_rule(db: Session, rule: ReminderRule, *, by: Viewer) -> None:
    """Nobody is reminded by this rule any more; what went stays on record."""
    if rule.archived_at is None:
        rule.archived_at = clock.now()
        db.add(rule)


@verb
def hold_reminders(db: Session, convening: Convening, *, by: Viewer) -> None:
    """Send none until they are resumed."""
    if convening.reminders_held_at is None:
        convening.reminders_held_at = clock.now()
        db.add(convening)


@verb
def resume_reminders(db: Session, convening: Convening, *, by: Viewer) -> None:
    """Send them again. What came due more than two days ago does not go any more."""
    if convening.reminders_held_at is not None:
        convening.reminders_held_at = None
        db.add(convening)


@verb
def stop_reminder(db: Session, rule: ReminderRule, person: Person, *, by: Viewer) -> Reminder:
    """One person gets no letter by this rule. Refused when it has gone."""
    hold_convening(db, rule.convening)
    reminder = reminder_of(db, rule, person.key)
    if reminder is None:
        reminder = Reminder(convening_id=rule.convening_id, rule_id=rule.key, person_id=person.key)
    if reminder.sent_at is not None:
        raise Refused(f"This reminder has gone to {person.name} already.")
    if reminder.stopped_at is None:
        reminder.stopped_at, reminder.stopped_by_id = clock.now(), by.actor_id
        db.add(reminder)
    return reminder


@verb
def let_reminder_go(db: Session, rule: ReminderRule, person: Person, *, by: Viewer) -> None:
    """What was stopped for one person goes after all, at its time."""
    hold_convening(db, rule.convening)
    reminder = reminder_of(db, rule, person.key)
    if reminder is not None and reminder.stopped_at is not None:
        reminder.stopped_at = reminder.stopped_by_id = None
        db.add(reminder)


@verb
def take_due_reminders(db: Session, convening: Convening, *, by: Viewer) -> list[PlannedReminder]:
    """Note as sent what is to go now, and return it for its letters to be written in the same transaction."""
    hold_convening(db, convening)
    due = due_reminders(db, convening)
    there = {(row.rule_id, row.person_id): row for row in reminders_of(db, convening) if row.sent_at is None}
    for one in due:
        row = there.get((one.rule_id, one.person_id))
        if row is None:
            row = Reminder(convening_id=convening.key, rule_id=one.rule_id, person_id=one.person_id)
        row.sent_at = clock.now()
        db.add(row)
    return due


def due_reminders(db: Session, convening: Convening) -> list[PlannedReminder]:
    """What is to go now: nothing while reminders are held, and by most rules only while registration is open."""
    if convening.reminders_held_at is not None or convening.archived_at is not None or convening.stage in OVER:
        return []
    now, is_open = clock.now(), closed_because(convening) is None
    rules = [one for one in plan(db, convening, now=now) if is_open or one.rule.kind is ReminderKind.NO_TRAVEL]
    return [letter for rule in rules for letter in rule.going if letter.at <= now]


def reminder_of(db: Session, rule: ReminderRule, person_id: int) -> Reminder | None:
    """The row of a person's reminder, as it is now: there once it was sent or stopped."""
    return db.exec(
        select(Reminder)
        .where(Reminder.rule_id == rule.key, Reminder.person_id == person_id)
        .execution_options(populate_existing=True)
    ).first()


def reminders_of(db: Session, convening: Convening) -> list[Reminder]:
    """All that were sent or stopped, the latest first. One query."""
    rows = select(Reminder).where(Reminder.convening_id == convening.key)
    return list(db.exec(rows.order_by(col(Reminder.sent_at).desc(), col(Reminder.id))))


def hold_convening(db: Session, convening: Convening) -> None:
    """Lock the convening's row until the commit, and read it anew."""
    here = select(Convening).where(Convening.id == convening.key).with_for_update(key_share=True)
    db.exec(here.execution_options(populate_existing=True)).one()
