"""What a call is to talk about: points that those in it put there before, and that stay until they are dealt with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, or_
from sqlmodel import Session, col, select

from app import clock
from app.gatherings.circle import Circle, circle_around
from app.gatherings.dates import Dates, chain_of, dates_of
from app.models import AgendaSession, CallPoint, Openness, Person
from app.people.audiences import roll
from app.people.audit import Refused, verb
from app.people.prose import as_written
from app.people.viewer import Viewer

LONGEST_TITLE = 300
LONGEST_TEXT = 4000
MOST_MINUTES = 600


@dataclass(frozen=True, slots=True)
class Said:
    """What is typed of a point. `minutes`: how long it is to take, where somebody said."""

    title: str
    text: str = ""
    minutes: int | None = None
    confidential: bool = False


@dataclass(frozen=True, slots=True)
class Point:
    """A point as one viewer sees it on one date. `since` is the day of the date it was put on, where that is another;
    `passed_to` that of the one it stands on now, where it was not dealt with here. `put_at` is UTC."""

    id: int
    title: str
    text: str
    minutes: int | None
    confidential: bool
    who: str
    office: str
    put_at: datetime
    is_own: bool
    is_taken: bool
    is_away: bool
    since: date | None
    passed_to: date | None

    @property
    def stands(self) -> bool:
        """Whether it is on this date's agenda, dealt with or not."""
        return not self.is_away and self.passed_to is None


@verb
def put_point(db: Session, session: AgendaSession, said: Said, *, by: Viewer) -> CallPoint:
    """Put a point on a call, at the end. Put there twice by the same person, it is one point."""
    circle = circle_around(db, session, by, confidential=said.confidential)
    _refuse_closed(session)
    said = _checked(said)
    assert by.person_id is not None, "a person puts it there"
    twin = db.exec(
        select(CallPoint).where(
            CallPoint.session_id == session.key,
            CallPoint.by_id == by.person_id,
            CallPoint.title == said.title,
            CallPoint.text == said.text,
            CallPoint.confidential == said.confidential,
            col(CallPoint.archived_at).is_(None),
        )
    ).first()
    if twin is not None:
        return twin
    of_series = col(CallPoint.series_id).in_(chain_of(db, session))
    last = db.exec(
        select(func.max(CallPoint.position)).where(or_(of_series, col(CallPoint.session_id) == session.key))
    ).first()
    point = CallPoint(
        session_id=session.key,
        series_id=session.series_id,
        by_id=by.person_id,
        office=circle.office,
        title=said.title,
        text=said.text,
        minutes=said.minutes,
        confidential=said.confidential,
        position=0 if last is None else last + 1,
    )
    db.add(point)
    db.flush()
    return point


@verb
def change_point(db: Session, session: AgendaSession, point: CallPoint, to: Said, *, by: Viewer) -> None:
    """Say it otherwise: its author's to do, or whoever holds that office now (rule 8). What was confided stays so: the
    record of it would be read by others else."""
    circle = circle_around(db, session, by, confidential=to.confidential)
    _refuse_closed(session)
    to = _checked(to)
    if not _owns(db, session, point, circle, by):
        raise Refused("Only who put it there says it otherwise.")
    if point.confidential and not to.confidential:
        raise Refused(
            "It was put there in confidence, and stays so. To say it to all, take it back and put it anew.",
            "confidential",
        )
    point.title, point.text, point.minutes = to.title, to.text, to.minutes
    point.confidential = to.confidential
    db.add(point)


@verb
def take_back_point(db: Session, session: AgendaSession, point: CallPoint, *, by: Viewer) -> None:
    """Take a point off: one's own, or as an organizer one that names a child, say. It is kept, and can come back."""
    circle = circle_around(db, session, by, confidential=point.confidential)
    if not (_owns(db, session, point, circle, by) or by.is_organizer(session.cohort_id)):
        raise Refused("Only who put it there takes it back.")
    point.archived_at = point.archived_at or clock.now()
    db.add(point)


@verb
def bring_back_point(db: Session, session: AgendaSession, point: CallPoint, *, by: Viewer) -> None:
    """Put it there again, as it was."""
    circle = circle_around(db, session, by, confidential=point.confidential)
    if not (_owns(db, session, point, circle, by) or by.is_organizer(session.cohort_id)):
        raise Refused("Only who put it there brings it back.")
    point.archived_at = None
    db.add(point)


@verb
def tick_point(db: Session, session: AgendaSession, point: CallPoint, *, taken: bool, by: Viewer) -> None:
    """Say that a call has dealt with a point, or that it has not. It is then that call's, unless it was put on one
    that was more closed, whose it stays."""
    circle_around(db, session, by, confidential=point.confidential)
    if session.is_cancelled:
        raise Refused("This call is called off, so nothing was dealt with on it.")
    if taken and point.taken_at is None:
        point.taken_at = clock.now()
        if not _is_more_closed(point.session, session):
            point.session_id = session.key
    elif not taken:
        point.taken_at = None
    db.add(point)


