"""What a viewer owes in updates, for the home page: to write, to approve, to release."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import func, or_
from sqlmodel import Session, col, select

from app import clock
from app.models import (
    City,
    Cohort,
    Designation,
    ReleaseWay,
    Role,
    Seat,
    Standing,
    Update,
    UpdateCycle,
    UpdateState,
    UpdateText,
)
from app.people.due import Due
from app.people.viewer import Viewer
from app.updates.cycles import active_in, due_date

NAGGING = timedelta(days=49)
"""How long before the due date an update that nobody has begun is said to be owed: seven weeks, T-10 of the cycle."""


def due_from(db: Session, viewer: Viewer) -> list[Due]:
    """What the viewer owes, the soonest first: facilitators a draft, mayors and designees an approval, organizers
    a release. An assistant sees what waits for the principal. Four queries at most."""
    if not viewer.is_signed_in:
        return []
    rows = _open_updates(db, viewer)
    entitled = _approvable(db, viewer, rows)
    written = _sections_written(db, [update.key for update, _, _, _ in rows])
    owed: list[Due] = []
    for update, cycle, city, cohort in rows:
        place = f"/{cohort.slug}/updates/{cycle.slug}/{city.slug}"
        if update.state is UpdateState.WITH_MAYOR and update.key in entitled:
            owed.append(_approval(place, update, cycle, city, acting=viewer.acting))
        elif _writes(viewer, cohort.key, city.key) and update.state in (UpdateState.NOT_STARTED, UpdateState.DRAFTING):
            due = _draft(place, update, cycle, city, written.get(update.key, 0))
            if due:
                owed.append(due)
    owed += _releases(db, viewer)
    return sorted(owed, key=lambda due: (due.due_on or date.max, due.title))


def _open_updates(db: Session, viewer: Viewer) -> Sequence[tuple[Update, UpdateCycle, City, Cohort]]:
    """The unreleased updates of the viewer's cities, and their corrections."""
    places = {(office.cohort_id, office.city_id) for office in viewer.offices if office.city_id is not None}
    if not places:
        return []
    return db.exec(
        select(Update, UpdateCycle, City, Cohort)
        .join(UpdateCycle, col(UpdateCycle.id) == Update.cycle_id)
        .join(City, col(City.id) == Update.city_id)
        .join(Cohort, col(Cohort.id) == UpdateCycle.cohort_id)
        .where(
            Update.state != UpdateState.RELEASED,
            active_in(col(UpdateCycle.cohort_id), col(UpdateCycle.due_on)),
            or_(
                *(
                    (col(UpdateCycle.cohort_id) == cohort_id) & (col(Update.city_id) == city_id)
                    for cohort_id, city_id in places
                )
            ),
        )
    ).all()


def _approvable(
    db: Session, viewer: Viewer, rows: Sequence[tuple[Update, UpdateCycle, City, Cohort]]
) -> frozenset[int]:
    """Which of the updates the viewer may approve: as mayor by an office of today, or as designee on record."""
    mayor_of = {(o.cohort_id, o.city_id) for o in viewer.offices if o.standing is Standing.MAYOR}
    today = clock.today("UTC")
    designated = (
        db.exec(
            select(Seat.cohort_id, Seat.city_id)
            .join(Designation, col(Designation.seat_id) == Seat.id)
            .join(Role, col(Role.id) == Seat.role_id)
            .where(
                Designation.person_id == viewer.person_id,
                Role.standing == Standing.MAYOR,
                Designation.starts_on <= today,
                or_(col(Designation.ends_on).is_(None), col(Designation.ends_on) >= today),
            )
        ).all()
        if rows and not viewer.acting
        else []
    )
    places = mayor_of | set(designated)
    return frozenset(update.key for update, cycle, city, _ in rows if (cycle.cohort_id, city.key) in places)


def _sections_written(db: Session, update_ids: Sequence[int]) -> dict[int, int]:
    if not update_ids:
        return {}
    counted = db.exec(
        select(UpdateText.update_id, func.count())
        .where(col(UpdateText.update_id).in_(update_ids), UpdateText.body != "")
        .group_by(col(UpdateText.update_id))
    )
    return dict(counted.all())


def _writes(viewer: Viewer, cohort_id: int, city_id: int) -> bool:
    """Whether writing is the viewer's to do: the facilitator's; others may help, and owe nothing."""
    return any(
        office.city_id == city_id and office.standing is Standing.FACILITATOR for office in viewer.offices_in(cohort_id)
    )


def _approval(place: str, update: Update, cycle: UpdateCycle, city: City, *, acting: bool) -> Due:
    due_on = due_date(cycle, update)
    if acting:
        detail = "It waits for the mayor’s own approval: an assistant cannot give it."
        return Due(f"{city.name}’s update for {cycle.title} is with the mayor", place, due_on, detail)
    return Due(
        f"Approve {city.name}’s update for {cycle.title}",
        f"{place}/approval",
        due_on,
        "One page to read; approve it or send it back with a note.",
    )


def _draft(place: str, update: Update, cycle: UpdateCycle, city: City, written: int) -> Due | None:
    due_on = due_date(cycle, update)
    if update.state is UpdateState.NOT_STARTED:
        if due_on - clock.today(city.zone) > NAGGING:
            return None
        return Due(
            f"Begin {city.name}’s update for {cycle.title}",
            f"{place}/edit",
            due_on,
            "Last cycle’s commitments come first.",
        )
    if update.released_at:
        title, detail = f"Finish the correction of {city.name}’s update", "Readers keep the version that is out."
    elif update.sent_back_note:
        title, detail = f"{city.name}’s update came back from the mayor", "There is a note."
    else:
        sections = "section" if written == 1 else "sections"
        title, detail = f"Write {city.name}’s update for {cycle.title}", f"{written} {sections} written so far."
    return Due(title, f"{place}/edit", due_on, detail)


def _releases(db: Session, viewer: Viewer) -> list[Due]:
    """For an organizer: cycles with approved updates that wait for their release by hand."""
    cohorts = {o.cohort_id for o in viewer.offices if viewer.is_organizer(o.cohort_id)}
    if not cohorts:
        return []
    waiting = db.exec(
        select(UpdateCycle, Cohort, func.count())
        .join(Update, col(Update.cycle_id) == UpdateCycle.id)
        .join(Cohort, col(Cohort.id) == UpdateCycle.cohort_id)
        .join(City, col(City.id) == Update.city_id)
        .where(
            col(UpdateCycle.cohort_id).in_(cohorts),
            UpdateCycle.release_way == ReleaseWay.BY_HAND,
            Update.state == UpdateState.APPROVED,
        )
        .group_by(col(UpdateCycle.id), col(Cohort.id))
    )
    return [
        Due(
            f"Release {number} approved {'update' if number == 1 else 'updates'} of {cycle.title}",
            f"/{cohort.slug}/updates/{cycle.slug}",
            cycle.due_on,
            "Their mayors have approved; the cohort reads them once they are released.",
        )
        for cycle, cohort, number in waiting
    ]
