"""Meal counts: for each meal of the agenda how many are really there then, and how many of them ask for what.

Counts name nobody. Names are given by explicit grant only, and even then only of those who allow it (rule 12).
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from app.models import AgendaSession, Convening, SessionFormat
from app.people.names import plain
from app.registration.attending import Guest, guests, places, rooms_said, those_in
from app.registration.needs import DIETS, read_dietary

CALLED = ("breakfast", "brunch", "lunch", "dinner", "supper")
"""Unstructured time is a meal when its title says so: "Lunch, unstructured"."""

CLOSED = "A closed session"
"""What a meal that excludes the lab is called: that it is to be served is told, what it is about is not (rule 13)."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What one person asks for, by name; only of those who allow that the caterer is told."""

    name: str
    dietary: str


@dataclass(frozen=True, slots=True)
class Counted:
    """How many come, how many of them have answered, how many ask for what, and how many say more in own words."""

    coming: int
    answered: int
    diets: tuple[tuple[str, int], ...]
    own_words: int

    @property
    def unanswered(self) -> int:
        return self.coming - self.answered


@dataclass(frozen=True, slots=True)
class Meal:
    """One meal, from an instant to another (UTC). `named` is empty unless names were granted."""

    title: str
    rooms: str
    starts_at: datetime
    ends_at: datetime
    count: Counted
    named: tuple[Asked, ...] = ()


@dataclass(frozen=True, slots=True)
class MealCounts:
    """The whole convening's counts and each meal's, in order of time. `allow` is how many allow their name."""

    whole: Counted
    meals: tuple[Meal, ...]
    allow: int

    @property
    def diets(self) -> tuple[str, ...]:
        """The diets that anybody asks for, in the list's order: the columns of a table."""
        return tuple(diet for diet, _ in self.whole.diets)


def meal_counts(db: Session, convening: Convening, *, with_names: bool = False) -> MealCounts:
    """All meals of a convening. The number of queries is fixed.

    Who asks for names has put the look on record before.
    """
    coming = guests(db, convening)
    return MealCounts(
        whole=_count(coming),
        meals=tuple(
            _meal(place.session, those_in(place, coming), with_names=with_names)
            for place in places(db, convening)
            if is_meal(place.session)
        ),
        allow=len(_asking(coming)),
    )


def is_meal(session: AgendaSession) -> bool:
    """Whether a session is a meal: by its format, or unstructured time that is called one."""
    called = session.format in (SessionFormat.UNSTRUCTURED, SessionFormat.BREAK) and any(
        word in plain(session.title) for word in CALLED
    )
    return session.format is SessionFormat.MEAL or called


def _meal(session: AgendaSession, there: Sequence[Guest], *, with_names: bool) -> Meal:
    assert session.starts_at is not None
    assert session.ends_at is not None
    return Meal(
        title=CLOSED if session.excludes_lab else session.title,
        rooms=rooms_said(session),
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        count=_count(there),
        named=tuple(_asking(there)) if with_names and not session.excludes_lab else (),
    )


def _asking(among: Iterable[Guest]) -> list[Asked]:
    """Those who ask for something and allow that the caterer is told their name."""
    return [
        Asked(guest.name, guest.needs.dietary)
        for guest in among
        if guest.needs is not None and guest.needs.name_to_caterer and guest.needs.dietary
    ]


def _count(among: Sequence[Guest]) -> Counted:
    counts: Counter[str] = Counter()
    answered = own_words = 0
    for guest in among:
        if guest.needs is None:
            continue
        answered += guest.needs.answered
        diets, words = read_dietary(guest.needs.dietary)
        counts.update(diet for diet in diets if diet)
        own_words += bool(words)
    return Counted(
        coming=len(among),
        answered=answered,
        diets=tuple((diet, counts[diet]) for diet in DIETS if counts[diet]),
        own_words=own_words,
    )
