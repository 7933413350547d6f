"""Since last time: commitments, numbers and the ask beside those of the update before."""

from datetime import date

from app.models import AnswerState, SectionKind, UpdateCycle
from app.updates.content import Content
from app.updates.numbers import Before, Figure
from app.updates.parts import AnsweredCommitment, SectionText
from app.updates.since import ThenNow, since

SPRING = UpdateCycle(
    cohort_id=1,
    slug="spring",
    title="Spring 2017",
    period_starts_on=date(2016, 11, 17),
    period_ends_on=date(2017, 5, 17),
    due_on=date(2017, 4, 27),
)
RELEASED = date(2017, 10, 30)


def answer(number: int, state: AnswerState | None, due_on: date) -> AnsweredCommitment:
    return AnsweredCommitment(
        commitment=number, text="Do it", due_on=due_on, stage="", made_in="Spring 2017", state=state, note=""
    )


def number(body: str, *figures: Figure) -> SectionText:
    return SectionText(slug="data", title="Number", body=body, kind=SectionKind.NUMBER, figures=list(figures))


def ask(body: str) -> SectionText:
    return SectionText(slug="ask", title="Ask", body=body, kind=SectionKind.ASK)


def test_the_first_update_has_nothing_before_it() -> None:
    assert since(Content(), None, RELEASED) is None


def test_commitments_are_counted_and_what_is_past_its_day_is_said() -> None:
    answers = [
        answer(1, AnswerState.DONE, date(2017, 9, 1)),
        answer(2, AnswerState.AT_RISK, date(2017, 10, 29)),
        answer(3, AnswerState.ON_TRACK, RELEASED),
        answer(4, AnswerState.DROPPED, date(2017, 9, 1)),
        answer(5, None, date(2018, 1, 1)),
    ]
    found = since(Content(answers=answers), (SPRING, Content()), RELEASED)
    assert found is not None
    assert (found.done, found.commitments, found.late, found.open) == (1, 5, 1, 1)
    assert [state for state, _ in found.counts] == [
        AnswerState.DONE,
        AnswerState.ON_TRACK,
        AnswerState.AT_RISK,
        AnswerState.DROPPED,
    ]


def test_numbers_carried_over_are_drawn_and_those_of_texts_are_told() -> None:
    before = Before(said="71 %", number=71, unit="percent")
    carried = Figure(id=2, label="Ready", said="74 percent", number=74, unit="percent", before=before)
    days = Figure(id=3, label="Days", said="8", number=8, unit="days", before=Before(said="16", number=16, unit="days"))
    weeks = Before(said="2 weeks", number=2, unit="weeks")
    other = Figure(id=4, label="Odd", said="8", number=8, unit="days", before=weeks)
    found = since(Content(sections=[number("", carried, days, other)]), (SPRING, Content()), RELEASED)
    assert found is not None
    assert found.numbers == (
        ThenNow("Ready", "71 %", "74 percent", 71, 74),
        ThenNow("Days", "16", "8", 100, 50),
        ThenNow("Odd", "2 weeks", "8"),
    )
    earlier = Content(sections=[number("**71 percent**")])
    texts = since(Content(sections=[number("Ready: **74 percent**")]), (SPRING, earlier), RELEASED)
    assert texts is not None
    assert texts.numbers == (ThenNow("Ready", "71 percent", "74 percent"),)


def test_the_ask_of_then_is_shown_where_it_was_another() -> None:
    same = since(Content(sections=[ask("Who?")]), (SPRING, Content(sections=[ask("Who?")])), RELEASED)
    other = since(Content(sections=[ask("Who?")]), (SPRING, Content(sections=[ask("How?")])), RELEASED)
    assert same is not None
    assert other is not None
    assert (same.ask, other.ask and other.ask.body) == (None, "How?")
