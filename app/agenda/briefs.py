"""What a speaker is told of their parts in a convening: session, audience, room, times, the others, the contact.

A session that is released is told as released, since that is what everybody else reads; what organizers try out on
the draft afterwards reaches speakers with the next release. Before the first one they are told the draft.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import joinedload, selectinload
from sqlmodel import Session, col, select

from app import clock
from app.agenda.brief_parts import BriefPart, BriefReader
from app.agenda.speakers import is_past
from app.models import (
    AgendaRelease,
    AgendaSession,
    Audience,
    City,
    Convening,
    Engagement,
    Person,
    SessionRoom,
)
from app.models.base import relation
from app.people.audiences import roll
from app.people.viewer import viewer_of


@dataclass(frozen=True, slots=True)
class Brief:
    """A speaker's parts in a convening, in order of time. `release` is the number of its newest release, or None."""

    convening: Convening
    person: Person
    office: str
    zone: str | None
    place: str
    parts: tuple[BriefPart, ...]
    release: AgendaRelease | None
    past: bool
    told_access: bool


def parts_of(db: Session, convening: Convening, person_id: int | None = None) -> Sequence[Engagement]:
    """A person's parts in the sessions of a convening that are not put away (all people's without one), with what a
    brief needs of them."""
    wanted = (
        select(Engagement)
        .join(AgendaSession)
        .where(AgendaSession.convening_id == convening.key, col(AgendaSession.archived_at).is_(None))
        .order_by(
            col(AgendaSession.starts_at).is_(None),
            col(AgendaSession.starts_at),
            col(AgendaSession.id),
            col(Engagement.id),
        )
        .options(
            selectinload(relation(Engagement.materials)),
            joinedload(relation(Engagement.contact)),
            joinedload(relation(Engagement.person)),
            joinedload(relation(Engagement.session)).options(
                selectinload(relation(AgendaSession.places)).options(
                    joinedload(relation(SessionRoom.room)),
                    joinedload(relation(SessionRoom.setup)),
                ),
                joinedload(relation(AgendaSession.audience)).selectinload(relation(Audience.terms)),
                selectinload(relation(AgendaSession.engagements)).joinedload(relation(Engagement.person)),
            ),
        )
    )
    return db.exec(wanted if person_id is None else wanted.where(Engagement.person_id == person_id)).all()


def brief_of(db: Session, convening: Convening, person: Person, parts: Sequence[Engagement]) -> Brief:
    """The brief of these parts, which are all of one person's; as many queries for six parts as for one."""
    speaker = viewer_of(db, person.key)
    office = speaker.office.said if speaker.office else person.organization
    return _brief(BriefReader(db, convening, parts), person, office, speaker.zone, speaker.place, parts)


def briefs_of(db: Session, convening: Convening, parts: Sequence[Engagement]) -> list[Brief]:
    """The briefs of all whose parts these are, by name; as many queries for sixty people as for one."""
    own: dict[int, list[Engagement]] = {}
    for part in parts:
        own.setdefault(part.person_id, []).append(part)
    reader = BriefReader(db, convening, parts)
    today = {one.person_id: one for one in roll(db, clock.today("UTC"), convening.cohort_id, own)}
    zones = {city.key: city.zone for city in db.exec(select(City))}
    found = []
    for number, mine in own.items():
        person, seated = mine[0].person, today.get(number)
        offices = seated.offices if seated else ()
        home = next((office for office in offices if office.city_id is not None), None)
        zone = person.zone or (zones.get(home.city_id or 0) if home else None)
        place = (offices[0].city_name if offices else "") or (clock.place(zone) if zone else "")
        office = (seated.office if seated else "") or person.organization
        found.append(_brief(reader, person, office, zone, place if zone else "", mine))
    return sorted(found, key=lambda one: (one.person.sort_name or one.person.name, one.person.name, one.person.key))


def _brief(
    reader: BriefReader, person: Person, office: str, zone: str | None, place: str, parts: Sequence[Engagement]
) -> Brief:
    also = (zone, place) if zone else None
    return Brief(
        convening=reader.convening,
        person=person,
        office=office,
        zone=zone,
        place=place,
        parts=tuple(reader.part(engagement, also) for engagement in parts),
        release=reader.release,
        past=is_past(reader.convening),
        told_access=any(engagement.access for engagement in parts),
    )
