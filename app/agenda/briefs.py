"""What a speaker is told of their parts in a convening: session, audience, room, times, the others, the contact.

A session that is released is told as released, since that is what everybody else reads; what organizers try out on
the draft afterwards reaches speakers with the next release. Before the first one they are told the draft.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import joinedload, selectinload
from sqlmodel import Session, col, select

from app import clock
from app.agenda.materials import current, earlier
from app.agenda.parallel import Parallel
from app.agenda.published import latest_release, release_entries
from app.agenda.seeing import full, in_full
from app.agenda.snapshots import SessionEntry, rule_in
from app.agenda.speakers import WAITING, WITH_SLIDES, is_past
from app.gatherings.details import GONE
from app.models import (
    AgendaRelease,
    AgendaSession,
    Audience,
    City,
    Convening,
    Engagement,
    EngagementState,
    Material,
    Openness,
    Person,
    SessionRoom,
)
from app.models.base import relation
from app.people.audiences import Attendee, Rule, names_for, roll, rule_of, said
from app.people.chosen import NOTHING_CHOSEN, chosen
from app.people.standing_in import stand_ins
from app.people.viewer import viewer_of


@dataclass(frozen=True, slots=True)
class BriefRoom:
    """A room as a speaker finds it; `setup` and `capacity` as far as they are known."""

    name: str
    building: str
    setup: str
    capacity: int | None


@dataclass(frozen=True, slots=True)
class Where:
    """When and where a session takes place; None and empty while it waits in the tray."""

    starts_at: datetime | None
    ends_at: datetime | None
    rooms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BriefPart:
    """One part of a speaker's. `when` names the event's zone, and the speaker's own where it differs (rule 14).

    `was` is where it stood when the speaker answered, if it has moved since; `heads` how many are invited.
    `draft` is where the draft has it, for organizers, if that differs from what the speaker is told.
    """

    id: int
    session_id: int
    part: str
    state: EngagementState
    title: str
    purpose: str
    format: str
    openness: str
    excludes_lab: bool
    starts_at: datetime | None
    when: str
    rooms: tuple[BriefRoom, ...]
    audience: str
    heads: int
    others: tuple[tuple[str, str, str], ...]
    contact_id: int | None
    contact: tuple[str, str] | None
    brief: str
    equipment: str
    answer: str
    answered_at: datetime | None
    reminded_at: datetime | None
    released: bool
    cancelled: bool
    cancellation_reason: str
    was: str
    draft: str
    materials: tuple[Material, ...]
    earlier: tuple[Material, ...]

    @property
    def is_waiting(self) -> bool:
        return self.state in WAITING

    @property
    def is_gone(self) -> bool:
        return self.state in GONE

    @property
    def open(self) -> tuple[str, ...]:
        """What is asked of the speaker still."""
        if self.is_gone or self.cancelled:
            return ()
        answered = () if not self.is_waiting else ("your answer",)
        owes = self.part in WITH_SLIDES and not self.materials and self.state is not EngagementState.MATERIALS_IN
        return (*answered, "your slides") if owes else answered


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
    return _brief(_Reader(db, convening, parts), person, office, speaker.zone, speaker.place, parts)


def briefs_of(db: Session, convening: Convening, parts: Sequence[Engagement]) -> list[Brief]:
    """The briefs of all whose parts these are, by name; as many queries for sixty people as for one."""
    own: dict[int, list[Engagement]] = {}
    for part in parts:
        own.setdefault(part.person_id, []).append(part)
    reader = _Reader(db, convening, parts)
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
    reader: "_Reader", person: Person, office: str, zone: str | None, place: str, parts: Sequence[Engagement]
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


class _Reader:
    """What the parts of briefs share: the releases they are told from, and the people of their days. `also` is a
    speaker's own (zone, place)."""

    def __init__(self, db: Session, convening: Convening, parts: Sequence[Engagement]) -> None:
        self.convening = convening
        self.release = latest_release(db, convening)
        self.entries = {entry["id"]: entry for entry in release_entries(db, self.release)} if self.release else {}
        self.then = _entries_at(db, convening, {one.answered_at for one in parts if one.answered_at})
        self.rules = {one.key: self._rule(one) for one in parts}
        self.names = names_for(db, self.rules.values(), convening.cohort_id)
        named = {one.person_id for part in parts for one in part.session.engagements}
        named = named.union(*(rule.person_ids for rule in self.rules.values()))
        self.standing = stand_ins(db, convening.key)
        choices = chosen(db, convening.key) if any(self._group(one) for one in parts) else NOTHING_CHOSEN
        self.parallel = Parallel(choices, in_full(self.entries.values()) if choices.at else ())
        self.people: dict[date, list[Attendee]] = {
            day: self.standing.roll(db, day, convening.cohort_id, named)
            for day in sorted({self._day(one) for one in parts})
        }

    def part(self, engagement: Engagement, also: tuple[str, str] | None) -> BriefPart:
        session = engagement.session
        entry = self.entries.get(session.key)
        now = _as_released(entry) if entry else _as_drafted(session)
        people = self.people[self._day(engagement)]
        rule = self.rules[engagement.key]
        offices = {one.person_id: one.office for one in people}
        before = self.then.get((engagement.answered_at, session.key)) if engagement.answered_at else None
        return BriefPart(
            id=engagement.key,
            session_id=session.key,
            part=engagement.part,
            state=engagement.state,
            title=entry["title"] if entry else session.title,
            purpose=entry["purpose"] if entry else session.purpose,
            format=entry["format"] if entry else session.format.value,
            openness=entry["openness"] if entry else session.openness.value,
            excludes_lab=session.excludes_lab,
            starts_at=now.starts_at,
            when=self._when(now, also),
            rooms=_rooms(session, entry),
            audience=entry["audience"]["said"] if entry else said(rule, self.names),
            heads=sum(self._is_expected(one, session, rule) for one in people),
            others=tuple(
                (one.person.name, offices.get(one.person_id) or one.person.organization, one.part)
                for one in session.engagements
                if one.person_id != engagement.person_id and one.state not in GONE
            ),
            contact_id=engagement.contact_id,
            contact=(engagement.contact.name, engagement.contact.email or "") if engagement.contact else None,
            brief=engagement.brief,
            equipment=engagement.equipment,
            answer=engagement.answer,
            answered_at=engagement.answered_at,
            reminded_at=engagement.reminded_at,
            released=entry is not None,
            cancelled=entry["cancelled"] if entry else session.is_cancelled,
            cancellation_reason=entry["cancellation_reason"] if entry else session.cancellation_reason,
            was=self._said(_as_released(before), also) if before and _as_released(before) != now else "",
            draft=self._draft(session, now, also) if entry else "",
            materials=tuple(current(engagement)),
            earlier=tuple(earlier(engagement)),
        )

    def _is_expected(self, one: Attendee, session: AgendaSession, rule: Rule) -> bool:
        entry = self.entries.get(session.key)
        if entry is not None:
            return self.parallel.expects(one, full(entry), self.standing)
        is_closed = session.openness is Openness.CLOSED
        return self.standing.takes(rule, one.person_id, one.offices, session_id=session.key, is_closed=is_closed)

    def _rule(self, engagement: Engagement) -> Rule:
        entry = self.entries.get(engagement.session_id)
        return rule_in(entry["audience"]) if entry else rule_of(engagement.session.audience)

    def _group(self, engagement: Engagement) -> str:
        entry = self.entries.get(engagement.session_id)
        return entry["choice_group"] if entry else engagement.session.choice_group

    def _day(self, engagement: Engagement) -> date:
        starts_at = engagement.session.starts_at
        return clock.local(starts_at, self.convening.zone).date() if starts_at else self.convening.starts_on

    def _draft(self, session: AgendaSession, told: Where, also: tuple[str, str] | None) -> str:
        if session.is_cancelled:
            return "cancelled"
        drafted = _as_drafted(session)
        return "" if drafted == told else self._said(drafted, also)

    def _when(self, where: Where, also: tuple[str, str] | None) -> str:
        if where.starts_at is None or where.ends_at is None:
            return ""
        return clock.said_span(where.starts_at, where.ends_at, self.convening.zone, also)

    def _said(self, where: Where, also: tuple[str, str] | None) -> str:
        """ "Tue 14 Nov, 13:30–14:45 EST, Classroom A"."""
        return ", ".join(part for part in (self._when(where, also) or "not placed yet", *where.rooms) if part)


