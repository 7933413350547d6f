"""An agenda as somebody else will see it, shown to an organizer: exactly that, and no more than they may know.

A session that is closed to the organizer too (it excludes the lab, rule 13) is shown as from outside: looking as
somebody does not tell whether they are in it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlmodel import Session

from app import clock
from app.agenda import published
from app.agenda.loading import load_draft
from app.agenda.published import PublishedAgenda
from app.agenda.seeing import SeenSession
from app.agenda.snapshots import SessionEntry, snapshot
from app.models import AgendaRelease, Convening, SessionFormat, Standing
from app.people.viewer import Viewer


@dataclass(frozen=True, slots=True)
class SeenAs:
    """An agenda in somebody's eyes. `kept_back` counts the sessions that are closed to the organizer, whoever is in
    them."""

    agenda: PublishedAgenda
    kept_back: int


def draft_as(db: Session, convening: Convening, reader: Viewer, organizer: Viewer) -> SeenAs:
    """The draft as the reader would see it if it were published now."""
    newest = published.latest_release(db, convening)
    known = published.release_entries(db, newest) if newest else []
    entries = snapshot(db, load_draft(db, convening), {entry["id"]: entry for entry in known})
    coming = AgendaRelease(
        convening_id=convening.key, number=newest.number + 1 if newest else 1, created_at=clock.now()
    )
    return _as(db, convening, coming, entries, reader, organizer)


def published_as(db: Session, convening: Convening, reader: Viewer, organizer: Viewer) -> SeenAs | None:
    """The newest release as the reader sees it; None before the first."""
    newest = published.latest_release(db, convening)
    if newest is None:
        return None
    return _as(db, convening, newest, published.release_entries(db, newest), reader, organizer)


def _as(
    db: Session,
    convening: Convening,
    release: AgendaRelease,
    entries: Iterable[SessionEntry],
    reader: Viewer,
    organizer: Viewer,
) -> SeenAs:
    entries = list(entries)
    seen = published.seen_release(db, convening, release, entries, reader)
    own = published.seen_entries(db, convening, entries, organizer)
    closed = {one.id: one for one in own if one.covered}
    of_cohort = any(office.standing is not Standing.EXPERT for office in reader.offices_in(convening.cohort_id))
    shown = [_from_outside(one, closed.get(one.id), of_cohort) for one in seen.sessions]
    return SeenAs(replace(seen, sessions=tuple(one for one in shown if one is not None)), len(closed))


def _from_outside(theirs: SeenSession, closed: SeenSession | None, of_cohort: bool) -> SeenSession | None:
    """A session as they see it; where it is closed to the organizer too, as it is seen from outside, be they in it or
    not: its cover in the cohort, and nothing elsewhere."""
    if closed is None:
        return theirs
    return closed if of_cohort and closed.format is not SessionFormat.INTERNAL else None
