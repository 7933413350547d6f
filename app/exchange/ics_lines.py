"""The lines of an iCalendar file: unfolded, numbered, cut into entries, every zone made one that is known."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from app import clock
from app.exchange.reading import Findings, Unreadable

MAX_ENTRIES = 20_000
LONGEST_DATES = 20_000
TIMED = re.compile(r"(DTSTART|DTEND|RECURRENCE-ID|EXDATE|RDATE)((?:;[^:\"]*(?:\"[^\"]*\")?)*):(.*)$", re.I)
TZID = re.compile(r";TZID=(\"[^\"]*\"|[^;:]*)", re.I)


@dataclass(slots=True)
class Entry:
    """One VEVENT as the file has it, from its BEGIN at `line` to its END."""

    line: int
    lines: list[str] = field(default_factory=list)
    whole: bool = True


@dataclass(slots=True)
class Lines:
    """A file's entries; what it says of itself (X-WR-CALNAME and the like); its own zones by name."""

    entries: list[Entry] = field(default_factory=list)
    said: dict[str, str] = field(default_factory=dict)
    zones: dict[str, list[str]] = field(default_factory=dict)


def lines_of(text: str) -> Lines:
    """Cut a calendar into entries. One that has no END is kept and marked as not whole."""
    found = Lines()
    entry: Entry | None = None
    zone: list[str] | None = None
    for number, line in _unfolded(text):
        mark = line.strip().upper()
        if mark == "BEGIN:VEVENT":
            entry = Entry(number, whole=False)
            if len(found.entries) == MAX_ENTRIES:
                raise Unreadable(f"This calendar holds more than {MAX_ENTRIES:,} entries; bring it in parts.")
            found.entries.append(entry)
        if entry is not None:
            entry.lines.append(line)
            if mark == "END:VEVENT":
                entry.whole, entry = True, None
        elif mark == "BEGIN:VTIMEZONE":
            zone = []
        elif zone is not None and mark == "END:VTIMEZONE":
            name = next((part[5:] for part in zone if part.upper().startswith("TZID:")), "")
            found.zones[name.strip()] = zone
            zone = None
        elif zone is not None:
            zone.append(line)
        elif ":" in line and mark[:6] not in ("BEGIN:", "END:VC"):
            name, _, value = line.partition(":")
            found.said.setdefault(name.partition(";")[0].upper(), value.strip())
    return found


def _unfolded(text: str) -> Iterator[tuple[int, str]]:
    """Each content line with the number of its first line; continuations begin with a space or a tab."""
    parts: list[str] = []
    first = 0
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), start=1):
        if line[:1] in (" ", "\t") and parts:
            parts.append(line[1:])
            continue
        if parts:
            yield first, "".join(parts)
        parts, first = ([line], number) if line.strip() else ([], number)
    if parts:
        yield first, "".join(parts)


class KnownZones:
    """Says for each TZID of a file which zone of the tz database it is."""

    def __init__(self, findings: Findings, own: dict[str, list[str]], floating: Callable[[], str]) -> None:
        self.findings = findings
        self.own = own
        self.floating = floating
        self.found: dict[str, str] = {}

    def settle(self, line: str, where: str) -> str | None:
        """A line with a time in a zone that is known; None for a list of dates too long to be read."""
        match = TIMED.match(line)
        if match is None:
            return line
        name, parameters, value = match.groups()
        if len(value) > LONGEST_DATES:
            self.findings.problem(where, f"Its {name.upper()} lists too many dates and was left out.")
            return None
        said = TZID.search(parameters)
        if said is None and (value.strip().upper().endswith("Z") or "VALUE=" in parameters.upper()):
            return line
        zone = self.name(said[1].strip('"'), where) if said else self.floating()
        return f"{name}{TZID.sub('', parameters)};TZID={zone}:{value}"

    def name(self, tzid: str, where: str) -> str:
        """The zone's name in the tz database; the floating zone, with a problem, for one that is unknown."""
        if tzid not in self.found:
            self.found[tzid] = next((zone for zone in self._guesses(tzid) if _exists(zone)), "")
            if not self.found[tzid]:
                self.found[tzid] = zone = self.floating()
                self.findings.problem(where, f"The time zone “{tzid[:80]}” is unknown; its times were read in {zone}.")
        return self.found[tzid]

    def _guesses(self, tzid: str) -> Iterator[str]:
        yield tzid
        yield WINDOWS_TO_OLSON.get(tzid, "")
        parts = tzid.strip("/").split("/")
        yield from ("/".join(parts[start:]) for start in range(1, min(len(parts), 8)))
        own = self.own.get(tzid, [])
        yield from (line.partition(":")[2].strip() for line in own if line.upper().startswith("X-LIC-LOCATION"))
        offsets = {line.partition(":")[2].strip() for line in own if line.upper().startswith("TZOFFSETTO")}
        if len(offsets) == 1 and (match := re.fullmatch(r"([+-])(\d{2})00", offsets.pop())):
            hours = int(match[2])
            yield f"Etc/GMT{'-' if match[1] == '+' else '+'}{hours}" if hours else "UTC"


def _exists(name: str) -> bool:
    try:
        return bool(name) and bool(clock.zone(name))
    except ValueError:
        return False
