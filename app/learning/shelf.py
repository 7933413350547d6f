"""The library as one viewer may see it.

What belongs to a session has the session's walls (rule 13): agenda sessions as they are published, gatherings as they
are listed. What belongs to a working group has the group's. Inside those walls its own openness holds: closed is for
those who are in the session or group and for the lab, cohort for the cohort, and nobody else has what is not marked
public (rule 18). What is in quarantine is there for organizers alone (rule 20).
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import selectinload
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from app import clock
from app.agenda import published
from app.gatherings.holders import SeatHolder
from app.gatherings.knowing import is_of_cohort
from app.gatherings.listing import gatherings_numbered, gatherings_of
from app.gatherings.memberships import group_ids_of, group_ids_of_people, may_know
from app.models import Cohort, Convening, LibraryItem, LibraryKind, Openness
from app.models.base import relation
from app.people.names import matches, plain
from app.people.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Whence:
    """The session that something belongs to, as its viewer knows it. `place` is its address below the cohort's."""

    title: str
    said: str
    place: str
    is_inside: bool


@dataclass(frozen=True, slots=True)
class Shelved:
    """An item of the library that its viewer may have."""

    item: LibraryItem
    topics: tuple[str, ...]
    whence: Whence | None = None

    @property
    def is_file(self) -> bool:
        return bool(self.item.digest)

    @property
    def convening(self) -> Convening | None:
        return self.item.convening


@dataclass(frozen=True, slots=True)
class Sought:
    """What the library is narrowed to: words, a kind, a topic, and the slugs of a city and a convening; "" is all."""

    words: str = ""
    kind: str = ""
    topic: str = ""
    city: str = ""
    convening: str = ""

    def takes(self, one: Shelved) -> bool:
        item = one.item
        if self.kind and item.kind != self.kind:
            return False
        if self.topic and plain(self.topic) not in map(plain, one.topics):
            return False
        if self.city and (item.city is None or item.city.slug != self.city):
            return False
        if self.convening and (item.convening is None or item.convening.slug != self.convening):
            return False
        return matches(
            self.words,
            item.title,
            item.text,
            item.topics,
            item.name,
            item.city.name if item.city else "",
            one.whence.title if one.whence else "",
            item.group.name if item.group else "",
        )


def shelf(db: Session, cohort: Cohort, viewer: Viewer) -> list[Shelved]:
    """All that stands in a cohort's library for this viewer, the latest first. A handful of queries for any number of
    items, and one or two more for each convening that has some."""
    return seen(db, cohort, viewer, db.exec(_standing(cohort)).all())


def of_session(db: Session, cohort: Cohort, session_id: int, viewer: Viewer) -> list[Shelved]:
    """What belongs to one session, the latest first."""
    return seen(db, cohort, viewer, db.exec(_standing(cohort).where(LibraryItem.session_id == session_id)).all())


def of_group(db: Session, cohort: Cohort, group_id: int, viewer: Viewer) -> list[Shelved]:
    """What belongs to one working group, the latest first."""
    return seen(db, cohort, viewer, db.exec(_standing(cohort).where(LibraryItem.group_id == group_id)).all())


def put_away_items(db: Session, cohort: Cohort, viewer: Viewer) -> list[Shelved]:
    """What was put away and not replaced, the latest first, for organizers to bring back."""
    replaced = select(LibraryItem.replaces_id).where(col(LibraryItem.replaces_id).is_not(None))
    away = col(LibraryItem.archived_at).is_not(None)
    query = _all(cohort).where(away, col(LibraryItem.id).not_in(replaced))
    return seen(db, cohort, viewer, db.exec(query).all())


def find_item(db: Session, cohort: Cohort, number: int, viewer: Viewer) -> Shelved | None:
    """One item that the viewer may have; organizers have what was put away too."""
    if not 0 < number < 2**31:
        return None
    found = next(iter(seen(db, cohort, viewer, db.exec(_all(cohort).where(LibraryItem.id == number)).all())), None)
    if found and found.item.archived_at is not None and not viewer.is_organizer(cohort.key):
        return None
    return found


def earlier_versions(db: Session, cohort: Cohort, item: LibraryItem) -> list[LibraryItem]:
    """What an item took the place of, the latest first. Its walls are the item's."""
    every = {one.key: one for one in db.exec(select(LibraryItem).where(LibraryItem.cohort_id == cohort.key))}
    found: list[LibraryItem] = []
    at = item.replaces_id
    while at is not None and at in every and every[at] not in found:
        found.append(every[at])
        at = every[at].replaces_id
    return found


def seen(db: Session, cohort: Cohort, viewer: Viewer, items: Sequence[LibraryItem]) -> list[Shelved]:
    """Those of the items that the viewer may have, with the sessions they belong to."""
    organizes = viewer.is_organizer(cohort.key)
    sessions = _sessions(db, cohort, viewer, items)
    member_of = group_ids_of(db, viewer) if any(item.group_id for item in items) else frozenset()
    shown = []
    for item in items:
        whence = sessions.get(item.session_id or 0)
        if item.session_id and whence is None and not _is_unpublished(item, sessions, organizes=organizes):
            continue
        if _may_have(item, viewer, member_of, is_inside=bool(whence and whence.is_inside)):
            shown.append(Shelved(item, topics_in(item.topics), whence))
    return shown


