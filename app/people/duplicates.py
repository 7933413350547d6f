"""People who may be on record twice: found by name and by address, for an organizer to look at."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_
from sqlalchemy.orm import joinedload
from sqlmodel import Session, col, select

from app import clock
from app.models import Convening, Person, Registration, Seat, Tenure, TwoPeople
from app.models.base import relation
from app.people.audit import Refused, verb
from app.people.names import plain, sort_name
from app.people.viewer import Viewer

TITLES = frozenset({"dr", "prof", "rev", "mr", "ms", "mrs", "hon"})


@dataclass(frozen=True, slots=True)
class Known:
    """What two records are compared by."""

    id: int
    name: str
    email: str
    organization: str


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records that may be one person, the older first, and why, in words."""

    first: Known
    second: Known
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ToldApart:
    """Two records that look alike and are two people: who said so (None: the program), and when (UTC)."""

    first: Known
    second: Known
    by: str | None
    at: datetime


@verb
def tell_apart(db: Session, one: Person, other: Person, *, by: Viewer) -> TwoPeople:
    """Note that two records are two people, so that they are not shown as likely duplicates; a second click changes
    nothing. It does not keep anybody from merging them by hand."""
    first, second = _in_order(db, one, other)
    known = _of_pair(db, first, second)
    if known is None:
        known = TwoPeople(first_id=first, second_id=second, by_id=by.actor_id)
        db.add(known)
    elif known.archived_at is not None:
        known.archived_at, known.by_id, known.created_at = None, by.actor_id, clock.now()
    db.flush()
    return known


@verb
def take_telling_back(db: Session, one: Person, other: Person, *, by: Viewer) -> None:
    """They may be one person after all: they stand among the likely duplicates again."""
    known = _of_pair(db, *_in_order(db, one, other))
    if known is not None and known.archived_at is None:
        known.archived_at = clock.now()


def told_apart(db: Session, cohort_id: int) -> list[ToldApart]:
    """The pairs of a cohort's people who are two, by name; two queries."""
    known = {one.id: one for one in people_here(db, cohort_id)}
    rows = db.exec(
        select(TwoPeople).where(col(TwoPeople.archived_at).is_(None)).options(joinedload(relation(TwoPeople.by)))
    )
    found = [
        ToldApart(known[one.first_id], known[one.second_id], one.by.name if one.by else None, one.created_at)
        for one in rows
        if one.first_id in known and one.second_id in known
    ]
    return sorted(found, key=lambda one: (plain(sort_name(one.first.name)), one.first.id, one.second.id))


def _in_order(db: Session, one: Person, other: Person) -> tuple[int, int]:
    """Both numbers, the lower first, with their records held until the commit."""
    first, second = sorted((one.key, other.key))
    if first == second:
        raise Refused("Choose two records: this is one.")
    both = select(Person.id).where(col(Person.id).in_((first, second))).order_by(col(Person.id))
    db.exec(both.with_for_update(key_share=True)).all()
    return first, second


def _of_pair(db: Session, first: int, second: int) -> TwoPeople | None:
    pair = select(TwoPeople).where(TwoPeople.first_id == first, TwoPeople.second_id == second)
    return db.exec(pair.execution_options(populate_existing=True)).first()


def duplicates_of(db: Session, cohort_id: int) -> list[Pair]:
    """The likely duplicates among a cohort's people and those never seated anywhere, by name; three queries.

    Of several records that look alike each is paired with the oldest that it was not told apart from, so that the list
    stays short.
    """
    people = people_here(db, cohort_id)
    pairs_apart = db.exec(select(TwoPeople.first_id, TwoPeople.second_id).where(col(TwoPeople.archived_at).is_(None)))
    apart = set(pairs_apart)
    found: dict[tuple[int, int], list[str]] = {}
    for reason, likeness in LIKENESSES:
        for alike in _alike(people, likeness):
            for place, other in enumerate(alike):
                first = next((one for one in alike[:place] if (one.id, other.id) not in apart), None)
                if first is not None:
                    found.setdefault((first.id, other.id), []).append(reason)
    known = {one.id: one for one in people}
    together = _registered_together(db, cohort_id, found)
    pairs = [
        Pair(known[first], known[second], (*reasons, *together.get((first, second), ())))
        for (first, second), reasons in found.items()
    ]
    return sorted(pairs, key=lambda pair: (plain(sort_name(pair.first.name)), pair.first.id, pair.second.id))


def people_here(db: Session, cohort_id: int) -> list[Known]:
    """Who ever held a seat of the cohort, and those never seated anywhere, the oldest record first; one query."""
    seated_here = select(Tenure.person_id).join(Seat, col(Seat.id) == Tenure.seat_id).where(Seat.cohort_id == cohort_id)
    rows = db.exec(
        select(Person.id, Person.name, Person.email, Person.organization)
        .where(
            col(Person.archived_at).is_(None),
            or_(col(Person.id).in_(seated_here), col(Person.id).not_in(select(Tenure.person_id))),
        )
        .order_by(col(Person.id))
    )
    return [Known(number or 0, name, email or "", place) for number, name, email, place in rows]


def _same_name(one: Known) -> str:
    """The words of a name without titles, accents, case, points and order: "Grant, Fiona" is "Dr. Fiona Grant"."""
    bare = plain(one.name).replace(".", " ").replace(",", " ").split()
    return " ".join(sorted(word for word in bare if word not in TITLES))


def _same_address(one: Known) -> str:
    """The mailbox, without case and without what follows a plus."""
    local, _, domain = one.email.lower().partition("@")
    return f"{local.partition('+')[0]}@{domain}" if domain else ""


def _same_local_part(one: Known) -> str:
    """The address before the @ and the last name: who moved to another office or domain often keeps both."""
    local = one.email.lower().partition("@")[0].partition("+")[0]
    words = plain(one.name).split()
    return f"{local} {words[-1]}" if local and words else ""


LIKENESSES: tuple[tuple[str, Callable[[Known], str]], ...] = (
    ("same name", _same_name),
    ("same address but for case or what follows a plus", _same_address),
    ("same last name, and the same address before the @", _same_local_part),
)


def _alike(people: Iterable[Known], likeness: Callable[[Known], str]) -> list[list[Known]]:
    """Those whom a likeness puts together, two and more."""
    groups: dict[str, list[Known]] = {}
    for one in people:
        if key := likeness(one):
            groups.setdefault(key, []).append(one)
    return [group for group in groups.values() if len(group) > 1]


def _registered_together(
    db: Session, cohort_id: int, pairs: Iterable[tuple[int, int]]
) -> dict[tuple[int, int], list[str]]:
    """Of the pairs, those who are both registered for one convening of the cohort."""
    pairs = list(pairs)
    numbers = {number for pair in pairs for number in pair}
    if not numbers:
        return {}
    rows = db.exec(
        select(Registration.person_id, Convening.title)
        .join(Convening, col(Convening.id) == Registration.convening_id)
        .where(Convening.cohort_id == cohort_id, col(Registration.person_id).in_(numbers))
        .order_by(col(Convening.starts_on), col(Convening.id))
    )
    titles: dict[int, list[str]] = {}
    for number, title in rows:
        titles.setdefault(number, []).append(title)
    return {
        (one, other): [
            f"both registered for {title}" for title in titles.get(one, []) if title in titles.get(other, [])
        ]
        for one, other in pairs
    }
