"""Whether people are there: teams of cities, mayors at their own turn, presenters who have not confirmed."""

from datetime import date, timedelta

import pytest

from app.agenda.crowd import Crowd
from app.agenda.cures import Excuse, cures
from app.agenda.draft import Draft
from app.agenda.findings import Finding, Gravity, Kind, check
from app.agenda.slot_cures import OtherSlot
from app.agenda.wording import known_to, said
from app.models import SessionFormat
from app.people.audiences import Rule
from app.people.viewer import Viewer
from tests.agenda.pieces import (
    EVERYONE,
    GCC,
    HALL,
    MAYORS,
    NOBODY,
    OAKLAND,
    PEOPLE,
    SALEM,
    SUPERINTENDENTS,
    TUESDAY,
    WEDNESDAY,
    draft,
    session,
    span,
)

UPDATE = SessionFormat.MAYOR_UPDATE
OAKLANDS = (1, 3, 5)
"""The mayor, the superintendent and the facilitator of Oakland."""

BOTH = [(OAKLAND, 25), (SALEM, 25)]


def keys(plan: Draft) -> list[str]:
    return [one.key for one in check(plan)]


def sentences(plan: Draft) -> list[str]:
    knowing = known_to(plan, Viewer.anonymous())
    return [said(one, plan, knowing) for one in check(plan)]


def found(plan: Draft, kind: Kind) -> Finding:
    (one,) = (one for one in check(plan) if one.kind is kind)
    return one


# Rule 11: a city's whole team


def test_rule_11_a_team_that_is_not_there_yet_is_one_finding_about_the_city() -> None:
    plan = draft(
        session(1, "08:00–09:00", title="Check-in"),
        session(2, "09:00–10:15", title="Welcome"),
        session(3, "11:00–12:00", title="Data"),
        there={number: (span("10:30–18:00"),) for number in OAKLANDS},
    )
    (finding,) = check(plan)
    assert (finding.key, finding.gravity, finding.session_ids) == ("11:arrival:1", Gravity.SHOULD_LOOK, (1, 2))
    assert sentences(plan) == [
        "Oakland’s whole team is not there before Tue 14 Nov, 10:30, and misses “Check-in” and “Welcome”."
    ]


def test_rule_11_a_team_that_has_left_is_one_finding_about_the_city() -> None:
    leaving = dict(zip(OAKLANDS, ("15:00", "16:30", "16:00"), strict=True))
    plan = draft(
        session(1, "16:00–17:00", title="Keynote", rule=NOBODY),
        session(2, "16:15–17:00", title="Close"),
        there={number: (span(f"08:00–{wall}"),) for number, wall in leaving.items()},
    )
    assert sentences(plan) == ["Oakland’s whole team has left by Tue 14 Nov, 16:30, and misses “Close”."]


def test_rule_11_while_one_of_the_team_is_there_the_others_are_named() -> None:
    plan = draft(session(1, "09:00–10:00"), there={1: (span("10:30–18:00"),), 3: (span("10:30–18:00"),)})
    assert keys(plan) == ["11:presence:1"]


def test_rule_11_who_stays_away_is_not_waited_for() -> None:
    plan = draft(
        session(1, "09:00–10:00", rule=SUPERINTENDENTS),
        there={3: (span("10:30–18:00"),), 5: (span("11:00–18:00"),)},
        away=[1],
    )
    assert keys(plan) == ["11:arrival:1"]


def test_rule_11_somebody_of_a_late_team_who_speaks_is_named_all_the_same() -> None:
    plan = draft(session(1, "09:00–10:00", speakers=[3]), there={number: (span("10:30–18:00"),) for number in OAKLANDS})
    assert keys(plan) == ["11:arrival:1", "11:part:1"]


def test_rule_11_a_team_that_goes_home_for_the_night_is_named_one_by_one() -> None:
    days = (span("08:00–18:00"), span("08:00–18:00", WEDNESDAY))
    plan = draft(session(1, "19:00–21:00"), there=dict.fromkeys(OAKLANDS, days))
    assert keys(plan) == ["11:presence:1"]


# Rules 1, 5 and 11: a mayor at their own city's turn


def test_rule_5_a_city_without_a_turn_is_found_once_there_are_updates() -> None:
    plan = draft(session(1, "09:00–10:00", format=UPDATE, cities=[(SALEM, 25)]), active=[OAKLAND, SALEM])
    assert found(plan, Kind.SLOT).gravity is Gravity.SHOULD_LOOK
    assert sentences(plan) == ["Oakland has no turn in the mayors’ updates yet."]


