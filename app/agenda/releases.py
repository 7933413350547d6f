"""Publishing: a numbered, immutable release of a convening's agenda, and what has changed since another (rule 15)."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from app.agenda import published
from app.agenda.changes import Change, differences
from app.agenda.draft import Draft
from app.agenda.findings import Finding, check, standing_in_the_way
from app.agenda.loading import load_draft
from app.agenda.seeing import in_full
from app.agenda.snapshots import SessionEntry, same, snapshot
from app.models import AgendaRelease, Convening, ConveningStage, Override, Person
from app.people.audit import Refused, verb
from app.people.viewer import Viewer


@dataclass(frozen=True, slots=True)
class ReleaseLine:
    """A release in a list: without its sessions, which are long."""

    number: int
    released_at: datetime
    note: str
    by: str
    changes: int


@verb
def publish_release(
    db: Session, convening: Convening, *, note: str = "", reason: str = "", by: Viewer
) -> AgendaRelease:
    """Publish the draft as the next release.

    Refused without a change since the last one, without a placed session, and while findings must be fixed, unless
    an organizer lets them stand with a `reason`, which goes on record under their name (rule 3). The program itself
    (a seed, an import) has no name to put there: it publishes what it was given, findings or not.
    """
    db.exec(select(Convening.id).where(Convening.id == convening.key).with_for_update()).one()
    draft = load_draft(db, convening)
    before = published.latest_release(db, convening)
    entries, changes = _next(db, draft, before)
    _let_stand(db, convening, standing_in_the_way(draft, check(draft)), reason, by)
    release = AgendaRelease(
        convening_id=convening.key,
        number=before.number + 1 if before else 1,
        published_by_id=by.actor_id,
        note=note.strip(),
        sessions=[dict(entry) for entry in entries],
        changes=[change.as_json() for change in changes],
    )
    db.add(release)
    if convening.stage is ConveningStage.REGISTRATION_OPEN:
        convening.stage = ConveningStage.AGENDA_PUBLISHED
    return release


@verb
def override_finding(db: Session, convening: Convening, finding: Finding, *, reason: str, by: Viewer) -> Override:
    """Let a finding stand, by name and with a reason, for as long as it is found (rule 3)."""
    reason = reason.strip()
    if not reason:
        raise Refused("Say why this may stay as it is; the reason is kept beside it.", "reason")
    if by.actor_id is None:
        raise Refused("Only a named organizer lets a conflict stand.", "reason")
    here = select(Override).where(Override.convening_id == convening.key, Override.finding == finding.key)
    override = db.exec(here).first() or Override(
        convening_id=convening.key, finding=finding.key, by_id=by.actor_id, reason=reason
    )
    override.by_id, override.reason = by.actor_id, reason
    db.add(override)
    return override


@verb
def withdraw_override(db: Session, convening: Convening, key: str, *, by: Viewer) -> None:
    """Stop letting a finding stand."""
    for override in db.exec(select(Override).where(Override.convening_id == convening.key, Override.finding == key)):
        db.delete(override)


@dataclass(frozen=True, slots=True)
class Preview:
    """What publishing now would do: the release's number, and what changes as far as the viewer may know it.

    `nothing_new` is told apart from an empty list: what changed may be hidden from the viewer (rule 13).
    """

    number: int
    changes: list[Change]
    nothing_new: bool


def preview(db: Session, convening: Convening, draft: Draft, viewer: Viewer) -> Preview:
    """What the next release of this draft would be, for an organizer to look over."""
    before = published.latest_release(db, convening)
    known = published.release_entries(before) if before else []
    after = snapshot(db, draft, {entry["id"]: entry for entry in known})
    old, new = (published.seen_entries(db, convening.cohort_id, entries, viewer) for entries in (known, after))
    return Preview(before.number + 1 if before else 1, differences(old, new), _says_the_same(known, after))


def changes_since(db: Session, convening: Convening, number: int, viewer: Viewer) -> list[Change]:
    """What has changed from release `number` to the newest, as far as the viewer sees both."""
    return changes_between(db, convening, number, None, viewer)


def changes_between(db: Session, convening: Convening, number: int, other: int | None, viewer: Viewer) -> list[Change]:
    """What differs for the viewer between two releases (`other` None: the newest; 0: before the first)."""
    old = published.agenda(db, convening, viewer, number=number) if number else None
    new = published.agenda(db, convening, viewer, number=other)
    return differences(old.sessions if old else (), new.sessions if new else ())


def releases_of(db: Session, convening: Convening) -> list[ReleaseLine]:
    """All releases of a convening, the newest first, in one query that does not read their sessions."""
    rows = db.execute(
        select(  # type: ignore[call-overload]  # five columns: SQLModel types four
            AgendaRelease.number, AgendaRelease.created_at, AgendaRelease.note, Person.name, AgendaRelease.changes
        )
        .outerjoin(Person, col(Person.id) == AgendaRelease.published_by_id)
        .where(AgendaRelease.convening_id == convening.key)
        .order_by(col(AgendaRelease.number).desc())
    )
    return [ReleaseLine(number, at, note, by or "", len(changes)) for number, at, note, by, changes in rows]


def _next(db: Session, draft: Draft, before: AgendaRelease | None) -> tuple[list[SessionEntry], list[Change]]:
    """The entries of the next release and what they change; raises Refused where they say nothing new."""
    known = published.release_entries(before) if before else []
    entries = snapshot(db, draft, {entry["id"]: entry for entry in known})
    if not entries:
        raise Refused("No session has a time yet. Place at least one before you publish.")
    if before and _says_the_same(known, entries):
        raise Refused(f"Nothing has changed since release {before.number}, so there is nothing to publish.")
    return entries, differences(in_full(known), in_full(entries))


def _let_stand(db: Session, convening: Convening, findings: list[Finding], reason: str, by: Viewer) -> None:
    if not findings or by.is_system:
        return
    if not reason.strip():
        count = "One finding" if len(findings) == 1 else f"{len(findings)} findings"
        raise Refused(
            f"{count} must be fixed first. Or publish all the same: say why, and it goes on record.", "reason"
        )
    for finding in findings:
        override_finding(db, convening, finding, reason=reason, by=by)


def _says_the_same(before: list[SessionEntry], after: list[SessionEntry]) -> bool:
    known = {entry["id"]: entry for entry in before}
    return len(before) == len(after) and all(
        entry["id"] in known and same(entry, known[entry["id"]]) for entry in after
    )
