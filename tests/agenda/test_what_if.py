"""What breaks if: asked of a draft, which stays as it is."""

from hypothesis import given, settings
from hypothesis import strategies as st

from app.agenda import what_if
from app.agenda.draft import Draft
from app.agenda.findings import Checked
from app.agenda.what_if import Answer, those_one_may_ask_about
from app.agenda.wording import known_to
from app.models import SessionFormat
from app.people.viewer import Viewer
from tests.agenda.pieces import (
    GCC,
    HALL,
    MAYORS,
    NOBODY,
    OAKLAND,
    PEOPLE,
    SALEM,
    SMALL,
    SUPERINTENDENTS,
    WEDNESDAY,
    at,
    draft,
    session,
    span,
)
from tests.agenda.test_findings_oracle import MIDNIGHT, MINUTE, drafts

IMANI, RUTH = 1, 2


def made(answer: Answer) -> list[str]:
    return [one.key for one in answer.made]


def names(answer: Answer) -> list[list[str]]:
    return [[one.name for one in answer.checked.draft.crowd.members(finding.people)] for finding in answer.made]


def checked(plan: Draft) -> Checked:
    return Checked.of(plan)


def test_a_mayor_who_leaves_misses_what_comes_after_and_nothing_is_changed() -> None:
    plan = draft(
        session(1, "13:00–13:30", rule=MAYORS),
        session(2, "13:30–14:30", rule=MAYORS),
        session(3, "15:00–16:00", rule=NOBODY, speakers=[IMANI]),
        session(4, "09:00–10:00", day=WEDNESDAY, rule=MAYORS),
    )
    before = checked(plan)
    answer = what_if.leaves(before, IMANI, at("14:00"))
    assert made(answer) == ["11:part:3", "11:presence:2", "11:presence:4"]
    assert names(answer) == [["Imani Okafor"]] * 3
    assert before.found == ()
    assert IMANI - 1 not in plan.windows


def test_a_mayor_who_arrives_late_misses_their_turn_and_what_comes_before() -> None:
    plan = draft(
        session(1, "08:00–08:30"),
        session(2, "09:00–10:00", format=SessionFormat.MAYOR_UPDATE, cities=[(OAKLAND, 25), (SALEM, 25)]),
    )
    assert made(what_if.arrives(checked(plan), IMANI, at("09:30"))) == ["11:update:21", "11:presence:1"]
    assert made(what_if.arrives(checked(plan), RUTH, at("09:25"))) == ["11:presence:1"]


def test_only_the_person_asked_about_is_named_where_others_are_missing_already() -> None:
    plan = draft(session(1, "13:30–14:30", rule=MAYORS), there={RUTH: (span("08:00–12:00"),)})
    answer = what_if.leaves(checked(plan), IMANI, at("14:00"))
    assert (made(answer), names(answer)) == (["11:presence:1"], [["Imani Okafor"]])


def test_who_is_not_there_then_anyway_breaks_nothing() -> None:
    plan = draft(session(1, "13:30–14:30", rule=MAYORS), there={IMANI: (span("08:00–12:00"),)})
    assert made(what_if.leaves(checked(plan), IMANI, at("14:00"))) == []


def test_who_leaves_before_they_come_is_not_there_at_all() -> None:
    plan = draft(session(1, "13:30–14:30", rule=MAYORS), there={IMANI: (span("12:00–18:00"),)})
    assert made(what_if.leaves(checked(plan), IMANI, at("08:00"))) == ["11:presence:1"]


def test_a_room_that_is_lost_takes_its_sessions_with_it_and_others_are_offered() -> None:
    plan = draft(
        session(1, "09:00–10:00", rule=MAYORS, rooms=[SMALL]),
        session(2, "11:00–12:00", rule=SUPERINTENDENTS, rooms=[SMALL]),
        session(3, "11:00–12:00", rule=NOBODY, rooms=[GCC]),
    )
    assert made(what_if.without_room(checked(plan), SMALL)) == ["2:lost:3:1", "2:lost:3:2"]
    assert made(what_if.without_room(checked(plan), SMALL, span("10:30–13:00"))) == ["2:lost:3:2"]
    assert made(what_if.without_room(checked(plan), HALL)) == []


def test_an_off_site_room_may_be_lost_past_midnight() -> None:
    plan = draft(session(1, "22:00–01:00", rooms=[4], rule=NOBODY))
    answer = what_if.without_room(checked(plan), 4, span("00:30–02:00", WEDNESDAY))
    assert [one.span for one in answer.made] == [span("00:30–01:00", WEDNESDAY)]


def test_an_empty_draft_has_nothing_to_break() -> None:
    assert made(what_if.leaves(checked(draft()), IMANI, at("14:00"))) == []
    assert made(what_if.without_room(checked(draft()), GCC)) == []


def test_rule_13_who_is_only_in_a_hidden_session_is_not_among_those_one_may_ask_about() -> None:
    plan = draft(session(1, "09:00–10:00", excludes_lab=True, rule=MAYORS, speakers=[7]))
    ada = known_to(plan, Viewer(person_id=6, actor_id=6))
    ruth = known_to(plan, Viewer(person_id=2, actor_id=2))
    seated = [one.name for one in PEOPLE if one.offices]
    assert sorted(one.name for one in those_one_may_ask_about(plan, ada)) == sorted(seated)
    assert "Prof. Strand" in [one.name for one in those_one_may_ask_about(plan, ruth)]


@settings(max_examples=150, deadline=None)
@given(plan=drafts(), person=st.integers(1, len(PEOPLE)), minutes=st.integers(-60, 500))
def test_what_somebody_who_leaves_breaks_is_about_them_or_their_city(plan: Draft, person: int, minutes: int) -> None:
    when = MIDNIGHT + minutes * MINUTE
    before = checked(plan)
    answer = what_if.leaves(before, person, when)
    bit = 1 << plan.crowd.place[person]
    cities = {office.city_id for office in PEOPLE[person - 1].offices}
    assert all(one.people & bit or cities & set(one.city_ids) for one in answer.made)
    assert before.found == checked(plan).found
