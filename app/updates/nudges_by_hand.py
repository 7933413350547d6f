"""An organizer writes to a city's facilitator about its update: a letter that says how far it is, with a sentence of
their own. It goes at once, and stands on record with whoever sent it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from app import clock
from app.models import City, Nudge, NudgeKind, Person, Update, UpdateCycle, UpdateState
from app.people.audit import Refused, verb
from app.people.policy import may
from app.people.prose import as_written
from app.people.viewer import Viewer
from app.updates.cycles import days_to_go, due_date
from app.updates.nudge_plan import OPEN_IN, Matter, Owing, matter_of
from app.updates.nudge_readers import Reader, desks_of
from app.updates.releases import hold_cycle

LONGEST_WORDS = 1000


@dataclass(frozen=True, slots=True)
class ByHand:
    """A letter to a city as it would go now: what about, and to whom; `unreached` are those without an address."""

    about: Matter
    readers: tuple[Reader, ...]
    unreached: tuple[Reader, ...]


@dataclass(frozen=True, slots=True)
class LastByHand:
    """The last letter that went by hand, by whom and when (UTC); a form keeps its `number`, so each is sent once."""

    number: int
    by_id: int | None
    by: str
    at: datetime
    words: str


def by_hand(db: Session, cycle: UpdateCycle, update: Update, city: City) -> ByHand | None:
    """What an organizer would send now; None where the city has done its part."""
    if update.released_at is not None or update.state not in OPEN_IN[NudgeKind.LATE]:
        return None
    owing = Owing(update, city, desks_of(db, cycle, [city])[city.key])
    told = owing.desk.writers
    return ByHand(
        matter_of(cycle, owing, _kind(cycle, update, city)),
        tuple(one for one in told if one.email),
        tuple(one for one in told if not one.email),
    )


@verb
def nudge_by_hand(
    db: Session, cycle: UpdateCycle, update: Update, city: City, *, words: str, after: int, by: Viewer
) -> ByHand | None:
    """Note that a letter goes to the city's facilitator now, and return it to be written in the same transaction.

    `after` is the number of the last letter that the sender knew of (0: none). None: this is a second click. Refuses
    when somebody else has written meanwhile, and when there is nothing to say or nobody to say it to.
    """
    hold_cycle(db, cycle)
    if not may(by, "update.steer", cohort_id=cycle.cohort_id):
        raise Refused("Only an organizer of the cohort writes to a city about its update.")
    words = as_written(words, longest=LONGEST_WORDS, field="words")
    last = last_by_hand(db, update)
    if last is not None and last.number != after:
        if (last.by_id, last.words) == (by.actor_id, words):
            return None
        said = clock.said_ago(last.at, cycle.cohort.zone)
        raise Refused(f"{last.by} wrote to them {said}. If yours is still needed, send it now.")
    letter = by_hand(db, cycle, update, city)
    if letter is None:
        raise Refused(f"{city.name} has done its part: there is nothing to write about.")
    if not letter.readers:
        raise Refused(f"Nobody of {city.name} who could be written to has an address on record.")
    moment = clock.now()
    for reader in letter.readers:
        number = reader.person_id
        db.add(Nudge(update_id=update.key, person_id=number, by_id=by.actor_id, words=words, sent_at=moment))
    return letter


def last_by_hand(db: Session, update: Update) -> LastByHand | None:
    """The last letter that went by hand about an update. One query."""
    row = db.exec(
        select(Nudge, Person.name)
        .outerjoin(Person, col(Person.id) == Nudge.by_id)
        .where(Nudge.update_id == update.key, col(Nudge.rule_id).is_(None))
        .order_by(col(Nudge.id).desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    nudge, name = row
    assert nudge.sent_at is not None, "what is sent by hand goes at once"
    return LastByHand(nudge.key, nudge.by_id, name or "An organizer", nudge.sent_at, nudge.words)


def last_nudged(db: Session, cycle: UpdateCycle) -> dict[int, datetime]:
    """Update → when somebody of its city was last nudged (UTC), by a rule or by hand. One query."""
    rows = db.exec(
        select(Nudge.update_id, func.max(Nudge.sent_at))
        .join(Update, col(Update.id) == Nudge.update_id)
        .where(Update.cycle_id == cycle.key, col(Nudge.sent_at).is_not(None))
        .group_by(col(Nudge.update_id))
    )
    return {number: at for number, at in rows if at is not None}


def _kind(cycle: UpdateCycle, update: Update, city: City) -> NudgeKind:
    """What there is to say about an update that is not done."""
    if days_to_go(due_date(cycle, update), city.zone) < 0:
        return NudgeKind.LATE
    if update.state is UpdateState.NOT_STARTED:
        return NudgeKind.NOT_STARTED
    return NudgeKind.NOT_APPROVED if update.state is UpdateState.WITH_MAYOR else NudgeKind.NOT_SENT
