"""An agenda as a table, .csv or .xlsx: one row a session, under headings that the template shows."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from app.exchange.cleaning import Cleaner
from app.exchange.formats import format_of, openness_of, yes_or_no
from app.exchange.gathering import Gathering
from app.exchange.placing import Placing, Times
from app.exchange.reading import (
    EMAIL_LENGTH,
    Expected,
    Findings,
    ReadAgenda,
    ReadPresenter,
    ReadSession,
)
from app.exchange.sheets import Row, table_of
from app.exchange.times import date_of, day_first_of, instant_of, is_ambiguous, length_of, wall_of

COLUMNS: dict[str, tuple[str, ...]] = {
    "title": ("session", "session title", "name", "proposal title", "event", "talk", "summary", "subject", "what"),
    "date": ("day", "start date", "on"),
    "start": ("start time", "starts", "starts at", "from", "begin", "begins", "time"),
    "end": ("end time", "ends", "ends at", "to", "until"),
    "minutes": ("duration", "length", "duration (minutes)", "min"),
    "rooms": ("room", "room(s)", "location", "place", "venue", "where"),
    "format": ("type", "session type", "event type", "kind"),
    "track": ("theme", "strand", "category"),
    "language": ("lang", "locale"),
    "audience": ("for", "who", "for whom", "attendees"),
    "openness": ("visibility", "open to", "access"),
    "protected": ("protected time",),
    "presenters": ("presenter", "speakers", "speaker", "speaker names", "presented by", "facilitators"),
    "purpose": ("description", "abstract", "details", "notes"),
    "key": ("id", "uid", "guid", "code", "session id"),
}
"""Our headings, in the order of the template, with other words that people write over such columns."""

ALIASES = {word: heading for heading, words in COLUMNS.items() for word in (heading, *words)}
RANGE = re.compile(r"\s*(?:–|—|-|\bto\b|\buntil\b)\s*")
ADDRESSED = re.compile(r"(.*?)\s*<([^<>\s]+@[^<>\s]+)>$")


def read_agenda_table(data: bytes, expected: Expected) -> ReadAgenda:
    """Read a table. A row without a date is on the date above it; an end before six belongs to the night."""
    findings = Findings()
    headings, rows = table_of(data, ALIASES, findings)
    reader = _Reader(findings, Placing(findings, expected))
    reader.day_first = _day_first(rows, expected)
    for row in rows:
        if row.said("title"):
            reader.gathering.session(reader.session(row))
        else:
            findings.problem(row.where, "This row has no title and was left out.")
    return reader.finished(frozenset(headings))


def _day_first(rows: list[Row], expected: Expected) -> bool | None:
    """How the column writes 11/04: by a date in it that has one reading, else by the convening's own days."""
    values: list[object] = [row.cells.get("date") or row.cells.get("start") for row in rows]
    proved = day_first_of(values)
    doubtful = [value for value in values if is_ambiguous(value)]
    if proved is not None or not doubtful or expected.days is None:
        return proved
    first, last = expected.days
    fitting = {
        order
        for order in (True, False)
        if all((day := date_of(value, order)) is not None and first <= day <= last for value in doubtful)
    }
    return fitting.pop() if len(fitting) == 1 else None


