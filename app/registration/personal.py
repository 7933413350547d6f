"""What each who comes attends, for their own sheet of paper: as whoever prints it may see it.

Who prints for another is told neither what a session is that is closed to them nor who is in it (rule 13): it stands
under its cover on everybody's sheet alike, for those in it, and on none where not even its cover is theirs to see. Who
prints for themselves reads the whole. A substitute has the sessions of the seat that are theirs (rule 10); what lies
outside somebody's presence window is said to (rule 11). No need is near it (rule 12).
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import groupby

from sqlalchemy.orm import joinedload, selectinload
from sqlmodel import Session, col, select

from app import clock
from app.agenda import published
from app.agenda.published import PublishedAgenda
from app.agenda.readers import Readers
from app.agenda.seeing import SeenItem, SeenRoom, SeenSession, full, programme_day
from app.agenda.snapshots import SessionEntry
from app.models import City, Convening, Registration, RegistrationState
from app.models.base import relation
from app.people.viewer import Viewer
from app.registration.presence import Window
from app.registration.roster import group_of, office_in
from app.registration.tables import SeenTable, tables_of

AWAY = "you are away"
"""What a session says in which a person is not there at all."""


@dataclass(frozen=True, slots=True)
class Attended:
    """A session that a person attends, as whoever prints it may see it. `rooms` are those that the person goes to,
    `items` what of it is about their city, `away` what of it they miss: "" for nothing. `for_all`: whether they attend
    it is not the printing one's to know, and it stands on everybody's sheet."""

    session: SeenSession
    rooms: tuple[SeenRoom, ...]
    items: tuple[SeenItem, ...] = ()
    table: SeenTable | None = None
    away: str = ""
    for_all: bool = False


@dataclass(frozen=True, slots=True)
class PersonalAgenda:
    """The sessions of one who comes, in order of time; `group` is the city, the lab or "Guests". No `windows` means
    that they are there throughout."""

    person_id: int
    name: str
    office: str
    group: str
    city_slug: str
    zone: str
    sessions: tuple[Attended, ...]
    windows: tuple[Window, ...] = ()

    @property
    def days(self) -> tuple[tuple[date, tuple[Attended, ...]], ...]:
        """The sessions by programme day, in the convening's zone; a day without any is left out."""
        by_day = groupby(self.sessions, key=lambda one: programme_day(one.session.starts_at, self.zone))
        return tuple((day, tuple(sessions)) for day, sessions in by_day)

    @property
    def place(self) -> str:
        """ "Mayor, Oakland"; the group alone where no office is known."""
        return ", ".join(filter(None, (self.office, self.group)))


@dataclass(frozen=True, slots=True)
class Programmes:
    """The personal agendas of a release, in roster order: cities by name, the lab, guests; in each by the cohort's
    order of roles, then by name."""

    agenda: PublishedAgenda
    people: tuple[PersonalAgenda, ...] = field(default=())


def personal_agendas(
    db: Session, convening: Convening, viewer: Viewer, *, people: Collection[int] | None = None, city: str = ""
) -> Programmes | None:
    """What those with a confirmed place attend, as `viewer` may see it; only these people (by number) or those of this
    city (by slug) where asked. None before the first release. The number of queries does not grow with them.

    One's own is there without a place too, before one has registered.
    """
    newest = published.latest_release(db, convening)
    if newest is None:
        return None
    entries = published.release_entries(db, newest)
    agenda = published.seen_release(db, convening, newest, entries, viewer)
    readers = Readers(db, convening, entries)
    tables = tables_of(db, convening)
    seen = {one.id: one for one in agenda.sessions}
    wholes = [(entry, full(entry)) for entry in entries]
    lab = convening.cohort.lab_name or convening.cohort.name
    found: list[tuple[tuple[int, str, int, str, int], PersonalAgenda]] = []
    order = {number: place for place, number in enumerate(readers.people)}
    for coming in _coming(db, convening, viewer, people):
        number = coming.person_id
        offices = readers.people[number].offices if number in readers.people else ()
        group = group_of(coming.city.name if coming.city else None, offices, lab)
        slug = coming.city.slug if coming.city else ""
        if city and slug != city:
            continue
        own = number == viewer.person_id
        attended = agenda.sessions if own else _attended(readers, number, wholes, seen)
        personal = PersonalAgenda(
            person_id=number,
            name=coming.name,
            office=office_in(coming.city.name if coming.city else None, offices),
            group=group[1],
            city_slug=slug,
            zone=convening.zone,
            windows=coming.windows,
            sessions=tuple(
                Attended(
                    session=one,
                    rooms=one.my_rooms or one.rooms,
                    items=() if one.covered or not coming.city else _about(one, coming.city.key),
                    table=None if one.covered else tables.get(one.id, {}).get(number),
                    away="" if one.covered and not own else _away(one, coming.windows, convening.zone),
                    for_all=one.covered and not own,
                )
                for one in attended
                if one.mine
            ),
        )
        found.append(((*group, order.get(number, len(order)), coming.sort_name, number), personal))
    return Programmes(agenda, tuple(personal for _, personal in sorted(found, key=lambda pair: pair[0])))


