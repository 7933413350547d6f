"""Publishing: a numbered, immutable release of a convening's agenda, and what has changed since another (rule 15)."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from sqlmodel import Session, col, select

from app.agenda import published
from app.agenda.changes import Change, Changed, beside, changed_sessions, differences
from app.agenda.draft import Draft
from app.agenda.findings import Finding, check, covers_of, standing_in_the_way
from app.agenda.loading import load_draft
from app.agenda.notices import Notice, Notices
from app.agenda.seeing import in_full
from app.agenda.snapshots import UNSAID, SessionEntry, same, snapshot
from app.models import AgendaRelease, Convening, ConveningStage, Override, Person
from app.people.audit import Refused, verb
from app.people.viewer import Viewer

Tell = Callable[[AgendaRelease, Sequence[Notice], Notices], None]
"""Writes to those whom a release concerns, in the transaction that publishes it."""


class Moved(Refused):
    """The draft is no longer what was looked over."""


@dataclass(frozen=True, slots=True)
class ReleaseLine:
    """A release in a list: without its sessions, which are long."""

    number: int
    released_at: datetime
    note: str
    by: str
    changes: int
    quietly: bool


@verb
def publish_release(
    db: Session,
    convening: Convening,
    *,
    note: str = "",
    reason: str = "",
    seen: str = "",
    tell: Tell | None = None,
    by: Viewer,
) -> AgendaRelease:
    """Publish the draft as the next release. `tell` is given those whom it concerns; without it, it goes out quietly.

    Refused without a change since the last one, without a placed session, when the draft is no longer what was
    looked over (`seen`, a preview's), and while findings must be fixed, unless an organizer lets them stand with a
    `reason`, which goes on record under their name (rule 3). The program itself (a seed, an import) has no name to
    put there: it publishes what it was given, findings or not.
    """
    db.exec(select(Convening.id).where(Convening.id == convening.key).with_for_update()).one()
    draft = load_draft(db, convening)
    before = published.latest_release(db, convening)
    known = published.release_entries(db, before) if before else []
    entries, changes = _next(db, draft, before)
    if seen and seen != _stamp(entries):
        raise Moved("The draft has changed since you looked. Nothing is published; this is what it would change now.")
    _let_stand(db, convening, draft, reason, by)
    release = AgendaRelease(
        convening_id=convening.key,
        number=before.number + 1 if before else 1,
        published_by_id=by.actor_id,
        note=note.strip(),
        sessions=[dict(entry) for entry in entries],
        changes=[change.as_json() for change in changes],
        heading=published.heading_of(convening),
        quietly=tell is None,
    )
    db.add(release)
    if tell is not None:
        db.flush()
        found = Notices(db, convening, known, entries)
        notices = found.all()
        release.untold = [_unnamed(one) for one in notices if one.email is None]
        tell(release, [one for one in notices if one.email is not None], found)
    if convening.stage is ConveningStage.REGISTRATION_OPEN:
        convening.stage = ConveningStage.AGENDA_PUBLISHED
    return release


@verb
def override_finding(
    db: Session, convening: Convening, finding: Finding, *, covers: str = "", reason: str, by: Viewer
) -> Override:
    """Let a finding stand, by name and with a reason, for as long as no more is found under its key (rule 3).

    `covers` is findings.covers_of the finding; without it, whatever is found under the key may stand.
    """
    reason = reason.strip()
    if not reason:
        raise Refused("Say why this may stay as it is; the reason is kept beside it.", "reason")
    if by.actor_id is None:
        raise Refused("Only a named organizer lets a conflict stand.", "reason")
    here = select(Override).where(Override.convening_id == convening.key, Override.finding == finding.key)
    override = db.exec(here).first() or Override(
        convening_id=convening.key, finding=finding.key, by_id=by.actor_id, reason=reason
    )
    override.by_id, override.reason, override.covers = by.actor_id, reason, covers
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

    `nothing_new` is told apart from an empty list: what changed may be hidden from the viewer (rule 13). `before`
    and `after` are the whole snapshots; `seen` names the second for `publish_release`.
    """

    number: int
    changed: list[Changed]
    nothing_new: bool
    before: list[SessionEntry]
    after: list[SessionEntry]

    @property
    def seen(self) -> str:
        return _stamp(self.after)


def preview(db: Session, convening: Convening, draft: Draft, viewer: Viewer) -> Preview:
    """What the next release of this draft would be, for an organizer to look over."""
    before = published.latest_release(db, convening)
    known = published.release_entries(db, before) if before else []
    after = snapshot(db, draft, {entry["id"]: entry for entry in known})
    old, new = (published.seen_entries(db, convening, entries, viewer) for entries in (known, after))
    changed = changed_sessions(old, new, beside(viewer))
    return Preview(before.number + 1 if before else 1, changed, _says_the_same(known, after), known, after)


def changes_since(db: Session, convening: Convening, number: int, viewer: Viewer) -> list[Change]:
    """What has changed from release `number` to the newest, as far as the viewer sees both."""
    return [change for one in changed_between(db, convening, number, None, viewer) for change in one.changes]


def changed_between(db: Session, convening: Convening, number: int, other: int | None, viewer: Viewer) -> list[Changed]:
    """What differs for the viewer between two releases (`other` None: the newest; 0: before the first)."""
    old = published.agenda(db, convening, viewer, number=number) if number else None
    new = published.agenda(db, convening, viewer, number=other)
    return changed_sessions(old.sessions if old else (), new.sessions if new else (), beside(viewer))


def releases_of(db: Session, convening: Convening) -> list[ReleaseLine]:
    """All releases of a convening, the newest first, in one query that does not read their sessions."""
    rows = db.execute(
        select(  # type: ignore[call-overload]  # six columns: SQLModel types four
            AgendaRelease.number,
            AgendaRelease.created_at,
            AgendaRelease.note,
            Person.name,
            AgendaRelease.changes,
            AgendaRelease.quietly,
        )
        .outerjoin(Person, col(Person.id) == AgendaRelease.published_by_id)
        .where(AgendaRelease.convening_id == convening.key)
        .order_by(col(AgendaRelease.number).desc())
    )
    return [
        ReleaseLine(number, at, note, by or "", len(changes), quietly)
        for number, at, note, by, changes, quietly in rows
    ]


def _next(db: Session, draft: Draft, before: AgendaRelease | None) -> tuple[list[SessionEntry], list[Change]]:
    """The entries of the next release and what they change; raises Refused where they say nothing new."""
    known = published.release_entries(db, before) if before else []
    entries = snapshot(db, draft, {entry["id"]: entry for entry in known})
    if not entries:
        raise Refused("No session has a time yet. Place at least one before you publish.")
    if before and _says_the_same(known, entries):
        raise Refused(f"Nothing has changed since release {before.number}, so there is nothing to publish.")
    return entries, differences(in_full(known), in_full(entries))


def _let_stand(db: Session, convening: Convening, draft: Draft, reason: str, by: Viewer) -> None:
    findings = standing_in_the_way(draft, check(draft))
    if not findings or by.is_system:
        return
    if not reason.strip():
        count = "One finding" if len(findings) == 1 else f"{len(findings)} findings"
        raise Refused(
            f"{count} must be fixed first. Or publish all the same: say why, and it goes on record.", "reason"
        )
    for finding in findings:
        override_finding(db, convening, finding, covers=covers_of(finding, draft), reason=reason, by=by)


def _says_the_same(before: list[SessionEntry], after: list[SessionEntry]) -> bool:
    known = {entry["id"]: entry for entry in before}
    return len(before) == len(after) and all(
        entry["id"] in known and same(entry, known[entry["id"]]) for entry in after
    )


def _stamp(entries: list[SessionEntry]) -> str:
    """Sixteen hexadecimal digits of all that a snapshot says."""
    said = [{name: value for name, value in entry.items() if name not in UNSAID} for entry in entries]
    whole = json.dumps(said, sort_keys=True)
    return blake2b(whole.encode(), digest_size=8).hexdigest()


def _unnamed(one: Notice) -> dict[str, str]:
    """Who could not be told, by name and office where these tell nothing (rule 13)."""
    return {"name": "", "office": ""} if one.is_private else {"name": one.name, "office": one.office}
