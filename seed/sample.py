"""The sample's files, read, and the rows made so far under the names that the files give them."""

import tomllib
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from app.models import City, Cohort, Convening, MeasureStage, Person, Role, Room, RoomSetup, Seat, Venue
from seed.calendar import Calendar

FOLDER = Path(__file__).parent / "by_all_means"

Entry = dict[str, Any]
"""One table of a TOML file."""


@cache
def read(name: str) -> Entry:
    """A file of the sample, named without its ending, such as "updates/2017-fall"; nobody writes into it."""
    with (FOLDER / f"{name}.toml").open("rb") as file:
        return tomllib.load(file)


def read_convenings() -> dict[str, Entry]:
    """All convenings by the name of their file, the earliest first."""
    names = (path.stem for path in (FOLDER / "convenings").glob("*.toml"))
    entries = {name: read(f"convenings/{name}") for name in names}
    return dict(sorted(entries.items(), key=lambda item: item[1]["starts_on"]))


def calendar_for(today: date | None) -> Calendar:
    """The calendar around `today` (the dates as written for None)."""
    anchor = next(entry["starts_on"] for entry in read_convenings().values() if entry.get("next"))
    return Calendar.around(anchor, today)


@dataclass
class Sample:
    """What the floors of the loader hand on to each other: the calendar, and rows by their names in the files."""

    calendar: Calendar
    cohort: Cohort
    venue: Venue
    cities: dict[str, City] = field(default_factory=dict)
    roles: dict[str, Role] = field(default_factory=dict)
    seats: dict[str, Seat] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    stages: dict[str, MeasureStage] = field(default_factory=dict)
    rooms: dict[str, Room] = field(default_factory=dict)
    setups: dict[tuple[str, str], RoomSetup] = field(default_factory=dict)
    convenings: dict[str, Convening] = field(default_factory=dict)
