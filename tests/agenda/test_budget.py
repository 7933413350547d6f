"""Rule 4: minutes of team time, unstructured, mayor-only and superintendent-only time against their minimums."""

from app.agenda.budget import minutes_of, time_budget
from app.agenda.draft import Draft
from app.models import SessionFormat
from app.people.audiences import Rule
from tests.agenda.pieces import MAYOR, MAYORS, NOBODY, SALEM, SUPERINTENDENT, WEDNESDAY, draft, session, span


def minutes(plan: Draft) -> dict[str, int]:
    return {line.purpose: line.minutes for line in time_budget(plan)}


def test_rule_4_each_purpose_is_counted_by_its_format_or_audience() -> None:
    plan = draft(
        session(1, "09:00–10:15", format=SessionFormat.TEAM_TIME),
        session(2, "12:00–13:00", format=SessionFormat.UNSTRUCTURED),
        session(3, "13:30–14:45", rule=MAYORS),
        session(4, "13:30–14:15", rule=Rule(role_ids=frozenset({SUPERINTENDENT}))),
        session(5, "15:00–16:00"),
    )
    assert minutes(plan) == {"team": 75, "unstructured": 60, "mayor": 75, "superintendent": 45}


def test_rule_4_what_runs_side_by_side_counts_once() -> None:
    plan = draft(
        session(1, "09:00–10:00", format=SessionFormat.TEAM_TIME, rule=NOBODY),
        session(2, "09:30–10:30", format=SessionFormat.TEAM_TIME, rule=NOBODY),
        session(3, "09:00–09:30", format=SessionFormat.TEAM_TIME, rule=NOBODY, day=WEDNESDAY),
    )
    assert minutes(plan)["team"] == 120


def test_rule_4_mayors_and_superintendents_together_are_neithers_own_time() -> None:
    both = Rule(role_ids=frozenset({MAYOR, SUPERINTENDENT}))
    assert minutes(draft(session(1, "09:00–10:00", rule=both))) == dict.fromkeys(
        ("team", "unstructured", "mayor", "superintendent"), 0
    )


def test_rule_4_some_mayors_with_an_expert_who_speaks_are_mayors_only() -> None:
    salem = Rule(role_ids=frozenset({MAYOR}), city_ids=frozenset({SALEM}))
    assert minutes(draft(session(1, "09:00–10:00", rule=salem, speakers=[7])))["mayor"] == 60


def test_rule_4_what_is_cancelled_or_in_the_tray_is_not_planned() -> None:
    plan = draft(session(1, "09:00–10:00", rule=MAYORS, cancelled=True), session(2, None, rule=MAYORS))
    assert minutes(plan)["mayor"] == 0


def test_minutes_of_nothing_are_none() -> None:
    assert minutes_of([]) == 0


def test_a_span_within_another_adds_nothing() -> None:
    assert minutes_of([span("09:00–12:00"), span("10:00–11:00"), span("11:30–12:30")]) == 210


def test_rule_4_parts_of_a_session_change_no_minutes() -> None:
    whole = session(1, "09:00–10:15", rule=MAYORS)
    parted = session(1, "09:00–10:15", rule=MAYORS, cities=[(1, 25), (2, 25), (1, 60)])
    assert time_budget(draft(parted)) == time_budget(draft(whole))
    assert next(line.minutes for line in time_budget(draft(parted)) if line.purpose == "mayor") == 75
