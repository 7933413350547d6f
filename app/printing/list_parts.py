"""What lists on paper have in common: they change without a release of their own, so they say as of when they are."""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session

from app.agenda import published
from app.printing.documents import Wish
from app.printing.imprint import Imprint, of_list
from app.printing.typesetting import templates


def imprint_of(
    db: Session,
    wish: Wish,
    live: str,
    *,
    moments: Iterable[datetime] | None = None,
    what: str = "The list as it stands now",
    more: str = "",
) -> Imprint:
    """As of when, after which release, and the way to the list as it stands now (`live`, a path of the convening)."""
    return of_list(
        wish.convening,
        wish.address(live),
        now=wish.at,
        release=published.latest_number(db, wish.convening),
        moments=moments,
        what=what,
        more=more,
    )


def heading(wish: Wish, title: str, lead: str = "") -> str:
    """What stands above the first piece: the convening, the list's title, and a sentence about it."""
    return templates().get_template("printing/list_head.html").render(convening=wish.convening, title=title, lead=lead)
