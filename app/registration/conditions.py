"""On what terms one registers, beyond when (terms.py): approval, time to accept, notices, the roster, the purge."""

from dataclasses import dataclass

from sqlmodel import Session

from app.models import Convening
from app.people.audit import Refused, verb
from app.people.prose import as_written
from app.people.viewer import Viewer

LONGEST_NOTICE = 2000
SUGGESTED = {
    "records_notice": "What you write here is kept by the lab to run this convening, and may have to be disclosed "
    "under public-records law. Food, access and travel details are deleted some weeks after it.",
    "photo_notice": "Photographs are taken at the convening for the lab’s own publications. Say no, and you are not "
    "in them: your badge will say so to the photographer.",
    "minors_notice": "Do not name children or students here, and upload nothing that tells of one.",
}
"""What an organizer begins with where nothing has been said yet (rule 20)."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """With 0 `hours_to_accept` a freed place is given, not offered; `purge_days` count from the last day (rule 12)."""

    needs_approval: bool
    hours_to_accept: int
    roster_shown: bool
    purge_days: int
    records_notice: str
    photo_notice: str
    minors_notice: str


def conditions_of(convening: Convening) -> Conditions:
    """The terms as they stand."""
    return Conditions(**{name: getattr(convening, name) for name in Conditions.__dataclass_fields__})


@verb
def set_conditions(db: Session, convening: Convening, conditions: Conditions, *, by: Viewer) -> None:
    """Set the terms. Who is registered already stays so; what waits for approval keeps waiting."""
    if not 0 <= conditions.hours_to_accept <= 336:
        raise Refused("Give people up to two weeks (336 hours), or 0 for a place at once.", "hours_to_accept")
    if not 1 <= conditions.purge_days <= 365:
        raise Refused("Private needs go after 1 to 365 days.", "purge_days")
    for name in Conditions.__dataclass_fields__:
        value = getattr(conditions, name)
        setattr(
            convening, name, as_written(value, longest=LONGEST_NOTICE, field=name) if isinstance(value, str) else value
        )
    db.add(convening)
