"""A call as one viewer prepares, runs and reads it: its points, its notes, and what was promised."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from app.gatherings.actions import Action, actions_on, is_of_lab, owners_of
from app.gatherings.circle import Circle, circle_of
from app.gatherings.dates import dates_of
from app.gatherings.listing import Gathering
from app.gatherings.notes import Notes, notes_of
from app.gatherings.points import Point, points_on
from app.models import AgendaSession
from app.people.viewer import Viewer

Owner = tuple[int, str]
"""A person's number, and "Rosa Diaz, Facilitator, Salem"."""


@dataclass(frozen=True, slots=True)
class Call:
    """All that stands around one gathering, as far as its viewer may read it. `minutes` is its length. `notes` by
    whether they are confidential; the confidential ones are there for those who share them, and for nobody else.
    `owners` can take on what is open to the lab, `confidants` what is not."""

    circle: Circle
    minutes: int
    is_over: bool
    is_off: bool
    points: tuple[Point, ...]
    away_points: tuple[Point, ...]
    notes: Mapping[bool, Notes]
    actions: tuple[Action, ...]
    away_actions: tuple[Action, ...]
    owners: tuple[Owner, ...]
    confidants: tuple[Owner, ...]

    @property
    def minutes_asked(self) -> int:
        """The minutes that its points are to take, as far as somebody said."""
        return sum(one.minutes or 0 for one in self.points if one.stands)

    @property
    def untimed(self) -> int:
        return sum(1 for one in self.points if one.stands and one.minutes is None)

    @property
    def is_bare(self) -> bool:
        """Whether there is nothing to read yet."""
        has_notes = any(one.text for one in self.notes.values())
        return not (self.points or self.actions or has_notes)


def call_of(db: Session, seen: Gathering, viewer: Viewer) -> Call | None:
    """What stands around a gathering; None where that is not for this viewer. The queries do not grow with it."""
    session = db.get_one(AgendaSession, seen.session_id)
    circle = circle_of(db, session, seen, viewer)
    if not circle.reads:
        return None
    dates = dates_of(db, session)
    points = points_on(db, session, circle, viewer, dates)
    actions = actions_on(db, session, circle, viewer, dates)
    people = owners_of(db, session) if circle.writes else []
    owners = [(one.person_id, f"{one.name}, {one.office}" if one.office else one.name) for one in people]
    lab = {one.person_id for one in people if is_of_lab(one)}
    return Call(
        circle=circle,
        minutes=session.minutes,
        is_over=seen.ends_at <= dates.now,
        is_off=seen.is_cancelled,
        points=tuple(one for one in points if not one.is_away),
        away_points=_away(points, circle) if circle.writes else (),
        notes=notes_of(db, session, circle),
        actions=tuple(one for one in actions if not one.is_away),
        away_actions=tuple(one for one in actions if one.is_away) if circle.writes else (),
        owners=tuple(owners),
        confidants=tuple(one for one in owners if one[0] not in lab) if circle.confides else (),
    )


def _away(points: Sequence[Point], circle: Circle) -> tuple[Point, ...]:
    """What was taken back and can be brought back by this viewer."""
    return tuple(one for one in points if one.is_away and (one.is_own or (circle.is_lab and circle.writes)))