@dataclass(frozen=True, slots=True)
class _Coming:
    person_id: int
    name: str
    sort_name: str
    city: City | None
    windows: tuple[Window, ...]


def _coming(db: Session, convening: Convening, viewer: Viewer, people: Collection[int] | None) -> Iterable[_Coming]:
    asked = (
        select(Registration)
        .where(Registration.convening_id == convening.key, Registration.state == RegistrationState.SUBMITTED)
        .options(
            joinedload(relation(Registration.person)),
            joinedload(relation(Registration.city)),
            selectinload(relation(Registration.windows)),
        )
    )
    if people is not None:
        asked = asked.where(col(Registration.person_id).in_(people))
    rows = db.exec(asked).unique().all()
    for row in rows:
        windows = sorted((one.starts_at, one.ends_at) for one in row.windows)
        yield _Coming(
            row.person_id,
            row.person.name,
            row.person.sort_name or row.person.name,
            row.city,
            tuple(Window(*one) for one in windows),
        )
    me = viewer.person_id
    if people is not None and me in people and all(row.person_id != me for row in rows):
        assert me is not None
        office = next(iter(viewer.offices_in(convening.cohort_id)), None)
        city = db.get(City, office.city_id) if office and office.city_id else None
        yield _Coming(me, viewer.name, viewer.name, city, ())


def _attended(
    readers: Readers,
    number: int,
    wholes: Iterable[tuple[SessionEntry, SeenSession]],
    seen: Mapping[int, SeenSession],
) -> Iterable[SeenSession]:
    """What a person attends, said as the printing viewer sees it, with what is closed to that viewer."""
    if number not in readers.people:
        return
    sight = readers.sight(readers.viewer(number))
    for entry, whole in wholes:
        shown = seen.get(whole.id)
        if shown is None:
            continue
        if shown.covered:
            yield replace(shown, mine=True, presenting=False, my_rooms=())
        elif (own := sight.of(entry, whole)) is not None and own.mine:
            yield replace(
                shown,
                mine=True,
                presenting=own.presenting,
                my_rooms=own.my_rooms,
                chose_another=False,
                given_up_at=None,
            )


def _about(session: SeenSession, city_id: int) -> tuple[SeenItem, ...]:
    return tuple(item for item in session.items if item.city_id == city_id)


def _away(session: SeenSession, windows: Iterable[Window], zone: str) -> str:
    """ "you are away", "you come at 12:00", "you leave at 12:00"; "" where they are there throughout."""
    windows = list(windows)
    if not windows:
        return ""
    there = [one for one in windows if one.starts_at < session.ends_at and one.ends_at > session.starts_at]
    if not there:
        return AWAY
    if there[0].starts_at > session.starts_at:
        return f"you come at {_hour(there[0].starts_at, zone)}"
    if there[-1].ends_at < session.ends_at:
        return f"you leave at {_hour(there[-1].ends_at, zone)}"
    return ""


def _hour(moment: datetime, zone: str) -> str:
    return f"{clock.local(moment, zone):%H:%M}"
