"""An agenda as somebody else will see it, shown to an organizer: exactly that, and no more than they may know.

What a person sees in full and the organizer may not (a session that excludes the lab, rule 13) stays under its cover.
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
from app.models import AgendaRelease, Convening
from app.people.viewer import Viewer


@dataclass(frozen=True, slots=True)
class SeenAs:
    """An agenda in somebody's eyes. `kept_back` counts the sessions that they see in full and the organizer does
    not."""

    agenda: PublishedAgenda
    kept_back: int


def draft_as(db: Session, convening: Convening, reader: Viewer, organizer: Viewer) -> SeenAs:
    """The draft as the reader would see it if it were published now."""
    newest = published.latest_release(db, convening)
    known = published.release_entries(newest) if newest else []
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
    return _as(db, convening, newest, published.release_entries(newest), reader, organizer)


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
    own = {one.id: one for one in published.seen_entries(db, convening.cohort_id, entries, organizer)}
    shown = tuple(_no_more_than(one, own.get(one.id)) for one in seen.sessions)
    kept_back = sum(one.covered and not theirs.covered for one, theirs in zip(shown, seen.sessions, strict=True))
    return SeenAs(replace(seen, sessions=shown), kept_back)


def _no_more_than(theirs: SeenSession, own: SeenSession | None) -> SeenSession:
    if own is None or theirs.covered or not own.covered:
        return theirs
    return replace(own, mine=theirs.mine, presenting=False, my_rooms=theirs.my_rooms)
