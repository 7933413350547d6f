"""A cycle as data: its name, period, date, convening and countdown, changed; and what the next one is likely to be."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlmodel import Session, col, select

from app.models import Cohort, Convening, UpdateCycle
from app.people.audit import Refused, verb
from app.people.viewer import Viewer
from app.updates.cycles import checked_terms, cycles_of, owe_updates
from app.updates.releases import hold_cycle

LONGEST_COUNTDOWN = 365


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a form for the next cycle begins with."""

    title: str
    slug: str
    period: tuple[date, date]
    due_on: date
    convening: Convening | None


@verb
def change_cycle(
    db: Session,
    cycle: UpdateCycle,
    *,
    title: str,
    period: tuple[date, date],
    due_on: date,
    convening: Convening | None,
    countdown_days: int,
    by: Viewer,
) -> UpdateCycle:
    """Change what is on record of a cycle; its address stays, and so does every text.

    Who is active on another due date and has no update yet gets one (rule 5). `countdown_days` is from how many days
    before the date they are counted on the board; 0 is never.
    """
    hold_cycle(db, cycle)
    others = [one for one in cycles_of(db, cycle.cohort_id) if one.key != cycle.key]
    cycle.title = checked_terms(others, title=title, period=period)
    if not 0 <= countdown_days <= LONGEST_COUNTDOWN:
        raise Refused(f"Give a number of days from 0 to {LONGEST_COUNTDOWN}; 0 shows none.", "countdown_days")
    cycle.period_starts_on, cycle.period_ends_on = period
    cycle.due_on = due_on
    cycle.convening_id = convening.key if convening else None
    cycle.countdown_days = countdown_days
    db.add(cycle)
    owe_updates(db, cycle, by=by)
    return cycle


def suggested(db: Session, cohort: Cohort) -> Suggestion | None:
    """The cycle after the last one: as long, due as long before its end, told at the convening that then comes.

    None where there is none before it. Days are calendar days, without a zone.
    """
    earlier = cycles_of(db, cohort.key)
    if not earlier:
        return None
    last = earlier[0]
    starts_on = last.period_ends_on + timedelta(days=1)
    told_at = db.exec(
        select(Convening)
        .where(
            Convening.cohort_id == cohort.key, col(Convening.archived_at).is_(None), Convening.starts_on >= starts_on
        )
        .order_by(col(Convening.starts_on))
        .limit(1)
    ).first()
    ends_on = starts_on + (last.period_ends_on - last.period_starts_on)
    due_on = ends_on - (last.period_ends_on - last.due_on)
    season, taken = ("spring" if ends_on.month <= 6 else "fall"), {one.slug for one in earlier}
    slug = f"{ends_on.year}-{season}"
    return Suggestion(
        title=f"{season.capitalize()} {ends_on.year}" if slug not in taken else "",
        slug=slug if slug not in taken else "",
        period=(starts_on, ends_on),
        due_on=due_on,
        convening=told_at,
    )
