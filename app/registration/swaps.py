"""What a substitution would do, before it is done: what passes on and what does not, whom the agenda then wants
where, what is printed again and who is told. Nothing is changed (rule 10)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from sqlmodel import Session, col, select

from app import clock
from app.agenda import published
from app.agenda.draft import Draft, DraftSession
from app.agenda.findings import Checked, Finding
from app.agenda.loading import Supposed, load_draft
from app.agenda.wording import Knowing, known_to, said
from app.models import Convening, Openness, Person, Registration, RegistrationState, SessionFormat, Standing, Tenure
from app.models.people import Role, Seat
from app.people.audiences import Attendee, roll
from app.people.names import matches
from app.people.viewer import Office, Viewer, offices_of, stand_in_office
from app.registration.presence import said as windows_said
from app.registration.presence import windows_on_record
from app.registration.substitutions import Newcomer, grantable

STATES = {
    RegistrationState.SUBMITTED: "has a place of their own, which the next in line gets",
    RegistrationState.PENDING: "waits for approval",
    RegistrationState.OFFERED: "has been offered a place, which the next in line gets",
    RegistrationState.WAITING: "is on the waiting list",
    RegistrationState.DECLINED: "had said no",
    RegistrationState.CANCELLED: "had cancelled",
    RegistrationState.REPLACED: "gave their place up before",
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody of the team who could come; `note` says where their own registration stands."""

    person_id: int
    name: str
    office: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A session in words: its number, title and time in the convening's zone."""

    id: int
    title: str
    when: str


@dataclass(frozen=True, slots=True)
class Swap:
    """What would be. `closed` are the closed sessions of the seat, of which the substitute is in none ungranted."""

    passes_on: tuple[str, ...]
    stays: tuple[str, ...]
    sessions: tuple[Line, ...]
    closed: tuple[Line, ...]
    presents: tuple[Line, ...]
    made: tuple[str, ...]
    cured: tuple[str, ...]
    papers: tuple[str, ...]
    told: tuple[str, ...]
    untold: tuple[str, ...]


def candidates(db: Session, leaving: Registration, words: str = "") -> list[Candidate]:
    """The people of the same city (or of the lab) who could come instead, by role and name. Two queries."""
    convening = leaving.convening
    registered = {
        person_id: RegistrationState(state)
        for person_id, state in db.exec(
            select(Registration.person_id, Registration.state).where(
                Registration.convening_id == convening.key, Registration.city_id == leaving.city_id
            )
        )
    }
    people = roll(db, convening.starts_on, convening.cohort_id, registered)
    return [
        Candidate(one.person_id, one.name, one.office, STATES.get(registered.get(one.person_id), ""))  # type: ignore[arg-type]
        for one in people
        if one.person_id != leaving.person_id
        and (one.person_id in registered or any(office.city_id == leaving.city_id for office in one.offices))
        and matches(words, one.name, one.office)
    ]


def swap(
    db: Session,
    leaving: Registration,
    coming: Person | Newcomer,
    viewer: Viewer,
    *,
    nights: bool = True,
    grants: Collection[int] = (),
) -> Swap:
    """What would be if this person came in the other's place, as far as the viewer may know it."""
    convening = leaving.convening
    before = Checked.of(load_draft(db, convening))
    supposed = Supposed(leaving.person_id, _attendee(db, leaving, coming), _office(leaving), frozenset(grants))
    after = Checked.of(load_draft(db, convening, supposing=supposed))
    known = _known(db, convening, after.draft, viewer)
    person_id, bit = supposed.coming.person_id, after.draft.crowd.mask_of([supposed.coming.person_id])
    was = before.draft.crowd.mask_of([leaving.person_id])
    running = [one for one in after.draft.running if one.id in known]
    may_grant = set(grantable(db, convening, viewer))
    told = [(coming.name, coming.email), (leaving.person.name, leaving.person.email)]
    told += [
        (one.name, one.email) for one in facilitators_of(db, leaving) if one.key not in (person_id, leaving.person_id)
    ]
    return Swap(
        passes_on=_passes_on(leaving, nights=nights),
        stays=_stays(leaving),
        sessions=tuple(_line(after.draft, one) for one in running if one.audience & bit),
        closed=tuple(
            _line(before.draft, one)
            for one in before.draft.running
            if one.openness is Openness.CLOSED and one.audience & was and one.id in may_grant
        ),
        presents=tuple(_line(after.draft, one) for one in running if one.engaged & _of(after.draft, leaving)),
        made=tuple(_beyond(before, after, known, viewer)),
        cured=tuple(_beyond(after, before, known, viewer)),
        papers=_papers(leaving, nights=nights),
        told=tuple(name for name, email in told if email),
        untold=tuple(name for name, email in told if not email),
    )


