"""The agenda booklet: what somebody carries through the days, as they may see it (rules 13 and 15).

Cover, how to use it, a spread for each day, the sessions in words, the rooms, who is who, network and
contacts.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from sqlmodel import Session, col, select

from app.agenda import published
from app.agenda.published import PublishedAgenda, heading_of
from app.agenda.seeing import SeenRoom, SeenSession
from app.files import files_of
from app.models import Convening, Room
from app.people.viewer import Viewer
from app.printing.day_grid import Sheet, said_together, spread
from app.printing.documents import Group, NothingToPrint, Option, Piece, Printable, Sides, Wish, set_piece, set_pieces
from app.printing.imprint import of_release, zones
from app.printing.papers import Paper, Pictures
from app.printing.runs import Document
from app.registration.roster import Participant, roster
from app.settings import Settings

SHEET = "booklet.css"
HERE = "printing/booklet"
OFF_SITE = "Off site"

FOLDED_SHEET = "booklet-folded.css"

GRIDS = {
    Paper.LETTER: Sheet(183.9, 217.0, 7),
    Paper.A4: Sheet(178.0, 234.0, 7),
}
FOLDED_GRIDS = {
    Paper.LETTER: Sheet(117.7, 162.0, 6),
    Paper.A4: Sheet(126.5, 156.0, 6),
}
"""What the margins of the sheets (booklet.css, booklet-folded.css) and a day's heading leave of a page."""
HALVES = {Paper.LETTER: (396.0, 612.0), Paper.A4: (420.945, 595.276)}
"""Half of a paper that lies on its side, in points."""

FOLD = "fold"

SESSIONS_A_PAGE, PEOPLE_A_PAGE = 7, 24


@dataclass(frozen=True, slots=True)
class Place:
    """A room in the directory, or several of a floor in which just the same takes place."""

    name: str
    floor: str
    sessions: tuple[SeenSession, ...]


@dataclass(frozen=True, slots=True)
class Building:
    name: str
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Face:
    """Somebody in the who is who; `initials` stand where they gave no photo."""

    person: Participant

    @property
    def initials(self) -> str:
        plain = re.sub(r"\(.*?\)|\b\w+\.", " ", self.person.name)
        words = [word for word in plain.split() if word[0].isalpha()]
        return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper()


def make(db: Session, wish: Wish) -> Document:
    """The booklet of the newest release. Queries: those of the agenda, three of the roster, one of the rooms."""
    convening, viewer = wish.convening, wish.viewer
    agenda = published.agenda(db, convening, viewer)
    if agenda is None:
        raise NothingToPrint(f"The agenda of {convening.title} is not published yet; the booklet is made from it.")
    in_cohort = viewer.in_cohort(convening.cohort_id)
    rooms = _rooms(db, convening)
    faces = faces_of(db, convening) if in_cohort else None
    parts = _parts(wish, agenda, rooms, faces, in_cohort=in_cohort)
    shown = {face.person.photo for _, people, _ in faces or () for face in people if face.person.photo}
    if convening.venue and convening.venue.plan:
        shown.add(convening.venue.plan)
    folded = bool(wish.option(FOLD))
    return set_pieces(
        wish,
        "booklet for folding (to listen to, take the one as read)" if folded else "booklet",
        parts,
        sheet=FOLDED_SHEET if folded else SHEET,
        size=HALVES[wish.paper] if folded else None,
        folded=folded,
        imprint=of_release(
            convening,
            agenda.release_number,
            agenda.released_at,
            site=wish.settings.address,
            now=wish.at,
            moments=_moments(agenda),
        ),
        pages=_pages(agenda, faces, folded=folded),
        pictures=_pictures(shown, wish.settings) if shown else None,
    )


