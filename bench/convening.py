"""A large convening, laid at once and published: 120 sessions over two days, 200 people of twelve cities with a place,
every other of them with a photo. Always the same but for its dates, which lie ahead.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from io import BytesIO
from random import Random

from PIL import Image, ImageDraw
from sqlmodel import Session

from app import clock
from app.agenda.releases import publish_release
from app.files import JPEG, Arrival, files_of
from app.models import (
    AgendaSession,
    Audience,
    AudienceTerm,
    City,
    Cohort,
    Convening,
    ConveningStage,
    Engagement,
    EngagementState,
    Membership,
    Openness,
    Person,
    PresenceWindow,
    Registration,
    RegistrationState,
    Role,
    Room,
    Seat,
    SessionFormat,
    SessionItem,
    SessionRoom,
    Standing,
    Tenure,
    Venue,
)
from app.models.base import Row
from app.people.audit import verb
from app.people.viewer import Viewer
from app.registration.delegations import open_delegations
from app.settings import Settings

ZONE = "America/New_York"
ROUNDS = 5
SIDE = 600
"""Pixels of a face, as one is kept."""

NAMED_FIRST = ("Amara", "Benedict", "Concepción", "Dmitri", "Eleanor", "Faith", "Guillermo", "Hana", "Ifeoma", "Jo")
NAMED_LAST = ("Achterberg", "Brown", "Castellanos", "Drummond", "Fernández de la Vega", "Ng", "O’Sullivan", "Park")
PLACES = (
    *("Ashford", "Brookhaven", "Cedar Falls", "Dunmore", "Eastport", "Fairview"),
    *("Glenwood", "Harborview", "Ironton", "Juniper Springs", "Kingsbridge", "Lakemont"),
)
SAID = (
    "Cities show what they tried since the last convening, what came of it, and what they would do again.",
    "Each team leaves with one thing that it will do within six weeks, and with a name beside it.",
    "How a cabinet keeps going when its mayor changes: *three cities tell*, and the others ask.",
    "What does it take to fund supports over ten years and not over one grant?",
    "Bring one measure of your own; read it with people who have not seen it before.",
    "We begin with the children’s day as they live it, and end with who does what on Monday.",
)
ABOUT = (
    *("Long-term financing", "Racial equity in the everyday work of a cabinet", "Integrated data", "Summer learning"),
    *("Trauma-informed supports in schools and in health services", "Early childhood", "Problem of practice"),
)


@dataclass(frozen=True, slots=True)
class Laid:
    """The ids of the convening, of its organizer and of the first city's mayor; `path` is its address."""

    convening: int
    organizer: int
    mayor: int
    path: str


@dataclass(frozen=True, slots=True)
class Measure:
    """How large: sessions on each of two days, cities, people with a place."""

    sessions_a_day: int = 60
    cities: int = 12
    people: int = 200


def lay(db: Session, settings: Settings, measure: Measure | None = None) -> Laid:
    """Lay it into a database of its own, and its faces into the files."""
    measure = measure or Measure()
    return _lay(db, measure, [_face(settings, number) for number in range(0, measure.people, 2)], by=BY)


BY = Viewer.system("bench")


@verb
def _lay(db: Session, measure: Measure, faces: Sequence[str], *, by: Viewer) -> Laid:
    cohort, venue = Cohort(slug="many-cities", name="Many Cities", lab_name="The lab"), Venue(name="A large house")
    cities = [City(slug=f"city-{number}", name=name) for number, name in enumerate(PLACES[: measure.cities])]
    _add(db, [cohort, venue, *cities])
    organizer, mayor, people = _people(db, cohort, cities, measure.people, faces)
    rooms = [
        Room(venue_id=venue.key, name=f"Room {number}", building=f"House {number % 3}", position=number)
        for number in range(1, 14)
    ]
    starts = clock.today("UTC") + timedelta(days=30)
    convening = Convening(
        cohort_id=cohort.key,
        slug="large",
        title="A large convening",
        theme="What lasts when offices change",
        starts_on=starts,
        ends_on=starts + timedelta(days=1),
        zone=ZONE,
        stage=ConveningStage.REGISTRATION_OPEN,
        venue_id=venue.key,
        delegation_cap=measure.people,
        wifi_network="Guests",
        wifi_password="the-bench",
        contacts="The desk in the hall, 07:30 to 18:00.",
    )
    _add(db, [*rooms, convening])
    open_delegations(db, convening, by=by)
    _come(db, convening, people)
    _sessions(db, convening, cities, rooms, [person.key for person, _seat in people], measure)
    publish_release(db, convening, by=by)
    return Laid(convening.key, organizer.key, mayor.key, convening.path)


