"""A person's own sessions beside the hours they say they are there: what they are in for, and what they would miss
(rule 11), the parallel session that they chose among them. As published; of what the one who looks may not see,
nothing is said (rule 13)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlmodel import Session

from app.agenda import published
from app.agenda.seeing import SeenSession, programme_day
from app.models import Convening, Openness, SessionFormat
from app.people.chosen import chosen
from app.people.viewer import Viewer, viewer_of
from app.registration.presence import Window


class There(StrEnum):
    """How much of a session somebody is there for."""

    IN = "in"
    PART = "part"
    OUT = "out"


@dataclass(frozen=True, slots=True)
class Stay:
    """`chosen` is one that they chose among parallel ones."""

    session: SeenSession
    there: There
    chosen: bool = False

    @property
    def misses(self) -> bool:
        """Whether being away is worth a word: to eat elsewhere is not."""
        return self.there is not There.IN and self.session.format is not SessionFormat.MEAL


@dataclass(frozen=True, slots=True)
class Stays:
    """By day of the programme; without a release there is none."""

    days: tuple[tuple[date, tuple[Stay, ...]], ...] = ()
    is_published: bool = False

    @property
    def missed(self) -> tuple[str, ...]:
        return tuple(stay.session.title for _, stays in self.days for stay in stays if stay.misses)

    @property
    def missed_choices(self) -> tuple[str, ...]:
        """Those of them that they chose, and whose places others could have."""
        return tuple(stay.session.title for _, stays in self.days for stay in stays if stay.misses and stay.chosen)


def stays_of(
    db: Session, convening: Convening, person_id: int, windows: Sequence[Window], *, seen_by: Viewer | None
) -> Stays:
    """The sessions that a person is invited to, marked by the windows (() is the whole time).

    `seen_by` looks; None is whoever holds the person's private link, to whom closed sessions are not told. Of what
    people choose among it is the one that they chose: nobody is expected in each of it. The number of queries is fixed.
    """
    person = viewer_of(db, person_id)
    own = published.agenda(db, convening, person)
    if own is None:
        return Stays()
    told = {one.id: one for one in own.sessions}
    if seen_by is None:
        told = {number: one for number, one in told.items() if one.openness is not Openness.CLOSED}
    elif seen_by.person_id != person_id or seen_by.acting:
        seen = published.agenda(db, convening, seen_by)
        told = {one.id: one for one in seen.sessions if not one.covered} if seen else {}
    chose = chosen(db, convening.key, person_id).at.get(person_id, {})
    days: dict[date, list[Stay]] = {}
    for session in own.sessions:
        is_theirs = session.mine and (not session.choice_group or session.id in chose)
        if is_theirs and session.id in told and not session.cancelled:
            day = programme_day(session.starts_at, own.zone)
            stay = Stay(told[session.id], there(session, windows), chosen=bool(session.choice_group))
            days.setdefault(day, []).append(stay)
    return Stays(tuple((day, tuple(stays)) for day, stays in sorted(days.items())), is_published=True)


def there(session: SeenSession, windows: Sequence[Window]) -> There:
    """How much of a session somebody is there for by these windows (() is the whole time)."""
    if not windows or any(one.starts_at <= session.starts_at and session.ends_at <= one.ends_at for one in windows):
        return There.IN
    touches = any(one.starts_at < session.ends_at and session.starts_at < one.ends_at for one in windows)
    return There.PART if touches else There.OUT
