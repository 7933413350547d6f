"""Pictures and papers of an update: handed in, replaced, described, put away, and hidden at once (rule 20).

Another version puts the one before it away and never deletes it (rule 21); a released version names its files by
their digests and keeps what it was (rule 6). What is in a file is known by its content (app/files).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from app import clock
from app.files import Files, Ready
from app.models import Update, UpdateCycle, UpdateFile, UpdateSection, UpdateState
from app.people.audit import Refused, verb
from app.people.policy import may
from app.people.prose import as_written
from app.people.viewer import Viewer
from app.updates.content import Content
from app.updates.redactions import buried_since
from app.updates.releases import refuse_all_but_organizers
from app.updates.versions import versions_of
from app.updates.writing import hold, hold_for_writing

MOST_FILES = 40
"""Files that stand in one update: more than a dozen pages of pictures."""

MOST_VERSIONS = 300
"""All that were ever handed in for one update: whoever sends more fills the disk."""

MOST_MEGABYTES = 1000
"""What all files of one update may come to, unless a setting says otherwise."""

LONGEST_WORDS = 500


@verb
def attach_file(
    db: Session,
    update: Update,
    ready: Ready,
    files: Files,
    *,
    section: UpdateSection | None = None,
    instead_of: int | None = None,
    megabytes: int = MOST_MEGABYTES,
    by: Viewer,
) -> UpdateFile:
    """Take a file into a draft, last in its section, or in the place of another, whose words it keeps.

    The same bytes again are the same file. Raises Refused where there are too many, or more in all than so many
    megabytes, and for what is in quarantine.
    """
    hold_for_writing(db, update, by)
    there = _all(db, update)
    standing = [one for one in there if one.archived_at is None]
    old = next((one for one in standing if one.key == instead_of), None)
    if instead_of is not None and old is None:
        raise Refused("The file that this one was to replace has just been replaced. Look, and try again.", "file")
    if any(one.quarantined_at and one.digest == ready.file.digest for one in there):
        raise Refused("This very file is hidden until an organizer has looked at it. Hand in another.", "file")
    same = next((one for one in standing if one.digest == ready.file.digest), None)
    if same is not None:
        return same
    if old is None and len(standing) >= MOST_FILES:
        raise Refused(f"{MOST_FILES} files are here already. Put one away, or choose which this one replaces.", "file")
    if len(there) >= MOST_VERSIONS:
        raise Refused("Very many versions are here already. Ask an organizer of the lab.", "file")
    if all(one.digest != ready.file.digest for one in there):
        refuse_beyond(db, update, ready.file.size, megabytes)
    files.keep(ready.file)
    if ready.preview:
        files.keep(ready.preview)
    file = UpdateFile(
        update_id=update.key,
        section_id=old.section_id if old else section.key if section else None,
        name=ready.file.name,
        media_type=ready.file.kind.media_type,
        size=ready.file.size,
        digest=ready.file.digest,
        preview=ready.preview.digest if ready.preview else "",
        width=ready.width,
        height=ready.height,
        pages=ready.pages,
        caption=old.caption if old else "",
        alternative=old.alternative if old else "",
        position=old.position if old else max((one.position for one in there), default=-1) + 1,
        by_id=by.actor_id,
        replaces_id=old.key if old else None,
    )
    if old:
        old.archived_at = clock.now()
        db.add(old)
    db.add(file)
    if update.state is UpdateState.NOT_STARTED:
        update.state = UpdateState.DRAFTING
        db.add(update)
    db.flush()
    return file


@verb
def describe_file(
    db: Session,
    update: Update,
    file: UpdateFile,
    *,
    caption: str,
    alternative: str,
    section: UpdateSection | None,
    by: Viewer,
) -> None:
    """Say what stands under a file, what a picture shows for those who do not see it, and in which section it is."""
    hold_for_writing(db, update, by)
    _refuse_other(update, file)
    file.caption = " ".join(as_written(caption, longest=LONGEST_WORDS, field="caption").split())
    file.alternative = " ".join(as_written(alternative, longest=LONGEST_WORDS, field="alternative").split())
    file.section_id = section.key if section else None
    db.add(file)


@verb
def move_file(db: Session, update: Update, file: UpdateFile, *, earlier: bool, by: Viewer) -> None:
    """Change places with the file before or after it in its section; at the end nothing moves."""
    hold_for_writing(db, update, by)
    _refuse_other(update, file)
    row = [one for one in standing_files(db, update) if one.section_id == file.section_id]
    at = next((place for place, one in enumerate(row) if one.key == file.key), None)
    other = None if at is None else at - 1 if earlier else at + 1
    if other is None or not 0 <= other < len(row):
        return
    places = sorted({one.position for one in row})
    if len(places) < len(row):
        places = list(range(len(row)))  # two had the same place
    row[at or 0], row[other] = row[other], row[at or 0]
    for place, one in zip(places, row, strict=True):
        one.position = place
        db.add(one)


@verb
def put_away_file(db: Session, update: Update, file: UpdateFile, *, by: Viewer) -> None:
    """Take a file out of the draft; it stays on record, and in versions that are out. A second click is none."""
    hold_for_writing(db, update, by)
    _refuse_other(update, file)
    file.archived_at = file.archived_at or clock.now()
    db.add(file)


@verb
def bring_back_file(db: Session, update: Update, file: UpdateFile, *, by: Viewer) -> None:
    """Put a file that was put away or replaced into the draft again; what replaced it, if it stands, goes away."""
    hold_for_writing(db, update, by)
    _refuse_other(update, file)
    if file.archived_at is None:
        return
    if f"file:{file.key}" in _redacted(db, update):
        raise Refused("This file was taken out of the released update for good. Hand in another.", "file")
    standing = standing_files(db, update)
    twin = next((one for one in standing if one.digest == file.digest), None)
    if twin is not None:
        raise Refused("This very file stands in the update already.", "file")
    instead = next((one for one in standing if one.key in _later(db, update, file)), None)
    if instead is not None:
        instead.archived_at = clock.now()
        db.add(instead)
    elif len(standing) >= MOST_FILES:
        raise Refused(f"{MOST_FILES} files are here already. Put one away first.", "file")
    file.archived_at = None
    db.add(file)


@verb
def quarantine_file(db: Session, update: Update, file: UpdateFile, *, reason: str, by: Viewer) -> None:
    """Hide a file from everybody at once, in the draft and in each version that is out, until an organizer has looked
    at it (rule 20). Where it was, the reason stands."""
    hold(db, update)
    refuse_all_but_organizers(db, update, by)
    _refuse_other(update, file)
    reason = as_written(reason, longest=500, field="reason")
    if not reason:
        raise Refused("Say why: the reason stands where the file was.", "reason")
    for one in _all(db, update):
        if one.digest == file.digest and one.quarantined_at is None:
            one.quarantined_at = clock.now()
            one.quarantined_by_id = by.actor_id
            one.quarantine_reason = reason
            db.add(one)


@verb
def release_file(db: Session, update: Update, file: UpdateFile, *, by: Viewer) -> None:
    """Nothing was wrong with a file, or not any more: it stands where it stood."""
    hold(db, update)
    refuse_all_but_organizers(db, update, by)
    _refuse_other(update, file)
    for one in _all(db, update):
        if one.digest == file.digest and one.quarantined_at:
            one.quarantined_at = one.quarantined_by_id = None
            one.quarantine_reason = ""
            db.add(one)


def refuse_beyond(db: Session, update: Update, size: int, megabytes: int) -> None:
    """Refuse a file of so many bytes with which all of this city's for the cycle would come to more than so many
    megabytes; earlier versions count, because they are kept (rule 21)."""
    kept = sum({one.digest: one.size for one in _all(db, update)}.values())
    if kept + size > megabytes << 20:
        raise Refused(
            f"The files of this update come to {_said(kept)} with their earlier versions, and there is room for "
            f"{megabytes} MB. This one has {_said(size)}: make it smaller, or ask an organizer of the lab.",
            "file",
        )


def _said(size: int) -> str:
    return f"{size / (1 << 20):.1f} MB"


def standing_files(db: Session, update: Update) -> list[UpdateFile]:
    """The files of a draft in their order, those in quarantine among them."""
    return sorted((one for one in _all(db, update) if one.archived_at is None), key=lambda one: (one.position, one.key))


def earlier_files(db: Session, update: Update) -> list[UpdateFile]:
    """What was replaced or put away, the latest first; not what was redacted, which is gone for its city too."""
    redacted = _redacted(db, update)
    there = reversed(_all(db, update))
    return [one for one in there if one.archived_at is not None and f"file:{one.key}" not in redacted]


def find_file(db: Session, update: Update, number: int) -> UpdateFile | None:
    """The file of this update that has a number."""
    if not 0 < number < 2**31:
        return None
    return db.exec(select(UpdateFile).where(UpdateFile.id == number, UpdateFile.update_id == update.key)).first()


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file that somebody may have; `released` when it stands in a version that is out."""

    file: UpdateFile
    released: bool


