"""The dates of a series, and on which of them stands what was put on another and is not done."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from app import clock
from app.gatherings.circle import Circle
from app.models import AgendaSession, Openness, Series


@dataclass(frozen=True, slots=True)
class Date:
    """One date of a series; instants are UTC. `is_on`: it is neither called off nor taken out."""

    session_id: int
    starts_at: datetime
    ends_at: datetime
    zone: str
    is_on: bool
    is_closed: bool
    excludes_lab: bool

    @property
    def day(self) -> date:
        return clock.local(self.starts_at, self.zone).date()


@dataclass(frozen=True, slots=True)
class Dates:
    """Those of one series by their start, or a gathering that stands alone; as they are at `now`. `series`: its number
    and those of the series that it follows and that follow it, which are one to those who meet."""

    all: tuple[Date, ...]
    now: datetime
    series: frozenset[int]

    def get(self, session_id: int) -> Date | None:
        return next((one for one in self.all if one.session_id == session_id), None)

    def standing(self, session_id: int) -> int:
        """Where what was put on a date and is not done stands now: there until it is over, then on the next one that
        takes place; on the last, where none follows."""
        own = self.get(session_id)
        if own is None or (own.is_on and own.ends_at > self.now):
            return session_id
        later = (o for o in self.all if o.is_on and o.ends_at > self.now and o.starts_at > own.starts_at)
        return next((one.session_id for one in later), session_id)

    def may_read(self, circle: Circle, there: int, put_on: int, *, confidential: bool) -> bool:
        """Whether somebody in the circle of one date may read what was put on another: not what is confidential, where
        they do not share that, and not what was said behind doors that were more closed than this date's (rule 13)."""
        if there == put_on:
            return not confidential or circle.confides
        own, here = self.get(put_on), self.get(there)
        if confidential or (own is not None and own.excludes_lab and not (here and here.excludes_lab)):
            return circle.inherits
        return own is None or not own.is_closed or circle.is_inside or circle.is_lab


def dates_of(db: Session, session: AgendaSession) -> Dates:
    """The dates of a gathering's series, or its own alone; two queries."""
    series = chain_of(db, session)
    own = col(AgendaSession.id) == session.key
    rows = db.execute(
        select_columns(
            col(AgendaSession.id),
            col(AgendaSession.starts_at),
            col(AgendaSession.ends_at),
            col(AgendaSession.zone),
            col(AgendaSession.cancelled_at),
            col(AgendaSession.archived_at),
            col(AgendaSession.openness),
            col(AgendaSession.excludes_lab),
        )
        .where(col(AgendaSession.series_id).in_(series) if series else own)
        .order_by(col(AgendaSession.starts_at), col(AgendaSession.id))
    ).all()
    found = [
        Date(
            number,
            start,
            end,
            zone,
            is_on=cancelled_at is None and archived_at is None,
            is_closed=openness is Openness.CLOSED,
            excludes_lab=excludes_lab,
        )
        for number, start, end, zone, cancelled_at, archived_at, openness, excludes_lab in rows
        if start is not None
    ]
    return Dates(tuple(found), clock.now(), series)


def chain_of(db: Session, session: AgendaSession) -> frozenset[int]:
    """The numbers of a gathering's series, of those it goes on from and of those that go on from it."""
    if session.series_id is None:
        return frozenset()
    pairs = db.exec(select(Series.id, Series.follows_id).where(Series.cohort_id == session.cohort_id)).all()
    found, reached = frozenset[int](), frozenset({session.series_id})
    while reached != found:
        found = reached
        linked = [{one for one in pair if one is not None} for pair in pairs if reached & set(pair)]
        reached = reached.union(*linked)
    return reached
