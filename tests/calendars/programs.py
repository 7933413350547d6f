"""A calendar as programs read it that have nothing in common with ours, nor with one another: icalendar with
recurring-ical-events, ical.js (which Thunderbird reads with), and ical. The last two are given nothing but the file."""

import json
import os
import subprocess
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import recurring_ical_events  # type: ignore[import-untyped]  # ships no types
from ical.calendar_stream import IcsCalendarStream
from icalendar import Calendar

from app import clock
from tests.calendars.reading import FROM, TO

HERE = Path(__file__).resolve().parent

Read = tuple[str, str, str, str]
"""Start and end (ISO 8601, in UTC, or a day), title, status."""

Reader = Callable[[bytes, str], list[Read]]
"""Reads a calendar on a machine whose clock is of a zone."""


def by_icalendar(body: bytes, _zone: str) -> list[Read]:
    found = recurring_ical_events.of(Calendar.from_ical(body)).between(FROM, TO)
    return sorted(
        (_said(one["DTSTART"].dt), _said(one["DTEND"].dt), str(one["SUMMARY"]), str(one["STATUS"])) for one in found
    )


def by_ical_js(body: bytes, zone: str) -> list[Read]:
    told = subprocess.run(
        ["node", str(HERE / "reading.mjs")], input=body, capture_output=True, check=True, env=os.environ | {"TZ": zone}
    )
    lines = [json.loads(line) for line in told.stdout.splitlines()]
    return sorted((_of_js(start), _of_js(end), title, status) for start, end, title, status in lines)


def by_ical(body: bytes, zone: str) -> list[Read]:
    calendar = IcsCalendarStream.calendar_from_ics(body.decode())
    found = calendar.timeline_tz(clock.zone(zone)).included(FROM, TO)
    return sorted(
        (_said(one.start), _said(one.end), str(one.summary), one.status.value if one.status else "") for one in found
    )


PROGRAMS: dict[str, Reader] = {"icalendar": by_icalendar, "ical.js": by_ical_js, "ical": by_ical}


def _of_js(moment: int | str) -> str:
    return moment if isinstance(moment, str) else _said(datetime.fromtimestamp(moment, UTC))


def _said(moment: date) -> str:
    return moment.astimezone(UTC).isoformat() if isinstance(moment, datetime) else moment.isoformat()
