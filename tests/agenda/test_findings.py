"""What is found wrong with a draft, rule by rule; and what is not."""

from dataclasses import replace
from datetime import timedelta

from app.agenda.draft import Draft, LetStand
from app.agenda.findings import Finding, Gravity, check, standing_in_the_way
from app.agenda.wording import known_to, said
from app.people.audiences import Rule
from app.people.viewer import Viewer
from tests.agenda.pieces import (
    BOATHOUSE,
    EVERYONE,
    FACILITATOR,
    GCC,
    HALL,
    MAYORS,
    NOBODY,
    OAKLAND,
    SALEM,
    SMALL,
    SUPERINTENDENTS,
    WEDNESDAY,
    draft,
    session,
    span,
    spot,
)

FIVE = timedelta(minutes=5)
SOMEBODY = Viewer.anonymous()


def keys(plan: Draft) -> list[str]:
    return [finding.key for finding in check(plan)]


def names(plan: Draft, finding: Finding) -> list[str]:
    return [one.name for one in plan.crowd.members(finding.people)]


def sentence(plan: Draft, viewer: Viewer = SOMEBODY) -> str:
    """The sentence of the only finding."""
    (finding,) = check(plan)
    return said(finding, plan, known_to(plan, viewer))


def test_an_empty_draft_has_no_findings() -> None:
    assert check(draft()) == []


# Rule 1: nobody is in two overlapping sessions, speakers and walking time included


def test_rule_1_people_invited_to_two_sessions_at_once_are_named() -> None:
    plan = draft(session(1, "09:00–10:00", rule=MAYORS), session(2, "09:45–10:30", rule=EVERYONE))
    (finding,) = check(plan)
    assert (finding.rule, finding.gravity, finding.key) == (1, Gravity.MUST_FIX, "1:people:1+2")
    assert names(plan, finding) == ["Imani Okafor", "Ruth Adler"]
    assert finding.span == span("09:45–10:00")


def test_rule_1_its_sentence_says_who_where_and_when() -> None:
    plan = draft(
        session(1, "09:00–10:00", title="Welcome", rooms=[HALL]),
        session(2, "09:30–11:00", title="Data", rule=Rule(role_ids=frozenset({FACILITATOR})), rooms=[GCC]),
    )
    assert sentence(plan) == (
        "Leïla Haddad (Facilitator, Oakland) is in “Welcome” (Askwith Hall) and “Data” (GCC) at once: "
        "Tue 14 Nov, 09:30–10:00."
    )


def test_rule_1_many_people_are_named_by_two_and_counted() -> None:
    plan = draft(session(1, "09:00–10:00"), session(2, "09:00–10:00"))
    assert sentence(plan).startswith("Imani Okafor (Mayor, Oakland), Ruth Adler (Mayor, Salem) and 4 others are in ")


def test_rule_1_sessions_that_follow_each_other_do_not_overlap() -> None:
    assert keys(draft(session(1, "09:00–10:00"), session(2, "10:00–11:00"))) == []


def test_rule_1_different_people_may_be_in_different_sessions() -> None:
    assert keys(draft(session(1, "09:00–10:00", rule=MAYORS), session(2, "09:00–10:00", rule=SUPERINTENDENTS))) == []


def test_rule_1_a_speaker_without_a_seat_is_in_two_places() -> None:
    plan = draft(
        session(1, "09:00–10:00", rule=MAYORS, speakers=[7]),
        session(2, "09:30–10:00", rule=SUPERINTENDENTS, speakers=[7]),
    )
    (finding,) = check(plan)
    assert (finding.key, names(plan, finding)) == ("1:people:1+2", ["Prof. Strand"])


def test_rule_1_sessions_of_one_choice_group_bind_nobody_to_all_of_them() -> None:
    plan = draft(session(1, "09:00–10:00", choice="Wednesday"), session(2, "09:00–10:00", choice="Wednesday"))
    assert keys(plan) == []


def test_rule_1_who_speaks_in_two_sessions_to_choose_from_is_found() -> None:
    plan = draft(
        session(1, "09:00–10:00", choice="Wednesday", speakers=[1]),
        session(2, "09:00–10:00", choice="Wednesday", speakers=[1, 3]),
    )
    (finding,) = check(plan)
    assert names(plan, finding) == ["Imani Okafor"]


