"""Pieces of calendars: convenings with their places and notes, series drawn together, what is kept and how long."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import or_
from sqlmodel import Session, col, select

from app import clock
from app.agenda.seeing import SeenSession
from app.calendars.banners import banners
from app.calendars.documents import Entry, State
from app.calendars.entries import Met, series_entries, session_entry
from app.calendars.history import Happening, changes_of
from app.calendars.notes import Note, notes
from app.calendars.places import Place, places
from app.gatherings.listing import Gathering
from app.models import Cohort, Convening, ConveningStage, Series

KEPT = timedelta(days=400)
"""How long the past stays in a person's calendar."""

KEPT_CANCELLED = timedelta(days=90)
"""How long what was called off stays, after it would have been and after it was called off (rule 16)."""


@dataclass(frozen=True, slots=True)
class Around:
    """What is said of a convening's sessions beside themselves: where it is, and what last became of each."""

    place: Place
    notes: Mapping[int, Note]

    def entry(self, session: SeenSession, address: str) -> Entry:
        return session_entry(session, address, self.place, self.notes.get(session.id))


def around(db: Session, convenings: Collection[Convening]) -> dict[int, Around]:
    """The same of each convening, by its id."""
    where, became = places(db, convenings), notes(db, convenings)
    return {convening.key: Around(where[convening.key], became) for convening in convenings}


def chosen(entries: Iterable[Entry], *, hides_cancelled: bool, with_holds: bool) -> tuple[Entry, ...]:
    """The entries that their reader wants: without those called off, without days that are only held."""
    return tuple(
        one
        for one in entries
        if not (hides_cancelled and one.state is State.CANCELLED) and (with_holds or one.state is not State.TENTATIVE)
    )


def start_of_today() -> datetime:
    return clock.now().replace(hour=0, minute=0, second=0, microsecond=0)


def cohorts_of(db: Session, ids: Collection[int]) -> dict[int, Cohort]:
    return {
        cohort.key: cohort for cohort in db.exec(select(Cohort).where(col(Cohort.id).in_(ids)).order_by(col(Cohort.id)))
    }


def by_series(
    db: Session, met: Iterable[Met], base: str, cohorts: Mapping[int, Cohort], *, hides_cancelled: bool = False
) -> list[Entry]:
    """Gatherings with those of a series drawn together."""
    of_series: dict[int, list[Met]] = {}
    entries = []
    for one in met:
        if one.gathering.series_id is None:
            entries.append(one.entry)
        else:
            of_series.setdefault(one.gathering.series_id, []).append(one)
    off = _called_off(db, of_series) if hides_cancelled else {}
    for series in db.exec(select(Series).where(col(Series.id).in_(of_series))):
        address = f"{base}/{cohorts[series.cohort_id].slug}/gatherings/series/{series.slug}"
        entries += series_entries(series, of_series[series.key], address, called_off=off.get(series.key))
    return entries


def _called_off(db: Session, of_series: Mapping[int, Sequence[Met]]) -> dict[int, list[Happening]]:
    """When an occurrence of each series was called off or put back."""
    ids = {one.gathering.session_id for its in of_series.values() for one in its}
    changes = changes_of(db, "session", ids, told={"cancelled_at"})
    return {
        number: [moment for one in its for moment in changes[one.gathering.session_id]]
        for number, its in of_series.items()
    }


def banners_of(
    db: Session,
    convenings: Collection[Convening],
    base: str,
    cohorts: Mapping[int, Cohort],
    beside: Mapping[int, Around],
) -> dict[int, Entry]:
    """The all-day entries of convenings, by id."""
    addresses = {one.key: f"{base}/{cohorts[one.cohort_id].slug}/convenings/{one.slug}" for one in convenings}
    return banners(db, convenings, addresses, {number: one.place for number, one in beside.items()})


def convenings_of(db: Session, cohort_ids: Iterable[int], today: datetime) -> list[Convening]:
    """The convenings of some cohorts whose dates are held, back to as far as a calendar reaches."""
    found = db.exec(
        select(Convening)
        .where(
            col(Convening.cohort_id).in_(list(cohort_ids)),
            Convening.stage != ConveningStage.CONCEPT,
            Convening.ends_on >= (today - KEPT).date(),
            or_(col(Convening.archived_at).is_(None), col(Convening.archived_at) > today - KEPT_CANCELLED),
        )
        .order_by(col(Convening.starts_on), col(Convening.id))
    )
    return list(found)


def settled(session: SeenSession, convening: Convening) -> SeenSession:
    """The session, called off where its whole convening is, where somebody else comes to it instead (rule 10) or where
    they chose another: a cancellation is delivered, not dropped (rule 16)."""
    if session.given_up_at is not None:
        return replace(session, cancelled=True, changed_at=max(session.given_up_at, session.changed_at))
    if convening.archived_at is None or session.cancelled:
        return session
    moment = max(convening.archived_at, session.changed_at + timedelta(seconds=1))
    return replace(session, cancelled=True, sequence=session.sequence + 1, changed_at=moment)


def is_kept_gathering(one: Gathering, today: datetime) -> bool:
    """One of a series is kept as long as the series is: leaving its first date out would move the series' start."""
    off = one.is_cancelled or one.is_given_up
    changed_at = max(one.changed_at, one.seat.changed_at) if one.seat else one.changed_at
    return one.occurrence_at is not None or is_kept(one.ends_at, off, changed_at, today)


def is_kept(ends_at: datetime, is_cancelled: bool, changed_at: datetime, today: datetime) -> bool:
    return max(ends_at, changed_at) > today - KEPT_CANCELLED if is_cancelled else ends_at > today - KEPT


def gathering_address(base: str, cohorts: Mapping[int, Cohort], one: Gathering) -> str:
    return f"{base}/{cohorts[one.cohort_id].slug}/gatherings/{one.session_id}"
