"""How far a change of one date of a series reaches: this one alone, this and those after it, or all.

What has been stays as it was: only words can be said anew of the past, and only by "all".
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import StrEnum

from sqlmodel import Session

from app import clock
from app.gatherings.arranging import checked_reason
from app.gatherings.changes import note_change
from app.gatherings.details import Details
from app.gatherings.hosts import settle_hosts
from app.gatherings.series import Purpose, change_series, start_of
from app.models import AgendaSession, Series
from app.people.audiences import new_audience, rule_of, write_rule
from app.people.audit import verb
from app.people.viewer import Viewer

WORDS = ("title", "purpose", "format", "openness", "join_url", "audience")
"""What a series says of all its dates; the rest is each date's own."""


class Reach(StrEnum):
    ONE = "one"
    FOLLOWING = "following"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Count:
    """How many dates to come a change reaches that begins with one date: itself and those after it, and all of them."""

    following: int
    all: int


def to_come(session: AgendaSession, reach: Reach) -> list[AgendaSession]:
    """The dates to come that take place and that a change of one of them reaches, by their start."""
    if session.series is None or reach is Reach.ONE:
        return [session]
    now = clock.now()
    ahead = [one for one in session.series.sessions if one.archived_at is None and not one.is_cancelled]
    ahead = [one for one in ahead if one.ends_at is not None and one.ends_at > now]
    if reach is Reach.FOLLOWING:
        ahead = [one for one in ahead if start_of(one) >= start_of(session)]
    return sorted(ahead, key=start_of)


def count(session: AgendaSession) -> Count:
    """How many they are; asked for pages."""
    return Count(len(to_come(session, Reach.FOLLOWING)), len(to_come(session, Reach.ALL)))


def changed_words(before: Details, to: Details) -> tuple[str, ...]:
    """Which of the words of a series somebody changed in the form of one date."""
    return tuple(name for name in WORDS if getattr(before, name) != getattr(to, name))


def own_words(session: AgendaSession, names: Collection[str], reach: Reach) -> list[AgendaSession]:
    """The other dates that say something of their own in one of these words, and so keep it."""
    series = session.series
    if series is None:
        return []
    return [
        one
        for one in series.sessions
        if one is not session
        and one.archived_at is None
        and (reach is Reach.ALL or start_of(one) >= start_of(session))
        and any(_says(one, name) != _says(series, name) for name in names)
    ]


@verb
def say_of(
    db: Session, session: AgendaSession, to: Details, names: Collection[str], *, reach: Reach, by: Viewer
) -> None:
    """Let the series say what one date says in these words, from that date on, or of all. Dates that say something of
    their own keep it, and so do, from that date on, those before it. Calendars need no new series for words alone."""
    series = session.series
    assert series is not None, "asked of a date of a series"
    said = Purpose(
        title=series.title,
        audience=rule_of(series.audience),
        purpose=series.purpose,
        format=series.format,
        openness=series.openness,
        join_url=series.join_url,
    )
    said = replace(said, **{name: getattr(to, name) for name in names})
    if reach is Reach.ALL:
        change_series(db, series, said, by=by)
        return
    before = [one for one in series.sessions if start_of(one) < start_of(session)]
    held = {one.key: {name: getattr(one, name) for name in names if name != "audience"} for one in before}
    shared = [one for one in before if one.audience_id == series.audience_id]
    if shared and said.audience != rule_of(series.audience):
        kept = new_audience(db, rule_of(series.audience))
        for one in shared:
            one.audience = kept
        db.flush()
    write_rule(series.audience, said.audience)
    _say(series, said, names, held)


def _say(series: Series, said: Purpose, names: Collection[str], held: dict[int, dict[str, object]]) -> None:
    for name in names:
        if name == "audience":
            continue
        was, new = getattr(series, name), getattr(said, name)
        for one in series.sessions:
            if one.key not in held and getattr(one, name) == was:
                setattr(one, name, new)
        setattr(series, name, new)
    for one in series.sessions:
        note_change(one)
    note_change(series, told="audience" in names)


@verb
def call_off(
    db: Session, session: AgendaSession, *, reason: str, reach: Reach = Reach.ONE, by: Viewer
) -> list[AgendaSession]:
    """Call off a gathering, or with one date of a series those that it reaches; each stays in calendars with the reason
    (rule 16). Called off twice, the first reason stands. One that excludes the lab is for those in it to call off, by
    itself (rule 13)."""
    reason = checked_reason(reason)
    moment = clock.now()
    ahead = [session] if reach is Reach.ONE else to_come(session, reach)
    off = [one for one in ahead if not one.is_cancelled and (one is session or not one.excludes_lab)]
    for one in off:
        one.cancelled_at, one.cancellation_reason = moment, reason
        note_change(one)
    settle_hosts(db, session.series)
    return off


@verb
def take_back(db: Session, session: AgendaSession, *, together: bool = False, by: Viewer) -> list[AgendaSession]:
    """Let it take place after all; `together`: and all that were called off with it, in one act."""
    on = off_with(session) if together else [session]
    for one in on:
        one.cancelled_at, one.cancellation_reason = None, ""
        note_change(one)
    settle_hosts(db, session.series)
    return on


def off_with(session: AgendaSession) -> list[AgendaSession]:
    """What was called off in one act with this date, itself included."""
    if session.series is None or session.cancelled_at is None:
        return [session]
    return [one for one in session.series.sessions if one.cancelled_at == session.cancelled_at]


def _says(one: AgendaSession | Series, name: str) -> object:
    return rule_of(one.audience) if name == "audience" else getattr(one, name)
