"""Since last time: an update beside its city's released one before, by commitments, numbers and the ask."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from app.models import AnswerState, UpdateCycle
from app.updates.content import Content
from app.updates.numbers import Figure
from app.updates.parts import SectionText

ORDER = (
    AnswerState.DONE,
    AnswerState.ON_TRACK,
    AnswerState.AT_RISK,
    AnswerState.CARRIED,
    AnswerState.DROPPED,
)
"""In which what became of commitments is said: the best first."""


@dataclass(frozen=True, slots=True)
class ThenNow:
    """A number then and now, as they are said; `then_share` and `now_share` are their lengths in a picture, of 100,
    None where they cannot be compared."""

    label: str
    then: str
    now: str
    then_share: int | None = None
    now_share: int | None = None


@dataclass(frozen=True, slots=True)
class Since:
    """What is different from the last released update, that of the cycle `title`. `late` are the commitments past
    their day and not done; `open` those of which nothing was said; `ask` is the one of then, None if it is the same."""

    title: str
    slug: str
    counts: tuple[tuple[AnswerState, int], ...]
    open: int
    late: int
    numbers: tuple[ThenNow, ...]
    ask: SectionText | None

    @property
    def commitments(self) -> int:
        return sum(count for _, count in self.counts) + self.open

    @property
    def done(self) -> int:
        return dict(self.counts).get(AnswerState.DONE, 0)


def since(content: Content, before: tuple[UpdateCycle, Content] | None, on: date) -> Since | None:
    """An update beside the one before; `on` is the day it was released. None for a city's first."""
    if before is None:
        return None
    cycle, earlier = before
    answers = [answer for answer in content.answers if answer.redaction is None]
    counts = Counter(answer.state for answer in answers if answer.state is not None)
    late = [one for one in answers if one.due_on and one.due_on < on and one.state is not AnswerState.DONE]
    return Since(
        title=cycle.title,
        slug=cycle.slug,
        counts=tuple((state, counts[state]) for state in ORDER if counts[state]),
        open=sum(answer.state is None for answer in answers),
        late=sum(one.state is not AnswerState.DROPPED for one in late),
        numbers=tuple(_numbers(content, earlier)),
        ask=_other_ask(content, earlier),
    )


def _other_ask(content: Content, earlier: Content) -> SectionText | None:
    then, now = earlier.ask, content.ask
    if then is None or then.redaction or not then.body or (now and now.body == then.body):
        return None
    return then


def _numbers(content: Content, earlier: Content) -> list[ThenNow]:
    """The numbers that both updates have: those carried over, and the one that stands in either text."""
    found = []
    told = [one for part in earlier.sections for one in part.shown if not one.id]
    for part in content.sections:
        for one in part.shown:
            if one.before is not None:
                shares = _shares(one.before.number, one.number, one.before.unit, one.unit)
                found.append(ThenNow(one.label, one.before.said, one.said, *shares))
            elif not one.id and told:
                found.append(_told(told[0], one))
    return found


def _told(then: Figure, now: Figure) -> ThenNow:
    """Two numbers of texts alone: they are set side by side, and not drawn, since nobody says that they count alike."""
    return ThenNow(now.label, then.said, now.said)


def _shares(then: float | None, now: float | None, unit: str, unit_now: str) -> tuple[int | None, int | None]:
    """How long each is of 100; a share of a hundred is drawn as it is, anything else against the larger."""
    if then is None or now is None or then < 0 or now < 0 or unit.casefold() != unit_now.casefold():
        return None, None
    is_share = unit.casefold() in ("percent", "%", "per cent") and max(then, now) <= 100
    whole = 100.0 if is_share else max(then, now)
    return (round(100 * then / whole), round(100 * now / whole)) if whole else (0, 0)
