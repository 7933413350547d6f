"""The printed agenda: what a viewer may see of a release, set as a programme (rules 13 and 15)."""

from datetime import time

from app import clock
from app.agenda.published import PublishedAgenda, heading_of
from app.models import Convening
from app.printing.typesetting import code, templates, zone_of

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
