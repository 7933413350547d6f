"""All that is on record of one city's updates in a cohort, gathered for a public-records request.

What was released, as its readers have it: every version with the tombstones of what was taken out since, figures,
commitments, files by their digests, who did what when. Only where somebody asks for it with a reason, also what was
never released (the draft, the writers' comments, every save; each such export is a look on record, rule 5), and,
while a legal hold stands, what was taken out.

What is not the city's own stays out: words of readers from other cities are theirs (of a question only that there was
one, and what the city answered), and so are registrations and private needs (rule 12), which are no part of an update.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlmodel import Session, col, select

from app import clock
from app.models import (
    AuditEntry,
    City,
    Cohort,
    MarkKind,
    Person,
    Update,
    UpdateComment,
    UpdateCycle,
    UpdateFile,
    UpdateMark,
    UpdateSection,
    UpdateState,
    UpdateVersion,
)
from app.updates.content import Content, draft_of, hide_quarantined
from app.updates.history import past_of
from app.updates.reading import VersionLine, page_of
from app.updates.records_asked import Wanted, updates_of
from app.updates.redactions import buried_since, masks_of
from app.updates.tombstones import masked
from app.updates.writing import texts_of

Of = TypeVar("Of", UpdateVersion, UpdateFile)
OF_FILES = ("quarantine_file", "release_file")


@dataclass(frozen=True, slots=True)
class Event:
    """Something that was done to an update: `act` as the log names it ("approve update"), at an instant (UTC)."""

    at: datetime
    by: str
    acting_for: str
    act: str
    reason: str


@dataclass(frozen=True, slots=True)
class KeptVersion:
    line: VersionLine
    content: Content


@dataclass(frozen=True, slots=True)
class Answered:
    """A question or offer of somebody elsewhere, without its words, and the city's answer under its office."""

    kind: MarkKind
    part: str
    asked_at: datetime
    answer: str
    answered_at: datetime | None
    answered_as: str


@dataclass(frozen=True, slots=True)
class Saved:
    """One save of a section, or one comment; `body` is what it said."""

    section: str
    who: str
    acting_for: str
    at: datetime
    body: str
    state: str = ""


@dataclass(frozen=True, slots=True)
class Unreleased:
    """What was never released: the draft where it differs from what is out, comments, and each save."""

    draft: Content | None
    comments: tuple[Saved, ...]
    saves: tuple[Saved, ...]


@dataclass(frozen=True, slots=True)
class KeptUpdate:
    """One update of the city. `hidden` counts the files in quarantine, which are in no export (rule 20)."""

    update: Update
    cycle: UpdateCycle
    versions: tuple[KeptVersion, ...]
    files: tuple[UpdateFile, ...]
    hidden: int
    events: tuple[Event, ...]
    answered: tuple[Answered, ...]
    unreleased: Unreleased | None = None
    originals: tuple[KeptVersion, ...] = ()


@dataclass(frozen=True, slots=True)
class Records:
    cohort: Cohort
    city: City
    updates: tuple[KeptUpdate, ...]
    at: datetime


def records_of(db: Session, cohort: Cohort, city: City, wanted: Wanted) -> Records:
    """All of it, the earliest cycle's first. A dozen queries for what was released, however many updates there are."""
    rows = updates_of(db, cohort, city)
    numbers = [row.key for row in rows]
    versions = _grouped(
        db.exec(
            select(UpdateVersion).where(col(UpdateVersion.update_id).in_(numbers)).order_by(col(UpdateVersion.number))
        )
    )
    files = _grouped(
        db.exec(select(UpdateFile).where(col(UpdateFile.update_id).in_(numbers)).order_by(col(UpdateFile.id)))
    )
    events, answered = _events(db, rows, versions, files), _answered(db, numbers)
    kept = []
    for row in rows:
        its_versions, its_files = versions.get(row.key, []), files.get(row.key, [])
        readable = tuple(_readable(its_versions, version) for version in its_versions)
        redacted = buried_since(its_versions, 1)
        shown = {file.id for one in readable for file in one.content.files}
        out = [file for file in its_files if file.key in shown and f"file:{file.key}" not in redacted]
        kept.append(
            KeptUpdate(
                row,
                row.cycle,
                readable,
                tuple(file for file in out if file.quarantined_at is None),
                sum(file.quarantined_at is not None for file in its_files),
                tuple(events.get(row.key, ())),
                tuple(answered.get(row.key, ())),
                _unreleased(db, row, its_versions) if wanted.drafts else None,
                tuple(_original(version) for version in its_versions) if wanted.originals else (),
            )
        )
    hide_quarantined(db, *(one.content for update in kept for one in (*update.versions, *update.originals)))
    return Records(cohort, city, tuple(kept), clock.now())


