"""The desk's form as a Draft.

Fields: body-SLUG with revision-SLUG; label-, said-, counted-, unit-, day-, source- and serves-KEY for a number; state-N
and note-N for commitment N of the last cycle; text-N, due-N and stage-N for commitment N of this one, N being "new" for
another; remove=N takes a commitment out, take=N a number.
"""

from collections.abc import Mapping
from datetime import date
from math import isfinite

from app.models import AnswerState
from app.updates.drafting import Draft, Promise
from app.updates.figures import Counted


def draft_in(typed: Mapping[str, str]) -> tuple[Draft, dict[str, str]]:
    """What was typed, and what in it could not be understood, by field."""
    draft = Draft(removed=number_in(typed.get("remove", "")), taken=number_in(typed.get("take", "")))
    troubles: dict[str, str] = {}
    added: Promise | None = None
    for name, value in typed.items():
        kind, _, key = name.partition("-")
        if kind == "body":
            draft.bodies[key] = (value, number_in(typed.get(f"revision-{key}", "")) or 0)
        elif kind == "said" and key:
            counted, wrong = _counted(typed, key)
            troubles |= wrong
            if not wrong:
                draft.figures[key] = counted
        elif kind in ("state", "note") and number_in(key):
            state = typed.get(f"state-{key}", "")
            known = AnswerState(state) if state in set(AnswerState) else None
            draft.answers[int(key)] = (known, typed.get(f"note-{key}", ""))
        elif kind == "text" and (number_in(key) or key == "new"):
            day, trouble = _day(typed.get(f"due-{key}", ""))
            promise = Promise(value, day, typed.get(f"stage-{key}", ""))
            if trouble:
                troubles[f"due-{key}"] = trouble
            elif key != "new":
                draft.promises[int(key)] = promise
            elif value.strip():
                added = promise
    return Draft(
        draft.bodies, draft.figures, draft.taken, draft.answers, draft.promises, added, draft.removed
    ), troubles


def number_in(text: str) -> int | None:
    """The number that a field names; None where it names none that there could be."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def _counted(typed: Mapping[str, str], key: str) -> tuple[Counted, dict[str, str]]:
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
    counted = Counted(
        label=typed.get(f"label-{key}", ""),
        said=typed.get(f"said-{key}", ""),
        number=number,
        unit=typed.get(f"unit-{key}", ""),
        measured_on=day,
        source=typed.get(f"source-{key}", ""),
        stage_id=number_in(typed.get(f"serves-{key}", "")),
    )
    return counted, wrong


def _day(text: str) -> tuple[date | None, str]:
    try:
        return (date.fromisoformat(text) if text else None), ""
    except ValueError:
        return None, "Give a date, such as 2018-05-04."
