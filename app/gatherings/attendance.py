"""Who was at a webinar: by their click at its door, and by the list of the meeting service.

A list is matched to seats by address, then by name where only one seat has it; what fits nobody is placed by choosing,
or left. What a list says of somebody stands until another list says it anew: taken twice, it changes nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from app import clock
from app.gatherings.reminding import seats_with_people
from app.gatherings.seats import seat_for
from app.gatherings.webinars import hold, refuse_other_kinds
from app.models import AgendaSession, Person, WebinarSeat
from app.people.audit import Refused, verb
from app.people.names import plain
from app.people.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Listed:
    """Somebody on a meeting service's list, whichever service it is: `key` is theirs in it, `minutes` in all."""

    key: str
    where: str
    name: str
    email: str
    minutes: int | None


@dataclass(frozen=True, slots=True)
class Placed:
    """Somebody on the list with the seat that is theirs, or with the person on record who had not registered."""

    listed: Listed
    seat: WebinarSeat | None = None
    person: Person | None = None

    @property
    def name(self) -> str:
        if self.seat is not None:
            return name_of(self.seat)
        assert self.person is not None
        return self.person.name

    @property
    def is_as_before(self) -> bool:
        return self.seat is not None and self.seat.listed_at is not None and self.seat.minutes == self.listed.minutes


@dataclass(frozen=True, slots=True)
class Plan:
    """What taking a list would do: who is placed, who fits nobody, and the seats that are left to place them on."""

    placed: tuple[Placed, ...]
    unplaced: tuple[Listed, ...]
    free: tuple[WebinarSeat, ...]

    @property
    def changes(self) -> int:
        return sum(not one.is_as_before for one in self.placed)


@dataclass(frozen=True, slots=True)
class Taken:
    """What taking it did: how many are noted anew, how many were so before, and how many were left out."""

    noted: int
    as_before: int
    left: int


def plan_attendance(db: Session, session: AgendaSession, listed: Sequence[Listed]) -> Plan:
    """Whose is whose; three queries, however long the list is."""
    seats = seats_with_people(db, session)
    by_email = {email: seat for seat in seats if (email := email_of(seat))}
    by_name: dict[str, list[WebinarSeat]] = {}
    for one_seat in seats:
        by_name.setdefault(plain(name_of(one_seat)), []).append(one_seat)
    on_record = _on_record(db, (one.email for one in listed))
    placed: list[Placed] = []
    unplaced: list[Listed] = []
    used: set[int] = set()
    for one in sorted(listed, key=lambda one: one.email not in by_email):
        seat: WebinarSeat | None = by_email.get(one.email)
        if seat is None and (person := on_record.get(one.email)):
            seat = next((s for s in seats if s.person_id == person.key), None)
            if seat is None:
                placed.append(Placed(one, person=person))
                continue
        if seat is None:
            named = {s.key: s for name in _spellings(one.name) for s in by_name.get(name, ()) if s.key not in used}
            seat = next(iter(named.values())) if len(named) == 1 else None
        if seat is None or seat.key in used:
            unplaced.append(one)
        else:
            used.add(seat.key)
            placed.append(Placed(one, seat=seat))
    in_order = {one.key: place for place, one in enumerate(listed)}
    return Plan(
        tuple(sorted(placed, key=lambda one: in_order[one.listed.key])),
        tuple(sorted(unplaced, key=lambda one: in_order[one.key])),
        tuple(seat for seat in seats if seat.key not in used),
    )


@verb
def take_attendance(
    db: Session,
    session: AgendaSession,
    listed: Sequence[Listed],
    chosen: Mapping[str, int],
    *,
    secret: bytes,
    by: Viewer,
) -> Taken:
    """Note who was there, as a list says; `chosen` are the seats (numbers) of those who fit nobody, by their keys.

    Who is on record and came without registering gets a seat. Raises Refused for a seat that is chosen twice or is not
    free any more.
    """
    hold(db, session)
    refuse_other_kinds(session)
    plan = plan_attendance(db, session, listed)
    free = {seat.key: seat for seat in plan.free}
    noted = as_before = left = 0
    for placed in plan.placed:
        if placed.is_as_before:
            as_before += 1
            continue
        seat = placed.seat
        if seat is None:
            assert placed.person is not None
            seat = seat_for(db, session, placed.person, secret)
        _note(seat, placed.listed)
        db.add(seat)
        noted += 1
    for one in plan.unplaced:
        number = chosen.get(one.key)
        if number is None:
            left += 1
            continue
        if number not in free:
            raise Refused(f"The seat chosen for {one.name or one.email} is another’s on this list. Choose again.")
        seat = free.pop(number)
        if seat.listed_at is not None and seat.minutes == one.minutes:
            as_before += 1
            continue
        _note(seat, one)
        db.add(seat)
        noted += 1
    return Taken(noted, as_before, left)


def was_there(seat: WebinarSeat) -> bool:
    """Whether somebody came: they stand on the service's list, or pressed the button at the door."""
    return seat.joined_at is not None or seat.listed_at is not None


def name_of(seat: WebinarSeat) -> str:
    return seat.person.name if seat.person else seat.name


def email_of(seat: WebinarSeat) -> str:
    return ((seat.person.email if seat.person else seat.email) or "").lower()


def _spellings(name: str) -> set[str]:
    """A name as it may stand at a seat: "Roth, Ada" is Ada Roth."""
    last, comma, first = name.partition(",")
    return {plain(one) for one in (name, f"{first} {last}" if comma else "") if one.strip()}


def _note(seat: WebinarSeat, listed: Listed) -> None:
    seat.minutes, seat.listed_at = listed.minutes, clock.now()


def _on_record(db: Session, emails: Iterable[str]) -> dict[str, Person]:
    """The people on record who have these addresses, merged records as those that were kept."""
    wanted = {email for email in emails if email}
    if not wanted:
        return {}
    found = {one.email: one for one in db.exec(select(Person).where(col(Person.email).in_(wanted))) if one.email}
    kept_ids = {one.merged_into_id for one in found.values() if one.merged_into_id is not None}
    kept = {one.key: one for one in db.exec(select(Person).where(col(Person.id).in_(kept_ids)))} if kept_ids else {}
    return {email: kept[one.merged_into_id] if one.merged_into_id else one for email, one in found.items()}
