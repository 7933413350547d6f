"""A stored convening for tests: a small cohort at Cambridge on 14 and 15 November 2017, three rooms, nothing placed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlmodel import Session, select

from app.agenda import published
from app.agenda.convenings import ConveningDetails, create_convening
from app.agenda.placements import Placement, RoomUse
from app.agenda.releases import publish_release
from app.agenda.seeing import SeenSession
from app.agenda.sessions import create_session
from app.agenda.venues import RoomDetails, SetupLine, add_room, create_venue
from app.gatherings.details import Details, Item, Presenter
from app.models import (
    AgendaRelease,
    AgendaSession,
    Assistance,
    Convening,
    Openness,
    Person,
    Role,
    Room,
    Seat,
    SessionFormat,
    Standing,
)
from app.people.audiences import Rule
from app.people.audit import verb
from app.people.viewer import Viewer, viewer_of
from tests.people.rows import BY, Town, found, seat
from tests.staged import built_once

ZONE = "America/New_York"
TUESDAY, WEDNESDAY = date(2017, 11, 14), date(2017, 11, 15)
EVERYONE = Rule(everyone=True)
ROOMS = {"GCC": {"rounds": 90, "theatre": 120}, "Askwith Hall": {"theatre": 300}, "Team Room 1": {"boardroom": 3}}


def five_minutes(count: int) -> str:
    """The count-th five minutes from 09:00 on: "09:05–09:10"."""
    start, end = (9 * 60 + 5 * number for number in (count, count + 1))
    return f"{start // 60:02}:{start % 60:02}–{end // 60:02}:{end % 60:02}"


@dataclass
class Campus:
    """The rows by the names that tests speak of."""

    db: Session
    town: Town
    convening: Convening
    rooms: dict[str, Room]

    def person(self, name: str) -> Person:
        return self.town.people[name]

    def viewer(self, name: str, *, acting_for: str | None = None) -> Viewer:
        principal = self.person(acting_for).key if acting_for else None
        return viewer_of(self.db, self.person(name).key, acting_for=principal)

    def of_role(self, word: str) -> Rule:
        return Rule(role_ids=frozenset({self.town.roles[word].key}))

    def of_people(self, *names: str) -> Rule:
        return Rule(person_ids=frozenset(self.person(name).key for name in names))

    def use(self, *names: str, city: str | None = None) -> tuple[RoomUse, ...]:
        city_id = self.town.cities[city].key if city else None
        return tuple(RoomUse(self.rooms[name].key, self.rooms[name].setups[0].key, city_id) for name in names)

    def placement(self, walls: str, day: date = TUESDAY, rooms: Sequence[str] = ()) -> Placement:
        """ "09:00–10:15" on a day, in rooms by name."""
        start, end = (datetime.combine(day, time.fromisoformat(wall)) for wall in walls.split("–"))
        length = end - start if end > start else end - start + timedelta(days=1)
        return Placement(day, start.time(), length // timedelta(minutes=1), self.use(*rooms))

    def details(
        self,
        title: str = "Welcome",
        *,
        rule: Rule = EVERYONE,
        speakers: Sequence[str] = (),
        format: SessionFormat = SessionFormat.PLENARY,
        openness: Openness = Openness.COHORT,
        cover_title: str = "",
        purpose: str = "",
        excludes_lab: bool = False,
        protected: bool = False,
        choice_group: str = "",
        internal_notes: str = "",
        items: Sequence[Item] = (),
        fixed: bool = False,
        serves_id: int | None = None,
    ) -> Details:
        return Details(
            title=title,
            audience=rule,
            presenters=tuple(Presenter(self.person(name).key) for name in speakers),
            format=format,
            openness=openness,
            cover_title=cover_title,
            purpose=purpose,
            excludes_lab=excludes_lab,
            protected=protected,
            choice_group=choice_group,
            internal_notes=internal_notes,
            items=tuple(items),
            fixed=fixed,
            serves_id=serves_id,
        )

    def session(
        self,
        title: str = "Welcome",
        walls: str | None = "09:00–10:00",
        day: date = TUESDAY,
        rooms: Sequence[str] = (),
        *,
        by: Viewer = BY,
        **details: object,
    ) -> AgendaSession:
        """A session of the convening, said as `details` says; `walls` None leaves it in the tray."""
        to = self.placement(walls, day, rooms) if walls else None
        said = self.details(title, **details)  # type: ignore[arg-type]  # as a test says it
        return create_session(self.db, self.convening, said, to=to, by=by)

    def publish(self, **options: Any) -> AgendaRelease:
        return publish_release(self.db, self.convening, by=BY, **options)

    def seen(self, viewer: Viewer, number: int | None = None) -> dict[str, SeenSession]:
        """What a viewer sees of a release, by title."""
        agenda = published.agenda(self.db, self.convening, viewer, number=number)
        assert agenda is not None
        return {one.title: one for one in agenda.sessions}


@built_once
def campus(db: Session) -> Campus:
    """Two mayors, a superintendent, a facilitator, an organizer, a researcher of the lab, an expert; an assistant."""
    town = _town(db, by=BY)
    for name, where, role in (
        ("Imani Okafor", "Oakland", "mayor"),
        ("Ruth Adler", "Salem", "mayor"),
        ("Jo Park", "Oakland", "superintendent"),
        ("Leïla Haddad", "Oakland", "facilitator"),
        ("Ada Roth", "lab", "organizer"),
        ("Theo Lund", "lab", "staff"),
        ("Prof. Strand", "lab", "expert"),
    ):
        seat(db, town, name, where, role, by=BY)
    _assistant(db, town, by=BY)
    details = ConveningDetails(
        title="Fall 2017 convening", slug="2017-fall", starts_on=TUESDAY, ends_on=WEDNESDAY, zone=ZONE
    )
    convening = create_convening(db, town.cohort, details, by=BY)
    db.flush()
    venue = create_venue(db, convening, name="HGSE", by=BY)
    for name, setups in ROOMS.items():
        building = "Longfellow" if name == "Askwith Hall" else "Gutman"
        lines = tuple(SetupLine(setup, capacity) for setup, capacity in setups.items())
        add_room(db, venue, RoomDetails(name=name, building=building, setups=lines), by=BY)
    db.refresh(convening)
    rooms = {room.name: room for room in db.exec(select(Room).where(Room.venue_id == venue.key))}
    for room in rooms.values():
        db.refresh(room, ["setups"])  # some tests speak of them after the transaction
    return Campus(db, town, convening, rooms)


@verb
def _town(db: Session, *, by: Viewer) -> Town:
    town = found(db, by=by)
    for position, word in enumerate(("staff", "expert"), len(town.roles)):
        role = town.roles[word] = Role(
            cohort_id=town.cohort.key,
            slug=word,
            name=word.capitalize(),
            plural=f"{word.capitalize()}s",
            standing=Standing(word),
            position=position,
        )
        db.add(role)
        db.flush()
        town.seats["lab", word] = Seat(cohort_id=town.cohort.key, role_id=role.key)
    db.add_all(town.seats.values())
    return town


@verb
def _assistant(db: Session, town: Town, *, by: Viewer) -> None:
    """Kai Weber keeps the calendar of Oakland's mayor."""
    assistant = town.people["Kai Weber"] = Person(name="Kai Weber", sort_name="Weber", email="kai@example.org")
    db.add(assistant)
    db.flush()
    principal = town.people["Imani Okafor"].key
    db.add(Assistance(assistant_id=assistant.key, principal_id=principal, starts_on=date(2016, 5, 1)))
