"""Who comes to the convenings of the sample: delegations, registrations, presence windows, private needs."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import cycle
from typing import Any

from sqlmodel import Session, col, or_, select

from app import clock
from app.models import Convening, ConveningStage, Person, Registration, RegistrationState, Seat, Tenure
from app.people.audit import verb
from app.people.viewer import Viewer
from app.registration.conditions import SUGGESTED, conditions_of, set_conditions
from app.registration.delegations import open_delegations
from app.registration.needs import write_dietary
from app.registration.presence import Window
from app.registration.registrations import (
    Details,
    cancel,
    decline,
    invite,
    register,
    registration_of,
    save_registration,
)
from app.registration.substitutions import substitute
from seed.answers import load_answers
from seed.calendar import walls
from seed.sample import Entry, Sample, read

OPENED_BEFORE = timedelta(weeks=12)
BETWEEN_TWO = timedelta(hours=31, minutes=17)
"""From one registration to the next: all of a convening fit between its opening and three weeks before it."""
PAST_OPENED_BEFORE = timedelta(weeks=10)
PAST_BETWEEN_TWO = tuple(timedelta(hours=hours, minutes=10) for hours in (2, 4, 41, 5, 76))
"""The past ones opened later, and people came in by the handful: all were in a week before the first day."""


@verb
def load_registration(db: Session, sample: Sample, *, by: Viewer) -> None:
    """Load the registrations of the next convening as written; of the past ones, everyone in office came."""
    for convening in sample.convenings.values():
        if convening.stage is ConveningStage.REPORTED:
            _all_came(db, convening, by)
    entry = read("registrations")
    convening = sample.convenings[entry["convening"]]
    set_conditions(db, convening, replace(conditions_of(convening), **dict[str, Any](SUGGESTED)), by=by)
    _registered(db, sample, convening, entry, by)
    load_answers(db, sample, convening, entry, by=by)


def _all_came(db: Session, convening: Convening, by: Viewer) -> None:
    delegations = {opened.city_id: opened for opened in open_delegations(db, convening, by=by)}
    moments = _moments(convening, PAST_OPENED_BEFORE, PAST_BETWEEN_TWO)
    for seat, person in _in_office(db, convening):
        registration = Registration(
            convening_id=convening.key,
            person_id=person.key,
            city_id=seat.city_id,
            seat_id=seat.key,
            state=RegistrationState.SUBMITTED,
            submitted_at=next(moments),
            photo_consent=True,
            listed=True,
        )
        db.add(registration)
        if seat.city_id is not None:
            delegations[seat.city_id].taken += 1
    db.flush()


def _registered(db: Session, sample: Sample, convening: Convening, entry: Entry, by: Viewer) -> None:
    open_delegations(db, convening, by=by)
    db.flush()
    details, moments = _details(sample, convening, entry), _moments(convening)
    groups = [*entry["delegation"], entry["lab"]]
    for group in groups:
        for key in group["submitted"]:
            wants = key in group.get("sponsored", ())
            known = details.get(key, Details(photo_consent=True))
            said = replace(known, listed=key not in entry["unlisted"], notices_read=True)
            registration = register(db, convening, sample.people[key], details=said, sponsored=wants, by=by)
            registration.submitted_at = next(moments)
        for written in group.get("cancelled", ()):
            leaving = registration_of(db, convening, sample.people[written["person"]].key)
            assert leaving is not None
            cancel(db, leaving, reason=written["reason"], by=by)
        for key in group.get("started", ()):
            save_registration(db, convening, sample.people[key], by=by)
        for key in group.get("declined", ()):
            decline(db, convening, sample.people[key], by=by)
        for written in group.get("substitutes", ()):
            _substituted(db, sample, convening, written, next(moments), by)
    for _, person in _in_office(db, convening):
        invite(db, convening, person, by=by)
    db.flush()


def _substituted(db: Session, sample: Sample, convening: Convening, written: Entry, when: datetime, by: Viewer) -> None:
    """Another person in a seat's place: the seat's place at the convening goes over, nothing private does (rule 10)."""
    replaced = register(db, convening, sample.people[written["for"]], by=by)
    made = substitute(db, replaced, sample.people[written["person"]], reason=written["reason"], by=by)
    made.substitution.created_at = made.substitution.coming.submitted_at = when


def _details(sample: Sample, convening: Convening, entry: Entry) -> dict[str, Details]:
    """What people have said of their presence and needs, by their key."""
    windows: dict[str, list[Window]] = {}
    for written in entry["window"]:
        day = convening.starts_on + timedelta(days=written["day"] - 1)
        starts_at, ends_at = (clock.at(day, wall, convening.zone) for wall in walls(written["time"]))
        windows.setdefault(written["person"], []).append(Window(starts_at, ends_at))
    needs = {written["person"]: written for written in entry["need"]}
    return {
        key: Details(
            windows=tuple(windows.get(key, ())),
            dietary=write_dietary(needs.get(key, {}).get("diets", ()), needs.get(key, {}).get("dietary", "")),
            access=needs.get(key, {}).get("access", ""),
            emergency_name=needs.get(key, {}).get("contact", ""),
            emergency_phone=needs.get(key, {}).get("phone", ""),
            name_to_caterer=needs.get(key, {}).get("told", False),
            photo_consent=True,
        )
        for key in (*windows, *needs, *entry["nothing"]["people"])
    }


def _in_office(db: Session, convening: Convening) -> list[tuple[Seat, Person]]:
    """Who holds which seat on the first day of a convening, cities and lab, in the order of seats."""
    day = convening.starts_on
    rows = db.exec(
        select(Seat, Person)
        .join(Tenure, col(Tenure.seat_id) == Seat.id)
        .join(Person, col(Person.id) == Tenure.person_id)
        .where(
            Seat.cohort_id == convening.cohort_id,
            Tenure.starts_on <= day,
            or_(col(Tenure.ends_on).is_(None), col(Tenure.ends_on) >= day),
        )
        .order_by(col(Seat.id))
    )
    return list(rows.all())


def _moments(
    convening: Convening, opened: timedelta = OPENED_BEFORE, pauses: tuple[timedelta, ...] = (BETWEEN_TWO,)
) -> Iterator[datetime]:
    """Instants at which people have registered, in order, from so long before the convening, the pauses in turn."""
    moment = clock.at(convening.starts_on - opened, walls("09:00–09:01")[0], convening.zone)
    for pause in cycle(pauses):
        yield moment
        moment += pause
