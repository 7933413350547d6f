"""How private needs end: purged a set number of days after the convening, by a job, unless a legal hold keeps them
(rule 12). Each purge leaves a report: what went, when, how many people's, by which rule.

What goes: food, access and emergency contacts; what speakers need for themselves; and of travel when and how people
came and went and with whom they shared a room. What stays: nights, hotel block and payer, by which bills are settled,
and the answers to the organizers' own questions, which are asked in order to be kept. Caterers' links end with it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, or_, select

from app import clock
from app.agenda.speakers import forget_access
from app.models import (
    AuditEntry,
    Convening,
    LinkPurpose,
    PrivateLink,
    PrivateNeeds,
    RecordsHold,
    Registration,
    Standing,
    Travel,
)
from app.people.audit import Refused, verb
from app.people.due import Due
from app.people.prose import as_written
from app.people.records_holds import held_cities
from app.people.viewer import Viewer

ACT = "purge_private_needs"
WARNED_BEFORE = timedelta(days=7)
LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class Purge:
    """One purge on record: how many people's needs, emergency contacts, speakers' needs and travel went."""

    at: datetime
    by: str
    rule: str
    needs: int
    emergency: int
    speakers: int
    travel: int


@dataclass(frozen=True, slots=True)
class Hold:
    """Who set or lifted the legal hold, when (UTC) and why."""

    is_set: bool
    by: str
    at: datetime
    reason: str


def purge_due_on(convening: Convening) -> date:
    """The day on which the needs of a convening are to go, in its zone."""
    return convening.ends_on + timedelta(days=convening.purge_days)


@verb
def purge_private_needs(db: Session, convening: Convening, *, on: date | None = None, by: Viewer) -> int:
    """Delete what is private of a convening whose day has come by `on` (today in its zone), unless on legal hold: the
    convening's, or one on the records of the city that somebody comes from.

    Returns how many people's needs went; 0 before the day, so that a job may ask daily. That they were
    answered and purged stays in the audit log, what they said does not. It needs no key: what cannot be read any
    more goes just the same.
    """
    if convening.legal_hold or (on or clock.today(convening.zone)) < purge_due_on(convening):
        return 0
    held = [city.key for city in held_cities(db, convening.cohort_id)]
    rows = db.exec(
        select(PrivateNeeds)
        .join(Registration, col(Registration.id) == PrivateNeeds.registration_id)
        .where(Registration.convening_id == convening.key, _of_no_held_city(held))
    ).all()
    emergency = sum(bool(needs.emergency_name or needs.emergency_phone) for needs in rows)
    for needs in rows:
        db.delete(needs)
    speakers = forget_access(db, convening, but_of=held)
    travel = _forget_travel(db, convening, held)
    _end_caterers_links(db, convening)
    if rows or speakers or travel:
        counts = {"needs": len(rows), "emergency": emergency, "speakers": speakers, "travel": travel}
        rule = f"{convening.purge_days} days after {clock.said_day(convening.ends_on, year=True)}"
        _note(db, convening, {**counts, "rule": rule}, by)
    return len(rows) + speakers


@verb
def hold_needs(db: Session, convening: Convening, *, reason: str, by: Viewer) -> None:
    """Put a legal hold on the needs of a convening: nothing is purged until it is lifted."""
    reason = _reason(reason)
    if not convening.legal_hold:
        convening.legal_hold = True
        db.add(convening)


@verb
def lift_hold(db: Session, convening: Convening, *, reason: str, by: Viewer) -> None:
    """Lift the legal hold; what is overdue goes within the hour."""
    reason = _reason(reason)
    if convening.legal_hold:
        convening.legal_hold = False
        db.add(convening)


def hold_of(db: Session, convening: Convening) -> Hold | None:
    """The last setting or lifting of the legal hold, or None where nobody ever did."""
    entry = db.exec(
        select(AuditEntry)
        .where(
            AuditEntry.subject == "convening",
            AuditEntry.subject_id == convening.key,
            col(AuditEntry.act).in_(["hold_needs", "lift_hold"]),
        )
        .order_by(col(AuditEntry.id).desc())
    ).first()
    return Hold(entry.act == "hold_needs", entry.by, entry.created_at, entry.reason) if entry else None


def purges_on_record(db: Session, convening: Convening) -> list[Purge]:
    """The reports of all purges of a convening, newest first."""
    entries = db.exec(
        select(AuditEntry)
        .where(AuditEntry.subject == "convening", AuditEntry.subject_id == convening.key, AuditEntry.act == ACT)
        .order_by(col(AuditEntry.id).desc())
    )
    return [Purge(at=entry.created_at, by=entry.by, **entry.after) for entry in entries if entry.after]


def due_from(db: Session, viewer: Viewer) -> list[Due]:
    """A warning to organizers, from a week before: what is to be purged, and where it can still be held. One query."""
    cohorts = [o.cohort_id for o in viewer.offices if o.standing is Standing.ORGANIZER and not viewer.acting]
    if not cohorts:
        return []
    held = (
        select(RecordsHold.city_id)
        .where(RecordsHold.cohort_id == Convening.cohort_id, col(RecordsHold.lifted_at).is_(None))
        .correlate(Convening)
    )
    kept = (
        select(PrivateNeeds.id)
        .join(Registration, col(Registration.id) == PrivateNeeds.registration_id)
        .where(
            Registration.convening_id == Convening.id,
            or_(col(Registration.city_id).is_(None), col(Registration.city_id).not_in(held)),
        )
        .exists()
    )
    convenings = db.exec(
        select(Convening).where(
            col(Convening.cohort_id).in_(cohorts),
            col(Convening.archived_at).is_(None),
            col(Convening.legal_hold).is_(False),
            col(Convening.ends_on) < clock.today("UTC") + timedelta(days=1),
            kept,
        )
    )
    return [
        Due(
            f"Private needs of {convening.title} are deleted soon",
            f"{convening.path}/registration/needs#purge",
            purge_due_on(convening),
            "Nothing to do, unless a legal hold must keep them",
        )
        for convening in convenings
        if clock.today(convening.zone) >= purge_due_on(convening) - WARNED_BEFORE
    ]


def held_needs(db: Session, convening: Convening) -> list[tuple[tuple[str, str], int]]:
    """The cities whose records are held, as (name, slug), with how many people's needs that keeps. Two queries."""
    cities = held_cities(db, convening.cohort_id)
    counted = dict(
        db.exec(
            select(Registration.city_id, func.count())
            .join(PrivateNeeds, col(PrivateNeeds.registration_id) == Registration.id)
            .where(
                Registration.convening_id == convening.key,
                col(Registration.city_id).in_([city.key for city in cities]),
            )
            .group_by(col(Registration.city_id))
        ).all()
    )
    return [((city.name, city.slug), counted.get(city.key, 0)) for city in cities]


