"""When people can register for a convening, and on what terms."""

from datetime import date, datetime, time, timedelta

from sqlmodel import Session

from app import clock
from app.models import Convening, ConveningStage
from app.people.audit import Refused, verb
from app.people.viewer import Viewer

BEFORE = (ConveningStage.CONCEPT, ConveningStage.DATES_HELD)
OVER = (ConveningStage.CLOSED, ConveningStage.REPORTED)


def opens_at(convening: Convening) -> datetime | None:
    """When registration opens, a UTC instant; None where no time is set: then it opens with its stage."""
    return convening.registration_opens_at


def closes_at(convening: Convening) -> datetime:
    """When registration closes, a UTC instant: as set, otherwise when the first day ends."""
    return convening.registration_closes_at or end_of(convening.starts_on, convening.zone)


def end_of(day: date, zone: str) -> datetime:
    """The UTC instant at which a day is over in a zone."""
    return clock.at(day + timedelta(days=1), time(0), zone)


def closed_because(convening: Convening) -> str | None:
    """Why nobody can register now, in a sentence; None while it is open to all. Organizers may anyway."""
    opens = convening.registration_opens_at
    waits_for_stage = opens is None and convening.stage is ConveningStage.ANNOUNCED
    if convening.stage in BEFORE or waits_for_stage or (opens and clock.now() < opens):
        when = (
            f" It opens on {clock.said_moment(opens, convening.zone)}."
            if opens and convening.stage not in BEFORE
            else ""
        )
        return f"Registration for {convening.title} has not opened yet.{when}"
    closes = closes_at(convening)
    if convening.stage in OVER or clock.now() >= closes:
        last = clock.local(closes - timedelta(microseconds=1), convening.zone)
        return f"Registration for {convening.title} closed on {clock.said_day(last, year=True)}."
    return None


@verb
def set_opening(
    db: Session, convening: Convening, *, opens_at: datetime | None, closes_at: datetime | None, by: Viewer
) -> None:
    """Say between which UTC instants people can register; None leaves it to the stage, and to the first day."""
    if opens_at and closes_at and closes_at <= opens_at:
        raise Refused("Registration would close before it opens.", field="closes_at")
    if closes_at and closes_at > end_of(convening.ends_on, convening.zone):
        raise Refused("Registration would close after the convening is over.", field="closes_at")
    convening.registration_opens_at, convening.registration_closes_at = opens_at, closes_at
    db.add(convening)
