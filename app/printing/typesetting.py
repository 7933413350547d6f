"""How documents are set: the templates with their filters, and the words that all of them use."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import groupby
from pathlib import Path

import segno
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app import clock
from app.agenda.seeing import SeenRoom, SeenSession
from app.models import SessionFormat
from app.people.prose import prose
from app.printing.fitting import Face, is_tall, shortened

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
SHORT = 240

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
        tall=tall,
        in_one_line=in_one_line,
        short=short,
        rooms=rooms_said,
        slots=slots,
        edge=edge,
        hours=hours,
        weekday=lambda moment: f"{moment:%a}",
        prose=prose,
    )
    return environment


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


def tall(text: str) -> bool:
    """Whether the lines of a text need more room than those of our own faces."""
    return is_tall(text, Face.TITLE)


def in_one_line(text: str, millimetres: float) -> str:
    """A title in 10 points, as far as it goes in one line of that width."""
    return shortened(text, Face.TITLE, 10, millimetres * 72 / 25.4)


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