def test_rule_5_a_convening_without_updates_owes_nobody_a_turn() -> None:
    assert keys(draft(session(1, "09:00–10:00"), active=[OAKLAND, SALEM])) == []


@pytest.mark.parametrize("how", ["tray", "cancelled", "other format"])
def test_rule_5_a_turn_counts_where_it_takes_place(how: str) -> None:
    second = session(
        2,
        None if how == "tray" else "11:00–12:00",
        format=SessionFormat.PLENARY if how == "other format" else UPDATE,
        cities=[(OAKLAND, 25)],
        cancelled=how == "cancelled",
    )
    plan = draft(session(1, "09:00–10:00", format=UPDATE, cities=[(SALEM, 25)]), second, active=[OAKLAND, SALEM])
    assert keys(plan) == ["5:slot"]


def test_rule_11_a_mayor_who_is_not_there_at_their_own_turn_is_found_and_no_other_time_matters() -> None:
    updates = session(1, "09:00–10:00", title="Updates", format=UPDATE, cities=BOTH, speakers=[1, 2])
    there = draft(updates, there={2: (span("09:25–18:00"),)})
    late = draft(updates, there={2: (span("09:30–18:00"),)})
    assert keys(there) == []
    assert keys(late) == ["11:update:12"]
    assert sentences(late) == [
        "Ruth Adler (Mayor, Salem) is not there when it is Salem’s turn in “Updates”: Tue 14 Nov, 09:25–09:50."
    ]


def test_rule_11_a_mayor_who_stays_away_or_is_excused_misses_their_turn() -> None:
    excused = Rule(everyone=True, but_person_ids=frozenset({1}))
    assert keys(draft(session(1, "09:00–10:00", format=UPDATE, cities=BOTH), away=[1])) == ["11:update:11"]
    assert keys(draft(session(1, "09:00–10:00", format=UPDATE, cities=BOTH, rule=excused))) == ["11:update:11"]


def test_rule_1_a_mayor_who_has_to_be_elsewhere_at_their_own_turn_is_found() -> None:
    plan = draft(
        session(1, "09:00–10:00", title="Updates", format=UPDATE, cities=BOTH, rule=NOBODY),
        session(2, "09:30–10:00", title="Photo", rule=MAYORS, rooms=[GCC]),
    )
    assert keys(plan) == ["1:update:12"]
    assert sentences(plan) == [
        "Ruth Adler (Mayor, Salem) is in “Photo” (GCC) when it is Salem’s turn in “Updates”: Tue 14 Nov, 09:25–09:50."
    ]


def test_rule_11_a_vacant_seat_misses_nothing() -> None:
    nobody = Crowd.of({TUESDAY: [one for one in PEOPLE if one.person_id != 1]})
    plan = draft(session(1, "09:00–10:00", format=UPDATE, cities=BOTH, crowd=nobody), crowd=nobody)
    assert keys(plan) == []


def test_a_mayor_who_comes_late_is_offered_a_later_turn_in_the_same_session() -> None:
    plan = draft(session(1, "09:00–10:00", format=UPDATE, cities=BOTH), there={1: (span("09:20–18:00"),)})
    (cure,) = cures(check(plan)[0], plan)
    assert isinstance(cure, OtherSlot)
    assert (cure.words, cure.fields) == ("Swap Oakland’s turn with Salem’s", [("item", "11"), ("with", "12")])


def test_a_mayor_who_comes_at_noon_is_offered_a_turn_in_the_session_of_the_afternoon() -> None:
    plan = draft(
        session(1, "09:00–10:00", format=UPDATE, cities=[(OAKLAND, 25)]),
        session(2, "13:00–14:00", format=UPDATE, cities=[(SALEM, 25)]),
        there={1: (span("12:00–18:00"),)},
    )
    finding = found(plan, Kind.UPDATE)
    assert [(one.words, one.fields) for one in cures(finding, plan)] == [
        ("Swap Oakland’s turn with Salem’s in {it}", [("item", "11"), ("with", "21")]),
        ("Move Oakland’s turn to the end of {it}", [("item", "11"), ("to", "2")]),
    ]


