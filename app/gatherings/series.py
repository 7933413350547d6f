"""Series: the monthly facilitator call, a working group's meetings. Each occurrence is a session of its own, so that
one can be moved, changed or called off (arranging.py) without disturbing the others.

All occurrences keep the local wall time of the series' zone (rule 14). A series that is to meet at another time
ends, and a new one begins: calendars follow that, and nothing else, without a mistake.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import takewhile

from sqlmodel import Session, select

from app import clock
from app.gatherings import rules
from app.gatherings.arranging import checked_minutes
from app.gatherings.changes import note_change
from app.gatherings.details import LONGEST_TITLE, check_join_url, day_of
from app.gatherings.hosts import settle_hosts
from app.models import AgendaSession, Cohort, Openness, Series, SessionFormat
from app.people.audiences import Rule, new_audience, write_rule
from app.people.audit import Refused, verb
from app.people.names import checked_zone, slug_of
from app.people.viewer import Viewer

RESERVED = frozenset({"new"})
"""Words that are addresses beside a series' own."""

_READABLE = re.compile(r"FREQ=(?:DAILY|WEEKLY|MONTHLY)(?:;(?:INTERVAL|BYDAY|BYMONTHDAY|WKST)=[A-Z0-9,+-]+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """What is said of a series and of each of its occurrences."""

    title: str
    audience: Rule
    purpose: str = ""
    format: SessionFormat = SessionFormat.CALL
    openness: Openness = Openness.COHORT
    join_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timetable:
    """When a series meets: by a rule from `first` to `last` (both included), or, without a rule, on `days`."""

    zone: str
    start: time
    minutes: int
    rule: str = ""
    first: date | None = None
    last: date | None = None
    days: Sequence[date] = field(default_factory=tuple)


@verb
def create_series(db: Session, cohort: Cohort, purpose: Purpose, timetable: Timetable, *, by: Viewer) -> Series:
    """A series with all its occurrences. Raises Refused at the field that cannot stand."""
    _check_purpose(purpose)
    checked_zone(timetable.zone)
    checked_minutes(timetable.minutes)
    starts = _starts(timetable)
    series = Series(
        cohort_id=cohort.key,
        slug=free_slug(db, cohort, purpose.title),
        title=_one_line(purpose.title),
        purpose=purpose.purpose.strip(),
        format=purpose.format,
        openness=purpose.openness,
        join_url=purpose.join_url,
        audience_id=new_audience(db, purpose.audience).key,
        zone=timetable.zone,
        rrule=timetable.rule,
        starts_at=starts[0],
        minutes=timetable.minutes,
        ends_on=clock.local(starts[-1], timetable.zone).date() if timetable.rule else None,
    )
    note_change(series)
    db.add(series)
    db.flush()
    _hold(db, series, starts)
    return series


@verb
def change_series(db: Session, series: Series, to: Purpose, *, by: Viewer) -> Series:
    """Say something else of a series and of its occurrences, but for what one of them says differently by itself."""
    _check_purpose(to)
    write_rule(series.audience, to.audience)
    for name, value in (
        ("title", _one_line(to.title)),
        ("purpose", to.purpose.strip()),
        ("format", to.format),
        ("openness", to.openness),
        ("join_url", to.join_url),
    ):
        before = getattr(series, name)
        for session in series.sessions:
            if getattr(session, name) == before:
                setattr(session, name, value)
        setattr(series, name, value)
    for session in series.sessions:
        note_change(session)
    note_change(series)
    return series


@verb
def extend_series(db: Session, series: Series, *, last: date, by: Viewer) -> list[AgendaSession]:
    """Go on by the rule until a day; returns the occurrences that were added. Those there are stay as they are.

    Dates that were taken out when the series ended come back.
    """
    if not series.rrule:
        raise Refused("This series follows no rule: add its dates one by one.", "last")
    on = [s.occurrence_at for s in series.sessions if s.archived_at is None and s.occurrence_at is not None]
    after = max(on, default=series.starts_at)
    ahead = [start for start in rules.until(series.rrule, series.starts_at, series.zone, last) if start > after]
    if not ahead:
        reached = clock.said_day(clock.local(after, series.zone), year=True)
        raise Refused(f"The series already reaches {reached}.", "last")
    out = {session.occurrence_at: session for session in series.sessions if session.occurrence_at in set(ahead)}
    for session in out.values():
        session.archived_at = None
        note_change(session)
    added = _hold(db, series, [start for start in ahead if start not in out])
    series.ends_on = last
    note_change(series, told=True)
    settle_hosts(db, series)
    return sorted([*out.values(), *added], key=lambda one: one.occurrence_at or after)


@verb
def add_occurrence(db: Session, series: Series, *, starts_at: datetime, by: Viewer) -> AgendaSession:
    """One more meeting beside those of the rule, or of a series without one. Refused when the series meets then."""
    if any(session.starts_at == starts_at and session.archived_at is None for session in series.sessions):
        raise Refused("The series meets then already.", "date")
    added = _hold(db, series, [starts_at])[0]
    _note_recurring(series, starts_at)
    settle_hosts(db, series)
    return added


def _note_recurring(series: Series, moment: datetime | None) -> None:
    """A date comes into a series or goes: calendars are told where the rule falls on it (UTC). It is no event of its
    own to them then, theirs recurs once more or once less; a date beside the rule is one, and theirs stays as it was.
    """
    if series.rrule and moment is not None:
        starts = rules.occurrences(series.rrule, series.starts_at, series.zone)
        if moment in takewhile(lambda start: start <= moment, starts):
            note_change(series, told=True)


@verb
def skip_occurrence(db: Session, occurrence: AgendaSession, *, by: Viewer) -> AgendaSession:
    """Take a date out of a series before it matters to anybody: no call in July. What people count on is called off."""
    if occurrence.series is None or not occurrence.series.rrule:
        raise Refused("It does not follow the rule of a series. Call it off instead.")
    if occurrence.is_cancelled:
        raise Refused("It is called off already, and people have to find it so.")
    occurrence.archived_at = clock.now()
    note_change(occurrence)
    _note_recurring(occurrence.series, occurrence.occurrence_at)
    settle_hosts(db, occurrence.series)
    return occurrence


@verb
def bring_back_date(db: Session, occurrence: AgendaSession, *, by: Viewer) -> AgendaSession:
    """Put a date that was taken out into its series again. One after the series' last day comes with going on."""
    series = occurrence.series
    if series is None or occurrence.archived_at is None:
        raise Refused("That date is in the series.")
    if occurrence not in taken_out(series):
        raise Refused("The series ends before that date. Let it go on until then.")
    occurrence.archived_at = None
    note_change(occurrence)
    _note_recurring(series, occurrence.occurrence_at)
    settle_hosts(db, series)
    return occurrence


def taken_out(series: Series) -> list[AgendaSession]:
    """The dates to come that were taken out of a series and can be brought back."""
    now = clock.now()
    return [
        one
        for one in series.sessions
        if one.archived_at is not None
        and one.ends_at is not None
        and one.ends_at > now
        and (series.ends_on is None or (day_of(one) or series.ends_on) <= series.ends_on)
    ]


@verb
def end_series(db: Session, series: Series, *, last: date, by: Viewer) -> Series:
    """Let a series end with a day. What was to follow its rule is taken out; dates without a rule are called off."""
    end = clock.at(last + timedelta(days=1), time(), series.zone)
    later = [
        session
        for session in series.sessions
        if session.occurrence_at is not None and session.occurrence_at >= end and session.archived_at is None
    ]
    for session in later:
        if series.rrule:
            session.archived_at = clock.now()
        elif not session.is_cancelled:
            session.cancelled_at = clock.now()
            session.cancellation_reason = "The series has ended."
        note_change(session)
    series.ends_on = last
    note_change(series, told=bool(later))
    settle_hosts(db, series)
    return series


def _hold(db: Session, series: Series, starts: Collection[datetime]) -> list[AgendaSession]:
    """Store an occurrence for each start; each shares the series' audience."""
    sessions = []
    for start in starts:
        session = AgendaSession(
            cohort_id=series.cohort_id,
            series_id=series.key,
            occurrence_at=start,
            title=series.title,
            purpose=series.purpose,
            format=series.format,
            openness=series.openness,
            join_url=series.join_url,
            audience_id=series.audience_id,
            group_id=series.group_id,
            starts_at=start,
            ends_at=start + timedelta(minutes=series.minutes),
            minutes=series.minutes,
            zone=series.zone,
        )
        note_change(session)
        series.sessions.append(session)
        sessions.append(session)
    db.flush()
    return sessions


def _starts(timetable: Timetable) -> list[datetime]:
    if not timetable.rule:
        days = sorted(set(timetable.days))
        if not days:
            raise Refused("Name at least one date.", "days")
        return [clock.at(day, timetable.start, timetable.zone) for day in days]
    if not _READABLE.fullmatch(timetable.rule):
        raise Refused("That rule cannot be read.", "rule")
    if timetable.first is None or timetable.last is None:
        raise Refused("Say the first day and the last.", "first")
    if timetable.last < timetable.first:
        raise Refused("The last day comes before the first.", "last")
    first = clock.at(timetable.first, timetable.start, timetable.zone)
    try:
        starts = rules.until(timetable.rule, first, timetable.zone, timetable.last)
    except ValueError as error:
        raise Refused("That rule cannot be read.", "rule") from error
    if not starts or starts[0] != first:
        raise Refused("The first day is not one of the rule’s own days.", "first")
    return starts


def _check_purpose(purpose: Purpose) -> None:
    title = _one_line(purpose.title)
    if not title:
        raise Refused("Give the series a title.", "title")
    if len(title) > min(LONGEST_TITLE, 300):
        raise Refused("That is longer than 300 characters. Shorten it.", "title")
    check_join_url(purpose.join_url)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def start_of(one: AgendaSession) -> datetime:
    """Where a date stands in its series (UTC): where the rule has it, wherever it was moved to."""
    start = one.occurrence_at or one.starts_at
    assert start is not None, "a date of a series has a time"
    return start


def free_slug(db: Session, cohort: Cohort, title: str) -> str:
    """A name in the address that no series of the cohort has yet, archived ones included."""
    base = slug_of(title, "series")[:70]
    taken = RESERVED | set(db.exec(select(Series.slug).where(Series.cohort_id == cohort.key)))
    number = 1
    while (slug := base if number == 1 else f"{base}-{number}") in taken:
        number += 1
    return slug
