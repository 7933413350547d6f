"""A speaker's brief on paper: what they are told of their parts, in the house's type (printing.css)."""

from app import clock
from app.agenda.briefs import Brief
from app.agenda.speakers import read_equipment
from app.people.prose import prose
from app.printing.typesetting import code, templates

SHEET = "printing.css"


def speaker_brief(brief: Brief, *, changes_at: str) -> str:
    """The brief as an HTML document for the press; `changes_at` is the whole URL that its code opens (rule 15).

    The private address of the speaker does not stand on it: paper is left lying about. Nor does what they need for
    themselves (rule 12).
    """
    parts = [part for part in brief.parts if not part.is_gone]
    moments = [part.starts_at for part in parts if part.starts_at]
    zone = brief.convening.zone
    return (
        templates()
        .get_template("printing/brief.html")
        .render(
            brief=brief,
            convening=brief.convening,
            parts=parts,
            beside=brief.place if any(f"in {brief.place})" in part.when for part in parts) else "",
            zones=" and ".join(dict.fromkeys(clock.zone_abbreviation(one, zone) for one in moments)),
            told={part.id: prose(part.brief) for part in parts},
            equipment={part.id: read_equipment(part.equipment) for part in parts},
            changes_at=changes_at,
            code=code(changes_at),
            today=clock.today(zone),
        )
    )
