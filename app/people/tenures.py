"""Who holds which seat, from when to when. Tenures of a seat never overlap and are never deleted (rule 8)."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlmodel import Session, col, select

from app import clock
from app.models import Person, Seat, Tenure
from app.people.audit import Refused, verb
from app.people.viewer import Viewer

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Term:
    """How somebody is to hold a seat: from a day to a day, both included, or for as long as it lasts.

    `title` says the office in other words than the seat does ("Acting superintendent").
    """

    starts_on: date
    ends_on: date | None = None
    interim: bool = False
    title: str = ""


@verb
def give_seat(db: Session, seat: Seat, person: Person, term: Term, *, by: Viewer) -> Tenure:
    """Seat a person for a term.

    Raises Refused when its days are in the wrong order, or when anybody holds the seat on one of them (rule 8).
    """
    _hold_still(db, seat)
    if term.ends_on is not None and term.ends_on < term.starts_on:
        raise Refused("The last day comes before the first.", field="ends_on")
    _refuse_overlap(db, seat, term.starts_on, term.ends_on, field="starts_on")
    tenure = Tenure(
        seat_id=seat.key,
        person_id=person.key,
        starts_on=term.starts_on,
        ends_on=term.ends_on,
        interim=term.interim,
        title=term.title.strip(),
        seat=seat,
        person=person,
    )
    db.add(tenure)
    return tenure


@verb
def end_tenure(db: Session, tenure: Tenure, *, ends_on: date, by: Viewer) -> Tenure:
    """Let a tenure end with a day, which is its last. An end that stands may be moved, not over a successor."""
    _hold_still(db, tenure.seat)
    if ends_on < tenure.starts_on:
        raise Refused(f"This tenure began on {_said(tenure.starts_on)}; its last day cannot be earlier.", "ends_on")
    _refuse_overlap(db, tenure.seat, tenure.starts_on, ends_on, but=tenure, field="ends_on")
    tenure.ends_on = ends_on
    return tenure


@verb
def hand_over(db: Session, seat: Seat, person: Person, term: Term, *, by: Viewer) -> Tenure:
    """Seat a successor: whoever holds the seat that day has the day before as their last.

    Tasks and commitments belong to the seat and its city, so the successor has them at once; what the
    predecessor wrote stays theirs, with the office they held (rule 8).
    """
    _hold_still(db, seat)
    holder = holder_on(db, seat, term.starts_on)
    if holder is not None:
        if holder.person_id == person.key and holder.interim == term.interim:
            raise Refused(f"{person.name} holds this seat on that day already.", field="person")
        if holder.starts_on == term.starts_on:
            raise Refused(
                f"{holder.person.name} took this seat on the same day. Choose a later day.", field="starts_on"
            )
        end_tenure(db, holder, ends_on=term.starts_on - DAY, by=by)
        db.flush()
    return give_seat(db, seat, person, term, by=by)


def holder_on(db: Session, seat: Seat, on: date) -> Tenure | None:
    """The tenure of a seat on a day; None while it is vacant."""
    tenures = db.exec(select(Tenure).where(Tenure.seat_id == seat.key).order_by(col(Tenure.starts_on)))
    return next((tenure for tenure in tenures if tenure.held_on(on)), None)


def _hold_still(db: Session, seat: Seat) -> None:
    """Lock the seat, so that two who fill it at once come one after the other."""
    db.exec(select(Seat.id).where(Seat.id == seat.key).with_for_update()).one()


def _refuse_overlap(
    db: Session, seat: Seat, starts_on: date, ends_on: date | None, *, but: Tenure | None = None, field: str
) -> None:
    last = ends_on or date.max
    for other in db.exec(select(Tenure).where(Tenure.seat_id == seat.key).order_by(col(Tenure.starts_on))):
        if other is not but and other.starts_on <= last and starts_on <= (other.ends_on or date.max):
            until = f"to {_said(other.ends_on)}" if other.ends_on else "with no last day yet"
            raise Refused(
                f"{other.person.name} holds this seat from {_said(other.starts_on)} {until}. "
                "Let that tenure end first, or choose other days.",
                field=field,
            )


def _said(day: date) -> str:
    return clock.said_day(day, year=True)
