"""A series that is to meet at another time, from a date on or with all that is to come.

Calendars follow a new rule without a mistake in one way only: the series ends, and another begins (calendars.md, 15).
The dates themselves are carried over, with their points, notes, hosts and answers. Where nothing of the series has been
yet, it keeps its identifier, since then it is the whole of it that moves.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice

from sqlmodel import Session

from app import clock
from app.gatherings import rules
from app.gatherings.arranging import checked_minutes
from app.gatherings.changes import note_change
from app.gatherings.hosts import turns_of
from app.gatherings.reach import Reach
from app.gatherings.rules import Rhythm
from app.gatherings.series import free_slug, start_of
from app.models import AgendaSession, Cohort, HostTurn, Series
from app.people.audiences import new_audience, rule_of
from app.people.audit import Refused, verb
from app.people.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Move:
    """One date of the rule and where it goes (UTC). `keeps`: it stays where it is, at a time of its own."""

    session: AgendaSession
    to: datetime
    keeps: bool


@dataclass(frozen=True, slots=True)
class Retiming:
    """What a new time does: every date of the rule that is to come and its new start; the rule that they follow then;
    the last day of the series that ends, or None where nothing of it has been and it moves as a whole."""

    moves: tuple[Move, ...]
    beside: tuple[AgendaSession, ...]
    rule: str
    minutes: int
    ends_on: date | None

    @property
    def moving(self) -> list[Move]:
        """Those that people will find at another time."""
        return [one for one in self.moves if not one.keeps and one.session.archived_at is None]

    @property
    def keeping(self) -> list[Move]:
        return [one for one in self.moves if one.keeps and one.session.archived_at is None]


def retiming(session: AgendaSession, *, starts_at: datetime, minutes: int, reach: Reach) -> Retiming:
    """What would happen if one date went to `starts_at` (UTC) and the others that it reaches accordingly. Raises
    Refused where no rule leads there."""
    series = session.series
    assert series is not None, "asked of a date of a series"
    checked_minutes(minutes)
    rhythm = rules.rhythm_of(series.rrule)
    ruled = set(_instances(series))
    if rhythm is None or session.occurrence_at not in ruled:
        raise Refused("This date follows no rule that the others share. Move it alone.", "reach")
    now = clock.now()
    dates = sorted((one for one in series.sessions if one.occurrence_at in ruled), key=start_of)
    since = session.occurrence_at if reach is Reach.FOLLOWING else datetime.min.replace(tzinfo=UTC)
    going = [
        one for one in dates if start_of(one) >= since and max(start_of(one), one.starts_at or start_of(one)) > now
    ]
    if not going:
        raise Refused("These dates are over. Choose one that is to come.", "reach")
    kept = [one for one in dates if start_of(one) < start_of(going[0])]
    day, wall = clock.local(starts_at, series.zone).date(), clock.local(starts_at, series.zone).time()
    rule = rules.rule_for(rhythm, day)
    first = _first(rhythm, rule, session, going[0], day, series.zone)
    begins = clock.at(first, wall, series.zone)
    starts = list(islice(rules.occurrences(rule, begins, series.zone), len(going)))
    if starts[0] <= now or (kept and starts[0] <= start_of(kept[-1])):
        raise Refused("The first of these dates would come before what has been. Choose a later day.", "day")
    moves = [
        Move(one, to.astimezone(UTC), keeps=_keeps(one, session, series)) for one, to in zip(going, starts, strict=True)
    ]
    beside = [one for one in series.sessions if one.occurrence_at not in ruled and start_of(one) >= start_of(going[0])]
    ends_on = clock.local(start_of(kept[-1]), series.zone).date() if kept else None
    return Retiming(tuple(moves), tuple(beside), rule, minutes, ends_on)


@verb
def retime(
    db: Session, session: AgendaSession, *, starts_at: datetime, minutes: int, reach: Reach, by: Viewer
) -> Series:
    """Let a series meet at another time; returns the series that the dates are of now. One of them that had a time of
    its own keeps it, and what is called off stays so, on its new day."""
    series = session.series
    assert series is not None, "asked of a date of a series"
    plan = retiming(session, starts_at=starts_at, minutes=minutes, reach=reach)
    if plan.ends_on is None:
        goes_on = series
        series.rrule, series.starts_at, series.minutes = plan.rule, plan.moves[0].to, plan.minutes
    else:
        goes_on = _following(db, series, plan)
        series.ends_on = plan.ends_on
    goes_on.ends_on = clock.local(plan.moves[-1].to, series.zone).date()
    for move in plan.moves:
        _carry(move, series, goes_on, plan.minutes)
    for one in plan.beside:
        _join(one, series, goes_on)
    note_change(goes_on, told=True)
    if goes_on is not series:
        note_change(series, told=True)
    db.flush()
    db.expire(series, ["sessions"])
    db.expire(goes_on, ["sessions"])
    return goes_on


def _following(db: Session, series: Series, plan: Retiming) -> Series:
    """The series that goes on from another, with the same words, audience and order of hosts."""
    cohort = db.get_one(Cohort, series.cohort_id)
    following = Series(
        cohort_id=series.cohort_id,
        slug=free_slug(db, cohort, series.title),
        title=series.title,
        purpose=series.purpose,
        format=series.format,
        openness=series.openness,
        join_url=series.join_url,
        audience_id=new_audience(db, rule_of(series.audience)).key,
        zone=series.zone,
        rrule=plan.rule,
        starts_at=plan.moves[0].to,
        minutes=plan.minutes,
        group_id=series.group_id,
        follows_id=series.key,
    )
    note_change(following)
    db.add(following)
    db.flush()
    for turn in turns_of(db, series.key):
        db.add(HostTurn(series_id=following.key, city_id=turn.city_id, position=turn.position))
    return following


def _carry(move: Move, series: Series, goes_on: Series, minutes: int) -> None:
    one = move.session
    _join(one, series, goes_on)
    one.occurrence_at = move.to
    if not move.keeps:
        one.starts_at, one.ends_at = move.to, move.to + timedelta(minutes=minutes)
        one.minutes = minutes
    note_change(one, told=True)


def _join(one: AgendaSession, series: Series, goes_on: Series) -> None:
    """Make a date one of the series that goes on; whom it was for with the series, it is for with that one."""
    if one.audience_id == series.audience_id:
        one.audience_id = goes_on.audience_id
    one.series_id = goes_on.key


def _first(rhythm: Rhythm, rule: str, session: AgendaSession, first: AgendaSession, day: date, zone: str) -> date:
    """The new day of the first of the dates, when one of them goes to `day`: as far away from its own, and by the same
    rule."""
    own, its = (clock.local(start_of(one), zone).date() for one in (session, first))
    if first is session:
        return day
    if rhythm is not Rhythm.MONTHLY:
        return its + (day - own)
    months = its.year * 12 + its.month - 1 + (day.year - own.year) * 12 + day.month - own.month
    beginning = clock.at(date(months // 12, months % 12 + 1, 1), datetime.min.time(), zone)
    return clock.local(next(iter(rules.occurrences(rule, beginning, zone))), zone).date()


def _keeps(one: AgendaSession, session: AgendaSession, series: Series) -> bool:
    """Whether a date stays where it is: it has a time of its own already, or is not the lab's to move (rule 13)."""
    has_own = (one.starts_at, one.minutes) != (one.occurrence_at, series.minutes)
    return one is not session and (has_own or one.excludes_lab)


def _instances(series: Series) -> Sequence[datetime]:
    last = max((one.occurrence_at for one in series.sessions if one.occurrence_at), default=series.starts_at)
    found = []
    for start in rules.occurrences(series.rrule, series.starts_at, series.zone) if series.rrule else ():
        if start > last:
            break
        found.append(start)
    return found
