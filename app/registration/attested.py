"""Who was at a convening, for certificates: checked in at the door, and for how much of the programme.

The hours are those in which a session ran while the person was there: from check-in on, within their presence window
(rule 11), side by side counted once, meals and time of one's own not at all. They tell nothing of which sessions
somebody was in (rule 13).
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col

from app import clock
from app.agenda import published
from app.agenda.presence import Span
from app.models import CheckIn, City, Convening, Person, PresenceWindow, Registration, SessionFormat
from app.registration.open_matters import comers
from app.registration.roster import group_of, office_in

UNCOUNTED = (SessionFormat.MEAL, SessionFormat.UNSTRUCTURED, SessionFormat.INTERNAL)


@dataclass(frozen=True, slots=True)
class Attested:
    """Somebody who came; `office` is that held on the first day. `minutes` of the programme, 0 where nothing was
    published."""

    person_id: int
    name: str
    office: str
    city: str
    city_slug: str
    minutes: int

    @property
    def place(self) -> str:
        """ "Mayor, Oakland"."""
        return ", ".join(filter(None, (self.office, self.city)))

    @property
    def hours(self) -> str:
        """ "12½ hours", to the half hour below; "" for less than one."""
        halves = self.minutes // 30
        said = f"{halves // 2}{'½' if halves % 2 else ''}"
        return "" if halves < 2 else f"{said} hour{'' if halves == 2 else 's'}"


def ends_at(db: Session, convening: Convening) -> datetime:
    """When a convening is over (UTC): with its last session, or without an agenda when its last day ends."""
    newest = published.latest_release(db, convening)
    running = [one for one in published.release_entries(db, newest) if not one["cancelled"]] if newest else []
    if running:
        return max(datetime.fromisoformat(one["ends_at"]) for one in running)
    return clock.at(convening.ends_on + timedelta(days=1), time(0), convening.zone)


def attested(
    db: Session, convening: Convening, *, people: Collection[int] | None = None, city: str = ""
) -> list[Attested]:
    """Who was checked in, or those of these people or of this city (by slug): cities by name, the lab, guests; in each
    by name. The number of queries does not grow with them."""
    rows = db.execute(
        sa.select(Person, City, Registration, col(CheckIn.at))
        .select_from(CheckIn)
        .join(Registration, col(Registration.id) == CheckIn.registration_id)
        .join(Person, col(Person.id) == Registration.person_id)
        .outerjoin(City, col(City.id) == Registration.city_id)
        .where(col(CheckIn.convening_id) == convening.key, col(CheckIn.undone_at).is_(None))
    ).all()
    windows, programme = _windows(db, convening), _programme(db, convening)
    offices = {one.person_id: one.offices for one in comers(db, convening)}
    lab = convening.cohort.lab_name or convening.cohort.name
    found = []
    for person, of, registration, at in rows:
        if (people is not None and person.key not in people) or (city and (of is None or of.slug != city)):
            continue
        name, held = of.name if of else None, offices.get(person.key, ())
        there = windows.get(registration.key) or ((at, datetime.max.replace(tzinfo=at.tzinfo)),)
        minutes = sum(_shared(span, [(max(start, at), end) for start, end in there]) for span in programme)
        one = Attested(
            person_id=person.key,
            name=person.name,
            office=office_in(name, held),
            city=of.name if of else "",
            city_slug=of.slug if of else "",
            minutes=minutes,
        )
        found.append(((*group_of(name, held, lab), (person.sort_name or person.name).casefold(), person.key), one))
    return [one for _, one in sorted(found, key=lambda pair: pair[0])]


def _windows(db: Session, convening: Convening) -> Mapping[int, tuple[Span, ...]]:
    """Presence windows by registration, in one query."""
    rows = db.execute(
        sa.select(col(PresenceWindow.registration_id), col(PresenceWindow.starts_at), col(PresenceWindow.ends_at))
        .join(Registration, col(Registration.id) == PresenceWindow.registration_id)
        .where(col(Registration.convening_id) == convening.key)
    )
    windows: dict[int, tuple[Span, ...]] = {}
    for number, start, end in rows:
        windows[number] = (*windows.get(number, ()), (start, end))
    return windows


def _programme(db: Session, convening: Convening) -> list[Span]:
    """When any session ran, in order, those that overlap as one."""
    newest = published.latest_release(db, convening)
    spans: list[Span] = []
    for entry in published.release_entries(db, newest) if newest else ():
        if entry["cancelled"] or SessionFormat(entry["format"]) in UNCOUNTED:
            continue
        start, end = datetime.fromisoformat(entry["starts_at"]), datetime.fromisoformat(entry["ends_at"])
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], end))
        else:
            spans.append((start, end))
    return spans


def _shared(span: Span, there: Iterable[Span]) -> int:
    """The minutes of a span in which somebody is there."""
    both = ((max(span[0], start), min(span[1], end)) for start, end in there)
    return sum(max(0, (end - start) // timedelta(minutes=1)) for start, end in both)
