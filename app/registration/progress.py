"""How the registering goes on over time, against the convening before: are more in by now than last time by then?

Counted is whoever has asked for a place and got one or waits, from the day they did, and whoever has cancelled or was
turned down since as well: last time's cancellations are all in, this one's are still to come, so that without them
this one would always look ahead. A place that went over to a substitute counts once, from the substitute's day; when
that was taken back, the place counts as before and the substitute not at all.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, and_, col, not_, select

from app import clock
from app.models import ASKED, LEFT, Convening, Registration, RegistrationState, Substitution

COUNTED = (*ASKED, *(state for state in LEFT if state is not RegistrationState.REPLACED))
FEWEST_WEEKS = 12
"""What the picture shows at least, in weeks before the first day; more where somebody registered earlier."""


@dataclass(frozen=True, slots=True)
class Line:
    """One convening's registering: `steps` are (days before the first day, how many by the end of that day), earliest
    first, one for each day on which somebody registered; known until `until` days before (0: the first day)."""

    title: str
    steps: tuple[tuple[int, int], ...]
    until: int

    def by(self, days: int) -> int:
        """How many by the end of the day so many days before the first."""
        return max((count for before, count in self.steps if before >= days), default=0)

    @property
    def total(self) -> int:
        return self.by(self.until)


@dataclass(frozen=True, slots=True)
class Progress:
    """This convening's line, and that of the cohort's last one before it, if there was one."""

    this: Line
    last: Line | None

    @property
    def lines(self) -> tuple[Line, ...]:
        return (self.this,) if self.last is None else (self.this, self.last)

    @property
    def is_empty(self) -> bool:
        return not any(line.steps for line in self.lines)

    @property
    def weeks(self) -> int:
        """How many weeks before the first day the picture begins."""
        earliest = max((line.steps[0][0] for line in self.lines if line.steps), default=0)
        return max(FEWEST_WEEKS, -(-earliest // 7))

    @property
    def marks(self) -> tuple[int, ...]:
        """The weeks that are written under the picture, from the first day back: seven at most."""
        return tuple(range(0, self.weeks + 1, -(-self.weeks // 6)))

    @property
    def heights(self) -> tuple[int, ...]:
        """The numbers that are written beside the picture, from 0 to one that nobody is above: five at most."""
        most = max(1, *(line.total for line in self.lines))
        round_steps = (digit * 10**zeros for zeros in range(6) for digit in (1, 2, 5))
        step = next(step for step in round_steps if step * 4 >= most)
        return tuple(range(0, most + step, step))

    @property
    def table(self) -> tuple[tuple[int, int | None, int | None], ...]:
        """(weeks before, this one's number, last one's) by the end of that day; None is not known yet."""
        return tuple((week, _known(self.this, week), _known(self.last, week)) for week in range(self.weeks, -1, -1))


def progress(db: Session, convening: Convening) -> Progress:
    """How many had registered on which day, for this convening and the last one before it; two queries."""
    last = db.exec(
        select(Convening)
        .where(
            Convening.cohort_id == convening.cohort_id,
            Convening.starts_on < convening.starts_on,
            col(Convening.archived_at).is_(None),
        )
        .order_by(col(Convening.starts_on).desc(), col(Convening.id).desc())
        .limit(1)
    ).first()
    both = [convening.key] if last is None else [convening.key, last.key]
    taken_back = select(Substitution.coming_id).where(
        col(Substitution.convening_id).in_(both), col(Substitution.undone_at).is_not(None)
    )
    moments: dict[int, list[datetime]] = {key: [] for key in both}
    for key, moment in db.exec(
        select(Registration.convening_id, Registration.submitted_at).where(
            col(Registration.convening_id).in_(both),
            col(Registration.state).in_(COUNTED),
            col(Registration.submitted_at).is_not(None),
            not_(and_(Registration.state == RegistrationState.CANCELLED, col(Registration.id).in_(taken_back))),
        )
    ):
        assert moment is not None
        moments[key].append(moment)
    return Progress(
        _line(convening, moments[convening.key]),
        None if last is None else _line(last, moments[last.key]),
    )


def _line(convening: Convening, moments: Iterable[datetime]) -> Line:
    """A day is the day in the event's zone (rule 14). Who came in after the first day began is counted on it: at the
    door."""
    begins = convening.starts_on
    on_day = Counter(max(0, _before(begins, clock.local(moment, convening.zone).date())) for moment in moments)
    steps, count = [], 0
    for days in sorted(on_day, reverse=True):
        count += on_day[days]
        steps.append((days, count))
    return Line(convening.title, tuple(steps), max(0, _before(begins, clock.today(convening.zone))))


def _before(begins: date, day: date) -> int:
    return (begins - day).days


def _known(line: Line | None, week: int) -> int | None:
    return None if line is None or 7 * week < line.until else line.by(7 * week)