def fetch_file(db: Session, update: Update, number: int, viewer: Viewer) -> Fetched | None:
    """A file for whoever may read it where it stands, else None: released, for the cohort's readers; of the draft, for
    the people of the city (rule 5). What is in quarantine is an organizer's to look at, once it was released; what was
    redacted nobody has, its city neither (rule 6)."""
    file = find_file(db, update, number)
    cycle = db.get_one(UpdateCycle, update.cycle_id)
    if file is None or not may(viewer, "update.read", cohort_id=cycle.cohort_id):
        return None
    if f"file:{file.key}" in _redacted(db, update):
        return None
    released = file.key in _released(db, update)
    if file.quarantined_at and not (released and may(viewer, "update.release", cohort_id=cycle.cohort_id)):
        return None
    own = update.city_id in viewer.city_ids(cycle.cohort_id)
    return Fetched(file, released) if released or own else None


def released_files(db: Session, update: Update) -> list[UpdateFile]:
    """The files that stand in a version that is out, hidden or not, the first handed in first."""
    released = _released(db, update)
    return [one for one in _all(db, update) if one.key in released]


def _released(db: Session, update: Update) -> set[int]:
    """The numbers of the files that stand in a version that is out, and were not redacted there or later (rule 6)."""
    versions = versions_of(db, update)
    return {
        file.id
        for version in versions
        for buried in [buried_since(versions, version.number)]
        for file in Content.model_validate(version.content).files
        if file.digest and file.name not in buried
    }


def _redacted(db: Session, update: Update) -> set[str]:
    return set(buried_since(versions_of(db, update), 1))


def _all(db: Session, update: Update) -> Sequence[UpdateFile]:
    return db.exec(select(UpdateFile).where(UpdateFile.update_id == update.key).order_by(col(UpdateFile.id))).all()


def _later(db: Session, update: Update, file: UpdateFile) -> set[int]:
    """The numbers of the files that took a file's place, one after the other."""
    followers = {one.replaces_id: one.key for one in _all(db, update) if one.replaces_id}
    found: set[int] = set()
    at = followers.get(file.key)
    while at is not None and at not in found:
        found.add(at)
        at = followers.get(at)
    return found


def _refuse_other(update: Update, file: UpdateFile) -> None:
    assert file.update_id == update.key, "a file of another update"
