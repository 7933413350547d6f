"""Doing what a plan says, in one verb: rooms, people and sessions are made in bulk and recorded one by one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, col, select

from app import clock
from app.agenda.sessions import archive_session, cancel_session
from app.exchange.comparing import room_key, span_of
from app.exchange.plans import AgendaPlan, Change
from app.exchange.reading import ReadSession, whole_minutes
from app.gatherings.changes import note_change
from app.gatherings.details import GONE
from app.models import (
    AgendaSession,
    Audience,
    Convening,
    Engagement,
    Openness,
    Person,
    Room,
    RoomSetup,
    SessionFormat,
    SessionRoom,
    Venue,
)
from app.people.audiences import Rule, write_rule
from app.people.audit import Refused, verb
from app.people.names import sort_name
from app.people.viewer import Viewer

PARALLEL = "Parallel sessions"
"""The choice group of sessions that stand beside one another: nobody is expected in two of them (rule 1)."""

SET_UP = "usual"
EVERYONE = Rule(everyone=True)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the person chooses: `keep` "readable" or "nothing" where something could not be read; what becomes of
    sessions that are `absent` from the file, "leave", "cancel" or "archive"; the openness of new sessions."""

    keep: str = "readable"
    absent: str = "leave"
    openness: Openness = Openness.COHORT


@verb
def apply_plan(
    db: Session, convening: Convening, plan: AgendaPlan, wishes: Wishes | None = None, *, by: Viewer
) -> Convening:
    """Write a plan made in this transaction into the convening's draft. Raises Refused, and then nothing of it
    stays, where something could not be read and nothing is to be kept."""
    wishes = wishes or Wishes()
    if plan.problems and wishes.keep == "nothing":
        count = len(plan.problems)
        raise Refused(f"Nothing was imported: {count} thing{'s' if count > 1 else ''} in the file could not be read.")
    if plan.days is not None:
        convening.starts_on, convening.ends_on = plan.days
    writing = _Writing(db, convening, plan, wishes, _rooms(db, convening, plan), _people(db, plan))
    writing.create(plan.creates)
    writing.change(plan.changes)
    for number, key in plan.adopted:
        db.get_one(AgendaSession, number).import_key = key
    if wishes.absent != "leave":
        for absent in plan.absent:
            session = db.get_one(AgendaSession, absent.session_id)
            if wishes.absent == "cancel" and session.is_placed:
                cancel_session(db, session, reason="No longer in the programme.", by=by)
            else:
                archive_session(db, session, by=by)
    return convening


def _rooms(db: Session, convening: Convening, plan: AgendaPlan) -> dict[str, Room]:
    """The venue's rooms by `room_key`, with those that the plan makes or brings back into use."""
    if convening.venue_id is None and plan.new_rooms:
        venue = Venue(name=plan.new_venue or "Venue")
        db.add(venue)
        db.flush()
        convening.venue_id = venue.key
    if convening.venue_id is None:
        return {}
    held = db.exec(select(Room).where(Room.venue_id == convening.venue_id)).all()
    rooms = {room_key(room.name): room for room in held}
    position = max((room.position for room in held), default=0)
    for wanted in plan.new_rooms:
        room = rooms.get(room_key(wanted.name))
        if room is not None:
            room.archived_at = None
            continue
        position += 1
        room = Room(venue_id=convening.venue_id, name=wanted.name, position=position)
        if wanted.capacity:
            room.setups = [RoomSetup(name=SET_UP, capacity=wanted.capacity)]  # type: ignore[call-arg]  # the room fills its id
        rooms[room_key(wanted.name)] = room
        db.add(room)
    db.flush()
    return rooms


def _people(db: Session, plan: AgendaPlan) -> dict[str, Person]:
    """The person for each presenter's key, on record or made."""
    ids = set(plan.people.values())
    held = {person.key: person for person in db.exec(select(Person).where(col(Person.id).in_(ids)))} if ids else {}
    people = {key: held[number] for key, number in plan.people.items()}
    by_email: dict[str, Person] = {}
    for presenter in plan.new_people:
        email = presenter.email.lower() or None
        person = by_email.get(email or "") or Person(
            name=presenter.name, sort_name=sort_name(presenter.name)[:300], email=email
        )
        if email:
            by_email[email] = person
        people[presenter.key] = person
        db.add(person)
    db.flush()
    return people