def _parts(
    wish: Wish,
    agenda: PublishedAgenda,
    rooms: Sequence[Room],
    faces: list[tuple[str, list[Face], int]] | None,
    *,
    in_cohort: bool,
) -> list[Piece]:
    convening = wish.convening
    common = {"convening": convening, "agenda": agenda, "zones": zones(convening, _moments(agenda))}
    buildings = _buildings(convening, agenda, rooms)
    wifi = in_cohort and bool(convening.wifi_network)
    practical = wifi or (in_cohort and bool(convening.contacts.strip()))
    made = [
        set_piece(f"{HERE}/cover.html", "cover", "Cover", heading=heading_of(convening), **common),
        set_piece(
            f"{HERE}/use.html",
            "use",
            "Contents and how to use it",
            practical=practical,
            buildings=buildings,
            faces=faces,
            **common,
        ),
    ]
    order = [room.key for room in rooms]
    sheet = (FOLDED_GRIDS if wish.option(FOLD) else GRIDS)[wish.paper]
    for day in agenda.days:
        grid = spread(day, order, agenda.zone, sheet)
        made.append(set_piece(f"{HERE}/grid.html", f"grid-{day.date}", f"{_said(day.date)}, grid", grid=grid, **common))
    for day in agenda.days:
        made.append(set_piece(f"{HERE}/list.html", f"list-{day.date}", f"{_said(day.date)}, list", day=day, **common))
    if not agenda.sessions:
        made.append(set_piece(f"{HERE}/nothing.html", "nothing", "Nothing to see yet", **common))
    if buildings:
        made.append(
            set_piece(f"{HERE}/rooms.html", "rooms", "Rooms", venue=convening.venue, buildings=buildings, **common)
        )
    if faces:
        made.append(set_piece(f"{HERE}/who.html", "who", "Who is who", faces=faces, **common))
    if practical:
        made.append(set_piece(f"{HERE}/practical.html", "practical", "Network and contacts", wifi=wifi, **common))
    return made


def _said(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B}"


def _moments(agenda: PublishedAgenda) -> list[datetime]:
    return [session.starts_at for session in agenda.sessions]


def _rooms(db: Session, convening: Convening) -> Sequence[Room]:
    """The venue's rooms, as they are listed."""
    mine = select(Room).where(Room.venue_id == convening.venue_id)
    return db.exec(mine.order_by(col(Room.position), col(Room.id))).all()


def _buildings(convening: Convening, agenda: PublishedAgenda, rooms: Sequence[Room]) -> list[Building]:
    """Where something takes place, by building and floor; names as the release has them."""
    known = {room.key: (position, room) for position, room in enumerate(rooms)}
    inside: dict[int, list[SeenSession]] = {}
    seen: dict[int, SeenRoom] = {}
    for session in agenda.sessions:
        for room in session.rooms:
            seen.setdefault(room.id, room)
            if not session.cancelled and session not in inside.setdefault(room.id, []):
                inside[room.id].append(session)
    groups: dict[tuple[str, str], list[SeenRoom]] = {}
    for number in sorted(seen, key=lambda number: (known.get(number, (len(known), None))[0], number)):
        record = known[number][1] if number in known else None
        usual = convening.venue.name if convening.venue else ""
        building = seen[number].building or (OFF_SITE if record and record.off_site else usual)
        groups.setdefault((building, record.floor if record else ""), []).append(seen[number])
    buildings: dict[str, list[Place]] = {}
    for (building, floor), rooms_there in sorted(groups.items(), key=lambda one: (one[0][0] == OFF_SITE, one[0])):
        for _, some in groupby(rooms_there, key=lambda room: [one.id for one in inside.get(room.id, ())]):
            alike = list(some)
            there = tuple(inside.get(alike[0].id, ()))
            buildings.setdefault(building, []).append(Place(said_together([r.name for r in alike]), floor, there))
    return [Building(name, tuple(places)) for name, places in buildings.items()]


def faces_of(db: Session, convening: Convening) -> list[tuple[str, list[Face], int]]:
    """Who agreed to be named, by city, and how many more come; nobody where no list is shown."""
    found = roster(db, convening)
    if found is None:
        return []
    return [(group.name, [Face(one) for one in group.people], group.more) for group in found.groups]


def _pictures(shown: set[str], settings: Settings) -> Pictures:
    def picture(digest: str) -> tuple[bytes, str] | None:
        if digest not in shown:
            return None
        return b"".join(files_of(settings).pieces(digest)), "image/jpeg"

    return picture


def _pages(agenda: PublishedAgenda, faces: list[tuple[str, list[Face], int]] | None, *, folded: bool) -> int:
    people = sum(len(some) for _, some, _ in faces or ())
    days = len(agenda.days)
    long = len(agenda.sessions) / SESSIONS_A_PAGE + people / PEOPLE_A_PAGE
    return 5 + 3 * days + round(long * (2 if folded else 1))


def _ways(db: Session, convening: Convening, viewer: Viewer) -> Sequence[tuple[str, str]]:
    return [("folded", "Folded (two pages a side: two-sided, flip on the short edge, fold in the middle)")]


BOOKLET = Printable(
    slug="booklet",
    title="Agenda booklet",
    lead="The days at a glance, each session with its purpose, rooms, who is who, network and contacts.",
    group=Group.EVERYBODY,
    permission="print.read",
    make=make,
    piece=("part", "parts"),
    sides=lambda wish: Sides.BOTH if wish.option(FOLD) else Sides.EITHER,
    options=(Option(FOLD, "Pages", _ways, every="As read", form=True),),
)
