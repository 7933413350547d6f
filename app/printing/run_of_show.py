"""The run of show on paper: one sheet for each day and room, to be hung at its door and ticked off with a pen."""

from collections.abc import Sequence

from app import clock
from app.agenda.running_order import Sheet
from app.models import Convening
from app.printing.typesetting import code, templates, zone_of


def run_sheets(convening: Convening, sheets: Sequence[Sheet], *, live: str, release: int | None) -> str:
    """The sheets as an HTML document for the press. `live` is the whole URL of the run of show, which its code opens;
    `release` the number of the newest release, which the draft may have gone past (rule 15)."""
    return (
        templates()
        .get_template("printing/run_of_show.html")
        .render(
            convening=convening,
            sheets=sheets,
            live=live,
            code=code(live),
            release=release,
            now=clock.now(),
            zones=zone_of((line.at for sheet in sheets for line in sheet.lines), convening.zone),
        )
    )
