"""An agenda with meals for the small cohort: a lunch, a mayors' breakfast, a dinner to choose, one that excludes the
lab, and a plenary with a room that is no meal."""

from datetime import UTC, date, datetime, time, timedelta

from sqlmodel import Session, select

from app import clock
from app.models import (
    AgendaSession,
    Convening,
    Openness,
    Role,
    Room,
    RoomSetup,
    SessionFormat,
    SessionRoom,
)
from app.people.audiences import Rule, new_audience
from app.people.audit import verb
from app.people.viewer import Viewer
from app.registration.presence import Window
from tests.registration.stage import Stage

TUESDAY, WEDNESDAY = date(2017, 11, 14), date(2017, 11, 15)
ZONE = "America/New_York"
MORNING = Window(datetime(2017, 11, 14, 5, tzinfo=UTC), datetime(2017, 11, 14, 17, 30, tzinfo=UTC))
"""Tuesday until 12:30 in Cambridge: not there for lunch."""


@verb
def lay_tables(db: Session, stage: Stage, *, by: Viewer) -> dict[str, int]:
    """The sessions by name."""
    mayors = frozenset({db.exec(select(Role.id).where(Role.slug == "mayor")).one() or 0})
    everyone, none = Rule(everyone=True), SessionFormat.UNSTRUCTURED
    return {
        "plenary": _place(db, stage, "Welcome", SessionFormat.PLENARY, TUESDAY, 9, everyone, room="GCC"),
        "lunch": _place(db, stage, "Lunch, unstructured", none, TUESDAY, 12.5, everyone, room="Atrium"),
        "breakfast": _place(db, stage, "Mayors’ breakfast", none, WEDNESDAY, 7.5, Rule(role_ids=mayors)),
        "dinner": _place(db, stage, "Dinner by choice", SessionFormat.MEAL, TUESDAY, 19, everyone, choice="dinner"),
        "closed": _place(
            db, stage, "The secret supper", SessionFormat.MEAL, WEDNESDAY, 19, Rule(role_ids=mayors), excludes=True
        ),
    }


def _place(
    db: Session,
    stage: Stage,
    title: str,
    kind: SessionFormat,
    day: date,
    hour: float,
    rule: Rule,
    *,
    room: str = "",
    choice: str = "",
    excludes: bool = False,
) -> int:
    """A session of an hour, begun at an hour of the day in Cambridge."""
    convening = db.get_one(Convening, stage.convening)
    start = clock.at(day, time(int(hour), round(hour % 1 * 60)), ZONE)
    session = AgendaSession(
        cohort_id=stage.cohort,
        convening_id=convening.key,
        title=title,
        format=kind,
        audience_id=new_audience(db, rule).key,
        starts_at=start,
        ends_at=start + timedelta(hours=1),
        zone=ZONE,
        choice_group=choice,
        excludes_lab=excludes,
        openness=Openness.CLOSED if excludes else Openness.COHORT,
    )
    db.add(session)
    db.flush()
    if room:
        hall = Room(venue_id=convening.venue_id or 0, name=room, building="Gutman")
        db.add(hall)
        db.flush()
        setup = RoomSetup(room_id=hall.key, name="round tables", capacity=90)
        db.add(setup)
        db.flush()
        db.add(SessionRoom(session_id=session.key, room_id=hall.key, setup_id=setup.key))
    return session.key
