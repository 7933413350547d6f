"""Who reads, writes and confides around a gathering: its points, its notes, what was promised there.

Those in it write. The cohort reads where the gathering is open to it, and so does the lab. The confidential part is
for those of the audience who are not of the lab: whoever holds a seat in the lab has no part in it, whatever else they
hold, and nobody acts for another in it (rule 13).
"""

from dataclasses import dataclass

from sqlmodel import Session

from app import clock
from app.gatherings.details import day_of
from app.gatherings.knowing import is_invited, is_of_cohort, offices_by_day
from app.gatherings.listing import Gathering, as_seen
from app.models import AgendaSession, SessionFormat
from app.people.audiences import rule_of
from app.people.audit import Refused
from app.people.viewer import Viewer

TALKED = frozenset({SessionFormat.CALL, SessionFormat.WORKING_GROUP, SessionFormat.ROLE_ALIKE})
"""The kinds of gathering that people prepare together; a webinar is held by those who speak."""

OUTSIDE = "This is for those who are in the call."


@dataclass(frozen=True, slots=True)
class Circle:
    """What one viewer may do around a gathering. `is_inside`: they are invited. `inherits`: what was confided on an
    earlier date of the series is for them too, since they are of the series' own audience and no guest of one date.
    `offices` are theirs in the cohort, in words."""

    reads: bool = False
    writes: bool = False
    is_inside: bool = False
    is_lab: bool = False
    confides: bool = False
    inherits: bool = False
    offices: tuple[str, ...] = ()

    @property
    def office(self) -> str:
        return self.offices[0] if self.offices else ""


def circle_of(db: Session, session: AgendaSession, seen: Gathering | None, viewer: Viewer) -> Circle:
    """The viewer's place around a gathering that they see so."""
    if seen is None or not seen.is_whole or session.format not in TALKED or viewer.person_id is None:
        return Circle()
    is_lab = viewer.is_lab(session.cohort_id)
    confides = seen.is_for and not is_lab and not viewer.acting
    return Circle(
        reads=seen.is_invited or is_lab or is_of_cohort(viewer, session.cohort_id),
        writes=not viewer.acting and (seen.is_invited or viewer.is_organizer(session.cohort_id)),
        is_inside=seen.is_invited,
        is_lab=is_lab,
        confides=confides,
        inherits=confides and _is_of_series(db, session, viewer),
        offices=tuple(office.said for office in viewer.offices_in(session.cohort_id)),
    )


def circle_around(db: Session, session: AgendaSession, by: Viewer, *, confidential: bool = False) -> Circle:
    """The same for a verb, which refuses who may not write there, or not in the confidential part."""
    seen = next(iter(as_seen(db, [session], by)), None) if session.convening_id is None else None
    circle = circle_of(db, session, seen, by)
    if not circle.writes or (confidential and not circle.confides):
        raise Refused(OUTSIDE)
    return circle


def _is_of_series(db: Session, session: AgendaSession, viewer: Viewer) -> bool:
    series = session.series
    if series is None or series.audience_id == session.audience_id:
        return True
    day = day_of(session) or clock.today(session.zone)
    assert viewer.person_id is not None, "asked of people who are signed in"
    held = offices_by_day(db, viewer.person_id)(day)
    offices = tuple(office for office in held if office.cohort_id == session.cohort_id)
    return is_invited(rule_of(series.audience), viewer.person_id, offices)
