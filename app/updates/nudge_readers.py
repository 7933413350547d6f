"""Who is written to about a city's update: who holds which seat today, and who stands in where one is vacant."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlmodel import Session, col, or_, select

from app import clock
from app.models import City, Designation, NudgeKind, Person, Role, Seat, Standing, UpdateCycle
from app.people.assistants import assistants_of
from app.people.audiences import Attendee, roll
from app.people.viewer import Office

_Held = tuple[Attendee, Office]

EDUCATION_LEAD = "education-lead"
"""The address of the role of the mayor's education lead; a cohort may have none."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who is written to about a city's update. `zone` is their own, else their city's; `approves`: in person,
    so that a link of their own goes with the letter; `instead` says in whose place they get it; `writes`: it is theirs
    to write it or to see that it is written."""

    person_id: int
    name: str
    office: str
    email: str | None
    zone: str
    approves: bool = False
    instead: str = ""
    writes: bool = False


@dataclass(frozen=True, slots=True)
class Desk:
    """The people of a city who have to do with its update, and what their seats are called.

    `lead_seat` is "" in a cohort that knows no education leads.
    """

    city: str
    facilitators: tuple[Reader, ...]
    leads: tuple[Reader, ...]
    approvers: tuple[Reader, ...]
    assistants: tuple[Reader, ...]
    facilitator_seat: str
    lead_seat: str

    @property
    def writers(self) -> tuple[Reader, ...]:
        """The facilitator; while that seat is vacant the education lead, and without one the mayor's office."""
        return self.facilitators or self._instead(self.leads or (*self.approvers, *self.assistants))

    def told(self, kind: NudgeKind) -> tuple[Reader, ...]:
        """Who gets a nudge of a kind, each once."""
        if kind is NudgeKind.NOT_SENT:
            return _each_once((*self.writers, *self.leads))
        if kind is NudgeKind.NOT_APPROVED:
            nobody = "nobody is on record who can approve it"
            return _each_once(
                (*self.approvers, *self.assistants)
                if self.approvers
                else (replace(one, instead=one.instead or nobody) for one in self.writers)
            )
        return _each_once(self.writers)

    @property
    def gaps(self) -> tuple[str, ...]:
        """What is vacant, and who is written to instead, for the page: a sentence or two each."""
        instead = f"{_said(self.writers)} written to instead." if self.writers else "Nobody is there to write to."
        found = []
        if not self.facilitators:
            found.append(f"The seat of {self.facilitator_seat} is vacant. {instead}")
        if self.lead_seat and not self.leads:
            alone = f" {_said(self.writers)} written to alone." if self.facilitators else ""
            found.append(f"The seat of {self.lead_seat} is vacant.{alone}")
        if not self.approvers:
            told = instead if not self.facilitators else f"{_said(self.writers)} told so."
            found.append(f"Nobody is on record who can approve it. {told}")
        return tuple(found)

    def _instead(self, readers: Iterable[Reader]) -> tuple[Reader, ...]:
        why = f"the seat of {self.facilitator_seat} is vacant"
        return _writing(replace(one, approves=False, instead=why) for one in readers)


def desks_of(db: Session, cycle: UpdateCycle, cities: Sequence[City]) -> dict[int, Desk]:
    """City → its desk today. Four queries, however many cities there are."""
    today = clock.today(cycle.cohort.zone)
    held: defaultdict[int | None, list[_Held]] = defaultdict(list)
    mayors: set[int] = set()
    for one in roll(db, today, cycle.cohort_id):
        for office in one.offices:
            held[office.city_id].append((one, office))
            if office.standing is Standing.MAYOR:
                mayors.add(one.person_id)
    designees, assisting = _designees(db, cycle, today), assistants_of(db, mayors, today)
    roles = db.exec(select(Role).where(Role.cohort_id == cycle.cohort_id).order_by(col(Role.position))).all()
    seat = next((one.name for one in roles if one.standing is Standing.FACILITATOR), "facilitator")
    lead = next((one for one in roles if one.slug == EDUCATION_LEAD), None)
    desks = {}
    for city in cities:
        here = held[city.key]
        in_office = [(one, office) for one, office in here if office.standing is Standing.MAYOR]
        approving = [_reader(city, one, office.said, approves=True) for one, office in in_office]
        seated = {one.person_id for one, _ in here}
        approving += [
            _reader(city, one, f"designee, {city.name}", approves=True)
            for one in designees.get(city.key, ())
            if one.key in seated  # who leaves the city approves nothing more (approval.approvers)
        ]
        acting = [(one, f"for {mayor.name}") for mayor, _ in in_office for one in assisting.get(mayor.person_id, ())]
        desks[city.key] = Desk(
            city=city.name,
            facilitators=_writing(_readers(city, here, standing=Standing.FACILITATOR)),
            leads=_writing(_readers(city, here, role_id=lead.key)) if lead else (),
            approvers=_each_once(approving),
            assistants=tuple(_reader(city, one, said) for one, said in acting),
            facilitator_seat=seat,
            lead_seat=lead.name if lead else "",
        )
    return desks


def _designees(db: Session, cycle: UpdateCycle, today: date) -> dict[int, list[Person]]:
    """City → who is on record to approve in its mayor's place today. One query."""
    rows = db.exec(
        select(Seat.city_id, Person)
        .join(Designation, col(Designation.seat_id) == Seat.id)
        .join(Role, col(Role.id) == Seat.role_id)
        .join(Person, col(Person.id) == Designation.person_id)
        .where(
            Seat.cohort_id == cycle.cohort_id,
            Role.standing == Standing.MAYOR,
            col(Seat.archived_at).is_(None),
            col(Person.archived_at).is_(None),
            Designation.starts_on <= today,
            or_(col(Designation.ends_on).is_(None), col(Designation.ends_on) >= today),
        )
        .order_by(col(Designation.id))
    )
    found: dict[int, list[Person]] = {}
    for city_id, person in rows:
        if city_id is not None:
            found.setdefault(city_id, []).append(person)
    return found


def _readers(
    city: City, held: Iterable[_Held], *, standing: Standing | None = None, role_id: int | None = None
) -> tuple[Reader, ...]:
    """Who holds such a seat of the city."""
    return _each_once(
        _reader(city, one, office.said)
        for one, office in held
        if (standing is None or office.standing is standing) and (role_id is None or office.role_id == role_id)
    )


def _reader(city: City, one: Attendee | Person, office: str, *, approves: bool = False) -> Reader:
    number = one.person_id if isinstance(one, Attendee) else one.key
    return Reader(number, one.name, office, one.email, one.zone or city.zone, approves)


def _writing(readers: Iterable[Reader]) -> tuple[Reader, ...]:
    return _each_once(replace(one, writes=True) for one in readers)


def _each_once(readers: Iterable[Reader]) -> tuple[Reader, ...]:
    found: dict[int, Reader] = {}
    for one in readers:
        found.setdefault(one.person_id, one)
    return tuple(found.values())


def _said(readers: Iterable[Reader]) -> str:
    """ "Ana Roth is", "Ana Roth, Ben Cole and Cy Dorn are"."""
    *first, last = [one.name for one in readers]
    return f"{', '.join(first)} and {last} are" if first else f"{last} is"
