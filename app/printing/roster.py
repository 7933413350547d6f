"""The list of participants on paper, for participants: who allows it, by city."""

from app import clock
from app.models import Convening
from app.printing.typesetting import code, templates
from app.registration.roster import Roster

SHEET = "roster-sheets.css"


def roster_sheet(convening: Convening, roster: Roster, *, live: str) -> str:
    """The list as an HTML document for the press; `live` is the whole URL of the list as it stands now."""
    return (
        templates()
        .get_template("printing/roster.html")
        .render(convening=convening, roster=roster, live=live, code=code(live), now=clock.now())
    )
