"""A schedule of the size of a large community conference, in frab's XML: 442 sessions, 12 rooms, four days."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

FIRST_DAY = datetime(2027, 2, 6, 9, 0, tzinfo=UTC)
ROOMS, DAYS, SESSIONS = 12, 4, 442


def frab_of_442() -> bytes:
    """Always the same bytes: sessions of 25 to 50 minutes with two presenters and an abstract of 60 words."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        "<schedule><conference><title>Large convening</title><acronym>large</acronym>",
        f"<start>{FIRST_DAY:%Y-%m-%d}</start><end>{FIRST_DAY + timedelta(days=DAYS - 1):%Y-%m-%d}</end>",
        f"<days>{DAYS}</days><time_zone_name>UTC</time_zone_name></conference>",
    ]
    numbers = iter(range(1, SESSIONS + 1))
    a_room = -(-SESSIONS // (ROOMS * DAYS))
    for day in range(DAYS):
        date = FIRST_DAY + timedelta(days=day)
        lines.append(f'<day index="{day + 1}" date="{date:%Y-%m-%d}">')
        for room in range(ROOMS):
            lines.append(f'<room name="Room {room + 1}">')
            lines += [
                _event(number, date + timedelta(hours=slot))
                for slot, number in zip(range(a_room), numbers, strict=False)
            ]
            lines.append("</room>")
        lines.append("</day>")
    lines.append("</schedule>")
    return "\n".join(lines).encode()


def _event(number: int, start: datetime) -> str:
    minutes = 25 + number % 2 * 25
    abstract = " ".join(f"word{(number * 7 + place) % 997}" for place in range(60))
    people = "".join(
        f'<person id="{(number * 3 + k) % 300 + 1}">Person {(number * 3 + k) % 300 + 1}</person>' for k in (0, 1)
    )
    return (
        f'<event guid="{UUID(int=number)}" id="{number}"><date>{start.isoformat()}</date><start>{start:%H:%M}</start>'
        f"<duration>00:{minutes}</duration><title>Session {number}: what cities learn from one another</title>"
        f"<abstract>{abstract}</abstract><language>en</language><track>Track {number % 6 + 1}</track>"
        f"<persons>{people}</persons></event>"
    )
