"""What is in people's hands: read piece by piece from the runs that went to the lab's printer, the newest last. So what
has changed since is found by itself, and with it what to throw away."""

from collections.abc import Iterable, Mapping, Sequence
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


@dataclass(frozen=True, slots=True)
class Held:
    """A piece as it was printed last: `at` (UTC) is when, `release` of which release of the agenda."""

    key: str
    digest: str
    label: str
    release: int | None
    at: datetime


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


def in_hands(runs: Iterable[PrintRun]) -> dict[str, Held]:
    """The pieces that are out, by their keys."""
    held: dict[str, Held] = {}
    for run in runs:
        assert run.printed_at is not None, "only runs that were printed are asked about"
        for key, piece in run.pieces.items():
            if piece is None:
                held.pop(key, None)
            else:
                held[key] = Held(key, piece[0], piece[1], run.release, run.printed_at)
    return held


def difference(now: Mapping[str, list[str]], held: Mapping[str, Held]) -> Difference:
    """What is held against the pieces of the document as it is now."""
    changed = [(key, label) for key, (digest, label) in now.items() if key in held and held[key].digest != digest]
    return Difference(
        same=sum(key in held and held[key].digest == digest for key, (digest, _label) in now.items()),
        new=[(key, label) for key, (_digest, label) in now.items() if key not in held],
        changed=changed,
        gone=[one for key, one in held.items() if key not in now],
        old=held,
    )


def as_printed(printable: Printable, runs: Sequence[PrintRun], wish: Wish) -> Wish:
    """All of the document, on the paper and in the form in which it was printed last; options that choose among its
    pieces (which have words for all of them) are left out. As wished where it never was printed."""
    wanted = next((run.wanted for run in reversed(runs) if run.wanted), None)
    if wanted is None:
        return replace(wish, only=None)
    chooses = {one.name for one in printable.options if one.every}
    shape = {name: value for name, value in wanted.get("options", {}).items() if name not in chooses}
    return replace(wish, paper=Paper(wanted.get("paper", wish.paper)), options=shape, only=None)


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
