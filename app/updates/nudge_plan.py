"""Which nudges will go, to whom and when: worked out from the rules and from how far each city is, and kept nowhere.

So a city that has done its part drops out by that. Each city has its own due date, at midnight of its own zone, later
where it was given more time; a letter goes on its reader's own clock, at no quiet hour.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import func
from sqlmodel import Session, col, select

from app import clock
from app.models import ApprovalLink, City, Nudge, NudgeKind, NudgeRule, Update, UpdateCycle, UpdateState
from app.people.by_rule import Planned, RulePlan, time_for
from app.people.quiet import A_DAY
from app.updates.cycles import active_in, due_at, due_date
from app.updates.nudge_readers import Desk, Reader, desks_of

OPEN_IN: Mapping[NudgeKind, frozenset[UpdateState]] = {
    NudgeKind.NOT_STARTED: frozenset({UpdateState.NOT_STARTED}),
    NudgeKind.NOT_SENT: frozenset({UpdateState.NOT_STARTED, UpdateState.DRAFTING}),
    NudgeKind.NOT_APPROVED: frozenset({UpdateState.WITH_MAYOR}),
    NudgeKind.LATE: frozenset({UpdateState.NOT_STARTED, UpdateState.DRAFTING, UpdateState.WITH_MAYOR}),
}
"""How far a city is that a kind of nudge is for; one that is approved or released gets none."""

_ORDER = list(NudgeKind)

LATE_LASTS = timedelta(days=7)
"""How long a nudge about being late has any sense."""


@dataclass(frozen=True, slots=True)
class Matter:
    """What a nudge is about: a city's update, how far it is, and when it is due, at midnight in `zone`."""

    kind: NudgeKind
    update_id: int
    state: UpdateState
    city: str
    city_slug: str
    zone: str
    due_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedNudge(Planned):
    """A nudge that is going to be written by a rule."""

    about: Matter
    reader: Reader


NudgePlan = RulePlan[NudgeRule, PlannedNudge]


@dataclass(frozen=True, slots=True)
class _Gone:
    """What people have had already: by rule, update and person; by hand, when; and, as approvers, when they were asked
    to approve, by update and person."""

    by_rule: Mapping[tuple[int | None, int, int], Nudge]
    by_hand: Mapping[tuple[int, int], datetime]
    asked: Mapping[int, Mapping[int, datetime]]

    @classmethod
    def of(cls, rows: Sequence[Nudge], asked: Mapping[int, Mapping[int, datetime]]) -> "_Gone":
        return cls(
            {(row.rule_id, row.update_id, row.person_id): row for row in rows if row.rule_id is not None},
            {
                (row.update_id, row.person_id): row.sent_at
                for row in reversed(rows)
                if row.rule_id is None and row.sent_at is not None
            },
            asked,
        )

    def left_until(self, about: Matter, reader: Reader) -> datetime | None:
        """Who was written to by hand has a day for it, and so has who was asked to approve, or acts for them."""
        asked = self.asked.get(about.update_id, {}) if about.kind is NudgeKind.NOT_APPROVED else {}
        last = [self.by_hand.get((about.update_id, reader.person_id))]
        last.append(asked.get(reader.person_id, min(asked.values(), default=None)))
        return max((one + A_DAY for one in last if one is not None), default=None)


@dataclass(frozen=True, slots=True)
class Owing:
    """An update that is owed, with its city and the people there."""

    update: Update
    city: City
    desk: Desk


def plan_nudges(db: Session, cycle: UpdateCycle, *, now: datetime | None = None) -> list[NudgePlan]:
    """The rules that stand, in order of their day, each with its letters, as from an instant (now, unless said).

    What is due then goes `at` that very instant. The number of queries is fixed.
    """
    now = now or clock.now()
    rules = rules_of(db, cycle)
    owing = owing_of(db, cycle) if rules else []
    gone = _Gone.of(nudges_of(db, cycle), _asked_at(db, cycle))
    plans: list[NudgePlan] = []
    for rule in rules:
        letters = [
            letter
            for one in owing
            if one.update.state in OPEN_IN[rule.kind]
            for letter in _letters(cycle, rule, rules, one, gone, now)
        ]
        ordered = tuple(sorted(letters, key=lambda letter: (letter.at, letter.about.city, letter.name)))
        plans.append(RulePlan(rule, rule.days, _day_of(cycle, rule), _idle(cycle, rule, owing, now), ordered))
    return plans


def rules_of(db: Session, cycle: UpdateCycle) -> list[NudgeRule]:
    """The rules that stand, in order of their day. One query."""
    rows = select(NudgeRule).where(NudgeRule.cycle_id == cycle.key, col(NudgeRule.archived_at).is_(None))
    return sorted(db.exec(rows), key=lambda rule: (_day_of(cycle, rule), _ORDER.index(rule.kind), rule.key))