def files_of_originals(update: KeptUpdate, db: Session) -> list[UpdateFile]:
    """The files that stand in the original versions and in none that is read any more; not those in quarantine."""
    shown = {file.id for one in update.originals for file in one.content.files if file.digest}
    known = {file.key for file in update.files}
    rows = db.exec(select(UpdateFile).where(UpdateFile.update_id == update.update.key).order_by(col(UpdateFile.id)))
    return [row for row in rows if row.key in shown - known and row.quarantined_at is None]


def draft_files(update: KeptUpdate, db: Session) -> list[UpdateFile]:
    """The files of the draft that stand in no version; not those in quarantine."""
    if update.unreleased is None or update.unreleased.draft is None:
        return []
    shown = {file.id for file in update.unreleased.draft.files if file.digest}
    known = {file.key for file in update.files}
    rows = db.exec(select(UpdateFile).where(UpdateFile.update_id == update.update.key).order_by(col(UpdateFile.id)))
    return [row for row in rows if row.key in shown - known and row.quarantined_at is None]


def _readable(versions: Sequence[UpdateVersion], version: UpdateVersion) -> KeptVersion:
    page = page_of(versions, version.number)
    assert page is not None, "one of these versions"
    assert page.version is not None, "a released one"
    return KeptVersion(page.version, page.content)


def _original(version: UpdateVersion) -> KeptVersion:
    """A version as it was stored on the day."""
    line = VersionLine(version.number, version.created_at, version.author, version.office, version.note)
    return KeptVersion(line, Content.model_validate(version.content))


def _events(
    db: Session,
    rows: Sequence[Update],
    versions: Mapping[int, Sequence[UpdateVersion]],
    files: Mapping[int, Sequence[UpdateFile]],
) -> dict[int, list[Event]]:
    """What was done to each update, in order, one line an act: with the reasons that were given, and no words."""
    whose = {("update", row.key): row.key for row in rows}
    whose |= {("update_version", one.key): number for number, some in versions.items() for one in some}
    whose |= {("update_file", one.key): number for number, some in files.items() for one in some}
    principal = select(Person.name).where(Person.id == AuditEntry.for_id).scalar_subquery()
    entries: list[tuple[AuditEntry, str | None]] = []
    for subject in ("update", "update_version", "update_file"):
        numbers = [number for name, number in whose if name == subject]
        query = select(AuditEntry, principal).where(
            AuditEntry.subject == subject, col(AuditEntry.subject_id).in_(numbers)
        )
        if subject == "update_file":
            query = query.where(col(AuditEntry.act).in_(OF_FILES))
        entries += db.exec(query).all()
    found: dict[int, list[Event]] = defaultdict(list)
    seen = set()
    for entry, acting_for in sorted(entries, key=lambda one: one[0].key):
        number = whose[entry.subject, entry.subject_id]
        if (number, entry.turn) not in seen:
            seen.add((number, entry.turn))
            act = entry.act.replace("_", " ")
            found[number].append(Event(entry.created_at, entry.by, acting_for or "", act, entry.reason))
    return found


def _answered(db: Session, numbers: Sequence[int]) -> dict[int, list[Answered]]:
    marks = db.exec(
        select(UpdateMark)
        .where(
            col(UpdateMark.update_id).in_(numbers),
            col(UpdateMark.archived_at).is_(None),
            col(UpdateMark.quarantined_at).is_(None),
        )
        .order_by(col(UpdateMark.id))
    )
    found: dict[int, list[Answered]] = defaultdict(list)
    for mark in marks:
        found[mark.update_id].append(
            Answered(mark.kind, mark.part, mark.created_at, mark.answer, mark.answered_at, mark.answered_as)
        )
    return found


def _unreleased(db: Session, update: Update, versions: Sequence[UpdateVersion]) -> Unreleased:
    phrases = [mask.phrase for mask in masks_of([Content.model_validate(one.content) for one in versions])]

    def clean(text: str) -> str:
        for phrase in phrases:
            text = masked(text, phrase)
        return text

    comments = db.exec(
        select(UpdateComment, Person.name, UpdateSection.title)
        .join(Person, col(Person.id) == UpdateComment.by_id)
        .outerjoin(UpdateSection, col(UpdateSection.id) == UpdateComment.section_id)
        .where(UpdateComment.update_id == update.key)
        .order_by(col(UpdateComment.id))
    )
    said = tuple(
        Saved(
            title or "The whole",
            name,
            "",
            row.created_at,
            clean(row.text),
            "taken back" if row.archived_at else "settled" if row.settled_at else "",
        )
        for row, name, title in comments
    )
    texts = texts_of(db, update)
    saves = tuple(
        Saved(title, one.who, one.acting_for, one.at, clean(one.body))
        for text, title in texts
        for one in reversed(past_of(db, text, each=True))
    )
    is_open = update.state not in (UpdateState.NOT_STARTED, UpdateState.RELEASED)
    return Unreleased(draft_of(db, update) if is_open else None, said, saves)


def _grouped(rows: Iterable[Of]) -> dict[int, list[Of]]:
    found: dict[int, list[Of]] = defaultdict(list)
    for row in rows:
        found[row.update_id].append(row)
    return dict(found)
