"""Which reminders will go, to whom and when: worked out from the rules and from what is open now, and kept nowhere.

So whoever does what they were to be reminded of drops out by that. A letter goes to its reader: about themselves, about
those for whom they act, and for a facilitator about the whole team, each once. It goes on the reader's own clock, at no
quiet hour (quiet.py).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from sqlmodel import Session, col, select

from app import clock
from app.models import City, Convening, Reminder, ReminderKind, ReminderRule, Standing
from app.people.assistants import assistants_of
from app.people.audiences import Attendee, roll
from app.people.by_rule import Planned, RulePlan, time_for
from app.people.quiet import A_DAY
from app.registration.open_matters import Matter, comers, open_matters
from app.registration.terms import closes_at, opens_at


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedReminder(Planned):
    """A reminder that is going to be written; `about` is first the reader themselves, where something is open of
    theirs."""

    kind: ReminderKind
    about: tuple[Matter, ...]

    @property
    def own(self) -> Matter | None:
        """What is open of the reader's own."""
        return next((one for one in self.about if one.person_id == self.person_id), None)

    @property
    def others(self) -> tuple[Matter, ...]:
        return tuple(one for one in self.about if one.person_id != self.person_id)


ReminderPlan = RulePlan[ReminderRule, PlannedReminder]


@dataclass(slots=True)
class _Reader:
    """Somebody who is written to, before it is known about whom."""

    person_id: int
    name: str
    office: str
    email: str | None
    zone: str
    about: dict[int, Matter] = field(default_factory=dict)


def plan(db: Session, convening: Convening, *, now: datetime | None = None) -> list[ReminderPlan]:
    """The rules that stand, in order of their day, each with its letters, as from an instant (now, unless said).

    What is due then goes `at` that very instant. The number of queries is fixed.
    """
    now = now or clock.now()
    rules = [(rule, *due_and_end(convening, rule)) for rule in rules_of(db, convening)]
    idle = {rule.key: _idle(convening, rule, due, until, now) for rule, due, until in rules}
    readers = _readers(db, convening) if not all(idle.values()) else {}
    known = {(row.rule_id, row.person_id): row for row in _on_record(db, convening)}
    plans: list[ReminderPlan] = []
    for rule, due, until in rules:
        if idle[rule.key]:
            plans.append(RulePlan(rule, rule.days_before, due, idle[rule.key]))
            continue
        later = [other for one, other, _ in rules if one.kind is rule.kind and other > due and not idle[one.key]]
        letters = [
            letter
            for reader in readers[rule.kind]
            if (letter := _letter(rule, due, min([until, *later]), until, reader, known, now)) is not None
        ]
        plans.append(RulePlan(rule, rule.days_before, due, "", tuple(sorted(letters, key=lambda one: one.at))))
    return plans


def rules_of(db: Session, convening: Convening) -> list[ReminderRule]:
    """The rules that stand, in order of their day. One query."""
    rows = db.exec(
        select(ReminderRule).where(ReminderRule.convening_id == convening.key, col(ReminderRule.archived_at).is_(None))
    )
    return sorted(rows, key=lambda rule: (due_and_end(convening, rule)[0], rule.key))


def due_and_end(convening: Convening, rule: ReminderRule) -> tuple[datetime, datetime]:
    """The UTC instants at which a rule is due, and from which it has no sense any more: when registration closes, for
    travel when the first day begins. The days between are the convening's own, whatever its clocks do in them."""
    if rule.kind is ReminderKind.NO_TRAVEL:
        until = clock.at(convening.starts_on, time(0), convening.zone)
    else:
        until = closes_at(convening)
    local = clock.local(until, convening.zone)
    return clock.at(local.date() - timedelta(days=rule.days_before), local.time(), convening.zone), until


def _idle(convening: Convening, rule: ReminderRule, due: datetime, until: datetime, now: datetime) -> str:
    if until <= now:
        return "It is over."
    if due < rule.created_at:
        return "Its day had passed when it was made."
    opens = opens_at(convening)
    if opens is not None and due < opens:
        return "Registration opens later."
    return ""


def _letter(
    rule: ReminderRule,
    due: datetime,
    next_due: datetime,
    until: datetime,
    reader: _Reader,
    known: Mapping[tuple[int, int], Reminder],
    now: datetime,
) -> PlannedReminder | None:
    """What a reader gets by a rule. Nothing when it went already, when the next rule of the kind is due by then, and
    nothing about what the person was busy with within the day before."""
    on_record = known.get((rule.key, reader.person_id))
    if on_record is not None and on_record.sent_at is not None:
        return None
    at = time_for(due, until, next_due, reader.zone, now)
    if at is None:
        return None
    about = tuple(one for one in reader.about.values() if one.since is None or one.since + A_DAY <= at)
    if not about:
        return None
    return PlannedReminder(
        rule_id=rule.key,
        kind=rule.kind,
        person_id=reader.person_id,
        name=reader.name,
        office=reader.office,
        email=reader.email,
        zone=reader.zone,
        at=at,
        about=tuple(sorted(about, key=lambda one: one.person_id != reader.person_id)),
        stopped=on_record is not None and on_record.stopped_at is not None,
    )


def _on_record(db: Session, convening: Convening) -> Iterable[Reminder]:
    return db.exec(select(Reminder).where(Reminder.convening_id == convening.key))


def _readers(db: Session, convening: Convening) -> dict[ReminderKind, list[_Reader]]:
    """Kind → who is written to, by the order of roles and names, with what is open."""
    people = comers(db, convening)
    matters = open_matters(db, convening, people)
    zones = {city.key: city.zone for city in db.exec(select(City))}
    seated = {one.person_id: one for one in people}
    facilitators = _facilitators(db, convening)
    principals = {number for found in matters.values() for number in found}
    assistants = assistants_of(db, principals, clock.today(convening.zone))

    def zone_of(one: Attendee) -> str:
        own = next((zones[office.city_id] for office in one.offices if office.city_id is not None), convening.zone)
        return one.zone or own

    found: dict[ReminderKind, list[_Reader]] = {}
    for kind, matter in matters.items():
        readers: dict[int, _Reader] = {}
        for number, open_matter in matter.items():
            subject = seated[number]
            told = [_Reader(number, subject.name, subject.office, subject.email, zone_of(subject))]
            told += [
                _Reader(one.key, one.name, f"for {subject.name}", one.email, one.zone or zone_of(subject))
                for one in assistants.get(number, ())
            ]
            told += [
                _Reader(one.person_id, one.name, one.office, one.email, zone_of(one))
                for one in facilitators.get(open_matter.city_id, ())
            ]
            for reader in told:
                readers.setdefault(reader.person_id, reader).about.setdefault(number, open_matter)
        found[kind] = list(readers.values())
    return found


def _facilitators(db: Session, convening: Convening) -> dict[int | None, list[Attendee]]:
    """City → who registers its team today."""
    found: dict[int | None, list[Attendee]] = {}
    for one in roll(db, clock.today(convening.zone), convening.cohort_id):
        for office in one.offices:
            if office.standing is Standing.FACILITATOR and office.city_id is not None:
                found.setdefault(office.city_id, []).append(one)
    return found