def nudges_of(db: Session, cycle: UpdateCycle) -> Sequence[Nudge]:
    """All nudges of a cycle that went or were stopped, the latest first. One query."""
    return db.exec(
        select(Nudge)
        .join(Update, col(Update.id) == Nudge.update_id)
        .where(Update.cycle_id == cycle.key)
        .order_by(col(Nudge.sent_at).desc(), col(Nudge.id))
    ).all()


def owing_of(db: Session, cycle: UpdateCycle) -> list[Owing]:
    """The updates of a cycle that are not done, of cities that owe one, by city."""
    rows = db.exec(
        select(Update, City)
        .join(City, col(City.id) == Update.city_id)
        .where(
            Update.cycle_id == cycle.key,
            col(Update.released_at).is_(None),
            col(Update.state).in_(OPEN_IN[NudgeKind.LATE]),
            active_in(cycle.cohort_id, cycle.due_on),
        )
        .order_by(col(City.name), col(City.id))
    ).all()
    desks = desks_of(db, cycle, [city for _, city in rows]) if rows else {}
    return [Owing(update, city, desks[city.key]) for update, city in rows]


def due_and_end(kind: NudgeKind, days: int, due_on: date, zone: str) -> tuple[datetime, datetime]:
    """The UTC instants at which a rule is due for a city, and from which it has no sense any more.

    The day of the rule begins in the city's zone, whatever its clocks do in between.
    """
    if kind is NudgeKind.LATE:
        due = clock.at(due_on + timedelta(days=days), time(0), zone)
        return due, due + LATE_LASTS
    return clock.at(due_on - timedelta(days=days), time(0), zone), due_at(due_on, zone)


def _day_of(cycle: UpdateCycle, rule: NudgeRule) -> datetime:
    """When a rule is due for who has no more time, on the cohort's clocks."""
    return due_and_end(rule.kind, rule.days, cycle.due_on, cycle.cohort.zone)[0]


def _idle(cycle: UpdateCycle, rule: NudgeRule, owing: Iterable[Owing], now: datetime) -> str:
    """Why a rule makes nobody write, where it is one that no city with more time meets again."""
    spans = [due_and_end(rule.kind, rule.days, due_date(cycle, one.update), one.city.zone) for one in owing]
    spans = spans or [due_and_end(rule.kind, rule.days, cycle.due_on, cycle.cohort.zone)]
    if all(until <= now for _, until in spans):
        return "It is over."
    if all(due < rule.created_at for due, _ in spans):
        return "Its day had passed when it was made."
    return ""


def _letters(
    cycle: UpdateCycle, rule: NudgeRule, rules: Sequence[NudgeRule], one: Owing, gone: _Gone, now: datetime
) -> Iterable[PlannedNudge]:
    """What the people of a city get by a rule: nothing when it went already, and of two rules that would reach them on
    one morning the later."""
    about = matter_of(cycle, one, rule.kind)
    due, until = due_and_end(rule.kind, rule.days, about.due_on, about.zone)
    if until <= now or due < rule.created_at:
        return
    later = [
        begins
        for other in rules[rules.index(rule) + 1 :]
        if about.state in OPEN_IN[other.kind]
        and (begins := due_and_end(other.kind, other.days, about.due_on, about.zone)[0]) >= other.created_at
    ]
    for reader in one.desk.told(rule.kind):
        row = gone.by_rule.get((rule.key, about.update_id, reader.person_id))
        at = time_for(due, until, min([until, *later]), reader.zone, now, after=gone.left_until(about, reader))
        if at is not None and (row is None or row.sent_at is None):
            yield _planned(rule, about, reader, at, stopped=row is not None and row.stopped_at is not None)


def matter_of(cycle: UpdateCycle, one: Owing, kind: NudgeKind) -> Matter:
    """What there is to say to a city."""
    update, city = one.update, one.city
    return Matter(kind, update.key, update.state, city.name, city.slug, city.zone, due_date(cycle, update))


def _planned(rule: NudgeRule, about: Matter, reader: Reader, at: datetime, *, stopped: bool) -> PlannedNudge:
    return PlannedNudge(
        rule_id=rule.key,
        person_id=reader.person_id,
        name=reader.name,
        office=reader.office,
        email=reader.email,
        zone=reader.zone,
        at=at,
        stopped=stopped,
        about=about,
        reader=reader,
    )


def _asked_at(db: Session, cycle: UpdateCycle) -> dict[int, dict[int, datetime]]:
    """Update → approver → when they last had a letter with a link to approve it. One query."""
    rows = db.exec(
        select(ApprovalLink.update_id, ApprovalLink.person_id, func.max(ApprovalLink.created_at))
        .join(Update, col(Update.id) == ApprovalLink.update_id)
        .where(Update.cycle_id == cycle.key)
        .group_by(col(ApprovalLink.update_id), col(ApprovalLink.person_id))
    )
    found: dict[int, dict[int, datetime]] = {}
    for update_id, person_id, moment in rows:
        found.setdefault(update_id, {})[person_id] = moment
    return found
