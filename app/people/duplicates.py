"""People who may be on record twice: found by name and by address, for an organizer to look at."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sqlalchemy import or_
from sqlmodel import Session, col, select

from app.models import Convening, Person, Registration, Seat, Tenure
from app.people.names import plain, sort_name

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


def duplicates_of(db: Session, cohort_id: int) -> list[Pair]:
    """The likely duplicates among a cohort's people and those never seated anywhere, by name; two queries.

    Of several records that look alike each is paired with the oldest, so that the list stays short.
    """
    people = people_here(db, cohort_id)
    found: dict[tuple[int, int], list[str]] = {}
    for reason, likeness in LIKENESSES:
        for first, *others in _alike(people, likeness):
            for other in others:
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