def facilitators_of(db: Session, registration: Registration) -> list[Person]:
    """The facilitators of a registration's city today."""
    today = clock.today("UTC")
    rows = db.exec(
        select(Person)
        .join(Tenure, col(Tenure.person_id) == Person.id)
        .join(Seat, col(Seat.id) == Tenure.seat_id)
        .join(Role, col(Role.id) == Seat.role_id)
        .where(
            Seat.cohort_id == registration.convening.cohort_id,
            col(Seat.city_id).is_not(None),
            Seat.city_id == registration.city_id,
            col(Seat.archived_at).is_(None),
            Role.standing == Standing.FACILITATOR,
            Tenure.starts_on <= today,
            col(Tenure.ends_on).is_(None) | (col(Tenure.ends_on) >= today),
        )
        .order_by(col(Person.sort_name), col(Person.id))
        .distinct()
    )
    return list(rows)


def _attendee(db: Session, leaving: Registration, coming: Person | Newcomer) -> Attendee:
    """Who would come; somebody who is not on record yet has the number 0."""
    if isinstance(coming, Newcomer):
        return Attendee(0, coming.name, coming.name, coming.email or None, None, ())
    offices = offices_of(db, coming.key, leaving.convening.starts_on)
    return Attendee(coming.key, coming.name, coming.sort_name or coming.name, coming.email, coming.zone, offices)


def _office(leaving: Registration) -> Office | None:
    seat = leaving.seat
    return stand_in_office(seat, seat.role, leaving.convening.cohort, leaving.city) if seat is not None else None


def _of(draft: Draft, leaving: Registration) -> int:
    return draft.crowd.mask_of([leaving.person_id])


def _known(db: Session, convening: Convening, draft: Draft, viewer: Viewer) -> frozenset[int]:
    """The sessions that the viewer may read of: organizers, of the draft; others, of what is published and theirs to
    see in full (rules 13 and 18)."""
    if viewer.is_organizer(convening.cohort_id):
        return frozenset(draft.by_id) - known_to(draft, viewer).hidden
    agenda = published.agenda(db, convening, viewer)
    seen = agenda.sessions if agenda else ()
    return frozenset(
        one.id
        for one in seen
        if one.openness is not Openness.CLOSED and one.format is not SessionFormat.INTERNAL and not one.covered
    )


def _beyond(before: Checked, after: Checked, known: frozenset[int], viewer: Viewer) -> Iterable[str]:
    """What is found after and was not before, in words. The two crowds differ: people are compared by their numbers."""
    had: dict[str, set[int]] = {}
    for one in before.found:
        had.setdefault(one.key, set()).update(_people(before, one))
    knowing: Knowing = known_to(after.draft, viewer)
    for one in after.found:
        if not set(one.session_ids) <= known:
            continue
        new = _people(after, one) - had.get(one.key, set())
        if one.key in had and not new:
            continue
        finding = replace(one, people=after.draft.crowd.mask_of(new)) if new and one.key in had else one
        yield said(finding, after.draft, knowing)


def _people(checked: Checked, finding: Finding) -> set[int]:
    return {one.person_id for one in checked.draft.crowd.members(finding.people)}


def _line(draft: Draft, session: DraftSession) -> Line:
    start, end = (clock.local(moment, draft.zone) for moment in session.span)
    return Line(session.id, session.title, f"{clock.said_day(start.date())}, {start:%H:%M}–{end:%H:%M}")


def _passes_on(leaving: Registration, *, nights: bool) -> tuple[str, ...]:
    lines = ["The place" + (", paid for by the lab" if leaving.sponsored else "")]
    if leaving.seat is not None:
        lines.append(f"The seat in the audiences of this convening: {leaving.seat.title.lower()}")
    lines.append("When they are there: " + "; ".join(windows_said(leaving.convening, windows_on_record(leaving))))
    travel = leaving.travel
    if nights and travel is not None and travel.first_night is not None and travel.last_night is not None:
        hotel = f", {travel.block.name}" if travel.block is not None else ""
        lines.append(
            f"The nights of {clock.said_day(travel.first_night)} to {clock.said_day(travel.last_night)}{hotel}"
        )
    if any(one.stands for one in leaving.choices):
        lines.append("The choices between parallel sessions that are not closed")
    return tuple(lines)


def _stays(leaving: Registration) -> tuple[str, ...]:
    lines = ["Food, access and whom to call in an emergency: the one who comes is asked for their own"]
    lines.append("Consent to photographs and to stand on the roster")
    lines.append("How they travel and with whom they share a room")
    if leaving.seat is not None and leaving.seat.role.standing in (Standing.MAYOR, Standing.SUPERINTENDENT):
        lines.append("The office itself, and with it the approval of the city’s update")
    return tuple(lines)


def _papers(leaving: Registration, *, nights: bool) -> tuple[str, ...]:
    team = leaving.city.name if leaving.city is not None else "the lab"
    lines = ["One badge, with a code of its own", f"The sign-in sheet and the roster of {team}"]
    travel = leaving.travel
    if nights and travel is not None and travel.first_night is not None:
        lines.append("The rooming list")
    return tuple(lines)
