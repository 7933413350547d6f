"""Programmes of any size, and the files that frab, pretalx, calendars and spreadsheets would make of them.

All names are invented. The files have the shapes that are met in practice; none is anybody's.
"""

import csv
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from io import BytesIO, StringIO
from typing import Any
from uuid import UUID, uuid5
from xml.sax.saxutils import escape, quoteattr
from zoneinfo import ZoneInfo

import xlsxwriter  # type: ignore[import-untyped]  # has no types

SPACE = UUID("8c4f8a6e-6f0e-4a55-9d7c-55c0f1a3c001")
ZONE = "Europe/Brussels"
FIRST_DAY = date(2026, 2, 7)
TITLES = (
    "Opening",
    "Kanäle, Brücken & <b>Gräben</b>",
    "ערב טוב: learning in two directions",
    "数据一起看",
    "What “good pressure” does",
    "A & B > C, or 5 < 6",
    "🧩 Puzzles, tabs\tand more",
)
PEOPLE = ("Ada Roth", "Bjørn Åse", "Çelik Ünal", "Đorđe Ilić", "José-María Ñúñez", "ليلى حداد", "王小明")


@dataclass(frozen=True)
class Talk:
    """One session of a made programme; `start` is on the clocks of ZONE, `day` its programme day."""

    number: int
    title: str
    day: date
    start: datetime
    minutes: int
    room: str
    people: tuple[tuple[int, str], ...] = ()
    track: str = "Main"
    kind: str = "talk"
    abstract: str = "About it."

    @property
    def guid(self) -> str:
        return str(uuid5(SPACE, str(self.number)))

    @property
    def end(self) -> datetime:
        return (self.start.astimezone(UTC) + timedelta(minutes=self.minutes)).astimezone(self.start.tzinfo)

    @property
    def duration(self) -> str:
        return f"{self.minutes // 60:02d}:{self.minutes % 60:02d}"


@dataclass(frozen=True)
class Programme:
    talks: tuple[Talk, ...]
    title: str = "A gathering of made-up people"
    zone: str = ZONE
    empty_rooms: tuple[str, ...] = ()
    by_day: dict[date, dict[str, list[Talk]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))

    def __post_init__(self) -> None:
        for talk in self.talks:
            self.by_day[talk.day][talk.room].append(talk)