def test_no_turn_is_offered_at_which_another_mayor_would_be_missing_or_for_which_there_is_no_time() -> None:
    plan = draft(
        session(1, "09:00–10:00", format=UPDATE, cities=[(OAKLAND, 25)]),
        session(2, "13:00–13:45", format=UPDATE, cities=[(SALEM, 25)]),
        there={1: (span("12:00–18:00"),), 2: (span("12:00–18:00"),)},
    )
    finding = next(one for one in check(plan) if one.key == "11:update:11")
    assert cures(finding, plan) == []


# A presenter who has not confirmed


@pytest.mark.parametrize(
    ("today", "gravity"),
    [(date(2017, 10, 23), Gravity.NOTE), (date(2017, 10, 24), Gravity.SHOULD_LOOK)],
)
def test_a_presenter_who_has_not_confirmed_is_a_note_until_three_weeks_before(today: date, gravity: Gravity) -> None:
    plan = draft(
        session(1, "09:00–10:00", title="Keynote", speakers=[6, 7], unconfirmed=[7], rooms=[HALL]), today=today
    )
    (finding,) = check(plan)
    assert (finding.key, finding.gravity, finding.rule) == ("0:unconfirmed:1", gravity, 0)
    assert sentences(plan) == [
        "Prof. Strand has a part in “Keynote” (Askwith Hall) and has not confirmed it: Tue 14 Nov, 09:00–10:00."
    ]


# Excusing people


def test_rule_1_who_is_double_booked_may_be_excused_from_either() -> None:
    plan = draft(
        session(1, "07:00–14:30", rule=MAYORS),
        session(2, "14:00–22:00", rule=Rule(person_ids=frozenset({1}))),
    )
    offered = [
        (one.words, one.session_id, one.fields) for one in cures(check(plan)[0], plan) if isinstance(one, Excuse)
    ]
    assert offered == [
        ("Excuse Imani Okafor from {it}", 2, [("person", "1")]),
        ("Excuse Imani Okafor from {it}", 1, [("person", "1")]),
    ]


def test_a_mayor_is_not_excused_from_their_own_citys_turn() -> None:
    plan = draft(
        session(1, "09:00–10:00", format=UPDATE, cities=BOTH, rule=MAYORS),
        session(2, "09:30–10:00", rule=Rule(person_ids=frozenset({2}))),
    )
    offered = [one.session_id for one in cures(check(plan)[0], plan) if isinstance(one, Excuse)]
    assert offered == [2]


def test_nobody_is_excused_from_a_part_from_protected_time_or_in_crowds() -> None:
    speaks = draft(session(1, "09:00–10:00", rule=MAYORS, speakers=[1]), session(2, "09:00–10:00", protected=True))
    assert [one for one in cures(check(speaks)[0], speaks) if isinstance(one, Excuse)] == []
    many = Crowd.of(
        {
            TUESDAY: [
                *PEOPLE,
                *(PEOPLE[0].__class__(n, f"P{n}", "", None, None, PEOPLE[4].offices) for n in range(20, 30)),
            ]
        }
    )
    crowded = draft(
        session(1, "09:00–10:00", rule=EVERYONE, crowd=many), session(2, "09:00–10:00", crowd=many), crowd=many
    )
    assert [one for one in cures(check(crowded)[0], crowded) if isinstance(one, Excuse)] == []


def test_rule_11_what_is_past_midnight_is_asked_at_its_own_instants() -> None:
    plan = draft(session(1, "23:30–00:30", rule=MAYORS), there={1: (span("08:00–23:59"),)})
    assert keys(plan) == ["11:presence:1"]
    assert keys(draft(session(1, "23:30–00:30", rule=MAYORS), there={1: (span("08:00–00:30"),)})) == []


def test_titles_of_three_hundred_letters_are_said_whole() -> None:
    title = "ش" * 300
    plan = draft(session(1, "09:00–10:00", title=title, speakers=[7], unconfirmed=[7]))
    assert title in sentences(plan)[0]


def test_rule_14_a_turn_on_the_night_of_the_change_of_clocks_is_an_instant() -> None:
    """01:30 comes twice on 5 November 2017; a turn of 25 minutes is 25 minutes long all the same."""
    night = TUESDAY.replace(day=5)
    updates = session(1, "00:45–01:45", day=night, format=UPDATE, cities=[(SALEM, 50), (OAKLAND, 10)])
    ((_, first), (_, second)) = updates.slots
    assert [end - start for start, end in (first, second)] == [timedelta(minutes=50), timedelta(minutes=10)]
    assert first[1] == second[0]
