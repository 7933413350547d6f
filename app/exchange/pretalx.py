"""schedule.json as pretalx, the C3VOC, the CCC's hub and EuroPython write it."""

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any, NoReturn

from app.exchange.cleaning import Cleaner
from app.exchange.formats import format_of
from app.exchange.gathering import Gathering
from app.exchange.placing import Placing, Times
from app.exchange.reading import (
    OUR_NAME,
    Expected,
    Findings,
    ReadAgenda,
    ReadPresenter,
    ReadSession,
    Unreadable,
)
from app.exchange.times import date_of, instant_of, length_of, wall_of

Thing = Mapping[str, Any]

MAX_BRACKETS = 1_000_000
MAX_VALUES = 2_000_000


def read_pretalx(data: bytes, expected: Expected) -> ReadAgenda:
    """Read a schedule.json; raises Unreadable for what is no schedule.

    Four shapes: days of rooms of events (`schedule.conference.days`), a flat list beside the conference
    (`schedule.events`), a widget's or an API's flat list with rooms and speakers by number (`talks`,
    `results`), and days of events that name their rooms (`days`).
    """
    findings = Findings()
    document = _load(data)
    reader = _Reader(findings, Placing(findings, expected))
    reader.read(document)
    return reader.gathering.agenda(
        title=reader.title, zone=reader.placing.known, offsets=reader.placing.offsets, ours=reader.ours
    )


def _load(data: bytes) -> Any:
    if data.count(b"[") + data.count(b"{") > MAX_BRACKETS or data.count(b",") > MAX_VALUES:
        raise Unreadable("This JSON has millions of parts; no schedule does that.")
    try:
        return json.loads(data, parse_constant=_no_constant)
    except RecursionError as error:
        raise Unreadable("The parts of this JSON stand in one another too deep; no schedule does that.") from error
    except json.JSONDecodeError as error:
        raise Unreadable(
            f"This is not JSON, from line {error.lineno}, column {error.colno} on: {error.msg}."
        ) from error
    except ValueError as error:  # an encoding, or a number of thousands of digits
        raise Unreadable("This JSON holds bytes or numbers that cannot be read; save it as UTF-8.") from error


def _no_constant(name: str) -> NoReturn:
    raise Unreadable(f"This JSON holds “{name}”, which is not a number.")


def _thing(value: object) -> Thing:
    return value if isinstance(value, Mapping) else {}


