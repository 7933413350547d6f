"""What a print will be, told before it is made, and remembered until something on record changes: all that stands in
what is kept is on record, so a page before printing asks for one number and builds nothing twice."""

from collections import OrderedDict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from sqlmodel import Session

from app import clock
from app.agenda.memory import LAST
from app.people.viewer import Viewer
from app.printing.documents import NothingToPrint, Printable, Wish
from app.printing.runs import Document
from app.printing.shelf import name_of

FRESH = timedelta(minutes=10)
"""How long a list may be served as of a moment that has gone by."""
MOST_KEPT = 300


@dataclass(frozen=True, slots=True)
class Plan:
    """A document without its words: `name` is its name on the shelf, `stamp` what it is made of (see Document), `at`
    the UTC instant that it is made as of. Where there is `nothing` to print, that is the sentence that says why."""

    at: datetime
    name: str = ""
    stamp: str = ""
    pages: int = 0
    pieces: Mapping[str, list[str]] | None = None
    release: int | None = None
    folded: bool = False
    nothing: str = ""

    @property
    def parts(self) -> Mapping[str, list[str]]:
        return self.pieces or {}

    def own_stamp(self, viewer: Viewer) -> str:
        """What the viewer's own runs of it are found by: nobody is given another's run (rule 13)."""
        return name_of(self.stamp, str(viewer.actor_id), str(viewer.person_id))


_kept: OrderedDict[Hashable, tuple[tuple[Any, ...], Plan]] = OrderedDict()
_lock = Lock()


def plan_of(db: Session, printable: Printable, wish: Wish) -> Plan:
    """The plan of what is wished for. It is the same object while nothing on record changes, for FRESH at the most."""
    key = (
        str(db.get_bind().engine.url),
        printable.slug,
        wish.convening.key,
        wish.paper,
        tuple(sorted(wish.options.items())),
        wish.only,
        wish.viewer.actor_id,
        wish.viewer.person_id,
        clock.today(wish.convening.zone),
    )
    position = tuple(db.execute(LAST).one())
    with _lock:
        found = _kept.get(key)
    if found and found[0] == position and abs(wish.at - found[1].at) < FRESH and not printable.unkept:
        return found[1]
    plan = _made(db, printable, wish)
    with _lock:
        _kept[key] = position, plan
        _kept.move_to_end(key)
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return plan


def stands_until(plan: Plan, zone: str) -> datetime:
    """The instant (UTC) from which another is made though nothing has changed: what is told as of a moment grows old,
    and after the last day in the convening's `zone` nothing is subject to change."""
    return min(plan.at + FRESH, clock.day_after(zone))


def plan_from(document: Document, at: datetime) -> Plan:
    return Plan(
        at, document.name, document.stamp, document.pages, dict(document.pieces), document.release, document.folded
    )


def _made(db: Session, printable: Printable, wish: Wish) -> Plan:
    try:
        return plan_from(printable.make(db, wish), wish.at)
    except NothingToPrint as nothing:
        return Plan(wish.at, nothing=nothing.sentence)