def test_rule_1_something_narrower_beside_sessions_to_choose_from_is_found() -> None:
    plan = draft(session(1, "09:00–10:00", choice="Wednesday"), session(2, "09:00–10:00", rule=MAYORS))
    assert keys(plan) == ["1:people:1+2"]


def test_rule_1_different_choice_groups_are_different_sessions() -> None:
    plan = draft(session(1, "09:00–10:00", choice="A"), session(2, "09:00–10:00", choice="B"))
    assert keys(plan) == ["1:people:1+2"]


def test_rule_1_what_is_cancelled_or_in_the_tray_takes_nobodys_time() -> None:
    plan = draft(session(1, "09:00–10:00"), session(2, "09:00–10:00", cancelled=True), session(3, None))
    assert keys(plan) == []


def test_rule_1_no_time_to_walk_to_another_building_is_worth_a_look() -> None:
    plan = draft(
        session(1, "09:00–10:00", title="Welcome", rooms=[GCC]),
        session(2, "10:03–11:00", title="Keynote", rooms=[HALL], rule=MAYORS),
        walking=FIVE,
    )
    (finding,) = check(plan)
    assert (finding.gravity, finding.key) == (Gravity.SHOULD_LOOK, "1:walk:1+2")
    assert sentence(plan) == (
        "Imani Okafor (Mayor, Oakland) and Ruth Adler (Mayor, Salem) have 3 minutes to walk from “Welcome” (GCC) to "
        "“Keynote” (Askwith Hall): Tue 14 Nov, 10:00–10:03."
    )


def test_rule_1_a_walk_is_long_enough_when_it_is_as_long_as_the_convening_says() -> None:
    plan = draft(session(1, "09:00–10:00", rooms=[GCC]), session(2, "10:05–11:00", rooms=[HALL]), walking=FIVE)
    assert keys(plan) == []


def test_rule_1_in_one_building_sessions_may_follow_without_a_gap() -> None:
    plan = draft(
        session(1, "09:00–10:00", rooms=[GCC], rule=MAYORS),
        session(2, "10:00–11:00", rooms=[SMALL], rule=MAYORS),
        walking=FIVE,
    )
    assert keys(plan) == []


def test_rule_1_where_nobody_has_said_the_building_no_walk_is_found() -> None:
    plan = draft(session(1, "09:00–10:00"), session(2, "10:00–11:00", rooms=[HALL]), walking=FIVE)
    assert keys(plan) == []


def test_rule_1_what_overlaps_at_the_repeated_hour_of_autumn_is_found() -> None:
    # 5 November 2017, 01:30 EDT and 01:30 EST are an hour apart: by the wall clock these two would overlap
    night = WEDNESDAY.replace(day=5)
    first = session(1, "01:00–01:45", day=night)
    assert first.ends_at is not None
    second = session(2, "01:00–01:45", day=night)
    assert second.starts_at is not None
    assert second.ends_at is not None
    hour = timedelta(hours=1)
    later = replace(second, starts_at=second.starts_at + hour, ends_at=second.ends_at + hour)
    assert keys(draft(first, later)) == []
    assert keys(draft(first, second)) == ["1:people:1+2"]


# Rule 2: no room is double-booked; an audience fits the room's capacity for that set-up


def test_rule_2_a_room_with_two_sessions_at_once() -> None:
    plan = draft(
        session(1, "09:00–10:00", rule=MAYORS, rooms=[GCC]),
        session(2, "09:30–10:30", rule=SUPERINTENDENTS, rooms=[GCC], title="Peers"),
    )
    (finding,) = check(plan)
    assert (finding.rule, finding.gravity, finding.key) == (2, Gravity.MUST_FIX, "2:room:1:1+2")
    assert sentence(plan) == "GCC has “Session 1” and “Peers” at once: Tue 14 Nov, 09:30–10:00."


def test_rule_2_sessions_to_choose_from_still_need_a_room_each() -> None:
    plan = draft(
        session(1, "09:00–10:00", choice="A", rooms=[HALL]), session(2, "09:00–10:00", choice="A", rooms=[HALL])
    )
    assert keys(plan) == ["2:room:2:1+2"]