def programme(
    talks: int = 25, rooms: int = 3, days: int = 2, *, zone: str = ZONE, first: date = FIRST_DAY
) -> Programme:
    """Talks dealt over days and rooms, all rooms at once, from 09:00 on and past midnight where it comes to that."""
    a_slot = max(1, -(-talks // (rooms * days)))
    step = max(5, min(45, 17 * 60 // a_slot))
    made = []
    for number in range(talks):
        slot, room = divmod(number, rooms)
        day = first + timedelta(days=slot // a_slot)
        begins = datetime.combine(day, time(9), ZoneInfo(zone)) + timedelta(minutes=slot % a_slot * step)
        numbers = [(number * 7 + nth) % (talks * 2) for nth in range(number % 4)]
        people = tuple((1000 + one, f"{PEOPLE[one % 7]} {one}") for one in numbers)
        made.append(
            Talk(
                number=number + 1,
                title=f"{TITLES[number % len(TITLES)]} {number + 1}",
                day=day,
                start=begins,
                minutes=step if number % 5 else step - 2,
                room=f"Room {room + 1:02d} (É)",
                people=people,
                track=f"Track {number % 6}",
                kind=("talk", "workshop", "keynote", "lecture")[number % 4],
                abstract=f"Paragraph one of {number + 1}.\n\nParagraph two; with “quotes”, & more.",
            )
        )
    return Programme(talks=tuple(made), zone=zone, empty_rooms=("Foyer",))


def frab(made: Programme, *, dates: bool = True, zone_name: bool = True, day_change: str = "04:00") -> bytes:
    """schedule.xml as pretalx and frab write it; without `dates` as Pentabarf did: a wall time under a day."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        "<schedule>",
        '<generator name="made-up" version="1"/>',
        "<version>3</version>",
        "<conference>",
        f"<acronym>made</acronym><title>{escape(made.title)}</title><days>{len(made.by_day)}</days>",
        f"<day_change>{day_change}</day_change><timeslot_duration>00:05</timeslot_duration>",
        f"<time_zone_name>{made.zone}</time_zone_name>" if zone_name else "",
        "</conference>",
    ]
    for index, (day, rooms) in enumerate(sorted(made.by_day.items()), start=1):
        lines.append(f'<day index="{index}" date="{day}">')
        for room in (*rooms, *made.empty_rooms):
            lines.append(f"<room name={quoteattr(room)}>")
            lines += [line for talk in rooms.get(room, ()) for line in _event(talk, dates)]
            lines.append("</room>")
        lines.append("</day>")
    return "\n".join([*lines, "</schedule>", ""]).encode()


def _event(talk: Talk, dates: bool) -> Iterable[str]:
    yield f'<event guid="{talk.guid}" id="{talk.number}">'
    if dates:
        yield f"<date>{talk.start.isoformat()}</date>"
    yield f"<start>{talk.start:%H:%M}</start><duration>{talk.duration}</duration><room>{escape(talk.room)}</room>"
    yield f"<slug>made-{talk.number}</slug><recording><license></license><optout>false</optout></recording>"
    yield f"<title>{escape(talk.title)}</title><subtitle></subtitle><track>{talk.track}</track>"
    yield f"<type>{talk.kind}</type><language>en</language><abstract>{escape(talk.abstract)}</abstract>"
    yield "<description></description><persons>"
    yield from (f'<person id="{number}">{escape(name)}</person>' for number, name in talk.people)
    yield "</persons><links></links></event>"


def pretalx(made: Programme) -> bytes:
    """schedule.json as pretalx writes it: days of rooms of events."""
    rooms = {talk.room: None for talk in made.talks} | dict.fromkeys(made.empty_rooms)
    days = [
        {
            "index": index,
            "date": str(day),
            "rooms": {room: [_json_event(talk) for talk in talks] for room, talks in by_room.items()},
        }
        for index, (day, by_room) in enumerate(sorted(made.by_day.items()), start=1)
    ]
    conference = {
        "acronym": "made",
        "title": made.title,
        "daysCount": len(days),
        "time_zone_name": made.zone,
        "rooms": [{"name": room, "guid": str(uuid5(SPACE, room)), "capacity": 80} for room in rooms],
        "days": days,
    }
    return json.dumps({"schedule": {"version": "3", "conference": conference}}, ensure_ascii=False).encode()


def _json_event(talk: Talk) -> dict[str, Any]:
    return {
        "guid": talk.guid,
        "id": talk.number,
        "date": talk.start.isoformat(),
        "start": f"{talk.start:%H:%M}",
        "duration": talk.duration,
        "room": talk.room,
        "title": talk.title,
        "subtitle": "",
        "track": talk.track,
        "type": talk.kind,
        "language": "en",
        "abstract": talk.abstract,
        "description": None,
        "persons": [{"id": number, "code": f"P{number}", "public_name": name} for number, name in talk.people],
    }


def widget(made: Programme) -> bytes:
    """The flat shape that pretalx's widget loads: talks, rooms and speakers by number."""
    rooms = {talk.room: index for index, talk in enumerate({talk.room: talk for talk in made.talks}.values(), 1)}
    people = {number: name for talk in made.talks for number, name in talk.people}
    talks = [
        {
            "code": f"T{talk.number}",
            "id": talk.number,
            "title": {"en": talk.title, "de": "anders"},
            "abstract": talk.abstract,
            "speakers": [f"P{number}" for number, _ in talk.people],
            "track": 1,
            "start": talk.start.isoformat(),
            "end": talk.end.isoformat(),
            "room": rooms[talk.room],
            "duration": talk.minutes,
        }
        for talk in made.talks
    ]
    whole = {
        "timezone": made.zone,
        "talks": talks,
        "tracks": [{"id": 1, "name": {"en": "Main"}}],
        "rooms": [{"id": number, "name": {"en": name}} for name, number in rooms.items()],
        "speakers": [{"code": f"P{number}", "name": name} for number, name in people.items()],
    }
    return json.dumps(whole).encode()


def ics(made: Programme) -> bytes:
    """A calendar of single entries, folded at 60 octets as RFC 5545 allows."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//made//up//EN", f"X-WR-CALNAME:{made.title}"]
    for talk in made.talks:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{talk.guid}@made.example",
            "DTSTAMP:20260101T000000Z",
            f"DTSTART;TZID={made.zone}:{talk.start:%Y%m%dT%H%M%S}",
            f"DTEND;TZID={made.zone}:{talk.end:%Y%m%dT%H%M%S}",
            f"SUMMARY:{_escaped(talk.title)}",
            f"LOCATION:{_escaped(talk.room)}",
            f"DESCRIPTION:{_escaped(talk.abstract)}",
            *(f'ATTENDEE;ROLE=CHAIR;CN="{name}":mailto:p{number}@made.example' for number, name in talk.people),
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines).encode()


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _folded(line: str) -> str:
    parts, part = [], ""
    for letter in line:
        if len((part + letter).encode()) > 60:
            parts.append(part)
            part = " "
        part += letter
    return "\r\n".join([*parts, part])


HEADINGS = ("key", "date", "start", "minutes", "title", "room(s)", "format", "track", "presenters", "purpose")


def table(made: Programme) -> list[Sequence[object]]:
    """The programme as rows under HEADINGS."""
    return [
        HEADINGS,
        *(
            (
                talk.guid,
                str(talk.start.date()),
                f"{talk.start:%H:%M}",
                talk.minutes,
                talk.title,
                talk.room,
                talk.kind,
                talk.track,
                "; ".join(name for _, name in talk.people),
                talk.abstract,
            )
            for talk in made.talks
        ),
    ]


def as_csv(rows: Iterable[Sequence[object]], *, delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    text = StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode(encoding)


def as_xlsx(rows: Iterable[Sequence[object]]) -> bytes:
    """A workbook whose dates and times are typed as Excel types them."""
    file = BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    formats = {
        datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
        date: book.add_format({"num_format": "dd.mm.yyyy"}),
        time: book.add_format({"num_format": "hh:mm"}),
    }
    sheet = book.add_worksheet()
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            sheet.write(row, column, cell, *([formats[type(cell)]] if type(cell) in formats else []))
    book.close()
    return file.getvalue()
