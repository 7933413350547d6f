"""The updates of a cycle for somebody with ten minutes: a screen a city, and how far this reader is."""

from dataclasses import dataclass

from sqlmodel import Session

from app.models import UpdateCycle
from app.people.viewer import Viewer
from app.updates.readings import HowFar, Place, minutes, places
from app.updates.released import Released, released


@dataclass(frozen=True, slots=True)
class ToRead:
    """A released update in a reader's list. `minutes` is how long the whole of it takes."""

    update: Released
    place: Place
    minutes: int
    is_own: bool

    @property
    def is_read(self) -> bool:
        return self.place.how_far is HowFar.READ


@dataclass(frozen=True, slots=True)
class ReadingList:
    """The released updates of a cycle by city, as far as one reader is."""

    lines: tuple[ToRead, ...]

    @property
    def read(self) -> int:
        return sum(line.is_read for line in self.lines)

    @property
    def how_far(self) -> dict[int, HowFar]:
        """Update → how far the reader is with it."""
        return {line.update.update.key: line.place.how_far for line in self.lines}

    @property
    def minutes_left(self) -> int:
        return sum(line.minutes for line in self.lines if not line.is_read)

    @property
    def next(self) -> ToRead | None:
        """Where to read on: what was begun, else the first that is not read."""
        begun = (line for line in self.lines if line.place.how_far is HowFar.BEGUN)
        unread = (line for line in self.lines if not line.is_read)
        return next(begun, None) or next(unread, None)

    def after(self, city_id: int) -> ToRead | None:
        """The next that is not read, after a city's and round in a circle."""
        here = next((place for place, line in enumerate(self.lines) if line.update.city.key == city_id), -1)
        circle = (*self.lines[here + 1 :], *self.lines[: max(here, 0)])
        return next((line for line in circle if not line.is_read), None)


def reading_list(db: Session, cycle: UpdateCycle, viewer: Viewer) -> ReadingList:
    """What there is to read of a cycle; two queries. The caller has asked whether the viewer may read."""
    found = released(db, cycle.cohort_id, cycle_id=cycle.key)
    how_far = places(db, viewer, {one.update.key: one.version.number for one in found})
    own = viewer.city_ids(cycle.cohort_id)
    return ReadingList(
        tuple(
            ToRead(one, how_far[one.update.key], minutes(one.content), one.city.key in own)
            for one in sorted(found, key=lambda one: (one.city.name, one.city.key))
        )
    )
