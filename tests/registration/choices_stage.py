"""Three workshops to choose from, one of them for mayors alone, and a plenary that nobody chooses; published."""

from datetime import date, time, timedelta

from sqlmodel import Session, select

from app import clock
from app.agenda.releases import publish_release
from app.models import AgendaSession, Registration, Role, SessionFormat
from app.people.audiences import Rule, new_audience
from app.people.audit import verb
from app.people.viewer import Viewer
from tests.registration.stage import BY, Stage, convening

WEDNESDAY = date(2017, 11, 15)
ZONE = "America/New_York"
GROUP = "Workshops"


@verb
def lay_workshops(db: Session, stage: Stage, *, by: Viewer) -> dict[str, int]:
    """The sessions' ids by title; not yet published."""
    mayors = Rule(role_ids=frozenset({db.exec(select(Role).where(Role.slug == "mayor")).one().key}))
    everyone = Rule(everyone=True)
    return {
        title: _place(db, stage, title, hour, rule, choice)
        for title, hour, rule, choice in (
            ("Welcome", 9, everyone, ""),
            ("Financing", 10, everyone, GROUP),
            ("Equity", 10, everyone, GROUP),
            ("Mayors’ workshop", 10, mayors, GROUP),
        )
    }


def workshops(db: Session, stage: Stage) -> dict[str, int]:
    """The same, published."""
    laid = lay_workshops(db, stage, by=BY)
    publish_release(db, convening(db, stage), by=BY)
    return laid


def registration_of(db: Session, person_id: int) -> Registration:
    return db.exec(select(Registration).where(Registration.person_id == person_id)).one()


def _place(db: Session, stage: Stage, title: str, hour: int, rule: Rule, choice: str) -> int:
    start = clock.at(WEDNESDAY, time(hour), ZONE)
    session = AgendaSession(
        cohort_id=stage.cohort,
        convening_id=stage.convening,
        title=title,
        format=SessionFormat.WORKSHOP,
        audience_id=new_audience(db, rule).key,
        starts_at=start,
        ends_at=start + timedelta(hours=1),
        zone=ZONE,
        choice_group=choice,
    )
    db.add(session)
    db.flush()
    return session.key
