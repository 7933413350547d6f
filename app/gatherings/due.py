"""What a viewer owes between convenings: what they promised on a call; as an organizer, a call a month (rule 17)."""

from datetime import date, timedelta

from sqlmodel import Session, col, select

from app import clock
from app.gatherings.months import months_to_flag
from app.models import AgendaSession, CallAction, Cohort, Openness
from app.people.due import Due
from app.people.viewer import Viewer

AHEAD = timedelta(days=62)
"""How long before its first day a month without a call is said to be one: two months."""

LONGEST = 120
"""Characters of an action in a line; the call's page has all of it."""


def due_from(db: Session, viewer: Viewer) -> list[Due]:
    """What the viewer owes; the queries grow with the cohorts they organize, never with calls or actions."""
    if not viewer.is_signed_in:
        return []
    organized = {o.cohort_id for o in viewer.offices if viewer.is_organizer(o.cohort_id)}
    months = [due for number in sorted(organized) for due in _calls(db, db.get_one(Cohort, number))]
    return [*_promised(db, viewer), *months]


def _promised(db: Session, viewer: Viewer) -> list[Due]:
    """One's own open actions. Who acts for somebody is not in the room: they see those of open gatherings alone; and
    nobody of the lab has what was confided, whatever they held when they took it on (rule 13)."""
    query = (
        select(CallAction, AgendaSession, Cohort)
        .join(AgendaSession, col(AgendaSession.id) == CallAction.session_id)
        .join(Cohort, col(Cohort.id) == AgendaSession.cohort_id)
        .where(
            CallAction.owner_id == viewer.person_id,
            col(CallAction.done_at).is_(None),
            col(CallAction.archived_at).is_(None),
            col(AgendaSession.archived_at).is_(None),
            col(AgendaSession.cohort_id).in_({office.cohort_id for office in viewer.offices}),
        )
        .order_by(col(CallAction.id))
    )
    if viewer.acting:
        query = query.where(col(CallAction.confidential).is_(False), col(AgendaSession.openness) != Openness.CLOSED)
    return [
        _promise(action, session, cohort)
        for action, session, cohort in db.exec(query)
        if not (action.confidential and viewer.is_lab(cohort.key))
    ]


def _promise(action: CallAction, session: AgendaSession, cohort: Cohort) -> Due:
    assert session.starts_at is not None, "a gathering has a time from the start"
    text = action.text if len(action.text) <= LONGEST else f"{action.text[:LONGEST]}…"
    day = clock.said_day(clock.local(session.starts_at, session.zone))
    url = f"/{cohort.slug}/gatherings/{session.key}#action-{action.key}"
    return Due(text, url, action.due_on, f"Promised on the call of {day}.")


def _calls(db: Session, cohort: Cohort) -> list[Due]:
    today = clock.today(cohort.zone)
    this_month = today.replace(day=1)
    months = [one for one in months_to_flag(db, cohort, today) if this_month <= one <= today + AHEAD]
    if not months:
        return []
    said = " and ".join(f"{month:%B %Y}" for month in months)
    url = f"/{cohort.slug}/gatherings?kind=calls"
    return [Due(f"Plan a call in {said}", url, _last_day(months[0]), "The cohort’s facilitators meet each month.")]


def _last_day(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
