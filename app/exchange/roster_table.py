"""A roster as a table, .csv or .xlsx: one row a person in a seat, under headings that the template shows."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from email_validator import EmailNotValidError, validate_email

from app import clock
from app.exchange.cleaning import Cleaner
from app.exchange.formats import yes_or_no
from app.exchange.read import kind_of
from app.exchange.reading import Findings, Problem, Unreadable
from app.exchange.sheets import Row, table_of
from app.exchange.times import date_of, day_first_of, is_ambiguous

COLUMNS: dict[str, tuple[str, ...]] = {
    "name": ("full name", "person", "who"),
    "email": ("e-mail", "mail", "email address", "e-mail address"),
    "city": ("municipality", "community", "site"),
    "state": (),
    "role": ("seat", "office", "position"),
    "title": ("job title", "official title"),
    "from": ("since", "start", "start date", "starts on", "from date"),
    "to": ("until", "end", "end date", "ends on", "to date"),
    "interim": ("acting",),
    "zone": ("time zone", "timezone"),
    "organization": ("organisation", "employer", "affiliation"),
}
"""Our headings, in the order of the template, with other words that people write over such columns."""

ALIASES = {word: heading for heading, words in COLUMNS.items() for word in (heading, *words)}


@dataclass(frozen=True, slots=True)
class ReadTenure:
    """One row: a person, and the seat they hold. Without a role it is a person alone; without a city, of the lab.

    `starts_on` None means that the row does not say; `ends_on` None, that the tenure is open.
    """

    where: str
    name: str
    email: str = ""
    city: str = ""
    state: str = ""
    role: str = ""
    title: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    interim: bool = False
    zone: str = ""
    organization: str = ""


@dataclass(frozen=True, slots=True)
class ReadRoster:
    rows: tuple[ReadTenure, ...]
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()

    def at_once(self, city: str, role: str) -> int:
        """How many rows hold this role in this city at the same time: so many seats the file means."""
        steps: dict[date, int] = defaultdict(int)
        for row in self.rows:
            if (row.city.casefold(), row.role.casefold()) == (city.casefold(), role.casefold()):
                steps[row.starts_on or date.min] += 1
                if row.ends_on is not None and row.ends_on < date.max:
                    steps[date.fromordinal(row.ends_on.toordinal() + 1)] -= 1
        most = now = 0
        for day in sorted(steps):
            now += steps[day]
            most = max(most, now)
        return most


def read_roster(data: bytes, *, megabytes: int = 20) -> ReadRoster:
    """Read a roster; raises Unreadable for what is no table."""
    if kind_of(data, megabytes) != "table":
        raise Unreadable("A roster is a table, .csv or .xlsx; download the template to see its columns.")
    findings = Findings()
    _, rows = table_of(data, ALIASES, findings)
    reader = _Reader(findings, day_first_of([row.cells.get(name) for row in rows for name in ("from", "to")]))
    read = tuple(tenure for row in rows if (tenure := reader.tenure(row)) is not None)
    if not read and not findings.problems:
        findings.problem("", "Nobody was found in this table.")
    return ReadRoster(read, findings.listed_problems(), tuple(findings.notes))


class _Reader:
    def __init__(self, findings: Findings, day_first: bool | None) -> None:
        self.findings = findings
        self.clean = Cleaner(findings)
        self.day_first = day_first

    def tenure(self, row: Row) -> ReadTenure | None:
        """The row, or None for one without a name or with a date that is none: it would be seated on another day."""
        if not row.said("name"):
            self.findings.problem(row.where, "This row has no name and was left out.")
            return None
        days = {name: self._date(row, name) for name in ("from", "to")}
        if any(day is None and row.said(name) for name, day in days.items()):
            return None
        interim = yes_or_no(row.said("interim"))
        if row.said("interim") and interim is None:
            self.findings.problem(row.where, f"Interim is yes or no, not “{row.said('interim')[:60]}”.")
        return ReadTenure(
            where=row.where,
            name=self.clean.name(row.said("name"), row.where, "name"),
            email=self._email(row),
            city=self.clean.label(row.said("city"), row.where, "city"),
            state=self.clean.line(row.said("state"), 80, row.where, "state"),
            role=self.clean.label(row.said("role"), row.where, "role"),
            title=self.clean.label(row.said("title"), row.where, "title"),
            starts_on=days["from"],
            ends_on=days["to"],
            interim=bool(interim),
            zone=self._zone(row),
            organization=self.clean.name(row.said("organization"), row.where, "organization"),
        )

    def _email(self, row: Row) -> str:
        said = row.said("email")
        if not said:
            return ""
        try:
            return validate_email(said, check_deliverability=False).normalized.lower()
        except EmailNotValidError:
            self.findings.problem(row.where, f"“{said[:80]}” is no e-mail address and was left out.")
            return ""

    def _date(self, row: Row, name: str) -> date | None:
        value = row.cells.get(name)
        if not row.said(name):
            return None
        day = date_of(value, self.day_first)
        if day is None:
            reason = "could be two days; write it as 2017-11-04" if is_ambiguous(value) else "is no date that is known"
            self.findings.problem(row.where, f"“{row.said(name)[:40]}” {reason}. The row was left out.")
        return day

    def _zone(self, row: Row) -> str:
        said = row.said("zone")
        try:
            return said and clock.zone(said).key
        except ValueError as error:
            self.findings.problem(row.where, str(error))
            return ""
