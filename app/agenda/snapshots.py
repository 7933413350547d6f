"""What a release keeps of each session: everything that a page, a feed, a print or an export needs (rule 15).

A snapshot is JSON, complete and the same for everyone; who may see what of it is decided when it is read
(published.py). Ids stay true for good, since nothing is deleted (rule 21); names are those of the day.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, NotRequired, TypedDict, cast

from sqlmodel import Session, col, select

from app.agenda.draft import Draft
from app.gatherings.changes import risen
from app.gatherings.details import GONE
from app.models import AgendaSession, City, Engagement, MeasureStage, Person, SessionItem
from app.people.audiences import Rule, names_for, said


class RoomEntry(TypedDict):
    """A room of a session; `city_id` and `city` where it is kept for one city's people, else None and ""."""

    id: int
    name: str
    building: str
    city_id: int | None
    city: str


class PresenterEntry(TypedDict):
    person_id: int
    name: str
    part: str


class ItemEntry(TypedDict):
    """A part of a session: its start as its place in the order makes it, ISO 8601 in UTC; `city` is "" without one."""

    title: str
    starts_at: str
    minutes: int
    city_id: int | None
    city: str


class AudienceEntry(TypedDict):
    """The rule (people/audiences.py), as sorted lists of ids, and in words."""

    said: str
    everyone: bool
    role_ids: list[int]
    city_ids: list[int]
    person_ids: list[int]
    but_role_ids: list[int]
    but_city_ids: list[int]
    but_person_ids: list[int]


class SessionEntry(TypedDict):
    """A session as released. Times are ISO 8601 in UTC, meant in `zone`. `number` is its place in this release.

    `sequence` and `changed_at` are those that calendars are told (rule 16); an entry that says the same as in the
    release before has the same ones, whatever happened to the draft in between. A session that was taken off the
    agenda stays in its last released place, `cancelled`.
    """

    id: int
    uid: str
    number: int
    title: str
    cover_title: str
    purpose: str
    format: str
    track: str
    language: str
    openness: str
    excludes_lab: bool
    protected: bool
    choice_group: str
    starts_at: str
    ends_at: str
    zone: str
    rooms: list[RoomEntry]
    presenters: list[PresenterEntry]
    audience: AudienceEntry
    host_city: str
    join_url: str
    sequence: int
    changed_at: str
    cancelled: bool
    cancellation_reason: str
    items: NotRequired[list[ItemEntry]]
    serves: NotRequired[str]


UNSAID = ("number", "sequence", "changed_at")
"""What is not itself a change: the place in the list, and the count of changes."""

TOLD = ("starts_at", "ends_at", "zone", "rooms", "join_url", "cancelled")
"""What raises the sequence (RFC 5545, 3.8.7.4)."""

COLUMNS = (
    *("id", "uid", "title", "cover_title", "purpose", "format", "track", "language", "openness", "excludes_lab"),
    *("choice_group", "zone", "join_url", "sequence", "cancellation_reason"),
)


def snapshot(db: Session, draft: Draft, before: Mapping[int, SessionEntry]) -> list[SessionEntry]:
    """The entries of a release of this draft, in order of time, after the release whose entries by id are `before`.

    Seven queries, however many sessions there are.
    """
    ids = [one.id for one in draft.sessions if one.starts_at is not None]
    rows = {row.key: row for row in db.exec(select(AgendaSession).where(col(AgendaSession.id).in_(ids)))}
    presenters, items = _presenters(db, ids), _items(db, ids)
    stages = {stage.key: stage.name for stage in db.exec(select(MeasureStage))}
    names = names_for(db, (one.rule for one in draft.sessions), draft.cohort_id)
    cities = {city.key: city.name for city in db.exec(select(City))}
    entries = []
    for planned in draft.sessions:
        if planned.id not in rows:
            continue
        row = rows[planned.id]
        start, end = planned.span
        values: dict[str, Any] = {name: getattr(row, name) for name in COLUMNS}
        values |= {
            "number": 0,
            "protected": planned.protected,
            "starts_at": start.isoformat(),
            "ends_at": end.isoformat(),
            "rooms": [
                RoomEntry(
                    id=spot.room_id,
                    name=draft.rooms[spot.room_id].name,
                    building=draft.rooms[spot.room_id].building,
                    city_id=spot.city_id,
                    city=cities[spot.city_id] if spot.city_id else "",
                )
                for spot in planned.spots
            ],
            "presenters": presenters.get(planned.id, []),
            "audience": _audience(planned.rule, said(planned.rule, names)),
            "host_city": cities[row.host_city_id] if row.host_city_id else "",
            "changed_at": (row.changed_at or row.created_at).isoformat(),
            "cancelled": row.is_cancelled,
            "items": _timed(items.get(planned.id, ()), start, cities),
            "serves": stages[row.serves_id] if row.serves_id else "",
        }
        entries.append(_settled(cast(SessionEntry, values), before.get(planned.id)))
    kept = {entry["id"] for entry in entries}
    entries += [_called_off(entry) for number, entry in before.items() if number not in kept]
    entries.sort(key=lambda entry: (entry["starts_at"], entry["id"] not in rows))
    return [{**entry, "number": number} for number, entry in enumerate(entries, 1)]


