"""The run of show on paper: one sheet for each day and room, to be hung at its door and ticked off with a pen."""

from collections.abc import Sequence
from dataclasses import replace

from sqlmodel import Session

from app import clock
from app.agenda.run_of_show import RunOfShow, run_of_show
from app.agenda.running_order import Sheet
from app.models import Convening
from app.people.viewer import Viewer
from app.printing.documents import Group, Option, Piece, Printable, Wish, set_piece, set_pieces
from app.printing.list_parts import imprint_of
from app.printing.runs import Document
from app.updates.presented import marks_by_session

SHEET = "run-sheets.css"


def make(db: Session, wish: Wish) -> Document:
    """The sheets of the draft, of a day, of a room, or of both, in the words of who prints (rule 13)."""
    show = _show(db, wish.convening, wish.viewer)
    day, room = wish.option("day"), wish.option("room")
    chosen = [
        one
        for one in show.sheets
        if day in ("", one.day.isoformat()) and (not room or (one.room is not None and str(one.room.id) == room))
    ]
    imprint = imprint_of(
        db,
        wish,
        "/run-of-show",
        moments=[line.at for sheet in chosen for line in sheet.lines],
        what="The run of show as it stands now",
        more="For the crew only.",
    )
    return set_pieces(
        wish,
        "run of show",
        [_piece(wish.convening, sheet) for sheet in chosen],
        sheet=SHEET,
        imprint=replace(imprint, stamp=f"Draft as of {imprint.stamp.removeprefix('As of ')}"),
        nothing="No session of the draft has a time there. Place sessions on the draft first.",
    )


def _piece(convening: Convening, sheet: Sheet) -> Piece:
    name = sheet.room.name if sheet.room else "Elsewhere"
    key = f"room-{sheet.room.id if sheet.room else 'none'}-{sheet.day}"
    return set_piece(
        "printing/run_of_show.html",
        key,
        f"{name}, {clock.said_day(sheet.day)}",
        convening=convening,
        sheet=sheet,
        name=name,
    )


def _show(db: Session, convening: Convening, viewer: Viewer) -> RunOfShow:
    return run_of_show(db, convening, viewer, beside=marks_by_session(db, convening, viewer))


def _days(db: Session, convening: Convening, viewer: Viewer) -> Sequence[tuple[str, str]]:
    return [(day.isoformat(), clock.said_day(day)) for day in run_of_show(db, convening, viewer).days]


def _rooms(db: Session, convening: Convening, viewer: Viewer) -> Sequence[tuple[str, str]]:
    return [(str(room.id), room.name) for room in run_of_show(db, convening, viewer).rooms]


RUN_OF_SHOW = Printable(
    slug="run-of-show",
    title="Run of show",
    lead="What the crew does, minute by minute: a sheet for each day and room, to be ticked off with a pen.",
    group=Group.DESK,
    permission="run_of_show.read",
    make=make,
    piece=("sheet", "sheets"),
    options=(Option("day", "Day", _days, every="All days"), Option("room", "Room", _rooms, every="All rooms")),
    unkept=True,
)
