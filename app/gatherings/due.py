"""What a viewer owes between convenings: for organizers, a call in each month (rule 17)."""

from datetime import date, timedelta

from sqlmodel import Session

from app import clock
from app.gatherings.series import months_to_flag
from app.models import Cohort
from app.people.due import Due
from app.people.viewer import Viewer

AHEAD = timedelta(days=62)
"""How long before its first day a month without a call is said to be one: two months."""


def due_from(db: Session, viewer: Viewer) -> list[Due]:
    """What the viewer owes; the queries grow with their cohorts, never with calls."""
    if not viewer.is_signed_in:
        return []
    organized = {o.cohort_id for o in viewer.offices if viewer.is_organizer(o.cohort_id)}
    return [due for number in sorted(organized) for due in _calls(db, db.get_one(Cohort, number))]


def _calls(db: Session, cohort: Cohort) -> list[Due]:
    today = clock.today(cohort.zone)
    this_month = today.replace(day=1)
    months = [one for one in months_to_flag(db, cohort, today) if this_month <= one <= today + AHEAD]
    if not months:
        return []
    said = " and ".join(f"{month:%B %Y}" for month in months)
    title = f"Plan a call in {said}"
    return [
        Due(
            title,
            f"/{cohort.slug}/gatherings?kind=calls",
            _last_day(months[0]),
            "The cohort’s facilitators meet each month.",
        )
    ]


def _last_day(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
