"""The library's acts: something is put in, described, replaced by another version, put away, hidden at once (rule 20).

Nothing is deleted (rule 21): another version archives the one before it, and what was put away can be brought back.
Who sees what stands in shelf.py.
"""

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from sqlmodel import Session, col, select

from app import clock
from app.files import Files, Ready
from app.learning.shelf import topics_in
from app.models import (
    AgendaSession,
    City,
    Cohort,
    Convening,
    LibraryItem,
    LibraryKind,
    Openness,
    WorkingGroup,
)
from app.people.audit import Refused, verb
from app.people.names import LONGEST_NAME, checked_name
from app.people.prose import as_written
from app.people.viewer import Viewer

LONGEST_TEXT = 5000
LONGEST_TOPICS = 500
LONGEST_ADDRESS = 2000

USUAL_TITLES = {
    LibraryKind.RECORDING: "Recording",
    LibraryKind.SLIDES: "Slides",
    LibraryKind.PRE_READING: "Pre-reading",
    LibraryKind.DOCUMENT: "Document",
    LibraryKind.LINK: "Link",
}
"""What a kind is called, and an item of a session that nobody has given a title."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What is said of an item. `url` is where it is, unless it is a file."""

    title: str
    kind: LibraryKind = LibraryKind.DOCUMENT
    text: str = ""
    topics: str = ""
    city_id: int | None = None
    convening_id: int | None = None
    session_id: int | None = None
    group_id: int | None = None
    openness: Openness = Openness.COHORT
    url: str = ""


def said_of(item: LibraryItem) -> Said:
    """What a stored item says of itself now."""
    return Said(**{name: getattr(item, name) for name in Said.__dataclass_fields__})


@verb
def add_item(
    db: Session, cohort: Cohort, said: Said, files: Files | None = None, *, ready: Ready | None = None, by: Viewer
) -> LibraryItem:
    """Put an address or a file into the library. Raises Refused at the field that cannot stand."""
    said = _checked(db, cohort.key, said, is_file=ready is not None)
    item = LibraryItem(cohort_id=cohort.key, by_id=by.actor_id, **_columns(said))
    if ready is not None:
        assert files is not None, "a file is kept somewhere"
        _take(item, ready, files)
    _refuse_hidden(db, item)
    db.add(item)
    db.flush()
    return item


@verb
def add_to_session(
    db: Session, session: AgendaSession, kind: LibraryKind, url: str, title: str = "", *, by: Viewer
) -> LibraryItem:
    """Put an address of a session into the library: as open as the session is, and of its host."""
    said = Said(
        title=title.strip() or f"{USUAL_TITLES[kind]}: {session.title}"[:LONGEST_NAME],
        kind=kind,
        city_id=session.host_city_id,
        session_id=session.key,
        openness=session.openness,
        url=url,
    )
    return add_item(db, db.get_one(Cohort, session.cohort_id), said, by=by)


@verb
def change_item(db: Session, item: LibraryItem, said: Said, *, by: Viewer) -> LibraryItem:
    """Say something else of an item, or of an address another one."""
    hold(db, item)
    _refuse_put_away(item)
    said = _checked(db, item.cohort_id, said, is_file=bool(item.digest))
    for name, value in _columns(said).items():
        setattr(item, name, value)
    db.add(item)
    return item


@verb
def replace_item(
    db: Session, item: LibraryItem, files: Files | None = None, *, ready: Ready | None = None, url: str = "", by: Viewer
) -> LibraryItem:
    """Another version, a file or an address: it keeps what is said of the one before, which stays on record. The same
    bytes or address again are the same version."""
    hold(db, item)
    _refuse_put_away(item)
    if ready.file.digest == item.digest if ready else url.strip() == item.url and not item.digest:
        return item
    said = replace(said_of(item), url="" if ready else url)
    said = _checked(db, item.cohort_id, said, is_file=ready is not None)
    version = LibraryItem(cohort_id=item.cohort_id, by_id=by.actor_id, replaces_id=item.key, **_columns(said))
    if ready is not None:
        assert files is not None, "a file is kept somewhere"
        _take(version, ready, files)
    _refuse_hidden(db, version)
    item.archived_at = clock.now()
    db.add_all([item, version])
    db.flush()
    return version


@verb
def put_away_item(db: Session, item: LibraryItem, *, by: Viewer) -> None:
    """Take an item out of the library; it stays on record. A second click is none."""
    hold(db, item)
    item.archived_at = item.archived_at or clock.now()
    db.add(item)


@verb
def bring_back_item(db: Session, item: LibraryItem, *, by: Viewer) -> None:
    """Put an item back that was put away; not one that another version has replaced."""
    hold(db, item)
    if db.exec(select(LibraryItem.id).where(LibraryItem.replaces_id == item.key)).first() is not None:
        raise Refused("Another version has taken its place.")
    item.archived_at = None
    db.add(item)