@verb
def place_point(db: Session, session: AgendaSession, point: CallPoint, *, before: CallPoint | None, by: Viewer) -> None:
    """Put a point before another, or last. Those that this viewer does not see stay where they are."""
    circle = circle_around(db, session, by, confidential=point.confidential)
    dates = dates_of(db, session)
    rows = [row for row, _ in _rows(db, session, circle, dates) if _stands(row, session, dates)]
    if point not in rows or (before is not None and before not in rows):
        raise Refused("That point is not on this call any more. Look at the page again.")
    positions = sorted(row.position for row in rows)
    rest = [row for row in rows if row is not point]
    rest.insert(rest.index(before) if before is not None and before is not point else len(rest), point)
    for row, position in zip(rest, _rising(positions), strict=True):
        row.position = position
        db.add(row)


def points_on(db: Session, session: AgendaSession, circle: Circle, viewer: Viewer, dates: Dates) -> list[Point]:
    """The points of a call as a viewer sees them: put on it, or on an earlier one and not dealt with. Two
    queries at most."""
    rows = _rows(db, session, circle, dates)
    own = own_points(db, session, [row for row, _ in rows], circle, viewer)
    return [_seen(row, who, session, dates, is_own=row.key in own) for row, who in rows]


def point_on(db: Session, session: AgendaSession, number: int, circle: Circle) -> CallPoint | None:
    """One of them, for a verb; None where the circle knows of no such point."""
    point, dates = db.get(CallPoint, number), dates_of(db, session)
    if point is None or (point.session_id != session.key and point.series_id not in dates.series):
        return None
    seen = dates.may_read(circle, session.key, point.session_id, confidential=point.confidential)
    return point if seen else None


def own_points(
    db: Session, session: AgendaSession, points: Sequence[CallPoint], circle: Circle, viewer: Viewer
) -> frozenset[int]:
    """Which of these the viewer put there, or took over with the office of somebody who has left it (rule 8)."""
    own = {point.key for point in points if point.by_id == viewer.person_id}
    others = [point for point in points if point.key not in own and point.office and point.office in circle.offices]
    if others:
        people = roll(db, clock.today(session.zone), session.cohort_id)
        held = {one.person_id: {office.said for office in one.offices} for one in people}
        own |= {point.key for point in others if point.office not in held.get(point.by_id, ())}
    return frozenset(own)


def _owns(db: Session, session: AgendaSession, point: CallPoint, circle: Circle, by: Viewer) -> bool:
    return point.key in own_points(db, session, [point], circle, by)


def _rows(db: Session, session: AgendaSession, circle: Circle, dates: Dates) -> Sequence[tuple[CallPoint, str]]:
    carried = col(CallPoint.series_id).in_(dates.series) & col(CallPoint.taken_at).is_(None)
    query = (
        select(CallPoint, Person.name)
        .join(Person, col(Person.id) == CallPoint.by_id)
        .where(or_(col(CallPoint.session_id) == session.key, carried & col(CallPoint.archived_at).is_(None)))
        .order_by(col(CallPoint.position), col(CallPoint.id))
    )
    if not circle.confides:
        query = query.where(col(CallPoint.confidential).is_(False))
    return [
        (row, who)
        for row, who in db.exec(query)
        if (row.session_id == session.key or dates.standing(row.session_id) == session.key)
        and dates.may_read(circle, session.key, row.session_id, confidential=row.confidential)
    ]


def _stands(row: CallPoint, session: AgendaSession, dates: Dates) -> bool:
    return row.archived_at is None and (row.taken_at is not None or dates.standing(row.session_id) == session.key)


def _seen(row: CallPoint, who: str, session: AgendaSession, dates: Dates, *, is_own: bool) -> Point:
    put_on = dates.get(row.session_id)
    now_on = dates.get(dates.standing(row.session_id))
    is_carried = row.session_id != session.key
    is_passed = not is_carried and row.taken_at is None and now_on is not None and now_on.session_id != session.key
    return Point(
        id=row.key,
        title=row.title,
        text=row.text,
        minutes=row.minutes,
        confidential=row.confidential,
        who=who,
        office=row.office,
        put_at=row.created_at,
        is_own=is_own,
        is_taken=row.taken_at is not None,
        is_away=row.archived_at is not None,
        since=put_on.day if is_carried and put_on else None,
        passed_to=now_on.day if is_passed and now_on else None,
    )


def _checked(said: Said) -> Said:
    title = " ".join(said.title.replace("\x00", "").split())
    if not title:
        raise Refused("Say in a few words what it is.", "title")
    if len(title) > LONGEST_TITLE:
        raise Refused(f"That is longer than {LONGEST_TITLE} characters. Put the rest below.", "title")
    if said.minutes is not None and not 1 <= said.minutes <= MOST_MINUTES:
        raise Refused(f"It takes from 1 to {MOST_MINUTES} minutes.", "minutes")
    text = as_written(said.text, longest=LONGEST_TEXT, field="text")
    return Said(title, text, said.minutes, said.confidential)


def _refuse_closed(session: AgendaSession) -> None:
    if session.is_cancelled:
        raise Refused("This call is called off. Put your point on the next one.")
    if session.ends_at is None or session.ends_at <= clock.now():
        raise Refused("This call is over. Put your point on the next one.")


def _is_more_closed(one: AgendaSession, other: AgendaSession) -> bool:
    if one.excludes_lab and not other.excludes_lab:
        return True
    return one.openness is Openness.CLOSED and other.openness is not Openness.CLOSED


def _rising(positions: Sequence[int]) -> list[int]:
    """The same places, none of them twice."""
    found: list[int] = []
    for position in positions:
        found.append(position if not found else max(position, found[-1] + 1))
    return found
