"""A facilitator call happens each month; a month without one is flagged (rule 17)."""

from datetime import date, timedelta

from sqlalchemy.orm import selectinload
from sqlmodel import Session, col, select

from app import clock
from app.models import Cohort, Series, SessionFormat
from app.models.base import relation


def months_without_call(series: Series, first: date, last: date) -> list[date]:
    """The months from `first`'s to `last`'s in which the series does not meet, as their first days (rule 17).

    A month is the series' zone's own. What is called off or taken out does not count, and a call that was moved
    counts where it went.
    """
    held = {
        clock.local(session.starts_at, series.zone).date().replace(day=1)
        for session in series.sessions
        if session.starts_at is not None and not session.is_cancelled and session.archived_at is None
    }
    return [month for month in _months(first, last) if month not in held]


def months_to_flag(db: Session, cohort: Cohort, today: date) -> list[date]:
    """The months in which none of a cohort's series of calls meets, from the first call on (rule 17).

    Up to the last call that is planned, or this month where that lies behind; never past the cohort's own end.
    """
    calls = db.exec(
        select(Series)
        .where(Series.cohort_id == cohort.key, Series.format == SessionFormat.CALL, col(Series.archived_at).is_(None))
        .options(selectinload(relation(Series.sessions)))
    ).all()
    days = [
        clock.local(one.starts_at, one.zone).date()
        for series in calls
        for one in series.sessions
        if one.starts_at is not None and one.archived_at is None
    ]
    if not days:
        return []
    last = max(max(days), today)
    if cohort.ends_on is not None:
        last = min(last, cohort.ends_on)
    missing = [set(months_without_call(series, min(days), last)) for series in calls]
    return sorted(set.intersection(*missing))


def _months(first: date, last: date) -> list[date]:
    months = []
    month = first.replace(day=1)
    while month <= last:
        months.append(month)
        month = (month + timedelta(days=31)).replace(day=1)
    return months
