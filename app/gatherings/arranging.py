"""Webinars, calls, working groups and peer sessions: arranged, changed, moved, called off.

They stand alone or belong to a series; a series' own acts are in series.py. What is called off stays on record
and in every calendar (rules 16 and 19).
"""

from datetime import datetime, timedelta

from sqlmodel import Session

from app.gatherings.changes import note_change
from app.gatherings.details import COLUMNS, Details, checked, keep_closed, write_items, write_presenters
from app.models import AgendaSession, Cohort, SessionFormat
from app.people.audiences import Rule, new_audience, rule_of, write_rule
from app.people.audit import Refused, verb
from app.people.names import checked_zone
from app.people.viewer import Viewer

KINDS = (SessionFormat.WEBINAR, SessionFormat.CALL, SessionFormat.WORKING_GROUP, SessionFormat.ROLE_ALIKE)
"""What gathers between convenings; a role-alike one is a peer session."""

LONGEST = 24 * 60


@verb
def arrange_gathering(
    db: Session, cohort: Cohort, details: Details, *, starts_at: datetime, minutes: int, zone: str, by: Viewer
) -> AgendaSession:
    """A gathering that stands alone, at an instant (UTC) meant in `zone`. Raises Refused at the field in the way."""
    details = checked(db, details)
    gathering = AgendaSession(
        cohort_id=cohort.key,
        audience_id=new_audience(db, details.audience).key,
        zone=checked_zone(zone),
        **{name: getattr(details, name) for name in COLUMNS},
        engagements=[],  # known to be empty, so not asked for
        places=[],
    )
    _place(gathering, starts_at, minutes)
    note_change(gathering)
    db.add(gathering)
    db.flush()
    write_presenters(gathering, details.presenters)
    if details.items:
        write_items(gathering, details.items)
    return gathering


@verb
def change_gathering(db: Session, gathering: AgendaSession, to: Details, *, by: Viewer) -> AgendaSession:
    """Say something else of a gathering; of one in a series, of that one alone."""
    to = checked(db, to)
    keep_closed(db, gathering, to, by)
    _change_audience(db, gathering, to.audience)
    presented = write_presenters(gathering, to.presenters)
    parted = write_items(gathering, to.items)
    for name in COLUMNS:
        setattr(gathering, name, getattr(to, name))
    note_change(gathering, shown=presented or parted)
    return gathering


@verb
def move_gathering(
    db: Session, gathering: AgendaSession, *, starts_at: datetime, minutes: int, by: Viewer
) -> AgendaSession:
    """Give a gathering another time (UTC); one of a series leaves the others where they are (rule 14)."""
    _refuse_cancelled(gathering)
    _place(gathering, starts_at, minutes)
    note_change(gathering)
    return gathering


def checked_reason(reason: str) -> str:
    """Why something is called off, in one line; raises Refused for nothing and for a whole page."""
    reason = " ".join(reason.split())
    if not reason:
        raise Refused("Say why, in a few words: everyone invited reads it.", "reason")
    if len(reason) > 500:
        raise Refused("That is longer than 500 characters. Shorten it.", "reason")
    return reason


def checked_minutes(minutes: int) -> int:
    """A length in minutes; raises Refused for nothing or more than a day."""
    if not 1 <= minutes <= LONGEST:
        raise Refused("It lasts from one minute to a whole day (1,440 minutes).", "minutes")
    return minutes


def _place(gathering: AgendaSession, starts_at: datetime, minutes: int) -> None:
    gathering.minutes = checked_minutes(minutes)
    gathering.starts_at = starts_at
    gathering.ends_at = starts_at + timedelta(minutes=minutes)


def _change_audience(db: Session, gathering: AgendaSession, to: Rule) -> None:
    """Make the audience this. One of a series shares the series' audience until it gets its own.

    Whoever leaves the audience of one occurrence finds a date taken out of the series: the series has changed too.
    """
    if rule_of(gathering.audience) == to:
        return
    series = gathering.series
    if series is not None and gathering.audience_id == series.audience_id:
        gathering.audience = new_audience(db, to)
    else:
        write_rule(gathering.audience, to)
    if series is not None:
        note_change(series, told=True)


def _refuse_cancelled(gathering: AgendaSession) -> None:
    if gathering.is_cancelled:
        raise Refused(f"“{gathering.title}” is called off. Take that back before you move it.")
