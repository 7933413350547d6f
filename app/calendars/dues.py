"""Days on which something is due, all day and free: the mayors' updates, and the end of a registration."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

from sqlmodel import Session, col, select

from app.calendars.documents import Entry
from app.calendars.history import Version, changes_of, version
from app.calendars.pieces import KEPT, convenings_of
from app.models import Cohort, Convening, UpdateCycle
from app.people.policy import may
from app.people.viewer import Viewer

OURS = UUID("b1c9a3c4-3a55-4d3e-9d0c-6f1f0a0b7a52")


def due_entries(db: Session, viewer: Viewer, cohorts: Collection[Cohort], base: str, today: datetime) -> list[Entry]:
    """The days on which the viewer's cohorts, as far as they belong to them, have something due; four queries."""
    of = {cohort.key: cohort for cohort in cohorts if may(viewer, "update.board", cohort_id=cohort.key)}
    return [*_updates(db, of, base, today), *_registrations(db, convenings_of(db, of, today), base)]


def _updates(db: Session, cohorts: dict[int, Cohort], base: str, today: datetime) -> list[Entry]:
    cycles = db.exec(
        select(UpdateCycle)
        .where(col(UpdateCycle.cohort_id).in_(cohorts), UpdateCycle.due_on >= (today - KEPT).date())
        .order_by(col(UpdateCycle.due_on))
    ).all()
    changes = changes_of(db, "update_cycle", {one.key for one in cycles}, told={"due_on"}, shown={"title", "slug"})
    return [
        _all_day(
            uid=uuid5(OURS, f"update cycle {one.key} of {one.created_at.isoformat()}"),
            its=version(one.created_at, changes[one.key]),
            title=f"Mayors’ updates due: {one.title}",
            day=one.due_on,
            address=f"{base}/{cohorts[one.cohort_id].slug}/updates/{one.slug}",
        )
        for one in cycles
    ]


def _registrations(db: Session, convenings: Sequence[Convening], base: str) -> list[Entry]:
    open_ones = [one for one in convenings if one.archived_at is None]
    told, shown = {"registration_closes_at"}, {"title", "zone"}
    changes = changes_of(db, "convening", {one.key for one in open_ones}, told=told, shown=shown)
    return [
        _all_day(
            uid=uuid5(UUID(one.uid), "registration closes"),
            its=version(one.created_at, changes[one.key]),
            title=f"Registration closes: {one.title}",
            day=one.registration_closes_on,
            address=f"{base}{one.path}/registration",
        )
        for one in open_ones
        if one.registration_closes_on is not None
    ]


def _all_day(*, uid: UUID, its: Version, title: str, day: date, address: str) -> Entry:
    return Entry(
        uid=str(uid),
        sequence=its.sequence,
        changed_at=its.changed_at,
        title=title,
        starts=day,
        ends=day + timedelta(days=1),
        address=address,
        categories=("Due",),
        is_free=True,
    )
