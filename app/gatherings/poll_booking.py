"""A time that was found is booked with one act: the gathering stands in everybody's calendar, and nobody is asked any
more. To take it back is to call the gathering off (arranging.py)."""

from sqlmodel import Session, col, select

from app import clock
from app.gatherings.arranging import arrange_gathering
from app.gatherings.details import Details
from app.gatherings.poll_groups import group_meant
from app.gatherings.polls import COVERS, asked_of, hold, is_booked, refuse_closed
from app.models import AgendaSession, Cohort, Openness, PollSlot, Role, TimePoll
from app.people.audiences import Rule, people_of
from app.people.audit import Refused, verb
from app.people.viewer import Viewer


@verb
def book(
    db: Session, cohort: Cohort, poll: TimePoll, slot: PollSlot, *, role: Role | None = None, by: Viewer
) -> tuple[AgendaSession, bool]:
    """Make the gathering at a time that was asked about, for those asked or, with `role`, for whoever holds that seat
    on the day; and close the poll. Returns the gathering, and whether it is new: booked twice, it is the same one.

    Raises Refused where another time is booked meanwhile.
    """
    hold(db, poll)
    if poll.booked is not None and is_booked(poll):
        if poll.booked.starts_at == slot.starts_at:
            return poll.booked, False
        starts = poll.booked.starts_at or slot.starts_at
        raise Refused(f"{clock.said_moment(starts, poll.zone)} is booked already. Call that off to book another time.")
    refuse_closed(poll)
    if slot.archived_at is not None:
        raise Refused("This time is not asked about any more. Choose another.")
    if slot.starts_at <= clock.now():
        raise Refused("This time is over. Choose one that is still to come.")
    if role is not None and role.key not in {one.key for one in roles_meant(db, cohort, poll)}:
        raise Refused("Those asked are not just the people of that role any more. Book it for those asked.")
    people = frozenset(one.person_id for one in asked_of(poll))
    details = Details(
        title=poll.title,
        audience=Rule(role_ids=frozenset({role.key})) if role is not None else Rule(person_ids=people),
        cover_title=COVERS[poll.format] if poll.openness is Openness.CLOSED else "",
        purpose=poll.purpose,
        format=poll.format,
        openness=poll.openness,
        join_url=poll.join_url,
    )
    gathering = arrange_gathering(
        db, cohort, details, starts_at=slot.starts_at, minutes=poll.minutes, zone=poll.zone, by=by
    )
    gathering.group_id = group_meant(db, cohort, poll, people)
    poll.booked_id, poll.closed_at = gathering.key, clock.now()
    db.flush()
    db.refresh(poll)
    return gathering, True


def roles_meant(db: Session, cohort: Cohort, poll: TimePoll) -> list[Role]:
    """The roles whose holders of today are exactly those asked: for them it may be booked as well."""
    asked = {one.person_id for one in asked_of(poll)}
    found = people_of(db, Rule(everyone=True), clock.today(cohort.zone), cohort_id=cohort.key)
    holding: dict[int, set[int]] = {}
    for person in found:
        for office in person.offices:
            holding.setdefault(office.role_id, set()).add(person.person_id)
    meant = [number for number, people in holding.items() if people == asked]
    return list(db.exec(select(Role).where(col(Role.id).in_(meant)).order_by(col(Role.position), col(Role.id))))