def test_rule_2_one_room_of_several_is_enough() -> None:
    plan = draft(
        session(1, "09:00–10:00", rule=MAYORS, rooms=[GCC, SMALL]),
        session(2, "09:00–10:00", rule=SUPERINTENDENTS, rooms=[SMALL, HALL]),
    )
    assert keys(plan) == ["2:room:3:1+2"]


def test_rule_2_an_audience_larger_than_the_room_is_counted_against_its_set_up() -> None:
    plan = draft(session(1, "09:00–10:00", rooms=[SMALL], title="Welcome"))
    (finding,) = check(plan)
    assert (finding.gravity, finding.key, finding.have, finding.need) == (Gravity.MUST_FIX, "2:capacity:1", 6, 2)
    assert sentence(plan) == "“Welcome” is for 6 people, and Team Room 1 seats 2: Tue 14 Nov, 09:00–10:00."


def test_rule_2_speakers_need_a_seat_too() -> None:
    assert keys(draft(session(1, "09:00–10:00", rooms=[GCC]))) == []
    assert keys(draft(session(1, "09:00–10:00", rooms=[GCC], speakers=[7]))) == ["2:capacity:1"]


def test_rule_2_another_set_up_of_the_same_room_may_fit() -> None:
    assert keys(draft(session(1, "09:00–10:00", rooms=[spot(GCC, setup=1)], speakers=[7]))) == []


def test_rule_2_several_rooms_seat_together() -> None:
    assert keys(draft(session(1, "09:00–10:00", rooms=[SMALL, GCC], speakers=[7]))) == []


def test_rule_2_a_citys_room_has_to_hold_that_city() -> None:
    plan = draft(session(1, "09:00–10:00", rooms=[spot(SMALL, city_id=OAKLAND), spot(GCC, city_id=SALEM)]))
    (finding,) = check(plan)
    assert finding.key == "2:capacity:3:1"
    assert names(plan, finding) == ["Imani Okafor", "Jo Park", "Leïla Haddad"]
    fits = draft(session(1, "09:00–10:00", rooms=[spot(GCC, city_id=OAKLAND), spot(SMALL, city_id=SALEM)]))
    assert keys(fits) == []


def test_rule_2_sessions_to_choose_from_seat_everyone_together() -> None:
    alone = draft(session(1, "09:00–10:00", rooms=[SMALL], choice="A"))
    beside = draft(
        session(1, "09:00–10:00", rooms=[SMALL], choice="A"), session(2, "09:00–10:00", rooms=[GCC], choice="A")
    )
    assert keys(alone) == ["2:capacity:1"]
    assert keys(beside) == []


def test_rule_2_the_same_choice_on_another_day_seats_nobody_now() -> None:
    plan = draft(
        session(1, "09:00–10:00", rooms=[SMALL], choice="A"),
        session(2, "09:00–10:00", day=WEDNESDAY, rooms=[HALL], choice="A"),
    )
    assert keys(plan) == ["2:capacity:1"]


def test_rule_2_a_room_without_known_places_is_never_too_small() -> None:
    plain = spot(HALL)
    assert keys(draft(session(1, "09:00–10:00", rooms=[replace(plain, capacity=None)]))) == []


# Rule 3: protected time is protected


def test_rule_3_what_takes_protected_time_from_its_people_is_found_once_and_as_that() -> None:
    plan = draft(
        session(1, "12:00–13:00", protected=True, title="Team time"),
        session(2, "12:30–13:30", rule=MAYORS, title="Photo"),
    )
    (finding,) = check(plan)
    assert (finding.rule, finding.gravity, finding.key) == (3, Gravity.MUST_FIX, "3:protected:1+2")
    assert sentence(plan) == (
        "“Photo” takes protected time, “Team time”, of Imani Okafor (Mayor, Oakland) and Ruth Adler (Mayor, Salem): "
        "Tue 14 Nov, 12:30–13:00."
    )


def test_rule_3_protected_time_of_others_may_be_used() -> None:
    plan = draft(
        session(1, "12:00–13:00", protected=True, rule=MAYORS), session(2, "12:00–13:00", rule=SUPERINTENDENTS)
    )
    assert keys(plan) == []


