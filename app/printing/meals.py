"""Meal counts on paper, for the caterer: the whole convening, then each meal. Names only where they were granted."""

from app import clock
from app.models import Convening
from app.printing.typesetting import code, templates, zone_of
from app.registration.meals import MealCounts

SHEET = "meal-sheets.css"


def meal_sheet(
    convening: Convening, counts: MealCounts, *, with_names: bool, release: int | None, live: str | None
) -> str:
    """The counts as an HTML document for the press.

    `release` is the agenda's newest, which the draft may have gone past (rule 15). `live` is the whole URL of the
    counts as they stand now, for the organizers; None for a caterer, whose private address does not go on paper.
    """
    return (
        templates()
        .get_template("printing/meals.html")
        .render(
            convening=convening,
            counts=counts,
            with_names=with_names,
            release=release,
            live=live,
            code=code(live) if live else "",
            now=clock.now(),
            zones=zone_of((meal.starts_at for meal in counts.meals), convening.zone) if counts.meals else "",
        )
    )