def of_holders(
    db: Session, items: Sequence[LibraryItem], holders: Sequence[SeatHolder]
) -> list[tuple[SeatHolder, list[LibraryItem]]]:
    """What of a webinar's items each of those with a seat may have, who may know all of it; as many
    queries for many holders as for one."""
    groups = {item.group_id for item in items if item.group_id is not None}
    people = {one.viewer.person_id for one in holders if one.viewer.person_id is not None}
    member_of = group_ids_of_people(db, people, among=groups)
    found = []
    for one in holders:
        own = member_of.get(one.viewer.person_id, frozenset())
        theirs = [item for item in items if _may_have(item, one.viewer, own, is_inside=one.is_inside)]
        found.append((one, theirs))
    return found


def topics_in(text: str) -> tuple[str, ...]:
    """ "Financing, integrated data" → its topics, each once, in their order."""
    said: dict[str, str] = {}
    for one in text.split(","):
        topic = " ".join(one.split())
        if topic:
            said.setdefault(plain(topic), topic)
    return tuple(said.values())


def topics_of(items: Iterable[Shelved]) -> list[str]:
    """The topics of what a viewer may see, each once, by the alphabet."""
    said = {plain(topic): topic for one in items for topic in one.topics}
    return [said[key] for key in sorted(said)]


def session_choices(db: Session, cohort: Cohort, viewer: Viewer) -> dict[int, str]:
    """The sessions that something can belong to, by number, as forms offer them: gatherings, the latest first, and
    those of published agendas, as far as the viewer may know all of them."""
    labels = {
        one.session_id: label_of(one.title, clock.said_day(clock.local(one.starts_at, one.zone), year=True))
        for one in reversed(gatherings_of(db, cohort.key, viewer))
        if one.is_whole
    }
    convenings = select(Convening).where(Convening.cohort_id == cohort.key, col(Convening.archived_at).is_(None))
    for convening in db.exec(convenings.order_by(col(Convening.starts_on).desc())):
        agenda = published.agenda(db, convening, viewer)
        for one in agenda.sessions if agenda else ():
            if not one.covered:
                labels[one.id] = label_of(one.title, clock.said_day(clock.local(one.starts_at, one.zone), year=True))
    return labels


def label_of(title: str, day: str) -> str:
    """What a session is chosen by: "Keynote (Tue 14 Nov 2017)"."""
    return f"{title[:120]} ({day})"


def _may_have(item: LibraryItem, viewer: Viewer, member_of: frozenset[int], *, is_inside: bool) -> bool:
    """Whether a viewer may have an item whose session, if it has one, they may know all of; `is_inside`: they are in
    it."""
    if item.group and not may_know(item.group, viewer, member_of):
        return False
    if item.quarantined_at and not viewer.is_organizer(item.cohort_id):
        return False
    return is_inside or (item.group_id or 0) in member_of or _is_open(item, viewer)


def _is_open(item: LibraryItem, viewer: Viewer) -> bool:
    """Whether an item's own openness lets in a viewer who is not inside its session or group."""
    if item.openness.is_public:
        return True
    is_lab = viewer.is_lab(item.cohort_id) and not viewer.acting
    return is_lab or (item.openness is Openness.COHORT and is_of_cohort(viewer, item.cohort_id))


def _is_unpublished(item: LibraryItem, known: Collection[int], *, organizes: bool) -> bool:
    """Whether an item's session stands in no agenda, and so is an organizer's to know."""
    session = item.session
    assert session is not None
    return organizes and session.key not in known and not session.excludes_lab


def _sessions(db: Session, cohort: Cohort, viewer: Viewer, items: Sequence[LibraryItem]) -> dict[int, Whence | None]:
    """The items' sessions as the viewer knows them; None for those of which they know no more than that they are."""
    numbers = {item.session_id for item in items if item.session_id}
    if not numbers:
        return {}
    known: dict[int, Whence | None] = {}
    for one in gatherings_numbered(db, cohort.key, numbers, viewer):
        said = clock.said_day(clock.local(one.starts_at, one.zone), year=True)
        whence = Whence(one.title, said, f"gatherings/{one.session_id}", one.is_invited)
        known[one.session_id] = whence if one.is_whole else None
    convenings = {item.session.convening_id for item in items if item.session and item.session.convening_id}
    for convening in db.exec(select(Convening).where(col(Convening.id).in_(convenings))):
        agenda = published.agenda(db, convening, viewer)
        for seen_one in agenda.sessions if agenda else ():
            if seen_one.id in numbers:
                said = clock.said_day(clock.local(seen_one.starts_at, seen_one.zone), year=True)
                place = f"convenings/{convening.slug}/sessions/{seen_one.id}"
                inside = seen_one.mine and not viewer.acting
                whence = Whence(seen_one.title, said, place, inside)
                known[seen_one.id] = None if seen_one.covered else whence
    return known


def _all(cohort: Cohort) -> SelectOfScalar[LibraryItem]:
    loaded = (LibraryItem.city, LibraryItem.convening, LibraryItem.session, LibraryItem.group, LibraryItem.by)
    return (
        select(LibraryItem)
        .where(LibraryItem.cohort_id == cohort.key)
        .options(*(selectinload(relation(one)) for one in loaded))
        .order_by(col(LibraryItem.created_at).desc(), col(LibraryItem.id).desc())
    )


def _standing(cohort: Cohort) -> SelectOfScalar[LibraryItem]:
    return _all(cohort).where(col(LibraryItem.archived_at).is_(None))


KINDS = {
    LibraryKind.RECORDING: "Recordings",
    LibraryKind.SLIDES: "Slides",
    LibraryKind.PRE_READING: "Pre-reading",
    LibraryKind.DOCUMENT: "Documents",
    LibraryKind.LINK: "Links",
}
"""The kinds as they are chosen among."""
