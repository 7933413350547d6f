"""Meal counts on paper, for the caterer: the whole convening, then each meal. Names only where they were granted."""

from dataclasses import replace

from sqlmodel import Session

from app.models import Convening
from app.people.viewer import Viewer
from app.printing.documents import Group, Option, Printable, Wish, set_piece, set_pieces
from app.printing.list_parts import heading, imprint_of
from app.printing.runs import Document
from app.registration import looks
from app.registration.meals import MealCounts, meal_counts

SHEET = "meal-sheets.css"


def make(db: Session, wish: Wish) -> Document:
    """The counts for the organizers; with the option `names` also what those ask for who allow it (rule 12)."""
    with_names = bool(wish.option("names"))
    counts = meal_counts(db, wish.convening, with_names=with_names)
    return meal_sheet(db, wish, counts, with_names=with_names)


def meal_sheet(db: Session, wish: Wish, counts: MealCounts, *, with_names: bool, by_link: bool = False) -> Document:
    """The counts as a document. `by_link` is for a caterer, whose private address does not go on paper."""
    convening, whole = wish.convening, counts.whole
    changing = "Counts change as people register."
    imprint = imprint_of(
        db,
        wish,
        "/registration/meals",
        moments=[meal.starts_at for meal in counts.meals] or None,
        what="The counts as they stand now",
        more=f"{changing} It names people: destroy it after the last meal." if with_names else changing,
    )
    if by_link:
        below = imprint.below.replace("now: scan the code.", "now are at your private link.")
        imprint = replace(imprint, address="", code="", below=below)
    return set_pieces(
        wish,
        "meal counts",
        [
            set_piece(
                "printing/meals.html", "all", "The counts", convening=convening, counts=counts, with_names=with_names
            )
        ],
        sheet=SHEET,
        imprint=imprint,
        opening=heading(
            wish,
            "Meal counts",
            f"{whole.coming} {_have(whole.coming)} a place; "
            f"{whole.answered} {_have(whole.answered)} answered about food.",
        ),
    )


def note_look(db: Session, wish: Wish) -> None:
    """Put on record that names were given out (rule 12); counts alone name nobody."""
    if wish.option("names"):
        convening = db.get_one(Convening, wish.convening.key)
        note_names(db, convening, meal_counts(db, convening, with_names=True), by=wish.viewer)


def note_names(db: Session, convening: Convening, counts: MealCounts, *, by: Viewer) -> None:
    """How many people were named to whom."""
    people = {one.name for meal in counts.meals for one in meal.named}
    looks.note_names_given(db, convening, len(people), by=by)


def _have(number: int) -> str:
    return "has" if number == 1 else "have"


def _names(db: Session, convening: Convening, viewer: Viewer) -> list[tuple[str, str]]:
    return [("yes", "With the names of those who allow it: the look is on record")]


MEALS = Printable(
    slug="meals",
    title="Caterer’s counts",
    lead="How many come to each meal, and what they ask for.",
    group=Group.DESK,
    permission="needs.read",
    make=make,
    piece=("sheet", "sheets"),
    options=(Option("names", "Names", _names, every="Counts alone: nobody is named", form=True),),
    unkept=True,
    looked=note_look,
)
