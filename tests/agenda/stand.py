"""Speakers of the sample's convening of November 2017, for tests of what they are asked and what they answer."""

from sqlmodel import Session, select

from app.models import AgendaSession, Convening, Engagement, Person
from app.people.viewer import Viewer

BY = Viewer.system("test")


def fall(db: Session) -> Convening:
    return db.exec(select(Convening).where(Convening.slug == "2017-fall")).one()


def part_of(db: Session, name: str, title: str = "", convening: str = "2017-fall") -> Engagement:
    """The part of the person whose name holds `name` in the session whose title begins so."""
    return db.exec(
        select(Engagement)
        .join(AgendaSession)
        .join(Convening)
        .join(Person, Person.id == Engagement.person_id)  # type: ignore[arg-type]  # typed as the values it compares
        .where(
            Person.name.contains(name),  # type: ignore[attr-defined]
            AgendaSession.title.startswith(title),
            Convening.slug == convening,
        )
        .order_by(AgendaSession.starts_at, Engagement.id)  # type: ignore[arg-type]
    ).all()[0]
