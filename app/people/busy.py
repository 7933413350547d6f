"""When people are busy elsewhere, out of their other calendars: of these only the hours are kept, never a word.

Whoever names a calendar, or acts for them, takes it away again, and its hours with it. The log says that it was there
and that it went, and no hour, name or address of it. What is fetched is no act of anybody's, and stands in no log.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, update
from sqlalchemy import select as select_all
from sqlmodel import Session, col, select

from app import clock
from app.files.calendars import Hours
from app.files.reaching import Place, Unreachable, place_of
from app.models import BusyCalendar, BusyTime, Person
from app.people.audit import Refused, verb
from app.people.viewer import Viewer

MOST_CALENDARS = 6
LONGEST_LABEL = 120
BEHIND, AHEAD = timedelta(days=7), timedelta(days=400)
"""How far hours are kept, so that a series without an end has one."""

EVERY = timedelta(hours=1)
MOST_SELDOM = timedelta(days=1)


def busy_of(
    db: Session, person_ids: Collection[int], starts_at: datetime, ends_at: datetime
) -> Mapping[int, Sequence[tuple[datetime, datetime]]]:
    """When each of these people is busy elsewhere between two instants (UTC): merged stretches, in order, cut to the
    two; nothing for who has named no calendar. One query, however many they are.

    They are hints for organizers of their cohorts who look for a time, and say nothing of what it is.
    """
    found: dict[int, list[tuple[datetime, datetime]]] = {number: [] for number in person_ids}
    rows = db.execute(
        select_all(col(BusyCalendar.person_id), col(BusyTime.starts_at), col(BusyTime.ends_at))
        .join(BusyTime, col(BusyTime.calendar_id) == col(BusyCalendar.id))
        .where(
            col(BusyCalendar.person_id).in_(found),
            col(BusyCalendar.archived_at).is_(None),
            col(BusyTime.starts_at) < ends_at,
            col(BusyTime.ends_at) > starts_at,
        )
        .order_by(col(BusyTime.starts_at), col(BusyTime.ends_at))
    )
    for person_id, begins, ends in rows:
        stretches = found[person_id]
        start, end = max(begins, starts_at), min(ends, ends_at)
        if stretches and start <= stretches[-1][1]:
            stretches[-1] = (stretches[-1][0], max(stretches[-1][1], end))
        else:
            stretches.append((start, end))
    return found


def calendars_of(db: Session, person_id: int) -> Sequence[BusyCalendar]:
    """The other calendars that a person has named."""
    return db.exec(
        select(BusyCalendar)
        .where(BusyCalendar.person_id == person_id, col(BusyCalendar.archived_at).is_(None))
        .order_by(col(BusyCalendar.id))
    ).all()


def stretches_in(db: Session, calendar_ids: Collection[int], since: datetime, until: datetime) -> dict[int, int]:
    """How many stretches of each calendar begin between two instants. One query."""
    rows = db.exec(
        select(BusyTime.calendar_id, func.count())
        .where(
            col(BusyTime.calendar_id).in_(calendar_ids),
            col(BusyTime.starts_at) >= since,
            col(BusyTime.starts_at) < until,
        )
        .group_by(col(BusyTime.calendar_id))
    )
    return dict(rows.all())


@verb
def name_calendar(
    db: Session, person: Person, *, label: str, address: str, zone: str, ports: frozenset[int], by: Viewer
) -> BusyCalendar:
    """Take on a calendar by its address, to be fetched from now on. Raises Refused at the field in the way."""
    _check_bearer(person, by)
    label = _label(db, person, label)
    if not address.strip():
        raise Refused("Paste the calendar’s address.", "address")
    try:
        place_of(address, ports)
    except Unreachable as error:
        raise Refused(error.sentence, "address") from error
    if any(one.address == address.strip() for one in calendars_of(db, person.key)):
        raise Refused("This calendar is on your list already.", "address")
    calendar = BusyCalendar(person_id=person.key, label=label, address=address.strip(), zone=zone)
    db.add(calendar)
    db.flush()
    db.info["busy"] = True  # the door asks for it to be fetched once this is committed
    return calendar


@verb
def name_file(db: Session, person: Person, *, label: str, zone: str, hours: Hours, by: Viewer) -> BusyCalendar:
    """Take on the hours of a calendar that was handed in as a file; the file itself is not kept."""
    _check_bearer(person, by)
    calendar = BusyCalendar(person_id=person.key, label=_label(db, person, label), zone=zone, read_at=clock.now())
    db.add(calendar)
    db.flush()
    _write(db, calendar.key, hours)
    return calendar


@verb
def take_calendar_away(db: Session, calendar: BusyCalendar, *, by: Viewer) -> None:
    """Forget a calendar: its hours, its address and what it was called. That it was there is on record."""
    _check_bearer(calendar.person, by)
    db.execute(delete(BusyTime).where(col(BusyTime.calendar_id) == calendar.key))
    calendar.archived_at = calendar.archived_at or clock.now()
    calendar.label = calendar.address = calendar.etag = calendar.last_modified = calendar.trouble = ""


@dataclass(frozen=True, slots=True)
class Due:
    """A calendar to be fetched now, as it stood when it was looked up."""

    number: int
    person_id: int
    email: str
    address: str
    zone: str
    etag: str
    last_modified: str
    failures: int


def due_calendars(db: Session) -> list[Due]:
    """The calendars to be fetched: hourly, and more and more seldom while it fails, once a day at the least."""
    now = clock.now()
    rows = db.exec(
        select(BusyCalendar, Person)
        .join(Person, col(Person.id) == BusyCalendar.person_id)
        .where(col(BusyCalendar.archived_at).is_(None), col(Person.archived_at).is_(None), BusyCalendar.address != "")
        .order_by(col(BusyCalendar.id))
    )
    return [
        Due(
            one.key,
            person.key,
            person.email or "",
            one.address,
            one.zone,
            one.etag if _is_fresh(one, now) else "",
            one.last_modified if _is_fresh(one, now) else "",
            one.failures,
        )
        for one, person in rows
        if one.fetched_at is None or one.fetched_at + min(EVERY * 2 ** min(one.failures, 6), MOST_SELDOM) <= now
    ]


def _is_fresh(calendar: BusyCalendar, now: datetime) -> bool:
    """Whether it is enough to hear that nothing has changed: hours reach a year ahead, and are counted anew weekly."""
    return calendar.read_at is not None and calendar.read_at > now - timedelta(days=7)


def keep_hours(db: Session, due: Due, hours: Hours | None, *, etag: str, last_modified: str) -> bool:
    """Keep what was fetched (None: nothing has changed) in place of what was; False for a calendar that was taken away
    meanwhile. Outside the log, which would keep the hours for good."""
    now = clock.now()
    values: dict[str, object] = {"fetched_at": now, "failures": 0, "trouble": ""}
    if hours is not None:
        values |= {"read_at": now, "etag": etag, "last_modified": last_modified}
    if not _note(db, due.number, values):
        return False
    if hours is not None:
        _write(db, due.number, hours)
    return True


def note_trouble(db: Session, due: Due, sentence: str) -> bool:
    """Keep what went wrong, for its owner to read; False for a calendar that was taken away meanwhile."""
    return _note(db, due.number, {"fetched_at": clock.now(), "failures": due.failures + 1, "trouble": sentence[:500]})


def _note(db: Session, number: int, values: Mapping[str, object]) -> bool:
    noted = db.execute(
        update(BusyCalendar)
        .where(col(BusyCalendar.id) == number, col(BusyCalendar.archived_at).is_(None))
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    count: int = noted.rowcount  # type: ignore[attr-defined]  # of an UPDATE
    return count == 1


def _write(db: Session, number: int, hours: Hours) -> None:
    db.execute(delete(BusyTime).where(col(BusyTime.calendar_id) == number))
    if hours:
        now = clock.now()
        rows = [{"created_at": now, "calendar_id": number, "starts_at": start, "ends_at": end} for start, end in hours]
        db.execute(insert(BusyTime), rows)


def _label(db: Session, person: Person, label: str) -> str:
    label = " ".join(label.split())
    if not label:
        raise Refused("Give it a name, such as Work.", "label")
    if len(label) > LONGEST_LABEL:
        raise Refused(f"That is longer than {LONGEST_LABEL} characters. Shorten it.", "label")
    check_room(db, person)
    return label


def check_room(db: Session, person: Person) -> None:
    """Raises Refused where a person has named as many calendars as are read."""
    if len(calendars_of(db, person.key)) >= MOST_CALENDARS:
        raise Refused(f"At most {MOST_CALENDARS} calendars are read. Take one away first.", "label")


def _check_bearer(person: Person, by: Viewer) -> None:
    if not by.is_system and by.person_id != person.key:
        raise Refused(f"Only {person.name}, or who acts for them, can say when they are busy.")


def host_of(address: str) -> str:
    """The part of an address that may be shown: the rest of it is as good as a key."""
    try:
        place: Place = place_of(address, frozenset(range(1, 65536)))
    except Unreachable:
        return ""
    return place.host
