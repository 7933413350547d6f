"""The library: recordings, slides, pre-reading, papers and links, each with its walls.

An item of a session is for those who may know all of that session (rule 13); nothing is deleted, what is taken out is
archived (rule 21).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from app import clock
from app.models import AgendaSession, LibraryItem, LibraryKind
from app.people.audit import Refused, verb
from app.people.prose import as_written
from app.people.viewer import Viewer

LONGEST_TITLE, LONGEST_URL, LONGEST_TEXT, LONGEST_TOPICS = 300, 2000, 2000, 500

USUAL_TITLES = {
    LibraryKind.RECORDING: "Recording",
    LibraryKind.SLIDES: "Slides",
    LibraryKind.PRE_READING: "Pre-reading",
    LibraryKind.DOCUMENT: "Paper",
    LibraryKind.LINK: "Link",
}


@dataclass(frozen=True, slots=True)
class Item:
    """What is said of an item that lies at an address."""

    kind: LibraryKind
    url: str
    title: str = ""
    text: str = ""
    topics: str = ""


@verb
def add_item(db: Session, session: AgendaSession, item: Item, *, by: Viewer) -> LibraryItem:
    """Put something of a session into the library. Raises Refused at the field that cannot stand."""
    url = item.url.strip()
    if not url.startswith(("https://", "http://")) or any(sign.isspace() for sign in url):
        raise Refused("An address begins with https://.", "url")
    if len(url) > LONGEST_URL:
        raise Refused(f"That address is longer than {LONGEST_URL:,} characters.", "url")
    title = " ".join(as_written(item.title, longest=LONGEST_TITLE, field="title").split())
    added = LibraryItem(
        cohort_id=session.cohort_id,
        kind=item.kind,
        title=title or f"{USUAL_TITLES[item.kind]}: {session.title}"[:LONGEST_TITLE],
        text=as_written(item.text, longest=LONGEST_TEXT, field="text"),
        topics=" ".join(as_written(item.topics, longest=LONGEST_TOPICS, field="topics").split()),
        city_id=session.host_city_id,
        convening_id=session.convening_id,
        session_id=session.key,
        openness=session.openness,
        url=url,
        by_id=by.person_id,
    )
    db.add(added)
    db.flush()
    return added


@verb
def put_item_away(db: Session, item: LibraryItem, *, by: Viewer) -> None:
    """Take something out of the library; it is kept, and can be brought back."""
    item.archived_at = item.archived_at or clock.now()
    db.add(item)


@verb
def bring_item_back(db: Session, item: LibraryItem, *, by: Viewer) -> None:
    """Put it back where it was."""
    item.archived_at = None
    db.add(item)


def items_of_session(db: Session, session_id: int, *, put_away: bool = False) -> Sequence[LibraryItem]:
    """What of a session is in the library, or was taken out, by kind; one query. Who may see the session asks first."""
    out = col(LibraryItem.archived_at).is_not(None) if put_away else col(LibraryItem.archived_at).is_(None)
    found = db.exec(
        select(LibraryItem)
        .where(LibraryItem.session_id == session_id, out, col(LibraryItem.quarantined_at).is_(None))
        .order_by(col(LibraryItem.id))
    ).all()
    order = list(LibraryKind)
    return sorted(found, key=lambda one: order.index(one.kind))
