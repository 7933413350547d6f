"""The sheet on which people sign that they have come: of the whole convening by city, or of one session."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import groupby

from sqlmodel import Session, col, select

from app import clock
from app.agenda.chasing import hidden_sessions
from app.models import Convening, Person, Registration, RegistrationState
from app.people.viewer import Viewer
from app.printing.documents import Group, NothingToPrint, Option, Piece, Printable, Wish, set_piece, set_pieces
from app.printing.list_parts import heading, imprint_of
from app.printing.runs import Document
from app.registration.attending import Guest, Place, guests, places, rooms_said, those_in
from app.registration.everybody import Listed, everybody

SHEET = "registration-sheets.css"
SPARE = 3
"""Empty lines at the end of a sign-in sheet, for who comes unannounced."""
ON_A_SHEET = 18
"""Lines on a page, about."""


class LiesOn(StrEnum):
    """Where a sign-in sheet lies: on the organizers' desk with all names, or on a table where everybody reads it, with
    the names of those who agreed to be on the list of participants."""

    DESK = "desk"
    TABLE = "table"


LEADS = {
    LiesOn.TABLE: "To lie on a table. Named are those who agreed to be on the list of participants; everybody else "
    "signs on an empty line.",
    LiesOn.DESK: "For the desk: all names, also of those who are not on the list of participants. It does not lie "
    "where everybody reads it.",
}
NOBODY = "Nobody has a confirmed place yet. As people register they stand here, with a line to sign on."


def make(db: Session, wish: Wish) -> Document:
    """The sheet of the convening, or of the session that is asked for. Unless the desk is said, nobody's name lies
    about who did not agree."""
    on = LiesOn.DESK if wish.option("on") == LiesOn.DESK else LiesOn.TABLE
    session = wish.option("session")
    piece, lines, moments = _of_session(db, wish, session, on) if session else _of_all(db, wish, on)
    return set_pieces(
        wish,
        "sign-in sheet",
        [piece],
        sheet=SHEET,
        imprint=imprint_of(
            db,
            wish,
            f"/registration/people?state=submitted&since={wish.since}",
            what="The list as it stands now, and who came or left since",
            moments=moments,
            more="Who came later signs on an empty line.",
        ),
        opening="" if session else heading(wish, "Sign-in sheet", LEADS[on]),
        pages=1 + (lines + SPARE) // ON_A_SHEET,
    )


def _of_all(db: Session, wish: Wish, on: LiesOn) -> tuple[Piece, int, None]:
    """Who has a place, by city and seat, with a space to sign on each day; how many."""
    coming = [one for one in everybody(db, wish.convening) if one.state is RegistrationState.SUBMITTED]
    if not coming:
        raise NothingToPrint(NOBODY)
    return sheet_of(wish.convening, coming, on), len(coming), None


def sheet_of(convening: Convening, coming: Iterable[Listed], on: LiesOn) -> Piece:
    """The sheet of these people. Whose name the table may not say finds an empty line among their city's."""
    coming = list(coming)
    named = {one.person_id for one in coming if one.listed or on is LiesOn.DESK}
    days = (convening.ends_on - convening.starts_on).days + 1
    return set_piece(
        "printing/sign_in.html",
        f"sign-in-{on}",
        "The sheet",
        cities=[
            (city or "Lab and guests", [one for one in group if one.person_id in named], _unnamed(group, named))
            for city, group in ((city, list(found)) for city, found in groupby(coming, key=lambda one: one.city))
        ],
        days=[convening.starts_on + timedelta(days=number) for number in range(min(days, 3))],
        spare=SPARE,
    )


def _of_session(db: Session, wish: Wish, number: str, on: LiesOn) -> tuple[Piece, int, list[datetime]]:
    """Who is expected in a session, by name; of one that excludes the lab nobody is told who is in it (rule 13)."""
    place = next((one for one in _open(db, wish.convening, wish.viewer) if str(one.session.key) == number), None)
    if place is None:
        raise NothingToPrint("No session of the draft that you may know of has that number and a time.")
    there = those_in(place, guests(db, wish.convening))
    agreed = set(
        db.exec(
            select(Registration.person_id).where(
                Registration.convening_id == wish.convening.key, col(Registration.listed).is_(True)
            )
        )
    )
    beside = db.exec(
        select(Person)
        .where(col(Person.id).in_(place.presenting - {one.person_id for one in there}))
        .order_by(col(Person.sort_name), col(Person.name))
    ).all()
    lines = [
        (one.name, _office(one)) for one in there if on is LiesOn.DESK or one.person_id in agreed | place.presenting
    ]
    lines += [(one.name, one.organization) for one in beside]  # speakers, who stand on the agenda by name
    expected = len(there) + len(beside)
    if not expected:
        raise NothingToPrint("Nobody is expected in this session yet: nobody of its audience has a confirmed place.")
    session, zone = place.session, wish.convening.zone
    assert session.starts_at is not None
    assert session.ends_at is not None
    piece = set_piece(
        "printing/sign_in_session.html",
        f"session-{session.key}-{on}",
        session.title,
        convening=wish.convening,
        title=session.title,
        when=clock.said_span(session.starts_at, session.ends_at, zone),
        rooms=rooms_said(session),
        expected=expected,
        lead=LEADS[on],
        lines=lines,
        unnamed=expected - len(lines),
        spare=SPARE,
    )
    return piece, expected, [session.starts_at]


def _open(db: Session, convening: Convening, viewer: Viewer) -> list[Place]:
    unseen = hidden_sessions(db, convening, viewer)
    return [one for one in places(db, convening) if one.session.key not in unseen]


def _office(guest: Guest) -> str:
    return guest.offices[0].said if guest.offices else guest.city


def _unnamed(group: Iterable[Listed], named: Collection[int]) -> int:
    return sum(one.person_id not in named for one in group)


def _where(db: Session, convening: Convening, viewer: Viewer) -> Sequence[tuple[str, str]]:
    return [(LiesOn.DESK.value, "At the desk: all names")]


def _sessions(db: Session, convening: Convening, viewer: Viewer) -> Sequence[tuple[str, str]]:
    zone = convening.zone
    return [
        (
            str(one.session.key),
            f"{clock.said_day(clock.local(at, zone))}, {clock.said_time(at, zone)} {one.session.title}",
        )
        for one in _open(db, convening, viewer)
        if (at := one.session.starts_at) is not None
    ]


SIGN_IN = Printable(
    slug="sign-in",
    title="Sign-in sheets",
    lead="Who has a place, by city, with a space to sign for each day; or who is expected in one session.",
    group=Group.DESK,
    permission="registration.board",
    make=make,
    piece=("sheet", "sheets"),
    options=(
        Option("on", "Where it lies", _where, every="On a table: who agreed to be named", form=True),
        Option("session", "Session", _sessions, every="The whole convening", form=True),
    ),
    unkept=True,
)