class _Writing:
    """Writes sessions with the rooms and people that stand ready."""

    def __init__(
        self,
        db: Session,
        convening: Convening,
        plan: AgendaPlan,
        wishes: Wishes,
        rooms: Mapping[str, Room],
        people: Mapping[str, Person],
    ) -> None:
        self.db = db
        self.convening = convening
        self.plan = plan
        self.wishes = wishes
        self.rooms = rooms
        self.people = people

    def create(self, sessions: Iterable[ReadSession]) -> None:
        """Make sessions with all that belongs to them, in one go."""
        sessions = list(sessions)
        free = self._free_uids(sessions)
        beside = _side_by_side(self.plan.read.sessions)
        audiences = {one.key: Audience(everyone=self._rule(one).everyone) for one in sessions}
        self.db.add_all(audiences.values())
        self.db.flush()
        for one in sessions:
            if self._rule(one) != EVERYONE:
                write_rule(audiences[one.key], self._rule(one))
            session = AgendaSession(
                title=one.title,
                cohort_id=self.convening.cohort_id,
                convening_id=self.convening.key,
                audience_id=audiences[one.key].key,
                zone=self.convening.zone,
                import_key=one.key,
                format=one.format or SessionFormat.WORKSHOP,
                openness=one.openness or self.wishes.openness,
                protected=bool(one.protected),
                choice_group=PARALLEL if one.key in beside and self._rule(one).everyone else "",
                join_url=one.join_url if one.join_url.startswith(("https://", "http://")) else "",
                cancelled_at=clock.now() if one.cancelled and one.starts_at else None,
            )
            if one.key in free:
                session.uid = one.key
            self._say(session, one)
            session.places = [SessionRoom(room_id=room.key) for room in self._rooms_of(one)]  # type: ignore[call-arg]
            session.engagements = [
                Engagement(person_id=person.key, position=position)  # type: ignore[call-arg]  # the session fills its id
                for position, person in enumerate(self._people_of(one))
            ]
            note_change(session)
            self.db.add(session)
        self.db.flush()

    def change(self, changes: Iterable[Change]) -> None:
        """Make the draft's sessions say what the file says, where it says something else."""
        for change in changes:
            session = self.db.get_one(AgendaSession, change.session_id)
            fields = {difference.field for difference in change.differences}
            moved = "rooms" in fields and self._move(session, change.read)
            shown = "presenters" in fields and self._present(session, change.read)
            if "audience" in fields:
                write_rule(session.audience, self._rule(change.read))
            self._say(session, change.read, fields)
            if change.read.cancelled and not session.is_cancelled:
                session.cancelled_at = clock.now()
            if "state" in fields:
                session.archived_at = None
            session.import_key = session.import_key or change.read.key
            note_change(session, told=moved, shown=shown)

    def _say(self, session: AgendaSession, read: ReadSession, fields: set[str] | None = None) -> None:
        """Set the columns that the file speaks of; with `fields`, those only."""
        values: dict[str, object] = {
            "title": read.title,
            "purpose": read.purpose,
            "track": read.track,
            "language": read.language,
        }
        if fields is not None:
            values |= {"format": read.format, "openness": read.openness, "protected": read.protected}
        for name, value in values.items():
            if fields is None or name in fields:
                setattr(session, name, value)
        if fields is None or "time" in fields:
            session.starts_at, session.ends_at = span_of(read, session if fields else None)
            session.minutes = read.minutes
            if session.starts_at and session.ends_at:
                session.minutes = whole_minutes(session.ends_at - session.starts_at)

    def _move(self, session: AgendaSession, read: ReadSession) -> bool:
        """Put a session into the file's rooms; those it stays in keep their set-up and city."""
        held = {place.room_id: place for place in session.places}
        wanted = [
            held.get(room.key) or SessionRoom(session_id=session.key, room_id=room.key) for room in self._rooms_of(read)
        ]
        session.places[:] = wanted
        return True

    def _present(self, session: AgendaSession, read: ReadSession) -> bool:
        """Give a session the file's presenters; parts and answers of those who stay are kept."""
        wanted = self._people_of(read)
        ids = {person.key for person in wanted}
        kept = [one for one in session.engagements if one.person_id in ids or one.state in GONE]
        known = {one.person_id for one in kept}
        added = [Engagement(session_id=session.key, person_id=one.key) for one in wanted if one.key not in known]
        session.engagements[:] = [*kept, *added]
        order = {person.key: position for position, person in enumerate(wanted)}
        for engagement in session.engagements:
            engagement.position = order.get(engagement.person_id, len(order))
        return True

    def _rule(self, read: ReadSession) -> Rule:
        return self.plan.rules.get(read.key, EVERYONE)

    def _rooms_of(self, read: ReadSession) -> list[Room]:
        return list({(room := self.rooms[room_key(name)]).key: room for name in read.rooms}.values())

    def _people_of(self, read: ReadSession) -> list[Person]:
        return list({(person := self.people[one.key]).key: person for one in read.presenters}.values())

    def _free_uids(self, sessions: list[ReadSession]) -> set[str]:
        """Those of the file's keys that can be the sessions' own: random names that nothing else bears yet, so that
        what is exported is known again wherever the file was known (rule 16)."""
        keys = {one.key for one in sessions if _is_uuid(one.key)}
        if not keys:
            return keys
        taken = self.db.exec(select(AgendaSession.uid).where(col(AgendaSession.uid).in_(keys))).all()
        return keys - set(taken)


def _side_by_side(sessions: Iterable[ReadSession]) -> set[str]:
    """The keys of sessions during which another takes place."""
    placed = sorted(
        (one.starts_at, one.ends_at, one.key) for one in sessions if one.starts_at and one.ends_at and not one.cancelled
    )
    beside: set[str] = set()
    if not placed:
        return beside
    going = placed[0]
    for later in placed[1:]:
        if later[0] < going[1]:
            beside |= {going[2], later[2]}
        if later[1] > going[1]:
            going = later
    return beside


def _is_uuid(key: str) -> bool:
    try:
        return str(UUID(key)) == key
    except ValueError:
        return False
