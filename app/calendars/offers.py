"""What a person is invited to between convenings, as their calendar has it: the very entries of their feed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from itertools import takewhile

from sqlmodel import Session, col, select

from app import clock
from app.calendars.documents import Entry, State
from app.calendars.entries import Met, gathering_entry, series_entries
from app.gatherings.invitations import Target
from app.gatherings.listing import Gathering, invitations_of
from app.gatherings.rules import occurrences, said_rule
from app.models import Cohort, Series, SessionFormat
from app.people.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Offer:
    """A gathering or a series that a person is invited to and that is not over.

    `entries` are one event with its overrides; of a series what is called off stands in `called_off` instead, since
    a REQUEST holds nothing that is called off (RFC 5546, 3.2.2). `dates` are those not over, called off or not;
    `rhythm` says how a series recurs.
    """

    target: Target
    cohort_id: int
    entries: tuple[Entry, ...]
    called_off: tuple[Entry, ...] = ()
    dates: tuple[Gathering, ...] = ()
    rhythm: str = ""

    @property
    def is_webinar(self) -> bool:
        """Whether it has a door: what becomes of one's seat there, and how to join, is told by letters of its own."""
        return any(one.format is SessionFormat.WEBINAR for one in self.dates)

    @property
    def is_off(self) -> bool:
        return not self.entries or self.entries[0].state is State.CANCELLED

    @property
    def sequence(self) -> int:
        return self.entries[0].sequence if self.entries else max(one.sequence for one in self.called_off)

    @property
    def print(self) -> str:
        """What was said, in 64 signs: first of when it is, then of all that one is written to for."""
        everything = [_when(one) + _what(one, self.is_webinar) for one in (*self.entries, *self.called_off)]
        return f"{_digest([_when(one) for one in self.entries])[:24]}.{_digest(everything)[:39]}"


def same_time(before: str, after: str) -> bool:
    """Whether two prints say the same of when it is."""
    return before[:24] == after[:24]


def _when(entry: Entry) -> tuple[str, ...]:
    again = entry.recurrence
    rule = f"{again.rule} {again.until} {again.without}" if again else ""
    return entry.uid, f"{entry.occurrence}", f"{entry.starts}", f"{entry.ends}", rule


def _what(entry: Entry, is_webinar: bool) -> tuple[str, ...]:
    is_off = "off" if entry.state is State.CANCELLED else "on"
    return entry.title, is_off, entry.location, "" if is_webinar else entry.join_url


def _digest(said: object) -> str:
    return sha256(repr(said).encode()).hexdigest()


def offers_to(db: Session, viewer: Viewer, base: str) -> list[Offer]:
    """All that a person is invited to and that is not over, as they may know it; addresses begin with `base`."""
    found = invitations_of(db, viewer, ending_after=clock.now())
    ids = {one.cohort_id for one in found}
    slugs = {one.key: one.slug for one in db.exec(select(Cohort).where(col(Cohort.id).in_(ids)))}
    of_series: dict[int, list[Gathering]] = {}
    alone: list[Gathering] = []
    for one in found:
        if one.series_id is None:
            alone.append(one)
        else:
            of_series.setdefault(one.series_id, []).append(one)
    offers = []
    for series in db.exec(select(Series).where(col(Series.id).in_(of_series)).order_by(col(Series.id))):
        place = f"{base}/{slugs[series.cohort_id]}/gatherings"
        together, apart = _of_series(series, of_series[series.key], place)
        offers += [together] if together else []
        alone += apart
    for one in alone:
        if one.ends_at > clock.now():
            entry = gathering_entry(one, f"{base}/{slugs[one.cohort_id]}/gatherings/{one.session_id}")
            offers.append(Offer(Target(session_id=one.session_id), one.cohort_id, (entry,), dates=(one,)))
    return offers


def _of_series(series: Series, met: Sequence[Gathering], place: str) -> tuple[Offer | None, list[Gathering]]:
    """The series as one event, and those of its dates that are events of their own."""
    on = [Met(one, gathering_entry(one, f"{place}/{one.session_id}")) for one in met if not one.is_cancelled]
    entries = series_entries(series, on, f"{place}/series/{series.slug}")
    together = tuple(one for one in entries if one.uid == series.uid)
    ruled = _instances(series, met)
    off = [one for one in met if one.is_cancelled and one.is_whole and one.occurrence_at in ruled]
    called_off = tuple(
        replace(gathering_entry(one, f"{place}/{one.session_id}"), uid=series.uid, occurrence=one.occurrence_at)
        for one in off
    )
    alone = {one.uid for one in entries} - {series.uid}
    apart = [one for one in met if one.uid in alone or (one.is_cancelled and one not in off)]
    if not together and not called_off:
        return None, apart
    dates = tuple(one for one in met if one not in apart and one.ends_at > clock.now())
    offer = Offer(Target(series_id=series.key), series.cohort_id, together, called_off, dates, said_rule(series.rrule))
    return offer, apart


def _instances(series: Series, met: Sequence[Gathering]) -> frozenset[datetime]:
    """The starts that the series' rule makes, as far as these gatherings go."""
    last = max((one.occurrence_at for one in met if one.occurrence_at is not None), default=None)
    if not series.rrule or last is None:
        return frozenset()
    return frozenset(takewhile(lambda start: start <= last, occurrences(series.rrule, series.starts_at, series.zone)))
