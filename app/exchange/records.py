"""A city's records as a ZIP file that reads without this program, on any machine, without a network.

    index.html                      what is in here, what is not and why, made when, for whom
    manifest.csv                    each file, its bytes, its SHA-256
    CYCLE/version-1.html, .md       each released version, as readers have it today
    CYCLE/figures.csv, commitments.csv, files.csv, events.csv, answers.csv
    CYCLE/files/01-plan.pdf         the files of the versions
    CYCLE/unreleased/…              only where asked for: draft, comments, saves, its files
    CYCLE/originals/…               only under a legal hold, where asked for: before anything was taken out

All words are read in one snapshot; files are then copied piece by piece, so that none is ever whole in memory.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from sqlmodel import Session

from app import clock
from app.exchange.records_tables import answers, commitments, events, figures, files_table, saves
from app.exchange.records_text import index_page, markdown, version_page
from app.exchange.table_files import csv_file
from app.files import Files, files_of
from app.models import City, Cohort, UpdateFile
from app.printing.papers import STATIC
from app.printing.runs import Step
from app.printing.shelf import Shelf
from app.settings import Settings
from app.updates.content import Content
from app.updates.records import KeptUpdate, KeptVersion, Records, draft_files, files_of_originals, records_of
from app.updates.records_asked import Wanted

RECORDS = "records"
SHELF = Shelf("records", ".zip", 20)
KEPT = timedelta(days=3)
"""How long an export can be fetched, by the time its file was written."""

FORBIDDEN = '<>:"|?*/\\'
RESERVED = {"con", "prn", "aux", "nul", *(f"{name}{number}" for name in ("com", "lpt") for number in range(1, 10))}


@dataclass(frozen=True, slots=True)
class Member:
    """One file of the ZIP: its bytes, or the digest of a kept file whose pieces are copied."""

    path: str
    data: bytes = b""
    digest: str = ""


@dataclass(frozen=True)
class Export:
    """The whole of it, for a run to write. `name` tells this export from all others: it is as of a moment."""

    name: str
    members: tuple[Member, ...]
    files: Files
    shelf: Shelf = field(default=SHELF)

    def write(self, out: IO[bytes], step: Step) -> None:
        manifest: list[list[object]] = [["File", "Bytes", "SHA-256"]]
        made = clock.now().timetuple()[:6]
        with ZipFile(out, "w", allowZip64=True) as archive:
            for done, member in enumerate(self.members, 1):
                pieces = self._pieces(member)
                if pieces is None:
                    manifest.append([member.path, "not found where it was kept", member.digest])
                    continue
                info = ZipInfo(member.path, date_time=made)
                info.compress_type = ZIP_STORED if member.digest else ZIP_DEFLATED
                info.external_attr = 0o644 << 16
                digest, size = sha256(), 0
                with archive.open(info, "w", force_zip64=bool(member.digest)) as into:
                    for piece in pieces:
                        into.write(piece)
                        digest.update(piece)
                        size += len(piece)
                if member.digest and digest.hexdigest() != member.digest:
                    raise OSError(f"{member.path} is not what was handed in")
                manifest.append([member.path, size, digest.hexdigest()])
                step(done)
            archive.writestr(ZipInfo("manifest.csv", date_time=made), csv_file(manifest))

    def _pieces(self, member: Member) -> Iterable[bytes] | None:
        """What a member is made of; None for a kept file that is gone, which its line in the manifest says."""
        try:
            return self.files.pieces(member.digest) if member.digest else (member.data,)
        except FileNotFoundError:
            return None


def make_records(db: Session, settings: Settings, wanted: dict[str, Any]) -> Export:
    """The export that a run wants: {"cohort", "city": their numbers, "name", "drafts", "originals", "by", "reason"}."""
    cohort, city = db.get_one(Cohort, wanted["cohort"]), db.get_one(City, wanted["city"])
    asked = Wanted(wanted["drafts"], wanted["originals"], wanted["reason"])
    records = records_of(db, cohort, city, asked)
    members: list[Member] = []
    for update in records.updates:
        members += _members(db, records, update)
    style = (STATIC / "css" / "records.css").read_bytes()
    index = index_page(records, asked, by=wanted["by"], paths=[member.path for member in members])
    members = [Member("index.html", index.encode()), Member("style.css", style), *members]
    return Export(wanted["name"], tuple(members), files_of(settings))


def sweep_records(cache: Path) -> int:
    """Delete the exports that are older than they are kept for; how many. They are copies, and can be made anew."""
    old = [
        file
        for file in (cache / SHELF.folder).glob("*")
        if clock.now() - datetime.fromtimestamp(file.stat().st_mtime, UTC) > KEPT
    ]
    for file in old:
        file.unlink(missing_ok=True)
    return len(old)


def _members(db: Session, records: Records, update: KeptUpdate) -> Iterator[Member]:
    """Everything of one update. What there is nothing of has no file."""
    place = update.cycle.slug
    kept = named(update.files)
    for version in update.versions:
        yield from _version(records, update, version, place, kept)
    if update.versions:
        yield Member(f"{place}/figures.csv", csv_file(figures(update)))
        yield Member(f"{place}/commitments.csv", csv_file(commitments(update)))
        yield Member(f"{place}/files.csv", csv_file(files_table(update, kept)))
    yield Member(f"{place}/events.csv", csv_file(events(update)))
    if update.answered:
        yield Member(f"{place}/answers.csv", csv_file(answers(update)))
    yield from _copied(update.files, place, kept)
    if update.unreleased is not None:
        yield from _unreleased(db, records, update, f"{place}/unreleased")
    if update.originals:
        more = files_of_originals(update, db)
        names = named(more)
        for version in update.originals:
            yield from _version(records, update, version, f"{place}/originals", names)
        yield from _copied(more, f"{place}/originals", names)


def _unreleased(db: Session, records: Records, update: KeptUpdate, place: str) -> Iterator[Member]:
    assert update.unreleased is not None
    if update.unreleased.draft is not None:
        more = draft_files(update, db)
        names = named(more)
        yield from _texts(records, update, None, update.unreleased.draft, f"{place}/draft", names)
        yield from _copied(more, place, names)
    yield Member(f"{place}/comments.csv", csv_file(saves(update.unreleased.comments, update, state=True)))
    yield Member(f"{place}/saves.csv", csv_file(saves(update.unreleased.saves, update)))


def _version(
    records: Records, update: KeptUpdate, version: KeptVersion, place: str, kept: dict[int, str]
) -> Iterator[Member]:
    path = f"{place}/version-{version.line.number}"
    yield from _texts(records, update, version, version.content, path, kept)


def _texts(
    records: Records,
    update: KeptUpdate,
    version: KeptVersion | None,
    content: Content,
    path: str,
    kept: dict[int, str],
) -> Iterator[Member]:
    line = version.line if version else None
    up = "../" * path.count("/")
    yield Member(f"{path}.html", version_page(records, update, line, content, kept, up=up).encode())
    yield Member(f"{path}.md", markdown(records, update, line, content, kept).encode())


def _copied(files: Sequence[UpdateFile], place: str, kept: dict[int, str]) -> Iterator[Member]:
    for file in files:
        yield Member(f"{place}/{kept[file.key]}", digest=file.digest)


def named(files: Sequence[UpdateFile]) -> dict[int, str]:
    """Number of a file → its path beside the versions. Numbered, so that no two are the same on any machine."""
    return {file.key: f"files/{place:02}-{safe(file.name)}" for place, file in enumerate(files, 1)}


def safe(name: str) -> str:
    """A file's name that every system can write: nothing unseen, no folders, no device, at most 120 characters. Names
    are made safe when files are handed in; this is for those of any age."""
    seen = "".join("-" if letter in FORBIDDEN else letter for letter in name if letter.isprintable())
    stem, dot, ending = seen.strip(" .").rpartition(".")
    if not dot or len(ending) > 10:
        stem, dot, ending = seen, "", ""
    stem = stem[:120].strip(" .")
    if stem.casefold() in RESERVED or not stem:
        stem = f"file-{stem}".rstrip("-")
    return f"{stem}{dot}{ending}"
