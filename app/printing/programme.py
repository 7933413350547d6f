"""The printed agenda: what a viewer may see of a release, set as a programme (rules 13 and 15)."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta
from functools import lru_cache
from itertools import groupby
from pathlib import Path

import segno
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app import clock
from app.agenda.published import PublishedAgenda, heading_of
from app.agenda.seeing import SeenRoom, SeenSession
from app.models import Convening, SessionFormat
from app.people.prose import prose

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
SHEET = "printing.css"
SHORT = 240
FEW = 8
"""An agenda of no more sessions than this is set in one run; of longer ones each day begins a page."""

EDGES = {
    SessionFormat.PLENARY: "plenary",
    SessionFormat.MAYOR_UPDATE: "update",
    SessionFormat.ROLE_ALIKE: "role-alike",
    SessionFormat.CALL: "role-alike",
    SessionFormat.TEAM_TIME: "team",
    SessionFormat.MEAL: "free",
    SessionFormat.UNSTRUCTURED: "free",
    SessionFormat.INTERNAL: "internal",
}
"""Which edge tells a format, in shape and so in black and white too; those not named here are choices."""


def programme(convening: Convening, agenda: PublishedAgenda, *, changes_at: str, newest: int | None = None) -> str:
    """The agenda as an HTML document for the press; `changes_at` is the whole URL that its code opens.

    It says the event's time only: paper is read where the event is, and those who may see the same share a print. An
    older release stands under the heading that it was published with; `newest` is then the release that holds now.
    """
    template = templates().get_template("printing/programme.html")
    return template.render(
        heading=heading_of(convening) | dict(agenda.heading),
        agenda=agenda,
        newest=newest if newest != agenda.release_number else None,
        zones=zones_said(agenda),
        changes_at=changes_at,
        code=code(changes_at),
        each_day_a_page=len(agenda.sessions) > FEW,
    )


def zones_said(agenda: PublishedAgenda) -> str:
    """ "EST, the time of New York"; both abbreviations where the clocks change between the days."""
    noon = clock.at(agenda.starts_on, time(12), agenda.zone)
    return zone_of([session.starts_at for session in agenda.sessions] or [noon], agenda.zone)


def zone_of(moments: Iterable[datetime], zone: str) -> str:
    """The zone in words, with the abbreviations that hold at these moments: "EST, the time of New York"."""
    names = dict.fromkeys(clock.zone_abbreviation(moment, zone) for moment in moments)
    return f"{' and '.join(names)}, the time of {clock.place(zone)}"


def code(address: str) -> str:
    """A QR code that opens an address, as the `src` of an image."""
    return segno.make(address, error="m", micro=False).svg_data_uri(border=2, scale=4, dark="#000", light="#fff")


def direction(text: str) -> str:
    """Which way a text reads: "rtl" when its first letter with a direction is Hebrew, Arabic or the like."""
    for letter in text:
        kind = unicodedata.bidirectional(letter)
        if kind in ("L", "R", "AL"):
            return "ltr" if kind == "L" else "rtl"
    return "ltr"


def short(text: str) -> str:
    """The beginning of a text in Markdown, without its marks: whole sentences where they end soon enough."""
    plain = " ".join(prose(text).striptags().split())
    if len(plain) <= SHORT:
        return plain
    sentences = re.match(rf"(.{{80,{SHORT}}}[.!?])\s", plain)
    if sentences:
        return sentences[1]
    return plain[:SHORT].rsplit(" ", 1)[0].rstrip(",;:–-") + " …"


def rooms_said(rooms: Sequence[SeenRoom]) -> str:
    """ "GCC", or for rooms kept for cities "Louisville: Team Room 1 · Oakland: Team Room 2"."""
    return " · ".join(f"{room.city}: {room.name}" if room.city else room.name for room in rooms)


def slots(sessions: Sequence[SeenSession]) -> list[list[SeenSession]]:
    """The sessions of a day, those together that take place at the same time."""
    return [list(group) for _, group in groupby(sessions, key=lambda one: (one.starts_at, one.ends_at))]


def edge(session: SeenSession) -> str:
    """Which edge a printed session has, by its format."""
    return EDGES.get(session.format, "choice")


def hours(session: SeenSession, zone: str) -> str:
    """ "13:30–14:45" in the convening's zone; a session of more than a day names where it ends."""
    start, end = clock.local(session.starts_at, zone), clock.local(session.ends_at, zone)
    until = f"{end:%H:%M}" if end - start < timedelta(days=1) else f"{clock.said_day(end)} {end:%H:%M}"
    return f"{start:%H:%M}{clock.NARROW}{until}"


@lru_cache(maxsize=1)
def templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        auto_reload=False,
    )
    environment.filters.update(
        day=clock.said_day,
        clock=clock.said_time,
        local=clock.local,
        zone_abbreviation=clock.zone_abbreviation,
        direction=direction,
        short=short,
        rooms=rooms_said,
        slots=slots,
        edge=edge,
        hours=hours,
        prose=prose,
    )
    return environment