def _things(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def said(value: object) -> str:
    """A text, or the name of a thing; of one in several languages the English, else the first that says anything."""
    while isinstance(value, Mapping) and "name" in value:
        value = value["name"]
    if isinstance(value, Mapping):
        texts = [text for text in (value.get("en"), *value.values()) if isinstance(text, str) and text]
        value = texts[0] if texts else ""
    return "" if value is None or isinstance(value, list) else str(value)


class _Reader:
    def __init__(self, findings: Findings, placing: Placing) -> None:
        self.findings = findings
        self.placing = placing
        self.clean = Cleaner(findings)
        self.gathering = Gathering("schedule JSON", findings, placing.expected.rooms)
        self.title = ""
        self.ours = False
        self.rooms: dict[str, str] = {}
        self.people: dict[str, Thing] = {}
        self.tracks: dict[str, str] = {}

    def read(self, document: object) -> None:
        whole = _thing(document)
        self.ours = _thing(whole.get("generator")).get("name") == OUR_NAME
        schedule = _thing(whole.get("schedule")) or whole
        conference = _thing(schedule.get("conference"))
        self._frame(conference or schedule)
        self._frame(schedule)
        events = list(self._events(document, schedule, conference))
        if not events and not any(key in schedule for key in ("conference", "talks", "events", "days", "results")):
            raise Unreadable("This JSON is not a schedule: it has no conference, days, talks or events.")
        for event, day, room in events:
            self.gathering.session(self._session(event, day, room))

    def _frame(self, part: Thing) -> None:
        """What stands beside the events: title, zone, rooms, tracks, people by number."""
        self.title = self.title or self.clean.name(said(part.get("title")), "", "title")
        if not self.placing.named:
            self.placing.name_zone(said(part.get("time_zone_name") or part.get("timezone")), "")
        for room in map(_thing, _things(part.get("rooms"))):
            name = self.clean.name(said(room.get("name")), "rooms", "room's name")
            capacity = room.get("capacity")
            self.gathering.room(name, capacity if isinstance(capacity, int) and 0 < capacity < 1_000_000 else None)
            self.rooms |= {str(room[key]): name for key in ("id", "guid") if room.get(key)}
        for track in map(_thing, _things(part.get("tracks"))):
            self.tracks |= {str(track[key]): said(track.get("name")) for key in ("id", "slug") if track.get(key)}
        for person in map(_thing, (*_things(part.get("speakers")), *_things(part.get("persons")))):
            self.people |= {str(person[key]): person for key in ("code", "id") if person.get(key)}

    def _events(self, document: object, schedule: Thing, conference: Thing) -> Iterator[tuple[Thing, date | None, str]]:
        """Every event with the programme day and the room that it stands under."""
        for entry in map(_thing, _things(conference.get("days"))):
            day = date_of(entry.get("date"))
            for room, events in _thing(entry.get("rooms")).items():
                self.gathering.room(self.clean.name(room, "rooms", "room's name"))
                yield from ((_thing(event), day, room) for event in _things(events))
        days = schedule.get("days")
        if isinstance(days, Mapping):
            for said_day, entry in days.items():
                yield from ((_thing(event), date_of(said_day), "") for event in _things(_thing(entry).get("events")))
        flat = document if isinstance(document, list) else None
        for list_ in (flat, *(schedule.get(key) for key in ("talks", "events", "results", "breaks"))):
            for event in map(_thing, _things(list_)):
                yield from ((slot, None, "") for slot in _slots(event))

    def _session(self, event: Thing, day: date | None, room: str) -> ReadSession:
        name = next((str(event[key]) for key in ("guid", "code", "id", "slug") if event.get(key)), "")
        title = self.clean.title(said(event.get("title")), f"event {name}")
        where = f"event {name}" if name else f"event “{title[:60]}”" if title else "an event"
        if not title:
            title = f"Untitled ({name[:80]})" if name else "Untitled"
            self.findings.problem(where, "This event has no title.")
        times, own_day = self._times(event, day, where)
        rooms = tuple(self._rooms(event, room, where))
        type_ = next(
            (said(event[key]) for key in ("type", "session_type", "submission_type", "event_type") if event.get(key)),
            "",
        )
        type_ = self.clean.label(type_, where, "type")
        return ReadSession(
            key=self._key(event) or f"{title}|{times.starts_at}|{'|'.join(rooms)}",
            title=title,
            where=where,
            **times._asdict(),
            day=day or own_day,
            subtitle=self.clean.text(said(event.get("subtitle")), where),
            abstract=self.clean.text(said(event.get("abstract")), where, markup=not self.ours),
            description=self.clean.text(said(event.get("description")), where, markup=not self.ours),
            track=self.clean.label(self._track(event.get("track")), where, "track"),
            type=type_,
            format=format_of(type_, title),
            language=self.clean.language(said(event.get("language") or event.get("content_locale")), where),
            rooms=rooms,
            presenters=tuple({presenter.key: presenter for presenter in self._presenters(event, where)}.values()),
            url=said(event.get("url") or event.get("website_url")),
            cancelled=event.get("state") in ("canceled", "cancelled")
            or event.get("status") in ("canceled", "cancelled"),
        )

    def _key(self, event: Thing) -> str:
        """The guid, or what names the event; a widget's talk may have several slots, each with its own number."""
        if event.get("guid"):
            return str(event["guid"])
        names = [str(event[key]) for key in ("code", "id") if event.get(key)]
        return "-".join(names) or said(event.get("slug"))

    def _times(self, event: Thing, day: date | None, where: str) -> tuple[Times, date | None]:
        said_start = said(event.get("date")) if instant_of(event.get("date")) else said(event.get("start"))
        moment = instant_of(said_start)
        start = self.placing.instant(moment) if moment else self._by_the_clock(event, day)
        own_day = (moment - timedelta(hours=4)).date() if moment and moment.year > 1 else None
        end = self.placing.instant(instant_of(event.get("end")))
        length = length_of(event.get("duration"))
        if length is None and start and end:
            length = end - start
        said_length = said(event.get("duration")) or said(event.get("end"))
        return self.placing.times(where, start, length, said_length if start else said_start), own_day

    def _by_the_clock(self, event: Thing, day: date | None) -> datetime | None:
        wall = wall_of(event.get("start"))
        on = date_of(event.get("date")) or day
        return self.placing.wall(on, wall) if on and wall is not None else None

    def _rooms(self, event: Thing, room: str, where: str) -> Iterator[str]:
        named = [room] if room else [*_things(event.get("rooms")), event.get("room")]
        for one in named:
            text = self.rooms.get(str(one), "") if isinstance(one, int) else said(one)
            name = self.clean.name(self.rooms.get(text, text), where, "room's name")
            if name:
                yield name
            elif isinstance(one, int):
                self.findings.problem(where, f"Room {one} is not among the rooms of the file.")

    def _track(self, track: object) -> str:
        key = str(_thing(track).get("slug") or _thing(track).get("id") or track or "")
        return said(track) if isinstance(track, Mapping) and track.get("name") else self.tracks.get(key, said(track))

    def _presenters(self, event: Thing, where: str) -> Iterator[ReadPresenter]:
        for entry in (
            *_things(event.get("persons")),
            *_things(event.get("speakers")),
            *_things(event.get("participants")),
        ):
            person = _thing(entry) or self.people.get(str(entry), {})
            if _thing(entry).get("role") not in (None, "speaker", "moderator", "host"):
                continue
            spoken = next(
                (said(person[key]) for key in ("public_name", "full_public_name", "name") if person.get(key)),
                "",
            )
            if not spoken and isinstance(entry, str):
                spoken = entry
            name = self.clean.name(spoken, where, "presenter's name")
            number = next((str(person[key]) for key in ("guid", "code", "id") if person.get(key)), "")
            if name:
                yield ReadPresenter(key=f"{number} {name}".strip(), name=name, email=said(person.get("email")))
            else:
                self.findings.problem(where, f"A presenter ({number or 'without a number'}) has no name.")


def _slots(event: Thing) -> list[Thing]:
    """An event of a list, once for each of its slots (an API's submission has them below it)."""
    slots = [_thing(slot) for slot in (*_things(event.get("slots")), event.get("slot")) if isinstance(slot, Mapping)]
    return [{**event, "id": "", **slot, "description": event.get("description")} for slot in slots] or [event]
