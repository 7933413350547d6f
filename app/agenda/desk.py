"""The organizers' desk: a draft with all that its page shows of it, in the words of who looks (rule 13)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from app.agenda import wording
from app.agenda.budget import BudgetLine, time_budget
from app.agenda.cures import Cure, cures
from app.agenda.draft import Draft, DraftSession
from app.agenda.findings import Finding, Gravity, check
from app.agenda.grid import DayGrid, day_grid, days_of
from app.agenda.loading import load_draft
from app.models import Convening
from app.people.audiences import names_for, said
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
    who lets it stand, and why."""

    number: int
    finding: Finding
    said: str
    cures: tuple[tuple[str, Cure], ...]
    override: tuple[str, str] | None

    @property
    def gravity(self) -> Gravity:
        return self.finding.gravity


@dataclass(frozen=True, slots=True)
class Desk:
    """`marks` are the numbers of the findings of each session, notes apart, and `worst` is the gravest of them;
    `audiences` are in words, `titles` as the viewer may know them, all by the session's id. `more` counts the
    findings beyond those shown."""

    draft: Draft
    titles: Mapping[int, str]
    audiences: Mapping[int, str]
    found: tuple[Finding, ...]
    shown: tuple[ShownFinding, ...]
    marks: Mapping[int, tuple[int, ...]]
    worst: Mapping[int, Gravity]
    budget: tuple[BudgetLine, ...]
    days: tuple[date, ...]

    @property
    def more(self) -> int:
        return len(self.found) - len(self.shown)

    @property
    def blocking(self) -> int:
        """Findings that must be fixed before a release, and that nobody lets stand."""
        return sum(1 for one in self.found if one.gravity is Gravity.MUST_FIX and one.key not in self.draft.overrides)

    def grids(self, day: date | None) -> list[DayGrid]:
        """The grid of a day, or of all (None)."""
        return [day_grid(self.draft, one) for one in self.days if day in (None, one)]

    def where(self, session: DraftSession) -> str:
        return wording.said_rooms(self.draft, session)

    def fits(self, session: DraftSession) -> str:
        """How many it is for against how many places there are: "54/90", or "54" where places are not known."""
        people = session.bound.bit_count()
        known = [spot.capacity for spot in session.spots if spot.capacity is not None]
        return f"{people}/{sum(known)}" if known and len(known) == len(session.spots) else str(people)

    def shift(self, before: "list[Finding]") -> str:
        """What a change made and cured, in words: "It makes 2 conflicts and cures 1." or ""."""
        old = {one.key for one in before if one.gravity is not Gravity.NOTE}
        new = {one.key for one in self.found if one.gravity is not Gravity.NOTE}
        made, gone = len(new - old), len(old - new)
        said = [f"makes {_counted(made)}"] if made else []
        said += [f"cures {_counted(gone)}"] if gone else []
        return f"It {' and '.join(said)}." if said else ""


def set_up_desk(db: Session, convening: Convening, viewer: Viewer) -> Desk:
    """The desk of a convening's draft, for the viewer."""
    return desk_of(db, load_draft(db, convening), viewer)


def desk_of(db: Session, draft: Draft, viewer: Viewer) -> Desk:
    """The same of a draft that is loaded already."""
    titles = wording.titles_for(draft, viewer)
    found = check(draft)
    shown = tuple(_show(number, one, draft, titles) for number, one in enumerate(found[:MOST_SHOWN], 1))
    marks: dict[int, tuple[int, ...]] = {}
    worst: dict[int, Gravity] = {}
    for one in shown:
        if one.gravity is not Gravity.NOTE:
            for session_id in one.finding.session_ids:
                marks[session_id] = (*marks.get(session_id, ()), one.number)
                worst.setdefault(session_id, one.gravity)
    names = names_for(db, {one.rule for one in draft.sessions}, draft.cohort_id)
    words = {rule: said(rule, names) for rule in {one.rule for one in draft.sessions}}
    return Desk(
        draft=draft,
        titles=titles,
        audiences={one.id: words[one.rule] for one in draft.sessions},
        found=tuple(found),
        shown=shown,
        marks=marks,
        worst=worst,
        budget=tuple(time_budget(draft)),
        days=tuple(days_of(draft)),
    )


def _show(number: int, finding: Finding, draft: Draft, titles: Mapping[int, str]) -> ShownFinding:
    ways = cures(finding, draft) if number <= MOST_CURED and finding.gravity is not Gravity.NOTE else []
    alone = len(finding.session_ids) == 1
    labels = (way.words.format(it="it" if alone else f"“{_short(titles[way.session_id])}”") for way in ways)
    sentence = wording.said(finding, draft, titles)
    return ShownFinding(
        number, finding, sentence, tuple(zip(labels, ways, strict=True)), draft.overrides.get(finding.key)
    )


def _short(title: str) -> str:
    return title if len(title) <= SHORT else f"{title[:SHORT].rstrip()}…"


def _counted(number: int) -> str:
    return "one conflict" if number == 1 else f"{number} conflicts"