def test_rule_3_an_override_lets_it_stand_for_publishing_and_it_stays_in_sight() -> None:
    sessions = session(1, "12:00–13:00", protected=True), session(2, "12:30–13:30", rule=MAYORS)
    plan = draft(*sessions, overrides={"3:protected:1+2": LetStand("Ada Roth", "The governor comes only then")})
    assert keys(plan) == ["3:protected:1+2"]
    assert standing_in_the_way(plan, check(plan)) == []
    bare = draft(*sessions)
    assert [one.key for one in standing_in_the_way(bare, check(bare))] == ["3:protected:1+2"]


# Rule 4: minutes against their minimums


def test_rule_4_a_purpose_below_its_minimum_is_worth_a_look() -> None:
    plan = draft(session(1, "09:00–10:00", rule=MAYORS), minimums={"mayor": 90, "team": 0})
    (finding,) = check(plan)
    assert (finding.gravity, finding.key) == (Gravity.SHOULD_LOOK, "4:minutes:mayor")
    assert sentence(plan) == "Mayors only: 60 minutes are planned, and the minimum is 90."


def test_rule_4_a_minimum_that_is_met_is_not_found() -> None:
    assert keys(draft(session(1, "09:00–10:30", rule=MAYORS), minimums={"mayor": 90})) == []


# Rule 11: nobody is scheduled outside their presence window without a warning


def test_rule_11_a_speaker_who_is_not_there_yet_is_worth_a_look() -> None:
    plan = draft(
        session(1, "09:00–10:00", title="Updates", rule=SUPERINTENDENTS, speakers=[1]),
        there={1: (span("12:00–18:00"),)},
    )
    (finding,) = check(plan)
    assert (finding.gravity, finding.key) == (Gravity.SHOULD_LOOK, "11:part:1")
    assert sentence(plan) == (
        "Imani Okafor (Mayor, Oakland) has a part in “Updates” and is not there then: Tue 14 Nov, 09:00–10:00."
    )


def test_rule_11_someone_invited_who_leaves_during_it_is_noted() -> None:
    plan = draft(session(1, "17:00–19:00", rule=MAYORS), there={2: (span("08:00–18:00"),)})
    (finding,) = check(plan)
    assert (finding.gravity, finding.key, names(plan, finding)) == (Gravity.NOTE, "11:presence:1", ["Ruth Adler"])


def test_rule_11_no_window_at_all_means_the_whole_convening() -> None:
    assert keys(draft(session(1, "09:00–10:00"))) == []


def test_rule_11_one_of_several_windows_is_enough() -> None:
    windows = (span("08:00–12:00"), span("08:00–12:00", WEDNESDAY))
    plan = draft(session(1, "09:00–10:00", day=WEDNESDAY, rule=MAYORS), there={1: windows})
    assert keys(plan) == []


def test_rule_11_what_one_may_choose_binds_nobody_to_be_there() -> None:
    plan = draft(session(1, "09:00–10:00", choice="A"), there={1: (span("12:00–18:00"),)})
    assert keys(plan) == []


def test_rule_11_a_speaker_who_declined_the_convening_is_found() -> None:
    plan = draft(session(1, "09:00–10:00", rule=NOBODY, speakers=[3]), away=[3])
    assert keys(plan) == ["11:part:1"]


def test_rule_11_who_cancelled_after_giving_a_window_is_not_missed_outside_it() -> None:
    plan = draft(session(1, "13:00–14:00", rule=MAYORS), there={1: (span("08:00–12:00"),)}, away=[1])
    assert keys(plan) == []


def test_findings_stand_by_gravity_then_by_time() -> None:
    plan = draft(
        session(1, "17:00–18:00", rule=MAYORS, rooms=[BOATHOUSE]),
        session(2, "17:30–18:30", rule=MAYORS, rooms=[BOATHOUSE]),
        session(3, "08:00–09:00", rule=MAYORS),
        session(4, "08:30–09:00", rule=MAYORS),
        there={1: (span("09:00–23:00"),)},
        minimums={"team": 10},
    )
    assert keys(plan) == [
        "1:people:3+4",
        "1:people:1+2",
        "2:room:4:1+2",
        "4:minutes:team",
        "11:presence:3",
        "11:presence:4",
    ]