def _people(
    db: Session, cohort: Cohort, cities: Sequence[City], count: int, faces: Sequence[str]
) -> tuple[Person, Person, list[tuple[Person, Seat]]]:
    """(the organizer, a mayor, all of the cities with their seats); each city has a mayor, a superintendent, a
    facilitator and members."""
    standings = (Standing.ORGANIZER, Standing.MAYOR, Standing.SUPERINTENDENT, Standing.FACILITATOR, Standing.MEMBER)
    roles = [
        Role(cohort_id=cohort.key, slug=one, name=one.capitalize(), plural=f"{one}s", standing=one, position=place)
        for place, one in enumerate(standings)
    ]
    organizer = Person(name="The Organizer", sort_name="Organizer")
    people = [_person(number, faces) for number in range(count)]
    members = [Membership(cohort_id=cohort.key, city_id=city.key, joined_on=date(2016, 1, 1)) for city in cities]
    _add(db, [*roles, organizer, *people, *members])
    seats = [
        Seat(
            cohort_id=cohort.key,
            city_id=cities[number % len(cities)].key,
            role_id=roles[min(number // len(cities) + 1, 4)].key,
            label="" if number < 3 * len(cities) else "Director of the office for health and human services",
        )
        for number in range(count)
    ]
    lab = Seat(cohort_id=cohort.key, role_id=roles[0].key)
    _add(db, [lab, *seats])
    held = [(organizer, lab), *zip(people, seats, strict=True)]
    _add(db, [Tenure(seat_id=seat.key, person_id=one.key, starts_on=date(2016, 1, 1)) for one, seat in held])
    return organizer, people[0], held[1:]


def _person(number: int, faces: Sequence[str]) -> Person:
    first, last = NAMED_FIRST[number % len(NAMED_FIRST)], NAMED_LAST[number // 3 % len(NAMED_LAST)]
    photo = faces[number // 2] if number % 2 == 0 else ""
    return Person(name=f"{first} {last}", sort_name=f"{last} {first} {number:03}", photo=photo)


def _come(db: Session, convening: Convening, people: Iterable[tuple[Person, Seat]]) -> None:
    """All of them have a place; each seventh is there for the first day alone."""
    comers = [
        Registration(
            convening_id=convening.key,
            person_id=person.key,
            city_id=seat.city_id,
            seat_id=seat.key,
            state=RegistrationState.SUBMITTED,
            submitted_at=clock.now(),
            listed=True,
        )
        for person, seat in people
    ]
    _add(db, comers)
    come, go = (clock.at(convening.starts_on, time(hour), ZONE) for hour in (7, 19))
    _add(db, [PresenceWindow(registration_id=one.key, starts_at=come, ends_at=go) for one in comers[::7]])


@dataclass(frozen=True, slots=True)
class _Slot:
    """A session to be: `cities` are those it is for by their place in the list, none where it is for all."""

    title: str
    format: SessionFormat
    starts: datetime
    minutes: int
    room: int
    cities: tuple[int, ...] = ()
    closed: bool = False


def _slots(day: date, count: int, cities: int) -> Iterator[_Slot]:
    """A day: breakfast, a plenary, the mayors' updates, lunch; and ROUNDS of parallel sessions after, in each of which
    a city is in one."""
    at = clock.at(day, time(7, 30), ZONE)
    for title, kind, minutes in (
        ("Breakfast and check-in", SessionFormat.MEAL, 45),
        ("Welcome, and what we owe one another", SessionFormat.PLENARY, 30),
        ("Mayors’ updates", SessionFormat.MAYOR_UPDATE, 60),
        ("Lunch at cross-city tables", SessionFormat.MEAL, 45),
    )[:count]:
        yield _Slot(title, kind, at, minutes, 0)
        at += timedelta(minutes=minutes)
    wide = -(-max(0, count - 4) // ROUNDS)
    kinds = (SessionFormat.WORKSHOP, SessionFormat.CONSULTANCY, SessionFormat.TEAM_TIME, SessionFormat.ROLE_ALIKE)
    for number in range(count - 4):
        turn, place = divmod(number, wide)
        mine = tuple(city for city in range(cities) if (city + turn) % wide == place)
        title = f"{ABOUT[(turn + place) % len(ABOUT)]}, part {turn + 1}"
        starts = at + timedelta(minutes=95 * turn)
        yield _Slot(title, kinds[turn % len(kinds)], starts, 75, 1 + place, mine, closed=turn == 3 and place == 0)


def _sessions(
    db: Session,
    convening: Convening,
    cities: Sequence[City],
    rooms: Sequence[Room],
    people: Sequence[int],
    measure: Measure,
) -> None:
    slots = [
        slot
        for day in (convening.starts_on, convening.ends_on)
        for slot in _slots(day, measure.sessions_a_day, len(cities))
    ]
    audiences = [Audience(everyone=not slot.cities) for slot in slots]
    _add(db, audiences)
    sessions = [
        AgendaSession(
            cohort_id=convening.cohort_id,
            convening_id=convening.key,
            title=slot.title,
            cover_title="A session of some cities" if slot.closed else "",
            purpose=" ".join(SAID[(number + place) % len(SAID)] for place in range(2)),
            format=slot.format,
            openness=Openness.CLOSED if slot.closed else Openness.COHORT,
            excludes_lab=slot.closed,
            audience_id=audience.key,
            starts_at=slot.starts,
            ends_at=slot.starts + timedelta(minutes=slot.minutes),
            minutes=slot.minutes,
            zone=ZONE,
        )
        for number, (slot, audience) in enumerate(zip(slots, audiences, strict=True))
    ]
    _add(db, sessions)
    parts: list[Row] = []
    for number, (slot, session, audience) in enumerate(zip(slots, sessions, audiences, strict=True)):
        parts.append(SessionRoom(session_id=session.key, room_id=rooms[slot.room % len(rooms)].key))
        parts += [AudienceTerm(audience_id=audience.key, city_id=cities[one].key) for one in slot.cities]
        if slot.format is SessionFormat.MAYOR_UPDATE:
            parts += [SessionItem(session_id=session.key, minutes=5, city_id=one.key) for one in cities]
        parts += [
            Engagement(
                session_id=session.key,
                person_id=people[(number * 2 + place) % len(people)],
                part=part,
                state=EngagementState.CONFIRMED,
                position=place,
            )
            for place, part in enumerate(("chair", "speaker"))
        ]
    _add(db, parts)


def _face(settings: Settings, number: int) -> str:
    """A face drawn and kept, as they are kept; its digest."""
    chance = Random(number)
    picture = Image.linear_gradient("L").resize((SIDE, SIDE)).convert("RGB")
    pen = ImageDraw.Draw(picture)
    for _ in range(60):
        x, y, wide = chance.randrange(SIDE), chance.randrange(SIDE), chance.randrange(20, 200)
        pen.ellipse((x, y, x + wide, y + wide * 1.3), fill=tuple(chance.randrange(256) for _ in range(3)))
    out = BytesIO()
    picture.save(out, "JPEG", quality=85, optimize=True)
    digest = sha256(out.getvalue()).hexdigest()
    files_of(settings).keep(Arrival(out, "photo.jpg", JPEG, len(out.getvalue()), digest))
    return digest


def _add(db: Session, rows: Sequence[Row]) -> None:
    db.add_all(rows)
    db.flush()
