"""What an address or a form wishes printed, and what the page before printing says of it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode

from sqlmodel import Session

from app.models import Convening, PrintRun, RunState
from app.people.names import matches
from app.people.viewer import Viewer
from app.printing.catalogue import is_own
from app.printing.circulation import Difference, Held
from app.printing.documents import Option, Printable, Wish
from app.printing.papers import Paper
from app.printing.plans import FRESH, Plan
from app.printing.runs import UNDER_WAY, last_run
from app.printing.shelf import PRINTS
from app.settings import Settings

FEW = 12
"""Choices that a list shows; of more, one types a part."""
MOST_LISTED = 20
SHOWN = 24
"""Pages that are shown as pictures."""


@dataclass(frozen=True, slots=True)
class Offer:
    """An option as it is offered: `typed` in words where the choices are many, `error` where it names none of them."""

    option: Option
    choices: list[tuple[str, str]]
    value: str
    typed: str
    error: str = ""

    @property
    def is_long(self) -> bool:
        return len(self.choices) > FEW

    @property
    def is_no_choice(self) -> bool:
        """Where all there is, is one: a mayor’s own papers. One other form of a document is a choice."""
        return self.option.narrows and len(self.choices) < 2 and not self.typed


def offers_of(
    db: Session,
    convening: Convening,
    viewer: Viewer,
    printable: Printable,
    asked: Mapping[str, str],
    paper: Paper,
) -> list[Offer]:
    """The document's options with what is chosen of each: a value, or the words of one. Where one has to be, it is the
    first until another is chosen, and said, so that a run keeps which it was: of two sessions with tables, say."""
    found = []
    for option in printable.options:
        choices = option.offered(db, convening, viewer, paper)
        said = asked.get(option.name, "").strip()
        by_words = {words.casefold(): value for value, words in choices}
        words_of = dict(choices)
        value = said if said in words_of else by_words.get(said.casefold(), "")
        error = (
            f"“{said}” is not among them. Choose one of the list."
            if said and not value and said not in option.paper_of
            else ""
        )
        if not value and not error and not option.every and choices:
            value = choices[0][0]
        found.append(Offer(option, choices, value, words_of.get(value, said), error))
    return found


def wish_of(
    asked: Mapping[str, str],
    settings: Settings,
    convening: Convening,
    viewer: Viewer,
    printable: Printable,
    paper: Paper,
) -> Wish:
    """What is asked for, with the options that the document knows; `only` names pieces, with commas between."""
    options = {one.name: asked[one.name] for one in printable.options if asked.get(one.name)}
    only = frozenset(asked["only"].split(",")) if asked.get("only") else None
    return Wish(convening, viewer, settings, paper, options, only)


def fields_of(wish: Wish, of_changes: bool = False) -> dict[str, str]:
    """The wish as the fields of a form, or an address's query."""
    fields = {"paper": wish.paper.value, **wish.options}
    if of_changes:
        return {"only": "changed"}
    if wish.only:
        fields["only"] = ",".join(sorted(wish.only))
    return fields


def first_stale(changes: list[tuple[Wish, Difference]], wish: Wish) -> tuple[Wish, Difference]:
    """What is to be printed of what has changed, in the newest form of which something has: one form a print."""
    for whole, found in changes:
        if found.is_stale:
            return replace(whole, only=found.to_print), found
    return replace(wish, only=frozenset()), Difference()


def page_of(wish: Wish, printable: Printable, of_changes: bool = False) -> str:
    """The address of the page before printing, for this wish."""
    return f"{wish.convening.path}/print/{printable.slug}?{urlencode(fields_of(wish, of_changes))}"


def last_of(db: Session, settings: Settings, plan: Plan, wish: Wish) -> PrintRun | None:
    """The viewer's own run of what is planned: under way, or done and still what it would be now and on the shelf. One
    that failed or was stopped is told too, so that it does not begin by itself again."""
    run = last_run(db, plan.own_stamp(wish.viewer))
    if run is None or not is_own(run, wish.viewer) or run.state is not RunState.DONE:
        return run
    here = PRINTS.place(settings.data_dir / "cache", run.file).exists()
    pieces = {key: piece for key, piece in run.pieces.items() if piece is not None}
    young = run.ended_at is not None and wish.at - run.ended_at < FRESH
    same = run.file == plan.name or (young and run.release == plan.release and pieces == plan.parts)
    return run if here and same else None


def making(
    printable: Printable, wish: Wish, viewer: Viewer, run: PrintRun | None, of_changes: bool = False
) -> dict[str, object]:
    """What the block `making` shows: the run, its pages as pictures, and the fields that begin another."""
    pages = run.pages or 0 if run and run.state is RunState.DONE else 0
    return {
        "convening": wish.convening,
        "printable": printable,
        "wish": wish,
        "run": run,
        "as_of": datetime.fromisoformat(run.wanted["at"]) if run else wish.at,
        "fields": fields_of(wish, of_changes),
        "under_way": run is not None and run.state in UNDER_WAY,
        "pages": pages,
        "sides": printable.sides(wish).value,
        "shown": range(1, min(pages, SHOWN) + 1),
        "pieces_made": sum(piece is not None for piece in run.pieces.values()) if run else 0,
        "keeps": viewer.is_lab(wish.convening.cohort_id),
    }


def listed(plan: Plan, held: Mapping[str, Held], words: str) -> list[tuple[str, str, str]]:
    """(key, label, state) of the pieces whose label has the words; the first MOST_LISTED of them."""
    found = []
    for key, (digest, label) in plan.parts.items():
        if matches(words, label):
            was = held.get(key)
            state = "not printed yet" if was is None else "as printed" if was.digest == digest else "changed since"
            found.append((key, label, state))
    return found[:MOST_LISTED]


def pdf_headers(name: str, filename: str) -> dict[str, str]:
    """Of a file that is the viewer's, whose name says all that it is made from."""
    return {
        "ETag": f'"{name}"',
        "Cache-Control": "private, no-cache",
        "Vary": "Cookie",
        "Content-Disposition": f'inline; filename="{filename}"',
    }
