"""The hours that a stranger's calendar holds, read apart from the server; of the rest nothing is kept."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from app.files.apart import CROWDED, Crowded, TooMuch, program_of, run_apart
from app.files.kinds import NotNow, Unacceptable

LARGEST = 15 << 20
"""Bytes of a calendar that is read: some hold fifteen years."""

Hours = list[tuple[datetime, datetime]]


@dataclass(frozen=True, slots=True)
class Reading:
    """How a calendar is read: from when until when (UTC), all-day and floating times in `zone`; what its owner, of
    this e-mail, declined and what has one of the UIDs `own` is left out."""

    since: datetime
    until: datetime
    zone: str
    email: str = ""
    own: Collection[str] = ()


def busy_hours(body: bytes, reading: Reading) -> Hours:
    """The stretches (UTC) in which a calendar's owner is busy, merged and in order; raises Unacceptable."""
    if len(body) > LARGEST:
        raise Unacceptable(f"This calendar is larger than {LARGEST >> 20} MB. Share one that holds fewer years.")
    if b"BEGIN:VCALENDAR" not in body[:4096].upper():
        raise Unacceptable("This is no calendar. Calendars are files that end in .ics; a page about one is not enough.")
    asked = {
        "from": reading.since.isoformat(),
        "until": reading.until.isoformat(),
        "zone": reading.zone,
        "email": reading.email,
        "own": sorted(reading.own),
    }
    with TemporaryDirectory() as folder:
        Path(folder, "calendar.ics").write_bytes(body)
        Path(folder, "asked.json").write_text(json.dumps(asked))
        try:
            found = run_apart(program_of("calendar_text"), folder)
        except Crowded as error:
            raise NotNow(CROWDED) from error
        except TooMuch as error:
            raise Unacceptable("This calendar repeats itself more often than can be counted. Share another.") from error
    if "hours" not in found:
        raise Unacceptable("This calendar cannot be read. Save it from your program anew, and try again.")
    return [(datetime.fromisoformat(start), datetime.fromisoformat(end)) for start, end in found["hours"]]
