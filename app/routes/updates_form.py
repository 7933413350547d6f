"""The desk's form as a Draft.

Fields: body-SLUG with revision-SLUG; label-, said-, counted-, unit-, day-, source- and serves-KEY for a number; state-N
and note-N for commitment N of the last cycle; text-N, due-N and stage-N for commitment N of this one, N being "new" for
another; remove=N takes a commitment out, take=N a number. was-PIECE is the stamp of what stood in a piece. Where two
texts of a section stand beside each other: theirs=SLUG lets one's own go, together=SLUG joins both, with upon-SLUG.
"""

from collections.abc import Mapping
from datetime import date
from math import isfinite

from app.models import AnswerState
from app.updates.drafting import Draft, Promise
from app.updates.figures import Counted
from app.updates.pieces import was_in


def draft_in(typed: Mapping[str, str]) -> tuple[Draft, dict[str, str]]:
    """What was typed, and what in it could not be understood, by field."""
    troubles: dict[str, str] = {}
    promises, added = _promises(typed, troubles)
    figures = {key: _counted(typed, key, troubles) for key in _keys(typed, "said") if key}
    draft = Draft(
        bodies={
            key: (typed[f"body-{key}"], number_in(typed.get(f"revision-{key}", "")) or 0)
            for key in _keys(typed, "body")
            if key != typed.get("theirs")
        },
        figures={key: counted for key, counted in figures.items() if counted is not None},
        taken=number_in(typed.get("take", "")),
        was=was_in(typed),
        answers={int(key): _answer(typed, key) for key in _keys(typed, "state", "note") if number_in(key)},
        promises=promises,
        added=added,
        removed=number_in(typed.get("remove", "")),
    )
    joined = typed.get("together", "")
    if joined in draft.bodies:
        draft.joined[joined] = number_in(typed.get(f"upon-{joined}", "")) or 0
    return draft, troubles


def _keys(typed: Mapping[str, str], *kinds: str) -> list[str]:
    """The keys of the fields of these kinds, each once, in the order of the form."""
    parted = (name.partition("-") for name in typed)
    return list(dict.fromkeys(key for kind, _, key in parted if kind in kinds))


def _answer(typed: Mapping[str, str], key: str) -> tuple[AnswerState | None, str]:
    state = typed.get(f"state-{key}", "")
    return AnswerState(state) if state in set(AnswerState) else None, typed.get(f"note-{key}", "")


def _promises(typed: Mapping[str, str], troubles: dict[str, str]) -> tuple[dict[int, Promise], Promise | None]:
    """The commitments that stand in the form, and the one that is added."""
    promises: dict[int, Promise] = {}
    added = None
    for key in _keys(typed, "text"):
        day, trouble = _day(typed.get(f"due-{key}", ""))
        promise = Promise(typed[f"text-{key}"], day, typed.get(f"stage-{key}", ""))
        if trouble:
            troubles[f"due-{key}"] = trouble
        elif number_in(key):
            promises[int(key)] = promise
        elif key == "new" and promise.text.strip():
            added = promise
    return promises, added


def number_in(text: str) -> int | None:
    """The number that a field names; None where it names none that there could be."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def _counted(typed: Mapping[str, str], key: str, troubles: dict[str, str]) -> Counted | None:
    """A number of the form; None where a part of it could not be understood."""
    day, trouble = _day(typed.get(f"day-{key}", ""))
    wrong = {f"day-{key}": trouble} if trouble else {}
    number: float | None = None
    given = typed.get(f"counted-{key}", "").strip().replace(",", "")
    if given:
        try:
            number = float(given)
        except ValueError:
            number = float("nan")
        if not isfinite(number):
            wrong[f"counted-{key}"] = "Give a number in digits, such as 74 or 3.5."
    troubles |= wrong
    if wrong:
        return None
    return Counted(
        label=typed.get(f"label-{key}", ""),
        said=typed.get(f"said-{key}", ""),
        number=number,
        unit=typed.get(f"unit-{key}", ""),
        measured_on=day,
        source=typed.get(f"source-{key}", ""),
        stage_id=number_in(typed.get(f"serves-{key}", "")),
    )


def _day(text: str) -> tuple[date | None, str]:
    try:
        return (date.fromisoformat(text) if text else None), ""
    except ValueError:
        return None, "Give a date, such as 2018-05-04."
