"""The organizers' desk: a draft with all that its page shows of it, in the words of who looks (rule 13)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from app.agenda import wording
from app.agenda.budget import BudgetLine
from app.agenda.cures import Cure, cures
from app.agenda.draft import Draft, DraftSession, LetStand
from app.agenda.findings import Checked, Finding, Gravity, in_the_way, standing
from app.agenda.grid import DayGrid, day_grid, days_of
from app.agenda.memory import recall
from app.agenda.wording import Knowing, known_to
from app.models import Convening
from app.people.viewer import Viewer

MOST_SHOWN = 60
"""Findings written out; the others are counted. They come back as these are cured."""

SHORT = 32
"""Letters of a title on a button."""

MOST_CURED = 20
"""Findings for which ways out are looked for."""


@dataclass(frozen=True, slots=True)
class ShownFinding:
    """A finding as it stands in the list: its number, its sentence, its ways out with what their buttons say, and
    who lets it stand, and why. `earlier`: who did when less was found."""

    number: int
    finding: Finding
    said: str
    cures: tuple[tuple[str, Cure], ...]
    override: LetStand | None
    earlier: LetStand | None

    @property
    def gravity(self) -> Gravity:
        return self.finding.gravity


@dataclass(frozen=True, slots=True)
class Desk:
    """`marks` are the numbers of the findings of each session, notes apart, and `worst` is the gravest of them;
    `audiences` are in words, `titles` as the viewer may know them, all by the session's id. `more` counts the
    findings beyond those shown."""

    draft: Draft
    knowing: Knowing
    audiences: Mapping[int, str]
    found: tuple[Finding, ...]
    shown: tuple[ShownFinding, ...]
    marks: Mapping[int, tuple[int, ...]]
    worst: Mapping[int, Gravity]
    budget: tuple[BudgetLine, ...]
    days: tuple[date, ...]

    @property
    def titles(self) -> Mapping[int, str]:
        return self.knowing.titles

    @property
    def more(self) -> int:
        return len(self.found) - len(self.shown)

    @property
    def blocking(self) -> int:
        """Findings that must be fixed before a release, and that nobody lets stand."""
        return sum(1 for one in self.found if in_the_way(one, self.draft))

    def grids(self, day: date | None) -> list[DayGrid]:
        """The grid of a day, or of all (None)."""
        return [day_grid(self.draft, one) for one in self.days if day in (None, one)]

    def where(self, session: DraftSession) -> str:
        return wording.said_rooms(self.draft, session)

    def fits(self, session: DraftSession) -> str:
        """How many it is for against how many places there are: "54/90", or "54" where places are not known; "" where
        the viewer may not know who is in it (rule 13)."""
        if session.id in self.knowing.hidden:
            return ""
        people = session.bound.bit_count()
        known = [spot.capacity for spot in session.spots if spot.capacity is not None]
        return f"{people}/{sum(known)}" if known and len(known) == len(session.spots) else str(people)

    def shift(self, before: Iterable[Finding]) -> str:
        """What a change made and cured, in words: "It makes 2 conflicts and cures 1." or ""."""
        old = {one.key for one in before if one.gravity is not Gravity.NOTE}
        new = {one.key for one in self.found if one.gravity is not Gravity.NOTE}
        made, gone = len(new - old), len(old - new)
        said = [f"makes {_counted(made)}"] if made else []
        said += [f"cures {_counted(gone)}"] if gone else []
        return f"It {' and '.join(said)}." if said else ""


def set_up_desk(db: Session, convening: Convening, viewer: Viewer) -> Desk:
    """The desk of a convening's draft, for the viewer."""
    return desk_of(recall(db, convening), viewer)


def desk_of(checked: Checked, viewer: Viewer, only: Iterable[Finding] | None = None) -> Desk:
    """The same of a draft that is loaded and checked already, with all that is found or `only` some of it, of which
    notes are marked on the grid too."""
    draft = checked.draft
    knowing = known_to(draft, viewer)
    found = checked.found if only is None else tuple(only)
    shown = tuple(_show(number, one, draft, knowing) for number, one in enumerate(found[:MOST_SHOWN], 1))
    marks: dict[int, tuple[int, ...]] = {}
    worst: dict[int, Gravity] = {}
    for one in shown:
        if one.gravity is not Gravity.NOTE or only is not None:
            for session_id in _told(one.finding, knowing):
                marks[session_id] = (*marks.get(session_id, ()), one.number)
                worst.setdefault(session_id, one.gravity)
    words = draft.words
    return Desk(
        draft=draft,
        knowing=knowing,
        audiences={one.id: "" if one.id in knowing.hidden else words.get(one.rule, "") for one in draft.sessions},
        found=found,
        shown=shown,
        marks=marks,
        worst=worst,
        budget=checked.budget,
        days=tuple(days_of(draft)),
    )


def _told(finding: Finding, knowing: Knowing) -> Iterable[int]:
    """The sessions at which a finding is marked: a whole city's, not where it would tell who is in them (rule 13)."""
    of_a_city = finding.kind in wording.OF_A_CITY
    return (number for number in finding.session_ids if not (of_a_city and number in knowing.hidden))


def _show(number: int, finding: Finding, draft: Draft, knowing: Knowing) -> ShownFinding:
    ways = cures(finding, draft, knowing) if number <= MOST_CURED else []
    alone = len(finding.session_ids) == 1
    labels = (
        way.words.format(it="it" if alone and way.named_id == way.session_id else _quoted(knowing.titles[way.named_id]))
        for way in ways
    )
    override = draft.overrides.get(finding.key)
    holds = standing(finding, draft) is not None
    return ShownFinding(
        number,
        finding,
        wording.said(finding, draft, knowing),
        tuple(zip(labels, ways, strict=True)),
        override if holds else None,
        None if holds else override,
    )


def _quoted(title: str) -> str:
    return f"“{title}”" if len(title) <= SHORT else f"“{title[:SHORT].rstrip()}…”"


def _counted(number: int) -> str:
    return "one conflict" if number == 1 else f"{number} conflicts"
