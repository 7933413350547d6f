"""Drafts made by hand, without a database: a small convening at Cambridge on 14 and 15 November 2017."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from app import clock
from app.agenda.crowd import Crowd
from app.agenda.draft import Body, Draft, DraftRoom, DraftSession, Item, LetStand, Setup, Spot, in_order
from app.agenda.presence import Span, Windows
from app.models import Openness, SessionFormat, Standing
from app.people.audiences import Attendee, Rule
from app.people.viewer import Office

ZONE = "America/New_York"
TUESDAY, WEDNESDAY = date(2017, 11, 14), date(2017, 11, 15)
THREE_WEEKS_BEFORE = date(2017, 10, 24)
MAYOR, SUPERINTENDENT, FACILITATOR, ORGANIZER = 1, 2, 3, 4
OAKLAND, SALEM = 1, 2
GCC, HALL, SMALL, BOATHOUSE = 1, 2, 3, 4

STANDINGS = {
    MAYOR: Standing.MAYOR,
    SUPERINTENDENT: Standing.SUPERINTENDENT,
    FACILITATOR: Standing.FACILITATOR,
    ORGANIZER: Standing.ORGANIZER,
}
CITIES = {OAKLAND: "Oakland", SALEM: "Salem"}

ROOMS = {
    GCC: DraftRoom(GCC, "GCC", "Gutman", False, (Setup(1, "rounds", 6), Setup(2, "theatre", 12))),
    HALL: DraftRoom(HALL, "Askwith Hall", "Longfellow", False, (Setup(3, "theatre", 300),)),
    SMALL: DraftRoom(SMALL, "Team Room 1", "Gutman", False, (Setup(4, "boardroom", 2),)),
    BOATHOUSE: DraftRoom(BOATHOUSE, "The Boathouse", "Pier", True, (Setup(5, "banquet", 80),)),
}

EVERYONE = Rule(everyone=True)
MAYORS = Rule(role_ids=frozenset({MAYOR}))
SUPERINTENDENTS = Rule(role_ids=frozenset({SUPERINTENDENT}))
NOBODY = Rule()


def office(role_id: int, city_id: int | None) -> Office:
    return Office(
        cohort_id=1,
        cohort_slug="by-all-means",
        cohort_name="By All Means",
        seat_id=0,
        role_id=role_id,
        standing=STANDINGS[role_id],
        title=STANDINGS[role_id].value.capitalize(),
        city_id=city_id,
        city_slug="",
        city_name=CITIES.get(city_id or 0, ""),
    )


def attendee(person_id: int, name: str, *offices: Office) -> Attendee:
    return Attendee(person_id, name, name, None, None, offices)


PEOPLE = (
    attendee(1, "Imani Okafor", office(MAYOR, OAKLAND)),
    attendee(2, "Ruth Adler", office(MAYOR, SALEM)),
    attendee(3, "Jo Park", office(SUPERINTENDENT, OAKLAND)),
    attendee(4, "Sam Roy", office(SUPERINTENDENT, SALEM)),
    attendee(5, "Leïla Haddad", office(FACILITATOR, OAKLAND)),
    attendee(6, "Ada Roth", office(ORGANIZER, None)),
    attendee(7, "Prof. Strand"),
)


def at(wall: str, day: date = TUESDAY) -> datetime:
    """The instant of a wall time in the convening's zone."""
    return clock.at(day, time.fromisoformat(wall), ZONE)


def span(walls: str, day: date = TUESDAY) -> Span:
    """ "09:00–10:15" on a day; an end before the start is on the next day."""
    start, end = (at(wall, day) for wall in walls.split("–"))
    return start, end if end > start else end + timedelta(days=1)


def spot(room_id: int, *, city_id: int | None = None, setup: int = 0) -> Spot:
    chosen = ROOMS[room_id].setups[setup]
    return Spot(room_id, chosen.id, city_id, chosen.capacity)


def session(
    number: int,
    walls: str | None,
    *,
    day: date = TUESDAY,
    rooms: Iterable[int | Spot] = (),
    rule: Rule = EVERYONE,
    speakers: Iterable[int] = (),
    title: str = "",
    choice: str = "",
    protected: bool = False,
    cancelled: bool = False,
    format: SessionFormat = SessionFormat.PLENARY,
    excludes_lab: bool = False,
    closed: bool = False,
    cover: str = "",
    unconfirmed: Iterable[int] = (),
    cities: Iterable[tuple[int, int]] = (),
    crowd: Crowd | None = None,
) -> DraftSession:
    """A session of the draft; `walls` None waits in the tray. `cities` are those whose turn it is, one after the other,
    with their minutes; item 31 is the first of session 3."""
    people = crowd or CROWD
    start, end = span(walls, day) if walls else (None, None)
    return DraftSession(
        id=number,
        title=title or f"Session {number}",
        cover_title=cover,
        format=format,
        openness=Openness.CLOSED if excludes_lab or closed else Openness.COHORT,
        excludes_lab=excludes_lab,
        protected=protected,
        choice_group=choice,
        starts_at=start,
        ends_at=end,
        minutes=60,
        cancelled=cancelled,
        changed_at=None,
        rule=rule,
        spots=tuple(one if isinstance(one, Spot) else spot(one) for one in rooms),
        audience=people.on(day).mask(rule),
        engaged=people.mask_of(speakers),
        unconfirmed=people.mask_of(unconfirmed),
        items=tuple(Item(number * 10 + n, "", minutes, city) for n, (city, minutes) in enumerate(cities, 1)),
    )


CROWD = Crowd.of({TUESDAY: PEOPLE})


def draft(
    *sessions: DraftSession,
    there: dict[int, tuple[Span, ...]] | None = None,
    away: Iterable[int] = (),
    minimums: dict[str, int] | None = None,
    overrides: dict[str, LetStand] | None = None,
    crowd: Crowd = CROWD,
    rooms: dict[int, DraftRoom] | None = None,
    walking: timedelta = timedelta(0),
    active: Iterable[int] = (),
    bodies: Iterable[Body] = (),
    today: date = THREE_WEEKS_BEFORE,
    lost: dict[int, tuple[Span, ...]] | None = None,
) -> Draft:
    """A draft; `there` are presence windows and `away` those who stay away, by person."""
    gone = crowd.mask_of(away)
    return Draft(
        convening_id=1,
        cohort_id=1,
        zone=ZONE,
        starts_on=TUESDAY,
        ends_on=WEDNESDAY,
        rooms=rooms or ROOMS,
        sessions=in_order(sessions, rooms or ROOMS),
        crowd=crowd,
        windows=Windows({crowd.place[number]: windows for number, windows in (there or {}).items()}),
        away=gone,
        overrides=overrides or {},
        minimums=minimums or {},
        cities=CITIES,
        walking=walking,
        active=frozenset(active),
        bodies=tuple(bodies),
        today=today,
        lost=lost or {},
    )