def _of_no_held_city(held: Sequence[int]) -> ColumnElement[bool]:
    return or_(col(Registration.city_id).is_(None), col(Registration.city_id).not_in(held))


def _forget_travel(db: Session, convening: Convening, held: Sequence[int]) -> int:
    rows = db.exec(
        select(Travel)
        .join(Registration, col(Registration.id) == Travel.registration_id)
        .where(
            Registration.convening_id == convening.key,
            _of_no_held_city(held),
            or_(
                col(Travel.arrives_at).is_not(None),
                col(Travel.leaves_at).is_not(None),
                Travel.arrives_by != "",
                Travel.leaves_by != "",
                Travel.shares_with != "",
            ),
        )
    ).all()
    for travel in rows:
        travel.arrives_at = travel.leaves_at = None
        travel.arrives_by = travel.leaves_by = travel.shares_with = ""
    return len(rows)


def _end_caterers_links(db: Session, convening: Convening) -> None:
    links = db.exec(
        select(PrivateLink).where(
            PrivateLink.convening_id == convening.key,
            PrivateLink.purpose == LinkPurpose.CATERER,
            col(PrivateLink.revoked_at).is_(None),
        )
    )
    for link in links:
        link.revoked_at = clock.now()


def _reason(reason: str) -> str:
    reason = as_written(reason, longest=LONGEST_REASON, field="reason")
    if not reason:
        raise Refused("Say why: it stands on record with your name.", field="reason")
    return reason


def _note(db: Session, convening: Convening, after: dict[str, object], by: Viewer) -> None:
    db.add(
        AuditEntry(
            by_id=by.actor_id,
            by=by.actor_name,
            cohort_id=convening.cohort_id,
            act=ACT,
            subject="convening",
            subject_id=convening.key,
            after=after,
        )
    )