def rule_in(audience: AudienceEntry) -> Rule:
    """The rule that a snapshot holds."""
    return Rule(
        audience["everyone"],
        **{name: frozenset(audience[name]) for name in Rule.__dataclass_fields__ if name != "everyone"},  # type: ignore[literal-required]
    )


def as_kept(entry: SessionEntry, kept: Mapping[int, int]) -> SessionEntry:
    """The entry with the numbers of those who were merged into another record (`kept`: by the number that is gone) as
    the numbers of those who stay. It is the same one where it names none of them."""
    audience = entry["audience"]
    named = {*audience["person_ids"], *audience["but_person_ids"], *(one["person_id"] for one in entry["presenters"])}
    if named.isdisjoint(kept):
        return entry
    return {
        **entry,
        "presenters": [
            {**one, "person_id": kept.get(one["person_id"], one["person_id"])} for one in entry["presenters"]
        ],
        "audience": {
            **audience,
            "person_ids": sorted({kept.get(number, number) for number in audience["person_ids"]}),
            "but_person_ids": sorted({kept.get(number, number) for number in audience["but_person_ids"]}),
        },
    }


def same(one: SessionEntry, other: SessionEntry) -> bool:
    """Whether two entries say the same of a session."""
    return _content(one) == _content(other)


def _content(entry: SessionEntry) -> dict[str, Any]:
    whole = {"items": [], "serves": "", **entry}
    return {name: value for name, value in whole.items() if name not in UNSAID}


def _settled(entry: SessionEntry, before: SessionEntry | None) -> SessionEntry:
    """The entry with the sequence that calendars are to be told: never less than they know, and the same for the
    same. What changed without the session itself (a room's name) counts as well."""
    if before is None:
        return entry
    known = before["sequence"], before["changed_at"]
    if same(entry, before):
        return {**entry, "sequence": known[0], "changed_at": known[1]}
    told = any(entry[name] != before[name] for name in TOLD)  # type: ignore[literal-required]
    if entry["sequence"] >= known[0] + told and entry["changed_at"] > known[1]:
        return entry
    sequence, moment = risen(known[0], datetime.fromisoformat(known[1]), told=told)
    return {**entry, "sequence": max(sequence, entry["sequence"]), "changed_at": moment.isoformat()}


def _called_off(entry: SessionEntry) -> SessionEntry:
    """A released session that is no longer placed: it stays where calendars know it, cancelled (rule 16)."""
    if entry["cancelled"]:
        return entry
    return _settled({**entry, "cancelled": True, "sequence": entry["sequence"] + 1}, entry)


def _audience(rule: Rule, words: str) -> AudienceEntry:
    ids = {name: sorted(getattr(rule, name)) for name in Rule.__dataclass_fields__ if name != "everyone"}
    return cast(AudienceEntry, {"said": words, "everyone": rule.everyone, **ids})


def _timed(items: Iterable[SessionItem], start: datetime, cities: Mapping[int, str]) -> list[ItemEntry]:
    """The parts one after the other from the session's start."""
    entries = []
    for item in items:
        city = cities[item.city_id] if item.city_id else ""
        entries.append(
            ItemEntry(
                title=item.title, starts_at=start.isoformat(), minutes=item.minutes, city_id=item.city_id, city=city
            )
        )
        start += timedelta(minutes=item.minutes)
    return entries


def _items(db: Session, session_ids: list[int]) -> dict[int, list[SessionItem]]:
    items: dict[int, list[SessionItem]] = {}
    rows = select(SessionItem).where(col(SessionItem.session_id).in_(session_ids))
    for item in db.exec(rows.order_by(col(SessionItem.position), col(SessionItem.id))):
        items.setdefault(item.session_id, []).append(item)
    return items


def _presenters(db: Session, session_ids: list[int]) -> dict[int, list[PresenterEntry]]:
    rows = db.exec(
        select(Engagement.session_id, Engagement.part, Person)
        .join(Person, col(Person.id) == Engagement.person_id)
        .where(col(Engagement.session_id).in_(session_ids), col(Engagement.state).not_in(GONE))
        .order_by(col(Engagement.position), col(Engagement.id))
    )
    presenters: dict[int, list[PresenterEntry]] = {}
    for session_id, part, person in rows:
        presenters.setdefault(session_id, []).append(PresenterEntry(person_id=person.key, name=person.name, part=part))
    return presenters
