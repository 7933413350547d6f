"""The blocks of the draft's grid and the findings beside it, drawn once as long as what is seen of them is the same."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from markupsafe import Markup

from app import clock
from app.agenda.desk import Desk, ShownFinding
from app.agenda.draft import DraftSession
from app.agenda.grid import Block
from app.agenda.grounds import placement_ground
from app.agenda.lenses import DraftLens
from app.models import Openness, SessionFormat
from app.routes.pages import templates

KEPT = 8192
"""Blocks kept in memory, half a kilobyte each: some drafts of several hundred sessions, before and after a change."""


@dataclass(frozen=True, slots=True)
class Face:
    """All that is seen of a block. `start` is wall time, `rooms` the ids of those that it keeps when it is moved, or
    None where it goes to the room it is moved to; `marks` are the numbers of its findings."""

    id: int
    address: str
    classes: str
    again: bool
    title: str
    format: SessionFormat
    start: str
    times: str
    minutes: int
    where: str
    audience: str
    fits: str
    openness: Openness
    protected: bool
    fixed: bool
    cancelled: bool
    seen: str
    rooms: str | None
    marks: tuple[int, ...]


def blocks_of(desk: Desk, at: str, lens: DraftLens | None = None) -> Callable[[Block], Markup]:
    """How the blocks of a desk are drawn; `at` is the address of its draft. What is not in the lens stands back.

    The draft is kept in memory, and in it a session stays the same object until it or what surrounds it changes: its
    block is then known by that and by the little that is the desk's. Else it is known by its face.
    """

    lit = lens.shows(desk.draft, desk.knowing.hidden) if lens else None

    def drawn(block: Block) -> Markup:
        session = block.session
        number = session.id
        back = lit is not None and number not in lit
        seen = desk.titles[number], number in desk.knowing.hidden, desk.marks.get(number, ()), desk.worst.get(number)
        key = id(session), block.place, at, back, *seen
        kept = _recent.get(key)
        if kept is not None and kept[0] is session:
            return kept[1]
        html = _drawn(face_of(desk, block, at, back=back))
        if len(_recent) >= KEPT:
            _recent.clear()
        _recent[key] = session, html
        return html

    return drawn


_recent: dict[tuple[object, ...], tuple[DraftSession, Markup]] = {}
"""The session is kept along, so that its id stays its own."""


def findings_of(here: str, at: str) -> Callable[[ShownFinding], Markup]:
    """How the lines of findings beside a grid are drawn; the convening is at `here` and its draft at `at`."""

    def drawn(shown: ShownFinding) -> Markup:
        return _line(shown, here, at)

    return drawn


def face_of(desk: Desk, block: Block, at: str, *, back: bool = False) -> Face:
    """What is seen of a block, as the desk's viewer may know it; `back`: it stands back behind others."""
    session = block.session
    start, end = (clock.local(moment, desk.draft.zone) for moment in session.span)
    worst = desk.worst.get(session.id)
    classes = [block.classes]
    classes += ["again"] if block.again else []
    classes += ["back"] if back else []
    classes += ["off"] if session.cancelled else []
    classes += [f"is-{worst.said.replace(' ', '-')}"] if worst else []
    return Face(
        id=session.id,
        address=f"{at}/sessions/{session.id}",
        classes=" ".join(classes),
        again=block.again,
        title=desk.titles[session.id],
        format=session.format,
        start=f"{start:%Y-%m-%dT%H:%M}",
        times=f"{start:%H:%M}{clock.NARROW}{end:%H:%M}",
        minutes=session.minutes,
        where=desk.where(session),
        audience=desk.audiences[session.id],
        fits=desk.fits(session),
        openness=session.openness,
        protected=session.protected,
        fixed=session.fixed,
        cancelled=session.cancelled,
        seen=placement_ground(session),
        rooms=" ".join(map(str, session.room_ids)) if block.band or len(session.spots) > 1 else None,
        marks=desk.marks.get(session.id, ()),
    )


@lru_cache(maxsize=KEPT)
def _drawn(face: Face) -> Markup:
    drawn: Markup = vars(templates().get_template("agenda/block.html").module)["block_of"](face)
    return drawn


@lru_cache(maxsize=KEPT // 8)
def _line(shown: ShownFinding, here: str, at: str) -> Markup:
    drawn: Markup = vars(templates().get_template("agenda/parts.html").module)["finding_line"](shown, here, at)
    return drawn
