"""A published agenda as files for other programs: frab schedule.xml, pretalx-style schedule.json, and rows.

What is written is what one viewer may see of a release, and can be read back here without a difference. A session
in several rooms stands once, in a column of its own named after them all ("Team Room 1, Team Room 2"): in these
formats an event has one room, and its guid may not come twice.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import date, time, timedelta
from typing import Any
from uuid import UUID, uuid5
from xml.sax.saxutils import escape, quoteattr

from app import clock
from app.agenda.published import PublishedAgenda, SeenDay
from app.agenda.seeing import NIGHT, SeenSession
from app.exchange.comparing import settled
from app.exchange.reading import OUR_NAME
from app.people.names import slug_of

SPACE = UUID("5e0d7f3a-3c55-4d0e-9d6a-0a4b1f0c7e21")
SEPARATORS = (", ", " + ", " | ", " & ", "; ")


class _Written:
    """A release as these formats see it: without what was called off, each session under one room's name."""

    def __init__(self, agenda: PublishedAgenda, address: str) -> None:
        self.agenda = agenda
        self.address = address
        self.days = [_held(day) for day in agenda.days]
        names = {room.name: None for day in self.days for session in day.sessions for room in session.rooms}
        self.rooms = [settled(name) for name in names]
        self.separator = next((one for one in SEPARATORS if not any(one in name for name in self.rooms)), SEPARATORS[0])

    def room(self, session: SeenSession) -> str:
        return self.separator.join(settled(room.name) for room in session.rooms)

    def by_room(self, day: SeenDay) -> dict[str, list[SeenSession]]:
        """A day's sessions by column: first the single rooms, so that each is known to be one; then several at once."""
        columns: dict[str, list[SeenSession]] = {
            settled(room.name): [] for session in day.sessions for room in session.rooms
        }
        for session in day.sessions:
            columns.setdefault(self.room(session), []).append(session)
        return columns

    def slug(self, session: SeenSession) -> str:
        return f"{self.agenda.slug}-{session.id}-{slug_of(session.title, 'session')}"

    def url(self, session: SeenSession) -> str:
        return f"{self.address}/sessions/{session.id}"


def frab_xml(agenda: PublishedAgenda, address: str) -> bytes:
    """The release as schedule.xml; `address` is that of the convening's page, without a slash at the end."""
    written = _Written(agenda, address)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        "<schedule>",
        f'  <generator name="{OUR_NAME}"/>',
        f"  <version>{agenda.release_number}</version>",
        "  <conference>",
        *_elements(
            4,
            acronym=agenda.slug,
            title=agenda.title,
            start=agenda.starts_on.isoformat(),
            end=agenda.ends_on.isoformat(),
            days=str(len(written.days)),
            timeslot_duration="00:05",
            base_url=f"{address}/agenda",
            time_zone_name=agenda.zone,
        ),
        "  </conference>",
    ]
    for index, day in enumerate(written.days, start=1):
        start, end = (_break(day.date + timedelta(days=n), agenda.zone) for n in (0, 1))
        lines.append(f'  <day index="{index}" date="{day.date.isoformat()}" start="{start}" end="{end}">')
        for room, sessions in written.by_room(day).items():
            lines.append(f"    <room name={quoteattr(room)} guid={quoteattr(_guid('room', room))}>")
            lines += [line for session in sessions for line in _event(written, session)]
            lines.append("    </room>")
        lines.append("  </day>")
    return "\n".join([*lines, "</schedule>", ""]).encode()


def _event(written: _Written, session: SeenSession) -> Iterator[str]:
    start = clock.local(session.starts_at, written.agenda.zone)
    yield f'      <event guid="{session.uid}" id="{session.id}">'
    yield from _elements(
        8,
        date=start.isoformat(),
        start=f"{start:%H:%M}",
        duration=_duration(session),
        room=written.room(session),
        slug=written.slug(session),
        url=written.url(session),
        title=session.title,
        subtitle="",
        track=session.track,
        type=session.format.value,
        language=session.language,
        abstract=session.purpose,
        description="",
    )
    yield "        <recording><license></license><optout>true</optout></recording>"
    yield "        <persons>"
    people = {one.person_id: one.name for one in session.presenters}
    yield from (f'          <person id="{number}">{_text(name)}</person>' for number, name in people.items())
    yield "        </persons>"
    yield "        <links></links>"
    yield "        <attachments></attachments>"
    yield "      </event>"