class _Reader:
    def __init__(self, findings: Findings, placing: Placing) -> None:
        self.findings = findings
        self.placing = placing
        self.clean = Cleaner(findings)
        self.gathering = Gathering("table", findings, placing.expected.rooms)
        self.day_first: bool | None = None
        self.day: date | None = None

    def session(self, row: Row) -> ReadSession:
        title = self.clean.title(row.said("title"), row.where)
        day, times = self._times(row)
        kind = self.clean.label(row.said("format"), row.where, "format")
        openness = openness_of(row.said("openness"))
        if row.said("openness") and openness is None:
            self.findings.problem(
                row.where, f"Openness is closed, cohort, public or press, not “{row.said('openness')[:60]}”."
            )
        protected = yes_or_no(row.said("protected"))
        if row.said("protected") and protected is None:
            self.findings.problem(row.where, f"Protected is yes or no, not “{row.said('protected')[:60]}”.")
        return ReadSession(
            key=row.said("key") or f"{title}|{day or 'no day'}",
            title=title,
            where=row.where,
            **times._asdict(),
            day=day,
            description=self.clean.text(row.said("purpose"), row.where),
            track=self.clean.label(row.said("track"), row.where, "track"),
            type=kind,
            format=format_of(kind, title),
            language=self.clean.language(row.said("language"), row.where),
            rooms=tuple(self._rooms(row)),
            presenters=tuple({presenter.key: presenter for presenter in self._presenters(row)}.values()),
            openness=openness,
            protected=protected,
            audience=self.clean.line(row.said("audience"), 2_000, row.where, "audience"),
        )

    def _times(self, row: Row) -> tuple[date | None, Times]:
        day = self._day(row)
        start_cell, end_cell = row.cells.get("start"), row.cells.get("end")
        if isinstance(start_cell, str) and not row.said("end"):
            parts = RANGE.split(start_cell.strip()) if instant_of(start_cell) is None else []
            start_cell, end_cell = (parts[0], parts[1]) if len(parts) == 2 else (start_cell, end_cell)
        start = self._moment(start_cell, day)
        end = self._moment(end_cell, day)
        length = length_of(row.cells.get("minutes")) if row.said("minutes") else None
        if length is None and start and end:
            length = end - start
            if timedelta(0) > length and _after_midnight(end_cell):
                length += timedelta(days=1)
        written = " ".join(
            text for text in (row.said("date"), row.said("start"), row.said("end"), row.said("minutes")) if text
        )
        return day, self.placing.times(row.where, start, length, written)

    def _day(self, row: Row) -> date | None:
        """The row's date: its own cell, its start's (a date and time in one), or that of the row above."""
        value = row.cells.get("date")
        if not row.said("date"):
            start = row.cells.get("start")
            moment = start if isinstance(start, datetime) else instant_of(start)
            if moment is None:
                return self.day
            value = moment
        self.day = date_of(value, self.day_first)
        if self.day is None:
            reason = "could be two days; write it as 2017-11-04" if is_ambiguous(value) else "is no date that is known"
            self.findings.problem(row.where, f"“{row.said('date')[:40]}” {reason}.")
        return self.day

    def _moment(self, cell: object, day: date | None) -> datetime | None:
        moment = cell if isinstance(cell, datetime) else instant_of(cell)
        if moment is not None:
            return self.placing.instant(moment)
        wall = wall_of(cell)
        return self.placing.wall(day, wall) if day is not None and wall is not None else None

    def _rooms(self, row: Row) -> Iterator[str]:
        for part in re.split(r"[;\n]", row.said("rooms")):
            name = self.clean.name(part, row.where, "room's name")
            if name:
                yield name

    def _presenters(self, row: Row) -> Iterator[ReadPresenter]:
        for part in _names(row.said("presenters")):
            match = ADDRESSED.match(part.strip())
            name = self.clean.name(match[1] if match else part, row.where, "presenter's name")
            email = match[2].lower()[:EMAIL_LENGTH] if match else ""
            if name or email:
                yield ReadPresenter(key=f"{email} {name}".strip(), name=name or email, email=email)

    def finished(self, headings: frozenset[str]) -> ReadAgenda:
        """The agenda, with rows of one title on one day told apart by their start and rooms."""
        titles = Counter(session.key for session in self.gathering.sessions)
        self.gathering.tell_apart({key for key, count in titles.items() if count > 1})
        says = headings | {"time"} if headings & {"date", "start"} else headings
        return self.gathering.agenda(zone=self.placing.known, says=says)


def _names(text: str) -> list[str]:
    """The people of a cell: parted by semicolons or lines, or by commas where each part is a whole name."""
    if re.search(r"[;\n]", text):
        return re.split(r"[;\n]", text)
    parts = [part.strip() for part in text.split(",")]
    return parts if all(" " in part for part in parts) else [text]


def _after_midnight(cell: object) -> bool:
    wall = wall_of(cell)
    return wall is not None and wall <= timedelta(hours=6)
