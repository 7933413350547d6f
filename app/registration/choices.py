"""Choosing between parallel sessions, with as many places as a session has; never one too many.

What can be chosen is what is published: the sessions of a choice group that take place in the newest release and
whose audience the person is of. Who changes their mind frees the old place; what they gave up stays on record. A
session that is withdrawn frees those who chose it: they are asked again, and told why. Whoever has no place at the
convening takes none in a session. In which of them somebody is then expected is decided in agenda/parallel.py.

A session's count is changed by an UPDATE that compares it with the cap in the same statement, and only while the
log is held (holding.py).
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import or_, update
from sqlmodel import Session, col, select

from app import clock
from app.agenda import published
from app.agenda.seeing import SeenSession
from app.models import HOLDING, AgendaSession, ChoicePlaces, Convening, Registration, SessionChoice
from app.people.audit import Refused, verb
from app.people.chosen import chosen
from app.people.viewer import Viewer, viewer_of
from app.registration.holding import hold_for, hold_log


@dataclass(frozen=True, slots=True)
class Offer:
    """A session to choose: places taken of `cap` (None is no limit), and whether this person has chosen it."""

    session: SeenSession
    taken: int
    cap: int | None
    chosen: bool

    @property
    def full(self) -> bool:
        """Whether nobody else can choose it."""
        return self.cap is not None and self.taken >= self.cap and not self.chosen

    @property
    def left(self) -> int | None:
        return None if self.cap is None else max(0, self.cap - self.taken)


@dataclass(frozen=True, slots=True)
class ChoiceGroup:
    """Parallel sessions of which a person chooses one. `lost` is what they had chosen and is not offered any more."""

    name: str
    offers: tuple[Offer, ...]
    lost: str = ""

    @property
    def chosen(self) -> Offer | None:
        return next((offer for offer in self.offers if offer.chosen), None)


@verb
def choose_session(db: Session, registration: Registration, group: str, session_id: int | None, *, by: Viewer) -> None:
    """Choose a session of a group, or (None) none of them; the place that was chosen before is free again.

    A second click changes nothing. Raises Refused, with the old choice kept, where the session is full or not offered.
    """
    hold_for(db, registration)
    field = f"choice-{group}"
    if session_id is not None and registration.state not in HOLDING:
        raise Refused("Sessions are chosen once there is a place. Register first.", field)
    found = next((one for one in choice_groups(db, registration) if one.name == group), None)
    offer = next((one for one in found.offers if one.session.id == session_id), None) if found else None
    if session_id is not None and offer is None:
        raise Refused("This session is not offered any more. Choose another.", field)
    hold_log(db)
    before = _chosen_in(db, registration, group, [one.session.id for one in found.offers] if found else [])
    if [one.session_id for one in before] == ([] if session_id is None else [session_id]):
        return
    _let_go(db, before)
    if offer is not None:
        if not _take(db, offer.session.id):
            raise Refused(f"{offer.session.title} is full. You keep what you had; choose another.", field)
        db.add(SessionChoice(registration_id=registration.key, session_id=offer.session.id, choice_group=group))
        db.flush()
    db.expire(registration, ["choices"])


@verb
def free_choices(db: Session, registration: Registration, *, by: Viewer) -> None:
    """Free all that somebody chose: they do not come."""
    hold_for(db, registration)
    rows = standing_choices(db, registration)
    if rows:
        hold_log(db)
        _let_go(db, rows)
        db.expire(registration, ["choices"])


def standing_choices(db: Session, registration: Registration) -> list[SessionChoice]:
    """What somebody has chosen and not given up."""
    return list(
        db.exec(
            select(SessionChoice)
            .where(SessionChoice.registration_id == registration.key, col(SessionChoice.given_up_at).is_(None))
            .order_by(col(SessionChoice.id))
        )
    )


def pass_choices(
    db: Session, leaving: Registration, coming: Registration, *, but: Collection[int] = frozenset()
) -> None:
    """Give one person's places in sessions to another, except those in some sessions: no place gets free meanwhile.
    Called in a verb that holds both registrations."""
    rows = [row for row in standing_choices(db, leaving) if row.session_id not in but]
    for row in rows:
        row.given_up_at = clock.now()
    db.flush()
    for row in rows:
        db.add(SessionChoice(registration_id=coming.key, session_id=row.session_id, choice_group=row.choice_group))
    db.flush()
    db.expire(coming, ["choices"])
    db.expire(leaving, ["choices"])


def take_again(db: Session, registration: Registration, chosen: Iterable[tuple[int, str]]) -> None:
    """Choose again what somebody had chosen, as (session, group), as far as there are places. Called in a verb that
    holds the registration."""
    hold_log(db)
    for session_id, group in chosen:
        if _take(db, session_id):
            db.add(SessionChoice(registration_id=registration.key, session_id=session_id, choice_group=group))
    db.flush()
    db.expire(registration, ["choices"])


@verb
def limit_choice(db: Session, session: AgendaSession, *, cap: int | None, by: Viewer) -> None:
    """Set how many can choose a session; None is no limit. Who has chosen it keeps it, whatever the limit."""
    if cap is not None and not 0 <= cap <= 9999:
        raise Refused("A limit is a number of places, such as 30; without one it is empty.", f"cap-{session.key}")
    hold_log(db)
    places = _places(db, session.key)
    if places.cap != cap:
        places.cap = cap
        db.add(places)


def choice_groups(db: Session, registration: Registration) -> list[ChoiceGroup]:
    """What a person may choose, in order of time. The number of queries is fixed."""
    convening = registration.convening
    agenda = published.agenda(db, convening, viewer_of(db, registration.person_id))
    if agenda is None:
        return []
    groups: dict[str, list[SeenSession]] = {}
    for session in agenda.sessions:
        if session.choice_group and (session.mine or session.chose_another) and not session.cancelled:
            groups.setdefault(session.choice_group, []).append(session)
    offered = [session.id for sessions in groups.values() for session in sessions]
    counts = places_of(db, offered)
    on_record = _on_record(db, registration)
    found = []
    for name, sessions in groups.items():
        offers = tuple(Offer(one, *counts.get(one.id, (0, None)), one.id in on_record) for one in sessions)
        has = any(offer.chosen for offer in offers)
        gone = [title for number, (group, title) in on_record.items() if group == name and number not in offered]
        found.append(ChoiceGroup(name, offers, "" if has else next(iter(gone), "")))
    return found


def places_of(db: Session, session_ids: Iterable[int]) -> dict[int, tuple[int, int | None]]:
    """How many chose each session, and how many can; without anything said it is left out. One query."""
    rows = db.exec(
        select(ChoicePlaces.session_id, ChoicePlaces.taken, ChoicePlaces.cap).where(
            col(ChoicePlaces.session_id).in_(list(session_ids))
        )
    )
    return {number: (taken, cap) for number, taken, cap in rows}


def chosen_by(db: Session, convening: Convening) -> Mapping[int, frozenset[int]]:
    """By person, the sessions that they chose, of all who hold a place. One query."""
    return {person_id: frozenset(sessions) for person_id, sessions in chosen(db, convening.key).at.items()}


def _on_record(db: Session, registration: Registration) -> dict[int, tuple[str, str]]:
    """By session, the group in which it was chosen, and its title."""
    rows = db.exec(
        select(SessionChoice.session_id, SessionChoice.choice_group, AgendaSession.title)
        .join(AgendaSession, col(AgendaSession.id) == SessionChoice.session_id)
        .where(SessionChoice.registration_id == registration.key, col(SessionChoice.given_up_at).is_(None))
    )
    return {number: (group, title) for number, group, title in rows}


def _chosen_in(db: Session, registration: Registration, group: str, sessions: list[int]) -> list[SessionChoice]:
    """What stands of a person in a group: under its name, or of what is in it now."""
    return list(
        db.exec(
            select(SessionChoice).where(
                SessionChoice.registration_id == registration.key,
                col(SessionChoice.given_up_at).is_(None),
                or_(col(SessionChoice.choice_group) == group, col(SessionChoice.session_id).in_(sessions)),
            )
        )
    )


def _let_go(db: Session, rows: list[SessionChoice]) -> None:
    for row in rows:
        _count(db, row.session_id, -1)
        row.given_up_at = clock.now()
    db.flush()


def _take(db: Session, session_id: int) -> bool:
    """Take a place of a session if there is one."""
    _places(db, session_id)
    return _count(db, session_id, 1)


def _places(db: Session, session_id: int) -> ChoicePlaces:
    """The session's places, made when first asked for; the log is held, so nobody else makes them meanwhile."""
    places = db.exec(select(ChoicePlaces).where(ChoicePlaces.session_id == session_id)).first()
    if places is None:
        places = ChoicePlaces(session_id=session_id)
        db.add(places)
        db.flush()
    return places


def _count(db: Session, session_id: int, by: int) -> bool:
    """Count one more, if it fits under the cap, or one less: comparing and counting are one statement."""
    taken, cap = col(ChoicePlaces.taken), col(ChoicePlaces.cap)
    counted = db.exec(
        update(ChoicePlaces)
        .where(col(ChoicePlaces.session_id) == session_id, or_(cap.is_(None), taken < cap) if by > 0 else taken > 0)
        .values({taken: taken + by})
        .execution_options(synchronize_session=False)
    )
    return counted.rowcount == 1