def schedule_json(agenda: PublishedAgenda, address: str) -> bytes:
    """The release as schedule.json, the shape of pretalx's export; `address` as in `frab_xml`."""
    written = _Written(agenda, address)
    tracks = {session.track: None for day in written.days for session in day.sessions if session.track}
    conference = {
        "acronym": agenda.slug,
        "title": settled(agenda.title),
        "start": agenda.starts_on.isoformat(),
        "end": agenda.ends_on.isoformat(),
        "daysCount": len(written.days),
        "timeslot_duration": "00:05",
        "time_zone_name": agenda.zone,
        "rooms": [{"name": room, "guid": _guid("room", room), "capacity": None} for room in written.rooms],
        "tracks": [{"name": settled(track), "slug": slug_of(track, "track")} for track in tracks],
        "days": [
            {
                "index": index,
                "date": day.date.isoformat(),
                "day_start": clock.local(day.sessions[0].starts_at, agenda.zone).isoformat(),
                "day_end": clock.local(max(one.ends_at for one in day.sessions), agenda.zone).isoformat(),
                "rooms": {
                    room: [_json_event(written, session) for session in sessions]
                    for room, sessions in written.by_room(day).items()
                },
            }
            for index, day in enumerate(written.days, start=1)
        ],
    }
    schedule = {"version": str(agenda.release_number), "base_url": f"{address}/agenda", "conference": conference}
    whole = {"generator": {"name": OUR_NAME}, "schedule": schedule}
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()


def _json_event(written: _Written, session: SeenSession) -> dict[str, Any]:
    start = clock.local(session.starts_at, written.agenda.zone)
    people = {one.person_id: one.name for one in session.presenters}
    return {
        "guid": session.uid,
        "id": session.id,
        "date": start.isoformat(),
        "start": f"{start:%H:%M}",
        "duration": _duration(session),
        "room": written.room(session),
        "slug": written.slug(session),
        "url": written.url(session),
        "title": settled(session.title),
        "subtitle": "",
        "track": settled(session.track),
        "type": session.format.value,
        "language": session.language,
        "abstract": settled(session.purpose),
        "description": "",
        "do_not_record": True,
        "persons": [
            {"id": number, "guid": _guid("person", number), "name": settled(name), "public_name": settled(name)}
            for number, name in people.items()
        ],
        "links": [],
        "attachments": [],
        "serves": settled(session.serves),
        "parts": [
            {
                "start": f"{clock.local(item.starts_at, written.agenda.zone):%H:%M}",
                "minutes": item.minutes,
                "title": settled(item.title),
                "city": settled(item.city),
            }
            for item in session.items
        ],
    }


def agenda_rows(agenda: PublishedAgenda) -> list[list[object]]:
    """The release as rows under the template's headings; what was called off is left out."""
    return [list(HEADINGS), *(_row(session, agenda.zone) for day in agenda.days for session in _held(day).sessions)]


HEADINGS = (
    *("key", "title", "date", "start", "end", "minutes", "rooms", "format", "track", "language"),
    *("audience", "openness", "protected", "presenters", "purpose"),
)


def _row(session: SeenSession, zone: str) -> list[object]:
    start, end = clock.local(session.starts_at, zone), clock.local(session.ends_at, zone)
    twice = start.fold or end.fold  # an hour that autumn repeats: a wall time alone would be its first
    return [
        session.uid,
        settled(session.title),
        start.date(),
        start.isoformat() if twice else start.time(),
        end.isoformat() if twice else end.time(),
        session.minutes,
        "; ".join(settled(room.name) for room in session.rooms),
        session.format.value,
        settled(session.track),
        session.language,
        settled(session.audience),
        session.openness.value,
        "yes" if session.protected else "no",
        _names(settled(presenter.name) for presenter in session.presenters),
        settled(session.purpose),
    ]


def _names(names: Iterable[str]) -> str:
    """Presenters in one cell; a single name with a comma in it gets the semicolon that says it is one."""
    kept = list(dict.fromkeys(names))
    return f"{kept[0]};" if len(kept) == 1 and "," in kept[0] else "; ".join(kept)


def _held(day: SeenDay) -> SeenDay:
    """The day without the sessions that were called off: none of these formats can say so."""
    return SeenDay(day.date, tuple(session for session in day.sessions if not session.cancelled))


def _break(day: date, zone: str) -> str:
    """Where a day of the programme ends and the next begins, with its offset."""
    return clock.local(clock.at(day, time(), zone) + NIGHT, zone).isoformat()


def _duration(session: SeenSession) -> str:
    """ "01:15"; with seconds where there are any."""
    minutes, seconds = divmod(int((session.ends_at - session.starts_at) / timedelta(seconds=1)), 60)
    whole = f"{minutes // 60:02d}:{minutes % 60:02d}"
    return f"{whole}:{seconds:02d}" if seconds else whole


def _guid(kind: str, name: object) -> str:
    return str(uuid5(SPACE, f"{kind}:{name}"))


def _elements(indent: int, **texts: str) -> Iterator[str]:
    return (f"{' ' * indent}<{name}>{_text(text)}</{name}>" for name, text in texts.items())


def _text(text: str) -> str:
    return escape(settled(text))
