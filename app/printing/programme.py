"""The printed agenda: what a viewer may see of a release, set as a programme (rules 13 and 15)."""

from datetime import datetime

from sqlmodel import Session

from app.agenda import published
from app.agenda.published import PublishedAgenda, heading_of
from app.models import Convening
from app.printing.documents import Group, NothingToPrint, Printable, Wish
from app.printing.imprint import OPEN, of_release, zones
from app.printing.papers import Paper, style
from app.printing.runs import Document
from app.printing.shelf import name_of
from app.printing.typesetting import templates
from app.settings import Settings

SHEET = "printing.css"
FEW = 8
"""An agenda of no more sessions than this is set in one run; of longer ones each day begins a page."""


def programme(
    convening: Convening, agenda: PublishedAgenda, *, site: str, now: datetime, newest: int | None = None
) -> str:
    """The agenda as an HTML document for the press, for the program at the address `site`.

    It says the event's time only: paper is read where the event is, and those who may see the same share a print. An
    older release stands under the heading that it was published with; `newest` is then the release that holds now.
    """
    moments = [session.starts_at for session in agenda.sessions]
    template = templates().get_template("printing/programme.html")
    return template.render(
        heading=heading_of(convening) | dict(agenda.heading),
        agenda=agenda,
        newest=newest if newest != agenda.release_number else None,
        zones=zones(convening, moments, agenda.zone),
        imprint=of_release(
            convening,
            agenda.release_number,
            agenda.released_at,
            site=site,
            now=now,
            moments=moments,
            newest=newest,
            zone=agenda.zone,
        ),
        each_day_a_page=len(agenda.sessions) > FEW,
    )


def agenda_sheet(
    convening: Convening,
    agenda: PublishedAgenda,
    settings: Settings,
    paper: Paper,
    *,
    now: datetime,
    newest: int | None = None,
) -> Document:
    """A release of the agenda as a document of one piece; `newest` is the release that holds now."""
    html = programme(convening, agenda, site=settings.address, now=now, newest=newest)
    lasting = name_of(html.replace(OPEN, "", 1), style(SHEET), str(paper))[:16]
    return Document(
        html,
        SHEET,
        paper,
        pages=len(agenda.days) or 1,
        pieces={"agenda": [lasting, "The agenda"]},
        release=agenda.release_number,
    )


def make(db: Session, wish: Wish) -> Document:
    """The newest release as the viewer may see it."""
    agenda = published.agenda(db, wish.convening, wish.viewer)
    if agenda is None:
        raise NothingToPrint(f"The agenda of {wish.convening.title} is not published yet.")
    return agenda_sheet(wish.convening, agenda, wish.settings, wish.paper, now=wish.at)


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
