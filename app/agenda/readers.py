"""The people whom an agenda may concern, each with their eyes on it, read in a number of queries that grows with its
days and not with the people."""

from collections.abc import Collection, Iterable
from datetime import date

from sqlmodel import Session, col, or_, select

from app import clock
from app.agenda.parallel import Parallel
from app.agenda.published import Sight
from app.agenda.seeing import date_of, in_full
from app.agenda.snapshots import SessionEntry
from app.models import LEFT, Assistance, City, Convening, Person, Registration
from app.people.audiences import Attendee
from app.people.chosen import NOTHING_CHOSEN, chosen
from app.people.standing_in import stand_ins
from app.people.viewer import Office, Viewer


class Readers:
    """Who holds a seat of the cohort today or on a day of these sessions, who is named for one or has a part in it.

    `people` are in the order of roles, then by name; `away` said that they stay away; `assistants` act today for
    those of the people whose number they stand under, and may be none of them. What they chose among is looked up in
    `release`, where these sessions are not all of it.
    """

    def __init__(
        self,
        db: Session,
        convening: Convening,
        entries: Collection[SessionEntry],
        *,
        release: Collection[SessionEntry] | None = None,
    ) -> None:
        self.cohort_id = convening.cohort_id
        self.today = clock.today("UTC")
        named = {person_id for entry in entries for person_id in _named(entry)}
        days = sorted({self.today, *(date_of(entry) for entry in entries)})
        self.standing = stand_ins(db, convening.key)
        among = entries if release is None else release
        choices = chosen(db, convening.key) if any(one["choice_group"] for one in among) else NOTHING_CHOSEN
        self.parallel = Parallel(choices, in_full(among) if choices.at else ())
        rolls = {day: self.standing.roll(db, day, convening.cohort_id, named) for day in days}
        self.people: dict[int, Attendee] = {}
        for attendees in (rolls[self.today], *rolls.values()):
            for attendee in attendees:
                self.people.setdefault(attendee.person_id, attendee)
        self._offices: dict[int, dict[date, tuple[Office, ...]]] = {number: {} for number in self.people}
        for day, attendees in rolls.items():
            for attendee in attendees:
                self._offices[attendee.person_id][day] = attendee.offices
        self._zones = {city.key: city.zone for city in db.exec(select(City))}
        self.away = frozenset(
            db.exec(
                select(Registration.person_id).where(
                    Registration.convening_id == convening.key, col(Registration.state).in_(LEFT)
                )
            )
        )
        self.assistants = self._acting(db)

    def viewer(self, person_id: int, *, actor_id: int | None = None) -> Viewer:
        """One of the people as they look at pages today; with `actor_id`, with that assistant in their place."""
        person = self.people[person_id]
        offices = self._offices[person_id].get(self.today, ())
        zone = person.zone or next((self._zones[one.city_id] for one in offices if one.city_id is not None), None)
        return Viewer(person_id, person.name, zone, offices, actor_id or person_id)

    def sight(self, viewer: Viewer) -> Sight:
        """The eyes of one of them (of anyone else, a guest's)."""
        offices = self._offices.get(viewer.person_id or 0, {})
        return Sight(viewer, self.cohort_id, offices, self.standing, self.parallel)

    def principals_of(self, person_id: int) -> list[tuple[Attendee, Person]]:
        """Those of the people for whom somebody acts, each with that assistant."""
        acting = ((principal_id, one) for principal_id, found in self.assistants.items() for one in found)
        return [(self.people[principal_id], one) for principal_id, one in acting if one.key == person_id]

    def _acting(self, db: Session) -> dict[int, list[Person]]:
        acting: dict[int, list[Person]] = {}
        rows = db.exec(
            select(Assistance.principal_id, Person)
            .join(Person, col(Person.id) == Assistance.assistant_id)
            .where(
                Assistance.starts_on <= self.today,
                or_(col(Assistance.ends_on).is_(None), col(Assistance.ends_on) >= self.today),
                col(Person.archived_at).is_(None),
            )
            .order_by(col(Person.sort_name), col(Person.id))
        )
        for principal_id, assistant in rows:
            if principal_id in self.people:
                acting.setdefault(principal_id, []).append(assistant)
        return acting


def _named(entry: SessionEntry) -> Iterable[int]:
    yield from entry["audience"]["person_ids"]
    yield from (one["person_id"] for one in entry["presenters"])
