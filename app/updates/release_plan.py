"""When approved updates go out: by hand, all together at an hour, or each as it is approved (rule 6).

What is approved after the hour of a release together goes out as it is approved, and so does an approved correction:
nobody waits for a second hour that no one has set.
"""

from datetime import datetime

from sqlmodel import Session, col, select

from app import clock
from app.models import Cohort, ReleaseWay, Update, UpdateCycle, UpdateState, UpdateVersion
from app.people.audit import Refused, verb
from app.people.viewer import Viewer
from app.updates.releases import hold_cycle, release_together


@verb
def plan_release(db: Session, cycle: UpdateCycle, *, way: ReleaseWay, at: datetime | None = None, by: Viewer) -> None:
    """Say when approved updates go out. `at` is the instant (UTC) of a release together, or the first at which updates
    go out as they come (None: at once). It can be said anew at any time before.

    Refuses a release together without its hour, and an hour that has passed.
    """
    hold_cycle(db, cycle)
    at = None if way is ReleaseWay.BY_HAND else at
    if (way, at) == (cycle.release_way, cycle.release_at):
        return
    if way is ReleaseWay.TOGETHER and at is None:
        raise Refused("Say the day and the hour at which they go out together.", "release_at")
    if at is not None and at <= clock.now():
        zone = db.get_one(Cohort, cycle.cohort_id).zone
        raise Refused(f"{clock.said_moment(at, zone)} has passed. Give an hour to come.", "release_at")
    cycle.release_way, cycle.release_at = way, at
    db.add(cycle)


@verb
def release_what_is_due(db: Session, cycle: UpdateCycle, *, by: Viewer) -> list[UpdateVersion]:
    """Release what is approved of a cycle whose hour has come, for the letters to be written in the same transaction.

    Of two workers the second finds nothing left: the cycle's row is held.
    """
    hold_cycle(db, cycle)
    return release_together(db, cycle, by=by) if goes_out_as_approved(cycle) else []


def goes_out_as_approved(cycle: UpdateCycle) -> bool:
    """Whether an update that is approved now goes out by itself at once."""
    if cycle.release_way is ReleaseWay.BY_HAND:
        return False
    return cycle.release_at is None or cycle.release_at <= clock.now()


def cycles_due(db: Session) -> list[int]:
    """The cycles, of all cohorts, in which something is approved and its hour has come. One query."""
    waiting = select(Update.id).where(Update.cycle_id == UpdateCycle.id, Update.state == UpdateState.APPROVED).exists()
    ruled = select(UpdateCycle).where(UpdateCycle.release_way != ReleaseWay.BY_HAND, waiting)
    return [cycle.key for cycle in db.exec(ruled.order_by(col(UpdateCycle.id))) if goes_out_as_approved(cycle)]