@verb
def quarantine_item(db: Session, item: LibraryItem, *, reason: str, by: Viewer) -> None:
    """Hide an item from everybody but organizers at once, and wherever else the same file or address stands in the
    cohort's library (rule 20)."""
    hold(db, item)
    reason = " ".join(as_written(reason, longest=500, field="reason").split())
    if not reason:
        raise Refused("Say why, for whoever looks at it after you.", "reason")
    for one in _same(db, item):
        if one.quarantined_at is None:
            one.quarantined_at, one.quarantined_by_id, one.quarantine_reason = clock.now(), by.actor_id, reason
            db.add(one)


@verb
def release_item(db: Session, item: LibraryItem, *, by: Viewer) -> None:
    """Nothing was wrong with it, or not any more: it stands where it stood."""
    hold(db, item)
    for one in _same(db, item):
        one.quarantined_at = one.quarantined_by_id = None
        one.quarantine_reason = ""
        db.add(one)


def items_of_session(db: Session, session_id: int, *, put_away: bool = False) -> list[LibraryItem]:
    """What of a session is in the library, or was taken out, by kind; one query. For who arranges it; all others see
    it through shelf.py."""
    replaced = select(LibraryItem.replaces_id).where(col(LibraryItem.replaces_id).is_not(None))
    out = col(LibraryItem.archived_at).is_not(None) if put_away else col(LibraryItem.archived_at).is_(None)
    found = db.exec(
        select(LibraryItem)
        .where(LibraryItem.session_id == session_id, out, col(LibraryItem.quarantined_at).is_(None))
        .where(col(LibraryItem.id).not_in(replaced))
        .order_by(col(LibraryItem.id))
    ).all()
    order = list(LibraryKind)
    return sorted(found, key=lambda one: order.index(one.kind))


def hold(db: Session, item: LibraryItem) -> LibraryItem:
    """Lock an item until the commit, and read it anew: two who press at once come one after the other."""
    query = select(LibraryItem).where(col(LibraryItem.id) == item.key).with_for_update(key_share=True)
    return db.exec(query.execution_options(populate_existing=True)).one()


def checked_address(address: str, field: str = "url") -> str:
    """An address that a browser may be sent to; raises Refused for one that none should be."""
    address = address.strip()
    try:
        parts = urlsplit(address)
        sound = parts.scheme in ("https", "http") and bool(parts.hostname) and not parts.username
    except ValueError:
        sound = False
    if not sound or any(letter.isspace() or ord(letter) < 32 for letter in address):
        raise Refused("An address begins with https://, such as https://example.org/talk.", field)
    if len(address) > LONGEST_ADDRESS:
        raise Refused(f"An address has {LONGEST_ADDRESS:,} characters at most.", field)
    return address


def _checked(db: Session, cohort_id: int, said: Said, *, is_file: bool) -> Said:
    topics = ", ".join(topics_in(said.topics))
    if len(topics) > LONGEST_TOPICS:
        raise Refused(f"Topics come to {LONGEST_TOPICS} characters at most.", "topics")
    if not is_file and not said.url.strip():
        raise Refused("Give the address where it is, or choose a file.", "url")
    session = db.get(AgendaSession, said.session_id) if said.session_id else None
    for name, row in (
        ("session", session),
        ("convening", db.get(Convening, said.convening_id) if said.convening_id else None),
        ("group", db.get(WorkingGroup, said.group_id) if said.group_id else None),
    ):
        if row is not None and row.cohort_id != cohort_id:
            raise Refused("Choose one of this cohort.", name)
    if said.city_id and db.get(City, said.city_id) is None:
        raise Refused("Choose one of the list.", "city")
    return replace(
        said,
        title=checked_name(said.title, field="title"),
        text=as_written(said.text, longest=LONGEST_TEXT, field="text"),
        topics=topics,
        url="" if is_file else checked_address(said.url),
        convening_id=(session.convening_id if session else None) or said.convening_id,
    )


def _columns(said: Said) -> dict[str, Any]:
    return {name: getattr(said, name) for name in Said.__dataclass_fields__}


def _take(item: LibraryItem, ready: Ready, files: Files) -> None:
    """Make an item this file."""
    files.keep(ready.file)
    if ready.preview:
        files.keep(ready.preview)
    item.name, item.media_type = ready.file.name, ready.file.kind.media_type
    item.size, item.digest = ready.file.size, ready.file.digest
    item.preview = ready.preview.digest if ready.preview else ""
    item.width, item.height, item.pages = ready.width, ready.height, ready.pages


def _same(db: Session, item: LibraryItem) -> list[LibraryItem]:
    """All of the cohort's items that are the same file or address, earlier versions and this one among them."""
    query = select(LibraryItem).where(LibraryItem.cohort_id == item.cohort_id, LibraryItem.digest == item.digest)
    return list(db.exec(query if item.digest else query.where(LibraryItem.url == item.url)))


def _refuse_hidden(db: Session, item: LibraryItem) -> None:
    if any(one.quarantined_at for one in _same(db, item)):
        field = "file" if item.digest else "url"
        raise Refused("This very thing is in quarantine here. End that first, or choose another.", field)


def _refuse_put_away(item: LibraryItem) -> None:
    if item.archived_at is not None:
        raise Refused("This is put away, or another version has taken its place. Look at it again.")
