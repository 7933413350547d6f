"""schedule.xml as Pentabarf, frab, pretalx, FOSDEM, DebConf and EuroPython write it."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from app.exchange.cleaning import Cleaner
from app.exchange.elements import Element, NotWellFormed, Walk, printable
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

WHOLE = frozenset({"conference", "event", "entry", "generator"})


def read_frab(data: bytes, expected: Expected) -> ReadAgenda:
    """Read a schedule.xml; raises Unreadable for what is no schedule.

    Times come from `<date>` with its offset; where it is missing, from the day's date and `<start>`, a start
    before `day_change` belonging to the following date.
    """
    findings = Findings()
    document, taken = printable(data)
    if taken:
        findings.note("", f"{taken} control characters, which XML forbids, were left out.")
    reader = _Reader(findings, Placing(findings, expected))
    complete = True
    try:
        Walk(WHOLE, reader.opened, reader.handed).through(document)
    except NotWellFormed as broken:
        complete = False
        read = len(reader.gathering.sessions)
        if not read:
            raise Unreadable(f"This is not well-formed XML, from line {broken.line} on ({broken.reason}).") from broken
        findings.problem(
            f"line {broken.line}",
            f"The file breaks off being XML here ({broken.reason}). The {read} sessions before it were read.",
        )
    return reader.gathering.agenda(
        title=reader.title,
        venue=reader.venue,
        zone=reader.placing.known,
        offsets=reader.placing.offsets,
        ours=reader.ours,
        complete=complete,
    )


class _Reader:
    def __init__(self, findings: Findings, placing: Placing) -> None:
        self.findings = findings
        self.placing = placing
        self.clean = Cleaner(findings)
        self.gathering = Gathering("frab XML", findings, placing.expected.rooms)
        self.title = ""
        self.venue = ""
        self.ours = False
        self.rooted = False
        self.day: date | None = None
        self.room = ""
        self.day_change = timedelta(0)

    def opened(self, element: Element) -> None:
        """An element begins that is only a frame: the schedule, a day, a room."""
        if not self.rooted:
            self.rooted = True
            if element.name != "schedule":
                raise Unreadable(_not_a_schedule(element.name))
        elif element.name == "day":
            self.day = date_of(element.attributes.get("date", "")) or date_of(element.attributes.get("start", "")[:10])
            self.room = ""
            begins = instant_of(element.attributes.get("start"))
            self.placing.offset = begins.tzinfo if begins else None
            if self.day is None:
                self.findings.problem(f"line {element.line}", "This day has no date that can be read.")
        elif element.name == "room":
            self.room = self.clean.name(element.attributes.get("name"), f"line {element.line}", "room's name")
            self.gathering.room(self.room)

    def handed(self, element: Element) -> None:
        """An element has ended that is wanted whole."""
        if not self.rooted:
            raise Unreadable(_not_a_schedule(element.name))
        if element.name == "conference":
            self._conference(element)
        elif element.name == "generator":
            self.ours = element.attributes.get("name") == OUR_NAME
        elif element.name in ("event", "entry"):
            self.gathering.session(self._session(element))

    def _conference(self, element: Element) -> None:
        where = f"line {element.line}"
        self.title = self.clean.name(element.said("title"), where, "title")
        self.venue = self.clean.name(element.said("venue"), where, "venue")
        self.placing.name_zone(element.said("time_zone_name", "timezone"), where)
        self.placing.city = element.said("city")
        self.day_change = wall_of(element.said("day_change")) or timedelta(0)

    def _session(self, event: Element) -> ReadSession:
        where = f"line {event.line}"
        code = event.attributes.get("id", "").strip()
        title = self.clean.title(event.said("title"), where)
        if not title:
            title = f"Untitled ({code})" if code else "Untitled"
            self.findings.problem(where, "This event has no title.")
        times = self._times(event, where)
        said_type = self.clean.label(event.said("type", "category"), where, "type")
        return ReadSession(
            key=self._key(event) or f"{title}|{times.starts_at}|{self.room}",
            title=title,
            where=where,
            **times._asdict(),
            day=self.day,
            subtitle=self.clean.text(event.said("subtitle"), where),
            abstract=self.clean.text(event.said("abstract"), where, markup=not self.ours),
            description=self.clean.text(event.said("description"), where, markup=not self.ours),
            track=self.clean.label(event.said("track"), where, "track"),
            type=said_type,
            format=format_of(said_type, title),
            language=self.clean.language(event.said("language"), where),
            rooms=tuple(self._rooms(event, where)),
            presenters=tuple({presenter.key: presenter for presenter in self._presenters(event, where)}.values()),
            url=event.said("url", "full_conf_url"),
        )

    def _key(self, event: Element) -> str:
        return next(
            (event.attributes[name].strip() for name in ("guid", "code", "id") if event.attributes.get(name)),
            "",
        )

    def _times(self, event: Element, where: str) -> Times:
        said = event.said("date") or event.said("start")
        moment = instant_of(event.said("date"))
        start = self.placing.instant(moment) if moment else self._by_the_clock(event)
        said_length = event.said("duration")
        return self.placing.times(where, start, length_of(said_length), said_length if start else said)

    def _by_the_clock(self, event: Element) -> datetime | None:
        """The start of an event that says its wall time only: on the day it stands under, or the night after."""
        day = date_of(event.said("date")) or self.day
        wall = wall_of(event.said("start"))
        if day is None or wall is None:
            return None
        return self.placing.wall(day, wall + timedelta(days=1) if wall < self.day_change else wall)

    def _rooms(self, event: Element, where: str) -> Iterator[str]:
        if self.room:
            yield self.room
        else:
            named = self.clean.name(event.said("room"), where, "room's name")
            if named:
                yield named

    def _presenters(self, event: Element, where: str) -> Iterator[ReadPresenter]:
        for group in (*event.every("persons"), *event.every("speakers")):
            for person in group.children:
                said = person.said("name", "full_public_name") or person.text
                name = self.clean.name(said, f"line {person.line}", "presenter's name")
                number = next(
                    (person.attributes[key] for key in ("guid", "code", "id") if person.attributes.get(key)),
                    "",
                )
                if name:
                    yield ReadPresenter(key=f"{number} {name}".strip(), name=name)
                elif number:
                    self.findings.problem(where, f"Presenter {number} has no name.")


def _not_a_schedule(root: str) -> str:
    if root in ("html", "head", "body"):
        return "This is a web page, not a schedule. Look for its export as XML, JSON or iCalendar."
    return f"This XML is not a schedule: it begins with <{root[:60]}> instead of <schedule>."
