"""Slides and hand-outs that speakers hand in. Another version puts the one before it away and never deletes it;
an organizer hides one at once (rule 20).

What is in a file is known by its content (app/files.py). Who may fetch it is decided by the routes.
"""

from sqlmodel import Session

from app import clock
from app.agenda.speakers import hold, refuse_when_past, settle
from app.files import Arrival, Files
from app.gatherings.details import GONE
from app.models import Engagement, EngagementState, Material
from app.people.audit import Refused, verb
from app.people.prose import as_written
from app.people.viewer import Viewer

MOST_FILES = 6
"""Files that stand beside each other for one part: slides, a hand-out, a picture or two."""

MOST_VERSIONS = 40
"""Whoever hands in more than this for one part fills the disk, or has lost their link to somebody who does."""


@verb
def hand_in(
    db: Session, engagement: Engagement, arrival: Arrival, files: Files, *, instead_of: int | None = None, by: Viewer
) -> Material:
    """Take a file for a part, beside what is there or in the place of one of them; to hand in says to come.

    The same bytes again are the same file. Raises Refused where there are too many, after the convening, and once
    the part is declined or somebody else's.
    """
    hold(db, engagement)
    refuse_when_past(engagement)
    if engagement.state in GONE:
        raise Refused("This part is declined. Say first that you will come after all.", "file")
    db.refresh(engagement, ["materials"])
    standing = current(engagement)
    same = next((one for one in standing if one.digest == arrival.digest), None)
    if same is not None:
        return same
    old = next((one for one in standing if one.id == instead_of), None)
    if instead_of is not None and old is None:
        raise Refused("The file that this one was to replace has just been replaced. Look, and try again.", "file")
    if old is None and len(standing) >= MOST_FILES:
        raise Refused(f"{MOST_FILES} files are here already. Choose which of them this one replaces.", "file")
    if len(engagement.materials) >= MOST_VERSIONS:
        raise Refused("Many versions are here already. Send this one to the organizers by mail.", "file")
    files.keep(arrival)
    if old is not None:
        old.archived_at = clock.now()
    material = Material(
        engagement_id=engagement.key,
        name=arrival.name,
        media_type=arrival.kind.media_type,
        size=arrival.size,
        digest=arrival.digest,
    )
    engagement.materials.append(material)
    if engagement.state is not EngagementState.MATERIALS_IN:
        engagement.answered_at = engagement.answered_at or clock.now()
        engagement.state = EngagementState.MATERIALS_IN
    db.flush()
    return material


@verb
def put_away(db: Session, engagement: Engagement, material: Material, *, by: Viewer) -> None:
    """Take a file back; it stays on record. A second click is none."""
    hold(db, engagement)
    refuse_when_past(engagement)
    material.archived_at = material.archived_at or clock.now()
    settle(engagement)


@verb
def quarantine(db: Session, engagement: Engagement, material: Material, *, reason: str, by: Viewer) -> None:
    """Hide a file from its speaker and all others at once, until an organizer has looked at it (rule 20)."""
    hold(db, engagement)
    if material.quarantined_at is None:
        material.quarantined_at = clock.now()
        material.quarantine_reason = as_written(reason, longest=500, field="reason")
    settle(engagement)


@verb
def release(db: Session, engagement: Engagement, material: Material, *, by: Viewer) -> None:
    """Nothing was wrong with a file, or not any more: it stands as before."""
    hold(db, engagement)
    material.quarantined_at = None
    material.quarantine_reason = ""
    settle(engagement)


def current(engagement: Engagement) -> list[Material]:
    """The files of a part that stand, the first handed in first; those being looked at among them."""
    return [one for one in engagement.materials if one.archived_at is None]


def earlier(engagement: Engagement) -> list[Material]:
    """The files of a part that were replaced or taken back, the latest first."""
    return [one for one in reversed(engagement.materials) if one.archived_at is not None]
