"""The commitments letter: to each city's mayor, what the city has said it will do, for them to confirm and sign.

The words are those of released updates and of no draft (rule 5), without what was taken out of them since (rule 6). A
commitment has no owner in an update: who leads it is left open for the mayor to fill in.
"""

from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from sqlmodel import Session, col

from app import clock
from app.models import Convening, Person, Role, Seat, Standing, Tenure
from app.people.directory import organizers
from app.people.policy import may
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
from app.printing.imprint import of_list
from app.printing.runs import Document
from app.printing.update_book import ANSWERS
from app.updates.book import cycle_told
from app.updates.released import Released, released

SHEET = "letter-sheets.css"
PERMISSION = "commitments.print"
"""Held by people of a city for their own."""
NOTHING = (
    "No update of the cohort is released yet. A city’s letter holds the commitments of its newest released update: "
    "release the updates first."
)


def make(db: Session, wish: Wish) -> Document:
    """The letters of all cities that the wish's viewer may print, or of one of them by its slug."""
    convening, slug = wish.convening, wish.option("city")
    letters = [one for one in letters_of(db, convening, wish.viewer) if slug in ("", one.city.slug)]
    if not letters:
        raise NothingToPrint(NOTHING)
    mayors = _mayors(db, convening, {one.city.key for one in letters})
    lab = [one.name for one in organizers(db, convening.cohort_id)]
    newest = max(one.version.key for one in letters)
    cycle = max((one.cycle for one in letters), key=lambda one: one.period_ends_on)
    return set_pieces(
        wish,
        "commitments letters" if len(letters) > 1 else f"commitments letter, {letters[0].city.name}",
        [_piece(convening, one, mayors.get(one.city.key), lab) for one in letters],
        sheet=SHEET,
        imprint=of_list(
            convening,
            f"{wish.settings.address}/{convening.cohort.slug}/updates/{cycle.slug}/book?since={newest}",
            now=wish.at,
            release=None,
            what="What has been released or corrected since this print",
            more="Made of released updates alone.",
        ),
    )


def letters_of(db: Session, convening: Convening, viewer: Viewer) -> list[Released]:
    """Of each city that the viewer may print a letter of, the update that it is made of: that of the convening's own
    cycle where it is released, else the city's newest. By city's name."""
    told = cycle_told(db, convening)
    chosen: dict[int, Released] = {}
    for one in released(db, convening.cohort_id):  # the latest cycle's first
        number = one.city.key
        if not may(viewer, PERMISSION, cohort_id=convening.cohort_id, city_id=number):
            continue
        if number not in chosen or (told is not None and one.cycle.key == told.key):
            chosen[number] = one
    return sorted(chosen.values(), key=lambda one: (one.city.name, one.city.key))


def _piece(convening: Convening, one: Released, mayor: tuple[str, str] | None, lab: Sequence[str]) -> Piece:
    return set_piece(
        "printing/commitments.html",
        f"city-{one.city.slug}",
        one.city.name,
        convening=convening,
        cohort=convening.cohort,
        city=one.city,
        cycle=one.cycle,
        version=one.version,
        released_on=clock.local(one.version.created_at, one.city.zone),
        content=one.content,
        mayor=mayor,
        lab=lab,
        answers=ANSWERS,
    )


def _mayors(db: Session, convening: Convening, cities: Iterable[int]) -> dict[int, tuple[str, str]]:
    """City → its mayor today and the title they hold, whoever signs. One query."""
    today = clock.today("UTC")
    rows = db.execute(
        sa.select(col(Seat.city_id), col(Person.name), col(Tenure.title), col(Seat.label), col(Role.name))
        .join(Tenure, col(Tenure.seat_id) == Seat.id)
        .join(Person, col(Person.id) == Tenure.person_id)
        .join(Role, col(Role.id) == Seat.role_id)
        .where(
            col(Seat.cohort_id) == convening.cohort_id,
            col(Seat.city_id).in_(cities),
            col(Seat.archived_at).is_(None),
            col(Role.standing) == Standing.MAYOR,
            col(Tenure.starts_on) <= today,
            sa.or_(col(Tenure.ends_on).is_(None), col(Tenure.ends_on) >= today),
        )
        .order_by(col(Role.position).desc(), col(Seat.id).desc())
    )
    return {city: (name, title or label or role) for city, name, title, label, role in rows}


def _cities(db: Session, convening: Convening, viewer: Viewer) -> Sequence[tuple[str, str]]:
    return [(one.city.slug, one.city.name) for one in letters_of(db, convening, viewer)]


COMMITMENTS = Printable(
    slug="commitments",
    title="Commitments letters",
    lead="To each city’s mayor: what the city has said it will do, and what became of it, to confirm and sign.",
    group=Group.AFTER,
    permission=PERMISSION,
    make=make,
    piece=("letter", "letters"),
    sides=one_side,
    options=(Option("city", "City", _cities, every="All cities"),),
    single=("city",),
)
