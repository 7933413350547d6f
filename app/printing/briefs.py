"""Speakers' briefs on paper: what each is told of their parts, in the house's type."""

from collections.abc import Sequence

from sqlmodel import Session

from app import clock
from app.agenda.briefs import Brief, briefs_of, parts_of
from app.agenda.chasing import hidden_sessions
from app.agenda.speakers import read_equipment
from app.gatherings.details import GONE
from app.models import Convening
from app.people.prose import prose
from app.people.viewer import Viewer
from app.printing.documents import (
    Group,
    NothingToPrint,
    Option,
    Piece,
    Printable,
    Wish,
    one_side,
    set_piece,
    set_pieces,
)
from app.printing.imprint import Imprint, of_list, of_release
from app.printing.runs import Document

SHEET = "brief-sheets.css"


def make(db: Session, wish: Wish) -> Document:
    """The briefs of all who have a part that the viewer may know of (rule 13), or of one of them."""
    number = wish.option("person")
    unseen = hidden_sessions(db, wish.convening, wish.viewer)
    parts = [
        one
        for one in parts_of(db, wish.convening)
        if one.session_id not in unseen and one.state not in GONE and number in ("", str(one.person_id))
    ]
    if not parts:
        raise NothingToPrint("Nobody has a part yet: give a session its speakers, and their briefs are here.")
    return brief_sheets(wish, briefs_of(db, wish.convening, parts))


def brief_sheets(wish: Wish, briefs: Sequence[Brief]) -> Document:
    """These briefs, each from a page of its own.

    The private address of the speaker does not stand on it: paper is left lying about. Nor does what they need for
    themselves (rule 12).
    """
    return set_pieces(
        wish,
        f"brief for {briefs[0].person.name}" if len(briefs) == 1 else "speakers’ briefs",
        [_piece(one) for one in briefs],
        sheet=SHEET,
        imprint=_imprint(wish, briefs),
    )


def _piece(brief: Brief) -> Piece:
    parts = [part for part in brief.parts if not part.is_gone]
    moments = [part.starts_at for part in parts if part.starts_at]
    zone = brief.convening.zone
    return set_piece(
        "printing/brief.html",
        f"person-{brief.person.key}",
        brief.person.name,
        brief=brief,
        convening=brief.convening,
        parts=parts,
        beside=brief.place if any(f"in {brief.place})" in part.when for part in parts) else "",
        zones=" and ".join(dict.fromkeys(clock.zone_abbreviation(one, zone) for one in moments)),
        told={part.id: prose(part.brief) for part in parts},
        contacts=prose(brief.convening.contacts),
        equipment={part.id: read_equipment(part.equipment) for part in parts},
    )


def _imprint(wish: Wish, briefs: Sequence[Brief]) -> Imprint:
    release = briefs[0].release
    moments = [part.starts_at for one in briefs for part in one.parts if part.starts_at]
    if release is not None:
        number, at = release.number, release.created_at
        return of_release(wish.convening, number, at, site=wish.settings.address, now=wish.at, moments=moments)
    return of_list(
        wish.convening,
        wish.address("/agenda"),
        now=wish.at,
        release=None,
        what="The agenda, once it is published",
        moments=moments,
        more="Before the first release: times and rooms may still change.",
    )


def _people(db: Session, convening: Convening, viewer: Viewer) -> Sequence[tuple[str, str]]:
    unseen = hidden_sessions(db, convening, viewer)
    people = {one.person_id: one.person for one in parts_of(db, convening) if one.session_id not in unseen}
    return sorted(((str(number), one.name) for number, one in people.items()), key=lambda one: one[1].casefold())


BRIEFS = Printable(
    slug="briefs",
    title="Speakers’ briefs",
    lead="Each speaker’s parts: when, where, with whom, set-up and equipment, and whom to call.",
    group=Group.EVERYBODY,
    permission="speaker.chase",
    make=make,
    piece=("brief", "briefs"),
    sides=one_side,
    options=(Option("person", "Speaker", _people, every="All of them"),),
    single=("person",),
)
