"""A part of a speaker's brief, and how it is read: as released, and before the first release as drafted."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from app import clock
from app.agenda.materials import current, earlier
from app.agenda.parallel import Parallel
from app.agenda.published import latest_release, release_entries
from app.agenda.seeing import full, in_full
from app.agenda.snapshots import SessionEntry, rule_in
from app.agenda.speakers import WAITING, WITH_SLIDES
from app.gatherings.details import GONE
from app.models import (
    AgendaRelease,
    AgendaSession,
    Convening,
    Engagement,
    EngagementState,
    Material,
    Openness,
    SessionRoom,
)
from app.people.audiences import Attendee, Rule, names_for, rule_of, said
from app.people.chosen import NOTHING_CHOSEN, chosen
from app.people.standing_in import stand_ins


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


class BriefReader:
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
