"""The printed agenda: what a viewer may see of a release, set as a programme (rules 13 and 15)."""

from dataclasses import replace
from datetime import time

from sqlmodel import Session

from app import clock
from app.agenda import published
from app.agenda.published import PublishedAgenda, heading_of
from app.models import Convening
from app.printing.documents import Group, NothingToPrint, Printable, Wish
from app.printing.papers import Paper
from app.printing.runs import Document
from app.printing.typesetting import code, templates, zone_of
from app.settings import Settings

SHEET = "printing.css"
FEW = 8
"""An agenda of no more sessions than this is set in one run; of longer ones each day begins a page."""


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


def agenda_sheet(
    convening: Convening, agenda: PublishedAgenda, settings: Settings, paper: Paper, *, newest: int | None = None
) -> Document:
    """A release of the agenda as a document of one piece; `newest` is the release that holds now."""
    changes = f"{settings.address}{convening.path}/agenda/releases/{agenda.release_number}/changes"
    document = Document(
        programme(convening, agenda, changes_at=changes, newest=newest), SHEET, paper, pages=len(agenda.days) or 1
    )
    return replace(document, pieces={"agenda": [document.name[:16], "The agenda"]}, release=agenda.release_number)


def make(db: Session, wish: Wish) -> Document:
    """The newest release as the viewer may see it."""
    agenda = published.agenda(db, wish.convening, wish.viewer)
    if agenda is None:
        raise NothingToPrint(f"The agenda of {wish.convening.title} is not published yet.")
    return agenda_sheet(wish.convening, agenda, wish.settings, wish.paper)


AGENDA = Printable(
    slug="agenda",
    title="Agenda",
    lead="The newest release as a list: times, rooms, who presents, and what it is for.",
    group=Group.EVERYBODY,
    permission="agenda.read",
    make=make,
    piece=("agenda", "agendas"),
    single=(),
)
