"""A convening as an all-day entry: held while there is no agenda, then a banner above its sessions.

The same event all along, so that a save-the-date turns into the convening. It never blocks anybody's days: the
sessions do that. How often it changed stands in the audit log, which therefore gives its sequence.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from app.calendars.documents import Entry, State
from app.calendars.history import changes_of, version
from app.calendars.places import Place
from app.models import AgendaRelease, Convening

TOLD = frozenset({"starts_on", "ends_on", "archived_at"})
SHOWN = frozenset({"title", "theme", "zone"})


def banners(
    db: Session, convenings: Collection[Convening], addresses: Mapping[int, str], places: Mapping[int, Place]
) -> dict[int, Entry]:
    """The all-day entry of each convening, by its id; two queries however many they are."""
    releases = _first_releases(db, convenings)
    changes = changes_of(db, "convening", {one.key for one in convenings}, told=TOLD, shown=SHOWN)
    entries = {}
    for convening in convenings:
        place, released_at = places[convening.key], releases.get(convening.key)
        happened = [*changes[convening.key], *place.happened, *([(released_at, True)] if released_at else [])]
        its = version(convening.created_at, happened)
        entries[convening.key] = Entry(
            uid=convening.uid,
            sequence=its.sequence,
            changed_at=its.changed_at,
            title=convening.title,
            starts=convening.starts_on,
            ends=convening.ends_on + timedelta(days=1),
            zone=convening.zone,
            state=_state(convening, is_released=released_at is not None),
            location=place.said,
            coordinates=place.coordinates,
            description=convening.theme,
            address=addresses[convening.key],
            categories=("Convening",),
            is_free=True,
        )
    return entries


def _state(convening: Convening, *, is_released: bool) -> State:
    if convening.archived_at is not None:
        return State.CANCELLED
    return State.CONFIRMED if is_released else State.TENTATIVE


def _first_releases(db: Session, convenings: Collection[Convening]) -> dict[int, datetime]:
    rows = db.exec(
        select(AgendaRelease.convening_id, AgendaRelease.created_at).where(
            col(AgendaRelease.convening_id).in_([convening.key for convening in convenings]), AgendaRelease.number == 1
        )
    )
    return dict(rows.all())
