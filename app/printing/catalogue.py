"""All that can be printed of a convening, in the order in which the page lists it."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from app.models import Convening, PrintRun
from app.people.policy import may
from app.people.viewer import Viewer, viewer_of
from app.printing.badges import BADGES
from app.printing.booklet import BOOKLET
from app.printing.briefs import BRIEFS
from app.printing.certificate import CERTIFICATE
from app.printing.commitments import COMMITMENTS
from app.printing.documents import Elsewhere, Group, NothingToPrint, Printable, Wish
from app.printing.door_list import DOOR_LIST
from app.printing.door_signs import DOOR_SIGNS
from app.printing.meals import MEALS
from app.printing.papers import Paper
from app.printing.personal import PERSONAL, POCKET_CARD
from app.printing.programme import AGENDA
from app.printing.rooming import ROOMING
from app.printing.roster import ROSTER
from app.printing.run_of_show import RUN_OF_SHOW
from app.printing.runs import Document, Maker, Nothing
from app.printing.sign_in import SIGN_IN
from app.printing.tables import SEAT_CARDS, TABLE_LISTS, TABLE_NUMBERS
from app.printing.tents import TENTS
from app.settings import Settings

CATALOGUE: tuple[Printable, ...] = (
    BOOKLET,
    AGENDA,
    PERSONAL,
    POCKET_CARD,
    BADGES,
    DOOR_SIGNS,
    TENTS,
    TABLE_LISTS,
    SEAT_CARDS,
    TABLE_NUMBERS,
    BRIEFS,
    ROSTER,
    DOOR_LIST,
    SIGN_IN,
    RUN_OF_SHOW,
    MEALS,
    ROOMING,
    COMMITMENTS,
    CERTIFICATE,
)

UPDATE_BOOK = Elsewhere(
    slug="update-book",
    title="Update book",
    lead="All that is released of the newest cycle, city by city; each copy names its reader.",
    group=Group.EVERYBODY,
    permission="update.read",
)
"""It is a cycle's and no convening's, so it has a page of its own."""

PRINTABLE = {one.slug: one for one in CATALOGUE}


def open_to(viewer: Viewer, convening: Convening) -> list[Printable | Elsewhere]:
    """What the viewer may print."""
    every: list[Printable | Elsewhere] = [*CATALOGUE, UPDATE_BOOK]
    return [one for one in every if may(viewer, one.permission, cohort_id=convening.cohort_id)]


def run_name(slug: str) -> str:
    """What the runs of a document are called on record."""
    return f"print {slug}"


def kept(wish: Wish) -> dict[str, Any]:
    """The wish as a run keeps it."""
    return {
        "convening": wish.convening.key,
        "paper": wish.paper.value,
        "options": dict(wish.options),
        "only": sorted(wish.only) if wish.only is not None else None,
        "at": wish.at.isoformat(),
        "by": wish.viewer.actor_id,
        "acting_for": wish.viewer.person_id if wish.viewer.acting else None,
    }


def wished(db: Session, settings: Settings, wanted: dict[str, Any]) -> Wish:
    """The wish of a run, as who asked for it may see it now."""
    return Wish(
        convening=db.get_one(Convening, wanted["convening"]),
        viewer=viewer_of(db, wanted["by"], acting_for=wanted["acting_for"]),
        settings=settings,
        paper=Paper(wanted["paper"]),
        options=wanted["options"],
        only=frozenset(wanted["only"]) if wanted["only"] is not None else None,
        at=datetime.fromisoformat(wanted["at"]),
    )


def is_own(run: PrintRun, viewer: Viewer) -> bool:
    """Whether the viewer, in the same place as now, asked for the run: an assistant sees less than their principal."""
    acting_for = viewer.person_id if viewer.acting else None
    return (run.wanted.get("by"), run.wanted.get("acting_for")) == (viewer.actor_id, acting_for)


def _maker(printable: Printable) -> Maker:
    def make(db: Session, settings: Settings, wanted: dict[str, Any]) -> Document:
        wish = wished(db, settings, wanted)
        if not may(wish.viewer, printable.permission, cohort_id=wish.convening.cohort_id):
            raise Nothing("Whoever asked for this print may not see it any more.")
        try:
            return printable.make(db, wish)
        except NothingToPrint as nothing:
            raise Nothing(nothing.sentence) from nothing

    return make


MAKERS: dict[str, Maker] = {run_name(one.slug): _maker(one) for one in CATALOGUE}
"""How the worker makes each."""
