"""What somebody said they will do after a gathering. It stands on the next ones of the series until it is done."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_
from sqlmodel import Session, col, select

from app import clock
from app.gatherings.circle import Circle, circle_around
from app.gatherings.dates import Dates, dates_of
from app.gatherings.details import day_of
from app.models import AgendaSession, CallAction, Person, Standing
from app.people.audiences import Attendee, roll, rule_of
from app.people.audit import Refused, verb
from app.people.prose import as_written
from app.people.viewer import Viewer

LONGEST = 1000
LAB = (Standing.ORGANIZER, Standing.STAFF)


@dataclass(frozen=True, slots=True)
class Promise:
    """What is typed of an action. `owner_id` is a person's number, where somebody takes it on."""

    text: str
    owner_id: int | None = None
    due_on: date | None = None
    confidential: bool = False


@dataclass(frozen=True, slots=True)
class Action:
    """An action as one viewer sees it on one date; `since` is the day of the date it comes from, where that is
    another. `is_late`: its day has gone by in the gathering's zone."""

    id: int
    text: str
    owner_id: int | None
    owner: str
    due_on: date | None
    confidential: bool
    is_own: bool
    is_done: bool
    is_late: bool
    is_away: bool
    since: date | None


@verb
def promise(db: Session, session: AgendaSession, said: Promise, *, by: Viewer) -> CallAction:
    """Write down what somebody will do. Twice the same is one action."""
    circle_around(db, session, by, confidential=said.confidential)
    said = _checked(db, session, said)
    twin = db.exec(
        select(CallAction).where(
            CallAction.session_id == session.key,
            CallAction.text == said.text,
            CallAction.owner_id == said.owner_id,
            CallAction.confidential == said.confidential,
            col(CallAction.archived_at).is_(None),
        )
    ).first()
    if twin is not None:
        return twin
    action = CallAction(
        session_id=session.key,
        series_id=session.series_id,
        text=said.text,
        owner_id=said.owner_id,
        due_on=said.due_on,
        confidential=said.confidential,
        by_id=by.person_id,
    )
    db.add(action)
    db.flush()
    return action


@verb
def change_action(db: Session, session: AgendaSession, action: CallAction, to: Promise, *, by: Viewer) -> None:
    """Say it otherwise, or hand it to somebody else. What was confided stays so."""
    circle_around(db, session, by, confidential=action.confidential or to.confidential)
    if action.confidential and not to.confidential:
        raise Refused("It was said in confidence, and stays so.", "confidential")
    kept = action.owner_id if to.owner_id == action.owner_id else None
    to = _checked(db, session, to, kept=kept)
    action.text, action.owner_id, action.due_on, action.confidential = to.text, to.owner_id, to.due_on, to.confidential
    db.add(action)


@verb
def tick_action(db: Session, session: AgendaSession, action: CallAction, *, done: bool, by: Viewer) -> None:
    """Say that it is done, or that it is not."""
    circle_around(db, session, by, confidential=action.confidential)
    if done and action.done_at is None:
        action.done_at, action.done_by_id = clock.now(), by.person_id
    elif not done:
        action.done_at = action.done_by_id = None
    db.add(action)


@verb
def drop_action(db: Session, session: AgendaSession, action: CallAction, *, dropped: bool, by: Viewer) -> None:
    """Strike an action that nobody will do, or bring it back."""
    circle_around(db, session, by, confidential=action.confidential)
    action.archived_at = (action.archived_at or clock.now()) if dropped else None
    db.add(action)


def actions_on(db: Session, session: AgendaSession, circle: Circle, viewer: Viewer, dates: Dates) -> list[Action]:
    """The actions of a gathering as a viewer sees them: said on it, or on an earlier one and not done. One query."""
    carried = col(CallAction.series_id).in_(dates.series) & col(CallAction.done_at).is_(None)
    query = (
        select(CallAction, Person.name)
        .outerjoin(Person, col(Person.id) == CallAction.owner_id)
        .where(or_(col(CallAction.session_id) == session.key, carried & col(CallAction.archived_at).is_(None)))
        .order_by(col(CallAction.due_on).is_(None), col(CallAction.due_on), col(CallAction.id))
    )
    if not circle.confides:
        query = query.where(col(CallAction.confidential).is_(False))
    return [
        _seen(row, owner, session, viewer, dates)
        for row, owner in db.exec(query)
        if (row.session_id == session.key or dates.standing(row.session_id) == session.key)
        and dates.may_read(circle, session.key, row.session_id, confidential=row.confidential)
    ]


def action_on(db: Session, session: AgendaSession, number: int, circle: Circle) -> CallAction | None:
    """One of them, for a verb; None where the circle knows of no such action."""
    action, dates = db.get(CallAction, number), dates_of(db, session)
    if action is None or (action.session_id != session.key and action.series_id not in dates.series):
        return None
    seen = dates.may_read(circle, session.key, action.session_id, confidential=action.confidential)
    return action if seen else None


def owners_of(db: Session, session: AgendaSession) -> list[Attendee]:
    """Who can take something on: those whom the gathering is for, and the lab unless it is shut out."""
    rule = rule_of(session.audience)
    people = roll(db, day_of(session) or clock.today(session.zone), session.cohort_id, rule.person_ids)
    return [
        one for one in people if rule.takes(one.person_id, one.offices) or (is_of_lab(one) and not session.excludes_lab)
    ]


def is_of_lab(one: Attendee) -> bool:
    return any(office.standing in LAB for office in one.offices)


def _checked(db: Session, session: AgendaSession, said: Promise, *, kept: int | None = None) -> Promise:
    """The action with its text in one line; `kept` is an owner who may stay though they are not of it any more."""
    text = " ".join(as_written(said.text, longest=LONGEST, field="action").split())
    if not text:
        raise Refused("Say what will be done.", "action")
    if said.owner_id is not None and said.owner_id != kept:
        owner = next((one for one in owners_of(db, session) if one.person_id == said.owner_id), None)
        if owner is None:
            raise Refused("Choose one of those who are in it.", "owner")
        if said.confidential and is_of_lab(owner):
            raise Refused("The lab does not see what is confidential, so nobody of it can take this on.", "owner")
    return Promise(text, said.owner_id, said.due_on, said.confidential)


def _seen(row: CallAction, owner: str | None, session: AgendaSession, viewer: Viewer, dates: Dates) -> Action:
    put_on = dates.get(row.session_id)
    return Action(
        id=row.key,
        text=row.text,
        owner_id=row.owner_id,
        owner=owner or "",
        due_on=row.due_on,
        confidential=row.confidential,
        is_own=row.owner_id is not None and row.owner_id == viewer.person_id,
        is_done=row.done_at is not None,
        is_late=row.done_at is None and row.due_on is not None and row.due_on < clock.today(session.zone),
        is_away=row.archived_at is not None,
        since=put_on.day if row.session_id != session.key and put_on else None,
    )
