"""More time: organizers give one city a later due date, with a reason that all can read. Late is forgivable."""

from datetime import date

from sqlmodel import Session

from app import clock
from app.models import City, Update, UpdateCycle
from app.people.audit import Refused, verb
from app.people.policy import may
from app.people.prose import as_written
from app.people.viewer import Viewer
from app.updates.writing import hold

LONGEST_REASON = 500


@verb
def extend_update(db: Session, update: Update, *, until: date, reason: str, by: Viewer) -> Update:
    """Let a city's update be due on a later day of its own. Saying it anew changes the day and the reason.

    Refuses a day that is not after the cycle's own or is over already, and one without a reason.
    """
    hold(db, update)
    cycle = _steered(db, update, by)
    city = db.get_one(City, update.city_id)
    reason = as_written(reason, longest=LONGEST_REASON, field="reason")
    if until <= cycle.due_on:
        raise Refused(f"All cities have until {clock.said_day(cycle.due_on, year=True)}: give a later day.", "until")
    if until < clock.today(city.zone):
        raise Refused(f"That day is over in {city.name}. Give a day from today on.", "until")
    if not reason:
        raise Refused("Say why in a few kind words: all cities read them on the board.", "reason")
    if update.released_at is not None:
        raise Refused(f"{city.name}’s update is released already.")
    update.extended_to, update.extension_reason = until, reason
    db.add(update)
    return update


@verb
def end_extension(db: Session, update: Update, *, by: Viewer) -> None:
    """The city has the same day as all others again."""
    hold(db, update)
    _steered(db, update, by)
    update.extended_to, update.extension_reason = None, ""
    db.add(update)


def _steered(db: Session, update: Update, by: Viewer) -> UpdateCycle:
    cycle = db.get_one(UpdateCycle, update.cycle_id)
    if not may(by, "update.steer", cohort_id=cycle.cohort_id):
        raise Refused("Only an organizer of the cohort gives more time.")
    return cycle