def _as_released(entry: SessionEntry) -> Where:
    start, end = datetime.fromisoformat(entry["starts_at"]), datetime.fromisoformat(entry["ends_at"])
    return Where(start, end, tuple(room["name"] for room in entry["rooms"]))


def _as_drafted(session: AgendaSession) -> Where:
    return Where(session.starts_at, session.ends_at, tuple(place.room.name for place in session.places))


def _rooms(session: AgendaSession, entry: SessionEntry | None) -> tuple[BriefRoom, ...]:
    """The rooms with their set-ups, which no release holds: those of the draft, where it is the same room."""
    if entry is None:
        return tuple(
            BriefRoom(place.room.name, place.room.building, place.setup.name if place.setup else "", place.capacity)
            for place in session.places
        )
    places: Mapping[int, SessionRoom] = {place.room_id: place for place in session.places}
    rooms = []
    for room in entry["rooms"]:
        place = places.get(room["id"])
        setup = place.setup.name if place and place.setup else ""
        rooms.append(BriefRoom(room["name"], room["building"], setup, place.capacity if place else None))
    return tuple(rooms)


def _entries_at(
    db: Session, convening: Convening, moments: Collection[datetime]
) -> dict[tuple[datetime, int], SessionEntry]:
    """The entries, by session, of the release that stood at each of these moments. Two queries, or none."""
    if not moments:
        return {}
    numbers = db.exec(
        select(AgendaRelease.id, AgendaRelease.created_at)
        .where(AgendaRelease.convening_id == convening.key)
        .order_by(col(AgendaRelease.number))
    ).all()
    stood = {moment: _last(number for number, at in numbers if at <= moment) for moment in moments}
    releases = {
        release.key: release_entries(db, release)
        for release in db.exec(select(AgendaRelease).where(col(AgendaRelease.id).in_(set(stood.values()) - {None})))
    }
    return {
        (moment, entry["id"]): entry
        for moment, number in stood.items()
        if number is not None
        for entry in releases[number]
    }


def _last(numbers: Iterable[int | None]) -> int | None:
    return ([None, *numbers])[-1]
