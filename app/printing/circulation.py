"""What is in people's hands: read piece by piece from the runs that went to the lab's printer, the newest last. So what
has changed since is found by itself, and with it what to throw away."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy.orm import joinedload
from sqlmodel import Session, col, select

from app import clock
from app.models import Convening, PrintRun, RunState
from app.models.base import relation
from app.people.viewer import Viewer
from app.printing.documents import Printable, Wish
from app.printing.papers import Paper
from app.printing.plans import plan_of

Form = tuple[str, tuple[tuple[str, str], ...]]
"""A paper, and the options that say in what form a document comes, and not which of its pieces."""


@dataclass(frozen=True, slots=True)
class Held:
    """A piece as it was printed last: `at` (UTC) is when, `release` of which release of the agenda."""

    key: str
    digest: str
    label: str
    release: int | None
    at: datetime
    form: Form


@dataclass(frozen=True, slots=True)
class Difference:
    """What people hold against what it says now. `old` is the print of each that is to be thrown away, by its key."""

    same: int = 0
    new: list[tuple[str, str]] = field(default_factory=list)
    changed: list[tuple[str, str]] = field(default_factory=list)
    gone: list[Held] = field(default_factory=list)
    old: Mapping[str, Held] = field(default_factory=dict)

    @property
    def is_stale(self) -> bool:
        return bool(self.new or self.changed or self.gone)

    @property
    def to_print(self) -> frozenset[str]:
        return frozenset(key for key, _label in (*self.new, *self.changed))

    @property
    def to_throw_away(self) -> list[Held]:
        """The old prints, of what has changed and of what is no more."""
        return [*(self.old[key] for key, _label in self.changed), *self.gone]

    def said(self, printable: Printable) -> str:
        """ "2 badges changed, 1 new, 1 to throw away"."""
        parts = []
        if self.changed:
            parts.append(f"{counted(len(self.changed), printable)} changed")
        if self.new:
            parts.append(f"{counted(len(self.new), printable) if not parts else len(self.new)} new")
        if self.gone:
            parts.append(f"{counted(len(self.gone), printable) if not parts else len(self.gone)} no longer wanted")
        return ", ".join(parts)


def counted(many: int, printable: Printable) -> str:
    return f"{many} {printable.piece[0] if many == 1 else printable.piece[1]}"


def printed_runs(db: Session, convening: Convening) -> dict[str, list[PrintRun]]:
    """The runs of a convening that went to the printer, by what they are called on record, the oldest first."""
    found: dict[str, list[PrintRun]] = {}
    asked = (
        select(PrintRun)
        .where(PrintRun.convening_id == convening.key, col(PrintRun.printed_at).is_not(None))
        .options(joinedload(relation(PrintRun.printed_by)))
        .order_by(col(PrintRun.printed_at), col(PrintRun.id))
    )
    for run in db.exec(asked):
        found.setdefault(run.document, []).append(run)
    return found


def in_hands(printable: Printable, runs: Iterable[PrintRun]) -> dict[str, Held]:
    """The pieces that are out, by their keys."""
    held: dict[str, Held] = {}
    for run in runs:
        assert run.printed_at is not None, "only runs that were printed are asked about"
        for key, piece in run.pieces.items():
            if piece is None:
                held.pop(key, None)
            else:
                held[key] = Held(key, piece[0], piece[1], run.release, run.printed_at, _form_of(printable, run))
    return held


def since_printed(
    db: Session, printable: Printable, runs: Sequence[PrintRun], wish: Wish
) -> list[tuple[Wish, Difference]]:
    """What people hold of a document against what it says now, for each form in which it was printed (on that paper, of
    that session, with backs), the newest first: the wish of all of it in that form, and the difference.

    What was narrowed to a city when it was printed has news of that city alone: the others are not printed yet.
    """
    held = in_hands(printable, runs)
    by_form: dict[Form, list[PrintRun]] = {}
    for run in reversed(runs):
        if run.wanted:
            by_form.setdefault(_form_of(printable, run), []).append(run)
    found = []
    for form, these in by_form.items():
        whole = replace(wish, paper=Paper(form[0]), options=dict(form[1]), only=None)
        now = plan_of(db, printable, whole).parts
        asked_for = _asked_for(db, printable, these, whole)
        mine = {key: one for key, one in held.items() if one.form == form}
        others = {key for key in now if key in held and key not in mine}
        found.append((whole, difference({key: one for key, one in now.items() if key not in others}, mine, asked_for)))
    return found


def together(differences: Iterable[Difference]) -> Difference:
    """All of them as one."""
    found = list(differences)
    return Difference(
        sum(one.same for one in found),
        [pair for one in found for pair in one.new],
        [pair for one in found for pair in one.changed],
        [held for one in found for held in one.gone],
        {key: held for one in found for key, held in one.old.items()},
    )


def difference(
    now: Mapping[str, list[str]], held: Mapping[str, Held], asked_for: Container[str] | None = None
) -> Difference:
    """What is held against the pieces of the document as it is now; new are those of `asked_for`, None for any."""
    changed = [(key, label) for key, (digest, label) in now.items() if key in held and held[key].digest != digest]
    return Difference(
        same=sum(key in held and held[key].digest == digest for key, (digest, _label) in now.items()),
        new=[
            (key, label)
            for key, (_digest, label) in now.items()
            if key not in held and (asked_for is None or key in asked_for)
        ],
        changed=changed,
        gone=[one for key, one in held.items() if key not in now],
        old=held,
    )


def _form_of(printable: Printable, run: PrintRun) -> Form:
    narrows = {one.name for one in printable.options if one.narrows}
    options = run.wanted.get("options", {})
    form = sorted((name, value) for name, value in options.items() if name not in narrows)
    return run.wanted.get("paper", Paper.LETTER.value), tuple(form)


def _asked_for(db: Session, printable: Printable, runs: Iterable[PrintRun], whole: Wish) -> set[str] | None:
    """The keys of what the runs were to print, as it is now; None where one of them was to print all. What was asked
    for by the piece is in people's hands, and brings nothing new."""
    found: set[str] = set()
    seen: set[tuple[tuple[str, str], ...]] = set()
    for run in runs:
        if run.wanted.get("only") is not None:
            continue
        options = run.wanted.get("options", {})
        narrowed = tuple(sorted((name, options[name]) for name in options if name not in whole.options))
        if not narrowed:
            return None
        if narrowed in seen or (printable.single and all(name in dict(narrowed) for name in printable.single)):
            continue
        seen.add(narrowed)
        found |= plan_of(db, printable, replace(whole, options={**whole.options, **dict(narrowed)})).parts.keys()
    return found


def note_printed(run: PrintRun, *, by: Viewer) -> None:
    """It went to the printer; said twice, the first time counts."""
    if run.printed_at is None:
        run.printed_at, run.printed_by_id = clock.now(), by.person_id


def note_not_printed(run: PrintRun) -> None:
    """It did not go there after all."""
    run.printed_at = run.printed_by_id = None


def note_thrown_away(db: Session, document: str, convening: Convening, gone: Iterable[Held], *, by: Viewer) -> None:
    """What nobody is to hold any more was thrown away, without anything being printed."""
    pieces: dict[str, list[str] | None] = {one.key: None for one in gone}
    if pieces:
        db.add(
            PrintRun(
                cohort_id=convening.cohort_id,
                convening_id=convening.key,
                document=document,
                stamp="",
                state=RunState.DONE,
                pages=0,
                pieces=pieces,
                by_id=by.person_id,
                printed_at=clock.now(),
                printed_by_id=by.person_id,
            )
        )
