"""Letters that go by rule: what one that is planned holds, and when it goes.

Reminders about registering and nudges about updates are both of this shape; each room has its own rules, rows and
readers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from app.people.quiet import goes_at, meant_for

R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A letter that is going to be written. `at` is when (UTC), meant in the reader's `zone`; `email` is None for
    somebody whom no letter reaches; `stopped`: somebody has said that it does not go."""

    rule_id: int
    person_id: int
    name: str
    office: str
    email: str | None
    zone: str
    at: datetime
    stopped: bool = False

    @property
    def goes(self) -> bool:
        """Whether it will go."""
        return self.email is not None and not self.stopped


L = TypeVar("L", bound=Planned)


@dataclass(frozen=True, slots=True)
class RulePlan(Generic[R, L]):
    """A rule that stands, of so many `days`, and its letters by time and name.

    `due` is a UTC instant, meant in the zone of what it is about; `idle` says why nothing comes of it, if nothing can.
    """

    rule: R
    days: int
    due: datetime
    idle: str
    letters: tuple[L, ...] = ()

    @property
    def going(self) -> tuple[L, ...]:
        """The letters that will go."""
        return tuple(one for one in self.letters if one.goes)


P = TypeVar("P", bound=RulePlan[Any, Any])


def shown_of(rules: Sequence[P], asked: int | None) -> P | None:
    """The rule whose letters are listed: the one asked for by its number, else the next that has any."""
    with_letters = [one for one in rules if one.letters]
    return next((one for one in with_letters if one.rule.key == asked), next(iter(with_letters), None))


def time_for(
    due: datetime, until: datetime, next_due: datetime, zone: str, now: datetime, *, after: datetime | None = None
) -> datetime | None:
    """When something due reaches a reader in a zone (UTC), at no quiet hour and not before `after`.

    None where that is too late: after `until`, two days after it was meant, or once the next rule is due as well.
    """
    meant = meant_for(due, until, zone)
    at = goes_at(max(meant, after) if after else meant, until, zone, now)
    return None if at is None or (at >= next_due and next_due < until) else at
